/*
 * table_model.h - the entries of the model and key commands. An entry exists
 * for a user once it is in the list of table_model.c.
 */
#ifndef COCO_TABLE_MODEL_H
#define COCO_TABLE_MODEL_H

#include "cli/core/table.h"
#include "cli/model/opts_model.h"
#include "formats/core/err.h"

/* table_key.c */
extern const struct coco_cmd coco_cmd_entry_key_generate;
extern const struct coco_cmd coco_cmd_entry_key_public;
extern const struct coco_cmd coco_cmd_entry_key_inspect;
extern const struct coco_cmd coco_cmd_entry_key_wrap;
extern const struct coco_cmd coco_cmd_entry_key_unwrap;
/* table_model_make.c */
extern const struct coco_cmd coco_cmd_entry_model_plan;
extern const struct coco_cmd coco_cmd_entry_model_pack;
extern const struct coco_cmd coco_cmd_entry_model_merge;
extern const struct coco_cmd coco_cmd_entry_model_sign;
extern const struct coco_cmd coco_cmd_entry_model_rewrap;
/* table_model_use.c */
extern const struct coco_cmd coco_cmd_entry_model_verify;
extern const struct coco_cmd coco_cmd_entry_model_inspect;
extern const struct coco_cmd coco_cmd_entry_model_open;
extern const struct coco_cmd coco_cmd_entry_model_cat;

/* table_model_export.c */
extern const struct coco_cmd coco_cmd_entry_model_export;

/* Options that several commands have; s is the option struct. */

#define COCO_OPTIONS_CERTIFICATE(s, key_option)                                           \
	{ .name = "certificate", .kind = COCO_KIND_INPUT, .arg = "FILE",                  \
	  .help = "certificate of the signing key, PEM or DER", .requires = (key_option), \
	  COCO_BIND_STR(s, sign.certificate) },                                           \
	{ .name = "chain", .kind = COCO_KIND_INPUT, .arg = "FILE",                        \
	  .flags = COCO_OPT_REPEAT, .requires = "certificate",                            \
	  .help = "intermediate certificates to put beside it",                           \
	  COCO_BIND_LIST(s, sign.chain) }

#define COCO_OPTIONS_TRUST(s)                                                             \
	{ .name = "public-key", .kind = COCO_KIND_INPUT, .arg = "FILE",                   \
	  .help = "public key of the signer", .conflicts = "certificate-root",            \
	  COCO_BIND_STR(s, trust.public_key) },                                           \
	{ .name = "certificate-root", .kind = COCO_KIND_INPUT, .arg = "FILE",             \
	  .help = "root certificates to trust", .requires = "expect-subject",             \
	  COCO_BIND_STR(s, trust.certificate_root) },                                     \
	{ .name = "expect-subject", .kind = COCO_KIND_STRING, .arg = "SUBJECT",           \
	  .help = "the signer's name in the certificate", .requires = "certificate-root", \
	  COCO_BIND_STR(s, trust.expect_subject) }

#define COCO_OPTION_IGNORE_(s, flags_, def_)                                               \
	{ .name = "ignore", .kind = COCO_KIND_STRING, .arg = "PATH",                      \
	  .flags = COCO_OPT_REPEAT | COCO_OPT_NAMES,                                      \
	  .help = "leave out this path below the directory", COCO_BIND_LIST(s, ignore) }, \
	{ .name = "ignore-git-paths", .kind = COCO_KIND_FLAG, .flags = (flags_),          \
	  .def = (def_), .help = "leave out .git, .gitignore and the like",               \
	  COCO_BIND_FLAG(s, ignore_git_paths) }
/* A signature leaves git's files out, as model_signing does; a package is complete. */
#define COCO_OPTION_IGNORE(s) COCO_OPTION_IGNORE_(s, COCO_OPT_ON, "on")
#define COCO_OPTION_IGNORE_PACK(s) COCO_OPTION_IGNORE_(s, 0, NULL)

#define COCO_OPTION_MIN_VERSION(s)                                                        \
	{ .name = "min-version", .kind = COCO_KIND_U64, .arg = "N",                       \
	  .help = "refuse packages with a lower version (rollback)",                      \
	  COCO_BIND_U64(s, min_version) }

#define COCO_OPTION_KEY_ID(s)                                                             \
	{ .name = "key-id", .kind = COCO_KIND_STRING, .arg = "URI",                       \
	  .help = "where a broker keeps it: kbs:///repo/type/tag",             \
	  COCO_BIND_STR(s, key_id) }

#define COCO_OPTION_RECIPIENT(s, required)                                                \
	{ .name = "recipient", .kind = COCO_KIND_INPUT, .arg = "FILE",                    \
	  .flags = COCO_OPT_REPEAT | (required),                                          \
	  .help = "public key that gets the content key wrapped",                   \
	  COCO_BIND_LIST(s, recipients) }

#endif
