/*
 * verity.h - dm-verity: the superblock, and where the blocks of its hash tree
 * lie (measure.md 4.1). Hashing is lib/measure/verity_tree.h.
 */
#ifndef COCO_VERITY_H
#define COCO_VERITY_H

#include "formats/core/diag.h"

enum coco_verity_alg {
	COCO_VERITY_SHA1,
	COCO_VERITY_SHA256,
	COCO_VERITY_SHA384,
	COCO_VERITY_SHA512,
};

enum {
	COCO_VERITY_ALGS = 4,
	COCO_VERITY_SUPERBLOCK = 512,     /* bytes */
	COCO_VERITY_SALT = 256,           /* bytes at most */
	COCO_VERITY_DIGEST = 64,          /* bytes at most */
	COCO_VERITY_BLOCK_MIN = 512,
	COCO_VERITY_BLOCK_MAX = 512 << 10,
	COCO_VERITY_LEVELS = 63,
	COCO_VERITY_UUID = 16,
	COCO_VERITY_UUID_TEXT = 37,       /* with the NUL */
};

/* What the root hash depends on (uuid: only the superblock). */
struct coco_verity_params {
	enum coco_verity_alg alg;
	unsigned type;                    /* 1: H(salt | block), 0: H(block | salt), Chrome OS */
	uint32_t data_block;              /* bytes, a power of two, as hash_block */
	uint32_t hash_block;
	uint64_t data_blocks;
	size_t n_salt;
	uint8_t salt[COCO_VERITY_SALT];
	uint8_t uuid[COCO_VERITY_UUID];   /* in the order of its text */
};

/* coco_verity_alg_name - "sha256"; static. */
const char *coco_verity_alg_name(enum coco_verity_alg alg);

/* coco_verity_alg_size - 20, 32, 48 or 64 bytes. */
size_t coco_verity_alg_size(enum coco_verity_alg alg);

/* coco_verity_alg_find - the algorithm of a name; false when it is unknown. */
bool coco_verity_alg_find(const char *name, size_t n, enum coco_verity_alg *ret);

/*
 * coco_verity_superblock_parse - the 512 bytes at the start of a hash area.
 * Errors: VERITY_SUPERBLOCK, FORMAT_SHORT.
 */
int coco_verity_superblock_parse(struct coco_verity_params *ret, struct coco_view bytes,
				 struct coco_diag *diag) COCO_MUSTUSE;

/* coco_verity_superblock_write - the same bytes again. */
void coco_verity_superblock_write(uint8_t ret[COCO_VERITY_SUPERBLOCK],
				  const struct coco_verity_params *p);

/* One level of the tree; level 0 holds the hashes of the data. */
struct coco_verity_level {
	uint64_t blocks;
	uint64_t first;                   /* hash block number from the start of the tree */
};

struct coco_verity_layout {
	size_t digest;                    /* bytes */
	size_t slot;                      /* bytes that each digest takes in a hash block */
	uint64_t per_block;               /* digests of one, at least 2 */
	size_t levels;                    /* 0: a single data block, whose hash is the root */
	struct coco_verity_level level[COCO_VERITY_LEVELS];
	uint64_t blocks;                  /* of all levels; the root level is stored first */
};

/*
 * coco_verity_slots - digest, slot, per_block alone, which do not depend on
 * data_blocks. coco_verity_layout - all of it. Errors: VERITY_PARAMETER for
 * what dm-verity does not allow.
 */
int coco_verity_slots(struct coco_verity_layout *ret, const struct coco_verity_params *p,
		      struct coco_diag *diag) COCO_MUSTUSE;
int coco_verity_layout(struct coco_verity_layout *ret, const struct coco_verity_params *p,
		       struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_verity_tree_at - byte offset of the tree in a hash area whose
 * superblock (or, without one, whose tree) is at offset.
 */
uint64_t coco_verity_tree_at(const struct coco_verity_params *p, uint64_t offset,
			     bool superblock);

/* UUIDs as text, 8-4-4-4-12, bytes in the order of the text; parsing: FORMAT_VALUE. */
void coco_verity_uuid_text(char ret[COCO_VERITY_UUID_TEXT],
			   const uint8_t uuid[COCO_VERITY_UUID]);
int coco_verity_uuid_parse(uint8_t ret[COCO_VERITY_UUID], const char *text,
			   struct coco_diag *diag) COCO_MUSTUSE;

#endif
