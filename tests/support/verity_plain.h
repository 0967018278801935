/*
 * verity_plain.h - the root hash and tree of dm-verity computed the plain way:
 * the whole of each level in memory, one hash after the other by OpenSSL.
 */
#ifndef COCO_VERITY_PLAIN_H
#define COCO_VERITY_PLAIN_H

#include "formats/measure/verity.h"

/*
 * coco_test_verity - root hash of data (data_blocks * data_block bytes) and its
 * tree (root level first; coco_free, empty for a single block).
 */
void coco_test_verity(const struct coco_verity_params *p, const uint8_t *data,
		      uint8_t root[COCO_VERITY_DIGEST], uint8_t **ret_tree, size_t *ret_n);

#endif
