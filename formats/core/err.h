/*
 * err.h - error codes, their dotted identifiers and process exit codes.
 *
 * Every function that can fail returns 0 or a negative code. A code is
 * -(class * 1000 + n); the class alone gives the exit code and whether a
 * retry makes sense, with two named exceptions (output exists, cancelled).
 * The lists in errors/ are append-only: numbers and identifiers are a
 * contract (docs/errors.md, docs/exit-codes.md).
 */
#ifndef COCO_ERR_H
#define COCO_ERR_H

#include "formats/core/base.h"

enum coco_err_class {
	COCO_CLASS_USAGE = 1,
	COCO_CLASS_IO = 2,
	COCO_CLASS_FORMAT = 3,
	COCO_CLASS_CRYPTO = 4,
	COCO_CLASS_VERIFY = 5,
	COCO_CLASS_TRUST = 6,
	COCO_CLASS_NET = 7,
	COCO_CLASS_REMOTE = 8,
	COCO_CLASS_LIMIT = 9,
	COCO_CLASS_INTERNAL = 10,
};

enum coco_exit {
	COCO_EXIT_OK = 0,
	COCO_EXIT_REJECTED = 1,
	COCO_EXIT_USAGE = 2,
	COCO_EXIT_MALFORMED = 3,
	COCO_EXIT_IO = 4,
	COCO_EXIT_NETWORK = 5,
	COCO_EXIT_REFUSED = 6,
	COCO_EXIT_KEY = 7,
	COCO_EXIT_INDETERMINATE = 8,
	COCO_EXIT_LIMIT = 9,
	COCO_EXIT_EXISTS = 10,
	COCO_EXIT_CANCELLED = 11,
	COCO_EXIT_BUG = 70,
};

/*
 * COCO_E_<NAME> for every line of errors/<wing>.def. The wings that came later have headers
 * of their own (err_measure.h, ...), so that a new code there does not touch everything.
 */
enum coco_err {
	COCO_OK = 0,
#define X(name, class, n, id, title, why, next) \
	COCO_E_##name = -((int)COCO_CLASS_##class * 1000 + (n)),
#include "formats/core/errors/core.def"
#include "formats/core/errors/key.def"
#include "formats/core/errors/model.def"
#undef X
};

/* One line of the lists; all strings are static. */
struct coco_err_info {
	int code;
	enum coco_err_class class;
	const char *id;    /* class.object.reason */
	const char *title; /* a sentence without a full stop */
	const char *why;   /* likely reasons, most frequent first */
	const char *next;  /* what to do next */
};

/*
 * coco_err_info - the line of a code; for an unknown code that of
 * internal.error. Never NULL; static.
 */
const struct coco_err_info *coco_err_info(int code);

/* coco_err_find - the line with this dotted identifier, or NULL. */
const struct coco_err_info *coco_err_find(const char *id);

/* coco_err_at - line number i of all lists in order, or NULL past the end. */
const struct coco_err_info *coco_err_at(size_t i);

/* coco_err_exit - the process exit code for an error code (cli-ux 4). */
int coco_err_exit(int code);

/* coco_exit_name - "ok", "rejected", ... for an exit code; "unknown" otherwise. */
const char *coco_exit_name(int exit_code);

/* coco_err_class_name - "usage", "io", ... */
const char *coco_err_class_name(enum coco_err_class class);

/* coco_err_retry - "no", "maybe", "yes" or "after supplying it". */
const char *coco_err_retry(int code);

#endif
