/*
 * test_token_appraise.c - attestation tokens: each defect by name with its
 * check and reason, whose key it is, times, bundles, and the shared vectors.
 */
#include "lib/evidence/token_appraise.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/appraised.h"
#include "tests/support/mint_token.h"
#include "tests/support/mint_tpm.h"
#include "tests/support/pki.h"
#include "tests/support/vector_log.h"

static const struct coco_pki_spec service = {
	.subject = "O=Example/CN=Attestation Service", .basic = "critical,CA:FALSE",
	.usage = "critical,digitalSignature",
};
static struct coco_pki_cert *root, *middle, *leaf;
static struct coco_key *stranger;

static int setup(void **state COCO_UNUSED)
{
	root = coco_pki_issue(&coco_pki_root, NULL);
	middle = coco_pki_issue(&coco_pki_intermediate, root);
	leaf = coco_pki_issue(&service, middle);
	return coco_key_generate("p256", &stranger, NULL);
}

static int teardown(void **state COCO_UNUSED)
{
	coco_pki_free(root);
	coco_pki_free(middle);
	coco_pki_free(leaf);
	coco_key_free(stranger);
	return 0;
}

static struct coco_view der(const struct coco_pki_cert *c)
{
	return coco_view_of(c->der, c->n_der);
}

/* A token of the service with its chain; payload NULL: a good EAR. */
static char *mint(enum coco_mint_token_defect defect, bool jwk, bool x5c, const char *payload)
{
	struct coco_mint_ear ear = { .status = NULL };
	char *body = payload != NULL ? coco_strdup(payload) : coco_mint_ear(&ear);
	struct coco_mint_token spec = {
		.key = leaf->key, .other = stranger, .jwk = jwk, .x5c = x5c, .payload = body,
		.cert = { der(leaf), der(middle) }, .n_certs = 2, .defect = defect,
	};
	char *text = coco_mint_token(&spec);

	coco_free(body);
	return text;
}

static void judge_at(struct coco_appraised *t, const char *text, const struct coco_pki_cert *trust,
		     const char *jwks, int64_t at)
{
	coco_appraised_init(t);
	coco_appraised_add(t, coco_view_of(text, strlen(text)));
	if (trust != NULL)
		coco_appraised_root(t, COCO_COLL_CERT, der(trust));
	if (jwks != NULL)
		coco_appraised_root(t, COCO_COLL_JWKS, coco_view_of(jwks, strlen(jwks)));
	coco_appraised_run(t, at);
}

static void judge(struct coco_appraised *t, const char *text, const struct coco_pki_cert *trust)
{
	judge_at(t, text, trust, NULL, COCO_PKI_NOW);
}

static void test_good(void **state COCO_UNUSED)
{
	for (int i = 0; i < 2; i++) {
		struct coco_appraised t;
		char *text = mint(COCO_MINT_TOKEN_GOOD, i == 0, i == 1, NULL);

		judge(&t, text, root);
		coco_appraised_is(&t, "token.alg", COCO_CHECKED_PASS, "");
		coco_appraised_is(&t, "token.signature", COCO_CHECKED_PASS, "");
		coco_appraised_is(&t, "token.key", COCO_CHECKED_PASS, "");
		coco_appraised_is(&t, "token.time", COCO_CHECKED_PASS, "");
		assert_null(coco_appraised_check(&t, "ear.status"));
		assert_int_equal(coco_result_verdict(&t.result, true), COCO_VERDICT_AFFIRMED);
		/* without a policy nobody said that it is acceptable */
		assert_int_equal(coco_result_verdict(&t.result, false),
				 COCO_VERDICT_INDETERMINATE);
		assert_int_equal(t.result.not_after, COCO_PKI_NOW + 290);
		const struct coco_claims *c = &t.result.subjects[0].claims;
		assert_string_equal((char *)coco_claims_find(c, "token.kind")->p, "ear");
		assert_string_equal((char *)coco_claims_find(c, "token.nonce")->p, "bm9uY2UtMTIz");
		assert_string_equal((char *)coco_claims_find(c, "ear.cpu0.status")->p,
				    "affirming");
		assert_int_equal(t.result.subjects[0].trust[COCO_TRUST_EXECUTABLES], 3);
		coco_appraised_free(&t);
		coco_free(text);
	}
}

