/*
 * dsse_sign.h - a payload signed into a DSSE envelope, and back: the plain
 * envelope, without the Sigstore bundle of bundle_sign.h around it.
 */
#ifndef COCO_DSSE_SIGN_H
#define COCO_DSSE_SIGN_H

#include "formats/model/dsse.h"
#include "lib/crypto/sign.h"

/*
 * coco_dsse_sign - the envelope as JSON text with a line end; keyid is the
 * fingerprint of the key. Gives *ret (coco_free). Errors: KEY_NOT_PRIVATE,
 * LIMIT_MEMORY, LIMIT_SIZE.
 */
int coco_dsse_sign(const struct coco_key *key, const char *payload_type,
		   struct coco_view payload, uint8_t **ret, size_t *ret_n,
		   struct coco_diag *diag) COCO_MUSTUSE;

/* coco_dsse_verify - 0 when the signature of a decoded envelope holds; VERIFY_SIGNATURE. */
int coco_dsse_verify(const struct coco_key *key, const struct coco_dsse *dsse,
		     struct coco_diag *diag) COCO_MUSTUSE;

#endif
