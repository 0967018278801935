/*
 * test_pki_verify_vectors.c - the signature paths of attestation evidence against
 * numbers and encodings made to be refused: ECDSA as r | s by certificates and
 * bare points (SNP reports, TDX quotes), RSA-PSS by certificates (AMD's) and
 * by keys (TPM quotes). Wycheproof's files where they are there.
 */
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/ec_numbers.h"
#include "lib/crypto/key_evp.h"
#include "lib/crypto/pki_cert.h"
#include "lib/crypto/pki_evp.h"
#include "lib/crypto/sign.h"
#include "lib/crypto/sign_scheme.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"
#include "tests/support/wycheproof.h"

enum { RSA_MAX = 512 };

static const struct coco_view message = { (const uint8_t *)"what is signed", 14 };
static struct coco_diag d;

/* A certificate for a public key, signed by the same root each time. */
static struct coco_cert *cert_of(const struct coco_key *key)
{
	static struct coco_pki_cert *root;
	struct coco_pki_spec spec = { .subject = "CN=k", .key = key };
	struct coco_cert *c = NULL;

	if (root == NULL)
		root = coco_pki_issue(&coco_pki_root, NULL);
	struct coco_pki_cert *p = coco_pki_issue(&spec, root);
	coco_diag_init(&d);
	assert_ok(coco_cert_parse(&c, coco_view_of(p->der, p->n_der), &d), &d);
	coco_pki_free(p);
	return c;
}

/* ---- ECDSA ----------------------------------------------------------------------- */

/* All ways to verify r | s agree. */
static void judge_ec(const struct coco_key *key, const struct coco_cert *c, unsigned hash,
		     struct coco_view m, struct coco_view rs, int want)
{
	struct coco_view point = coco_pki_fields(c)->point;
	const enum coco_digest_alg alg = hash == 256   ? COCO_DIGEST_SHA256
					 : hash == 384 ? COCO_DIGEST_SHA384
						       : COCO_DIGEST_SHA512;

	assert_int_equal(coco_cert_verify_ec(c, m, hash, rs, NULL), want);
	assert_int_equal(coco_scheme_verify(key, COCO_SCHEME_ECDSA, alg, m, rs, NULL), want);
	if (point.n - 1 <= 2 * COCO_EC_P384)
		assert_int_equal(coco_ec_verify_point(coco_view_of(point.p + 1, point.n - 1), m,
						      hash, rs, NULL), want);
}

/* A big-endian number of n bytes: the group's order and a few more or less. */
static void order_and(const struct coco_key *key, int more, uint8_t *ret, size_t n)
{
	BIGNUM *order = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(coco_key_evp(key), "order", &order), 1);
	assert_int_equal(more < 0 ? BN_sub_word(order, (BN_ULONG)-more)
				  : BN_add_word(order, (BN_ULONG)more), 1);
	assert_int_equal(BN_bn2binpad(order, ret, (int)n), (int)n);
	BN_free(order);
}

/* Every pair of numbers that no signature has. */
static void bad_numbers(const struct coco_key *key, const struct coco_cert *c, unsigned hash,
			const uint8_t *good, size_t half)
{
	enum { GOOD, ZERO, ONE, BELOW, ORDER, ABOVE, ONES, N };
	uint8_t numbers[N][COCO_EC_RAW_MAX / 2] = { 0 };
	uint8_t rs[COCO_EC_RAW_MAX];

	numbers[ONE][half - 1] = 1;
	order_and(key, -1, numbers[BELOW], half);
	order_and(key, 0, numbers[ORDER], half);
	order_and(key, 1, numbers[ABOVE], half);
	memset(numbers[ONES], 0xff, half);
	for (unsigned r = 0; r < N; r++) {
		for (unsigned s = 0; s < N; s++) {
			memcpy(rs, r == GOOD ? good : numbers[r], half);
			memcpy(rs + half, s == GOOD ? good + half : numbers[s], half);
			judge_ec(key, c, hash, message, coco_view_of(rs, 2 * half),
				 r == GOOD && s == GOOD ? 0 : COCO_E_VERIFY_SIGNATURE);
		}
	}
}

