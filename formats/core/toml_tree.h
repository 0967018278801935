/*
 * toml_tree.h - what the files of the TOML reader share. Not for users.
 */
#ifndef COCO_TOML_TREE_H
#define COCO_TOML_TREE_H

#include "formats/core/toml.h"

/* What opened a table, and so what may still be added to it. */
enum coco_toml_origin {
	COCO_TOML_IMPLICIT, /* a longer [header] passed through it */
	COCO_TOML_HEADER,   /* its own [header], or an item of [[header]] */
	COCO_TOML_DOTTED,   /* a dotted key; open to dotted keys of the same section */
	COCO_TOML_INLINE,   /* { } or [ ]: closed */
};

/* The cursor. */
struct coco_toml_in {
	struct coco_view in;
	size_t at;
	unsigned line;
	struct coco_toml *doc;
	struct coco_wr text;  /* the string being decoded */
	size_t n_values;
	unsigned n_sections;
	struct coco_diag *diag;
};

/* The byte k places ahead, or -1 past the end. */
static inline int coco_toml_peek(const struct coco_toml_in *p, size_t k)
{
	return k < p->in.n - p->at ? p->in.p[p->at + k] : -1;
}

/* coco_toml_bad - reports FORMAT_TOML at the cursor. */
int coco_toml_bad(struct coco_toml_in *p, const char *fmt, ...) COCO_PRINTF(2, 3);
int coco_toml_report(struct coco_toml_in *p, int code, const char *fmt, ...) COCO_PRINTF(3, 4);

/* coco_toml_alloc - zeroed memory of the document; NULL on exhaustion. */
void *coco_toml_alloc(struct coco_toml *doc, size_t n);

/* coco_toml_hash - of a key. */
uint32_t coco_toml_hash(const char *key, size_t n);

/* coco_toml_find_n - the member with this key, or NULL. */
struct coco_toml_value *coco_toml_find_n(const struct coco_toml_value *table, const char *key,
					 size_t n);

/*
 * coco_toml_string_at - reads the string at the cursor (a quote) and gives
 * decoded text of the document's memory. single: only forms of one line.
 */
int coco_toml_string_at(struct coco_toml_in *p, bool single, const char **ret, size_t *ret_n)
	COCO_MUSTUSE;

/* coco_toml_scalar_at - reads a boolean, number or time at the cursor into v. */
int coco_toml_scalar_at(struct coco_toml_in *p, struct coco_toml_value *v) COCO_MUSTUSE;

/* coco_toml_strtod - strtod of the C locale. */
double coco_toml_strtod(const char *text);

#endif
