/*
 * test_pck_ext.c - the SGX extension of PCK certificates: each value, each one
 * missing or twice, any order, truncation, and those of the shared vectors.
 */
#include "formats/evidence/pck_ext.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "formats/evidence/tdx_quote.h"
#include "tests/support/measure_vectors.h"
#include "tests/support/mint_quote.h"
#include "tests/support/support.h"

static uint8_t buffer[COCO_MINT_PCK_EXT_MAX];
static struct coco_diag diag;

static int parse(struct coco_pck_ext *ret, const struct coco_mint_pck *p)
{
	size_t n = coco_mint_pck_write(buffer, p);
	uint8_t *guarded = coco_test_guard(buffer, n);

	coco_diag_init(&diag);
	int r = coco_pck_ext_parse(ret, coco_view_of(guarded, n), 0, &diag);
	coco_test_unguard(guarded, n);
	return r;
}

static void same(const struct coco_pck_ext *e, const struct coco_mint_pck *p)
{
	assert_memory_equal(e->ppid, p->ppid, 16);
	assert_memory_equal(e->component, p->component, 16);
	assert_int_equal(e->pce_svn, p->pce_svn);
	assert_memory_equal(e->cpu_svn, p->cpu_svn, 16);
	assert_memory_equal(e->pce_id, p->pce_id, 2);
	assert_memory_equal(e->fmspc, p->fmspc, 6);
	assert_int_equal(e->sgx_type, p->sgx_type);
	assert_int_equal(e->has_instance, p->platform);
	assert_int_equal(e->has_dynamic, p->platform);
	if (!p->platform)
		return;
	assert_memory_equal(e->instance_id, p->instance, 16);
	assert_true(e->dynamic_platform && e->smt_enabled && !e->cached_keys);
}

static void test_values(void **state COCO_UNUSED)
{
	struct coco_mint_pck p;
	struct coco_pck_ext e;

	for (unsigned i = 0; i < 4; i++) {
		coco_mint_pck_init(&p);
		p.platform = (i & 1) != 0;
		p.reversed = (i & 2) != 0;
		p.pce_svn = (uint16_t)(i * 0x4567);
		assert_ok(parse(&e, &p), &diag);
		same(&e, &p);
	}
}

static void test_defects(void **state COCO_UNUSED)
{
	struct coco_mint_pck p;
	struct coco_pck_ext e = { .sgx_type = 99 };

	for (unsigned id = 1; id <= 7; id++) {
		coco_mint_pck_init(&p);
		p.omit = id;
		int r = parse(&e, &p);
		if (id <= 5) {
			assert_err(r, COCO_E_PCK_EXTENSION, &diag);
		} else {
			assert_ok(r, &diag);
			e.sgx_type = 99;
		}
		coco_mint_pck_init(&p);
		p.twice = id;
		assert_err(parse(&e, &p), COCO_E_PCK_EXTENSION, &diag);
	}
	for (unsigned id = 1; id <= 18; id++) {
		coco_mint_pck_init(&p);
		p.omit_tcb = id;
		assert_err(parse(&e, &p), COCO_E_PCK_EXTENSION, &diag);
		coco_mint_pck_init(&p);
		p.twice_tcb = id;
		assert_err(parse(&e, &p), COCO_E_PCK_EXTENSION, &diag);
	}
	assert_int_equal(e.sgx_type, 99);
}

static void test_truncated(void **state COCO_UNUSED)
{
	struct coco_mint_pck p;
	struct coco_pck_ext e = { .sgx_type = 99 };

	coco_mint_pck_init(&p);
	size_t n = coco_mint_pck_write(buffer, &p);
	for (size_t i = 0; i < n; i++) {
		uint8_t *guarded = coco_test_guard(buffer, i);

		coco_diag_init(&diag);
		assert_err(coco_pck_ext_parse(&e, coco_view_of(guarded, i), 0, &diag),
			   COCO_E_FORMAT_DER, &diag);
		coco_test_unguard(guarded, i);
	}
	buffer[n] = 5;
	coco_diag_init(&diag);
	assert_err(coco_pck_ext_parse(&e, coco_view_of(buffer, n + 1), 0, &diag),
		   COCO_E_FORMAT_DER, &diag);
	assert_int_equal(e.sgx_type, 99);
}

