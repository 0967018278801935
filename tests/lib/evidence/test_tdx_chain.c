/*
 * test_tdx_chain.c - PCK chains and revocation: every defect by name, with the
 * check that fails and its reason.
 */
#include <string.h>

#include "tests/support/support.h"
#include "tests/support/tdx_case.h"

#define D(name) COCO_MINT_TDX_##name

static const char up[] = "UpToDate";

static void test_certificates(void **state COCO_UNUSED)
{
	static const struct coco_tdx_expect list[] = {
		{ D(NO_CERTS), "pck.certificate?COLL_MISSING:pck-certificate", NULL, "" },
		{ D(PCK_OUTSIDE), "", NULL, up },
		{ D(PCK_NO_EXTENSION), "pck.certificate=CERT_INVALID:pck", NULL, "" },
		{ D(PCK_BAD_EXTENSION), "pck.certificate=CERT_INVALID:pck", NULL, "" },
		{ D(PCK_NAME), "pck.certificate=CERT_INVALID:pck", NULL, up },
		{ D(PCK_IS_CA), "pck.certificate=CERT_INVALID:pck", NULL, up },
		{ D(PCK_CRITICAL), "pck.certificate=CERT_INVALID:pck", NULL, up },
		{ D(CA_PROCESSOR), "", NULL, up },
		{ D(CA_MISSING), "pck.issuer?COLL_MISSING:pck-ca", NULL, "" },
		{ D(CA_OTHER_KEY), "pck.issuer=CERT_CHAIN:pck-ca", NULL, "" },
		{ D(CA_NAME), "pck.issuer=CERT_CHAIN:pck-ca", NULL, "" },
		{ D(CA_NO_CA), "pck.issuer=CERT_CHAIN:pck-ca", NULL, "" },
		{ D(ROOT_MISSING), "pck.ca?COLL_MISSING:root", NULL, "" },
		{ D(ROOT_OTHER_KEY), "pck.ca=CERT_CHAIN:root", NULL, "" },
		{ D(ROOT_UNTRUSTED), "pck.root=CERT_ROOT_UNTRUSTED", NULL, up },
	};

	coco_tdx_expect(list, COCO_ARRAY_LEN(list), 4, 2);
}

static void test_dates(void **state COCO_UNUSED)
{
	static const struct coco_tdx_expect list[] = {
		{ D(PCK_EXPIRED), "pck.validity=COLL_EXPIRED:pck-certificate@2026-01-09", NULL,
		  up },
		{ D(PCK_EARLY), "pck.validity=COLL_NOT_YET_VALID:pck-certificate@2026-01-10", NULL,
		  up },
		{ D(CA_EXPIRED), "pck.ca_validity=COLL_EXPIRED:pck-ca@2026-01-09", NULL, up },
		{ D(ROOT_EXPIRED), "pck.root_validity=COLL_EXPIRED:root@2026-01-10", NULL, up },
	};

	coco_tdx_expect(list, COCO_ARRAY_LEN(list), 4, 2);
}

static void test_revocation(void **state COCO_UNUSED)
{
	static const struct coco_tdx_expect list[] = {
		{ D(PCK_REVOKED), "pck.revocation=COLL_REVOKED:5a01", NULL, up },
		{ D(CA_REVOKED), "pck.ca_revocation=COLL_REVOKED:5a02", NULL, up },
		{ D(SIGNING_REVOKED), "tcb_signing.revocation=COLL_REVOKED:5a03", NULL, up },
		{ D(NO_PCK_CRL), "", "revocation ", up },
		{ D(NO_ROOT_CRL), "", "revocation revocation ", up },
		{ D(PCK_CRL_OTHER_KEY), "pck.revocation=COLL_INVALID:pck-crl", NULL, up },
		{ D(PCK_CRL_STALE), "pck.revocation_list=COLL_EXPIRED:pck-crl@2026-01-10", NULL,
		  up },
		{ D(PCK_CRL_EARLY), "pck.revocation_list=COLL_NOT_YET_VALID:pck-crl@2026-01-11",
		  NULL, up },
		{ D(ROOT_CRL_STALE), "pck.ca_revocation_list=COLL_EXPIRED:root-crl@2026-01-09",
		  NULL, up },
		{ D(ROOT_CRL_NO_NEXT), "pck.ca_revocation_list=COLL_EXPIRED:root-crl@2026-01-05",
		  NULL, up },
		/* an old list still says who is revoked */
		{ D(STALE_AND_REVOKED), "pck.revocation=COLL_REVOKED:5a01", NULL, up },
	};

	coco_tdx_expect(list, COCO_ARRAY_LEN(list), 4, 2);
}

/* Another list of the same issuer's name, newer and not signed by it, changes nothing. */
static void test_foreign_list(void **state COCO_UNUSED)
{
	struct coco_tdx_case c;
	struct coco_mint_tdx *other = coco_mint_tdx(4, 2, D(PCK_CRL_OTHER_KEY));
	struct coco_diag d;

	coco_tdx_case_mint(&c, 4, 2, D(NONE));
	coco_diag_init(&d);
	assert_ok(coco_collateral_add(&c.collateral, COCO_COLL_CRL,
				      coco_view_of(other->pck_crl, other->n_pck_crl), "other",
				      NULL, &d), &d);
	assert_ok(coco_tdx_case_judge(&c, COCO_MINT_TDX_AT, &d), &d);
	assert_string_equal(c.failed, "");
	coco_mint_tdx_free(other);
	coco_tdx_case_free(&c);
}

/* A fresh list beside a stale one is the one that counts, in any order. */
static void test_two_lists(void **state COCO_UNUSED)
{
	for (unsigned i = 0; i < 2; i++) {
		struct coco_mint_tdx *other = coco_mint_tdx(4, 2, i == 0 ? D(PCK_CRL_STALE)
									 : D(NONE));
		struct coco_tdx_case c;
		struct coco_diag d;

		coco_tdx_case_mint(&c, 4, 2, i == 0 ? D(NONE) : D(PCK_CRL_STALE));
		coco_diag_init(&d);
		assert_ok(coco_collateral_add(&c.collateral, COCO_COLL_CRL,
					      coco_view_of(other->pck_crl, other->n_pck_crl),
					      "other", NULL, &d), &d);
		assert_ok(coco_tdx_case_judge(&c, COCO_MINT_TDX_AT, &d), &d);
		assert_string_equal(c.failed, "");
		coco_mint_tdx_free(other);
		coco_tdx_case_free(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_certificates), cmocka_unit_test(test_dates),
		cmocka_unit_test(test_revocation),   cmocka_unit_test(test_foreign_list),
		cmocka_unit_test(test_two_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
