/*
 * test_tdx_collateral.c - Intel's collateral in the forms of others: every
 * item with its exact bytes, absent and odd members, the shared vectors.
 */
#include "formats/evidence/tdx_collateral.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "formats/evidence/qe_identity.h"
#include "formats/evidence/tcb_info.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/measure_vectors.h"

static struct coco_diag diag;
static char seen[8192];          /* "KIND WHERE BYTES\n" per item */
static size_t n_seen;

static int note(void *ctx, enum coco_tdx_item kind, struct coco_view bytes, const char *where,
		struct coco_diag *d COCO_UNUSED)
{
	char hex[80];

	assert_null(ctx);
	if (kind == COCO_TDX_ITEM_CRL && bytes.n < 32) {
		size_t n = 0;

		for (size_t i = 0; i < bytes.n; i++)
			n += (size_t)snprintf(hex + n, sizeof(hex) - n, "%02x", bytes.p[i]);
		bytes = coco_view_of(hex, n);
	}
	int n = snprintf(seen + n_seen, sizeof(seen) - n_seen, "%u %s %.*s\n", kind, where,
			 (int)bytes.n, (const char *)bytes.p);
	n_seen += (size_t)n < sizeof(seen) - n_seen ? (size_t)n : 0;
	return 0;
}

static int read_text(const char *text, size_t n, coco_tdx_item_fn *fn)
{
	uint8_t *guarded = coco_test_guard(text, n);
	struct coco_json doc;

	n_seen = 0;
	seen[0] = '\0';
	coco_diag_init(&diag);
	assert_ok(coco_json_parse(&doc, coco_view_of(guarded, n), n + 1, &diag), &diag);
	struct coco_jv root = coco_json_root(&doc);
	int r = coco_tdx_collateral_read(coco_view_of(guarded, n), &root, fn, NULL, &diag);
	coco_json_free(&doc);
	coco_test_unguard(guarded, n);
	return r;
}

static void items(const char *text, const char *want)
{
	assert_ok(read_text(text, strlen(text), note), &diag);
	assert_string_equal(seen, want);
}

static void refused(const char *text, int code)
{
	assert_err(read_text(text, strlen(text), note), code, &diag);
}

static void test_responses(void **state COCO_UNUSED)
{
	items(" {\"tcbInfo\":{ \"a\":1},\"signature\":\"00\"}",
	      "2   {\"tcbInfo\":{ \"a\":1},\"signature\":\"00\"}\n");
	items("{\"signature\":\"00\",\"enclaveIdentity\":{}}",
	      "3  {\"signature\":\"00\",\"enclaveIdentity\":{}}\n");
	refused("{\"tcbInfo\":{}}", COCO_E_FORMAT_JSON_TYPE);
	refused("[]", COCO_E_FORMAT_JSON_TYPE);
	refused("{}", COCO_E_FORMAT_JSON_TYPE);
}

static void test_v3(void **state COCO_UNUSED)
{
	items("{\"pck_crl_issuer_chain\":\"PEM1\",\"root_ca_crl\":\"30aB\",\"pck_crl\":[48,1,255],"
	      "\"tcb_info_issuer_chain\":\"-----BEGIN%20CERTIFICATE-----%0a\","
	      "\"tcb_info\":\"{ \\\"id\\\" : \\\"TDX\\\"}\",\"tcb_info_signature\":\"AB01\","
	      "\"qe_identity_issuer_chain\":\"\",\"qe_identity\":\"{}\","
	      "\"qe_identity_signature\":[1,2],\"pck_certificate_chain\":null}",
	      "0 pck_crl_issuer_chain PEM1\n"
	      "0 tcb_info_issuer_chain -----BEGIN CERTIFICATE-----\n\n"
	      "1 root_ca_crl 30ab\n1 pck_crl 3001ff\n"
	      "2 tcb_info {\"tcbInfo\":{ \"id\" : \"TDX\"},\"signature\":\"ab01\"}\n"
	      "3 qe_identity {\"enclaveIdentity\":{},\"signature\":\"0102\"}\n");
	refused("{\"tcb_info\":7,\"tcb_info_signature\":\"00\"}", COCO_E_FORMAT_JSON_TYPE);
	refused("{\"tcb_info\":\"{}\",\"tcb_info_signature\":\"0\"}", COCO_E_FORMAT_HEX);
	refused("{\"tcb_info\":\"{}\",\"tcb_info_signature\":\"0g\"}", COCO_E_FORMAT_HEX);
	refused("{\"tcb_info\":\"{}\",\"tcb_info_signature\":\"\"}", COCO_E_FORMAT_JSON_TYPE);
	refused("{\"tcb_info\":\"{}\",\"tcb_info_signature\":\"00\",\"pck_crl\":[256]}",
		COCO_E_FORMAT_VALUE);
	refused("{\"tcb_info\":\"{}\",\"tcb_info_signature\":\"00\",\"pck_crl\":{}}",
		COCO_E_FORMAT_JSON_TYPE);
	refused("{\"tcb_info\":\"{}\",\"tcb_info_signature\":\"00\",\"pck_crl_issuer_chain\":1}",
		COCO_E_FORMAT_JSON_TYPE);
	refused("{\"tcb_info\":\"{}\",\"tcb_info_signature\":\"00\",\"pck_crl_issuer_chain\":"
		"\"-----BEGIN%20CERTIFICATE%2\"}", COCO_E_FORMAT_VALUE);
}

