/*
 * test_boot.c - boot events into registers: values, branches, gaps and
 * limits.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/boot.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define BOTH (COCO_BANK_BIT(COCO_BANK_SHA256) | COCO_BANK_BIT(COCO_BANK_SHA384))
#define ALL (BOTH | COCO_BANK_BIT(COCO_BANK_SHA1) | COCO_BANK_BIT(COCO_BANK_SHA512))

/* PCRs after one separator, from a real boot (PCR 2). */
static const char sep256[] = "3d458cfe55cc03ea1f443f1562beec8df51c75e14a9fcf9a7234a13f198e7969";
static const char sep384[] = "518923b0f955d08da077c96aaba522b9decede61c599cea6c41889cfbea4ae4d"
			     "50529d96fe4d1afdafb65e7f95bf23c4";

static struct coco_boot_list *list_of(unsigned banks)
{
	struct coco_boot_list *list;
	struct coco_diag d = { 0 };

	assert_ok(coco_boot_new(&list, banks, &d), &d);
	assert_int_equal(coco_boot_banks(list), banks);
	return list;
}

static const struct coco_mrecord_register *reg_of(const struct coco_mrecord *rec, const char *name,
						  const char *alg)
{
	const struct coco_mrecord_register *reg = coco_mrecord_find(rec, name, alg);

	assert_non_null(reg);
	return reg;
}

static void is_hex(const struct coco_mrecord_digest *d, const char *want)
{
	char hex[2 * COCO_MRECORD_DIGEST + 1];

	coco_hex_encode(hex, d->p, d->n);
	assert_string_equal(hex, want);
}

static void test_tpm(void **state COCO_UNUSED)
{
	static const uint8_t zero[64];
	struct coco_boot_list *list = list_of(ALL);
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	coco_mrecord_init(&rec, "tpm");
	assert_ok(coco_boot_separator(list, 2, &d), &d);
	assert_ok(coco_boot_action(list, 4, "x", &d), &d);
	assert_ok(coco_boot_record_tpm(list, 1 << 2 | 1 << 3 | 1 << 4, &rec, &d), &d);
	assert_int_equal(rec.n_registers, 12);
	assert_string_equal(rec.registers[0].name, "tpm.pcr2");
	assert_string_equal(rec.registers[0].algorithm, "sha1");
	is_hex(&reg_of(&rec, "tpm.pcr2", "sha256")->values[0].value, sep256);
	const struct coco_mrecord_register *reg = reg_of(&rec, "tpm.pcr2", "sha384");
	is_hex(&reg->values[0].value, sep384);
	assert_int_equal(reg->n_inputs, 1);
	assert_string_equal(reg->inputs[0].name, "separator");
	assert_string_equal(reg->inputs[0].type, "EV_SEPARATOR");
	is_hex(&reg->inputs[0].running, sep384);
	reg = reg_of(&rec, "tpm.pcr3", "sha512");
	assert_int_equal(reg->n_values, 1);
	assert_int_equal(reg->n_inputs, 0);
	assert_int_equal(reg->values[0].value.n, 64);
	assert_memory_equal(reg->values[0].value.p, zero, 64);
	reg = reg_of(&rec, "tpm.pcr4", "sha1");
	assert_string_equal(reg->inputs[0].text, "x");
	coco_mrecord_free(&rec);
	coco_boot_free(list);
	coco_boot_free(NULL);
}

/* PCRs as RTMRs: in the order of the list, PCR 0 in none of them. */
static void test_tdx(void **state COCO_UNUSED)
{
	struct coco_boot_list *list = list_of(COCO_BANK_BIT(COCO_BANK_SHA384));
	static const uint32_t pcrs[] = { 1, 4, 7, 0, 9, 2, COCO_BOOT_RTMR3, 6, 15, 8 };
	static const size_t steps[] = { 2, 3, 3, 1 };
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	coco_mrecord_init(&rec, "tdx");
	for (size_t i = 0; i < COCO_ARRAY_LEN(pcrs); i++)
		assert_ok(coco_boot_separator(list, pcrs[i], &d), &d);
	assert_ok(coco_boot_record_tdx(list, 0xf, &rec, &d), &d);
	assert_int_equal(rec.n_registers, 4);
	for (size_t i = 0; i < 4; i++) {
		char name[16];

		snprintf(name, sizeof(name), "tdx.rtmr%zu", i);
		assert_int_equal(reg_of(&rec, name, "sha384")->n_inputs, steps[i]);
	}
	is_hex(&reg_of(&rec, "tdx.rtmr3", "sha384")->values[0].value, sep384);
	coco_boot_free(list);

	list = list_of(COCO_BANK_BIT(COCO_BANK_SHA256));
	assert_err(coco_boot_record_tdx(list, 1, &rec, &d), COCO_E_INTERNAL, &d);
	coco_boot_free(list);
	coco_mrecord_free(&rec);
}

