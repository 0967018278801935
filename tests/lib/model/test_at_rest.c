/*
 * test_at_rest.c - where plaintext may lie: memory file systems always, other
 * places as the flag says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "tests/support/model.h"

enum { TMPFS = 0x01021994 };

static bool on_tmpfs(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && fs.f_type == TMPFS;
}

static void test_allow(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	/* nothing is asked of the place, not even that it is there */
	assert_ok(coco_at_rest_check(COCO_AT_REST_ALLOW, "/nonexistent", &d), &d);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	if (!on_tmpfs("/dev/shm")) {
		print_message("skip: /dev/shm is no tmpfs\n");
		skip();
	}
	assert_ok(coco_at_rest_check(COCO_AT_REST_DENY, "/dev/shm", &d), &d);
	assert_ok(coco_at_rest_check(COCO_AT_REST_GUEST_ENCRYPTED, "/dev/shm", &d), &d);
}

static void test_disk(void **state COCO_UNUSED)
{
	static const char *const places[] = { "/proc", "/sys", "." };

	for (size_t i = 0; i < COCO_ARRAY_LEN(places); i++) {
		struct coco_diag d = { 0 };

		if (on_tmpfs(places[i]))
			continue;
		assert_err(coco_at_rest_check(COCO_AT_REST_DENY, places[i], &d),
			   COCO_E_PACKAGE_AT_REST, &d);
		assert_string_equal(d.source, places[i]);
		assert_int_not_equal(d.expected[0], 0);
		assert_int_not_equal(d.actual[0], 0);
	}
	/* neither of these is a dm-crypt device */
	for (size_t i = 0; i < 2; i++) {
		struct coco_diag d = { 0 };

		assert_err(coco_at_rest_check(COCO_AT_REST_GUEST_ENCRYPTED, places[i], &d),
			   COCO_E_PACKAGE_AT_REST, &d);
	}
}

static void test_missing(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	assert_err(coco_at_rest_check(COCO_AT_REST_DENY, "/nonexistent", &d), COCO_E_IO_OPEN, &d);
}

/* The flag of a package decides where it opens; what is forbidden leaves nothing. */
static void test_open(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_GGUF);
	char *disk = coco_test_dir();
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 65536);

	req.at_rest = COCO_AT_REST_DENY;
	struct coco_pack_result result = { .files = 0 };
	coco_model_pack(&req, 1, &result);
	coco_pack_result_free(&result);
	assert_int_equal(coco_model_open(p.out, &p.key, NULL, 1), 0); /* only checking */
	if (!on_tmpfs(disk)) {
		assert_int_equal(coco_model_open(p.out, &p.key, coco_model_path(disk, "plain"), 1),
				 COCO_E_PACKAGE_AT_REST);
		assert_int_equal(coco_model_entries(disk, ""), 0);
	}
	if (on_tmpfs("/dev/shm")) {
		char shm[] = "/dev/shm/cococtl-test.XXXXXX";
		char plain[64];

		assert_non_null(mkdtemp(shm));
		snprintf(plain, sizeof(plain), "%s/plain", shm);
		assert_int_equal(coco_model_open(p.out, &p.key, plain, 1), 0);
		coco_model_same(p.dir, plain);
		coco_remove_tree(-100, shm);
	}
	coco_test_rmdir(disk);
	coco_model_leave(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allow),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_disk),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
