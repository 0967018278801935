/*
 * test_azure_appraise.c - evidence of Azure confidential VMs: minted with
 * signed hardware reports, every link of its chain broken by name, and the
 * shared vectors.
 */
#include "lib/evidence/azure_appraise.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/ec_numbers.h"
#include "tests/support/appraised.h"
#include "tests/support/mint_snp_pki.h"
#include "tests/support/mint_tpm.h"
#include "tests/support/vector_log.h"

static struct coco_mint_snp_set snp;
static struct coco_key *ak;
static struct coco_key *other;

static int setup(void **state COCO_UNUSED)
{
	struct coco_mint_snp_spec spec = { .version = 3, .product = COCO_MINT_GENOA };

	coco_mint_snp_make(&spec, &snp);
	return coco_key_generate("rsa2048", &ak, NULL) | coco_key_generate("rsa2048", &other, NULL);
}

static int teardown(void **state COCO_UNUSED)
{
	coco_mint_snp_free(&snp);
	coco_key_free(ak);
	coco_key_free(other);
	return 0;
}

/* The report with the digest of these data in REPORT_DATA, signed again. */
static void sign_report(uint8_t report[1184], const char *data, size_t tail)
{
	uint8_t r[48], s[48];
	size_t n = 0;

	memcpy(report, snp.report, 1184);
	memset(report + 0x50, 0, 64);
	assert_int_equal(EVP_Q_digest(NULL, "SHA256", NULL, data, strlen(data), report + 0x50, &n),
			 1);
	if (tail > 0)
		report[0x50 + tail] = 1;
	assert_int_equal(coco_ec_sign(snp.leaf->key, coco_view_of(report, 672), r, s, NULL), 0);
	memset(report + 0x2a0, 0, 144);
	for (size_t i = 0; i < 48; i++) {
		report[0x2a0 + i] = r[47 - i];
		report[0x2e8 + i] = s[47 - i];
	}
}

enum broken {
	GOOD,
	DATA_CHANGED,        /* another key in the data than the report names */
	TAIL,                /* REPORT_DATA has something behind the digest */
	QUOTE_KEY,           /* the quote is signed by another key */
	PCR,
	OTHER_CHIP,          /* a report that is not signed by the certificate */
	USER_DATA,           /* the HCL report is for another nonce */
	NO_USER_DATA,
};

struct azure {
	char *text;
	uint8_t *hcl;
	size_t n_hcl;
};

static void make(struct azure *z, unsigned version, enum broken broken)
{
	static const char user[] =
		"6368616C6C656E67650000000000000000000000000000000000000000000000"
		"0000000000000000000000000000000000000000000000000000000000000000";
	static const char old[] =
		"0068616C6C656E67650000000000000000000000000000000000000000000000"
		"0000000000000000000000000000000000000000000000000000000000000000";
	struct coco_mint_tpm_spec spec = { .ak = ak, .other = other };
	struct coco_minted_quote q;
	uint8_t report[1184];

	if (broken == QUOTE_KEY)
		spec.defect = COCO_MINT_TPM_OTHER_KEY;
	if (broken == PCR)
		spec.defect = COCO_MINT_TPM_PCR;
	coco_mint_tpm_quote(&q, &spec);
	char *data = coco_mint_hcl_data(ak, broken == USER_DATA	     ? old
					    : broken == NO_USER_DATA ? NULL
								     : user);
	sign_report(report, data, broken == TAIL ? 32 : 0);
	if (broken == OTHER_CHIP)
		report[0x90] ^= 1;
	if (broken == DATA_CHANGED) {
		coco_free(data);
		data = coco_mint_hcl_data(other, user);
	}
	z->hcl = coco_mint_hcl(false, coco_view_of(report, sizeof(report)), data, &z->n_hcl);
	z->text = coco_mint_azure(false, version, coco_view_of(z->hcl, z->n_hcl), &q,
				  coco_view_of(snp.leaf->der, snp.leaf->n_der));
	coco_free(data);
}

