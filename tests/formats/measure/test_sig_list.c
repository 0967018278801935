/*
 * test_sig_list.c - lists of signatures: entries in order, and each defect.
 */
#include "formats/measure/sig_list.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "tests/support/support.h"

static const uint8_t x509[16] = { 0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a,
				  0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72 };

/* A list at p: a header of h bytes and n entries of size bytes, all of fill. */
static size_t mint(uint8_t *p, size_t h, size_t n, size_t size, uint8_t fill, bool cert)
{
	memset(p, fill, 28 + h + n * size);
	if (cert)
		memcpy(p, x509, 16);
	p[16] = (uint8_t)(28 + h + n * size);
	p[20] = (uint8_t)h;
	p[24] = (uint8_t)size;
	for (int i = 17; i < 20; i++)
		p[i] = p[i + 4] = p[i + 8] = 0;
	return 28 + h + n * size;
}

static void test_entries(void **state COCO_UNUSED)
{
	uint8_t p[512];
	struct coco_sig_place at = { 0, 0 };
	struct coco_sig sig;
	struct coco_diag d = { 0 };
	bool found;
	size_t n = mint(p, 0, 2, 20, 'a', true);

	n += mint(p + n, 3, 0, 48, 'b', false);   /* an empty one */
	n += mint(p + n, 3, 1, 48, 'c', false);
	for (int i = 0; i < 3; i++) {
		assert_ok(coco_sig_next(coco_view_of(p, n), &at, &sig, &found, &d), &d);
		assert_true(found);
		assert_int_equal(sig.entry.n, i < 2 ? 20 : 48);
		assert_int_equal(sig.data.n, sig.entry.n - 16);
		assert_ptr_equal(sig.data.p, sig.entry.p + 16);
		assert_int_equal(sig.data.p[0], i < 2 ? 'a' : 'c');
		assert_int_equal(coco_sig_is_certificate(&sig), i < 2);
	}
	assert_ok(coco_sig_next(coco_view_of(p, n), &at, &sig, &found, &d), &d);
	assert_false(found);
	at = (struct coco_sig_place){ 0, 0 };
	assert_ok(coco_sig_next(coco_view_of(NULL, 0), &at, &sig, &found, &d), &d);
	assert_false(found);
}

static void test_defects(void **state COCO_UNUSED)
{
	static const struct {
		size_t at;
		uint8_t value;
	} cases[] = {
		{ 16, 27 }, { 16, 255 }, { 19, 1 }, { 20, 200 }, { 23, 1 }, { 24, 16 }, { 24, 0 },
		{ 24, 19 }, { 27, 1 },
	};
	uint8_t p[512];
	struct coco_sig sig;
	bool found;

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_sig_place at = { 0, 0 };
		struct coco_diag d = { 0 };
		size_t n = mint(p, 0, 2, 20, 'a', true);

		p[cases[i].at] = cases[i].value;
		assert_err(coco_sig_next(coco_view_of(p, n), &at, &sig, &found, &d),
			   COCO_E_SIG_LIST, &d);
	}
	for (size_t n = 1; n < 68; n++) {
		struct coco_sig_place at = { 0, 0 };
		struct coco_diag d = { 0 };

		mint(p, 0, 2, 20, 'a', true);
		uint8_t *guard = coco_test_guard(p, n);
		assert_err(coco_sig_next(coco_view_of(guard, n), &at, &sig, &found, &d),
			   COCO_E_SIG_LIST, &d);
		coco_test_unguard(guard, n);
	}
	struct coco_sig_place at = { 0, 0 };
	struct coco_diag d = { 0 };
	assert_err(coco_sig_next(coco_view_of(p, COCO_SIG_LISTS_MAX + 1), &at, &sig, &found, &d),
		   COCO_E_LIMIT_SIZE, &d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_defects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