/* The same two numbers in other encodings. */
static void bad_forms(const struct coco_key *key, const struct coco_cert *c, unsigned hash,
		      const uint8_t *good, size_t half)
{
	uint8_t form[2 * COCO_EC_RAW_MAX] = { 0 };
	uint8_t *der = NULL;
	size_t n = 0;

	/* DER, as it is, and cut or filled to the length of the plain form */
	assert_ok(coco_sign(key, message, 0, &der, &n, &d), &d);
	assert_ok(coco_verify(key, message, coco_view_of(der, n), 0, &d), &d);
	judge_ec(key, c, hash, message, coco_view_of(der, n), COCO_E_VERIFY_SIGNATURE);
	memcpy(form, der, coco_min_size(n, 2 * half));
	judge_ec(key, c, hash, message, coco_view_of(form, 2 * half), COCO_E_VERIFY_SIGNATURE);
	coco_free(der);
	/* a zero before both numbers, before all, after all */
	memset(form, 0, sizeof(form));
	memcpy(form + 1, good, half);
	memcpy(form + 2 + half, good + half, half);
	judge_ec(key, c, hash, message, coco_view_of(form, 2 * half + 2), COCO_E_VERIFY_SIGNATURE);
	memcpy(form + 1, good, 2 * half);
	judge_ec(key, c, hash, message, coco_view_of(form, 2 * half + 1), COCO_E_VERIFY_SIGNATURE);
	judge_ec(key, c, hash, message, coco_view_of(form + 1, 2 * half - 1),
		 COCO_E_VERIFY_SIGNATURE);
	judge_ec(key, c, hash, message, coco_view_of(form + 1, half), COCO_E_VERIFY_SIGNATURE);
	judge_ec(key, c, hash, message, coco_view_of(form + 1, 2 * half + 1),
		 COCO_E_VERIFY_SIGNATURE);
	/* little-endian, as SNP reports have it before their fields are turned */
	for (size_t i = 0; i < half; i++) {
		form[i] = good[half - 1 - i];
		form[half + i] = good[2 * half - 1 - i];
	}
	judge_ec(key, c, hash, message, coco_view_of(form, 2 * half), COCO_E_VERIFY_SIGNATURE);
}

static void test_ec(void **state COCO_UNUSED)
{
	static const struct {
		const char *type;
		unsigned hash;
	} curves[] = { { "p256", 256 }, { "p384", 384 }, { "p521", 512 } };

	for (size_t i = 0; i < COCO_ARRAY_LEN(curves); i++) {
		const struct coco_key *key = coco_pki_cached_key(curves[i].type, 4 + (unsigned)i);
		struct coco_cert *c = cert_of(key);
		uint8_t good[COCO_EC_RAW_MAX];
		size_t n = 0;

		assert_ok(coco_ec_sign_raw(key, message, good, &n, &d), &d);
		bad_numbers(key, c, curves[i].hash, good, n / 2);
		bad_forms(key, c, curves[i].hash, good, n / 2);
		coco_cert_free(c);
	}
}

/* ---- RSA-PSS --------------------------------------------------------------------- */

static const struct {
	const char *name;
	const char *md;
	enum coco_digest_alg alg;
	enum coco_cert_scheme scheme;
	int salt;
} hashes[] = {
	{ "SHA-256", "SHA256", COCO_DIGEST_SHA256, COCO_CERT_PSS_SHA256_32, 32 },
	{ "SHA-384", "SHA384", COCO_DIGEST_SHA384, COCO_CERT_PSS_SHA384_48, 48 },
	{ "SHA-512", "SHA512", COCO_DIGEST_SHA512, COCO_CERT_PSS_SHA512_64, 64 },
};

