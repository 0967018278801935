/*
 * mint_tpm.c - quotes of a TPM, signed, with any defect (see mint_tpm.h).
 */
#include "tests/support/mint_tpm.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/key_evp.h"
#include "tests/support/support.h"

const char *coco_mint_tpm_defect_name(enum coco_mint_tpm_defect defect)
{
	static const char *const names[COCO_MINT_TPM_DEFECTS] = {
		"good", "magic", "type", "trailing", "digest", "bank-hash", "pcr", "pcr-swapped",
		"pcr-missing", "bitmap", "nonce", "signature", "other-key", "other-hash", "sha1",
	};

	return names[defect];
}

static const char *md_of(uint16_t alg)
{
	switch (alg) {
	case COCO_TCG_SHA1:
		return "SHA1";
	case COCO_TCG_SHA384:
		return "SHA384";
	case COCO_TCG_SHA512:
		return "SHA512";
	default:
		return "SHA256";
	}
}

static void be16(struct coco_wr *wr, size_t v)
{
	coco_wr_u8(wr, (uint8_t)(v >> 8));
	coco_wr_u8(wr, (uint8_t)v);
}

static void sized(struct coco_wr *wr, const void *p, size_t n)
{
	be16(wr, n);
	coco_wr_bytes(wr, p, n);
}

static void digest_of(const struct coco_minted_quote *q, const char *md, uint8_t *ret,
		      size_t *ret_n)
{
	struct coco_wr wr;

	coco_wr_init(&wr, 1 << 16);
	for (size_t i = 0; i < COCO_MINT_TPM_PCRS; i++)
		if ((q->pcrs >> i & 1) != 0)
			coco_wr_bytes(&wr, q->pcr[i], q->n_pcr);
	assert_int_equal(EVP_Q_digest(NULL, md, NULL, wr.p, wr.n, ret, ret_n), 1);
	coco_wr_free(&wr);
}

static void message(struct coco_minted_quote *q, const struct coco_mint_tpm_spec *s, uint16_t hash)
{
	static const uint8_t name[34] = { 0x00, 0x0b, 1, 2, 3 };
	uint8_t digest[64];
	size_t n_digest = 0;
	struct coco_wr wr;

	digest_of(q, md_of(s->defect == COCO_MINT_TPM_BANK_HASH ? q->bank : hash), digest,
		  &n_digest);
	if (s->defect == COCO_MINT_TPM_DIGEST)
		digest[3] ^= 1;
	coco_wr_init(&wr, sizeof(q->message));
	coco_wr_be32(&wr, s->defect == COCO_MINT_TPM_MAGIC ? 0xff544348 : 0xff544347);
	be16(&wr, s->defect == COCO_MINT_TPM_TYPE ? 0x8017 : 0x8018);
	sized(&wr, name, sizeof(name));
	sized(&wr, s->extra.n > 0 ? (const char *)s->extra.p : "challenge",
	      s->extra.n > 0 ? s->extra.n : 9);
	coco_wr_be64(&wr, 123456);                 /* clock */
	coco_wr_be32(&wr, 2);                      /* resetCount */
	coco_wr_be32(&wr, 3);                      /* restartCount */
	coco_wr_u8(&wr, 1);
	coco_wr_be64(&wr, 0x2020031200120003);     /* firmwareVersion */
	coco_wr_be32(&wr, 1);
	be16(&wr, q->bank);
	coco_wr_u8(&wr, 3);
	for (size_t i = 0; i < 3; i++)
		coco_wr_u8(&wr, (uint8_t)(q->pcrs >> (8 * i)));
	sized(&wr, digest, n_digest);
	if (s->defect == COCO_MINT_TPM_TRAILING)
		coco_wr_u8(&wr, 0);
	assert_int_equal(wr.code, 0);
	memcpy(q->message, wr.p, wr.n);
	q->n_message = wr.n;
	coco_wr_free(&wr);
}

static size_t sign(const struct coco_key *key, uint16_t scheme, uint16_t hash,
		   const struct coco_minted_quote *q, uint8_t *ret, size_t cap)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	size_t n = cap;

	assert_int_equal(EVP_DigestSignInit_ex(ctx, &pctx, md_of(hash), NULL, NULL,
					       coco_key_evp(key), NULL), 1);
	if (scheme == COCO_TPM_RSAPSS)
		assert_true(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
			    EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_MAX) == 1);
	assert_int_equal(EVP_DigestSign(ctx, ret, &n, q->message, q->n_message), 1);
	EVP_MD_CTX_free(ctx);
	return n;
}

