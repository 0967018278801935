/*
 * test_anchor.c - which keys a caller trusts: chains of every shape, with
 * dates, issuers that may not issue, roots that came from elsewhere.
 */
#include "lib/evidence/anchor.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/mint_token.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

struct world {
	struct coco_pki_cert *root, *middle, *leaf;
	struct coco_cert *middle_cert, *leaf_cert;
	struct coco_collateral collateral, roots;
	struct coco_result result;
	int used[8], used_roots[8];
	struct coco_appraisal a;
};

static void make(struct world *w, const struct coco_pki_spec *root,
		 const struct coco_pki_spec *middle, const struct coco_pki_spec *leaf, int64_t at)
{
	memset(w, 0, sizeof(*w));
	w->root = coco_pki_issue(root, NULL);
	w->middle = coco_pki_issue(middle, w->root);
	w->leaf = coco_pki_issue(leaf, w->middle);
	assert_int_equal(coco_cert_parse(&w->middle_cert, coco_view_of(w->middle->der,
								       w->middle->n_der), NULL), 0);
	assert_int_equal(coco_cert_parse(&w->leaf_cert, coco_view_of(w->leaf->der, w->leaf->n_der),
					 NULL), 0);
	coco_collateral_init(&w->collateral);
	coco_collateral_init(&w->roots);
	coco_result_init(&w->result, at);
	memset(w->used, 0xff, sizeof(w->used));
	memset(w->used_roots, 0xff, sizeof(w->used_roots));
	w->a = (struct coco_appraisal){ .collateral = &w->collateral, .extra_roots = &w->roots,
					.at = at, .result = &w->result, .used = w->used,
					.used_roots = w->used_roots };
}

static void unmake(struct world *w)
{
	coco_pki_free(w->root);
	coco_pki_free(w->middle);
	coco_pki_free(w->leaf);
	coco_cert_free(w->middle_cert);
	coco_cert_free(w->leaf_cert);
	coco_collateral_free(&w->collateral);
	coco_collateral_free(&w->roots);
	coco_result_free(&w->result);
}

static void put(struct coco_collateral *c, const struct coco_pki_cert *cert)
{
	assert_int_equal(coco_collateral_add(c, COCO_COLL_CERT,
					     coco_view_of(cert->der, cert->n_der), "x", NULL,
					     NULL), 0);
}

static void chain(struct world *w, bool extra, enum coco_checked outcome, const char *reason)
{
	struct coco_cert *list[] = { w->middle_cert };
	struct coco_anchor t;

	assert_int_equal(coco_anchor_chain(&w->a, w->leaf_cert, list, extra ? 1 : 0, "key", &t,
					   NULL), 0);
	assert_int_equal(t.outcome, outcome);
	assert_string_equal(t.reason, reason);
	if (outcome != COCO_CHECKED_PASS)
		assert_true(t.actual[0] != '\0' && t.next[0] != '\0');
}

static void test_paths(void **state COCO_UNUSED)
{
	struct world w;

	make(&w, &coco_pki_root, &coco_pki_intermediate, &coco_pki_leaf, COCO_PKI_NOW);
	chain(&w, true, COCO_CHECKED_MISSING, "COLL_MISSING:trust-root");
	w.a.extra_roots = NULL;
	chain(&w, true, COCO_CHECKED_MISSING, "COLL_MISSING:trust-root");
	w.a.extra_roots = &w.roots;
	put(&w.collateral, w.root);   /* being among the collateral is no trust */
	chain(&w, true, COCO_CHECKED_MISSING, "COLL_MISSING:trust-root");
	put(&w.roots, w.root);
	chain(&w, true, COCO_CHECKED_PASS, "");
	assert_true(w.result.has_not_after && w.result.not_after == COCO_PKI_END);
	assert_int_equal(w.result.n_inputs, 1);   /* the root; the others came along */
	chain(&w, false, COCO_CHECKED_MISSING, "COLL_MISSING:issuer");
	put(&w.collateral, w.middle);
	chain(&w, false, COCO_CHECKED_PASS, "");
	assert_int_equal(w.result.n_inputs, 2);
	unmake(&w);
	/* an intermediate or the leaf itself may be named */
	make(&w, &coco_pki_root, &coco_pki_intermediate, &coco_pki_leaf, COCO_PKI_NOW);
	put(&w.roots, w.middle);
	chain(&w, false, COCO_CHECKED_PASS, "");
	unmake(&w);
	make(&w, &coco_pki_root, &coco_pki_intermediate, &coco_pki_leaf, COCO_PKI_NOW);
	put(&w.roots, w.leaf);
	chain(&w, false, COCO_CHECKED_PASS, "");
	unmake(&w);
	/* the chain ends at a root of somebody else */
	make(&w, &coco_pki_root, &coco_pki_intermediate, &coco_pki_leaf, COCO_PKI_NOW);
	struct coco_pki_cert *other = coco_pki_issue(&coco_pki_root, NULL);
	put(&w.roots, other);
	put(&w.collateral, w.root);
	chain(&w, true, COCO_CHECKED_FAIL, "COLL_UNTRUSTED:Test Root");
	coco_pki_free(other);
	unmake(&w);
}

