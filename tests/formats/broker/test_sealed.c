/*
 * test_sealed.c - sealed secrets: bytes, everything that a guest refuses, and
 * public keys as JWK.
 */
#include "formats/broker/sealed.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define HEADER "{\"alg\":\"ES256\",\"kid\":\"kbs:///a/b/c\"}"
#define REST "\"provider\":\"kbs\",\"provider_settings\":{},\"annotations\":{}}"
#define VAULT "{\"version\":\"0.1.0\",\"type\":\"vault\",\"name\":\"kbs:///r/t/g\"," REST

static const uint8_t signature[COCO_SEALED_SIGNATURE] = { 1, 2, 3 };

static char *make(const char *header, const char *payload, size_t n_signature)
{
	static char text[4096];
	char *h = coco_b64_dup(COCO_B64_URL, (const uint8_t *)header, strlen(header));
	char *p = coco_b64_dup(COCO_B64_URL, (const uint8_t *)payload, strlen(payload));
	char *s = coco_b64_dup(COCO_B64_URL, signature, n_signature);

	snprintf(text, sizeof(text), "sealed.%s.%s.%s", h, p, s);
	coco_free(h);
	coco_free(p);
	coco_free(s);
	return text;
}

static void refuse(const char *text, int code)
{
	struct coco_sealed s = { .kid = NULL };
	struct coco_diag d = { 0 };
	uint8_t *g = coco_test_guard(text, strlen(text));

	assert_err(coco_sealed_decode(&s, coco_view_of(g, strlen(text)), &d), code, &d);
	assert_null(s.kid);
	coco_test_unguard(g, strlen(text));
}

static void test_write(void **state COCO_UNUSED)
{
	struct coco_sealed s;
	struct coco_diag d = { 0 };
	char *prepared = NULL;
	char *text = NULL;

	assert_ok(coco_sealed_prepare("kbs:///a/b/c", "kbs:///r/t/g", &prepared, &d), &d);
	assert_ok(coco_sealed_finish(prepared, signature, &text, &d), &d);
	assert_string_equal(text, make(HEADER, VAULT, 64));
	assert_ok(coco_sealed_decode(&s, coco_view_of(text, strlen(text)), &d), &d);
	assert_string_equal(s.kid, "kbs:///a/b/c");
	assert_string_equal(s.name, "kbs:///r/t/g");
	assert_string_equal(s.provider, "kbs");
	assert_false(s.envelope);
	assert_int_equal(s.signed_part.n, strlen(prepared));
	assert_memory_equal(s.signed_part.p, prepared, strlen(prepared));
	assert_memory_equal(s.signature, signature, 64);
	coco_sealed_free(&s);
	coco_sealed_free(&s);
	/* every cut of it */
	for (size_t n = 0; n < strlen(text); n++)
		assert_int_not_equal(coco_sealed_decode(&s, coco_view_of(text, n), NULL), 0);
	coco_free(prepared);
	coco_free(text);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const char *const payloads[] = {
		"{}", "[]", "{\"version\":\"0.1.0\",\"type\":\"vault\"," REST,
		"{\"version\":\"0.1.0\",\"type\":\"vault\",\"name\":1," REST,
		"{\"version\":\"0.1.0\",\"type\":\"vault\",\"name\":\"x\",\"provider\":\"kbs\","
		"\"provider_settings\":{}}",
		"{\"version\":\"0.1.0\",\"type\":\"vault\",\"name\":\"x\",\"provider\":\"kbs\","
		"\"annotations\":{}}",
		"{\"version\":\"0.1.0\",\"type\":\"vault\",\"name\":\"x\",\"provider_settings\":{},"
		"\"annotations\":{}}",
		"{\"version\":\"0.1.0\",\"type\":\"envelope\",\"key_id\":\"x\"," REST,
	};
	static const char *const forms[] = {
		"", "sealed", "sealed.", "sealed.a", "sealed.a.b", "sealed.a.b.c.d", "xealed.a.b.c",
		"sealed.a.b.c\n", "sealed.a.b.c\r",
	};
	static char large[COCO_SEALED_MAX + 2];
	char line[4096];

	for (size_t i = 0; i < COCO_ARRAY_LEN(forms); i++)
		refuse(forms[i], COCO_E_SEALED_FORM);
	for (size_t i = 0; i < COCO_ARRAY_LEN(payloads); i++)
		refuse(make(HEADER, payloads[i], 64), COCO_E_FORMAT_JSON_TYPE);
	refuse(make("{\"alg\":\"ES256\"}", VAULT, 64), COCO_E_FORMAT_JSON_TYPE);
	refuse(make("{\"alg\":\"none\",\"kid\":\"x\"}", VAULT, 64), COCO_E_SEALED_FORM);
	refuse(make("{\"alg\":\"es256\",\"kid\":\"x\"}", VAULT, 64), COCO_E_SEALED_FORM);
	refuse(make("{", VAULT, 64), COCO_E_FORMAT_JSON);
	refuse(make(HEADER, "{\"version\":\"0.2.0\"}", 64), COCO_E_SEALED_FORM);
	refuse(make(HEADER, "{\"version\":\"0.1.0\",\"type\":\"x\"}", 64), COCO_E_SEALED_FORM);
	refuse(make(HEADER, VAULT, 63), COCO_E_SEALED_FORM);
	snprintf(line, sizeof(line), "%s=", make(HEADER, VAULT, 64));
	refuse(line, COCO_E_FORMAT_BASE64);
	refuse("sealed.!.b.c", COCO_E_FORMAT_BASE64);
	refuse("sealed.fakejwsheader.e30.fakesignature", COCO_E_SEALED_FAKE);
	refuse("sealed.e30.e30.fakesignature", COCO_E_SEALED_FAKE);
	refuse("sealed.e30.e30.", COCO_E_SEALED_FAKE);
	memset(large, 'x', sizeof(large) - 1);
	refuse(large, COCO_E_LIMIT_SIZE);
}

