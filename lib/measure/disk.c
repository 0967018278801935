/*
 * disk.c - opening a disk and finding out what holds it (see disk.h).
 */
#include "lib/measure/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/vhd.h"
#include "lib/core/io.h"
#include "lib/measure/disk_priv.h"

/* Containers that are known by their first bytes and not read. */
static const struct {
	const char *magic;
	const char *name;
	size_t at;
} foreign[] = {
	{ "vhdxfile", "VHDX", 0 },
	{ "KDMV", "VMDK", 0 },
	{ "# Disk DescriptorFile", "VMDK", 0 },
	{ "\x7f\x10\xda\xbe", "VDI", 64 },
	{ "conectix", "dynamic VHD", 0 },
	{ "\x28\xb5\x2f\xfd", "zstd-compressed", 0 },
	{ "\xfd" "7zXZ", "xz-compressed", 0 },
	{ "\x1f\x8b\x08", "gzip-compressed", 0 },
};

int coco_disk_file(const struct coco_disk *d, uint64_t off, void *p, size_t n,
		   struct coco_diag *diag)
{
	if (off > d->file_size || n > d->file_size - off) {
		coco_diag_source(diag, "%s", d->name);
		return coco_fail_at(diag, COCO_E_IO_READ, off, NULL,
				    "the image ends before byte %" PRIu64, off + n);
	}
	if (d->fd >= 0)
		return coco_pread_full(d->fd, p, n, off, d->name, diag);
	if (n != 0)
		memcpy(p, d->memory.p + off, n);
	return 0;
}

static int refuse_foreign(struct coco_view head, struct coco_diag *diag)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(foreign); i++) {
		size_t n = strlen(foreign[i].magic);

		if (head.n >= foreign[i].at + n &&
		    memcmp(head.p + foreign[i].at, foreign[i].magic, n) == 0)
			return coco_fail(diag, COCO_E_DISK_FEATURE,
					 "a %s image cannot be read directly", foreign[i].name);
	}
	return 0;
}

/* Looks at both ends of the file and sets kind and size. */
static int find_kind(struct coco_disk *d, struct coco_diag *diag)
{
	uint8_t head[COCO_VHD_FOOTER] = { 0 };
	uint8_t tail[COCO_VHD_FOOTER];
	size_t n = (size_t)coco_min_u64(sizeof(head), d->file_size);

	int r = coco_disk_file(d, 0, head, n, diag);
	if (r != 0)
		return r;
	d->kind = COCO_DISK_RAW;
	d->size = d->file_size;
	if (d->plain)
		return 0;
	if (coco_qcow2_is(coco_view_of(head, n)))
		return coco_disk_qcow2_open(d, coco_view_of(head, n), diag);
	r = refuse_foreign(coco_view_of(head, n), diag);
	if (r != 0 || d->file_size < sizeof(tail))
		return r;
	r = coco_disk_file(d, d->file_size - sizeof(tail), tail, sizeof(tail), diag);
	if (r != 0 || !coco_vhd_is(coco_view_of(tail, sizeof(tail))))
		return r;
	d->kind = COCO_DISK_VHD;
	return coco_vhd_parse(&d->size, coco_view_of(tail, sizeof(tail)), d->file_size, diag);
}

static int finish(struct coco_disk *d, int r, struct coco_disk **ret, struct coco_diag *diag)
{
	if (r != 0) {
		coco_diag_source(diag, "%s", d->name);
		coco_disk_close(d);
		return r;
	}
	*ret = d;
	return 0;
}

static struct coco_disk *new_disk(const char *name)
{
	struct coco_disk *d = coco_zalloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->fd = -1;
	d->name = coco_strdup(name);
	if (d->name == NULL) {
		coco_free(d);
		return NULL;
	}
	return d;
}

