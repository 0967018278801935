/*
 * cbor.h - the one strict reader over libcbor, and the deterministic writer
 * (RFC 8949). A document is checked once as a whole; its values are ranges of
 * the input, so that nothing is allocated for them. libcbor's decoder of
 * single heads is used: its tree loader allocates what a header announces.
 *
 * Refused: trailing bytes, duplicate map keys, map keys that are not in their
 * shortest form (equal keys then have equal bytes), strings in pieces, text
 * that is not UTF-8 or holds a NUL, simple values other than false, true,
 * null and undefined, too much depth. Every failure carries the offset, that
 * of an accessor also the way to the value, as "/4/0/name".
 */
#ifndef COCO_CBOR_H
#define COCO_CBOR_H

#include "formats/core/diag.h"
#include "formats/core/wr.h"

enum {
	COCO_CBOR_DEPTH = 32,          /* of arrays, maps and tags */
	COCO_CBOR_MAX = 64 << 20,      /* bytes of a document */
};

enum coco_cbor_flags {
	/* RFC 8949 4.2.1: shortest heads, definite lengths, keys in order of their bytes */
	COCO_CBOR_DETERMINISTIC = 1,
};

enum coco_cbor_type {
	COCO_CBOR_UINT,
	COCO_CBOR_NINT,
	COCO_CBOR_BYTES,
	COCO_CBOR_TEXT,
	COCO_CBOR_ARRAY,
	COCO_CBOR_MAP,
	COCO_CBOR_TAG,
	COCO_CBOR_BOOL,
	COCO_CBOR_NULL,
	COCO_CBOR_UNDEFINED,
	COCO_CBOR_FLOAT,
};

/* A value of a checked document and the way to it; lives below its parent on the stack. */
struct coco_cv {
	const uint8_t *p;            /* its encoding, borrowed; NULL: absent */
	size_t n;
	uint64_t offset;             /* in the whole source */
	const struct coco_cv *up;
	const uint8_t *key;          /* encoding of its key in a map */
	size_t n_key;
	size_t index;                /* in an array, when key is NULL */
};

/*
 * coco_cbor_open - checks the one value in (borrowed) as a whole and gives its
 * root; base is the offset of in within the source, flags of enum
 * coco_cbor_flags. Errors: CBOR_SYNTAX, CBOR_DUPLICATE, CBOR_CANONICAL,
 * FORMAT_SHORT, FORMAT_TRAILING, FORMAT_UTF8, LIMIT_SIZE, LIMIT_DEPTH,
 * LIMIT_MEMORY (only for maps that are not sorted).
 */
int coco_cbor_open(struct coco_cv *ret, struct coco_view in, uint64_t base, unsigned flags,
		   struct coco_diag *diag) COCO_MUSTUSE;

/* coco_cbor_open_first - as coco_cbor_open, but bytes may follow the value: see ret->n. */
int coco_cbor_open_first(struct coco_cv *ret, struct coco_view in, uint64_t base, unsigned flags,
			 struct coco_diag *diag) COCO_MUSTUSE;

/* coco_cv_open - the document inside a byte string (".cbor" in CDDL); way and offset go on. */
int coco_cv_open(const struct coco_cv *bytes, unsigned flags, struct coco_cv *ret,
		 struct coco_diag *diag) COCO_MUSTUSE;

enum coco_cbor_type coco_cv_type(const struct coco_cv *v);   /* v is not absent */
bool coco_cv_is(const struct coco_cv *v, enum coco_cbor_type type);   /* false when absent */

