/*
 * test_detached_eat.c - detached EAT bundles: their form, digests, and every
 * other shape.
 */
#include "formats/evidence/detached_eat.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/vector_log.h"

static int decode(struct coco_detached *ret, const char *text, struct coco_diag *d)
{
	coco_diag_init(d);
	return coco_detached_decode(ret, coco_view_of(text, strlen(text)), d);
}

static void test_forms(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} list[] = {
		{ "[[\"JWT\",\"a.b.c\"],{\"GPU-0\":\"d\",\"GPU-1\":\"e\"}]", 0 },
		{ "[[\"JWT\",\"a.b.c\"],{}]", 0 },
		{ "[[\"JWT\",\"a.b.c\"],[]]", COCO_E_DETACHED_EAT },
		{ "[[\"JWT\"],{}]", COCO_E_DETACHED_EAT },
		{ "[[\"CWT\",\"a\"],{}]", COCO_E_DETACHED_EAT },
		{ "[[\"JWT\",7],{}]", COCO_E_DETACHED_EAT },
		{ "[[\"JWT\",\"a\"],{\"GPU-0\":7}]", COCO_E_DETACHED_EAT },
		{ "[[\"JWT\",\"a\"],{\"GPU-0\":\"a\"},1]", COCO_E_DETACHED_EAT },
		{ "[[\"JWT\",\"a\"],{\"x\":\"\",\"x\":\"\"}]", COCO_E_FORMAT_JSON_DUPLICATE },
		{ "[[\"JWT\",\"a\"],{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaaaa\":\"a\"}]", COCO_E_DETACHED_EAT },
		{ "{}", COCO_E_DETACHED_EAT },
		{ "[", COCO_E_FORMAT_JSON },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_detached t = { .n = 77 };
		struct coco_diag d;
		int r = decode(&t, list[i].text, &d);

		assert_int_equal(r, list[i].code);
		assert_int_equal(d.code, list[i].code);
		if (r != 0) {
			assert_int_equal(t.n, 77);
			continue;
		}
		assert_string_equal(t.overall.text, "a.b.c");
		assert_int_equal(t.n, i == 0 ? 2 : 0);
		if (i == 0)
			assert_string_equal(t.token[1].name, "GPU-1");
		coco_detached_free(&t);
	}
	struct coco_detached t;
	struct coco_diag d;
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++)
		if (coco_test_alloc_check(decode(&t, list[0].text, &d), &d))
			break;
	coco_detached_free(&t);
}

#define H32 "000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f"

static void test_digests(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		size_t n;      /* 0: refused */
	} list[] = {
		{ "[\"DIGEST\",[\"SHA-256\",\"" H32 "\"]]", 32 },
		{ "[\"DIGEST\",[\"SHA256\",\"" H32 "\"]]", 32 },
		{ "[\"DIGEST\",[\"SHA-512\",\"" H32 H32 "\"]]", 64 },
		{ "[\"DIGEST\",[\"SHA-384\",\"" H32 "\"]]", 0 },
		{ "[\"DIGEST\",[\"SHA-1\",\"" H32 "\"]]", 0 },
		{ "[\"DIGEST\",[\"SHA-256\",\"x" H32 "\"]]", 0 },
		{ "[\"DIGEST\",[\"SHA-256\",7]]", 0 },
		{ "[\"DIGEST\",[\"SHA-256\"]]", 0 },
		{ "[\"JWT\",[\"SHA-256\",\"" H32 "\"]]", 0 },
		{ "[\"DIGEST\"]", 0 },
		{ "{}", 0 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_detached_digest t = { .n = 77 };
		struct coco_json doc;
		struct coco_diag d = { 0 };

		assert_int_equal(coco_json_parse(&doc, coco_view_of(list[i].text,
								    strlen(list[i].text)),
						 4096, NULL), 0);
		struct coco_jv root = coco_json_root(&doc);
		int r = coco_detached_digest(&t, &root, &d);
		assert_int_equal(r, list[i].n > 0 ? 0 : COCO_E_DETACHED_EAT);
		assert_int_equal(t.n, list[i].n > 0 ? list[i].n : 77);
		coco_json_free(&doc);
	}
}

static void test_vector(void **state COCO_UNUSED)
{
	struct coco_detached t;
	struct coco_diag d = { 0 };
	size_t n;
	uint8_t *p = coco_vector_log("evidence/tokens/nras", "hopperClaimsv3_detached_eat.json",
				     &n);

	if (p == NULL)
		return;
	assert_ok(coco_detached_decode(&t, coco_view_of(p, n), &d), &d);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.token[0].name, "GPU-0");
	coco_detached_free(&t);
	coco_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_vector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
