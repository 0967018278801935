/*
 * test_form_tdx.c - recognising quotes, Trustee's JSON and Intel's collateral
 * in every form, and verifying what came out of them.
 */
#include "lib/evidence/form_tdx.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "lib/evidence/appraise.h"
#include "tests/support/mint_tdx.h"
#include "tests/support/support.h"

enum { TEXT = 256 << 10 };

struct inputs {
	struct coco_pieces pieces;
	struct coco_collateral collateral;
};

static void take(struct inputs *in, const void *p, size_t n)
{
	struct coco_diag d;

	coco_diag_init(&d);
	assert_ok(coco_pieces_add(&in->pieces, &in->collateral, coco_view_of(p, n), "in", &d), &d);
}

static void start(struct inputs *in)
{
	memset(in, 0, sizeof(*in));
	coco_collateral_init(&in->collateral);
}

static void end(struct inputs *in)
{
	coco_pieces_free(&in->pieces);
	coco_collateral_free(&in->collateral);
}

static void test_quote(void **state COCO_UNUSED)
{
	struct coco_mint_tdx *t = coco_mint_tdx(4, 2, COCO_MINT_TDX_NONE);
	struct inputs in;

	start(&in);
	take(&in, t->quote, t->n_quote);
	assert_int_equal(in.pieces.n, 1);
	assert_int_equal(in.pieces.v[0].kind, COCO_PIECE_TDX_QUOTE);
	assert_string_equal(in.pieces.v[0].form, "dcap-quote");
	t->quote[4] = 0;
	take(&in, t->quote, t->n_quote);
	assert_int_equal(in.pieces.v[1].kind, COCO_PIECE_SGX_QUOTE);
	take(&in, t->quote, 47);
	assert_int_equal(in.pieces.v[2].kind, COCO_PIECE_UNKNOWN);
	end(&in);
	coco_mint_tdx_free(t);
}

/* {"quote":..., "cc_eventlog":...} as guests of Trustee send it. */
static void test_json(void **state COCO_UNUSED)
{
	static char text[TEXT];
	struct coco_mint_tdx *t = coco_mint_tdx(5, 3, COCO_MINT_TDX_NONE);
	char *b64 = coco_alloc(2 * COCO_MINT_QUOTE_MAX, 1);
	struct inputs in;

	assert_non_null(b64);
	coco_b64_encode(COCO_B64_STD, b64, t->quote, t->n_quote);
	start(&in);
	int n = snprintf(text, sizeof(text), "{\"quote\":\"%s\",\"cc_eventlog\":null}", b64);
	take(&in, text, (size_t)n);
	assert_int_equal(in.pieces.n, 2);
	assert_string_equal(in.pieces.v[0].form, "tdx-json");
	assert_int_equal(in.pieces.v[0].kind, COCO_PIECE_CONTAINER);
	assert_int_equal(in.pieces.v[1].kind, COCO_PIECE_TDX_QUOTE);
	assert_int_equal(in.pieces.v[1].parent, 0);
	assert_false(in.pieces.v[1].has_base);
	n = snprintf(text, sizeof(text), "{\"cc_eventlog\":\"AAAA\",\"quote\":\"%s\"}", b64);
	take(&in, text, (size_t)n);
	assert_int_equal(in.pieces.n, 5);
	assert_int_equal(in.pieces.v[4].kind, COCO_PIECE_EVENT_LOG);
	end(&in);
	coco_free(b64);
	coco_mint_tdx_free(t);
}

static void test_json_refused(void **state COCO_UNUSED)
{
	static const char *const bad[] = { "{\"quote\":\"%%%\",\"cc_eventlog\":null}",
					   "{\"quote\":\"AAAA\",\"cc_eventlog\":7}" };
	struct coco_diag d;
	struct inputs in;

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		start(&in);
		coco_diag_init(&d);
		int r = coco_pieces_add(&in.pieces, &in.collateral,
					coco_view_of(bad[i], strlen(bad[i])), "in", &d);
		assert_int_not_equal(r, 0);
		assert_int_equal(r, d.code);
		end(&in);
	}
}

