/*
 * test_reference.c - reference values beside claims: equal, other, expired,
 * none for this evidence, values for evidence that is not here.
 */
#include "lib/evidence/reference.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "tests/support/support.h"

enum { AT = 1000 };

static void add(struct coco_refset *set, const char *name, const char *algorithm, uint8_t byte,
		size_t n, int64_t after)
{
	struct coco_refvalue v = { .has_after = after != 0, .not_after = after };
	char text[2 * 64 + 3] = "\"";
	uint8_t bytes[64];
	struct coco_diag d = { 0 };

	memset(bytes, byte, n);
	coco_hex_encode(text + 1, bytes, n);
	memcpy(text + 1 + 2 * n, "\"", 2);
	snprintf(v.name, sizeof(v.name), "%s", name);
	snprintf(v.algorithm, sizeof(v.algorithm), "%s", algorithm);
	snprintf(v.label, sizeof(v.label), "label %u", byte);
	v.value = text;
	assert_ok(coco_refset_add(set, &v, NULL, &d), &d);
}

static struct coco_claims *start(struct coco_result *r, const char *class, const char *kind,
				 enum coco_checked authentic)
{
	coco_result_init(r, AT);
	int s = coco_result_subject(r, class, kind);
	coco_result_check(r, s, COCO_ASPECT_AUTHENTIC, authentic, "x", "x");
	return &r->subjects[s].claims;
}

static void claim(struct coco_claims *c, const char *name, uint8_t byte, size_t n)
{
	uint8_t bytes[64];

	memset(bytes, byte, n);
	coco_claims_bytes(c, name, bytes, n, 0);
}

static const struct coco_result_check *check_of(const struct coco_result *r, const char *id)
{
	for (size_t i = 0; i < r->n_checks; i++)
		if (strcmp(r->checks[i].id, id) == 0)
			return &r->checks[i];
	fail_msg("no check %s", id);
	return &r->checks[0];
}

static void test_values(void **state COCO_UNUSED)
{
	struct coco_refset set = { .n = 0 };
	struct coco_result r;
	struct coco_claims *c = start(&r, "cpu", "snp", COCO_CHECKED_PASS);

	add(&set, "snp.launch_digest", "sha384", 1, 48, 0);
	add(&set, "snp.launch_digest", "sha384", 2, 48, 2000);
	add(&set, "snp.launch_digest", "sha384", 3, 48, 500);
	add(&set, "tdx.mrtd", "sha384", 2, 48, 0);
	claim(c, "snp.measurement", 2, 48);
	coco_references_judge(&set, &r);
	const struct coco_result_check *k = check_of(&r, "reference.snp.measurement");
	assert_int_equal(k->outcome, COCO_CHECKED_PASS);
	assert_string_equal(k->detail, "label 2");
	assert_true(r.has_not_after && r.not_after == 2000);
	assert_int_equal(check_of(&r, "reference.tdx.mrtd")->outcome, COCO_CHECKED_SKIPPED);
	assert_int_equal(coco_result_verdict(&r, false), COCO_VERDICT_AFFIRMED);
	coco_result_free(&r);
	/* another one */
	c = start(&r, "cpu", "az-snp-vtpm", COCO_CHECKED_PASS);
	claim(c, "snp.measurement", 4, 48);
	coco_references_judge(&set, &r);
	k = check_of(&r, "reference.snp.measurement");
	assert_int_equal(k->outcome, COCO_CHECKED_FAIL);
	assert_string_equal(k->reason, "MEAS_SNP_LAUNCH");
	coco_result_free(&r);
	/* one that is no longer valid */
	c = start(&r, "cpu", "snp", COCO_CHECKED_PASS);
	claim(c, "snp.measurement", 3, 48);
	coco_references_judge(&set, &r);
	k = check_of(&r, "reference.snp.measurement");
	assert_int_equal(k->outcome, COCO_CHECKED_FAIL);
	assert_string_equal(k->reason, "RV_EXPIRED:snp.launch_digest");
	coco_result_free(&r);
	coco_refset_free(&set);
}

