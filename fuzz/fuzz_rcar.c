/*
 * fuzz_rcar.c - the messages of the attestation handshake, told apart by the
 * first byte. Covers coco_rcar_challenge_decode, coco_rcar_token_decode,
 * coco_rcar_key_decode, coco_rcar_key_encode, coco_rcar_bound_text. Asserts
 * that a nonce and a token fit where they go, and that a key that was read is
 * written as one that is read the same.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/broker/rcar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static int read_key(struct coco_view text, struct coco_rcar_key *ret)
{
	struct coco_diag d = { 0 };
	struct coco_json doc;
	int r = coco_json_parse(&doc, text, 1 << 16, NULL);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = coco_jv_as_object(&root, &d);
	if (r == 0)
		r = coco_rcar_key_decode(ret, &root, &d);
	require(r == d.code);
	coco_json_free(&doc);
	return r;
}

static void fuzz_key(struct coco_view text)
{
	struct coco_rcar_key key = { .a = NULL };
	struct coco_rcar_key again = { .a = NULL };
	struct coco_wr wr;
	struct coco_jw jw;

	if (read_key(text, &key) != 0)
		return;
	coco_wr_init(&wr, 1 << 16);
	coco_jw_init(&jw, &wr, false);
	coco_rcar_key_encode(&jw, &key);
	require(wr.code == 0 && read_key(coco_wr_view(&wr), &again) == 0);
	require(strcmp(key.crv, again.crv) == 0 && strcmp(key.a, again.a) == 0 &&
		strcmp(key.b, again.b) == 0);
	coco_wr_free(&wr);
	coco_wr_init(&wr, 1 << 16);
	coco_rcar_bound_text(&wr, "n", &key, "");
	require(wr.code == 0);
	coco_wr_free(&wr);
	coco_rcar_key_clear(&key);
	coco_rcar_key_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_rcar_challenge challenge;
	struct coco_diag d = { 0 };
	char *token = NULL;

	if (size == 0)
		return 0;
	struct coco_view text = coco_view_of(data + 1, size - 1);
	if (data[0] == 'k') {
		fuzz_key(text);
	} else if (data[0] == 't') {
		int r = coco_rcar_token_decode(&token, text, &d);

		require(r == d.code && (r == 0) == (token != NULL));
		require(token == NULL || strpbrk(token, "\r\n \t") == NULL);
		coco_free(token);
	} else {
		int r = coco_rcar_challenge_decode(&challenge, text, &d);

		require(r == d.code);
		require(r != 0 || strlen(challenge.nonce) <= COCO_RCAR_NONCE_MAX);
	}
	return 0;
}
