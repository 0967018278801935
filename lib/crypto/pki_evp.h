/*
 * pki_evp.h - the OpenSSL side of struct coco_cert, for lib/crypto only.
 */
#ifndef COCO_PKI_EVP_H
#define COCO_PKI_EVP_H

#include <openssl/types.h>

#include "lib/crypto/pki_cert.h"

/*
 * coco_pki_evp - a public key from fields: gives *ret, NULL for a kind that is
 * not verified with. FORMAT_CERT when the point is not on its curve.
 */
int coco_pki_evp(const struct coco_cert_fields *f, EVP_PKEY **ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_pki_point - a public key from 04 | x | y on P-curve; gives *ret. KEY_FORMAT. */
int coco_pki_point(struct coco_view point, unsigned curve, EVP_PKEY **ret,
		   struct coco_diag *diag) COCO_MUSTUSE;

/* coco_pki_key - the key of a certificate, borrowed, or NULL. */
EVP_PKEY *coco_pki_key(const struct coco_cert *cert);

/* coco_pki_fields - what was read of a certificate. */
const struct coco_cert_fields *coco_pki_fields(const struct coco_cert *cert);

/*
 * coco_pki_signed_by - whether issuer's key made the signature over tbs by
 * scheme; what: "certificate", "revocation list". CERT_CHAIN, CERT_ALGORITHM.
 */
int coco_pki_signed_by(const struct coco_cert *issuer, struct coco_view tbs,
		       enum coco_cert_scheme scheme, struct coco_view signature,
		       const char *what, struct coco_diag *diag) COCO_MUSTUSE;

#endif
