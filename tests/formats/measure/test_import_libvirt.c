/*
 * test_import_libvirt.c - launch profiles from libvirt domains: every type of
 * launch security, and what is warned of or refused.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/import.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define B32 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define B48 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAQIDBAUGBwgJCgsMDQ4P"
#define H32 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define H48 H32 "000102030405060708090a0b0c0d0e0f"

static int import(const char *text, struct coco_import *im, struct coco_diag *d)
{
	const struct coco_import_hints hints = { NULL, 0 };

	coco_diag_init(d);
	return coco_import_libvirt(im, coco_view_of(text, strlen(text)), &hints, d);
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
	"<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
	"<memory unit='KiB'>4194304</memory><vcpu current='2'> 4 </vcpu>"
	"<os><type machine='pc-q35-10.0'>hvm</type><loader> /fw\n</loader><nvram>/vars</nvram>"
	"<kernel>/k</kernel><initrd>/i</initrd><cmdline> a=&lt;1&gt; </cmdline></os>"
	"<cpu mode='custom'><model>EPYC-Genoa</model></cpu>"
	"<devices><disk device='disk'><driver type='qcow2'/><source file='/a'/></disk>"
	"<disk><driver type='vmdk'/><source dev='/dev/b'/></disk><disk device='cdrom'/>"
	"<disk type='network'/><rng/></devices>"
	"<launchSecurity type='sev-snp' kernelHashes='yes'><policy>0x00030000</policy>"
	"<hostData>" B32 "</hostData></launchSecurity>"
	"<qemu:commandline><qemu:arg value='-frob'/></qemu:commandline></domain>";

static void test_snp(void **state COCO_UNUSED)
{
	struct coco_import im = good(snp);

	says(&im, COCO_PROFILE_PLATFORMS, "snp");
	says(&im, COCO_PROFILE_VMM_MACHINE, "pc-q35-10.0");
	says(&im, COCO_PROFILE_FIRMWARE_FILE, "/fw");
	says(&im, COCO_PROFILE_FIRMWARE_VARS, "/vars");
	says(&im, COCO_PROFILE_BOOT_KERNEL, "/k");
	says(&im, COCO_PROFILE_BOOT_INITRD, "/i");
	says(&im, COCO_PROFILE_BOOT_APPEND, " a=<1> ");
	says(&im, COCO_PROFILE_BOOT_KERNEL_HASHES, "true");
	says(&im, COCO_PROFILE_CPU_COUNTS, "2");
	says(&im, COCO_PROFILE_CPU_MAX, "4");
	says(&im, COCO_PROFILE_CPU_MODELS, "EPYC-Genoa");
	says(&im, COCO_PROFILE_MEMORY_SIZES, "4GiB");
	says(&im, COCO_PROFILE_GUEST_POLICY, "0x30000");
	says(&im, COCO_PROFILE_GUEST_HOST_DATA, H32);
	assert_int_equal(coco_profile_rows(&im.profile, COCO_PROFILE_DISK_IMAGE), 2);
	assert_true(warns(&im, "vmdk"));
	assert_true(warns(&im, "is no file"));
	assert_true(warns(&im, "-frob"));
	coco_import_free(&im);
}

static void test_others(void **state COCO_UNUSED)
{
	struct coco_import im = good(
		"<domain><os><kernel>/k</kernel></os><cpu mode='host-passthrough'/>"
		"<launchSecurity type='sev'><policy>5</policy></launchSecurity></domain>");

	says(&im, COCO_PROFILE_PLATFORMS, "sev-es");
	says(&im, COCO_PROFILE_BOOT_KERNEL_HASHES, "false");
	says(&im, COCO_PROFILE_CPU_COUNTS, "1");
	assert_true(warns(&im, "signature of the host"));
	assert_true(warns(&im, "without kernelHashes"));
	assert_true(warns(&im, "names no <loader>"));
	coco_import_free(&im);
	im = good("<domain><os><loader>f</loader></os><launchSecurity type='sev'>"
		  "<policy>0x3</policy></launchSecurity></domain>");
	says(&im, COCO_PROFILE_PLATFORMS, "sev");
	assert_int_equal(im.n_notes, 0);
	coco_import_free(&im);
	im = good("<domain><memory>1048577</memory><os><loader>f</loader></os>"
		  "<devices><rng/></devices>"
		  "<launchSecurity "
		  "type='tdx'><mrConfigId>" B48 "</mrConfigId><mrOwner>" B48 "</mrOwner>"
		  "<mrOwnerConfig>" B48 "</mrOwnerConfig></launchSecurity></domain>");
	says(&im, COCO_PROFILE_PLATFORMS, "tdx");
	says(&im, COCO_PROFILE_TDX_MRCONFIGID, H48);
	says(&im, COCO_PROFILE_TDX_MROWNERCONFIG, H48);
	says(&im, COCO_PROFILE_MEMORY_SIZES, "1073742848");
	assert_true(warns(&im, "1 devices"));
	coco_import_free(&im);
	im = good("<domain><os><loader>f</loader></os></domain>");
	says(&im, COCO_PROFILE_PLATFORMS, "vtpm");
	coco_import_free(&im);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "<network/>", COCO_E_PROFILE_XML },
		{ "x", COCO_E_FORMAT_XML },
		{ "<!DOCTYPE domain><domain/>", COCO_E_FORMAT_XML },
		{ "<domain><launchSecurity/></domain>", COCO_E_PROFILE_XML },
		{ "<domain><launchSecurity type='s390-pv'/></domain>", COCO_E_PROFILE_XML },
		{ "<domain><os><loader><x/></loader></os></domain>", COCO_E_PROFILE_XML },
		{ "<domain><os><cmdline>a<!-- -->b</cmdline></os></domain>", COCO_E_PROFILE_XML },
		{ "<domain><vcpu>x</vcpu></domain>", COCO_E_PROFILE_VALUE },
		{ "<domain><memory>x</memory></domain>", COCO_E_PROFILE_XML },
		{ "<domain><memory></memory></domain>", COCO_E_PROFILE_XML },
		{ "<domain><memory unit='parsec'>1</memory></domain>", COCO_E_PROFILE_XML },
		{ "<domain><memory>0</memory></domain>", COCO_E_PROFILE_XML },
		{ "<domain><memory unit='TiB'>99999999999</memory></domain>", COCO_E_PROFILE_XML },
		{ "<domain><launchSecurity type='sev'><policy>x</policy></launchSecurity></domain>",
		  COCO_E_PROFILE_VALUE },
		{ "<domain><launchSecurity "
		 "type='sev-snp'><hostData>AA==</hostData></launchSecurity>"
		  "</domain>", COCO_E_PROFILE_VALUE },
		{ "<domain><launchSecurity type='tdx'><mrOwner><x/></mrOwner></launchSecurity>"
		  "</domain>", COCO_E_PROFILE_XML },
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
		cmocka_unit_test(test_snp),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
