/*
 * grants.h - which guest may have which resources of a key broker: the input
 * of policy generate, TOML (docs/formats/grants.md). Closed: what is not known
 * is refused.
 *
 *	version = 1
 *	platforms = ["snp", "az-snp-vtpm"]
 *	reference = ["values.json"]
 *
 *	[[model]]
 *	id = "4f2a9c"
 *	resources = ["default/model-key/4f2a9c"]
 *	initdata = ["initdata.toml", "sha256:..."]
 *	release = "r7"
 *	gpus = 1
 */
#ifndef COCO_GRANTS_H
#define COCO_GRANTS_H

#include "formats/core/toml.h"

enum {
	COCO_GRANTS_VERSION = 1,
	COCO_GRANTS_MODELS = 1000,
	COCO_GRANTS_LIST = 4096,   /* resources, or initdata, of a model */
	COCO_GRANTS_ID = 64,       /* bytes of an id without the NUL */
	COCO_GRANTS_GPUS = 64,
};

/* Kinds of CPU evidence that Trustee's verifiers know by these names. */
enum coco_grant_platform {
	COCO_GRANT_SNP,
	COCO_GRANT_TDX,
	COCO_GRANT_AZ_SNP,
	COCO_GRANT_AZ_TDX,
	COCO_GRANT_TPM,
	COCO_GRANT_PLATFORMS,
};

/* coco_grant_platform_name - "snp", "tdx", "az-snp-vtpm", "az-tdx-vtpm", "tpm"; static. */
const char *coco_grant_platform_name(enum coco_grant_platform platform);

/* coco_grant_platform_find - by that name; COCO_GRANT_PLATFORMS for none. */
enum coco_grant_platform coco_grant_platform_find(const char *name);

/* A model; borrows from the document. */
struct coco_grant {
	const char *id;                            /* letters, digits, "-", "_", "." */
	const struct coco_toml_value *resources;   /* strings that coco_grant_resource accepts */
	const struct coco_toml_value *initdata;    /* strings: files, "sha256:" and hex; or NULL */
	const char *release;                       /* as an id; NULL: not pinned to one */
	unsigned gpus;                             /* exactly so many are to be attested */
	unsigned line;
};

struct coco_grants {
	struct coco_toml doc;
	unsigned platforms;                        /* bit 1 << platform; 0: not said */
	const struct coco_toml_value *reference;   /* strings: files; or NULL */
	struct coco_grant *model;                  /* owned */
	size_t n;
};

/* coco_grant_id - whether text can be the id of a model or release. */
bool coco_grant_id(const char *text);

/*
 * coco_grant_resource - "repo/type/tag", or "repo/type/" and a star for all
 * tags, which *ret_all says. FORMAT_VALUE.
 */
int coco_grant_resource(const char *text, bool *ret_all, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_grants_decode - gives *ret (coco_grants_free; it must stay where it
 * is). Errors: those of coco_toml_parse and its accessors, GRANTS_SCHEMA (another
 * version, an id twice, an empty list, an unknown platform), GRANTS_UNPINNED
 * (neither initdata nor release), LIMIT_COUNT, LIMIT_MEMORY.
 */
int coco_grants_decode(struct coco_grants *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_grants_free(struct coco_grants *g);   /* fine on a zeroed struct */

#endif
