/*
 * claims.h - what a piece of evidence says, as a flat list of named values
 * (RFC 9334: claims). Appraisers fill it, policies look at it, inspect prints
 * it: one list, so that nothing which was parsed can go unseen by a policy.
 *
 * Names are dotted and lower-case, the specification's own field names:
 * "snp.measurement", "snp.reported_tcb.bootloader", "tdx.attributes.debug",
 * "tpm.sha256.pcr11".
 */
#ifndef COCO_CLAIMS_H
#define COCO_CLAIMS_H

#include "formats/core/json.h"

enum {
	COCO_CLAIM_NAME = 96,         /* with the NUL */
	COCO_CLAIM_BYTES = 1 << 16,   /* of one value */
	COCO_CLAIMS_MAX = 1 << 14,    /* claims of one list */
};

enum coco_claim_type {
	COCO_CLAIM_TYPE_BYTES,     /* shown in hexadecimal */
	COCO_CLAIM_TYPE_NUMBER,
	COCO_CLAIM_TYPE_BOOL,
	COCO_CLAIM_TYPE_TEXT,      /* UTF-8, a copy */
	COCO_CLAIM_TYPE_TIME,      /* seconds since 1970, UTC */
};

struct coco_claim {
	char name[COCO_CLAIM_NAME];
	enum coco_claim_type type;
	uint8_t *p;                /* BYTES, TEXT (NUL-terminated past n); owned by the list */
	size_t n;
	uint64_t number;           /* NUMBER, BOOL (0, 1) */
	int64_t time;
	bool hex;                  /* NUMBER: a set of bits, shown in hexadecimal */
	const char *note;          /* what an unknown or odd value means; static, or NULL */
	bool derived;              /* from other claims or collateral: it has no place of its own */
	uint64_t offset;           /* in the piece of evidence, bytes */
	size_t length;             /* bytes there; 0: no place of its own */
	unsigned bit;              /* BOOL of a set of bits: which one */
	bool has_bit;
};

struct coco_claims {
	struct coco_claim *v;      /* owned, in the order of the specification */
	size_t n;
	size_t cap;
	int code;                  /* first failure: memory or too many; sticky */
};

void coco_claims_free(struct coco_claims *c);   /* fine on a zeroed struct */

/*
 * Each appends one claim; bytes and texts are copied. offset is in the piece
 * of evidence, length the bytes that the claim takes there; 0: the claim is
 * derived and has no place of its own. _bits is a number that is a set of
 * bits, _bit one bit of such a set. _note says something of the claim that
 * was appended last (static text).
 */
void coco_claims_bytes(struct coco_claims *c, const char *name, const void *p, size_t n,
		       uint64_t offset);
void coco_claims_text(struct coco_claims *c, const char *name, const char *text, size_t n,
		      uint64_t offset, size_t length);
void coco_claims_number(struct coco_claims *c, const char *name, uint64_t v, uint64_t offset,
			size_t length);
void coco_claims_bits(struct coco_claims *c, const char *name, uint64_t v, uint64_t offset,
		      size_t length);
void coco_claims_bool(struct coco_claims *c, const char *name, bool v, uint64_t offset,
		      size_t length);
void coco_claims_bit(struct coco_claims *c, const char *name, uint64_t bits, unsigned bit,
		     uint64_t offset, size_t length);
void coco_claims_time(struct coco_claims *c, const char *name, int64_t when, uint64_t offset,
		      size_t length);
void coco_claims_note(struct coco_claims *c, const char *note);

/* coco_claims_derived - the claim that was appended last has no place of its own. */
void coco_claims_derived(struct coco_claims *c);

/* coco_claims_finish - 0, or the first failure (LIMIT_MEMORY, LIMIT_COUNT). */
int coco_claims_finish(const struct coco_claims *c, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_claims_find - the first claim of that name, or NULL. */
const struct coco_claim *coco_claims_find(const struct coco_claims *c, const char *name);

/*
 * coco_claim_text - the value for a person: hexadecimal, decimal, "yes", "no",
 * RFC 3339; cut at cap with "...".
 */
void coco_claim_text(const struct coco_claim *claim, char *ret, size_t cap);

/* coco_claims_write - an array of {"name", "value", "offset", "length", ...} in list order. */
void coco_claims_write(struct coco_jw *jw, const struct coco_claims *c);

#endif
