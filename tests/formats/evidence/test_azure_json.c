/*
 * test_azure_json.c - evidence of Azure confidential VMs: minted in every
 * version, spoiled in every member, and the shared vectors.
 */
#include "formats/evidence/azure_json.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_tpm.h"
#include "tests/support/vector_log.h"

static struct coco_key *ak;

static int setup(void **state COCO_UNUSED)
{
	return coco_key_generate("rsa2048", &ak, NULL);
}

static int teardown(void **state COCO_UNUSED)
{
	coco_key_free(ak);
	return 0;
}

static int decode(struct coco_azure *ret, const char *text, struct coco_diag *diag)
{
	struct coco_json doc;
	int r = coco_json_parse(&doc, coco_view_of(text, strlen(text)), 1 << 20, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = coco_azure_decode(ret, &root, diag);
	coco_json_free(&doc);
	return r;
}

static char *mint(bool tdx, unsigned version)
{
	static const uint8_t other[] = "a certificate or a quote";
	uint8_t hardware[1184] = { 3 };
	struct coco_mint_tpm_spec spec = { .ak = ak };
	struct coco_minted_quote m;
	size_t n;

	coco_mint_tpm_quote(&m, &spec);
	char *data = coco_mint_hcl_data(ak, NULL);
	uint8_t *hcl = coco_mint_hcl(tdx, coco_view_of(hardware, sizeof(hardware)), data, &n);
	char *text = coco_mint_azure(tdx, version, coco_view_of(hcl, n), &m,
				     coco_view_of(other, sizeof(other)));
	coco_free(hcl);
	coco_free(data);
	return text;
}

static void test_good(void **state COCO_UNUSED)
{
	for (unsigned version = 0; version <= 2; version++)
		for (int tdx = 0; tdx <= 1; tdx++) {
			struct coco_azure a;
			struct coco_claims c = { 0 };
			struct coco_diag d = { 0 };
			char *text = mint(tdx != 0, version);

			assert_ok(decode(&a, text, &d), &d);
			assert_int_equal(a.version, version);
			assert_int_equal(a.tdx, tdx);
			assert_int_equal(a.quoted.pcrs.n, 24);
			assert_int_equal(a.quoted.signature.scheme, COCO_TPM_RSASSA);
			assert_int_equal(a.quoted.signature.a.n, 256);
			assert_int_equal(tdx ? a.n_td_quote : a.n_vcek, 25);
			assert_memory_equal(tdx ? a.td_quote : a.vcek, "a certificate", 13);
			coco_azure_claims(&c, &a);
			assert_int_equal(coco_claims_finish(&c, &d), 0);
			assert_non_null(coco_claims_find(&c, "tpm.sha256.pcr8"));
			assert_non_null(coco_claims_find(&c, "hcl.report_type"));
			for (size_t i = 0; i < c.n; i++)
				assert_int_equal(c.v[i].length, 0);
			coco_claims_free(&c);
			coco_azure_free(&a);
			coco_free(text);
		}
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_azure a;
	struct coco_diag d;

	for (unsigned version = 0; version <= 1; version++) {
		char *text = mint(false, version);

		for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
			coco_diag_init(&d);
			int r = decode(&a, text, &d);

			if (coco_test_alloc_check(r, &d))
				break;
		}
		coco_azure_free(&a);
		coco_free(text);
	}
}

static void spoil(bool tdx, unsigned version, const char *from, const char *to, int code,
		  const char *pointer)
{
	char *text = mint(tdx, version);
	char *other = coco_zalloc(strlen(text) + 64, 1);
	char *at = strstr(text, from);
	struct coco_azure a = { .version = 99 };
	struct coco_diag d = { 0 };

	assert_non_null(at);
	memcpy(other, text, (size_t)(at - text));
	strcat(other, to);
	strcat(other, at + strlen(from));
	assert_err(decode(&a, other, &d), code, &d);
	assert_string_equal(d.pointer, pointer);
	assert_int_equal(a.version, 99);
	coco_free(other);
	coco_free(text);
}

