/*
 * mint_disk.c - partition tables, qcow2 and VHD for tests (see mint_disk.h);
 * mint_fat.c makes the volumes.
 */
#include "tests/support/mint_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "formats/core/crc32.h"
#include "formats/core/mem.h"
#include "formats/measure/gpt.h"
#include "tests/support/support.h"

enum { FIRST_LBA = 2048, ENTRIES = 128, TABLE = ENTRIES * COCO_GPT_ENTRY };

void coco_mint_le(uint8_t *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

void coco_mint_be(uint8_t *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[n - 1 - i] = (uint8_t)(v >> 8 * i);
}

const char *coco_mint_write(const char *dir, const char *name, const void *p, size_t n)
{
	static char path[4][512];
	static unsigned turn;
	char *to = path[turn++ % 4];

	snprintf(to, sizeof(path[0]), "%s/%s", dir, name);
	FILE *f = fopen(to, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	return to;
}

static uint64_t le64(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | p[i];
	return v;
}

static void seal_header(uint8_t *disk, size_t n, uint8_t *h, uint32_t sector)
{
	uint64_t at = le64(h + 72) * sector;

	if (at + TABLE <= n)
		coco_mint_le(h + 88, coco_crc32(0, disk + at, TABLE), 4);
	coco_mint_le(h + 16, 0, 4);
	coco_mint_le(h + 16, coco_crc32(0, h, COCO_GPT_HEADER), 4);
}

void coco_mint_gpt_seal(uint8_t *disk, size_t n, uint32_t sector)
{
	seal_header(disk, n, disk + sector, sector);
	seal_header(disk, n, disk + n - sector, sector);
}

static void guid(uint8_t *to, const char *text)
{
	if (!coco_gpt_type_find(to, text))
		assert_int_equal(coco_guid_parse(to, text, NULL), 0);
}

static void put_entry(uint8_t *e, const struct coco_mint_part *part, size_t i, uint64_t first,
		      uint64_t last)
{
	char uuid[COCO_GUID_TEXT];

	snprintf(uuid, sizeof(uuid), "00000000-1111-2222-3333-%012u", (unsigned)i + 1);
	guid(e, part->type);
	guid(e + 16, part->uuid != NULL ? part->uuid : uuid);
	coco_mint_le(e + 32, first, 8);
	coco_mint_le(e + 40, last, 8);
	for (size_t k = 0; part->label != NULL && part->label[k] != '\0'; k++)
		e[56 + 2 * k] = (uint8_t)part->label[k];
}

static void put_header(uint8_t *h, const struct coco_mint_disk *spec, uint64_t mine, uint64_t other,
		       uint64_t table, uint64_t first, uint64_t last)
{
	memcpy(h, "EFI PART", 8);
	coco_mint_le(h + 8, 0x10000, 4);
	coco_mint_le(h + 12, COCO_GPT_HEADER, 4);
	coco_mint_le(h + 24, mine, 8);
	coco_mint_le(h + 32, other, 8);
	coco_mint_le(h + 40, first, 8);
	coco_mint_le(h + 48, last, 8);
	guid(h + 56, spec->uuid != NULL ? spec->uuid : "11111111-2222-3333-4444-555555555555");
	coco_mint_le(h + 72, table, 8);
	coco_mint_le(h + 80, ENTRIES, 4);
	coco_mint_le(h + 84, COCO_GPT_ENTRY, 4);
}

uint8_t *coco_mint_gpt(const struct coco_mint_disk *spec, size_t *ret_n)
{
	uint32_t sector = spec->sector != 0 ? spec->sector : 512;
	uint64_t table = TABLE / sector;
	uint64_t at = FIRST_LBA;
	uint64_t lbas = FIRST_LBA + table + 1;

	for (size_t i = 0; i < spec->n_parts; i++)
		lbas += (spec->parts[i].n + sector - 1) / sector;
	uint8_t *disk = coco_zalloc((size_t)lbas, sector);
	assert_non_null(disk);
	coco_mint_le(disk + 446 + 4, 0xee, 1);
	coco_mint_le(disk + 446 + 8, 1, 4);
	coco_mint_le(disk + 446 + 12, lbas - 1, 4);
	coco_mint_le(disk + 510, 0xaa55, 2);
	put_header(disk + sector, spec, 1, lbas - 1, 2, 2 + table, lbas - table - 2);
	put_header(disk + (lbas - 1) * sector, spec, lbas - 1, 1, lbas - 1 - table, 2 + table,
		   lbas - table - 2);
	for (size_t i = 0; i < spec->n_parts; i++) {
		const struct coco_mint_part *part = &spec->parts[i];
		uint64_t last = at + (part->n + sector - 1) / sector - 1;

		put_entry(disk + 2 * (size_t)sector + i * COCO_GPT_ENTRY, part, i, at, last);
		if (part->p != NULL)
			memcpy(disk + at * sector, part->p, part->n);
		at = last + 1;
	}
	memcpy(disk + (lbas - 1 - table) * sector, disk + 2 * (size_t)sector, TABLE);
	*ret_n = (size_t)lbas * sector;
	coco_mint_gpt_seal(disk, *ret_n, sector);
	return disk;
}

uint8_t *coco_mint_mbr(const struct coco_mint_part *parts, size_t n_parts, size_t *ret_n)
{
	uint64_t at = FIRST_LBA;
	uint64_t lbas = FIRST_LBA;

	for (size_t i = 0; i < n_parts; i++)
		lbas += (parts[i].n + 511) / 512;
	uint8_t *disk = coco_zalloc((size_t)lbas, 512);
	assert_non_null(disk);
	for (size_t i = 0; i < n_parts; i++) {
		uint8_t *e = disk + 446 + 16 * i;

		e[4] = 0x83;
		coco_mint_le(e + 8, at, 4);
		coco_mint_le(e + 12, (parts[i].n + 511) / 512, 4);
		if (parts[i].p != NULL)
			memcpy(disk + at * 512, parts[i].p, parts[i].n);
		at += (parts[i].n + 511) / 512;
	}
	coco_mint_le(disk + 440, 0x12345678, 4);
	coco_mint_le(disk + 510, 0xaa55, 2);
	*ret_n = (size_t)lbas * 512;
	return disk;
}

/* A raw deflate stream, or a zstd frame, of one cluster; 0 when it does not shrink. */
static size_t pack(unsigned how, const uint8_t *p, size_t n, uint8_t *to, size_t cap)
{
	z_stream z = { .next_in = NULL };

	if (how == 2) {
		size_t got = ZSTD_compress(to, cap, p, n, 3);
		return ZSTD_isError(got) ? 0 : got;
	}
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -12, 8, Z_DEFAULT_STRATEGY), Z_OK);
	memcpy(&z.next_in, &p, sizeof(p));
	z.avail_in = (uInt)n;
	z.next_out = to;
	z.avail_out = (uInt)cap;
	int r = deflate(&z, Z_FINISH);
	size_t got = cap - z.avail_out;
	(void)deflateEnd(&z);
	return r == Z_STREAM_END ? got : 0;
}

