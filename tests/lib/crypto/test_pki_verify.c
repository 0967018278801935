/*
 * test_pki_verify.c - signatures of certificates, and plain ECDSA signatures
 * by their keys.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/ec_numbers.h"
#include "lib/crypto/pki_cert.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

static struct coco_diag d;

static struct coco_cert *cert(const struct coco_pki_cert *p)
{
	struct coco_cert *c = NULL;

	coco_diag_init(&d);
	assert_ok(coco_cert_parse(&c, coco_view_of(p->der, p->n_der), &d), &d);
	return c;
}

/* Every algorithm that is taken, and those that are not. */
static void test_schemes(void **state COCO_UNUSED)
{
	static const struct {
		const char *type;
		const char *hash;
		bool pss;
		bool trailer;
		enum coco_cert_scheme scheme;
		int want;
	} cases[] = {
		{ "p256", "SHA256", false, false, COCO_CERT_ECDSA_SHA256, 0 },
		{ "p384", "SHA384", false, false, COCO_CERT_ECDSA_SHA384, 0 },
		{ "p384", "SHA512", false, false, COCO_CERT_ECDSA_SHA512, 0 },
		{ "rsa2048", "SHA256", false, false, COCO_CERT_RSA_SHA256, 0 },
		{ "rsa2048", "SHA384", false, false, COCO_CERT_RSA_SHA384, 0 },
		{ "rsa2048", "SHA512", false, false, COCO_CERT_RSA_SHA512, 0 },
		{ "rsa2048", "SHA256", true, false, COCO_CERT_PSS_SHA256_32, 0 },
		{ "rsa2048", "SHA384", true, false, COCO_CERT_PSS_SHA384_48, 0 },
		{ "rsa2048", "SHA384", true, true, COCO_CERT_PSS_SHA384_48, 0 },
		{ "rsa2048", "SHA512", true, false, COCO_CERT_PSS_SHA512_64, 0 },
		{ "rsa2048", "SHA1", false, false, COCO_CERT_SCHEME_OTHER, COCO_E_CERT_ALGORITHM },
		{ "rsa2048", "SHA1", true, false, COCO_CERT_PSS_OTHER, COCO_E_CERT_ALGORITHM },
		{ "p256", "SHA1", false, false, COCO_CERT_SCHEME_OTHER, COCO_E_CERT_ALGORITHM },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_pki_spec root_spec = coco_pki_root;
		struct coco_pki_spec spec = coco_pki_leaf;

		root_spec.key = coco_pki_cached_key(cases[i].type,
						    cases[i].type[0] == 'r'   ? 0
						    : cases[i].type[1] == '2' ? 1
									      : 2);
		spec.hash = cases[i].hash;
		spec.pss = cases[i].pss;
		spec.pss_trailer = cases[i].trailer;
		struct coco_pki_cert *root = coco_pki_issue(&root_spec, NULL);
		struct coco_pki_cert *leaf = coco_pki_issue(&spec, root);
		struct coco_cert *r = cert(root);
		struct coco_cert *l = cert(leaf);
		assert_int_equal(coco_cert_scheme(l), cases[i].scheme);
		coco_diag_init(&d);
		int got = coco_cert_issued_by(l, r, &d);
		assert_int_equal(got, cases[i].want);
		assert_int_equal(d.code, cases[i].want);
		coco_cert_free(r);
		coco_cert_free(l);
		coco_pki_free(root);
		coco_pki_free(leaf);
	}
}

/* The right name with another key, another name, a key of another kind, each bit of the body. */
static void test_forged(void **state COCO_UNUSED)
{
	struct coco_pki_spec rsa = coco_pki_root;
	struct coco_pki_cert *root = coco_pki_issue(&coco_pki_root, NULL);
	struct coco_pki_cert *twin = coco_pki_issue(&coco_pki_root, NULL);
	struct coco_pki_cert *leaf = coco_pki_issue(&coco_pki_leaf, root);
	struct coco_cert *r = cert(root);
	struct coco_cert *t = cert(twin);
	struct coco_cert *l = cert(leaf);

	rsa.key = coco_pki_cached_key("rsa2048", 0);
	struct coco_pki_cert *kind = coco_pki_issue(&rsa, NULL);
	struct coco_cert *k = cert(kind);
	assert_ok(coco_cert_issued_by(l, r, &d), &d);
	assert_err(coco_cert_issued_by(l, t, &d), COCO_E_CERT_CHAIN, &d);
	coco_diag_init(&d);
	assert_err(coco_cert_issued_by(l, k, &d), COCO_E_CERT_CHAIN, &d);
	coco_diag_init(&d);
	assert_err(coco_cert_issued_by(l, l, &d), COCO_E_CERT_CHAIN, &d);
	assert_string_equal(d.actual, "CN=Test Root,O=Example");
	for (size_t i = 0; i < leaf->n_der; i++) {
		struct coco_cert *c = NULL;

		leaf->der[i] ^= 0x02;
		if (coco_cert_parse(&c, coco_view_of(leaf->der, leaf->n_der), NULL) == 0)
			assert_true(coco_cert_issued_by(c, r, NULL) != 0);
		coco_cert_free(c);
		leaf->der[i] ^= 0x02;
	}
	coco_cert_free(r);
	coco_cert_free(t);
	coco_cert_free(l);
	coco_cert_free(k);
	coco_pki_free(root);
	coco_pki_free(twin);
	coco_pki_free(leaf);
	coco_pki_free(kind);
}

