/*
 * test_profile.c - the launch profile: reading with every defect by name,
 * values of every kind, writing, and allocations that fail.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/profile.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define HEAD "schema = \"cococtl.launch-profile.v1\"\nplatforms = [\"snp\"]\n"
#define HEX16 "00112233445566778899aabbccddeeff"
#define HEX32 HEX16 HEX16

static int decode(const char *text, struct coco_profile *p, struct coco_diag *d)
{
	size_t n = strlen(text);
	uint8_t *guarded = coco_test_guard(text, n);

	coco_diag_init(d);
	int r = coco_profile_decode(p, coco_view_of(guarded, n), d);
	coco_test_unguard(guarded, n);
	return r;
}

static const char whole[] =
	HEAD
	"title = \"a guest\"\n"
	"[vmm]\nname = \"qemu\"\nversion = \"10.0.13\"\nmachine = \"pc-q35-10.0\"\n"
	"[firmware]\nfile = \"OVMF.fd\"\nvars_size = 540672\n"
	"[boot]\nkernel = \"vmlinuz\"\nappend = \"a=\\\"b\\\" c\"\nkernel_hashes = true\n"
	"[cpu]\ncounts = [1, \"8-16\", 4]\nmodels = [\"EPYC-v4\"]\nsignature = \"0X00a00F11\"\n"
	"[memory]\nsizes = \"2GiB\"\n"
	"[guest]\nfeatures = 0x21\npolicy = \"0xffffffffffffffff\"\nhost_data = \"" HEX16
	"00112233445566778899AABBCCDDEEFF\"\n"
	"[id_block]\nguest_svn = 7\n"
	"[[disk]]\nimage = \"a.raw\"\n[[disk]]\nimage = \"b.raw\"\nroot_hash = \"ABCD\"\n"
	"[[given]]\nregister = \"tdx.rtmr0\"\nevent = \"ACPI\"\ndigest = \"00\"\norigin = \"me\"\n";

static void test_read(void **state COCO_UNUSED)
{
	struct coco_profile p;
	struct coco_diag d;

	assert_ok(decode(whole, &p, &d), &d);
	assert_string_equal(coco_profile_text(&p, COCO_PROFILE_TITLE), "a guest");
	assert_string_equal(coco_profile_text(&p, COCO_PROFILE_BOOT_APPEND), "a=\"b\" c");
	assert_string_equal(coco_profile_text(&p, COCO_PROFILE_BOOT_KERNEL_HASHES), "true");
	assert_string_equal(coco_profile_text(&p, COCO_PROFILE_FIRMWARE_VARS_SIZE), "540672");
	assert_string_equal(coco_profile_text(&p, COCO_PROFILE_CPU_SIGNATURE), "0xa00f11");
	assert_string_equal(coco_profile_text(&p, COCO_PROFILE_GUEST_FEATURES), "0x21");
	assert_string_equal(coco_profile_text(&p, COCO_PROFILE_GUEST_POLICY), "0xffffffffffffffff");
	assert_string_equal(coco_profile_text(&p, COCO_PROFILE_GUEST_HOST_DATA), HEX32);
	assert_null(coco_profile_text(&p, COCO_PROFILE_BOOT_INITRD));
	const struct coco_profile_value *v = coco_profile_get(&p, COCO_PROFILE_CPU_COUNTS, 0);
	assert_int_equal(v->n, 3);
	assert_string_equal(v->texts[1], "8-16");
	assert_int_equal(v->line, 16);
	assert_int_equal(coco_profile_rows(&p, COCO_PROFILE_DISK_IMAGE), 2);
	assert_string_equal(coco_profile_get(&p, COCO_PROFILE_DISK_ROOT_HASH, 1)->texts[0], "abcd");
	assert_null(coco_profile_get(&p, COCO_PROFILE_DISK_ROOT_HASH, 0));
	assert_true(coco_profile_has_platform(&p, "snp"));
	assert_false(coco_profile_has_platform(&p, "tdx"));
	coco_profile_free(&p);
	coco_profile_free(&p);
}

/* What is written reads back as the same, and is written the same again. */
static void test_write(void **state COCO_UNUSED)
{
	struct coco_profile p;
	struct coco_profile q;
	struct coco_diag d;
	uint8_t *a = NULL;
	uint8_t *b = NULL;
	size_t n = 0;
	size_t m = 0;

	assert_ok(decode(whole, &p, &d), &d);
	assert_ok(coco_profile_encode(&p, &a, &n, &d), &d);
	assert_ok(coco_profile_decode(&q, coco_view_of(a, n), &d), &d);
	assert_ok(coco_profile_encode(&q, &b, &m, &d), &d);
	assert_int_equal(n, m);
	assert_memory_equal(a, b, n);
	assert_non_null(strstr((char *)a, "counts = [1, \"8-16\", 4]\n"));
	assert_non_null(strstr((char *)a, "policy = \"0xffffffffffffffff\"\n"));
	assert_non_null(strstr((char *)a, "features = 0x21\n"));
	assert_non_null(strstr((char *)a, "\n[[disk]]\nimage = \"b.raw\"\nroot_hash = \"abcd\"\n"));
	coco_free(a);
	coco_free(b);
	coco_profile_free(&p);
	coco_profile_free(&q);
}

