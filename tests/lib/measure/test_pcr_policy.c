/*
 * test_pcr_policy.c - signed policies: the shared vectors of systemd-measure,
 * keys of every type, what is to be signed, refusals.
 */
#include "lib/measure/pcr_policy.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "lib/crypto/key_tpm.h"
#include "lib/crypto/sha256.h"
#include "lib/crypto/sign.h"
#include "lib/measure/uki.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

/* A record with two banks; the SHA-256 one has two values. */
static void make_record(struct coco_mrecord *rec)
{
	struct coco_mrecord_value v = { .n_labels = 0 };
	struct coco_diag d = { 0 };
	uint8_t bytes[48];

	coco_mrecord_init(rec, "tpm");
	memset(bytes, 1, sizeof(bytes));
	assert_ok(coco_mrecord_begin(rec, "tpm.pcr11", "sha256", &d), &d);
	coco_mrecord_digest_set(&v.value, bytes, 32);
	assert_ok(coco_mrecord_value(rec, &v, &d), &d);
	bytes[0] = 2;
	coco_mrecord_digest_set(&v.value, bytes, 32);
	assert_ok(coco_mrecord_value(rec, &v, &d), &d);
	assert_ok(coco_mrecord_begin(rec, "tpm.pcr4", "sha256", &d), &d);
	assert_ok(coco_mrecord_value(rec, &v, &d), &d);
	assert_ok(coco_mrecord_begin(rec, "tpm.pcr11", "sha384", &d), &d);
	coco_mrecord_digest_set(&v.value, bytes, 48);
	assert_ok(coco_mrecord_value(rec, &v, &d), &d);
}

static void parse(struct coco_json *doc, const uint8_t *text, size_t n)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_json_parse(doc, coco_view_of(text, n), n, &d), &d);
}

/* The policy by its definition. */
static void test_policy(void **state COCO_UNUSED)
{
	uint8_t text[32 + 14 + 32] = { 0 };
	uint8_t value[48];
	uint8_t got[32];
	struct coco_sha256 ctx;
	struct coco_diag d = { 0 };

	memset(value, 7, sizeof(value));
	memcpy(text + 32, "\0\0\1\x7f\0\0\0\1\0\x0c\3\0\x08\0", 14);
	coco_sha256_init(&ctx);
	coco_sha256_update(&ctx, value, 48);
	coco_sha256_final(&ctx, text + 46);
	coco_sha256_init(&ctx);
	coco_sha256_update(&ctx, text, sizeof(text));
	coco_sha256_final(&ctx, text);
	assert_ok(coco_pcr_policy(COCO_DIGEST_SHA384, value, got, &d), &d);
	assert_memory_equal(got, text, 32);
}

/* Each signature holds over the policy, with the key that it names. */
static void judge_bank(const struct coco_jv *root, const char *bank, size_t n,
		       const struct coco_key *key, const char *ref)
{
	uint8_t fingerprint[32];
	struct coco_diag d = { 0 };
	struct coco_jv list;

	assert_ok(coco_key_tpm_fingerprint(key, fingerprint, &d), &d);
	assert_ok(coco_jv_array(root, bank, &list, &d), &d);
	assert_int_equal(coco_jv_len(&list), n);
	for (size_t i = 0; i < n; i++) {
		struct coco_jv item = coco_jv_item(&list, i);
		struct coco_sha256 ctx;
		uint8_t pkfp[32];
		uint8_t tbs[64];
		uint8_t *sig;
		size_t n_sig;

		assert_ok(coco_jv_hex(&item, "pkfp", pkfp, 32, &d), &d);
		assert_memory_equal(pkfp, fingerprint, 32);
		assert_ok(coco_jv_hex(&item, "pol", tbs, 32, &d), &d);
		coco_sha256_init(&ctx);
		if (ref != NULL)
			coco_sha256_update(&ctx, ref, strlen(ref));
		coco_sha256_final(&ctx, tbs + 32);
		assert_int_equal(coco_jv_has(&item, "ref"), ref != NULL);
		assert_ok(coco_jv_b64(&item, "sig", &sig, &n_sig, &d), &d);
		assert_ok(coco_verify(key, coco_view_of(tbs, ref != NULL ? 64 : 32),
				      coco_view_of(sig, n_sig),
				      COCO_SIGN_PKCS1 | COCO_SIGN_SHA256, &d), &d);
		coco_free(sig);
	}
}

