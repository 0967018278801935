/*
 * toml.h - TOML 1.0 (toml.io): a strict reader into a small tree, typed
 * access with line numbers, and a deterministic writer.
 *
 * Errors carry the byte offset and "line N" in diag.pointer. Keys and values
 * are the user's own configuration and may appear in messages.
 */
#ifndef COCO_TOML_H
#define COCO_TOML_H

#include "formats/core/diag.h"
#include "formats/core/wr.h"

enum {
	COCO_TOML_MAX_SIZE = 1 << 20,   /* bytes of a document */
	COCO_TOML_MAX_VALUES = 1 << 14, /* values and tables of a document */
	COCO_TOML_MAX_DEPTH = 64,       /* of tables and arrays in each other */
	COCO_TOML_MAX_KEY = 1024,       /* bytes of one part of a key */
};

enum coco_toml_type {
	COCO_TOML_TABLE,
	COCO_TOML_ARRAY,
	COCO_TOML_STRING,
	COCO_TOML_INTEGER,
	COCO_TOML_REAL,
	COCO_TOML_BOOL,
	COCO_TOML_DATETIME,       /* with an offset to UTC */
	COCO_TOML_LOCAL_DATETIME,
	COCO_TOML_LOCAL_DATE,
	COCO_TOML_LOCAL_TIME,
};

/* The parts that a type does not have are 0. */
struct coco_toml_time {
	unsigned year, month, day;
	unsigned hour, minute, second; /* second 60: a leap second */
	unsigned nanosecond;           /* further digits are cut */
	int offset;                    /* minutes east of UTC */
};

/*
 * A value and its place in the tree. Read-only for users. Text is UTF-8,
 * NUL-terminated past its length, and may hold U+0000 (coco_toml_string
 * refuses that).
 */
struct coco_toml_value {
	enum coco_toml_type type;
	unsigned line;                 /* of the value or table header, from 1 */
	const char *key;               /* in a table; NULL in an array */
	size_t n_key;
	struct coco_toml_value *next;  /* in the same table or array, in file order */
	struct coco_toml_value *first; /* table, array */
	struct coco_toml_value *last;
	size_t n;                      /* items; bytes of a string or of a time's text */
	union {
		int64_t integer;
		double real;
		bool boolean;
		const char *text;      /* string */
		struct {
			const char *text; /* as written */
			struct coco_toml_time t;
		} time;
		struct {
			unsigned char origin;  /* the reader's notes */
			unsigned section;
		} table;
	} u;
	uint32_t hash;                 /* of the key */
	unsigned depth;                /* 0 for the root */
};

struct coco_toml {
	struct coco_toml_value root;
	void *arena;                   /* everything below root */
};

/*
 * coco_toml_parse - gives *ret (coco_toml_free). ret must stay where it is
 * while values are used. Errors: FORMAT_TOML, FORMAT_TOML_DUPLICATE,
 * FORMAT_UTF8, LIMIT_SIZE, LIMIT_DEPTH, LIMIT_MEMORY.
 */
int coco_toml_parse(struct coco_toml *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_toml_free(struct coco_toml *doc);

/* coco_toml_type_name - "a table", "a string", ...; static. */
const char *coco_toml_type_name(enum coco_toml_type type);

/* coco_toml_find - the member of a table, or NULL. */
const struct coco_toml_value *coco_toml_find(const struct coco_toml_value *table,
					     const char *key);

/*
 * coco_toml_get - the member of that type; FORMAT_TOML_TYPE when it is absent
 * or of another type. coco_toml_opt gives NULL for an absent one.
 */
int coco_toml_get(const struct coco_toml_value *table, const char *key, enum coco_toml_type type,
		  const struct coco_toml_value **ret, struct coco_diag *diag) COCO_MUSTUSE;
int coco_toml_opt(const struct coco_toml_value *table, const char *key, enum coco_toml_type type,
		  const struct coco_toml_value **ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * The common types in one call; the member must be there. Strings borrow from
 * the document and hold no NUL; numbers outside [min, max] are FORMAT_VALUE.
 */
int coco_toml_string(const struct coco_toml_value *table, const char *key, const char **ret,
		     struct coco_diag *diag) COCO_MUSTUSE;
int coco_toml_i64(const struct coco_toml_value *table, const char *key, int64_t min, int64_t max,
		  int64_t *ret, struct coco_diag *diag) COCO_MUSTUSE;
int coco_toml_bool(const struct coco_toml_value *table, const char *key, bool *ret,
		   struct coco_diag *diag) COCO_MUSTUSE;

/* coco_toml_as - FORMAT_TOML_TYPE unless the value (an array's item) is of that type. */
int coco_toml_as(const struct coco_toml_value *value, enum coco_toml_type type,
		 struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_toml_closed - FORMAT_TOML_KEY, with the nearest known name as a hint,
 * unless every member of the table is one of the n names.
 */
int coco_toml_closed(const struct coco_toml_value *table, const char *const *allowed, size_t n,
		     struct coco_diag *diag) COCO_MUSTUSE;

/* coco_toml_fail - reports code at the line of value; key names a member, or NULL. */
int coco_toml_fail(const struct coco_toml_value *value, const char *key, int code,
		   struct coco_diag *diag, const char *fmt, ...) COCO_PRINTF(5, 6);

/*
 * coco_toml_equal - same type and content; tables whatever their order.
 * NaN equals NaN; times are equal when their parts are.
 */
bool coco_toml_equal(const struct coco_toml_value *a, const struct coco_toml_value *b);

/*
 * coco_toml_write - the document below root, in a form that depends on the
 * tree only: plain members of a table first, then its tables, then its arrays
 * of tables, each group in file order.
 */
void coco_toml_write(struct coco_wr *wr, const struct coco_toml_value *root);

/* Pieces for writers without a tree. Bytes that are not UTF-8 become U+FFFD. */
void coco_toml_put_key(struct coco_wr *wr, const char *key, size_t n);
void coco_toml_put_string(struct coco_wr *wr, const char *text, size_t n);
void coco_toml_put_real(struct coco_wr *wr, double v);

#endif
