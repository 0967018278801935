/*
 * test_mrtd.c - MRTD in both orders of pages against a plain computation, and
 * the shared vectors: MRTD, TD HOB and CFV of Debian's images.
 */
#include "lib/measure/mrtd.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/measure/td_hob.h"
#include "lib/crypto/digest.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/measure_vectors.h"
#include "tests/support/mint_firmware.h"
#include "tests/support/support.h"

static char *dir;
static const struct coco_run run = { .jobs = 1 };

/* The stream of records that the rules ask for, built as bytes. */
static void plain(struct coco_wr *wr, const char *name, uint64_t gpa, const uint8_t *p)
{
	uint8_t rec[128] = { 0 };

	memcpy(rec, name, strlen(name));
	for (unsigned i = 0; i < 8; i++)
		rec[16 + i] = (uint8_t)(gpa >> (8 * i));
	coco_wr_bytes(wr, rec, sizeof(rec));
	if (p != NULL)
		coco_wr_bytes(wr, p, 256);
}

static void measured_page(struct coco_wr *wr, const uint8_t *page, uint64_t gpa)
{
	for (unsigned k = 0; k < 16; k++)
		plain(wr, "MR.EXTEND", gpa + 256 * k, page + 256 * k);
}

/* For the image of mint: three measured pages, one and then 33 that are only added. */
static void expected(const uint8_t *image, bool two, uint8_t ret[48])
{
	static const struct {
		uint64_t gpa;
		unsigned pages;
	} only[] = { { 0xffffc000, 1 }, { 0x810000, 16 }, { 0x80b000, 2 }, { 0x809000, 2 },
		     { 0x800000, 6 } };
	struct coco_digest *sha = NULL;
	struct coco_diag d = { 0 };
	struct coco_wr wr;

	coco_wr_init(&wr, 1 << 20);
	for (unsigned i = 0; i < 3; i++) {
		plain(&wr, "MEM.PAGE.ADD", 0xffffd000 + 4096 * i, NULL);
		if (!two)
			measured_page(&wr, image + 4096 * (i + 1), 0xffffd000 + 4096 * i);
	}
	for (unsigned i = 0; two && i < 3; i++)
		measured_page(&wr, image + 4096 * (i + 1), 0xffffd000 + 4096 * i);
	for (size_t i = 0; i < COCO_ARRAY_LEN(only); i++)
		for (unsigned k = 0; k < only[i].pages; k++)
			plain(&wr, "MEM.PAGE.ADD", only[i].gpa + 4096 * k, NULL);
	assert_ok(coco_digest_new(&sha, COCO_DIGEST_SHA384, &d), &d);
	assert_ok(coco_digest_once(sha, wr.p, wr.n, ret, &d), &d);
	coco_digest_free(sha);
	coco_wr_free(&wr);
}

static uint8_t *mint(const struct coco_mint_firmware *s, size_t *n, struct coco_tdvf *t)
{
	struct coco_ovmf table;
	struct coco_diag d = { 0 };
	uint8_t *p = coco_mint_firmware(s, n);

	assert_ok(coco_ovmf_parse(&table, coco_view_of(p, *n), &d), &d);
	assert_ok(coco_tdvf_parse(t, coco_view_of(p, *n), &table, &d), &d);
	return p;
}

static void test_orders(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_tdvf t;
	uint8_t want[48];
	uint8_t got[48];
	size_t n;
	uint8_t *p = mint(&coco_mint_tdvf, &n, &t);

	expected(p, false, want);
	assert_ok(coco_mrtd_compute(&run, coco_view_of(p, n), &t, COCO_MRTD_SINGLE, got, &d), &d);
	assert_memory_equal(got, want, 48);
	expected(p, true, want);
	assert_ok(coco_mrtd_compute(&run, coco_view_of(p, n), &t, COCO_MRTD_TWO, got, &d), &d);
	assert_memory_equal(got, want, 48);
	coco_free(p);
}

static void value_of(const uint8_t *p, size_t n, const struct coco_tdvf *t, uint8_t ret[48])
{
	struct coco_diag d = { 0 };

	assert_ok(coco_mrtd_compute(&run, coco_view_of(p, n), t, COCO_MRTD_SINGLE, ret, &d), &d);
}

/* Contents shorter than the memory are filled up with zeros; attributes count. */
static void test_attributes(void **state COCO_UNUSED)
{
	struct coco_tdvf t;
	uint8_t first[48];
	uint8_t other[48];
	size_t n;
	uint8_t *p = mint(&coco_mint_tdvf, &n, &t);

	memset(p + 0x2100, 0, 0x1f00);
	t.section[0].raw = 0x3000;
	value_of(p, n, &t, first);
	t.section[0].raw = 0x1100;
	value_of(p, n, &t, other);
	assert_memory_equal(first, other, 48);
	t.section[0].raw = 0x1000;
	value_of(p, n, &t, other);
	assert_memory_not_equal(first, other, 48);
	t.section[0].raw = 0x3000;
	t.section[1].attributes = COCO_TDVF_EXTEND;
	value_of(p, n, &t, other);
	assert_memory_not_equal(first, other, 48);
	t.section[1].attributes = COCO_TDVF_AUG;
	value_of(p, n, &t, other);
	assert_memory_not_equal(first, other, 48);
	t.section[1].size = 0;
	value_of(p, n, &t, first);
	assert_memory_equal(first, other, 48);
	coco_free(p);
}