static void test_defects(void **state COCO_UNUSED)
{
	static const struct {
		enum coco_mint_token_defect defect;
		const char *id;
		const char *reason;
	} list[] = {
		{ COCO_MINT_TOKEN_SIGNATURE, "token.signature", "EVIDENCE_SIGNATURE:token" },
		{ COCO_MINT_TOKEN_PAYLOAD, "token.signature", "EVIDENCE_SIGNATURE:token" },
		{ COCO_MINT_TOKEN_HEADER, "token.signature", "EVIDENCE_SIGNATURE:token" },
		{ COCO_MINT_TOKEN_OTHER_KEY, "token.signature", "EVIDENCE_SIGNATURE:token" },
		{ COCO_MINT_TOKEN_NONE, "token.alg", "TOKEN_ALG:none" },
		{ COCO_MINT_TOKEN_HS256, "token.alg", "TOKEN_ALG:HS256" },
		{ COCO_MINT_TOKEN_ALG, "token.signature", "EVIDENCE_SIGNATURE:token" },
		{ COCO_MINT_TOKEN_JWK_OTHER, "token.key", "TOKEN_JWK_X5C" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_appraised t;
		char *text = mint(list[i].defect, true, false, NULL);

		print_message("%s\n", coco_mint_token_defect_name(list[i].defect));
		judge(&t, text, root);
		coco_appraised_is(&t, list[i].id, COCO_CHECKED_FAIL, list[i].reason);
		assert_int_equal(coco_result_verdict(&t.result, true), COCO_VERDICT_REJECTED);
		coco_appraised_free(&t);
		coco_free(text);
	}
}

/* Whose key it is: nobody's, somebody else's, that of a key set. */
static void test_keys(void **state COCO_UNUSED)
{
	struct coco_pki_cert *other = coco_pki_issue(&coco_pki_root, NULL);
	char *with_chain = coco_mint_jwks(leaf->key, "k1",
					  (struct coco_view[]){ der(leaf), der(middle) }, 2);
	char *bare = coco_mint_jwks(leaf->key, "k1", NULL, 0);
	char *foreign = coco_mint_jwks(stranger, "k1", NULL, 0);
	struct coco_mint_ear ear = { .status = NULL };
	char *body = coco_mint_ear(&ear);
	struct coco_mint_token spec = { .key = leaf->key, .kid = "k1", .payload = body };
	char *text = coco_mint_token(&spec);
	char *own = mint(COCO_MINT_TOKEN_GOOD, true, false, NULL);
	struct coco_appraised t;

	judge(&t, own, NULL);
	coco_appraised_is(&t, "token.key", COCO_CHECKED_MISSING, "COLL_MISSING:trust-root");
	coco_appraised_free(&t);
	judge(&t, own, other);
	coco_appraised_is(&t, "token.key", COCO_CHECKED_MISSING, "COLL_MISSING:issuer");
	coco_appraised_free(&t);
	judge(&t, text, NULL);
	coco_appraised_is(&t, "token.signature", COCO_CHECKED_MISSING, "COLL_MISSING:jwks");
	coco_appraised_free(&t);
	judge_at(&t, text, NULL, bare, COCO_PKI_NOW);
	coco_appraised_is(&t, "token.key", COCO_CHECKED_PASS, "");
	coco_appraised_free(&t);
	judge_at(&t, text, NULL, foreign, COCO_PKI_NOW);
	coco_appraised_is(&t, "token.signature", COCO_CHECKED_FAIL, "EVIDENCE_SIGNATURE:token");
	coco_appraised_free(&t);
	/* among the collateral a set is worth what its certificates are worth */
	for (int i = 0; i < 3; i++) {
		const char *set = i == 0 ? bare : with_chain;

		coco_appraised_init(&t);
		coco_appraised_add(&t, coco_view_of(text, strlen(text)));
		coco_appraised_add(&t, coco_view_of(set, strlen(set)));
		if (i == 2)
			coco_appraised_root(&t, COCO_COLL_CERT, der(root));
		coco_appraised_run(&t, COCO_PKI_NOW);
		coco_appraised_is(&t, "token.key", i == 2 ? COCO_CHECKED_PASS
							  : COCO_CHECKED_MISSING,
				  i == 0   ? "COLL_MISSING:token-key"
				  : i == 1 ? "COLL_MISSING:trust-root"
					   : "");
		coco_appraised_free(&t);
	}
	coco_free(own);
	coco_free(text);
	/* the set has the key under another id */
	spec.kid = "k2";
	text = coco_mint_token(&spec);
	judge_at(&t, text, NULL, bare, COCO_PKI_NOW);
	coco_appraised_is(&t, "token.signature", COCO_CHECKED_MISSING, "COLL_MISSING:jwks");
	coco_appraised_free(&t);
	coco_free(text);
	coco_free(body);
	coco_free(with_chain);
	coco_free(bare);
	coco_free(foreign);
	coco_pki_free(other);
}

static void test_algorithms(void **state COCO_UNUSED)
{
	static const struct {
		const char *type;
		const char *alg;
	} list[] = { { "p384", NULL }, { "p521", NULL }, { "rsa2048", NULL },
		     { "rsa2048", "PS384" }, { "ed25519", NULL } };

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_key *key;
		struct coco_appraised t;

		assert_int_equal(coco_key_generate(list[i].type, &key, NULL), 0);
		struct coco_mint_token spec = { .key = key, .alg = list[i].alg,
						.payload = "{\"iss\":\"a\",\"exp\":2000000000}" };
		char *text = coco_mint_token(&spec);
		char *set = coco_mint_jwks(key, NULL, NULL, 0);
		judge_at(&t, text, NULL, set, COCO_PKI_NOW);
		assert_int_equal(coco_result_verdict(&t.result, true), COCO_VERDICT_AFFIRMED);
		coco_appraised_free(&t);
		coco_free(set);
		coco_free(text);
		coco_key_free(key);
	}
}

