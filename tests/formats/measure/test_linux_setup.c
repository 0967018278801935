/*
 * test_linux_setup.c - the setup header of kernels, and QEMU's changes to it.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/linux_setup.h"

#include <string.h>

#include "tests/support/support.h"

enum { SIZE = 0x2000 };

static void put16(uint8_t *p, size_t at, unsigned v)
{
	p[at] = (uint8_t)v;
	p[at + 1] = (uint8_t)(v >> 8);
}

static uint32_t get32(const uint8_t *p, size_t at)
{
	return (uint32_t)p[at] | (uint32_t)p[at + 1] << 8 | (uint32_t)p[at + 2] << 16 |
	       (uint32_t)p[at + 3] << 24;
}

/* A kernel's start, all other bytes 0x55. */
static void mint(uint8_t *p, unsigned protocol, unsigned flags, unsigned xflags)
{
	memset(p, 0x55, SIZE);
	p[0x1f1] = 3;
	memcpy(p + 0x202, "HdrS", 4);
	put16(p, 0x206, protocol);
	put16(p, 0x20e, 0x100);
	memcpy(p + 0x300, "6.12.1 (me) #1", 15);
	p[0x211] = (uint8_t)flags;
	put16(p, 0x236, xflags);
}

static void test_parse(void **state COCO_UNUSED)
{
	struct coco_linux_setup s;
	uint8_t p[SIZE];

	mint(p, 0x20f, 1, 2);
	coco_linux_setup_parse(&s, coco_view_of(p, SIZE));
	assert_true(s.is_linux);
	assert_int_equal(s.protocol, 0x20f);
	assert_int_equal(s.setup_size, 4 * 512);
	assert_true(s.has_version);
	assert_string_equal(s.version, "6.12.1");
	p[0x1f1] = 0;
	coco_linux_setup_parse(&s, coco_view_of(p, SIZE));
	assert_int_equal(s.setup_size, 5 * 512);
	put16(p, 0x20e, 0xffff);   /* outside of the file */
	coco_linux_setup_parse(&s, coco_view_of(p, SIZE));
	assert_true(s.is_linux);
	assert_false(s.has_version);
	p[0x202] = 'h';
	coco_linux_setup_parse(&s, coco_view_of(p, SIZE));
	assert_false(s.is_linux);
	mint(p, 0, 1, 2);
	coco_linux_setup_parse(&s, coco_view_of(p, SIZE));
	assert_false(s.is_linux);
	mint(p, 0x20f, 1, 2);
	for (size_t n = 0; n < COCO_LINUX_SETUP_LEAST; n += 13) {
		uint8_t *guard = coco_test_guard(p, n);

		coco_linux_setup_parse(&s, coco_view_of(guard, n));
		assert_false(s.is_linux);
		coco_test_unguard(guard, n);
	}
	uint8_t *guard = coco_test_guard(p, COCO_LINUX_SETUP_LEAST);
	coco_linux_setup_parse(&s, coco_view_of(guard, COCO_LINUX_SETUP_LEAST));
	assert_true(s.is_linux);
	coco_test_unguard(guard, COCO_LINUX_SETUP_LEAST);
}

static void patch(uint8_t *p, const struct coco_linux_launch *l)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_linux_setup_patch(p, SIZE, l, &d), &d);
}

static void test_patch(void **state COCO_UNUSED)
{
	struct coco_linux_launch l = { .memory = (uint64_t)2 << 30,
				       .cmdline = coco_view_of("a vga=0x318 b", 13),
				       .has_initrd = true, .initrd_size = 777 };
	uint8_t p[SIZE];
	uint8_t old[SIZE];

	mint(p, 0x20f, 1, 2);
	memcpy(old, p, SIZE);
	patch(p, &l);
	assert_int_equal(get32(p, 0x228), 0x20000);
	assert_int_equal(get32(p, 0x1fa) & 0xffff, 0x318);
	assert_int_equal(p[0x210], 0xB0);
	assert_int_equal(p[0x211], 0x81);
	assert_int_equal(get32(p, 0x224) & 0xffff, 0xfe00);
	assert_int_equal(get32(p, 0x218), 0x7ffd7000);
	assert_int_equal(get32(p, 0x21c), 777);
	/* nothing else changed */
	static const struct { size_t at, n; } fields[] = {
		{ 0x1fa, 2 }, { 0x210, 2 }, { 0x218, 8 }, { 0x224, 2 }, { 0x228, 4 },
	};
	for (size_t i = 0; i < COCO_ARRAY_LEN(fields); i++)
		memcpy(old + fields[i].at, p + fields[i].at, fields[i].n);
	assert_memory_equal(old, p, SIZE);

	/* the kernel says where its initrd may end; much memory */
	mint(p, 0x20b, 1, 2);
	memcpy(p + 0x22c, "\xff\xff\xff\x37", 4);
	l.memory = (uint64_t)8 << 30;
	patch(p, &l);
	assert_int_equal(get32(p, 0x218), 0x37fff000);
	mint(p, 0x202, 1, 0);
	patch(p, &l);
	assert_int_equal(get32(p, 0x218), 0x37fff000);

	/* an old one: command line in low memory, magic numbers */
	mint(p, 0x201, 0, 0);
	patch(p, &l);
	assert_int_equal(get32(p, 0x20), (uint32_t)(0x9a000 - 16 - 0x90000) << 16 | 0xA33F);
	assert_int_equal(get32(p, 0x224) & 0xffff, 0x9a000 - 16 - 0x90000 - 0x200);
	assert_int_equal(get32(p, 0x228), 0x55555555);

	/* an image without the header stays as it is */
	mint(p, 0, 1, 2);
	memcpy(old, p, SIZE);
	patch(p, &l);
	assert_memory_equal(old, p, SIZE);
}