static void test_record(void **state COCO_UNUSED)
{
	static const enum coco_mrtd_order both[] = { COCO_MRTD_SINGLE, COCO_MRTD_TWO };
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	struct coco_tdvf t;
	uint8_t want[48];
	size_t n;
	uint8_t *p = mint(&coco_mint_tdvf, &n, &t);

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		coco_mrecord_init(&rec, "tdx");
		int r = coco_mrtd_record(&run, coco_view_of(p, n), &t, both, 2, &rec, &d);
		if (coco_test_alloc_check(r, &d))
			break;
		coco_mrecord_free(&rec);
	}
	const struct coco_mrecord_register *reg = coco_mrecord_find(&rec, "tdx.mrtd", "sha384");
	assert_non_null(reg);
	assert_int_equal(reg->n_inputs, 6);
	assert_string_equal(reg->inputs[0].name, "section 0 bfv");
	assert_string_equal(reg->inputs[0].type, "added and measured");
	assert_int_equal(reg->inputs[0].digest.n, 48);
	assert_int_equal(reg->inputs[0].gpa, 0xffffd000);
	assert_int_equal(reg->inputs[0].pages, 3);
	assert_string_equal(reg->inputs[4].name, "section 4 td_hob");
	assert_string_equal(reg->inputs[4].type, "added");
	assert_int_equal(reg->inputs[4].digest.n, 0);
	assert_int_equal(reg->n_values, 2);
	assert_string_equal(reg->values[1].label[0].value, "two");
	expected(p, true, want);
	assert_memory_equal(reg->values[1].value.p, want, 48);
	coco_mrecord_free(&rec);
	coco_free(p);
}

static void test_cancel(void **state COCO_UNUSED)
{
	volatile sig_atomic_t stop = 1;
	const struct coco_run stopped = { .jobs = 1, .cancel = &stop };
	struct coco_diag d = { 0 };
	struct coco_tdvf t;
	uint8_t got[48];
	size_t n;
	uint8_t *p = mint(&coco_mint_tdvf, &n, &t);

	assert_err(coco_mrtd_compute(&stopped, coco_view_of(p, n), &t, COCO_MRTD_SINGLE, got, &d),
		   COCO_E_CANCELLED, &d);
	coco_free(p);
}

/* "ram=2560M;len=440": the size in bytes, and how long the list is. */
static uint64_t ram_of(const char *text, size_t *ret_len)
{
	unsigned long long v;
	unsigned long len;
	char unit;

	assert_int_equal(sscanf(text, "ram=%llu%c;len=%lu", &v, &unit, &len), 3);
	*ret_len = len;
	return (uint64_t)v << (unit == 'G' ? 30 : 20);
}

static void digest_of(const void *p, size_t n, uint8_t ret[48])
{
	struct coco_digest *sha = NULL;
	struct coco_diag d = { 0 };

	assert_ok(coco_digest_new(&sha, COCO_DIGEST_SHA384, &d), &d);
	assert_ok(coco_digest_once(sha, p, n, ret, &d), &d);
	coco_digest_free(sha);
}

static void vector(char *const *cell, size_t n, void *ctx)
{
	struct coco_diag d = { 0 };
	struct coco_ovmf table;
	struct coco_tdvf t;
	uint8_t want[48];
	uint8_t got[48];
	size_t size;

	assert_true(n == 4);
	uint8_t *p = coco_test_slurp(coco_vector_firmware(dir, cell[1]), &size);
	assert_ok(coco_ovmf_parse(&table, coco_view_of(p, size), &d), &d);
	assert_ok(coco_tdvf_parse(&t, coco_view_of(p, size), &table, &d), &d);
	assert_int_equal(coco_hex_decode(want, 48, cell[3], 96, NULL), 0);
	if (strcmp(cell[0], "td-hob") == 0) {
		struct coco_wr wr;
		size_t len;

		coco_wr_init(&wr, COCO_TD_HOB_MAX);
		assert_ok(coco_td_hob_encode(&wr, &t, ram_of(cell[2], &len), &d), &d);
		assert_int_equal(wr.n, len);
		digest_of(wr.p, wr.n, got);
		coco_wr_free(&wr);
	} else if (strcmp(cell[0], "cfv") == 0) {
		const struct coco_tdvf_section *cfv = coco_tdvf_find(&t, COCO_TDVF_CFV);

		assert_non_null(cfv);
		digest_of(p + cfv->offset, cfv->raw, got);
	} else {
		bool two = strcmp(cell[0], "mrtd-two-pass") == 0;

		assert_true(two || strcmp(cell[0], "mrtd-single-pass") == 0);
		assert_ok(coco_mrtd_compute(&run, coco_view_of(p, size), &t,
					    two ? COCO_MRTD_TWO : COCO_MRTD_SINGLE, got, &d), &d);
	}
	assert_memory_equal(got, want, 48);
	(*(size_t *)ctx)++;
	coco_free(p);
}

static void test_vectors(void **state COCO_UNUSED)
{
	size_t done = 0;
	size_t rows = coco_tsv_run("tdx/cases.tsv", vector, &done);

	assert_int_equal(done, rows);
}

static int setup(void **state COCO_UNUSED)
{
	dir = coco_test_dir();
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
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
