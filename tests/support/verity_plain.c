/*
 * verity_plain.c - dm-verity the plain way (see verity_plain.h).
 */
#include "tests/support/verity_plain.h"

#include <string.h>

#include <openssl/evp.h>

#include "formats/core/mem.h"
#include "tests/support/support.h"

static void hash(const struct coco_verity_params *p, const uint8_t *block, size_t n, uint8_t *ret)
{
	const EVP_MD *md = EVP_get_digestbyname(coco_verity_alg_name(p->alg));
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	assert_non_null(md);
	assert_int_equal(EVP_DigestInit_ex(ctx, md, NULL), 1);
	if (p->type == 1)
		EVP_DigestUpdate(ctx, p->salt, p->n_salt);
	EVP_DigestUpdate(ctx, block, n);
	if (p->type == 0)
		EVP_DigestUpdate(ctx, p->salt, p->n_salt);
	assert_int_equal(EVP_DigestFinal_ex(ctx, ret, NULL), 1);
	EVP_MD_CTX_free(ctx);
}

void coco_test_verity(const struct coco_verity_params *p, const uint8_t *data,
		      uint8_t root[COCO_VERITY_DIGEST], uint8_t **ret_tree, size_t *ret_n)
{
	size_t slot = coco_verity_alg_size(p->alg);
	size_t per = 1;
	size_t n = (size_t)p->data_blocks;
	size_t block = p->data_block;
	uint8_t *tree = coco_alloc(0, 1);
	size_t n_tree = 0;
	const uint8_t *from = data;

	if (p->type == 1)
		while ((slot & (slot - 1)) != 0)
			slot++;
	while (per * 2 * slot <= p->hash_block)
		per *= 2;
	while (n > 1) {
		size_t blocks = (n + per - 1) / per;
		size_t size = blocks * p->hash_block;
		uint8_t *next = coco_zalloc(size + n_tree, 1);

		assert_non_null(next);
		for (size_t i = 0; i < n; i++)
			hash(p, from + i * block, block,
			     next + i / per * p->hash_block + i % per * slot);
		if (n_tree != 0)
			memcpy(next + size, tree, n_tree);
		coco_free(tree);
		tree = next;
		n_tree += size;
		from = tree;
		n = blocks;
		block = p->hash_block;
	}
	memset(root, 0, COCO_VERITY_DIGEST);
	hash(p, from, block, root);
	*ret_tree = tree;
	*ret_n = n_tree;
}
