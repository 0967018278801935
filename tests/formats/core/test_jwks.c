/*
 * test_jwks.c - JSON Web Keys and sets: every kind, every lie.
 */
#include "formats/core/jwks.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"

#define X256 "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define Y256 "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define EC256 "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X256 "\",\"y\":\"" Y256 "\""
#define ED "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," \
	   "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
#define RSA "{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN\",\"e\":\"AQAB\""

static int decode(struct coco_jwks *ret, const char *text, struct coco_diag *d)
{
	coco_diag_init(d);
	return coco_jwks_decode(ret, coco_view_of(text, strlen(text)), d);
}

static void test_good(void **state COCO_UNUSED)
{
	static const char text[] =
		"{\"keys\":[" EC256 ",\"kid\":\"a\",\"alg\":\"ES256\",\"use\":\"sig\","
		"\"x5c\":[\"MAA=\",\"MAEA\"]}," ED ",\"kid\":\"b\"}," RSA ",\"use\":\"enc\"},"
		"{\"kty\":\"oct\",\"k\":\"AA\"},{\"kty\":\"EC\",\"crv\":\"secp256k1\"},"
		"{\"kty\":\"OKP\",\"crv\":\"X25519\"}]}";
	struct coco_jwks set;
	struct coco_diag d;

	assert_ok(decode(&set, text, &d), &d);
	assert_int_equal(set.n, 3);
	assert_int_equal(set.other, 3);
	assert_true(set.v[0].type == COCO_JWK_EC && set.v[0].curve == 256);
	assert_true(set.v[0].n_a == 32 && set.v[0].n_b == 32 && !set.v[0].encrypts);
	assert_string_equal(set.v[0].kid, "a");
	assert_string_equal(set.v[0].alg, "ES256");
	assert_int_equal(set.v[0].n_chain, 2);
	assert_memory_equal(set.v[0].chain[0].p, "\x30\x00", 2);
	assert_true(set.v[1].type == COCO_JWK_OKP && set.v[1].n_a == 32 && set.v[1].b == NULL);
	assert_true(set.v[2].type == COCO_JWK_RSA && set.v[2].n_b == 3 && set.v[2].encrypts);
	coco_jwks_free(&set);
	assert_ok(decode(&set, EC256 "}", &d), &d);   /* one bare key */
	assert_int_equal(set.n, 1);
	coco_jwks_free(&set);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++)
		if (coco_test_alloc_check(decode(&set, text, &d), &d))
			break;
	coco_jwks_free(&set);
}

static void test_lies(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
		const char *pointer;
	} list[] = {
		{ "7", COCO_E_FORMAT_JSON_TYPE, "/" },
		{ "{}", COCO_E_JWK, "/keys" },   /* a bare key of no kind */
		{ "{\"keys\":7}", COCO_E_FORMAT_JSON_TYPE, "/keys" },
		{ "{\"keys\":[]}", COCO_E_JWK, "/keys" },
		{ "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"}]}", COCO_E_JWK, "/keys" },
		{ "{\"keys\":[7]}", COCO_E_FORMAT_JSON_TYPE, "/keys/0" },
		{ "{\"keys\":[" EC256 ",\"d\":\"AA\"}]}", COCO_E_JWK, "/keys/0" },
		{ "{\"keys\":[" EC256 ",\"kid\":\"a\"}," EC256 ",\"kid\":\"a\"}]}", COCO_E_JWK,
		  "/keys/1/kid" },
		{ "{\"keys\":[" EC256 ",\"kid\":7}]}", COCO_E_FORMAT_JSON_TYPE, "/keys/0/kid" },
		{ "{\"keys\":[" EC256 ",\"x5c\":[7]}]}", COCO_E_FORMAT_JSON_TYPE,
		  "/keys/0/x5c/0" },
		{ "{\"keys\":[" EC256 ",\"x5c\":[\"?\"]}]}", COCO_E_FORMAT_BASE64,
		  "/keys/0/x5c/0" },
		{ "{\"keys\":[" EC256 ",\"x5c\":[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]}]}",
		  COCO_E_JWK, "/keys/0/x5c" },
		{ "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}]}",
		  COCO_E_JWK, "/keys/0/x" },
		{ "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" X256 "\",\"y\":\"\"}]}",
		  COCO_E_JWK, "/keys/0/x" },
		{ "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X256 "\"}]}",
		  COCO_E_FORMAT_JSON_TYPE, "/keys/0/y" },
		{ "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}]}", COCO_E_JWK,
		  "/keys/0/x" },
		{ "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}]}", COCO_E_JWK,
		  "/keys/0/n" },
		{ "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"*\",\"e\":\"AQAB\"}]}", COCO_E_FORMAT_BASE64,
		  "/keys/0/n" },
		{ "{\"keys\":[],\"keys\":[]}", COCO_E_FORMAT_JSON_DUPLICATE, NULL },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_jwks set = { .n = 99 };
		struct coco_diag d;

		int r = decode(&set, list[i].text, &d);
		if (i == 1) {   /* no kty: not counted as another kind */
			assert_int_not_equal(r, 0);
			continue;
		}
		assert_err(r, list[i].code, &d);
		if (list[i].pointer != NULL)
			assert_string_equal(d.pointer, list[i].pointer);
		assert_int_equal(set.n, 99);
	}
}

static void test_looks(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		bool want;
	} list[] = {
		{ "{\"keys\":[{\"kty\":\"EC\"}]}", true }, { "{\"keys\":[]}", true },
		{ "{\"keys\":[{\"kid\":1}]}", false },     { "{\"keys\":7}", false },
		{ "{\"kty\":\"EC\"}", false },             { "[]", false },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_json doc;

		assert_int_equal(coco_json_parse(&doc, coco_view_of(list[i].text,
								    strlen(list[i].text)),
						 4096, NULL), 0);
		struct coco_jv root = coco_json_root(&doc);
		assert_int_equal(coco_jwks_looks(&root), list[i].want);
		coco_json_free(&doc);
	}
	assert_false(coco_jwks_looks(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
