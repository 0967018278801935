/*
 * test_wraps.c - the key-wraps document.
 */
#include "formats/model/wraps.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/alloc_fail.h"

#define FP "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define FP2 "sha256:10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HEAD "{\"format\":\"cococtl/key-wraps\",\"format_version\":1"
#define JWE "{\"protected\":\"eyJhbGciOiJBIiwiZW5jIjoiRSJ9\",\"encrypted_key\":\"BQ\"," \
	    "\"iv\":\"AQ\",\"ciphertext\":\"AgM\",\"tag\":\"BA\"}"
#define WRAP "{\"type\":\"jwe\",\"recipient\":\"" FP "\",\"jwe\":" JWE "}"
#define BROKER "{\"type\":\"broker\",\"key_id\":\"kbs:///r/t/g\"}"

static int decode(const char *text, struct coco_wraps *w, struct coco_diag *d)
{
	coco_diag_init(d);
	return coco_wraps_decode(w, coco_view_of(text, strlen(text)), d);
}

static void test_round_trip(void **state COCO_UNUSED)
{
	static const char *const texts[] = {
		HEAD ",\"key_id\":\"kbs:///r/t/g\",\"package\":\"" FP "\",\"wraps\":[" WRAP ","
		     BROKER "],\"critical\":[]}",
		HEAD ",\"wraps\":[" BROKER "],\"critical\":[]}",
		HEAD ",\"wraps\":[],\"critical\":[]}",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++) {
		static struct coco_diag d;
		struct coco_wraps w;
		uint8_t *out = NULL;
		size_t n = 0;

		assert_ok(decode(texts[i], &w, &d), &d);
		assert_ok(coco_wraps_encode(&w, &out, &n, &d), &d);
		assert_string_equal((char *)out, texts[i]);
		coco_free(out);
		coco_wraps_clear(&w);
	}
}

static void test_fields(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	struct coco_wraps w;

	assert_ok(decode(HEAD ",\"wraps\":[" WRAP ",{\"type\":\"future\",\"x\":1}," BROKER "],"
			 "\"critical\":[\"wraps\",\"format\"],\"unknown\":{}}", &w, &d), &d);
	assert_string_equal(w.key_id, "");
	assert_string_equal(w.package, "");
	assert_int_equal(w.n_wraps, 2);
	assert_int_equal(w.n_unknown, 1);
	assert_int_equal(w.wraps[0].type, COCO_WRAP_JWE);
	assert_string_equal(w.wraps[0].recipient, FP);
	assert_string_equal(w.wraps[0].jwe.enc, "E");
	assert_int_equal(w.wraps[1].type, COCO_WRAP_BROKER);
	assert_string_equal(w.wraps[1].key_id, "kbs:///r/t/g");
	coco_wraps_clear(&w);
	/* a host is dropped: the guest ignores it */
	assert_ok(decode(HEAD ",\"key_id\":\"kbs://host:8080/r/t/g\",\"wraps\":[]}", &w, &d), &d);
	assert_string_equal(w.key_id, "kbs:///r/t/g");
	coco_wraps_clear(&w);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
		const char *pointer;
	} bad[] = {
		{ "", COCO_E_FORMAT_JSON, NULL },
		{ "[]", COCO_E_FORMAT_JSON_TYPE, "/" },
		{ "{}", COCO_E_FORMAT_JSON_TYPE, "/format" },
		{ "{\"format\":\"other\",\"format_version\":1,\"wraps\":[]}", COCO_E_FORMAT_WRAPS,
		  "/format" },
		{ "{\"format\":\"cococtl/key-wraps\",\"wraps\":[]}", COCO_E_FORMAT_JSON_TYPE,
		  "/format_version" },
		{ "{\"format\":\"cococtl/key-wraps\",\"format_version\":2,\"wraps\":[]}",
		  COCO_E_FORMAT_WRAPS_VERSION, "/format_version" },
		{ "{\"format\":\"cococtl/key-wraps\",\"format_version\":0,\"wraps\":[]}",
		  COCO_E_FORMAT_WRAPS_VERSION, "/format_version" },
		{ HEAD "}", COCO_E_FORMAT_JSON_TYPE, "/wraps" },
		{ HEAD ",\"wraps\":[],\"critical\":[\"policy\"],\"policy\":1}",
		  COCO_E_FORMAT_CRITICAL, "/critical/0" },
		{ HEAD ",\"wraps\":[],\"critical\":[\"wraps\",\"policy\"]}",
		  COCO_E_FORMAT_CRITICAL, "/critical/1" },
		{ HEAD ",\"wraps\":[],\"critical\":[\"key_id\"]}", COCO_E_FORMAT_WRAPS,
		  "/critical/0" },
		{ HEAD ",\"wraps\":[],\"critical\":[1]}", COCO_E_FORMAT_JSON_TYPE, "/critical/0" },
		{ HEAD ",\"wraps\":[],\"critical\":\"x\"}", COCO_E_FORMAT_JSON_TYPE, "/critical" },
		{ HEAD ",\"wraps\":[],\"critical\":null}", COCO_E_FORMAT_JSON_TYPE, "/critical" },
		{ HEAD ",\"key_id\":\"kbs:///r/t\",\"wraps\":[]}", COCO_E_FORMAT_WRAPS,
		  "/key_id" },
		{ HEAD ",\"key_id\":\"kbs:///r/../g\",\"wraps\":[]}", COCO_E_FORMAT_WRAPS,
		  "/key_id" },
		{ HEAD ",\"package\":\"sha256:00\",\"wraps\":[]}", COCO_E_FORMAT_WRAPS,
		  "/package" },
		{ HEAD ",\"package\":\"SHA256:00112233445566778899aabbccddeeff00112233445566778899a"
		       "abbccddeeff\",\"wraps\":[]}", COCO_E_FORMAT_WRAPS, "/package" },
		{ HEAD ",\"package\":\"sha256:00112233445566778899AABBCCDDEEFF00112233445566778899a"
		       "abbccddeeff\",\"wraps\":[]}", COCO_E_FORMAT_WRAPS, "/package" },
		{ HEAD ",\"wraps\":[7]}", COCO_E_FORMAT_JSON_TYPE, "/wraps/0" },
		{ HEAD ",\"wraps\":[{}]}", COCO_E_FORMAT_JSON_TYPE, "/wraps/0/type" },
		{ HEAD ",\"wraps\":[{\"type\":\"broker\"}]}", COCO_E_FORMAT_JSON_TYPE,
		  "/wraps/0/key_id" },
		{ HEAD ",\"wraps\":[{\"type\":\"jwe\",\"jwe\":" JWE "}]}", COCO_E_FORMAT_JSON_TYPE,
		  "/wraps/0/recipient" },
		{ HEAD ",\"wraps\":[{\"type\":\"jwe\",\"recipient\":\"" FP "\"}]}",
		  COCO_E_FORMAT_JSON_TYPE, "/wraps/0/jwe" },
		{ HEAD ",\"wraps\":[" BROKER ",{\"type\":\"jwe\",\"recipient\":\"" FP "\",\"jwe\":"
		       "{\"protected\":\"eyJhbGciOiJBIiwiZW5jIjoiRSJ9\"}}]}",
		  COCO_E_FORMAT_JSON_TYPE, "/wraps/1/jwe/iv" },
		{ HEAD ",\"wraps\":[" WRAP "," WRAP "]}", COCO_E_FORMAT_WRAPS,
		  "/wraps/1/recipient" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_wraps w = { .n_wraps = 77 };
		static struct coco_diag d;

		int r = decode(bad[i].text, &w, &d);
		if (r != bad[i].code)
			print_error("case %zu: %s\n", i, bad[i].text);
		assert_err(r, bad[i].code, &d);
		if (bad[i].pointer != NULL)
			assert_string_equal(d.pointer, bad[i].pointer);
		assert_int_equal(w.n_wraps, 77);
	}
}

