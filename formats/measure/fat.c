/*
 * fat.c - the structures of FAT file systems (see fat.h).
 */
#include "formats/measure/fat.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"
#include "formats/measure/utf16.h"

enum {
	ATTR_LONG = 0x0f,
	PART_UNITS = 13,
	PARTS = 20,
	LAST_PART = 0x40,
	LOWER_BASE = 0x08,   /* Windows NT: the short name's parts in lower case */
	LOWER_EXT = 0x10,
	FAT12_MAX = 4084,    /* clusters */
	FAT16_MAX = 65524,
	FATS_MAX = 4,
	MASK32 = 0x0fffffff,
};

/* The numbers of a boot sector as they are there. */
struct bpb {
	uint32_t sector;
	uint32_t per_cluster;
	uint32_t reserved;
	uint32_t fats;
	uint32_t root_entries;
	uint32_t sectors;
	uint32_t fat_sectors;
	uint32_t flags;
	uint32_t root_cluster;
};

static int bad(struct coco_diag *diag, uint64_t at, const char *field, const char *what)
{
	return coco_fail_at(diag, COCO_E_FAT_VOLUME, at, field, "FAT volume: %s", what);
}

static bool power_of_two(uint32_t v)
{
	return v != 0 && (v & (v - 1)) == 0;
}

static int read_bpb(struct bpb *b, struct coco_view boot, struct coco_diag *diag)
{
	struct coco_rd rd;

	coco_rd_init(&rd, boot, 0, diag);
	(void)coco_rd_view(&rd, 11, "jump and OEM name");
	b->sector = coco_rd_le16(&rd, "BytsPerSec");
	b->per_cluster = coco_rd_u8(&rd, "SecPerClus");
	b->reserved = coco_rd_le16(&rd, "RsvdSecCnt");
	b->fats = coco_rd_u8(&rd, "NumFATs");
	b->root_entries = coco_rd_le16(&rd, "RootEntCnt");
	b->sectors = coco_rd_le16(&rd, "TotSec16");
	(void)coco_rd_u8(&rd, "Media");
	b->fat_sectors = coco_rd_le16(&rd, "FATSz16");
	(void)coco_rd_view(&rd, 8, "geometry");
	uint32_t sectors32 = coco_rd_le32(&rd, "TotSec32");
	uint32_t fat32 = coco_rd_le32(&rd, "FATSz32");
	b->flags = coco_rd_le16(&rd, "ExtFlags");
	(void)coco_rd_le16(&rd, "FSVer");
	b->root_cluster = coco_rd_le32(&rd, "RootClus");
	(void)coco_rd_view(&rd, COCO_FAT_BOOT - 2 - 48, "rest of the boot sector");
	uint16_t magic = coco_rd_le16(&rd, "Signature_word");
	if (!coco_rd_ok(&rd))
		return rd.code;
	if (magic != 0xaa55)
		return bad(diag, COCO_FAT_BOOT - 2, "Signature_word", "no boot sector");
	if (b->sectors == 0)
		b->sectors = sectors32;
	if (b->fat_sectors == 0)
		b->fat_sectors = fat32;
	else
		b->flags = 0;   /* FAT12 and FAT16 have other things there */
	return 0;
}

static int judge_bpb(const struct bpb *b, uint64_t size, struct coco_diag *diag)
{
	if (!power_of_two(b->sector) || b->sector < 512 || b->sector > 4096)
		return bad(diag, 11, "BytsPerSec", "an impossible sector size");
	if (!power_of_two(b->per_cluster) ||
	    (uint64_t)b->per_cluster * b->sector > COCO_FAT_CLUSTER_MAX)
		return bad(diag, 13, "SecPerClus", "an impossible cluster size");
	if (b->reserved == 0)
		return bad(diag, 14, "RsvdSecCnt", "no room for its own boot sector");
	if (b->fats == 0 || b->fats > FATS_MAX)
		return bad(diag, 16, "NumFATs", "an impossible number of tables");
	if (b->fat_sectors == 0)
		return bad(diag, 22, "FATSz", "it has no table");
	if (b->sectors == 0 || (uint64_t)b->sectors * b->sector > size)
		return bad(diag, 32, "TotSec", "it claims to be larger than its partition");
	return 0;
}

