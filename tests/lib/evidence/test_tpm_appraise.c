/*
 * test_tpm_appraise.c - quotes of TPMs: each defect by name with its check and
 * reason, whose key it is, and the shared vectors.
 */
#include "lib/evidence/tpm_appraise.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/appraised.h"
#include "tests/support/mint_tpm.h"
#include "tests/support/mint_token.h"
#include "tests/support/pki.h"
#include "tests/support/vector_log.h"

static struct coco_key *keys[3];   /* RSA, EC, somebody else's EC */

static int setup(void **state COCO_UNUSED)
{
	return coco_key_generate("rsa2048", &keys[0], NULL) |
	       coco_key_generate("p256", &keys[1], NULL) |
	       coco_key_generate("p256", &keys[2], NULL);
}

static int teardown(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < 3; i++)
		coco_key_free(keys[i]);
	return 0;
}

/* Appraises evidence with a defect; trusted: the key set of the caller holds the key. */
static void appraise(struct coco_appraised *t, const struct coco_mint_tpm_spec *spec, bool trusted)
{
	struct coco_minted_quote m;

	coco_mint_tpm_quote(&m, spec);
	char *text = coco_mint_tpm_json(&m, spec->ak);
	coco_appraised_init(t);
	coco_appraised_add(t, coco_view_of(text, strlen(text)));
	coco_free(text);
	if (trusted) {
		text = coco_mint_jwks(spec->ak, "ak", NULL, 0);
		coco_appraised_root(t, COCO_COLL_JWKS, coco_view_of(text, strlen(text)));
		coco_free(text);
	}
	coco_appraised_run(t, COCO_PKI_NOW);
}

