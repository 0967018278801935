/*
 * id_sign.c - making ID block and ID authentication (see id_sign.h).
 */
#include "lib/measure/id_sign.h"

#include <string.h>

#include "lib/crypto/digest.h"
#include "lib/crypto/ec_numbers.h"

/* A key as the processor reads it, its digest, and its signature over message. */
struct signer {
	struct coco_id_pair point;
	struct coco_id_pair signature;
	uint8_t bytes[COCO_ID_KEY_SIZE];
};

static int sign_with(struct signer *s, const struct coco_key *key, struct coco_view message,
		     struct coco_digest *sha, uint8_t ret_digest[48], struct coco_diag *diag)
{
	int r = coco_ec_point(key, s->point.a, s->point.b, diag);

	if (r == 0)
		r = coco_ec_sign(key, message, s->signature.a, s->signature.b, diag);
	if (r != 0)
		return r;
	coco_id_key_encode(s->bytes, &s->point);
	return coco_digest_once(sha, s->bytes, sizeof(s->bytes), ret_digest, diag);
}

int coco_id_sign(const struct coco_id_block *block, const struct coco_key *id_key,
		 const struct coco_key *author_key, struct coco_id_signed *ret,
		 struct coco_diag *diag)
{
	uint8_t bytes[COCO_ID_BLOCK_SIZE];
	uint8_t digests[2][48] = { { 0 } };
	struct coco_digest *sha;
	struct signer id;
	struct signer author;

	int r = coco_digest_new(&sha, COCO_DIGEST_SHA384, diag);
	if (r != 0)
		return r;
	coco_id_block_encode(bytes, block);
	r = sign_with(&id, id_key, coco_view_of(bytes, sizeof(bytes)), sha, digests[0], diag);
	if (r == 0 && author_key != NULL)
		r = sign_with(&author, author_key, coco_view_of(id.bytes, sizeof(id.bytes)), sha,
			      digests[1], diag);
	coco_digest_free(sha);
	if (r != 0)
		return r;
	const struct coco_id_auth auth = {
		.block_signature = &id.signature,
		.id_key = &id.point,
		.key_signature = author_key != NULL ? &author.signature : NULL,
		.author_key = author_key != NULL ? &author.point : NULL,
	};
	ret->has_author = author_key != NULL;
	coco_id_block_encode(ret->block, block);
	coco_id_auth_encode(ret->auth, &auth);
	memcpy(ret->id_key_digest, digests[0], sizeof(digests[0]));
	memcpy(ret->author_key_digest, digests[1], sizeof(digests[1]));
	return 0;
}
