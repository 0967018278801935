/*
 * jws.h - JSON Web Signatures in the compact form (RFC 7515 section 7.1):
 * header.payload.signature, each in base64url without padding. Tokens of
 * administrators, attestation results and sealed secrets have it.
 *
 * What is signed is the text of the first two parts as it came.
 */
#ifndef COCO_JWS_H
#define COCO_JWS_H

#include "formats/core/json.h"

enum {
	COCO_JWS_MAX = 1 << 20,            /* bytes of the whole text */
	COCO_JWS_HEADER_MAX = 128 << 10,   /* bytes of the header's JSON: it may hold chains */
	COCO_JWS_PAYLOAD_MAX = 768 << 10,
	COCO_JWS_SIGNATURE_MAX = 1024,
	COCO_JWS_NAME_MAX = 32,            /* bytes of an algorithm's name, with the NUL */
};

struct coco_jws {
	struct coco_view input;        /* what is signed; borrowed from the text */
	struct coco_json header;       /* an object; owned */
	char alg[COCO_JWS_NAME_MAX];   /* never "none" and never empty */
	const char *typ;               /* borrowed from header; NULL: absent */
	const char *kid;
	uint8_t *payload;              /* owned; any bytes, NUL-terminated past the end */
	size_t n_payload;
	uint8_t *signature;            /* owned; who holds the text may wipe it */
	size_t n_signature;
};

/*
 * coco_jws_decode - splits and decodes text (borrowed); no signature is
 * checked. Refused: another number of parts, an empty one, bad base64url, a
 * header that is no JSON object or has no "alg" string, algorithm "none", and
 * "crit" or "b64" (extensions that nobody here knows). Errors: JWS_FORM,
 * FORMAT_BASE64, FORMAT_JSON and others of json.h, LIMIT_SIZE. Offsets count
 * from the start of the text. coco_jws_clear.
 */
int coco_jws_decode(struct coco_jws *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_jws_clear(struct coco_jws *jws);   /* fine on a zeroed struct */

/*
 * coco_jws_input - what is to be signed for a header (JSON text) and payload.
 * Gives *ret (coco_free; NUL-terminated). LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_jws_input(struct coco_view header, struct coco_view payload, char **ret, size_t *ret_n,
		   struct coco_diag *diag) COCO_MUSTUSE;

/* coco_jws_size - characters of the finished text for an input and a signature of n bytes. */
size_t coco_jws_size(size_t n_input, size_t n_signature);

/* coco_jws_finish - the finished text into ret: coco_jws_size characters and a NUL. */
void coco_jws_finish(char *ret, const char *input, size_t n_input, const uint8_t *signature,
		     size_t n_signature);

#endif
