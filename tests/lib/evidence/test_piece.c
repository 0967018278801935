/*
 * test_piece.c - inputs taken apart: offsets through wrappings, depth, sizes,
 * texts that only look like JSON, running out of memory.
 */
#include "lib/evidence/piece.h"

#include <stdlib.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_payload.h"
#include "tests/support/support.h"

static int add(struct coco_pieces *list, const void *p, size_t n, struct coco_diag *d)
{
	struct coco_collateral coll;

	coco_collateral_init(&coll);
	int r = coco_pieces_add(list, &coll, coco_view_of(p, n), "in", d);
	coco_collateral_free(&coll);
	return r;
}

static void test_payload(void **state COCO_UNUSED)
{
	static const struct {
		enum coco_piece_kind kind;
		int parent;
		const char *source;
	} want[] = {
		{ COCO_PIECE_CONTAINER, -1, "in" },
		{ COCO_PIECE_RUNTIME_DATA, 0, "in/runtime-data" },
		{ COCO_PIECE_SAMPLE, 0, "in/tee-evidence/primary_evidence" },
		{ COCO_PIECE_ADDITIONAL, 0, "in/tee-evidence/additional_evidence" },
		{ COCO_PIECE_CONTAINER, 0, "in/tee-evidence/additional_evidence" },
		{ COCO_PIECE_SAMPLE_DEVICE, 4, "in/tee-evidence/additional_evidence/sampledevice" },
	};
	char *text = coco_mint_payload(COCO_PAYLOAD_GOOD, true);
	struct coco_pieces list = { .n = 0 };
	struct coco_diag d = { 0 };

	assert_ok(add(&list, text, strlen(text), &d), &d);
	assert_int_equal(list.n, COCO_ARRAY_LEN(want));
	for (size_t i = 0; i < list.n; i++) {
		assert_int_equal(list.v[i].kind, want[i].kind);
		assert_int_equal(list.v[i].parent, want[i].parent);
		assert_int_equal(list.v[i].top, 0);
		assert_string_equal(list.v[i].source, want[i].source);
		assert_int_equal(list.v[i].has_base, i == 0);
		assert_string_not_equal(coco_piece_kind_name(list.v[i].kind), "unknown");
	}
	coco_pieces_free(&list);
	free(text);
}

/* A text in base64 in base64 ... of which only so many are followed. */
static void test_depth(void **state COCO_UNUSED)
{
	char *text = coco_mint_payload(COCO_PAYLOAD_GOOD, false);

	for (int wraps = 0; wraps < 9; wraps++) {
		struct coco_pieces list = { .n = 0 };
		struct coco_diag d = { 0 };
		int r = add(&list, text, strlen(text), &d);

		if (wraps < COCO_PIECE_DEPTH - 1)
			assert_ok(r, &d);
		else if (wraps > COCO_PIECE_DEPTH)
			assert_err(r, COCO_E_LIMIT_DEPTH, &d);
		coco_pieces_free(&list);
		char *wrapped = coco_b64_dup(COCO_B64_STD, (const uint8_t *)text, strlen(text));
		assert_non_null(wrapped);
		free(text);
		text = strdup(wrapped);
		coco_free(wrapped);
	}
	free(text);
}

static void test_unknown(void **state COCO_UNUSED)
{
	static const char *const texts[] = { "", "x", "{}", "[]", "[1,2]", "hello world",
					     ("\x7f" "ELF") };

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++) {
		struct coco_pieces list = { .n = 0 };
		struct coco_diag d = { 0 };

		assert_ok(add(&list, texts[i], strlen(texts[i]), &d), &d);
		assert_int_equal(list.n, 1);
		assert_int_equal(list.v[0].kind, COCO_PIECE_UNKNOWN);
		coco_pieces_free(&list);
	}
}

/* What starts like JSON and is none is an error with its place, not unknown. */
static void test_json(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} list[] = {
		{ "{\"a\":1,\"a\":2}", COCO_E_FORMAT_JSON_DUPLICATE },
		{ "{\"tee-evidence\":", COCO_E_FORMAT_JSON },
		{ "{\"a\":1} x", COCO_E_FORMAT_JSON },
		{ "{\"runtime-data\":1,\"tee-evidence\":{}}", COCO_E_FORMAT_JSON_TYPE },
		{ "{\"runtime-data\":{},\"tee-evidence\":[]}", COCO_E_FORMAT_JSON_TYPE },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		struct coco_pieces pieces = { .n = 0 };
		struct coco_diag d = { 0 };

		assert_err(add(&pieces, list[i].text, strlen(list[i].text), &d), list[i].code, &d);
		assert_string_equal(d.source, "in");
		coco_pieces_free(&pieces);
	}
}

static void test_memory(void **state COCO_UNUSED)
{
	char *text = coco_mint_payload(COCO_PAYLOAD_GOOD, true);
	struct coco_diag d = { 0 };

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_pieces list = { .n = 0 };
		int r = add(&list, text, strlen(text), &d);
		bool done = coco_test_alloc_check(r, &d);

		coco_pieces_free(&list);
		if (done)
			break;
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_payload), cmocka_unit_test(test_depth),
		cmocka_unit_test(test_unknown), cmocka_unit_test(test_json),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