static void unmake(struct azure *z)
{
	coco_free(z->text);
	coco_free(z->hcl);
}

static void judge(struct coco_appraised *t, struct coco_view input)
{
	coco_appraised_init(t);
	coco_appraised_add(t, input);
	coco_mint_snp_add(&snp, &t->collateral, &t->roots);
	coco_appraised_run(t, COCO_PKI_NOW);
}

static void test_good(void **state COCO_UNUSED)
{
	for (unsigned version = 0; version <= 2; version++) {
		struct coco_appraised t;
		struct azure z;

		make(&z, version, GOOD);
		judge(&t, coco_view_of(z.text, strlen(z.text)));
		coco_appraised_is(&t, "azure.report_data", COCO_CHECKED_PASS, "");
		coco_appraised_is(&t, "tpm.quote.signature", COCO_CHECKED_PASS, "");
		coco_appraised_is(&t, "tpm.quote.pcr_digest", COCO_CHECKED_PASS, "");
		if (version == 2)
			coco_appraised_is(&t, "azure.user_data", COCO_CHECKED_PASS, "");
		else
			assert_null(coco_appraised_check(&t, "azure.user_data"));
		assert_int_equal(t.result.n_subjects, 1);
		assert_string_equal(t.result.subjects[0].kind, "az-snp-vtpm");
		assert_int_equal(coco_result_verdict(&t.result, true), COCO_VERDICT_AFFIRMED);
		/* what stands in a text in another form has no place there */
		for (size_t i = 0; i < t.result.n_checks; i++)
			assert_false(t.result.checks[i].has_offset);
		for (size_t i = 0; i < t.result.subjects[0].claims.n; i++)
			assert_int_equal(t.result.subjects[0].claims.v[i].length, 0);
		coco_appraised_free(&t);
		unmake(&z);
	}
}

static void test_broken(void **state COCO_UNUSED)
{
	static const struct {
		enum broken broken;
		unsigned version;
		const char *id;
		const char *reason;
	} list[] = {
		{ DATA_CHANGED, 1, "azure.report_data", "BIND_HCL" },
		{ DATA_CHANGED, 1, "tpm.quote.signature", "EVIDENCE_SIGNATURE:quote" },
		{ TAIL, 1, "azure.report_data", "BIND_HCL" },
		{ QUOTE_KEY, 1, "tpm.quote.signature", "EVIDENCE_SIGNATURE:quote" },
		{ PCR, 0, "tpm.quote.pcr_digest", "EVIDENCE_PCR_DIGEST" },
		{ USER_DATA, 2, "azure.user_data", "FRESH_NONCE_MISMATCH" },
		{ NO_USER_DATA, 2, "azure.user_data", "FRESH_NONCE_MISMATCH" },
		{ OTHER_CHIP, 1, "snp.signature", NULL },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_appraised t;
		struct azure z;

		make(&z, list[i].version, list[i].broken);
		judge(&t, coco_view_of(z.text, strlen(z.text)));
		const struct coco_result_check *c = coco_appraised_check(&t, list[i].id);
		assert_non_null(c);
		assert_int_equal(c->outcome, COCO_CHECKED_FAIL);
		if (list[i].reason != NULL)
			assert_string_equal(c->reason, list[i].reason);
		assert_int_equal(coco_result_verdict(&t.result, true), COCO_VERDICT_REJECTED);
		coco_appraised_free(&t);
		unmake(&z);
	}
}

