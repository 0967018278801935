/*
 * seal.c - signing and verifying sealed secrets (see seal.h).
 */
#include "lib/broker/seal.h"

#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/resource_id.h"
#include "lib/crypto/ec_numbers.h"

enum {
	SPKI_HEAD = 27,   /* algorithm, curve, and the mark of an uncompressed point */
	SPKI = SPKI_HEAD + 2 * COCO_SEALED_NUMBER,
};

/* SubjectPublicKeyInfo of a point of P-256 (RFC 5480). */
static const uint8_t spki_head[SPKI_HEAD] = {
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
	0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
};

static int check_type(const struct coco_key *key, struct coco_diag *diag)
{
	if (coco_key_type(key) == COCO_KEY_P256)
		return 0;
	return coco_fail(diag, COCO_E_KEY_TYPE, "sealed secrets are signed with p256, this is %s",
			 coco_key_name(key));
}

static int check_uri(const char *uri, const char *what, struct coco_diag *diag)
{
	struct coco_resource_id id;
	int r = coco_resource_id_parse_uri(&id, uri, strlen(uri), diag);

	if (r != 0)
		coco_diag_field(diag, "%s", what);
	return r;
}

int coco_unseal(struct coco_view text, const struct coco_key *key, struct coco_sealed *ret,
		struct coco_diag *diag)
{
	struct coco_sealed s;
	int r = check_type(key, diag);

	if (r == 0)
		r = coco_sealed_decode(&s, text, diag);
	if (r != 0)
		return r;
	r = coco_ec_verify_raw(key, s.signed_part,
			       coco_view_of(s.signature, COCO_SEALED_SIGNATURE), diag);
	if (r != 0)
		coco_sealed_free(&s);
	else
		*ret = s;
	return r;
}

int coco_seal(const struct coco_key *key, const char *kid, const char *resource, char **ret,
	      struct coco_diag *diag)
{
	uint8_t signature[COCO_EC_RAW_MAX] = { 0 };
	struct coco_sealed check;
	char *prepared = NULL;
	char *text = NULL;
	size_t n = 0;

	int r = check_type(key, diag);
	if (r == 0)
		r = check_uri(kid, "kid", diag);
	if (r == 0)
		r = check_uri(resource, "resource", diag);
	if (r == 0)
		r = coco_sealed_prepare(kid, resource, &prepared, diag);
	if (r == 0)
		r = coco_ec_sign_raw(key, coco_view_of(prepared, strlen(prepared)), signature, &n,
				     diag);
	if (r == 0)
		r = coco_sealed_finish(prepared, signature, &text, diag);
	coco_free(prepared);
	if (r == 0)
		r = coco_unseal(coco_view_of(text, strlen(text)), key, &check, diag);
	if (r != 0) {
		coco_free(text);
		return r;
	}
	coco_sealed_free(&check);
	*ret = text;
	return 0;
}

int coco_seal_jwk(const struct coco_key *key, char **ret, size_t *ret_n, struct coco_diag *diag)
{
	uint8_t *der = NULL;
	size_t n = 0;
	int r = check_type(key, diag);

	if (r == 0)
		r = coco_key_public_der(key, &der, &n, diag);
	if (r == 0 && (n != SPKI || memcmp(der, spki_head, SPKI_HEAD) != 0))
		r = coco_fail(diag, COCO_E_KEY_FORMAT, "the key has no uncompressed point");
	if (r == 0)
		r = coco_sealed_jwk_write(der + SPKI_HEAD, der + SPKI_HEAD + COCO_SEALED_NUMBER,
					  ret, ret_n, diag);
	coco_free(der);
	return r;
}

int coco_seal_load_public(const char *ref, struct coco_key **ret, struct coco_diag *diag)
{
	uint8_t der[SPKI];
	struct coco_secret text = { 0 };
	int r = coco_keyref_load(ref, COCO_KEY_FILE_MAX, COCO_KEYREF_PUBLIC, &text, diag);

	if (r != 0)
		return r;
	struct coco_view v = coco_view_of(coco_secret_expose(&text), text.n);
	if (v.p[0] != '{') {
		r = coco_key_parse_public(v, ret, diag);
	} else {
		memcpy(der, spki_head, SPKI_HEAD);
		r = coco_sealed_jwk_read(v, der + SPKI_HEAD, der + SPKI_HEAD + COCO_SEALED_NUMBER,
					 diag);
		if (r == 0)
			r = coco_key_parse_public(coco_view_of(der, SPKI), ret, diag);
	}
	if (r != 0)
		coco_diag_source(diag, "%s", ref);
	coco_secret_free(&text);
	return r;
}
