/*
 * test_cert_fields.c - certificates read from DER; what is read is compared
 * with what OpenSSL reads of the same bytes.
 */
#include "formats/core/cert_fields.h"

#include <openssl/x509.h>
#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

static struct coco_pki_cert *root;
static struct coco_pki_cert *leaf;
static struct coco_diag d;

static int setup(void **state COCO_UNUSED)
{
	static const struct coco_pki_raw raw[] = {
		{ "1.3.6.1.4.1.3704.1.3.1", "\x02\x01\x07", 3, false },
		{ "1.3.6.1.4.1.99999.7.7", "\x05\x00", 2, true },
		{ NULL, NULL, 0, false },
	};
	struct coco_pki_spec spec = coco_pki_leaf;

	root = coco_pki_issue(&coco_pki_root, NULL);
	spec.raw = raw;
	spec.key_type = "rsa2048";
	spec.not_after = 253402300799LL;   /* 9999-12-31T23:59:59Z */
	leaf = coco_pki_issue(&spec, root);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_pki_free(root);
	coco_pki_free(leaf);
	return 0;
}

static struct coco_view view(const struct coco_pki_cert *c)
{
	return coco_view_of(c->der, c->n_der);
}

static void test_fields(void **state COCO_UNUSED)
{
	struct coco_cert_fields f;
	struct coco_cert_ext ext;
	struct coco_rd rd;
	const unsigned char *name;
	size_t n;

	assert_ok(coco_cert_fields_read(&f, view(leaf), &d), &d);
	assert_true(f.not_before == COCO_PKI_START && f.not_after == 253402300799LL);
	assert_int_equal(f.scheme, COCO_CERT_ECDSA_SHA256);
	assert_int_equal(f.key, COCO_CERT_KEY_RSA);
	assert_int_equal(f.rsa_n.n, 256);
	assert_memory_equal(f.rsa_e.p, "\1\0\1", 3);
	assert_true(!f.is_ca && f.has_usage && !f.usage_cert_sign && !f.usage_crl_sign);
	assert_int_equal(X509_NAME_get0_der(X509_get_issuer_name(leaf->x509), &name, &n), 1);
	assert_int_equal(f.issuer.n, n);
	assert_memory_equal(f.issuer.p, name, n);
	assert_int_equal(X509_NAME_get0_der(X509_get_subject_name(leaf->x509), &name, &n), 1);
	assert_int_equal(f.subject.n, n);
	assert_memory_equal(f.subject.p, name, n);
	unsigned char *der = NULL;
	int k = i2d_PUBKEY(X509_get0_pubkey(leaf->x509), &der);
	assert_int_equal(f.spki.n, k);
	assert_memory_equal(f.spki.p, der, f.spki.n);
	OPENSSL_free(der);
	const ASN1_INTEGER *serial = X509_get0_serialNumber(leaf->x509);
	assert_int_equal(f.serial.n, ASN1_STRING_length(serial));
	assert_memory_equal(f.serial.p, ASN1_STRING_get0_data(serial), f.serial.n);
	coco_rd_init(&rd, f.extensions, 0, &d);
	int count = 0;
	while (coco_cert_ext_next(&rd, &ext)) {
		count++;
		if (coco_cder_oid_is(ext.oid, "1.3.6.1.4.1.99999.7.7"))
			assert_true(ext.critical && ext.value.n == 2);
	}
	assert_int_equal(count, X509_get_ext_count(leaf->x509));
	assert_ok(coco_cert_fields_read(&f, view(root), &d), &d);
	assert_true(f.is_ca && f.usage_cert_sign && f.usage_crl_sign);
	assert_int_equal(f.curve, 256);
	assert_int_equal(f.point.n, 65);
}

/* A byte less at every place, a byte more, and every length byte wrong. */
static void test_cut(void **state COCO_UNUSED)
{
	struct coco_cert_fields f = { .curve = 77 };
	uint8_t *more = coco_alloc(leaf->n_der + 1, 1);

	assert_non_null(more);
	for (size_t n = 0; n < leaf->n_der; n++) {
		uint8_t *p = coco_test_guard(leaf->der, n);

		coco_diag_init(&d);
		assert_err(coco_cert_fields_read(&f, coco_view_of(p, n), &d), COCO_E_FORMAT_CERT,
			   &d);
		coco_test_unguard(p, n);
	}
	memcpy(more, leaf->der, leaf->n_der);
	more[leaf->n_der] = 0;
	coco_diag_init(&d);
	assert_err(coco_cert_fields_read(&f, coco_view_of(more, leaf->n_der + 1), &d),
		   COCO_E_FORMAT_CERT, &d);
	assert_true(d.has_offset && d.offset == leaf->n_der);
	assert_int_equal(f.curve, 77);
	coco_free(more);
	coco_diag_init(&d);
	assert_err(coco_cert_fields_read(&f, coco_view_of("", COCO_CERT_DER_MAX + 1), &d),
		   COCO_E_LIMIT_SIZE, &d);
}

/* Each bit of each byte: read or refused, never past the end; what is read stays inside. */
static void inside(struct coco_view v, const uint8_t *p, size_t n)
{
	if (v.n != 0)
		assert_true(v.p >= p && v.n <= n && (size_t)(v.p - p) <= n - v.n);
}

