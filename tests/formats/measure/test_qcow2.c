/*
 * test_qcow2.c - headers and table entries of qcow2: each lie by name.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/qcow2.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/mint_disk.h"
#include "tests/support/support.h"

enum { DISK = 300000 };

static uint8_t *mint(unsigned version, size_t *ret_n)
{
	const struct coco_mint_qcow2 spec = { .version = version, .cluster_bits = 12 };
	uint8_t *p = coco_zalloc(DISK, 1);

	coco_test_random(p, DISK, 3);
	uint8_t *q = coco_mint_qcow2(&spec, p, DISK, ret_n);
	coco_free(p);
	return q;
}

static int parse(const uint8_t *p, size_t n, struct coco_qcow2 *ret, struct coco_diag *d)
{
	uint8_t *head = coco_test_guard(p, COCO_QCOW2_HEADER);

	coco_diag_init(d);
	int r = coco_qcow2_parse(ret, coco_view_of(head, COCO_QCOW2_HEADER), n, d);
	coco_test_unguard(head, COCO_QCOW2_HEADER);
	return r;
}

static void test_good(void **state COCO_UNUSED)
{
	struct coco_diag d;
	struct coco_qcow2 q;
	size_t n;

	for (unsigned version = 2; version <= 3; version++) {
		uint8_t *p = mint(version, &n);

		assert_true(coco_qcow2_is(coco_view_of(p, n)));
		assert_ok(parse(p, n, &q, &d), &d);
		assert_int_equal(q.version, version);
		assert_int_equal(q.size, DISK);
		assert_int_equal(q.cluster_bits, 12);
		assert_int_equal(q.l1_size, 1);
		assert_int_equal(q.compression, COCO_QCOW2_ZLIB);
		coco_free(p);
	}
	assert_false(coco_qcow2_is(coco_view_of("QFI", 3)));
}

static const struct {
	size_t at;
	size_t n;
	uint64_t v;
	int code;
	const char *field;
} lies[] = {
	{ 0, 4, 0x514649fa, COCO_E_DISK_CONTAINER, "magic" },
	{ 4, 4, 1, COCO_E_DISK_FEATURE, "version" },
	{ 4, 4, 4, COCO_E_DISK_FEATURE, "version" },
	{ 8, 8, 512, COCO_E_DISK_FEATURE, "backing_file_offset" },
	{ 20, 4, 8, COCO_E_DISK_CONTAINER, "cluster_bits" },
	{ 20, 4, 22, COCO_E_DISK_CONTAINER, "cluster_bits" },
	{ 20, 4, 0xffffffff, COCO_E_DISK_CONTAINER, "cluster_bits" },
	{ 24, 8, UINT64_MAX, COCO_E_DISK_CONTAINER, "size" },
	{ 24, 8, UINT64_C(1) << 40, COCO_E_DISK_CONTAINER, "l1_size" },
	{ 32, 4, 1, COCO_E_DISK_FEATURE, "crypt_method" },
	{ 32, 4, 2, COCO_E_DISK_FEATURE, "crypt_method" },
	{ 36, 4, 0, COCO_E_DISK_CONTAINER, "l1_size" },
	{ 36, 4, 0xffffffff, COCO_E_DISK_CONTAINER, "l1_size" },
	{ 36, 4, 1 << 20, COCO_E_DISK_CONTAINER, "l1_table_offset" },
	{ 40, 8, 4097, COCO_E_DISK_CONTAINER, "l1_table_offset" },
	{ 40, 8, UINT64_MAX - 4095, COCO_E_DISK_CONTAINER, "l1_table_offset" },
	{ 72, 8, 2, COCO_E_DISK_CONTAINER, "incompatible_features" },
	{ 72, 8, 4, COCO_E_DISK_FEATURE, "incompatible_features" },
	{ 72, 8, 16, COCO_E_DISK_FEATURE, "incompatible_features" },
	{ 72, 8, 1 << 20, COCO_E_DISK_FEATURE, "incompatible_features" },
	{ 72, 8, 8, COCO_E_DISK_CONTAINER, "header_length" },
	{ 100, 4, 96, COCO_E_DISK_CONTAINER, "header_length" },
	{ 100, 4, 8192, COCO_E_DISK_CONTAINER, "header_length" },
	{ 100, 4, 105, COCO_E_DISK_CONTAINER, "header_length" },
};

static void test_header(void **state COCO_UNUSED)
{
	struct coco_qcow2 q = { .version = 99 };
	struct coco_diag d;
	size_t n;

	for (size_t i = 0; i < COCO_ARRAY_LEN(lies); i++) {
		uint8_t *p = mint(3, &n);

		coco_mint_be(p + lies[i].at, lies[i].v, lies[i].n);
		assert_err(parse(p, n, &q, &d), lies[i].code, &d);
		assert_string_equal(d.field, lies[i].field);
		assert_int_equal(q.version, 99);
		coco_free(p);
	}
}

static void test_compression(void **state COCO_UNUSED)
{
	struct coco_qcow2 q;
	struct coco_diag d;
	size_t n;
	uint8_t *p = mint(3, &n);

	coco_mint_be(p + 72, 1 | 8, 8);   /* dirty: fine for a reader */
	coco_mint_be(p + 100, 112, 4);
	p[104] = 1;
	assert_ok(parse(p, n, &q, &d), &d);
	assert_int_equal(q.compression, COCO_QCOW2_ZSTD);
	p[104] = 2;
	assert_err(parse(p, n, &q, &d), COCO_E_DISK_FEATURE, &d);
	for (size_t k = 0; k < 105; k++) {
		uint8_t *g = coco_test_guard(p, k);

		coco_diag_init(&d);
		assert_err(coco_qcow2_parse(&q, coco_view_of(g, k), n, &d), COCO_E_FORMAT_SHORT,
			   &d);
		coco_test_unguard(g, k);
	}
	coco_free(p);
}