/* Two branches: the values are all combinations, each with its labels and own steps. */
static void test_branches(void **state COCO_UNUSED)
{
	struct coco_boot_list *list = list_of(BOTH);
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	char text[128];
	size_t size;

	coco_mrecord_init(&rec, "tpm");
	assert_ok(coco_boot_separator(list, 5, &d), &d);
	assert_ok(coco_boot_branch(list, &size, &d), &d);
	assert_ok(coco_boot_choice_text(list, size, "size", "small", &d), &d);
	assert_ok(coco_boot_choice_text(list, size, "size", "large", &d), &d);
	assert_ok(coco_boot_choice_text(list, size, "size", "none", &d), &d);
	coco_boot_when(list, size, 0, 0);
	assert_ok(coco_boot_action(list, 5, "small", &d), &d);
	coco_boot_when(list, size, 1, 2);
	assert_ok(coco_boot_action(list, 5, "not small", &d), &d);
	coco_boot_always(list);
	assert_ok(coco_boot_exit_services(list, true, &d), &d);
	assert_ok(coco_boot_record_tpm(list, 1 << 5 | 1 << 6, &rec, &d), &d);

	const struct coco_mrecord_register *reg = reg_of(&rec, "tpm.pcr5", "sha256");
	assert_int_equal(reg->n_values, 6);
	assert_int_equal(reg->n_inputs, 1);
	coco_mrecord_label_text(&reg->values[0], text, sizeof(text));
	assert_non_null(strstr(text, "small"));
	assert_non_null(strstr(text, "once"));
	assert_int_equal(reg->values[0].n_inputs, 3);
	assert_int_equal(reg->values[1].n_inputs, 5);
	assert_string_equal(reg->values[1].inputs[2].text,
			    "Exit Boot Services Returned with Failure");
	coco_mrecord_label_text(&reg->values[5], text, sizeof(text));
	assert_non_null(strstr(text, "none"));
	assert_non_null(strstr(text, "failure"));
	assert_memory_equal(&reg->values[2].value, &reg->values[4].value,
			    sizeof(reg->values[2].value));
	assert_memory_not_equal(&reg->values[0].value, &reg->values[2].value,
				sizeof(reg->values[2].value));
	assert_int_equal(reg_of(&rec, "tpm.pcr6", "sha256")->n_values, 1);
	coco_mrecord_free(&rec);
	coco_boot_free(list);
}

static void test_unknown(void **state COCO_UNUSED)
{
	struct coco_boot_list *list = list_of(BOTH);
	const struct coco_boot_about about = { 4, COCO_EV_IPL, "kernel", NULL, COCO_BASIS_GIVEN };
	struct coco_boot_digests only = { .bank = { { .n = 0 } } };
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	only.bank[COCO_BANK_SHA256].n = 32;
	coco_mrecord_init(&rec, "tpm");
	assert_ok(coco_boot_unknown(list, 1, "ACPI tables", "QEMU makes them", "--acpi", &d), &d);
	assert_ok(coco_boot_separator(list, 1, &d), &d);
	assert_ok(coco_boot_add(list, &about, &only, &d), &d);
	assert_ok(coco_boot_record_tpm(list, 1 << 1 | 1 << 4, &rec, &d), &d);
	assert_int_equal(reg_of(&rec, "tpm.pcr1", "sha256")->n_values, 0);
	assert_int_equal(reg_of(&rec, "tpm.pcr1", "sha384")->n_inputs, 2);
	assert_int_equal(reg_of(&rec, "tpm.pcr4", "sha256")->n_values, 1);
	assert_int_equal(reg_of(&rec, "tpm.pcr4", "sha384")->n_values, 0);
	assert_int_equal(rec.n_unknowns, 2);
	assert_string_equal(rec.unknowns[0].reg, "tpm.pcr1");
	assert_string_equal(rec.unknowns[0].supply, "--acpi");
	assert_string_equal(rec.unknowns[1].name, "kernel");
	coco_mrecord_free(&rec);
	coco_boot_free(list);
}

