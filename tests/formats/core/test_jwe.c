/*
 * test_jwe.c - JSON Web Encryption objects: reading.
 */
#include "formats/core/jwe.h"

#include <string.h>

#include "formats/core/b64.h"
#include "tests/support/support.h"

static int decode(const char *text, struct coco_jwe *j, struct coco_diag *d)
{
	coco_diag_init(d);
	return coco_jwe_decode(j, coco_view_of(text, strlen(text)), d);
}

/* protected: {"alg":"A","enc":"E"} */
#define PROT "\"protected\":\"eyJhbGciOiJBIiwiZW5jIjoiRSJ9\""
/* protected: {"enc":"E"} */
#define PROT_ENC "\"protected\":\"eyJlbmMiOiJFIn0\""
#define BODY ",\"iv\":\"AQ\",\"ciphertext\":\"AgM\",\"tag\":\"BA\"}"
#define KEY ",\"encrypted_key\":\"BQ\""

static void test_flattened(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	struct coco_jwe j;

	assert_ok(decode("{" PROT KEY BODY, &j, &d), &d);
	assert_int_equal(j.n_recipients, 1);
	assert_string_equal(j.recipients[0].alg, "A");
	assert_string_equal(j.enc, "E");
	assert_int_equal(j.in_protected, COCO_JWE_ALG | COCO_JWE_ENC);
	assert_null(j.recipients[0].kid);
	assert_false(j.recipients[0].has_epk);
	assert_int_equal(j.recipients[0].key.n, 1);
	assert_int_equal(j.ciphertext.n, 2);
	assert_string_equal(j.protected_b64, "eyJhbGciOiJBIiwiZW5jIjoiRSJ9");
	assert_null(j.aad_b64);
	coco_jwe_clear(&j);
	/* everything outside the protected header; unknown members; additional data */
	assert_ok(decode("{\"unprotected\":{\"enc\":\"E\"},\"header\":{\"alg\":\"A\",\"kid\":\"k\","
			 "\"x\":1},\"more\":[],\"aad\":\"\"" KEY BODY, &j, &d), &d);
	assert_int_equal(j.in_protected, 0);
	assert_string_equal(j.recipients[0].kid, "k");
	assert_string_equal(j.protected_b64, "");
	assert_string_equal(j.aad_b64, "");
	coco_jwe_clear(&j);
}

static void test_general(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	struct coco_jwe j;

	assert_ok(decode("{" PROT_ENC ",\"recipients\":["
			 "{\"header\":{\"alg\":\"A\",\"epk\":{\"kty\":\"EC\",\"crv\":\"P-256\","
			 "\"x\":\"AQI\",\"y\":\"AwQ\"},\"apu\":\"QQ\",\"apv\":\"QkI\"},"
			 "\"encrypted_key\":\"BQ\"},"
			 "{\"header\":{\"alg\":\"B\",\"epk\":{\"kty\":\"OKP\",\"crv\":\"X25519\","
			 "\"x\":\"AQI\"}}}]" BODY, &j, &d), &d);
	assert_int_equal(j.n_recipients, 2);
	assert_string_equal(j.recipients[0].epk_crv, "P-256");
	assert_int_equal(j.recipients[0].n_x, 2);
	assert_memory_equal(j.recipients[0].epk_y, "\3\4", 2);
	assert_int_equal(j.recipients[0].apu.n, 1);
	assert_int_equal(j.recipients[0].apv.n, 2);
	assert_true(j.recipients[1].epk_okp);
	assert_int_equal(j.recipients[1].key.n, 0);
	coco_jwe_clear(&j);
	/* go-jose repeats the first key at the top */
	assert_ok(decode("{" PROT KEY ",\"recipients\":[{\"encrypted_key\":\"BQ\"},"
			 "{\"encrypted_key\":\"Bg\"}]" BODY, &j, &d), &d);
	coco_jwe_clear(&j);
	/* an empty one and an absent one are the same */
	assert_ok(decode("{" PROT ",\"encrypted_key\":\"\",\"recipients\":[{}]" BODY, &j, &d), &d);
	coco_jwe_clear(&j);
}

static void test_aad(void **state COCO_UNUSED)
{
	struct coco_jwe j;
	static struct coco_diag d;
	uint8_t *aad = NULL;
	size_t n = 0;

	assert_ok(decode("{" PROT KEY BODY, &j, &d), &d);
	assert_ok(coco_jwe_aad(&j, &aad, &n, &d), &d);
	assert_string_equal((char *)aad, "eyJhbGciOiJBIiwiZW5jIjoiRSJ9");
	coco_free(aad);
	coco_jwe_clear(&j);
	assert_ok(decode("{" PROT KEY ",\"aad\":\"QQ\"" BODY, &j, &d), &d);
	assert_ok(coco_jwe_aad(&j, &aad, &n, &d), &d);
	assert_string_equal((char *)aad, "eyJhbGciOiJBIiwiZW5jIjoiRSJ9.QQ");
	coco_free(aad);
	coco_jwe_clear(&j);
}