static void test_times(void **state COCO_UNUSED)
{
	static const struct {
		struct coco_mint_ear ear;
		int64_t at;
		enum coco_checked outcome;
		const char *reason;
	} list[] = {
		{ { .status = NULL }, COCO_PKI_NOW + 289, COCO_CHECKED_PASS, "" },
		{ { .status = NULL }, COCO_PKI_NOW + 290, COCO_CHECKED_FAIL, "FRESH_EXPIRED" },
		{ { .status = NULL }, COCO_PKI_NOW - 11, COCO_CHECKED_FAIL, "FRESH_NOT_YET_VALID" },
		{ { .nbf = COCO_PKI_NOW + 5 }, COCO_PKI_NOW, COCO_CHECKED_FAIL,
		  "FRESH_NOT_YET_VALID" },
		{ { .nbf = COCO_PKI_NOW }, COCO_PKI_NOW, COCO_CHECKED_PASS, "" },
		{ { .exp = -1 }, COCO_PKI_NOW, COCO_CHECKED_SKIPPED, "" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_appraised t;
		char *body = coco_mint_ear(&list[i].ear);
		char *text = mint(COCO_MINT_TOKEN_GOOD, true, false, body);

		judge_at(&t, text, root, NULL, list[i].at);
		coco_appraised_is(&t, "token.time", list[i].outcome, list[i].reason);
		coco_appraised_free(&t);
		coco_free(text);
		coco_free(body);
	}
}

static void test_status(void **state COCO_UNUSED)
{
	static const struct {
		struct coco_mint_ear ear;
		const char *id;
	} list[] = {
		{ { .configuration = 36 }, "ear.status" },
		{ { .hardware = 97 }, "ear.status" },
		{ { .executables = 99, .status = "warning" }, "ear.status" },
		{ { .executables = 99, .status = "contraindicated" }, "ear.contraindicated" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_appraised t;
		char *body = coco_mint_ear(&list[i].ear);
		char *text = mint(COCO_MINT_TOKEN_GOOD, true, false, body);

		judge(&t, text, root);
		coco_appraised_is(&t, list[i].id, COCO_CHECKED_FAIL, "TOKEN_STATUS:cpu0");
		/* signed it is: the contradiction is its issuer's */
		assert_int_equal(coco_result_verdict(&t.result, true), COCO_VERDICT_AFFIRMED);
		assert_int_equal(coco_result_verdict(&t.result, false), COCO_VERDICT_REJECTED);
		coco_appraised_free(&t);
		coco_free(text);
		coco_free(body);
	}
}

/* ---- bundles ------------------------------------------------------------------------------- */

static void bundle(struct coco_mint_detached spec, const char *id, enum coco_checked outcome,
		   const char *reason, enum coco_verdict authentic)
{
	struct coco_appraised t;

	spec.key = leaf->key;
	spec.kid = "k1";
	char *text = coco_mint_detached(&spec);
	char *set = coco_mint_jwks(leaf->key, "k1", NULL, 0);
	judge_at(&t, text, NULL, set, COCO_PKI_NOW);
	coco_appraised_is(&t, id, outcome, reason);
	assert_int_equal(coco_result_verdict(&t.result, true), authentic);
	coco_appraised_free(&t);
	coco_free(set);
	coco_free(text);
}

#define BUNDLE(...) (struct coco_mint_detached){ .overall = true, __VA_ARGS__ }

static void test_bundles(void **state COCO_UNUSED)
{
	enum coco_verdict yes = COCO_VERDICT_AFFIRMED;
	enum coco_verdict no = COCO_VERDICT_REJECTED;

	bundle(BUNDLE(.n = 1), "token.submod.digest", COCO_CHECKED_PASS, "", yes);
	bundle(BUNDLE(.n = 3, .hash = "SHA256"), "token.submod.digest", COCO_CHECKED_PASS, "", yes);
	bundle(BUNDLE(.n = 2), "token.submod.nonce", COCO_CHECKED_PASS, "", yes);
	bundle(BUNDLE(.n = 2, .lie = true), "token.submod.digest", COCO_CHECKED_FAIL, "BIND_TOKEN",
	       no);
	bundle(BUNDLE(.n = 2, .hash = "MD5"), "token.submod.digest", COCO_CHECKED_FAIL,
	       "BIND_TOKEN", no);
	bundle(BUNDLE(.n = 2, .missing = true), "token.submod.digest", COCO_CHECKED_FAIL,
	       "BIND_TOKEN", no);
	bundle(BUNDLE(.n = 1, .extra = true), "token.submod.name", COCO_CHECKED_FAIL, "BIND_TOKEN",
	       no);
	bundle(BUNDLE(.n = 0), "token.submod.name", COCO_CHECKED_FAIL, "BIND_TOKEN", no);
	bundle(BUNDLE(.n = 1, .device_nonce = "00fe"), "token.submod.nonce", COCO_CHECKED_FAIL,
	       "FRESH_NONCE_MISMATCH", no);
	bundle(BUNDLE(.n = 1, .none = true), "token.alg", COCO_CHECKED_FAIL, "TOKEN_ALG:none", no);
	bundle(BUNDLE(.n = 1, .exp = "1800000000"), "token.time", COCO_CHECKED_FAIL,
	       "FRESH_EXPIRED", no);
	bundle(BUNDLE(.n = 1, .exp = "\"never\""), "token.time", COCO_CHECKED_FAIL,
	       "EVIDENCE_MALFORMED", no);
	/* authentic, and the service says no */
	bundle((struct coco_mint_detached){ .n = 1 }, "token.overall", COCO_CHECKED_FAIL,
	       "TOKEN_STATUS:all devices", yes);
	bundle(BUNDLE(.n = 1, .measres = "fail"), "token.measres", COCO_CHECKED_FAIL,
	       "TOKEN_STATUS:GPU-0", yes);
}

/* ---- robustness ----------------------------------------------------------------------------- */

static void test_bytes(void **state COCO_UNUSED)
{
	char *text = mint(COCO_MINT_TOKEN_GOOD, true, false, NULL);
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i += 7) {
		struct coco_appraised t;
		char was = text[i];

		text[i] = was == 'A' ? 'B' : 'A';
		coco_appraised_init(&t);
		coco_appraised_root(&t, COCO_COLL_CERT, der(root));
		coco_appraised_try(&t, coco_view_of(text, n));
		coco_appraised_free(&t);
		text[i] = was;
	}
	for (size_t i = 0; i < n; i += 31) {
		struct coco_appraised t;

		coco_appraised_init(&t);
		coco_appraised_root(&t, COCO_COLL_CERT, der(root));
		coco_appraised_try(&t, coco_view_of(text, i));
		coco_appraised_free(&t);
	}
	coco_appraised_memory(coco_view_of(text, n), COCO_COLL_CERT, der(root));
	coco_free(text);
}

/* ---- the shared vectors ---------------------------------------------------------------- */

static void test_ears(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		enum coco_verdict verdict;
		const char *id;
		const char *reason;
	} list[] = {
		{ "ear-valid.jwt", COCO_VERDICT_AFFIRMED, NULL, NULL },
		{ "ear-bad-signature.jwt", COCO_VERDICT_REJECTED, "token.signature",
		  "EVIDENCE_SIGNATURE:token" },
		{ "ear-alg-none.jwt", COCO_VERDICT_REJECTED, "token.alg", "TOKEN_ALG:none" },
		{ "ear-jwk-not-in-x5c.jwt", COCO_VERDICT_REJECTED, "token.key", "TOKEN_JWK_X5C" },
		{ "ear-status-inconsistent.jwt", COCO_VERDICT_AFFIRMED, "ear.status",
		  "TOKEN_STATUS:cpu0" },
	};
	size_t n, n_chain;
	uint8_t *chain = coco_vector_log("evidence/tokens/trustee-as", "cert-chain.pem", &n_chain);

	for (size_t i = 0; chain != NULL && i < COCO_ARRAY_LEN(list); i++) {
		uint8_t *p = coco_vector_log("evidence/synthetic", list[i].name, &n);

		for (int late = 0; late < 2; late++) {
			struct coco_appraised t;

			coco_appraised_init(&t);
			coco_appraised_add(&t, coco_view_of(p, n));
			assert_int_equal(coco_collateral_add_pem(&t.roots,
								 coco_view_of(chain, n_chain),
								 "root", NULL), 0);
			coco_appraised_run(&t, late != 0 ? 1760426434 : 1760426220);
			assert_int_equal(coco_result_verdict(&t.result, true),
					 late != 0 ? COCO_VERDICT_REJECTED : list[i].verdict);
			if (late != 0)
				coco_appraised_is(&t, "token.time", COCO_CHECKED_FAIL,
						  "FRESH_EXPIRED");
			if (list[i].id != NULL)
				coco_appraised_is(&t, list[i].id, COCO_CHECKED_FAIL,
						  list[i].reason);
			coco_appraised_free(&t);
		}
		coco_free(p);
	}
	coco_free(chain);
}

