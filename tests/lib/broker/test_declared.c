/*
 * test_declared.c - declarations with what they name: paths, addresses, keys
 * and policies.
 */
#include "lib/broker/declared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/declared_kit.h"
#include "tests/support/support.h"

static struct coco_kit kit;

static int up(void **state COCO_UNUSED)
{
	coco_kit_up(&kit);
	coco_kit_file(&kit, "policy.rego", "package policy");
	coco_kit_file(&kit, "key", "secret");
	return 0;
}

static int down(void **state COCO_UNUSED)
{
	coco_kit_down(&kit);
	return 0;
}

static void resolves(const char *dir, const char *text, const char *want)
{
	struct coco_declared d = { .dir = coco_strdup(dir) };
	struct coco_diag diag = { 0 };
	char *got = NULL;

	assert_ok(coco_declared_resolve(&d, text, &got, &diag), &diag);
	if (want == NULL)
		assert_null(got);
	else
		assert_string_equal(got, want);
	coco_free(got);
	coco_free(d.dir);
}

static void test_resolve(void **state COCO_UNUSED)
{
	resolves("a/", "b", "a/b");
	resolves("a/", "file:b", "file:a/b");
	resolves("a/", "store:b/r/t/g", "store:a/b/r/t/g");
	resolves("a/", "/b", "/b");
	resolves("a/", "file:/b", "file:/b");
	resolves("a/", "env:B", "env:B");
	resolves("a/", "fd:3", "fd:3");
	resolves("a/", "cred:b", "cred:b");
	resolves("a/", "kbs+https://h/r/t/g", "kbs+https://h/r/t/g");
	resolves("a/", "cdh:///r/t/g", "cdh:///r/t/g");
	resolves("", "file:b", "file:b");
	resolves("a/", NULL, NULL);
}

static void identity(const char *address, const char *want)
{
	struct coco_diag diag = { 0 };
	char got[512];

	assert_ok(coco_declared_identity(&kit.declared, address, got, sizeof(got), &diag), &diag);
	assert_string_equal(got, want);
}

static void test_identity(void **state COCO_UNUSED)
{
	struct coco_diag diag = { 0 };
	char address[600];
	char absolute[600];
	char got[16];

	coco_kit_load(&kit, COCO_KIT_HEAD);
	identity("https://h:1", "https://h:1");
	identity("https://h:1/", "https://h:1");
	identity("https://h/a//", "https://h/a");
	identity("https://user:pass@h/a?q=1", "https://h/a");
	identity("https://h/a@b", "https://h/a@b");
	snprintf(address, sizeof(address), "store:%s/new", kit.dir);
	identity(address, "store:new");
	snprintf(address, sizeof(address), "store:%s/./new/", kit.dir);
	identity(address, "store:new");
	assert_int_equal(mkdir(address + 6, 0700), 0);
	identity(address, "store:new");
	identity("store:/", "store:/");
	char *real = realpath(".", NULL);
	snprintf(absolute, sizeof(absolute), "store:%s/not-there", real);
	identity("store:not-there", absolute);
	free(real);
	assert_err(coco_declared_identity(&kit.declared, "store:/none/at/all", absolute,
					  sizeof(absolute), &diag), COCO_E_IO_OPEN, &diag);
	coco_diag_init(&diag);
	assert_err(coco_declared_identity(&kit.declared, "https://long.example.com", got,
					  sizeof(got), &diag), COCO_E_USAGE_URL, &diag);
	coco_diag_init(&diag);
	assert_err(coco_declared_identity(&kit.declared, address, got, 8, &diag),
		   COCO_E_LIMIT_SIZE, &diag);
}

static void test_load(void **state COCO_UNUSED)
{
	struct coco_declared d;
	struct coco_diag diag = { 0 };
	char path[600];

	assert_err(coco_declared_load(&d, "-", &diag), COCO_E_USAGE_VALUE, &diag);
	coco_diag_init(&diag);
	snprintf(path, sizeof(path), "%s/none", kit.dir);
	assert_err(coco_declared_load(&d, path, &diag), COCO_E_IO_OPEN, &diag);
	coco_diag_init(&diag);
	coco_kit_file(&kit, "bad", "x");
	snprintf(path, sizeof(path), "%s/bad", kit.dir);
	assert_err(coco_declared_load(&d, path, &diag), COCO_E_FORMAT_TOML, &diag);
	assert_string_equal(diag.source, path);
	coco_declared_free(&d);
}

