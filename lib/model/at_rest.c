/*
 * at_rest.c - what kind of storage a directory is on (see extract.h). Linux:
 * statfs(2) types and the device-mapper entries of sysfs.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/model/extract.h"

static bool is_memory(const struct statfs *fs)
{
	return fs->f_type == TMPFS_MAGIC || fs->f_type == RAMFS_MAGIC ||
	       fs->f_type == HUGETLBFS_MAGIC;
}

/* dm/uuid of a dm-crypt mapping starts with "CRYPT-" (LUKS1, LUKS2, PLAIN). */
static bool is_dm_crypt(dev_t dev)
{
	char path[96];
	char uuid[16] = "";

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/dm/uuid", major(dev), minor(dev));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, uuid, sizeof(uuid) - 1);
	close(fd);
	return n > 6 && memcmp(uuid, "CRYPT-", 6) == 0;
}

int coco_at_rest_check(enum coco_at_rest v, const char *dir, struct coco_diag *diag)
{
	struct statfs fs;
	struct stat st;

	if (v == COCO_AT_REST_ALLOW)
		return 0;
	if (statfs(dir, &fs) != 0 || stat(dir, &st) != 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "examine", dir);
	if (is_memory(&fs))
		return 0;
	if (v == COCO_AT_REST_GUEST_ENCRYPTED && is_dm_crypt(st.st_dev))
		return 0;
	coco_diag_source(diag, "%s", dir);
	coco_diag_expected(diag, "%s", v == COCO_AT_REST_DENY
			   ? "a memory file system (plaintext_at_rest: deny)"
			   : "a memory file system or a dm-crypt device "
			     "(plaintext_at_rest: guest-encrypted)");
	coco_diag_actual(diag, "file system type 0x%lx on device %u:%u", (unsigned long)fs.f_type,
			 major(st.st_dev), minor(st.st_dev));
	return coco_fail(diag, COCO_E_PACKAGE_AT_REST,
			 "plaintext must not be written to this destination");
}
