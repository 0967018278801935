/*
 * kata_cmdline.c - the kernel command line of a Kata guest (see kata_cmdline.h).
 */
#include "formats/measure/kata_cmdline.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/err_measure.h"

#define BASE                                                                             \
	"tsc=reliable no_timer_check rcupdate.rcu_expedited=1 i8042.direct=1 "           \
	"i8042.dumbkbd=1 i8042.nopnp=1 i8042.noaux=1 noreplace-smp reboot=k "            \
	"cryptomgr.notests net.ifnames=0 pci=lastbus=0"

#define SYSTEMD                                                                          \
	" systemd.unit=kata-containers.target systemd.mask=systemd-networkd.service"     \
	" systemd.mask=systemd-networkd.socket"

bool coco_kata_verity(const char *params, const char *key, const char **ret, size_t *ret_n)
{
	size_t n_key = strlen(key);

	for (const char *at = params; *at != '\0';) {
		size_t n = strcspn(at, ",");

		if (n > n_key && strncmp(at, key, n_key) == 0 && at[n_key] == '=') {
			*ret = at + n_key + 1;
			*ret_n = n - n_key - 1;
			return true;
		}
		at += n + (at[n] == ',');
	}
	return false;
}

static bool verity_number(const char *params, const char *key, uint64_t *ret)
{
	const char *text;
	uint64_t v = 0;
	size_t n;

	if (!coco_kata_verity(params, key, &text, &n) || n == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (text[i] < '0' || text[i] > '9' || coco_mul64_overflows(v, 10, &v) ||
		    coco_add64_overflows(v, (uint64_t)(text[i] - '0'), &v))
			return false;
	*ret = v;
	return true;
}

static bool verity_hex(const char *params, const char *key, size_t min, const char **ret,
		       size_t *ret_n)
{
	if (!coco_kata_verity(params, key, ret, ret_n) || *ret_n < min || *ret_n > 512)
		return false;
	for (size_t i = 0; i < *ret_n; i++)
		if (memchr("0123456789abcdefABCDEF", (*ret)[i], 22) == NULL)
			return false;
	return true;
}

/* dm-verity over the two partitions of the image, hash partition without superblock. */
static int put_verity(struct coco_wr *wr, const char *params, struct coco_diag *diag)
{
	uint64_t blocks;
	uint64_t data_size;
	uint64_t hash_size;
	uint64_t sectors;
	const char *root;
	const char *salt;
	size_t n_root;
	size_t n_salt;

	if (!verity_hex(params, "root_hash", 2, &root, &n_root) ||
	    !verity_hex(params, "salt", 0, &salt, &n_salt) ||
	    !verity_number(params, "data_blocks", &blocks) ||
	    !verity_number(params, "data_block_size", &data_size) ||
	    !verity_number(params, "hash_block_size", &hash_size) || data_size % 512 != 0 ||
	    data_size == 0 || coco_mul64_overflows(data_size / 512, blocks, &sectors))
		return coco_fail(diag, COCO_E_PROFILE_KATA, "kernel_verity_params need root_hash, "
				 "salt, data_blocks, data_block_size and hash_block_size");
	coco_wr_printf(wr, " dm-mod.create=\"dm-verity,,,ro,0 %" PRIu64 " verity 1 /dev/vda1 "
		       "/dev/vda2 %" PRIu64 " %" PRIu64 " %" PRIu64 " 0 sha256 %.*s %.*s\" "
		       "root=/dev/dm-0", sectors, data_size, hash_size, blocks, (int)n_root, root,
		       (int)n_salt, salt);
	return 0;
}

static int put_root(struct coco_wr *wr, const struct coco_kata_cmdline *k,
		    struct coco_diag *diag)
{
	const char *type = k->rootfs_type != NULL ? k->rootfs_type : "ext4";
	int r = 0;

	if (k->verity != NULL && k->verity[0] != '\0')
		r = put_verity(wr, k->verity, diag);
	else
		coco_wr_str(wr, " root=/dev/vda1");
	if (strcmp(type, "ext4") == 0)
		coco_wr_str(wr, " rootflags=data=ordered,errors=remount-ro ro");
	else if (strcmp(type, "xfs") == 0 || strcmp(type, "erofs") == 0)
		coco_wr_str(wr, " rootflags=ro");
	else
		return coco_fail(diag, COCO_E_PROFILE_KATA, "rootfs_type \"%.40s\" is not known",
				 type);
	coco_wr_printf(wr, " rootfstype=%s", type);
	return r;
}

int coco_kata_cmdline_write(struct coco_wr *wr, const struct coco_kata_cmdline *k,
			    struct coco_diag *diag)
{
	int r = 0;

	coco_wr_str(wr, BASE);
	if (k->image)
		r = put_root(wr, k, diag);
	if (r != 0)
		return r;
	coco_wr_str(wr, " console=hvc0 console=hvc1 quiet");
	if (k->image)
		coco_wr_str(wr, " systemd.show_status=false");
	coco_wr_printf(wr, " panic=1 nr_cpus=%" PRIu32 " selinux=%d", k->max_vcpus, k->selinux);
	if (k->image)
		coco_wr_str(wr, SYSTEMD);
	coco_wr_str(wr, " scsi_mod.scan=none");
	if (k->debug_console)
		coco_wr_str(wr, " agent.debug_console agent.debug_console_vport=1026");
	if (k->launch_timeout != 0)
		coco_wr_printf(wr, " agent.launch_process_timeout=%" PRIu64, k->launch_timeout);
	if (k->params != NULL && k->params[0] != '\0')
		coco_wr_printf(wr, " %s", k->params);
	return 0;
}