static void test_video_mode(void **state COCO_UNUSED)
{
	static const struct {
		const char *line;
		int mode;   /* -1: QEMU refuses */
	} cases[] = {
		{ "x", 0x5555 }, { "vga=normal", 0xffff }, { "vga=extended", 0xfffe },
		{ "vga=ask", 0xfffd }, { "vga=791 q", 791 }, { "q xvga=0x318", 0x318 },
		{ "vga=0X318", 0x318 }, { "vga=017", 15 }, { "vga=0", 0 }, { "vga=65537", 1 },
		{ "vga=1 vga=2", 1 }, { "vga=", -1 }, { "vga=abc", -1 }, { "vga=12x", -1 },
		{ "vga=0x", -1 }, { "vga=09", -1 }, { "vga=4294967296", -1 }, { "vga=1\n", -1 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_linux_launch l = { .memory = (uint64_t)2 << 30 };
		struct coco_diag d = { 0 };
		uint8_t p[SIZE];
		uint8_t old[SIZE];

		l.cmdline = coco_view_of(cases[i].line, strlen(cases[i].line));
		mint(p, 0x20f, 1, 2);
		memcpy(old, p, SIZE);
		int r = coco_linux_setup_patch(p, SIZE, &l, &d);
		if (cases[i].mode < 0) {
			assert_err(r, COCO_E_BOOT_KERNEL, &d);
			assert_memory_equal(p, old, SIZE);
		} else {
			assert_ok(r, &d);
			assert_int_equal(get32(p, 0x1fa) & 0xffff, cases[i].mode);
		}
	}
}

static void test_memory_size(void **state COCO_UNUSED)
{
	struct coco_linux_launch l = { .memory = 0x28000, .has_initrd = true };
	struct coco_diag d = { 0 };
	uint8_t p[SIZE];

	mint(p, 0x20f, 1, 2);
	assert_err(coco_linux_setup_patch(p, SIZE, &l, &d), COCO_E_BOOT_KERNEL, &d);
	coco_diag_init(&d);
	l.memory = (uint64_t)512 << 20;
	l.initrd_size = ((uint64_t)512 << 20) - 0x28000;
	assert_err(coco_linux_setup_patch(p, SIZE, &l, &d), COCO_E_BOOT_KERNEL, &d);
	coco_diag_init(&d);
	l.initrd_size--;
	assert_ok(coco_linux_setup_patch(p, SIZE, &l, &d), &d);
	assert_int_equal(get32(p, 0x218), 0);
}

static void test_dtb(void **state COCO_UNUSED)
{
	struct coco_linux_launch l = {
		.memory = (uint64_t)2 << 30, .dtb = coco_view_of("tree", 4), .kernel_size = SIZE,
	};
	static const uint8_t want[] = { 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0 };
	struct coco_linux_setup s;
	struct coco_diag d = { 0 };
	uint8_t node[COCO_LINUX_DTB_HEAD];
	uint8_t p[SIZE];
	size_t pad;

	mint(p, 0x20f, 1, 2);
	assert_ok(coco_linux_setup_patch(p, SIZE, &l, &d), &d);
	assert_int_equal(get32(p, 0x250), 0x100000 + SIZE - 4 * 512);
	assert_int_equal(get32(p, 0x254), 0);
	coco_linux_setup_parse(&s, coco_view_of(p, SIZE));
	coco_linux_setup_tail(&s, &l, &pad, node);
	assert_int_equal(pad, 0);
	assert_memory_equal(node, want, sizeof(want));
	l.kernel_size = SIZE - 3;
	coco_linux_setup_tail(&s, &l, &pad, node);
	assert_int_equal(pad, 3);
	mint(p, 0x208, 1, 2);
	assert_err(coco_linux_setup_patch(p, SIZE, &l, &d), COCO_E_BOOT_KERNEL, &d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_patch),
		cmocka_unit_test(test_video_mode),
		cmocka_unit_test(test_memory_size),
		cmocka_unit_test(test_dtb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
