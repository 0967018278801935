/*
 * test_bundle_index.c - the index of a collateral bundle: the same bytes
 * whatever the order, what is refused, running out of memory.
 */
#include "formats/evidence/bundle_index.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static struct coco_bundle_item item(unsigned kind, uint8_t byte)
{
	struct coco_bundle_item i = { .kind = kind, .size = 100U + byte };

	memset(i.sha256, byte, sizeof(i.sha256));
	return i;
}

static char *encoded(const unsigned *order, size_t n)
{
	struct coco_bundle_index index = { .n = 0 };
	struct coco_diag d = { 0 };
	uint8_t *p = NULL;
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		struct coco_bundle_item it = item(order[i] % 7, (uint8_t)(order[i] * 3));

		assert_ok(coco_bundle_index_add(&index, &it, &d), &d);
		assert_ok(coco_bundle_index_add(&index, &it, &d), &d);   /* twice: once */
	}
	assert_int_equal(index.n, n);
	assert_ok(coco_bundle_index_encode(&index, &p, &len, &d), &d);
	coco_bundle_index_free(&index);
	return (char *)p;
}

static void test_order(void **state COCO_UNUSED)
{
	static const unsigned up[] = { 1, 2, 3, 8, 9, 20 };
	static const unsigned down[] = { 20, 9, 8, 3, 2, 1 };
	struct coco_bundle_index index;
	struct coco_diag d = { 0 };
	char name[COCO_BUNDLE_NAME];
	char *a = encoded(up, 6);
	char *b = encoded(down, 6);

	assert_string_equal(a, b);
	assert_ok(coco_bundle_index_decode(&index, coco_view_of(a, strlen(a)), &d), &d);
	assert_int_equal(index.n, 6);
	coco_bundle_name(&index.v[0], name);
	assert_int_equal(strlen(name), 64 + strlen(".crl"));
	coco_bundle_index_free(&index);
	coco_free(a);
	coco_free(b);
}

static void refused(const char *text, int code)
{
	struct coco_bundle_index index;
	struct coco_diag d = { 0 };

	assert_err(coco_bundle_index_decode(&index, coco_view_of(text, strlen(text)), &d), code,
		   &d);
	assert_null(index.v);
}

#define HEX "0000000000000000000000000000000000000000000000000000000000000000"
#define ONE "{\"kind\":\"crl\",\"sha256\":\"" HEX "\",\"size\":1}"
#define IN(items) "{\"schema\":\"cococtl.collateral.v1\",\"items\":[" items "]}"

static void test_refused(void **state COCO_UNUSED)
{
	refused("[]", COCO_E_FORMAT_JSON_TYPE);
	refused("{\"schema\":\"cococtl.collateral.v2\",\"items\":[]}", COCO_E_BUNDLE_INDEX);
	refused("{\"schema\":\"cococtl.collateral.v1\"}", COCO_E_FORMAT_JSON_TYPE);
	refused("{\"schema\":\"cococtl.collateral.v1\",\"items\":[],\"x\":1}",
		COCO_E_FORMAT_JSON_TYPE);
	refused(IN("1"), COCO_E_FORMAT_JSON_TYPE);
	refused(IN(ONE "," ONE), COCO_E_BUNDLE_INDEX);
	refused(IN("{\"kind\":\"what\",\"sha256\":\"" HEX "\",\"size\":1}"), COCO_E_BUNDLE_INDEX);
	refused(IN("{\"kind\":\"crl\",\"sha256\":\"00\",\"size\":1}"), COCO_E_FORMAT_HEX);
	refused(IN("{\"kind\":\"crl\",\"sha256\":\"" HEX "\",\"size\":-1}"), COCO_E_FORMAT_VALUE);
	refused(IN(ONE) "x", COCO_E_FORMAT_JSON);
}

static void test_kinds(void **state COCO_UNUSED)
{
	assert_string_equal(coco_bundle_kind_word(0), "certificate");
	assert_string_equal(coco_bundle_kind_word(6), "ocsp");
	assert_null(coco_bundle_kind_word(7));
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_bundle_index index;
		int r = coco_bundle_index_decode(&index, coco_view_of(IN(ONE), strlen(IN(ONE))),
						 &d);
		bool done = coco_test_alloc_check(r, &d);

		coco_bundle_index_free(&index);
		if (done)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
