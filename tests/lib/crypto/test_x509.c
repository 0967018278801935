/*
 * test_x509.c - lists of certificates.
 */
#include "lib/crypto/x509.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

static struct coco_pki_cert *root;
static struct coco_pki_cert *leaf;

static int setup(void **state COCO_UNUSED)
{
	root = coco_pki_issue(&coco_pki_root, NULL);
	leaf = coco_pki_issue(&coco_pki_leaf, root);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_pki_free(root);
	coco_pki_free(leaf);
	return 0;
}

static char *pem_of(const struct coco_pki_cert *c, const char *label)
{
	char *text = coco_alloc(coco_pem_len(label, c->n_der) + 1, 1);

	assert_non_null(text);
	coco_pem_encode(text, label, c->der, c->n_der);
	return text;
}

static void test_parse(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	struct coco_certs *list = NULL;
	char *a = pem_of(leaf, "CERTIFICATE");
	char *b = pem_of(root, "CERTIFICATE");
	char *both = coco_alloc(strlen(a) + strlen(b) + 32, 1);

	assert_non_null(both);
	sprintf(both, "text before\n%s\ntext between\n%s", a, b);
	assert_ok(coco_certs_new(&list, NULL), NULL);
	assert_ok(coco_certs_parse(list, coco_view_of(both, strlen(both)), &d), &d);
	assert_ok(coco_certs_parse(list, coco_view_of(leaf->der, leaf->n_der), &d), &d);
	assert_int_equal(coco_certs_count(list), 3);
	struct coco_view der = coco_certs_der(list, 1);
	assert_int_equal(der.n, root->n_der);
	assert_memory_equal(der.p, root->der, der.n);
	assert_false(coco_certs_self_signed(list, 0));
	assert_true(coco_certs_self_signed(list, 1));
	struct coco_key *key = NULL;
	assert_ok(coco_certs_key(list, 0, &key, &d), &d);
	assert_true(coco_key_same(key, leaf->key));
	coco_key_free(key);
	coco_certs_free(list);
	coco_free(a);
	coco_free(b);
	coco_free(both);
	coco_certs_free(NULL);
}

static void test_info(void **state COCO_UNUSED)
{
	struct coco_certs *list = coco_pki_list(leaf, NULL, NULL);
	struct coco_cert_info info;

	coco_certs_info(list, 0, &info);
	assert_string_equal(info.subject, "CN=Model Signer,O=Example,C=DE");
	assert_string_equal(info.issuer, "CN=Test Root,O=Example");
	assert_true(info.not_before == COCO_PKI_START);
	assert_true(info.not_after == COCO_PKI_END);
	assert_int_equal(strncmp(info.fingerprint, "sha256:", 7), 0);
	assert_int_equal(strlen(info.fingerprint), 71);
	assert_true(strlen(info.serial) > 8);
	coco_certs_free(list);
}

static void refuse(const void *p, size_t n, int code)
{
	static struct coco_diag d;
	struct coco_certs *list = coco_pki_list(root, NULL, NULL);

	coco_diag_init(&d);
	assert_err(coco_certs_parse(list, coco_view_of(p, n), &d), code, &d);
	assert_int_equal(coco_certs_count(list), 1);   /* as before */
	coco_certs_free(list);
}

static void test_refused(void **state COCO_UNUSED)
{
	char *good = pem_of(leaf, "CERTIFICATE");
	char *other = pem_of(leaf, "TRUSTED CERTIFICATE");
	char *both = coco_alloc(strlen(good) + strlen(other) + 1, 1);

	assert_non_null(both);
	sprintf(both, "%s%s", good, other);
	refuse(both, strlen(both), COCO_E_FORMAT_CERT);
	refuse("", 0, COCO_E_FORMAT_CERT);
	refuse("<html>", 6, COCO_E_FORMAT_CERT);
	refuse(good, strlen(good) - 5, COCO_E_FORMAT_PEM);
	for (size_t n = 0; n < leaf->n_der; n++)
		refuse(leaf->der, n, COCO_E_FORMAT_CERT);
	uint8_t *longer = coco_zalloc(leaf->n_der + 1, 1);
	memcpy(longer, leaf->der, leaf->n_der);
	refuse(longer, leaf->n_der + 1, COCO_E_FORMAT_CERT);
	coco_free(longer);
	uint8_t *big = coco_zalloc(COCO_CERTS_FILE_MAX + 1, 1);
	refuse(big, COCO_CERTS_FILE_MAX + 1, COCO_E_LIMIT_SIZE);
	coco_free(big);
	coco_free(both);
	coco_free(good);
	coco_free(other);
}

static void test_count_limit(void **state COCO_UNUSED)
{
	struct coco_certs *list = NULL;
	struct coco_view der = { leaf->der, leaf->n_der };

	assert_ok(coco_certs_new(&list, NULL), NULL);
	for (int i = 0; i < COCO_CERTS_MAX; i++)
		assert_ok(coco_certs_add_der(list, der, NULL), NULL);
	assert_err(coco_certs_add_der(list, der, NULL), COCO_E_LIMIT_COUNT, NULL);
	coco_certs_free(list);
}

static void test_load(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	struct coco_certs *list = NULL;

	assert_ok(coco_certs_new(&list, NULL), NULL);
	assert_err(coco_certs_load(list, "/nonexistent", &d), COCO_E_IO_OPEN, &d);
	const char *path = coco_test_vectors("packaging/oms/keys/ca-cert.pem");
	if (path != NULL) {
		assert_ok(coco_certs_load(list, path, NULL), NULL);
		assert_int_equal(coco_certs_count(list), 1);
		path = coco_test_vectors("packaging/oms/keys/signing-key-pub.pem");
		coco_diag_init(&d);
		assert_err(coco_certs_load(list, path, &d), COCO_E_FORMAT_CERT, &d);
		assert_string_equal(d.source, path);
	}
	coco_certs_free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),	cmocka_unit_test(test_info),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_count_limit),
		cmocka_unit_test(test_load),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
