/*
 * verity_image.h - dm-verity of an image: which part of which file is data and
 * which is hashes, the parameters, the root hash, and whether it is the one
 * that was expected.
 */
#ifndef COCO_VERITY_IMAGE_H
#define COCO_VERITY_IMAGE_H

#include "formats/measure/mrecord.h"
#include "formats/measure/verity_cmdline.h"
#include "lib/measure/verity_tree.h"

/* Members of params that were given. */
enum coco_verity_given {
	COCO_VERITY_GIVEN_ALG = 1,
	COCO_VERITY_GIVEN_TYPE = 2,
	COCO_VERITY_GIVEN_DATA_BLOCK = 4,
	COCO_VERITY_GIVEN_HASH_BLOCK = 8,
	COCO_VERITY_GIVEN_DATA_BLOCKS = 16,
	COCO_VERITY_GIVEN_SALT = 32,
	COCO_VERITY_GIVEN_UUID = 64,
};

/* Everything is borrowed; strings may be NULL but image. */
struct coco_verity_ask {
	const char *image;             /* file, device, "-" */
	enum coco_disk_as as;          /* of image */
	const char *partition;         /* of image */
	const char *hash_image;        /* a tree to compare with */
	const char *hash_partition;    /* of hash_image, or else of image */
	uint64_t hash_offset;          /* of the superblock (or tree) in it */
	bool no_superblock;
	unsigned given;                /* enum coco_verity_given */
	struct coco_verity_params params;
	const char *output;            /* file for superblock and tree */
	unsigned output_flags;         /* enum coco_out_flags */
	bool dry_run;                  /* the file is not made */
	size_t n_root;                 /* expected root hash; 0: none */
	uint8_t root[COCO_VERITY_DIGEST];
	bool has_cmdline;              /* words is what a command line holds */
	const struct coco_verity_words *words;
};

enum { COCO_VERITY_CHECKS = COCO_VERITY_WORDS * 2 + 2 };

struct coco_verity_check {
	const char *id;                /* "verity.root_hash"; static */
	bool pass;
	char title[128];
	char expected[2 * COCO_VERITY_DIGEST + 128];
	char actual[2 * COCO_VERITY_DIGEST + 128];
	char detail[160];
};

struct coco_verity_answer {
	struct coco_mrecord record;    /* owned: register verity.root_hash */
	struct coco_verity_found found;
	bool superblock;               /* the hash area has one, or would have */
	uint32_t partition;            /* number, 0: the whole disk */
	uint32_t hash_partition;       /* likewise */
	struct coco_verity_check check[COCO_VERITY_CHECKS];
	size_t n_checks;
};

/*
 * coco_verity_image - computes and compares; gives *ret
 * (coco_verity_answer_free). A mismatch is no error here. Parameters come from
 * the superblock of the tree, else from options, else from the command line's
 * words; what was given and contradicts the superblock is VERITY_PARAMETER.
 * With an expected root hash and a GPT the partitions are found by it, as
 * systemd does. Errors: those of disk.h, partitions.h, verity_tree.h,
 * VERITY_SUPERBLOCK, VERITY_PARAMETER (also a command line without a root
 * hash), EXISTS, IO_WRITE.
 */
int coco_verity_image(const struct coco_run *run, const struct coco_verity_ask *ask,
		      struct coco_verity_answer **ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_verity_answer_free(struct coco_verity_answer *a);   /* NULL is fine */

/* coco_verity_verdict - 0, or VERITY_MISMATCH with both values of the first failed check. */
int coco_verity_verdict(const struct coco_verity_answer *a, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_verity_uuids - the UUIDs that systemd gives the partitions of a root
 * hash of at least 32 bytes: data from its first 16, hashes from its last 16.
 * false when it is shorter.
 */
bool coco_verity_uuids(const uint8_t *root, size_t n, char data[COCO_VERITY_UUID_TEXT],
		       char hash[COCO_VERITY_UUID_TEXT]);

#endif
