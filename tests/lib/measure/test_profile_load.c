/*
 * test_profile_load.c - a launch profile from its file: whose directory its
 * paths are relative to, its digest, and what cannot be read.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/profile_load.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static const char text[] =
	"schema = \"cococtl.launch-profile.v1\"\nplatforms = [\"snp\"]\n"
	"[firmware]\nfile = \"fw/OVMF.fd\"\n[boot]\nkernel = \"/abs/vmlinuz\"\nappend = \"rel\"\n"
	"[id_block]\nid_key = \"file:id.pem\"\nauthor_key = \"env:KEY\"\n"
	"[[disk]]\nimage = \"a\"\n[[disk]]\nimage = \"b\"\n";

static char *in(const char *dir, const char *name)
{
	char *path = coco_path_join(dir, name);

	assert_non_null(path);
	return path;
}

static void check(const struct coco_profile *p, enum coco_profile_id id, size_t row,
		  const char *prefix, const char *dir, const char *name)
{
	char want[512];

	snprintf(want, sizeof(want), "%s%s/%s", prefix, dir, name);
	assert_string_equal(coco_profile_get(p, id, row)->texts[0], want);
}

static void test_paths(void **state COCO_UNUSED)
{
	struct coco_launch_profile p;
	struct coco_diag d = { 0 };
	char *dir = coco_test_dir();
	char *path = in(dir, "p.toml");
	struct coco_sha256 ctx;
	uint8_t digest[32];

	assert_ok(coco_write_file(path, text, strlen(text), 0, &d), &d);
	assert_ok(coco_profile_load(&p, path, &d), &d);
	check(&p.profile, COCO_PROFILE_FIRMWARE_FILE, 0, "", dir, "fw/OVMF.fd");
	check(&p.profile, COCO_PROFILE_ID_BLOCK_ID_KEY, 0, "file:", dir, "id.pem");
	check(&p.profile, COCO_PROFILE_DISK_IMAGE, 1, "", dir, "b");
	assert_string_equal(coco_profile_text(&p.profile, COCO_PROFILE_BOOT_KERNEL),
			    "/abs/vmlinuz");
	assert_string_equal(coco_profile_text(&p.profile, COCO_PROFILE_BOOT_APPEND), "rel");
	assert_string_equal(coco_profile_text(&p.profile, COCO_PROFILE_ID_BLOCK_AUTHOR_KEY),
			    "env:KEY");
	coco_sha256_init(&ctx);
	coco_sha256_update(&ctx, text, strlen(text));
	coco_sha256_final(&ctx, digest);
	assert_memory_equal(p.sha256, digest, sizeof(digest));
	assert_int_equal(p.size, strlen(text));
	coco_launch_profile_free(&p);
	coco_launch_profile_free(&p);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_launch_profile q = { .size = 0 };
		int r = coco_profile_load(&q, path, &d);

		coco_launch_profile_free(&q);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_free(path);
	coco_test_rmdir(dir);
}

static void test_errors(void **state COCO_UNUSED)
{
	struct coco_launch_profile p = { .size = 7 };
	struct coco_diag d = { 0 };
	char *dir = coco_test_dir();
	char *path = in(dir, "p.toml");

	assert_err(coco_profile_load(&p, path, &d), COCO_E_IO_OPEN, &d);
	coco_diag_init(&d);
	assert_ok(coco_write_file(path, "a = 1\n", 6, 0, &d), &d);
	assert_err(coco_profile_load(&p, path, &d), COCO_E_PROFILE_SCHEMA, &d);
	assert_string_equal(d.source, path);
	assert_int_equal(p.size, 7);
	coco_free(path);
	coco_test_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
