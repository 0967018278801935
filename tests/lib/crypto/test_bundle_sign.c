/*
 * test_bundle_sign.c - signed payloads: round trips, alterations of every bit,
 * bundles of others.
 */
#include "lib/crypto/bundle_sign.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/mem.h"
#include "formats/model/bundle.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/pki.h"

static const char type[] = "application/vnd.in-toto+json";
static const char body[] = "{\"_type\":\"https://in-toto.io/Statement/v1\"}";
static struct coco_key *key;
static struct coco_key *other;
static struct coco_pki_cert *root;
static struct coco_pki_cert *mid;
static struct coco_pki_cert *leaf;
static struct coco_certs *roots;
static struct coco_certs *chain;
static char warnings[2048];

static void log_line(void *ctx COCO_UNUSED, int level, const char *text)
{
	size_t n = strlen(warnings);

	snprintf(warnings + n, sizeof(warnings) - n, "%d:%s\n", level, text);
}

static const struct coco_run run = { .jobs = 1, .now = COCO_PKI_NOW, .log = log_line };

static int setup(void **state COCO_UNUSED)
{
	assert_ok(coco_key_generate("p256", &key, NULL), NULL);
	assert_ok(coco_key_generate("p256", &other, NULL), NULL);
	root = coco_pki_issue(&coco_pki_root, NULL);
	mid = coco_pki_issue(&coco_pki_intermediate, root);
	leaf = coco_pki_issue(&coco_pki_leaf, mid);
	roots = coco_pki_list(root, NULL, NULL);
	chain = coco_pki_list(leaf, mid, root);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_key_free(key);
	coco_key_free(other);
	coco_pki_free(root);
	coco_pki_free(mid);
	coco_pki_free(leaf);
	coco_certs_free(roots);
	coco_certs_free(chain);
	return 0;
}

static struct coco_view sign(const struct coco_key *k, const struct coco_certs *c, unsigned flags)
{
	struct coco_bundle_signer signer = { .key = k, .chain = c, .flags = flags };
	static struct coco_diag d;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_diag_init(&d);
	assert_ok(coco_bundle_sign(&run, &signer, type, coco_view_of(body, strlen(body)), &text,
				   &n, &d), &d);
	return coco_view_of(text, n);
}

static void drop(struct coco_view v)
{
	void *p = NULL;

	memcpy(&p, &v.p, sizeof(p));
	coco_free(p);
}

static int verify(struct coco_view text, const struct coco_bundle_trust *trust,
		  struct coco_bundle_signed *s, struct coco_diag *d)
{
	coco_diag_init(d);
	warnings[0] = '\0';
	return coco_bundle_verify(&run, text, trust, s, d);
}

static void refuse(struct coco_view text, const struct coco_bundle_trust *trust, int code)
{
	static struct coco_diag d;
	struct coco_bundle_signed s = { .payload = NULL };

	assert_err(verify(text, trust, &s, &d), code, &d);
	assert_null(s.payload);
}

static void test_key(void **state COCO_UNUSED)
{
	static const char *const names[] = { "p256", "p384", "p521", "ed25519", "rsa2048" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		struct coco_bundle_signed s;
		static struct coco_diag d;
		struct coco_key *k = NULL;

		assert_ok(coco_key_generate(names[i], &k, NULL), NULL);
		struct coco_view text = sign(k, NULL, 0);
		struct coco_bundle_trust trust = { .key = k };
		assert_ok(verify(text, &trust, &s, &d), &d);
		assert_int_equal(s.n_payload, strlen(body));
		assert_memory_equal(s.payload, body, s.n_payload);
		assert_string_equal(s.payload_type, type);
		assert_false(s.has_certificate);
		assert_string_equal(s.method, coco_sign_method(k, 0));
		assert_string_equal(s.fingerprint, coco_key_fingerprint_text(k));
		assert_string_equal(warnings, "");
		coco_bundle_signed_clear(&s);
		trust.key = other;
		refuse(text, &trust, COCO_E_VERIFY_HINT);
		drop(text);
		coco_key_free(k);
	}
}

static void test_pkcs1(void **state COCO_UNUSED)
{
	struct coco_key *rsa = NULL;
	struct coco_bundle_signed s;
	static struct coco_diag d;

	assert_ok(coco_key_generate("rsa2048", &rsa, NULL), NULL);
	struct coco_view text = sign(rsa, NULL, COCO_SIGN_PKCS1);
	struct coco_bundle_trust trust = { .key = rsa };
	refuse(text, &trust, COCO_E_VERIFY_SIGNATURE);
	trust.flags = COCO_SIGN_PKCS1;
	assert_ok(verify(text, &trust, &s, &d), &d);
	assert_string_equal(s.method, "rsa-pkcs1-sha256");
	coco_bundle_signed_clear(&s);
	drop(text);
	coco_key_free(rsa);
}

