/*
 * id_block.c - ID block and ID authentication (see id_block.h).
 */
#include "formats/measure/id_block.h"

#include <string.h>

enum {
	VERSION = 1,
	ALGORITHM = 1,   /* ECDSA P-384 with SHA-384 */
	CURVE = 2,       /* P-384 */
	FIELD = 72,      /* bytes that a number has room for */
	AT_BLOCK_SIGNATURE = 0x040,
	AT_KEY_SIGNATURE = 0x680,
};

static void put(uint8_t *p, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> (8 * i) & 0xff);
}

void coco_id_block_encode(uint8_t ret[COCO_ID_BLOCK_SIZE], const struct coco_id_block *b)
{
	memcpy(ret, b->digest, 48);
	memcpy(ret + 0x30, b->family, 16);
	memcpy(ret + 0x40, b->image, 16);
	put(ret + 0x50, VERSION, 4);
	put(ret + 0x54, b->svn, 4);
	put(ret + 0x58, b->policy, 8);
}

/* Both numbers, little-endian, each in a field of its own. */
static void put_pair(uint8_t *p, const struct coco_id_pair *pair)
{
	for (size_t i = 0; i < COCO_ID_NUMBER; i++) {
		p[i] = pair->a[COCO_ID_NUMBER - 1 - i];
		p[FIELD + i] = pair->b[COCO_ID_NUMBER - 1 - i];
	}
}

void coco_id_key_encode(uint8_t ret[COCO_ID_KEY_SIZE], const struct coco_id_pair *point)
{
	memset(ret, 0, COCO_ID_KEY_SIZE);
	put(ret, CURVE, 4);
	put_pair(ret + 4, point);
}

void coco_id_auth_encode(uint8_t ret[COCO_ID_AUTH_SIZE], const struct coco_id_auth *auth)
{
	memset(ret, 0, COCO_ID_AUTH_SIZE);
	put(ret, ALGORITHM, 4);
	put_pair(ret + AT_BLOCK_SIGNATURE, auth->block_signature);
	coco_id_key_encode(ret + COCO_ID_AUTH_ID_KEY, auth->id_key);
	if (auth->author_key == NULL)
		return;
	put(ret + 4, ALGORITHM, 4);
	put_pair(ret + AT_KEY_SIGNATURE, auth->key_signature);
	coco_id_key_encode(ret + COCO_ID_AUTH_AUTHOR_KEY, auth->author_key);
}