static void test_refused(void **state COCO_UNUSED)
{
#define HDR(h) "{" PROT_ENC ",\"header\":" h KEY BODY
#define EPK(e) HDR("{\"alg\":\"A\",\"epk\":" e "}")
	static const struct {
		const char *text;
		int code;
		const char *pointer;
	} bad[] = {
		{ "", COCO_E_FORMAT_JSON, NULL },
		{ "eyJhbGciOiJBIn0.BQ.AQ.AgM.BA", COCO_E_FORMAT_JWE, NULL },
		{ "[]", COCO_E_FORMAT_JSON_TYPE, "/" },
		{ "{" PROT KEY ",\"ciphertext\":\"AgM\",\"tag\":\"BA\"}", COCO_E_FORMAT_JSON_TYPE,
		  "/iv" },
		{ "{" PROT KEY ",\"iv\":\"AQ\",\"tag\":\"BA\"}", COCO_E_FORMAT_JSON_TYPE,
		  "/ciphertext" },
		{ "{" PROT KEY ",\"iv\":\"AQ\",\"ciphertext\":\"AgM\"}", COCO_E_FORMAT_JSON_TYPE,
		  "/tag" },
		{ "{" PROT ",\"encrypted_key\":\"BQ==\"" BODY, COCO_E_FORMAT_BASE64,
		  "/encrypted_key" },
		{ "{" PROT ",\"encrypted_key\":\"B+\"" BODY, COCO_E_FORMAT_BASE64,
		  "/encrypted_key" },
		{ "{" PROT ",\"encrypted_key\":7" BODY, COCO_E_FORMAT_JSON_TYPE,
		  "/encrypted_key" },
		{ "{\"protected\":\"e30\"" KEY BODY, COCO_E_FORMAT_JSON_TYPE, "/protected/alg" },
		{ "{\"protected\":\"W10\"" KEY BODY, COCO_E_FORMAT_JWE, "/protected" },
		{ "{\"protected\":\"QQ\"" KEY BODY, COCO_E_FORMAT_JSON, "/protected" },
		{ "{\"protected\":\"!\"" KEY BODY, COCO_E_FORMAT_BASE64, "/protected" },
		{ "{\"protected\":1" KEY BODY, COCO_E_FORMAT_JSON_TYPE, "/protected" },
		/* {"alg":"A","alg":"B","enc":"E"} */
		{ "{\"protected\":\"eyJhbGciOiJBIiwiYWxnIjoiQiIsImVuYyI6IkUifQ\"" KEY BODY,
		  COCO_E_FORMAT_JSON_DUPLICATE, "/protected" },
		{ "{" PROT ",\"header\":{\"alg\":\"B\"}" KEY BODY, COCO_E_FORMAT_JWE,
		  "/header/alg" },
		{ "{" PROT ",\"unprotected\":{\"alg\":\"B\"}" KEY BODY, COCO_E_FORMAT_JWE,
		  "/unprotected/alg" },
		{ "{" PROT ",\"unprotected\":{\"x\":1},\"header\":{\"x\":1}" KEY BODY,
		  COCO_E_FORMAT_JWE, "/header/x" },
		{ "{" PROT ",\"header\":{\"crit\":[\"x\"]}" KEY BODY, COCO_E_CRYPTO_ALGORITHM,
		  "/header/crit" },
		{ "{" PROT ",\"unprotected\":{\"zip\":\"DEF\"}" KEY BODY, COCO_E_CRYPTO_ALGORITHM,
		  "/unprotected/zip" },
		/* {"alg":"A","enc":"E","zip":"DEF"} */
		{ "{\"protected\":\"eyJhbGciOiJBIiwiZW5jIjoiRSIsInppcCI6IkRFRiJ9\"" KEY BODY,
		  COCO_E_CRYPTO_ALGORITHM, "/protected/zip" },
		{ "{" PROT ",\"header\":[]" KEY BODY, COCO_E_FORMAT_JSON_TYPE, "/header" },
		{ "{" PROT ",\"unprotected\":1" KEY BODY, COCO_E_FORMAT_JSON_TYPE, "/unprotected" },
		{ HDR("{}"), COCO_E_FORMAT_JSON_TYPE, "/protected/alg" },
		{ HDR("{\"alg\":\"\"}"), COCO_E_FORMAT_JWE, "/header/alg" },
		{ HDR("{\"alg\":1}"), COCO_E_FORMAT_JSON_TYPE, "/header/alg" },
		{ HDR("{\"alg\":\"A\",\"kid\":\"\"}"), COCO_E_FORMAT_JWE, "/header/kid" },
		{ HDR("{\"alg\":\"A\",\"apu\":\"=\"}"), COCO_E_FORMAT_BASE64, "/header/apu" },
		{ EPK("1"), COCO_E_FORMAT_JSON_TYPE, "/header/epk" },
		{ EPK("{\"crv\":\"P-256\"}"), COCO_E_FORMAT_JSON_TYPE, "/header/epk/kty" },
		{ EPK("{\"kty\":\"RSA\",\"crv\":\"P\"}"), COCO_E_FORMAT_JWE, "/header/epk/kty" },
		{ EPK("{\"kty\":\"EC\",\"crv\":\"\"}"), COCO_E_FORMAT_JWE, "/header/epk/crv" },
		{ EPK("{\"kty\":\"EC\",\"crv\":\"P\",\"x\":\"AQ\"}"), COCO_E_FORMAT_JSON_TYPE,
		  "/header/epk/y" },
		{ EPK("{\"kty\":\"EC\",\"crv\":\"P\",\"x\":\"AQ\",\"y\":\"AQI\"}"),
		  COCO_E_FORMAT_JWE, "/header/epk/y" },
		{ EPK("{\"kty\":\"EC\",\"crv\":\"P\",\"x\":\"\",\"y\":\"\"}"), COCO_E_FORMAT_JWE,
		  "/header/epk/x" },
		{ EPK("{\"kty\":\"EC\",\"crv\":\"P\",\"x\":\"AQ\",\"y\":\"AQ\",\"d\":\"AQ\"}"),
		  COCO_E_FORMAT_JWE, "/header/epk/d" },
		{ "{" PROT ",\"recipients\":[]" BODY, COCO_E_FORMAT_JWE, "/recipients" },
		{ "{" PROT ",\"recipients\":{}" BODY, COCO_E_FORMAT_JSON_TYPE, "/recipients" },
		{ "{" PROT ",\"recipients\":[1]" BODY, COCO_E_FORMAT_JSON_TYPE, "/recipients/0" },
		{ "{" PROT ",\"header\":{},\"recipients\":[{}]" BODY, COCO_E_FORMAT_JWE,
		  "/header" },
		{ "{" PROT KEY ",\"recipients\":[{\"encrypted_key\":\"Bg\"}]" BODY,
		  COCO_E_FORMAT_JWE, "/encrypted_key" },
		{ "{\"recipients\":[{\"header\":{\"alg\":\"A\",\"enc\":\"E\"}},"
		  "{\"header\":{\"alg\":\"A\",\"enc\":\"F\"}}]" BODY, COCO_E_FORMAT_JWE,
		  "/recipients/1/header/enc" },
		{ "{" PROT KEY ",\"aad\":\"=\"" BODY, COCO_E_FORMAT_BASE64, "/aad" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_jwe j = { .n_recipients = 77 };
		static struct coco_diag d;

		int r = decode(bad[i].text, &j, &d);
		if (r != bad[i].code)
			print_error("case %zu: %s\n", i, bad[i].text);
		assert_err(r, bad[i].code, &d);
		if (bad[i].pointer != NULL)
			assert_string_equal(d.pointer, bad[i].pointer);
		assert_int_equal(j.n_recipients, 77);
	}
}

static void test_counts(void **state COCO_UNUSED)
{
	for (int extra = 0; extra <= 1; extra++) {
		struct coco_jwe j;
		struct coco_wr wr;
		uint8_t *text = NULL;
		size_t n = 0;

		coco_wr_init(&wr, 1 << 20);
		coco_wr_str(&wr, "{" PROT ",\"recipients\":[");
		for (int i = 0; i < COCO_JWE_RECIPIENTS_MAX + extra; i++)
			coco_wr_str(&wr, i != 0 ? ",{}" : "{}");
		coco_wr_str(&wr, "]" BODY);
		assert_ok(coco_wr_finish(&wr, &text, &n, NULL), NULL);
		int r = coco_jwe_decode(&j, coco_view_of(text, n), NULL);
		assert_int_equal(r, extra == 0 ? 0 : COCO_E_LIMIT_COUNT);
		if (r == 0)
			coco_jwe_clear(&j);
		coco_free(text);
	}
}

static void test_truncated(void **state COCO_UNUSED)
{
	static const char text[] = "{" PROT ",\"header\":{\"kid\":\"k\"}" KEY BODY;

	for (size_t n = 0; n + 1 < sizeof(text); n++) {
		uint8_t *p = coco_test_guard(text, n);
		struct coco_jwe j;

		assert_int_equal(coco_jwe_decode(&j, coco_view_of(p, n), NULL),
				 COCO_E_FORMAT_JSON);
		coco_test_unguard(p, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flattened), cmocka_unit_test(test_general),
		cmocka_unit_test(test_aad),	  cmocka_unit_test(test_refused),
		cmocka_unit_test(test_counts),	  cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
