/*
 * fuzz_verity.c - dm-verity superblocks and root hashes on command lines.
 * Covers coco_verity_superblock_parse, coco_verity_layout,
 * coco_verity_cmdline_parse. Asserts that an accepted superblock is written
 * with the same meaning and gives a tree of sound shape, and that words which
 * were read are read again from what is written for them.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/verity_cmdline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool same(const struct coco_verity_params *a, const struct coco_verity_params *b)
{
	return a->alg == b->alg && a->type == b->type && a->data_block == b->data_block &&
	       a->hash_block == b->hash_block && a->data_blocks == b->data_blocks &&
	       a->n_salt == b->n_salt && memcmp(a->salt, b->salt, a->n_salt) == 0;
}

static void shape(const struct coco_verity_params *p)
{
	struct coco_verity_layout l;
	uint64_t below = p->data_blocks;
	uint64_t sum = 0;

	require(coco_verity_layout(&l, p, NULL) == 0);
	require(l.per_block >= 2 && l.slot >= l.digest && l.per_block * l.slot <= p->hash_block);
	for (size_t i = 0; i < l.levels; i++) {
		require(l.level[i].blocks == (below + l.per_block - 1) / l.per_block);
		below = l.level[i].blocks;
		sum += below;
		require(l.level[i].first + below == (i == 0 ? l.blocks : l.level[i - 1].first));
	}
	require(below == 1 && sum == l.blocks);
}

static void superblock(const uint8_t *data, size_t size)
{
	struct coco_verity_params p = { .type = 9 };
	struct coco_verity_params q;
	struct coco_diag d = { 0 };
	uint8_t again[COCO_VERITY_SUPERBLOCK];

	int r = coco_verity_superblock_parse(&p, coco_view_of(data, size), &d);
	require(r == d.code);
	require(r == 0 || p.type == 9);
	require(r == 0 || r == COCO_E_VERITY_SUPERBLOCK || r == COCO_E_FORMAT_SHORT);
	if (r != 0)
		return;
	shape(&p);
	coco_verity_superblock_write(again, &p);
	r = coco_verity_superblock_parse(&q, coco_view_of(again, sizeof(again)), NULL);
	require(r == 0 && same(&p, &q));
}

static void write_again(const struct coco_verity_word *w, struct coco_verity_words *scratch)
{
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	/* a digest of another length than the algorithm's is for the comparison to refuse */
	if (!w->has_params || w->n_root != coco_verity_alg_size(w->params.alg) ||
	    w->params.data_blocks > UINT32_MAX)
		return;
	coco_wr_init(&wr, 4096);
	coco_verity_dm_write(&wr, &w->params, w->root, "a", "b", w->hash_start);
	require(coco_wr_finish(&wr, &text, &n, NULL) == 0);
	require(coco_verity_cmdline_parse(scratch, coco_view_of(text, n), NULL) == 0);
	require(scratch->n == 1 && same(&scratch->word[0].params, &w->params));
	require(memcmp(scratch->word[0].root, w->root, w->n_root) == 0);
	coco_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_verity_words *words = coco_zalloc(2, sizeof(*words));
	struct coco_diag d = { 0 };

	require(words != NULL);
	superblock(data, size);
	int r = coco_verity_cmdline_parse(&words[0], coco_view_of(data, size), &d);
	require(r == d.code && (r == 0 || words[0].n == 0));
	require(r == 0 || r == COCO_E_FORMAT_VALUE || r == COCO_E_LIMIT_SIZE);
	for (size_t i = 0; i < words[0].n; i++)
		write_again(&words[0].word[i], &words[1]);
	coco_free(words);
	return 0;
}
