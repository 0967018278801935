/*
 * qemu_words.c - the words of a command line (see qemu_words.h).
 */
#include "formats/measure/qemu_words.h"

#include <string.h>

#include "formats/core/mem.h"

struct split {
	const uint8_t *p;
	size_t n;
	size_t at;
	struct coco_qemu_words out;
	size_t cap;
	size_t n_text;       /* bytes written to out.text */
	struct coco_diag *diag;
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A word begins at the end of the text so far. */
static int begin_word(struct split *s)
{
	void *list = s->out.word;

	if (s->out.n == COCO_QEMU_WORDS_MAX)
		return coco_fail(s->diag, COCO_E_USAGE_VALUE, "more than %d words for QEMU",
				 COCO_QEMU_WORDS_MAX);
	if (!coco_grow(&list, &s->cap, s->out.n, sizeof(*s->out.word), COCO_QEMU_WORDS_MAX))
		return coco_fail(s->diag, COCO_E_LIMIT_MEMORY, "no memory for words for QEMU");
	s->out.word = list;
	s->out.word[s->out.n++] = s->out.text + s->n_text;
	return 0;
}

static void put(struct split *s, uint8_t c)
{
	s->out.text[s->n_text++] = (char)c;
}

static int split_nul(struct split *s)
{
	int r = 0;

	while (r == 0 && s->at < s->n) {
		r = begin_word(s);
		while (r == 0 && s->at < s->n && s->p[s->at] != '\0')
			put(s, s->p[s->at++]);
		put(s, '\0');
		s->at++;
	}
	return r;
}

/* The bytes of a quoted part; at: behind the opening quote, then behind the other. */
static int take_quoted(struct split *s, uint8_t quote)
{
	for (; s->at < s->n; s->at++) {
		uint8_t c = s->p[s->at];

		if (c == quote) {
			s->at++;
			return 0;
		}
		if (quote == '"' && c == '\\' && s->at + 1 < s->n &&
		    (s->p[s->at + 1] == '"' || s->p[s->at + 1] == '\\'))
			c = s->p[++s->at];
		put(s, c);
	}
	return coco_fail(s->diag, COCO_E_USAGE_VALUE, "words for QEMU: a quote has no end");
}

static int take_word(struct split *s)
{
	int r = begin_word(s);

	while (r == 0 && s->at < s->n && !is_blank(s->p[s->at])) {
		uint8_t c = s->p[s->at++];

		if (c == '\'' || c == '"') {
			r = take_quoted(s, c);
		} else if (c != '\\') {
			put(s, c);
		} else if (s->at == s->n) {
			r = coco_fail(s->diag, COCO_E_USAGE_VALUE,
				      "words for QEMU: nothing follows the last backslash");
		} else if (s->p[s->at] == '\n') {
			s->at++;
		} else {
			put(s, s->p[s->at++]);
		}
	}
	put(s, '\0');
	return r;
}

/* Moves over what stands between words. */
static void skip(struct split *s)
{
	while (s->at < s->n) {
		uint8_t c = s->p[s->at];

		if (is_blank(c)) {
			s->at++;
		} else if (c == '\\' && s->at + 1 < s->n && s->p[s->at + 1] == '\n') {
			s->at += 2;
		} else if (c == '#') {
			while (s->at < s->n && s->p[s->at] != '\n')
				s->at++;
		} else {
			return;
		}
	}
}

int coco_qemu_words_split(struct coco_qemu_words *ret, struct coco_view text,
			  struct coco_diag *diag)
{
	struct split s = { .p = text.p, .n = text.n, .diag = diag };
	int r = 0;

	if (text.n > COCO_QEMU_TEXT_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "words for QEMU of %zu bytes", text.n);
	/* each word needs a byte of its own and one for its NUL */
	s.out.text = coco_alloc(2 * text.n + 2, 1);
	if (s.out.text == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for words for QEMU");
	if (text.n > 0 && memchr(text.p, '\0', text.n) != NULL)
		r = split_nul(&s);
	else
		for (skip(&s); r == 0 && s.at < s.n; skip(&s))
			r = take_word(&s);
	if (r != 0) {
		coco_qemu_words_free(&s.out);
		return r;
	}
	*ret = s.out;
	return 0;
}

void coco_qemu_words_free(struct coco_qemu_words *w)
{
	coco_free(w->text);
	coco_free(w->word);
	*w = (struct coco_qemu_words){ .n = 0 };
}