/* By the key as tokens and TPMs sign, by a certificate as AMD signs: all agree. */
static void judge_pss(const struct coco_key *key, const struct coco_cert *c, size_t hash,
		      struct coco_view m, struct coco_view sig, bool good)
{
	const int want = good ? 0 : COCO_E_VERIFY_SIGNATURE;

	assert_int_equal(coco_scheme_verify(key, COCO_SCHEME_PSS, hashes[hash].alg, m, sig, NULL),
			 want);
	assert_int_equal(coco_pki_signed_by(c, m, hashes[hash].scheme, sig, "certificate", NULL),
			 good ? 0 : COCO_E_CERT_CHAIN);
}

/* padding 0: PKCS#1 v1.5. */
static size_t sign_rsa(const struct coco_key *key, const char *md, const char *mgf, int padding,
		       int salt, uint8_t ret[RSA_MAX])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	size_t n = RSA_MAX;

	assert_int_equal(EVP_DigestSignInit_ex(ctx, &pctx, md, NULL, NULL, coco_key_evp(key),
					       NULL), 1);
	if (padding != 0)
		assert_true(EVP_PKEY_CTX_set_rsa_padding(pctx, padding) == 1 &&
			    EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, salt) == 1 &&
			    EVP_PKEY_CTX_set_rsa_mgf1_md_name(pctx, mgf, NULL) == 1);
	assert_int_equal(EVP_DigestSign(ctx, ret, &n, message.p, message.n), 1);
	EVP_MD_CTX_free(ctx);
	return n;
}

/* What is no number below the modulus, and one that is its own inverse. */
static void bad_modulus(const struct coco_key *key, const struct coco_cert *c, size_t hash,
			const uint8_t *good, size_t n)
{
	struct coco_view modulus = coco_pki_fields(c)->rsa_n;
	uint8_t sig[RSA_MAX + 1];
	BIGNUM *a = BN_bin2bn(good, (int)n, NULL);
	BIGNUM *b = BN_bin2bn(modulus.p, (int)modulus.n, NULL);

	/* the modulus, and one less: minus one */
	assert_int_equal(BN_bn2binpad(b, sig, (int)n), (int)n);
	judge_pss(key, c, hash, message, coco_view_of(sig, n), false);
	sig[n - 1]--;
	judge_pss(key, c, hash, message, coco_view_of(sig, n), false);
	assert_int_equal(BN_add(a, a, b), 1);
	assert_int_equal(BN_bn2binpad(a, sig, (int)n + 1), (int)n + 1);
	judge_pss(key, c, hash, message, coco_view_of(sig, n + 1), false);
	if (sig[0] == 0)
		judge_pss(key, c, hash, message, coco_view_of(sig + 1, n), false);
	BN_free(a);
	BN_free(b);
}

