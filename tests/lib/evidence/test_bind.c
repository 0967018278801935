/*
 * test_bind.c - what ties evidence to its caller and its parts to each other:
 * payloads of a key broker with every defect, nonces, report data, initdata.
 */
#include "lib/evidence/bind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/digest.h"
#include "lib/evidence/appraise.h"
#include "tests/support/mint_payload.h"
#include "tests/support/support.h"

static const struct coco_run run = { .jobs = 1 };

static const struct coco_result_check *check_of(const struct coco_result *r, const char *id)
{
	for (size_t i = 0; i < r->n_checks; i++)
		if (strcmp(r->checks[i].id, id) == 0)
			return &r->checks[i];
	return NULL;
}

static enum coco_checked outcome(const struct coco_result *r, const char *id)
{
	const struct coco_result_check *c = check_of(r, id);

	if (c == NULL) {
		fail_msg("no check %s", id);
		return COCO_CHECKED_SKIPPED;
	}
	if (c->outcome == COCO_CHECKED_FAIL)
		assert_string_not_equal(c->reason, "");
	return c->outcome;
}

static void appraise_text(const char *text, const struct coco_bindings *b, struct coco_result *ret)
{
	struct coco_appraise_opts opts = { .at = 0 };
	struct coco_pieces pieces = { .n = 0 };
	struct coco_collateral coll;
	struct coco_diag d = { 0 };

	coco_collateral_init(&coll);
	if (b != NULL)
		opts.bindings = *b;
	assert_ok(coco_pieces_add(&pieces, &coll, coco_view_of(text, strlen(text)), "in", &d), &d);
	assert_ok(coco_appraise(&run, &pieces, &coll, &opts, ret, &d), &d);
	coco_pieces_free(&pieces);
	coco_collateral_free(&coll);
}

static void one_payload(enum coco_payload_defect defect, enum coco_checked primary,
			enum coco_checked device, enum coco_checked nonce)
{
	struct coco_bindings b = { .has_nonce = true };
	char *text = coco_mint_payload(defect, true);
	struct coco_result r;

	print_message("         %s\n", coco_payload_defect_name(defect));
	b.nonce = coco_view_of(coco_payload_nonce, sizeof(coco_payload_nonce));
	appraise_text(text, &b, &r);
	assert_int_equal(outcome(&r, "sample.payload"), primary);
	if (defect != COCO_PAYLOAD_DEVICE_DROPPED)
		assert_int_equal(outcome(&r, "sampledevice.payload"), device);
	assert_int_equal(outcome(&r, "payload.fresh"), nonce);
	assert_int_equal(outcome(&r, "sample.hardware"), COCO_CHECKED_FAIL);
	assert_int_equal(coco_result_verdict(&r, true), COCO_VERDICT_REJECTED);
	coco_result_free(&r);
	free(text);
}

static void test_payloads(void **state COCO_UNUSED)
{
	const enum coco_checked pass = COCO_CHECKED_PASS;
	const enum coco_checked fail = COCO_CHECKED_FAIL;

	one_payload(COCO_PAYLOAD_GOOD, pass, pass, pass);
	one_payload(COCO_PAYLOAD_DEVICE_SWAPPED, fail, pass, pass);
	one_payload(COCO_PAYLOAD_DEVICE_DROPPED, fail, pass, pass);
	one_payload(COCO_PAYLOAD_NONCE_CHANGED, fail, fail, fail);
	one_payload(COCO_PAYLOAD_KEY_CHANGED, fail, fail, pass);
	one_payload(COCO_PAYLOAD_PRIMARY_ZERO, fail, pass, pass);
	one_payload(COCO_PAYLOAD_DEVICE_UNBOUND, pass, fail, pass);
}

/* Without a nonce a payload is bound, and nobody can say that it is fresh. */
static void test_no_nonce(void **state COCO_UNUSED)
{
	char *text = coco_mint_payload(COCO_PAYLOAD_GOOD, false);
	struct coco_result r;

	appraise_text(text, NULL, &r);
	assert_int_equal(outcome(&r, "sample.payload"), COCO_CHECKED_PASS);
	assert_null(check_of(&r, "payload.fresh"));
	assert_int_equal(r.n_gaps, 1);
	assert_string_equal(r.gaps[0].category, "fresh");
	coco_result_free(&r);
	free(text);
}

/* ---- single claims: subjects made by hand ------------------------------------------------ */

