/*
 * test_record_known.c - known values and what follows from them in one record:
 * the TDINFO hash takes them as fields, and is compared with a known one.
 */
#include "lib/measure/record_known.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_record.h"
#include "tests/support/support.h"

static const char *const fields[] = {
	"tdx.mrtd=" MINT_H96("1"), "tdx.rtmr0=" MINT_H96("5"), "tdx.rtmr1=" MINT_H96("6"),
	"tdx.rtmr2=" MINT_H96("7"), "tdx.rtmr3=" MINT_H96("8"), "tdx.mrconfigid=" MINT_H96("2"),
	"tdx.mrowner=" MINT_H96("3"), "tdx.mrownerconfig=" MINT_H96("4"),
};

static void make(struct coco_mrecord *rec)
{
	struct coco_diag d = { 0 };

	coco_mrecord_init(rec, "tdx");
	assert_ok(coco_mrecord_param(rec, &d, "attributes", "0000001000000000"), &d);
	assert_ok(coco_mrecord_param(rec, &d, "xfam", "e702060000000000"), &d);
}

static int known(struct coco_mrecord *rec, const char *last, bool only_there)
{
	const char *texts[COCO_ARRAY_LEN(fields) + 1];
	size_t n = COCO_ARRAY_LEN(fields);
	struct coco_diag d;

	coco_diag_init(&d);
	memcpy(texts, fields, sizeof(fields));
	if (last != NULL)
		texts[n++] = last;
	return coco_record_known(rec, texts, n, only_there, &d);
}

static void test_hash(void **state)
{
	const struct coco_mrecord_register *reg;
	struct coco_mrecord rec;

	(void)state;
	make(&rec);
	assert_int_equal(known(&rec, NULL, false), 0);
	reg = coco_mrecord_find(&rec, "tdx.tdinfo_hash", "sha384");
	assert_non_null(reg);
	assert_false(coco_known_value_is(reg));
	coco_mrecord_free(&rec);
	/* a known hash is compared with the computed one */
	make(&rec);
	assert_int_equal(known(&rec, "tdx.tdinfo_hash=" MINT_H96("9"), false),
			 COCO_E_KNOWN_DIFFERS);
	coco_mrecord_free(&rec);
	/* and is what there is where none can be computed */
	coco_mrecord_init(&rec, "tdx");
	assert_int_equal(known(&rec, "tdx.tdinfo_hash=" MINT_H96("9"), false), 0);
	assert_true(coco_known_value_is(coco_mrecord_find(&rec, "tdx.tdinfo_hash", NULL)));
	coco_mrecord_free(&rec);
}

static void test_refused(void **state)
{
	struct coco_mrecord rec;

	(void)state;
	make(&rec);
	assert_int_equal(known(&rec, "tdx.mrtd", false), COCO_E_USAGE_VALUE);
	coco_mrecord_free(&rec);
	make(&rec);
	assert_int_equal(known(&rec, "tdx.mrtd=" MINT_H96("1"), false), COCO_E_USAGE_CONFLICT);
	coco_mrecord_free(&rec);
	make(&rec);
	assert_int_equal(known(&rec, NULL, true), 0);
	assert_null(coco_mrecord_find(&rec, "tdx.mrtd", NULL));
	coco_mrecord_free(&rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
