/*
 * test_td_hob.c - the list of memory for a TDX guest's firmware: its bytes, the
 * split at 2.75 GiB, and memory that is too small. The digests of the shared
 * vectors are compared in lib/measure/test_mrtd.c.
 */
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/td_hob.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static const struct coco_tdvf usual = {
	.n = 4,
	.section = {
		{ 0, 0, 0x810000, 0x10000, COCO_TDVF_TEMP_MEM, 0 },
		{ 0, 0, 0x809000, 0x2000, COCO_TDVF_TD_HOB, 0 },
		{ 0, 0, 0xffe00000, 0x200000, COCO_TDVF_BFV, 1 },
		{ 0, 0, 0x800000, 0x9000, COCO_TDVF_TEMP_MEM, 0 },
	},
};

static uint64_t le(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static void entry(const uint8_t *p, uint32_t type, uint64_t start, uint64_t length)
{
	assert_int_equal(le(p, 2), 3);
	assert_int_equal(le(p + 2, 2), 48);
	assert_int_equal(le(p + 8, 8) | le(p + 16, 8), 0);
	assert_int_equal(le(p + 24, 4), type);
	assert_int_equal(le(p + 28, 4), 7);
	assert_int_equal(le(p + 32, 8), start);
	assert_int_equal(le(p + 40, 8), length);
}

static void test_bytes(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_wr wr;

	coco_wr_init(&wr, COCO_TD_HOB_MAX);
	assert_ok(coco_td_hob_encode(&wr, &usual, (uint64_t)4 << 30, &d), &d);
	assert_int_equal(wr.n, 56 + 48 * 7);
	assert_int_equal(le(wr.p, 2), 1);
	assert_int_equal(le(wr.p + 2, 2), 56);
	assert_int_equal(le(wr.p + 8, 4), 9);
	assert_int_equal(le(wr.p + 48, 8), 0x809000 + wr.n + 8);
	entry(wr.p + 56, 7, 0, 0x800000);
	entry(wr.p + 104, 0, 0x800000, 0x9000);     /* neighbours stay apart */
	entry(wr.p + 152, 0, 0x809000, 0x2000);
	entry(wr.p + 200, 7, 0x80b000, 0x5000);
	entry(wr.p + 248, 0, 0x810000, 0x10000);
	entry(wr.p + 296, 7, 0x820000, 0x80000000 - 0x820000);
	entry(wr.p + 344, 7, (uint64_t)1 << 32, 0x80000000);
	coco_wr_free(&wr);
}

/* Bytes of the list, and the end of its last range. */
static uint64_t last_end(uint64_t ram, size_t want)
{
	struct coco_diag d = { 0 };
	struct coco_wr wr;

	coco_wr_init(&wr, COCO_TD_HOB_MAX);
	assert_ok(coco_td_hob_encode(&wr, &usual, ram, &d), &d);
	assert_int_equal(wr.n, 56 + 48 * want);
	uint64_t end = le(wr.p + wr.n - 16, 8) + le(wr.p + wr.n - 8, 8);
	coco_wr_free(&wr);
	return end;
}

static void test_split(void **state COCO_UNUSED)
{
	assert_int_equal(last_end(COCO_Q35_LOW_LIMIT - 4096, 6), COCO_Q35_LOW_LIMIT - 4096);
	assert_int_equal(last_end(COCO_Q35_LOW_LIMIT, 7),
			 ((uint64_t)1 << 32) + COCO_Q35_LOW_LIMIT - COCO_Q35_LOW);
	assert_int_equal(last_end(0x820000, 5), 0x820000);   /* just enough */
}

static void refuse(const struct coco_tdvf *t, uint64_t ram, int code)
{
	struct coco_diag d = { 0 };
	struct coco_wr wr;

	coco_wr_init(&wr, COCO_TD_HOB_MAX);
	assert_err(coco_td_hob_encode(&wr, t, ram, &d), code, &d);
	assert_int_equal(wr.n, 0);
	coco_wr_free(&wr);
}

static void test_bad(void **state COCO_UNUSED)
{
	struct coco_tdvf t = usual;

	refuse(&t, 0, COCO_E_GUEST_MEMORY);
	refuse(&t, (1 << 30) + 1, COCO_E_GUEST_MEMORY);
	refuse(&t, UINT64_MAX - 4095, COCO_E_GUEST_MEMORY);
	refuse(&t, 0x81f000, COCO_E_GUEST_MEMORY);
	t.section[2].type = COCO_TDVF_PERM_MEM;
	refuse(&t, 1 << 30, COCO_E_TDVF_SECTION);
	t = usual;
	t.section[1].size = 0;
	refuse(&t, 1 << 30, COCO_E_TDVF_SECTION);
	t.section[1].type = COCO_TDVF_CFV;
	refuse(&t, 1 << 30, COCO_E_TDVF_METADATA);
	t = usual;
	t.section[0].gpa = (uint64_t)1 << 40;
	refuse(&t, (uint64_t)1 << 41, COCO_E_GUEST_MEMORY);
}

static void test_full(void **state COCO_UNUSED)
{
	struct coco_tdvf t = usual;
	struct coco_diag d = { 0 };
	struct coco_wr wr;

	/* as many ranges as there can be: each section with memory between */
	t.n = COCO_TDVF_SECTIONS;
	for (size_t i = 0; i < t.n; i++)
		t.section[i] = (struct coco_tdvf_section){
			.gpa = 0x100000 + 0x4000 * (t.n - i),
			.size = 0x2000,
			.type = i == 7 ? COCO_TDVF_TD_HOB : COCO_TDVF_TEMP_MEM,
		};
	coco_wr_init(&wr, COCO_TD_HOB_MAX);
	assert_ok(coco_td_hob_encode(&wr, &t, (uint64_t)8 << 30, &d), &d);
	assert_int_equal(wr.n, 56 + 48 * (2 * COCO_TDVF_SECTIONS + 2));
	coco_wr_free(&wr);
	coco_wr_init(&wr, 100);   /* a writer that is too small says so at its end */
	assert_ok(coco_td_hob_encode(&wr, &t, (uint64_t)8 << 30, &d), &d);
	assert_int_equal(wr.code, COCO_E_LIMIT_SIZE);
	coco_wr_free(&wr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
