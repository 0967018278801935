/*
 * pci_window.c - where OVMF puts 64-bit PCI memory (see pci_window.h).
 */
#include "formats/measure/pci_window.h"

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"

#define GIB ((uint64_t)1 << 30)
#define CLASSIC (32 * GIB)

enum {
	ENTRY = 20,
	RAM = 1,
};

struct range {
	uint64_t start;
	uint64_t end;
	uint32_t type;
};

static bool next_range(struct coco_rd *rd, struct range *ret)
{
	ret->start = coco_rd_le64(rd, "start");
	uint64_t length = coco_rd_le64(rd, "length");
	ret->type = coco_rd_le32(rd, "type");
	if (coco_rd_ok(rd) && coco_add64_overflows(ret->start, length, &ret->end))
		coco_rd_fail(rd, COCO_E_FW_CFG, "length",
			     "a range of the memory map ends beyond 64 bits");
	return coco_rd_ok(rd);
}

static uint64_t round_up(uint64_t v, uint64_t unit)
{
	return (v + unit - 1) / unit * unit;
}

/* Moves the window below reserved ranges that it meets, one after the other. */
static int avoid(struct coco_view e820, uint64_t size, uint64_t *start, struct coco_diag *diag)
{
	struct coco_rd rd;
	struct range g;

	coco_rd_init(&rd, e820, 0, diag);
	while (coco_rd_left(&rd) > 0 && next_range(&rd, &g)) {
		if (g.end <= *start || g.start >= *start + size || g.start == g.end)
			continue;
		if (g.start < size)
			return coco_fail_at(diag, COCO_E_FW_CFG, rd.at - ENTRY, "start",
					    "there is no room for the PCI window");
		*start = (g.start - size) / size * size;
	}
	return rd.code;
}

int coco_pci_window(struct coco_view e820, uint64_t memory_end, unsigned bits, uint64_t *ret,
		    struct coco_diag *diag)
{
	uint64_t end = 4 * GIB;
	struct coco_rd rd;
	struct range g;

	if (bits < COCO_PCI_BITS_MIN || bits > COCO_PCI_BITS_MAX)
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "a guest with %u physical address bits is not possible: %d to %d",
				 bits, COCO_PCI_BITS_MIN, COCO_PCI_BITS_MAX);
	if (e820.n % ENTRY != 0 || e820.n > COCO_E820_MAX)
		return coco_fail(diag, COCO_E_FW_CFG,
				 "a memory map of %zu bytes is not made of whole entries", e820.n);
	coco_rd_init(&rd, e820, 0, diag);
	while (coco_rd_left(&rd) > 0 && next_range(&rd, &g))
		if (g.type == RAM && g.end > end)
			end = g.end;
	if (!coco_rd_ok(&rd))
		return rd.code;
	if (memory_end != 0)
		end = memory_end;
	uint64_t space = (uint64_t)1 << bits;
	uint64_t size = space / 8;
	if (end > space)
		return coco_fail(diag, COCO_E_FW_CFG,
				 "memory up to 0x%llx does not fit %u address bits",
				 (unsigned long long)end, bits);
	uint64_t start = round_up(round_up(end, GIB), CLASSIC);
	if (size > CLASSIC && start + size < space) {
		start = space - size;
		int r = avoid(e820, size, &start, diag);
		if (r != 0)
			return r;
	}
	*ret = start;
	return 0;
}
