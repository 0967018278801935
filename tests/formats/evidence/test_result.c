/*
 * test_result.c - the attestation result: every combination of outcomes has
 * its verdict, the exact JSON, running out of memory.
 */
#include "formats/evidence/result.h"

#include <string.h>

#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static const enum coco_aspect both[] = { COCO_ASPECT_AUTHENTIC, COCO_ASPECT_ACCEPTABLE };

/* One subject with one check of each aspect. */
static enum coco_verdict verdict_of(enum coco_checked authentic, enum coco_checked acceptable,
				    bool authentic_only)
{
	const enum coco_checked outcome[] = { authentic, acceptable };
	struct coco_result r;

	coco_result_init(&r, 0);
	int s = coco_result_subject(&r, "cpu", "snp");
	for (size_t i = 0; i < 2; i++)
		coco_result_check(&r, s, both[i], outcome[i], "x", "x");
	enum coco_verdict v = coco_result_verdict(&r, authentic_only);
	coco_result_free(&r);
	return v;
}

static void test_verdicts(void **state COCO_UNUSED)
{
	static const enum coco_verdict want[] = {
		[COCO_CHECKED_PASS] = COCO_VERDICT_AFFIRMED,
		[COCO_CHECKED_FAIL] = COCO_VERDICT_REJECTED,
		[COCO_CHECKED_MISSING] = COCO_VERDICT_INDETERMINATE,
		[COCO_CHECKED_SKIPPED] = COCO_VERDICT_INDETERMINATE,
		[COCO_CHECKED_WAIVED] = COCO_VERDICT_AFFIRMED,
	};

	for (unsigned a = 0; a < COCO_ARRAY_LEN(want); a++) {
		for (unsigned b = 0; b < COCO_ARRAY_LEN(want); b++) {
			enum coco_verdict worse = want[a] > want[b] ? want[a] : want[b];

			assert_int_equal(verdict_of((enum coco_checked)a, (enum coco_checked)b,
						    false), worse);
			assert_int_equal(verdict_of((enum coco_checked)a, (enum coco_checked)b,
						    true), want[a]);
		}
	}
}

/* Nothing checked is never a yes, and nobody is vouched for by a neighbour. */
static void test_nothing(void **state COCO_UNUSED)
{
	struct coco_result r;

	coco_result_init(&r, 0);
	assert_int_equal(coco_result_verdict(&r, true), COCO_VERDICT_INDETERMINATE);
	coco_result_check(&r, COCO_RESULT_NO_SUBJECT, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_PASS,
			  "bind", "x");
	assert_int_equal(coco_result_verdict(&r, true), COCO_VERDICT_INDETERMINATE);
	int a = coco_result_subject(&r, "cpu", "snp");
	coco_result_check(&r, a, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_PASS, "a", "x");
	assert_int_equal(coco_result_verdict(&r, true), COCO_VERDICT_AFFIRMED);
	int b = coco_result_subject(&r, "gpu", "nvidia");
	assert_int_equal(coco_result_verdict(&r, true), COCO_VERDICT_INDETERMINATE);
	coco_result_check(&r, b, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_FAIL, "b", "x");
	assert_int_equal(coco_result_verdict(&r, true), COCO_VERDICT_REJECTED);
	assert_int_equal(coco_result_verdict_of(&r, COCO_ASPECT_AUTHENTIC, a),
			 COCO_VERDICT_AFFIRMED);
	coco_result_free(&r);
}

