/*
 * x509_evp.h - the OpenSSL side of struct coco_certs, for lib/crypto only.
 */
#ifndef COCO_X509_EVP_H
#define COCO_X509_EVP_H

#include <openssl/types.h>

#include "lib/crypto/x509.h"

/* coco_certs_x509 - certificate i (< count), borrowed. */
X509 *coco_certs_x509(const struct coco_certs *certs, size_t i);

/* coco_x509_info - what a certificate says of itself. */
void coco_x509_info(X509 *cert, struct coco_cert_info *ret);

/* coco_x509_name - a name as UTF-8 text in a new memory BIO, with XN_FLAG_... flags; or NULL. */
BIO *coco_x509_name(const X509_NAME *name, unsigned long flags);

#endif
