/*
 * rcar.h - the messages of the attestation handshake between a guest and a
 * Trustee key broker: request, challenge, attestation, response (broker.md
 * 1.4), and what the evidence must hold of them (1.5). Texts only; hashing and
 * sending are in lib/broker/rcar_client.h.
 */
#ifndef COCO_RCAR_H
#define COCO_RCAR_H

#include "formats/core/json.h"

enum {
	COCO_RCAR_NONCE_MAX = 256,         /* characters of a nonce as it is sent */
	COCO_RCAR_MESSAGE_MAX = 2 << 20,   /* bytes; servers accept 2 MiB by default */
	COCO_RCAR_TOKEN_MAX = 256 << 10,   /* characters of a token */
	COCO_RCAR_NUMBER_MAX = 1024,       /* bytes of a number of a key (RSA 8192) */
	COCO_RCAR_LEGACY_TEXTS = 4,
};

/* What a broker speaks. Others are refused by name. */
enum coco_rcar_protocol {
	COCO_RCAR_0_4_0,   /* Trustee v0.14 and later */
	COCO_RCAR_0_2_0,   /* v0.12, v0.13 */
};

/* coco_rcar_protocol_name - "0.4.0"; static. */
const char *coco_rcar_protocol_name(enum coco_rcar_protocol protocol);

/*
 * The public key that the answer is encrypted to, as a JWK. Texts are
 * base64url without padding and owned.
 */
struct coco_rcar_key {
	char crv[8];     /* "P-256", "P-384", "P-521"; "" : RSA */
	char *a;         /* x, or n */
	char *b;         /* y, or e */
};

/*
 * coco_rcar_key_make - from the numbers, big-endian: x and y of a point of
 * crv, or n and e with crv "". Gives *ret (coco_rcar_key_clear).
 */
int coco_rcar_key_make(struct coco_rcar_key *ret, const char *crv, struct coco_view a,
		       struct coco_view b, struct coco_diag *diag) COCO_MUSTUSE;
void coco_rcar_key_clear(struct coco_rcar_key *key);   /* fine on a zeroed struct */

/* coco_rcar_key_encode - the JWK with its members in the order of the upstream client. */
void coco_rcar_key_encode(struct coco_jw *jw, const struct coco_rcar_key *key);

/*
 * coco_rcar_key_decode - a JWK as a broker reads it. Gives *ret. FORMAT_VALUE,
 * FORMAT_JSON_TYPE, FORMAT_BASE64, CRYPTO_ALGORITHM.
 */
int coco_rcar_key_decode(struct coco_rcar_key *ret, const struct coco_jv *jwk,
			 struct coco_diag *diag) COCO_MUSTUSE;

/* coco_rcar_request_encode - the body of POST auth for a kind of TEE ("snp"). */
void coco_rcar_request_encode(struct coco_jw *jw, enum coco_rcar_protocol protocol,
			      const char *tee);

struct coco_rcar_challenge {
	char nonce[COCO_RCAR_NONCE_MAX + 1];   /* as received */
};

/*
 * coco_rcar_challenge_decode - the answer to it. The nonce must be base64 of
 * at least 16 bytes. Errors: FORMAT_JSON…, FORMAT_VALUE.
 */
int coco_rcar_challenge_decode(struct coco_rcar_challenge *ret, struct coco_view text,
			       struct coco_diag *diag) COCO_MUSTUSE;

/* Borrowed. */
struct coco_rcar_attestation {
	const char *nonce;
	const struct coco_rcar_key *key;
	struct coco_view evidence;       /* one JSON value, of the CPU's TEE */
	const char *devices;             /* JSON text of additional evidence; "" : none */
	const char *initdata;            /* TOML text; NULL: none */
};

/*
 * coco_rcar_attestation_encode - the body of POST attest. That of 0.2.0 has
 * neither devices nor initdata.
 */
void coco_rcar_attestation_encode(struct coco_jw *jw, enum coco_rcar_protocol protocol,
				  const struct coco_rcar_attestation *a);

/*
 * coco_rcar_bound_text - the canonical text whose SHA-384 the CPU's evidence
 * must hold: nonce, key and the exact text of the additional evidence. devices
 * NULL: what the evidence of a device must hold.
 */
void coco_rcar_bound_text(struct coco_wr *wr, const char *nonce, const struct coco_rcar_key *key,
			  const char *devices);

/*
 * coco_rcar_bound_legacy - the same up to protocol 0.2.0, where a server
 * hashes what its JSON library prints. In which order depends on how it was
 * built; i < COCO_RCAR_LEGACY_TEXTS chooses one.
 */
void coco_rcar_bound_legacy(struct coco_wr *wr, unsigned i, const char *nonce,
			    const struct coco_rcar_key *key);

/*
 * coco_rcar_token_decode - the response {"token": "<JWT>"}; gives *ret (to be
 * wiped, coco_free). FORMAT_JSON…, FORMAT_VALUE.
 */
int coco_rcar_token_decode(char **ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
