/*
 * test_rcar.c - the messages of the attestation handshake.
 */
#include "formats/broker/rcar.h"

#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/jcs.h"
#include "tests/support/alloc_fail.h"

static const uint8_t numbers[256] = { 1, 2, 3 };

static struct coco_rcar_key ec_key(void)
{
	struct coco_rcar_key key;

	assert_ok(coco_rcar_key_make(&key, "P-256", coco_view_of(numbers, 32),
				     coco_view_of(numbers + 1, 32), NULL), NULL);
	return key;
}

static char *finish(struct coco_wr *wr)
{
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_wr_finish(wr, &text, &n, NULL), NULL);
	return (char *)text;
}

static struct coco_view text_view(const char *s)
{
	return coco_view_of(s, strlen(s));
}

static void test_request(void **state COCO_UNUSED)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, 1000);
	coco_jw_init(&jw, &wr, false);
	coco_rcar_request_encode(&jw, COCO_RCAR_0_4_0, "snp");
	char *text = finish(&wr);
	assert_string_equal(text, "{\"version\":\"0.4.0\",\"tee\":\"snp\",\"extra-params\":"
			    "{\"supported-hash-algorithms\":[\"sha256\",\"sha384\",\"sha512\","
			    "\"sm3\"]}}");
	coco_free(text);
	coco_wr_init(&wr, 1000);
	coco_jw_init(&jw, &wr, false);
	coco_rcar_request_encode(&jw, COCO_RCAR_0_2_0, "tdx");
	text = finish(&wr);
	assert_string_equal(text, "{\"version\":\"0.2.0\",\"tee\":\"tdx\",\"extra-params\":\"\"}");
	coco_free(text);
}

static void test_challenge(void **state COCO_UNUSED)
{
	static const char good[] = "{\"nonce\":\"G6gVlaPIsP450arKUvffEm2swrLGwC9mUCq/pIkItDo=\","
				   "\"extra-params\":\"\"}";
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "", COCO_E_FORMAT_JSON },
		{ "<html>", COCO_E_FORMAT_JSON },
		{ "[]", COCO_E_FORMAT_JSON_TYPE },
		{ "{}", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"nonce\":5}", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"nonce\":\"\"}", COCO_E_FORMAT_VALUE },
		{ "{\"nonce\":\"AAAA\"}", COCO_E_FORMAT_VALUE },
		{ "{\"nonce\":\"!!!!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}", COCO_E_FORMAT_VALUE },
		{ "{\"nonce\":\"a\",\"nonce\":\"b\"}", COCO_E_FORMAT_JSON_DUPLICATE },
	};
	struct coco_rcar_challenge c;
	struct coco_diag d = { 0 };
	char text[400];

	assert_ok(coco_rcar_challenge_decode(&c, text_view(good), &d), &d);
	assert_string_equal(c.nonce, "G6gVlaPIsP450arKUvffEm2swrLGwC9mUCq/pIkItDo=");
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		coco_diag_init(&d);
		assert_err(coco_rcar_challenge_decode(&c, text_view(bad[i].text), &d),
			   bad[i].code, &d);
	}
	memset(text, 'A', sizeof(text));
	memcpy(text, "{\"nonce\":\"", 10);
	memcpy(text + sizeof(text) - 3, "\"}", 3);
	coco_diag_init(&d);
	assert_err(coco_rcar_challenge_decode(&c, text_view(text), &d), COCO_E_FORMAT_VALUE, &d);
	coco_diag_init(&d);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++)
		if (coco_test_alloc_check(coco_rcar_challenge_decode(&c, text_view(good), &d), &d))
			break;
}

