/*
 * test_token.c - attestation tokens as text: what is read, what is refused,
 * what their claims are called.
 */
#include "formats/evidence/token.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/vector_log.h"

/* A token of these parts; a static text. */
static const char *join(const char *head, const char *body, const char *sig)
{
	static char text[1 << 17];
	char *a = coco_b64_dup(COCO_B64_URL, (const uint8_t *)head, strlen(head));
	char *b = coco_b64_dup(COCO_B64_URL, (const uint8_t *)body, strlen(body));

	snprintf(text, sizeof(text), "%s.%s.%s", a, b, sig);
	coco_free(a);
	coco_free(b);
	return text;
}

static int decode(struct coco_token *ret, const char *text, struct coco_diag *d)
{
	coco_diag_init(d);
	return coco_token_decode(ret, coco_view_of(text, strlen(text)), d);
}

static void test_forms(void **state COCO_UNUSED)
{
	static const struct {
		const char *head;
		const char *body;
		const char *sig;
		int code;
		bool jws;
	} list[] = {
		{ "{\"alg\":\"ES256\"}", "{}", "AAAA", 0, true },
		{ "{\"alg\":\"ES256\"}", "{}", "AAAA\n", 0, true },
		{ "{\"alg\":\"none\"}", "{}", "", 0, false },
		{ "{\"alg\":\"none\"}", "{}", "AAAA", 0, false },
		{ "{}", "{}", "AAAA", 0, false },
		{ "{\"alg\":\"ES256\",\"crit\":[]}", "{}", "AAAA", 0, false },
		{ "{\"alg\":\"ES256\"}", "[]", "AAAA", COCO_E_RESULT_TOKEN, false },
		{ "[]", "{}", "AAAA", COCO_E_RESULT_TOKEN, false },
		{ "{", "{}", "AAAA", COCO_E_FORMAT_JSON, false },
		{ "{\"alg\":\"ES256\"}", "{\"a\":1,\"a\":2}", "AAAA",
		  COCO_E_FORMAT_JSON_DUPLICATE, false },
		{ "{\"alg\":\"ES256\"}", "", "AAAA", COCO_E_JWS_FORM, false },
		{ "{\"alg\":\"ES256\"}", "{}", "AAAA.AAAA", COCO_E_JWS_FORM, false },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_token t = { .n_signature = 77 };
		struct coco_diag d;
		int r = decode(&t, join(list[i].head, list[i].body, list[i].sig), &d);

		assert_int_equal(r, list[i].code);
		assert_int_equal(d.code, list[i].code);
		if (r != 0) {
			assert_int_equal(t.n_signature, 77);
			continue;
		}
		assert_int_equal(t.has_jws, list[i].jws);
		coco_token_clear(&t);
	}
	struct coco_token t;
	struct coco_diag d;
	assert_err(decode(&t, "eyJ*.eyJ9.AA", &d), COCO_E_FORMAT_BASE64, &d);
	assert_err(decode(&t, "abc", &d), COCO_E_JWS_FORM, &d);
}

static void test_looks(void **state COCO_UNUSED)
{
	const char *good = join("{\"alg\":\"none\"}", "{}", "");

	assert_true(coco_token_looks(coco_view_of(good, strlen(good))));
	assert_false(coco_token_looks(coco_view_of(good, strlen(good) - 1)));
	assert_false(coco_token_looks(coco_view_of("eyJ9.eyJ9.A A", 13)));
	assert_false(coco_token_looks(coco_view_of("a.b.c", 5)));
	assert_false(coco_token_looks(coco_view_of(NULL, 0)));
}

