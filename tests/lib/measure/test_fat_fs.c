/*
 * test_fat_fs.c - files of minted FAT volumes, and volumes whose chains and
 * directories run in circles.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/fat_fs.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_disk.h"

enum { BIG = 9000 };

static uint8_t big[BIG];

static const struct coco_mint_file files[] = {
	{ "EFI/BOOT/BOOTX64.EFI", big, BIG },
	{ "EFI/Linux/linux-6.12 with a long name.efi", "uki", 3 },
	{ "EFI/Linux/linux-6.12 with a long name.efi.extra.d/a.cred", "secret", 6 },
	{ "loader/loader.conf", "timeout 3\n", 10 },
	{ "empty", NULL, 0 },
};

struct volume {
	uint8_t *p;
	size_t n;
	struct coco_disk *disk;
	struct coco_fat_fs *fs;
};

static uint8_t *mint(unsigned bits, bool short_names, size_t *ret_n)
{
	struct coco_mint_fat spec = { .bits = bits, .files = files,
				      .n_files = COCO_ARRAY_LEN(files) };
	static const struct coco_mint_file plain[] = {
		{ "EFI/BOOT/BOOTX64.EFI", big, BIG }, { "A.TXT", "a", 1 },
	};

	if (short_names) {
		spec.short_names = true;
		spec.files = plain;
		spec.n_files = COCO_ARRAY_LEN(plain);
	}
	coco_test_random(big, BIG, 4);
	return coco_mint_fat(&spec, ret_n);
}

static int open_volume(struct volume *v, struct coco_diag *d)
{
	coco_diag_init(d);
	v->disk = NULL;
	v->fs = NULL;
	int r = coco_disk_bytes(&v->disk, coco_view_of(v->p, v->n), d);
	return r == 0 ? coco_fat_fs_open(&v->fs, v->disk, 0, v->n, d) : r;
}

static void close_volume(struct volume *v)
{
	coco_fat_fs_close(v->fs);
	coco_disk_close(v->disk);
	coco_free(v->p);
}

static void read_is(struct coco_fat_fs *fs, const char *path, const void *want, size_t n)
{
	struct coco_diag d = { 0 };
	uint8_t *p = NULL;
	size_t got = 0;

	assert_ok(coco_fat_fs_read(fs, path, BIG, &p, &got, &d), &d);
	assert_int_equal(got, n);
	if (n != 0)
		assert_memory_equal(p, want, n);
	assert_int_equal(p[n], 0);
	coco_free(p);
}

static void test_read(void **state COCO_UNUSED)
{
	static const unsigned bits[] = { 12, 16, 32 };
	struct coco_diag d;

	for (size_t i = 0; i < 3; i++) {
		struct volume v;
		bool exists = true;

		v.p = mint(bits[i], false, &v.n);
		assert_ok(open_volume(&v, &d), &d);
		assert_int_equal(coco_fat_fs_info(v.fs)->bits, bits[i]);
		read_is(v.fs, "EFI/BOOT/BOOTX64.EFI", big, BIG);
		read_is(v.fs, "\\efi\\boot\\bootx64.efi", big, BIG);
		read_is(v.fs, "/EFI/Linux/linux-6.12 with a long name.efi", "uki", 3);
		read_is(v.fs, "efi/linux/LINUX-6.12 with a long name.efi.extra.d//A.cred",
			"secret", 6);
		read_is(v.fs, "empty", NULL, 0);
		assert_ok(coco_fat_fs_exists(v.fs, "loader/loader.conf", &exists, &d), &d);
		assert_true(exists);
		assert_ok(coco_fat_fs_exists(v.fs, "loader/entries", &exists, &d), &d);
		assert_false(exists);
		assert_ok(coco_fat_fs_exists(v.fs, "loader/loader.conf/x", &exists, &d), &d);
		assert_false(exists);
		close_volume(&v);
	}
}

static void test_short_names(void **state COCO_UNUSED)
{
	struct coco_diag d;
	struct volume v;

	v.p = mint(16, true, &v.n);
	assert_ok(open_volume(&v, &d), &d);
	read_is(v.fs, "efi/boot/bootx64.efi", big, BIG);
	read_is(v.fs, "a.txt", "a", 1);
	close_volume(&v);
}

static void test_list(void **state COCO_UNUSED)
{
	struct coco_fat_list l = { .n = 0 };
	struct coco_fat_entry e;
	struct coco_diag d;
	struct volume v;

	v.p = mint(12, false, &v.n);
	assert_ok(open_volume(&v, &d), &d);
	assert_ok(coco_fat_fs_list(v.fs, "", &l, &d), &d);
	assert_int_equal(l.n, 3);
	assert_string_equal(l.entry[0].name, "EFI");
	assert_string_equal(l.entry[2].name, "empty");
	assert_int_equal(l.entry[2].cluster, 0);
	coco_fat_list_free(&l);
	assert_ok(coco_fat_fs_list(v.fs, "EFI/Linux/", &l, &d), &d);
	assert_int_equal(l.n, 2);
	coco_fat_list_free(&l);
	assert_ok(coco_fat_fs_find(v.fs, "EFI", &e, &d), &d);
	assert_true((e.attr & COCO_FAT_DIRECTORY) != 0);
	assert_err(coco_fat_fs_list(v.fs, "empty", &l, &d), COCO_E_FAT_MISSING, &d);
	coco_diag_init(&d);
	assert_err(coco_fat_fs_find(v.fs, "EFI/none", &e, &d), COCO_E_FAT_MISSING, &d);
	uint8_t *p;
	size_t n;
	coco_diag_init(&d);
	assert_err(coco_fat_fs_read(v.fs, "EFI", 99, &p, &n, &d), COCO_E_FAT_MISSING, &d);
	coco_diag_init(&d);
	assert_err(coco_fat_fs_read(v.fs, "EFI/BOOT/BOOTX64.EFI", BIG - 1, &p, &n, &d),
		   COCO_E_LIMIT_SIZE, &d);
	close_volume(&v);
}

static int count_entry(void *ctx, const char *path, const struct coco_fat_entry *e,
		       struct coco_diag *diag)
{
	unsigned *seen = ctx;

	seen[0]++;
	if (strcmp(path, "EFI/Linux/linux-6.12 with a long name.efi.extra.d/a.cred") == 0)
		seen[1] = e->size;
	if (seen[2] != 0 && seen[0] == seen[2])
		return coco_fail(diag, COCO_E_CANCELLED, "enough");
	return 0;
}

static void test_walk(void **state COCO_UNUSED)
{
	unsigned seen[3] = { 0 };
	struct coco_diag d;
	struct volume v;

	v.p = mint(32, false, &v.n);
	assert_ok(open_volume(&v, &d), &d);
	assert_ok(coco_fat_fs_walk(v.fs, count_entry, seen, &d), &d);
	assert_int_equal(seen[0], 10);
	assert_int_equal(seen[1], 6);
	seen[0] = 0;
	seen[2] = 4;
	assert_err(coco_fat_fs_walk(v.fs, count_entry, seen, &d), COCO_E_CANCELLED, &d);
	assert_int_equal(seen[0], 4);
	close_volume(&v);
}

/* Writes an entry of both tables of a FAT16 volume. */
static void set_next(struct volume *v, const struct coco_fat *f, uint32_t cluster, uint16_t next)
{
	size_t table = (size_t)(f->root_at - f->fat_at) / 2;

	coco_mint_le(v->p + f->fat_at + 2 * (size_t)cluster, next, 2);
	coco_mint_le(v->p + f->fat_at + table + 2 * (size_t)cluster, next, 2);
}

