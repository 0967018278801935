/*
 * test_kernel_hashes.c - the table for kernel, initrd and command line, and
 * the two ways to read a command line.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/kernel_hashes.h"

#include <string.h>

#include "formats/core/hex.h"
#include "tests/support/support.h"

static void test_table(void **state COCO_UNUSED)
{
	struct coco_kernel_hashes h;
	uint8_t t[COCO_KERNEL_HASHES_TABLE];
	char text[37];

	memset(h.cmdline, 1, 32);
	memset(h.initrd, 2, 32);
	memset(h.kernel, 3, 32);
	coco_kernel_hashes_encode(t, &h);
	coco_hex_encode(text, t, 18);
	assert_string_equal(text, "06d63894224fc94cb479a793d411fd21a800");
	coco_hex_encode(text, t + 18, 18);
	assert_string_equal(text, "d82dd09720bd944caa78e7714d36ab2a3200");
	assert_memory_equal(t + 36, h.cmdline, 32);
	coco_hex_encode(text, t + 68, 18);
	assert_string_equal(text, "31f7ba442f3ad74b9af141e29169781d3200");
	assert_memory_equal(t + 86, h.initrd, 32);
	coco_hex_encode(text, t + 118, 18);
	assert_string_equal(text, "3794e74dd2ab7f42b835d5b172d2045b3200");
	assert_memory_equal(t + 136, h.kernel, 32);
	assert_memory_equal(t + 168, "\0\0\0\0\0\0\0", 8);
}

static void test_page(void **state COCO_UNUSED)
{
	struct coco_kernel_hashes h = { .cmdline = { 9 } };
	uint8_t t[COCO_KERNEL_HASHES_TABLE];
	uint8_t page[COCO_KERNEL_HASHES_PAGE];
	struct coco_diag d = { 0 };

	coco_kernel_hashes_encode(t, &h);
	memset(page, 0xff, sizeof(page));
	assert_ok(coco_kernel_hashes_page(page, &h, 0x810c00, &d), &d);
	assert_memory_equal(page + 0xc00, t, sizeof(t));
	assert_int_equal(page[0xbff] | page[0xc00 + sizeof(t)] | page[0] | page[4095], 0);
	assert_ok(coco_kernel_hashes_page(page, &h, 4096 - 176, &d), &d);
	assert_memory_equal(page + 4096 - 176, t, sizeof(t));
	assert_err(coco_kernel_hashes_page(page, &h, 4096 - 175, &d), COCO_E_SEV_NO_HASHES, &d);
}

static void trims(const char *from, const char *to)
{
	struct coco_view v = coco_cmdline_trim(coco_view_of(from, strlen(from)));

	assert_int_equal(v.n, strlen(to));
	assert_memory_equal(v.p, to, v.n);
}

static void test_trim(void **state COCO_UNUSED)
{
	trims("", "");
	trims(" a ", "a");
	trims("a  b", "a  b");
	trims(" \t\n\v\f\r ", "");
	trims("\xc2\xa0\xe2\x80\x83x\xe3\x80\x80\xe2\x80\xaf", "x");
	trims("\xe2\x80\x8bx\xc2\x84", "\xe2\x80\x8bx\xc2\x84");   /* not white space */
	trims("\xa0", "\xa0");
	trims("x\x1c", "x\x1c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_trim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
