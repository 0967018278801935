/*
 * test_tdx_tcb.c - TCB info, QE identity and module: every defect by name,
 * which document is chosen, signatures of the shared vectors.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "formats/evidence/qe_identity.h"
#include "formats/evidence/tcb_info.h"
#include "tests/support/measure_vectors.h"
#include "tests/support/support.h"
#include "tests/support/tdx_case.h"

#define D(name) COCO_MINT_TDX_##name

static const char up[] = "UpToDate";

static void test_documents(void **state COCO_UNUSED)
{
	static const struct coco_tdx_expect list[] = {
		{ D(NO_TCB_INFO), "tcb_info.signature?COLL_MISSING:tcb-info", NULL, "" },
		{ D(TCB_SIGNATURE), "tcb_info.signature=COLL_INVALID:tcb-info", NULL, "" },
		{ D(TCB_CHANGED), "tcb_info.signature=COLL_INVALID:tcb-info", NULL, "" },
		{ D(TCB_BY_PCK), "tcb_info.signature=COLL_INVALID:tcb-info", NULL, "" },
		{ D(TCB_BY_CA), "tcb_info.signature=COLL_INVALID:tcb-info", NULL, "" },
		{ D(TCB_EXPIRED), "tcb_info.validity=COLL_EXPIRED:tcb-info@2026-01-10", NULL, up },
		{ D(TCB_EARLY), "tcb_info.validity=COLL_NOT_YET_VALID:tcb-info@2026-01-10", NULL,
		  up },
		{ D(TCB_FMSPC), "tcb_info.signature?COLL_MISSING:tcb-info", NULL, "" },
		{ D(TCB_PCE_ID), "tcb_info.signature?COLL_MISSING:tcb-info", NULL, "" },
		{ D(TCB_SGX), "tcb_info.signature?COLL_MISSING:tcb-info", NULL, "" },
		{ D(TCB_DUPLICATE), "tcb_info.signature?COLL_MISSING:tcb-info", NULL, "" },
		{ D(NO_SIGNING), "qe_identity.signature?COLL_MISSING:tcb-signing "
		  "tcb_info.signature?COLL_MISSING:tcb-signing", NULL, "" },
		{ D(SIGNING_NAME), "qe_identity.signature?COLL_MISSING:tcb-signing "
		  "tcb_info.signature?COLL_MISSING:tcb-signing", NULL, "" },
		{ D(SIGNING_EXPIRED), "tcb_signing.validity=COLL_EXPIRED:tcb-signing@2026-01-09",
		  NULL, up },
		{ D(NO_QE_IDENTITY), "qe_identity.signature?COLL_MISSING:qe-identity", NULL, "" },
		{ D(QE_IDENTITY_OF_SGX), "qe_identity.signature?COLL_MISSING:qe-identity", NULL,
		  "" },
		{ D(QE_IDENTITY_SIGNATURE), "qe_identity.signature=COLL_INVALID:qe-identity", NULL,
		  "" },
		{ D(QE_IDENTITY_EXPIRED),
		  "qe_identity.validity=COLL_EXPIRED:qe-identity@2026-01-05", NULL, up },
	};

	coco_tdx_expect(list, COCO_ARRAY_LEN(list), 4, 2);
}

static void test_identities(void **state COCO_UNUSED)
{
	static const struct coco_tdx_expect list[] = {
		{ D(QE_MR_SIGNER), "qe_identity.match=MEAS_QE_IDENTITY", NULL, "" },
		{ D(QE_PROD), "qe_identity.match=MEAS_QE_IDENTITY", NULL, "" },
		{ D(QE_ATTRIBUTES), "qe_identity.match=MEAS_QE_IDENTITY", NULL, "" },
		{ D(QE_MISC), "qe_identity.match=MEAS_QE_IDENTITY", NULL, "" },
		{ D(MODULE_SIGNER), "module=MEAS_TDX_MODULE", NULL, "" },
		{ D(MODULE_ATTRIBUTES), "module=MEAS_TDX_MODULE", NULL, "" },
		{ D(MODULE_UNKNOWN), "module=MEAS_TDX_MODULE", NULL, "" },
	};

	coco_tdx_expect(list, COCO_ARRAY_LEN(list), 4, 2);
	coco_tdx_expect(list, COCO_ARRAY_LEN(list), 5, 3);
}

/* What to fetch is named with the platform's own number. */
static void test_next_step(void **state COCO_UNUSED)
{
	struct coco_tdx_case c;
	struct coco_diag d;
	bool seen = false;

	coco_tdx_case_mint(&c, 4, 2, D(NO_TCB_INFO));
	coco_diag_init(&d);
	assert_ok(coco_tdx_case_judge(&c, COCO_MINT_TDX_AT, &d), &d);
	for (size_t i = 0; i < c.result.n_checks; i++)
		if (strcmp(c.result.checks[i].id, "tdx.tcb_info.signature") == 0) {
			assert_non_null(strstr(c.result.checks[i].next,
					       "/tdx/certification/v4/tcb?fmspc=50806f000000"));
			seen = true;
		}
	assert_true(seen);
	coco_tdx_case_free(&c);
}

