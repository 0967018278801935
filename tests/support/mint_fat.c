/*
 * mint_fat.c - FAT volumes for tests (see mint_disk.h). Files lie one after
 * the other; directories come before what is in them.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/mint_disk.h"
#include "tests/support/support.h"

enum { SECTOR = 512, SLOT = 32, ROOT_SLOTS = 64 };

struct volume {
	const struct coco_mint_fat *spec;
	unsigned bits;
	size_t cluster;        /* bytes */
	uint32_t clusters;
	size_t fat_at;
	size_t fat_n;          /* bytes of one table */
	size_t root_at;
	size_t data_at;
	uint32_t next;         /* free cluster */
	unsigned serial;       /* of short names */
	uint8_t *p;
};

static void set_entry(struct volume *v, uint32_t c, uint32_t value)
{
	for (size_t copy = 0; copy < 2; copy++) {
		uint8_t *fat = v->p + v->fat_at + copy * v->fat_n;
		uint8_t *e = fat + (size_t)c * v->bits / 8;

		if (v->bits == 32) {
			coco_mint_le(e, value, 4);
		} else if (v->bits == 16) {
			coco_mint_le(e, value, 2);
		} else if ((c & 1) != 0) {
			e[0] = (uint8_t)((e[0] & 0x0f) | (value & 0x0f) << 4);
			e[1] = (uint8_t)(value >> 4);
		} else {
			e[0] = (uint8_t)value;
			e[1] = (uint8_t)((e[1] & 0xf0) | (value >> 8 & 0x0f));
		}
	}
}

/* A chain for n bytes; 0 when n is. */
static uint32_t claim(struct volume *v, size_t n)
{
	uint32_t count = (uint32_t)((n + v->cluster - 1) / v->cluster);
	uint32_t first = v->next;

	for (uint32_t i = 0; i < count; i++)
		set_entry(v, first + i, i + 1 < count ? first + i + 1 : 0x0fffffff);
	v->next += count;
	assert_true(v->next <= v->clusters + 2);
	return count != 0 ? first : 0;
}

static uint8_t *cluster_at(const struct volume *v, uint32_t c)
{
	return v->p + v->data_at + (size_t)(c - 2) * v->cluster;
}

static void put_slot(uint8_t *s, const uint8_t name[11], uint8_t attr, uint32_t cluster, size_t n)
{
	memcpy(s, name, 11);
	s[11] = attr;
	coco_mint_le(s + 20, cluster >> 16, 2);
	coco_mint_le(s + 26, cluster & 0xffff, 2);
	coco_mint_le(s + 28, n, 4);
}

static void long_slot(uint8_t *s, const char *name, size_t n, unsigned part, unsigned parts,
		      uint8_t sum)
{
	static const uint8_t at[13] = { 1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30 };

	s[0] = (uint8_t)(part | (part == parts ? 0x40 : 0));
	s[11] = 0x0f;
	s[13] = sum;
	for (size_t i = 0; i < 13; i++) {
		size_t k = (part - 1) * 13 + i;

		coco_mint_le(s + at[i], k < n ? (uint8_t)name[k] : k == n ? 0 : 0xffff, 2);
	}
}

/* The slots of a name at s; returns how many. */
static size_t put_name(struct volume *v, uint8_t *s, const char *name, size_t n, uint8_t attr,
		       uint32_t cluster, size_t size)
{
	uint8_t short_name[16];
	size_t used = 0;
	uint8_t sum = 0;

	memset(short_name, ' ', sizeof(short_name));
	if (v->spec->short_names) {
		const char *dot = memchr(name, '.', n);
		size_t base = dot != NULL ? (size_t)(dot - name) : n;

		assert_true(base <= 8 && n - base <= 4);
		for (size_t i = 0; i < n; i++) {
			char c = name[i];
			size_t to = i < base ? i : 8 + i - base - 1;

			if (i != base)
				short_name[to] = (uint8_t)(c >= 'a' && c <= 'z' ? c - 32 : c);
		}
	} else {
		snprintf((char *)short_name, sizeof(short_name), "N%07u   ", v->serial++);
		unsigned parts = (unsigned)((n + 12) / 13);

		for (size_t i = 0; i < 11; i++)
			sum = (uint8_t)((sum << 7 | sum >> 1) + short_name[i]);
		for (unsigned part = parts; part >= 1; part--)
			long_slot(s + SLOT * used++, name, n, part, parts, sum);
	}
	put_slot(s + SLOT * used, short_name, attr, cluster, size);
	return used + 1;
}

/* Whether file i is the first that lies below prefix with this next name. */
static bool is_first(const struct volume *v, const char *prefix, size_t i, size_t n)
{
	size_t skip = strlen(prefix);

	for (size_t k = 0; k < i; k++)
		if (strncmp(v->spec->files[k].path, v->spec->files[i].path, skip + n) == 0 &&
		    v->spec->files[k].path[skip + n] == '/')
			return false;
	return true;
}

static void put_directory(struct volume *v, const char *prefix, uint8_t *slots, size_t cap,
			  uint32_t self);

