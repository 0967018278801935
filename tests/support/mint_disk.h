/*
 * mint_disk.h - small disk images: FAT volumes, partition tables, qcow2 and
 * VHD around them. Whole; a test damages the bytes it wants damaged, and
 * coco_mint_gpt_seal makes the checksums right again where only the content
 * shall be wrong.
 */
#ifndef COCO_MINT_DISK_H
#define COCO_MINT_DISK_H

#include "formats/core/base.h"

/* A file; its directories are made. Paths use "/". */
struct coco_mint_file {
	const char *path;
	const void *p;
	size_t n;
};

struct coco_mint_fat {
	unsigned bits;                /* 12, 16, 32; 0: 12 */
	unsigned per_cluster;         /* sectors of 512 bytes; 0: 1 */
	uint32_t clusters;            /* 0: the fewest of this kind, and room for the files */
	bool short_names;             /* names are 8.3: no long ones */
	const struct coco_mint_file *files;
	size_t n_files;
};

/* coco_mint_fat - the bytes of a volume; coco_free. */
uint8_t *coco_mint_fat(const struct coco_mint_fat *spec, size_t *ret_n);

struct coco_mint_part {
	const char *type;             /* a name of gpt.h or a GUID */
	const char *uuid;             /* NULL: made from the number */
	const char *label;            /* ASCII; NULL: none */
	const void *p;                /* contents; NULL: zeros */
	size_t n;                     /* bytes of p, or of the zeros */
};

struct coco_mint_disk {
	uint32_t sector;              /* 0: 512 */
	const char *uuid;             /* of the disk; NULL: a fixed one */
	const struct coco_mint_part *parts;
	size_t n_parts;
};

/* coco_mint_gpt - a disk with these partitions, one after the other from LBA 2048; coco_free. */
uint8_t *coco_mint_gpt(const struct coco_mint_disk *spec, size_t *ret_n);

/* coco_mint_gpt_seal - writes the checksums of both copies of the table again. */
void coco_mint_gpt_seal(uint8_t *disk, size_t n, uint32_t sector);

/* coco_mint_mbr - the same with an MBR of at most four partitions of type 0x83; coco_free. */
uint8_t *coco_mint_mbr(const struct coco_mint_part *parts, size_t n_parts, size_t *ret_n);

struct coco_mint_qcow2 {
	unsigned version;             /* 2 or 3; 0: 3 */
	unsigned cluster_bits;        /* 0: 16 */
	unsigned compress;            /* 0 no, 1 zlib, 2 zstd */
	bool zero_flag;               /* version 3: zeros by the flag, not by absence */
};

/* coco_mint_qcow2 - the disk p in a qcow2 file; coco_free. */
uint8_t *coco_mint_qcow2(const struct coco_mint_qcow2 *spec, const void *p, size_t n,
			 size_t *ret_n);

/* coco_mint_vhd - the disk p as a fixed VHD; coco_free. */
uint8_t *coco_mint_vhd(const void *p, size_t n, size_t *ret_n);

/* coco_mint_write - the bytes as dir/name; the path is in one of four buffers that take turns. */
const char *coco_mint_write(const char *dir, const char *name, const void *p, size_t n);

/* Numbers into bytes, for those who damage them. */
void coco_mint_le(uint8_t *p, uint64_t v, size_t n);
void coco_mint_be(uint8_t *p, uint64_t v, size_t n);

#endif
