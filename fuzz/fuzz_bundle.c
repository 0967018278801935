/*
 * fuzz_bundle.c - Sigstore bundles. Covers coco_bundle_decode,
 * coco_bundle_encode. Asserts that an accepted bundle is written and read
 * back to the same fields, that writing again gives the same bytes, and that
 * what the strict reader takes the lenient one takes too.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/model/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void require_same(const struct coco_bundle *a, const struct coco_bundle *b)
{
	require(a->material == b->material && a->n_certs == b->n_certs);
	require(same_text(a->hint, b->hint));
	for (size_t i = 0; i < a->n_certs; i++)
		require(a->certs[i].n_der == b->certs[i].n_der &&
			memcmp(a->certs[i].der, b->certs[i].der, a->certs[i].n_der) == 0);
	require(a->dsse.n_payload == b->dsse.n_payload && a->dsse.n_sig == b->dsse.n_sig &&
		memcmp(a->dsse.payload, b->dsse.payload, a->dsse.n_payload) == 0 &&
		memcmp(a->dsse.sig, b->dsse.sig, a->dsse.n_sig) == 0 &&
		strcmp(a->dsse.payload_type, b->dsse.payload_type) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_diag d = { 0 };
	struct coco_bundle b = { .hint = NULL };
	struct coco_bundle again = { .hint = NULL };
	uint8_t *text = NULL;
	uint8_t *twice = NULL;
	size_t n = 0;
	size_t n_twice = 0;

	int r = coco_bundle_decode(&b, coco_view_of(data, size), 0, &d);
	require(r == d.code);
	if (r == 0) {
		require(!b.old_media_type);
		coco_bundle_clear(&b);
	}
	int lenient = coco_bundle_decode(&b, coco_view_of(data, size), COCO_BUNDLE_LENIENT, NULL);
	require(r != 0 || lenient == 0);
	if (lenient != 0)
		return 0;
	require((b.n_certs == 0) == (b.material == COCO_BUNDLE_KEY));
	require(coco_bundle_encode(&b, &text, &n, NULL) == 0);
	require(coco_bundle_decode(&again, coco_view_of(text, n), 0, NULL) == 0);
	require_same(&b, &again);
	require(coco_bundle_encode(&again, &twice, &n_twice, NULL) == 0);
	require(n == n_twice && memcmp(text, twice, n) == 0);
	coco_free(text);
	coco_free(twice);
	coco_bundle_clear(&again);
	coco_bundle_clear(&b);
	return 0;
}
