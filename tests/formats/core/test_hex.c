/*
 * test_hex.c - hexadecimal text.
 */
#include "formats/core/hex.h"

#include <string.h>

#include "tests/support/support.h"

static void test_round_trip(void **state COCO_UNUSED)
{
	uint8_t in[256];
	uint8_t out[256];
	char text[513];

	for (unsigned i = 0; i < 256; i++)
		in[i] = (uint8_t)i;
	coco_hex_encode(text, in, sizeof(in));
	assert_int_equal(strlen(text), 512);
	assert_int_equal(coco_hex_decode(out, sizeof(out), text, 512, NULL), 0);
	assert_memory_equal(in, out, sizeof(in));
	assert_int_equal(coco_hex_decode(out, 2, "AbCd", 4, NULL), 0);
	assert_int_equal(out[0], 0xab);
}

static void test_bad_text(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	uint8_t out[2] = { 7, 7 };

	assert_err(coco_hex_decode(out, 2, "12g4", 4, &d), COCO_E_FORMAT_HEX, &d);
	assert_true(d.has_offset);
	assert_int_equal(d.offset, 2);
	assert_int_equal(out[0], 7);
	coco_diag_init(&d);
	assert_err(coco_hex_decode(out, 2, "123", 3, &d), COCO_E_FORMAT_HEX, &d);
	coco_diag_init(&d);
	assert_err(coco_hex_decode(out, 2, "123456", 6, &d), COCO_E_FORMAT_HEX, &d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_bad_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
