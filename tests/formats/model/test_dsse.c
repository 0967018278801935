/*
 * test_dsse.c - DSSE envelopes.
 */
#include "formats/model/dsse.h"

#include <string.h>

#include "tests/support/alloc_fail.h"

static int decode(const char *text, struct coco_dsse *e, struct coco_diag *d)
{
	coco_diag_init(d);
	return coco_dsse_decode(e, coco_view_of(text, strlen(text)), d);
}

static void test_pae(void **state COCO_UNUSED)
{
	uint8_t *pae = NULL;
	size_t n = 0;

	/* the example of the specification */
	assert_ok(coco_dsse_pae("http://example.com/HelloWorld", coco_view_of("hello world", 11),
				&pae, &n, NULL), NULL);
	assert_string_equal((char *)pae, "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
	coco_free(pae);
	assert_ok(coco_dsse_pae(COCO_DSSE_TYPE_INTOTO, coco_view_of("", 0), &pae, &n, NULL), NULL);
	assert_string_equal((char *)pae, "DSSEv1 28 application/vnd.in-toto+json 0 ");
	coco_free(pae);
	assert_ok(coco_dsse_pae("t", coco_view_of("a\0b", 3), &pae, &n, NULL), NULL);
	assert_int_equal(n, 16);
	assert_memory_equal(pae, "DSSEv1 1 t 3 a\0b", 16);
	coco_free(pae);
}

static void test_decode(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	static const char *const good[] = {
		"{\"payload\":\"_-8=\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AQI=\","
		"\"keyid\":\"k\"}]}",
		"{\"payload\":\"/+8=\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AQI\","
		"\"keyid\":null}],\"more\":1}",
		"{\"payload\":\"/+8\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AQI=\","
		"\"cert\":\"x\"}]}",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(good); i++) {
		struct coco_dsse e;

		assert_ok(decode(good[i], &e, &d), &d);
		assert_int_equal(e.n_payload, 2);
		assert_memory_equal(e.payload, "\xff\xef", 2);
		assert_string_equal(e.payload_type, "t");
		assert_int_equal(e.n_sig, 2);
		assert_string_equal(e.keyid, i == 0 ? "k" : "");
		coco_dsse_clear(&e);
	}
}

static void test_refused(void **state COCO_UNUSED)
{
#define P "\"payload\":\"AQI=\","
#define T "\"payloadType\":\"t\","
#define S "\"signatures\":[{\"sig\":\"AQI=\"}]"
	static const struct {
		const char *text;
		int code;
		const char *pointer;
	} bad[] = {
		{ "", COCO_E_FORMAT_JSON, NULL },
		{ "[]", COCO_E_FORMAT_JSON_TYPE, "/" },
		{ "{" P T S "}x", COCO_E_FORMAT_JSON, NULL },
		{ "{" T S "}", COCO_E_FORMAT_JSON_TYPE, "/payload" },
		{ "{" P S "}", COCO_E_FORMAT_JSON_TYPE, "/payloadType" },
		{ "{\"payloadType\":\"\"," P S "}", COCO_E_FORMAT_VALUE, "/payloadType" },
		{ "{" P "\"payloadType\":7," S "}", COCO_E_FORMAT_JSON_TYPE, "/payloadType" },
		{ "{\"payload\":\"A\"," T S "}", COCO_E_FORMAT_BASE64, "/payload" },
		{ "{\"payload\":\"AQI =\"," T S "}", COCO_E_FORMAT_BASE64, "/payload" },
		{ "{\"payload\":\"AQJ=\"," T S "}", COCO_E_FORMAT_BASE64, "/payload" },
		{ "{" P T "\"signatures\":[]}", COCO_E_FORMAT_SIGNATURES, "/signatures" },
		{ "{" P T "\"signatures\":[{\"sig\":\"AQI=\"},{\"sig\":\"AQI=\"}]}",
		  COCO_E_FORMAT_SIGNATURES, "/signatures" },
		{ "{" P T "\"signatures\":{}}", COCO_E_FORMAT_JSON_TYPE, "/signatures" },
		{ "{" P T "\"signatures\":[1]}", COCO_E_FORMAT_JSON_TYPE, "/signatures/0" },
		{ "{" P T "\"signatures\":[{}]}", COCO_E_FORMAT_JSON_TYPE, "/signatures/0/sig" },
		{ "{" P T "\"signatures\":[{\"sig\":\"\"}]}", COCO_E_FORMAT_VALUE,
		  "/signatures/0/sig" },
		{ "{" P T "\"signatures\":[{\"sig\":\"AQI=\",\"keyid\":1}]}",
		  COCO_E_FORMAT_JSON_TYPE, "/signatures/0/keyid" },
		{ "{" P P T S "}", COCO_E_FORMAT_JSON_DUPLICATE, NULL },
		{ "{" P T "\"signatures\":[{\"sig\":\"AQI=\",\"sig\":\"AQI=\"}]}",
		  COCO_E_FORMAT_JSON_DUPLICATE, NULL },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_dsse e = { .n_sig = 77 };
		static struct coco_diag d;

		assert_err(decode(bad[i].text, &e, &d), bad[i].code, &d);
		if (bad[i].pointer != NULL)
			assert_string_equal(d.pointer, bad[i].pointer);
		assert_int_equal(e.n_sig, 77);
	}
}

static void test_limits(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	struct coco_dsse e = { .sig = NULL };
	uint8_t big[COCO_DSSE_SIG_MAX + 1] = { 1 };
	char payload_type[] = "t";
	uint8_t payload[] = "x";

	for (size_t n = COCO_DSSE_SIG_MAX; n <= sizeof(big); n++) {
		struct coco_dsse in = { .payload = payload, .n_payload = 1, .sig = big, .n_sig = n,
					.payload_type = payload_type };
		struct coco_wr wr;
		struct coco_jw jw;
		uint8_t *text = NULL;
		size_t n_text = 0;

		coco_wr_init(&wr, 1 << 20);
		coco_jw_init(&jw, &wr, false);
		coco_dsse_encode(&jw, &in);
		assert_ok(coco_wr_finish(&wr, &text, &n_text, NULL), NULL);
		coco_diag_init(&d);
		int r = coco_dsse_decode(&e, coco_view_of(text, n_text), &d);
		if (n <= COCO_DSSE_SIG_MAX) {
			assert_ok(r, &d);
			assert_int_equal(e.n_sig, n);
			assert_string_equal(e.keyid, "");
			coco_dsse_clear(&e);
		} else {
			assert_err(r, COCO_E_FORMAT_VALUE, &d);
		}
		coco_free(text);
	}
}

static void test_vector(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("packaging/dsse/p256-raw.json");
	struct coco_json doc;
	const char *type = NULL;
	const char *payload = NULL;
	const char *want = NULL;
	uint8_t *pae = NULL;
	size_t n = 0;

	if (path == NULL)
		skip();
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(text, n), n, NULL), NULL);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_string(&root, "payloadType", &type, NULL), NULL);
	assert_ok(coco_jv_string(&root, "payload", &payload, NULL), NULL);
	assert_ok(coco_jv_string(&root, "pae", &want, NULL), NULL);
	assert_ok(coco_dsse_pae(type, coco_view_of(payload, strlen(payload)), &pae, &n, NULL),
		  NULL);
	assert_string_equal((char *)pae, want);
	coco_free(pae);
	coco_json_free(&doc);
	coco_free(text);
}

static void test_memory(void **state COCO_UNUSED)
{
	static const char text[] = "{" P T S "}";
	static struct coco_diag d;

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_dsse e = { .sig = NULL };
		int r = decode(text, &e, &d);

		bool done = coco_test_alloc_check(r, &d);
		coco_dsse_clear(&e);
		if (done)
			break;
	}
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		uint8_t *pae = NULL;
		size_t n_pae = 0;
		int r = coco_dsse_pae("t", coco_view_of("b", 1), &pae, &n_pae, &d);

		bool done = coco_test_alloc_check(r, &d);
		coco_free(pae);
		if (done)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pae),    cmocka_unit_test(test_decode),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_limits),
		cmocka_unit_test(test_vector), cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