static void test_trust(void **state COCO_UNUSED)
{
	static const struct {
		int8_t value;
		const char *tier;
	} tiers[] = {
		{ 0, "none" }, { 1, "none" }, { -1, "none" }, { 2, "affirming" },
		{ 31, "affirming" }, { -2, "affirming" }, { -32, "affirming" },
		{ 32, "warning" }, { 95, "warning" }, { -33, "warning" }, { -96, "warning" },
		{ 96, "contraindicated" }, { 127, "contraindicated" },
		{ -97, "contraindicated" }, { -128, "contraindicated" },
	};
	struct coco_result r;

	for (size_t i = 0; i < COCO_ARRAY_LEN(tiers); i++)
		assert_string_equal(coco_trust_tier(tiers[i].value), tiers[i].tier);
	coco_result_init(&r, 0);
	int s = coco_result_subject(&r, "cpu", "tdx");
	coco_result_trust(&r, s, COCO_TRUST_HARDWARE, 2);
	coco_result_trust(&r, s, COCO_TRUST_HARDWARE, 32);
	coco_result_trust(&r, s, COCO_TRUST_HARDWARE, 2);
	assert_int_equal(r.subjects[0].trust[COCO_TRUST_HARDWARE], 32);
	coco_result_trust(&r, s, COCO_TRUST_HARDWARE, 99);
	coco_result_trust(&r, s, COCO_TRUST_HARDWARE, 96);
	assert_int_equal(r.subjects[0].trust[COCO_TRUST_HARDWARE], 99);
	coco_result_trust(&r, 7, COCO_TRUST_HARDWARE, 2);   /* no such subject */
	coco_result_free(&r);
}

static const char golden[] =
	"{\"schema\":\"cococtl.attestation-result.v1\",\"verdict\":\"rejected\","
	"\"authentic_only\":false,\"authentic\":\"affirmed\",\"acceptable\":\"rejected\","
	"\"at\":\"2026-11-21T12:00:00Z\","
	"\"valid\":{\"not_before\":\"1970-01-01T00:00:03Z\",\"not_before_because\":\"b\","
	"\"not_after\":\"1970-01-01T00:00:09Z\",\"not_after_because\":\"a\"},"
	"\"inputs\":[{\"role\":\"evidence\",\"kind\":\"snp-report\",\"size\":\"1184\","
	"\"sha256\":\"0700000000000000000000000000000000000000000000000000000000000000\"}],"
	"\"subjects\":[{\"name\":\"cpu0\",\"kind\":\"snp\",\"authentic\":\"affirmed\","
	"\"acceptable\":\"rejected\",\"trustworthiness_vector\":{\"executables\":33},"
	"\"claims\":[{\"name\":\"snp.vmpl\",\"value\":1,\"offset\":\"0x30\",\"length\":4}]}],"
	"\"checks\":[{\"subject\":\"cpu0\",\"id\":\"snp.signature\",\"aspect\":\"authentic\","
	"\"outcome\":\"pass\",\"title\":\"signed\"},"
	"{\"subject\":\"cpu0\",\"id\":\"snp.vmpl\",\"aspect\":\"acceptable\","
	"\"outcome\":\"fail\",\"title\":\"vmpl\",\"expected\":\"0\",\"actual\":\"1\","
	"\"source\":\"policy line 7\",\"detail\":\"d\",\"reason\":\"POLICY_RULE:vmpl\","
	"\"role\":\"platform operator\",\"next\":\"n\",\"input\":0,\"offset\":\"0x30\"}],"
	"\"not_checked\":[{\"subject\":\"cpu0\",\"category\":\"revocation\",\"what\":\"ASK\","
	"\"why\":\"no CRL\",\"next\":\"give one\"}]}";

static void fill(struct coco_result *r)
{
	static const uint8_t digest[32] = { 7 };

	coco_result_init(r, 1795262400);
	int in = coco_result_input(r, "evidence", "snp-report", 1184, digest);
	int s = coco_result_subject(r, "cpu", "snp");
	if (s >= 0)
		coco_claims_number(&r->subjects[s].claims, "snp.vmpl", 1, 0x30, 4);
	coco_result_check(r, s, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_PASS, "snp.signature",
			  "signed");
	coco_result_check(r, s, COCO_ASPECT_ACCEPTABLE, COCO_CHECKED_FAIL, "snp.vmpl", "vmpl");
	coco_check_expected(r, "%d", 0);
	coco_check_actual(r, "%d", 1);
	coco_check_source(r, "policy line %d", 7);
	coco_check_detail(r, "d");
	coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "POLICY_RULE:vmpl", "n");
	coco_check_at(r, in, 0x30);
	coco_result_gap(r, s, "revocation", "ASK", "no CRL", "give one");
	coco_result_valid(r, 1, 9, "a");
	coco_result_valid(r, 3, INT64_MAX, "b");
	coco_result_valid(r, INT64_MIN, 10, "c");
	coco_result_trust(r, s, COCO_TRUST_EXECUTABLES, 33);
}

