/*
 * journal.h - what a packing run remembers of finished work, for --resume and
 * for merging shards. A journal is a clear head followed by records; each
 * record is a Cobblestone message under the content key, because piece
 * lengths and plaintext digests are secret.
 *
 *   head:   "cocojnl1" | package id (16)
 *   record: BE32 length of the message | message
 *
 * A journal that was cut in its last record is used up to there.
 */
#ifndef COCO_JOURNAL_H
#define COCO_JOURNAL_H

#include "formats/core/rd.h"
#include "formats/core/wr.h"
#include "formats/model/catalogue.h"

enum {
	COCO_JOURNAL_HEAD = 8 + COCO_PACKAGE_ID,
	COCO_RECORD_MAX = 1 << 30,
};

enum coco_record_type {
	COCO_RECORD_IDENTITY = 1, /* what is being packed; the first record */
	COCO_RECORD_SEGMENT = 2,
	COCO_RECORD_FILE = 3,     /* the digest of one file */
	COCO_RECORD_TREE = 4,     /* paths, modes, sizes of all files: for merging shards */
};

/* coco_record_context - as coco_pkg_context, for records ("…/record"). */
enum { COCO_RECORD_CONTEXT = 31 + 1 + COCO_PACKAGE_ID };
void coco_record_context(uint8_t ret[COCO_RECORD_CONTEXT], const uint8_t id[COCO_PACKAGE_ID]);

/* The run must be about the same tree, layout and options to be continued. */
struct coco_record_identity {
	uint8_t tree[32];      /* SHA-256 over paths, sizes, modes, times */
	uint64_t segment_size;
	uint64_t segment_count;
	uint8_t compress;      /* enum coco_compress */
	uint8_t digests;       /* 1: plaintext digests are wanted */
	uint32_t shard;        /* 0 of 1 when not sharded */
	uint32_t shards;
};

/* A run of a segment and the file that it belongs to. */
struct coco_record_run {
	uint32_t file;
	uint64_t file_offset;
	struct coco_run_at run;
};

/* Digest state of a file at the end of a segment, to go on from there. */
struct coco_record_midstate {
	bool present;
	uint32_t file;
	uint64_t n;            /* bytes hashed so far, a multiple of 64 */
	uint32_t h[8];
};

struct coco_record_file {
	uint32_t file;
	uint8_t sha256[32];
};

struct coco_record_segment {
	uint64_t segment;
	uint8_t digest[32];    /* of the ciphertext */
	uint64_t size;         /* ciphertext bytes */
	struct coco_record_run *runs;
	size_t n_runs;
	size_t cap_runs;
	struct coco_record_file *files; /* files whose digest is complete with this segment */
	size_t n_files;
	size_t cap_files;
	struct coco_record_midstate midstate;
};

/* The files without their runs; the last record of a finished shard. */
struct coco_record_tree {
	uint8_t header[32];    /* SHA-256 of the header as part.json carries it */
	struct coco_cat_file *files;
	size_t n;
};

struct coco_record {
	enum coco_record_type type;
	struct coco_record_identity identity;
	struct coco_record_segment segment;
	struct coco_record_file file;
	struct coco_record_tree tree;
};

/* Plaintext of a record. The decoder is total: RECORD on anything odd. */
void coco_record_encode(struct coco_wr *wr, const struct coco_record *r);
int coco_record_decode(struct coco_record *ret, struct coco_view in, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_record_free(struct coco_record *r);
void coco_record_segment_free(struct coco_record_segment *s);
void coco_record_tree_free(struct coco_record_tree *t);

/*
 * The plan document of "model plan": one layout for all shards, without any
 * name or size of a file.
 */
struct coco_plan_doc {
	uint8_t package_id[COCO_PACKAGE_ID];
	uint8_t salt[32];
	uint8_t tree[32];      /* SHA-256 over salt, paths, sizes */
	uint64_t segment_size;
	uint64_t share_below;  /* files shorter than this share segments */
	uint64_t segment_count;
	bool ignore_git;
};
void coco_plan_doc_encode(struct coco_wr *wr, const struct coco_plan_doc *p);
int coco_plan_doc_decode(struct coco_plan_doc *ret, struct coco_view text,
			 struct coco_diag *diag) COCO_MUSTUSE;

/* part.json of a finished shard; the journal beside it has the rest. */
struct coco_part_doc {
	struct coco_digest plan;     /* digest of the plan document */
	struct coco_digest journal;  /* digest of the journal file */
	uint32_t shard;              /* 1..shards */
	uint32_t shards;
	struct coco_pkg_header header;
	bool digests;
};
void coco_part_doc_encode(struct coco_wr *wr, const struct coco_part_doc *p);
int coco_part_doc_decode(struct coco_part_doc *ret, struct coco_view text,
			 struct coco_diag *diag) COCO_MUSTUSE;
void coco_part_doc_free(struct coco_part_doc *p);

enum { COCO_PLAN_DOC_MAX = 64 << 10, COCO_SHARDS_MAX = 10000 };

#endif
