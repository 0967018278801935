/*
 * test_declared_values.c - the reference values of a declaration: names and
 * encodings of a release, validity, sets that share a name.
 */
#include <string.h>

#include "formats/core/err_broker.h"
#include "tests/support/declared_kit.h"
#include "tests/support/support.h"

#define VALUES(file) COCO_KIT_HEAD "[[reference_values]]\nfile = \"" file "\"\n"
#define DIGEST "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" \
	       "202122232425262728292a2b2c2d2e2f"

static struct coco_kit kit;

static int up(void **state COCO_UNUSED)
{
	coco_kit_up(&kit);
	return 0;
}

static int down(void **state COCO_UNUSED)
{
	coco_kit_down(&kit);
	return 0;
}

static void is(size_t i, const char *name, const char *value)
{
	const struct coco_wanted *w = &kit.declared.v[i];

	assert_true(i < kit.declared.n);
	assert_int_equal(w->type, COCO_ITEM_REFERENCE_VALUE);
	assert_string_equal(w->name, name);
	assert_int_equal(w->value.n, strlen(value));
	assert_memory_equal(coco_secret_expose(&w->value), value, w->value.n);
}

static void test_releases(void **state COCO_UNUSED)
{
	struct coco_diag d;

	coco_kit_file(&kit, "v", "{\"snp_launch_measurement\":[\"" DIGEST "\"],"
		      "\"snp_smt_enabled\":true}");
	coco_kit_gather(&kit, VALUES("v"));
	assert_int_equal(kit.declared.n, 2);
	is(0, "snp_launch_measurement", "[\"" DIGEST "\"]");
	is(1, "snp_smt_enabled", "true");
	kit.info.oldest = kit.info.newest = COCO_TRUSTEE_V0_17;
	coco_kit_gather(&kit, VALUES("v"));
	is(0, "snp_launch_measurement",
	   "[\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v\"]");
	/* either of them: it cannot be known */
	kit.info.newest = COCO_TRUSTEE_V0_18;
	coco_kit_fails(&kit, VALUES("v"), COCO_E_BROKER_RELEASE, &d);
	assert_non_null(strstr(d.hint, "--trustee-version"));
	/* where it makes no difference it need not */
	coco_kit_file(&kit, "v", "{\"snp_bootloader\":[3]}");
	coco_kit_gather(&kit, VALUES("v"));
	is(0, "snp_bootloader", "[3]");
}

static void test_validity(void **state COCO_UNUSED)
{
	static const char set[] =
		"{\"schema\":\"cococtl.reference-values.v1\",\"values\":["
		"{\"name\":\"snp.tcb.bootloader\",\"value\":3,\"not_after\":"
		"\"2026-01-01T00:00:00Z\",\"origin\":{\"kind\":\"hand\"}},"
		"{\"name\":\"snp.tcb.bootloader\",\"value\":4,\"not_after\":"
		"\"2027-01-01T00:00:00Z\",\"origin\":{\"kind\":\"hand\"}}]}";

	coco_kit_file(&kit, "v", set);
	coco_kit_gather(&kit, VALUES("v"));
	assert_int_equal(coco_kit_finding(&kit, "declaration.refval.expired"), COCO_OUTCOME_FAIL);
	is(0, "snp_bootloader", "[4]");
	assert_true(kit.declared.v[0].has_expires);
	assert_int_equal(kit.declared.v[0].expires, 1798761600);
	/* all have expired: a finding, and no item */
	kit.run.now = 1900000000;
	coco_kit_gather(&kit, VALUES("v"));
	assert_int_equal(kit.declared.n, 0);
	assert_int_equal(coco_outcomes_worst(&kit.findings), COCO_OUTCOME_FAIL);
	kit.run.now = 1700000000;
	coco_kit_gather(&kit, VALUES("v"));
	assert_int_equal(coco_kit_finding(&kit, "declaration.refval.expired"), -1);
	is(0, "snp_bootloader", "[3,4]");
	assert_int_equal(kit.declared.v[0].expires, 1767225600);
}

static void test_several(void **state COCO_UNUSED)
{
	static const char two[] = VALUES("a") "[[reference_values]]\nfile = \"b\"\n"
				  "verifier = \"az-tdx-vtpm\"\n";

	coco_kit_file(&kit, "a", "{\"mr_td\":[\"" DIGEST "\"],\"mine\":1}");
	coco_kit_file(&kit, "b", "{\"mr_td\":[\"" DIGEST "\"],\"other\":true}");
	coco_kit_gather(&kit, two);
	assert_int_equal(kit.declared.n, 3);
	is(0, "mr_td", "[\"" DIGEST "\"]");
}

static void test_bad(void **state COCO_UNUSED)
{
	struct coco_diag d;

	coco_kit_file(&kit, "v", "[");
	coco_kit_fails(&kit, VALUES("v"), COCO_E_FORMAT_JSON, &d);
	assert_string_equal(d.source, "v");
	coco_kit_fails(&kit, VALUES("none"), COCO_E_IO_OPEN, NULL);
	coco_kit_file(&kit, "v", "{\"schema\":\"x\"}");
	coco_kit_fails(&kit, VALUES("v"), COCO_E_REFVAL_UNKNOWN, NULL);
	coco_kit_file(&kit, "v", "{\"snp_smt_enabled\":true}");
	coco_kit_file(&kit, "w", "{\"snp_smt_enabled\":false}");
	coco_kit_fails(&kit, VALUES("v") "[[reference_values]]\nfile = \"w\"\n",
		       COCO_E_REFVAL_SINGLE, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_releases, up, down),
		cmocka_unit_test_setup_teardown(test_validity, up, down),
		cmocka_unit_test_setup_teardown(test_several, up, down),
		cmocka_unit_test_setup_teardown(test_bad, up, down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
