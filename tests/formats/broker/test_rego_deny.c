/*
 * test_rego_deny.c - policies for an emergency: what is renamed, what stays,
 * what cannot be wrapped.
 */
#include "formats/broker/rego_deny.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define COMMENT "# Written by cococtl broker apply --disable: the policy of before, and " \
		"resources that it may not release.\n"

static const char *const paths[] = { "a/b/c", "d/e/f" };

static void check(const char *policy, size_t n, const char *want)
{
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	uint8_t *g = coco_test_guard(policy, strlen(policy));

	coco_wr_init(&wr, 4 * COCO_REGO_MAX);
	assert_ok(coco_rego_deny(&wr, coco_view_of(g, strlen(policy)), paths, n, &d), &d);
	coco_wr_u8(&wr, 0);
	assert_string_equal((char *)wr.p, want);
	coco_wr_free(&wr);
	coco_test_unguard(g, strlen(policy));
}

static void test_with_if(void **state COCO_UNUSED)
{
	check("package policy # allow\nimport rego.v1\ndefault allow = false\n"
	      "allow if { input.allow; x[\"allow\"] == `allow`; not_allow }\n", 1,
	      COMMENT "package policy # allow\nimport rego.v1\n"
	      "default allow_unless_disabled = false\n"
	      "allow_unless_disabled if { input.allow; x[\"allow\"] == `allow`; not_allow }\n"
	      "\n\ncococtl_disabled_paths := {\"a/b/c\"}\n\ndefault allow = false\n\n"
	      "cococtl_disabled if { cococtl_disabled_paths[concat(\"/\", "
	      "data[\"resource-path\"])] }\n\n"
	      "allow if { allow_unless_disabled == true; not cococtl_disabled }\n");
}

static void test_with_braces(void **state COCO_UNUSED)
{
	check("package policy\nallow { 1 == 1 }", 2,
	      COMMENT "package policy\nallow_unless_disabled { 1 == 1 }"
	      "\n\ncococtl_disabled_paths := {\"a/b/c\", \"d/e/f\"}\n\ndefault allow = false\n\n"
	      "cococtl_disabled { cococtl_disabled_paths[concat(\"/\", "
	      "data[\"resource-path\"])] }\n\n"
	      "allow { allow_unless_disabled == true; not cococtl_disabled }\n");
}

static void test_without_body(void **state COCO_UNUSED)
{
	check("package policy\n\ndefault allow = true", 1,
	      COMMENT "package policy\n\nimport rego.v1\n\n\n"
	      "default allow_unless_disabled = true"
	      "\n\ncococtl_disabled_paths := {\"a/b/c\"}\n\ndefault allow = false\n\n"
	      "cococtl_disabled if { cococtl_disabled_paths[concat(\"/\", "
	      "data[\"resource-path\"])] }\n\n"
	      "allow if { allow_unless_disabled == true; not cococtl_disabled }\n");
}

static void refuse(const char *policy)
{
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	uint8_t *g = coco_test_guard(policy, strlen(policy));

	coco_wr_init(&wr, COCO_REGO_MAX);
	assert_err(coco_rego_deny(&wr, coco_view_of(g, strlen(policy)), paths, 1, &d),
		   COCO_E_FORMAT_VALUE, &d);
	assert_int_equal(wr.n, 0);
	assert_true(strstr(d.hint, "--disable all") != NULL);
	coco_wr_free(&wr);
	coco_test_unguard(g, strlen(policy));
}

static void test_refused(void **state COCO_UNUSED)
{
	static char large[COCO_REGO_MAX + 1];
	struct coco_diag d = { 0 };
	struct coco_wr wr;

	refuse("");
	refuse("package other\nallow = true");
	refuse("package policy\nallowed = true");
	refuse("# package policy\nallow = true");
	refuse("package policy\nallow = \"x");
	refuse("package policy\nallow = \"x\n\"");
	refuse("package policy\nallow = `x");
	refuse("package policy\nx = data.policy.allow\nallow = true");
	refuse("package policy\nallow = allow_unless_disabled");
	refuse("package policy\nallow = true\ncococtl_disabled = 1");
	coco_wr_init(&wr, COCO_REGO_MAX);
	assert_err(coco_rego_deny(&wr, coco_view_of(large, sizeof(large)), paths, 1, &d),
		   COCO_E_LIMIT_SIZE, &d);
	coco_wr_free(&wr);
}

static void test_all(void **state COCO_UNUSED)
{
	const char *text = coco_rego_deny_all();

	assert_non_null(strstr(text, "\npackage policy\n"));
	assert_non_null(strstr(text, "\ndefault allow = false\n"));
	assert_null(strstr(text, "true"));
}

static void test_wrapped_twice(void **state COCO_UNUSED)
{
	static const char policy[] = "package policy\ndefault allow = true\n";
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	struct coco_wr again;

	coco_wr_init(&wr, COCO_REGO_MAX);
	coco_wr_init(&again, COCO_REGO_MAX);
	assert_ok(coco_rego_deny(&wr, coco_view_of(policy, strlen(policy)), paths, 1, &d), &d);
	assert_err(coco_rego_deny(&again, coco_wr_view(&wr), paths, 1, &d), COCO_E_FORMAT_VALUE,
		   &d);
	coco_wr_free(&wr);
	coco_wr_free(&again);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		coco_wr_init(&wr, COCO_REGO_MAX);
		coco_diag_init(&d);
		int r = coco_rego_deny(&wr, coco_view_of(policy, strlen(policy)), paths, 1, &d);

		r = r != 0 ? r : wr.code;
		d.code = r;
		coco_wr_free(&wr);
		if (coco_test_alloc_check(r, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_with_if),
		cmocka_unit_test(test_with_braces),
		cmocka_unit_test(test_without_body),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_wrapped_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