static void test_pss(void **state COCO_UNUSED)
{
	const struct coco_key *key = coco_pki_cached_key("rsa2048", 8);
	struct coco_cert *c = cert_of(key);
	uint8_t good[RSA_MAX + 1] = { 0 };
	uint8_t sig[RSA_MAX + 1] = { 0 };

	for (size_t h = 0; h < COCO_ARRAY_LEN(hashes); h++) {
		const char *md = hashes[h].md;
		const char *other = hashes[(h + 1) % COCO_ARRAY_LEN(hashes)].md;
		const int salts[] = { 0, 1, hashes[h].salt - 1, hashes[h].salt + 1, 20 };
		size_t n = sign_rsa(key, md, md, RSA_PKCS1_PSS_PADDING, hashes[h].salt, good);

		judge_pss(key, c, h, message, coco_view_of(good, n), true);
		judge_pss(key, c, (h + 1) % COCO_ARRAY_LEN(hashes), message,
			  coco_view_of(good, n), false);
		judge_pss(key, c, h, coco_view_of(message.p, 13), coco_view_of(good, n), false);
		/* other lengths, also with a zero before or after */
		judge_pss(key, c, h, message, coco_view_of(good, n - 1), false);
		judge_pss(key, c, h, message, coco_view_of(good, n + 1), false);
		judge_pss(key, c, h, message, coco_view_of(good, 0), false);
		sig[0] = 0;
		memcpy(sig + 1, good, n);
		judge_pss(key, c, h, message, coco_view_of(sig, n + 1), false);
		/* 0, 1, all ones, the modulus and around it */
		memset(sig, 0, sizeof(sig));
		judge_pss(key, c, h, message, coco_view_of(sig, n), false);
		sig[n - 1] = 1;
		judge_pss(key, c, h, message, coco_view_of(sig, n), false);
		memset(sig, 0xff, n);
		judge_pss(key, c, h, message, coco_view_of(sig, n), false);
		bad_modulus(key, c, h, good, n);
		/* salts of other lengths, MGF1 with another hash, the other padding */
		for (size_t i = 0; i < COCO_ARRAY_LEN(salts); i++) {
			n = sign_rsa(key, md, md, RSA_PKCS1_PSS_PADDING, salts[i], sig);
			judge_pss(key, c, h, message, coco_view_of(sig, n), false);
			assert_int_equal(coco_scheme_verify(key, COCO_SCHEME_PSS_ANY,
							    hashes[h].alg, message,
							    coco_view_of(sig, n), NULL), 0);
		}
		n = sign_rsa(key, md, other, RSA_PKCS1_PSS_PADDING, hashes[h].salt, sig);
		judge_pss(key, c, h, message, coco_view_of(sig, n), false);
		n = sign_rsa(key, md, md, 0, 0, sig);
		judge_pss(key, c, h, message, coco_view_of(sig, n), false);
	}
	coco_cert_free(c);
}

/* ---- Wycheproof ------------------------------------------------------------------ */

/* What a test of a group is: its key (the same one until the group changes), message, signature. */
struct vector {
	struct coco_key *key;
	struct coco_cert *cert;
	uint8_t *msg;
	uint8_t *sig;
	struct coco_view m;
	struct coco_view s;
	bool valid;
};

static void vector_read(struct vector *v, const struct coco_jv *group, const struct coco_jv *test,
			const char *result)
{
	uint8_t *der = NULL;
	size_t n = coco_wycheproof_hex(group, "publicKeyDer", &der);

	assert_ok(coco_key_parse_public(coco_view_of(der, n), &v->key, &d), &d);
	v->cert = cert_of(v->key);
	n = coco_wycheproof_hex(test, "msg", &v->msg);
	v->m = coco_view_of(v->msg, n);
	n = coco_wycheproof_hex(test, "sig", &v->sig);
	v->s = coco_view_of(v->sig, n);
	v->valid = strcmp(result, "valid") == 0;
	coco_free(der);
}

static void vector_free(struct vector *v)
{
	coco_key_free(v->key);
	coco_cert_free(v->cert);
	coco_free(v->msg);
	coco_free(v->sig);
}

/* The signature is r | s as it is. */
static void plain_case(const struct coco_jv *group, const struct coco_jv *test, const char *result)
{
	struct vector v = { 0 };

	vector_read(&v, group, test, result);
	judge_ec(v.key, v.cert, coco_key_type(v.key) == COCO_KEY_P256   ? 256
				: coco_key_type(v.key) == COCO_KEY_P384 ? 384
									: 512,
		 v.m, v.s, v.valid ? 0 : COCO_E_VERIFY_SIGNATURE);
	vector_free(&v);
}

/* r | s of a DER signature when it is in the one form and fits; false otherwise. */
static bool plain_of(struct coco_view der, size_t half, uint8_t *ret)
{
	struct coco_rd rd;
	struct coco_rd in;

	coco_rd_init(&rd, der, 0, NULL);
	coco_cder_enter(&rd, COCO_DER_SEQUENCE, "sig", &in);
	struct coco_view r = coco_cder_unsigned(&in, "r");
	struct coco_view s = coco_cder_unsigned(&in, "s");
	coco_cder_leave(&rd, &in, "sig");
	if (coco_rd_finish(&rd) != 0 || r.n > half || s.n > half)
		return false;
	memset(ret, 0, 2 * half);
	memcpy(ret + half - r.n, r.p, r.n);
	memcpy(ret + 2 * half - s.n, s.p, s.n);
	return true;
}