static void test_json(void **state COCO_UNUSED)
{
	struct coco_result r;
	struct coco_wr wr;
	struct coco_jw jw;

	fill(&r);
	assert_int_equal(coco_result_finish(&r, NULL), 0);
	coco_wr_init(&wr, 1 << 16);
	coco_jw_init(&jw, &wr, false);
	coco_result_write(&jw, &r, false);
	coco_wr_u8(&wr, 0);
	assert_int_equal(wr.code, 0);
	assert_string_equal((const char *)wr.p, golden);
	coco_wr_free(&wr);
	coco_result_free(&r);
	coco_result_free(&r);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_result r;

		fill(&r);
		int code = coco_result_finish(&r, &d);
		if (code != 0)
			assert_int_not_equal(coco_result_verdict(&r, true), COCO_VERDICT_AFFIRMED);
		coco_result_free(&r);
		if (coco_test_alloc_check(code, &d))
			break;
	}
}

/* Checks of several subjects in any order, outcomes changed afterwards. */
static void test_interleaved(void **state COCO_UNUSED)
{
	enum { SUBJECTS = 5, ROUNDS = 4 };
	struct coco_result r;

	coco_result_init(&r, 0);
	for (int i = 0; i < SUBJECTS; i++)
		assert_int_equal(coco_result_subject(&r, "cpu", "snp"), i);
	for (int k = 0; k < ROUNDS; k++) {
		coco_result_check(&r, COCO_RESULT_NO_SUBJECT, COCO_ASPECT_AUTHENTIC,
				  COCO_CHECKED_PASS, "whole", "t");
		for (int i = SUBJECTS - 1; i >= 0; i--)
			coco_result_check(&r, i, COCO_ASPECT_AUTHENTIC,
					  k == 2 && i == 3   ? COCO_CHECKED_FAIL
					  : k == 1 && i == 1 ? COCO_CHECKED_MISSING
							     : COCO_CHECKED_PASS,
					  "x", "t");
	}
	for (int i = 0; i < SUBJECTS; i++)
		assert_int_equal(coco_result_verdict_of(&r, COCO_ASPECT_AUTHENTIC, i),
				 i == 3   ? COCO_VERDICT_REJECTED
				 : i == 1 ? COCO_VERDICT_INDETERMINATE
					  : COCO_VERDICT_AFFIRMED);
	assert_int_equal(coco_result_verdict(&r, true), COCO_VERDICT_REJECTED);
	for (size_t i = 0; i < r.n_checks; i++)
		if (r.checks[i].outcome == COCO_CHECKED_FAIL)
			r.checks[i].outcome = COCO_CHECKED_WAIVED;
	assert_int_equal(coco_result_verdict_of(&r, COCO_ASPECT_AUTHENTIC, 3),
			 COCO_VERDICT_AFFIRMED);
	assert_int_equal(coco_result_verdict(&r, true), COCO_VERDICT_INDETERMINATE);
	/* one that nobody checked vouches for nothing, nor does one that is not there */
	int last = coco_result_subject(&r, "cpu", "snp");
	assert_int_equal(coco_result_verdict_of(&r, COCO_ASPECT_AUTHENTIC, last),
			 COCO_VERDICT_INDETERMINATE);
	assert_int_equal(coco_result_verdict_of(&r, COCO_ASPECT_AUTHENTIC, last + 1),
			 COCO_VERDICT_INDETERMINATE);
	coco_result_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts), cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_trust),    cmocka_unit_test(test_json),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_interleaved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
