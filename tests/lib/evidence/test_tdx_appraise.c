/*
 * test_tdx_appraise.c - quotes: every defect of quote and quoting enclave by
 * name, flipped bits, truncation, memory, dates, and the shared vectors.
 */
#include "lib/evidence/tdx_appraise.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/rfc3339.h"
#include "lib/evidence/appraise.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/measure_vectors.h"
#include "tests/support/tdx_case.h"

#define D(name) COCO_MINT_TDX_##name

static const char up[] = "UpToDate";

static void test_defects(void **state COCO_UNUSED)
{
	static const struct coco_tdx_expect list[] = {
		{ D(NONE), "", NULL, up },
		{ D(DEBUG), "", NULL, up },
		{ D(VENDOR), "header=EVIDENCE_UNSUPPORTED:qe-vendor", NULL, up },
		{ D(SIGNATURE), "quote.signature=EVIDENCE_SIGNATURE:quote", NULL, up },
		{ D(BODY_CHANGED), "quote.signature=EVIDENCE_SIGNATURE:quote", NULL, up },
		{ D(HEADER_CHANGED), "quote.signature=EVIDENCE_SIGNATURE:quote", NULL, up },
		{ D(OTHER_KEY), "qe.binding=EVIDENCE_SIGNATURE:attestation-key "
		  "quote.signature=EVIDENCE_SIGNATURE:quote", NULL, up },
		{ D(KEY_OFF_CURVE), "qe.binding=EVIDENCE_SIGNATURE:attestation-key "
		  "quote.signature=EVIDENCE_SIGNATURE:quote", NULL, up },
		{ D(XFAM_ZERO), "xfam=EVIDENCE_MALFORMED", NULL, up },
		{ D(QE_SIGNATURE), "qe.signature=EVIDENCE_SIGNATURE:quote", NULL, up },
		{ D(QE_OTHER_SIGNER), "qe.signature=EVIDENCE_SIGNATURE:quote", NULL, up },
		{ D(QE_REPORT_CHANGED), "qe.signature=EVIDENCE_SIGNATURE:quote", NULL, up },
		{ D(QE_BINDING), "qe.binding=EVIDENCE_SIGNATURE:attestation-key", NULL, up },
		{ D(QE_BINDING_TAIL), "qe.binding=EVIDENCE_SIGNATURE:attestation-key", NULL, up },
		{ D(QE_AUTH_CHANGED), "qe.binding=EVIDENCE_SIGNATURE:attestation-key", NULL, up },
	};
	/* version 5 signs its descriptor too */
	static const struct coco_tdx_expect v5[] = {
		{ D(DESCRIPTOR_CHANGED), "quote.signature=EVIDENCE_SIGNATURE:quote", NULL, up },
	};

	coco_tdx_expect(list, COCO_ARRAY_LEN(list), 4, 2);
	coco_tdx_expect(list, COCO_ARRAY_LEN(list), 5, 3);
	coco_tdx_expect(v5, 1, 5, 2);
	coco_tdx_expect(v5, 1, 5, 4);
}

static enum coco_verdict verdict(const struct coco_tdx_case *c)
{
	return coco_result_verdict_of(&c->result, COCO_ASPECT_AUTHENTIC, c->subject);
}

static void test_flips(void **state COCO_UNUSED)
{
	struct coco_tdx_case c;
	struct coco_diag d;

	coco_tdx_case_mint(&c, 5, 3, D(NONE));
	size_t pem = 54 + 648 + 4 + 134 + 384 + 64 + 2 + 32 + 6;
	for (size_t i = 0; i < c.minted->n_quote; i += i < pem ? 5 : 61) {
		uint8_t bit = (uint8_t)(1U << i % 8);

		c.minted->quote[i] ^= bit;
		coco_diag_init(&d);
		assert_ok(coco_tdx_case_judge(&c, COCO_MINT_TDX_AT, &d), &d);
		/* between the certificates stands text that says nothing */
		if (i < pem)
			assert_int_not_equal(verdict(&c), COCO_VERDICT_AFFIRMED);
		c.minted->quote[i] ^= bit;
	}
	coco_tdx_case_free(&c);
}

