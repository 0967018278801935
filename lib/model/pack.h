/*
 * pack.h - a model directory into a model package (design 3): read,
 * transform, seal, digest, write, as streams on every core; plaintext never
 * reaches a disk; the output appears only when complete.
 */
#ifndef COCO_PACK_H
#define COCO_PACK_H

#include "formats/model/journal.h"
#include "lib/crypto/bundle_sign.h"
#include "lib/model/tree.h"

enum coco_compress {
	COCO_COMPRESS_AUTO = 0,  /* per region, by probing */
	COCO_COMPRESS_OFF,
	COCO_COMPRESS_ZSTD,
	COCO_COMPRESS_PLANES,    /* planes where the dtype is known, else zstd */
};

/* Who signs and who may unwrap; shared by pack and merge. */
struct coco_pack_finish {
	const struct coco_bundle_signer *signer;    /* NULL: unsigned */
	const struct coco_key *const *recipients;   /* public keys; wraps.json is attached */
	size_t n_recipients;
	const char *tag;                            /* OCI tag; NULL: "latest" */
};

struct coco_pack_request {
	const char *dir;
	const char *out;
	unsigned out_flags;                         /* enum coco_out_flags */
	const struct coco_secret *key;              /* 32 bytes */
	const char *key_id;                         /* NULL: COCO_KEY_ID_PREFIX, package id */
	uint64_t version;                           /* 0: one more than previous, or 1 */
	bool has_previous;
	struct coco_digest previous;
	uint64_t previous_version;
	enum coco_at_rest at_rest;
	enum coco_compress compress;
	bool digests;                               /* plaintext SHA-256 of every file */
	uint64_t segment_size;                      /* 0: chosen */
	bool resume;
	bool dry_run;                               /* scan and lay out, write nothing */
	struct coco_view plan;                      /* text of a plan document, or empty */
	uint32_t shard;                             /* 1..shards with a plan, else 0 */
	uint32_t shards;
	struct coco_tree_opts tree;
	struct coco_pack_finish finish;
};

struct coco_pack_result {
	struct coco_digest manifest;   /* not for a shard */
	struct coco_pkg_header header; /* owned */
	uint64_t files;
	uint64_t bytes_in;
	uint64_t bytes_out;            /* sealed segments and catalogue */
	uint64_t segments;             /* packed by this run */
	uint64_t resumed;              /* taken over from the interrupted run */
	uint64_t tensors;
	bool is_part;
	bool is_signed;
};

/*
 * coco_pack - packs one directory, or one shard of a plan (the output is then
 * a part directory for coco_merge). Errors: those of tree.h, EXISTS, IO_*,
 * PLAN, PLAN_CHANGED, RESUME_OTHER, KEY_*, CANCELLED. On failure nothing is
 * left, but with resume the partial directory stays.
 */
int coco_pack(const struct coco_run *run, const struct coco_pack_request *req,
	      struct coco_pack_result *ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_pack_result_free(struct coco_pack_result *r);

/* coco_pack_plan - the plan document of a directory; gives *ret (coco_free). */
struct coco_plan_info {
	uint64_t files;
	uint64_t bytes;
	uint64_t segments;
	uint64_t segment_size;
};
int coco_pack_plan(const struct coco_run *run, const char *dir, const struct coco_tree_opts *tree,
		   uint64_t segment_size, uint8_t **ret, size_t *ret_n,
		   struct coco_plan_info *ret_info, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_merge - the parts of one plan into a package. */
struct coco_merge_request {
	const char *const *parts;
	size_t n_parts;
	const char *out;
	unsigned out_flags;
	const struct coco_secret *key;
	const char *key_id;            /* NULL: that of the parts */
	bool dry_run;                  /* check everything, write nothing */
	struct coco_pack_finish finish;
};
int coco_merge(const struct coco_run *run, const struct coco_merge_request *req,
	       struct coco_pack_result *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
