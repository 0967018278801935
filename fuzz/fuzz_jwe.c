/*
 * fuzz_jwe.c - JSON Web Encryption objects. Covers coco_jwe_decode,
 * coco_jwe_encode, coco_jwe_aad. Asserts that an accepted object keeps its
 * fields and its additional data when it is written and read again, and that
 * writing is stable.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/jwe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static uint8_t *encode(const struct coco_jwe *j, size_t *ret_n)
{
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *text = NULL;

	/* headers repeated per recipient make it longer than it came */
	coco_wr_init(&wr, (size_t)COCO_JWE_MAX * COCO_JWE_RECIPIENTS_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jwe_encode(&jw, j);
	require(coco_wr_finish(&wr, &text, ret_n, NULL) == 0);
	return text;
}

static bool same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_bytes(const struct coco_jwe_bytes *a, const struct coco_jwe_bytes *b)
{
	return a->n == b->n && (a->n == 0 || memcmp(a->p, b->p, a->n) == 0);
}

static void require_same(const struct coco_jwe *a, const struct coco_jwe *b)
{
	require(a->n_recipients == b->n_recipients && same_text(a->enc, b->enc) &&
		same_text(a->protected_b64, b->protected_b64) &&
		same_text(a->aad_b64, b->aad_b64) && same_bytes(&a->iv, &b->iv) &&
		same_bytes(&a->ciphertext, &b->ciphertext) && same_bytes(&a->tag, &b->tag));
	for (size_t i = 0; i < a->n_recipients; i++) {
		const struct coco_jwe_recipient *x = &a->recipients[i];
		const struct coco_jwe_recipient *y = &b->recipients[i];

		require(same_text(x->alg, y->alg) && same_text(x->kid, y->kid) &&
			same_bytes(&x->key, &y->key) && same_bytes(&x->apu, &y->apu) &&
			same_bytes(&x->apv, &y->apv) && x->has_epk == y->has_epk &&
			x->epk_okp == y->epk_okp && strcmp(x->epk_crv, y->epk_crv) == 0 &&
			x->n_x == y->n_x && memcmp(x->epk_x, y->epk_x, x->n_x) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_diag d = { 0 };
	struct coco_jwe j = { .enc = NULL };
	struct coco_jwe again = { .enc = NULL };
	uint8_t *aad = NULL;
	size_t n = 0;
	size_t n_twice = 0;
	size_t n_aad = 0;

	int r = coco_jwe_decode(&j, coco_view_of(data, size), &d);
	require(r == d.code && (r == 0) == (j.enc != NULL));
	if (r != 0)
		return 0;
	require(j.n_recipients > 0 && j.n_recipients <= COCO_JWE_RECIPIENTS_MAX);
	require(coco_jwe_aad(&j, &aad, &n_aad, NULL) == 0);
	require(n_aad >= strlen(j.protected_b64));
	coco_free(aad);
	uint8_t *text = encode(&j, &n);
	if (n <= COCO_JWE_MAX) {
		require(coco_jwe_decode(&again, coco_view_of(text, n), NULL) == 0);
		require_same(&j, &again);
		uint8_t *twice = encode(&again, &n_twice);
		require(n == n_twice && memcmp(text, twice, n) == 0);
		coco_free(twice);
		coco_jwe_clear(&again);
	}
	coco_free(text);
	coco_jwe_clear(&j);
	return 0;
}
