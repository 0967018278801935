/*
 * test_import_kata.c - launch profiles from Kata configurations and drop-ins:
 * what a later file replaces, what the node has to add, what is refused.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/import.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define VERITY "root_hash=aabb,salt=cc,data_blocks=10,data_block_size=4096,hash_block_size=4096"
#define QEMU "[hypervisor.qemu]\n"
#define SNP QEMU "confidential_guest = true\nsev_snp_guest = true\n"

static const char snp[] =
	SNP
	"kernel = \"/k\"\nimage = \"/img\"\nmachine_type = \"q35\"\nrootfs_type = \"erofs\"\n"
	"firmware = \"/fw\"\nfirmware_volume = \"\"\nkernel_params = \"x=1\"\n"
	"snp_guest_policy = 196609\nsnp_id_block = \"\"\n"
	"kernel_verity_params = \"" VERITY "\"\ndefault_vcpus = 1.5\ndefault_maxvcpus = 4\n"
	"default_memory = 1024\n[agent.kata]\nlaunch_process_timeout = 6\n"
	"debug_console_enabled = true\n";

static int import(const char *first, const char *second, uint32_t max, const char *platform,
		  struct coco_import *im, struct coco_diag *d)
{
	const struct coco_import_kata_file files[] = {
		{ "dir/configuration.toml", coco_view_of(first, strlen(first)) },
		{ "dir/config.d/10-x.toml", coco_view_of(second, strlen(second)) },
	};
	const struct coco_import_hints hints = { platform, max };

	coco_diag_init(d);
	return coco_import_kata(im, files, second[0] != '\0' ? 2 : 1, &hints, d);
}

static struct coco_import good(const char *first, const char *second, uint32_t max,
			       const char *platform)
{
	struct coco_import im;
	struct coco_diag d;

	assert_ok(import(first, second, max, platform, &im, &d), &d);
	return im;
}

static void says(const struct coco_import *im, enum coco_profile_id id, const char *want)
{
	const char *got = coco_profile_text(&im->profile, id);

	if (want == NULL) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_string_equal(got, want);
}

static bool warns(const struct coco_import *im, const char *word)
{
	for (size_t i = 0; i < im->n_notes; i++)
		if (strstr(im->notes[i].text, word) != NULL)
			return true;
	return false;
}

static void test_snp(void **state COCO_UNUSED)
{
	struct coco_import im = good(snp, "", 0, NULL);
	const char *append = coco_profile_text(&im.profile, COCO_PROFILE_BOOT_APPEND);

	says(&im, COCO_PROFILE_PLATFORMS, "snp");
	says(&im, COCO_PROFILE_FIRMWARE_FILE, "/fw");
	says(&im, COCO_PROFILE_FIRMWARE_VARS, NULL);
	says(&im, COCO_PROFILE_BOOT_KERNEL, "/k");
	says(&im, COCO_PROFILE_BOOT_KERNEL_HASHES, "true");
	says(&im, COCO_PROFILE_CPU_COUNTS, "2-4");
	says(&im, COCO_PROFILE_CPU_MODELS, "EPYC-v4");
	says(&im, COCO_PROFILE_MEMORY_SIZES, "1GiB");
	says(&im, COCO_PROFILE_GUEST_POLICY, "0x30001");
	says(&im, COCO_PROFILE_DISK_IMAGE, "/img");
	says(&im, COCO_PROFILE_DISK_ROOT_HASH, "aabb");
	says(&im, COCO_PROFILE_ID_BLOCK_BLOCK, NULL);
	assert_non_null(strstr(append, "nr_cpus=4 selinux=0 "));
	assert_non_null(strstr(append, "rootflags=ro rootfstype=erofs "));
	assert_non_null(strstr(append, " agent.debug_console agent.debug_console_vport=1026 "
				       "agent.launch_process_timeout=6 x=1"));
	assert_int_equal(im.n_notes, 0);
	coco_import_free(&im);
}

/* A later file replaces keys, and only those that it has. */
static void test_drop_in(void **state COCO_UNUSED)
{
	struct coco_import im = good(snp, QEMU "kernel = \"/other\"\ndefault_maxvcpus = 0\n"
				     "enable_debug = true\ndisable_guest_selinux = false\n", 8,
				     NULL);

	says(&im, COCO_PROFILE_BOOT_KERNEL, "/other");
	says(&im, COCO_PROFILE_FIRMWARE_FILE, "/fw");
	says(&im, COCO_PROFILE_CPU_COUNTS, "2-8");
	assert_string_equal(coco_profile_get(&im.profile, COCO_PROFILE_BOOT_KERNEL, 0)->note,
			    "kernel of 10-x.toml");
	assert_true(warns(&im, "qemu.enable_debug"));
	assert_non_null(strstr(coco_profile_text(&im.profile, COCO_PROFILE_BOOT_APPEND),
			       "selinux=1"));
	coco_import_free(&im);
}