struct bench {
	struct coco_result result;
	struct coco_pieces pieces;
	struct coco_collateral coll;
	struct coco_appraisal a;
};

static void start(struct bench *b, const char *class, const char *kind, const char *claim,
		  const void *p, size_t n)
{
	memset(b, 0, sizeof(*b));
	coco_result_init(&b->result, 0);
	int s = coco_result_subject(&b->result, class, kind);
	if (claim != NULL)
		coco_claims_bytes(&b->result.subjects[s].claims, claim, p, n, 0);
	b->a = (struct coco_appraisal){ .run = &run, .pieces = &b->pieces, .collateral = &b->coll,
					.result = &b->result };
}

static enum coco_checked bound(const char *kind, const char *claim, struct coco_view held,
			       const struct coco_bindings *e, const char *id)
{
	struct coco_diag d = { 0 };
	struct bench b;

	start(&b, "cpu", kind, claim, held.p, held.n);
	assert_ok(coco_bind(&b.a, e, &d), &d);
	enum coco_checked o = outcome(&b.result, id);
	coco_result_free(&b.result);
	return o;
}

static void test_nonce(void **state COCO_UNUSED)
{
	uint8_t held[64] = { 0 };
	uint8_t nonce[64];
	struct coco_bindings e = { .has_nonce = true, .nonce = coco_view_of(nonce, 32) };

	coco_test_random(nonce, sizeof(nonce), 7);
	memcpy(held, nonce, 32);
	assert_int_equal(bound("snp", "snp.report_data", coco_view_of(held, 64), &e, "snp.fresh"),
			 COCO_CHECKED_PASS);
	held[63] = 1;   /* something behind it */
	assert_int_equal(bound("tdx", "tdx.report_data", coco_view_of(held, 64), &e, "tdx.fresh"),
			 COCO_CHECKED_FAIL);
	held[63] = 0;
	held[31] ^= 1;
	assert_int_equal(bound("snp", "snp.report_data", coco_view_of(held, 64), &e, "snp.fresh"),
			 COCO_CHECKED_FAIL);
	assert_int_equal(bound("snp", NULL, coco_view_of(NULL, 0), &e, "snp.fresh"),
			 COCO_CHECKED_FAIL);
	/* a TPM cuts, but not to nothing */
	e.nonce.n = 64;
	assert_int_equal(bound("tpm", "tpm.extra_data", coco_view_of(nonce, 32), &e, "tpm.fresh"),
			 COCO_CHECKED_PASS);
	assert_int_equal(bound("tpm", "tpm.extra_data", coco_view_of(nonce, 31), &e, "tpm.fresh"),
			 COCO_CHECKED_FAIL);
	assert_int_equal(bound("snp", "snp.report_data", coco_view_of(nonce, 32), &e,
			       "snp.fresh"), COCO_CHECKED_FAIL);
}

static void test_report_data(void **state COCO_UNUSED)
{
	uint8_t held[64];
	struct coco_bindings e = { .has_report_data = true, .report_data = coco_view_of(held, 64) };

	coco_test_random(held, sizeof(held), 8);
	assert_int_equal(bound("snp", "snp.report_data", coco_view_of(held, 64), &e,
			       "snp.report_data"), COCO_CHECKED_PASS);
	e.report_data.n = 48;
	assert_int_equal(bound("snp", "snp.report_data", coco_view_of(held, 64), &e,
			       "snp.report_data"), COCO_CHECKED_FAIL);
}

#define INITDATA "version = \"0.1.0\"\nalgorithm = \"%s\"\n\n[data]\n\"aa.toml\" = \"x\"\n"

static void initdata_in(const char *algorithm, enum coco_digest_alg alg)
{
	struct coco_digest *digest = NULL;
	struct coco_bindings e = { .has_nonce = false };
	uint8_t held[64] = { 0 };
	struct coco_diag d = { 0 };
	uint8_t pcr[64] = { 0 };
	char text[256];

	snprintf(text, sizeof(text), INITDATA, algorithm);
	e.initdata = coco_view_of(text, strlen(text));
	assert_ok(coco_digest_new(&digest, alg, &d), &d);
	assert_ok(coco_digest_once(digest, text, strlen(text), held, &d), &d);
	coco_digest_free(digest);
	assert_int_equal(bound("snp", "snp.host_data", coco_view_of(held, 32), &e,
			       "snp.initdata"), COCO_CHECKED_PASS);
	assert_int_equal(bound("tdx", "tdx.mrconfigid", coco_view_of(held, 48), &e,
			       "tdx.initdata"), COCO_CHECKED_PASS);
	held[0] ^= 0x80;
	assert_int_equal(bound("snp", "snp.host_data", coco_view_of(held, 32), &e,
			       "snp.initdata"), COCO_CHECKED_FAIL);
	held[0] ^= 0x80;
	memcpy(pcr + 32, held, 32);
	assert_ok(coco_digest_new(&digest, COCO_DIGEST_SHA256, &d), &d);
	assert_ok(coco_digest_once(digest, pcr, 64, pcr, &d), &d);
	coco_digest_free(digest);
	assert_int_equal(bound("az-snp-vtpm", "tpm.sha256.pcr8", coco_view_of(pcr, 32), &e,
			       "az-snp-vtpm.initdata"), COCO_CHECKED_PASS);
}

