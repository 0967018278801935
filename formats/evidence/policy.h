/*
 * policy.h - what evidence must show to be acceptable: a TOML document with a
 * closed schema, and its evaluation over claims (docs/formats/evidence-policy.md;
 * design.md 5, evidence.md 7).
 *
 * Every rule is one check of a result, also after another one failed. A rule
 * without a value fails; a claim that a rule needs and that is not there makes
 * the answer indeterminate; nothing is good because nobody looked.
 */
#ifndef COCO_POLICY_H
#define COCO_POLICY_H

#include "formats/core/toml.h"
#include "formats/evidence/result.h"

enum {
	COCO_POLICY_RULES = 1024,
	COCO_POLICY_VALUES = 1 << 14,   /* of all rules */
	COCO_POLICY_WAIVERS = 64,
	COCO_POLICY_WHEN = 4,           /* conditions of one rule */
	COCO_POLICY_ID = 96,            /* with the NUL */
};

enum coco_policy_op {
	COCO_POLICY_ONE_OF,      /* equal to one of the values */
	COCO_POLICY_AT_LEAST,    /* a number, or a version "1.55.40" */
	COCO_POLICY_BYTES_AT_LEAST,   /* each byte at least that of the value */
	COCO_POLICY_SET,         /* a bit that must be set */
	COCO_POLICY_CLEAR,       /* a bit that must be clear */
	COCO_POLICY_HAS,         /* bits (of a number) that must all be set */
	COCO_POLICY_SAME,        /* equal to another claim, which values[0] names */
	COCO_POLICY_NONE_OF,     /* a claim of words: none of the values among them */
	COCO_POLICY_ONLY,        /* a claim of words: no other than the values */
	COCO_POLICY_NOT_BEFORE,  /* a time, not before the value */
};

enum coco_policy_value_kind {
	COCO_POLICY_BYTES,       /* hexadecimal text in the document */
	COCO_POLICY_TEXT,
	COCO_POLICY_NUMBER,
	COCO_POLICY_TIME,
};

struct coco_policy_value {
	enum coco_policy_value_kind kind;
	const char *text;        /* as written; borrowed from the document */
	uint64_t number;
	int64_t time;
	unsigned line;
};

/* The rule holds for evidence whose claim has this value only. */
struct coco_policy_when {
	const char *claim;       /* static */
	const char *text;        /* borrowed, or NULL: number */
	uint64_t number;
};

struct coco_policy_rule {
	char id[COCO_POLICY_ID];            /* "snp.measurement", "snp.min_tcb.reported.snp" */
	const char *kinds;                  /* static: kinds of subjects; NULL: any */
	char claim[COCO_CLAIM_NAME];
	enum coco_policy_op op;
	const struct coco_policy_value *values;   /* in the policy's list */
	size_t n_values;
	struct coco_policy_when when[COCO_POLICY_WHEN];
	unsigned n_when;
	const char *reason;                 /* static: reason code of a refusal */
	enum coco_role role;
	int trust;                          /* enum coco_trust_claim, or -1 */
	int8_t affirming;                   /* AR4SI values of both outcomes */
	int8_t failing;
	unsigned line;
};

struct coco_policy_waiver {
	const char *rule;        /* id; borrowed, as all texts */
	const char *reason;
	const char *approved_by;
	int64_t until;           /* the first second in which it no longer holds */
	unsigned line;
	bool matches;            /* set by decoding: a rule of that id exists */
};

struct coco_policy {
	struct coco_toml doc;
	const char *name;        /* "" : none */
	unsigned require;        /* enum coco_require, ORed */
	struct coco_policy_rule *rules;     /* owned, as all lists */
	size_t n_rules;
	size_t cap_rules;
	struct coco_policy_value *values;
	size_t n_values;
	size_t cap_values;
	struct coco_policy_waiver waivers[COCO_POLICY_WAIVERS];
	size_t n_waivers;
};

/*
 * coco_policy_decode - gives *ret (coco_policy_free; it must stay where it
 * is). Errors: those of coco_toml_parse and its accessors (with the line),
 * POLICY_SCHEMA, POLICY_VALUE, LIMIT_COUNT, LIMIT_MEMORY.
 */
int coco_policy_decode(struct coco_policy *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_policy_free(struct coco_policy *p);   /* fine on a zeroed struct */

/*
 * coco_policy_judge - a check of the aspect ACCEPTABLE for every rule and
 * every subject of its kinds; a rule without such a subject is SKIPPED unless
 * it is the only evidence there (see the page of the format). Waivers count
 * at the result's time. source names the document in the checks.
 */
void coco_policy_judge(const struct coco_policy *p, struct coco_result *r);

/*
 * coco_policy_try - the same whether the evidence is authentic or not, to try
 * a policy on samples: says nothing of the evidence itself.
 */
void coco_policy_try(const struct coco_policy *p, struct coco_result *r);

/* What lint finds. */
enum coco_policy_finding_kind {
	COCO_POLICY_RULE_EMPTY,      /* a rule without a value fails always */
	COCO_POLICY_WAIVER_EXPIRED,
	COCO_POLICY_WAIVER_UNUSED,   /* no rule has that id */
	COCO_POLICY_DEBUG_ALLOWED,   /* no rule forbids a debug guest */
	COCO_POLICY_NO_MEASUREMENT,  /* nothing says what may run */
	COCO_POLICY_NO_TCB,          /* nothing bounds the firmware's version */
	COCO_POLICY_NO_FRESH,        /* freshness is not required */
	COCO_POLICY_UNSEEN,          /* a claim of the evidence that no rule looks at */
};

struct coco_policy_finding {
	enum coco_policy_finding_kind kind;
	bool fails;                  /* an error of the policy, not a hint */
	unsigned line;               /* 0: of the whole */
	char what[COCO_POLICY_ID + 32];
};

/*
 * coco_policy_gaps - gives findings to a function; evidence (NULL: none) holds
 * the claims whose coverage is asked.
 */
void coco_policy_gaps(const struct coco_policy *p, const struct coco_result *evidence, int64_t at,
		      void (*found)(void *ctx, const struct coco_policy_finding *f), void *ctx);

#endif