/* The directory slot whose cluster is this, anywhere in the volume. */
static uint8_t *slot_of(struct volume *v, const struct coco_fat *f, uint32_t cluster)
{
	for (uint64_t at = f->root_at; at + 32 <= v->n; at += 32) {
		uint8_t *s = v->p + at;

		if (s[11] == 0x10 && s[0] != '.' && (s[26] | s[27] << 8) == (int)cluster)
			return s;
	}
	fail_msg("no such slot");
	return NULL;
}

static void test_chains(void **state COCO_UNUSED)
{
	struct coco_fat_entry e = { .cluster = 0 };
	struct coco_diag d;
	struct coco_fat f;
	struct volume v;
	uint8_t *p;
	size_t n;
	static const struct {
		uint32_t from;
		int to;             /* relative; 99: end, 98: free, 97: outside */
	} lies[] = { { 3, 0 }, { 9, -9 }, { 9, -1 }, { 5, 99 }, { 5, 98 }, { 5, 97 } };

	for (size_t i = 0; i < COCO_ARRAY_LEN(lies); i++) {
		v.p = mint(16, false, &v.n);
		assert_ok(open_volume(&v, &d), &d);
		assert_ok(coco_fat_fs_find(v.fs, "EFI/BOOT/BOOTX64.EFI", &e, &d), &d);
		f = *coco_fat_fs_info(v.fs);
		uint32_t from = e.cluster + lies[i].from;
		set_next(&v, &f, from, lies[i].to == 99 ? 0xffff
						: lies[i].to == 98 ? 0
						: lies[i].to == 97 ? (uint16_t)(f.clusters + 2)
						: (uint16_t)((int)from + lies[i].to));
		assert_err(coco_fat_fs_read(v.fs, "EFI/BOOT/BOOTX64.EFI", BIG, &p, &n, &d),
			   COCO_E_FAT_CHAIN, &d);
		close_volume(&v);
	}
}

