/*
 * test_verity_hash.c - hashes of blocks in lanes, against OpenSSL one at a
 * time: every algorithm, type, size of salt and number of blocks.
 */
#include "lib/measure/verity_hash.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/verity_plain.h"

enum { BLOCKS = 35, STRIDE = 70 };

static void compare(const struct coco_verity_params *p, const uint8_t *data)
{
	struct coco_verity_hash *h = NULL;
	struct coco_verity_params one = *p;
	size_t n = coco_verity_alg_size(p->alg);
	uint8_t got[BLOCKS * STRIDE];
	struct coco_diag d = { 0 };

	one.data_blocks = 1;
	memset(got, 0xee, sizeof(got));
	assert_ok(coco_verity_hash_new(&h, p, &d), &d);
	assert_ok(coco_verity_hash_blocks(h, data, p->data_block, BLOCKS, got, STRIDE, &d), &d);
	for (size_t i = 0; i < BLOCKS; i++) {
		uint8_t want[COCO_VERITY_DIGEST];
		uint8_t *tree;
		size_t n_tree;

		coco_test_verity(&one, data + i * p->data_block, want, &tree, &n_tree);
		coco_free(tree);
		assert_memory_equal(got + i * STRIDE, want, n);
		assert_int_equal(got[i * STRIDE + n], 0xee);
	}
	coco_verity_hash_free(h);
}

static void test_equal(void **state COCO_UNUSED)
{
	static const size_t salts[] = { 0, 1, 20, 32, 54, 55, 56, 63, 64, 65, 119, 120, 128, 256 };
	uint8_t *data = coco_zalloc(BLOCKS, 4096);

	coco_test_random(data, BLOCKS * 4096, 1);
	memset(data + 5 * 512, 0, 512);
	memset(data + 20 * 4096, 0, 4096);
	memset(data + 33 * 4096, 0, 4095);
	for (int alg = 0; alg < COCO_VERITY_ALGS; alg++) {
		for (size_t i = 0; i < COCO_ARRAY_LEN(salts); i++) {
			struct coco_verity_params p = { .alg = (enum coco_verity_alg)alg,
							.type = (unsigned)i % 2,
							.n_salt = salts[i] };

			coco_test_random(p.salt, sizeof(p.salt), 2);
			p.data_block = i % 3 == 0 ? 512 : 4096;
			p.hash_block = 4096;
			compare(&p, data);
			p.type = 1 - p.type;
			compare(&p, data);
		}
	}
	coco_free(data);
}

static void test_memory(void **state COCO_UNUSED)
{
	static const struct coco_verity_params p = { .alg = COCO_VERITY_SHA512, .type = 1 };
	struct coco_verity_hash *h = NULL;
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++)
		if (coco_test_alloc_check(coco_verity_hash_new(&h, &p, &d), &d))
			break;
	coco_verity_hash_free(h);
	coco_verity_hash_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
