/*
 * test_collateral.c - the set of collateral: each content once, found by name
 * and digest, limits, damaged certificates, running out of memory.
 */
#include "lib/evidence/collateral.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/alloc_fail.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

static void test_certificates(void **state COCO_UNUSED)
{
	struct coco_pki_cert *root = coco_pki_issue(&coco_pki_root, NULL);
	struct coco_pki_cert *other = coco_pki_issue(&coco_pki_root, NULL);   /* the same name */
	struct coco_pki_cert *leaf = coco_pki_issue(&coco_pki_leaf, root);
	struct coco_collateral c;
	struct coco_diag d = { 0 };
	int at = -1;

	coco_collateral_init(&c);
	assert_int_equal(coco_collateral_next(&c, COCO_COLL_CERT, -1), -1);
	assert_int_equal(coco_collateral_subject(&c, coco_view_of("x", 1), -1), -1);
	for (int i = 0; i < 2; i++) {   /* twice: nothing new */
		assert_ok(coco_collateral_add(&c, COCO_COLL_CERT, coco_view_of(leaf->der,
					      leaf->n_der), "a", &at, &d), &d);
		assert_int_equal(at, 0);
		assert_ok(coco_collateral_add(&c, COCO_COLL_CERT, coco_view_of(root->der,
					      root->n_der), "b", &at, &d), &d);
		assert_int_equal(at, 1);
		assert_ok(coco_collateral_add(&c, COCO_COLL_CERT, coco_view_of(other->der,
					      other->n_der), "c", &at, &d), &d);
		assert_int_equal(at, 2);
	}
	assert_int_equal(c.n, 3);
	/* both roots are found by the leaf's issuer, each once */
	unsigned seen = 0;
	for (int i = -1; (i = coco_collateral_subject(&c, coco_cert_issuer(c.v[0].cert), i)) >= 0;)
		seen |= 1U << i;
	assert_int_equal(seen, 6);
	assert_int_equal(coco_collateral_find(&c, c.v[2].sha256), 2);
	assert_int_equal(coco_collateral_next(&c, COCO_COLL_CERT, 1), 2);
	assert_int_equal(coco_collateral_next(&c, COCO_COLL_CRL, -1), -1);
	coco_collateral_free(&c);
	coco_pki_free(root);
	coco_pki_free(other);
	coco_pki_free(leaf);
}

