/*
 * jwk.h - private keys from the JWKs of test vectors.
 */
#ifndef COCO_TEST_JWK_H
#define COCO_TEST_JWK_H

#include "formats/core/json.h"
#include "lib/crypto/key.h"

/* coco_test_jwk - an EC or RSA private key; the caller frees it. */
struct coco_key *coco_test_jwk(const struct coco_jv *jwk);

/* coco_test_ec_private - a private EC key from its scalar (big-endian). */
struct coco_key *coco_test_ec_private(const char *group, const uint8_t *d, size_t n);

#endif