static void test_good(void **state COCO_UNUSED)
{
	static const struct {
		int key;
		uint16_t scheme;
		uint16_t hash;
		uint16_t bank;
	} list[] = {
		{ 0, 0, 0, 0 },
		{ 0, COCO_TPM_RSAPSS, COCO_TCG_SHA384, 0 },
		{ 0, 0, COCO_TCG_SHA512, COCO_TCG_SHA1 },
		{ 1, 0, 0, COCO_TCG_SHA384 },
		{ 1, 0, COCO_TCG_SHA384, 0 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_appraised t;
		struct coco_mint_tpm_spec spec = {
			.ak = keys[list[i].key], .scheme = list[i].scheme, .hash = list[i].hash,
			.bank = list[i].bank,
		};

		appraise(&t, &spec, true);
		coco_appraised_is(&t, "tpm.quote.signature", COCO_CHECKED_PASS, "");
		coco_appraised_is(&t, "tpm.quote.pcr_digest", COCO_CHECKED_PASS, "");
		coco_appraised_is(&t, "tpm.ak", COCO_CHECKED_PASS, "");
		assert_int_equal(coco_result_verdict(&t.result, true), COCO_VERDICT_AFFIRMED);
		coco_appraised_free(&t);
	}
}

static void test_defects(void **state COCO_UNUSED)
{
	static const struct {
		enum coco_mint_tpm_defect defect;
		const char *id;
		enum coco_checked outcome;
		const char *reason;
	} list[] = {
		{ COCO_MINT_TPM_MAGIC, "tpm.format", COCO_CHECKED_FAIL, "EVIDENCE_MALFORMED" },
		{ COCO_MINT_TPM_TYPE, "tpm.format", COCO_CHECKED_FAIL, "EVIDENCE_MALFORMED" },
		{ COCO_MINT_TPM_TRAILING, "tpm.format", COCO_CHECKED_FAIL, "EVIDENCE_MALFORMED" },
		{ COCO_MINT_TPM_DIGEST, "tpm.quote.pcr_digest", COCO_CHECKED_FAIL,
		  "EVIDENCE_PCR_DIGEST" },
		{ COCO_MINT_TPM_PCR, "tpm.quote.pcr_digest", COCO_CHECKED_FAIL,
		  "EVIDENCE_PCR_DIGEST" },
		{ COCO_MINT_TPM_PCR_SWAPPED, "tpm.quote.pcr_digest", COCO_CHECKED_FAIL,
		  "EVIDENCE_PCR_DIGEST" },
		{ COCO_MINT_TPM_PCR_MISSING, "tpm.format", COCO_CHECKED_FAIL,
		  "EVIDENCE_MALFORMED" },
		{ COCO_MINT_TPM_BITMAP, "tpm.quote.signature", COCO_CHECKED_FAIL,
		  "EVIDENCE_SIGNATURE:quote" },
		{ COCO_MINT_TPM_NONCE, "tpm.quote.signature", COCO_CHECKED_FAIL,
		  "EVIDENCE_SIGNATURE:quote" },
		{ COCO_MINT_TPM_SIGNATURE, "tpm.quote.signature", COCO_CHECKED_FAIL,
		  "EVIDENCE_SIGNATURE:quote" },
		{ COCO_MINT_TPM_OTHER_KEY, "tpm.quote.signature", COCO_CHECKED_FAIL,
		  "EVIDENCE_SIGNATURE:quote" },
		{ COCO_MINT_TPM_OTHER_HASH, "tpm.quote.signature", COCO_CHECKED_FAIL,
		  "EVIDENCE_SIGNATURE:quote" },
		{ COCO_MINT_TPM_SHA1, "tpm.quote.signature", COCO_CHECKED_FAIL,
		  "EVIDENCE_SIGNATURE:quote" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_appraised t;
		struct coco_mint_tpm_spec spec = { .ak = keys[1], .other = keys[2],
						.defect = list[i].defect };

		print_message("%s\n", coco_mint_tpm_defect_name(list[i].defect));
		appraise(&t, &spec, true);
		coco_appraised_is(&t, list[i].id, list[i].outcome, list[i].reason);
		assert_int_equal(coco_result_verdict(&t.result, true), COCO_VERDICT_REJECTED);
		coco_appraised_free(&t);
	}
	/* the hash of the bank, where that is another one */
	struct coco_appraised t;
	struct coco_mint_tpm_spec spec = { .ak = keys[1], .bank = COCO_TCG_SHA384,
					.defect = COCO_MINT_TPM_BANK_HASH };
	appraise(&t, &spec, true);
	coco_appraised_is(&t, "tpm.quote.pcr_digest", COCO_CHECKED_FAIL, "EVIDENCE_PCR_DIGEST");
	coco_appraised_free(&t);
}

/* A PCR outside the bitmap is no claim, whatever value came along. */
static void test_bitmap(void **state COCO_UNUSED)
{
	struct coco_appraised t;
	struct coco_mint_tpm_spec spec = { .ak = keys[1], .pcrs = 0x10 };

	appraise(&t, &spec, true);
	assert_int_equal(coco_result_verdict(&t.result, true), COCO_VERDICT_AFFIRMED);
	const struct coco_claims *c = &t.result.subjects[0].claims;
	assert_non_null(coco_claims_find(c, "tpm.sha256.pcr4"));
	assert_null(coco_claims_find(c, "tpm.sha256.pcr3"));
	assert_null(coco_claims_find(c, "tpm.sha256.pcr5"));
	coco_appraised_free(&t);
}

static void test_key(void **state COCO_UNUSED)
{
	struct coco_appraised t;
	struct coco_mint_tpm_spec spec = { .ak = keys[1] };
	struct coco_minted_quote m;

	appraise(&t, &spec, false);
	coco_appraised_is(&t, "tpm.quote.signature", COCO_CHECKED_PASS, "");
	coco_appraised_is(&t, "tpm.ak", COCO_CHECKED_MISSING, "COLL_MISSING:ak");
	assert_int_equal(coco_result_verdict(&t.result, true), COCO_VERDICT_INDETERMINATE);
	coco_appraised_free(&t);
	/* the key set is of somebody else */
	coco_mint_tpm_quote(&m, &spec);
	char *text = coco_mint_tpm_json(&m, keys[1]);
	char *jwks = coco_mint_jwks(keys[2], "other", NULL, 0);
	coco_appraised_init(&t);
	coco_appraised_add(&t, coco_view_of(text, strlen(text)));
	coco_appraised_root(&t, COCO_COLL_JWKS, coco_view_of(jwks, strlen(jwks)));
	coco_appraised_run(&t, COCO_PKI_NOW);
	coco_appraised_is(&t, "tpm.ak", COCO_CHECKED_MISSING, "COLL_MISSING:ak");
	coco_appraised_free(&t);
	/* the right key set, but among the collateral: nobody vouched for it */
	coco_free(jwks);
	jwks = coco_mint_jwks(keys[1], "ak", NULL, 0);
	coco_appraised_init(&t);
	coco_appraised_add(&t, coco_view_of(text, strlen(text)));
	coco_appraised_add(&t, coco_view_of(jwks, strlen(jwks)));
	coco_appraised_run(&t, COCO_PKI_NOW);
	coco_appraised_is(&t, "tpm.ak", COCO_CHECKED_MISSING, "COLL_MISSING:ak");
	coco_appraised_free(&t);
	coco_free(jwks);
	coco_free(text);
}

/* ---- Google ------------------------------------------------------------------------- */

static const struct coco_pki_spec ak_spec = {
	.subject = "O=Example/CN=AK", .key_type = "p256", .basic = "critical,CA:FALSE",
	.usage = "critical,digitalSignature",
};

struct gce {
	struct coco_pki_cert *root, *middle, *leaf;
	struct coco_minted_quote q[2];
	uint8_t area[1024];
	size_t n_area;
};

static void gce_make(struct gce *g, uint32_t attributes, int64_t leaf_until)
{
	struct coco_pki_spec spec = ak_spec;
	struct coco_mint_tpm_spec quote = { .ak = NULL };

	spec.not_after = leaf_until;
	g->root = coco_pki_issue(&coco_pki_root, NULL);
	g->middle = coco_pki_issue(&coco_pki_intermediate, g->root);
	g->leaf = coco_pki_issue(&spec, g->middle);
	quote.ak = g->leaf->key;
	coco_mint_tpm_quote(&g->q[0], &quote);
	quote.bank = COCO_TCG_SHA384;
	coco_mint_tpm_quote(&g->q[1], &quote);
	g->n_area = coco_mint_tpm_public(g->area, g->leaf->key, attributes);
}

static void gce_free(struct gce *g)
{
	coco_pki_free(g->root);
	coco_pki_free(g->middle);
	coco_pki_free(g->leaf);
}

static void gce_run(struct coco_appraised *t, const struct gce *g, bool middle,
		    const struct coco_pki_cert *root)
{
	size_t n;
	uint8_t *p = coco_mint_gce(g->q, 2, coco_view_of(g->area, g->n_area),
				   coco_view_of(NULL, 0),
				   coco_view_of(g->leaf->der, g->leaf->n_der),
				   middle ? coco_view_of(g->middle->der, g->middle->n_der)
					  : coco_view_of(NULL, 0), &n);

	coco_appraised_init(t);
	coco_appraised_add(t, coco_view_of(p, n));
	if (root != NULL)
		coco_appraised_root(t, COCO_COLL_CERT, coco_view_of(root->der, root->n_der));
	coco_appraised_run(t, COCO_PKI_NOW);
	coco_free(p);
}

static void test_gce(void **state COCO_UNUSED)
{
	struct coco_pki_cert *other = coco_pki_issue(&coco_pki_root, NULL);
	struct coco_appraised t;
	struct gce g;

	gce_make(&g, 0x50072, 0);
	gce_run(&t, &g, true, g.root);
	coco_appraised_is(&t, "tpm.ak", COCO_CHECKED_PASS, "");
	coco_appraised_is(&t, "tpm.ak.attributes", COCO_CHECKED_PASS, "");
	coco_appraised_is(&t, "tpm.quote.one_nonce", COCO_CHECKED_PASS, "");
	assert_int_equal(coco_result_verdict(&t.result, true), COCO_VERDICT_AFFIRMED);
	assert_true(t.result.has_not_after && t.result.n_gaps > 0);
	coco_appraised_free(&t);
	gce_run(&t, &g, true, NULL);
	coco_appraised_is(&t, "tpm.ak", COCO_CHECKED_MISSING, "COLL_MISSING:trust-root");
	coco_appraised_free(&t);
	gce_run(&t, &g, false, g.root);
	coco_appraised_is(&t, "tpm.ak", COCO_CHECKED_MISSING, "COLL_MISSING:issuer");
	coco_appraised_free(&t);
	gce_run(&t, &g, true, g.leaf);   /* the certificate itself is named */
	coco_appraised_is(&t, "tpm.ak", COCO_CHECKED_PASS, "");
	coco_appraised_free(&t);
	gce_run(&t, &g, true, other);    /* same name, another key */
	coco_appraised_is(&t, "tpm.ak", COCO_CHECKED_MISSING, "COLL_MISSING:issuer");
	coco_appraised_free(&t);
	/* a quote over the same bank twice, another nonce, another key in the area */
	struct coco_mint_tpm_spec quote = { .ak = g.leaf->key, .extra = coco_view_of("old", 3) };
	coco_mint_tpm_quote(&g.q[1], &quote);
	gce_run(&t, &g, true, g.root);
	coco_appraised_is(&t, "tpm.quote.one_nonce", COCO_CHECKED_FAIL, "FRESH_NONCE_MISMATCH");
	coco_appraised_is(&t, "tpm.quote.one_bank", COCO_CHECKED_FAIL, "EVIDENCE_MALFORMED");
	coco_appraised_free(&t);
	g.n_area = coco_mint_tpm_public(g.area, keys[2], 0x50072);
	gce_run(&t, &g, true, g.root);
	coco_appraised_is(&t, "tpm.quote.signature", COCO_CHECKED_FAIL, "EVIDENCE_SIGNATURE:quote");
	coco_appraised_is(&t, "tpm.ak.certificate", COCO_CHECKED_FAIL, "COLL_WRONG_KEY:ak_cert");
	coco_appraised_free(&t);
	gce_free(&g);
	gce_make(&g, 0x40072, COCO_PKI_NOW - 5);   /* not restricted; expired */
	gce_run(&t, &g, true, g.root);
	coco_appraised_is(&t, "tpm.ak.attributes", COCO_CHECKED_FAIL, "EVIDENCE_AK_ATTRIBUTES");
	coco_appraised_is(&t, "tpm.ak", COCO_CHECKED_FAIL, "COLL_EXPIRED:AK@2027-01-15T07:59:55Z");
	coco_appraised_free(&t);
	gce_free(&g);
	coco_pki_free(other);
}

/* ---- the shared vectors ---------------------------------------------------------------- */

static void test_vectors(void **state COCO_UNUSED)
{
	static const char *const names[] = { "trustee-tpm-evidence.json",
					     "gce-cos-85-nonce9009.pb" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		struct coco_appraised t;
		size_t n;
		uint8_t *p = coco_vector_log("evidence/tpm", names[i], &n);

		if (p == NULL)
			return;
		coco_appraised_init(&t);
		coco_appraised_add(&t, coco_view_of(p, n));
		coco_appraised_run(&t, 1700000000);
		coco_appraised_is(&t, "tpm.quote.signature", COCO_CHECKED_PASS, "");
		coco_appraised_is(&t, "tpm.quote.pcr_digest", COCO_CHECKED_PASS, "");
		for (size_t k = 0; k < t.result.n_checks; k++)
			if (strcmp(t.result.checks[k].id, "tpm.quote.pcr_digest") == 0)
				assert_int_equal(t.result.checks[k].outcome, COCO_CHECKED_PASS);
		coco_appraised_is(&t, "tpm.ak", COCO_CHECKED_MISSING,
				  i == 0 ? "COLL_MISSING:ak" : "COLL_MISSING:trust-root");
		assert_int_equal(coco_result_verdict(&t.result, true),
				 COCO_VERDICT_INDETERMINATE);
		coco_appraised_free(&t);
		/* any byte of the quote changed: never affirmed, and the reason is known */
		for (size_t at = i == 0 ? 480 : 290; at < n && at < 900; at += 37) {
			uint8_t was = p[at];

			p[at] = was == 'A' ? 'B' : (uint8_t)(was ^ 1);
			coco_appraised_init(&t);
			coco_appraised_try(&t, coco_view_of(p, n));
			p[at] = was;
			coco_appraised_free(&t);
		}
		coco_free(p);
	}
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_mint_tpm_spec spec = { .ak = keys[1] };
	struct coco_minted_quote m;

	coco_mint_tpm_quote(&m, &spec);
	char *text = coco_mint_tpm_json(&m, keys[1]);
	char *jwks = coco_mint_jwks(keys[1], "ak", NULL, 0);
	coco_appraised_memory(coco_view_of(text, strlen(text)), COCO_COLL_JWKS,
			      coco_view_of(jwks, strlen(jwks)));
	coco_free(jwks);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_defects),
		cmocka_unit_test(test_bitmap),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_gce),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
