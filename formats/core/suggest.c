/*
 * suggest.c - edit distance to known words (see suggest.h).
 */
#include "formats/core/suggest.h"

#include <string.h>

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment distance; both lengths are within the limit. */
static unsigned distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
	unsigned rows[3][COCO_SUGGEST_MAX + 1];

	for (size_t k = 0; k <= n_b; k++)
		rows[0][k] = (unsigned)k;
	for (size_t i = 1; i <= n_a; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *up = rows[(i + 2) % 3];
		const unsigned *up2 = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t k = 1; k <= n_b; k++) {
			unsigned best = up[k - 1] + (a[i - 1] != b[k - 1]);

			best = least(best, least(up[k], row[k - 1]) + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				best = least(best, up2[k - 2] + 1);
			row[k] = best;
		}
	}
	return rows[n_a % 3][n_b];
}

const char *coco_suggest(const char *word, size_t n_word, const char *const *words, size_t n)
{
	const char *found = NULL;
	unsigned best = n_word <= 4 ? 2 : 3;

	if (n_word > COCO_SUGGEST_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);

		if (len > COCO_SUGGEST_MAX)
			continue;
		unsigned d = distance(word, n_word, words[i], len);
		/* replacing every byte of a short word is no suggestion */
		if (d < best && d < len) {
			best = d;
			found = words[i];
		}
	}
	return found;
}