/* The HCL report alone: the hardware's part of it. */
static void test_hcl(void **state COCO_UNUSED)
{
	struct coco_appraised t;
	struct azure z;

	make(&z, 1, GOOD);
	judge(&t, coco_view_of(z.hcl, z.n_hcl));
	coco_appraised_is(&t, "azure.report_data", COCO_CHECKED_PASS, "");
	assert_int_equal(coco_appraised_check(&t, "azure.report_data")->offset, 0x20 + 0x50);
	assert_int_equal(coco_result_verdict(&t.result, true), COCO_VERDICT_AFFIRMED);
	coco_appraised_free(&t);
	z.hcl[0x4d4 + 40] ^= 1;   /* in the text of the data */
	coco_appraised_init(&t);
	coco_appraised_try(&t, coco_view_of(z.hcl, z.n_hcl));
	coco_appraised_free(&t);
	unmake(&z);
	char *data = coco_mint_hcl_data(ak, NULL);
	z.hcl = coco_mint_hcl(true, coco_view_of("TD", 2), data, &z.n_hcl);
	judge(&t, coco_view_of(z.hcl, z.n_hcl));
	coco_appraised_is(&t, "azure.td_quote", COCO_CHECKED_MISSING, "EVIDENCE_MISSING:quote");
	assert_int_equal(coco_result_verdict(&t.result, true), COCO_VERDICT_INDETERMINATE);
	coco_appraised_free(&t);
	coco_free(z.hcl);
	coco_free(data);
}

/* ---- the shared vectors ------------------------------------------------------------------- */

static void vector(const char *name, bool tdx, bool v2, const char *digest)
{
	struct coco_appraised t;
	char text[140];
	size_t n, n_chain;
	uint8_t *p = coco_vector_log("evidence/azure", name, &n);

	if (p == NULL)
		return;
	uint8_t *chain = coco_vector_log("evidence/snp/ca", "milan_ask_ark_asvk.pem", &n_chain);
	coco_appraised_init(&t);
	coco_appraised_add(&t, coco_view_of(p, n));
	coco_appraised_add(&t, coco_view_of(chain, n_chain));
	/* the VCEKs are of 28 January 2025 */
	coco_appraised_run(&t, 1740000000);
	coco_appraised_is(&t, "azure.report_data", COCO_CHECKED_PASS, "");
	coco_appraised_is(&t, "tpm.quote.signature", COCO_CHECKED_PASS, "");
	coco_appraised_is(&t, "tpm.quote.pcr_digest", COCO_CHECKED_PASS, "");
	if (v2)
		coco_appraised_is(&t, "azure.user_data", COCO_CHECKED_PASS, "");
	coco_claim_text(coco_claims_find(&t.result.subjects[0].claims, "hcl.data_digest"), text,
			sizeof(text));
	assert_string_equal(text, digest);
	/* TDX: nothing is wrong, and the TCB's collateral is not there */
	assert_int_equal(coco_result_verdict(&t.result, true),
			 tdx ? COCO_VERDICT_INDETERMINATE : COCO_VERDICT_AFFIRMED);
	coco_appraised_free(&t);
	for (size_t at = 40; at < n; at += 211) {
		uint8_t was = p[at];

		p[at] = was == 'A' ? 'B' : was == '0' ? '1' : was == 'f' ? 'e' : 'A';
		coco_appraised_init(&t);
		coco_appraised_add(&t, coco_view_of(chain, n_chain));
		coco_appraised_try(&t, coco_view_of(p, n));
		coco_appraised_free(&t);
		p[at] = was;
	}
	coco_free(chain);
	coco_free(p);
}

static void test_vectors(void **state COCO_UNUSED)
{
	vector("az-snp-vtpm/evidence-v1.json", false, false,
	       "af2910341dd8108360e485f1b72494255190b9cdd5ccb44b73b883037cf99f21");
	vector("az-snp-vtpm/evidence-v2.json", false, true,
	       "cf7cc0731c50f64876804b3943b2bfbd93dba69f5928e3df223e78ff34dd46ee");
	vector("az-tdx-vtpm/evidence-v1.json", true, false,
	       "9734504f161d104c74e3165c15f779b06a9bb40dfa71937817d7eee68e593839");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_hcl),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
