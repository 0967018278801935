/*
 * qemu_words.h - a QEMU command line in a file, split into its words: as a
 * shell would, or words that end with NUL as in /proc/PID/cmdline.
 */
#ifndef COCO_QEMU_WORDS_H
#define COCO_QEMU_WORDS_H

#include "formats/core/diag.h"

enum {
	COCO_QEMU_WORDS_MAX = 4096,       /* words at most */
	COCO_QEMU_TEXT_MAX = 1 << 20,     /* bytes of the text */
};

struct coco_qemu_words {
	char *text;           /* owned: the words, each with a NUL */
	const char **word;    /* owned: n pointers into text */
	size_t n;
};

/*
 * coco_qemu_words_split - blanks and line ends stand between words; '...'
 * and "..." keep them, a backslash keeps the next byte (in "..." only before
 * " and \), a backslash before a line end joins lines, # at the start of a
 * word is a comment up to the line end. With a NUL in the text: words that
 * end with NUL, taken as they are. Nothing is substituted. Gives *ret
 * (coco_qemu_words_free). Errors: USAGE_VALUE (a quote without end, a
 * backslash at the end, too many words), LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_qemu_words_split(struct coco_qemu_words *ret, struct coco_view text,
			  struct coco_diag *diag) COCO_MUSTUSE;

void coco_qemu_words_free(struct coco_qemu_words *w);   /* fine on a zeroed struct */

#endif
