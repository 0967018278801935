/*
 * test_crl_fields.c - revocation lists read from DER.
 */
#include <string.h>

#include "formats/core/cert_fields.h"
#include "formats/core/mem.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

static struct coco_pki_cert *root;
static struct coco_diag d;

static int setup(void **state COCO_UNUSED)
{
	root = coco_pki_issue(&coco_pki_root, NULL);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_pki_free(root);
	return 0;
}

static void test_crl(void **state COCO_UNUSED)
{
	const struct coco_view serials[] = {
		coco_view_of("\x7f", 1), coco_view_of("\xff\x00", 2), coco_view_of("\0", 1),
	};
	struct coco_pki_crl spec = { .serials = serials, .n_serials = 3, .number = 300 };
	struct coco_crl_fields f = { .n_revoked = 9 };
	struct coco_view serial;
	struct coco_rd rd;
	uint8_t *der;

	size_t n = coco_pki_issue_crl(&spec, root, &der);
	assert_ok(coco_crl_fields_read(&f, coco_view_of(der, n), &d), &d);
	assert_true(f.this_update == COCO_PKI_START && f.has_next_update &&
		    f.next_update == COCO_PKI_END);
	assert_int_equal(f.n_revoked, 3);
	assert_int_equal(f.number.n, 3);
	assert_memory_equal(f.number.p, "\x40\x01\x2c", 3);
	assert_false(f.unknown_critical);
	assert_int_equal(f.scheme, COCO_CERT_ECDSA_SHA256);
	coco_rd_init(&rd, f.revoked, 0, NULL);
	for (size_t i = 0; i < 3; i++) {
		assert_true(coco_crl_entry(&rd, &serial));
		assert_int_equal(serial.n, serials[i].n);
		assert_memory_equal(serial.p, serials[i].p, serial.n);
	}
	assert_false(coco_crl_entry(&rd, &serial));
	for (size_t k = 0; k < n; k++) {
		uint8_t *p = coco_test_guard(der, k);

		coco_diag_init(&d);
		assert_err(coco_crl_fields_read(&f, coco_view_of(p, k), &d), COCO_E_FORMAT_CERT,
			   &d);
		coco_test_unguard(p, k);
	}
	uint8_t *p = coco_test_guard(der, n);
	for (size_t i = 0; i < 8 * n; i++) {
		p[i / 8] ^= (uint8_t)(1U << i % 8);
		coco_diag_init(&d);
		int r = coco_crl_fields_read(&f, coco_view_of(p, n), &d);
		if (r != 0)
			assert_err(r, COCO_E_FORMAT_CERT, &d);
		p[i / 8] ^= (uint8_t)(1U << i % 8);
	}
	coco_test_unguard(p, n);
	coco_free(der);
}

static void test_crl_forms(void **state COCO_UNUSED)
{
	struct coco_pki_crl spec = { .next_update = -1, .limited = true };
	struct coco_crl_fields f;
	uint8_t *der;

	size_t n = coco_pki_issue_crl(&spec, root, &der);
	assert_ok(coco_crl_fields_read(&f, coco_view_of(der, n), &d), &d);
	assert_true(!f.has_next_update && f.n_revoked == 0 && f.number.n == 0);
	assert_true(f.unknown_critical);
	/* a certificate is no list, and the other way round */
	struct coco_cert_fields c;
	coco_diag_init(&d);
	assert_err(coco_cert_fields_read(&c, coco_view_of(der, n), &d), COCO_E_FORMAT_CERT, &d);
	coco_diag_init(&d);
	assert_err(coco_crl_fields_read(&f, coco_view_of(root->der, root->n_der), &d),
		   COCO_E_FORMAT_CERT, &d);
	coco_diag_init(&d);
	assert_err(coco_crl_fields_read(&f, coco_view_of("", COCO_CRL_DER_MAX + 1), &d),
		   COCO_E_LIMIT_SIZE, &d);
	coco_free(der);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crl),
		cmocka_unit_test(test_crl_forms),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
