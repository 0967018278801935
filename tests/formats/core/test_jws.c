/*
 * test_jws.c - compact signatures taken apart and put together; every way in
 * which a text is none.
 */
#include "formats/core/jws.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static int decode(const char *text, struct coco_jws *ret, struct coco_diag *d)
{
	size_t n = strlen(text);
	uint8_t *copy = coco_test_guard(text, n);

	coco_diag_init(d);
	int r = coco_jws_decode(ret, coco_view_of(copy, n), d);
	coco_test_unguard(copy, n);
	return r;
}

/* A text with this header, "{}" as payload and "sig" as signature. */
static char *with_header(const char *header)
{
	struct coco_diag d = { 0 };
	char *input;
	size_t n;

	assert_ok(coco_jws_input(coco_view_of(header, strlen(header)), coco_view_of("{}", 2),
				 &input, &n, &d), &d);
	char *ret = coco_alloc(coco_jws_size(n, 3) + 1, 1);
	assert_non_null(ret);
	coco_jws_finish(ret, input, n, (const uint8_t *)"sig", 3);
	coco_free(input);
	return ret;
}

static void test_round_trip(void **state COCO_UNUSED)
{
	char *text = with_header("{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"k\"}");
	struct coco_diag d = { 0 };
	struct coco_jws j;

	assert_ok(coco_jws_decode(&j, coco_view_of(text, strlen(text)), &d), &d);
	assert_string_equal(j.alg, "ES256");
	assert_string_equal(j.typ, "JWT");
	assert_string_equal(j.kid, "k");
	assert_string_equal((const char *)j.payload, "{}");
	assert_int_equal(j.n_signature, 3);
	assert_memory_equal(j.signature, "sig", 3);
	assert_ptr_equal(j.input.p, text);
	assert_int_equal(j.input.n, (size_t)(strrchr(text, '.') - text));
	coco_jws_clear(&j);
	coco_jws_clear(&j);
	coco_free(text);
}

static void test_form(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
		uint64_t offset;
	} bad[] = {
		{ "", COCO_E_JWS_FORM, 0 },
		{ "e30", COCO_E_JWS_FORM, 3 },
		{ "e30.e30", COCO_E_JWS_FORM, 7 },
		{ "e30.e30.", COCO_E_JWS_FORM, 8 },
		{ ".e30.e30", COCO_E_JWS_FORM, 0 },
		{ "e30..e30", COCO_E_JWS_FORM, 4 },
		{ "e30.e30.e30.e30", COCO_E_JWS_FORM, 11 },
		{ "e30=.e30.e30", COCO_E_FORMAT_BASE64, 3 },
		{ "eyJhbGciOiJhIn0.e3+.e30", COCO_E_FORMAT_BASE64, 18 },
		{ "eyJhbGciOiJhIn0.e30.e3 ", COCO_E_FORMAT_BASE64, 22 },
	};
	struct coco_diag d;
	struct coco_jws j;

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		assert_err(decode(bad[i].text, &j, &d), bad[i].code, &d);
		assert_int_equal(d.offset, bad[i].offset);
	}
}

static void test_header(void **state COCO_UNUSED)
{
	static const struct {
		const char *header;
		int code;
	} bad[] = {
		{ "{}", COCO_E_FORMAT_JSON_TYPE },
		{ "[]", COCO_E_FORMAT_JSON_TYPE },
		{ "{", COCO_E_FORMAT_JSON },
		{ "{\"alg\":1}", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"alg\":\"\"}", COCO_E_JWS_FORM },
		{ "{\"alg\":\"none\"}", COCO_E_JWS_FORM },
		{ "{\"alg\":\"nOnE\"}", COCO_E_JWS_FORM },
		{ "{\"alg\":\"0123456789012345678901234567890123\"}", COCO_E_JWS_FORM },
		{ "{\"alg\":\"a\",\"alg\":\"b\"}", COCO_E_FORMAT_JSON_DUPLICATE },
		{ "{\"alg\":\"a\",\"typ\":3}", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"alg\":\"a\",\"kid\":[]}", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"alg\":\"a\",\"crit\":[\"exp\"]}", COCO_E_JWS_FORM },
		{ "{\"alg\":\"a\",\"b64\":false}", COCO_E_JWS_FORM },
	};
	struct coco_diag d;
	struct coco_jws j;

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		char *text = with_header(bad[i].header);

		assert_err(decode(text, &j, &d), bad[i].code, &d);
		coco_free(text);
	}
}

static void test_limits(void **state COCO_UNUSED)
{
	size_t n = COCO_JWS_MAX + 1;
	char *text = coco_alloc(n, 1);
	struct coco_diag d = { 0 };
	struct coco_jws j;
	char *input;

	assert_non_null(text);
	memset(text, 'A', n);
	assert_err(coco_jws_decode(&j, coco_view_of(text, n), &d), COCO_E_LIMIT_SIZE, &d);
	coco_diag_init(&d);
	/* a signature that is too long behind a good beginning */
	memcpy(text, "eyJhbGciOiJhIn0.e30.", 20);
	assert_err(coco_jws_decode(&j, coco_view_of(text, 20 + 1400), &d), COCO_E_LIMIT_SIZE, &d);
	assert_int_equal(d.offset, 20);
	coco_diag_init(&d);
	assert_err(coco_jws_input(coco_view_of(text, COCO_JWS_HEADER_MAX + 1),
				  coco_view_of("", 0), &input, &n, &d), COCO_E_LIMIT_SIZE, &d);
	coco_free(text);
}

static void test_memory(void **state COCO_UNUSED)
{
	char *text = with_header("{\"alg\":\"ES256\"}");
	struct coco_diag d = { 0 };
	struct coco_jws j = { .n_payload = 0 };

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++)
		if (coco_test_alloc_check(coco_jws_decode(&j, coco_view_of(text, strlen(text)),
							  &d), &d))
			break;
	coco_jws_clear(&j);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
