/*
 * test_import_qemu.c - launch profiles from QEMU command lines: every platform,
 * the forms of firmware and disks, what is warned of, and what is refused.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/import.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define B32 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define H32 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static int import(const char *text, struct coco_import *im, struct coco_diag *d)
{
	const struct coco_import_hints hints = { NULL, 0 };

	coco_diag_init(d);
	return coco_import_qemu(im, coco_view_of(text, strlen(text)), &hints, d);
}

static struct coco_import good(const char *text)
{
	struct coco_import im;
	struct coco_diag d;

	assert_ok(import(text, &im, &d), &d);
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

static const char snp[] =
	"qemu-system-x86_64 -machine q35,confidential-guest-support=s,memory-backend=r "
	"-cpu EPYC-v4,+aes -smp 4,maxcpus=8 -m size=4G "
	"-object memory-backend-memfd,id=r,size=4G "
	"-object sev-snp-guest,id=s,policy=196608,kernel-hashes=on,secure-tsc=on,host-data=" B32
	" -bios /fw -kernel /k -initrd /i -append 'a b,c' -nodefaults -name x";

static void test_snp(void **state COCO_UNUSED)
{
	struct coco_import im = good(snp);

	says(&im, COCO_PROFILE_PLATFORMS, "snp");
	says(&im, COCO_PROFILE_VMM_NAME, "qemu");
	says(&im, COCO_PROFILE_VMM_MACHINE, "q35");
	says(&im, COCO_PROFILE_FIRMWARE_FILE, "/fw");
	says(&im, COCO_PROFILE_BOOT_KERNEL, "/k");
	says(&im, COCO_PROFILE_BOOT_INITRD, "/i");
	says(&im, COCO_PROFILE_BOOT_APPEND, "a b,c");
	says(&im, COCO_PROFILE_BOOT_KERNEL_HASHES, "true");
	says(&im, COCO_PROFILE_CPU_COUNTS, "4");
	says(&im, COCO_PROFILE_CPU_MAX, "8");
	says(&im, COCO_PROFILE_CPU_MODELS, "EPYC-v4");
	says(&im, COCO_PROFILE_MEMORY_SIZES, "4GiB");
	says(&im, COCO_PROFILE_GUEST_POLICY, "0x30000");
	says(&im, COCO_PROFILE_GUEST_FEATURES, "0x201");
	says(&im, COCO_PROFILE_GUEST_HOST_DATA, H32);
	assert_int_equal(im.n_notes, 0);
	coco_import_free(&im);
	coco_import_free(&im);
}

static void test_sev(void **state COCO_UNUSED)
{
	struct coco_import im = good(
		"q -M pc,memory-encryption=s -object sev-guest,id=s,policy=0x5 -cpu host -smp "
		"sockets=2,cores=3 -kernel /k -m 512");

	says(&im, COCO_PROFILE_PLATFORMS, "sev-es");
	says(&im, COCO_PROFILE_CPU_COUNTS, "6");
	says(&im, COCO_PROFILE_CPU_MODELS, NULL);
	says(&im, COCO_PROFILE_MEMORY_SIZES, "512MiB");
	says(&im, COCO_PROFILE_BOOT_KERNEL_HASHES, "false");
	assert_true(warns(&im, "-cpu host"));
	assert_true(warns(&im, "without kernel-hashes=on"));
	assert_true(warns(&im, "no -bios"));
	coco_import_free(&im);
	im = good("q -machine memory-encryption=s -object sev-guest,id=s,policy=0x1 -bios f "
		  "-cpu EPYC,family=25,model=1,stepping=1");
	says(&im, COCO_PROFILE_PLATFORMS, "sev");
	says(&im, COCO_PROFILE_CPU_SIGNATURE, "0xa00f11");
	says(&im, COCO_PROFILE_CPU_COUNTS, "1");
	says(&im, COCO_PROFILE_MEMORY_SIZES, "128MiB");
	assert_int_equal(im.n_notes, 0);
	coco_import_free(&im);
}

#define B48 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAQIDBAUGBwgJCgsMDQ4P"
#define H48 H32 "000102030405060708090a0b0c0d0e0f"

static void test_tdx(void **state COCO_UNUSED)
{
	struct coco_import im = good(
		"q -machine pc-q35-10.0,confidential-guest-support=t,hpet=off -cpu "
		"host,phys-bits=46 "
		"-object '{\"qom-type\":\"tdx-guest\",\"id\":\"t\",\"mrowner\":\"" B48 "\"}' "
		"-bios f -device vfio-pci,host=1 -smbios type=1 -global a.b=c -frob x -m "
		"4G,maxmem=8G");

	says(&im, COCO_PROFILE_PLATFORMS, "tdx");
	says(&im, COCO_PROFILE_TDX_MROWNER, H48);
	says(&im, COCO_PROFILE_BOOT_KERNEL_HASHES, NULL);
	assert_true(warns(&im, "phys-bits"));
	assert_true(warns(&im, "hpet=off"));
	assert_true(warns(&im, "1 devices"));
	assert_true(warns(&im, "-smbios"));
	assert_true(warns(&im, "-global a.b=c"));
	assert_true(warns(&im, "-frob"));
	assert_true(warns(&im, "maxmem"));
	assert_false(warns(&im, "has no version"));
	coco_import_free(&im);
	im = good("q -machine q35,confidential-guest-support=t "
		  "-object tdx-guest,id=t,mrconfigid=" B48
		  ",mrownerconfig=" B48 ",x=y -bios f");
	says(&im, COCO_PROFILE_TDX_MRCONFIGID, H48);
	says(&im, COCO_PROFILE_TDX_MROWNERCONFIG, H48);
	assert_true(warns(&im, "has no version"));
	assert_true(warns(&im, "tdx-guest, x is not known"));
	coco_import_free(&im);
}

static void test_firmware(void **state COCO_UNUSED)
{
	struct coco_import im = good(
		"q -drive if=pflash,file=/vars,unit=1,format=raw "
		"-drive if=pflash,file=/code,unit=0");

	says(&im, COCO_PROFILE_PLATFORMS, "vtpm");
	says(&im, COCO_PROFILE_FIRMWARE_FILE, "/code");
	says(&im, COCO_PROFILE_FIRMWARE_VARS, "/vars");
	coco_import_free(&im);
	im = good("q -pflash /code -pflash /vars");
	says(&im, COCO_PROFILE_FIRMWARE_FILE, "/code");
	says(&im, COCO_PROFILE_FIRMWARE_VARS, "/vars");
	coco_import_free(&im);
	im = good("q -machine q35,pflash0=f1 "
		  "-blockdev '{\"driver\":\"file\",\"filename\":\"/code\",\"node-name\":\"s1\"}' "
		  "-blockdev '{\"driver\":\"raw\",\"file\":\"s1\",\"node-name\":\"f1\"}'");
	says(&im, COCO_PROFILE_FIRMWARE_FILE, "/code");
	coco_import_free(&im);
	im = good("q -machine q35,igvm-cfg=i -object igvm-cfg,id=i,file=/g.igvm");
	says(&im, COCO_PROFILE_FIRMWARE_IGVM, "/g.igvm");
	assert_false(warns(&im, "no -bios"));
	coco_import_free(&im);
}

static void test_disks(void **state COCO_UNUSED)
{
	struct coco_import im = good(
		"q -bios f -drive file=/a,,b,if=none,id=d0,format=raw "
		"-device virtio-blk-pci,drive=d0 "
		"-drive file=/c,if=virtio,format=qcow2 -hda /d "
		"-blockdev driver=qcow2,node-name=n,file.driver=file,file.filename=/e "
		"-device scsi-hd,drive=n -drive file=/iso,media=cdrom -device nvme,drive=gone "
		"-drive file=/v,format=vmdk /f");
	static const char *const want[] = { "/a,b", "/c", "/d", "/e", "/v", "/f" };

	assert_int_equal(coco_profile_rows(&im.profile, COCO_PROFILE_DISK_IMAGE), 6);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(
			coco_profile_get(&im.profile, COCO_PROFILE_DISK_IMAGE, i)->texts[0],
			want[i]);
	assert_string_equal(coco_profile_get(&im.profile, COCO_PROFILE_DISK_FORMAT, 3)->texts[0],
			    "qcow2");
	assert_true(warns(&im, "drive gone"));
	assert_true(warns(&im, "vmdk"));
	coco_import_free(&im);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "q -readconfig x", COCO_E_PROFILE_REFERS },
		{ "q -incoming defer", COCO_E_PROFILE_REFERS },
		{ "q -bios", COCO_E_PROFILE_ARGV },
		{ "q -m 0", COCO_E_PROFILE_ARGV },
		{ "q -m 2X", COCO_E_PROFILE_ARGV },
		{ "q -m 2GB", COCO_E_PROFILE_ARGV },
		{ "q -m 99999999999999999999", COCO_E_PROFILE_ARGV },
		{ "q -smp 0", COCO_E_PROFILE_VALUE },
		{ "q -smp sockets=5000", COCO_E_PROFILE_ARGV },
		{ "q -smp sockets=64,cores=65", COCO_E_PROFILE_ARGV },
		{ "q -machine confidential-guest-support=x", COCO_E_PROFILE_ARGV },
		{ "q -machine igvm-cfg=x", COCO_E_PROFILE_ARGV },
		{ "q -machine pflash0=x", COCO_E_PROFILE_ARGV },
		{ "q -drive if=pflash", COCO_E_PROFILE_ARGV },
		{ "q -drive if=pflash,file=a,unit=x", COCO_E_PROFILE_ARGV },
		{ "q -object =", COCO_E_PROFILE_ARGV },
		{ "q -machine memory-encryption=s -object sev-snp-guest,id=s,host-data=AA==",
		  COCO_E_PROFILE_VALUE },
		{ "q -machine memory-encryption=s -object sev-snp-guest,id=s,id-block=AA==",
		  COCO_E_PROFILE_VALUE },
		{ "q -machine memory-encryption=s -object sev-snp-guest,id=s,policy=x",
		  COCO_E_PROFILE_VALUE },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_import im = { .n_notes = 99 };
		struct coco_diag d;
		int r = import(bad[i].text, &im, &d);

		if (r != bad[i].code)
			print_message("%s\n", bad[i].text);
		assert_err(r, bad[i].code, &d);
		assert_int_equal(im.n_notes, 99);
	}
}

/* An object that the machine does not name is not used. */
static void test_unused(void **state COCO_UNUSED)
{
	struct coco_import im = good("q -bios f -object sev-snp-guest,id=s");
	struct coco_diag d = { 0 };

	says(&im, COCO_PROFILE_PLATFORMS, "vtpm");
	assert_true(warns(&im, "is not used"));
	coco_import_free(&im);
	const struct coco_import_hints hints = { "tdx", 0 };
	assert_ok(coco_import_qemu(&im, coco_view_of("q -bios f", 9), &hints, &d), &d);
	says(&im, COCO_PROFILE_PLATFORMS, "tdx");
	coco_import_free(&im);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d;

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_import im = { .n_notes = 0 };
		int r = import(snp, &im, &d);

		coco_import_free(&im);
		if (coco_test_alloc_check(r, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snp),      cmocka_unit_test(test_sev),
		cmocka_unit_test(test_tdx), cmocka_unit_test(test_firmware),
		cmocka_unit_test(test_disks),    cmocka_unit_test(test_refused),
		cmocka_unit_test(test_unused),   cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