static unsigned verified;

/* As plain numbers where the DER is good; as it is it is never taken. */
static void der_case(const struct coco_jv *group, const struct coco_jv *test, const char *result)
{
	struct vector v = { 0 };
	uint8_t raw[COCO_EC_RAW_MAX];

	vector_read(&v, group, test, result);
	size_t size = coco_ec_raw_size(v.key);
	unsigned hash = size == 64 ? 256 : size == 96 ? 384 : 512;
	judge_ec(v.key, v.cert, hash, v.m, v.s, COCO_E_VERIFY_SIGNATURE);
	if (plain_of(v.s, size / 2, raw)) {
		judge_ec(v.key, v.cert, hash, v.m, coco_view_of(raw, size),
			 v.valid ? 0 : COCO_E_VERIFY_SIGNATURE);
		verified++;
	} else {
		assert_false(v.valid);
	}
	vector_free(&v);
}

static void pss_case(const struct coco_jv *group, const struct coco_jv *test, const char *result)
{
	struct vector v = { 0 };
	const char *sha = NULL;
	const char *mgf = NULL;
	uint64_t salt = 0;
	size_t h = 0;

	assert_ok(coco_jv_string(group, "sha", &sha, &d), &d);
	assert_ok(coco_jv_string(group, "mgfSha", &mgf, &d), &d);
	assert_ok(coco_jv_u64(group, "sLen", 512, &salt, &d), &d);
	while (strcmp(hashes[h].name, sha) != 0)
		assert_true(++h < COCO_ARRAY_LEN(hashes));
	vector_read(&v, group, test, result);
	judge_pss(v.key, v.cert, h, v.m, v.s,
		  v.valid && strcmp(sha, mgf) == 0 && salt == (uint64_t)hashes[h].salt);
	vector_free(&v);
}

static void run(const char *const *names, size_t n, coco_wycheproof_fn *fn)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += coco_wycheproof_run(names[i], fn);
	if (count == 0)
		skip();
	printf("%zu Wycheproof signatures\n", count);
}

static void test_wycheproof_plain(void **state COCO_UNUSED)
{
	static const char *const names[] = {
		"ecdsa_secp256r1_sha256_p1363", "ecdsa_secp384r1_sha384_p1363",
		"ecdsa_secp521r1_sha512_p1363",
	};

	run(names, COCO_ARRAY_LEN(names), plain_case);
}

static void test_wycheproof_der(void **state COCO_UNUSED)
{
	static const char *const names[] = {
		"ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512",
	};

	run(names, COCO_ARRAY_LEN(names), der_case);
	printf("%u of them as plain numbers\n", verified);
	assert_true(verified > 500);
}

static void test_wycheproof_pss(void **state COCO_UNUSED)
{
	static const char *const names[] = {
		"rsa_pss_2048_sha256_mgf1_0", "rsa_pss_2048_sha256_mgf1_32",
		"rsa_pss_2048_sha384_mgf1_48", "rsa_pss_3072_sha256_mgf1_32",
		"rsa_pss_4096_sha256_mgf1_32", "rsa_pss_4096_sha384_mgf1_48",
		"rsa_pss_4096_sha512_mgf1_32", "rsa_pss_4096_sha512_mgf1_64",
	};

	run(names, COCO_ARRAY_LEN(names), pss_case);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ec),
		cmocka_unit_test(test_pss),
		cmocka_unit_test(test_wycheproof_plain),
		cmocka_unit_test(test_wycheproof_der),
		cmocka_unit_test(test_wycheproof_pss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
