/*
 * test_guest_search.c - registers found again among candidates that are minted.
 */
#include "lib/measure/guest_search.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "tests/support/mint_firmware.h"
#include "tests/support/support.h"

static char *dir;
static const enum coco_mrtd_order orders[] = { COCO_MRTD_SINGLE, COCO_MRTD_TWO };
static char firmware[3][256];
static const char *paths[] = { firmware[0], firmware[1], firmware[2] };

static struct coco_tdx_request base(void)
{
	return (struct coco_tdx_request){ .firmware = firmware[1], .orders = orders,
					  .n_orders = 2 };
}

/* The two-pass MRTD of an image. */
static struct coco_guest_value seen_of(const char *image)
{
	struct coco_guest_value v = { .name = "tdx.mrtd", .algorithm = "sha384" };
	struct coco_run run = { .jobs = 1 };
	struct coco_tdx_request q = base();
	struct coco_diag d = { 0 };
	struct coco_mrecord rec;

	q.firmware = image;
	assert_ok(coco_tdx_measure(&run, &q, &rec, &d), &d);
	v.digest = coco_mrecord_find(&rec, "tdx.mrtd", "sha384")->values[1].value;
	coco_mrecord_free(&rec);
	return v;
}

static void finds_on_any_threads(void **state COCO_UNUSED)
{
	struct coco_guest_value v = seen_of(firmware[2]);
	struct coco_tdx_request q = base();
	struct coco_guest_search s = { .tdx = &q, .values = &v, .n_values = 1,
				       .firmware = paths, .n[COCO_GUEST_FIRMWARE] = 3 };

	for (unsigned jobs = 1; jobs <= 3; jobs++) {
		struct coco_run run = { .jobs = jobs };
		struct coco_guest_found *f = coco_zalloc(1, sizeof(*f));
		struct coco_diag d = { 0 };

		assert_ok(coco_guest_search(&run, &s, f, &d), &d);
		assert_int_equal(f->n, 1);
		assert_int_equal(f->n_equal, 1);
		assert_int_equal(f->answer[0].at[COCO_GUEST_FIRMWARE], 2);
		assert_int_equal(f->skipped, 1);
		coco_free(f);
	}
}

static void refuses(void **state COCO_UNUSED)
{
	struct coco_guest_value v = seen_of(firmware[1]);
	struct coco_tdx_request q = base();
	struct coco_guest_search s = { .tdx = &q, .values = &v, .n_values = 1,
				       .firmware = paths, .n[COCO_GUEST_FIRMWARE] = 1 };
	struct coco_run run = { .jobs = 1 };
	struct coco_guest_found *f = coco_zalloc(1, sizeof(*f));
	struct coco_diag d = { 0 };

	assert_err(coco_guest_search(&run, &s, f, &d), COCO_E_FIRMWARE_SIZE, &d);
	s.n[COCO_GUEST_FIRMWARE] = COCO_GUEST_CANDIDATES + 1;
	coco_diag_init(&d);
	assert_err(coco_guest_search(&run, &s, f, &d), COCO_E_SEARCH_SPACE, &d);
	s.n[COCO_GUEST_FIRMWARE] = 0;
	v.digest.p[0] ^= 1;
	coco_diag_init(&d);
	assert_ok(coco_guest_search(&run, &s, f, &d), &d);
	assert_int_equal(f->n_differ, 1);
	snprintf(v.name, sizeof(v.name), "tdx.rtmr0");
	assert_ok(coco_guest_search(&run, &s, f, &d), &d);
	assert_int_equal(f->n_equal + f->n_differ, 0);
	assert_non_null(strstr(f->answer[0].note, "TD HOB"));
	coco_free(f);
}

static int setup(void **state COCO_UNUSED)
{
	static const char junk[] = "no firmware";

	dir = coco_test_dir();
	snprintf(firmware[0], sizeof(firmware[0]), "%s/a", dir);
	FILE *f = fopen(firmware[0], "w");
	assert_non_null(f);
	assert_int_equal(fwrite(junk, sizeof(junk), 1, f), 1);
	fclose(f);
	snprintf(firmware[1], sizeof(firmware[1]), "%s",
		 coco_mint_firmware_file(dir, "b", &coco_mint_tdvf));
	struct coco_mint_firmware other = coco_mint_tdvf;
	other.reset_eip = coco_mint_tdvf.reset_eip + 0x1000;
	snprintf(firmware[2], sizeof(firmware[2]), "%s",
		 coco_mint_firmware_file(dir, "c", &other));
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
		cmocka_unit_test(finds_on_any_threads),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
