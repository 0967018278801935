/*
 * test_admin_token.c - tokens made, read and judged for every release, and
 * the shared vectors byte for byte.
 */
#include "lib/broker/admin_token.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "tests/support/support.h"

enum { NOW = 1788220800 };

static struct coco_key *make_key(const char *type)
{
	struct coco_diag d = { 0 };
	struct coco_key *key;

	assert_ok(coco_key_generate(type, &key, &d), &d);
	return key;
}

static void mint(const struct coco_key *key, const struct coco_admin_spec *spec,
		 struct coco_admin_token *ret)
{
	struct coco_diag d = { 0 };
	struct coco_secret text;
	struct coco_jws jws;

	assert_ok(coco_admin_token_mint(key, spec, NOW, &text, &d), &d);
	assert_ok(coco_admin_token_read(&text, ret, &d), &d);
	assert_ok(coco_jws_decode(&jws, coco_admin_token_trim(&text), &d), &d);
	assert_ok(coco_jws_verify(key, &jws, &d), &d);
	/* another key, another signature */
	jws.signature[3] ^= 1;
	assert_err(coco_jws_verify(key, &jws, &d), COCO_E_VERIFY_SIGNATURE, &d);
	coco_jws_clear(&jws);
	coco_secret_free(&text);
}

static enum coco_token_verdict judge(const struct coco_admin_token *t, enum coco_trustee release,
				     int64_t now)
{
	struct coco_token_fate f;

	coco_admin_token_judge(t, release, now, &f);
	assert_true((f.verdict == COCO_TOKEN_ACCEPTED) == (f.why[0] == '\0'));
	return f.verdict;
}

static void test_universal(void **state COCO_UNUSED)
{
	const struct coco_admin_spec spec = { .key_id = "k1" };
	struct coco_key *key = make_key("ed25519");
	struct coco_admin_token t;

	mint(key, &spec, &t);
	assert_string_equal(t.alg, "EdDSA");
	assert_string_equal(t.kid, "k1");
	assert_string_equal(coco_admin_token_claim(&t, "role")->value, "admin");
	assert_null(coco_admin_token_claim(&t, "aud"));
	for (int i = COCO_TRUSTEE_V0_10; i < COCO_TRUSTEE_RELEASES; i++) {
		enum coco_trustee release = (enum coco_trustee)i;

		assert_int_equal(judge(&t, release, NOW), COCO_TOKEN_ACCEPTED);
		assert_int_equal(judge(&t, release, NOW + COCO_ADMIN_LIFETIME),
				 COCO_TOKEN_REFUSED);
		assert_int_equal(judge(&t, release, NOW - 61), COCO_TOKEN_REFUSED);
		assert_int_equal(judge(&t, release, NOW - 60), COCO_TOKEN_ACCEPTED);
	}
	coco_key_free(key);
}

static void test_keys(void **state COCO_UNUSED)
{
	static const struct {
		const char *type;
		const char *alg;
	} good[] = { { "p256", "ES256" }, { "p384", "ES384" }, { "rsa2048", "RS256" } };
	const struct coco_admin_spec spec = { .role = "writer", .issuer = "i", .audience = "KBS",
					      .subject = "s", .lifetime = 60 };
	struct coco_admin_token t;
	struct coco_diag d = { 0 };
	struct coco_secret text;

	for (size_t i = 0; i < COCO_ARRAY_LEN(good); i++) {
		struct coco_key *key = make_key(good[i].type);

		mint(key, &spec, &t);
		assert_string_equal(t.alg, good[i].alg);
		assert_int_equal(judge(&t, COCO_TRUSTEE_V0_20, NOW), COCO_TOKEN_REFUSED);
		assert_int_equal(judge(&t, COCO_TRUSTEE_V0_21, NOW), COCO_TOKEN_DEPENDS);
		coco_key_free(key);
	}
	struct coco_key *key = make_key("p521");
	assert_err(coco_admin_token_mint(key, &spec, NOW, &text, &d), COCO_E_TOKEN_KEY, &d);
	coco_key_free(key);
}

static void test_spec(void **state COCO_UNUSED)
{
	struct coco_key *key = make_key("ed25519");
	struct coco_diag d = { 0 };
	struct coco_secret text;
	char longer[COCO_ADMIN_TEXT + 1];

	memset(longer, 'a', sizeof(longer));
	longer[COCO_ADMIN_TEXT] = '\0';
	const struct coco_admin_spec bad[] = {
		{ .role = "" }, { .issuer = longer }, { .audience = "" }, { .subject = longer },
		{ .key_id = "" }, { .lifetime = COCO_ADMIN_LIFETIME_MAX + 1 },
	};
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		coco_diag_init(&d);
		assert_err(coco_admin_token_mint(key, &bad[i], NOW, &text, &d), COCO_E_USAGE_VALUE,
			   &d);
	}
	coco_key_free(key);
}

static void read_claims(const char *claims, struct coco_admin_token *ret, int code)
{
	struct coco_key *key = make_key("ed25519");
	static const char header[] = "{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}";
	struct coco_diag d = { 0 };
	struct coco_secret text;

	assert_ok(coco_jws_sign(key, coco_view_of(header, sizeof(header) - 1),
				coco_view_of(claims, strlen(claims)), &text, &d), &d);
	int r = coco_admin_token_read(&text, ret, &d);
	if (code == 0)
		assert_ok(r, &d);
	else
		assert_err(r, code, &d);
	coco_secret_free(&text);
	coco_key_free(key);
}

