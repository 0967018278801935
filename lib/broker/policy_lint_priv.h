/*
 * policy_lint_priv.h - shared by policy_lint.c and policy_lint_*.c only.
 */
#ifndef COCO_POLICY_LINT_PRIV_H
#define COCO_POLICY_LINT_PRIV_H

#include "lib/broker/policy_lint.h"

struct coco_linter {
	const struct coco_run *run;
	const struct coco_lint_with *with;
	struct coco_rego_module m;
	struct coco_lint *ret;
	uint32_t *refers;     /* per token: 1 + the first rule of that name; 0: none */
	uint32_t *next;       /* per rule: 1 + the next of that name; 0: none */
	uint32_t *seen;       /* per rule and polarity: the last query that came by */
	uint32_t query;
	uint8_t *shown;       /* per first rule of a name: 1 + enum coco_lint_shown; 0: not known */
};

/* How much of a machine an expression that holds has shown to be affirmed. */
enum coco_lint_shown {
	COCO_SHOWN_NOTHING,
	COCO_SHOWN_NOT_WORST,     /* no more than "not contraindicated" */
	COCO_SHOWN_SOME_PART,     /* some part, whichever */
	COCO_SHOWN_CPU,           /* the CPU, nothing of devices */
	COCO_SHOWN_LISTED,        /* every part that has a status */
	COCO_SHOWN_ALL,           /* every part */
};

/* coco_linter_index - fills the tables for l->m; coco_linter_free. LIMIT_MEMORY. */
int coco_linter_index(struct coco_linter *l, struct coco_diag *diag) COCO_MUSTUSE;
void coco_linter_free(struct coco_linter *l);   /* with its module */

/* coco_lint_undecided - a finding that says what is not understood. */
void coco_lint_undecided(struct coco_linter *l, unsigned line, const char *what);

/* coco_lint_shown - what definition i has shown when it holds; *ret_lost: not all understood. */
enum coco_lint_shown coco_lint_shown(struct coco_linter *l, size_t rule, bool *ret_lost);

/*
 * coco_lint_mentions - whether a definition, or one that it refers to, has a
 * word or string; denied: in a statement with "not" or "!=" instead.
 */
bool coco_lint_mentions(struct coco_linter *l, size_t rule, const char *text, bool denied);

/* coco_lint_allow, _claims, _names, _words, _tags - the checks. */
void coco_lint_allow(struct coco_linter *l);
void coco_lint_claims(struct coco_linter *l);
int coco_lint_names(struct coco_linter *l, struct coco_diag *diag) COCO_MUSTUSE;
void coco_lint_words(struct coco_linter *l, struct coco_view text);
int coco_lint_tags(struct coco_linter *l, struct coco_diag *diag) COCO_MUSTUSE;

#endif