static void test_l1(void **state COCO_UNUSED)
{
	const struct coco_qcow2 q = { .version = 3, .cluster_bits = 12 };
	struct coco_diag d = { 0 };
	uint64_t at = 7;

	assert_ok(coco_qcow2_l1(&q, 0, 8192, &at, &d), &d);
	assert_int_equal(at, 0);
	assert_ok(coco_qcow2_l1(&q, UINT64_C(1) << 63 | 4096, 8192, &at, &d), &d);
	assert_int_equal(at, 4096);
	static const uint64_t bad[] = { 4096 + 512, 8192, 4097, UINT64_C(1) << 62 | 4096,
					UINT64_C(0x00fffffffffff000) };
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		coco_diag_init(&d);
		assert_err(coco_qcow2_l1(&q, bad[i], 8192, &at, &d), COCO_E_DISK_CONTAINER, &d);
	}
	assert_int_equal(at, 4096);
}

static void test_l2(void **state COCO_UNUSED)
{
	struct coco_qcow2 q = { .version = 3, .cluster_bits = 12 };
	struct coco_qcow2_where w;
	struct coco_diag d = { 0 };

	assert_ok(coco_qcow2_l2(&q, 0, 8192, &w, &d), &d);
	assert_int_equal(w.kind, COCO_QCOW2_ZERO);
	assert_ok(coco_qcow2_l2(&q, 4096 | 1, 8192, &w, &d), &d);
	assert_int_equal(w.kind, COCO_QCOW2_ZERO);
	assert_ok(coco_qcow2_l2(&q, UINT64_C(1) << 63 | 4096, 8192, &w, &d), &d);
	assert_int_equal(w.kind, COCO_QCOW2_DATA);
	assert_int_equal(w.offset, 4096);
	/* compressed: at 5000, in 2 more sectors */
	assert_ok(coco_qcow2_l2(&q, UINT64_C(1) << 62 | UINT64_C(2) << 58 | 5000, 8192, &w,
				&d), &d);
	assert_int_equal(w.kind, COCO_QCOW2_PACKED);
	assert_int_equal(w.offset, 5000);
	assert_int_equal(w.size, 3 * 512 - 5000 % 512);
	assert_ok(coco_qcow2_l2(&q, UINT64_C(1) << 62 | UINT64_C(15) << 58 | 8000, 8192, &w,
				&d), &d);
	assert_int_equal(w.size, 192);   /* the file ends */
	static const uint64_t bad[] = {
		8192, UINT64_C(1) << 40, 4096 + 512, 4096 | 2, UINT64_C(1) << 60 | 4096,
		UINT64_C(1) << 62 | 8192, UINT64_C(3) << 62 | 4096,
	};
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		coco_diag_init(&d);
		assert_err(coco_qcow2_l2(&q, bad[i], 8192, &w, &d), COCO_E_DISK_CONTAINER, &d);
	}
	q.version = 2;   /* has no flag for zeros */
	coco_diag_init(&d);
	assert_err(coco_qcow2_l2(&q, 4096 | 1, 8192, &w, &d), COCO_E_DISK_CONTAINER, &d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_compression),
		cmocka_unit_test(test_l1),
		cmocka_unit_test(test_l2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
