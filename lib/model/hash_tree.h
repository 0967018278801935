/*
 * hash_tree.h - digests of a model's files on all cores.
 *
 * SHA-256 of one file is serial, so speed comes from hashing many files at
 * the same time: each thread streams up to 16 of them through one vector
 * kernel, the largest first, and gives some away when another thread runs out
 * of work. Memory is 1 MiB and at most 16 descriptors per thread, whatever
 * the model. Files are read with pread, not mapped: a file that shrinks is an
 * error, not a signal.
 */
#ifndef COCO_HASH_TREE_H
#define COCO_HASH_TREE_H

#include "formats/model/oms.h"
#include "lib/model/tree.h"

/* Part of a file: bytes start to end - 1. */
struct coco_hash_range {
	size_t file;    /* index in the tree */
	uint64_t start;
	uint64_t end;   /* at most the file's size */
};

/*
 * coco_hash_ranges - the digest of each of n ranges into ret_digests (n times
 * coco_oms_digest_size(hash) bytes). Every file is checked before and after
 * reading to be the scanned one. run->progress advances by bytes; run->cancel
 * is looked at at least every few MiB. Errors: IO_OPEN, IO_READ, IO_CHANGED,
 * OMS_HASH (blake3), CANCELLED, LIMIT_MEMORY; ret_digests is then undefined.
 */
int coco_hash_ranges(const struct coco_run *run, const struct coco_tree *tree,
		     const struct coco_hash_range *ranges, size_t n, enum coco_oms_hash hash,
		     uint8_t *ret_digests, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_hash_tree - SHA-256 of every file of the tree, tree->n times 32 bytes. */
int coco_hash_tree(const struct coco_run *run, const struct coco_tree *tree,
		   uint8_t *ret_digests, struct coco_diag *diag) COCO_MUSTUSE;

#endif
