/*
 * test_tcb_doc.c - the signed bytes of a member: strings with brackets and
 * escapes inside, blanks, other members; status words. (The documents:
 * test_tcb_info.c, test_qe_identity.c.)
 */
#include "formats/evidence/tcb_doc.h"

#include <string.h>

#include "tests/support/support.h"

static void span(const char *text, const char *name, const char *want)
{
	struct coco_view v = { 0 };
	uint8_t *guarded = coco_test_guard(text, strlen(text));

	bool found = coco_tcb_doc_span(coco_view_of(guarded, strlen(text)), name, &v);
	assert_int_equal(found, want != NULL);
	if (want != NULL) {
		assert_int_equal(v.n, strlen(want));
		assert_memory_equal(v.p, want, v.n);
	}
	coco_test_unguard(guarded, strlen(text));
}

static void test_span(void **state COCO_UNUSED)
{
	span("{\"a\":{\"b\":1}}", "a", "{\"b\":1}");
	span(" { \"x\" : [1,{\"a\":2}] , \"a\"\n:\t{ \"b\" : \"}\" } } ", "a", "{ \"b\" : \"}\" }");
	span("{\"a\":{\"b\":\"\\\"}{\\\\\"},\"c\":2}", "a", "{\"b\":\"\\\"}{\\\\\"}");
	span("{\"b\":{\"a\":{}},\"ab\":{},\"\":{}}", "a", NULL);
	span("{\"a\":{\"b\":1", "a", NULL);
	span("[{\"a\":{}}]", "a", NULL);
	span("", "a", NULL);
	span("{\"\\u0061\":{}}", "a", NULL);
}

static void test_open(void **state COCO_UNUSED)
{
	static const char text[] =
		"{\"a\":{\"x\":\"\\u0041\"},\"signature\":"
		"\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
		"00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff\"}";
	struct coco_tcb_doc doc;
	struct coco_diag d;
	const char *x;

	coco_diag_init(&d);
	assert_ok(coco_tcb_doc_open(&doc, coco_view_of(text, sizeof(text) - 1), "a", &d), &d);
	assert_int_equal(doc.signature[63], 0xff);
	assert_int_equal(doc.span_at, 5);
	assert_int_equal(doc.span.n, strlen("{\"x\":\"\\u0041\"}"));
	assert_ok(coco_jv_string(&doc.body, "x", &x, &d), &d);
	assert_string_equal(x, "A");
	coco_tcb_doc_close(&doc);
	assert_err(coco_tcb_doc_open(&doc, coco_view_of(text, sizeof(text) - 1), "b", &d),
		   COCO_E_FORMAT_JSON_TYPE, &d);
}

static void test_words(void **state COCO_UNUSED)
{
	enum coco_tcb_status s = COCO_TCB_NONE;

	for (unsigned i = COCO_TCB_UP_TO_DATE; i <= COCO_TCB_REVOKED; i++) {
		assert_true(coco_tcb_status_parse(coco_tcb_status_name((enum coco_tcb_status)i),
						  &s));
		assert_int_equal(s, i);
	}
	assert_false(coco_tcb_status_parse("NotSupported", &s));
	assert_false(coco_tcb_status_parse("TDRelaunchAdvised", &s));
	assert_false(coco_tcb_status_parse("uptodate", &s));
	assert_int_equal(s, COCO_TCB_REVOKED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_span),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
