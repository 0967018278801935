/*
 * test_pki_crl.c - revocation lists.
 */
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/pki_cert.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

static struct coco_pki_cert *root;
static struct coco_pki_cert *twin;    /* the root's name, another key */
static struct coco_pki_cert *other;
static struct coco_diag d;

static int setup(void **state COCO_UNUSED)
{
	root = coco_pki_issue(&coco_pki_root, NULL);
	twin = coco_pki_issue(&coco_pki_root, NULL);
	other = coco_pki_issue(&coco_pki_intermediate, root);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_pki_free(root);
	coco_pki_free(twin);
	coco_pki_free(other);
	return 0;
}

static struct coco_cert *cert(const struct coco_pki_cert *p)
{
	struct coco_cert *c = NULL;

	assert_ok(coco_cert_parse(&c, coco_view_of(p->der, p->n_der), &d), &d);
	return c;
}

static struct coco_crl *list(const struct coco_pki_crl *spec)
{
	struct coco_crl *crl = NULL;
	uint8_t *der;
	size_t n = coco_pki_issue_crl(spec, root, &der);

	coco_diag_init(&d);
	assert_ok(coco_crl_parse(&crl, coco_view_of(der, n), &d), &d);
	coco_free(der);
	return crl;
}

static void test_fields(void **state COCO_UNUSED)
{
	uint8_t numbers[300][2];
	struct coco_view serials[300];
	struct coco_pki_crl spec = { .serials = serials, .n_serials = 300, .number = 7 };

	/* in no order: 7919 has no common factor with 65536 */
	for (unsigned i = 0; i < 300; i++) {
		unsigned v = i * 7919 & 0xffff;

		numbers[i][0] = (uint8_t)(v >> 8);
		numbers[i][1] = (uint8_t)v;
		serials[i] = coco_view_of(numbers[i], 2);
	}
	struct coco_crl *crl = list(&spec);
	assert_string_equal(coco_crl_issuer_text(crl), "CN=Test Root,O=Example");
	assert_true(coco_crl_this_update(crl) == COCO_PKI_START);
	assert_true(coco_crl_has_next_update(crl) && coco_crl_next_update(crl) == COCO_PKI_END);
	assert_int_equal(coco_crl_number(crl).n, 3);
	assert_int_equal(coco_crl_scheme(crl), COCO_CERT_ECDSA_SHA256);
	assert_int_equal(coco_crl_count(crl), 300);
	unsigned found = 0;
	for (unsigned v = 0; v < 65536; v++) {
		uint8_t p[2] = { (uint8_t)(v >> 8), (uint8_t)v };

		found += coco_crl_lists(crl, coco_view_of(p, 2));
	}
	assert_int_equal(found, 300);
	assert_true(coco_crl_lists(crl, coco_view_of("\0\0\0", 3)));
	assert_true(coco_crl_lists(crl, coco_view_of("\0", 1)));
	assert_false(coco_crl_lists(crl, coco_view_of("\1\0\0", 3)));
	assert_false(coco_crl_lists(crl, coco_view_of("", 0)));
	coco_crl_free(crl);
	coco_crl_free(NULL);
}

static void test_empty(void **state COCO_UNUSED)
{
	struct coco_pki_crl spec = { .next_update = -1 };
	struct coco_crl *crl = list(&spec);

	assert_false(coco_crl_has_next_update(crl));
	assert_int_equal(coco_crl_count(crl), 0);
	assert_int_equal(coco_crl_number(crl).n, 0);
	assert_false(coco_crl_lists(crl, coco_view_of("\1", 1)));
	coco_crl_free(crl);
}

static void test_issuer(void **state COCO_UNUSED)
{
	struct coco_pki_crl spec = { .number = 1 };
	struct coco_cert *r = cert(root);
	struct coco_cert *t = cert(twin);
	struct coco_cert *o = cert(other);
	struct coco_crl *crl = list(&spec);

	assert_int_equal(coco_crl_issuer(crl).n, coco_cert_subject(r).n);
	assert_ok(coco_crl_issued_by(crl, r, &d), &d);
	assert_err(coco_crl_issued_by(crl, t, &d), COCO_E_CERT_CHAIN, &d);
	coco_diag_init(&d);
	assert_err(coco_crl_issued_by(crl, o, &d), COCO_E_CERT_CHAIN, &d);
	assert_non_null(strstr(d.message, "another issuer"));
	coco_crl_free(crl);
	spec.limited = true;
	crl = list(&spec);
	coco_diag_init(&d);
	assert_err(coco_crl_issued_by(crl, r, &d), COCO_E_CERT_CHAIN, &d);
	assert_non_null(strstr(d.message, "critical"));
	coco_crl_free(crl);
	spec.limited = false;
	spec.hash = "SHA1";
	crl = list(&spec);
	coco_diag_init(&d);
	assert_err(coco_crl_issued_by(crl, r, &d), COCO_E_CERT_ALGORITHM, &d);
	coco_crl_free(crl);
	coco_cert_free(r);
	coco_cert_free(t);
	coco_cert_free(o);
}

static void test_malformed(void **state COCO_UNUSED)
{
	struct coco_view serial = coco_view_of("\x12\x34", 2);
	struct coco_pki_crl spec = { .serials = &serial, .n_serials = 1 };
	struct coco_cert *r = cert(root);
	struct coco_crl *crl = NULL;
	uint8_t *der;
	size_t n = coco_pki_issue_crl(&spec, root, &der);

	coco_diag_init(&d);
	assert_err(coco_crl_parse(&crl, coco_view_of(der, n - 1), &d), COCO_E_FORMAT_CERT, &d);
	coco_diag_init(&d);
	assert_err(coco_crl_parse(&crl, coco_view_of(root->der, root->n_der), &d),
		   COCO_E_FORMAT_CERT, &d);
	/* no flipped bit leaves a list that its issuer signed */
	for (size_t i = 0; i < n; i++) {
		der[i] ^= 0x04;
		if (coco_crl_parse(&crl, coco_view_of(der, n), NULL) == 0) {
			assert_true(coco_crl_issued_by(crl, r, NULL) != 0);
			coco_crl_free(crl);
			crl = NULL;
		}
		der[i] ^= 0x04;
	}
	coco_diag_init(&d);
	for (unsigned long k = 1; coco_test_alloc_arm(k); k++) {
		int got = coco_crl_parse(&crl, coco_view_of(der, n), &d);
		bool done = coco_test_alloc_check(got, &d);

		coco_crl_free(crl);
		crl = NULL;
		if (done)
			break;
	}
	coco_free(der);
	coco_cert_free(r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_issuer),
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