static void test_notes(void **state COCO_UNUSED)
{
	struct coco_profile p = { .n = 0 };
	struct coco_diag d = { 0 };
	uint8_t *a = NULL;
	size_t n = 0;

	assert_ok(coco_profile_add(&p, COCO_PROFILE_PLATFORMS, 0, "tdx", NULL, &d), &d);
	assert_ok(coco_profile_add(&p, COCO_PROFILE_FIRMWARE_FILE, 0, "x", "old", &d), &d);
	assert_ok(coco_profile_add(&p, COCO_PROFILE_FIRMWARE_FILE, 0, "y", "-bios\nx = 1", &d), &d);
	assert_ok(coco_profile_encode(&p, &a, &n, &d), &d);
	assert_string_equal((char *)a, "schema = \"cococtl.launch-profile.v1\"\n"
				       "platforms = [\"tdx\"]\n\n[firmware]\n"
				       "# -bios\\x0ax = 1\nfile = \"y\"\n");
	coco_free(a);
	coco_profile_free(&p);
}

static void test_defects(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
		const char *pointer;
	} bad[] = {
		{ "", COCO_E_PROFILE_SCHEMA, "line 1" },
		{ "schema = 1\n", COCO_E_PROFILE_SCHEMA, "line 1" },
		{ "schema = \"cococtl.launch-profile.v2\"\n", COCO_E_PROFILE_SCHEMA, "line 1" },
		{ "schema = \"cococtl.launch-profile.v1\"\n", COCO_E_PROFILE_SCHEMA, "line 1" },
		{ HEAD "x = ", COCO_E_FORMAT_TOML, NULL },
		{ HEAD "[frimware]\n", COCO_E_FORMAT_TOML_KEY, "line 3" },
		{ HEAD "[firmware]\n\nfiles = \"x\"\n", COCO_E_FORMAT_TOML_KEY, "line 5" },
		{ HEAD "firmware = 1\n", COCO_E_FORMAT_TOML_TYPE, "line 3" },
		{ HEAD "disk = 1\n", COCO_E_FORMAT_TOML_TYPE, "line 3" },
		{ HEAD "disk = [1]\n", COCO_E_FORMAT_TOML_TYPE, "line 3" },
		{ HEAD "[[disk]]\nformat = \"raw\"\n", COCO_E_PROFILE_SCHEMA, "line 3" },
		{ HEAD "[[given]]\nregister = \"x\"\n", COCO_E_PROFILE_SCHEMA, "line 3" },
		{ HEAD "[firmware]\nfile = 1\n", COCO_E_FORMAT_TOML_TYPE, "line 4" },
		{ HEAD "[firmware]\nfile = [\"a\"]\n", COCO_E_FORMAT_TOML_TYPE, "line 4" },
		{ HEAD "[firmware]\nfile = \"\"\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[firmware]\nfile = \"-\"\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[firmware]\nfile = \"a\\u0000\"\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[firmware]\ndigest = \"00\"\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[guest]\nhost_data = \"x\"\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[guest]\nfeatures = -1\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[guest]\nfeatures = \"0x\"\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[guest]\nfeatures = \"0x10000000000000000\"\n", COCO_E_PROFILE_VALUE,
		  "line 4" },
		{ HEAD "[guest]\nfeatures = true\n", COCO_E_FORMAT_TOML_TYPE, "line 4" },
		{ HEAD "[boot]\nkernel_hashes = \"on\"\n", COCO_E_FORMAT_TOML_TYPE, "line 4" },
		{ HEAD "[boot]\nappend_form = \"exakt\"\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[cpu]\ncounts = []\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[cpu]\ncounts = [0]\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[cpu]\ncounts = [4097]\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[cpu]\ncounts = [\"8-4\"]\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[cpu]\ncounts = [\"4-\"]\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[cpu]\ncounts = [[1]]\n", COCO_E_FORMAT_TOML_TYPE, "line 4" },
		{ HEAD "[cpu]\nmax = 4294967296\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[memory]\nsizes = [\"2G\"]\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[memory]\nsizes = [0]\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[memory]\nsizes = [\"99999999999TiB\"]\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[id_block]\nblock = \"AAAA\"\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ HEAD "[id_block]\nblock = \"%\"\n", COCO_E_PROFILE_VALUE, "line 4" },
		{ "schema = \"cococtl.launch-profile.v1\"\nplatforms = [\"spn\"]\n",
		  COCO_E_PROFILE_VALUE, "line 2" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_profile p = { .n = 99 };
		struct coco_diag d;
		int r = decode(bad[i].text, &p, &d);

		if (r != bad[i].code)
			print_message("case %zu\n", i);
		assert_err(r, bad[i].code, &d);
		if (bad[i].pointer != NULL)
			assert_string_equal(d.pointer, bad[i].pointer);
		assert_int_equal(p.n, 99);
	}
}