static void test_claims(void **state COCO_UNUSED)
{
	struct coco_admin_token t;
	char many[1024] = "{";

	read_claims("{\"exp\":\"soon\",\"role\":[\"a\"],\"x\":null,\"f\":1.5}", &t, 0);
	assert_string_equal(coco_admin_token_claim(&t, "role")->value, "[\"a\"]");
	assert_int_equal(judge(&t, COCO_TRUSTEE_V0_17, NOW), COCO_TOKEN_REFUSED);
	read_claims("{\"role\":[\"a\"],\"exp\":9999999999}", &t, 0);
	assert_int_equal(judge(&t, COCO_TRUSTEE_V0_21, NOW), COCO_TOKEN_REFUSED);
	assert_int_equal(judge(&t, COCO_TRUSTEE_V0_20, NOW), COCO_TOKEN_ACCEPTED);
	read_claims("[]", &t, COCO_E_FORMAT_JSON_TYPE);
	read_claims("x", &t, COCO_E_FORMAT_JSON);
	for (int i = 0; i <= COCO_ADMIN_CLAIMS; i++)
		snprintf(many + strlen(many), 32, "%s\"c%d\":1", i > 0 ? "," : "", i);
	strcat(many, "}");
	read_claims(many, &t, COCO_E_TOKEN_CLAIMS);
	assert_string_equal(coco_admin_claim_fate("aud", COCO_TRUSTEE_V0_17), "not looked at");
	assert_string_equal(coco_admin_claim_fate("aud", COCO_TRUSTEE_V0_19), "refused");
	assert_string_equal(coco_admin_claim_fate("exp", COCO_TRUSTEE_V0_18), "needed");
	assert_string_equal(coco_admin_claim_fate("role", COCO_TRUSTEE_V0_21), "needed");
}

/* ---- vectors -------------------------------------------------------------------- */

struct expected {
	const char *name;
	enum coco_token_verdict old;      /* v0.10 to v0.17 */
	enum coco_token_verdict middle;   /* v0.18 to v0.20 */
	enum coco_token_verdict newest;
};

static const struct expected expected[] = {
	{ "legacy", COCO_TOKEN_ACCEPTED, COCO_TOKEN_ACCEPTED, COCO_TOKEN_REFUSED },
	{ "universal", COCO_TOKEN_ACCEPTED, COCO_TOKEN_ACCEPTED, COCO_TOKEN_DEPENDS },
	{ "with-audience", COCO_TOKEN_ACCEPTED, COCO_TOKEN_REFUSED, COCO_TOKEN_DEPENDS },
	{ "no-exp", COCO_TOKEN_ACCEPTED, COCO_TOKEN_REFUSED, COCO_TOKEN_REFUSED },
	{ "kid", COCO_TOKEN_ACCEPTED, COCO_TOKEN_ACCEPTED, COCO_TOKEN_ACCEPTED },
};

static void check_vector(const struct coco_jv *item, const struct coco_key *public)
{
	struct coco_diag d = { 0 };
	struct coco_admin_token t;
	struct coco_secret text;
	struct coco_jws jws;
	const char *name;
	const char *token;
	size_t i = 0;

	assert_ok(coco_jv_string(item, "name", &name, &d), &d);
	assert_ok(coco_jv_string(item, "token", &token, &d), &d);
	assert_ok(coco_secret_from(&text, token, strlen(token), &d), &d);
	assert_ok(coco_admin_token_read(&text, &t, &d), &d);
	assert_ok(coco_jws_decode(&jws, coco_view_of(token, strlen(token)), &d), &d);
	assert_ok(coco_jws_verify(public, &jws, &d), &d);
	coco_jws_clear(&jws);
	coco_secret_free(&text);
	while (strcmp(expected[i].name, name) != 0)
		assert_true(++i < COCO_ARRAY_LEN(expected));
	for (int k = COCO_TRUSTEE_V0_10; k < COCO_TRUSTEE_RELEASES; k++)
		assert_int_equal(judge(&t, (enum coco_trustee)k, NOW + 1),
				 k < COCO_TRUSTEE_V0_18 ? expected[i].old :
				 k < COCO_TRUSTEE_V0_21 ? expected[i].middle : expected[i].newest);
}

/* An Ed25519 key from its seed, by the fixed beginning of its PKCS#8 form. */
static struct coco_key *seeded(const char *hex)
{
	uint8_t der[48] = { 0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65,
			    0x70, 0x04, 0x22, 0x04, 0x20 };
	struct coco_diag d = { 0 };
	struct coco_key *key;

	for (size_t i = 0; i < 32; i++) {
		unsigned v;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &v), 1);
		der[16 + i] = (uint8_t)v;
	}
	assert_ok(coco_key_parse_private(coco_view_of(der, sizeof(der)), &key, &d), &d);
	return key;
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("broker/admin-jwt/ed25519.json");
	const struct coco_admin_spec spec = { .role = "admin", .issuer = "cococtl" };
	struct coco_diag d = { 0 };
	struct coco_secret made;
	struct coco_json doc;
	struct coco_jv list;
	const char *seed;
	const char *token;
	size_t n;

	if (path == NULL)
		return;
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), 1 << 20, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_string(&root, "seed_hex", &seed, &d), &d);
	struct coco_key *key = seeded(seed);
	assert_ok(coco_jv_array(&root, "tokens", &list, &d), &d);
	assert_int_equal(coco_jv_len(&list), COCO_ARRAY_LEN(expected));
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);

		check_vector(&item, key);
		if (i != 1)
			continue;
		/* "universal" is exactly what is made here */
		assert_ok(coco_jv_string(&item, "token", &token, &d), &d);
		assert_ok(coco_admin_token_mint(key, &spec, NOW, &made, &d), &d);
		assert_int_equal(made.n, strlen(token));
		assert_memory_equal(coco_secret_expose(&made), token, made.n);
		coco_secret_free(&made);
	}
	coco_key_free(key);
	coco_json_free(&doc);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_universal),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_spec),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
