/*
 * vtpm_disk.c - what is booted from a disk image: the partition table, and on
 * the EFI system partition the file that the firmware starts, systemd-boot's
 * choice, addons, credentials, extensions (see vtpm.h). Files are copied into
 * memory that has a path, so that all readers can take them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/stub_cpio.h"
#include "lib/core/io.h"
#include "lib/measure/fat_fs.h"
#include "lib/measure/partitions.h"
#include "lib/measure/vtpm_priv.h"

#define DEFAULT_LOADER "EFI/BOOT/BOOTX64.EFI"

struct esp {
	struct coco_vtpm_work *w;
	struct coco_disk *disk;
	struct coco_partitions table;
	struct coco_fat_fs *fs;
};

static const char *base_name(const char *path)
{
	const char *at = path;

	for (const char *c = path; *c != '\0'; c++)
		if (*c == '/' || *c == '\\')
			at = c + 1;
	return at;
}

/* A file of the ESP as a file that can be opened. */
static int take(struct esp *e, const char *path, struct coco_vtpm_file *ret)
{
	struct coco_diag *diag = e->w->diag;
	struct coco_vtpm_file f = { .fd = -1 };
	uint8_t *p = NULL;
	size_t n;

	int r = coco_fat_fs_read(e->fs, path, COCO_VTPM_FILE_MAX, &p, &n, diag);
	if (r != 0)
		return r;
	f.fd = memfd_create("esp", MFD_CLOEXEC);
	if (f.fd < 0)
		r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a file of the disk");
	else
		r = coco_pwrite_full(f.fd, p, n, 0, path, diag);
	coco_free(p);
	if (r != 0) {
		if (f.fd >= 0)
			close(f.fd);
		return r;
	}
	snprintf(f.path, sizeof(f.path), "/proc/self/fd/%d", f.fd);
	snprintf(f.name, sizeof(f.name), "%s", base_name(path));
	*ret = f;
	return 0;
}

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name);
	size_t k = strlen(end);

	return n > k && strcasecmp(name + n - k, end) == 0;
}

static bool is_file(const struct coco_fat_entry *entry, const char *end)
{
	return (entry->attr & COCO_FAT_DIRECTORY) == 0 && ends_with(entry->name, end);
}

static int by_name(const void *a, const void *b)
{
	const struct coco_fat_entry *x = a;
	const struct coco_fat_entry *y = b;

	return strcmp(x->name, y->name);
}

/* Files with an ending in a directory (which may be missing), by name. */
static int take_all(struct esp *e, const char *dir, const char *end,
		    struct coco_vtpm_files *files)
{
	struct coco_fat_list list = { .n = 0 };
	bool exists;

	int r = coco_fat_fs_exists(e->fs, dir, &exists, e->w->diag);
	if (r != 0 || !exists)
		return r;
	r = coco_fat_fs_list(e->fs, dir, &list, e->w->diag);
	if (r == 0 && list.n > 1)
		qsort(list.entry, list.n, sizeof(*list.entry), by_name);
	for (size_t i = 0; r == 0 && i < list.n; i++) {
		struct coco_vtpm_file f;
		char path[COCO_FAT_PATH];

		if (!is_file(&list.entry[i], end))
			continue;
		int k = snprintf(path, sizeof(path), "%s/%s", dir, list.entry[i].name);
		if (k < 0 || (size_t)k >= sizeof(path))
			r = coco_fail(e->w->diag, COCO_E_LIMIT_SIZE,
				      "a path on the disk is too long");
		if (r == 0)
			r = take(e, path, &f);
		if (r == 0) {
			r = coco_vtpm_add(files, &f, e->w->diag);
			if (r != 0)
				close(f.fd);
		}
	}
	coco_fat_list_free(&list);
	return r;
}

