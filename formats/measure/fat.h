/*
 * fat.h - FAT12, FAT16 and FAT32: the volume's description, table entries,
 * directory entries with long names. Reading files is lib/measure/fat_fs.h.
 * Source: Microsoft FAT specification (August 2005).
 */
#ifndef COCO_FAT_H
#define COCO_FAT_H

#include "formats/core/diag.h"

enum {
	COCO_FAT_BOOT = 512,              /* bytes of the boot sector that are read */
	COCO_FAT_DIRENT = 32,
	COCO_FAT_UNITS = 255,             /* UTF-16 units of a long name */
	COCO_FAT_NAME = 255 * 3 + 1,      /* a name as UTF-8 with the NUL */
	COCO_FAT_CLUSTER_MAX = 1 << 18,   /* bytes */
};

enum coco_fat_bits {
	COCO_FAT12 = 12,
	COCO_FAT16 = 16,
	COCO_FAT32 = 32,
};

/* All offsets in bytes from the start of the volume. */
struct coco_fat {
	enum coco_fat_bits bits;
	uint32_t sector;                  /* bytes */
	uint32_t cluster;                 /* bytes */
	uint64_t fat_at;                  /* the table that counts */
	uint64_t root_at;                 /* FAT12, FAT16: the fixed root directory */
	uint32_t root_bytes;              /* 0 for FAT32 */
	uint32_t root_cluster;            /* FAT32 */
	uint64_t data_at;                 /* cluster 2 */
	uint32_t clusters;                /* they have the numbers 2 to clusters + 1 */
	char label[12];                   /* from the boot sector, blanks at the end cut */
};

/*
 * coco_fat_parse - the boot sector of a volume of `size` bytes. Errors:
 * FAT_VOLUME (also when numbers do not fit each other or the volume),
 * FORMAT_SHORT.
 */
int coco_fat_parse(struct coco_fat *ret, struct coco_view boot, uint64_t size,
		   struct coco_diag *diag) COCO_MUSTUSE;

/* coco_fat_cluster_at - where a cluster's data begins; the number must be valid. */
static inline uint64_t coco_fat_cluster_at(const struct coco_fat *f, uint32_t cluster)
{
	return f->data_at + (uint64_t)(cluster - 2) * f->cluster;
}

/* coco_fat_is_cluster - whether a number is that of a cluster with data. */
static inline bool coco_fat_is_cluster(const struct coco_fat *f, uint32_t cluster)
{
	return cluster >= 2 && cluster - 2 < f->clusters;
}

/* coco_fat_entry_at - where the table's entry of a cluster begins. */
uint64_t coco_fat_entry_at(const struct coco_fat *f, uint32_t cluster);

/* coco_fat_entry_size - bytes of it that have to be read: 2 or 4. */
size_t coco_fat_entry_size(const struct coco_fat *f);

/*
 * coco_fat_next - what follows a cluster, from the bytes of its entry: *ret is
 * the next cluster, or 0 at the end of the chain. Errors: FAT_CHAIN for a free
 * or bad cluster, or one outside the volume.
 */
int coco_fat_next(const struct coco_fat *f, uint32_t cluster, const uint8_t *entry,
		  uint32_t *ret, struct coco_diag *diag) COCO_MUSTUSE;

enum coco_fat_attr {
	COCO_FAT_READ_ONLY = 0x01,
	COCO_FAT_HIDDEN = 0x02,
	COCO_FAT_SYSTEM = 0x04,
	COCO_FAT_VOLUME = 0x08,
	COCO_FAT_DIRECTORY = 0x10,
	COCO_FAT_ARCHIVE = 0x20,
};

/* A file or directory. */
struct coco_fat_entry {
	char name[COCO_FAT_NAME];         /* UTF-8: the long name if there is a valid one */
	uint8_t attr;
	uint32_t cluster;                 /* first; 0: empty */
	uint32_t size;                    /* bytes; 0 for directories */
};

/* The parts of a long name that were seen; zeroed at the start of a directory. */
struct coco_fat_names {
	uint16_t unit[COCO_FAT_UNITS + 6];   /* 20 parts of 13 */
	unsigned expect;                  /* sequence number that comes next; 0: none */
	unsigned parts;                   /* of the whole name; 0: no name */
	uint8_t checksum;
};

enum coco_fat_slot {
	COCO_FAT_SLOT_NONE,               /* deleted, a label, or part of a name */
	COCO_FAT_SLOT_ENTRY,              /* *ret was filled */
	COCO_FAT_SLOT_END,                /* nothing follows */
};

/*
 * coco_fat_dirent - the next COCO_FAT_DIRENT bytes of a directory. A long name
 * that does not belong to the entry behind it is dropped, as EDK2 does. "." and
 * ".." are entries.
 */
enum coco_fat_slot coco_fat_dirent(const struct coco_fat *f, struct coco_fat_names *names,
				   const uint8_t p[COCO_FAT_DIRENT], struct coco_fat_entry *ret);

/* coco_fat_name_equal - whether names are the same, without the case of ASCII letters. */
bool coco_fat_name_equal(const char *a, const char *b, size_t n_b);

#endif
