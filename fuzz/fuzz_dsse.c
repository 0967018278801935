/*
 * fuzz_dsse.c - DSSE envelopes. Covers coco_dsse_decode, coco_dsse_encode,
 * coco_dsse_pae. Asserts that an accepted envelope is written and read back
 * to the same fields, and that what is signed holds type and payload whole.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/model/dsse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_pae(const struct coco_dsse *e)
{
	size_t n_type = strlen(e->payload_type);
	uint8_t *pae = NULL;
	size_t n = 0;

	require(coco_dsse_pae(e->payload_type, coco_view_of(e->payload, e->n_payload), &pae, &n,
			      NULL) == 0);
	require(n > 7 + n_type + e->n_payload && memcmp(pae, "DSSEv1 ", 7) == 0);
	require(e->n_payload == 0 ||
		memcmp(pae + n - e->n_payload, e->payload, e->n_payload) == 0);
	coco_free(pae);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_diag d = { 0 };
	struct coco_dsse e = { .sig = NULL };
	struct coco_dsse again = { .sig = NULL };
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *text = NULL;
	size_t n = 0;

	int r = coco_dsse_decode(&e, coco_view_of(data, size), &d);
	require(r == d.code && (r == 0) == (e.sig != NULL));
	if (r != 0)
		return 0;
	check_pae(&e);
	coco_wr_init(&wr, COCO_DSSE_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_dsse_encode(&jw, &e);
	require(coco_wr_finish(&wr, &text, &n, NULL) == 0);
	require(coco_dsse_decode(&again, coco_view_of(text, n), NULL) == 0);
	require(again.n_payload == e.n_payload && again.n_sig == e.n_sig &&
		memcmp(again.payload, e.payload, e.n_payload) == 0 &&
		memcmp(again.sig, e.sig, e.n_sig) == 0 &&
		strcmp(again.payload_type, e.payload_type) == 0 &&
		strcmp(again.keyid, e.keyid) == 0);
	coco_free(text);
	coco_dsse_clear(&again);
	coco_dsse_clear(&e);
	return 0;
}
