/*
 * test_fw_cfg.c - QEMU's directory of files and DMA requests. Covers fw_cfg.c.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/fw_cfg.h"

#include <string.h>

#include "tests/support/support.h"

enum { ENTRIES = 3, SIZE = 4 + ENTRIES * COCO_FW_CFG_ENTRY };

static void make(uint8_t p[SIZE])
{
	static const char *const names[ENTRIES] = { "etc/acpi/rsdp", "bootorder", "etc/e820" };

	memset(p, 0, SIZE);
	coco_put_be32(p, ENTRIES);
	for (size_t i = 0; i < ENTRIES; i++) {
		uint8_t *e = p + 4 + i * COCO_FW_CFG_ENTRY;

		coco_put_be32(e, (uint32_t)(0x12345600 + i));
		e[4] = 0x20;
		e[5] = (uint8_t)i;
		memcpy(e + 8, names[i], strlen(names[i]));
	}
}

static int find(const uint8_t *p, size_t n, const char *name, struct coco_fw_cfg_file *f,
		bool *found, struct coco_diag *d)
{
	uint8_t *guarded = coco_test_guard(p, n);

	*d = (struct coco_diag){ 0 };
	int r = coco_fw_cfg_find(coco_view_of(guarded, n), name, f, found, d);
	coco_test_unguard(guarded, n);
	return r;
}

static void test_good(void **state COCO_UNUSED)
{
	struct coco_fw_cfg_file f = { .size = 0 };
	struct coco_diag d;
	uint8_t p[SIZE];
	bool found = false;

	make(p);
	assert_ok(find(p, SIZE, "bootorder", &f, &found, &d), &d);
	assert_true(found);
	assert_int_equal(f.size, 0x12345601);
	assert_int_equal(f.key, 0x2001);
	assert_string_equal(f.name, "bootorder");
	assert_ok(find(p, SIZE, "boot", &f, &found, &d), &d);
	assert_false(found);
	assert_int_equal(f.key, 0x2001);
	size_t n = 0;
	assert_ok(coco_fw_cfg_count(coco_view_of(p, 4), &n, &d), &d);
	assert_int_equal(n, ENTRIES);
	assert_ok(find((const uint8_t[]){ 0, 0, 0, 0 }, 4, "x", &f, &found, &d), &d);
	assert_false(found);
}

static void refuse(const uint8_t *p, size_t n, int code, const char *field)
{
	struct coco_fw_cfg_file f = { .size = 77 };
	struct coco_diag d;
	bool found = true;

	assert_err(find(p, n, "etc/e820", &f, &found, &d), code, &d);
	assert_string_equal(d.field, field);
	assert_int_equal(f.size, 77);
	assert_true(found);
}

static void test_bad(void **state COCO_UNUSED)
{
	uint8_t p[SIZE];

	make(p);
	for (size_t n = 0; n < SIZE; n++)
		refuse(p, n, n < 4 ? COCO_E_FORMAT_SHORT : COCO_E_FW_CFG, "count");
	coco_put_be32(p, COCO_FW_CFG_FILES + 1);
	refuse(p, SIZE, COCO_E_FW_CFG, "count");
	coco_put_be32(p, UINT32_MAX);
	refuse(p, SIZE, COCO_E_FW_CFG, "count");
	coco_put_be32(p, ENTRIES - 1);
	refuse(p, SIZE, COCO_E_FW_CFG, "count");
	make(p);
	memset(p + 4 + 8, 'a', COCO_FW_CFG_NAME);   /* no NUL */
	refuse(p, SIZE, COCO_E_FW_CFG, "name");
	make(p);
	p[4 + 8] = 0;                               /* no name */
	refuse(p, SIZE, COCO_E_FW_CFG, "name");
	make(p);
	memcpy(p + 4 + 8, "etc/e820", 9);           /* twice */
	refuse(p, SIZE, COCO_E_FW_CFG, "name");
}

static void test_request(void **state COCO_UNUSED)
{
	static const uint8_t want[] = { 0, 0x19, 0, 0x0a, 0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8 };
	uint8_t got[COCO_FW_CFG_REQUEST];

	coco_fw_cfg_request(got, COCO_FW_CFG_DIRECTORY << 16 | COCO_FW_CFG_SELECT |
				 COCO_FW_CFG_READ, 0x10000, 0x0102030405060708);
	assert_memory_equal(got, want, sizeof(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