static void test_nras(void **state COCO_UNUSED)
{
	struct coco_appraised t;
	size_t n;
	uint8_t *p = coco_vector_log("evidence/tokens/nras", "hopperClaimsv3_detached_eat.json",
				     &n);

	if (p == NULL)
		return;
	coco_appraised_init(&t);
	coco_appraised_add(&t, coco_view_of(p, n));
	coco_appraised_run(&t, 1749602400);
	coco_appraised_is(&t, "token.submod.digest", COCO_CHECKED_PASS, "");
	coco_appraised_is(&t, "token.submod.nonce", COCO_CHECKED_PASS, "");
	coco_appraised_is(&t, "token.time", COCO_CHECKED_PASS, "");
	coco_appraised_is(&t, "token.signature", COCO_CHECKED_MISSING, "COLL_MISSING:jwks");
	assert_null(coco_appraised_check(&t, "token.measres"));
	const struct coco_claims *c = &t.result.subjects[0].claims;
	assert_int_equal(coco_claims_find(c, "token.iat")->time, 1749601858);
	assert_int_equal(coco_claims_find(c, "token.exp")->time, 1749605458);
	assert_string_equal((char *)coco_claims_find(c, "token.nonce")->p,
			    "931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb");
	assert_int_equal(coco_claims_find(c, "token.body.x-nvidia-overall-att-result")->number, 1);
	coco_appraised_free(&t);
	coco_free(p);
}

