/*
 * fuzz_evidence.c - evidence verify as a whole: coco_pieces_add,
 * coco_appraise, coco_result_write. Asserts that what no root vouches for is
 * never affirmed (the roots are the built-in ones), that every check and claim
 * has a place in the input it names, and that a second run says the same.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/evidence/appraise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void places(const struct coco_result *r)
{
	for (size_t i = 0; i < r->n_checks; i++) {
		const struct coco_result_check *c = &r->checks[i];

		require(c->input == COCO_RESULT_NO_INPUT || (size_t)c->input < r->n_inputs);
		require(!c->has_offset || c->offset <= r->inputs[c->input].size);
		if (c->outcome == COCO_CHECKED_FAIL || c->outcome == COCO_CHECKED_MISSING)
			require(c->reason[0] != '\0' && c->next[0] != '\0');
	}
}

static uint8_t *once(const uint8_t *data, size_t size, size_t *ret_n)
{
	static const struct coco_run run = { .jobs = 1 };
	const struct coco_appraise_opts opts = { .at = 1767225600 };
	struct coco_pieces pieces = { .n = 0 };
	struct coco_result result = { .n_checks = 0 };
	struct coco_collateral coll;
	uint8_t *text = NULL;
	struct coco_wr wr;
	struct coco_jw jw;

	coco_collateral_init(&coll);
	if (coco_pieces_add(&pieces, &coll, coco_view_of(data, size), "input", NULL) == 0 &&
	    coco_appraise(&run, &pieces, &coll, &opts, &result, NULL) == 0) {
		require(coco_result_verdict(&result, false) != COCO_VERDICT_AFFIRMED);
		places(&result);
		coco_wr_init(&wr, (size_t)1 << 28);
		coco_jw_init(&jw, &wr, false);
		coco_result_write(&jw, &result, false);
		require(coco_wr_finish(&wr, &text, ret_n, NULL) == 0);
	}
	coco_result_free(&result);
	coco_pieces_free(&pieces);
	coco_collateral_free(&coll);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n_a = 0;
	size_t n_b = 0;
	uint8_t *a = once(data, size, &n_a);
	uint8_t *b = once(data, size, &n_b);

	require(n_a == n_b && (n_a == 0 || memcmp(a, b, n_a) == 0));
	coco_free(a);
	coco_free(b);
	return 0;
}