static bool all_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/* Appends one cluster at *at and returns its table entry. */
static uint64_t put_cluster(const struct coco_mint_qcow2 *spec, unsigned bits, uint8_t *file,
			    size_t *at, const uint8_t *p)
{
	size_t cluster = (size_t)1 << bits;
	size_t got = 0;

	if (all_zero(p, cluster))
		return spec->zero_flag ? 1 : 0;
	if (spec->compress != 0)
		got = pack(spec->compress, p, cluster, file + *at, cluster - 1);
	if (got != 0) {
		uint64_t sectors = (*at % 512 + got - 1) / 512;
		uint64_t entry = (uint64_t)1 << 62 | sectors << (62 - (bits - 8)) | *at;

		*at += got;
		return entry;
	}
	*at = (*at + cluster - 1) / cluster * cluster;
	memcpy(file + *at, p, cluster);
	*at += cluster;
	return (uint64_t)1 << 63 | (uint64_t)(*at - cluster);
}

uint8_t *coco_mint_qcow2(const struct coco_mint_qcow2 *spec, const void *p, size_t n,
			 size_t *ret_n)
{
	unsigned bits = spec->cluster_bits != 0 ? spec->cluster_bits : 16;
	size_t cluster = (size_t)1 << bits;
	size_t clusters = (n + cluster - 1) / cluster;
	size_t tables = (clusters + cluster / 8 - 1) / (cluster / 8);
	size_t l1 = (tables * 8 + cluster - 1) / cluster;
	size_t at = cluster * (1 + l1 + tables);
	uint8_t *file = coco_zalloc(1 + l1 + tables + 2 * clusters + 2, cluster);
	uint8_t *one = coco_alloc(cluster, 1);
	unsigned version = spec->version != 0 ? spec->version : 3;

	assert_non_null(file);
	assert_non_null(one);
	memcpy(file, "QFI\xfb", 4);
	coco_mint_be(file + 4, version, 4);
	coco_mint_be(file + 20, bits, 4);
	coco_mint_be(file + 24, n, 8);
	coco_mint_be(file + 36, tables, 4);
	coco_mint_be(file + 40, cluster, 8);
	if (version == 3) {
		coco_mint_be(file + 72, spec->compress == 2 ? 8 : 0, 8);
		coco_mint_be(file + 96, 4, 4);
		coco_mint_be(file + 100, spec->compress == 2 ? 112 : 104, 4);
		file[104] = spec->compress == 2;
	}
	for (size_t i = 0; i < tables; i++)
		coco_mint_be(file + cluster + 8 * i,
			     (uint64_t)1 << 63 | cluster * (1 + l1 + i), 8);
	for (size_t i = 0; i < clusters; i++) {
		size_t left = n - i * cluster;

		memset(one, 0, cluster);
		memcpy(one, (const uint8_t *)p + i * cluster, left < cluster ? left : cluster);
		coco_mint_be(file + cluster * (1 + l1) + 8 * i,
			     put_cluster(spec, bits, file, &at, one), 8);
	}
	coco_free(one);
	*ret_n = (at + 511) / 512 * 512;
	return file;
}

uint8_t *coco_mint_vhd(const void *p, size_t n, size_t *ret_n)
{
	uint8_t *file = coco_zalloc(n + 512, 1);
	uint32_t sum = 0;

	assert_non_null(file);
	if (n != 0)
		memcpy(file, p, n);
	uint8_t *f = file + n;
	memcpy(f, "conectix", 8);
	coco_mint_be(f + 8, 2, 4);
	coco_mint_be(f + 12, 0x10000, 4);
	coco_mint_be(f + 16, UINT64_MAX, 8);
	coco_mint_be(f + 40, n, 8);
	coco_mint_be(f + 48, n, 8);
	coco_mint_be(f + 60, 2, 4);
	for (size_t i = 0; i < 512; i++)
		sum += f[i];
	coco_mint_be(f + 64, ~sum, 4);
	*ret_n = n + 512;
	return file;
}