static void test_jwk(void **state COCO_UNUSED)
{
	static const char *const bad[] = {
		"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"AA\",\"y\":\"AA\"}",
		"{\"kty\":\"OKP\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"AA\",\"x\":\"AA\",\"y\":\"AA\"}",
	};
	uint8_t x[32];
	uint8_t y[32];
	uint8_t ret_x[32] = { 0 };
	uint8_t ret_y[32] = { 0 };
	struct coco_diag d = { 0 };
	char *text = NULL;
	size_t n = 0;

	coco_test_random(x, 32, 1);
	coco_test_random(y, 32, 2);
	assert_ok(coco_sealed_jwk_write(x, y, &text, &n, &d), &d);
	assert_int_equal(n, strlen(text));
	assert_ok(coco_sealed_jwk_read(coco_view_of(text, n), ret_x, ret_y, &d), &d);
	assert_memory_equal(x, ret_x, 32);
	assert_memory_equal(y, ret_y, 32);
	coco_free(text);
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		coco_diag_init(&d);
		assert_err(coco_sealed_jwk_read(coco_view_of(bad[i], strlen(bad[i])), ret_x, ret_y,
						&d), COCO_E_SEALED_JWK, &d);
		assert_memory_equal(x, ret_x, 32);
	}
}

static void test_memory(void **state COCO_UNUSED)
{
	char *sealed = make(HEADER, VAULT, 64);
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_sealed s = { .kid = NULL };
		char *prepared = NULL;
		char *text = NULL;
		int r = coco_sealed_decode(&s, coco_view_of(sealed, strlen(sealed)), &d);

		if (r == 0)
			r = coco_sealed_prepare("kbs:///a/b/c", "kbs:///r/t/g", &prepared, &d);
		if (r == 0)
			r = coco_sealed_finish(prepared, signature, &text, &d);
		bool done = coco_test_alloc_check(r, &d);
		coco_sealed_free(&s);
		coco_free(prepared);
		coco_free(text);
		if (done)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_jwk), cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
