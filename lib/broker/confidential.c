/*
 * confidential.c - words that must not appear (see confidential.h).
 */
#include "lib/broker/confidential.h"

#include <string.h>
#include <strings.h>

#include "formats/core/mem.h"

enum { WORD_MIN = 3 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts one line into the list; false when it is too short to mean anything. */
static bool take(struct coco_words *w, char *line)
{
	char *end = line + strlen(line);

	while (is_blank(*line))
		line++;
	while (end > line && is_blank(end[-1]))
		*--end = '\0';
	if (*line == '\0' || *line == '#')
		return true;
	if (end - line < WORD_MIN)
		return false;
	w->v[w->n++] = line;
	return true;
}

static int cut(struct coco_words *w, size_t lines, struct coco_diag *diag)
{
	char *line = w->text;

	w->v = coco_zalloc(lines, sizeof(*w->v));
	if (w->v == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "%zu words", lines);
	for (unsigned number = 1; line != NULL; number++) {
		char *next = strchr(line, '\n');

		if (next != NULL)
			*next++ = '\0';
		if (!take(w, line)) {
			coco_diag_pointer(diag, "line %u", number);
			return coco_fail(diag, COCO_E_FORMAT_VALUE, "a confidential word of fewer "
					 "than %d bytes would be found everywhere", WORD_MIN);
		}
		line = next;
	}
	return 0;
}

int coco_words_read(struct coco_words *ret, struct coco_view text, struct coco_diag *diag)
{
	struct coco_words w = { .n = 0 };
	size_t lines = 1;

	if (text.n > COCO_WORDS_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a list of %zu bytes", text.n);
	if (text.n > 0 && memchr(text.p, '\0', text.n) != NULL)
		return coco_fail(diag, COCO_E_FORMAT_VALUE, "a list of words with a NUL in it");
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n' ? 1 : 0;
	if (lines > COCO_WORDS_COUNT)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "a list of %zu lines", lines);
	w.text = coco_strndup(text.n > 0 ? (const char *)text.p : "", text.n);
	if (w.text == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "a list of words");
	int r = cut(&w, lines, diag);
	if (r != 0)
		coco_words_free(&w);
	else
		*ret = w;
	return r;
}

void coco_words_free(struct coco_words *w)
{
	coco_free(w->text);
	coco_free(w->v);
	memset(w, 0, sizeof(*w));
}

size_t coco_words_find(const struct coco_words *w, struct coco_view text, size_t *ret_at)
{
	for (size_t i = 0; i < w->n; i++) {
		size_t n = strlen(w->v[i]);

		for (size_t at = 0; n <= text.n && at <= text.n - n; at++) {
			if (strncasecmp((const char *)text.p + at, w->v[i], n) != 0)
				continue;
			if (ret_at != NULL)
				*ret_at = at;
			return i + 1;
		}
	}
	return 0;
}
