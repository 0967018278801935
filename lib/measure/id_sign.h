/*
 * id_sign.h - making ID block and ID authentication of an SEV-SNP guest
 * (measure.md 1.7).
 */
#ifndef COCO_ID_SIGN_H
#define COCO_ID_SIGN_H

#include "formats/measure/id_block.h"
#include "lib/crypto/key.h"

struct coco_id_signed {
	uint8_t block[COCO_ID_BLOCK_SIZE];
	uint8_t auth[COCO_ID_AUTH_SIZE];
	uint8_t id_key_digest[48];       /* as the attestation report shows them */
	bool has_author;
	uint8_t author_key_digest[48];
};

/*
 * coco_id_sign - signs the block with the ID key, and the ID key with the
 * author key (NULL: none). Both are private P-384 keys, borrowed. Errors:
 * KEY_TYPE, KEY_NOT_PRIVATE, LIMIT_MEMORY.
 */
int coco_id_sign(const struct coco_id_block *block, const struct coco_key *id_key,
		 const struct coco_key *author_key, struct coco_id_signed *ret,
		 struct coco_diag *diag) COCO_MUSTUSE;

#endif
