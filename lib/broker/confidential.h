/*
 * confidential.h - words that must not appear where strangers read: names of
 * models and customers in the paths and policies of a key broker.
 */
#ifndef COCO_CONFIDENTIAL_H
#define COCO_CONFIDENTIAL_H

#include "formats/core/diag.h"

enum {
	COCO_WORDS_MAX = 1 << 20,      /* bytes of a list */
	COCO_WORDS_COUNT = 1 << 14,
};

struct coco_words {
	char *text;                    /* owned; the words point into it */
	const char **v;                /* owned */
	size_t n;
};

/*
 * coco_words_read - a list, one word a line; blanks around a word, empty
 * lines and lines with "#" at the start do not count. Gives *ret
 * (coco_words_free). Errors: FORMAT_VALUE (a word of fewer than 3 bytes, a
 * NUL), LIMIT_SIZE, LIMIT_COUNT, LIMIT_MEMORY.
 */
int coco_words_read(struct coco_words *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_words_free(struct coco_words *w);   /* fine on a zeroed struct */

/*
 * coco_words_find - the number of the first word (from 1, as in the file's
 * order of words) that appears anywhere in the text, in any case of ASCII
 * letters; 0: none. *ret_at (may be NULL) is where.
 */
size_t coco_words_find(const struct coco_words *w, struct coco_view text, size_t *ret_at);

#endif
