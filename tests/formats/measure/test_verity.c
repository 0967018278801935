/*
 * test_verity.c - superblocks with each lie by name, shapes of trees, and the
 * superblocks of the shared vectors.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/verity.h"

#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "tests/support/mint_disk.h"
#include "tests/support/support.h"

static const struct coco_verity_params usual = {
	.alg = COCO_VERITY_SHA256, .type = 1, .data_block = 4096, .hash_block = 4096,
	.data_blocks = 5000, .n_salt = 3, .salt = { 1, 2, 3 },
	.uuid = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99 },
};

static int parse(const uint8_t *p, struct coco_verity_params *ret, struct coco_diag *d)
{
	uint8_t *g = coco_test_guard(p, COCO_VERITY_SUPERBLOCK);

	coco_diag_init(d);
	int r = coco_verity_superblock_parse(ret, coco_view_of(g, COCO_VERITY_SUPERBLOCK), d);
	coco_test_unguard(g, COCO_VERITY_SUPERBLOCK);
	return r;
}

static void test_round_trip(void **state COCO_UNUSED)
{
	struct coco_verity_params p;
	uint8_t block[COCO_VERITY_SUPERBLOCK];
	struct coco_diag d;

	for (int alg = 0; alg < COCO_VERITY_ALGS; alg++) {
		struct coco_verity_params q = usual;

		q.alg = (enum coco_verity_alg)alg;
		q.type = (unsigned)alg % 2;
		q.n_salt = alg == 3 ? COCO_VERITY_SALT : (size_t)alg;
		memset(q.salt, 0, sizeof(q.salt));
		memset(q.salt, 7, q.n_salt);
		coco_verity_superblock_write(block, &q);
		assert_ok(parse(block, &p, &d), &d);
		assert_int_equal(p.alg, q.alg);
		assert_int_equal(p.type, q.type);
		assert_int_equal(p.data_block, q.data_block);
		assert_int_equal(p.hash_block, q.hash_block);
		assert_int_equal(p.data_blocks, q.data_blocks);
		assert_int_equal(p.n_salt, q.n_salt);
		assert_memory_equal(p.salt, q.salt, sizeof(p.salt));
		assert_memory_equal(p.uuid, q.uuid, sizeof(p.uuid));
	}
}

static const struct {
	size_t at;
	size_t n;
	uint64_t v;
	const char *field;
} lies[] = {
	{ 0, 1, 'V', "signature" },
	{ 6, 1, 1, "signature" },
	{ 8, 4, 2, "version" },
	{ 12, 4, 2, "version" },
	{ 32, 1, 'x', "algorithm" },
	{ 38, 1, '2', "algorithm" },
	{ 63, 1, 'x', "algorithm" },
	{ 64, 4, 0, "data_block_size" },
	{ 64, 4, 4095, "data_block_size" },
	{ 64, 4, 1 << 20, "data_block_size" },
	{ 68, 4, 256, "data_block_size" },
	{ 68, 4, 0xffffffff, "data_block_size" },
	{ 72, 8, 0, "data_block_size" },
	{ 72, 8, UINT64_MAX, "data_block_size" },
	{ 80, 2, 257, "salt_size" },
};

static void test_lies(void **state COCO_UNUSED)
{
	struct coco_verity_params p = { .type = 99 };
	uint8_t block[COCO_VERITY_SUPERBLOCK];
	struct coco_diag d;

	for (size_t i = 0; i < COCO_ARRAY_LEN(lies); i++) {
		coco_verity_superblock_write(block, &usual);
		coco_mint_le(block + lies[i].at, lies[i].v, lies[i].n);
		assert_err(parse(block, &p, &d), COCO_E_VERITY_SUPERBLOCK, &d);
		assert_string_equal(d.field, lies[i].field);
		assert_int_equal(p.type, 99);
	}
	coco_verity_superblock_write(block, &usual);
	for (size_t n = 0; n < sizeof(block); n += 29) {
		uint8_t *g = coco_test_guard(block, n);

		coco_diag_init(&d);
		assert_err(coco_verity_superblock_parse(&p, coco_view_of(g, n), &d),
			   COCO_E_FORMAT_SHORT, &d);
		coco_test_unguard(g, n);
	}
}

static void test_layout(void **state COCO_UNUSED)
{
	struct coco_verity_layout l;
	struct coco_verity_params p = usual;
	struct coco_diag d = { 0 };

	assert_ok(coco_verity_layout(&l, &p, &d), &d);
	assert_int_equal(l.slot, 32);
	assert_int_equal(l.per_block, 128);
	assert_int_equal(l.levels, 2);
	assert_int_equal(l.level[0].blocks, 40);
	assert_int_equal(l.level[0].first, 1);
	assert_int_equal(l.level[1].blocks, 1);
	assert_int_equal(l.level[1].first, 0);
	assert_int_equal(l.blocks, 41);
	p.data_blocks = 1;
	assert_ok(coco_verity_layout(&l, &p, &d), &d);
	assert_int_equal(l.levels, 0);
	assert_int_equal(l.blocks, 0);
	p.alg = COCO_VERITY_SHA1;
	assert_ok(coco_verity_slots(&l, &p, &d), &d);
	assert_int_equal(l.slot, 32);
	p.type = 0;
	assert_ok(coco_verity_slots(&l, &p, &d), &d);
	assert_int_equal(l.slot, 20);
	assert_int_equal(l.per_block, 128);   /* 204 would fit; a power of two counts */
	p.alg = COCO_VERITY_SHA384;
	p.type = 1;
	assert_ok(coco_verity_slots(&l, &p, &d), &d);
	assert_int_equal(l.slot, 64);
	assert_int_equal(coco_verity_tree_at(&p, 0, true), 4096);
	assert_int_equal(coco_verity_tree_at(&p, 0, false), 0);
	assert_int_equal(coco_verity_tree_at(&p, 4096 - 512, true), 4096);
	assert_int_equal(coco_verity_tree_at(&p, 4096 - 511, true), 8192);
}