static void test_platforms(void **state COCO_UNUSED)
{
	struct coco_import im = good(QEMU "confidential_guest = true\ndefault_vcpus = -1\n"
				     "tdx_quote_generation_service_socket_port = 4050\n"
				     "initrd = \"/i\"\n[agent.kata]\ncdh_api_timeout = 50\n", "", 2,
				     NULL);

	says(&im, COCO_PROFILE_PLATFORMS, "tdx");
	says(&im, COCO_PROFILE_CPU_COUNTS, "2-2");
	says(&im, COCO_PROFILE_CPU_MODELS, NULL);
	assert_true(warns(&im, "memory limits"));
	assert_true(warns(&im, "an initrd"));
	assert_true(warns(&im, "cdh_api_timeout"));
	coco_import_free(&im);
	im = good(QEMU "default_maxvcpus = 4\nimage = \"/img\"\n", "", 2, NULL);
	says(&im, COCO_PROFILE_PLATFORMS, "vtpm");
	says(&im, COCO_PROFILE_CPU_COUNTS, "1-2");
	assert_true(warns(&im, "nothing measures the image"));
	coco_import_free(&im);
	im = good(QEMU "confidential_guest = true\n", "", 2, "snp");
	says(&im, COCO_PROFILE_PLATFORMS, "snp");
	says(&im, COCO_PROFILE_GUEST_POLICY, "0x30000");
	coco_import_free(&im);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "", COCO_E_PROFILE_KATA },
		{ "[hypervisor.clh]\n", COCO_E_PROFILE_KATA },
		{ "hypervisor = 1\n", COCO_E_PROFILE_KATA },
		{ "x", COCO_E_FORMAT_TOML },
		{ SNP, COCO_E_PROFILE_INCOMPLETE },
		{ SNP "default_vcpus = -1\n", COCO_E_PROFILE_INCOMPLETE },
		{ QEMU "confidential_guest = true\ndefault_maxvcpus = 1\n",
		  COCO_E_PROFILE_INCOMPLETE },
		{ SNP "default_maxvcpus = 5000\n", COCO_E_PROFILE_KATA },
		{ SNP "default_maxvcpus = \"4\"\n", COCO_E_PROFILE_KATA },
		{ SNP "default_maxvcpus = 4\nkernel = 1\n", COCO_E_PROFILE_KATA },
		{ SNP "default_maxvcpus = 4\nkernel = \"a\\u0000\"\n", COCO_E_PROFILE_KATA },
		{ SNP "default_maxvcpus = 4\nsnp_id_block = \"AA==\"\n", COCO_E_PROFILE_VALUE },
		{ SNP "default_maxvcpus = 4\ndefault_memory = 0\n", COCO_E_PROFILE_KATA },
		{ SNP "default_maxvcpus = 4\nenable_debug = 1\n", COCO_E_PROFILE_KATA },
		{ SNP "default_maxvcpus = 4\nimage = \"a\"\nrootfs_type = \"ntfs\"\n",
		  COCO_E_PROFILE_KATA },
		{ SNP "default_maxvcpus = 4\nimage = \"a\"\nkernel_verity_params = "
		 "\"root_hash=aa\"\n",
		  COCO_E_PROFILE_KATA },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_import im = { .n_notes = 99 };
		struct coco_diag d;
		int r = import(bad[i].text, "", 0, NULL, &im, &d);

		if (r != bad[i].code)
			print_message("%s\n", bad[i].text);
		assert_err(r, bad[i].code, &d);
		assert_int_equal(im.n_notes, 99);
	}
	struct coco_import im;
	struct coco_diag d;
	const struct coco_import_hints hints = { NULL, 0 };
	assert_err(import(snp, QEMU "kernel = 1\n", 0, NULL, &im, &d), COCO_E_PROFILE_KATA, &d);
	assert_string_equal(d.source, "dir/config.d/10-x.toml");
	assert_string_equal(d.pointer, "line 2");
	assert_err(import(snp, "x", 0, NULL, &im, &d), COCO_E_FORMAT_TOML, &d);
	assert_string_equal(d.source, "dir/config.d/10-x.toml");
	coco_diag_init(&d);
	assert_err(coco_import_kata(&im, NULL, 0, &hints, &d), COCO_E_LIMIT_SIZE, &d);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d;

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_import im = { .n_notes = 0 };
		int r = import(snp, QEMU "kernel = \"/z\"\n", 0, NULL, &im, &d);

		coco_import_free(&im);
		if (coco_test_alloc_check(r, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snp),       cmocka_unit_test(test_drop_in),
		cmocka_unit_test(test_platforms), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