/* Orders of the groups, big-endian (SEC 2). */
static const uint8_t order256[] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
	0x25, 0x51,
};
static const uint8_t order384[] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37,
	0x2d, 0xdf, 0x58, 0x1a, 0x0d, 0xb2, 0x48, 0xb0, 0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc,
	0xc5, 0x29, 0x73,
};

/* Both ways to verify agree. */
static void both(const struct coco_cert *c, struct coco_view xy, struct coco_view m,
		 unsigned bits, struct coco_view rs, int want)
{
	coco_diag_init(&d);
	int r = coco_cert_verify_ec(c, m, bits, rs, &d);
	assert_int_equal(r, want);
	assert_int_equal(d.code, want);
	if (xy.n != 0)
		assert_int_equal(coco_ec_verify_point(xy, m, bits, rs, NULL), want);
}

static void plain(const char *type, unsigned hash, const uint8_t *order)
{
	const struct coco_view m = coco_view_of("message", 7);
	struct coco_pki_spec spec = { .subject = "CN=k", .key_type = type };
	struct coco_pki_cert *p = coco_pki_issue(&spec, NULL);
	struct coco_cert *c = cert(p);
	uint8_t sig[COCO_EC_RAW_MAX + 1] = { 0 };
	uint8_t bad[COCO_EC_RAW_MAX + 1];
	struct coco_cert_fields f;
	size_t n = 0;

	assert_ok(coco_cert_fields_read(&f, coco_view_of(p->der, p->n_der), &d), &d);
	struct coco_view xy = coco_view_of(f.point.p + 1, f.point.n - 1);
	assert_ok(coco_ec_sign_raw(p->key, m, sig, &n, &d), &d);
	if (xy.n > 96)
		xy.n = 0;
	both(c, xy, m, hash, coco_view_of(sig, n), 0);
	both(c, xy, coco_view_of("massage", 7), hash, coco_view_of(sig, n),
	     COCO_E_VERIFY_SIGNATURE);
	both(c, xy, m, hash == 256 ? 384 : 256, coco_view_of(sig, n), COCO_E_VERIFY_SIGNATURE);
	/* wrong lengths */
	both(c, xy, m, hash, coco_view_of(sig, n - 1), COCO_E_VERIFY_SIGNATURE);
	both(c, xy, m, hash, coco_view_of(sig, n + 1), COCO_E_VERIFY_SIGNATURE);
	both(c, xy, m, hash, coco_view_of(sig, 0), COCO_E_VERIFY_SIGNATURE);
	/* r or s 0, the order, the order and r, all ones; swapped */
	for (size_t at = 0; at < n; at += n / 2) {
		memcpy(bad, sig, n);
		memset(bad + at, 0, n / 2);
		both(c, xy, m, hash, coco_view_of(bad, n), COCO_E_VERIFY_SIGNATURE);
		memset(bad + at, 0xff, n / 2);
		both(c, xy, m, hash, coco_view_of(bad, n), COCO_E_VERIFY_SIGNATURE);
		if (order == NULL)
			continue;
		memcpy(bad + at, order, n / 2);
		both(c, xy, m, hash, coco_view_of(bad, n), COCO_E_VERIFY_SIGNATURE);
		bad[at + n / 2 - 1]++;
		both(c, xy, m, hash, coco_view_of(bad, n), COCO_E_VERIFY_SIGNATURE);
	}
	memset(bad, 0, n);
	both(c, xy, m, hash, coco_view_of(bad, n), COCO_E_VERIFY_SIGNATURE);
	memcpy(bad, sig + n / 2, n / 2);
	memcpy(bad + n / 2, sig, n / 2);
	both(c, xy, m, hash, coco_view_of(bad, n), COCO_E_VERIFY_SIGNATURE);
	coco_cert_free(c);
	coco_pki_free(p);
}

static void test_plain(void **state COCO_UNUSED)
{
	plain("p256", 256, order256);
	plain("p384", 384, order384);
	plain("p521", 512, NULL);
}

static void test_points(void **state COCO_UNUSED)
{
	const struct coco_view m = coco_view_of("message", 7);
	uint8_t zero[96] = { 0 };
	struct coco_pki_spec spec = { .subject = "CN=k",
				      .key = coco_pki_cached_key("rsa2048", 0) };

	coco_diag_init(&d);
	assert_err(coco_ec_verify_point(coco_view_of(zero, 96), m, 384, coco_view_of(zero, 96),
					&d), COCO_E_KEY_FORMAT, &d);
	coco_diag_init(&d);
	assert_err(coco_ec_verify_point(coco_view_of(zero, 64), m, 256, coco_view_of(zero, 64),
					&d), COCO_E_KEY_FORMAT, &d);
	coco_diag_init(&d);
	assert_err(coco_ec_verify_point(coco_view_of(zero, 65), m, 256, coco_view_of(zero, 64),
					&d), COCO_E_KEY_FORMAT, &d);
	struct coco_pki_cert *p = coco_pki_issue(&spec, NULL);
	struct coco_cert *c = cert(p);
	coco_diag_init(&d);
	assert_err(coco_cert_verify_ec(c, m, 384, coco_view_of(zero, 96), &d), COCO_E_KEY_TYPE,
		   &d);
	coco_cert_free(c);
	coco_pki_free(p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schemes),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