static void test_initdata(void **state COCO_UNUSED)
{
	struct coco_bindings e = { .initdata = coco_view_of("x = 1\n", 6) };
	struct coco_diag d = { 0 };
	char text[256];
	struct bench b;

	initdata_in("sha256", COCO_DIGEST_SHA256);
	initdata_in("sha384", COCO_DIGEST_SHA384);
	initdata_in("sha512", COCO_DIGEST_SHA512);
	/* no such document: an error, not a check */
	start(&b, "cpu", "snp", NULL, NULL, 0);
	assert_int_not_equal(coco_bind(&b.a, &e, &d), 0);
	coco_result_free(&b.result);
	/* nothing that could name it: not decided */
	snprintf(text, sizeof(text), INITDATA, "sha256");
	e.initdata = coco_view_of(text, strlen(text));
	coco_diag_init(&d);
	start(&b, "eventlog", "tcg-log", NULL, NULL, 0);
	assert_ok(coco_bind(&b.a, &e, &d), &d);
	assert_int_equal(outcome(&b.result, "bind.initdata"), COCO_CHECKED_MISSING);
	coco_result_free(&b.result);
}

static void test_token(void **state COCO_UNUSED)
{
	static const char *const good[] = {
		"000102030405060708090A0B0C0D0E0F101112131415161718191a1b1c1d1e1f",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
	};
	struct coco_bindings e = { .has_nonce = true, .nonce = coco_view_of(coco_payload_nonce,
									    32) };
	struct coco_diag d = { 0 };
	struct bench b;

	for (size_t i = 0; i < COCO_ARRAY_LEN(good); i++) {
		start(&b, "token", "ear", NULL, NULL, 0);
		coco_claims_text(&b.result.subjects[0].claims, "token.nonce", good[i],
				 strlen(good[i]), 0, 0);
		assert_ok(coco_bind(&b.a, &e, &d), &d);
		assert_int_equal(outcome(&b.result, "token.fresh"), COCO_CHECKED_PASS);
		coco_result_free(&b.result);
	}
	start(&b, "token", "ear", "token.nonce", "0001", 4);
	assert_ok(coco_bind(&b.a, &e, &d), &d);
	assert_int_equal(outcome(&b.result, "token.fresh"), COCO_CHECKED_FAIL);
	coco_result_free(&b.result);
	start(&b, "token", "ear", NULL, NULL, 0);
	assert_ok(coco_bind(&b.a, &e, &d), &d);
	assert_int_equal(outcome(&b.result, "token.fresh"), COCO_CHECKED_FAIL);
	coco_result_free(&b.result);
}

static void test_vectors(void **state COCO_UNUSED)
{
	static const struct {
		const char *file;
		enum coco_checked primary;
	} list[] = {
		{ "evidence/synthetic/attest-composite-sample.json", COCO_CHECKED_PASS },
		{ "evidence/synthetic/attest-single-sample.json", COCO_CHECKED_PASS },
		{ "evidence/synthetic/attest-composite-device-swapped.json", COCO_CHECKED_FAIL },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		const char *path = coco_test_vectors(list[i].file);
		struct coco_result r;
		size_t n = 0;

		if (path == NULL)
			return;
		uint8_t *text = coco_test_slurp(path, &n);
		appraise_text((const char *)text, NULL, &r);
		assert_int_equal(outcome(&r, "sample.payload"), list[i].primary);
		coco_result_free(&r);
		coco_free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_payloads),   cmocka_unit_test(test_no_nonce),
		cmocka_unit_test(test_nonce),      cmocka_unit_test(test_report_data),
		cmocka_unit_test(test_initdata),   cmocka_unit_test(test_token),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