static void test_lengths(void **state COCO_UNUSED)
{
	struct coco_tdx_case c;
	struct coco_diag d;

	coco_tdx_case_mint(&c, 4, 2, D(NONE));
	size_t full = c.minted->n_quote;
	coco_diag_init(&d);
	for (size_t n = 0; n < full; n += 19) {
		c.minted->n_quote = n;
		assert_ok(coco_tdx_case_judge(&c, COCO_MINT_TDX_AT, &d), &d);
		assert_int_equal(verdict(&c), COCO_VERDICT_REJECTED);
		assert_string_equal(c.failed, "format=EVIDENCE_MALFORMED");
		assert_true(c.result.checks[0].has_offset);
		assert_true(c.result.checks[0].offset >= 1000);
	}
	c.minted->n_quote = full + 70;            /* trailing bytes are legal */
	memset(c.minted->quote + full, 0xaa, 70);
	assert_ok(coco_tdx_case_judge(&c, COCO_MINT_TDX_AT, &d), &d);
	assert_string_equal(c.failed, "");
	coco_tdx_case_free(&c);
}

/* The window is the narrowest of what was used; at its ends the verdict changes. */
static void test_window(void **state COCO_UNUSED)
{
	struct coco_tdx_case c;
	struct coco_diag d;

	coco_tdx_case_mint(&c, 4, 2, D(NONE));
	coco_diag_init(&d);
	assert_ok(coco_tdx_case_judge(&c, COCO_MINT_TDX_AT, &d), &d);
	assert_true(c.result.has_not_before && c.result.has_not_after);
	int64_t from = c.result.not_before, until = c.result.not_after;
	assert_true(from <= COCO_MINT_TDX_AT && until > COCO_MINT_TDX_AT);
	assert_ok(coco_tdx_case_judge(&c, from, &d), &d);
	assert_int_equal(verdict(&c), COCO_VERDICT_AFFIRMED);
	assert_ok(coco_tdx_case_judge(&c, until - 1, &d), &d);
	assert_int_equal(verdict(&c), COCO_VERDICT_AFFIRMED);
	assert_ok(coco_tdx_case_judge(&c, from - 1, &d), &d);
	assert_int_equal(verdict(&c), COCO_VERDICT_REJECTED);
	assert_ok(coco_tdx_case_judge(&c, until, &d), &d);
	assert_int_equal(verdict(&c), COCO_VERDICT_REJECTED);
	coco_tdx_case_free(&c);
}

/* Every document and list that was used is an input of the result. */
static void test_used(void **state COCO_UNUSED)
{
	static const char *const roles[] = { "collateral: TCB info", "collateral: QE identity",
					     "collateral: TCB signing", "collateral: pck-crl",
					     "collateral: root-crl" };
	struct coco_tdx_case c;
	struct coco_diag d;

	coco_tdx_case_mint(&c, 4, 2, D(NONE));
	coco_diag_init(&d);
	assert_ok(coco_tdx_case_judge(&c, COCO_MINT_TDX_AT, &d), &d);
	for (size_t i = 0; i < COCO_ARRAY_LEN(roles); i++) {
		bool seen = false;

		for (size_t k = 0; k < c.result.n_inputs; k++)
			seen = seen || strcmp(c.result.inputs[k].role, roles[i]) == 0;
		assert_true(seen);
	}
	coco_tdx_case_free(&c);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_tdx_case c;
	struct coco_diag d;

	coco_tdx_case_mint(&c, 5, 3, D(MODULE_OUT_OF_DATE));
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		coco_diag_init(&d);
		int r = coco_tdx_case_judge(&c, COCO_MINT_TDX_AT, &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	assert_string_equal(c.status, "TDRelaunchAdvised");
	coco_tdx_case_free(&c);
}

static void test_inspect(void **state COCO_UNUSED)
{
	struct coco_mint_tdx *t = coco_mint_tdx(5, 3, D(NONE));
	struct coco_piece piece = { .p = t->quote, .n = t->n_quote, .base = 500, .has_base = true };
	struct coco_claims c = { 0 };
	struct coco_diag d;

	coco_diag_init(&d);
	assert_ptr_equal(coco_appraiser_for(COCO_PIECE_TDX_QUOTE), &coco_appraiser_tdx);
	assert_ptr_equal(coco_appraiser_for(COCO_PIECE_SGX_QUOTE), &coco_appraiser_sgx);
	assert_ok(coco_appraiser_tdx.inspect(&piece, &c, &d), &d);
	assert_int_equal(coco_claims_find(&c, "tdx.mrtd")->offset, 500 + 54 + 0x88);
	assert_true(coco_claims_find(&c, "tdx.pck.fmspc")->derived);
	coco_claims_free(&c);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		coco_diag_init(&d);
		int r = coco_appraiser_tdx.inspect(&piece, &c, &d);

		if (coco_test_alloc_check(r, &d))
			break;
		coco_claims_free(&c);
	}
	coco_claims_free(&c);
	piece.n = 100;
	assert_err(coco_appraiser_tdx.inspect(&piece, &c, &d), COCO_E_FORMAT_SHORT, &d);
	assert_true(d.offset >= 500);
	coco_mint_tdx_free(t);
}

