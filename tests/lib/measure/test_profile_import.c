/*
 * test_profile_import.c - recorded launches from their files: the drop-ins of
 * a Kata configuration in their order, relative paths, unreadable files.
 */
#include "lib/measure/profile_import.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static const struct coco_import_hints none = { NULL, 4 };
static char *dir;

static char *put(const char *name, const char *text)
{
	struct coco_diag d = { 0 };
	char *path = coco_path_join(dir, name);

	assert_non_null(path);
	assert_ok(coco_write_file(path, text, strlen(text), COCO_OUT_FORCE, &d), &d);
	return path;
}

static bool warns(const struct coco_import *im, const char *word)
{
	for (size_t i = 0; i < im->n_notes; i++)
		if (strstr(im->notes[i].text, word) != NULL)
			return true;
	return false;
}

static void test_kata(void **state COCO_UNUSED)
{
	struct coco_import im;
	struct coco_diag d = { 0 };
	char *path = put("configuration.toml", "[hypervisor.qemu]\nsev_snp_guest = true\n"
			 "confidential_guest = true\nkernel = \"/a\"\nfirmware = \"/f\"\n");

	assert_ok(coco_profile_import(&im, COCO_PROFILE_FROM_KATA, path, &none, &d), &d);
	assert_string_equal(coco_profile_text(&im.profile, COCO_PROFILE_BOOT_KERNEL), "/a");
	coco_import_free(&im);
	char *drop = coco_path_join(dir, "config.d");
	assert_int_equal(mkdir(drop, 0777), 0);
	char *b = put("config.d/20-b.toml", "[hypervisor.qemu]\nkernel = \"/b\"\n");
	char *c = put("config.d/10-c.toml",
		      "[hypervisor.qemu]\nkernel = \"/c\"\nfirmware = \"/g\"\n");
	assert_ok(coco_profile_import(&im, COCO_PROFILE_FROM_KATA, path, &none, &d), &d);
	assert_string_equal(coco_profile_text(&im.profile, COCO_PROFILE_BOOT_KERNEL), "/b");
	assert_string_equal(coco_profile_text(&im.profile, COCO_PROFILE_FIRMWARE_FILE), "/g");
	coco_import_free(&im);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_import again = { .n_notes = 0 };
		int r = coco_profile_import(&again, COCO_PROFILE_FROM_KATA, path, &none, &d);

		coco_import_free(&again);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	/* a directory there is no file */
	char *sub = coco_path_join(drop, "30-dir");
	assert_int_equal(mkdir(sub, 0777), 0);
	assert_int_not_equal(coco_profile_import(&im, COCO_PROFILE_FROM_KATA, path, &none, &d), 0);
	coco_free(sub);
	coco_free(b);
	coco_free(c);
	coco_free(drop);
	coco_free(path);
}

static void test_files(void **state COCO_UNUSED)
{
	struct coco_import im = { .n_notes = 0 };
	struct coco_diag d = { 0 };
	char *path = put("argv", "q -bios fw -kernel /k");

	assert_ok(coco_profile_import(&im, COCO_PROFILE_FROM_QEMU, path, &none, &d), &d);
	assert_true(warns(&im, "firmware.file: fw is relative"));
	assert_false(warns(&im, "/k is relative"));
	coco_import_free(&im);
	assert_err(coco_profile_import(&im, COCO_PROFILE_FROM_LIBVIRT, path, &none, &d),
		   COCO_E_FORMAT_XML, &d);
	assert_string_equal(d.source, path);
	coco_free(path);
	path = put("xml", "<domain><os><loader>/f</loader></os></domain>");
	coco_diag_init(&d);
	assert_ok(coco_profile_import(&im, COCO_PROFILE_FROM_LIBVIRT, path, &none, &d), &d);
	coco_import_free(&im);
	coco_free(path);
	for (int from = COCO_PROFILE_FROM_QEMU; from <= COCO_PROFILE_FROM_KATA; from++) {
		coco_diag_init(&d);
		assert_err(coco_profile_import(&im, (enum coco_profile_source)from, "/no/where",
					       &none, &d), COCO_E_IO_OPEN, &d);
	}
}

static int begin(void **state COCO_UNUSED)
{
	dir = coco_test_dir();
	return 0;
}

static int end(void **state COCO_UNUSED)
{
	coco_test_rmdir(dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kata),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
