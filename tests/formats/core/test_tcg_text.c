/*
 * test_tcg_text.c - bytes of firmware as text.
 */
#include "formats/core/tcg_text.h"

#include "tests/support/support.h"

typedef void text_fn(struct coco_wr *wr, struct coco_view v);

static void says(text_fn *fn, const void *p, size_t n, const char *want)
{
	uint8_t *guarded = coco_test_guard(p, n);
	struct coco_wr wr;

	coco_wr_init(&wr, 4096);
	fn(&wr, coco_view_of(guarded, n));
	coco_wr_u8(&wr, 0);
	assert_int_equal(wr.code, 0);
	assert_string_equal((const char *)wr.p, want);
	coco_wr_free(&wr);
	coco_test_unguard(guarded, n);
}

#define SAYS(fn, d, want) says((fn), (d), sizeof(d) - 1, (want))

static void test_utf8(void **state COCO_UNUSED)
{
	SAYS(coco_tcg_text_utf8, "", "");
	SAYS(coco_tcg_text_utf8, "a\303\244", "a\303\244");
	SAYS(coco_tcg_text_utf8, "a\303", "a\\xc3");
	SAYS(coco_tcg_text_utf8, "\0\n\177", "\\x00\\x0a\\x7f");
	SAYS(coco_tcg_text_utf8, "\302\205", "\\xc2\\x85");   /* a C1 control */
}

static void test_utf16(void **state COCO_UNUSED)
{
	SAYS(coco_tcg_text_utf16, "a\0b", "a");              /* an odd byte is left out */
	SAYS(coco_tcg_text_utf16, "a\0\0\0b\0", "a");        /* up to the NUL */
	SAYS(coco_tcg_text_utf16, "\344\0", "\303\244");
	SAYS(coco_tcg_text_utf16, "\254\40", "\342\202\254");
	SAYS(coco_tcg_text_utf16, "\075\330\000\336", "\360\237\230\200");
	SAYS(coco_tcg_text_utf16, "\075\330", "\\ud83d");
	SAYS(coco_tcg_text_utf16, "\000\336a\0", "\\ude00a");
	SAYS(coco_tcg_text_utf16, "\033\0\205\0", "\\u001b\\u0085");
}

static void test_any(void **state COCO_UNUSED)
{
	SAYS(coco_tcg_text_any, "text\0\0", "text");
	SAYS(coco_tcg_text_any, "w\0i\0d\0e\0\0\0", "wide");
	SAYS(coco_tcg_text_any, "\1\2", "0102");
	SAYS(coco_tcg_text_any, "\0", "00");
	SAYS(coco_tcg_text_any, "", "");
}

static void test_guid_and_hex(void **state COCO_UNUSED)
{
	static const uint8_t guid[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	struct coco_wr wr;

	coco_wr_init(&wr, 4096);
	coco_tcg_text_guid(&wr, guid);
	coco_tcg_text_hex(&wr, coco_view_of(guid, 3), 2);
	coco_tcg_text_hex(&wr, coco_view_of(guid, 2), 2);
	coco_wr_u8(&wr, 0);
	assert_string_equal((const char *)wr.p,
			    "03020100-0504-0706-0809-0a0b0c0d0e0f0001...0001");
	coco_wr_free(&wr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_guid_and_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