static void test_spoiled(void **state COCO_UNUSED)
{
	spoil(false, 1, "\"version\":1", "\"version\":3", COCO_E_AZURE_EVIDENCE, "/version");
	spoil(false, 1, "\"version\":1", "\"version\":\"1\"", COCO_E_FORMAT_JSON_TYPE, "/version");
	spoil(false, 1, "\"vcek\"", "\"vlek\"", COCO_E_AZURE_EVIDENCE, "/");
	spoil(true, 2, "\"td_quote\"", "\"vcek\"", COCO_E_AZURE_EVIDENCE, "/hcl_report");
	spoil(false, 2, "\"vcek\"", "\"td_quote\"", COCO_E_AZURE_EVIDENCE, "/hcl_report");
	spoil(false, 1, "SENMQQ", "SENMQR", COCO_E_HCL_REPORT, "/hcl_report");
	spoil(false, 1, "SENMQQ", "SEN*QQ", COCO_E_FORMAT_BASE64, "/hcl_report");
	spoil(false, 1, "ff544347", "ff544348", COCO_E_TPM_STRUCTURE, "/tpm_quote/message");
	spoil(false, 1, "ff544347", "ff54434", COCO_E_AZURE_EVIDENCE, "/tpm_quote/message");
	spoil(false, 1, "ff544347", "fx544347", COCO_E_FORMAT_HEX, "/tpm_quote/message");
	spoil(false, 1, "\"signature\":\"", "\"signature\":7,\"x\":\"", COCO_E_FORMAT_JSON_TYPE,
	      "/tpm_quote/signature");
	spoil(false, 1, "\"pcrs\":[", "\"pcrs\":[\"00\",", COCO_E_TPM_EVIDENCE,
	      "/tpm_quote/pcrs/0");
	spoil(false, 1, "\"tpm_quote\"", "\"quote\"", COCO_E_FORMAT_JSON_TYPE, "/tpm_quote");
	spoil(false, 0, "-----BEGIN CERT", "-----BEGIN CURT", COCO_E_FORMAT_PEM, "/vcek");
	spoil(false, 0, "[255,84,67,71", "[255,84,67,72", COCO_E_TPM_STRUCTURE, "/quote/message");
	spoil(false, 0, "[255,84,67,71", "[256,84,67,71", COCO_E_FORMAT_VALUE,
	      "/quote/message/0");
	spoil(false, 0, "\"pcrs\":[[1,", "\"pcrs\":[[", COCO_E_TPM_EVIDENCE, "/quote/pcrs/0");
	spoil(false, 0, "[72,67,76,65", "[72,67,76,66", COCO_E_HCL_REPORT, "/report");
}

static void vector(const char *name, bool tdx, uint64_t hcl_version, const char *extra,
		   const char *digest)
{
	struct coco_azure a;
	struct coco_claims c = { 0 };
	struct coco_diag d = { 0 };
	char text[200];
	size_t n;
	uint8_t *p = coco_vector_log("evidence/azure", name, &n);

	if (p == NULL)
		return;
	assert_ok(decode(&a, (const char *)p, &d), &d);
	assert_int_equal(a.tdx, tdx);
	coco_azure_claims(&c, &a);
	assert_int_equal(coco_claims_find(&c, "hcl.version")->number, hcl_version);
	assert_int_equal(coco_claims_find(&c, "hcl.report_type")->number, tdx ? 4 : 2);
	coco_claim_text(coco_claims_find(&c, "tpm.extra_data"), text, sizeof(text));
	assert_string_equal(text, extra);
	coco_claim_text(coco_claims_find(&c, "tpm.pcr_digest"), text, sizeof(text));
	assert_string_equal(text, digest);
	assert_int_equal(coco_claims_find(&c, "tpm.selection.sha256")->number, 0xffffff);
	coco_claim_text(coco_claims_find(&c, "hcl.user_data"), text, sizeof(text));
	assert_memory_equal(text, strlen(extra) > 32 ? extra : "00000000000000000000",
			    strlen(extra) > 32 ? 96 : 20);
	coco_claims_free(&c);
	coco_azure_free(&a);
	coco_free(p);
}

static void test_vectors(void **state COCO_UNUSED)
{
	vector("az-snp-vtpm/evidence-v1.json", false, 1, "6368616c6c656e6765",
	       "cfa3a9112493e8c8741c1d895ced6d05a9ea19a24a02a44a8b02eaf22a1b143f");
	vector("az-snp-vtpm/evidence-v2.json", false, 1,
	       "982f5c6e45df0ed3f10b6f60b02f0c8390e281300f3805e2279c16168cd6ae9a"
	       "a398f647caa2338748cd0fd9f5f819ef",
	       "2304510eb15046d5c940e957b6ac93bc805e3ffcadb38e0a1b95442e552cb004");
	vector("az-tdx-vtpm/evidence-v1.json", true, 2, "6368616c6c656e6765",
	       "6c0e21d918212d57872a752bcf358355d508d1d5b8cb632259b898b15f9f658d");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
