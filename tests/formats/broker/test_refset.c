/*
 * test_refset.c - the reference-value set: its exact bytes, what is refused,
 * and running out of memory.
 */
#include "formats/broker/refset.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define D32 "\"0101010101010101010101010101010101010101010101010101010101010101\""

static struct coco_refvalue value(const char *name, const char *json)
{
	struct coco_refvalue v = { .origin = COCO_ORIGIN_HAND };

	snprintf(v.name, sizeof(v.name), "%s", name);
	v.value = (char *)(uintptr_t)json;
	return v;
}

static struct coco_refset sample(void)
{
	struct coco_refvalue v = value("tpm.pcr11", D32);
	struct coco_refset s = { .id = "r7" };

	strcpy(v.algorithm, "sha256");
	strcpy(v.label, "phase sysinit");
	v.has_after = true;
	v.not_after = 1801353600;
	v.origin = COCO_ORIGIN_RECORD;
	memset(v.sha256, 2, sizeof(v.sha256));
	assert_int_equal(coco_refset_add(&s, &v, NULL, NULL), 0);
	v = value("own name", "[1,{\"a\":\"b\"}]");
	v.single = true;
	assert_int_equal(coco_refset_add(&s, &v, NULL, NULL), 0);
	return s;
}

static const char golden[] =
	"{\n"
	"  \"schema\": \"cococtl.reference-values.v1\",\n"
	"  \"id\": \"r7\",\n"
	"  \"values\": [\n"
	"    {\n"
	"      \"name\": \"tpm.pcr11\",\n"
	"      \"algorithm\": \"sha256\",\n"
	"      \"value\": " D32 ",\n"
	"      \"label\": \"phase sysinit\",\n"
	"      \"not_after\": \"2027-01-31T00:00:00Z\",\n"
	"      \"origin\": {\n"
	"        \"kind\": \"record\",\n"
	"        \"sha256\": \"0202020202020202020202020202020202020202020202020202020202020202\"\n"
	"      }\n"
	"    },\n"
	"    {\n"
	"      \"name\": \"own name\",\n"
	"      \"value\": [1,{\"a\":\"b\"}],\n"
	"      \"single\": true,\n"
	"      \"origin\": {\n"
	"        \"kind\": \"hand\"\n"
	"      }\n"
	"    }\n"
	"  ]\n"
	"}\n";

static void test_golden(void **state COCO_UNUSED)
{
	struct coco_refset s = sample();
	struct coco_refset again;
	struct coco_diag d = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_refset_encode(&s, &text, &n, &d), &d);
	assert_string_equal((char *)text, golden);
	assert_ok(coco_refset_decode(&again, coco_view_of(text, n), &d), &d);
	coco_free(text);
	assert_int_equal(again.n, 2);
	assert_true(coco_refset_same(&again.v[0], &s.v[0]));
	assert_int_equal(again.v[0].not_after, 1801353600);
	assert_ok(coco_refset_encode(&again, &text, &n, &d), &d);
	assert_string_equal((char *)text, golden);
	coco_free(text);
	coco_refset_free(&again);
	coco_refset_free(&s);
}

static void test_add(void **state COCO_UNUSED)
{
	struct coco_refset s = { .n = 0 };
	struct coco_refvalue v = value("a", "1");
	struct coco_diag d = { 0 };
	bool is_new = false;

	v.has_before = v.has_after = true;
	v.not_before = 10;
	v.not_after = 20;
	assert_ok(coco_refset_add(&s, &v, &is_new, &d), &d);
	assert_true(is_new);
	v.not_after = 30;
	v.not_before = 5;
	assert_ok(coco_refset_add(&s, &v, &is_new, &d), &d);
	assert_false(is_new);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.v[0].not_after, 30);
	assert_false(coco_refset_holds(&s.v[0], 4));
	assert_true(coco_refset_holds(&s.v[0], 5));
	assert_true(coco_refset_holds(&s.v[0], 29));
	assert_false(coco_refset_holds(&s.v[0], 30));
	v.has_before = v.has_after = false;
	assert_ok(coco_refset_add(&s, &v, &is_new, &d), &d);
	assert_true(coco_refset_holds(&s.v[0], 1 << 30));
	v.has_before = v.has_after = true;
	v.not_before = v.not_after;
	assert_err(coco_refset_add(&s, &v, NULL, &d), COCO_E_REFSET_VALUE, &d);
	d = (struct coco_diag){ 0 };
	v = value("", "1");
	assert_err(coco_refset_add(&s, &v, NULL, &d), COCO_E_REFSET_VALUE, &d);
	d = (struct coco_diag){ 0 };
	v = value("a", D32);
	strcpy(v.algorithm, "sha384");
	assert_err(coco_refset_add(&s, &v, NULL, &d), COCO_E_REFSET_VALUE, &d);
	d = (struct coco_diag){ 0 };
	v = value("a", "2");
	strcpy(v.step, "kernel");
	assert_err(coco_refset_add(&s, &v, NULL, &d), COCO_E_REFSET_VALUE, &d);
	coco_refset_remove(&s, 0);
	assert_int_equal(s.n, 0);
	coco_refset_free(&s);
}

