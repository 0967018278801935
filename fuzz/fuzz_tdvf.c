/*
 * fuzz_tdvf.c - the firmware's list of memory for TDX, and the list of memory that
 * QEMU makes from it. Covers coco_tdvf_parse and coco_td_hob_encode. The input is
 * the end of an image, from 16 bytes before the list on. Asserts that accepted
 * sections are whole pages inside the limits that do not overlap, and that the
 * ranges of memory are complete and in order.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/td_hob.h"
#include "formats/measure/tdvf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void judge(const struct coco_tdvf *t, size_t i, size_t size)
{
	const struct coco_tdvf_section *s = &t->section[i];

	require(strcmp(coco_tdvf_type_name(s->type), "unknown") != 0);
	require(coco_tdvf_find(t, (enum coco_tdvf_type)s->type) != NULL);
	require(s->gpa % 4096 == 0 && s->size % 4096 == 0 && s->raw <= s->size);
	require((uint64_t)s->offset + s->raw <= size);
	for (size_t k = 0; k < i; k++) {
		const struct coco_tdvf_section *o = &t->section[k];

		require(o->gpa + o->size <= s->gpa || s->gpa + s->size <= o->gpa);
	}
}

static uint64_t le64(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | p[i];
	return v;
}

static void judge_memory(const struct coco_tdvf *t, uint64_t ram)
{
	uint64_t total = 0;
	uint64_t end = 0;
	struct coco_wr wr;

	coco_wr_init(&wr, COCO_TD_HOB_MAX);
	if (coco_td_hob_encode(&wr, t, ram, NULL) == 0) {
		require(wr.code == 0 && wr.n <= COCO_TD_HOB_MAX && (wr.n - 56) % 48 == 0);
		for (size_t at = 56; at < wr.n; at += 48) {
			uint64_t start = le64(wr.p + at + 32);

			require(start == end || start == (uint64_t)1 << 32);
			end = start + le64(wr.p + at + 40);
			total += end - start;
		}
		require(total == ram);
	}
	coco_wr_free(&wr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_tdvf t = { .n = 0 };
	struct coco_diag d = { 0 };

	if (size > UINT32_MAX || size < 16)
		return 0;
	const struct coco_ovmf table = { .has_tdx = true, .tdx_distance = (uint32_t)size - 16 };
	int r = coco_tdvf_parse(&t, coco_view_of(data, size), &table, &d);
	require(r == d.code);
	require(r == 0 || r == COCO_E_TDVF_METADATA || r == COCO_E_TDVF_SECTION);
	require(r == 0 || t.n == 0);
	require(t.n == 0 || size >= 32 + 32 * t.n);
	for (size_t i = 0; i < t.n; i++)
		judge(&t, i, size);
	if (r == 0) {
		judge_memory(&t, (uint64_t)1 << 30);
		judge_memory(&t, (uint64_t)6 << 30);
	}
	return 0;
}
