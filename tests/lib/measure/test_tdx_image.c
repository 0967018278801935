/*
 * test_tdx_image.c - TDX guests that boot a unified kernel image, from a disk or from
 * QEMU: which events go to which register, in which order. That order is compared with
 * real boots in test_boot_platform_boots.c.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/measure/tdx.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_disk.h"
#include "tests/support/mint_image.h"
#include "tests/support/mint_pe.h"
#include "tests/support/mint_volume.h"

static char *dir;
static const struct coco_run run = { .jobs = 1 };
static const enum coco_mrtd_order single[] = { COCO_MRTD_SINGLE };
static char uki[256];
static char disk[256];

static uint8_t *make_uki(size_t *ret_n)
{
	static const char magic[] = "#### LoaderInfo: systemd-stub 262.1-1 ####";
	const struct coco_mint_pe_section sections[] = {
		{ ".sdmagic", magic, sizeof(magic), 0 }, { ".linux", "kernel", 6, 0 },
		{ ".cmdline", "quiet", 5, 0 }, { ".initrd", "0707", 4, 0 },
	};
	const struct coco_mint_pe spec = { .sections = sections, .n_sections = 4 };

	return coco_mint_pe(&spec, ret_n);
}

static struct coco_tdx_request request(const struct coco_vtpm_request *chain)
{
	return (struct coco_tdx_request){
		.firmware = coco_mint_ovmf_file(dir, "fw.fd", &coco_mint_ovmf_new),
		.orders = single, .n_orders = 1, .qemu = 10, .chain = chain,
		.generation = COCO_FW_202502,
	};
}

static void measure(const struct coco_tdx_request *req, struct coco_mrecord *rec)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_tdx_measure(&run, req, rec, &d), &d);
}

/* Names of the common steps, with commas between. */
static void steps(const struct coco_mrecord *rec, const char *name, const char *want)
{
	const struct coco_mrecord_register *reg = coco_mrecord_find(rec, name, "sha384");
	char text[1024] = "";

	assert_non_null(reg);
	for (size_t i = 0; i < reg->n_inputs; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			 i > 0 ? ", " : "", reg->inputs[i].name);
	assert_string_equal(text, want);
}

static size_t values(const struct coco_mrecord *rec, const char *name)
{
	const struct coco_mrecord_register *reg = coco_mrecord_find(rec, name, "sha384");

	assert_non_null(reg);
	return reg->n_values;
}

static bool is_unknown(const struct coco_mrecord *rec, const char *reg, const char *what)
{
	for (size_t i = 0; i < rec->n_unknowns; i++)
		if (strcmp(rec->unknowns[i].reg, reg) == 0 &&
		    strcmp(rec->unknowns[i].name, what) == 0)
			return true;
	return false;
}

#define SECTIONS "section name, section .linux, section name, section .cmdline, " \
	"section name, section .initrd, "

static void test_disk(void **state COCO_UNUSED)
{
	struct coco_vtpm_request chain = { .disk = disk, .boot_device = "virtio-blk:2" };
	struct coco_tdx_request req = request(&chain);
	struct coco_mrecord rec;
	struct coco_mrecord other;

	measure(&req, &rec);
	steps(&rec, "tdx.rtmr1", "action, separator, partition table, unified kernel image, "
	      "action, action");
	steps(&rec, "tdx.rtmr2", SECTIONS "load options, initrd");
	assert_int_equal(values(&rec, "tdx.rtmr1"), 1);
	assert_int_equal(values(&rec, "tdx.rtmr2"), 1);
	assert_int_equal(values(&rec, "tdx.rtmr0"), 0);
	assert_true(is_unknown(&rec, "tdx.rtmr0", "SMBIOS structures measured by systemd"));
	/* newer firmware may repeat ExitBootServices, with a virtio disk */
	req.generation = COCO_FW_202508;
	measure(&req, &other);
	assert_int_equal(values(&other, "tdx.rtmr1"), 2);
	assert_memory_equal(coco_mrecord_find(&rec, "tdx.rtmr2", NULL)->values[0].value.p,
			    coco_mrecord_find(&other, "tdx.rtmr2", NULL)->values[0].value.p, 48);
	assert_true(is_unknown(&other, "tdx.rtmr0", "bootorder"));
	coco_mrecord_free(&other);
	chain.boot_device = "sata:0";
	measure(&req, &other);
	assert_int_equal(values(&other, "tdx.rtmr1"), 1);
	coco_mrecord_free(&other);
	req.may_repeat = true;
	measure(&req, &other);
	assert_int_equal(values(&other, "tdx.rtmr1"), 2);
	coco_mrecord_free(&other);
	/* the separator of RTMR1 is in RTMR0 */
	req.generation = COCO_FW_202408;
	measure(&req, &other);
	assert_int_equal(coco_mrecord_find(&other, "tdx.rtmr1", NULL)->n_inputs, 3);
	coco_mrecord_free(&other);
	coco_mrecord_free(&rec);
}