static void signature(struct coco_minted_quote *q, const struct coco_mint_tpm_spec *s,
		      uint16_t scheme, uint16_t hash)
{
	const struct coco_key *key = s->defect == COCO_MINT_TPM_OTHER_KEY ? s->other : s->ak;
	uint8_t sig[1024];
	uint8_t number[66];   /* of P-521 */
	struct coco_wr wr;
	size_t n = sign(key, scheme, hash, q, sig, sizeof(sig));

	coco_wr_init(&wr, sizeof(q->signature));
	be16(&wr, scheme);
	be16(&wr, s->defect == COCO_MINT_TPM_OTHER_HASH ? COCO_TCG_SHA512 : hash);
	if (scheme == COCO_TPM_ECDSA) {
		const unsigned char *at = sig;
		ECDSA_SIG *parsed = d2i_ECDSA_SIG(NULL, &at, (long)n);

		assert_non_null(parsed);
		int k = BN_bn2bin(ECDSA_SIG_get0_r(parsed), number);
		sized(&wr, number, (size_t)k);   /* without zeros in front */
		k = BN_bn2bin(ECDSA_SIG_get0_s(parsed), number);
		sized(&wr, number, (size_t)k);
		ECDSA_SIG_free(parsed);
	} else {
		sized(&wr, sig, n);
		q->raw = 6;
	}
	assert_int_equal(wr.code, 0);
	memcpy(q->signature, wr.p, wr.n);
	q->n_signature = wr.n;
	coco_wr_free(&wr);
	if (s->defect == COCO_MINT_TPM_SIGNATURE)
		q->signature[q->n_signature - 5] ^= 1;
}

/* What somebody does to it on the way. */
static void tamper(struct coco_minted_quote *q, enum coco_mint_tpm_defect defect)
{
	uint8_t t[64];

	if (defect == COCO_MINT_TPM_PCR)
		q->pcr[4][0] ^= 1;
	if (defect == COCO_MINT_TPM_PCR_SWAPPED) {
		memcpy(t, q->pcr[4], 64);
		memcpy(q->pcr[4], q->pcr[5], 64);
		memcpy(q->pcr[5], t, 64);
	}
	if (defect == COCO_MINT_TPM_PCR_MISSING)
		q->count--;
	if (defect == COCO_MINT_TPM_BITMAP)
		q->message[q->n_message - 37] ^= 0x80;   /* PCR 7, with a digest of 32 bytes */
	if (defect == COCO_MINT_TPM_NONCE)
		q->message[45] ^= 1;
}

void coco_mint_tpm_quote(struct coco_minted_quote *ret, const struct coco_mint_tpm_spec *s)
{
	uint16_t hash = s->hash != 0 ? s->hash : COCO_TCG_SHA256;
	uint16_t scheme = s->scheme;

	if (s->defect == COCO_MINT_TPM_SHA1)
		hash = COCO_TCG_SHA1;
	if (scheme == 0)
		scheme = coco_key_type(s->ak) == COCO_KEY_RSA ? COCO_TPM_RSASSA : COCO_TPM_ECDSA;
	memset(ret, 0, sizeof(*ret));
	ret->bank = s->bank != 0 ? s->bank : COCO_TCG_SHA256;
	ret->pcrs = s->pcrs != 0 ? s->pcrs : 0xffffff;
	ret->n_pcr = coco_tcg_alg_size(ret->bank);
	ret->count = COCO_MINT_TPM_PCRS;
	for (size_t i = 0; i < COCO_MINT_TPM_PCRS; i++)
		memset(ret->pcr[i], (int)i + 1, sizeof(ret->pcr[i]));
	message(ret, s, hash);
	signature(ret, s, scheme, hash);
	tamper(ret, s->defect);
}

static size_t number(const struct coco_key *key, const char *what, uint8_t *ret, int size)
{
	BIGNUM *bn = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(coco_key_evp(key), what, &bn), 1);
	int n = size > 0 ? BN_bn2binpad(bn, ret, size) : BN_bn2bin(bn, ret);
	BN_free(bn);
	assert_true(n > 0);
	return (size_t)n;
}

size_t coco_mint_tpm_public(uint8_t ret[1024], const struct coco_key *key, uint32_t attributes)
{
	bool rsa = coco_key_type(key) == COCO_KEY_RSA;
	uint8_t n[1024];
	struct coco_wr wr;

	coco_wr_init(&wr, 1024);
	be16(&wr, rsa ? COCO_TPM_RSA : COCO_TPM_ECC);
	be16(&wr, COCO_TCG_SHA256);
	coco_wr_be32(&wr, attributes);
	be16(&wr, 0);                              /* authPolicy */
	be16(&wr, 0x10);                           /* symmetric: none */
	be16(&wr, rsa ? COCO_TPM_RSASSA : COCO_TPM_ECDSA);
	be16(&wr, COCO_TCG_SHA256);
	if (rsa) {
		be16(&wr, coco_key_bits(key));
		coco_wr_be32(&wr, 0);
		sized(&wr, n, number(key, OSSL_PKEY_PARAM_RSA_N, n, 0));
	} else {
		int size = (int)(coco_key_bits(key) + 7) / 8;

		be16(&wr, size == 32 ? COCO_TPM_P256 : size == 48 ? COCO_TPM_P384
								  : COCO_TPM_P521);
		be16(&wr, 0x10);                   /* kdf: none */
		sized(&wr, n, number(key, OSSL_PKEY_PARAM_EC_PUB_X, n, size));
		sized(&wr, n, number(key, OSSL_PKEY_PARAM_EC_PUB_Y, n, size));
	}
	assert_int_equal(wr.code, 0);
	size_t k = wr.n;
	memcpy(ret, wr.p, k);
	coco_wr_free(&wr);
	return k;
}
