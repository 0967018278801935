/*
 * model_args.h - from options to what the library wants: signers, trust, keys,
 * predecessors; shared by the model commands.
 */
#ifndef COCO_MODEL_ARGS_H
#define COCO_MODEL_ARGS_H

#include "cli/core/cli.h"
#include "cli/model/opts_model.h"
#include "lib/model/pack.h"
#include "lib/model/pkg.h"

/* Who signs; zeroed when nobody does. */
struct coco_arg_signer {
	struct coco_key *key;
	struct coco_certs *chain;
	struct coco_bundle_signer signer;
	bool given;
};
int coco_arg_signer_load(const struct coco_cli *cli, const struct coco_opts_signer *o,
			 struct coco_arg_signer *ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_arg_signer_free(struct coco_arg_signer *s);

/* Whom to trust. */
struct coco_arg_trust {
	struct coco_key *key;
	struct coco_certs *roots;
	struct coco_bundle_trust trust;
	bool given;
};
int coco_arg_trust_load(const struct coco_opts_trust *o, struct coco_arg_trust *ret,
			struct coco_diag *diag) COCO_MUSTUSE;
void coco_arg_trust_free(struct coco_arg_trust *t);

/* Public keys of recipients. */
struct coco_arg_recipients {
	struct coco_key **keys;
	size_t n;
};
int coco_arg_recipients_load(const struct coco_strlist *files, struct coco_arg_recipients *ret,
			     struct coco_diag *diag) COCO_MUSTUSE;
void coco_arg_recipients_free(struct coco_arg_recipients *r);

/* coco_arg_content_key - from --key, or from the package's wraps by --identity. */
int coco_arg_content_key(const struct coco_cli *cli, const char *key, const char *identity,
			 const struct coco_pkg *pkg, struct coco_secret *ret,
			 struct coco_diag *diag) COCO_MUSTUSE;

/* coco_arg_previous - a package (its digest and version) or a digest. */
int coco_arg_previous(const char *text, struct coco_digest *ret, uint64_t *ret_version,
		      struct coco_diag *diag) COCO_MUSTUSE;

/* coco_arg_clock - seconds of a clock that only goes forward, for rates. */
double coco_arg_clock(void);

/* coco_arg_describe - the descriptor of a package's manifest, for what refers to it. */
int coco_arg_describe(const struct coco_pkg *pkg, struct coco_descriptor *ret,
		      struct coco_diag *diag) COCO_MUSTUSE;

/* coco_arg_written - the label of an output: "written", or "would be written" in a dry run. */
const char *coco_arg_written(const struct coco_cli *cli);

/*
 * coco_arg_key_id, coco_arg_tag - judge what packages and indexes will repeat;
 * NULL is fine. USAGE_VALUE.
 */
int coco_arg_key_id(const char *key_id, struct coco_diag *diag) COCO_MUSTUSE;
int coco_arg_tag(const char *tag, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_arg_tree - the options that say which files belong to a model. */
struct coco_tree_opts coco_arg_tree(const struct coco_strlist *ignore, bool ignore_git,
				    bool allow_symlinks);

/* coco_arg_pack_result - the report of pack and merge. */
void coco_arg_pack_result(struct coco_report *report, const struct coco_pack_result *res,
			  double seconds);

/*
 * coco_arg_target - splits "DIR:TAG" where DIR exists and "DIR:TAG" does not;
 * gives *ret_path (coco_free), *ret_tag is borrowed from text or NULL.
 */
int coco_arg_target(const char *text, char **ret_path, const char **ret_tag,
		    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_arg_package - opens "PATH" and, when that does not exist but "DIR:TAG"
 * does, the tagged package of DIR.
 */
int coco_arg_package(const char *text, struct coco_pkg *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_arg_header - package id, version, key id and so on, for reports. */
void coco_arg_header(struct coco_report *report, const struct coco_digest *manifest,
		     const struct coco_pkg_header *h);

/*
 * coco_arg_opening - the steps that open and cat share: package, policy,
 * signature when trust is given (else a warning), key, catalogue.
 */
struct coco_arg_opening {
	struct coco_pkg pkg;
	struct coco_secret key;
	struct coco_catalogue cat;
	bool verified;
	char signer[256];
};
int coco_arg_opening_load(struct coco_cli *cli, const char *package, const char *key,
			  const char *identity, const struct coco_opts_trust *trust,
			  uint64_t min_version, struct coco_arg_opening *ret,
			  struct coco_diag *diag) COCO_MUSTUSE;
void coco_arg_opening_free(struct coco_arg_opening *o);

#endif
