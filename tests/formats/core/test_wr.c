/*
 * test_wr.c - the bounded, growing writer.
 */
#include "formats/core/wr.h"

#include <string.h>

#include "tests/support/alloc_fail.h"

static void test_integers(void **state COCO_UNUSED)
{
	static const uint8_t want[] = { 0x01, 0x03, 0x02, 0x07, 0x06, 0x05, 0x04, 0x0f, 0x0e,
					0x0d, 0x0c, 0x0b, 0x0a, 0x09, 0x08, 0x10, 0x11, 0x12,
					0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b };
	struct coco_wr wr;
	uint8_t *p = NULL;
	size_t n = 0;

	coco_wr_init(&wr, 1000);
	coco_wr_u8(&wr, 1);
	coco_wr_le16(&wr, 0x0203);
	coco_wr_le32(&wr, 0x04050607);
	coco_wr_le64(&wr, 0x08090a0b0c0d0e0fULL);
	coco_wr_be32(&wr, 0x10111213);
	coco_wr_be64(&wr, 0x1415161718191a1bULL);
	assert_int_equal(coco_wr_finish(&wr, &p, &n, NULL), 0);
	assert_int_equal(n, sizeof(want));
	assert_memory_equal(p, want, n);
	assert_int_equal(p[n], 0);
	assert_null(wr.p);
	coco_free(p);
}

static void test_text(void **state COCO_UNUSED)
{
	struct coco_wr wr;
	uint8_t *p = NULL;
	size_t n = 0;
	char long_text[1001];

	memset(long_text, 'x', 1000);
	long_text[1000] = '\0';
	coco_wr_init(&wr, 4096);
	coco_wr_str(&wr, "a");
	coco_wr_printf(&wr, "%d-%s", 7, "b");
	coco_wr_printf(&wr, "%s", long_text);
	coco_wr_bytes(&wr, NULL, 0);
	assert_int_equal(coco_wr_view(&wr).n, 1004);
	assert_int_equal(coco_wr_finish(&wr, &p, &n, NULL), 0);
	assert_int_equal(strlen((char *)p), 1004);
	assert_memory_equal(p, "a7-bxxx", 7);
	coco_free(p);
	coco_wr_init(&wr, 10);
	assert_int_equal(coco_wr_finish(&wr, &p, &n, NULL), 0);
	assert_int_equal(n, 0);
	assert_int_equal(p[0], 0);
	coco_free(p);
}

/* Exactly the maximum is allowed, for every way to write. */
static void test_maximum(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	uint8_t *p = NULL;
	size_t n = 99;
	static char text[601];

	memset(text, 'y', 600);
	text[600] = '\0';
	coco_wr_init(&wr, 600);
	coco_wr_printf(&wr, "%s", text);
	assert_int_equal(wr.code, 0);
	coco_wr_u8(&wr, 1);
	assert_int_equal(wr.code, COCO_E_LIMIT_SIZE);
	coco_wr_bytes(&wr, NULL, 0);
	assert_err(coco_wr_finish(&wr, &p, &n, &d), COCO_E_LIMIT_SIZE, &d);
	assert_null(p);
	assert_int_equal(n, 99);
	assert_null(wr.p);
	coco_wr_init(&wr, 599);
	coco_wr_printf(&wr, "%s", text);
	assert_int_equal(wr.code, COCO_E_LIMIT_SIZE);
	coco_wr_free(&wr);
	coco_wr_init(&wr, SIZE_MAX);
	assert_null(coco_wr_room(&wr, SIZE_MAX));
	assert_int_equal(wr.code, COCO_E_LIMIT_SIZE);
	coco_wr_free(&wr);
	coco_wr_u8(&wr, 1);
	assert_null(coco_wr_room(&wr, SIZE_MAX));
	coco_wr_free(&wr);
}

static void test_no_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	uint8_t *p = NULL;
	size_t n = 0;

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_wr wr;

		coco_wr_init(&wr, 1 << 20);
		for (uint32_t k = 0; k < 1000; k++)
			coco_wr_be32(&wr, k);
		if (coco_test_alloc_check(coco_wr_finish(&wr, &p, &n, &d), &d))
			break;
	}
	assert_int_equal(n, 4000);
	coco_free(p);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_wr wr;

		coco_wr_init(&wr, 1);
		if (coco_test_alloc_check(coco_wr_finish(&wr, &p, &n, &d), &d))
			break;
	}
	coco_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_maximum),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
