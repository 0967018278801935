/*
 * test_remote_ref.c - the forms of references to a broker and to the data hub.
 */
#include "lib/core/remote_ref.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/support.h"

static void test_loopback(void **state COCO_UNUSED)
{
	static const char *const yes[] = {
		"http://127.0.0.1", "http://127.0.0.1:8006/x", "https://127.1.2.3/",
		"http://[::1]:80", "http://LocalHost:1", "http://localhost",
	};
	static const char *const no[] = {
		"http://10.0.0.1", "http://127.0.0.1.example.com/", "http://localhost.example.com",
		"http://127.0.0.1@example.com/", "http://127.0.0.1:80@example.com", "127.0.0.1",
		"http://example.com/127.0.0.1", "http://[::1].example.com",
		"http://example.com#@127.0.0.1", "http://1127.0.0.1",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(yes); i++)
		assert_true(coco_remote_loopback(yes[i]));
	for (size_t i = 0; i < COCO_ARRAY_LEN(no); i++)
		assert_false(coco_remote_loopback(no[i]));
}

static void test_good(void **state COCO_UNUSED)
{
	static const struct {
		const char *ref;
		bool cdh;
		const char *url;
	} cases[] = {
		{ "kbs+https://kbs.example.com:8080/r/t/g", false, "https://kbs.example.com:8080" },
		{ "kbs+https://kbs/pre/fix/r/t/g", false, "https://kbs/pre/fix" },
		{ "kbs+https://[2001:db8::1]:1/r/t/g", false, "https://[2001:db8::1]:1" },
		{ "kbs+http://127.0.0.1:80/r/t/g", false, "http://127.0.0.1:80" },
		{ "cdh:///r/t/g", true, "" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_remote_ref x;
		struct coco_diag d = { 0 };

		assert_ok(coco_remote_ref_parse(cases[i].ref, &x, &d), &d);
		assert_int_equal(x.cdh, cases[i].cdh);
		assert_string_equal(x.url, cases[i].url);
		assert_string_equal(x.id.repo, "r");
		assert_string_equal(x.id.type, "t");
		assert_string_equal(x.id.tag, "g");
	}
}

static void test_bad(void **state COCO_UNUSED)
{
	static const char *const refs[] = {
		"kbs+https:", "kbs+https://", "kbs+https:///r/t/g", "kbs+https://h/t/g",
		"kbs+https://h/r/t/", "kbs+https://h//t/g", "kbs+https://h/r/t/g?x=y",
		"kbs+https://h/r/t/g#f", "kbs+https://u:p@h/r/t/g", "kbs+https://h/r/../g",
		"kbs+https://h/.r/t/g", "kbs+https:h/r/t/g", "kbs+http://h/r/t/g",
		"kbs+http://127.0.0.1.example.com/r/t/g", "kbs+https://h /r/t/g",
		"cdh:", "cdh:r/t/g", "cdh://h/r/t/g", "cdh:///r/t", "cdh:///r/t/g/x", "cdh:///r//g",
	};
	char text[2 * COCO_REMOTE_URL];

	for (size_t i = 0; i < COCO_ARRAY_LEN(refs); i++) {
		struct coco_remote_ref x = { .url = "kept" };
		struct coco_diag d = { 0 };

		assert_err(coco_remote_ref_parse(refs[i], &x, &d), COCO_E_USAGE_KEYREF, &d);
		assert_string_equal(x.url, "kept");
	}
	struct coco_remote_ref x;
	struct coco_diag d = { 0 };
	snprintf(text, sizeof(text), "kbs+https://h/%0*d/r/t/g", COCO_REMOTE_URL, 0);
	assert_err(coco_remote_ref_parse(text, &x, &d), COCO_E_USAGE_KEYREF, &d);
}

static void test_scheme(void **state COCO_UNUSED)
{
	assert_true(coco_remote_scheme("kbs+https:", 9));
	assert_true(coco_remote_scheme("kbs+https:", 8));
	assert_true(coco_remote_scheme("cdh", 3));
	assert_false(coco_remote_scheme("kbs", 3));
	assert_false(coco_remote_scheme("", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_scheme),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
