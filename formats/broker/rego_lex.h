/*
 * rego_lex.h - Rego (the policy language of OPA) cut into tokens: comments
 * are left out, strings are strings. Enough to look at policies, not to
 * evaluate them. What the language does not have is refused.
 */
#ifndef COCO_REGO_LEX_H
#define COCO_REGO_LEX_H

#include "formats/core/diag.h"

enum {
	COCO_REGO_SOURCE = 8 << 20,   /* bytes of a policy */
	COCO_REGO_TOKENS = 1 << 20,
};

enum coco_rego_type {
	COCO_REGO_WORD,     /* names and keywords */
	COCO_REGO_NUMBER,
	COCO_REGO_STRING,   /* without its quotes, escapes as they are written */
	COCO_REGO_RAW,      /* between grave accents */
	COCO_REGO_SIGN,     /* one of ( ) [ ] { } . , ; : | & + - * / % and := = == != < <= > >= */
};

struct coco_rego_token {
	enum coco_rego_type type;
	const char *p;          /* borrows from the text */
	size_t n;
	unsigned line;          /* from 1 */
	bool fresh;             /* the first of its line */
};

struct coco_rego_tokens {
	struct coco_rego_token *v;   /* owned */
	size_t n;
	size_t cap;
};

/*
 * coco_rego_lex - gives *ret (coco_rego_tokens_free), borrowing from text.
 * Errors: REGO_SYNTAX with the line, FORMAT_UTF8, LIMIT_SIZE, LIMIT_COUNT,
 * LIMIT_MEMORY.
 */
int coco_rego_lex(struct coco_rego_tokens *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_rego_tokens_free(struct coco_rego_tokens *t);   /* fine on a zeroed struct */

/* coco_rego_is - whether a token is this word or sign; coco_rego_text - or this string. */
bool coco_rego_is(const struct coco_rego_token *t, const char *text);
bool coco_rego_text(const struct coco_rego_token *t, const char *text);

#endif
