/*
 * test_firmware.c - images taken apart: generations, versions, and packed parts
 * that are damaged or too large.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/firmware.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/digest.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/measure_vectors.h"
#include "tests/support/mint_volume.h"
#include "tests/support/support.h"

static char *dir;

static void load(const struct coco_mint_ovmf *spec, struct coco_firmware *fw)
{
	struct coco_diag d = { 0 };
	size_t n;
	uint8_t *p = coco_mint_ovmf(spec, &n);

	assert_ok(coco_firmware_parse(p, n, fw, &d), &d);
}

static void expect(const struct coco_mint_ovmf *spec, const char *name)
{
	struct coco_firmware fw;

	load(spec, &fw);
	const struct coco_fw_generation *g = &fw.detected;
	assert_true(g->known && !g->given);
	assert_string_equal(g->name, name);
	assert_true(g->acpi_measured == spec->acpi && g->named_blobs == spec->blobs);
	assert_true(g->new_boot_entries == spec->entries && g->smbios_measured == spec->smbios);
	assert_true(g->fw_cfg_measured == spec->fw_cfg && g->initrd_prefix == spec->prefix);
	assert_non_null(strstr(g->evidence, "initrd=initrd"));
	assert_true((strstr(g->evidence, "ACPI DATA") != NULL) == spec->acpi);
	coco_firmware_free(&fw);
}

static void test_detect(void **state COCO_UNUSED)
{
	struct coco_mint_ovmf s = { .acpi = false };

	expect(&s, "edk2-stable202211");
	s.acpi = true;
	expect(&s, "edk2-stable202302");
	s.blobs = true;
	expect(&s, "edk2-stable202502");
	s.entries = s.smbios = s.fw_cfg = true;
	expect(&s, "edk2-stable202505");
	s.prefix = true;
	expect(&s, "edk2-stable202508");
	s.smbios = false;   /* as the AmdSev build */
	expect(&s, "edk2-stable202508");
}

static void test_unknown(void **state COCO_UNUSED)
{
	struct coco_mint_ovmf s = coco_mint_ovmf_new;
	struct coco_firmware fw;

	s.no_packed = true;
	load(&s, &fw);
	assert_false(fw.detected.known);
	assert_non_null(strstr(fw.detected.evidence, "not OVMF"));
	assert_null(fw.unpacked);
	assert_int_equal(fw.pei.n + fw.dxe.n, 0);
	assert_false(fw.has_version || fw.has_smbios);
	struct coco_fw_generation g = coco_firmware_generation(&fw, COCO_FW_202408);
	assert_true(g.known && g.given && g.acpi_measured && g.early_separator);
	assert_false(g.named_blobs || g.initrd_prefix || g.smbios_measured);
	assert_string_equal(g.name, "edk2-stable202408.01");
	coco_firmware_free(&fw);
	s = coco_mint_ovmf_new;
	s.no_initrd_form = true;
	load(&s, &fw);
	assert_false(fw.detected.known);
	coco_firmware_free(&fw);
}

static void test_choices(void **state COCO_UNUSED)
{
	struct coco_firmware fw;
	size_t n = 0;

	load(&coco_mint_ovmf_new, &fw);
	while (coco_fw_generation_names[n] != NULL)
		n++;
	assert_int_equal(n, COCO_FW_202508 + 1);
	for (size_t i = 1; i < n; i++) {
		struct coco_fw_generation g =
			coco_firmware_generation(&fw, (enum coco_fw_choice)i);
		assert_true(g.known && g.given);
		assert_string_equal(g.name, coco_fw_generation_names[i]);
	}
	struct coco_fw_generation g = coco_firmware_generation(&fw, COCO_FW_AUTO);
	assert_true(g.known && !g.given);
	coco_firmware_free(&fw);
}