static void test_endorsed_keys(void **state COCO_UNUSED)
{
	static const enum coco_checked want[] = {
		COCO_CHECKED_PASS, COCO_CHECKED_FAIL, COCO_CHECKED_MISSING, COCO_CHECKED_FAIL,
		COCO_CHECKED_PASS,
	};

	for (unsigned i = 0; i < COCO_ARRAY_LEN(want); i++) {
		struct coco_appraised t;
		struct coco_jwks set;
		struct coco_anchor anchor;
		int used[16], used_roots[16];
		char name[64];
		size_t n, n_trust;

		snprintf(name, sizeof(name), "scenario%02u-jwk.json", i + 1);
		uint8_t *p = coco_vector_log("evidence/tokens/trustee-jwk", name, &n);
		if (p == NULL)
			return;
		snprintf(name, sizeof(name), "scenario%02u-trust.pem", i + 1);
		uint8_t *trust = coco_vector_log("evidence/tokens/trustee-jwk", name, &n_trust);
		coco_appraised_init(&t);
		coco_result_init(&t.result, 1718000000);
		memset(used, 0xff, sizeof(used));
		memset(used_roots, 0xff, sizeof(used_roots));
		assert_int_equal(coco_collateral_add_pem(&t.roots, coco_view_of(trust, n_trust),
							 "root", NULL), 0);
		assert_int_equal(coco_jwks_decode(&set, coco_view_of(p, n), NULL), 0);
		struct coco_appraisal a = {
			.collateral = &t.collateral, .extra_roots = &t.roots,
			.result = &t.result, .used = used, .used_roots = used_roots,
			/* in the middle of the first certificate's time */
			.at = coco_cert_not_before(t.roots.v[0].cert) + 3600,
		};
		assert_int_equal(coco_token_anchor(&a, &set.v[0], &anchor, NULL), 0);
		print_message("scenario %u: %s %s\n", i + 1, anchor.reason, anchor.actual);
		if (want[i] == COCO_CHECKED_PASS)
			assert_int_equal(anchor.outcome, COCO_CHECKED_PASS);
		else
			assert_int_not_equal(anchor.outcome, COCO_CHECKED_PASS);
		coco_jwks_free(&set);
		coco_appraised_free(&t);
		coco_free(trust);
		coco_free(p);
	}
}

