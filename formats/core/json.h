/*
 * json.h - the one strict reader over jansson, and the deterministic writer.
 *
 * Reading refuses duplicate members, trailing bytes, invalid UTF-8, NUL in
 * strings, too much depth and too many bytes. Every accessor failure carries
 * the JSON pointer (RFC 6901) of the value.
 */
#ifndef COCO_JSON_H
#define COCO_JSON_H

#include "formats/core/diag.h"
#include "formats/core/wr.h"

struct json_t;

/* A parsed document. Values borrow from it. */
struct coco_json {
	struct json_t *root;
};

/* A value and the way to it; lives on the caller's stack below its parent. */
struct coco_jv {
	struct json_t *v;            /* NULL: absent optional member */
	const struct coco_jv *up;
	const char *key;             /* in an object */
	size_t index;                /* in an array, when key is NULL */
};

enum { COCO_JSON_MAX_DEPTH = 64 };

/*
 * coco_json_parse - parses text of at most max bytes. Errors: FORMAT_JSON,
 * FORMAT_JSON_DUPLICATE, LIMIT_SIZE, LIMIT_DEPTH. Free with coco_json_free.
 */
int coco_json_parse(struct coco_json *ret, struct coco_view text, size_t max,
		    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_json_parse_bounded - as coco_json_parse, and LIMIT_SIZE when the text
 * could hold more than max_values values: a value takes up to some 250 bytes
 * of memory for two bytes of text. For large documents from strangers.
 */
int coco_json_parse_bounded(struct coco_json *ret, struct coco_view text, size_t max,
			    size_t max_values, struct coco_diag *diag) COCO_MUSTUSE;
void coco_json_free(struct coco_json *doc);

/* coco_json_root - the document's value. */
struct coco_jv coco_json_root(const struct coco_json *doc);

/*
 * Members of an object. The required forms fail with FORMAT_JSON_TYPE when
 * the member is absent or of another type; coco_jv_opt gives v == NULL for
 * an absent one. String views borrow from the document, are valid UTF-8
 * without NUL and NUL-terminated.
 */
int coco_jv_object(const struct coco_jv *obj, const char *key, struct coco_jv *ret,
		   struct coco_diag *diag) COCO_MUSTUSE;
int coco_jv_array(const struct coco_jv *obj, const char *key, struct coco_jv *ret,
		  struct coco_diag *diag) COCO_MUSTUSE;
int coco_jv_string(const struct coco_jv *obj, const char *key, const char **ret,
		   struct coco_diag *diag) COCO_MUSTUSE;
int coco_jv_u64(const struct coco_jv *obj, const char *key, uint64_t max, uint64_t *ret,
		struct coco_diag *diag) COCO_MUSTUSE;
int coco_jv_bool(const struct coco_jv *obj, const char *key, bool *ret,
		 struct coco_diag *diag) COCO_MUSTUSE;
int coco_jv_opt(const struct coco_jv *obj, const char *key, struct coco_jv *ret,
		struct coco_diag *diag) COCO_MUSTUSE;
bool coco_jv_has(const struct coco_jv *obj, const char *key);

/* coco_jv_hex - a string member of exactly 2 * n hexadecimal digits. */
int coco_jv_hex(const struct coco_jv *obj, const char *key, uint8_t *ret, size_t n,
		struct coco_diag *diag) COCO_MUSTUSE;

/* coco_jv_b64 - a string member in base64 (any alphabet); gives *ret (coco_free). */
int coco_jv_b64(const struct coco_jv *obj, const char *key, uint8_t **ret, size_t *ret_n,
		struct coco_diag *diag) COCO_MUSTUSE;

/* The value itself, of the expected type, or FORMAT_JSON_TYPE. */
int coco_jv_as_object(const struct coco_jv *v, struct coco_diag *diag) COCO_MUSTUSE;
int coco_jv_as_array(const struct coco_jv *v, struct coco_diag *diag) COCO_MUSTUSE;
int coco_jv_as_bool(const struct coco_jv *v, bool *ret, struct coco_diag *diag) COCO_MUSTUSE;
int coco_jv_as_string(const struct coco_jv *v, const char **ret, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_jv_as_u64(const struct coco_jv *v, uint64_t max, uint64_t *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_jv_as_integral - as coco_jv_as_u64 (max <= 2^53), but 8.0 is 8 too (protobuf Struct). */
int coco_jv_as_integral(const struct coco_jv *v, uint64_t max, uint64_t *ret,
			struct coco_diag *diag) COCO_MUSTUSE;
bool coco_jv_is_null(const struct coco_jv *v);

/* coco_jv_as_whole - an integer from -2^53 to 2^53, 8.0 is 8 too; FORMAT_JSON_TYPE otherwise. */
int coco_jv_as_whole(const struct coco_jv *v, int64_t *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_jv_kind - what a value is (v->v not NULL). */
enum coco_json_kind {
	COCO_JSON_NULL,
	COCO_JSON_BOOL,
	COCO_JSON_NUMBER,
	COCO_JSON_STRING,
	COCO_JSON_ARRAY,
	COCO_JSON_OBJECT,
};
enum coco_json_kind coco_jv_kind(const struct coco_jv *v);

/* coco_jv_len - items of an array or members of an object; 0 otherwise. */
size_t coco_jv_len(const struct coco_jv *v);

/* coco_jv_item - item i (< coco_jv_len) of an array. */
struct coco_jv coco_jv_item(const struct coco_jv *array, size_t i);

/* coco_jv_next - iterates the members: *iter starts NULL; false at the end. */
bool coco_jv_next(const struct coco_jv *obj, void **iter, struct coco_jv *ret);

/*
 * coco_jv_closed - FORMAT_JSON_TYPE unless every member of obj is one of the
 * n_allowed names.
 */
int coco_jv_closed(const struct coco_jv *obj, const char *const *allowed, size_t n_allowed,
		   struct coco_diag *diag) COCO_MUSTUSE;

/* coco_jv_fail - reports code at the pointer of v (key: a member of it, or NULL). */
int coco_jv_fail(const struct coco_jv *v, const char *key, int code, struct coco_diag *diag,
		 const char *fmt, ...) COCO_PRINTF(5, 6);

/* coco_jv_locate - adds the pointer of v (or its member) to a report that has none. */
void coco_jv_locate(const struct coco_jv *v, const char *key, struct coco_diag *diag);

/*
 * The writer: compact JSON, members in the order of the calls, the same calls
 * give the same bytes. Strings must be UTF-8; a byte that is not is written
 * as U+FFFD so that the output is always valid JSON. indent != 0 writes one
 * member per line with two blanks per level.
 */
struct coco_jw {
	struct coco_wr *wr;
	unsigned depth;
	bool comma;          /* the next item needs a comma first */
	bool after_key;
	bool indent;
};

void coco_jw_init(struct coco_jw *jw, struct coco_wr *wr, bool indent);
void coco_jw_begin(struct coco_jw *jw, char open);   /* '{' or '[' */
void coco_jw_end(struct coco_jw *jw, char close);    /* '}' or ']' */
void coco_jw_key(struct coco_jw *jw, const char *key);
void coco_jw_string(struct coco_jw *jw, const char *s);
void coco_jw_string_n(struct coco_jw *jw, const char *s, size_t n);
void coco_jw_u64(struct coco_jw *jw, uint64_t v);
void coco_jw_i64(struct coco_jw *jw, int64_t v);
/* With this many digits after the point; "null" when |v| >= 2^53 or not a number. */
void coco_jw_real(struct coco_jw *jw, double v, int decimals);
void coco_jw_bool(struct coco_jw *jw, bool v);
void coco_jw_raw(struct coco_jw *jw, const char *json, size_t n); /* one valid value */
void coco_jw_value(struct coco_jw *jw, const struct coco_jv *v);  /* a value that was read */

/* Key and value in one call. */
void coco_jw_kv_string(struct coco_jw *jw, const char *key, const char *s);
void coco_jw_kv_u64(struct coco_jw *jw, const char *key, uint64_t v);
void coco_jw_kv_bool(struct coco_jw *jw, const char *key, bool v);
void coco_jw_kv_hex(struct coco_jw *jw, const char *key, const uint8_t *p, size_t n);
void coco_jw_kv_b64(struct coco_jw *jw, const char *key, const uint8_t *p, size_t n);

#endif