static void test_certificate(void **state COCO_UNUSED)
{
	struct coco_view text = sign(leaf->key, chain, 0);
	struct coco_bundle_trust trust = { .roots = roots, .subject = "signer@example.com" };
	struct coco_bundle_signed s;
	struct coco_bundle b;
	static struct coco_diag d;

	assert_ok(verify(text, &trust, &s, &d), &d);
	assert_true(s.has_certificate);
	assert_string_equal(s.cert.subject, "CN=Model Signer,O=Example,C=DE");
	assert_string_equal(s.fingerprint, coco_key_fingerprint_text(leaf->key));
	assert_string_equal(warnings, "");
	coco_bundle_signed_clear(&s);
	/* the root stays at home */
	assert_ok(coco_bundle_decode(&b, text, 0, NULL), NULL);
	assert_int_equal(b.material, COCO_BUNDLE_CHAIN);
	assert_int_equal(b.n_certs, 2);
	coco_bundle_clear(&b);
	trust.subject = NULL;
	assert_ok(verify(text, &trust, &s, &d), &d);
	assert_non_null(strstr(warnings, "0:no subject"));
	coco_bundle_signed_clear(&s);
	trust.subject = "another@example.com";
	refuse(text, &trust, COCO_E_CERT_SUBJECT);
	/* a key does not verify it, not even the leaf's own */
	struct coco_bundle_trust by_key = { .key = leaf->key };
	refuse(text, &by_key, COCO_E_VERIFY_METHOD);
	drop(text);
	text = sign(key, NULL, 0);
	refuse(text, &trust, COCO_E_VERIFY_METHOD);
	drop(text);
}

static void test_time(void **state COCO_UNUSED)
{
	struct coco_view text = sign(leaf->key, chain, 0);
	struct coco_bundle_trust trust = { .roots = roots };
	struct coco_bundle_signed s = { .payload = NULL };
	struct coco_run later = run;

	later.now = COCO_PKI_END;
	assert_err(coco_bundle_verify(&later, text, &trust, &s, NULL), COCO_E_CERT_EXPIRED, NULL);
	later.now = COCO_PKI_START - 1;
	assert_err(coco_bundle_verify(&later, text, &trust, &s, NULL), COCO_E_CERT_NOT_YET_VALID,
		   NULL);
	drop(text);
	struct coco_bundle_signer signer = { .key = leaf->key, .chain = chain };
	uint8_t *out = NULL;
	size_t n = 0;
	assert_err(coco_bundle_sign(&later, &signer, type, coco_view_of("", 0), &out, &n, NULL),
		   COCO_E_CERT_NOT_YET_VALID, NULL);
	signer.key = key;
	assert_err(coco_bundle_sign(&run, &signer, type, coco_view_of("", 0), &out, &n, NULL),
		   COCO_E_KEY_MISMATCH, NULL);
	assert_null(out);
}

static void test_arguments(void **state COCO_UNUSED)
{
	struct coco_bundle_signer signer = { .key = key };
	struct coco_bundle_trust both = { .key = key, .roots = roots };
	struct coco_bundle_trust none = { .key = NULL };
	uint8_t *out = NULL;
	size_t n = 0;

	struct coco_view text = sign(key, NULL, 0);
	refuse(text, &both, COCO_E_USAGE_CONFLICT);
	refuse(text, &none, COCO_E_USAGE_CONFLICT);
	drop(text);
	assert_err(coco_bundle_sign(&run, &signer, "", coco_view_of("", 0), &out, &n, NULL),
		   COCO_E_USAGE_VALUE, NULL);
	/* an empty payload is a payload */
	assert_ok(coco_bundle_sign(&run, &signer, "t", coco_view_of(NULL, 0), &out, &n, NULL),
		  NULL);
	struct coco_bundle_trust trust = { .key = key };
	struct coco_bundle_signed s;
	assert_ok(coco_bundle_verify(&run, coco_view_of(out, n), &trust, &s, NULL), NULL);
	assert_int_equal(s.n_payload, 0);
	coco_bundle_signed_clear(&s);
	coco_free(out);
}

