/*
 * test_known_value.c - values of whole registers that are given: the text, and
 * what becomes of a record.
 */
#include "formats/measure/known_value.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define H16 "0123456789abcdef"
#define H64 H16 H16 H16 H16
#define H96 H64 H16 H16

static int parse(const char *platform, const char *text, struct coco_known_value *k)
{
	struct coco_diag d;

	coco_diag_init(&d);
	return coco_known_value_parse(k, platform, text, &d);
}

static void test_parse(void **state)
{
	struct coco_known_value k;

	(void)state;
	assert_int_equal(parse("tpm", "tpm.pcr0=" H64, &k), 0);
	assert_string_equal(k.reg, "tpm.pcr0");
	assert_string_equal(k.algorithm, "sha256");
	assert_int_equal(k.value.n, 32);
	assert_int_equal(k.value.p[1], 0x23);
	assert_string_equal(k.origin, "");
	assert_int_equal(parse("tpm", "tpm.pcr23=" H96 ":a log: of Monday", &k), 0);
	assert_string_equal(k.algorithm, "sha384");
	assert_string_equal(k.origin, "a log: of Monday");
	assert_int_equal(parse("tdx", "tdx.mrseam=" H96 ":", &k), 0);
	assert_string_equal(k.origin, "");
}

static void test_refused(void **state)
{
	static const struct {
		const char *platform;
		const char *text;
		int code;
	} cases[] = {
		{ "tpm", "tpm.pcr0", COCO_E_USAGE_VALUE },
		{ "tpm", "=" H64, COCO_E_USAGE_VALUE },
		{ "tpm", "", COCO_E_USAGE_VALUE },
		{ "tpm", "tpm.pcr24=" H64, COCO_E_KNOWN_REGISTER },
		{ "tpm", "tpm.pcr00=" H64, COCO_E_KNOWN_REGISTER },
		{ "tpm", "tpm.pcr100=" H64, COCO_E_KNOWN_REGISTER },
		{ "tpm", "tpm.pcr=" H64, COCO_E_KNOWN_REGISTER },
		{ "tpm", "tpm.pcr1x=" H64, COCO_E_KNOWN_REGISTER },
		{ "tpm", "tdx.mrtd=" H96, COCO_E_KNOWN_REGISTER },
		{ "tdx", "tpm.pcr0=" H96, COCO_E_KNOWN_REGISTER },
		{ "tdx", "tdx.rtmr4=" H96, COCO_E_KNOWN_REGISTER },
		{ "tdx", "tdx.a_register_whose_name_is_longer_than_any_other=" H96,
		  COCO_E_KNOWN_REGISTER },
		{ "tdx", "tdx.mrtd=" H64, COCO_E_KNOWN_SIZE },
		{ "tdx", "tdx.mrtd=", COCO_E_KNOWN_SIZE },
		{ "tpm", "tpm.pcr0=" H64 "0", COCO_E_KNOWN_SIZE },
		{ "tpm", "tpm.pcr0=" H64 "00", COCO_E_KNOWN_SIZE },
		{ "tpm", "tpm.pcr0=:" H64, COCO_E_KNOWN_SIZE },
		{ "tpm", "tpm.pcr0=" H16 H16 H16 "0123456789abcdeg", COCO_E_USAGE_VALUE },
	};

	(void)state;
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_known_value k = { .reg = "untouched" };

		if (parse(cases[i].platform, cases[i].text, &k) != cases[i].code)
			fail_msg("%s", cases[i].text);
		assert_string_equal(k.reg, "untouched");
	}
}

/* PCR 0 is not known in two banks, PCR 1 neither, PCR 4 is computed in one. */
static void make(struct coco_mrecord *rec)
{
	static const char *const banks[] = { "sha256", "sha384" };
	const struct coco_mrecord_input step = { .name = "firmware version", .text = "text" };
	struct coco_mrecord_value v = { .value.n = 32 };
	struct coco_diag d = { 0 };

	coco_mrecord_init(rec, "tpm");
	for (size_t i = 0; i < 2; i++) {
		assert_ok(coco_mrecord_begin(rec, "tpm.pcr0", banks[i], &d), &d);
		assert_ok(coco_mrecord_input(rec, &step, &d), &d);
		assert_ok(coco_mrecord_unknown(rec, "tpm.pcr0", banks[i], "r", "s", &d), &d);
	}
	assert_ok(coco_mrecord_unknown(rec, "tpm.pcr1", "ACPI", "r", "s", &d), &d);
	assert_ok(coco_mrecord_begin(rec, "tpm.pcr4", "sha256", &d), &d);
	assert_ok(coco_mrecord_value(rec, &v, &d), &d);
}