/* Where the parts lie and how many clusters there are. */
static int place(struct coco_fat *f, const struct bpb *b, struct coco_diag *diag)
{
	uint64_t root_sectors = ((uint64_t)b->root_entries * COCO_FAT_DIRENT + b->sector - 1) /
				b->sector;
	uint64_t data = b->reserved + (uint64_t)b->fats * b->fat_sectors + root_sectors;

	if (data >= b->sectors)
		return bad(diag, 32, "TotSec", "its tables are larger than the volume");
	f->sector = b->sector;
	f->cluster = b->per_cluster * b->sector;
	f->fat_at = (uint64_t)b->reserved * b->sector;
	f->root_at = (b->reserved + (uint64_t)b->fats * b->fat_sectors) * b->sector;
	f->root_bytes = b->root_entries * COCO_FAT_DIRENT;
	f->data_at = data * b->sector;
	f->clusters = (uint32_t)((b->sectors - data) / b->per_cluster);
	f->bits = f->clusters <= FAT12_MAX ? COCO_FAT12
					   : f->clusters <= FAT16_MAX ? COCO_FAT16 : COCO_FAT32;
	if (f->clusters == 0 || f->clusters > MASK32 - 16)
		return bad(diag, 32, "TotSec", "an impossible number of clusters");
	if ((uint64_t)b->fat_sectors * b->sector * 8 <
	    ((uint64_t)f->clusters + 2) * (uint64_t)f->bits)
		return bad(diag, 22, "FATSz", "its table is too small for its clusters");
	return 0;
}

static int place_root(struct coco_fat *f, const struct bpb *b, struct coco_diag *diag)
{
	if (f->bits != COCO_FAT32) {
		if (b->root_entries == 0)
			return bad(diag, 17, "RootEntCnt", "it has no root directory");
		return 0;
	}
	f->root_cluster = b->root_cluster & MASK32;
	if (b->root_entries != 0 || !coco_fat_is_cluster(f, f->root_cluster))
		return bad(diag, 44, "RootClus", "it has no root directory");
	if ((b->flags & 0x80) != 0) {
		if ((b->flags & 0x0f) >= b->fats)
			return bad(diag, 40, "ExtFlags", "the active table does not exist");
		f->fat_at += (uint64_t)(b->flags & 0x0f) * b->fat_sectors * b->sector;
	}
	return 0;
}

static void read_label(struct coco_fat *f, struct coco_view boot)
{
	size_t at = f->bits == COCO_FAT32 ? 71 : 43;
	size_t n = 11;

	memcpy(f->label, boot.p + at, n);
	while (n != 0 && (f->label[n - 1] == ' ' || f->label[n - 1] == '\0'))
		n--;
	f->label[n] = '\0';
	for (size_t i = 0; i < n; i++)
		if (f->label[i] < ' ' || f->label[i] > '~')
			f->label[i] = '?';
}

int coco_fat_parse(struct coco_fat *ret, struct coco_view boot, uint64_t size,
		   struct coco_diag *diag)
{
	struct coco_fat f = { .root_cluster = 0 };
	struct bpb b;

	int r = read_bpb(&b, boot, diag);
	if (r == 0)
		r = judge_bpb(&b, size, diag);
	if (r == 0)
		r = place(&f, &b, diag);
	if (r == 0)
		r = place_root(&f, &b, diag);
	if (r != 0)
		return r;
	read_label(&f, boot);
	*ret = f;
	return 0;
}

uint64_t coco_fat_entry_at(const struct coco_fat *f, uint32_t cluster)
{
	return f->fat_at + (uint64_t)cluster * (uint64_t)f->bits / 8;
}

size_t coco_fat_entry_size(const struct coco_fat *f)
{
	return f->bits == COCO_FAT32 ? 4 : 2;
}