static void test_key(void **state COCO_UNUSED)
{
	static const char ec[] = "{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ECDH-ES+A256KW\","
				 "\"x\":\"AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
				 "\"y\":\"AgMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}";
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "{}", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"kty\":\"OKP\"}", COCO_E_FORMAT_VALUE },
		{ "{\"kty\":\"EC\",\"alg\":\"ECDH-ES+A256KW\"}", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"kty\":\"EC\",\"crv\":\"P-192\",\"alg\":\"ECDH-ES+A256KW\"}",
		  COCO_E_FORMAT_VALUE },
		{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"RSA-OAEP-256\"}",
		  COCO_E_CRYPTO_ALGORITHM },
		{ "{\"kty\":\"RSA\",\"alg\":\"RSA1_5\",\"n\":\"AQ\",\"e\":\"AQ\"}",
		  COCO_E_CRYPTO_ALGORITHM },
		{ "{\"kty\":\"RSA\",\"alg\":\"RSA-OAEP-256\",\"n\":\"\",\"e\":\"AQ\"}",
		  COCO_E_FORMAT_VALUE },
		{ "{\"kty\":\"RSA\",\"alg\":\"RSA-OAEP-256\",\"n\":\"AQ\",\"e\":\"A=\"}",
		  COCO_E_FORMAT_BASE64 },
		{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ECDH-ES+A256KW\",\"x\":\"AQ\","
		  "\"y\":\"AQ\"}", COCO_E_FORMAT_VALUE },
	};
	struct coco_rcar_key key = { .a = NULL };
	struct coco_diag d = { 0 };
	struct coco_json doc;
	struct coco_wr wr;
	struct coco_jw jw;

	assert_ok(coco_json_parse(&doc, text_view(ec), 1000, NULL), NULL);
	struct coco_jv root = coco_json_root(&doc);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++)
		if (coco_test_alloc_check(coco_rcar_key_decode(&key, &root, &d), &d))
			break;
	coco_json_free(&doc);
	coco_wr_init(&wr, 1000);
	coco_jw_init(&jw, &wr, false);
	coco_rcar_key_encode(&jw, &key);
	char *text = finish(&wr);
	assert_string_equal(text, ec);
	coco_free(text);
	coco_rcar_key_clear(&key);
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		coco_diag_init(&d);
		assert_ok(coco_json_parse(&doc, text_view(bad[i].text), 1000, NULL), NULL);
		root = coco_json_root(&doc);
		assert_err(coco_rcar_key_decode(&key, &root, &d), bad[i].code, &d);
		coco_json_free(&doc);
	}
}

static void test_attestation(void **state COCO_UNUSED)
{
	struct coco_rcar_key key = ec_key();
	struct coco_rcar_attestation a = {
		.nonce = "N", .key = &key, .evidence = text_view("{\"svn\":\"1\"}"),
		.devices = "{\"nvidia\":{}}", .initdata = "a = \"b\"\n",
	};
	struct coco_json doc;
	struct coco_jv part;
	struct coco_jv value;
	const char *s = NULL;
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, 4000);
	coco_jw_init(&jw, &wr, false);
	coco_rcar_attestation_encode(&jw, COCO_RCAR_0_4_0, &a);
	char *text = finish(&wr);
	assert_ok(coco_json_parse(&doc, text_view(text), 4000, NULL), NULL);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_object(&root, "init-data", &part, NULL), NULL);
	assert_ok(coco_jv_string(&part, "body", &s, NULL), NULL);
	assert_string_equal(s, a.initdata);
	assert_ok(coco_jv_object(&root, "runtime-data", &part, NULL), NULL);
	assert_ok(coco_jv_object(&part, "tee-pubkey", &value, NULL), NULL);
	assert_ok(coco_jv_object(&root, "tee-evidence", &part, NULL), NULL);
	assert_ok(coco_jv_object(&part, "primary_evidence", &value, NULL), NULL);
	assert_ok(coco_jv_string(&part, "additional_evidence", &s, NULL), NULL);
	assert_string_equal(s, a.devices);
	coco_json_free(&doc);
	coco_free(text);

	coco_wr_init(&wr, 4000);
	coco_jw_init(&jw, &wr, false);
	coco_rcar_attestation_encode(&jw, COCO_RCAR_0_2_0, &a);
	text = finish(&wr);
	assert_ok(coco_json_parse(&doc, text_view(text), 4000, NULL), NULL);
	root = coco_json_root(&doc);
	assert_int_equal(coco_jv_len(&root), 2);
	assert_ok(coco_jv_object(&root, "tee-evidence", &part, NULL), NULL);
	coco_json_free(&doc);
	coco_free(text);
	coco_rcar_key_clear(&key);
}

static void test_token(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "", COCO_E_FORMAT_JSON },
		{ "[]", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"token\":null}", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"token\":\"\"}", COCO_E_FORMAT_VALUE },
		{ "{\"token\":\"a.b\"}", COCO_E_FORMAT_VALUE },
		{ "{\"token\":\"a.b.c\\r\\nX: y\"}", COCO_E_FORMAT_VALUE },
		{ "{\"token\":\"a.b.c.d\"}", COCO_E_FORMAT_VALUE },
	};
	struct coco_diag d = { 0 };
	char *token = NULL;

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++)
		if (coco_test_alloc_check(
			    coco_rcar_token_decode(&token, text_view("{\"token\":\"a-_.b1.Z\"}"),
						   &d), &d))
			break;
	assert_string_equal(token, "a-_.b1.Z");
	coco_free(token);
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		coco_diag_init(&d);
		assert_err(coco_rcar_token_decode(&token, text_view(bad[i].text), &d), bad[i].code,
			   &d);
	}
}