/* Several quotes of one run: what was verified for one says nothing of the others. */
static void test_together(void **state COCO_UNUSED)
{
	enum { QUOTES = 5, BAD_SIGNATURE = 1, BAD_CERTIFICATE = 3 };
	static const struct coco_run run = { .jobs = 1 };
	struct coco_appraise_opts opts = { .at = COCO_MINT_TDX_AT };
	struct coco_pieces pieces = { 0 };
	struct coco_tdx_case c;
	struct coco_result r;
	struct coco_diag d;

	coco_tdx_case_mint(&c, 4, 2, D(NONE));
	coco_diag_init(&d);
	uint8_t *pem = memmem(c.minted->quote, c.minted->n_quote, "-----BEGIN", 10);
	assert_non_null(pem);
	for (int i = 0; i < QUOTES; i++) {
		uint8_t *at = i == BAD_SIGNATURE ? c.minted->quote + 48 + 584 + 4 : pem + 400;
		uint8_t was = *at;

		if (i == BAD_SIGNATURE)
			*at ^= 1;
		if (i == BAD_CERTIFICATE)
			*at = was == 'A' ? 'B' : 'A';
		assert_ok(coco_pieces_add(&pieces, &c.collateral,
					  coco_view_of(c.minted->quote, c.minted->n_quote), "q",
					  &d), &d);
		*at = was;
	}
	opts.extra_roots = &c.roots;
	assert_ok(coco_appraise(&run, &pieces, &c.collateral, &opts, &r, &d), &d);
	assert_int_equal(r.n_subjects, QUOTES);
	for (int i = 0; i < QUOTES; i++)
		assert_int_equal(coco_result_verdict_of(&r, COCO_ASPECT_AUTHENTIC, i),
				 i == BAD_SIGNATURE || i == BAD_CERTIFICATE
					 ? COCO_VERDICT_REJECTED
					 : COCO_VERDICT_AFFIRMED);
	coco_result_free(&r);
	coco_pieces_free(&pieces);
	coco_tdx_case_free(&c);
}

/* ---- the shared vectors -------------------------------------------------------------------- */

static void add_file(const char *name, const char *key, struct coco_pieces *pieces,
		     struct coco_collateral *collateral, struct coco_collateral *roots)
{
	struct coco_pieces none = { 0 };
	char path[256];
	struct coco_diag d;
	size_t n;

	snprintf(path, sizeof(path), "evidence/%s", name);
	uint8_t *p = coco_vector_blob(path, &n);
	assert_non_null(p);
	coco_diag_init(&d);
	bool root = strcmp(key, "root") == 0;
	assert_ok(coco_pieces_add(strcmp(key, "quote") == 0 ? pieces : &none,
				  root ? roots : collateral, coco_view_of(p, n), name, &d), &d);
	coco_pieces_free(&none);
	coco_free(p);
}

static void claim_is(const struct coco_claims *c, const struct coco_jv *fields, const char *field,
		     const char *name)
{
	char text[200];
	struct coco_jv v;
	const char *want;
	uint64_t number;

	if (coco_jv_opt(fields, field, &v, NULL) != 0 || v.v == NULL)
		return;
	assert_non_null(coco_claims_find(c, name));
	coco_claim_text(coco_claims_find(c, name), text, sizeof(text));
	if (coco_jv_kind(&v) == COCO_JSON_NUMBER) {
		char decimal[24];

		assert_ok(coco_jv_as_u64(&v, UINT32_MAX, &number, NULL), NULL);
		snprintf(decimal, sizeof(decimal), "%llu", (unsigned long long)number);
		assert_string_equal(text, decimal);
	} else {
		assert_ok(coco_jv_as_string(&v, &want, NULL), NULL);
		assert_string_equal(text, want);
	}
}

