/*
 * seal.h - signing and verifying sealed secrets (formats/broker/sealed.h).
 */
#ifndef COCO_SEAL_H
#define COCO_SEAL_H

#include "formats/broker/sealed.h"
#include "lib/crypto/key.h"

/*
 * coco_seal - a vault secret for a resource of the key broker, signed with a
 * private key of P-256; kid and resource are resource URIs (kbs:///...). What
 * was made is read and verified before it is given as *ret (coco_free).
 * Errors: FORMAT_VALUE (an URI), KEY_TYPE, KEY_NOT_PRIVATE.
 */
int coco_seal(const struct coco_key *key, const char *kid, const char *resource, char **ret,
	      struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_unseal - reads a sealed secret and verifies its signature; gives *ret
 * (coco_sealed_free). Errors: those of coco_sealed_decode, KEY_TYPE,
 * VERIFY_SIGNATURE.
 */
int coco_unseal(struct coco_view text, const struct coco_key *key, struct coco_sealed *ret,
		struct coco_diag *diag) COCO_MUSTUSE;

/* coco_seal_jwk - the public half of a P-256 key as the resource for kid; gives *ret. */
int coco_seal_jwk(const struct coco_key *key, char **ret, size_t *ret_n, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_seal_load_public - a public key by reference: JWK, PEM, DER, a certificate. */
int coco_seal_load_public(const char *ref, struct coco_key **ret, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
