/*
 * appraised.c - one verification in a test (see appraised.h).
 */
#include "tests/support/appraised.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "tests/support/alloc_fail.h"

static const struct coco_run run = { .jobs = 1 };

void coco_appraised_init(struct coco_appraised *t)
{
	memset(t, 0, sizeof(*t));
	coco_collateral_init(&t->collateral);
	coco_collateral_init(&t->roots);
}

void coco_appraised_free(struct coco_appraised *t)
{
	coco_pieces_free(&t->pieces);
	coco_collateral_free(&t->collateral);
	coco_collateral_free(&t->roots);
	coco_result_free(&t->result);
}

void coco_appraised_add(struct coco_appraised *t, struct coco_view bytes)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_pieces_add(&t->pieces, &t->collateral, bytes, "input", &d), &d);
}

void coco_appraised_root(struct coco_appraised *t, enum coco_collateral_kind kind,
			 struct coco_view bytes)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_collateral_add(&t->roots, kind, bytes, "root", NULL, &d), &d);
}

static int judge(struct coco_appraised *t, int64_t at, struct coco_diag *d)
{
	struct coco_appraise_opts opts = { .at = at };

	opts.extra_roots = t->roots.n > 0 ? &t->roots : NULL;
	return coco_appraise(&run, &t->pieces, &t->collateral, &opts, &t->result, d);
}

void coco_appraised_run(struct coco_appraised *t, int64_t at)
{
	struct coco_diag d = { 0 };

	assert_ok(judge(t, at, &d), &d);
	for (size_t i = 0; i < t->result.n_checks; i++) {
		const struct coco_result_check *c = &t->result.checks[i];

		/* who refuses says why, who acts and what to do */
		if (c->outcome == COCO_CHECKED_FAIL || c->outcome == COCO_CHECKED_MISSING)
			assert_true(c->reason[0] != '\0' && c->next[0] != '\0');
		else
			assert_true(c->reason[0] == '\0');
	}
}

void coco_appraised_try(struct coco_appraised *t, struct coco_view bytes)
{
	struct coco_diag d = { 0 };
	int r = coco_pieces_add(&t->pieces, &t->collateral, bytes, "input", &d);

	if (r == 0)
		r = judge(t, 1700000000, &d);
	assert_int_equal(r, d.code);
	if (r == 0)
		assert_int_not_equal(coco_result_verdict(&t->result, true), COCO_VERDICT_AFFIRMED);
	else
		assert_true(d.message[0] != '\0');
}

const struct coco_result_check *coco_appraised_check(const struct coco_appraised *t,
						     const char *id)
{
	const struct coco_result_check *found = NULL;

	for (size_t i = 0; i < t->result.n_checks; i++) {
		const struct coco_result_check *c = &t->result.checks[i];

		if (strcmp(c->id, id) == 0 &&
		    (found == NULL || c->outcome == COCO_CHECKED_FAIL ||
		     (c->outcome == COCO_CHECKED_MISSING &&
		      found->outcome != COCO_CHECKED_FAIL)))
			found = c;
	}
	return found;
}

void coco_appraised_is(const struct coco_appraised *t, const char *id,
		       enum coco_checked outcome, const char *reason)
{
	const struct coco_result_check *c = coco_appraised_check(t, id);

	if (c == NULL || c->outcome != outcome || strcmp(c->reason, reason) != 0) {
		for (size_t i = 0; i < t->result.n_checks; i++) {
			const struct coco_result_check *k = &t->result.checks[i];

			print_message("%s: %s %s: %s [%s] (%s)\n", k->id,
				      coco_checked_name(k->outcome), k->reason, k->actual,
				      k->expected, k->detail);
		}
		print_message("wanted %s: %s %s\n", id, coco_checked_name(outcome), reason);
		fail();
	}
}

void coco_appraised_memory(struct coco_view input, enum coco_collateral_kind kind,
			   struct coco_view root)
{
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_appraised t;
		struct coco_diag d;

		coco_diag_init(&d);
		coco_appraised_init(&t);
		int r = coco_pieces_add(&t.pieces, &t.collateral, input, "input", &d);
		if (r == 0 && root.n > 0)
			r = coco_collateral_add(&t.roots, kind, root, "root", NULL, &d);
		if (r == 0)
			r = judge(&t, 1800000000, &d);
		bool done = coco_test_alloc_check(r, &d);
		coco_appraised_free(&t);
		if (done)
			break;
	}
}