static void test_texts(void **state COCO_UNUSED)
{
	struct coco_mint_ovmf s = coco_mint_ovmf_new;
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	struct coco_firmware fw;

	load(&s, &fw);
	assert_true(fw.has_version && fw.has_smbios);
	assert_string_equal(fw.version, "2026.01-test");
	assert_string_equal(fw.smbios_version, "2026.01-test");
	assert_string_equal(fw.date, "01/31/2026");
	assert_string_equal(fw.vendor, "Mint of the tests");
	assert_true(fw.vars.n == COCO_MINT_VARS && fw.vars.p == fw.image);
	assert_true(fw.pei.n == 0x4000 && fw.dxe.n == 0x8000);
	assert_true(fw.has_setup && !fw.checks_images);
	coco_mrecord_init(&rec, "tdx");
	assert_ok(coco_firmware_describe(&rec, &fw, &fw.detected, &d), &d);
	assert_int_equal(rec.n_files, 1);
	assert_int_equal(rec.files[0].size, fw.n);
	assert_string_equal(rec.params[0].value, "edk2-stable202508");
	assert_string_equal(rec.params[2].value, "2026.01-test");
	coco_mrecord_free(&rec);
	coco_firmware_free(&fw);
	s.second_text = "another text";
	load(&s, &fw);
	assert_false(fw.has_version);
	assert_true(fw.has_smbios);
	coco_firmware_free(&fw);
	s.second_text = NULL;
	s.version = NULL;
	s.date = NULL;
	s.no_setup = true;
	s.secure_boot = true;
	load(&s, &fw);
	assert_true(fw.has_version);
	assert_string_equal(fw.version, "");
	assert_false(fw.has_smbios);
	assert_true(fw.checks_images && !fw.has_setup);
	coco_firmware_free(&fw);
}

/* Where the LZMA stream of a minted image starts. */
static size_t find_stream(const uint8_t *p, size_t n)
{
	const uint8_t *at = memmem(p, n, coco_fw_lzma_guid, COCO_GUID_SIZE);

	assert_non_null(at);
	return (size_t)(at - p) + COCO_GUID_SIZE + 4;
}

static void refuse(size_t offset, const char *bytes, size_t n_bytes, int code)
{
	struct coco_firmware fw = { .n = 99 };
	struct coco_diag d = { 0 };
	size_t n;
	uint8_t *p = coco_mint_ovmf(&coco_mint_ovmf_new, &n);

	memcpy(p + find_stream(p, n) + offset, bytes, n_bytes);
	assert_err(coco_firmware_parse(p, n, &fw, &d), code, &d);
	assert_int_equal(fw.n, 99);
}

static void test_bad_packed(void **state COCO_UNUSED)
{
	refuse(0, "\xff", 1, COCO_E_FIRMWARE_PACKED);
	refuse(1, "\xff\xff\xff\xff", 4, COCO_E_FIRMWARE_PACKED);    /* dictionary */
	refuse(5, "\0\0\0\0\0\0\0\0", 8, COCO_E_FIRMWARE_PACKED);    /* size */
	refuse(5, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, COCO_E_FIRMWARE_PACKED);
	refuse(5, "\1\0\0\4\0\0\0\0", 8, COCO_E_FIRMWARE_PACKED);    /* 64 MiB + 1 */
	refuse(5, "\0\0\0\2\0\0\0\0", 8, COCO_E_FIRMWARE_PACKED);    /* more than there is */
	refuse(20, "\x55\xaa\x55\xaa", 4, COCO_E_FIRMWARE_PACKED);
	refuse(5, "\x10\0\0\0\0\0\0\0", 8, COCO_E_FIRMWARE_PACKED);  /* less than there is */
}

/* 64 MiB of zeros unpack; a header that hides a longer stream does not. */
static void test_bomb(void **state COCO_UNUSED)
{
	size_t size = COCO_FIRMWARE_UNPACKED;
	uint8_t *zeros = coco_zalloc(size + 1, 1);
	struct coco_wr packed, outer, files, wr;
	struct coco_firmware fw;
	struct coco_diag d = { 0 };
	uint8_t *p = NULL;
	size_t n;

	assert_non_null(zeros);
	coco_wr_init(&packed, 1 << 22);
	coco_wr_init(&outer, 1 << 22);
	coco_wr_init(&files, 1 << 22);
	coco_wr_init(&wr, 1 << 22);
	coco_mint_lzma(&packed, zeros, size + 1);
	coco_free(zeros);
	coco_mint_fw_section(&outer, COCO_FW_SECTION_GUIDED, coco_fw_lzma_guid, packed.p,
			     packed.n);
	coco_mint_fw_file(&files, coco_fw_lzma_guid, 11, outer.p, outer.n);
	coco_mint_fv(&wr, NULL, false, files.p, files.n, 1 << 20);
	assert_ok(coco_wr_finish(&wr, &p, &n, &d), &d);
	assert_err(coco_firmware_parse(p, n, &fw, &d), COCO_E_FIRMWARE_PACKED, &d);
	coco_wr_free(&packed);
	coco_wr_free(&outer);
	coco_wr_free(&files);
}

