/*
 * content_key.c - the content key of a package (see content_key.h).
 */
#include "lib/crypto/content_key.h"

#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "lib/crypto/random.h"

/* Room for every accepted form, and enough of a wrong file to say what it is. */
enum { FILE_MAX = 16 * 1024 };

int coco_content_key_check(const struct coco_secret *s, struct coco_diag *diag)
{
	uint8_t any = 0;

	if (s->n != COCO_CONTENT_KEY_BYTES)
		return coco_fail(diag, COCO_E_KEY_CONTENT, "the content key has %zu bytes, not %d",
				 s->n, COCO_CONTENT_KEY_BYTES);
	for (size_t i = 0; i < s->n; i++)
		any |= coco_secret_expose(s)[i];
	if (any == 0)
		return coco_fail(diag, COCO_E_KEY_CONTENT, "the content key is all zeros");
	return 0;
}

static int not_a_key(const uint8_t *p, size_t n, struct coco_diag *diag)
{
	if (coco_pem_looks(coco_view_of(p, n))) {
		coco_diag_hint(diag, "this is a PEM file (a signing or identity key); the content "
				     "key is another file, see cococtl key generate");
		return coco_fail(diag, COCO_E_KEY_CONTENT,
				 "a PEM file was given for a content key");
	}
	if (n > 0 && p[0] == '{') {
		coco_diag_hint(diag, "open a key-wraps document with cococtl key unwrap");
		return coco_fail(diag, COCO_E_KEY_CONTENT,
				 "a JSON document was given for a content key");
	}
	return coco_fail(diag, COCO_E_KEY_CONTENT,
			 "%zu bytes, neither 32 raw ones nor hexadecimal or base64 text of them",
			 n);
}

int coco_content_key_parse(const uint8_t *p, size_t n, struct coco_secret *ret,
			   struct coco_diag *diag)
{
	struct coco_secret key = { 0 };
	size_t text = n > 0 && p[n - 1] == '\n' ? n - 1 : n;
	uint8_t *raw = NULL;
	size_t n_raw = 0;
	int r = coco_secret_new(&key, COCO_CONTENT_KEY_BYTES, diag);

	if (r != 0)
		return r;
	if (n == COCO_CONTENT_KEY_BYTES) {
		memcpy(key.p, p, n);
	} else if (text == 2 * COCO_CONTENT_KEY_BYTES &&
		   coco_hex_decode(key.p, key.n, (const char *)p, text, NULL) == 0) {
		r = 0;
	} else if ((text == 43 || text == 44) &&
		   coco_b64_decode(COCO_B64_ANY, (const char *)p, text, &raw, &n_raw, NULL) == 0) {
		if (n_raw == COCO_CONTENT_KEY_BYTES)
			memcpy(key.p, raw, n_raw);
		else
			r = not_a_key(p, n, diag);
		coco_wipe(raw, n_raw);
		coco_free(raw);
	} else {
		r = not_a_key(p, n, diag);
	}
	if (r == 0)
		r = coco_content_key_check(&key, diag);
	if (r != 0) {
		coco_secret_free(&key);
		return r;
	}
	*ret = key;
	return 0;
}

int coco_content_key_load(const char *ref, unsigned flags, struct coco_secret *ret,
			  struct coco_diag *diag)
{
	struct coco_secret text = { 0 };
	int r = coco_keyref_load(ref, FILE_MAX, flags & COCO_KEYREF_INSECURE_PERMISSIONS, &text,
				 diag);

	if (r != 0)
		return r;
	r = coco_content_key_parse(coco_secret_expose(&text), text.n, ret, diag);
	coco_secret_free(&text);
	if (r != 0)
		coco_diag_source(diag, "%s", ref);
	return r;
}

int coco_content_key_generate(struct coco_secret *ret, struct coco_diag *diag)
{
	struct coco_secret key = { 0 };
	int r = coco_secret_new(&key, COCO_CONTENT_KEY_BYTES, diag);

	if (r != 0)
		return r;
	r = coco_random_secret(key.p, key.n, diag);
	if (r != 0) {
		coco_secret_free(&key);
		return r;
	}
	*ret = key;
	return 0;
}
