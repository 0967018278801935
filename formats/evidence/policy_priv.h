/*
 * policy_priv.h - what the files that read an evidence policy share. Values
 * belong to the rule that was added last.
 */
#ifndef COCO_POLICY_PRIV_H
#define COCO_POLICY_PRIV_H

#include "formats/evidence/policy.h"

/* coco_policy_full - reports LIMIT_COUNT or, below max, LIMIT_MEMORY. */
int coco_policy_full(struct coco_diag *diag, size_t n, size_t max, const char *what);

/* coco_policy_add_rule - an empty rule at the end, borrowed until the next one. */
int coco_policy_add_rule(struct coco_policy *p, unsigned line, struct coco_policy_rule **ret,
			 struct coco_diag *diag) COCO_MUSTUSE;
int coco_policy_add_value(struct coco_policy *p, const struct coco_policy_value *v,
			  struct coco_diag *diag) COCO_MUSTUSE;

/* coco_policy_text, _time - the content of a value of the document. POLICY_VALUE. */
int coco_policy_text(const struct coco_toml_value *v, const char **ret, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_policy_time(const struct coco_toml_value *v, int64_t *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/* Each adds a value of its kind. size: bytes of hexadecimal text, 0 for any. POLICY_VALUE. */
int coco_policy_hex(struct coco_policy *p, const struct coco_toml_value *v, size_t size,
		    struct coco_diag *diag) COCO_MUSTUSE;
int coco_policy_word(struct coco_policy *p, const struct coco_toml_value *v,
		     struct coco_diag *diag) COCO_MUSTUSE;
int coco_policy_number(struct coco_policy *p, const struct coco_toml_value *v,
		       struct coco_diag *diag) COCO_MUSTUSE;
int coco_policy_when_value(struct coco_policy *p, const struct coco_toml_value *v,
			   struct coco_diag *diag) COCO_MUSTUSE;
int coco_policy_version(struct coco_policy *p, const struct coco_toml_value *v,
			struct coco_diag *diag) COCO_MUSTUSE;

#endif