static void test_counts(void **state COCO_UNUSED)
{
	for (int extra = 0; extra <= 1; extra++) {
		struct coco_wraps w;
		struct coco_wr wr;
		uint8_t *text = NULL;
		size_t n = 0;

		coco_wr_init(&wr, 1 << 20);
		coco_wr_str(&wr, HEAD ",\"wraps\":[");
		for (int i = 0; i < COCO_WRAPS_COUNT_MAX + extra; i++)
			coco_wr_printf(&wr, "%s" BROKER, i != 0 ? "," : "");
		coco_wr_str(&wr, "]}");
		assert_ok(coco_wr_finish(&wr, &text, &n, NULL), NULL);
		int r = coco_wraps_decode(&w, coco_view_of(text, n), NULL);
		assert_int_equal(r, extra == 0 ? 0 : COCO_E_LIMIT_COUNT);
		if (r == 0)
			coco_wraps_clear(&w);
		coco_free(text);
	}
	struct coco_wraps too_many = { .n_wraps = COCO_WRAPS_COUNT_MAX + 1 };
	uint8_t *out = NULL;
	size_t n = 0;
	assert_int_equal(coco_wraps_encode(&too_many, &out, &n, NULL), COCO_E_LIMIT_COUNT);
}

static void test_digest_form(void **state COCO_UNUSED)
{
	assert_true(coco_wraps_digest_valid(FP2));
	assert_false(coco_wraps_digest_valid(""));
	assert_false(coco_wraps_digest_valid("sha256:"));
	assert_false(coco_wraps_digest_valid(FP "0"));
	assert_false(coco_wraps_digest_valid("sha512:00112233445566778899aabbccddeeff"
					     "00112233445566778899aabbccddeeff"));
}

static void test_truncated(void **state COCO_UNUSED)
{
	static const char text[] = HEAD ",\"wraps\":[" WRAP "," BROKER "],\"critical\":[]}";

	for (size_t n = 0; n + 1 < sizeof(text); n++) {
		uint8_t *p = coco_test_guard(text, n);
		struct coco_wraps w;

		assert_int_equal(coco_wraps_decode(&w, coco_view_of(p, n), NULL),
				 COCO_E_FORMAT_JSON);
		coco_test_unguard(p, n);
	}
}

static void test_memory(void **state COCO_UNUSED)
{
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		static struct coco_diag d;
		struct coco_wraps w = { .wraps = NULL };
		uint8_t *out = NULL;
		size_t n_out = 0;
		int r = decode(HEAD ",\"wraps\":[" WRAP "," BROKER "]}", &w, &d);

		if (r == 0)
			r = coco_wraps_encode(&w, &out, &n_out, &d);
		bool done = coco_test_alloc_check(r, &d);
		coco_wraps_clear(&w);
		coco_free(out);
		if (done)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_fields),
		cmocka_unit_test(test_refused),	   cmocka_unit_test(test_counts),
		cmocka_unit_test(test_digest_form), cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
