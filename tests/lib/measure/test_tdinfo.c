/*
 * test_tdinfo.c - the TDINFO hash: its value (made by a script of its own from the
 * rule alone), what is missing, combinations of allowed values.
 */
#include "lib/measure/tdinfo.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

/* Registers 1 to 8 in the order of the structure, filled with the digit of their number. */
static const char *const names[] = {
	"tdx.mrtd", "tdx.mrconfigid", "tdx.mrowner", "tdx.mrownerconfig",
	"tdx.rtmr0", "tdx.rtmr1", "tdx.rtmr2", "tdx.rtmr3",
};

static void add_value(struct coco_mrecord *rec, unsigned byte, const char *label,
		      const char *value)
{
	struct coco_mrecord_value v = { .value.n = 48 };
	struct coco_diag d = { 0 };

	memset(v.value.p, (int)byte, 48);
	if (label != NULL)
		coco_mrecord_label(&v, label, "%s", value);
	assert_ok(coco_mrecord_value(rec, &v, &d), &d);
}

static void start(struct coco_mrecord *rec)
{
	struct coco_diag d = { 0 };

	coco_mrecord_init(rec, "tdx");
	assert_ok(coco_mrecord_param(rec, &d, "attributes", "0000001000000000"), &d);
	assert_ok(coco_mrecord_param(rec, &d, "xfam", "e702060000000000"), &d);
}

/* All fields but those whose bit is set. */
static void make(struct coco_mrecord *rec, unsigned without)
{
	struct coco_diag d = { 0 };

	start(rec);
	for (unsigned i = 0; i < COCO_ARRAY_LEN(names); i++) {
		if ((without >> i & 1) != 0)
			continue;
		assert_ok(coco_mrecord_begin(rec, names[i], "sha384", &d), &d);
		add_value(rec, 0x11 * (i + 1), NULL, NULL);
	}
}

static const struct coco_mrecord_register *hash(struct coco_mrecord *rec)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_tdinfo_record(rec, &d), &d);
	return coco_mrecord_find(rec, COCO_TDINFO_REGISTER, "sha384");
}

static void test_value(void **state)
{
	static const char want[] =
		"61fa282c98ccd8e24987c394c86df187e92a513c77d4a4f6298ec8aebbb5cfba"
		"02d7c01d365d643419d93db779ce04bf";
	const struct coco_mrecord_register *reg;
	struct coco_mrecord rec;
	char got[97];

	(void)state;
	make(&rec, 0);
	reg = hash(&rec);
	assert_non_null(reg);
	assert_int_equal(reg->n_values, 1);
	coco_hex_encode(got, reg->values[0].value.p, 48);
	assert_string_equal(got, want);
	assert_int_equal(reg->values[0].n_inputs, 1);
	assert_int_equal(rec.n_unknowns, 0);
	/* a second call leaves it */
	assert_non_null(hash(&rec));
	coco_mrecord_free(&rec);
}

static void test_missing(void **state)
{
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	(void)state;
	for (unsigned i = 0; i < COCO_ARRAY_LEN(names); i++) {
		make(&rec, 1U << i);
		assert_int_equal(hash(&rec)->n_values, 0);
		assert_int_equal(rec.n_unknowns, 1);
		assert_string_equal(rec.unknowns[0].reg, COCO_TDINFO_REGISTER);
		assert_string_equal(rec.unknowns[0].name, names[i] + 4);
		coco_mrecord_free(&rec);
	}
	/* neither attributes nor XFAM: nobody asks for it */
	coco_mrecord_init(&rec, "tdx");
	assert_null(hash(&rec));
	assert_int_equal(rec.n_unknowns, 0);
	assert_ok(coco_mrecord_param(&rec, &d, "xfam", "e702060000000000"), &d);
	assert_int_equal(hash(&rec)->n_values, 0);
	assert_string_equal(rec.unknowns[0].name, "attributes");
	coco_mrecord_free(&rec);
	coco_mrecord_init(&rec, "tpm");
	assert_ok(coco_mrecord_param(&rec, &d, "xfam", "e702060000000000"), &d);
	assert_null(hash(&rec));
	coco_mrecord_free(&rec);
	coco_mrecord_init(&rec, "tdx");
	assert_ok(coco_mrecord_param(&rec, &d, "xfam", "e7"), &d);
	coco_diag_init(&d);
	assert_int_equal(coco_tdinfo_record(&rec, &d), COCO_E_INTERNAL);
	coco_mrecord_free(&rec);
}

/* Two orders of pages, two sizes of memory in two registers: four values and not eight. */
static void test_combinations(void **state)
{
	const struct coco_mrecord_register *reg;
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	(void)state;
	start(&rec);
	for (unsigned i = 0; i < COCO_ARRAY_LEN(names); i++) {
		assert_ok(coco_mrecord_begin(&rec, names[i], "sha384", &d), &d);
		if (i == 0) {
			add_value(&rec, 1, "add_page", "single");
			add_value(&rec, 2, "add_page", "two");
		} else if (i == 4 || i == 5) {
			add_value(&rec, 3, "memory", "1G");
			add_value(&rec, 4, "memory", "2G");
		} else {
			add_value(&rec, i, "given", "by the user");
		}
	}
	reg = hash(&rec);
	assert_int_equal(reg->n_values, 4);
	assert_int_equal(reg->values[0].n_labels, 2);
	assert_string_equal(reg->values[0].label[0].value, "single");
	assert_string_equal(reg->values[0].label[1].value, "1G");
	assert_string_equal(reg->values[3].label[0].value, "two");
	assert_string_equal(reg->values[3].label[1].value, "2G");
	coco_mrecord_free(&rec);
}

static void test_too_many(void **state)
{
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	char text[8];

	(void)state;
	start(&rec);
	for (unsigned i = 0; i < COCO_ARRAY_LEN(names); i++) {
		assert_ok(coco_mrecord_begin(&rec, names[i], "sha384", &d), &d);
		for (unsigned k = 0; k < (i < 2 ? 65U : 1U); k++) {
			snprintf(text, sizeof(text), "%u", k);
			add_value(&rec, k, "given", text);
		}
	}
	coco_diag_init(&d);
	assert_int_equal(coco_tdinfo_record(&rec, &d), COCO_E_MATRIX_SIZE);
	coco_mrecord_free(&rec);
}

static void test_no_memory(void **state)
{
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	(void)state;
	for (unsigned long n = 1;; n++) {
		make(&rec, 0);
		coco_test_alloc_arm(n);
		int r = coco_tdinfo_record(&rec, &d);
		bool done = coco_test_alloc_check(r, &d);

		coco_mrecord_free(&rec);
		if (done)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_value),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_combinations),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