static void test_hints(void **state COCO_UNUSED)
{
	struct coco_view text = sign(key, NULL, 0);
	struct coco_bundle_trust trust = { .key = key };
	char cosign[64];
	char hex[65];
	const struct {
		const char *hint;
		int code;
		bool warned;
	} cases[] = {
		{ NULL, 0, true },
		{ cosign, 0, false },
		{ hex, COCO_E_VERIFY_HINT, false },
		{ coco_key_hint(other), COCO_E_VERIFY_HINT, false },
		{ coco_key_fingerprint_text(key), COCO_E_VERIFY_HINT, false },
	};

	coco_b64_encode(COCO_B64_STD, cosign, coco_key_fingerprint(key), 32);
	snprintf(hex, sizeof(hex), "%s", coco_key_hint(key));
	for (char *p = hex; *p != '\0'; p++)
		if (*p >= 'a')
			*p = (char)(*p - 32);
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_bundle b;
		struct coco_bundle_signed s;
		static struct coco_diag d;
		uint8_t *out = NULL;
		size_t n = 0;

		assert_ok(coco_bundle_decode(&b, text, 0, NULL), NULL);
		coco_free(b.hint);
		b.hint = cases[i].hint != NULL ? coco_strdup(cases[i].hint) : NULL;
		assert_ok(coco_bundle_encode(&b, &out, &n, NULL), NULL);
		coco_bundle_clear(&b);
		int r = verify(coco_view_of(out, n), &trust, &s, &d);
		assert_int_equal(r, cases[i].code);
		assert_int_equal(warnings[0] == '0', cases[i].warned);
		if (r == 0)
			coco_bundle_signed_clear(&s);
		coco_free(out);
	}
	drop(text);
}

/* Re-encodes b and expects that it is refused as not signed. */
static void refuse_altered(const struct coco_bundle *b, const struct coco_bundle_trust *trust)
{
	uint8_t *out = NULL;
	size_t n = 0;

	assert_ok(coco_bundle_encode(b, &out, &n, NULL), NULL);
	refuse(coco_view_of(out, n), trust, COCO_E_VERIFY_SIGNATURE);
	coco_free(out);
}

static void test_every_bit(void **state COCO_UNUSED)
{
	struct coco_view text = sign(key, NULL, 0);
	struct coco_bundle_trust trust = { .key = key };
	struct coco_bundle b;

	assert_ok(coco_bundle_decode(&b, text, 0, NULL), NULL);
	for (size_t bit = 0; bit < 8 * b.dsse.n_payload; bit++) {
		b.dsse.payload[bit / 8] ^= (uint8_t)(1U << (bit % 8));
		refuse_altered(&b, &trust);
		b.dsse.payload[bit / 8] ^= (uint8_t)(1U << (bit % 8));
	}
	for (size_t bit = 0; bit < 8 * b.dsse.n_sig; bit++) {
		b.dsse.sig[bit / 8] ^= (uint8_t)(1U << (bit % 8));
		refuse_altered(&b, &trust);
		b.dsse.sig[bit / 8] ^= (uint8_t)(1U << (bit % 8));
	}
	for (size_t i = 0; b.dsse.payload_type[i] != '\0'; i++) {
		b.dsse.payload_type[i] ^= 1;
		refuse_altered(&b, &trust);
		b.dsse.payload_type[i] ^= 1;
	}
	while (b.dsse.n_payload > 0) {
		b.dsse.n_payload--;
		refuse_altered(&b, &trust);
	}
	coco_bundle_clear(&b);
	drop(text);
}

/*
 * Every bit of the text itself: either refused, or what comes out is still the
 * payload that was signed (blanks, the unused keyid).
 */
static void test_every_text_bit(void **state COCO_UNUSED)
{
	struct coco_view text = sign(key, NULL, 0);
	uint8_t *copy = coco_memdup(text.p, text.n);
	struct coco_bundle_trust trust = { .key = key };

	assert_non_null(copy);
	for (size_t bit = 0; bit < 8 * text.n; bit++) {
		struct coco_bundle_signed s = { .payload = NULL };

		copy[bit / 8] ^= (uint8_t)(1U << (bit % 8));
		int r = coco_bundle_verify(&run, coco_view_of(copy, text.n), &trust, &s, NULL);
		if (r == 0) {
			assert_int_equal(s.n_payload, strlen(body));
			assert_memory_equal(s.payload, body, s.n_payload);
			assert_string_equal(s.payload_type, type);
			coco_bundle_signed_clear(&s);
		}
		assert_int_not_equal(r, COCO_E_INTERNAL);
		copy[bit / 8] ^= (uint8_t)(1U << (bit % 8));
	}
	for (size_t n = 0; n < text.n; n++)
		refuse(coco_view_of(text.p, n), &trust, COCO_E_FORMAT_JSON);
	coco_free(copy);
	drop(text);
}