static void test_claims(void **state COCO_UNUSED)
{
	static const char body[] =
		"{\"iss\":\"https://a\",\"iat\":100,\"nbf\":101,\"exp\":200.0,\"nonce\":\"n\","
		"\"a b\":{\"list\":[1,-2,null,true,1.5,{\"deep\":\"x\"}]},\"empty\":{}}";
	struct coco_claims c = { 0 };
	struct coco_token t;
	struct coco_diag d;

	assert_ok(decode(&t, join("{\"alg\":\"RS256\",\"kid\":\"k\"}", body, "AAAA"), &d), &d);
	assert_string_equal(coco_token_kind(&t), "jwt");
	assert_string_equal(coco_token_text(&t, "iss"), "https://a");
	assert_null(coco_token_text(&t, "iat"));
	coco_token_claims(&c, &t);
	assert_int_equal(coco_claims_finish(&c, NULL), 0);
	assert_string_equal((char *)coco_claims_find(&c, "token.alg")->p, "RS256");
	assert_string_equal((char *)coco_claims_find(&c, "token.kid")->p, "k");
	assert_string_equal((char *)coco_claims_find(&c, "token.nonce")->p, "n");
	assert_int_equal(coco_claims_find(&c, "token.exp")->time, 200);
	assert_int_equal(coco_claims_find(&c, "token.nbf")->time, 101);
	assert_int_equal(coco_claims_find(&c, "token.body.a_b.list.0")->number, 1);
	assert_string_equal((char *)coco_claims_find(&c, "token.body.a_b.list.1")->p, "-2");
	assert_string_equal((char *)coco_claims_find(&c, "token.body.a_b.list.2")->p, "null");
	assert_int_equal(coco_claims_find(&c, "token.body.a_b.list.3")->number, 1);
	assert_non_null(coco_claims_find(&c, "token.body.a_b.list.4"));
	assert_string_equal((char *)coco_claims_find(&c, "token.body.a_b.list.5.deep")->p, "x");
	for (size_t i = 0; i < c.n; i++)
		assert_int_equal(c.v[i].length, 0);
	coco_claims_free(&c);
	coco_token_clear(&t);
}

static void test_times(void **state COCO_UNUSED)
{
	static const char *const bad[] = { "{\"iat\":\"1\"}", "{\"exp\":1.5}", "{\"nbf\":null}",
					   "{\"exp\":1e300}" };
	struct coco_token_times times = { .iat = 77 };
	struct coco_token t;
	struct coco_diag d;

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		assert_ok(decode(&t, join("{\"alg\":\"RS256\"}", bad[i], "AAAA"), &d), &d);
		assert_err(coco_token_times(&t, &times, &d), COCO_E_RESULT_TOKEN, &d);
		assert_int_equal(times.iat, 77);
		coco_token_clear(&t);
	}
	assert_ok(decode(&t, join("{\"alg\":\"RS256\"}", "{}", "AAAA"), &d), &d);
	assert_ok(coco_token_times(&t, &times, &d), &d);
	assert_false(times.has_iat || times.has_nbf || times.has_exp);
	coco_token_clear(&t);
}

static void test_kinds(void **state COCO_UNUSED)
{
	static const char *const list[][2] = {
		{ "{\"ear.verifier-id\":{}}", "ear" },
		{ "{\"eat_profile\":\"tag:github.com,2023:veraison/ear\"}", "ear" },
		{ "{\"sub\":\"NVIDIA-PLATFORM-ATTESTATION\"}", "nras" },
		{ "{\"x-ms-ver\":\"1.0\"}", "maa" },
		{ "{\"attester_tcb_status\":\"UpToDate\"}", "ita" },
		{ "{\"sub\":1}", "jwt" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_token t;
		struct coco_diag d;

		assert_ok(decode(&t, join("{\"alg\":\"RS256\"}", list[i][0], "AAAA"), &d), &d);
		assert_string_equal(coco_token_kind(&t), list[i][1]);
		coco_token_clear(&t);
	}
}

static void test_memory(void **state COCO_UNUSED)
{
	const char *text = join("{\"alg\":\"RS256\"}", "{\"a\":1}", "AAAA");
	struct coco_token t;
	struct coco_diag d;

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++)
		if (coco_test_alloc_check(decode(&t, text, &d), &d))
			break;
	coco_token_clear(&t);
}

/* The claims of a token of Azure's service, of which only the payload is public. */
static void test_maa(void **state COCO_UNUSED)
{
	struct coco_claims c = { 0 };
	struct coco_token t;
	struct coco_diag d;
	size_t n;
	uint8_t *p = coco_vector_log("evidence/tokens/maa", "sampleAttestationToken.json", &n);

	if (p == NULL)
		return;
	assert_ok(decode(&t, join("{\"alg\":\"RS256\"}", (const char *)p, "AAAA"), &d), &d);
	assert_string_equal(coco_token_kind(&t), "maa");
	coco_token_claims(&c, &t);
	assert_int_equal(coco_claims_find(&c, "token.exp")->time, 1653021894);
	assert_non_null(coco_claims_find(&c,
					 "token.body.x-ms-isolation-tee.x-ms-attestation-type"));
	coco_claims_free(&c);
	coco_token_clear(&t);
	coco_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),  cmocka_unit_test(test_looks),
		cmocka_unit_test(test_claims), cmocka_unit_test(test_times),
		cmocka_unit_test(test_kinds),  cmocka_unit_test(test_memory),
		cmocka_unit_test(test_maa),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
