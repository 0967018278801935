/*
 * test_smbios_find.c - finding structures of SMBIOS tables.
 */
#include "formats/measure/smbios_find.h"

#include "formats/core/err_measure.h"
#include "tests/support/support.h"

/* Type 1 with two texts, type 3 without, type 11 with one. */
static const uint8_t tables[] = {
	1, 6, 0, 1, 1, 2, 'a', 'b', 0, 'c', 0, 0,
	3, 5, 0, 2, 0, 0, 0,
	11, 5, 0, 3, 1, 'x', 0, 0,
};

static void test_find(void **state COCO_UNUSED)
{
	static const struct {
		uint8_t type;
		size_t at, n;
	} cases[] = { { 1, 0, 12 }, { 3, 12, 7 }, { 11, 19, 8 } };
	struct coco_view all = { tables, sizeof(tables) };
	struct coco_diag d = { 0 };
	struct coco_view v;

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		assert_ok(coco_smbios_find(all, cases[i].type, &v, &d), &d);
		assert_ptr_equal(v.p, tables + cases[i].at);
		assert_int_equal(v.n, cases[i].n);
	}
	assert_ok(coco_smbios_find(all, 2, &v, &d), &d);
	assert_int_equal(v.n, 0);
	assert_ok(coco_smbios_find(coco_view_of(NULL, 0), 1, &v, &d), &d);
	assert_int_equal(v.n, 0);
}

static void test_cut(void **state COCO_UNUSED)
{
	for (size_t n = 1; n < sizeof(tables); n++) {
		uint8_t *guard = coco_test_guard(tables, n);
		struct coco_diag d = { 0 };
		struct coco_view v;
		int r = coco_smbios_find(coco_view_of(guard, n), 127, &v, &d);

		if (n == 12 || n == 19)
			assert_ok(r, &d);
		else
			assert_err(r, COCO_E_SMBIOS_FIND, &d);
		coco_test_unguard(guard, n);
	}
	static const uint8_t small[] = { 1, 3, 0, 0, 0, 0 };
	struct coco_diag d = { 0 };
	struct coco_view v;
	assert_err(coco_smbios_find(coco_view_of(small, sizeof(small)), 1, &v, &d),
		   COCO_E_SMBIOS_FIND, &d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