/* ---- collateral ---------------------------------------------------------------------------- */

static size_t pem(char *ret, const struct coco_pki_cert *cert, bool percent)
{
	static char plain[8192];
	size_t n = 0;

	coco_pem_encode(plain, "CERTIFICATE", cert->der, cert->n_der);
	for (const char *p = plain; *p != '\0'; p++) {
		if (*p == '\n' && !percent)
			n += (size_t)sprintf(ret + n, "\\n");
		else if (percent && (*p == '\n' || *p == ' ' || *p == '+' || *p == '='))
			n += (size_t)sprintf(ret + n, "%%%02X", (unsigned)*p);
		else
			ret[n++] = *p;
	}
	ret[n] = '\0';
	return n;
}

/* The document without its frame, quotes escaped; its signature's digits. */
static void part(const char *doc, char *ret_body, char *ret_signature)
{
	const char *from = strchr(doc + 1, '{'), *to = strstr(doc, ",\"signature\":\"");
	size_t n = 0;

	for (const char *p = from; p < to; p++) {
		if (*p == '"')
			ret_body[n++] = '\\';
		ret_body[n++] = *p;
	}
	ret_body[n] = '\0';
	memcpy(ret_signature, to + 14, 128);
	ret_signature[128] = '\0';
}

static void v3_text(char *ret, const struct coco_mint_tdx *t)
{
	static char chain[16384], body[2 * COCO_MINT_TCB_TEXT], hex[8192];
	char signature[129];
	size_t n = 0;

	pem(chain, t->signing, false);
	n += (size_t)sprintf(ret + n, "{\"tcb_info_issuer_chain\":\"%s\"", chain);
	coco_hex_encode(hex, t->root_crl, t->n_root_crl);
	n += (size_t)sprintf(ret + n, ",\"root_ca_crl\":\"%s\"", hex);
	coco_hex_encode(hex, t->pck_crl, t->n_pck_crl);
	n += (size_t)sprintf(ret + n, ",\"pck_crl\":\"%s\"", hex);
	part(t->tcb_info, body, signature);
	n += (size_t)sprintf(ret + n, ",\"tcb_info\":\"%s\",\"tcb_info_signature\":\"%s\"", body,
			     signature);
	part(t->qe_identity, body, signature);
	sprintf(ret + n, ",\"qe_identity\":\"%s\",\"qe_identity_signature\":\"%s\"}", body,
		signature);
}

static void platform_text(char *ret, const struct coco_mint_tdx *t)
{
	static char chain[16384], hex[8192];
	size_t n = 0;

	pem(chain, t->signing, true);
	n += (size_t)sprintf(ret + n, "{\"platforms\":[],\"collaterals\":{\"certificates\":"
			     "{\"TCB-Info-Issuer-Chain\":\"%s\"}", chain);
	coco_hex_encode(hex, t->root_crl, t->n_root_crl);
	n += (size_t)sprintf(ret + n, ",\"rootcacrl\":\"%s\"", hex);
	coco_hex_encode(hex, t->pck_crl, t->n_pck_crl);
	n += (size_t)sprintf(ret + n, ",\"pckcacrl\":{\"platformCrl\":\"%s\"}", hex);
	n += (size_t)sprintf(ret + n, ",\"tdqeidentity\":%s", t->qe_identity);
	sprintf(ret + n, ",\"tcbinfos\":[{\"fmspc\":\"50806F000000\",\"tdx_tcbinfo\":%s}]}}",
		t->tcb_info);
}

