/*
 * qemu_pci.c - the chipset of a q35 machine (see qemu_pci.h; PCI Local Bus
 * 3.0, configuration mechanism #1).
 */
#include "lib/measure/qemu_pci.h"

#include "formats/core/err_measure.h"

enum {
	ADDRESS = 0xcf8,
	DATA = 0xcfc,
	DEVICES = 32,
	FUNCTIONS = 8,
	DEPTH = 8,          /* of bridges */
	BUSES = 256,
	REG_ID = 0x00,
	REG_COMMAND = 0x04,
	REG_HEADER = 0x0c,
	REG_BAR = 0x10,
	REG_BUSES = 0x18,   /* bridge: primary, secondary, subordinate */
	REG_PREFETCH = 0x24, /* bridge: base and limit, then their upper halves */
	REG_PREFETCH_BASE = 0x28,
	REG_PREFETCH_LIMIT = 0x2c,
	MEMORY_AND_MASTER = 6,
	MULTI_FUNCTION = 0x80,
	LPC = 0x1f << 3,    /* devfn of the ISA bridge */
};

static int select_reg(struct coco_qtest *q, unsigned bus, unsigned devfn, unsigned reg,
		      struct coco_diag *diag)
{
	uint32_t v = (uint32_t)1 << 31 | (uint32_t)bus << 16 | (uint32_t)devfn << 8 | reg;

	return coco_qtest_out32(q, ADDRESS, v, diag);
}

static int get(struct coco_qtest *q, unsigned bus, unsigned devfn, unsigned reg, uint32_t *ret,
	       struct coco_diag *diag)
{
	int r = select_reg(q, bus, devfn, reg, diag);

	return r == 0 ? coco_qtest_in32(q, DATA, ret, diag) : r;
}

static int set(struct coco_qtest *q, unsigned bus, unsigned devfn, unsigned reg, uint32_t v,
	       struct coco_diag *diag)
{
	int r = select_reg(q, bus, devfn, reg, diag);

	return r == 0 ? coco_qtest_out32(q, DATA, v, diag) : r;
}

int coco_qemu_chipset(struct coco_qtest *q, struct coco_diag *diag)
{
	static const struct {
		unsigned devfn;
		unsigned reg;
		uint32_t v;
	} steps[] = {
		{ 0, 0x64, 0 },             /* PCIEXBAR, upper half */
		{ 0, 0x60, 0xe0000001 },    /* lower half, enabled */
		{ LPC, 0x40, 0x0600 },      /* PMBASE */
		{ LPC, 0x44, 0x80 },        /* ACPI enabled */
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(steps); i++)
		r = set(q, 0, steps[i].devfn, steps[i].reg, steps[i].v, diag);
	return r;
}

/* ---- who uses the window ----------------------------------------------------------- */

struct walk {
	struct coco_qtest *q;
	struct coco_diag *diag;
	unsigned next_bus;
};

/* A function that is there: its header type and number of BARs. */
struct function {
	unsigned bus;
	unsigned devfn;
	bool multi;
	bool bridge;
	unsigned bars;
};

/* ret->bars 0: there is no function. */
static int look(struct walk *w, unsigned bus, unsigned devfn, struct function *ret)
{
	uint32_t id = 0;
	uint32_t header = 0;

	*ret = (struct function){ .bus = bus, .devfn = devfn };
	int r = get(w->q, bus, devfn, REG_ID, &id, w->diag);
	if (r != 0 || (id & 0xffff) == 0xffff)
		return r;
	r = get(w->q, bus, devfn, REG_HEADER, &header, w->diag);
	unsigned type = header >> 16 & 0xff;
	ret->multi = (type & MULTI_FUNCTION) != 0;
	ret->bridge = (type & 0x7f) == 1;
	ret->bars = ret->bridge ? 2 : 6;
	return r;
}

