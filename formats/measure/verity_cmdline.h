/*
 * verity_cmdline.h - root hashes on kernel command lines, and the words that
 * put them there (measure.md 4.2): systemd's roothash= and usrhash=, the
 * kernel's dm-mod.create=, Kata's kernel_verity_params.
 */
#ifndef COCO_VERITY_CMDLINE_H
#define COCO_VERITY_CMDLINE_H

#include "formats/core/wr.h"
#include "formats/measure/verity.h"

enum coco_verity_kind {
	COCO_VERITY_ROOTHASH,             /* roothash=HEX */
	COCO_VERITY_USRHASH,              /* usrhash=HEX */
	COCO_VERITY_DM_CREATE,            /* a verity target of dm-mod.create= */
	COCO_VERITY_KATA,                 /* root_hash=HEX,salt=HEX,... */
};

enum { COCO_VERITY_WORDS = 16 };      /* root hashes on one command line */

/* A root hash; with DM_CREATE and KATA also the parameters that come with it. */
struct coco_verity_word {
	enum coco_verity_kind kind;
	size_t n_root;
	uint8_t root[COCO_VERITY_DIGEST];
	bool has_alg;                     /* params.alg and params.type are known */
	bool has_params;                  /* block sizes, data_blocks, salt are known */
	struct coco_verity_params params;
	bool has_start;
	uint64_t hash_start;              /* DM_CREATE: first block of the tree */
	char name[64];                    /* DM_CREATE: of the device */
};

struct coco_verity_words {
	struct coco_verity_word word[COCO_VERITY_WORDS];
	size_t n;
};

/* coco_verity_kind_name - "roothash", "usrhash", "dm-mod.create", "kernel_verity_params". */
const char *coco_verity_kind_name(enum coco_verity_kind kind);

/*
 * coco_verity_cmdline_parse - every root hash in a command line (or in Kata's
 * kernel_verity_params alone). None is no error: n is 0. Errors: FORMAT_VALUE
 * with the offset for a word that is one of these and does not have its form,
 * LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_verity_cmdline_parse(struct coco_verity_words *ret, struct coco_view text,
			      struct coco_diag *diag) COCO_MUSTUSE;

/*
 * The words for a root hash, written to wr: "root_hash=...,salt=...",
 * "dm-mod.create=..." as Kata makes it (its devices, no superblock) or with
 * devices of the caller's choice and a superblock or not.
 */
void coco_verity_kata_write(struct coco_wr *wr, const struct coco_verity_params *p,
			    const uint8_t *root);
void coco_verity_dm_write(struct coco_wr *wr, const struct coco_verity_params *p,
			  const uint8_t *root, const char *data_device,
			  const char *hash_device, uint64_t hash_start);

#endif
