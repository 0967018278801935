/*
 * rego_deny.h - resource policies (Rego, package policy, rule allow) for an
 * emergency: one that releases nothing, and one that releases what another
 * policy releases but for some resources.
 */
#ifndef COCO_REGO_DENY_H
#define COCO_REGO_DENY_H

#include "formats/core/diag.h"
#include "formats/core/wr.h"

enum { COCO_REGO_MAX = 1 << 20 };   /* bytes of a policy */

/* coco_rego_deny_all - the text of a policy that releases nothing; static. */
const char *coco_rego_deny_all(void);

/*
 * coco_rego_deny - policy with its rule allow renamed to allow_unless_disabled
 * (comments and strings stay), and a new rule allow that holds when that one
 * does and the path is none of the n resources (repo/type/tag, checked by the
 * caller). Whether the result parses is the broker's to say. The dialect is
 * that of the policy: with "if", without, or (no rule with a body) with the
 * import of rego.v1. Written to wr, whose failures are sticky.
 *
 * FORMAT_VALUE for what cannot be wrapped: not package policy, no rule allow,
 * one that asks data.policy.allow, one that was wrapped already, a text or
 * comment that does not end. LIMIT_SIZE.
 */
int coco_rego_deny(struct coco_wr *wr, struct coco_view policy, const char *const *resources,
		   size_t n, struct coco_diag *diag) COCO_MUSTUSE;

#endif