static void test_count(void **state COCO_UNUSED)
{
	struct coco_refset s = { .n = 0 };
	struct coco_diag d = { 0 };
	char json[16] = "";
	struct coco_refvalue v = value("a", json);

	for (int i = 0; i < COCO_REFSET_COUNT; i++) {
		snprintf(json, sizeof(json), "%d", i);
		assert_ok(coco_refset_add(&s, &v, NULL, &d), &d);
	}
	strcpy(json, "true");
	assert_err(coco_refset_add(&s, &v, NULL, &d), COCO_E_LIMIT_COUNT, &d);
	coco_refset_free(&s);
}

#define SET(values) "{\"schema\":\"cococtl.reference-values.v1\",\"values\":[" values "]}"
#define HAND "\"origin\":{\"kind\":\"hand\"}"

static void test_refused(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "[]", COCO_E_FORMAT_JSON_TYPE },
		{ "{}", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"schema\":\"x\",\"values\":[]}", COCO_E_REFSET_SCHEMA },
		{ "{\"schema\":\"cococtl.reference-values.v1\"}", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"schema\":\"cococtl.reference-values.v1\",\"values\":[],\"more\":1}",
		  COCO_E_FORMAT_JSON_TYPE },
		{ "{\"schema\":\"cococtl.reference-values.v1\",\"id\":\"\",\"values\":[]}",
		  COCO_E_REFSET_SCHEMA },
		{ SET("1"), COCO_E_FORMAT_JSON_TYPE },
		{ SET("{\"value\":1," HAND "}"), COCO_E_REFSET_VALUE },
		{ SET("{\"name\":\"a\"," HAND "}"), COCO_E_REFSET_SCHEMA },
		{ SET("{\"name\":\"a\",\"value\":null," HAND "}"), COCO_E_REFSET_SCHEMA },
		{ SET("{\"name\":\"a\",\"value\":1}"), COCO_E_FORMAT_JSON_TYPE },
		{ SET("{\"name\":\"a\",\"value\":1,\"x\":1," HAND "}"), COCO_E_FORMAT_JSON_TYPE },
		{ SET("{\"name\":\"a\",\"value\":1,\"single\":false," HAND "}"),
		  COCO_E_REFSET_SCHEMA },
		{ SET("{\"name\":\"a\",\"value\":1,\"not_after\":\"2027\"," HAND "}"),
		  COCO_E_REFSET_SCHEMA },
		{ SET("{\"name\":\"a\",\"value\":1,\"not_after\":\"2027-01-31T01:00:00+01:00\","
		      HAND "}"), COCO_E_REFSET_SCHEMA },
		{ SET("{\"name\":\"a\",\"value\":1,\"origin\":{\"kind\":\"guess\"}}"),
		  COCO_E_REFSET_SCHEMA },
		{ SET("{\"name\":\"a\",\"value\":1,\"origin\":{\"kind\":\"file\"}}"),
		  COCO_E_FORMAT_JSON_TYPE },
		{ SET("{\"name\":\"a\",\"value\":1,\"origin\":{\"kind\":\"hand\","
		      "\"sha256\":\"00\"}}"),
		  COCO_E_REFSET_SCHEMA },
		{ SET("{\"name\":\"a\",\"algorithm\":\"sha256\",\"value\":\"00\"," HAND "}"),
		  COCO_E_REFSET_VALUE },
		{ SET("{\"name\":\"a\",\"algorithm\":\"md5\",\"value\":\"00\"," HAND "}"),
		  COCO_E_REFSET_VALUE },
		{ SET("{\"name\":\"a\",\"value\":1," HAND "},"
		      "{\"name\":\"a\",\"value\":1," HAND "}"),
		  COCO_E_REFSET_SCHEMA },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_refset s = { .n = 99 };
		struct coco_diag d = { 0 };

		struct coco_view text = coco_view_of(bad[i].text, strlen(bad[i].text));

		assert_err(coco_refset_decode(&s, text, &d), bad[i].code, &d);
		assert_int_equal(s.n, 99);
	}
	for (size_t n = 0; n < sizeof(golden) - 2; n++) {
		struct coco_refset s;
		struct coco_diag d = { 0 };

		assert_int_not_equal(coco_refset_decode(&s, coco_view_of(golden, n), &d), 0);
	}
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_refset s;
	struct coco_diag d = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		int r = coco_refset_decode(&s, coco_view_of(golden, sizeof(golden) - 1), &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		int r = coco_refset_encode(&s, &text, &n, &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_free(text);
	coco_refset_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),  cmocka_unit_test(test_add),
		cmocka_unit_test(test_count),   cmocka_unit_test(test_refused),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