/* Of several documents the one that is signed and valid counts, in any order. */
static void test_choice(void **state COCO_UNUSED)
{
	static const enum coco_mint_tdx_defect others[] = {
		D(TCB_SIGNATURE), D(TCB_EXPIRED), D(TCB_FMSPC), D(TCB_DUPLICATE),
	};

	for (size_t i = 0; i < 2 * COCO_ARRAY_LEN(others); i++) {
		enum coco_mint_tdx_defect bad = others[i / 2];
		struct coco_mint_tdx *other = coco_mint_tdx(4, 2, i % 2 == 0 ? bad : D(NONE));
		struct coco_tdx_case c;
		struct coco_diag d;

		coco_tdx_case_mint(&c, 4, 2, i % 2 == 0 ? D(NONE) : bad);
		coco_diag_init(&d);
		assert_ok(coco_collateral_add(&c.collateral, COCO_COLL_TCB_INFO,
					      coco_view_of(other->tcb_info,
							   strlen(other->tcb_info)),
					      "other", NULL, &d), &d);
		assert_ok(coco_tdx_case_judge(&c, COCO_MINT_TDX_AT, &d), &d);
		assert_string_equal(c.failed, "");
		assert_string_equal(c.status, up);
		coco_mint_tdx_free(other);
		coco_tdx_case_free(&c);
	}
}

/* Intel's key has two certificates; the one that is valid now is used, in any order. */
static void test_two_signers(void **state COCO_UNUSED)
{
	for (unsigned i = 0; i < 2; i++) {
		struct coco_mint_tdx *other = coco_mint_tdx(4, 2, i == 0 ? D(SIGNING_EXPIRED)
									 : D(NONE));
		struct coco_tdx_case c;
		struct coco_diag d;

		coco_tdx_case_mint(&c, 4, 2, i == 0 ? D(NONE) : D(SIGNING_EXPIRED));
		coco_diag_init(&d);
		assert_ok(coco_collateral_add(&c.collateral, COCO_COLL_CERT,
					      coco_view_of(other->signing->der,
							   other->signing->n_der),
					      "other", NULL, &d), &d);
		assert_ok(coco_tdx_case_judge(&c, COCO_MINT_TDX_AT, &d), &d);
		assert_string_equal(c.failed, "");
		coco_mint_tdx_free(other);
		coco_tdx_case_free(&c);
	}
}

/* ---- the shared vectors: raw spans and Intel's key ---------------------------------------- */

static struct coco_cert *signing_cert(void)
{
	struct coco_cert *cert = NULL;
	struct coco_pem pem;
	bool found;
	size_t n;
	uint8_t *text = coco_vector_blob("evidence/tdx/go-tdx-guest/tcb_signing_chain.pem", &n);
	struct coco_view rest = coco_view_of(text, n);

	assert_ok(coco_pem_next(&rest, &pem, &found, NULL), NULL);
	assert_ok(coco_cert_parse(&cert, coco_view_of(pem.der, pem.n_der), NULL), NULL);
	coco_pem_clear(&pem);
	coco_free(text);
	assert_string_equal(coco_cert_common_name(cert), "Intel SGX TCB Signing");
	return cert;
}

static void verify(const struct coco_cert *cert, struct coco_view span, const uint8_t *signature)
{
	struct coco_diag d;

	coco_diag_init(&d);
	assert_ok(coco_cert_verify_ec(cert, span, 256, coco_view_of(signature, 64), &d), &d);
}

static void test_signatures(void **state COCO_UNUSED)
{
	static const char *const infos[] = { "trustee/tcbInfo.json",
					     "go-tdx-guest/sample_tcbInfo_response",
					     "go-tdx-guest/sample_tcbinfo_response_v5" };
	static const char *const identities[] = { "trustee/enclaveIdentity.json",
						  "go-tdx-guest/sample_qeIdentity_response" };
	char path[200];
	size_t n;

	if (coco_test_vectors("evidence/tdx/trustee/tcbInfo.json") == NULL)
		return;
	struct coco_cert *cert = signing_cert();
	for (size_t i = 0; i < COCO_ARRAY_LEN(infos); i++) {
		struct coco_tcb_info t;

		snprintf(path, sizeof(path), "evidence/tdx/%s", infos[i]);
		uint8_t *p = coco_vector_blob(path, &n);
		assert_ok(coco_tcb_info_parse(&t, coco_view_of(p, n), NULL), NULL);
		verify(cert, t.span, t.signature);
		coco_tcb_info_free(&t);
		coco_free(p);
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(identities); i++) {
		struct coco_qe_identity t;

		snprintf(path, sizeof(path), "evidence/tdx/%s", identities[i]);
		uint8_t *p = coco_vector_blob(path, &n);
		assert_ok(coco_qe_identity_parse(&t, coco_view_of(p, n), NULL), NULL);
		verify(cert, t.span, t.signature);
		coco_qe_identity_free(&t);
		coco_free(p);
	}
	coco_cert_free(cert);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_documents), cmocka_unit_test(test_identities),
		cmocka_unit_test(test_next_step), cmocka_unit_test(test_choice),
		cmocka_unit_test(test_two_signers),
		cmocka_unit_test(test_signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
