/*
 * ec_der.h - an ECDSA signature as DER from r and s, for tests that check
 * signatures of formats with plain numbers.
 */
#ifndef COCO_TEST_EC_DER_H
#define COCO_TEST_EC_DER_H

#include <string.h>

#include "formats/core/base.h"

enum { COCO_EC_DER_MAX = 2 * (48 + 3) + 2 };

static inline size_t coco_test_der_number(uint8_t *ret, const uint8_t *p, size_t n)
{
	while (n > 1 && p[0] == 0) {
		p++;
		n--;
	}
	size_t pad = p[0] >= 0x80 ? 1 : 0;
	ret[0] = 2;
	ret[1] = (uint8_t)(n + pad);
	ret[2] = 0;
	memcpy(ret + 2 + pad, p, n);
	return 2 + pad + n;
}

/* coco_test_ec_der - r and s of 48 bytes, big-endian; the length. */
static inline size_t coco_test_ec_der(uint8_t ret[COCO_EC_DER_MAX], const uint8_t *r,
				      const uint8_t *s)
{
	size_t n = coco_test_der_number(ret + 2, r, 48);

	n += coco_test_der_number(ret + 2 + n, s, 48);
	ret[0] = 0x30;
	ret[1] = (uint8_t)n;
	return n + 2;
}

#endif