static void test_platform(void **state COCO_UNUSED)
{
	items("{\"platforms\":[],\"collaterals\": {\"version\":\"4\",\"tcbinfos\":["
	      "{\"fmspc\":\"a\",\"sgx_tcbinfo\":{\"tcbInfo\": {\"x\":\"}\"},\"signature\":\"1\"},"
	      "\"tdx_tcbinfo\":\"{\\\"tcbInfo\\\":{}}\",\"sgx_tcbinfo_early\":\"\"},"
	      "{\"fmspc\":\"b\",\"tdx_tcbinfo_early\":{ }}],"
	      "\"pckcacrl\":{\"processorCrl\":\"3001\",\"platformCrl\":\"3002\"},"
	      "\"qeidentity\":\"{}\",\"tdqeidentity\":{\"enclaveIdentity\":{}},"
	      "\"certificates\":{\"TCB-Info-Issuer-Chain\":\"T\","
	      "\"SGX-Enclave-Identity-Issuer-Chain\":\"E\",\"SGX-PCK-Certificate-Issuer-Chain\":"
	      "{\"PROCESSOR\":\"P1\",\"PLATFORM\":\"P2\"}},\"rootcacrl\":\"3003\"}}",
	      "0 TCB-Info-Issuer-Chain T\n0 SGX-Enclave-Identity-Issuer-Chain E\n"
	      "0 PROCESSOR P1\n0 PLATFORM P2\n"
	      "1 rootcacrl 3003\n1 processorCrl 3001\n1 platformCrl 3002\n"
	      "3 qeidentity {}\n3 tdqeidentity {\"enclaveIdentity\":{}}\n"
	      "2 sgx_tcbinfo {\"tcbInfo\": {\"x\":\"}\"},\"signature\":\"1\"}\n"
	      "2 tdx_tcbinfo {\"tcbInfo\":{}}\n2 tdx_tcbinfo_early { }\n");
	items("{\"collaterals\":{}}", "");
	refused("{\"collaterals\":[]}", COCO_E_FORMAT_JSON_TYPE);
	refused("{\"coll\\u0061terals\":{}}", COCO_E_FORMAT_JSON_TYPE);
	refused("{\"collaterals\":{\"tcbinfos\":{}}}", COCO_E_FORMAT_JSON_TYPE);
	refused("{\"collaterals\":{\"tcbinfos\":[1]}}", COCO_E_FORMAT_JSON_TYPE);
	refused("{\"collaterals\":{\"certificates\":[]}}", COCO_E_FORMAT_JSON_TYPE);
	refused("{\"collaterals\":{\"pckcacrl\":\"00\"}}", COCO_E_FORMAT_JSON_TYPE);
	refused("{\"collaterals\":{\"qeidentity\":7}}", COCO_E_FORMAT_JSON_TYPE);
}

static int stop(void *ctx COCO_UNUSED, enum coco_tdx_item kind COCO_UNUSED,
		struct coco_view bytes COCO_UNUSED, const char *where COCO_UNUSED,
		struct coco_diag *d)
{
	return coco_fail(d, COCO_E_FORMAT_CERT, "stop");
}

static void test_stops(void **state COCO_UNUSED)
{
	static const char *const texts[] = {
		"{\"tcbInfo\":{},\"signature\":\"\"}",
		"{\"tcb_info\":\"{}\",\"tcb_info_signature\":\"00\"}",
		"{\"tcb_info\":\"\",\"tcb_info_signature\":\"\",\"root_ca_crl\":\"00\"}",
		"{\"collaterals\":{\"tdqeidentity\":{}}}",
		"{\"collaterals\":{\"tcbinfos\":[{\"tdx_tcbinfo\":{}}]}}",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++)
		assert_err(read_text(texts[i], strlen(texts[i]), stop), COCO_E_FORMAT_CERT, &diag);
}