static void test_file(void **state COCO_UNUSED)
{
	struct coco_firmware fw;
	struct coco_diag d = { 0 };

	assert_err(coco_firmware_load("/nowhere/at/all", &fw, &d), COCO_E_IO_OPEN, &d);
	coco_diag_init(&d);
	const char *path = coco_mint_ovmf_file(dir, "ovmf.fd", &coco_mint_ovmf_new);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		int r = coco_firmware_load(path, &fw, &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_firmware_free(&fw);
}

/* Debian's images: the table of measure.md 8.1. */
static const struct {
	const char *name;
	const char *generation;
	const char *version;   /* NULL: cannot be told */
	bool smbios;
	bool fw_cfg;
	bool checks_images;
	bool has_setup;
	const char *dxe;       /* first bytes of the volume's SHA-384 */
} debian[] = {
	{ "deb-2022.11-OVMF.fd", "edk2-stable202211", "", false, false, true, true,
	  "2852e11689129d10" },
	{ "deb-2025.02-OVMF.fd", "edk2-stable202502", "2025.02-8+deb13u1", false, false,
	  false, true,	  "10d7a73a4f51a085" },
	{ "deb-2026.08-OVMF.fd", "edk2-stable202508", "2026.08+ds-2", true, true, false,
	  true,	  "2b8f7a46570b3e83" },
	{ "deb-2026.08-OVMF.amdsev.fd", "edk2-stable202508", "2026.08+ds-2", false, true,
	  false, true,	  "6878a740fb1894b1" },
	{ "deb-2026.08-OVMF.inteltdx.ms.fd", "edk2-stable202508", NULL, true, true, true, false,
	  "d347ac23d6e3f022" },
};

static void test_debian(void **state COCO_UNUSED)
{
	struct coco_digest *sha = NULL;
	struct coco_diag d = { 0 };

	if (coco_test_vectors("measure/fw") == NULL)
		return;
	assert_ok(coco_digest_new(&sha, COCO_DIGEST_SHA384, &d), &d);
	for (size_t i = 0; i < COCO_ARRAY_LEN(debian); i++) {
		struct coco_firmware fw;
		uint8_t digest[48];
		char hex[17];

		assert_ok(coco_firmware_load(coco_vector_firmware(dir, debian[i].name), &fw, &d),
			  &d);
		assert_string_equal(fw.detected.name, debian[i].generation);
		assert_true(fw.detected.smbios_measured == debian[i].smbios);
		assert_true(fw.detected.fw_cfg_measured == debian[i].fw_cfg);
		assert_true(fw.checks_images == debian[i].checks_images);
		assert_true(fw.has_setup == debian[i].has_setup);
		assert_true(fw.has_version == (debian[i].version != NULL));
		if (fw.has_version)
			assert_string_equal(fw.version, debian[i].version);
		if (i != 0) {
			assert_true(fw.has_smbios);
			assert_string_equal(fw.vendor, "Debian distribution of EDK II");
		}
		assert_ok(coco_digest_once(sha, fw.dxe.p, fw.dxe.n, digest, &d), &d);
		for (unsigned k = 0; k < 8; k++)
			snprintf(hex + 2 * k, 3, "%02x", digest[k]);
		assert_string_equal(hex, debian[i].dxe);
		coco_firmware_free(&fw);
	}
	coco_digest_free(sha);
}

static int setup(void **state COCO_UNUSED)
{
	dir = coco_test_dir();
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_test_rmdir(dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_detect), cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_choices), cmocka_unit_test(test_texts),
		cmocka_unit_test(test_bad_packed), cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_file), cmocka_unit_test(test_debian),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