int coco_fat_next(const struct coco_fat *f, uint32_t cluster, const uint8_t *entry,
		  uint32_t *ret, struct coco_diag *diag)
{
	uint32_t v = entry[0] | (uint32_t)entry[1] << 8;
	uint32_t last = 0xffff;   /* ends are last - 7 to last, last - 8 is a bad cluster */

	if (f->bits == COCO_FAT12) {
		v = (cluster & 1) != 0 ? v >> 4 : v & 0xfff;
		last = 0xfff;
	} else if (f->bits == COCO_FAT32) {
		v = (v | (uint32_t)entry[2] << 16 | (uint32_t)entry[3] << 24) & MASK32;
		last = MASK32;
	}
	if (v >= last - 7) {
		*ret = 0;
		return 0;
	}
	if (!coco_fat_is_cluster(f, v))
		return coco_fail_at(diag, COCO_E_FAT_CHAIN, coco_fat_entry_at(f, cluster), "FAT",
				    "cluster %u is followed by 0x%x, which is none of this volume",
				    cluster, v);
	*ret = v;
	return 0;
}

static uint8_t short_checksum(const uint8_t *name)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < 11; i++)
		sum = (uint8_t)((sum << 7 | sum >> 1) + name[i]);
	return sum;
}

/* One part of a long name. */
static void long_part(struct coco_fat_names *names, const uint8_t p[COCO_FAT_DIRENT])
{
	static const uint8_t at[PART_UNITS] = { 1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30 };
	unsigned number = p[0] & 0x3f;

	if ((p[0] & LAST_PART) != 0 && number >= 1 && number <= PARTS) {
		names->parts = number;
		names->expect = number;
		names->checksum = p[13];
	}
	if (number == 0 || names->expect != number || p[13] != names->checksum) {
		names->parts = 0;
		names->expect = 0;
		return;
	}
	names->expect--;
	for (size_t i = 0; i < PART_UNITS; i++)
		names->unit[(number - 1) * PART_UNITS + i] =
			(uint16_t)(p[at[i]] | p[at[i] + 1] << 8);
}

static char lower(char c, bool on)
{
	return on && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void short_name(char *ret, const uint8_t p[COCO_FAT_DIRENT])
{
	uint8_t flags = p[12];
	size_t base = 8;
	size_t ext = 3;

	while (base != 0 && p[base - 1] == ' ')
		base--;
	while (ext != 0 && p[8 + ext - 1] == ' ')
		ext--;
	for (size_t i = 0; i < base + ext; i++) {
		uint8_t c = i < base ? p[i] : p[8 + i - base];

		if (i == base)
			*ret++ = '.';
		if (i == 0 && c == 0x05)
			c = 0xe5;
		*ret++ = c < ' ' || c > '~' ? '?' : lower((char)c, (flags & (i < base
					? LOWER_BASE : LOWER_EXT)) != 0);
	}
	*ret = '\0';
}

enum coco_fat_slot coco_fat_dirent(const struct coco_fat *f, struct coco_fat_names *names,
				   const uint8_t p[COCO_FAT_DIRENT], struct coco_fat_entry *ret)
{
	uint8_t attr = p[11];

	if (p[0] == 0)
		return COCO_FAT_SLOT_END;
	if (p[0] != 0xe5 && (attr & 0x3f) == ATTR_LONG) {
		long_part(names, p);
		return COCO_FAT_SLOT_NONE;
	}
	bool has_long = names->parts != 0 && names->expect == 0 &&
			names->checksum == short_checksum(p);
	size_t n = (size_t)names->parts * PART_UNITS;
	names->parts = 0;
	names->expect = 0;
	if (p[0] == 0xe5 || (attr & COCO_FAT_VOLUME) != 0)
		return COCO_FAT_SLOT_NONE;
	if (n > COCO_FAT_UNITS)
		n = COCO_FAT_UNITS;
	if (!has_long || coco_utf16_text(ret->name, sizeof(ret->name), names->unit, n) == 0)
		short_name(ret->name, p);
	ret->attr = attr;
	ret->cluster = (uint32_t)(p[26] | p[27] << 8);
	if (f->bits == COCO_FAT32)
		ret->cluster |= (uint32_t)(p[20] | p[21] << 8) << 16;
	ret->size = (attr & COCO_FAT_DIRECTORY) != 0
			    ? 0
			    : (uint32_t)(p[28] | p[29] << 8 | p[30] << 16) | (uint32_t)p[31] << 24;
	return COCO_FAT_SLOT_ENTRY;
}

bool coco_fat_name_equal(const char *a, const char *b, size_t n_b)
{
	size_t n = strlen(a);

	if (n != n_b)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(a[i], true) != lower(b[i], true))
			return false;
	return true;
}