static void test_refused(void **state COCO_UNUSED)
{
	struct coco_verity_layout l = { .levels = 99 };
	struct coco_verity_params p;
	struct coco_diag d = { 0 };

#define REFUSED(member, v)                                                                \
	do {                                                                              \
		p = usual;                                                                \
		p.member = (v);                                                           \
		coco_diag_init(&d);                                                       \
		assert_err(coco_verity_layout(&l, &p, &d), COCO_E_VERITY_PARAMETER, &d);  \
		assert_int_equal(l.levels, 99);                                           \
	} while (0)
	REFUSED(data_block, 0);
	REFUSED(data_block, 5000);
	REFUSED(hash_block, 1 << 20);
	REFUSED(data_blocks, 0);
	REFUSED(data_blocks, UINT64_C(1) << 52);
	REFUSED(type, 2);
	REFUSED(n_salt, 257);
}

static void test_uuid(void **state COCO_UNUSED)
{
	char text[COCO_VERITY_UUID_TEXT];
	uint8_t uuid[COCO_VERITY_UUID];

	coco_verity_uuid_text(text, usual.uuid);
	assert_string_equal(text, "11223344-5566-7788-9900-000000000000");
	assert_ok(coco_verity_uuid_parse(uuid, text, NULL), NULL);
	assert_memory_equal(uuid, usual.uuid, sizeof(uuid));
	assert_int_equal(coco_verity_uuid_parse(uuid, "x", NULL), COCO_E_FORMAT_VALUE);
	enum coco_verity_alg alg;
	assert_true(coco_verity_alg_find("sha512 ", 6, &alg));
	assert_int_equal(alg, COCO_VERITY_SHA512);
	assert_false(coco_verity_alg_find("sha512", 5, &alg));
	assert_int_equal(coco_verity_alg_size(COCO_VERITY_SHA1), 20);
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("measure/verity/verity.json");
	struct coco_verity_params p;
	struct coco_diag d = { 0 };
	size_t n;
	unsigned seen = 0;

	if (path == NULL)
		return;
	uint8_t *text = coco_test_slurp(path, &n);
	const char *at = (const char *)text;
	while ((at = strstr(at, "\"superblock_hex\": \"")) != NULL) {
		uint8_t block[COCO_VERITY_SUPERBLOCK];
		uint8_t again[COCO_VERITY_SUPERBLOCK];

		at += strlen("\"superblock_hex\": \"");
		assert_ok(coco_hex_decode(block, sizeof(block), at, 2 * sizeof(block), &d), &d);
		assert_ok(parse(block, &p, &d), &d);
		coco_verity_superblock_write(again, &p);
		assert_memory_equal(again, block, sizeof(block));
		seen++;
	}
	assert_int_equal(seen, 8);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