static void test_sizes(void **state COCO_UNUSED)
{
	struct coco_fat_entry e;
	struct coco_diag d;
	struct coco_fat f;
	struct volume v;
	uint8_t *p;
	size_t n;

	v.p = mint(16, true, &v.n);
	assert_ok(open_volume(&v, &d), &d);
	f = *coco_fat_fs_info(v.fs);
	assert_ok(coco_fat_fs_find(v.fs, "A.TXT", &e, &d), &d);
	uint8_t *s = v.p + f.root_at + 32;   /* the second entry of the root */
	assert_memory_equal(s, "A       TXT", 11);
	coco_mint_le(s + 28, 0xffffffff, 4);
	assert_err(coco_fat_fs_read(v.fs, "A.TXT", SIZE_MAX, &p, &n, &d), COCO_E_FAT_CHAIN, &d);
	coco_mint_le(s + 28, 513, 4);          /* one byte more than it has clusters for */
	coco_diag_init(&d);
	assert_err(coco_fat_fs_read(v.fs, "A.TXT", BIG, &p, &n, &d), COCO_E_FAT_CHAIN, &d);
	coco_mint_le(s + 28, 1, 4);
	coco_mint_le(s + 26, 1, 2);            /* begins at a cluster that is none */
	coco_diag_init(&d);
	assert_err(coco_fat_fs_read(v.fs, "A.TXT", BIG, &p, &n, &d), COCO_E_FAT_CHAIN, &d);
	coco_mint_le(s + 26, 0, 2);
	coco_diag_init(&d);
	assert_err(coco_fat_fs_read(v.fs, "A.TXT", BIG, &p, &n, &d), COCO_E_FAT_CHAIN, &d);
	close_volume(&v);
}