/* What systemd-boot starts: named, or the only image in EFI/Linux. */
static int choose(struct esp *e, char ret[COCO_FAT_PATH])
{
	struct coco_diag *diag = e->w->diag;
	struct coco_fat_list list = { .n = 0 };
	bool exists = false;
	size_t found = 0;

	if (e->w->req->entry != NULL) {
		snprintf(ret, COCO_FAT_PATH, "%s", e->w->req->entry);
		return 0;
	}
	int r = coco_fat_fs_exists(e->fs, "loader/entries", &exists, diag);
	if (r == 0 && exists)
		r = coco_fat_fs_list(e->fs, "loader/entries", &list, diag);
	for (size_t i = 0; i < list.n; i++)
		found += ends_with(list.entry[i].name, ".conf");
	coco_fat_list_free(&list);
	if (r == 0 && found != 0)
		return coco_fail(diag, COCO_E_BOOT_CHAIN,
				 "systemd-boot may choose one of %zu entries in loader/entries",
				 found);
	if (r == 0)
		r = coco_fat_fs_exists(e->fs, "EFI/Linux", &exists, diag);
	if (r == 0 && exists)
		r = coco_fat_fs_list(e->fs, "EFI/Linux", &list, diag);
	for (size_t i = 0; r == 0 && i < list.n; i++) {
		if (!is_file(&list.entry[i], ".efi"))
			continue;
		snprintf(ret, COCO_FAT_PATH, "EFI/Linux/%s", list.entry[i].name);
		found++;
	}
	coco_fat_list_free(&list);
	if (r == 0 && found != 1)
		r = coco_fail(diag, COCO_E_BOOT_CHAIN,
			      "systemd-boot finds %zu images in EFI/Linux", found);
	return r;
}

/* Files beside the image and of the loader, which the stub takes along. */
static int sidecars(struct esp *e, const char *image)
{
	struct coco_vtpm_chain *c = &e->w->chain;
	char dir[COCO_FAT_PATH + 16];

	snprintf(dir, sizeof(dir), "%s.extra.d", image);
	int r = take_all(e, "loader/addons", ".addon.efi", &c->addons);
	if (r == 0)
		r = take_all(e, dir, ".addon.efi", &c->addons);
	if (r == 0)
		r = take_all(e, "loader/credentials", ".cred", &c->global_credentials);
	if (r == 0)
		r = take_all(e, dir, ".cred", &c->credentials);
	return r == 0 ? take_all(e, dir, ".raw", &c->extensions) : r;
}

static int find_image(struct esp *e)
{
	struct coco_vtpm_chain *c = &e->w->chain;
	char path[COCO_FAT_PATH] = DEFAULT_LOADER;
	enum coco_vtpm_kind kind;
	unsigned version;

	int r = take(e, path, &c->image);
	if (r != 0)
		return r;
	r = coco_vtpm_kind(c->image.path, &kind, &version, e->w->diag);
	if (r == 0 && kind == COCO_VTPM_SYSTEMD_BOOT) {
		c->loader = c->image;
		c->image.fd = -1;
		c->has_loader = true;
		r = coco_fat_fs_exists(e->fs, "loader/loader.conf", &c->has_config, e->w->diag);
		if (r == 0 && c->has_config)
			r = take(e, "loader/loader.conf", &c->config);
		if (r == 0)
			r = choose(e, path);
		if (r == 0)
			r = take(e, path, &c->image);
		if (r == 0)
			r = coco_vtpm_kind(c->image.path, &kind, &version, e->w->diag);
		if (r == 0 && kind != COCO_VTPM_UKI)
			return coco_fail(e->w->diag, COCO_E_BOOT_CHAIN,
					 "%s is no unified kernel image", path);
	}
	c->is_uki = r == 0 && kind == COCO_VTPM_UKI;
	return r == 0 && c->is_uki ? sidecars(e, path) : r;
}

static int open_esp(struct esp *e)
{
	static const uint8_t type[COCO_GUID_SIZE] =
		COCO_GUID(0xc12a7328, 0xf81f, 0x11d2, 0xba4b, 0x00a0c93ec93b);
	struct coco_vtpm_chain *c = &e->w->chain;

	int r = coco_disk_open_as(&e->disk, e->w->req->disk, e->w->req->disk_as, e->w->diag);
	if (r == 0)
		r = coco_partitions_read(&e->table, e->disk, e->w->diag);
	if (r != 0)
		return r;
	const struct coco_partition *esp = coco_partition_by_type(&e->table, type);
	if (esp == NULL || e->table.event == NULL)
		return coco_fail(e->w->diag, COCO_E_BOOT_CHAIN,
				 "the disk has no GPT with an EFI system partition");
	c->gpt = coco_memdup(e->table.event, e->table.n_event);
	c->n_gpt = e->table.n_event;
	if (c->gpt == NULL)
		return coco_fail(e->w->diag, COCO_E_LIMIT_MEMORY,
				 "no memory for a partition table");
	return coco_fat_fs_open(&e->fs, e->disk, esp->at, esp->size, e->w->diag);
}

int coco_vtpm_disk(struct coco_vtpm_work *w)
{
	struct esp e = { .w = w };

	int r = open_esp(&e);
	if (r == 0)
		r = find_image(&e);
	if (r != 0)
		coco_diag_source(w->diag, "%s", w->req->disk);
	coco_fat_fs_close(e.fs);
	coco_partitions_free(&e.table);
	coco_disk_close(e.disk);
	return r;
}