static void test_many(void **state COCO_UNUSED)
{
	struct coco_collateral c;
	struct coco_diag d = { 0 };
	char text[32];

	coco_collateral_init(&c);
	for (int i = 0; i < 1000; i++) {
		int at = -1;

		snprintf(text, sizeof(text), "{\"keys\":[%d]}", i);
		assert_ok(coco_collateral_add(&c, COCO_COLL_JWKS, coco_view_of(text, strlen(text)),
					      "x", &at, &d), &d);
		assert_int_equal(at, i);
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(coco_collateral_find(&c, c.v[i].sha256), i);
	coco_collateral_free(&c);
}

/* A second set with more in it, and without it again. */
static void test_fork(void **state COCO_UNUSED)
{
	struct coco_pki_cert *root = coco_pki_issue(&coco_pki_root, NULL);
	struct coco_pki_cert *other = coco_pki_issue(&coco_pki_root, NULL);   /* the same name */
	struct coco_collateral c;
	struct coco_collateral fork;
	struct coco_diag d = { 0 };
	char text[32];
	int at = -1;

	coco_collateral_init(&c);
	assert_ok(coco_collateral_fork(&fork, &c, &d), &d);   /* of nothing */
	assert_ok(coco_collateral_add(&fork, COCO_COLL_CERT, coco_view_of(root->der, root->n_der),
				      "a", &at, &d), &d);
	coco_collateral_cut(&fork, 0);
	assert_int_equal(coco_collateral_next(&fork, COCO_COLL_CERT, -1), -1);
	coco_collateral_free(&fork);
	assert_ok(coco_collateral_add(&c, COCO_COLL_CERT, coco_view_of(root->der, root->n_der),
				      "a", &at, &d), &d);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++)
		if (coco_test_alloc_check(coco_collateral_fork(&fork, &c, &d), &d))
			break;
	for (int round = 0; round < 3; round++) {
		struct coco_view name = coco_cert_subject(c.v[0].cert);

		assert_ok(coco_collateral_add(&fork, COCO_COLL_CERT,
					      coco_view_of(root->der, root->n_der), "a", &at, &d),
			  &d);
		assert_int_equal(at, 0);
		assert_ok(coco_collateral_add(&fork, COCO_COLL_CERT,
					      coco_view_of(other->der, other->n_der), "b", &at,
					      &d), &d);
		assert_int_equal(at, 1);
		assert_int_equal(coco_collateral_subject(&fork, name, -1), 1);
		assert_int_equal(coco_collateral_subject(&fork, name, 1), 0);
		for (int i = 0; i < 200; i++) {   /* the slots grow meanwhile */
			snprintf(text, sizeof(text), "{\"keys\":[%d]}", i);
			assert_ok(coco_collateral_add(&fork, COCO_COLL_JWKS,
						      coco_view_of(text, strlen(text)), "x", NULL,
						      &d), &d);
		}
		assert_int_equal(fork.n, 202);
		coco_collateral_cut(&fork, 1);
		assert_int_equal(fork.n, 1);
		assert_int_equal(coco_collateral_subject(&fork, name, -1), 0);
		assert_int_equal(coco_collateral_subject(&fork, name, 0), -1);
		assert_int_equal(coco_collateral_next(&fork, COCO_COLL_JWKS, -1), -1);
	}
	coco_collateral_free(&fork);
	assert_int_equal(coco_collateral_find(&c, c.v[0].sha256), 0);
	assert_int_equal(c.v[0].cert != NULL, 1);
	coco_collateral_free(&c);
	coco_pki_free(root);
	coco_pki_free(other);
}

static void test_bad(void **state COCO_UNUSED)
{
	struct coco_pki_cert *root = coco_pki_issue(&coco_pki_root, NULL);
	struct coco_collateral c;
	struct coco_diag d = { 0 };

	coco_collateral_init(&c);
	assert_err(coco_collateral_add(&c, COCO_COLL_CERT, coco_view_of(root->der,
				       root->n_der - 1), "cut.der", NULL, &d),
		   COCO_E_FORMAT_CERT, &d);
	assert_string_equal(d.source, "cut.der");
	coco_diag_init(&d);
	assert_int_not_equal(coco_collateral_add(&c, COCO_COLL_CRL, coco_view_of(root->der,
						 root->n_der), "x", NULL, &d), 0);
	coco_diag_init(&d);
	assert_err(coco_collateral_add(&c, COCO_COLL_RIM, coco_view_of(root->der,
				       (size_t)COCO_COLLATERAL_ITEM + 1), "x", NULL, &d),
		   COCO_E_LIMIT_SIZE, &d);
	assert_int_equal(c.n, 0);
	coco_diag_init(&d);
	assert_err(coco_collateral_add_pem(&c, coco_view_of(
		"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", 60), "k.pem", &d),
		   COCO_E_FORMAT_CERT, &d);
	coco_collateral_free(&c);
	coco_pki_free(root);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_pki_cert *root = coco_pki_issue(&coco_pki_root, NULL);
	struct coco_diag d = { 0 };

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_collateral c;

		coco_collateral_init(&c);
		int r = coco_collateral_add(&c, COCO_COLL_RIM,
					    coco_view_of(root->der, root->n_der), "x", NULL, &d);
		bool done = coco_test_alloc_check(r, &d);
		coco_collateral_free(&c);
		if (done)
			break;
	}
	coco_pki_free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
