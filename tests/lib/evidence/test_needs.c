/*
 * test_needs.c - what minted reports and quotes need, and when it is there.
 */
#include "lib/evidence/needs.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_snp_pki.h"
#include "tests/support/support.h"
#include "tests/support/tdx_case.h"

#define CHIP8 "c1c1c1c1c1c1c1c1"
#define CHIP64 CHIP8 CHIP8 CHIP8 CHIP8 CHIP8 CHIP8 CHIP8 CHIP8

static void needs_of(struct coco_needs *needs, const void *p, size_t n,
		     const struct coco_collateral *have)
{
	struct coco_pieces pieces = { .n = 0 };
	struct coco_collateral with;
	struct coco_diag d = { 0 };

	coco_collateral_init(&with);
	assert_ok(coco_pieces_add(&pieces, &with, coco_view_of(p, n), "evidence", &d), &d);
	assert_ok(coco_needs_of(needs, &pieces, have != NULL ? have : &with, &d), &d);
	coco_pieces_free(&pieces);
	coco_collateral_free(&with);
}

static void expect(const struct coco_needs *needs, const char *const *paths, size_t n)
{
	assert_int_equal(needs->n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(needs->v[i].path, paths[i]);
}

static void test_snp(void **state COCO_UNUSED)
{
	static const struct {
		struct coco_mint_snp_spec spec;
		const char *paths[5];
		size_t n;
		bool unsure;
	} list[] = {
		{ { .version = 3, .product = COCO_MINT_MILAN },
		  { "/vcek/v1/Milan/" CHIP64 "?blSPL=03&teeSPL=02&snpSPL=25&ucodeSPL=217",
		    "/vcek/v1/Milan/cert_chain", "/vcek/v1/Milan/crl" }, 3, false },
		{ { .version = 5, .product = COCO_MINT_TURIN },
		  { "/vcek/v1/Turin/" CHIP8
		    "?fmcSPL=01&blSPL=03&teeSPL=02&snpSPL=25&ucodeSPL=217",
		    "/vcek/v1/Turin/cert_chain", "/vcek/v1/Turin/crl" }, 3, false },
		{ { .version = 3, .product = COCO_MINT_GENOA, .vlek = true },
		  { "", "/vlek/v1/Genoa/cert_chain", "/vlek/v1/Genoa/crl" }, 3, false },
		{ { .version = 3, .product = COCO_MINT_GENOA, .masked = true },
		  { "", "/vcek/v1/Genoa/cert_chain", "/vcek/v1/Genoa/crl" }, 3, false },
		{ { .version = 2, .product = COCO_MINT_GENOA },
		  { "/vcek/v1/Milan/" CHIP64 "?blSPL=03&teeSPL=02&snpSPL=25&ucodeSPL=217",
		    "/vcek/v1/Milan/cert_chain", "/vcek/v1/Milan/crl" }, 3, true },
		{ { .version = 2, .product = COCO_MINT_GENOA, .vlek = true },
		  { "", "/vlek/v1/Milan/cert_chain", "/vlek/v1/Milan/crl",
		    "/vlek/v1/Genoa/cert_chain", "/vlek/v1/Genoa/crl" }, 5, true },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_mint_snp_set set;
		struct coco_needs needs = { .n = 0 };
		struct coco_collateral c;

		coco_mint_snp_make(&list[i].spec, &set);
		needs_of(&needs, set.report, sizeof(set.report), NULL);
		expect(&needs, list[i].paths, list[i].n);
		assert_true(needs.v[0].unsure == list[i].unsure);
		coco_collateral_init(&c);
		for (size_t k = 0; k < needs.n; k++)
			assert_false(coco_need_met(&needs.v[k], &c, NULL, COCO_PKI_NOW));
		coco_mint_snp_add(&set, &c, &c);   /* the ARK is the root */
		coco_needs_free(&needs);
		/* the leaf says which product it is */
		needs_of(&needs, set.report, sizeof(set.report), &c);
		assert_int_equal(needs.n, 3);
		for (size_t k = 0; k < needs.n; k++) {
			assert_false(needs.v[k].unsure);
			assert_true(coco_need_met(&needs.v[k], &c, NULL, COCO_PKI_NOW));
			assert_true(coco_need_met(&needs.v[k], &c, NULL, COCO_NEED_ANY_TIME));
			assert_false(coco_need_met(&needs.v[k], &c, NULL, COCO_PKI_END + 1));
			assert_false(coco_need_met(&needs.v[k], &c, NULL, COCO_PKI_START - 1));
		}
		coco_needs_free(&needs);
		coco_collateral_free(&c);
		coco_mint_snp_free(&set);
	}
}

/* With one defect, exactly the need that it concerns is not met. */
static void test_snp_defects(void **state COCO_UNUSED)
{
	static const struct {
		const char *defect;
		bool leaf, chain, crl;
	} list[] = {
		{ "chip", false, true, true }, { "tcb-snp", false, true, true },
		{ "no-leaf", false, true, true }, { "leaf-kind", false, true, true },
		{ "no-ask", true, false, true }, { "no-ark", true, false, true },
		{ "ask-forged", false, true, true }, { "no-crl", true, true, false },
		{ "crl-forged", true, true, false }, { "crl-stale", true, true, false },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		const struct coco_mint_snp_spec spec = { .version = 3, .defect = list[i].defect };
		struct coco_mint_snp_set set;
		struct coco_needs needs = { .n = 0 };
		struct coco_collateral c;

		coco_mint_snp_make(&spec, &set);
		coco_collateral_init(&c);
		coco_mint_snp_add(&set, &c, &c);   /* the ARK is the root */
		needs_of(&needs, set.report, sizeof(set.report), NULL);
		bool leaf = coco_need_met(&needs.v[0], &c, NULL, COCO_PKI_NOW);
		bool chain = coco_need_met(&needs.v[1], &c, NULL, COCO_PKI_NOW);
		bool crl = coco_need_met(&needs.v[2], &c, NULL, COCO_PKI_NOW);
		if (leaf != list[i].leaf || chain != list[i].chain || crl != list[i].crl)
			fail_msg("%s: %d %d %d", list[i].defect, leaf, chain, crl);
		coco_needs_free(&needs);
		coco_collateral_free(&c);
		coco_mint_snp_free(&set);
	}
}

static void test_tdx(void **state COCO_UNUSED)
{
	static const struct {
		enum coco_mint_tdx_defect defect;
		unsigned unmet;           /* bits of the needs */
	} list[] = {
		{ COCO_MINT_TDX_NONE, 0 }, { COCO_MINT_TDX_PCK_OUTSIDE, 0 },
		{ COCO_MINT_TDX_NO_PCK_CRL, 1 }, { COCO_MINT_TDX_PCK_CRL_STALE, 1 },
		{ COCO_MINT_TDX_NO_TCB_INFO, 2 }, { COCO_MINT_TDX_TCB_FMSPC, 2 },
		{ COCO_MINT_TDX_TCB_SGX, 2 }, { COCO_MINT_TDX_TCB_SIGNATURE, 2 },
		{ COCO_MINT_TDX_TCB_EXPIRED, 2 }, { COCO_MINT_TDX_NO_QE_IDENTITY, 4 },
		{ COCO_MINT_TDX_QE_IDENTITY_OF_SGX, 4 }, { COCO_MINT_TDX_NO_SIGNING, 6 },
		{ COCO_MINT_TDX_NO_ROOT_CRL, 8 }, { COCO_MINT_TDX_ROOT_CRL_STALE, 8 },
	};
	const char *paths[] = {
		"/sgx/certification/v4/pckcrl?ca=platform&encoding=der", NULL,
		"/tdx/certification/v4/qe/identity", "/IntelSGXRootCA.der",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_needs needs = { .n = 0 };
		struct coco_tdx_case c;
		unsigned unmet = 0;

		coco_tdx_case_mint(&c, 4, 2, list[i].defect);
		needs_of(&needs, c.minted->quote, c.minted->n_quote, &c.collateral);
		assert_int_equal(needs.n, 4);
		paths[1] = needs.v[1].path;
		assert_memory_equal(paths[1], "/tdx/certification/v4/tcb?fmspc=", 32);
		assert_int_equal(strlen(paths[1]), 32 + 12);
		expect(&needs, paths, 4);
		for (unsigned k = 0; k < 4; k++)
			if (!coco_need_met(&needs.v[k], &c.collateral, NULL, COCO_MINT_TDX_AT))
				unmet |= 1U << k;
		if (unmet != list[i].unmet)
			fail_msg("%s: %x", coco_mint_tdx_name(list[i].defect), unmet);
		/* the same quote again needs nothing more */
		needs_of(&needs, c.minted->quote, c.minted->n_quote, &c.collateral);
		assert_int_equal(needs.n, 4);
		coco_needs_free(&needs);
		coco_tdx_case_free(&c);
	}
}

/* What the quote itself must have. */
static void test_tdx_certificates(void **state COCO_UNUSED)
{
	struct coco_pieces pieces = { .n = 0 };
	struct coco_needs needs = { .n = 0 };
	struct coco_diag d = { 0 };
	struct coco_collateral none;
	struct coco_tdx_case c;

	coco_collateral_init(&none);
	coco_tdx_case_mint(&c, 4, 2, COCO_MINT_TDX_PCK_OUTSIDE);
	needs_of(&needs, c.minted->quote, c.minted->n_quote, &none);
	assert_int_equal(needs.n, 3);
	assert_int_equal(needs.v[0].kind, COCO_NEED_PCK);
	assert_string_equal(needs.v[0].path, "");
	assert_false(coco_need_met(&needs.v[0], &c.collateral, NULL, COCO_MINT_TDX_AT));
	coco_needs_free(&needs);
	coco_tdx_case_free(&c);
	coco_tdx_case_mint(&c, 4, 2, COCO_MINT_TDX_CA_PROCESSOR);
	needs_of(&needs, c.minted->quote, c.minted->n_quote, &none);
	assert_string_equal(needs.v[0].path,
			    "/sgx/certification/v4/pckcrl?ca=processor&encoding=der");
	coco_needs_free(&needs);
	coco_tdx_case_free(&c);
	coco_tdx_case_mint(&c, 4, 2, COCO_MINT_TDX_PCK_NO_EXTENSION);
	assert_ok(coco_pieces_add(&pieces, &none,
				  coco_view_of(c.minted->quote, c.minted->n_quote), "q", &d), &d);
	assert_err(coco_needs_of(&needs, &pieces, &none, &d), COCO_E_PCK_EXTENSION, &d);
	assert_string_equal(d.source, "q");
	coco_needs_free(&needs);
	coco_pieces_free(&pieces);
	coco_tdx_case_free(&c);
	coco_collateral_free(&none);
}

/* Memory that runs out is no need less. */
static void test_memory(void **state COCO_UNUSED)
{
	const struct coco_mint_snp_spec spec = { .version = 2, .vlek = true };
	struct coco_pieces pieces = { .n = 0 };
	struct coco_mint_snp_set set;
	struct coco_diag d = { 0 };
	struct coco_collateral none;
	struct coco_tdx_case c;

	coco_collateral_init(&none);
	coco_mint_snp_make(&spec, &set);
	coco_tdx_case_mint(&c, 5, 3, COCO_MINT_TDX_NONE);
	assert_ok(coco_pieces_add(&pieces, &none, coco_view_of(set.report, sizeof(set.report)),
				  "r", &d), &d);
	assert_ok(coco_pieces_add(&pieces, &none,
				  coco_view_of(c.minted->quote, c.minted->n_quote), "q", &d), &d);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_needs needs = { .n = 0 };
		int r = coco_needs_of(&needs, &pieces, &none, &d);
		bool done = coco_test_alloc_check(r, &d);

		if (done)
			assert_int_equal(needs.n, 9);
		coco_needs_free(&needs);
		if (done)
			break;
	}
	coco_pieces_free(&pieces);
	coco_collateral_free(&none);
	coco_mint_snp_free(&set);
	coco_tdx_case_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snp),
		cmocka_unit_test(test_snp_defects),
		cmocka_unit_test(test_tdx),
		cmocka_unit_test(test_tdx_certificates),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