static void put_dots(uint8_t *s, uint32_t self, uint32_t parent)
{
	put_slot(s, (const uint8_t *)".          ", 0x10, self, 0);
	put_slot(s + SLOT, (const uint8_t *)"..         ", 0x10, parent, 0);
}

static size_t put_child(struct volume *v, const char *prefix, size_t i, uint8_t *s, uint32_t self)
{
	const struct coco_mint_file *f = &v->spec->files[i];
	const char *name = f->path + strlen(prefix);
	const char *slash = strchr(name, '/');
	char below[256];

	if (slash == NULL) {
		uint32_t c = claim(v, f->n);

		if (f->n != 0)
			memcpy(cluster_at(v, c), f->p, f->n);
		return put_name(v, s, name, strlen(name), 0x20, c, f->n);
	}
	if (!is_first(v, prefix, i, (size_t)(slash - name)))
		return 0;
	size_t room = v->cluster > 1024 ? v->cluster : 1024;
	uint32_t c = claim(v, room);
	snprintf(below, sizeof(below), "%.*s", (int)(slash - f->path) + 1, f->path);
	put_dots(cluster_at(v, c), c, self);
	put_directory(v, below, cluster_at(v, c) + 2 * SLOT, room / SLOT - 2, c);
	return put_name(v, s, name, (size_t)(slash - name), 0x10, c, 0);
}

static void put_directory(struct volume *v, const char *prefix, uint8_t *slots, size_t cap,
			  uint32_t self)
{
	size_t used = 0;

	for (size_t i = 0; i < v->spec->n_files; i++) {
		if (strncmp(v->spec->files[i].path, prefix, strlen(prefix)) != 0)
			continue;
		used += put_child(v, prefix, i, slots + SLOT * used, self);
		assert_true(used < cap);
	}
}

static void put_boot(const struct volume *v, size_t total)
{
	uint8_t *b = v->p;
	size_t sectors = total / SECTOR;
	bool wide = v->bits == 32;

	memcpy(b, "\xeb\x3c\x90MINTED  ", 11);
	coco_mint_le(b + 11, SECTOR, 2);
	b[13] = (uint8_t)(v->cluster / SECTOR);
	coco_mint_le(b + 14, v->fat_at / SECTOR, 2);
	b[16] = 2;
	coco_mint_le(b + 17, wide ? 0 : ROOT_SLOTS, 2);
	coco_mint_le(b + 19, sectors < 65536 && !wide ? sectors : 0, 2);
	b[21] = 0xf8;
	coco_mint_le(b + 22, wide ? 0 : v->fat_n / SECTOR, 2);
	coco_mint_le(b + 32, sectors < 65536 && !wide ? 0 : sectors, 4);
	if (wide) {
		coco_mint_le(b + 36, v->fat_n / SECTOR, 4);
		coco_mint_le(b + 44, 2, 4);
	}
	memcpy(b + (wide ? 71 : 43), "MINTED     ", 11);
	memcpy(b + (wide ? 82 : 54),
	       wide ? "FAT32   " : v->bits == 16 ? "FAT16   " : "FAT12   ", 8);
	coco_mint_le(b + 510, 0xaa55, 2);
}

uint8_t *coco_mint_fat(const struct coco_mint_fat *spec, size_t *ret_n)
{
	struct volume v = { .spec = spec, .bits = spec->bits != 0 ? spec->bits : 12, .next = 2 };
	uint32_t least = v.bits == 12 ? 8 : v.bits == 16 ? 4200 : 65600;

	v.cluster = (size_t)(spec->per_cluster != 0 ? spec->per_cluster : 1) * SECTOR;
	v.clusters = spec->clusters;
	if (v.clusters == 0) {
		v.clusters = least;
		for (size_t i = 0; i < spec->n_files; i++)
			v.clusters += (uint32_t)(spec->files[i].n / v.cluster + 9);
		if (v.bits == 12 && v.clusters > 4084)
			v.clusters = 4084;
	}
	v.fat_n = (((size_t)v.clusters + 2) * v.bits / 8 + 1 + SECTOR - 1) / SECTOR * SECTOR;
	v.fat_at = v.bits == 32 ? 32 * SECTOR : SECTOR;
	v.root_at = v.fat_at + 2 * v.fat_n;
	v.data_at = v.root_at + (v.bits == 32 ? 0 : ROOT_SLOTS * SLOT);
	*ret_n = v.data_at + v.clusters * v.cluster;
	v.p = coco_zalloc(*ret_n, 1);
	assert_non_null(v.p);
	put_boot(&v, *ret_n);
	set_entry(&v, 0, 0x0ffffff8);
	set_entry(&v, 1, 0x0fffffff);
	if (v.bits == 32) {
		size_t room = v.cluster > 2048 ? v.cluster : 2048;
		uint32_t c = claim(&v, room);

		put_directory(&v, "", cluster_at(&v, c), room / SLOT, 0);
	} else {
		put_directory(&v, "", v.p + v.root_at, ROOT_SLOTS, 0);
	}
	return v.p;
}
