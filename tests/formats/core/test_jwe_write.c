/*
 * test_jwe_write.c - JSON Web Encryption objects: writing.
 */
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/jwe.h"
#include "tests/support/alloc_fail.h"

static uint8_t *encode(const struct coco_jwe *j, size_t *ret_n)
{
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *text = NULL;

	coco_wr_init(&wr, COCO_JWE_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jwe_encode(&jw, j);
	assert_ok(coco_wr_finish(&wr, &text, ret_n, NULL), NULL);
	return text;
}

/* encode(decode(text)) is text: these are in the form that is written. */
static void test_canonical(void **state COCO_UNUSED)
{
	static const char *const texts[] = {
		"{\"protected\":\"eyJhbGciOiJBIiwiZW5jIjoiRSJ9\",\"encrypted_key\":\"BQ\","
		"\"iv\":\"AQ\",\"ciphertext\":\"AgM\",\"tag\":\"BA\"}",
		"{\"protected\":\"eyJlbmMiOiJFIn0\",\"header\":{\"alg\":\"A\",\"kid\":\"k\"},"
		"\"encrypted_key\":\"BQ\",\"iv\":\"AQ\",\"ciphertext\":\"\",\"tag\":\"BA\"}",
		"{\"unprotected\":{\"enc\":\"E\"},\"header\":{\"alg\":\"A\"},\"aad\":\"QQ\","
		"\"iv\":\"AQ\",\"ciphertext\":\"AgM\",\"tag\":\"BA\"}",
		"{\"protected\":\"eyJlbmMiOiJFIn0\",\"recipients\":[{\"header\":{\"alg\":\"A\","
		"\"epk\":{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"AQI\",\"y\":\"AwQ\"},"
		"\"apu\":\"QQ\",\"apv\":\"QkI\"},\"encrypted_key\":\"BQ\"},{\"header\":"
		"{\"alg\":\"B\",\"epk\":{\"crv\":\"X25519\",\"kty\":\"OKP\",\"x\":\"AQI\"}}}],"
		"\"iv\":\"AQ\",\"ciphertext\":\"AgM\",\"tag\":\"BA\"}",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++) {
		static struct coco_diag d;
		struct coco_jwe j;
		size_t n = 0;

		coco_diag_init(&d);
		assert_ok(coco_jwe_decode(&j, coco_view_of(texts[i], strlen(texts[i])), &d), &d);
		uint8_t *out = encode(&j, &n);
		assert_string_equal((char *)out, texts[i]);
		coco_free(out);
		coco_jwe_clear(&j);
	}
}

static void test_protect(void **state COCO_UNUSED)
{
	static const char flat[] = "{\"header\":{\"alg\":\"A\",\"enc\":\"E\",\"kid\":\"k\"},"
				   "\"encrypted_key\":\"BQ\",\"iv\":\"AQ\",\"ciphertext\":\"AgM\","
				   "\"tag\":\"BA\"}";
	static const char general[] = "{\"unprotected\":{\"enc\":\"E\"},\"recipients\":["
				      "{\"header\":{\"alg\":\"A\"}},{\"header\":{\"alg\":\"B\"}}],"
				      "\"iv\":\"AQ\",\"ciphertext\":\"AgM\",\"tag\":\"BA\"}";
	struct coco_jwe j;
	size_t n = 0;
	uint8_t *text = NULL;

	assert_ok(coco_jwe_decode(&j, coco_view_of(flat, strlen(flat)), NULL), NULL);
	assert_ok(coco_jwe_protect(&j, NULL), NULL);
	assert_ok(coco_b64_decode(COCO_B64_URL, j.protected_b64, strlen(j.protected_b64), &text, &n,
				  NULL), NULL);
	assert_string_equal((char *)text, "{\"enc\":\"E\",\"alg\":\"A\",\"kid\":\"k\"}");
	coco_free(text);
	text = encode(&j, &n);
	assert_null(strstr((char *)text, "header"));
	coco_free(text);
	coco_jwe_clear(&j);
	assert_ok(coco_jwe_decode(&j, coco_view_of(general, strlen(general)), NULL), NULL);
	assert_ok(coco_jwe_protect(&j, NULL), NULL);
	assert_string_equal(j.protected_b64, "eyJlbmMiOiJFIn0");
	text = encode(&j, &n);
	assert_non_null(strstr((char *)text, "{\"header\":{\"alg\":\"B\"}}"));
	assert_null(strstr((char *)text, "unprotected"));
	coco_free(text);
	coco_jwe_clear(&j);
}

/* Reading, protecting and writing again, with every allocation failing once. */
static void test_memory(void **state COCO_UNUSED)
{
	static const char text[] =
		"{\"protected\":\"eyJlbmMiOiJFIn0\",\"recipients\":[{\"header\":{\"alg\":\"A\","
		"\"kid\":\"k\",\"epk\":{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"AQI\","
		"\"y\":\"AwQ\"},\"apu\":\"QQ\",\"apv\":\"QkI\"},\"encrypted_key\":\"BQ\"},"
		"{\"header\":{\"alg\":\"B\"}}],\"aad\":\"QQ\",\"iv\":\"AQ\","
		"\"ciphertext\":\"AgM\",\"tag\":\"BA\"}";

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		static struct coco_diag d;
		struct coco_jwe j = { .enc = NULL };
		struct coco_wr wr;
		struct coco_jw jw;
		uint8_t *out = NULL;
		size_t n_out = 0;
		int r = coco_jwe_decode(&j, coco_view_of(text, strlen(text)), &d);

		if (r == 0)
			r = coco_jwe_protect(&j, &d);
		if (r == 0) {
			coco_wr_init(&wr, COCO_JWE_MAX);
			coco_jw_init(&jw, &wr, false);
			coco_jwe_encode(&jw, &j);
			r = coco_wr_finish(&wr, &out, &n_out, &d);
		}
		bool done = coco_test_alloc_check(r, &d);
		coco_jwe_clear(&j);
		coco_free(out);
		if (done)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_protect),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
