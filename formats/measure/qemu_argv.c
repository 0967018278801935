/*
 * qemu_argv.c - a recorded QEMU command line as words (see qemu_argv.h).
 */
#include "formats/measure/qemu_argv.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"

enum { RECORD_MAX = 1 << 20 };

void coco_qemu_argv_free(struct coco_qemu_argv *w)
{
	for (size_t i = 0; i < w->n; i++)
		coco_free(w->v[i]);
	coco_free(w->v);
	memset(w, 0, sizeof(*w));
}

/* Takes word, which may be NULL: no memory. */
static int add_word(struct coco_qemu_argv *w, char *word, struct coco_diag *diag)
{
	if (word == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a word");
	if (w->n < COCO_QEMU_ARGV_WORDS &&
	    coco_grow((void **)&w->v, &w->cap, w->n, sizeof(*w->v), COCO_QEMU_ARGV_WORDS)) {
		w->v[w->n++] = word;
		return 0;
	}
	coco_free(word);
	return w->n == COCO_QEMU_ARGV_WORDS ?
		coco_fail(diag, COCO_E_LIMIT_SIZE, "more than %d words", COCO_QEMU_ARGV_WORDS) :
		coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a word");
}

/* ---- /proc/PID/cmdline ------------------------------------------------------- */

static int split_nul(struct coco_qemu_argv *w, struct coco_view in, struct coco_diag *diag)
{
	size_t at = 0;
	int r = 0;

	while (r == 0 && at < in.n) {
		const uint8_t *end = memchr(in.p + at, 0, in.n - at);
		size_t n = end != NULL ? (size_t)(end - in.p) - at : in.n - at;

		r = add_word(w, coco_strndup((const char *)in.p + at, n), diag);
		at += n + 1;
	}
	return r;
}

/* ---- JSON ---------------------------------------------------------------------- */

static int split_json(struct coco_qemu_argv *w, struct coco_view in, struct coco_diag *diag)
{
	struct coco_json doc;

	int r = coco_json_parse_bounded(&doc, in, RECORD_MAX, COCO_QEMU_ARGV_WORDS + 1, diag);
	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = coco_jv_as_array(&root, diag);
	for (size_t i = 0; r == 0 && i < coco_jv_len(&root); i++) {
		struct coco_jv item = coco_jv_item(&root, i);
		const char *text = NULL;

		r = coco_jv_as_string(&item, &text, diag);
		if (r == 0)
			r = add_word(w, coco_strdup(text), diag);
	}
	coco_json_free(&doc);
	return r;
}

/* ---- shell ----------------------------------------------------------------------- */

struct shell {
	const char *text;
	size_t n;
	size_t at;
	struct coco_wr word;
	struct coco_diag *diag;
};

static int peek(const struct shell *s)
{
	return s->at < s->n ? (unsigned char)s->text[s->at] : -1;
}

static int not_plain(struct shell *s, const char *what)
{
	return coco_fail_at(s->diag, COCO_E_PROFILE_ARGV, s->at, "shell",
			    "%s: only a shell can say what it means", what);
}

static int single_quotes(struct shell *s)
{
	const char *start = s->text + s->at;
	const char *end = memchr(start, '\'', s->n - s->at);

	if (end == NULL)
		return coco_fail_at(s->diag, COCO_E_PROFILE_ARGV, s->at, "shell",
				    "a ' has no end");
	coco_wr_bytes(&s->word, start, (size_t)(end - start));
	s->at += (size_t)(end - start) + 1;
	return 0;
}

static int double_quotes(struct shell *s)
{
	for (; peek(s) >= 0; s->at++) {
		int c = peek(s);

		if (c == '"') {
			s->at++;
			return 0;
		}
		if (c == '$' || c == '`')
			return not_plain(s, "a variable or command");
		if (c == '\\' && s->at + 1 < s->n &&
		    strchr("$`\"\\\n", s->text[s->at + 1]) != NULL) {
			s->at++;
			if (peek(s) == '\n')
				continue;
			c = peek(s);
		}
		coco_wr_u8(&s->word, (uint8_t)c);
	}
	return coco_fail_at(s->diag, COCO_E_PROFILE_ARGV, s->at, "shell", "a \" has no end");
}

/* A backslash outside of quotes; at is behind it. */
static void escaped(struct shell *s)
{
	if (peek(s) >= 0 && peek(s) != '\n')
		coco_wr_u8(&s->word, (uint8_t)peek(s));
	s->at += peek(s) >= 0;
}

static bool blank(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One word from its first character on. */
static int shell_word(struct shell *s)
{
	int r = 0;

	while (r == 0 && peek(s) >= 0 && !blank(peek(s))) {
		int c = peek(s);

		if (c == '$' || c == '`')
			return not_plain(s, "a variable or command");
		if (strchr(";&|<>()", c) != NULL)
			return not_plain(s, "a redirection or second command");
		s->at++;
		if (c == '\'')
			r = single_quotes(s);
		else if (c == '"')
			r = double_quotes(s);
		else if (c == '\\')
			escaped(s);
		else
			coco_wr_u8(&s->word, (uint8_t)c);
	}
	return r;
}

/* Blanks and continued lines between words. */
static void skip_blanks(struct shell *s)
{
	for (;;) {
		if (peek(s) >= 0 && blank(peek(s)))
			s->at++;
		else if (peek(s) == '\\' && s->at + 1 < s->n && s->text[s->at + 1] == '\n')
			s->at += 2;
		else
			return;
	}
}

static int split_shell(struct coco_qemu_argv *w, struct coco_view in, struct coco_diag *diag)
{
	struct shell s = { .text = (const char *)in.p, .n = in.n, .diag = diag };
	int r = 0;

	for (skip_blanks(&s); r == 0 && peek(&s) >= 0; skip_blanks(&s)) {
		uint8_t *word = NULL;
		size_t n = 0;

		coco_wr_init(&s.word, RECORD_MAX);
		r = shell_word(&s);
		if (r != 0) {
			coco_wr_free(&s.word);
			return r;
		}
		/* an empty writer has no memory to give */
		coco_wr_u8(&s.word, 0);
		r = coco_wr_finish(&s.word, &word, &n, diag);
		if (r == 0)
			r = add_word(w, (char *)word, diag);
	}
	return r;
}

/* ---- together --------------------------------------------------------------------- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* The word after the program: "sudo env A=b qemu-system-x86_64 -machine ...". */
static size_t first_argument(const struct coco_qemu_argv *w)
{
	for (size_t i = 0; i < w->n && w->v[i][0] != '-'; i++)
		if (strncmp(base_name(w->v[i]), "qemu", 4) == 0)
			return i + 1;
	return w->n > 0 && w->v[0][0] != '-' ? 1 : 0;
}

int coco_qemu_argv_split(struct coco_qemu_argv *ret, struct coco_view record,
		    struct coco_diag *diag)
{
	struct coco_qemu_argv w = { .n = 0 };
	size_t at = 0;
	int r;

	if (record.n > RECORD_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "the record has more than %d bytes",
				 RECORD_MAX);
	while (at < record.n && blank(record.p[at]))
		at++;
	if (record.n != 0 && memchr(record.p, 0, record.n) != NULL)
		r = split_nul(&w, record, diag);
	else if (at < record.n && record.p[at] == '[')
		r = split_json(&w, record, diag);
	else
		r = split_shell(&w, record, diag);
	w.first = first_argument(&w);
	if (r == 0 && w.first >= w.n)
		r = coco_fail(diag, COCO_E_PROFILE_ARGV, "the record holds no argument");
	if (r != 0)
		coco_qemu_argv_free(&w);
	else
		*ret = w;
	return r;
}