/* ---- for scripts ------------------------------------------------------------------------- */

static void put(const char *dir, const char *name, struct coco_view v)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(v.p, 1, v.n, f), v.n);
	assert_int_equal(fclose(f), 0);
}

static void put_text(const char *dir, const char *name, char *text)
{
	put(dir, name, coco_view_of(text, strlen(text)));
	coco_free(text);
}

/* Tokens, a bundle, TPM evidence, and what verifies them, into a directory. */
static void write_files(const char *dir)
{
	struct coco_mint_detached many = { .key = leaf->key, .kid = "k1", .n = 2,
					   .overall = true };
	struct coco_mint_tpm_spec spec = { .ak = stranger };
	struct coco_minted_quote quote;

	for (int i = 0; i < COCO_MINT_TOKEN_DEFECTS; i++) {
		enum coco_mint_token_defect defect = (enum coco_mint_token_defect)i;
		char name[64];

		snprintf(name, sizeof(name), "%s.jwt", coco_mint_token_defect_name(defect));
		put_text(dir, name, mint(defect, true, false, NULL));
	}
	put(dir, "root.der", der(root));
	put_text(dir, "keys.json", coco_mint_jwks(leaf->key, "k1", NULL, 0));
	put_text(dir, "bundle.json", coco_mint_detached(&many));
	many.lie = true;
	put_text(dir, "spliced.json", coco_mint_detached(&many));
	coco_mint_tpm_quote(&quote, &spec);
	put_text(dir, "tpm.json", coco_mint_tpm_json(&quote, stranger));
	put_text(dir, "ak.json", coco_mint_jwks(stranger, "ak", NULL, 0));
	quote.pcr[4][0] ^= 1;
	put_text(dir, "pcr.json", coco_mint_tpm_json(&quote, stranger));
}

int main(int argc, char **argv)
{
	if (argc == 2) {
		setup(NULL);
		write_files(argv[1]);
		return teardown(NULL);
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_defects),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_algorithms),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_bundles),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_ears),
		cmocka_unit_test(test_nras),
		cmocka_unit_test(test_endorsed_keys),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