static void test_registers(void **state COCO_UNUSED)
{
	struct coco_refset set = { .n = 0 };
	struct coco_result r;
	struct coco_claims *c = start(&r, "tpm", "tpm", COCO_CHECKED_PASS);

	add(&set, "tpm.pcr4", "sha256", 1, 32, 0);
	add(&set, "tpm.pcr4", "sha384", 1, 48, 0);
	add(&set, "tpm.pcr11", "sha256", 1, 32, 0);
	claim(c, "tpm.sha256.pcr4", 1, 32);
	claim(c, "tpm.sha256.pcr11", 2, 32);
	coco_references_judge(&set, &r);
	assert_int_equal(check_of(&r, "reference.tpm.sha256.pcr4")->outcome, COCO_CHECKED_PASS);
	assert_string_equal(check_of(&r, "reference.tpm.sha256.pcr11")->reason, "MEAS_PCR11");
	assert_int_equal(coco_result_verdict(&r, false), COCO_VERDICT_REJECTED);
	coco_result_free(&r);
	coco_refset_free(&set);
}

/* Numbers and flags as Trustee's policies compare them. */
static void test_numbers(void **state COCO_UNUSED)
{
	static const char *const values[] = { "219", "222" };
	struct coco_refset set = { .n = 0 };
	struct coco_diag d = { 0 };
	struct coco_result r;
	struct coco_claims *c = start(&r, "cpu", "snp", COCO_CHECKED_PASS);

	for (size_t i = 0; i < COCO_ARRAY_LEN(values); i++) {
		struct coco_refvalue v = { .name = "snp.tcb.microcode" };

		v.value = (char *)(uintptr_t)values[i];
		assert_ok(coco_refset_add(&set, &v, NULL, &d), &d);
	}
	struct coco_refvalue flag = { .name = "snp.smt_enabled" };
	flag.value = (char *)(uintptr_t)"true";
	assert_ok(coco_refset_add(&set, &flag, NULL, &d), &d);
	coco_claims_number(c, "snp.reported_tcb.microcode", 222, 0, 1);
	coco_claims_bool(c, "snp.platform_info.smt_en", false, 0, 8);
	coco_references_judge(&set, &r);
	assert_int_equal(check_of(&r, "reference.snp.reported_tcb.microcode")->outcome,
			 COCO_CHECKED_PASS);
	assert_int_equal(check_of(&r, "reference.snp.platform_info.smt_en")->outcome,
			 COCO_CHECKED_FAIL);
	/* none of them says what may run */
	assert_int_equal(check_of(&r, "reference.any")->outcome, COCO_CHECKED_MISSING);
	coco_result_free(&r);
	coco_refset_free(&set);
}

static void test_none(void **state COCO_UNUSED)
{
	struct coco_refset set = { .n = 0 };
	struct coco_result r;
	struct coco_claims *c = start(&r, "cpu", "tdx", COCO_CHECKED_PASS);

	add(&set, "snp.launch_digest", "sha384", 1, 48, 0);
	claim(c, "tdx.mrtd", 1, 48);
	coco_references_judge(&set, &r);
	assert_int_equal(check_of(&r, "reference.any")->outcome, COCO_CHECKED_MISSING);
	assert_string_equal(check_of(&r, "reference.any")->reason, "RV_MISSING:tdx");
	assert_int_equal(coco_result_verdict(&r, false), COCO_VERDICT_INDETERMINATE);
	coco_result_free(&r);
	/* a value that would fit a forgery is not compared */
	c = start(&r, "cpu", "snp", COCO_CHECKED_FAIL);
	claim(c, "snp.measurement", 1, 48);
	coco_references_judge(&set, &r);
	assert_int_equal(check_of(&r, "reference.any")->outcome, COCO_CHECKED_SKIPPED);
	assert_int_equal(coco_result_verdict(&r, false), COCO_VERDICT_REJECTED);
	coco_result_free(&r);
	coco_refset_free(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_registers),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
