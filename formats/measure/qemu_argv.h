/*
 * qemu_argv.h - a recorded QEMU command line: its words, and the key=value
 * lists within them.
 */
#ifndef COCO_QEMU_ARGV_H
#define COCO_QEMU_ARGV_H

#include "formats/core/diag.h"

enum {
	COCO_QEMU_ARGV_WORDS = 4096,     /* of one command line */
	COCO_QEMU_PAIRS = 128,      /* of one list */
};

/* Zeroed: empty. */
struct coco_qemu_argv {
	char **v;       /* owned */
	size_t n;
	size_t cap;
	size_t first;   /* the first word after the program */
};

/*
 * coco_qemu_argv_split - splits a record: words that end in NUL, a JSON array of
 * strings, or text as for a shell (quotes, backslashes; no variables,
 * commands or redirections). Gives *ret (coco_qemu_argv_free). Errors:
 * PROFILE_ARGV, FORMAT_JSON..., LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_qemu_argv_split(struct coco_qemu_argv *ret, struct coco_view record,
		    struct coco_diag *diag) COCO_MUSTUSE;
void coco_qemu_argv_free(struct coco_qemu_argv *w);   /* fine on a zeroed struct */

/* One key=value. */
struct coco_qemu_pair {
	char *key;      /* owned, as value; "" never */
	char *value;    /* "on" for a key without a value */
};

/* Zeroed: empty. */
struct coco_qemu_opts {
	struct coco_qemu_pair *v;   /* owned */
	size_t n;
	size_t cap;
};

/*
 * coco_qemu_opts_append - "implied,key=value,flag", where ",," is a comma, or
 * a JSON object whose members become "a.b" (arrays "a.0"). implied: key of a
 * first part without "=", or NULL. Adds to o, which is to be freed in any
 * case. Errors: PROFILE_ARGV, FORMAT_JSON..., LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_qemu_opts_append(struct coco_qemu_opts *o, const char *text, const char *implied,
			  struct coco_diag *diag) COCO_MUSTUSE;
void coco_qemu_opts_free(struct coco_qemu_opts *o);   /* fine on a zeroed struct */

/* coco_qemu_opt - the last value of a key, or NULL; borrowed. */
const char *coco_qemu_opt(const struct coco_qemu_opts *o, const char *key);

#endif
