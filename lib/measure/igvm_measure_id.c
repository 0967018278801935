/*
 * igvm_measure_id.c - the ID block of an IGVM file (see igvm_measure_priv.h).
 */
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "lib/crypto/ec_check.h"
#include "lib/measure/igvm_measure_priv.h"

enum {
	VERSION = 1,
	ALGORITHM = 1,   /* ECDSA P-384 with SHA-384 */
	CURVE = 2,       /* P-384 */
};

/* Whether one key signed a message; *ret_digest is the key's. */
static int judge_key(struct coco_igvm_work *w, const struct coco_id_pair *key,
		     const struct coco_id_pair *signature, struct coco_view message, bool *ret,
		     uint8_t ret_digest[48])
{
	uint8_t bytes[COCO_ID_KEY_SIZE];
	struct coco_diag ignored = { 0 };
	struct coco_key *public = NULL;

	coco_id_key_encode(bytes, key);
	int r = coco_digest_once(w->sha384, bytes, sizeof(bytes), ret_digest, w->diag);
	if (r != 0)
		return r;
	r = coco_ec_key(key->a, key->b, &public, &ignored);
	if (r == 0)
		r = coco_ec_verify(public, message, signature->a, signature->b, &ignored);
	coco_key_free(public);
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(w->diag, r, "no memory to verify a signature");
	*ret = r == 0;
	return 0;
}

static int judge_signatures(struct coco_igvm_work *w, bool *ret)
{
	const struct coco_igvm_id_block *b = &w->id;
	struct coco_id_block block = b->block;
	uint8_t bytes[COCO_ID_BLOCK_SIZE];
	uint8_t key[COCO_ID_KEY_SIZE];
	bool id = false;
	bool author = true;

	block.policy = w->policy;
	coco_id_block_encode(bytes, &block);
	int r = judge_key(w, &b->id_key, &b->signature, coco_view_of(bytes, sizeof(bytes)), &id,
			  w->out->id_key_digest);
	if (r == 0 && b->has_author) {
		coco_id_key_encode(key, &b->id_key);
		r = judge_key(w, &b->author_key, &b->author_signature,
			      coco_view_of(key, sizeof(key)), &author,
			      w->out->author_key_digest);
	}
	bool known = b->version == VERSION && b->id_algorithm == ALGORITHM &&
		     b->id_curve == CURVE &&
		     (!b->has_author ||
		      (b->author_algorithm == ALGORITHM && b->author_curve == CURVE));
	*ret = known && id && author;
	return r;
}

int coco_igvm_judge_id(struct coco_igvm_work *w, const uint8_t digest[48])
{
	struct coco_igvm_measured *out = w->out;
	char text[2][97];

	if (!w->has_id)
		return 0;
	out->has_id_block = true;
	out->has_author = w->id.has_author;
	memcpy(out->id_digest, w->id.block.digest, sizeof(out->id_digest));
	out->id_matches = memcmp(out->id_digest, digest, sizeof(out->id_digest)) == 0;
	int r = judge_signatures(w, &out->id_signed);
	if (r != 0 || w->req->ignore_id_block || (out->id_matches && out->id_signed))
		return r;
	coco_hex_encode(text[0], out->id_digest, 48);
	coco_hex_encode(text[1], digest, 48);
	coco_diag_source(w->diag, "%s", w->req->file);
	coco_diag_expected(w->diag, "%s", text[0]);
	coco_diag_actual(w->diag, "%s", text[1]);
	if (!out->id_matches)
		return coco_fail(w->diag, COCO_E_IGVM_ID_BLOCK,
				 "the ID block demands another launch digest");
	return coco_fail(w->diag, COCO_E_IGVM_ID_BLOCK,
			 "a signature of the ID block does not hold%s",
			 w->has_policy ? "" : ": the file has no guest policy");
}