static void test_sign(void **state COCO_UNUSED)
{
	static const char *const types[] = { "rsa2048", "p256", "p384", "p521" };
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };

	make_record(&rec);
	for (size_t i = 0; i < COCO_ARRAY_LEN(types); i++) {
		struct coco_pcr_sign how = { .policy_ref = i == 1 ? "myref" : NULL };
		struct coco_key *key;
		struct coco_json doc;
		uint8_t *text;
		size_t n, count;

		assert_ok(coco_key_generate(types[i], &key, &d), &d);
		how.key = key;
		how.public_key = key;
		assert_ok(coco_pcr_sign(&rec, &how, &text, &n, &count, &d), &d);
		assert_int_equal(count, 3);
		assert_int_equal(text[n - 1], '\n');
		parse(&doc, text, n);
		struct coco_jv root = coco_json_root(&doc);
		judge_bank(&root, "sha256", 2, key, how.policy_ref);
		judge_bank(&root, "sha384", 1, key, how.policy_ref);
		coco_json_free(&doc);
		coco_free(text);
		coco_key_free(key);
	}
	coco_mrecord_free(&rec);
}

static void test_tbs(void **state COCO_UNUSED)
{
	struct coco_mrecord rec;
	struct coco_pcr_sign how = { .policy_ref = "r" };
	struct coco_key *key;
	struct coco_json doc;
	struct coco_jv list;
	struct coco_diag d = { 0 };
	uint8_t pol[32], tbs[64];
	uint8_t *text;
	size_t n, count;

	make_record(&rec);
	assert_ok(coco_key_generate("p256", &key, &d), &d);
	how.public_key = key;
	assert_ok(coco_pcr_sign(&rec, &how, &text, &n, &count, &d), &d);
	parse(&doc, text, n);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "sha384", &list, &d), &d);
	struct coco_jv item = coco_jv_item(&list, 0);
	assert_false(coco_jv_has(&item, "sig"));
	assert_ok(coco_jv_hex(&item, "pol", pol, 32, &d), &d);
	assert_ok(coco_jv_hex(&item, "tbs", tbs, 64, &d), &d);
	assert_memory_equal(pol, tbs, 32);
	coco_json_free(&doc);
	coco_free(text);
	coco_key_free(key);
	coco_mrecord_free(&rec);
}

static void test_refused(void **state COCO_UNUSED)
{
	char *ref = coco_zalloc(1, COCO_PCR_POLICY_REF + 2);
	struct coco_key *edwards, *one, *other;
	struct coco_pcr_sign how = { .key = NULL };
	struct coco_mrecord rec;
	struct coco_diag d = { 0 };
	uint8_t *text = NULL;
	size_t n, count;

	make_record(&rec);
	assert_non_null(ref);
	assert_ok(coco_key_generate("ed25519", &edwards, &d), &d);
	assert_ok(coco_key_generate("p256", &one, &d), &d);
	assert_ok(coco_key_generate("p256", &other, &d), &d);
	assert_err(coco_pcr_sign(&rec, &how, &text, &n, &count, &d), COCO_E_USAGE_MISSING, &d);
	d = (struct coco_diag){ 0 };
	how.key = edwards;
	assert_err(coco_pcr_sign(&rec, &how, &text, &n, &count, &d), COCO_E_KEY_TYPE, &d);
	d = (struct coco_diag){ 0 };
	how.key = one;
	how.public_key = other;
	assert_err(coco_pcr_sign(&rec, &how, &text, &n, &count, &d), COCO_E_KEY_MISMATCH, &d);
	d = (struct coco_diag){ 0 };
	how.public_key = NULL;
	memset(ref, 'a', COCO_PCR_POLICY_REF + 1);
	how.policy_ref = ref;
	assert_err(coco_pcr_sign(&rec, &how, &text, &n, &count, &d), COCO_E_USAGE_VALUE, &d);
	d = (struct coco_diag){ 0 };
	how.policy_ref = NULL;
	coco_mrecord_digest_set(&rec.registers[0].values[0].value, ref, 31);
	assert_err(coco_pcr_sign(&rec, &how, &text, &n, &count, &d), COCO_E_INTERNAL, &d);
	assert_null(text);
	coco_key_free(edwards);
	coco_key_free(one);
	coco_key_free(other);
	coco_mrecord_free(&rec);
	coco_free(ref);
}