static void test_refused(void **state COCO_UNUSED)
{
	struct coco_boot_list *list = list_of(BOTH);
	const struct coco_mrecord_label label = { .name = "n" };
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	size_t branch = 0;

	coco_mrecord_init(&rec, "tpm");
	assert_err(coco_boot_separator(list, 17, &d), COCO_E_INTERNAL, &d);
	coco_diag_init(&d);
	assert_err(coco_boot_choice(list, 0, &label, 1, &d), COCO_E_INTERNAL, &d);
	coco_diag_init(&d);
	coco_boot_when(list, 0, 0, 0);
	assert_err(coco_boot_separator(list, 1, &d), COCO_E_INTERNAL, &d);
	coco_diag_init(&d);
	for (int i = 0; i < 2; i++) {
		assert_ok(coco_boot_branch(list, &branch, &d), &d);
		coco_boot_when(list, branch, 0, 0);
		assert_ok(coco_boot_separator(list, 1, &d), &d);
		assert_err(coco_boot_record_tpm(list, 2, &rec, &d), COCO_E_INTERNAL, &d);
		coco_diag_init(&d);
		for (int k = 0; k < 65; k++)
			assert_ok(coco_boot_choice(list, branch, &label, 1, &d), &d);
	}
	assert_err(coco_boot_record_tpm(list, 2, &rec, &d), COCO_E_MATRIX_SIZE, &d);
	coco_diag_init(&d);
	for (int i = 2; i < COCO_BOOT_BRANCHES; i++)
		assert_ok(coco_boot_branch(list, &branch, &d), &d);
	assert_err(coco_boot_branch(list, &branch, &d), COCO_E_MATRIX_SIZE, &d);
	coco_mrecord_free(&rec);
	coco_boot_free(list);
}

static void test_variable(void **state COCO_UNUSED)
{
	static const uint8_t global[COCO_GUID_SIZE] =
		COCO_GUID(0x8be4df61, 0x93ca, 0x11d2, 0xaa0d, 0x00e098032b8c);
	static const uint8_t huge[COCO_BOOT_VARIABLE];
	struct coco_boot_list *list = list_of(BOTH);
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	char buf[16];

	coco_mrecord_init(&rec, "tpm");
	assert_ok(coco_boot_variable(list, 7, COCO_EV_EFI_VARIABLE_DRIVER_CONFIG, global, "PK",
				     coco_view_of(NULL, 0), COCO_BASIS_COMPUTED, &d), &d);
	assert_err(coco_boot_variable(list, 7, COCO_EV_EFI_VARIABLE_DRIVER_CONFIG, global, "PK",
				      coco_view_of(huge, sizeof(huge)), COCO_BASIS_COMPUTED, &d),
		   COCO_E_LIMIT_SIZE, &d);
	coco_diag_init(&d);
	assert_ok(coco_boot_boot_variable(list, "BootOrder", "0000, 0001",
					  coco_view_of("\0\0\1\0", 4), COCO_BASIS_CONSTANT, &d),
		  &d);
	assert_ok(coco_boot_record_tpm(list, 1 << 7 | 1 << 1, &rec, &d), &d);
	/* as two real boots logged them */
	is_hex(&reg_of(&rec, "tpm.pcr7", "sha256")->inputs[0].digest,
	       "dea7b80ab53a3daaa24d5cc46c64e1fa9ffd03739f90aadbd8c0867c4a5b4890");
	is_hex(&reg_of(&rec, "tpm.pcr1", "sha256")->inputs[0].digest,
	       "6b1e73a0094b7b812d3b9e22cffb4f8239319847522c4fa103753b6950020f93");
	assert_string_equal(reg_of(&rec, "tpm.pcr7", "sha256")->inputs[0].name, "variable PK");
	assert_string_equal(coco_boot_type_name(0x12345678, buf, sizeof(buf)), "0x12345678");
	coco_mrecord_free(&rec);
	coco_boot_free(list);
}

static int everything(struct coco_diag *d)
{
	struct coco_boot_list *list = NULL;
	struct coco_mrecord rec;

	coco_mrecord_init(&rec, "tpm");
	int r = coco_boot_new(&list, BOTH, d);
	if (r == 0)
		r = coco_boot_exit_services(list, true, d);
	if (r == 0)
		r = coco_boot_boot_variable(list, "BootOrder", "0000", coco_view_of("\0", 2),
					    COCO_BASIS_CONSTANT, d);
	if (r == 0)
		r = coco_boot_unknown(list, 2, "option ROM", "not given", "--option-rom", d);
	if (r == 0)
		r = coco_boot_record_tpm(list, 0xffff, &rec, d);
	coco_mrecord_free(&rec);
	coco_boot_free(list);
	return r;
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++)
		if (coco_test_alloc_check(everything(&d), &d))
			break;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tpm),
		cmocka_unit_test(test_tdx),
		cmocka_unit_test(test_branches),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_variable),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