/* No byte can be changed so that the values that count stay and the parser agrees twice. */
static void test_flips(void **state COCO_UNUSED)
{
	struct coco_mint_pck p;
	struct coco_pck_ext e;

	coco_mint_pck_init(&p);
	size_t n = coco_mint_pck_write(buffer, &p);
	for (size_t i = 0; i < n; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			buffer[i] ^= (uint8_t)(1U << bit);
			coco_diag_init(&diag);
			int r = coco_pck_ext_parse(&e, coco_view_of(buffer, n), 0, &diag);
			assert_true(r == 0 || r == COCO_E_FORMAT_DER || r == COCO_E_PCK_EXTENSION);
			buffer[i] ^= (uint8_t)(1U << bit);
		}
	}
}

static void test_claims(void **state COCO_UNUSED)
{
	struct coco_mint_pck p;
	struct coco_pck_ext e;
	struct coco_claims c = { 0 };
	char text[100];

	coco_mint_pck_init(&p);
	assert_ok(parse(&e, &p), &diag);
	coco_pck_ext_claims(&c, &e, "tdx");
	assert_int_equal(coco_claims_finish(&c, NULL), 0);
	const struct coco_claim *claim = coco_claims_find(&c, "tdx.pck.fmspc");
	assert_non_null(claim);
	assert_true(claim->derived && claim->length == 0);
	coco_claim_text(claim, text, sizeof(text));
	assert_string_equal(text, "50806f000000");
	assert_int_equal(coco_claims_find(&c, "tdx.pck.pcesvn")->number, 13);
	coco_claim_text(coco_claims_find(&c, "tdx.pck.sgx_type"), text, sizeof(text));
	assert_string_equal(text, "scalable");
	assert_non_null(coco_claims_find(&c, "tdx.pck.platform_instance_id"));
	assert_int_equal(coco_claims_find(&c, "tdx.pck.cached_keys")->number, 0);
	coco_claims_free(&c);
	assert_string_equal(coco_pck_sgx_type_name(2), "scalable with integrity");
	assert_string_equal(coco_pck_sgx_type_name(3), "unknown");
}

/* The extension of the first certificate of a quote, found by its identifier. */
static void vector(const char *name, uint16_t pce_svn, const char *fmspc, const char *ppid)
{
	static const uint8_t id[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
				      0xf8, 0x4d, 0x01, 0x0d, 0x01, 0x04, 0x82 };
	struct coco_tdx_quote quote;
	struct coco_pck_ext e;
	struct coco_pem pem;
	struct coco_der der;
	bool found;
	size_t n;
	uint8_t *p = coco_vector_blob(name, &n);

	if (p == NULL)
		return;
	coco_diag_init(&diag);
	assert_ok(coco_tdx_quote_parse(&quote, coco_view_of(p, n), &diag), &diag);
	struct coco_view rest = quote.cert_data;
	assert_ok(coco_pem_next(&rest, &pem, &found, &diag), &diag);
	assert_true(found);
	const uint8_t *at = memmem(pem.der, pem.n_der, id, sizeof(id));
	assert_non_null(at);
	at += 11;
	coco_der_init(&der, coco_view_of(at, (size_t)(pem.der + pem.n_der - at)), 0, &diag);
	struct coco_der_item item = coco_der_take(&der, COCO_DER_OCTET_STRING, "extension");
	assert_ok(coco_pck_ext_parse(&e, item.value, item.at, &diag), &diag);
	assert_int_equal(e.pce_svn, pce_svn);
	assert_memory_equal(e.fmspc, fmspc, 6);
	assert_memory_equal(e.ppid, ppid, 4);
	coco_pem_clear(&pem);
	coco_free(p);
}

static void test_vectors(void **state COCO_UNUSED)
{
	if (coco_test_vectors("evidence/tdx/dcap-qvl/tdx_quote") == NULL)
		return;
	vector("evidence/tdx/go-tdx-guest/tdx_prod_quote_SPR_E4.dat", 11, "\x50\x80\x6f\0\0\0",
	       "\x08\x9d\xdf\xdb");
	vector("evidence/tdx/dcap-qvl/tdx_quote", 11, "\xb0\xc0\x6f\0\0\0", "\x81\x1d\xca\x2a");
	vector("evidence/tdx/go-tdx-guest/quote_v5_sample.dat", 13, "\x90\xc0\x6f\0\0\0",
	       "\x27\x34\xb6\x54");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),    cmocka_unit_test(test_defects),
		cmocka_unit_test(test_truncated), cmocka_unit_test(test_flips),
		cmocka_unit_test(test_claims),    cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