/* The value itself, of the expected type, or CBOR_TYPE; FORMAT_VALUE beyond max or int64_t. */
int coco_cv_u64(const struct coco_cv *v, uint64_t max, uint64_t *ret, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_cv_i64(const struct coco_cv *v, int64_t *ret, struct coco_diag *diag) COCO_MUSTUSE;
int coco_cv_bool(const struct coco_cv *v, bool *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* Borrowed from the document; text is UTF-8 without NUL, and not terminated. */
int coco_cv_bytes(const struct coco_cv *v, struct coco_view *ret, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_cv_text(const struct coco_cv *v, struct coco_view *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_cv_copy - text as a C string of fewer than cap bytes; FORMAT_VALUE when longer. */
int coco_cv_copy(const struct coco_cv *v, char *ret, size_t cap, struct coco_diag *diag)
	COCO_MUSTUSE;

/* CBOR_TYPE unless it is an array or a map; *ret_n (may be NULL): its items or entries. */
int coco_cv_array(const struct coco_cv *v, size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;
int coco_cv_map(const struct coco_cv *v, size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_cv_tag - number of a tag (CBOR_TYPE when v is none) and what it holds. */
int coco_cv_tag(const struct coco_cv *v, uint64_t *ret_tag, struct coco_cv *ret,
		struct coco_diag *diag) COCO_MUSTUSE;

/* coco_cv_untag - what the tag of this number holds; CBOR_TYPE for anything else. */
int coco_cv_untag(const struct coco_cv *v, uint64_t tag, struct coco_cv *ret,
		  struct coco_diag *diag) COCO_MUSTUSE;
bool coco_cv_has_tag(const struct coco_cv *v, uint64_t tag);   /* false when absent */

/* Walks an array or map. */
struct coco_cv_iter {
	const struct coco_cv *in;    /* the array or map */
	size_t at;
	uint64_t left;               /* UINT64_MAX: until the break */
	size_t index;
};

/* coco_cv_iter - before the first item of an array or map (nothing for another type). */
struct coco_cv_iter coco_cv_iter(const struct coco_cv *v);

/* coco_cv_next - the next item, of a map its value; ret_key may be NULL. False at the end. */
bool coco_cv_next(struct coco_cv_iter *it, struct coco_cv *ret_key, struct coco_cv *ret);

/* A member of a map by its key; absent: ret->p is NULL, or CBOR_TYPE from the _need forms. */
void coco_cv_get(const struct coco_cv *map, int64_t key, struct coco_cv *ret);
void coco_cv_get_text(const struct coco_cv *map, const char *key, struct coco_cv *ret);
int coco_cv_need(const struct coco_cv *map, int64_t key, struct coco_cv *ret,
		 struct coco_diag *diag) COCO_MUSTUSE;
int coco_cv_need_text(const struct coco_cv *map, const char *key, struct coco_cv *ret,
		      struct coco_diag *diag) COCO_MUSTUSE;

/* coco_cv_closed - CBOR_TYPE unless every key of the map is one of these numbers. */
int coco_cv_closed(const struct coco_cv *map, const int64_t *keys, size_t n_keys,
		   struct coco_diag *diag) COCO_MUSTUSE;

/* coco_cv_fail - reports code at a value. */
int coco_cv_fail(const struct coco_cv *v, int code, struct coco_diag *diag, const char *fmt, ...)
	COCO_PRINTF(4, 5);

/*
 * The writer: deterministic (RFC 8949 4.2.1). Entries of a map are key, value,
 * key, value; coco_cw_end counts and sorts them. A misuse (key without value,
 * equal keys, unbalanced calls) is INTERNAL from coco_wr_finish.
 */
struct coco_cw {
	struct coco_wr *wr;
	unsigned depth;
	struct {
		size_t at;
		char kind;
	} open[COCO_CBOR_DEPTH];
};

void coco_cw_init(struct coco_cw *cw, struct coco_wr *wr);
void coco_cw_begin(struct coco_cw *cw, char kind);   /* '[', '{', or 'b': a byte string of CBOR */
void coco_cw_end(struct coco_cw *cw);
void coco_cw_u64(struct coco_cw *cw, uint64_t v);
void coco_cw_i64(struct coco_cw *cw, int64_t v);
void coco_cw_bytes(struct coco_cw *cw, const void *p, size_t n);
void coco_cw_text(struct coco_cw *cw, const char *s);
void coco_cw_text_n(struct coco_cw *cw, const char *s, size_t n);
void coco_cw_tag(struct coco_cw *cw, uint64_t tag);   /* of the next value */
void coco_cw_bool(struct coco_cw *cw, bool v);
void coco_cw_null(struct coco_cw *cw);
void coco_cw_raw(struct coco_cw *cw, struct coco_view item);   /* one encoded value */

#endif