static void test_circles(void **state COCO_UNUSED)
{
	unsigned seen[3] = { 0 };
	struct coco_fat_entry efi;
	struct coco_fat_entry boot;
	struct coco_diag d;
	struct coco_fat f;
	struct volume v;

	v.p = mint(16, false, &v.n);
	assert_ok(open_volume(&v, &d), &d);
	f = *coco_fat_fs_info(v.fs);
	assert_ok(coco_fat_fs_find(v.fs, "EFI", &efi, &d), &d);
	assert_ok(coco_fat_fs_find(v.fs, "EFI/BOOT", &boot, &d), &d);
	uint8_t *s = slot_of(&v, &f, boot.cluster);
	coco_mint_le(s + 26, efi.cluster, 2);  /* EFI/BOOT is EFI itself */
	assert_err(coco_fat_fs_walk(v.fs, count_entry, seen, &d), COCO_E_FAT_CHAIN, &d);
	coco_mint_le(s + 26, 0, 2);            /* no clusters: it would be the root */
	coco_diag_init(&d);
	assert_err(coco_fat_fs_walk(v.fs, count_entry, seen, &d), COCO_E_FAT_CHAIN, &d);
	coco_diag_init(&d);
	assert_err(coco_fat_fs_find(v.fs, "EFI/BOOT/x", &boot, &d), COCO_E_FAT_CHAIN, &d);
	coco_mint_le(s + 26, boot.cluster, 2);
	/* the directory's own chain in a loop, and full, so that it is followed */
	set_next(&v, &f, efi.cluster + 1, (uint16_t)efi.cluster);
	for (size_t at = 0; at < 2 * 512; at += 32) {
		uint8_t *slot = v.p + coco_fat_cluster_at(&f, efi.cluster) + at;

		if (slot[0] == 0)
			slot[0] = 0xe5;
	}
	close_volume(&(struct volume){ .fs = v.fs, .disk = v.disk });
	assert_ok(open_volume(&v, &d), &d);
	assert_err(coco_fat_fs_walk(v.fs, count_entry, seen, &d), COCO_E_FAT_CHAIN, &d);
	close_volume(&v);
}

static void test_depth(void **state COCO_UNUSED)
{
	char path[2 * (COCO_FAT_DEPTH + 3)] = { 0 };
	unsigned seen[3] = { 0 };
	struct coco_diag d;
	struct volume v;

	for (size_t i = 0; i < COCO_FAT_DEPTH + 2; i++)
		memcpy(path + 2 * i, "a/", 3);
	path[strlen(path) - 1] = '\0';
	const struct coco_mint_file deep = { path, "x", 1 };
	const struct coco_mint_fat spec = { .files = &deep, .n_files = 1, .clusters = 300 };
	v.p = coco_mint_fat(&spec, &v.n);
	assert_ok(open_volume(&v, &d), &d);
	assert_err(coco_fat_fs_walk(v.fs, count_entry, seen, &d), COCO_E_LIMIT_DEPTH, &d);
	bool exists = true;
	coco_diag_init(&d);
	assert_ok(coco_fat_fs_exists(v.fs, path, &exists, &d), &d);
	assert_false(exists);
	close_volume(&v);
}

static void test_truncated(void **state COCO_UNUSED)
{
	struct coco_diag d;
	struct volume v;
	struct coco_fat_fs *fs = NULL;

	v.p = mint(12, false, &v.n);
	assert_ok(open_volume(&v, &d), &d);
	assert_err(coco_fat_fs_open(&fs, v.disk, 0, 100, &d), COCO_E_FAT_VOLUME, &d);
	coco_diag_init(&d);
	assert_err(coco_fat_fs_open(&fs, v.disk, 0, v.n - 512, &d), COCO_E_FAT_VOLUME, &d);
	coco_diag_init(&d);
	/* the partition table says more than the disk has */
	assert_err(coco_fat_fs_open(&fs, v.disk, v.n, 4096, &d), COCO_E_IO_READ, &d);
	assert_null(fs);
	close_volume(&v);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d;
	struct volume v;
	uint8_t *p = NULL;
	size_t n;

	v.p = mint(12, false, &v.n);
	assert_ok(open_volume(&v, &d), &d);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_fat_fs *fs = NULL;
		unsigned seen[3] = { 0 };

		p = NULL;
		int r = coco_fat_fs_open(&fs, v.disk, 0, v.n, &d);
		if (r == 0)
			r = coco_fat_fs_read(fs, "EFI/BOOT/BOOTX64.EFI", BIG, &p, &n, &d);
		if (r == 0)
			r = coco_fat_fs_walk(fs, count_entry, seen, &d);
		bool done = coco_test_alloc_check(r, &d);
		coco_fat_fs_close(fs);
		coco_free(p);
		if (done)
			break;
	}
	close_volume(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_short_names),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_chains),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_circles),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