/* RTMR0 has boot entries of the disk and of the shell, and what systemd measures at its end. */
static void test_platform(void **state COCO_UNUSED)
{
	static const uint64_t sizes[] = { (uint64_t)2 << 30 };
	struct coco_vtpm_request chain = { .uki = uki, .boot_device = "sata:1" };
	struct coco_tdx_request req = request(&chain);
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	req.generation = COCO_FW_202211;
	req.memory = sizes;
	req.n_memory = 1;
	measure(&req, &rec);
	steps(&rec, "tdx.rtmr0", "TD HOB, CFV, variable SecureBoot, variable PK, variable KEK, "
	      "variable db, variable dbx, separator, variable BootOrder, variable Boot0001, "
	      "variable Boot0000, variable Boot0002, SMBIOS structures measured by systemd");
	assert_true(is_unknown(&rec, "tdx.rtmr1", "partition table"));
	steps(&rec, "tdx.rtmr2", SECTIONS "load options, initrd");
	coco_mrecord_free(&rec);
	chain.boot_device = NULL;
	measure(&req, &rec);
	assert_true(is_unknown(&rec, "tdx.rtmr0", "boot entry of the disk"));
	coco_mrecord_free(&rec);
	chain.boot_device = "floppy";
	assert_err(coco_tdx_measure(&run, &req, &rec, &d), COCO_E_USAGE_VALUE, &d);
}

/* A unified kernel image of QEMU's -kernel measures its sections, too. */
static void test_kernel(void **state COCO_UNUSED)
{
	struct coco_tdx_request req = request(NULL);
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	req.kernel = uki;
	measure(&req, &rec);
	steps(&rec, "tdx.rtmr1", "unified kernel image, action, separator, action, action");
	steps(&rec, "tdx.rtmr2", SECTIONS "load options, initrd");
	coco_mrecord_free(&rec);
	req.append = coco_view_of("debug", 5);
	measure(&req, &rec);
	steps(&rec, "tdx.rtmr2", SECTIONS "command line given, load options, initrd");
	coco_mrecord_free(&rec);
	req.initrd = uki;
	assert_err(coco_tdx_measure(&run, &req, &rec, &d), COCO_E_USAGE_CONFLICT, &d);
}

static void test_refused(void **state COCO_UNUSED)
{
	struct coco_vtpm_request chain = { .disk = disk };
	struct coco_tdx_request req = request(&chain);
	struct coco_mrecord rec;
	struct coco_diag d;
	char path[300];

	req.kernel = uki;
	coco_diag_init(&d);
	assert_err(coco_tdx_measure(&run, &req, &rec, &d), COCO_E_USAGE_CONFLICT, &d);
	req.kernel = NULL;
	chain.disk = uki;
	coco_diag_init(&d);
	assert_err(coco_tdx_measure(&run, &req, &rec, &d), COCO_E_BOOT_CHAIN, &d);
	chain.disk = NULL;
	snprintf(path, sizeof(path), "%s/none", dir);
	chain.uki = path;
	coco_diag_init(&d);
	assert_err(coco_tdx_measure(&run, &req, &rec, &d), COCO_E_IO_OPEN, &d);
	chain.uki = uki;
	chain.disk = disk;
	coco_diag_init(&d);
	assert_err(coco_tdx_measure(&run, &req, &rec, &d), COCO_E_USAGE_CONFLICT, &d);
	chain.disk = NULL;
	coco_diag_init(&d);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		int r = coco_tdx_measure(&run, &req, &rec, &d);
		bool fine = r == 0;

		if (coco_test_alloc_check(r, &d))
			break;
		if (fine)
			coco_mrecord_free(&rec);
	}
	coco_mrecord_free(&rec);
}

/* A boot loader that is not followed: named, and no value. */
static void test_other_loader(void **state COCO_UNUSED)
{
	const struct coco_mint_image spec = { .other_loader = true };
	struct coco_vtpm_request chain = { .boot_device = "sata:0" };
	struct coco_tdx_request req = request(&chain);
	struct coco_mrecord rec;
	size_t n;
	uint8_t *p = coco_mint_image(&spec, NULL, &n);

	chain.disk = coco_mint_write(dir, "other.img", p, n);
	coco_free(p);
	measure(&req, &rec);
	assert_int_equal(values(&rec, "tdx.rtmr1"), 0);
	assert_true(is_unknown(&rec, "tdx.rtmr1", "what the boot loader measures"));
	assert_true(is_unknown(&rec, "tdx.rtmr2", "what the boot loader measures"));
	coco_mrecord_free(&rec);
}

static int begin(void **state COCO_UNUSED)
{
	struct coco_mint_file file = { .path = "EFI/BOOT/BOOTX64.EFI" };
	const struct coco_mint_fat fat = { .files = &file, .n_files = 1 };
	size_t n;

	dir = coco_test_dir();
	file.p = make_uki(&file.n);
	snprintf(uki, sizeof(uki), "%s", coco_mint_write(dir, "a.efi", file.p, file.n));
	uint8_t *esp = coco_mint_fat(&fat, &n);
	const struct coco_mint_part part = { .type = "esp", .label = "esp", .p = esp, .n = n };
	const struct coco_mint_disk spec = { .parts = &part, .n_parts = 1 };
	uint8_t *image = coco_mint_gpt(&spec, &n);
	snprintf(disk, sizeof(disk), "%s", coco_mint_write(dir, "disk.img", image, n));
	coco_free(image);
	coco_free(esp);
	coco_free((void *)(uintptr_t)file.p);
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
		cmocka_unit_test(test_disk),
		cmocka_unit_test(test_platform),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_other_loader),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
