/*
 * jwe_write.c - JSON Web Encryption objects (see jwe.h): writing.
 */
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/jwe.h"

static void kv_b64url(struct coco_jw *jw, const char *key, const uint8_t *p, size_t n)
{
	char *text = coco_b64_dup(COCO_B64_URL, p, n);

	if (text == NULL) {
		if (jw->wr->code == 0)
			jw->wr->code = COCO_E_LIMIT_MEMORY;
		return;
	}
	coco_jw_kv_string(jw, key, text);
	coco_free(text);
}

static void kv_bytes(struct coco_jw *jw, const char *key, const struct coco_jwe_bytes *b)
{
	kv_b64url(jw, key, b->p, b->n);
}

/* Those parameters of a recipient that the mask does not leave out. */
static void parameters(struct coco_jw *jw, const struct coco_jwe_recipient *r, unsigned skip)
{
	if ((skip & COCO_JWE_ALG) == 0)
		coco_jw_kv_string(jw, "alg", r->alg);
	if ((skip & COCO_JWE_KID) == 0 && r->kid != NULL)
		coco_jw_kv_string(jw, "kid", r->kid);
	if ((skip & COCO_JWE_EPK) == 0 && r->has_epk) {
		coco_jw_key(jw, "epk");
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "crv", r->epk_crv);
		coco_jw_kv_string(jw, "kty", r->epk_okp ? "OKP" : "EC");
		kv_b64url(jw, "x", r->epk_x, r->n_x);
		if (!r->epk_okp)
			kv_b64url(jw, "y", r->epk_y, r->n_x);
		coco_jw_end(jw, '}');
	}
	if ((skip & COCO_JWE_APU) == 0 && r->apu.n != 0)
		kv_bytes(jw, "apu", &r->apu);
	if ((skip & COCO_JWE_APV) == 0 && r->apv.n != 0)
		kv_bytes(jw, "apv", &r->apv);
}

/* Whether parameters() would write anything. */
static bool has_parameters(const struct coco_jwe_recipient *r, unsigned skip)
{
	return (skip & COCO_JWE_ALG) == 0 || ((skip & COCO_JWE_KID) == 0 && r->kid != NULL) ||
	       ((skip & COCO_JWE_EPK) == 0 && r->has_epk) ||
	       ((skip & COCO_JWE_APU) == 0 && r->apu.n != 0) ||
	       ((skip & COCO_JWE_APV) == 0 && r->apv.n != 0);
}

int coco_jwe_protect(struct coco_jwe *jwe, struct coco_diag *diag)
{
	bool one = jwe->n_recipients == 1;
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_wr_init(&wr, COCO_JWE_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "enc", jwe->enc);
	if (one)
		parameters(&jw, &jwe->recipients[0], 0);
	coco_jw_end(&jw, '}');
	int r = coco_wr_finish(&wr, &text, &n, diag);
	if (r != 0)
		return r;
	char *b64 = coco_b64_dup(COCO_B64_URL, text, n);
	coco_free(text);
	if (b64 == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a JWE");
	coco_free(jwe->protected_b64);
	jwe->protected_b64 = b64;
	jwe->in_protected = COCO_JWE_ENC;
	if (one)
		jwe->in_protected |= COCO_JWE_ALG | COCO_JWE_KID | COCO_JWE_EPK | COCO_JWE_APU |
				     COCO_JWE_APV;
	return 0;
}

static void recipient(struct coco_jw *jw, const struct coco_jwe *jwe, size_t i)
{
	const struct coco_jwe_recipient *r = &jwe->recipients[i];

	if (has_parameters(r, jwe->in_protected)) {
		coco_jw_key(jw, "header");
		coco_jw_begin(jw, '{');
		parameters(jw, r, jwe->in_protected);
		coco_jw_end(jw, '}');
	}
	if (r->key.n != 0)
		kv_bytes(jw, "encrypted_key", &r->key);
}

void coco_jwe_encode(struct coco_jw *jw, const struct coco_jwe *jwe)
{
	coco_jw_begin(jw, '{');
	if (jwe->protected_b64[0] != '\0')
		coco_jw_kv_string(jw, "protected", jwe->protected_b64);
	if ((jwe->in_protected & COCO_JWE_ENC) == 0) {
		coco_jw_key(jw, "unprotected");
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "enc", jwe->enc);
		coco_jw_end(jw, '}');
	}
	if (jwe->n_recipients == 1) {
		recipient(jw, jwe, 0);
	} else {
		coco_jw_key(jw, "recipients");
		coco_jw_begin(jw, '[');
		for (size_t i = 0; i < jwe->n_recipients; i++) {
			coco_jw_begin(jw, '{');
			recipient(jw, jwe, i);
			coco_jw_end(jw, '}');
		}
		coco_jw_end(jw, ']');
	}
	if (jwe->aad_b64 != NULL)
		coco_jw_kv_string(jw, "aad", jwe->aad_b64);
	kv_bytes(jw, "iv", &jwe->iv);
	kv_bytes(jw, "ciphertext", &jwe->ciphertext);
	kv_bytes(jw, "tag", &jwe->tag);
	coco_jw_end(jw, '}');
}

int coco_jwe_aad(const struct coco_jwe *jwe, uint8_t **ret, size_t *ret_n,
		 struct coco_diag *diag)
{
	struct coco_wr wr;

	coco_wr_init(&wr, 2 * COCO_JWE_MAX + 1);
	coco_wr_str(&wr, jwe->protected_b64);
	if (jwe->aad_b64 != NULL) {
		coco_wr_u8(&wr, '.');
		coco_wr_str(&wr, jwe->aad_b64);
	}
	return coco_wr_finish(&wr, ret, ret_n, diag);
}
