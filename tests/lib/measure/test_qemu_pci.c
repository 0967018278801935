/*
 * test_qemu_pci.c - the chipset of a fake machine: who uses 64-bit memory, and
 * what is written. Covers qemu_pci.c.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/qemu_pci.h"

#include "tests/support/fake_qemu.h"
#include "tests/support/support.h"

static const struct coco_run run = { .jobs = 1 };

static void start(struct coco_qtest *q, const char *mode)
{
	const char *const args[] = { "-fake", mode };
	struct coco_diag d = { 0 };

	assert_ok(coco_qtest_start(q, &run, coco_fake_qemu_self(), args, 2, 10, &d), &d);
}

static uint32_t reg(struct coco_qtest *q, unsigned devfn, unsigned at)
{
	struct coco_diag d = { 0 };
	uint32_t v = 0;

	assert_ok(coco_qtest_out32(q, 0xcf8, 0x80000000 | devfn << 8 | at, &d), &d);
	assert_ok(coco_qtest_in32(q, 0xcfc, &v, &d), &d);
	return v;
}

static void test_chipset(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_qtest q;

	start(&q, "good");
	assert_ok(coco_qemu_chipset(&q, &d), &d);
	assert_int_equal(reg(&q, 0, 0x60), 0xe0000001);
	assert_int_equal(reg(&q, 0, 0x64), 0);
	coco_qtest_stop(&q);
}

static void test_device(void **state COCO_UNUSED)
{
	struct coco_qemu_user user = { .found = false };
	struct coco_diag d = { 0 };
	struct coco_qtest q;

	start(&q, "good");
	assert_ok(coco_qemu_find_user(&q, &user, &d), &d);
	assert_true(user.found && !user.bridge);
	assert_int_equal(user.devfn, 8);
	assert_int_equal(user.bar, 0x20);
	assert_ok(coco_qemu_set_window(&q, &user, 0x380000000000, &d), &d);
	assert_int_equal(reg(&q, 8, 0x20), 0);
	assert_int_equal(reg(&q, 8, 0x24), 0x3800);
	assert_int_equal(reg(&q, 8, 0x04), 6);
	coco_qtest_stop(&q);
}

static void test_bridge(void **state COCO_UNUSED)
{
	struct coco_qemu_user user = { .found = false };
	struct coco_diag d = { 0 };
	struct coco_qtest q;

	start(&q, "port");
	assert_ok(coco_qemu_find_user(&q, &user, &d), &d);
	assert_true(user.found && user.bridge);
	assert_int_equal(user.devfn, 8);
	assert_int_equal(reg(&q, 8, 0x18), 0x010100);   /* bus 1, and none below it */
	assert_ok(coco_qemu_set_window(&q, &user, 0xc123400000, &d), &d);
	assert_int_equal(reg(&q, 8, 0x24), 0x23412341);
	assert_int_equal(reg(&q, 8, 0x28), 0xc1);
	assert_int_equal(reg(&q, 8, 0x2c), 0xc1);
	assert_int_equal(reg(&q, 8, 0x04), 6);
	coco_qtest_stop(&q);
}

static void test_none(void **state COCO_UNUSED)
{
	struct coco_qemu_user user = { .found = true };
	struct coco_diag d = { 0 };
	struct coco_qtest q;

	start(&q, "plain");
	assert_ok(coco_qemu_find_user(&q, &user, &d), &d);
	assert_false(user.found);
	coco_qtest_stop(&q);
	start(&q, "loop");
	user.found = true;
	assert_err(coco_qemu_find_user(&q, &user, &d), COCO_E_FW_CFG, &d);
	assert_true(user.found);
	coco_qtest_stop(&q);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chipset),
		cmocka_unit_test(test_device),
		cmocka_unit_test(test_bridge),
		cmocka_unit_test(test_none),
	};

	coco_fake_qemu(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
