/*
 * banks.c - several hashes of one stream (see banks.h).
 */
#include "lib/measure/banks.h"

#include <string.h>

int coco_banks_init(struct coco_banks *b, unsigned mask, struct coco_diag *diag)
{
	*b = (struct coco_banks){ .mask = mask };
	for (unsigned i = 0; i < COCO_DIGEST_ALGS; i++) {
		if ((mask & COCO_BANK(i)) == 0)
			continue;
		int r = coco_digest_new(&b->digest[i], (enum coco_digest_alg)i, diag);
		if (r != 0)
			return r;
	}
	return 0;
}

void coco_banks_free(struct coco_banks *b)
{
	for (unsigned i = 0; i < COCO_DIGEST_ALGS; i++)
		coco_digest_free(b->digest[i]);
	*b = (struct coco_banks){ .mask = 0 };
}

int coco_banks_update(struct coco_banks *b, const void *p, size_t n, struct coco_diag *diag)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < COCO_DIGEST_ALGS; i++)
		if (b->digest[i] != NULL)
			r = coco_digest_update(b->digest[i], p, n, diag);
	return r;
}

int coco_banks_final(struct coco_banks *b, struct coco_bank_values *ret, struct coco_diag *diag)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < COCO_DIGEST_ALGS; i++)
		if (b->digest[i] != NULL)
			r = coco_digest_final(b->digest[i], ret->p[i], diag);
	return r;
}

int coco_banks_once(struct coco_banks *b, const void *p, size_t n, struct coco_bank_values *ret,
		    struct coco_diag *diag)
{
	int r = coco_banks_update(b, p, n, diag);

	return r == 0 ? coco_banks_final(b, ret, diag) : r;
}

int coco_banks_zeros(struct coco_banks *b, uint64_t n, struct coco_diag *diag)
{
	static const uint8_t zeros[4096];
	int r = 0;

	while (r == 0 && n != 0) {
		size_t part = (size_t)coco_min_u64(n, sizeof(zeros));

		r = coco_banks_update(b, zeros, part, diag);
		n -= part;
	}
	return r;
}

int coco_banks_extend(struct coco_banks *b, struct coco_bank_values *reg,
		      const struct coco_bank_values *digest, struct coco_diag *diag)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < COCO_DIGEST_ALGS; i++) {
		struct coco_digest *d = b->digest[i];

		if (d == NULL)
			continue;
		r = coco_digest_update(d, reg->p[i], coco_digest_size(d), diag);
		if (r == 0)
			r = coco_digest_update(d, digest->p[i], coco_digest_size(d), diag);
		if (r == 0)
			r = coco_digest_final(d, reg->p[i], diag);
	}
	return r;
}

int coco_bank_find(const char *name)
{
	for (int i = 0; i < COCO_DIGEST_ALGS; i++)
		if (strcmp(coco_digest_name((enum coco_digest_alg)i), name) == 0)
			return i;
	return -1;
}