/* What the inputs hold is enough to affirm the quote among them. */
static void affirmed(struct inputs *in, const struct coco_mint_tdx *t, const char *form)
{
	static const struct coco_run run = { .jobs = 1 };
	struct coco_appraise_opts opts = { .at = COCO_MINT_TDX_AT };
	struct coco_collateral roots;
	struct coco_result r;
	struct coco_diag d;

	coco_diag_init(&d);
	if (form != NULL)
		assert_string_equal(in->pieces.v[0].form, form);
	assert_int_equal(in->pieces.v[0].kind, COCO_PIECE_COLLATERAL);
	take(in, t->quote, t->n_quote);
	coco_collateral_init(&roots);
	assert_ok(coco_collateral_add(&roots, COCO_COLL_CERT,
				      coco_view_of(t->root->der, t->root->n_der), "root", NULL,
				      &d), &d);
	opts.extra_roots = &roots;
	assert_ok(coco_appraise(&run, &in->pieces, &in->collateral, &opts, &r, &d), &d);
	assert_int_equal(coco_result_verdict(&r, true), COCO_VERDICT_AFFIRMED);
	assert_int_equal(r.subjects[0].has_trust[COCO_TRUST_HARDWARE], true);
	assert_int_equal(r.subjects[0].trust[COCO_TRUST_HARDWARE], 2);
	coco_result_free(&r);
	coco_collateral_free(&roots);
}

static void test_collateral(void **state COCO_UNUSED)
{
	static char text[TEXT];
	struct coco_mint_tdx *t = coco_mint_tdx(4, 2, COCO_MINT_TDX_NONE);
	struct inputs in;

	start(&in);
	v3_text(text, t);
	take(&in, text, strlen(text));
	affirmed(&in, t, "intel-collateral");
	end(&in);

	start(&in);
	platform_text(text, t);
	take(&in, text, strlen(text));
	affirmed(&in, t, "intel-collateral");
	end(&in);

	start(&in);                           /* loose responses and their headers */
	take(&in, t->tcb_info, strlen(t->tcb_info));
	take(&in, t->qe_identity, strlen(t->qe_identity));
	size_t n = (size_t)sprintf(text, "HTTP/1.1 200 OK\r\nTCB-Info-Issuer-Chain: ");
	n += pem(text + n, t->signing, true);
	n += (size_t)sprintf(text + n, "\r\nContent-Type: application/json\r\n\r\n");
	take(&in, text, n);
	assert_string_equal(in.pieces.v[2].form, "intel-headers");
	take(&in, t->root_crl, t->n_root_crl);
	take(&in, t->pck_crl, t->n_pck_crl);
	affirmed(&in, t, NULL);
	end(&in);
	coco_mint_tdx_free(t);
}

/* ---- minted files for scripts: test_form_tdx DIRECTORY DEFECT ------------------------------- */

static void save(const char *dir, const char *name, const void *p, size_t n)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static int write_files(const char *dir, const char *defect)
{
	static char text[TEXT];
	unsigned i = 0;

	while (i < COCO_MINT_TDX_N_DEFECTS &&
	       strcmp(coco_mint_tdx_name((enum coco_mint_tdx_defect)i), defect) != 0)
		i++;
	if (i == COCO_MINT_TDX_N_DEFECTS)
		return 2;
	struct coco_mint_tdx *t = coco_mint_tdx(5, 3, (enum coco_mint_tdx_defect)i);
	save(dir, "quote.dat", t->quote, t->n_quote);
	save(dir, "root.der", t->root->der, t->root->n_der);
	save(dir, "root.crl", t->root_crl, t->n_root_crl);
	save(dir, "pck.crl", t->pck_crl, t->n_pck_crl);
	save(dir, "signing.der", t->signing->der, t->signing->n_der);
	save(dir, "tcb.json", t->tcb_info, strlen(t->tcb_info));
	save(dir, "qe.json", t->qe_identity, strlen(t->qe_identity));
	v3_text(text, t);
	save(dir, "collateral.json", text, strlen(text));
	coco_mint_tdx_free(t);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return write_files(argv[1], argv[2]);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_refused),
		cmocka_unit_test(test_collateral),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
