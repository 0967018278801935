/*
 * policy_make.h - policies for a Trustee key broker from grants: which guest
 * may have which resources, pinned by initdata, and from reference values.
 */
#ifndef COCO_POLICY_MAKE_H
#define COCO_POLICY_MAKE_H

#include "formats/broker/rego_write.h"
#include "lib/broker/initdata_file.h"
#include "lib/core/run.h"

enum coco_policy_kind {
	COCO_POLICY_RESOURCE,   /* the broker's one resource policy */
	COCO_POLICY_CPU,        /* attestation policy default_cpu */
	COCO_POLICY_GPU,        /* attestation policy default_gpu */
	COCO_POLICY_KINDS,
};

/* coco_policy_kind_id - "resource-policy", "default_cpu", "default_gpu". */
const char *coco_policy_kind_id(enum coco_policy_kind kind);

/* Texts that are owned. */
struct coco_policy_texts {
	char **v;
	size_t n;
	size_t cap;
};

struct coco_policy_model {
	char id[COCO_GRANTS_ID + 1];
	struct coco_policy_texts resources;
	struct coco_initdata_binding *pin;   /* owned */
	size_t n_pins;
	size_t cap_pins;
	char release[COCO_GRANTS_ID + 1];    /* "" : not pinned to one */
	unsigned gpus;
};

/* What policies are made from; zeroed before use, coco_policy_input_free after. */
struct coco_policy_input {
	unsigned release;                    /* of Trustee: its minor number */
	unsigned platforms;                  /* bit per enum coco_grant_platform; 0: all */
	struct coco_policy_model *model;     /* owned */
	size_t n;
	size_t cap;
	struct coco_refset set;
	bool has_set;
};

void coco_policy_input_free(struct coco_policy_input *in);

/*
 * coco_policy_model - adds a model; the three below add to the last one. An
 * initdata document is named by file (relative to dir, which may be NULL) or
 * by "sha256:" and hexadecimal. Errors: USAGE_VALUE, FORMAT_VALUE,
 * LIMIT_COUNT, LIMIT_MEMORY, those of io.h and initdata.h.
 */
int coco_policy_model(struct coco_policy_input *in, const char *id, unsigned gpus,
		      struct coco_diag *diag) COCO_MUSTUSE;
int coco_policy_resource(struct coco_policy_input *in, const char *resource,
			 struct coco_diag *diag) COCO_MUSTUSE;
int coco_policy_initdata(struct coco_policy_input *in, const char *text, const char *dir,
			 struct coco_diag *diag) COCO_MUSTUSE;
int coco_policy_release(struct coco_policy_input *in, const char *id, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_policy_reference - adds a file with reference values in any form that refval_read knows. */
int coco_policy_reference(const struct coco_run *run, struct coco_policy_input *in,
			  const char *path, const char *dir, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_policy_grants - everything that a grants file (formats/broker/grants.h) names; its
 * platforms count unless in->platforms is set. path is that of the file.
 */
int coco_policy_grants(const struct coco_run *run, struct coco_policy_input *in,
		       const char *path, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_policy_make - the policy of a kind. What a guest will miss (values that
 * are compared but not in the sets, pins that a platform cannot have) is told
 * in run->log. Gives *ret (coco_free). Errors: POLICY_RELEASE,
 * GRANTS_UNPINNED, USAGE_OPERAND (no model), LIMIT_MEMORY, LIMIT_SIZE.
 */
int coco_policy_make(const struct coco_run *run, const struct coco_policy_input *in,
		     enum coco_policy_kind kind, uint8_t **ret, size_t *ret_n,
		     struct coco_diag *diag) COCO_MUSTUSE;

#endif
