/*
 * cose.h - COSE_Sign1 (RFC 9052), as CoRIM and attestation tokens use it, and
 * the hash envelope (RFC 9679's headers 258 to 260, measure.md 7.2).
 *
 * What is signed is the protected header as it came, byte by byte.
 */
#ifndef COCO_COSE_H
#define COCO_COSE_H

#include "formats/core/cbor.h"

enum {
	COCO_COSE_TAG_SIGN1 = 18,
	COCO_COSE_SIGNATURE_MAX = 1024,  /* bytes */
};

/* Algorithms (IANA COSE). */
enum {
	COCO_COSE_ES256 = -7,
	COCO_COSE_EDDSA = -8,
	COCO_COSE_ESP256 = -9,      /* RFC 9864: ES256 with P-256 and nothing else */
	COCO_COSE_ED25519 = -19,
	COCO_COSE_ES384 = -35,
	COCO_COSE_ES512 = -36,
	COCO_COSE_PS256 = -37,
	COCO_COSE_ESP384 = -51,
	COCO_COSE_ESP512 = -52,
	COCO_COSE_SHA256 = -16,     /* of a hash envelope */
	COCO_COSE_SHA384 = -43,
	COCO_COSE_SHA512 = -44,
};

/* Header labels. */
enum {
	COCO_COSE_H_ALG = 1,
	COCO_COSE_H_CRIT = 2,
	COCO_COSE_H_CONTENT_TYPE = 3,
	COCO_COSE_H_KID = 4,
	COCO_COSE_H_RIM_META = 8,          /* CoRIM: signer and validity */
	COCO_COSE_H_CWT_CLAIMS = 15,
	COCO_COSE_H_X5CHAIN = 33,
	COCO_COSE_H_PAYLOAD_HASH = 258,    /* payload is a digest: its algorithm */
	COCO_COSE_H_PAYLOAD_TYPE = 259,    /* content type of what was hashed */
	COCO_COSE_H_PAYLOAD_AT = 260,      /* where that is */
};

/* Views borrow from the input; n 0 when absent. */
struct coco_cose_sign1 {
	bool tagged;
	struct coco_view protected;    /* contents of the byte string; a map, or nothing */
	uint64_t protected_at;         /* its offset in the source */
	struct coco_view unprotected;  /* the encoded map */
	uint64_t unprotected_at;
	int64_t alg;
	struct coco_view content_type; /* text; n 0 also when it is a number */
	struct coco_view kid;          /* protected or unprotected */
	struct coco_view rim_meta;     /* contents of the byte string */
	struct coco_view cwt;          /* the encoded map */
	bool has_hash;                 /* hash envelope: the payload is a digest */
	int64_t hash_alg;
	struct coco_view hashed_type;  /* text */
	struct coco_view hashed_at;    /* text */
	bool detached;                 /* the payload is elsewhere */
	struct coco_view payload;
	uint64_t payload_at;
	struct coco_view signature;
};

/*
 * coco_cose_decode - one COSE_Sign1, tagged or not, of in (borrowed). A header
 * that is critical and not named above is refused, and so is a parameter that
 * is in both headers. Errors: those of cbor.h, COSE_FORM.
 */
int coco_cose_decode(struct coco_cose_sign1 *ret, struct coco_view in, uint64_t base,
		     struct coco_diag *diag) COCO_MUSTUSE;

/* coco_cose_header - opens the protected header (or an empty absent value) for other labels. */
int coco_cose_header(const struct coco_cose_sign1 *s, struct coco_cv *ret,
		     struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_cose_tbs - the bytes that are signed: Sig_structure of a Sign1 over
 * payload with these external bytes. Gives *ret (coco_free).
 */
int coco_cose_tbs(struct coco_view protected, struct coco_view external,
		  struct coco_view payload, uint8_t **ret, size_t *ret_n,
		  struct coco_diag *diag) COCO_MUSTUSE;

/* What a protected header is made of; absent: NULL or n 0. */
struct coco_cose_make {
	int64_t alg;
	const char *content_type;
	struct coco_view kid;
	struct coco_view rim_meta;     /* CBOR, goes into a byte string */
	struct coco_view cwt;          /* an encoded map */
};

/* coco_cose_protected - its bytes, in deterministic form. Gives *ret (coco_free). */
int coco_cose_protected(const struct coco_cose_make *make, uint8_t **ret, size_t *ret_n,
			struct coco_diag *diag) COCO_MUSTUSE;

/* coco_cose_encode - tag 18 around all four parts. Gives *ret (coco_free). */
int coco_cose_encode(struct coco_view protected, struct coco_view payload,
		     struct coco_view signature, uint8_t **ret, size_t *ret_n,
		     struct coco_diag *diag) COCO_MUSTUSE;

#endif
