/*
 * rego_lex.c - Rego cut into tokens (see rego_lex.h).
 */
#include "formats/broker/rego_lex.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "formats/core/utf8.h"

struct lexer {
	const char *p;
	size_t n;
	size_t at;
	unsigned line;
	bool fresh;
	struct coco_rego_tokens t;
	struct coco_diag *diag;
};

static int bad(struct lexer *x, const char *what)
{
	coco_diag_pointer(x->diag, "line %u", x->line);
	return coco_fail(x->diag, COCO_E_REGO_SYNTAX, "%s", what);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The byte i places ahead; NUL at the end, which is no byte of a policy. */
static char peek(const struct lexer *x, size_t i)
{
	return x->n - x->at > i ? x->p[x->at + i] : '\0';
}

static int add(struct lexer *x, enum coco_rego_type type, size_t from, size_t to, unsigned line)
{
	if (x->t.n >= COCO_REGO_TOKENS)
		return coco_fail(x->diag, COCO_E_LIMIT_COUNT, "more than %d tokens",
				 COCO_REGO_TOKENS);
	if (!coco_grow((void **)&x->t.v, &x->t.cap, x->t.n, sizeof(*x->t.v), COCO_REGO_TOKENS))
		return coco_fail(x->diag, COCO_E_LIMIT_MEMORY, "a policy's tokens");
	x->t.v[x->t.n++] = (struct coco_rego_token){
		.type = type, .p = x->p + from, .n = to - from, .line = line, .fresh = x->fresh,
	};
	x->fresh = false;
	return 0;
}

static void skip_blank(struct lexer *x)
{
	for (; x->at < x->n; x->at++) {
		char c = x->p[x->at];

		if (c == '#')
			while (x->at + 1 < x->n && x->p[x->at + 1] != '\n')
				x->at++;
		else if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
			return;
		if (c == '\n') {
			x->line++;
			x->fresh = true;
		}
	}
}

static int lex_string(struct lexer *x)
{
	size_t from = ++x->at;

	for (;; x->at++) {
		char c = peek(x, 0);

		if (c == '"')
			break;
		if (x->at >= x->n || c == '\n')
			return bad(x, "a string does not end");
		if (c != '\\')
			continue;
		x->at++;
		if (strchr("\"\\/bfnrtu", peek(x, 0)) == NULL || peek(x, 0) == '\0')
			return bad(x, "an escape that strings do not have");
	}
	x->at++;
	return add(x, COCO_REGO_STRING, from, x->at - 1, x->line);
}

static int lex_raw(struct lexer *x)
{
	size_t from = ++x->at;
	unsigned line = x->line;

	for (; x->at < x->n && x->p[x->at] != '`'; x->at++)
		if (x->p[x->at] == '\n')
			x->line++;
	if (x->at >= x->n)
		return bad(x, "a raw string does not end");
	x->at++;
	return add(x, COCO_REGO_RAW, from, x->at - 1, line);
}

static int lex_word(struct lexer *x)
{
	size_t from = x->at;

	while (is_letter(peek(x, 0)) || is_digit(peek(x, 0)))
		x->at++;
	return add(x, COCO_REGO_WORD, from, x->at, x->line);
}

static int lex_number(struct lexer *x)
{
	size_t from = x->at;

	while (is_digit(peek(x, 0)))
		x->at++;
	if (peek(x, 0) == '.' && is_digit(peek(x, 1)))
		for (x->at++; is_digit(peek(x, 0));)
			x->at++;
	if (peek(x, 0) == 'e' || peek(x, 0) == 'E') {
		x->at++;
		if (peek(x, 0) == '+' || peek(x, 0) == '-')
			x->at++;
		if (!is_digit(peek(x, 0)))
			return bad(x, "a number without its exponent");
		while (is_digit(peek(x, 0)))
			x->at++;
	}
	if (is_letter(peek(x, 0)))
		return bad(x, "a number with letters");
	return add(x, COCO_REGO_NUMBER, from, x->at, x->line);
}

static int lex_sign(struct lexer *x)
{
	char c = peek(x, 0);
	size_t n = 1;

	if (c == '!' && peek(x, 1) != '=')
		return bad(x, "\"!\" is no operator");
	if (strchr(":=!<>", c) != NULL && peek(x, 1) == '=')
		n = 2;
	else if (strchr("()[]{}.,;:|&+-*/%=<>", c) == NULL)
		return bad(x, "a character that policies do not have");
	x->at += n;
	return add(x, COCO_REGO_SIGN, x->at - n, x->at, x->line);
}

static int lex_one(struct lexer *x)
{
	char c = peek(x, 0);

	if (c == '"')
		return lex_string(x);
	if (c == '`')
		return lex_raw(x);
	if (is_letter(c))
		return lex_word(x);
	if (is_digit(c))
		return lex_number(x);
	if (c == '\0')
		return bad(x, "a NUL in a policy");
	return lex_sign(x);
}

int coco_rego_lex(struct coco_rego_tokens *ret, struct coco_view text, struct coco_diag *diag)
{
	struct lexer x = { .p = (const char *)text.p, .n = text.n, .line = 1, .fresh = true,
			   .diag = diag };
	size_t at = 0;
	int r = 0;

	if (text.n > COCO_REGO_SOURCE)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a policy of %zu bytes", text.n);
	if (!coco_utf8_valid(text.p, text.n, &at))
		return coco_fail_at(diag, COCO_E_FORMAT_UTF8, at, NULL,
				    "a policy that is not UTF-8");
	for (skip_blank(&x); r == 0 && x.at < x.n; skip_blank(&x))
		r = lex_one(&x);
	if (r != 0)
		coco_rego_tokens_free(&x.t);
	else
		*ret = x.t;
	return r;
}

void coco_rego_tokens_free(struct coco_rego_tokens *t)
{
	coco_free(t->v);
	memset(t, 0, sizeof(*t));
}

static bool same(const struct coco_rego_token *t, const char *text)
{
	return t->n == strlen(text) && memcmp(t->p, text, t->n) == 0;
}

bool coco_rego_is(const struct coco_rego_token *t, const char *text)
{
	return (t->type == COCO_REGO_WORD || t->type == COCO_REGO_SIGN) && same(t, text);
}

bool coco_rego_text(const struct coco_rego_token *t, const char *text)
{
	return (t->type == COCO_REGO_STRING || t->type == COCO_REGO_RAW) && same(t, text);
}