/* The bound text is the canonical form of its object. */
static void check_bound(const struct coco_rcar_key *key, const char *devices)
{
	struct coco_json doc;
	struct coco_wr wr;

	coco_wr_init(&wr, 10000);
	coco_rcar_bound_text(&wr, "ab\"c", key, devices);
	char *text = finish(&wr);
	assert_ok(coco_json_parse(&doc, text_view(text), 10000, NULL), NULL);
	struct coco_jv root = coco_json_root(&doc);
	assert_int_equal(coco_jv_len(&root), devices != NULL ? 3 : 2);
	coco_wr_init(&wr, 10000);
	assert_ok(coco_jcs_encode(&wr, &root, NULL), NULL);
	char *again = finish(&wr);
	assert_string_equal(text, again);
	coco_free(text);
	coco_free(again);
	coco_json_free(&doc);
}

static void test_bound(void **state COCO_UNUSED)
{
	struct coco_rcar_key ec = ec_key();
	struct coco_rcar_key rsa;

	assert_ok(coco_rcar_key_make(&rsa, "", coco_view_of(numbers, 256),
				     coco_view_of(numbers, 3), NULL), NULL);
	check_bound(&ec, NULL);
	check_bound(&ec, "");
	check_bound(&ec, "{\"nvidia\":{\"a\\u0001\":[]}}\n");
	check_bound(&rsa, NULL);
	check_bound(&rsa, "");
	coco_rcar_key_clear(&ec);
	coco_rcar_key_clear(&rsa);
}

/* ---- vectors ---------------------------------------------------------------- */

static void vector_case(const struct coco_jv *c)
{
	struct coco_rcar_key key;
	const char *canonical = NULL;
	const char *devices = NULL;
	const char *nonce = NULL;
	struct coco_jv input;
	struct coco_jv jwk;
	struct coco_wr wr;

	assert_ok(coco_jv_object(c, "input", &input, NULL), NULL);
	assert_ok(coco_jv_string(c, "canonical", &canonical, NULL), NULL);
	coco_wr_init(&wr, 10000);
	assert_ok(coco_jcs_encode(&wr, &input, NULL), NULL);
	char *text = finish(&wr);
	assert_string_equal(text, canonical);
	coco_free(text);
	if (!coco_jv_has(&input, "nonce"))
		return;
	assert_ok(coco_jv_string(&input, "nonce", &nonce, NULL), NULL);
	assert_ok(coco_jv_object(&input, "tee-pubkey", &jwk, NULL), NULL);
	if (coco_jv_has(&input, "additional-evidence"))
		assert_ok(coco_jv_string(&input, "additional-evidence", &devices, NULL), NULL);
	assert_ok(coco_rcar_key_decode(&key, &jwk, NULL), NULL);
	coco_wr_init(&wr, 10000);
	coco_rcar_bound_text(&wr, nonce, &key, devices);
	text = finish(&wr);
	assert_string_equal(text, canonical);
	coco_free(text);
	coco_rcar_key_clear(&key);
}

static void vector_legacy(const struct coco_jv *list, const struct coco_rcar_key *key,
			  const char *nonce)
{
	assert_int_equal(coco_jv_len(list), COCO_RCAR_LEGACY_TEXTS);
	for (unsigned i = 0; i < COCO_RCAR_LEGACY_TEXTS; i++) {
		struct coco_jv item = coco_jv_item(list, i);
		const char *want = NULL;
		struct coco_wr wr;

		assert_ok(coco_jv_string(&item, "serialized", &want, NULL), NULL);
		coco_wr_init(&wr, 10000);
		coco_rcar_bound_legacy(&wr, i, nonce, key);
		char *text = finish(&wr);
		assert_string_equal(text, want);
		coco_free(text);
	}
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("broker/rcar/report-data.json");
	struct coco_rcar_key key;
	struct coco_json doc;
	struct coco_jv list;
	struct coco_jv jwk;
	const char *nonce = NULL;
	size_t n = 0;

	if (path == NULL)
		return;
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), 1 << 20, NULL), NULL);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_array(&root, "cases", &list, NULL), NULL);
	assert_true(coco_jv_len(&list) >= 5);
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);

		vector_case(&item);
	}
	struct coco_jv first = coco_jv_item(&list, 0);
	struct coco_jv input;
	assert_ok(coco_jv_object(&first, "input", &input, NULL), NULL);
	assert_ok(coco_jv_string(&input, "nonce", &nonce, NULL), NULL);
	assert_ok(coco_jv_object(&input, "tee-pubkey", &jwk, NULL), NULL);
	assert_ok(coco_rcar_key_decode(&key, &jwk, NULL), NULL);
	struct coco_jv legacy;
	assert_ok(coco_jv_array(&root, "legacy_le_0_2_0_candidates", &legacy, NULL), NULL);
	vector_legacy(&legacy, &key, nonce);
	coco_rcar_key_clear(&key);
	coco_json_free(&doc);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_challenge),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_attestation),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
