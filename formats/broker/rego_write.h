/*
 * rego_write.h - Trustee's policies as Rego text: the resource policy, which
 * the broker asks before it gives a key, and the attestation policies, which
 * turn claims of evidence into a status (broker.md 1.10, 1.11, 7). The same
 * input gives the same bytes.
 *
 * Releases differ in the names of claims, in the encodings of their values and in how a
 * policy reads reference values; v0.14 to v0.21 are known.
 */
#ifndef COCO_REGO_WRITE_H
#define COCO_REGO_WRITE_H

#include "formats/broker/grants.h"
#include "formats/broker/refset.h"
#include "formats/core/refnames.h"

enum {
	COCO_REGO_RESOURCE_FIRST = 14,   /* the first release whose handshake carries initdata */
	COCO_REGO_GPU_FIRST = 16,        /* the first whose claims of GPUs are known */
	COCO_REGO_MAX = 8 << 20,         /* bytes of a policy */
};

/* A model with its pins as the claims have them; borrowed. */
struct coco_rego_grant {
	const char *id;
	const char *const *resources;    /* as coco_grant_resource accepts them */
	size_t n_resources;
	const char *const *init_data;    /* values of the claim; none: not pinned by digest */
	size_t n_init_data;
	const char *release;             /* text of release.toml; NULL: not pinned to one */
	unsigned gpus;
};

/*
 * coco_rego_resource - the resource policy of a release for n models on the
 * platforms of a mask: nothing but what is listed is given, and only to a
 * guest of which every part is affirmed.
 */
void coco_rego_resource(struct coco_wr *wr, unsigned release, unsigned platforms,
			const struct coco_rego_grant *grants, size_t n);

/* When a comparison is part of a policy. */
enum coco_rego_when {
	COCO_REGO_ALWAYS,   /* in every policy of the platform */
	COCO_REGO_CONFIG,   /* left out when the set has no value; the claim is then 3, not 2 */
	COCO_REGO_KNOWN,    /* only when the set has a value: no default policy compares it */
};

/* What becomes better when it holds. */
enum coco_rego_trust {
	COCO_REGO_EXECUTABLES,
	COCO_REGO_HARDWARE,
	COCO_REGO_CONFIGURATION,
};

/* A comparison of a claim with reference values. */
struct coco_rego_check {
	enum coco_grant_platform platform;
	enum coco_rego_trust trust;
	enum coco_rego_when when;
	const char *claim;       /* below the object of the platform, or "input.init_data" */
	const char *neutral;     /* name in reference-value sets */
	const char *algorithm;   /* "" unless it is a digest */
	const char *step;        /* "" unless it is one step's */
};

/* coco_rego_checks - those of the CPU platforms but for PCRs; static, *ret_n of them. */
const struct coco_rego_check *coco_rego_checks(size_t *ret_n);

/* coco_rego_tee - whose names the values of a platform have. */
enum coco_ref_tee coco_rego_tee(enum coco_grant_platform platform);

/* coco_rego_in_set - whether a set has a value for it; every set when s is NULL, but for KNOWN. */
bool coco_rego_in_set(const struct coco_refset *s, const struct coco_rego_check *check);

/*
 * coco_rego_cpu - the attestation policy "default_cpu" for the platforms of a
 * mask. s (may be NULL) says for what there are values: registers that no
 * default policy compares are compared when it has them.
 */
void coco_rego_cpu(struct coco_wr *wr, unsigned release, unsigned platforms,
		   const struct coco_refset *s);

/* coco_rego_gpu - "default_gpu" for NVIDIA GPUs behind NVIDIA's remote verifier. */
void coco_rego_gpu(struct coco_wr *wr, unsigned release, const struct coco_refset *s);

/* For rego_*.c: a text as a Rego string, and the platform's object below input. */
void coco_rego_string(struct coco_wr *wr, const char *text);
const char *coco_rego_object(enum coco_grant_platform platform, unsigned release);

#endif
