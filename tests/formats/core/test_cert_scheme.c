/*
 * test_cert_scheme.c - signature algorithms of certificates, names as text.
 * Covers cert_scheme.c.
 */
#include <string.h>

#include "formats/core/cert_fields.h"
#include "tests/support/support.h"

/* RSASSA-PSS with the hash whose last byte is h (1: 256, 2: 384, 3: 512), MGF1 with g. */
static size_t put_pss(uint8_t *ret, uint8_t h, uint8_t g, uint8_t salt, int trailer, bool null)
{
	static const uint8_t oid[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
				       0x0a };
	static const uint8_t mgf[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
				       0x08 };
	uint8_t hash[] = { 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
			   h, 0x05, 0x00 };
	uint8_t k = null ? 15 : 13;
	uint8_t *p = ret + sizeof(oid) + 2;

	hash[1] = (uint8_t)(k - 2);
	memcpy(ret, oid, sizeof(oid));
	*p++ = 0xa0;
	*p++ = k;
	memcpy(p, hash, k);
	p += k;
	*p++ = 0xa1;
	*p++ = (uint8_t)(k + sizeof(mgf) + 2);
	*p++ = 0x30;
	*p++ = (uint8_t)(k + sizeof(mgf));
	memcpy(p, mgf, sizeof(mgf));
	p += sizeof(mgf);
	hash[12] = g;
	memcpy(p, hash, k);
	p += k;
	memcpy(p, (const uint8_t[]){ 0xa2, 0x03, 0x02, 0x01, salt }, 5);
	p += 5;
	if (trailer >= 0) {
		memcpy(p, (const uint8_t[]){ 0xa3, 0x03, 0x02, 0x01, (uint8_t)trailer }, 5);
		p += 5;
	}
	ret[sizeof(oid)] = 0x30;
	ret[sizeof(oid) + 1] = (uint8_t)(p - ret - (long)sizeof(oid) - 2);
	return (size_t)(p - ret);
}

static enum coco_cert_scheme pss(uint8_t h, uint8_t g, uint8_t salt, int trailer, bool null)
{
	uint8_t der[128];
	size_t n = put_pss(der, h, g, salt, trailer, null);

	return coco_cert_scheme_read(coco_view_of(der, n));
}

static void test_pss(void **state COCO_UNUSED)
{
	uint8_t der[130];

	/* trailer absent and present, NULL parameters of the hash absent and present */
	for (int i = 0; i < 4; i++) {
		int trailer = (i & 1) != 0 ? 1 : -1;
		bool null = (i & 2) != 0;

		assert_int_equal(pss(1, 1, 32, trailer, null), COCO_CERT_PSS_SHA256_32);
		assert_int_equal(pss(2, 2, 48, trailer, null), COCO_CERT_PSS_SHA384_48);
		assert_int_equal(pss(3, 3, 64, trailer, null), COCO_CERT_PSS_SHA512_64);
	}
	assert_int_equal(pss(2, 2, 47, -1, true), COCO_CERT_PSS_OTHER);
	assert_int_equal(pss(2, 2, 32, -1, true), COCO_CERT_PSS_OTHER);
	assert_int_equal(pss(2, 1, 48, -1, true), COCO_CERT_PSS_OTHER);
	assert_int_equal(pss(1, 2, 48, -1, true), COCO_CERT_PSS_OTHER);
	assert_int_equal(pss(4, 4, 28, -1, true), COCO_CERT_PSS_OTHER);
	assert_int_equal(pss(2, 2, 48, 0, true), COCO_CERT_PSS_OTHER);
	assert_int_equal(pss(2, 2, 48, 2, true), COCO_CERT_PSS_OTHER);
	size_t n = put_pss(der, 2, 2, 48, -1, true);
	for (size_t k = 0; k < n; k++) {
		enum coco_cert_scheme s = coco_cert_scheme_read(coco_view_of(der, k));

		assert_true(s == COCO_CERT_PSS_OTHER || s == COCO_CERT_SCHEME_OTHER);
	}
	der[n] = 0x05;
	der[n + 1] = 0;
	assert_int_equal(coco_cert_scheme_read(coco_view_of(der, n + 2)), COCO_CERT_PSS_OTHER);
	/* empty parameters mean SHA-1 */
	memcpy(der + 11, "\x30\x00", 2);
	assert_int_equal(coco_cert_scheme_read(coco_view_of(der, 13)), COCO_CERT_PSS_OTHER);
}

static void test_plain(void **state COCO_UNUSED)
{
	static const uint8_t rsa[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
				       0x0b, 0x05, 0x00 };
	static const uint8_t ec[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02,
				      0x05, 0x00 };
	uint8_t p[sizeof(rsa)];

	for (uint8_t i = 0; i < 3; i++) {
		memcpy(p, rsa, sizeof(rsa));
		p[10] = (uint8_t)(0x0b + i);
		assert_int_equal(coco_cert_scheme_read(coco_view_of(p, 13)),
				 (int)COCO_CERT_RSA_SHA256 + i);
		assert_int_equal(coco_cert_scheme_read(coco_view_of(p, 11)),
				 COCO_CERT_SCHEME_OTHER);
		memcpy(p, ec, sizeof(ec));
		p[9] = (uint8_t)(2 + i);
		assert_int_equal(coco_cert_scheme_read(coco_view_of(p, 10)),
				 (int)COCO_CERT_ECDSA_SHA256 + i);
		assert_int_equal(coco_cert_scheme_read(coco_view_of(p, 12)),
				 COCO_CERT_SCHEME_OTHER);
	}
	memcpy(p, rsa, sizeof(rsa));
	p[10] = 0x05;   /* SHA-1 */
	assert_int_equal(coco_cert_scheme_read(coco_view_of(p, 13)), COCO_CERT_SCHEME_OTHER);
	p[10] = 0x04;   /* MD5 */
	assert_int_equal(coco_cert_scheme_read(coco_view_of(p, 13)), COCO_CERT_SCHEME_OTHER);
	assert_int_equal(coco_cert_scheme_read(coco_view_of(p, 0)), COCO_CERT_SCHEME_OTHER);
	for (int i = 0; i <= COCO_CERT_PSS_OTHER; i++)
		assert_true(strlen(coco_cert_scheme_name((enum coco_cert_scheme)i)) > 5);
	assert_string_equal(coco_cert_scheme_name(COCO_CERT_PSS_SHA384_48), "RSA-PSS SHA-384");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pss),
		cmocka_unit_test(test_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
