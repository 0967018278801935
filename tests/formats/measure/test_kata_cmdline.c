/*
 * test_kata_cmdline.c - the kernel command line of a Kata guest, word by word,
 * and verity parameters that are not usable.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/kata_cmdline.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/support.h"

static void same(const struct coco_kata_cmdline *k, const char *want)
{
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_wr_init(&wr, COCO_KATA_CMDLINE_MAX);
	assert_ok(coco_kata_cmdline_write(&wr, k, &d), &d);
	assert_ok(coco_wr_finish(&wr, &text, &n, &d), &d);
	assert_string_equal((char *)text, want);
	coco_free(text);
}

#define BASE                                                                        \
	"tsc=reliable no_timer_check rcupdate.rcu_expedited=1 i8042.direct=1 "      \
	"i8042.dumbkbd=1 i8042.nopnp=1 i8042.noaux=1 noreplace-smp reboot=k "       \
	"cryptomgr.notests net.ifnames=0 pci=lastbus=0"
#define SYSTEMD                                                                     \
	" systemd.unit=kata-containers.target "                                     \
	"systemd.mask=systemd-networkd.service systemd.mask=systemd-networkd.socket"

static void test_lines(void **state COCO_UNUSED)
{
	struct coco_kata_cmdline k = {
		.image = true,
		.verity = "root_hash=aA01,salt=02,data_blocks=3,data_block_size=4096,"
			  "hash_block_size=1024",
		.max_vcpus = 7,
		.launch_timeout = 6,
		.debug_console = true,
		.params = "cgroup_no_v1=all systemd.unified_cgroup_hierarchy=1",
	};

	same(&k, BASE " dm-mod.create=\"dm-verity,,,ro,0 24 verity 1 /dev/vda1 /dev/vda2 4096 1024 "
		 "3 0 sha256 aA01 02\" root=/dev/dm-0 rootflags=data=ordered,errors=remount-ro ro "
		 "rootfstype=ext4 console=hvc0 console=hvc1 quiet systemd.show_status=false "
		 "panic=1 nr_cpus=7 selinux=0" SYSTEMD " scsi_mod.scan=none agent.debug_console "
		 "agent.debug_console_vport=1026 agent.launch_process_timeout=6 cgroup_no_v1=all "
		 "systemd.unified_cgroup_hierarchy=1");
	k = (struct coco_kata_cmdline){ .image = true, .rootfs_type = "xfs", .max_vcpus = 1,
					.selinux = true };
	same(&k, BASE " root=/dev/vda1 rootflags=ro rootfstype=xfs console=hvc0 console=hvc1 quiet "
		 "systemd.show_status=false panic=1 nr_cpus=1 selinux=1" SYSTEMD
		 " scsi_mod.scan=none");
	k = (struct coco_kata_cmdline){ .max_vcpus = 1, .params = "" };
	same(&k, BASE " console=hvc0 console=hvc1 quiet panic=1 nr_cpus=1 selinux=0 "
		 "scsi_mod.scan=none");
}

static void test_refused(void **state COCO_UNUSED)
{
	static const char *const bad[] = {
		"x",
		"salt=02,data_blocks=3,data_block_size=4096,hash_block_size=4096",
		"root_hash=xx,salt=02,data_blocks=3,data_block_size=4096,hash_block_size=4096",
		"root_hash=aa,data_blocks=3,data_block_size=4096,hash_block_size=4096",
		"root_hash=aa,salt=02,data_blocks=,data_block_size=4096,hash_block_size=4096",
		"root_hash=aa,salt=02,data_blocks=3x,data_block_size=4096,hash_block_size=4096",
		"root_hash=aa,salt=02,data_blocks=3,data_block_size=100,hash_block_size=4096",
		"root_hash=aa,salt=02,data_blocks=3,data_block_size=0,hash_block_size=4096",
		"root_hash=aa,salt=02,data_blocks=18446744073709551615,data_block_size=4096,"
		"hash_block_size=4096",
		"root_hash=aa,salt=02,data_blocks=18446744073709551616,data_block_size=512,"
		"hash_block_size=4096",
	};

	for (size_t i = 0; i <= COCO_ARRAY_LEN(bad); i++) {
		struct coco_kata_cmdline k = { .image = true, .max_vcpus = 1 };
		struct coco_diag d = { 0 };
		struct coco_wr wr;

		if (i < COCO_ARRAY_LEN(bad))
			k.verity = bad[i];
		else
			k.rootfs_type = "ntfs";
		coco_wr_init(&wr, COCO_KATA_CMDLINE_MAX);
		assert_err(coco_kata_cmdline_write(&wr, &k, &d), COCO_E_PROFILE_KATA, &d);
		coco_wr_free(&wr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
