/*
 * diag.h - what went wrong, in the words a person can act on.
 *
 * The caller supplies the struct (NULL is allowed everywhere); all buffers
 * are fixed, so reporting an error never allocates and never fails. The
 * lowest layer sets code, offset and field; layers above may add one line of
 * context. Nobody below cli/ prints.
 */
#ifndef COCO_DIAG_H
#define COCO_DIAG_H

#include "formats/core/err.h"

enum { COCO_DIAG_CAUSES = 8 };

struct coco_diag {
	int code;            /* 0 while nothing is reported */
	bool has_offset;
	uint64_t offset;     /* byte offset in the source */
	char source[256];    /* file or stream, as the user named it */
	char pointer[192];   /* JSON pointer, or "line N" for TOML */
	char field[96];      /* field name in the specification's words */
	char message[384];   /* what is wrong; empty: the list's title */
	char expected[192];
	char actual[192];
	char hint[320];      /* next step; empty: the list's hint */
	unsigned n_causes;
	char causes[COCO_DIAG_CAUSES][160];
};

/* coco_diag_init - empties d (NULL is fine). */
void coco_diag_init(struct coco_diag *d);

/*
 * coco_fail - reports code with a message and returns code. The first report
 * wins: on a diag that already holds an error the message becomes a cause
 * line and the first code is returned. Control characters are escaped.
 */
int coco_fail(struct coco_diag *d, int code, const char *fmt, ...) COCO_PRINTF(3, 4);

/* coco_fail_at - as coco_fail, with byte offset and field name. */
int coco_fail_at(struct coco_diag *d, int code, uint64_t offset, const char *field,
		 const char *fmt, ...) COCO_PRINTF(5, 6);

/* The setters below only add: what is already set stays. */
void coco_diag_source(struct coco_diag *d, const char *fmt, ...) COCO_PRINTF(2, 3);
void coco_diag_pointer(struct coco_diag *d, const char *fmt, ...) COCO_PRINTF(2, 3);
void coco_diag_field(struct coco_diag *d, const char *fmt, ...) COCO_PRINTF(2, 3);
void coco_diag_expected(struct coco_diag *d, const char *fmt, ...) COCO_PRINTF(2, 3);
void coco_diag_actual(struct coco_diag *d, const char *fmt, ...) COCO_PRINTF(2, 3);
void coco_diag_hint(struct coco_diag *d, const char *fmt, ...) COCO_PRINTF(2, 3);
void coco_diag_cause(struct coco_diag *d, const char *fmt, ...) COCO_PRINTF(2, 3);

/*
 * coco_escape - copies n bytes of untrusted text into ret (cap > 0), control
 * characters and invalid UTF-8 as \xNN, cut at the end with "...".
 */
void coco_escape(char *ret, size_t cap, const char *text, size_t n);

#endif
