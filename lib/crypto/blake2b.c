/*
 * blake2b.c - BLAKE2b-512 by OpenSSL's EVP (see blake2b.h).
 */
#include "lib/crypto/blake2b.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "formats/core/mem.h"

struct coco_blake2b {
	EVP_MD_CTX *ctx;
};

static int failed(struct coco_diag *diag)
{
	ERR_clear_error();
	return coco_fail(diag, COCO_E_OMS_HASH, "OpenSSL on this machine does not do BLAKE2b-512");
}

int coco_blake2b_new(struct coco_blake2b **ret, struct coco_diag *diag)
{
	struct coco_blake2b *b = coco_zalloc(1, sizeof(*b));

	if (b != NULL)
		b->ctx = EVP_MD_CTX_new();
	if (b == NULL || b->ctx == NULL) {
		coco_free(b);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to hash a file");
	}
	/* fetched by name: FIPS-only configurations do not have it */
	EVP_MD *md = EVP_MD_fetch(NULL, "BLAKE2B-512", NULL);
	bool ok = md != NULL && EVP_DigestInit_ex2(b->ctx, md, NULL) == 1 &&
		  EVP_MD_get_size(md) == COCO_BLAKE2B_SIZE;
	EVP_MD_free(md);
	if (!ok) {
		coco_blake2b_free(b);
		return failed(diag);
	}
	*ret = b;
	return 0;
}

int coco_blake2b_update(struct coco_blake2b *b, const void *p, size_t n, struct coco_diag *diag)
{
	return EVP_DigestUpdate(b->ctx, p, n) == 1 ? 0 : failed(diag);
}

int coco_blake2b_final(struct coco_blake2b *b, uint8_t ret[COCO_BLAKE2B_SIZE],
		       struct coco_diag *diag)
{
	return EVP_DigestFinal_ex(b->ctx, ret, NULL) == 1 ? 0 : failed(diag);
}

void coco_blake2b_free(struct coco_blake2b *b)
{
	if (b == NULL)
		return;
	EVP_MD_CTX_free(b->ctx);
	coco_free(b);
}