static void check_fields(const struct coco_claims *c, const struct coco_jv *v)
{
	struct coco_jv fields;

	if (coco_jv_object(v, "fields", &fields, NULL) != 0 ||
	    coco_claims_find(c, "tdx.version") == NULL)
		return;
	claim_is(c, &fields, "version", "tdx.version");
	claim_is(c, &fields, "trailing_bytes", "tdx.trailing_bytes");
	claim_is(c, &fields, "fmspc", "tdx.pck.fmspc");
	claim_is(c, &fields, "pcesvn", "tdx.pck.pcesvn");
	claim_is(c, &fields, "ppid", "tdx.pck.ppid");
	claim_is(c, &fields, "tee_tcb_svn", "tdx.tee_tcb_svn");
	claim_is(c, &fields, "tee_tcb_svn2", "tdx.tee_tcb_svn_2");
	claim_is(c, &fields, "mrtd", "tdx.mrtd");
	claim_is(c, &fields, "mrseam", "tdx.mrseam");
	claim_is(c, &fields, "rtmr0", "tdx.rtmr0");
	claim_is(c, &fields, "report_data", "tdx.report_data");
}

/* The words of the list are Intel's, and two of its own. */
static void check_status(const struct coco_result *r, const char *tcb)
{
	const struct coco_claims *c = &r->subjects[0].claims;
	const struct coco_claim *claim = coco_claims_find(c, "tdx.tcb_status");
	char text[64] = "";

	if (claim == NULL)
		claim = coco_claims_find(c, "sgx.tcb_status");
	if (claim != NULL)
		coco_claim_text(claim, text, sizeof(text));
	if (strncmp(tcb, "TDX module mismatch", 19) == 0) {
		assert_null(claim);
		for (size_t i = 0; i < r->n_checks; i++)
			if (strcmp(r->checks[i].id, "tdx.module") == 0)
				assert_string_equal(r->checks[i].reason, "MEAS_TDX_MODULE");
		return;
	}
	if (strncmp(tcb, "not supported", 13) == 0)
		tcb = "NotSupported";
	assert_memory_equal(tcb, text, strlen(text));
	assert_true(text[0] != '\0' && (tcb[strlen(text)] == '\0' || tcb[strlen(text)] == ' '));
}

static void vector(const struct coco_jv *v, bool authentic)
{
	static const struct coco_run run = { .jobs = 1 };
	struct coco_pieces pieces = { 0 };
	struct coco_collateral collateral, roots;
	struct coco_appraise_opts opts = { 0 };
	struct coco_result r;
	struct coco_diag d;
	struct coco_jv files, file;
	const char *at, *tcb, *name;
	void *iter = NULL;

	coco_collateral_init(&collateral);
	coco_collateral_init(&roots);
	coco_diag_init(&d);
	assert_ok(coco_jv_object(v, "files", &files, &d), &d);
	while (coco_jv_next(&files, &iter, &file)) {
		assert_ok(coco_jv_as_string(&file, &name, &d), &d);
		add_file(name, file.key, &pieces, &collateral, &roots);
	}
	assert_ok(coco_jv_string(v, "at", &at, &d), &d);
	assert_true(coco_rfc3339_parse(at, &opts.at));
	opts.extra_roots = roots.n > 0 ? &roots : NULL;
	assert_ok(coco_appraise(&run, &pieces, &collateral, &opts, &r, &d), &d);
	assert_int_equal(coco_result_verdict_of(&r, COCO_ASPECT_AUTHENTIC, 0),
			 authentic ? COCO_VERDICT_AFFIRMED : COCO_VERDICT_REJECTED);
	assert_ok(coco_jv_string(v, "tcb", &tcb, &d), &d);
	check_status(&r, tcb);
	check_fields(&r.subjects[0].claims, v);
	coco_result_free(&r);
	coco_pieces_free(&pieces);
	coco_collateral_free(&collateral);
	coco_collateral_free(&roots);
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("evidence/expected.json");
	struct coco_json doc;
	struct coco_jv root, list;
	struct coco_diag d;
	size_t n, found = 0;

	if (path == NULL)
		return;
	uint8_t *text = coco_test_slurp(path, &n);
	coco_diag_init(&d);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, &d), &d);
	root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "vectors", &list, &d), &d);
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		struct coco_jv v = coco_jv_item(&list, i);
		const char *kind;

		assert_ok(coco_jv_string(&v, "kind", &kind, &d), &d);
		bool loose = strcmp(kind, "tdx-loose") == 0;
		if (!loose && strcmp(kind, "tdx") != 0 && strcmp(kind, "sgx") != 0)
			continue;
		vector(&v, !loose);
		found++;
	}
	assert_int_equal(found, 7);
	coco_json_free(&doc);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defects), cmocka_unit_test(test_flips),
		cmocka_unit_test(test_lengths), cmocka_unit_test(test_window),
		cmocka_unit_test(test_used),    cmocka_unit_test(test_memory),
		cmocka_unit_test(test_inspect), cmocka_unit_test(test_together),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
