/*
 * test_appraise.c - the order of a verification: subjects, requirements, what
 * is not recognised or malformed, the same bytes each time.
 */
#include "lib/evidence/appraise.h"

#include <stdlib.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_payload.h"
#include "tests/support/support.h"

static const struct coco_run run = { .jobs = 1 };

struct inputs {
	struct coco_pieces pieces;
	struct coco_collateral coll;
};

static void in_add(struct inputs *in, const char *text)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_pieces_add(&in->pieces, &in->coll, coco_view_of(text, strlen(text)), "in",
				  &d), &d);
}

static void in_free(struct inputs *in)
{
	coco_pieces_free(&in->pieces);
	coco_collateral_free(&in->coll);
}

static bool has_check(const struct coco_result *r, const char *id)
{
	for (size_t i = 0; i < r->n_checks; i++)
		if (strcmp(r->checks[i].id, id) == 0)
			return true;
	return false;
}

static const struct coco_result_check *check_of(const struct coco_result *r, const char *id)
{
	size_t i = 0;

	assert_true(has_check(r, id));
	while (strcmp(r->checks[i].id, id) != 0)
		i++;
	return &r->checks[i];
}

static void test_none(void **state COCO_UNUSED)
{
	struct coco_appraise_opts opts = { .at = 0 };
	struct inputs in = { .pieces = { .n = 0 } };
	struct coco_diag d = { 0 };
	struct coco_result r;

	assert_err(coco_appraise(&run, &in.pieces, &in.coll, &opts, &r, &d), COCO_E_EVIDENCE_NONE,
		   &d);
	coco_result_free(&r);
	in_add(&in, "what is this");
	coco_diag_init(&d);
	assert_err(coco_appraise(&run, &in.pieces, &in.coll, &opts, &r, &d),
		   COCO_E_EVIDENCE_UNKNOWN, &d);
	assert_string_equal(d.source, "in");
	coco_result_free(&r);
	coco_diag_init(&d);
	assert_err(coco_appraise_inspect(&in.pieces, &r, &d), COCO_E_EVIDENCE_UNKNOWN, &d);
	coco_result_free(&r);
	in_free(&in);
}

/* A stray file beside evidence does not vanish. */
static void test_stray(void **state COCO_UNUSED)
{
	char *text = coco_mint_payload(COCO_PAYLOAD_GOOD, false);
	struct coco_appraise_opts opts = { .at = 0 };
	struct inputs in = { .pieces = { .n = 0 } };
	struct coco_diag d = { 0 };
	struct coco_result r;

	in_add(&in, text);
	in_add(&in, "README of the machine");
	assert_ok(coco_appraise(&run, &in.pieces, &in.coll, &opts, &r, &d), &d);
	const struct coco_result_check *c = check_of(&r, "input.recognised");
	assert_int_equal(c->outcome, COCO_CHECKED_MISSING);
	assert_int_equal(r.n_inputs, 2);
	coco_result_free(&r);
	in_free(&in);
	free(text);
}

static void test_malformed(void **state COCO_UNUSED)
{
	struct coco_appraise_opts opts = { .at = 0 };
	struct inputs in = { .pieces = { .n = 0 } };
	struct coco_diag d = { 0 };
	struct coco_result r;

	in_add(&in, "{\"svn\":\"1\",\"report_data\":\"?\"}");
	assert_ok(coco_appraise(&run, &in.pieces, &in.coll, &opts, &r, &d), &d);
	const struct coco_result_check *c = check_of(&r, "sample.format");
	assert_int_equal(c->outcome, COCO_CHECKED_FAIL);
	assert_string_equal(c->reason, "EVIDENCE_MALFORMED");
	assert_non_null(strstr(c->detail, "/report_data"));
	assert_false(has_check(&r, "sample.hardware"));
	assert_int_equal(coco_result_verdict(&r, true), COCO_VERDICT_REJECTED);
	coco_result_free(&r);
	in_free(&in);
}

static void test_gpu(void **state COCO_UNUSED)
{
	struct coco_appraise_opts opts = { .at = 0 };
	struct inputs in = { .pieces = { .n = 0 } };
	struct coco_diag d = { 0 };
	struct coco_result r;

	in_add(&in, "[{\"arch\":\"HOPPER\",\"nonce\":\"00\",\"evidence\":\"\","
		    "\"certificate\":\"\"}]");
	opts.require = COCO_REQUIRE_GPU;
	assert_ok(coco_appraise(&run, &in.pieces, &in.coll, &opts, &r, &d), &d);
	assert_int_equal(check_of(&r, "gpu.appraiser")->outcome, COCO_CHECKED_MISSING);
	assert_int_equal(check_of(&r, "require.gpu")->outcome, COCO_CHECKED_MISSING);
	assert_int_equal(coco_result_verdict(&r, true), COCO_VERDICT_INDETERMINATE);
	coco_result_free(&r);
	in_free(&in);
}

