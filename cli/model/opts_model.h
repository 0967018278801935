/*
 * opts_model.h - option structs of the model and key commands. The parser
 * zeroes and fills them (cli/core/table.h); strings live until the process
 * ends. -o, -f, --jobs, --dry-run, --show-names are in cli->common.
 */
#ifndef COCO_OPTS_MODEL_H
#define COCO_OPTS_MODEL_H

#include "cli/core/table.h"

/* --type, in this order. */
enum coco_opt_key_type {
	COCO_OPT_KEY_ED25519,
	COCO_OPT_KEY_P256,
	COCO_OPT_KEY_P384,
	COCO_OPT_KEY_P521,
	COCO_OPT_KEY_RSA3072,
	COCO_OPT_KEY_CONTENT,
};

struct coco_opts_key_generate {
	int type;                        /* enum coco_opt_key_type */
	const char *public_file;         /* --public */
};

struct coco_opts_key_public {
	const char *key;                 /* reference */
};

struct coco_opts_key_inspect {
	const char *key;                 /* reference */
};

struct coco_opts_key_wrap {
	struct coco_strlist recipients;  /* files with public keys */
	const char *key;                 /* reference to the content key */
	const char *key_id;
};

struct coco_opts_key_unwrap {
	const char *wraps;               /* file */
	const char *identity;            /* reference to the private key */
};

/* Whom to trust, for the commands that check a package or an OMS signature. */
struct coco_opts_trust {
	const char *public_key;          /* file; excludes the next two */
	const char *certificate_root;    /* file */
	const char *expect_subject;
};

/* Who signs. */
struct coco_opts_signer {
	const char *key;                 /* reference; NULL: unsigned */
	const char *certificate;         /* file */
	struct coco_strlist chain;       /* files */
};

/* --compress, in this order. */
enum coco_opt_compress {
	COCO_OPT_COMPRESS_AUTO,
	COCO_OPT_COMPRESS_OFF,
	COCO_OPT_COMPRESS_ZSTD,
	COCO_OPT_COMPRESS_PLANES,
};

/* --plaintext-at-rest, in this order. */
enum coco_opt_at_rest {
	COCO_OPT_AT_REST_ALLOW,
	COCO_OPT_AT_REST_DENY,
	COCO_OPT_AT_REST_GUEST_ENCRYPTED,
};

struct coco_opts_model_plan {
	const char *dir;
	uint64_t segment_size;           /* 0: chosen */
	struct coco_strlist ignore;
	bool ignore_git_paths;           /* --ignore-git-paths */
};

struct coco_opts_model_pack {
	const char *dir;
	const char *key;                 /* content key reference; or ... */
	const char *new_key;             /* ... file to write a new one to */
	const char *key_id;
	struct coco_opts_signer sign;
	uint64_t version;                /* 0 when not given */
	const char *previous;            /* package directory or digest */
	int compress;                    /* enum coco_opt_compress */
	bool resume;
	const char *plan;                /* file; comes with shard */
	const char *shard;               /* "I/N", checked by the command */
	uint64_t segment_size;           /* 0: chosen */
	bool plaintext_digests;          /* true unless --no-plaintext-digests */
	struct coco_strlist recipients;
	int at_rest;                     /* enum coco_opt_at_rest */
	struct coco_strlist ignore;
	bool ignore_git_paths;           /* --ignore-git-paths */
	const char *tag;
};

struct coco_opts_model_merge {
	struct coco_strlist parts;
	const char *key;
	const char *key_id;
	struct coco_opts_signer sign;
	struct coco_strlist recipients;
};

struct coco_opts_model_sign {
	const char *target;              /* model directory or package */
	struct coco_opts_signer sign;    /* sign.key is never NULL */
	struct coco_strlist ignore;
	bool ignore_git_paths;
	bool allow_symlinks;
};

struct coco_opts_model_verify {
	const char *target;
	struct coco_opts_trust trust;
	const char *key;                 /* content key reference, for the chunks too */
	const char *signature;           /* OMS bundle file */
	uint64_t min_version;
	const char *previous;
	bool ignore_unsigned_files;
	bool allow_symlinks;
	struct coco_strlist ignore;
	bool ignore_git_paths;
};

struct coco_opts_model_inspect {
	const char *package;
	const char *key;
};

struct coco_opts_model_open {
	const char *package;
	const char *key;                 /* content key reference; or ... */
	const char *identity;            /* ... private key that unwraps one of the wraps */
	struct coco_opts_trust trust;
	struct coco_strlist files;       /* --file globs; empty: all */
	uint64_t min_version;
};

struct coco_opts_model_cat {
	const char *package;
	const char *file;                /* FILE[:OFFSET[:LENGTH]], taken apart by the command */
	const char *key;
	const char *identity;
	struct coco_opts_trust trust;
	uint64_t min_version;
};

struct coco_opts_model_export {
	const char *image;
	const char *key;
	const char *key_id;
	const char *tag;
	struct coco_strlist recipients;
	int packet;                     /* 0: v2, 1: v1 */
	bool ocicrypt;
};

struct coco_opts_model_rewrap {
	const char *package;
	const char *key;
	const char *key_id;
	struct coco_strlist recipients;
};

#endif
