/*
 * shelf.h - what the measurements of one search or matrix share: firmware
 * images, read once and unpacked once, and digests of files. Any number of
 * threads may use a shelf. A file is taken as it was when it was first read.
 */
#ifndef COCO_SHELF_H
#define COCO_SHELF_H

#include "formats/measure/linux_setup.h"
#include "lib/crypto/sha256.h"
#include "lib/measure/boot.h"
#include "lib/measure/firmware.h"

enum {
	COCO_SHELF_IMAGES = 8,          /* kept although nobody uses them */
	COCO_SHELF_FILES = 1 << 14,     /* digests that are kept; further ones are not */
};

struct coco_shelf;

/* coco_shelf_new - an empty one. Gives *ret (coco_shelf_free). Errors: LIMIT_MEMORY. */
int coco_shelf_new(struct coco_shelf **ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_shelf_free(struct coco_shelf *s);   /* NULL is fine; after all was given back */

/*
 * coco_shelf_firmware - the image at path; whole: coco_firmware_look was there.
 * An image that is no firmware is refused as often as it is asked for, without
 * being read again. Lends *ret until coco_shelf_return. Errors: those of
 * coco_firmware_load.
 */
int coco_shelf_firmware(struct coco_shelf *s, const char *path, bool whole,
			const struct coco_firmware **ret, struct coco_diag *diag) COCO_MUSTUSE;
void coco_shelf_return(struct coco_shelf *s, const struct coco_firmware *fw); /* NULL is fine */

/* Which digest of a file it is. */
enum coco_shelf_kind {
	COCO_SHELF_WHOLE,        /* of its bytes */
	COCO_SHELF_IMAGE,        /* Authenticode */
	COCO_SHELF_HEAD,         /* none: size, SHA-256 and head */
	COCO_SHELF_PATCHED,      /* Authenticode with this head instead of its own */
};

struct coco_shelf_key {
	enum coco_shelf_kind kind;
	unsigned banks;
	const char *path;
	uint8_t head[COCO_SHA256_SIZE];   /* PATCHED: SHA-256 of the head */
};

/* What is known of a file. */
struct coco_shelf_file {
	struct coco_boot_digests digests;
	uint64_t size;
	uint8_t sha256[COCO_SHA256_SIZE];
	uint8_t head[COCO_LINUX_SETUP_LEAST];   /* HEAD: its first bytes, as far as there are */
};

/*
 * coco_shelf_find - false: not known yet, or s is NULL. coco_shelf_keep - for
 * later; nothing when s is NULL or has COCO_SHELF_FILES. Errors: LIMIT_MEMORY.
 */
bool coco_shelf_find(struct coco_shelf *s, const struct coco_shelf_key *key,
		     struct coco_shelf_file *ret);
int coco_shelf_keep(struct coco_shelf *s, const struct coco_shelf_key *key,
		    const struct coco_shelf_file *file, struct coco_diag *diag) COCO_MUSTUSE;

#endif
