/*
 * suggest.h - "did you mean": the nearest of some known words.
 */
#ifndef COCO_SUGGEST_H
#define COCO_SUGGEST_H

#include "formats/core/base.h"

enum { COCO_SUGGEST_MAX = 63 }; /* bytes of a word that is considered */

/*
 * coco_suggest - the first of the n words that is nearest to word (n_word
 * bytes): at most one edit for words up to four bytes, two for others, where
 * an edit inserts, removes, replaces or swaps. NULL when none is that near.
 */
const char *coco_suggest(const char *word, size_t n_word, const char *const *words, size_t n);

#endif
