/*
 * mac.h - HMAC with SHA-256 (RFC 2104, FIPS 198-1) under a key that comes from
 * a private key: digests of secrets that only its holder can compare.
 */
#ifndef COCO_MAC_H
#define COCO_MAC_H

#include "lib/crypto/key.h"

enum { COCO_MAC_BYTES = 32 };

/*
 * coco_mac_key - a key of 32 bytes for one purpose: the HMAC of purpose under
 * the private key's PKCS#8 text. Gives *ret. KEY_NOT_PRIVATE.
 */
int coco_mac_key(const struct coco_key *key, const char *purpose, struct coco_secret *ret,
		 struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_mac - of label, a NUL, and message: the label tells what the message is,
 * so that the same secret in two places has two digests.
 */
int coco_mac(const struct coco_secret *key, const char *label, struct coco_view message,
	     uint8_t ret[COCO_MAC_BYTES], struct coco_diag *diag) COCO_MUSTUSE;

#endif