static void test_gather(void **state COCO_UNUSED)
{
	struct coco_secret value = { 0 };
	struct coco_diag diag = { 0 };

	setenv("COCO_TEST_KEY", "from the environment", 1);
	coco_kit_gather(&kit, COCO_KIT_HEAD
			"[[key]]\nresource = \"a/b/c\"\nfrom = \"file:key\"\n"
			"[[key]]\nresource = \"a/b/d\"\nfrom = \"env:COCO_TEST_KEY\"\n"
			"[[attestation_policy]]\nclass = \"cpu\"\nfile = \"policy.rego\"\n"
			"[resource_policy]\nfile = \"policy.rego\"\n");
	assert_int_equal(kit.declared.n, 4);
	assert_int_equal(kit.declared.v[0].type, COCO_ITEM_RESOURCE_POLICY);
	assert_int_equal(kit.declared.v[1].type, COCO_ITEM_ATTESTATION_POLICY);
	assert_string_equal(kit.declared.v[1].name, "default_cpu");
	assert_string_equal(kit.declared.v[2].name, "a/b/c");
	/* twice: planning and applying */
	for (int i = 0; i < 2; i++) {
		assert_ok(coco_wanted_value(&kit.declared.v[2], 0, &value, &diag), &diag);
		assert_int_equal(value.n, 6);
		coco_secret_free(&value);
		assert_ok(coco_wanted_value(&kit.declared.v[3], 0, &value, &diag), &diag);
		assert_memory_equal(coco_secret_expose(&value), "from the environment", value.n);
		coco_secret_free(&value);
	}
	assert_null(getenv("COCO_TEST_KEY"));
}

static void test_bad(void **state COCO_UNUSED)
{
	struct coco_secret value = { 0 };
	struct coco_diag diag = { 0 };

	coco_kit_file(&kit, "empty", "");
	coco_kit_fails(&kit, COCO_KIT_HEAD "[resource_policy]\nfile = \"empty\"\n",
		       COCO_E_FORMAT_VALUE, NULL);
	coco_kit_fails(&kit, COCO_KIT_HEAD "[resource_policy]\nfile = \"none\"\n", COCO_E_IO_OPEN,
		       NULL);
	coco_kit_fails(&kit, COCO_KIT_HEAD "[[key]]\nresource = \"a/b/c\"\nfrom = \"what:x\"\n",
		       COCO_E_USAGE_SCHEME, NULL);
	coco_kit_fails(&kit, COCO_KIT_HEAD "[[key]]\nresource = \"a/b/c\"\n"
		       "from = \"env:COCO_TEST_NONE\"\n", COCO_E_KEY_MISSING, NULL);
	coco_kit_gather(&kit, COCO_KIT_HEAD "[[key]]\nresource = \"a/b/c\"\nfrom = \"none\"\n");
	assert_err(coco_wanted_value(&kit.declared.v[0], 0, &value, &diag), COCO_E_IO_OPEN,
		   &diag);
}

static void test_alloc(void **state COCO_UNUSED)
{
	struct coco_diag diag = { 0 };

	for (unsigned long n = 1;; n++) {
		coco_kit_load(&kit, COCO_KIT_HEAD "[[key]]\nresource = \"a/b/c\"\nfrom = \"key\"\n"
			      "[resource_policy]\nfile = \"policy.rego\"\n");
		coco_test_alloc_arm(n);
		int r = coco_declared_gather(&kit.declared, &kit.run, &kit.info, 0, &kit.findings,
					     &diag);

		if (coco_test_alloc_check(r, &diag))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolve),
		cmocka_unit_test_setup_teardown(test_identity, up, down),
		cmocka_unit_test_setup_teardown(test_load, up, down),
		cmocka_unit_test_setup_teardown(test_gather, up, down),
		cmocka_unit_test_setup_teardown(test_bad, up, down),
		cmocka_unit_test_setup_teardown(test_alloc, up, down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
