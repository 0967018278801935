/*
 * policy_lint_rules.h - what an evidence policy (TOML) leaves open, as
 * findings.
 */
#ifndef COCO_POLICY_LINT_RULES_H
#define COCO_POLICY_LINT_RULES_H

#include "formats/evidence/policy.h"
#include "lib/broker/finding.h"

/* coco_lint_rules_looks - true for a TOML text: its first statement is a key or a table. */
bool coco_lint_rules_looks(struct coco_view text);

/*
 * coco_lint_rules - reads the policy and appends what it leaves open; evidence
 * (NULL: none) has the claims whose coverage is asked. Errors: those of
 * coco_policy_decode, LIMIT_MEMORY.
 */
int coco_lint_rules(struct coco_view text, const struct coco_result *evidence, int64_t at,
		    struct coco_outcomes *list, struct coco_diag *diag) COCO_MUSTUSE;

#endif
