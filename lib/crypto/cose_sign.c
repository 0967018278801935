/*
 * cose_sign.c - signing and verifying COSE_Sign1 (see cose_sign.h).
 */
#include "lib/crypto/cose_sign.h"

#include <inttypes.h>

#include "formats/core/mem.h"
#include "lib/crypto/ec_numbers.h"

/* The algorithm that a key signs with, and the other name of the same. */
static void algorithms(const struct coco_key *key, int64_t ret[2])
{
	static const int64_t names[][2] = {
		[COCO_KEY_ED25519] = { COCO_COSE_EDDSA, COCO_COSE_ED25519 },
		[COCO_KEY_P256] = { COCO_COSE_ES256, COCO_COSE_ESP256 },
		[COCO_KEY_P384] = { COCO_COSE_ES384, COCO_COSE_ESP384 },
		[COCO_KEY_P521] = { COCO_COSE_ES512, COCO_COSE_ESP512 },
		[COCO_KEY_RSA] = { COCO_COSE_PS256, COCO_COSE_PS256 },
	};

	ret[0] = names[coco_key_type(key)][0];
	ret[1] = names[coco_key_type(key)][1];
}

/* The signature in COSE's form. Gives *ret. */
static int sign(const struct coco_key *key, struct coco_view tbs, uint8_t **ret, size_t *ret_n,
		struct coco_diag *diag)
{
	uint8_t raw[COCO_EC_RAW_MAX];
	size_t n;

	if (coco_ec_raw_size(key) == 0)
		return coco_sign(key, tbs, 0, ret, ret_n, diag);
	int r = coco_ec_sign_raw(key, tbs, raw, &n, diag);
	if (r != 0)
		return r;
	*ret = coco_memdup(raw, n);
	*ret_n = n;
	return *ret != NULL ? 0 : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to sign");
}

int coco_cose_sign(const struct coco_key *key, const struct coco_cose_make *make,
		   struct coco_view payload, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	struct coco_cose_make header = *make;
	const struct coco_view nothing = { NULL, 0 };
	uint8_t *protected = NULL;
	uint8_t *tbs = NULL;
	uint8_t *sig = NULL;
	size_t n_protected = 0;
	size_t n_tbs = 0;
	size_t n_sig = 0;
	int64_t alg[2];

	algorithms(key, alg);
	header.alg = alg[0];
	if (header.kid.n == 0)
		header.kid = coco_view_of(coco_key_fingerprint(key), COCO_FINGERPRINT_BYTES);
	int r = coco_cose_protected(&header, &protected, &n_protected, diag);
	if (r == 0)
		r = coco_cose_tbs(coco_view_of(protected, n_protected), nothing, payload, &tbs,
				  &n_tbs, diag);
	if (r == 0)
		r = sign(key, coco_view_of(tbs, n_tbs), &sig, &n_sig, diag);
	if (r == 0)
		r = coco_cose_encode(coco_view_of(protected, n_protected), payload,
				     coco_view_of(sig, n_sig), ret, ret_n, diag);
	coco_free(protected);
	coco_free(tbs);
	coco_free(sig);
	return r;
}

int coco_cose_verify(const struct coco_key *key, const struct coco_cose_sign1 *s,
		     struct coco_view payload, struct coco_diag *diag)
{
	const struct coco_view nothing = { NULL, 0 };
	uint8_t *tbs;
	int64_t alg[2];
	size_t n;

	algorithms(key, alg);
	if (s->alg != alg[0] && s->alg != alg[1])
		return coco_fail(diag, COCO_E_VERIFY_SIGNATURE,
				 "signed with COSE algorithm %" PRId64 ", which is not that of the "
				 "key (%s)", s->alg, coco_key_name(key));
	if (!s->detached)
		payload = s->payload;
	int r = coco_cose_tbs(s->protected, nothing, payload, &tbs, &n, diag);
	if (r != 0)
		return r;
	if (coco_ec_raw_size(key) != 0)
		r = coco_ec_verify_raw(key, coco_view_of(tbs, n), s->signature, diag);
	else
		r = coco_verify(key, coco_view_of(tbs, n), s->signature, 0, diag);
	coco_free(tbs);
	return r;
}
