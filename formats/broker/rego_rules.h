/*
 * rego_rules.h - the rules of a Rego module: their names, values and bodies as
 * ranges of tokens. Rules of both language versions are read; forms that this
 * reader does not know are counted, so that nobody takes silence for a yes.
 */
#ifndef COCO_REGO_RULES_H
#define COCO_REGO_RULES_H

#include "formats/broker/rego_lex.h"

enum { COCO_REGO_RULES = 1 << 16 };

/* Tokens from (included) to (not included). */
struct coco_rego_range {
	size_t from;
	size_t to;
};

/* One definition of a rule; an "else" branch is one of its own. */
struct coco_rego_rule {
	struct coco_rego_token name;    /* of the first part: "a" of a.b */
	bool is_default;
	bool partial;                   /* a set or object: "contains", or name[x] */
	bool function;
	bool path;                      /* a.b.c */
	bool has_body;
	struct coco_rego_range value;   /* empty: true */
	struct coco_rego_range body;    /* without braces */
};

struct coco_rego_module {
	struct coco_rego_tokens tokens;
	struct coco_rego_range package; /* the path's tokens */
	struct coco_rego_rule *rule;    /* owned */
	size_t n;
	size_t cap;
	unsigned unknown;               /* line of the first form that is not known; 0: none */
};

/*
 * coco_rego_module - gives *ret (coco_rego_module_free), borrowing from text.
 * Errors: those of coco_rego_lex, REGO_SYNTAX (no package, brackets that do
 * not match), LIMIT_COUNT, LIMIT_MEMORY.
 */
int coco_rego_module(struct coco_rego_module *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_rego_module_free(struct coco_rego_module *m);   /* fine on a zeroed struct */

/* coco_rego_group - the place of the bracket that closes the one at i; m was read without error. */
size_t coco_rego_group(const struct coco_rego_module *m, size_t i);

/*
 * coco_rego_statement - the next statement of a body: starts at *at, which is
 * moved behind it. False at the end.
 */
bool coco_rego_statement(const struct coco_rego_module *m, const struct coco_rego_range *body,
			 size_t *at, struct coco_rego_range *ret);

#endif