/* What systemd-measure signed: the same policies, and its signatures hold. */
static void run_vector(const char *file, const char *ref, size_t n_phases)
{
	static const struct coco_run run = { .jobs = 1 };
	static const char *const banks[] = { "sha256", "sha384" };
	struct coco_pcr_sign how = { .policy_ref = ref };
	struct coco_diag d = { 0 };
	struct coco_json theirs, ours;
	struct coco_mrecord rec;
	struct coco_uki uki;
	struct coco_key *key;
	uint8_t *text;
	size_t n, count;
	unsigned mask = COCO_BANK(COCO_DIGEST_SHA256) | COCO_BANK(COCO_DIGEST_SHA384);

	assert_ok(coco_key_load_public(coco_test_vectors("measure/uki/policy-pub.pem"), &key, &d),
		  &d);
	assert_ok(coco_uki_open(&run, coco_test_vectors("measure/uki/uki-1.efi"), 0, mask, &uki,
				&d), &d);
	assert_ok(coco_uki_record(&uki, coco_uki_default_phases, n_phases, &rec, &d), &d);
	how.public_key = key;
	assert_ok(coco_pcr_sign(&rec, &how, &text, &n, &count, &d), &d);
	parse(&ours, text, n);
	coco_free(text);
	text = coco_test_slurp(coco_test_vectors(file), &n);
	parse(&theirs, text, n);
	struct coco_jv a = coco_json_root(&ours);
	struct coco_jv b = coco_json_root(&theirs);
	for (size_t k = 0; k < COCO_ARRAY_LEN(banks); k++) {
		struct coco_jv x, y;

		if (!coco_jv_has(&b, banks[k]))
			continue;
		judge_bank(&b, banks[k], n_phases, key, ref);
		assert_ok(coco_jv_array(&a, banks[k], &x, &d), &d);
		assert_ok(coco_jv_array(&b, banks[k], &y, &d), &d);
		for (size_t i = 0; i < n_phases; i++) {
			struct coco_jv p = coco_jv_item(&x, i);
			struct coco_jv q = coco_jv_item(&y, i);
			const char *s, *t;

			assert_ok(coco_jv_string(&p, "pol", &s, &d), &d);
			assert_ok(coco_jv_string(&q, "pol", &t, &d), &d);
			assert_string_equal(s, t);
		}
	}
	coco_json_free(&ours);
	coco_json_free(&theirs);
	coco_free(text);
	coco_mrecord_free(&rec);
	coco_uki_close(&uki);
	coco_key_free(key);
}

static void test_vectors(void **state COCO_UNUSED)
{
	if (coco_test_vectors("measure/uki/uki-1.pcrsig.json") == NULL)
		return;
	run_vector("measure/uki/uki-1.pcrsig.json", NULL, coco_uki_n_default_phases);
	run_vector("measure/uki/uki-1.pcrsig-policyref.json", "myref", 1);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_pcr_sign how = { .policy_ref = "r" };
	struct coco_mrecord rec;
	struct coco_key *key;
	struct coco_diag d = { 0 };

	make_record(&rec);
	assert_ok(coco_key_generate("p256", &key, &d), &d);
	how.key = key;
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		uint8_t *text = NULL;
		size_t n, count;
		int r = coco_pcr_sign(&rec, &how, &text, &n, &count, &d);

		coco_free(text);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_key_free(key);
	coco_mrecord_free(&rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy),  cmocka_unit_test(test_sign),
		cmocka_unit_test(test_tbs),     cmocka_unit_test(test_refused),
		cmocka_unit_test(test_vectors), cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