/* The register of the first 64-bit prefetchable BAR; 0: there is none. */
static int find_bar(struct walk *w, const struct function *f, unsigned *ret)
{
	*ret = 0;
	for (unsigned i = 0; i + 1 < f->bars; i++) {
		unsigned reg = REG_BAR + 4 * i;
		uint32_t v = 0;
		int r = get(w->q, f->bus, f->devfn, reg, &v, w->diag);

		if (r != 0)
			return r;
		if ((v & 1) != 0 || (v >> 1 & 3) != 2)   /* I/O, or 32 bits */
			continue;
		if ((v & 8) != 0) {
			*ret = reg;
			return 0;
		}
		i++;   /* the upper half */
	}
	return 0;
}

static int walk_bus(struct walk *w, unsigned bus, unsigned depth, struct coco_qemu_user *ret);

/* Numbers the bus behind a bridge and looks there. */
static int walk_bridge(struct walk *w, const struct function *f, unsigned depth, bool *ret)
{
	struct coco_qemu_user user = { .found = false };
	unsigned bus = w->next_bus++;

	if (depth == DEPTH || bus >= BUSES)
		return coco_fail(w->diag, COCO_E_FW_CFG, "the machine has too many PCI bridges");
	uint32_t head = f->bus | bus << 8;
	int r = set(w->q, f->bus, f->devfn, REG_BUSES, head | 0xff << 16, w->diag);
	if (r == 0)
		r = walk_bus(w, bus, depth + 1, &user);
	if (r == 0)
		r = set(w->q, f->bus, f->devfn, REG_BUSES, head | (w->next_bus - 1) << 16,
			w->diag);
	*ret = user.found;
	return r;
}

static int walk_function(struct walk *w, const struct function *f, unsigned depth,
			 struct coco_qemu_user *ret)
{
	struct coco_qemu_user user = { .devfn = f->devfn };

	int r = find_bar(w, f, &user.bar);
	user.found = user.bar != 0;
	if (r == 0 && f->bridge) {
		bool behind = false;

		r = walk_bridge(w, f, depth, &behind);
		if (behind && !user.found) {
			user.found = true;
			user.bridge = true;
		}
	}
	if (r == 0 && user.found && !ret->found)
		*ret = user;
	return r;
}

static int walk_bus(struct walk *w, unsigned bus, unsigned depth, struct coco_qemu_user *ret)
{
	int r = 0;

	for (unsigned device = 0; r == 0 && device < DEVICES; device++) {
		unsigned functions = 1;

		for (unsigned i = 0; r == 0 && i < functions; i++) {
			struct function f;

			r = look(w, bus, device << 3 | i, &f);
			if (i == 0 && f.multi)
				functions = FUNCTIONS;
			if (r == 0 && f.bars != 0)
				r = walk_function(w, &f, depth, ret);
		}
	}
	return r;
}

int coco_qemu_find_user(struct coco_qtest *q, struct coco_qemu_user *ret, struct coco_diag *diag)
{
	struct walk w = { .q = q, .diag = diag, .next_bus = 1 };
	struct coco_qemu_user user = { .found = false };

	int r = walk_bus(&w, 0, 0, &user);
	if (r == 0)
		*ret = user;
	return r;
}

int coco_qemu_set_window(struct coco_qtest *q, const struct coco_qemu_user *user, uint64_t window,
			 struct coco_diag *diag)
{
	uint32_t high = (uint32_t)(window >> 32);
	uint32_t low = (uint32_t)(window & UINT32_MAX);
	unsigned low_reg = user->bar;
	unsigned high_reg = user->bar + 4;
	int r = 0;

	if (user->bridge) {
		uint32_t half = (low >> 16 & 0xfff0) | 1;

		low_reg = REG_PREFETCH;
		high_reg = REG_PREFETCH_BASE;
		low = half << 16 | half;
		r = set(q, 0, user->devfn, REG_PREFETCH_LIMIT, high, diag);
	}
	if (r == 0)
		r = set(q, 0, user->devfn, low_reg, low, diag);
	if (r == 0)
		r = set(q, 0, user->devfn, high_reg, high, diag);
	return r == 0 ? set(q, 0, user->devfn, REG_COMMAND, MEMORY_AND_MASTER, diag) : r;
}