static void test_percent(void **state COCO_UNUSED)
{
	static const char good[] =
		"TCB-Info-Issuer-Chain: -----BEGIN%20CERTIFICATE-----%0AA%2Bb%3D";
	static const char *const bad[] = { "%", "%4", "%4g", "%%41", "%00" };
	char *p = NULL;
	size_t n = 0;

	assert_true(coco_tdx_header_looks(coco_view_of(good, strlen(good))));
	assert_false(coco_tdx_header_looks(coco_view_of(good, sizeof(good))));     /* a NUL */
	assert_false(coco_tdx_header_looks(coco_view_of("-----BEGIN CERTIFICATE", 22)));
	assert_false(coco_tdx_header_looks(coco_view_of(NULL, 0)));
	coco_diag_init(&diag);
	assert_ok(coco_tdx_percent_decode(coco_view_of(good, strlen(good)), &p, &n, &diag), &diag);
	assert_string_equal(p, "TCB-Info-Issuer-Chain: -----BEGIN CERTIFICATE-----\nA+b=");
	assert_int_equal(n, strlen(p));
	coco_free(p);
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		coco_diag_init(&diag);
		assert_err(coco_tdx_percent_decode(coco_view_of(bad[i], strlen(bad[i])), &p, &n,
						   &diag), COCO_E_FORMAT_VALUE, &diag);
	}
	coco_diag_init(&diag);
	assert_err(coco_tdx_percent_decode(coco_view_of(good, COCO_TDX_COLLATERAL_MAX + 1), &p, &n,
					   &diag), COCO_E_LIMIT_SIZE, &diag);
}

static void test_memory(void **state COCO_UNUSED)
{
	static const char text[] = "{\"tcb_info\":\"{}\",\"tcb_info_signature\":\"00\","
				   "\"pck_crl\":\"3001\",\"pck_crl_issuer_chain\":"
				   "\"-----BEGIN%20CERTIFICATE-----\"}";

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		int r = read_text(text, sizeof(text) - 1, note);

		if (coco_test_alloc_check(r, &diag))
			break;
	}
}

/* What is rebuilt can be read, and its signed bytes are those of the file. */
static int judge(void *ctx, enum coco_tdx_item kind, struct coco_view bytes,
		 const char *where COCO_UNUSED, struct coco_diag *d)
{
	size_t *counts = ctx;
	struct coco_tcb_info t;
	struct coco_qe_identity q;
	int r = 0;

	counts[kind]++;
	if (kind == COCO_TDX_ITEM_TCB_INFO) {
		r = coco_tcb_info_parse(&t, bytes, d);
		if (r == 0)
			coco_tcb_info_free(&t);
	} else if (kind == COCO_TDX_ITEM_QE_IDENTITY) {
		r = coco_qe_identity_parse(&q, bytes, d);
		if (r == 0)
			coco_qe_identity_free(&q);
	}
	return r;
}

static void test_vectors(void **state COCO_UNUSED)
{
	static const char *const names[] = { "sgx_quote_collateral.json",
					     "tdx_quote_collateral.json",
					     "tdx_quote_outdated_collateral.json" };

	if (coco_test_vectors("evidence/tdx/dcap-qvl/tdx_quote") == NULL)
		return;
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		size_t counts[4] = { 0 };
		struct coco_json doc;
		char path[200];
		size_t n;

		snprintf(path, sizeof(path), "evidence/tdx/dcap-qvl/%s", names[i]);
		uint8_t *p = coco_vector_blob(path, &n);
		coco_diag_init(&diag);
		assert_ok(coco_json_parse(&doc, coco_view_of(p, n), n, &diag), &diag);
		struct coco_jv root = coco_json_root(&doc);
		assert_string_equal(coco_tdx_collateral_name(&root), "dcap-qvl-collateral");
		assert_ok(coco_tdx_collateral_read(coco_view_of(p, n), &root, judge, counts,
						   &diag), &diag);
		assert_true(counts[COCO_TDX_ITEM_PEM] >= 3);
		assert_int_equal(counts[COCO_TDX_ITEM_CRL], 2);
		assert_int_equal(counts[COCO_TDX_ITEM_TCB_INFO], 1);
		assert_int_equal(counts[COCO_TDX_ITEM_QE_IDENTITY], 1);
		coco_json_free(&doc);
		coco_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_responses), cmocka_unit_test(test_v3),
		cmocka_unit_test(test_platform),  cmocka_unit_test(test_stops),
		cmocka_unit_test(test_percent),   cmocka_unit_test(test_memory),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
