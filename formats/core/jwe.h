/*
 * jwe.h - JSON Web Encryption, general and flattened JSON serialization
 * (RFC 7516 section 7.2); the compact form is not read. Structure only: which
 * algorithms are acceptable is decided in lib/crypto/jwe_seal.h.
 */
#ifndef COCO_JWE_H
#define COCO_JWE_H

#include "formats/core/json.h"

enum {
	COCO_JWE_MAX = 1 << 20,            /* bytes of the JSON text */
	COCO_JWE_RECIPIENTS_MAX = 64,
	COCO_JWE_KEY_MAX = 1024,           /* bytes of an encrypted key (RSA 8192) */
	COCO_JWE_NAME_MAX = 64,            /* bytes of alg, enc, crv */
	COCO_JWE_KID_MAX = 1024,
	COCO_JWE_PARTY_MAX = 1024,         /* bytes of apu, apv */
	COCO_JWE_COORDINATE_MAX = 66,
};

struct coco_jwe_bytes {
	uint8_t *p;   /* owned */
	size_t n;
};

/* Header parameters that stand in the protected header, as a mask. */
enum coco_jwe_parameter {
	COCO_JWE_ALG = 1,
	COCO_JWE_ENC = 2,
	COCO_JWE_KID = 4,
	COCO_JWE_EPK = 8,
	COCO_JWE_APU = 16,
	COCO_JWE_APV = 32,
};

/* A recipient with its joined header (protected, unprotected and its own). */
struct coco_jwe_recipient {
	char *alg;
	char *kid;                         /* NULL when absent */
	bool has_epk;
	bool epk_okp;                      /* kty OKP: only x; otherwise kty EC */
	char epk_crv[COCO_JWE_NAME_MAX + 1];
	uint8_t epk_x[COCO_JWE_COORDINATE_MAX];
	uint8_t epk_y[COCO_JWE_COORDINATE_MAX];
	size_t n_x;                        /* bytes of x, and of y for EC */
	struct coco_jwe_bytes apu;         /* absent: n == 0 */
	struct coco_jwe_bytes apv;
	struct coco_jwe_bytes key;         /* encrypted_key */
};

struct coco_jwe {
	char *protected_b64;               /* as received, part of the AAD; "" when absent */
	unsigned in_protected;             /* enum coco_jwe_parameter */
	char *aad_b64;                     /* NULL when absent */
	char *enc;
	struct coco_jwe_bytes iv;
	struct coco_jwe_bytes ciphertext;
	struct coco_jwe_bytes tag;
	struct coco_jwe_recipient *recipients;
	size_t n_recipients;               /* at least 1 */
};

/*
 * coco_jwe_decode - gives *ret (coco_jwe_clear). Refused: header parameters
 * named twice, crit, zip, enc that differs between recipients, the
 * flattened and the general form mixed (an encrypted_key at the top that
 * equals the first recipient's is accepted: go-jose writes it). Unknown
 * members are ignored (RFC 7516). Errors: FORMAT_JWE and FORMAT_JSON…,
 * FORMAT_BASE64, CRYPTO_ALGORITHM (crit, zip), LIMIT_SIZE, LIMIT_COUNT.
 */
int coco_jwe_decode(struct coco_jwe *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_jwe_decode_jv(struct coco_jwe *ret, const struct coco_jv *obj, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_jwe_protect - builds the protected header: with one recipient all its
 * parameters, with several only enc. Replaces protected_b64 and in_protected.
 */
int coco_jwe_protect(struct coco_jwe *jwe, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_jwe_encode - flattened with one recipient, general with several.
 * protected_b64 is written as it is; parameters that it does not hold go into
 * the recipient's header (enc into the shared one). decode(encode(x)) == x.
 */
void coco_jwe_encode(struct coco_jw *jw, const struct coco_jwe *jwe);

/* coco_jwe_aad - the additional data of the content encryption; gives *ret (coco_free). */
int coco_jwe_aad(const struct coco_jwe *jwe, uint8_t **ret, size_t *ret_n,
		 struct coco_diag *diag) COCO_MUSTUSE;

void coco_jwe_clear(struct coco_jwe *jwe);   /* fine on a zeroed struct */

#endif
