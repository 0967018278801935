/*
 * verity_tree.h - the root hash of a disk with all cores, its hash tree as
 * veritysetup writes it, and the comparison with a tree that exists. Memory
 * depends on the number of threads, not on the size of the disk.
 */
#ifndef COCO_VERITY_TREE_H
#define COCO_VERITY_TREE_H

#include "formats/measure/verity.h"
#include "lib/core/run.h"
#include "lib/measure/disk.h"

/* Part of a disk; size COCO_DISK_UNKNOWN: to its end. */
struct coco_verity_area {
	struct coco_disk *disk;
	uint64_t at;
	uint64_t size;
};

struct coco_verity_work {
	/* data_blocks 0: all whole blocks of data, whose bytes must be whole blocks */
	struct coco_verity_params params;
	struct coco_verity_area data;
	int out;                       /* descriptor to write the tree to; -1: none */
	uint64_t out_at;               /* offset of the tree there */
	const char *out_name;          /* for messages */
	struct coco_disk *stored;      /* a tree to compare with; NULL: none */
	uint64_t stored_at;            /* offset of the tree there */
};

/* What differs from the stored tree. */
enum coco_verity_difference {
	COCO_VERITY_SAME,
	COCO_VERITY_DATA,              /* data blocks are not what the tree says */
	COCO_VERITY_HASH,              /* a hash block is not what its own parent says */
};

struct coco_verity_found {
	struct coco_verity_params params;   /* with data_blocks */
	uint8_t root[COCO_VERITY_DIGEST];
	enum coco_verity_difference difference;
	uint64_t block;                /* DATA: first data block; HASH: hash block in the tree */
	uint64_t differing;            /* DATA: how many data blocks differ */
};

/*
 * coco_verity_tree - hashes the data once. A root hash is always computed; a
 * difference is no error. Errors: VERITY_PARAMETER (also data that is not
 * whole blocks, and a tree wanted for data of unknown size), those of reading
 * and writing, CANCELLED, LIMIT_MEMORY.
 */
int coco_verity_tree(const struct coco_run *run, const struct coco_verity_work *work,
		     struct coco_verity_found *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
