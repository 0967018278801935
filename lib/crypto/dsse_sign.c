/*
 * dsse_sign.c - DSSE envelopes (see dsse_sign.h).
 */
#include "lib/crypto/dsse_sign.h"

#include "formats/core/mem.h"

int coco_dsse_sign(const struct coco_key *key, const char *payload_type,
		   struct coco_view payload, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	struct coco_dsse envelope = {   /* borrows */
		.payload = (uint8_t *)(uintptr_t)payload.p, .n_payload = payload.n,
		.payload_type = (char *)(uintptr_t)payload_type,
		.keyid = (char *)(uintptr_t)coco_key_fingerprint_text(key),
	};
	uint8_t *pae = NULL;
	size_t n = 0;
	struct coco_wr wr;
	struct coco_jw jw;

	int r = coco_dsse_pae(payload_type, payload, &pae, &n, diag);
	if (r == 0)
		r = coco_sign(key, coco_view_of(pae, n), 0, &envelope.sig, &envelope.n_sig, diag);
	coco_free(pae);
	if (r != 0)
		return r;
	coco_wr_init(&wr, COCO_DSSE_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_dsse_encode(&jw, &envelope);
	coco_wr_u8(&wr, '\n');
	coco_free(envelope.sig);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

int coco_dsse_verify(const struct coco_key *key, const struct coco_dsse *dsse,
		     struct coco_diag *diag)
{
	uint8_t *pae = NULL;
	size_t n = 0;

	int r = coco_dsse_pae(dsse->payload_type, coco_view_of(dsse->payload, dsse->n_payload),
			      &pae, &n, diag);
	if (r == 0)
		r = coco_verify(key, coco_view_of(pae, n), coco_view_of(dsse->sig, dsse->n_sig), 0,
				diag);
	coco_free(pae);
	return r;
}
