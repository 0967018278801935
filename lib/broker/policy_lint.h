/*
 * policy_lint.h - what is dangerous or useless in a policy before it reaches a
 * key broker. It reads Rego as far as it has to; where it does not understand,
 * it says so, and that is no pass.
 */
#ifndef COCO_POLICY_LINT_H
#define COCO_POLICY_LINT_H

#include "formats/broker/refset.h"
#include "formats/broker/rego_rules.h"
#include "lib/broker/confidential.h"
#include "lib/broker/finding.h"
#include "lib/core/run.h"

/* What a policy is judged with. */
struct coco_lint_with {
	const struct coco_refset *set;      /* what is registered; may be NULL */
	unsigned release;                   /* of Trustee, for its names */
	const struct coco_words *words;     /* confidential; may be NULL */
};

/* What a file turned out to be. */
enum coco_lint_kind {
	COCO_LINT_UNKNOWN,        /* nothing that can be judged */
	COCO_LINT_RESOURCE,       /* Rego: the broker's resource policy */
	COCO_LINT_ATTESTATION,    /* Rego: from evidence to trust claims */
	COCO_LINT_KINDS,
};

/* coco_lint_kind_name - "unknown", "resource policy", "attestation policy"; static. */
const char *coco_lint_kind_name(enum coco_lint_kind kind);

struct coco_lint {
	enum coco_lint_kind kind;
	struct coco_outcomes found;
	bool undecided;           /* something could not be understood; found says what */
};

void coco_lint_free(struct coco_lint *l);   /* fine on a zeroed struct */

/*
 * coco_policy_lint - judges a file by its content. Gives *ret
 * (coco_lint_free), also when it finds faults. Errors: those of
 * coco_rego_module, LIMIT_COUNT, LIMIT_MEMORY.
 */
int coco_policy_lint(const struct coco_run *run, struct coco_lint *ret, struct coco_view text,
		     const struct coco_lint_with *with, struct coco_diag *diag) COCO_MUSTUSE;

#endif
