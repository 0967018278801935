/*
 * pack_priv.h - shared by the files that make up packing: pack.c (set-up),
 * pack_lane.c (streams), pack_finish.c (catalogue, manifest, signature),
 * merge.c. Not for anybody else.
 */
#ifndef COCO_PACK_PRIV_H
#define COCO_PACK_PRIV_H

#include "lib/core/io.h"
#include "lib/model/file_map.h"
#include "lib/model/journal_file.h"
#include "lib/model/lanes.h"
#include "lib/model/pack.h"
#include "lib/model/segments.h"
#include "lib/model/transform.h"

/* A stream of packing: consecutive segments of one file (or one shared one), or a digest. */
struct coco_pack_chain {
	bool hash_only;
	uint32_t file;        /* for hash_only, or the file whose digest is carried along */
	size_t first;         /* segments first..first + n - 1 */
	size_t n;
	bool hash;            /* digest the plaintext on the way */
	struct coco_record_midstate start; /* go on from here */
};

/* Scratch that the lanes of one worker share. */
struct coco_pack_worker {
	struct coco_transform_ctx *transform;
	uint8_t *piece;       /* a transformed piece */
};

struct coco_pack {
	const struct coco_run *run;
	const struct coco_pack_request *req;
	struct coco_tree tree;
	struct coco_file_map *maps;         /* per file */
	struct coco_segments segs;
	struct coco_pkg_header header;
	struct coco_outdir out;
	int blobs;                          /* blobs/sha256 */
	struct coco_journal *journal;
	struct coco_record_segment *done;   /* per segment; size 0: not yet */
	struct coco_record_file *files;     /* per file */
	bool *has_digest;                   /* per file */
	struct coco_pack_worker *workers;   /* per worker */
	struct coco_pack_chain *chains;
	size_t n_chains;
	uint64_t resumed;
	uint64_t packed;
};

extern const struct coco_lane_ops coco_pack_ops;

/* Everything that becomes a package; borrowed. */
struct coco_pack_content {
	const struct coco_secret *key;
	const struct coco_pkg_header *header;
	struct coco_cat_file *files;        /* paths, modes, sizes, kinds; no runs: they are
					       filled in while writing */
	size_t n_files;
	const struct coco_record_segment *segments;
	size_t n_segments;
	const struct coco_record_file *digests; /* per file, NULL without digests */
};

/*
 * coco_pack_write - writes catalogue, header, manifest, wraps, signature and
 * index into the layout dirfd whose segment blobs are all there.
 */
int coco_pack_write(const struct coco_run *run, int dirfd, const struct coco_pack_content *c,
		    const struct coco_pack_finish *finish, struct coco_pack_result *ret,
		    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_pack_try_finish - signs and wraps once for nothing, so that a key that
 * cannot sign or receive is found before the work and not after it.
 */
int coco_pack_try_finish(const struct coco_run *run, const struct coco_pack_finish *finish,
			 const struct coco_secret *key, const char *key_id,
			 struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_pack_resume - loads the journal of the adopted directory; RESUME_OTHER
 * when it is not about id. Segments whose blobs are whole count as done.
 */
int coco_pack_resume(struct coco_pack *p, const struct coco_record_identity *id,
		     struct coco_diag *diag) COCO_MUSTUSE;

/* coco_pack_finish_part - part.json of a shard. */
#define COCO_PART_NAME "part.json"
int coco_pack_finish_part(struct coco_pack *p, struct coco_pack_result *ret,
			  struct coco_diag *diag) COCO_MUSTUSE;

/* coco_pack_file_digest - SHA-256 of a file in a directory. */
int coco_pack_file_digest(int dirfd, const char *name, struct coco_digest *ret,
			  struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_pack_entries - catalogue entries of a tree, without runs; takes the
 * dtypes out of maps; gives *ret (n = tree->n).
 */
int coco_pack_entries(const struct coco_tree *tree, struct coco_file_map *maps,
		      struct coco_cat_file **ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_pack_entries_free(struct coco_cat_file *files, size_t n);

/*
 * coco_pack_check_header - that a reader will accept the header: USAGE_VALUE
 * when a version or key id that the caller chose is not possible.
 */
int coco_pack_check_header(const struct coco_pkg_header *h, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_pack_header_text - the encoded header; gives *ret (coco_free). */
int coco_pack_header_text(const struct coco_pkg_header *h, uint8_t **ret, size_t *ret_n,
			  struct coco_diag *diag) COCO_MUSTUSE;

/* coco_pack_header_digest - SHA-256 of the encoded header, for a shard's last record. */
int coco_pack_header_digest(const struct coco_pkg_header *h, uint8_t ret[32],
			    struct coco_diag *diag) COCO_MUSTUSE;

/* coco_pack_default_key_id - the prefix and the package id; given. */
char *coco_pack_default_key_id(const uint8_t package_id[COCO_PACKAGE_ID]);

#endif
