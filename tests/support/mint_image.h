/*
 * mint_image.h - a whole guest disk: GPT, EFI system partition with
 * systemd-boot and a UKI whose command line names the root hash, root and
 * root-verity partitions, and parts that nothing measures. Whole or with any
 * one defect.
 */
#ifndef COCO_MINT_IMAGE_H
#define COCO_MINT_IMAGE_H

#include "formats/measure/verity.h"

struct coco_mint_image {
	bool uki_first;               /* the UKI is EFI/BOOT/BOOTX64.EFI, no systemd-boot */
	bool other_loader;            /* that file is some other program */
	bool no_loader;
	bool no_root_hash;            /* the command line has none */
	bool wrong_root_hash;         /* it has another one */
	bool change_data;             /* one block of root, after it was sealed */
	bool change_tree;             /* one hash block */
	bool wrong_signature;         /* of another root hash */
	bool broken_signature;        /* no JSON */
	bool no_verity;               /* root without hash partition */
	bool two_esps;
	bool odd_uuids;               /* partition UUIDs that are not from the root hash */
};

/* coco_mint_image - the bytes of a disk; coco_free. root (or NULL): its root hash, SHA-256. */
uint8_t *coco_mint_image(const struct coco_mint_image *spec, uint8_t root[COCO_VERITY_DIGEST],
			 size_t *ret_n);

#endif
