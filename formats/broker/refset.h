/*
 * refset.h - the reference-value set: the values that a guest's evidence may
 * show, by neutral names, with where each comes from and how long it holds
 * (docs/formats/reference-values.md). The same set gives the same bytes.
 *
 * A name may have many values: each is allowed. What a name and a value become
 * for a release of Trustee is decided when the set is exported.
 */
#ifndef COCO_REFSET_H
#define COCO_REFSET_H

#include "formats/core/json.h"

enum {
	COCO_REFSET_NAME = 160,       /* bytes of a name, with the NUL, as all texts here */
	COCO_REFSET_WORD = 40,
	COCO_REFSET_LABEL = 256,
	COCO_REFSET_VALUE = 64 << 10, /* bytes of a value's JSON */
	COCO_REFSET_COUNT = 1 << 13,  /* values of a set */
	COCO_REFSET_MAX = 32 << 20,   /* bytes of an encoded set */
};

#define COCO_REFSET_SCHEMA "cococtl.reference-values.v1"

/* Where a value comes from. */
enum coco_refset_origin {
	COCO_ORIGIN_RECORD,   /* a measurement record; its digest is in sha256 */
	COCO_ORIGIN_FILE,     /* another file that was read; its digest */
	COCO_ORIGIN_HAND,     /* given on the command line */
	COCO_ORIGINS,
};

/* coco_refset_origin_name - "record", "file", "hand"; static. */
const char *coco_refset_origin_name(enum coco_refset_origin origin);

/* One allowed value. */
struct coco_refvalue {
	char name[COCO_REFSET_NAME];      /* "snp.launch_digest", "snp.tcb.snp", any other */
	char algorithm[16];               /* of a digest; "" for other values */
	char step[COCO_REFSET_WORD];      /* of a digest of one step: "kernel"; "": all */
	char platform[COCO_REFSET_WORD];  /* of the record it comes from; "" : not said */
	char label[COCO_REFSET_LABEL];    /* what makes it: "4 vCPUs, EPYC-v4" */
	char *value;                      /* compact JSON; a digest is a string of lower-case hex */
	bool single;                      /* compared as it is, not as one of a list */
	bool has_before;
	bool has_after;
	int64_t not_before;               /* seconds since 1970 */
	int64_t not_after;                /* the first second in which it no longer holds */
	enum coco_refset_origin origin;
	uint8_t sha256[32];               /* of the record or file */
};

struct coco_refset {
	char id[COCO_REFSET_NAME];        /* "" : none */
	struct coco_refvalue *v;          /* owned, with their values */
	size_t n;
	size_t cap;
};

void coco_refset_free(struct coco_refset *s);   /* fine on a zeroed struct */

/* coco_refset_same - same name, step, algorithm and value: the same permission. */
bool coco_refset_same(const struct coco_refvalue *a, const struct coco_refvalue *b);

/* coco_refset_find - index of the value of the set that is the same, or s->n. */
size_t coco_refset_find(const struct coco_refset *s, const struct coco_refvalue *v);

/*
 * coco_refset_add - appends a copy, unless the set has the same value: then
 * the longer validity stands and *ret_new (may be NULL) is false. Errors:
 * REFSET_VALUE (empty name, a digest of the wrong length, validity that ends
 * before it starts), LIMIT_COUNT, LIMIT_MEMORY.
 */
int coco_refset_add(struct coco_refset *s, const struct coco_refvalue *v, bool *ret_new,
		    struct coco_diag *diag) COCO_MUSTUSE;

/* coco_refset_remove - takes out value i. */
void coco_refset_remove(struct coco_refset *s, size_t i);

/* coco_refset_holds - whether the value is valid at a time. */
bool coco_refset_holds(const struct coco_refvalue *v, int64_t at);

/* coco_refset_write - the set as one JSON value. */
void coco_refset_write(struct coco_jw *jw, const struct coco_refset *s);

/* coco_refset_encode - the bytes of a file. Gives *ret (coco_free). LIMIT_MEMORY, LIMIT_SIZE. */
int coco_refset_encode(const struct coco_refset *s, uint8_t **ret, size_t *ret_n,
		       struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_refset_decode - a file of at most COCO_REFSET_MAX bytes; unknown members,
 * and values that are listed twice, are refused. decode(encode(x)) encodes to
 * the same bytes. Gives *ret (coco_refset_free). Errors: those of
 * coco_json_parse_bounded, FORMAT_JSON_TYPE, REFSET_SCHEMA, REFSET_VALUE, LIMIT_COUNT,
 * LIMIT_MEMORY.
 */
int coco_refset_decode(struct coco_refset *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