static void test_dates(void **state COCO_UNUSED)
{
	static const struct {
		int64_t at;
		enum coco_checked outcome;
		const char *reason;
	} list[] = {
		{ COCO_PKI_START - 1, COCO_CHECKED_FAIL,
		  "COLL_NOT_YET_VALID:Model Signer@2023-11-14T22:13:20Z" },
		{ COCO_PKI_START, COCO_CHECKED_PASS, "" },
		{ COCO_PKI_NOW + 9, COCO_CHECKED_PASS, "" },
		{ COCO_PKI_NOW + 11, COCO_CHECKED_FAIL,
		  "COLL_EXPIRED:Test Intermediate@2027-01-15T08:00:10Z" },
		{ COCO_PKI_END, COCO_CHECKED_FAIL,
		  "COLL_EXPIRED:Model Signer@2036-07-18T13:20:00Z" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_pki_spec middle = coco_pki_intermediate;
		struct world w;

		middle.not_after = COCO_PKI_NOW + 10;
		make(&w, &coco_pki_root, &middle, &coco_pki_leaf, list[i].at);
		put(&w.roots, w.root);
		chain(&w, true, list[i].outcome, list[i].reason);
		unmake(&w);
	}
}

static void test_issuers(void **state COCO_UNUSED)
{
	struct coco_pki_spec specs[4] = { coco_pki_intermediate, coco_pki_intermediate,
					  coco_pki_intermediate, coco_pki_intermediate };

	specs[0].basic = "critical,CA:FALSE";
	specs[1].basic = NULL;
	specs[2].usage = "critical,digitalSignature";
	specs[3].unknown_critical = true;
	for (size_t i = 0; i < COCO_ARRAY_LEN(specs); i++) {
		struct world w;

		make(&w, &coco_pki_root, &specs[i], &coco_pki_leaf, COCO_PKI_NOW);
		put(&w.roots, w.root);
		if (i < 3)
			chain(&w, true, COCO_CHECKED_MISSING, "COLL_MISSING:issuer");
		else
			chain(&w, true, COCO_CHECKED_FAIL, "COLL_CRITICAL_EXTENSION");
		unmake(&w);
	}
}

static void test_keys(void **state COCO_UNUSED)
{
	struct coco_anchor t;
	struct world w;

	make(&w, &coco_pki_root, &coco_pki_intermediate, &coco_pki_leaf, COCO_PKI_NOW);
	assert_int_equal(coco_anchor_key(&w.a, w.leaf->key, "key", &t, NULL), 0);
	assert_int_equal(t.outcome, COCO_CHECKED_MISSING);
	char *set = coco_mint_jwks(w.root->key, "r", NULL, 0);
	assert_int_equal(coco_collateral_add(&w.roots, COCO_COLL_JWKS,
					     coco_view_of(set, strlen(set)), "x", NULL, NULL), 0);
	assert_int_equal(coco_collateral_add(&w.roots, COCO_COLL_JWKS, coco_view_of("{]", 2), "x",
					     NULL, NULL), 0);
	assert_int_equal(coco_anchor_key(&w.a, w.leaf->key, "key", &t, NULL), 0);
	assert_int_equal(t.outcome, COCO_CHECKED_MISSING);
	assert_int_equal(coco_anchor_key(&w.a, w.root->key, "key", &t, NULL), 0);
	assert_int_equal(t.outcome, COCO_CHECKED_PASS);
	put(&w.roots, w.leaf);
	assert_int_equal(coco_anchor_key(&w.a, w.leaf->key, "key", &t, NULL), 0);
	assert_int_equal(t.outcome, COCO_CHECKED_PASS);
	coco_anchor_check(&w.a, COCO_RESULT_NO_SUBJECT, "x.key", "a title", &t, COCO_ROLE_CALLER);
	assert_int_equal(w.result.checks[0].outcome, COCO_CHECKED_PASS);
	coco_free(set);
	unmake(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_issuers),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