/* The size of what was opened: a file, a block device, or a pipe. */
static int examine(struct coco_disk *d, struct coco_diag *diag)
{
	struct stat st;

	if (fstat(d->fd, &st) != 0)
		return coco_fail_errno(diag, COCO_E_IO_READ, errno, "examine", d->name);
	if (S_ISREG(st.st_mode)) {
		d->file_size = (uint64_t)st.st_size;
		return find_kind(d, diag);
	}
	if (S_ISBLK(st.st_mode)) {
		off_t end = lseek(d->fd, 0, SEEK_END);

		if (end < 0)
			return coco_fail_errno(diag, COCO_E_IO_READ, errno, "examine", d->name);
		d->file_size = (uint64_t)end;
		return find_kind(d, diag);
	}
	if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode))
		return coco_disk_pipe_open(d, diag);
	return coco_fail(diag, COCO_E_IO_KIND,
			 "a disk is a file, a block device or a pipe; this is neither");
}

/* What was found must be what is asked for. */
static int check_as(const struct coco_disk *d, enum coco_disk_as as, struct coco_diag *diag)
{
	bool wrong = (as == COCO_DISK_AS_QCOW2 && d->kind != COCO_DISK_QCOW2) ||
		     (as == COCO_DISK_AS_VHD && d->kind != COCO_DISK_VHD);

	if (!wrong)
		return 0;
	return coco_fail(diag, COCO_E_DISK_CONTAINER, "this is no %s image, but %s",
			 as == COCO_DISK_AS_QCOW2 ? "qcow2" : "fixed VHD",
			 coco_disk_container(d));
}

int coco_disk_open(struct coco_disk **ret, const char *path, struct coco_diag *diag)
{
	return coco_disk_open_as(ret, path, COCO_DISK_AS_FOUND, diag);
}

int coco_disk_open_as(struct coco_disk **ret, const char *path, enum coco_disk_as as,
		      struct coco_diag *diag)
{
	bool input = strcmp(path, "-") == 0;
	struct coco_disk *d = new_disk(input ? "standard input" : path);

	if (d == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to open a disk");
	d->fd = input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (d->fd < 0)
		return finish(d, coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open", path), ret,
			      diag);
	d->close_fd = !input;
	d->plain = as == COCO_DISK_AS_RAW;
	int r = examine(d, diag);
	if (r == 0)
		r = check_as(d, as, diag);
	return finish(d, r, ret, diag);
}

int coco_disk_bytes(struct coco_disk **ret, struct coco_view bytes, struct coco_diag *diag)
{
	struct coco_disk *d = new_disk("image in memory");

	if (d == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to open a disk");
	d->memory = bytes;
	d->file_size = bytes.n;
	return finish(d, find_kind(d, diag), ret, diag);
}

void coco_disk_close(struct coco_disk *d)
{
	if (d == NULL)
		return;
	coco_disk_qcow2_free(d);
	coco_disk_pipe_free(d);
	if (d->close_fd)
		close(d->fd);
	coco_free(d->name);
	coco_free(d);
}

uint64_t coco_disk_size(const struct coco_disk *d)
{
	return d->size;
}

const char *coco_disk_container(const struct coco_disk *d)
{
	static const char *const names[] = {
		[COCO_DISK_RAW] = "raw",
		[COCO_DISK_VHD] = "vhd",
		[COCO_DISK_QCOW2] = "qcow2",
		[COCO_DISK_PIPE] = "pipe",
	};

	return names[d->kind];
}

int coco_disk_read_some(struct coco_disk *d, uint64_t off, void *p, size_t n, size_t *ret_n,
			struct coco_diag *diag)
{
	int r;

	if (d->kind == COCO_DISK_PIPE)
		return coco_disk_pipe_read(d, off, p, n, ret_n, diag);
	if (off >= d->size) {
		*ret_n = 0;
		return 0;
	}
	n = (size_t)coco_min_u64(n, d->size - off);
	if (d->kind == COCO_DISK_QCOW2)
		r = coco_disk_qcow2_read(d, off, p, n, diag);
	else
		r = coco_disk_file(d, off, p, n, diag);
	if (r == 0)
		*ret_n = n;
	return r;
}

int coco_disk_read(struct coco_disk *d, uint64_t off, void *p, size_t n, struct coco_diag *diag)
{
	size_t got = 0;
	int r = coco_disk_read_some(d, off, p, n, &got, diag);

	if (r == 0 && got < n) {
		coco_diag_source(diag, "%s", d->name);
		return coco_fail_at(diag, COCO_E_IO_READ, off + got, NULL,
				    "the disk ends here, %zu more bytes were expected", n - got);
	}
	return r;
}