static int apply(struct coco_mrecord *rec, const char *text, bool only_there)
{
	struct coco_known_value k;
	struct coco_diag d;

	coco_diag_init(&d);
	assert_int_equal(parse(rec->platform, text, &k), 0);
	return coco_known_value_apply(rec, &k, only_there, &d);
}

static void test_apply(void **state)
{
	const struct coco_mrecord_register *reg;
	struct coco_mrecord rec;

	(void)state;
	make(&rec);
	assert_int_equal(apply(&rec, "tpm.pcr0=" H64 ":the log", false), 0);
	assert_int_equal(rec.n_registers, 3);
	assert_string_equal(rec.registers[0].algorithm, "sha256");
	reg = coco_mrecord_find(&rec, "tpm.pcr0", "sha256");
	assert_true(coco_known_value_is(reg));
	assert_int_equal(reg->n_inputs, 0);
	assert_int_equal(reg->values[0].inputs[0].basis, COCO_BASIS_GIVEN);
	assert_string_equal(reg->values[0].inputs[0].text, "the log");
	assert_string_equal(reg->values[0].label[0].value, "the log");
	assert_int_equal(rec.n_unknowns, 3);           /* the other bank has none */
	assert_int_equal(apply(&rec, "tpm.pcr0=" H96, false), 0);
	assert_int_equal(rec.n_unknowns, 1);
	assert_string_equal(rec.unknowns[0].reg, "tpm.pcr1");
	/* a second value of it */
	assert_int_equal(apply(&rec, "tpm.pcr0=" H16 H16 H16 "0000000000000000", false), 0);
	reg = coco_mrecord_find(&rec, "tpm.pcr0", "sha256");
	assert_int_equal(reg->n_values, 2);
	assert_null(reg->values[1].inputs[0].text);
	assert_int_equal(apply(&rec, "tpm.pcr0=" H64, false), COCO_E_USAGE_CONFLICT);
	/* one that the record does not have */
	assert_int_equal(apply(&rec, "tpm.pcr10=" H64, true), 0);
	assert_null(coco_mrecord_find(&rec, "tpm.pcr10", NULL));
	assert_int_equal(apply(&rec, "tpm.pcr10=" H64, false), 0);
	assert_non_null(coco_mrecord_find(&rec, "tpm.pcr10", NULL));
	/* one that is computed */
	assert_int_equal(apply(&rec, "tpm.pcr4=" H64, false), COCO_E_KNOWN_DIFFERS);
	assert_int_equal(apply(&rec, "tpm.pcr4=0000000000000000000000000000000000000000000000000"
			       "000000000000000", false), 0);
	assert_false(coco_known_value_is(coco_mrecord_find(&rec, "tpm.pcr4", NULL)));
	coco_mrecord_free(&rec);
}

/* What a record with known values is written as is read again. */
static void test_round_trip(void **state)
{
	struct coco_mrecord rec, again;
	struct coco_diag d = { 0 };
	uint8_t *p, *q;
	size_t n, m;

	(void)state;
	make(&rec);
	assert_int_equal(apply(&rec, "tpm.pcr0=" H64 ":\xff and a text that is longer than the "
			       "label of a value can be, so that it is cut", false), 0);
	assert_ok(coco_mrecord_encode(&rec, &p, &n, &d), &d);
	assert_ok(coco_mrecord_decode(&again, coco_view_of(p, n), &d), &d);
	assert_true(coco_known_value_is(&again.registers[0]));
	assert_ok(coco_mrecord_encode(&again, &q, &m, &d), &d);
	assert_int_equal(n, m);
	assert_memory_equal(p, q, n);
	coco_free(p);
	coco_free(q);
	coco_mrecord_free(&rec);
	coco_mrecord_free(&again);
}

static void test_no_memory(void **state)
{
	struct coco_diag d = { 0 };
	struct coco_known_value k;
	struct coco_mrecord rec;

	(void)state;
	assert_int_equal(parse("tpm", "tpm.pcr10=" H64 ":from", &k), 0);
	for (unsigned long n = 1;; n++) {
		make(&rec);
		coco_test_alloc_arm(n);
		int r = coco_known_value_apply(&rec, &k, false, &d);
		bool done = coco_test_alloc_check(r, &d);

		coco_mrecord_free(&rec);
		if (done)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
