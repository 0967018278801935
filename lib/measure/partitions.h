/*
 * partitions.h - the partitions of a disk, from GPT or MBR, and choosing one.
 */
#ifndef COCO_PARTITIONS_H
#define COCO_PARTITIONS_H

#include "formats/measure/gpt.h"
#include "lib/measure/disk.h"

struct coco_partition {
	uint32_t number;               /* as in /dev/sdaN */
	uint64_t at;                   /* bytes from the start of the disk */
	uint64_t size;                 /* bytes */
	bool gpt;                      /* type, uuid, label, attributes are there */
	uint8_t type[COCO_GUID_SIZE];
	uint8_t uuid[COCO_GUID_SIZE];
	uint64_t attributes;
	char label[COCO_GPT_LABEL];
	uint8_t mbr_type;
};

enum coco_table_kind {
	COCO_TABLE_NONE,               /* no table: the disk is one file system or other data */
	COCO_TABLE_MBR,
	COCO_TABLE_GPT,
};

/* The second copy of a GPT at the end of the disk. */
enum coco_table_backup {
	COCO_BACKUP_SAME,
	COCO_BACKUP_UNREAD,            /* a pipe: its end was not reached */
	COCO_BACKUP_BAD,               /* missing, damaged, or of another disk */
};

struct coco_partitions {
	enum coco_table_kind kind;
	uint32_t sector;               /* bytes of an LBA: 512 or 4096 */
	uint8_t disk[COCO_GUID_SIZE];  /* GPT: GUID of the disk */
	enum coco_table_backup backup;
	struct coco_partition *list;   /* owned */
	size_t n;
	uint8_t *event;                /* GPT: what the firmware measures (gpt.h), owned */
	size_t n_event;
};

/*
 * coco_partitions_read - the table of a disk. The primary GPT must be whole,
 * since it is what the firmware measures; the backup is only judged. Gives
 * *ret (coco_partitions_free). Errors: DISK_TABLE, those of reading,
 * LIMIT_MEMORY.
 */
int coco_partitions_read(struct coco_partitions *ret, struct coco_disk *disk,
			 struct coco_diag *diag) COCO_MUSTUSE;
void coco_partitions_free(struct coco_partitions *p);   /* fine on a zeroed struct */

/*
 * coco_partitions_find - the one partition of this number, UUID, label, or
 * type (a name of gpt.h, a GUID, or 0x.. in an MBR). Errors: DISK_PARTITION
 * when there is none, or several.
 */
int coco_partitions_find(const struct coco_partitions *p, const char *what,
			 const struct coco_partition **ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_partition_by_type - the first of a type, or NULL. */
const struct coco_partition *coco_partition_by_type(const struct coco_partitions *p,
						    const uint8_t type[COCO_GUID_SIZE]);

/* coco_partition_by_uuid - the partition of this UUID, or NULL. */
const struct coco_partition *coco_partition_by_uuid(const struct coco_partitions *p,
						    const uint8_t uuid[COCO_GUID_SIZE]);

#endif
