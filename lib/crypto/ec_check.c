/*
 * ec_check.c - P-384 signatures as plain numbers, verified (see ec_check.h).
 */
#include "lib/crypto/ec_check.h"

#include <string.h>

int coco_ec_key(const uint8_t x[COCO_EC_P384], const uint8_t y[COCO_EC_P384],
		struct coco_key **ret, struct coco_diag *diag)
{
	/* SubjectPublicKeyInfo up to the point: id-ecPublicKey, secp384r1 (RFC 5480) */
	static const uint8_t head[] = {
		0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
		0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04,
	};
	uint8_t der[sizeof(head) + 2 * COCO_EC_P384];

	memcpy(der, head, sizeof(head));
	memcpy(der + sizeof(head), x, COCO_EC_P384);
	memcpy(der + sizeof(head) + COCO_EC_P384, y, COCO_EC_P384);
	return coco_key_parse_public(coco_view_of(der, sizeof(der)), ret, diag);
}

int coco_ec_verify(const struct coco_key *key, struct coco_view message,
		   const uint8_t r[COCO_EC_P384], const uint8_t s[COCO_EC_P384],
		   struct coco_diag *diag)
{
	uint8_t raw[2 * COCO_EC_P384];

	if (coco_key_type(key) != COCO_KEY_P384)
		return coco_fail(diag, COCO_E_KEY_TYPE, "a P-384 key is needed, not %s",
				 coco_key_name(key));
	memcpy(raw, r, COCO_EC_P384);
	memcpy(raw + COCO_EC_P384, s, COCO_EC_P384);
	return coco_ec_verify_raw(key, message, coco_view_of(raw, sizeof(raw)), diag);
}
