/*
 * td_hob.c - the list of memory for a TDX guest's firmware (see td_hob.h).
 */
#include "formats/measure/td_hob.h"

#include <inttypes.h>

#include "formats/core/err_measure.h"

enum {
	TYPE_PHIT = 1,
	TYPE_RESOURCE = 3,
	PHIT_VERSION = 9,
	ACCEPTED = 0,      /* system memory */
	UNACCEPTED = 7,
	ATTRIBUTES = 7,    /* present, initialized, tested */
	RANGES = 2 * COCO_TDVF_SECTIONS + 4,
};

#define FOUR_GIB ((uint64_t)1 << 32)

struct range {
	uint64_t start;
	uint64_t length;
	uint32_t type;
};

struct map {
	size_t n;
	struct range range[RANGES];
};

static void add(struct map *m, uint64_t start, uint64_t end, uint32_t type)
{
	if (end > start)
		m->range[m->n++] = (struct range){ start, end - start, type };
}

/* The sections that QEMU accepts memory for, in order of their addresses. */
static size_t sorted(const struct coco_tdvf *t, const struct coco_tdvf_section **list)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct coco_tdvf_section *s = &t->section[i];
		size_t k = n;

		if ((s->type != COCO_TDVF_TD_HOB && s->type != COCO_TDVF_TEMP_MEM) || s->size == 0)
			continue;
		for (; k > 0 && list[k - 1]->gpa > s->gpa; k--)
			list[k] = list[k - 1];
		list[k] = s;
		n++;
	}
	return n;
}

/* RAM below 4 GiB, cut by the sections, then the rest above. */
static int build(struct map *m, const struct coco_tdvf *t, uint64_t ram, struct coco_diag *diag)
{
	const struct coco_tdvf_section *list[COCO_TDVF_SECTIONS];
	uint64_t low = ram >= COCO_Q35_LOW_LIMIT ? COCO_Q35_LOW : ram;
	size_t n = sorted(t, list);
	uint64_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (list[i]->gpa + list[i]->size > low)
			return coco_fail(diag, COCO_E_GUEST_MEMORY,
					 "with %" PRIu64 " bytes of memory the firmware's section "
					 "at 0x%" PRIx64 " lies outside of it", ram, list[i]->gpa);
		add(m, at, list[i]->gpa, UNACCEPTED);
		at = list[i]->gpa + list[i]->size;
		add(m, list[i]->gpa, at, ACCEPTED);
	}
	add(m, at, low, UNACCEPTED);
	add(m, FOUR_GIB, FOUR_GIB + (ram - low), UNACCEPTED);
	return 0;
}

static void head(struct coco_wr *wr, uint16_t type, uint16_t length)
{
	coco_wr_le16(wr, type);
	coco_wr_le16(wr, length);
	coco_wr_le32(wr, 0);
}

static void write_map(struct coco_wr *wr, const struct map *m, uint64_t end)
{
	head(wr, TYPE_PHIT, COCO_TD_HOB_PHIT);
	coco_wr_le32(wr, PHIT_VERSION);
	coco_wr_le32(wr, 0);   /* boot mode */
	for (unsigned i = 0; i < 4; i++)
		coco_wr_le64(wr, 0);
	coco_wr_le64(wr, end);
	for (size_t i = 0; i < m->n; i++) {
		head(wr, TYPE_RESOURCE, COCO_TD_HOB_ENTRY);
		coco_wr_le64(wr, 0);   /* owner */
		coco_wr_le64(wr, 0);
		coco_wr_le32(wr, m->range[i].type);
		coco_wr_le32(wr, ATTRIBUTES);
		coco_wr_le64(wr, m->range[i].start);
		coco_wr_le64(wr, m->range[i].length);
	}
}

int coco_td_hob_encode(struct coco_wr *wr, const struct coco_tdvf *t, uint64_t ram,
		       struct coco_diag *diag)
{
	const struct coco_tdvf_section *hob = coco_tdvf_find(t, COCO_TDVF_TD_HOB);
	struct map m = { .n = 0 };

	if (ram == 0 || ram % COCO_OVMF_PAGE != 0 || ram > (uint64_t)1 << 51)
		return coco_fail(diag, COCO_E_GUEST_MEMORY,
				 "%" PRIu64 " bytes of memory are not possible", ram);
	for (size_t i = 0; i < t->n; i++)
		if (t->section[i].type > COCO_TDVF_TEMP_MEM)
			return coco_fail(diag, COCO_E_TDVF_SECTION,
					 "QEMU does not start firmware with a section %s",
					 coco_tdvf_type_name(t->section[i].type));
	if (hob == NULL)
		return coco_fail(diag, COCO_E_TDVF_METADATA, "there is no TD_HOB section");
	int r = build(&m, t, ram, diag);
	if (r != 0)
		return r;
	uint64_t size = COCO_TD_HOB_PHIT + COCO_TD_HOB_ENTRY * m.n + COCO_TD_HOB_END;
	if (size > hob->size)
		return coco_fail(diag, COCO_E_TDVF_SECTION,
				 "a memory list of %" PRIu64 " bytes does not fit the TD_HOB "
				 "section", size);
	write_map(wr, &m, hob->gpa + size);
	return 0;
}
