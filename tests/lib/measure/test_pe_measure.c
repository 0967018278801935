/*
 * test_pe_measure.c - the record of one PE image: banks, steps, what is left
 * out, the two digests of an image that is not padded, CheckSum.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/pe_measure.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_pe.h"
#include "tests/support/support.h"

static const struct coco_run run = { .jobs = 1 };

static void measure(const char *path, unsigned banks, struct coco_pe_measure *ret)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_pe_measure(&run, path, banks, ret, &d), &d);
}

static void test_plain(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	const char *path = coco_mint_pe_file(dir, "a.efi", &coco_mint_pe_plain);
	struct coco_pe_measure m;
	struct coco_authenticode a;
	struct coco_diag d = { 0 };

	measure(path, COCO_BANKS_ALL, &m);
	assert_ok(coco_authenticode_path(path, COCO_BANKS_ALL, NULL, &a, &d), &d);
	assert_int_equal(m.record.n_registers, COCO_DIGEST_ALGS);
	for (unsigned i = 0; i < COCO_DIGEST_ALGS; i++) {
		const struct coco_mrecord_register *reg = &m.record.registers[i];

		assert_string_equal(reg->name, "pe.authenticode");
		assert_string_equal(reg->algorithm, coco_digest_name((enum coco_digest_alg)i));
		assert_int_equal(reg->n_values, 1);
		assert_memory_equal(reg->values[0].value.p, a.digest.p[i],
				    reg->values[0].value.n);
		assert_int_equal(reg->n_inputs, 5);
		assert_string_equal(reg->inputs[3].name, "section .text");
		assert_string_equal(reg->inputs[3].text, "offset 0x200, 1024 bytes");
	}
	assert_memory_equal(m.record.registers[COCO_DIGEST_SHA256].inputs[4].digest.p,
			    m.section_sha256[1], 32);
	assert_int_equal(m.record.n_gaps, 2);
	assert_string_equal(m.record.gaps[0].name, "CheckSum");
	assert_int_equal(m.padding, 0);
	assert_false(m.certs_elsewhere);
	coco_pe_measure_free(&m);
	coco_pe_measure_free(&m);
	coco_test_rmdir(dir);
}

static void test_padding(void **state COCO_UNUSED)
{
	struct coco_mint_pe s = coco_mint_pe_plain;
	char *dir = coco_test_dir();
	struct coco_pe_measure m;

	s.tight = true;
	measure(coco_mint_pe_file(dir, "a.efi", &s), COCO_BANK(COCO_DIGEST_SHA256), &m);
	assert_int_equal(m.record.n_registers, 1);
	const struct coco_mrecord_register *reg = &m.record.registers[0];
	assert_int_equal(reg->n_values, 2);
	assert_string_equal(reg->values[0].label[0].value, "as it is");
	assert_string_equal(reg->values[1].label[0].value, "after signing");
	assert_int_equal(reg->values[1].n_inputs, 1);
	assert_string_equal(reg->values[1].inputs[0].text, "7 zero bytes");
	assert_int_equal(m.padding, 7);
	coco_pe_measure_free(&m);
	coco_test_rmdir(dir);
}

static void test_certificates(void **state COCO_UNUSED)
{
	struct coco_mint_pe s = coco_mint_pe_plain;
	char *dir = coco_test_dir();
	struct coco_pe_measure m;

	s.certs = 1000;
	measure(coco_mint_pe_file(dir, "a.efi", &s), COCO_BANK(COCO_DIGEST_SHA1), &m);
	assert_false(m.certs_elsewhere);
	assert_int_equal(m.record.n_gaps, 3);
	assert_string_equal(m.record.gaps[2].name, "certificate table");
	coco_pe_measure_free(&m);
	s.certs_at = 512;
	measure(coco_mint_pe_file(dir, "b.efi", &s), COCO_BANK(COCO_DIGEST_SHA1), &m);
	assert_true(m.certs_elsewhere);
	coco_pe_measure_free(&m);
	coco_test_rmdir(dir);
}

/* The sum by its definition, with the field set to what was computed. */
static void test_checksum(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	const char *path = coco_mint_pe_file(dir, "a.efi", &coco_mint_pe_plain);
	struct coco_pe_measure m;
	size_t n;
	uint8_t *p = coco_test_slurp(path, &n);
	uint32_t sum;

	measure(path, COCO_BANK(COCO_DIGEST_SHA1), &m);
	memset(p + COCO_MINT_PE_OPTIONAL + 64, 0, 4);
	sum = coco_pe_checksum_final(coco_pe_checksum(0, coco_view_of(p, n)), n);
	assert_int_equal(m.computed_checksum, sum);
	assert_int_not_equal(m.pe.checksum, sum);
	coco_pe_measure_free(&m);
	coco_free(p);
	coco_test_rmdir(dir);
}

static void test_errors(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	char path[600];
	struct coco_pe_measure m = { .padding = 77 };
	struct coco_diag d = { 0 };

	snprintf(path, sizeof(path), "%s/none", dir);
	assert_err(coco_pe_measure(&run, path, COCO_BANKS_ALL, &m, &d), COCO_E_IO_OPEN, &d);
	d = (struct coco_diag){ 0 };
	assert_ok(coco_write_file(path, "\177ELF", 4, 0, &d), &d);
	assert_err(coco_pe_measure(&run, path, COCO_BANKS_ALL, &m, &d), COCO_E_PE_SIGNATURE, &d);
	assert_string_equal(d.source, path);
	assert_int_equal(m.padding, 77);
	coco_test_rmdir(dir);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_mint_pe s = coco_mint_pe_plain;
	char *dir = coco_test_dir();
	struct coco_diag d = { 0 };

	s.tight = true;
	const char *path = coco_mint_pe_file(dir, "a.efi", &s);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_pe_measure m = { .padding = 0 };
		int r = coco_pe_measure(&run, path, COCO_BANK(COCO_DIGEST_SHA256), &m, &d);

		coco_pe_measure_free(&m);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_test_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),        cmocka_unit_test(test_padding),
		cmocka_unit_test(test_certificates), cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_errors),       cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
