/*
 * fuzz_tcb_info.c - Intel's signed documents. Covers coco_tcb_info_parse,
 * coco_qe_identity_parse and the matching. Asserts that the signed bytes are
 * an object inside the input, that levels descend, and that a level which is
 * reached has no component behind while those above it have.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/evidence/qe_identity.h"
#include "formats/evidence/tcb_match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void span(const uint8_t *data, size_t size, struct coco_view v, uint64_t at)
{
	require(v.n >= 2 && at <= size && v.n <= size - at && v.p == data + at);
	require(v.p[0] == '{' && v.p[v.n - 1] == '}');
}

static void levels(const struct coco_tcb_info *t, const uint8_t *data, size_t size)
{
	struct coco_tcb_behind behind[COCO_TCB_BEHIND_MAX];
	struct coco_tcb_answer a;
	uint8_t sgx[16], tdx[16];
	struct coco_tcb_platform p = { .sgx = sgx, .pce_svn = 13, .tdx = t->tdx ? tdx : NULL };

	for (size_t i = 0; i < 16; i++) {     /* any platform */
		sgx[i] = data[size - 1 - i % size] & 15;
		tdx[i] = data[i % size] & 7;
	}
	int level = coco_tcb_level_of(t, &p);
	size_t end = level >= 0 ? (size_t)level : t->n_levels;
	for (size_t i = 0; i < end; i++)
		require(coco_tcb_behind(t, &p, i, behind) > 0);
	require(level < 0 || coco_tcb_behind(t, &p, end, behind) == 0);
	coco_tcb_evaluate(t, &p, NULL, 0, &a);
	require(a.level == level && (level >= 0 || a.status == COCO_TCB_NONE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_tcb_info t;
	struct coco_qe_identity q;
	struct coco_diag d = { 0 };

	int r = coco_tcb_info_parse(&t, coco_view_of(data, size), &d);
	require(r == d.code);
	if (r == 0) {
		span(data, size, t.span, t.span_at);
		levels(&t, data, size);
		coco_tcb_info_free(&t);
	}
	coco_diag_init(&d);
	r = coco_qe_identity_parse(&q, coco_view_of(data, size), &d);
	require(r == d.code);
	if (r == 0) {
		span(data, size, q.span, q.span_at);
		for (size_t i = 1; i < q.levels.n; i++)
			require(q.levels.v[i].isv_svn < q.levels.v[i - 1].isv_svn);
		coco_qe_identity_free(&q);
	}
	return 0;
}
