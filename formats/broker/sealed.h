/*
 * sealed.h - sealed secrets of the Confidential Data Hub (broker.md 5.1):
 * "sealed." and a JWS in compact form, ES256, whose payload names a resource
 * of the key broker (vault) or holds an encrypted value (envelope).
 */
#ifndef COCO_SEALED_H
#define COCO_SEALED_H

#include "formats/core/json.h"

enum {
	COCO_SEALED_MAX = 64 * 1024,    /* bytes of a sealed secret */
	COCO_SEALED_SIGNATURE = 64,     /* r | s */
	COCO_SEALED_NUMBER = 32,        /* bytes of a coordinate of P-256 */
};

/* What a sealed secret says; borrows from the two documents. */
struct coco_sealed {
	struct coco_json header;
	struct coco_json payload;
	const char *kid;                /* of the public key: a resource URI or a file's name */
	bool envelope;
	const char *provider;
	const char *name;               /* vault: what is fetched; envelope: the id of its key */
	struct coco_view signed_part;   /* of the text that was given */
	uint8_t signature[COCO_SEALED_SIGNATURE];
};

/*
 * coco_sealed_decode - gives *ret (coco_sealed_free); the text must stay while
 * signed_part is used. The signature is not judged. Errors: SEALED_FORM,
 * SEALED_FAKE (placeholders in place of header or signature), FORMAT_JSON,
 * FORMAT_JSON_TYPE, LIMIT_SIZE.
 */
int coco_sealed_decode(struct coco_sealed *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_sealed_free(struct coco_sealed *s);   /* fine on a zeroed struct */

/* coco_sealed_prepare - what is to be signed for a vault secret of provider kbs; gives *ret. */
int coco_sealed_prepare(const char *kid, const char *resource, char **ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_sealed_finish - the sealed secret, without a line end; gives *ret (coco_free). */
int coco_sealed_finish(const char *prepared, const uint8_t signature[COCO_SEALED_SIGNATURE],
		       char **ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_sealed_jwk_write - a public key as the resource that kid names holds it;
 * gives *ret. coco_sealed_jwk_read - the point of such a text: SEALED_JWK.
 */
int coco_sealed_jwk_write(const uint8_t x[COCO_SEALED_NUMBER], const uint8_t y[COCO_SEALED_NUMBER],
			  char **ret, size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;
int coco_sealed_jwk_read(struct coco_view text, uint8_t ret_x[COCO_SEALED_NUMBER],
			 uint8_t ret_y[COCO_SEALED_NUMBER], struct coco_diag *diag) COCO_MUSTUSE;

#endif
