/*
 * cococtl.h - the public interface of libcococtl.
 *
 * The exported core is small on purpose: version, error codes, error reports
 * and the strict JSON check. What is here keeps its meaning and its binary
 * interface as long as the library is called libcococtl.so.0.
 *
 * Ownership words: *borrows* (valid while the object lives), *gives* (free it
 * with the named function), *static* (valid for ever). The library has no
 * global state, prints nothing and never ends the process; objects may be used
 * by one thread at a time.
 */
#ifndef COCOCTL_H
#define COCOCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define COCO_API __attribute__((visibility("default")))
#else
#define COCO_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* coco_version - version of the loaded library, "1.2.3"; static. */
COCO_API const char *coco_version(void);

/*
 * Error codes. A function that can fail returns 0 or a negative code. Codes
 * and their dotted identifiers never change; the texts may. An unknown code
 * has the texts of "internal.error". All texts are static.
 */
COCO_API const char *coco_error_id(int code);        /* "format.json.syntax" */
COCO_API const char *coco_error_title(int code);     /* what is wrong */
COCO_API const char *coco_error_reasons(int code);   /* likely reasons */
COCO_API const char *coco_error_next_step(int code); /* what to do next */

/* coco_error_exit_status - the status that cococtl would exit with. */
COCO_API int coco_error_exit_status(int code);

/* coco_error_code - the code with this identifier, or 0. */
COCO_API int coco_error_code(const char *id);

/* coco_error_at - code number i of all known ones, or 0 past the end. */
COCO_API int coco_error_at(size_t i);

/*
 * An error report: what went wrong, where, and what to do. Functions take one
 * as their last argument; NULL is allowed and means that only the code is
 * wanted. A report takes the first error; clear it before it is used again.
 */
struct coco_diag;

enum coco_diag_part {
	COCO_DIAG_MESSAGE = 0,  /* empty: use coco_error_title() */
	COCO_DIAG_SOURCE = 1,   /* file or stream */
	COCO_DIAG_POINTER = 2,  /* JSON pointer, or line and column */
	COCO_DIAG_FIELD = 3,    /* name of the field */
	COCO_DIAG_EXPECTED = 4,
	COCO_DIAG_ACTUAL = 5,
	COCO_DIAG_HINT = 6      /* empty: use coco_error_next_step() */
};

/* coco_diag_new - an empty report; gives it (coco_diag_free); NULL: no memory. */
COCO_API struct coco_diag *coco_diag_new(void);
COCO_API void coco_diag_free(struct coco_diag *diag); /* NULL is fine */
COCO_API void coco_diag_clear(struct coco_diag *diag);

/* coco_diag_code - the code that was reported, or 0. */
COCO_API int coco_diag_code(const struct coco_diag *diag);

/* coco_diag_text - a part of the report, empty when not set; borrows; never NULL. */
COCO_API const char *coco_diag_text(const struct coco_diag *diag, enum coco_diag_part part);

/* coco_diag_offset - true and the byte offset in the input when it is known. */
COCO_API bool coco_diag_offset(const struct coco_diag *diag, uint64_t *ret_offset);

/* coco_diag_cause_at - line i of what led to the error; borrows; NULL past the end. */
COCO_API const char *coco_diag_cause_at(const struct coco_diag *diag, size_t i);

/*
 * coco_json_check - 0 when the n bytes are one JSON document by the strict
 * rules that cococtl applies to statements, bundles and catalogues: valid
 * UTF-8, no member twice in an object, nothing after the document, no U+0000,
 * at most 64 levels and max bytes.
 */
COCO_API int coco_json_check(const void *text, size_t n, size_t max, struct coco_diag *diag);

#ifdef __cplusplus
}
#endif

#endif
