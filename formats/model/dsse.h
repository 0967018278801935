/*
 * dsse.h - Dead Simple Signing Envelope 1.0.2 (packaging.md 1.2).
 *
 * The payload is decoded once; what was verified is what is parsed.
 */
#ifndef COCO_DSSE_H
#define COCO_DSSE_H

#include "formats/core/json.h"

enum {
	COCO_DSSE_MAX = 64 << 20,       /* bytes of an envelope's JSON text */
	COCO_DSSE_TYPE_MAX = 256,       /* bytes of payloadType */
	COCO_DSSE_SIG_MAX = 2048,       /* bytes of a signature */
	COCO_DSSE_KEYID_MAX = 1024,
};

#define COCO_DSSE_TYPE_INTOTO "application/vnd.in-toto+json"

struct coco_dsse {
	uint8_t *payload;       /* owned, as all below; NUL-terminated past n_payload */
	size_t n_payload;
	char *payload_type;
	uint8_t *sig;
	size_t n_sig;
	char *keyid;            /* "" when absent or null; never to be trusted */
};

/*
 * coco_dsse_pae - the bytes that are signed: "DSSEv1 LEN TYPE LEN BODY".
 * Gives *ret (coco_free).
 */
int coco_dsse_pae(const char *type, struct coco_view body, uint8_t **ret, size_t *ret_n,
		  struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_dsse_decode - an envelope with exactly one signature; members it does
 * not know are ignored, as the specification asks. Errors: FORMAT_SIGNATURES
 * for none or several, FORMAT_JSON…, FORMAT_BASE64, FORMAT_VALUE, LIMIT_SIZE.
 * Free with coco_dsse_clear.
 */
int coco_dsse_decode(struct coco_dsse *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_dsse_decode_jv(struct coco_dsse *ret, const struct coco_jv *obj,
			struct coco_diag *diag) COCO_MUSTUSE;

/* coco_dsse_encode - {"payload","payloadType","signatures":[{"sig","keyid"}]}. */
void coco_dsse_encode(struct coco_jw *jw, const struct coco_dsse *dsse);

void coco_dsse_clear(struct coco_dsse *dsse);   /* fine on a zeroed struct */

#endif
