/*
 * jwks.h - public JSON Web Keys and sets of them (RFC 7517, 7518, 8037): EC on
 * P-256, P-384 and P-521, RSA, OKP with Ed25519.
 */
#ifndef COCO_JWKS_H
#define COCO_JWKS_H

#include "formats/core/json.h"

enum {
	COCO_JWKS_MAX = 4 << 20,     /* bytes of a set */
	COCO_JWKS_KEYS = 1024,
	COCO_JWKS_CHAIN = 8,         /* certificates of a key */
	COCO_JWKS_VALUES = 1 << 15,  /* JSON values of a set */
	COCO_JWK_TEXT = 256,         /* bytes of kid and alg, with the NUL */
};

enum coco_jwk_type {
	COCO_JWK_EC,
	COCO_JWK_RSA,
	COCO_JWK_OKP,
};

struct coco_jwk_cert {
	uint8_t *p;                  /* owned: DER */
	size_t n;
};

struct coco_jwk {
	enum coco_jwk_type type;
	unsigned curve;              /* EC: 256, 384, 521; OKP: 255 */
	char kid[COCO_JWK_TEXT];     /* "": none */
	char alg[COCO_JWK_TEXT];     /* "": none */
	bool encrypts;               /* "use" is something else than "sig" */
	uint8_t *a;                  /* owned: x or n, big-endian */
	size_t n_a;
	uint8_t *b;                  /* owned: y or e; OKP: NULL */
	size_t n_b;
	size_t n_chain;              /* of x5c, the key's own first */
	struct coco_jwk_cert chain[COCO_JWKS_CHAIN];
};

/*
 * coco_jwk_decode - one key; gives *ret (coco_jwk_clear). JWK: a type or curve
 * that is not accepted, a symmetric or private key, numbers of a wrong length;
 * FORMAT_JSON_TYPE, FORMAT_BASE64 with the pointer. x5c is base64 DER.
 */
int coco_jwk_decode(struct coco_jwk *ret, const struct coco_jv *jwk, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_jwk_clear(struct coco_jwk *key);   /* fine on a zeroed struct */

/*
 * coco_jwk_chain - the member x5c of an object, into key->chain (which is
 * empty); none when it is not there. Errors as above.
 */
int coco_jwk_chain(struct coco_jwk *key, const struct coco_jv *jwk, struct coco_diag *diag)
	COCO_MUSTUSE;

struct coco_jwks {
	struct coco_jwk *v;          /* owned */
	size_t n;
	size_t cap;
	size_t other;                /* keys of kinds that are not accepted, left out */
};

/* coco_jwks_looks - an object with an array "keys" and no other evidence about it. */
bool coco_jwks_looks(const struct coco_jv *doc);

/*
 * coco_jwks_decode - a set {"keys": [...]}, or one bare key; gives *ret
 * (coco_jwks_free). Keys of other kinds are counted, not refused (RFC 7517
 * section 5). JWK: two keys of one kid, none at all.
 */
int coco_jwks_decode(struct coco_jwks *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_jwks_free(struct coco_jwks *set);   /* fine on a zeroed struct */

#endif
