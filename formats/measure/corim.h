/*
 * corim.h - concise reference integrity manifests (CoRIM with CoMID,
 * draft-ietf-rats-corim; measure.md 7.2): the reference values in them.
 *
 * A document is a flat list of claims, each one value of one measurement of
 * one reference triple. What is not such a value (other triples, other members
 * of a measurement, CoSWID) is counted, so that a reader knows that there is
 * more than it understood. coco_corim_encode writes the deterministic form of
 * the claims; it decodes to the same claims.
 */
#ifndef COCO_CORIM_H
#define COCO_CORIM_H

#include "formats/core/cbor.h"

enum {
	COCO_CORIM_MAX = 16 << 20,       /* bytes of a document */
	COCO_CORIM_CLAIMS = 1 << 16,
	COCO_CORIM_TAGS = 256,           /* CoMIDs of a document */
	COCO_CORIM_UUID = 16,
};

/* Named Information numbers of digest algorithms. */
enum {
	COCO_CORIM_SHA256 = 1,
	COCO_CORIM_SHA384 = 7,
	COCO_CORIM_SHA512 = 8,
};

/* What a name is made of; the views borrow. */
enum coco_corim_kind {
	COCO_CORIM_NONE,
	COCO_CORIM_UINT,
	COCO_CORIM_TEXT,
	COCO_CORIM_UUID_BYTES,   /* tag 37, or 16 bytes as id of a document */
	COCO_CORIM_OID,          /* tag 111: the contents octets of the DER form */
	COCO_CORIM_BYTES,        /* tag 560 */
	COCO_CORIM_UEID,         /* tag 550 */
	COCO_CORIM_URI,          /* tag 32, profiles only */
};

struct coco_corim_name {
	enum coco_corim_kind kind;
	uint64_t number;         /* UINT */
	struct coco_view v;      /* the others */
};

/* Which target environment. */
struct coco_corim_env {
	struct coco_corim_name class_id;   /* NONE, OID, UUID_BYTES, BYTES */
	struct coco_view vendor;
	struct coco_view model;
	bool has_layer;
	bool has_index;
	uint64_t layer;
	uint64_t index;
	struct coco_corim_name instance;   /* NONE, UEID, UUID_BYTES, BYTES */
};

enum coco_corim_value {
	COCO_CORIM_DIGEST,       /* alg, bytes */
	COCO_CORIM_REGISTER,     /* of integrity registers: reg, alg, bytes */
	COCO_CORIM_RAW,          /* bytes, and mask when masked */
	COCO_CORIM_SVN,          /* number: exactly */
	COCO_CORIM_SVN_MIN,      /* number: at least */
	COCO_CORIM_VERSION,      /* bytes: text */
	COCO_CORIM_NAME,         /* bytes: text */
};

struct coco_corim_claim {
	size_t tag;              /* which CoMID */
	size_t triple;           /* which reference triple of all; claims of one share env */
	size_t measurement;      /* which measurement of all; claims of one share key */
	struct coco_corim_env env;
	struct coco_corim_name key;   /* NONE, UINT, TEXT, UUID_BYTES, OID */
	enum coco_corim_value kind;
	int64_t alg;             /* 0: named by text, see alg_name */
	struct coco_view alg_name;
	struct coco_corim_name reg;   /* UINT or TEXT */
	struct coco_view bytes;
	bool masked;
	struct coco_view mask;
	uint64_t number;
};

struct coco_corim_tag {
	struct coco_corim_name id;    /* TEXT or UUID_BYTES */
	bool has_version;
	uint64_t version;
};

struct coco_corim {
	struct coco_corim_name id;    /* TEXT or UUID_BYTES; NONE in older documents */
	struct coco_corim_name profile;   /* NONE, URI, OID, TEXT */
	bool has_validity;
	bool has_not_before;
	int64_t not_before;           /* seconds since 1970 */
	int64_t not_after;
	struct coco_view signer;      /* entity: its name, and its URI; n 0: none */
	struct coco_view signer_uri;
	struct coco_corim_tag *tags;  /* owned */
	size_t n_tags;
	size_t cap_tags;
	struct coco_corim_claim *claims;   /* owned; their views borrow from the input */
	size_t n_claims;
	size_t cap_claims;
	size_t n_ignored;             /* parts that are no reference value of the kinds above */
};

/*
 * coco_corim_decode - an unsigned CoRIM: tag 501, older documents also within
 * tag 500. A signed one is refused with a hint (open it with cose.h first).
 * Gives *ret (coco_corim_free). Errors: those of cbor.h, CORIM_FORM.
 */
int coco_corim_decode(struct coco_corim *ret, struct coco_view in, uint64_t base,
		      struct coco_diag *diag) COCO_MUSTUSE;

void coco_corim_free(struct coco_corim *c);   /* fine on a zeroed struct */

/* coco_corim_add - appends a copy of a claim whose views live longer than c. LIMIT_MEMORY. */
int coco_corim_add(struct coco_corim *c, const struct coco_corim_claim *claim,
		   struct coco_diag *diag) COCO_MUSTUSE;
int coco_corim_add_tag(struct coco_corim *c, const struct coco_corim_tag *tag,
		       struct coco_diag *diag) COCO_MUSTUSE;

/* coco_corim_encode - tag 501, deterministic. Gives *ret (coco_free). */
int coco_corim_encode(const struct coco_corim *c, uint8_t **ret, size_t *ret_n,
		      struct coco_diag *diag) COCO_MUSTUSE;

/* The header 8 of a signed CoRIM: who signs, until when. */
struct coco_corim_meta {
	struct coco_view name;
	struct coco_view uri;         /* n 0: none */
	bool has_validity;
	bool has_not_before;
	int64_t not_before;
	int64_t not_after;
};

int coco_corim_meta_decode(struct coco_corim_meta *ret, struct coco_view in, uint64_t base,
			   struct coco_diag *diag) COCO_MUSTUSE;
int coco_corim_meta_encode(const struct coco_corim_meta *m, uint8_t **ret, size_t *ret_n,
			   struct coco_diag *diag) COCO_MUSTUSE;

#endif
