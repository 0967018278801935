/*
 * test_vhd.c - the footer of VHD files: each number wrong by name.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/vhd.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/mint_disk.h"
#include "tests/support/support.h"

enum { DISK = 1024 };

static void seal(uint8_t *f)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < COCO_VHD_FOOTER; i++)
		sum += i < 64 || i >= 68 ? f[i] : 0;
	coco_mint_be(f + 64, ~sum, 4);
}

static void test_footer(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	uint64_t size = 7;
	size_t n;
	uint8_t *p = coco_mint_vhd(NULL, 0, &n);

	coco_mint_be(p + 48, DISK, 8);
	seal(p);
	struct coco_view v = coco_view_of(p, n);
	assert_true(coco_vhd_is(v));
	assert_ok(coco_vhd_parse(&size, v, DISK + 512, &d), &d);
	assert_int_equal(size, DISK);
	size = 7;
	assert_err(coco_vhd_parse(&size, v, DISK + 1024, &d), COCO_E_DISK_CONTAINER, &d);
	assert_string_equal(d.field, "current size");
	coco_mint_be(p + 60, 3, 4);
	seal(p);
	coco_diag_init(&d);
	assert_err(coco_vhd_parse(&size, v, DISK + 512, &d), COCO_E_DISK_FEATURE, &d);
	p[100] ^= 1;
	coco_diag_init(&d);
	assert_err(coco_vhd_parse(&size, v, DISK + 512, &d), COCO_E_DISK_CONTAINER, &d);
	assert_string_equal(d.field, "checksum");
	for (size_t k = 0; k < COCO_VHD_FOOTER; k += 41) {
		uint8_t *g = coco_test_guard(p, k);

		coco_diag_init(&d);
		assert_err(coco_vhd_parse(&size, coco_view_of(g, k), DISK, &d),
			   COCO_E_FORMAT_SHORT, &d);
		coco_test_unguard(g, k);
	}
	p[0] = 'x';
	assert_false(coco_vhd_is(v));
	assert_int_equal(size, 7);
	coco_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_footer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
