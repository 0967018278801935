/*
 * test_b64.c - base64.
 */
#include "formats/core/b64.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"

static void test_known(void **state COCO_UNUSED)
{
	/* RFC 4648 section 10 */
	static const char *const cases[][3] = {
		{ "", "", "" },
		{ "f", "Zg==", "Zg" },
		{ "fo", "Zm8=", "Zm8" },
		{ "foo", "Zm9v", "Zm9v" },
		{ "foob", "Zm9vYg==", "Zm9vYg" },
		{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
		{ "\xfb\xef\xff", "++//", "--__" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		const uint8_t *in = (const uint8_t *)cases[i][0];
		size_t n = strlen(cases[i][0]);
		char text[16];

		coco_b64_encode(COCO_B64_STD, text, in, n);
		assert_string_equal(text, cases[i][1]);
		assert_int_equal(strlen(text), coco_b64_len(COCO_B64_STD, n));
		coco_b64_encode(COCO_B64_URL, text, in, n);
		assert_string_equal(text, cases[i][2]);
		assert_int_equal(strlen(text), coco_b64_len(COCO_B64_URL, n));
		for (int k = 1; k <= 2; k++) {
			uint8_t *out = NULL;
			size_t n_out = 99;

			assert_int_equal(coco_b64_decode(COCO_B64_ANY, cases[i][k],
							 strlen(cases[i][k]), &out, &n_out, NULL),
					 0);
			assert_int_equal(n_out, n);
			assert_memory_equal(out, in, n);
			assert_int_equal(out[n], 0);
			coco_free(out);
		}
	}
}

static void test_round_trip(void **state COCO_UNUSED)
{
	uint8_t in[259];

	coco_test_random(in, sizeof(in), 1);
	for (size_t n = 0; n <= sizeof(in); n++) {
		for (int v = COCO_B64_STD; v <= COCO_B64_URL; v++) {
			enum coco_b64_variant variant = (enum coco_b64_variant)v;
			char *text = coco_b64_dup(variant, in, n);
			uint8_t *out = NULL;
			size_t n_out = 0;

			assert_non_null(text);
			assert_int_equal(coco_b64_decode(variant, text, strlen(text), &out, &n_out,
							 NULL),
					 0);
			assert_int_equal(n_out, n);
			assert_memory_equal(out, in, n);
			coco_free(out);
			coco_free(text);
		}
	}
}

static void test_strict(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		enum coco_b64_variant variant;
		const char *text;
		uint64_t offset;
	} cases[] = {
		{ "no padding", COCO_B64_STD, "Zg", 2 },
		{ "half the padding", COCO_B64_STD, "Zg=", 2 },
		{ "half the padding, any", COCO_B64_ANY, "Zg=", 2 },
		{ "padding in url", COCO_B64_URL, "Zg==", 2 },
		{ "too much padding", COCO_B64_STD, "Zm9v=", 4 },
		{ "three pads", COCO_B64_STD, "Z===", 1 },
		{ "only padding", COCO_B64_ANY, "==", 0 },
		{ "one digit", COCO_B64_ANY, "Z", 1 },
		{ "five digits", COCO_B64_URL, "Zm9vY", 5 },
		{ "pad inside", COCO_B64_STD, "Zg==Zg==", 2 },
		{ "blank", COCO_B64_ANY, "Zm 9", 2 },
		{ "line end", COCO_B64_STD, "Zm9vYg==\n", 9 },
		{ "url digit in std", COCO_B64_STD, "-m9v", 0 },
		{ "std digit in url", COCO_B64_URL, "Zm/v", 2 },
		{ "unused bits after one byte", COCO_B64_STD, "Zh==", 1 },
		{ "unused bits after two bytes", COCO_B64_URL, "Zm9", 2 },
		{ "NUL", COCO_B64_ANY, "Zm\0v", 2 },
		{ "high byte", COCO_B64_ANY, "Zm\xc3v", 2 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		size_t n = strcmp(cases[i].name, "NUL") == 0 ? 4 : strlen(cases[i].text);
		char *text = (char *)coco_test_guard(cases[i].text, n);
		uint8_t *out = NULL;
		size_t n_out = 99;
		struct coco_diag d = { 0 };

		assert_err(coco_b64_decode(cases[i].variant, text, n, &out, &n_out, &d),
			   COCO_E_FORMAT_BASE64, &d);
		if (!d.has_offset || d.offset != cases[i].offset)
			fail_msg("%s: offset %u", cases[i].name, (unsigned)d.offset);
		assert_null(out);
		assert_int_equal(n_out, 99);
		coco_test_unguard((uint8_t *)text, n);
	}
}

static void test_no_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	uint8_t *out = NULL;
	size_t n = 0;

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++)
		if (coco_test_alloc_check(
			    coco_b64_decode(COCO_B64_ANY, "Zm9v", 4, &out, &n, &d), &d))
			break;
	coco_free(out);
	coco_test_alloc_arm(1);
	assert_null(coco_b64_dup(COCO_B64_STD, (const uint8_t *)"x", 1));
	assert_true(coco_test_alloc_disarm());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
