/*
 * test_qtest.c - QEMU's test protocol with a fake QEMU: values, answers that
 * are none, ends. Covers qtest.c; test_qemu_ask.c has the rest of the defects.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/qtest.h"

#include <string.h>

#include "tests/support/alloc_fail.h"
#include "tests/support/fake_qemu.h"
#include "tests/support/support.h"

static const struct coco_run run = { .jobs = 1 };

static int start(struct coco_qtest *q, const char *mode, struct coco_diag *d)
{
	const char *const args[] = { "-fake", mode };

	*d = (struct coco_diag){ 0 };
	return coco_qtest_start(q, &run, coco_fake_qemu_self(), args, 2, 2, d);
}

static void test_values(void **state COCO_UNUSED)
{
	static const char *const modes[] = { "good", "irq" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(modes); i++) {
		static uint8_t in[COCO_QTEST_CHUNK];
		static uint8_t out[COCO_QTEST_CHUNK];
		struct coco_qtest q;
		struct coco_diag d;
		uint32_t v = 0;

		assert_ok(start(&q, modes[i], &d), &d);
		assert_ok(coco_qtest_out32(&q, 0xcf8, 0x80000000, &d), &d);
		assert_ok(coco_qtest_in32(&q, 0xcfc, &v, &d), &d);
		assert_int_equal(v, 0x29c08086);
		assert_ok(coco_qtest_out32(&q, 0xcf8, 0x80000004, &d), &d);
		assert_ok(coco_qtest_in32(&q, 0xcfc, &v, &d), &d);
		assert_int_equal(v, 0);
		assert_ok(coco_qtest_out32(&q, 0xcf8, 0x8000f800, &d), &d);
		assert_ok(coco_qtest_in32(&q, 0xcfc, &v, &d), &d);
		assert_int_equal(v, UINT32_MAX);
		coco_test_random(in, sizeof(in), 3);
		assert_ok(coco_qtest_write(&q, 0x10000, in, sizeof(in), &d), &d);
		assert_ok(coco_qtest_read(&q, 0x10000, out, sizeof(out), &d), &d);
		assert_memory_equal(in, out, sizeof(in));
		assert_ok(coco_qtest_read(&q, 0x10001, out, 1, &d), &d);
		assert_int_equal(out[0], in[1]);
		coco_qtest_stop(&q);
		coco_qtest_stop(&q);
	}
}

static void refuse_read(const char *mode, int code)
{
	struct coco_qtest q;
	struct coco_diag d;
	uint8_t p[8] = { 9 };
	uint32_t v = 77;

	assert_ok(start(&q, mode, &d), &d);
	assert_err(coco_qtest_read(&q, 0, p, sizeof(p), &d), code, &d);
	coco_qtest_stop(&q);
	if (strcmp(mode, "short") == 0)
		return;
	assert_ok(start(&q, mode, &d), &d);
	assert_err(coco_qtest_in32(&q, 0xcfc, &v, &d), code, &d);
	assert_int_equal(v, 77);
	coco_qtest_stop(&q);
}

static void test_defects(void **state COCO_UNUSED)
{
	refuse_read("fail", COCO_E_FW_CFG);
	refuse_read("garbage", COCO_E_FW_CFG);
	refuse_read("long", COCO_E_FW_CFG);
	refuse_read("short", COCO_E_FW_CFG);
	refuse_read("silent", COCO_E_QEMU_RUN);
	refuse_read("hang", COCO_E_QEMU_RUN);
}

static void test_start(void **state COCO_UNUSED)
{
	struct coco_qtest q;
	struct coco_diag d = { 0 };

	assert_err(coco_qtest_start(&q, &run, "/nowhere/qemu", NULL, 0, 1, &d), COCO_E_IO_OPEN,
		   &d);
	coco_qtest_stop(&q);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		int r = start(&q, "good", &d);
		bool done = coco_test_alloc_check(r, &d);

		coco_qtest_stop(&q);
		if (done)
			break;
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_defects),
		cmocka_unit_test(test_start),
	};

	coco_fake_qemu(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
