/*
 * digest.c - the hashes of measurements by OpenSSL's EVP (see digest.h).
 */
#include "lib/crypto/digest.h"

#include <openssl/evp.h>

#include "formats/core/mem.h"
#include "lib/crypto/ossl.h"

struct alg {
	const char *name;      /* ours, and what OpenSSL takes */
	size_t size;
};

static const struct alg algs[COCO_DIGEST_ALGS] = {
	[COCO_DIGEST_SHA1] = { "sha1", 20 },
	[COCO_DIGEST_SHA256] = { "sha256", 32 },
	[COCO_DIGEST_SHA384] = { "sha384", 48 },
	[COCO_DIGEST_SHA512] = { "sha512", 64 },
};

struct coco_digest {
	EVP_MD *md;
	EVP_MD_CTX *ctx;
};

const char *coco_digest_name(enum coco_digest_alg alg)
{
	return algs[alg].name;
}

size_t coco_digest_length(enum coco_digest_alg alg)
{
	return algs[alg].size;
}

static int failed(struct coco_diag *diag)
{
	return coco_fail_ossl(diag, COCO_E_INTERNAL, "OpenSSL could not compute a digest");
}

int coco_digest_new(struct coco_digest **ret, enum coco_digest_alg alg, struct coco_diag *diag)
{
	struct coco_digest *d = coco_zalloc(1, sizeof(*d));

	if (d == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a digest");
	d->md = EVP_MD_fetch(NULL, algs[alg].name, NULL);
	d->ctx = EVP_MD_CTX_new();
	if (d->md == NULL || d->ctx == NULL || EVP_DigestInit_ex2(d->ctx, d->md, NULL) != 1) {
		coco_digest_free(d);
		return failed(diag);
	}
	*ret = d;
	return 0;
}

void coco_digest_free(struct coco_digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	EVP_MD_free(d->md);
	coco_free(d);
}

size_t coco_digest_size(const struct coco_digest *d)
{
	return (size_t)EVP_MD_get_size(d->md);
}

int coco_digest_update(struct coco_digest *d, const void *p, size_t n, struct coco_diag *diag)
{
	return EVP_DigestUpdate(d->ctx, p, n) == 1 ? 0 : failed(diag);
}

int coco_digest_final(struct coco_digest *d, uint8_t *ret, struct coco_diag *diag)
{
	/* without a type the context starts again with the one it has */
	if (EVP_DigestFinal_ex(d->ctx, ret, NULL) != 1 ||
	    EVP_DigestInit_ex2(d->ctx, NULL, NULL) != 1)
		return failed(diag);
	return 0;
}

int coco_digest_once(struct coco_digest *d, const void *p, size_t n, uint8_t *ret,
		     struct coco_diag *diag)
{
	int r = coco_digest_update(d, p, n, diag);

	return r == 0 ? coco_digest_final(d, ret, diag) : r;
}