static void required(unsigned require, const char *id, bool nonce, enum coco_checked want)
{
	char *text = coco_mint_payload(COCO_PAYLOAD_GOOD, false);
	struct coco_appraise_opts opts = { .at = 0, .require = require };
	struct inputs in = { .pieces = { .n = 0 } };
	struct coco_diag d = { 0 };
	struct coco_result r;

	if (nonce) {
		opts.bindings.has_nonce = true;
		opts.bindings.nonce = coco_view_of(coco_payload_nonce, COCO_PAYLOAD_NONCE);
	}
	in_add(&in, text);
	assert_ok(coco_appraise(&run, &in.pieces, &in.coll, &opts, &r, &d), &d);
	assert_int_equal(check_of(&r, id)->outcome, want);
	coco_result_free(&r);
	in_free(&in);
	free(text);
}

static void test_require(void **state COCO_UNUSED)
{
	/* the sample TEE is no CPU, whatever it holds */
	required(COCO_REQUIRE_CPU, "require.cpu", true, COCO_CHECKED_MISSING);
	required(COCO_REQUIRE_TPM, "require.tpm", true, COCO_CHECKED_MISSING);
	required(COCO_REQUIRE_TOKEN, "require.token", true, COCO_CHECKED_MISSING);
	required(COCO_REQUIRE_EVENTLOG, "require.eventlog", true, COCO_CHECKED_MISSING);
	required(COCO_REQUIRE_FRESH, "require.fresh", true, COCO_CHECKED_PASS);
	required(COCO_REQUIRE_FRESH, "require.fresh", false, COCO_CHECKED_MISSING);
}

static char *result_text(void)
{
	char *text = coco_mint_payload(COCO_PAYLOAD_GOOD, true);
	struct coco_appraise_opts opts = { .at = 1800000000 };
	struct inputs in = { .pieces = { .n = 0 } };
	struct coco_diag d = { 0 };
	struct coco_result r;
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *p = NULL;
	size_t n = 0;

	in_add(&in, text);
	assert_ok(coco_appraise(&run, &in.pieces, &in.coll, &opts, &r, &d), &d);
	coco_wr_init(&wr, 1 << 20);
	coco_jw_init(&jw, &wr, false);
	coco_result_write(&jw, &r, false);
	assert_ok(coco_wr_finish(&wr, &p, &n, &d), &d);
	coco_result_free(&r);
	in_free(&in);
	free(text);
	return (char *)p;
}

static void test_same(void **state COCO_UNUSED)
{
	char *a = result_text();
	char *b = result_text();

	assert_string_equal(a, b);
	coco_free(a);
	coco_free(b);
}

static void test_cancel(void **state COCO_UNUSED)
{
	static const volatile sig_atomic_t stop = 1;
	const struct coco_run stopped = { .jobs = 1, .cancel = &stop };
	char *text = coco_mint_payload(COCO_PAYLOAD_GOOD, false);
	struct coco_appraise_opts opts = { .at = 0 };
	struct inputs in = { .pieces = { .n = 0 } };
	struct coco_diag d = { 0 };
	struct coco_result r;

	in_add(&in, text);
	assert_err(coco_appraise(&stopped, &in.pieces, &in.coll, &opts, &r, &d), COCO_E_CANCELLED,
		   &d);
	coco_result_free(&r);
	in_free(&in);
	free(text);
}

static void test_memory(void **state COCO_UNUSED)
{
	char *text = coco_mint_payload(COCO_PAYLOAD_GOOD, true);
	struct coco_appraise_opts opts = { .at = 0 };
	struct inputs in = { .pieces = { .n = 0 } };
	struct coco_diag d = { 0 };

	in_add(&in, text);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_result r;
		int code = coco_appraise(&run, &in.pieces, &in.coll, &opts, &r, &d);
		bool done = coco_test_alloc_check(code, &d);

		coco_result_free(&r);
		if (done)
			break;
	}
	in_free(&in);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),      cmocka_unit_test(test_stray),
		cmocka_unit_test(test_malformed), cmocka_unit_test(test_gpu),
		cmocka_unit_test(test_require),   cmocka_unit_test(test_same),
		cmocka_unit_test(test_cancel),    cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