/* The bundles of others: each with its key, accept or the right refusal. */
static void test_others(void **state COCO_UNUSED)
{
	static const struct {
		const char *bundle;
		const char *key;
		int code;
		bool warned;
	} cases[] = {
		{ "own/bundles/ok-p256.json", "own/keys/p256.pub.pem", 0, false },
		{ "own/bundles/ok-p384.json", "own/keys/p384.pub.pem", 0, false },
		{ "own/bundles/ok-p521.json", "own/keys/p521.pub.pem", 0, false },
		{ "own/bundles/ok-no-keyid-no-tlog.json", "own/keys/p256.pub.pem", 0, false },
		{ "own/bundles/ok-keyid-null.json", "own/keys/p256.pub.pem", 0, false },
		{ "own/bundles/ok-rawbytes.json", "own/keys/p256.pub.pem", 0, true },
		{ "own/bundles/ok-compact-payload.json", "own/keys/p256.pub.pem", 0, false },
		{ "own/bundles/bad-sig.json", "own/keys/p256.pub.pem", COCO_E_VERIFY_SIGNATURE,
		  false },
		{ "own/bundles/bad-hint.json", "own/keys/p256.pub.pem", COCO_E_VERIFY_HINT, false },
		{ "own/bundles/bad-mediatype.json", "own/keys/p256.pub.pem",
		  COCO_E_FORMAT_BUNDLE_VERSION, false },
		{ "own/bundles/ok-p256.json", "own/keys/p384.pub.pem", COCO_E_VERIFY_HINT, false },
		{ "upstream/v1.1.0-elliptic-key/model.sig", "keys/signing-key-pub.pem", 0, false },
		{ "upstream/v1.0.1-elliptic-key/model.sig", "keys/signing-key-pub.pem", 0, true },
		{ "upstream/v1.0.0-elliptic-key/model.sig", "keys/signing-key-pub.pem", 0, true },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		char name[200];
		struct coco_key *k = NULL;
		struct coco_bundle_signed s;
		static struct coco_diag d;
		size_t n = 0;

		coco_diag_init(&d);
		snprintf(name, sizeof(name), "packaging/oms/%s", cases[i].key);
		const char *path = coco_test_vectors(name);
		if (path == NULL)
			skip();
		assert_ok(coco_key_load_public(path, &k, &d), &d);
		snprintf(name, sizeof(name), "packaging/oms/%s", cases[i].bundle);
		uint8_t *text = coco_test_slurp(coco_test_vectors(name), &n);
		struct coco_bundle_trust trust = { .key = k };
		int r = verify(coco_view_of(text, n), &trust, &s, &d);
		if (r != cases[i].code)
			fail_msg("%s: %d %s", cases[i].bundle, r, d.message);
		assert_int_equal(warnings[0] == '0', cases[i].warned);
		if (r == 0) {
			assert_string_equal(s.payload_type, type);
			coco_bundle_signed_clear(&s);
		}
		coco_free(text);
		coco_key_free(k);
	}
}

static void test_upstream_certificate(void **state COCO_UNUSED)
{
	static const char *const names[] = { "v1.1.0-certificate", "v1.0.0-certificate" };
	const char *path = coco_test_vectors("packaging/oms/keys/ca-cert.pem");
	struct coco_certs *anchors = NULL;

	if (path == NULL)
		skip();
	assert_ok(coco_certs_new(&anchors, NULL), NULL);
	assert_ok(coco_certs_load(anchors, path, NULL), NULL);
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		char name[200];
		static struct coco_diag d;
		struct coco_bundle_signed s;
		struct coco_bundle_trust trust = { .roots = anchors, .subject = "intermediate-ca" };
		size_t n = 0;

		snprintf(name, sizeof(name), "packaging/oms/upstream/%s/model.sig", names[i]);
		uint8_t *text = coco_test_slurp(coco_test_vectors(name), &n);
		assert_ok(verify(coco_view_of(text, n), &trust, &s, &d), &d);
		assert_string_equal(s.cert.subject, "CN=intermediate-ca");
		coco_bundle_signed_clear(&s);
		trust.roots = roots;
		refuse(coco_view_of(text, n), &trust, COCO_E_CERT_ROOT);
		coco_free(text);
	}
	coco_certs_free(anchors);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_bundle_signer signer = { .key = leaf->key, .chain = chain };
	struct coco_bundle_trust trust = { .roots = roots };
	static struct coco_diag d;
	uint8_t *out = NULL;
	size_t n_out = 0;

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		int r = coco_bundle_sign(&run, &signer, type, coco_view_of(body, strlen(body)),
					 &out, &n_out, &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_bundle_signed s = { .payload = NULL };
		int r = coco_bundle_verify(&run, coco_view_of(out, n_out), &trust, &s, &d);

		bool done = coco_test_alloc_check(r, &d);
		coco_bundle_signed_clear(&s);
		if (done)
			break;
	}
	coco_free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key),	     cmocka_unit_test(test_pkcs1),
		cmocka_unit_test(test_certificate),  cmocka_unit_test(test_time),
		cmocka_unit_test(test_arguments),    cmocka_unit_test(test_hints),
		cmocka_unit_test(test_every_bit),    cmocka_unit_test(test_every_text_bit),
		cmocka_unit_test(test_others),	     cmocka_unit_test(test_upstream_certificate),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