static void test_flips(void **state COCO_UNUSED)
{
	uint8_t *p = coco_test_guard(leaf->der, leaf->n_der);

	for (size_t i = 0; i < 8 * leaf->n_der; i++) {
		struct coco_cert_fields f;

		p[i / 8] ^= (uint8_t)(1U << i % 8);
		coco_diag_init(&d);
		int r = coco_cert_fields_read(&f, coco_view_of(p, leaf->n_der), &d);
		if (r == 0) {
			inside(f.tbs, p, leaf->n_der);
			inside(f.serial, p, leaf->n_der);
			inside(f.issuer, p, leaf->n_der);
			inside(f.rsa_n, p, leaf->n_der);
			inside(f.extensions, p, leaf->n_der);
			inside(f.signature, p, leaf->n_der);
		} else {
			assert_err(r, COCO_E_FORMAT_CERT, &d);
		}
		p[i / 8] ^= (uint8_t)(1U << i % 8);
	}
	coco_test_unguard(p, leaf->n_der);
}

/* Replaces the first place where old stands; the lengths are the same. */
static void with(const char *old, const char *fresh, size_t n, int want)
{
	struct coco_cert_fields f;
	uint8_t *copy = coco_memdup(leaf->der, leaf->n_der);
	uint8_t *at = memmem(copy, leaf->n_der, old, n);

	assert_non_null(at);
	memcpy(at, fresh, n);
	coco_diag_init(&d);
	int r = coco_cert_fields_read(&f, coco_view_of(copy, leaf->n_der), &d);
	assert_int_equal(r, want);
	assert_int_equal(d.code, want);
	coco_free(copy);
}

static void test_values(void **state COCO_UNUSED)
{
	/* version 4, version 1 with extensions, another algorithm inside than outside */
	with("\xa0\x03\x02\x01\x02", "\xa0\x03\x02\x01\x03", 5, COCO_E_FORMAT_CERT);
	with("\xa0\x03\x02\x01\x02", "\xa0\x03\x02\x01\x00", 5, COCO_E_FORMAT_CERT);
	with("\x2a\x86\x48\xce\x3d\x04\x03\x02", "\x2a\x86\x48\xce\x3d\x04\x03\x03", 8,
	     COCO_E_FORMAT_CERT);
	/* a curve or an RSA exponent that is no integer of DER */
	with("\x02\x03\x01\x00\x01", "\x02\x03\x81\x00\x01", 5, COCO_E_FORMAT_CERT);
	with("\x02\x03\x01\x00\x01", "\x02\x03\x00\x00\x01", 5, COCO_E_FORMAT_CERT);
	/* basicConstraints (55 1d 13) and keyUsage (55 1d 0f) of another shape, or twice */
	with("\x55\x1d\x0f", "\x55\x1d\x13", 3, COCO_E_FORMAT_CERT);
	with("\x55\x1d\x13\x01\x01\xff", "\x55\x1d\x13\x01\x01\xfe", 6, COCO_E_FORMAT_CERT);
	with("\x55\x1d\x25", "\x55\x1d\x0f", 3, COCO_E_FORMAT_CERT);
	/* not critical, written out: seen in the wild */
	with("\x55\x1d\x13\x01\x01\xff", "\x55\x1d\x13\x01\x01\x00", 6, 0);
}

static void test_others(void **state COCO_UNUSED)
{
	struct coco_pki_spec spec = { .subject = "CN=old", .version1 = true };
	struct coco_cert_fields f;

	struct coco_pki_cert *c = coco_pki_issue(&spec, NULL);
	assert_ok(coco_cert_fields_read(&f, view(c), &d), &d);
	assert_true(f.extensions.n == 0 && !f.is_ca && !f.has_usage);
	coco_pki_free(c);
	spec = (struct coco_pki_spec){ .subject = "CN=ed", .key_type = "ed25519",
				       .serial = (const uint8_t *)"\0", .n_serial = 1 };
	c = coco_pki_issue(&spec, NULL);
	assert_ok(coco_cert_fields_read(&f, view(c), &d), &d);
	assert_int_equal(f.key, COCO_CERT_KEY_OTHER);
	assert_int_equal(f.scheme, COCO_CERT_SCHEME_OTHER);
	assert_int_equal(f.serial.n, 1);
	assert_int_equal(f.serial.p[0], 0);
	coco_pki_free(c);
	uint8_t serial[COCO_SERIAL_MAX + 1];
	memset(serial, 0x11, sizeof(serial));
	spec = (struct coco_pki_spec){ .subject = "CN=long", .key_type = "p384",
				       .serial = serial, .n_serial = COCO_SERIAL_MAX };
	c = coco_pki_issue(&spec, NULL);
	assert_ok(coco_cert_fields_read(&f, view(c), &d), &d);
	assert_int_equal(f.serial.n, COCO_SERIAL_MAX);
	assert_int_equal(f.curve, 384);
	coco_pki_free(c);
	spec.n_serial++;
	c = coco_pki_issue(&spec, NULL);
	coco_diag_init(&d);
	assert_err(coco_cert_fields_read(&f, view(c), &d), COCO_E_FORMAT_CERT, &d);
	coco_pki_free(c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
