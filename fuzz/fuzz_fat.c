/*
 * fuzz_fat.c - FAT file systems. Covers coco_fat_parse, coco_fat_next,
 * coco_fat_dirent, coco_fat_fs_walk, coco_fat_fs_find, coco_fat_fs_read. The
 * input is a volume. Asserts that a walk ends, that what it shows is found
 * again by its path, and that files have the size of their entry.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/core/utf8.h"
#include "lib/measure/fat_fs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

struct seen {
	struct coco_fat_fs *fs;
	unsigned n;
};

static int one(void *ctx, const char *path, const struct coco_fat_entry *e, struct coco_diag *diag)
{
	struct seen *s = ctx;
	struct coco_fat_entry found;
	struct coco_diag d = { 0 };
	uint8_t *p = NULL;
	size_t n = 0;

	(void)diag;
	require(strlen(e->name) < COCO_FAT_NAME && strlen(path) < COCO_FAT_PATH);
	require(coco_utf8_valid((const uint8_t *)e->name, strlen(e->name), NULL));
	if (++s->n > 40)   /* enough of them: reading is what takes time */
		return 0;
	/* names of damaged directories may hold separators, or be there twice */
	int r = coco_fat_fs_find(s->fs, path, &found, &d);
	require(r == 0 || r == COCO_E_FAT_MISSING || r == COCO_E_FAT_CHAIN);
	coco_diag_init(&d);
	r = coco_fat_fs_read(s->fs, path, 1 << 20, &p, &n, &d);
	require(r == d.code);
	require(r == 0 || p == NULL);
	if (r == 0) {
		require(n <= 1 << 20 && p[n] == 0);
		require(strpbrk(e->name, "/\\") != NULL || found.size == n);
		coco_free(p);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_disk *disk = NULL;
	struct seen s = { .n = 0 };
	struct coco_diag d = { 0 };

	if (coco_disk_bytes(&disk, coco_view_of(data, size), NULL) != 0)
		return 0;
	int r = coco_fat_fs_open(&s.fs, disk, 0, size, &d);
	require(r == d.code && (r == 0 || s.fs == NULL));
	if (r == 0) {
		const struct coco_fat *f = coco_fat_fs_info(s.fs);

		require(coco_fat_cluster_at(f, f->clusters + 1) + f->cluster <= size);
		require(coco_fat_entry_at(f, f->clusters + 1) < f->data_at);
		r = coco_fat_fs_walk(s.fs, one, &s, &d);
		require(r == d.code);
		require(r == 0 || r == COCO_E_FAT_CHAIN || r == COCO_E_LIMIT_DEPTH ||
			r == COCO_E_LIMIT_SIZE);
		coco_fat_fs_close(s.fs);
	}
	coco_disk_close(disk);
	return 0;
}