static void test_hints(void **state COCO_UNUSED)
{
	struct coco_profile p;
	struct coco_diag d;

	assert_int_not_equal(decode(HEAD "[firmware]\nfiel = \"x\"\n", &p, &d), 0);
	assert_string_equal(d.hint, "did you mean \"file\"?");
	assert_int_not_equal(decode(HEAD "[vmm]\nname = \"qmeu\"\n", &p, &d), 0);
	assert_string_equal(d.hint, "did you mean \"qemu\"?");
}

static void test_limits(void **state COCO_UNUSED)
{
	struct coco_profile p = { .n = 0 };
	struct coco_diag d = { 0 };
	char *text = coco_zalloc(COCO_PROFILE_TEXT + 1, 1);

	for (size_t i = 0; i < COCO_PROFILE_TEXTS; i++)
		assert_ok(coco_profile_add(&p, COCO_PROFILE_CPU_COUNTS, 0, "1", NULL, &d), &d);
	assert_err(coco_profile_add(&p, COCO_PROFILE_CPU_COUNTS, 0, "1", NULL, &d),
		   COCO_E_LIMIT_SIZE, &d);
	coco_diag_init(&d);
	assert_err(coco_profile_add(&p, COCO_PROFILE_DISK_IMAGE, COCO_PROFILE_ROWS, "1", NULL, &d),
		   COCO_E_LIMIT_SIZE, &d);
	coco_diag_init(&d);
	memset(text, 'a', COCO_PROFILE_TEXT);
	assert_err(coco_profile_add(&p, COCO_PROFILE_BOOT_APPEND, 0, text, NULL, &d),
		   COCO_E_PROFILE_VALUE, &d);
	coco_free(text);
	coco_profile_free(&p);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d;

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_profile p = { .n = 0 };
		uint8_t *a = NULL;
		size_t len = 0;

		coco_diag_init(&d);
		int r = coco_profile_decode(&p, coco_view_of(whole, strlen(whole)), &d);
		if (r == 0)
			r = coco_profile_encode(&p, &a, &len, &d);
		coco_profile_free(&p);
		coco_free(a);
		if (coco_test_alloc_check(r, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),    cmocka_unit_test(test_write),
		cmocka_unit_test(test_notes),   cmocka_unit_test(test_defects),
		cmocka_unit_test(test_hints),   cmocka_unit_test(test_limits),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
