/*
 * test_ovmf.c - the firmware's table of GUIDs: minted images with every
 * defect by name, real ones from the shared vectors.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/ovmf.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/measure_vectors.h"
#include "tests/support/mint_firmware.h"
#include "tests/support/support.h"

/* Parses an image of this spec that ends at a guard page. */
static int parse(const struct coco_mint_firmware *spec, struct coco_ovmf *ret,
		 struct coco_diag *d)
{
	size_t n;
	uint8_t *p = coco_mint_firmware(spec, &n);
	uint8_t *guarded = coco_test_guard(p, n);

	coco_diag_init(d);
	int r = coco_ovmf_parse(ret, coco_view_of(guarded, n), d);
	coco_test_unguard(guarded, n);
	coco_free(p);
	return r;
}

static void test_good(void **state COCO_UNUSED)
{
	struct coco_mint_firmware spec = coco_mint_amdsev;
	struct coco_ovmf t;
	struct coco_diag d;

	spec.svsm_start = 0x1234;
	assert_ok(parse(&spec, &t, &d), &d);
	assert_true(t.has_table && t.has_reset && t.has_hashes && t.has_sev && t.has_svsm);
	assert_false(t.has_tdx || t.has_igvm || t.has_secret);
	assert_int_equal(t.reset_eip, 0x80b004);
	assert_int_equal(t.hashes_base, 0x810c00);
	assert_int_equal(t.hashes_size, 0x400);
	assert_int_equal(t.sev_distance, 2048);
	assert_int_equal(t.svsm_start, 0x1234);
	spec = (struct coco_mint_firmware){ .no_table = true };
	assert_ok(parse(&spec, &t, &d), &d);
	assert_false(t.has_table || t.has_reset || t.has_sev);
}

static void test_sizes(void **state COCO_UNUSED)
{
	static const size_t sizes[] = { 0, 1, 49, 50, 4095, 4097, 8191 };
	uint8_t *p = coco_zalloc(1, 8192);
	struct coco_ovmf t;

	assert_non_null(p);
	for (size_t i = 0; i < COCO_ARRAY_LEN(sizes); i++) {
		struct coco_diag d = { 0 };

		assert_err(coco_ovmf_parse(&t, coco_view_of(p, sizes[i]), &d),
			   COCO_E_FIRMWARE_SIZE, &d);
	}
	coco_free(p);
}

static void refuse(const struct coco_mint_firmware *spec, const char *field)
{
	struct coco_ovmf t = { .reset_eip = 77 };
	struct coco_diag d;

	assert_err(parse(spec, &t, &d), COCO_E_FIRMWARE_TABLE, &d);
	assert_string_equal(d.field, field);
	assert_true(d.has_offset);
	assert_int_equal(t.reset_eip, 77);   /* untouched */
}

static void test_lies(void **state COCO_UNUSED)
{
	struct coco_mint_firmware s = coco_mint_amdsev;

	s.table_length = 17;
	refuse(&s, "table length");
	s.table_length = 0xffff;
	refuse(&s, "table length");
	s = coco_mint_amdsev;
	s.reset_length = 17;
	refuse(&s, "entry length");
	s.reset_length = 4000;
	refuse(&s, "entry length");
	s.reset_length = 18;   /* no data */
	refuse(&s, "SEV-ES reset block");
	s.reset_length = 0;
	s.reset_twice = true;
	refuse(&s, "SEV-ES reset block");
}

/* A byte more or less anywhere in the table: an answer or an error, never a fault. */
static void test_every_byte(void **state COCO_UNUSED)
{
	size_t n;
	uint8_t *p = coco_mint_firmware(&coco_mint_amdsev, &n);
	uint8_t *guarded = coco_test_guard(p, n);

	for (size_t at = n - 256; at < n; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			struct coco_ovmf t = { .has_table = false };
			struct coco_diag d = { 0 };

			guarded[at] ^= (uint8_t)(1 << bit);
			int r = coco_ovmf_parse(&t, coco_view_of(guarded, n), &d);
			assert_int_equal(r, d.code);
			assert_true(r == 0 || r == COCO_E_FIRMWARE_TABLE);
			guarded[at] ^= (uint8_t)(1 << bit);
		}
	coco_test_unguard(guarded, n);
	coco_free(p);
}

static void test_vectors(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_ovmf t;
	size_t n;

	if (coco_test_vectors("measure/fw") == NULL)
		skip();
	char *dir = coco_test_dir();
	uint8_t *p = coco_test_slurp(coco_vector_firmware(dir, "deb-2026.08-OVMF.amdsev.fd"), &n);
	assert_ok(coco_ovmf_parse(&t, coco_view_of(p, n), &d), &d);
	assert_true(t.has_sev && t.has_tdx && t.has_igvm && t.has_hashes && t.has_secret);
	assert_int_equal(t.hashes_base, 0x810c00);
	coco_free(p);
	p = coco_test_slurp(coco_vector_firmware(dir, "svsm.bin"), &n);
	assert_ok(coco_ovmf_parse(&t, coco_view_of(p, n), &d), &d);
	assert_true(t.has_svsm && t.has_sev);
	coco_free(p);
	coco_test_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),       cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_lies),       cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
