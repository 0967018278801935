/*
 * gpt.h - partition tables: GPT with both checksums, and MBR. Source: UEFI
 * 2.10, 5.2 and 5.3; the bytes that the firmware measures: measure.md 2.8.
 */
#ifndef COCO_GPT_H
#define COCO_GPT_H

#include "formats/measure/guid.h"

enum {
	COCO_GPT_HEADER = 92,          /* bytes of the header */
	COCO_GPT_ENTRY = 128,          /* bytes of an entry; other sizes are refused */
	COCO_GPT_ENTRIES = 1024,       /* of one table */
	COCO_GPT_LABEL = 36 * 3 + 1,   /* a label as UTF-8 with the NUL */
	COCO_MBR_SIZE = 512,
	COCO_MBR_ENTRIES = 4,
};

struct coco_gpt_header {
	uint64_t my_lba;
	uint64_t alternate_lba;
	uint64_t first_usable;
	uint64_t last_usable;
	uint8_t disk[COCO_GUID_SIZE];
	uint64_t entries_lba;
	uint32_t n_entries;            /* 1 to COCO_GPT_ENTRIES */
	uint32_t entries_crc;
};

/* A used entry. */
struct coco_gpt_entry {
	uint32_t number;               /* counts from 1, unused entries included */
	uint8_t type[COCO_GUID_SIZE];
	uint8_t uuid[COCO_GUID_SIZE];
	uint64_t first;                /* LBA */
	uint64_t last;                 /* LBA, included */
	uint64_t attributes;
	char label[COCO_GPT_LABEL];    /* UTF-8; what is no UTF-16 becomes U+FFFD */
};

struct coco_gpt {
	struct coco_gpt_header header;
	struct coco_gpt_entry *entries;   /* owned; in the order of the table */
	size_t n;
};

/* coco_gpt_is - whether the block begins with a GPT header's signature. */
bool coco_gpt_is(struct coco_view block);

/*
 * coco_gpt_header_parse - the header in a block that lies at lba of a disk of
 * disk_lbas blocks (0: unknown). Checks its CRC and that its numbers lie on
 * the disk. Errors: DISK_TABLE, FORMAT_SHORT.
 */
int coco_gpt_header_parse(struct coco_gpt_header *ret, struct coco_view block, uint64_t lba,
			  uint64_t disk_lbas, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_gpt_parse - the used entries of n_entries * COCO_GPT_ENTRY bytes.
 * Checks the CRC, that partitions lie in the usable range and do not overlap.
 * Gives *ret (coco_gpt_free). Errors: DISK_TABLE, LIMIT_MEMORY.
 */
int coco_gpt_parse(struct coco_gpt *ret, const struct coco_gpt_header *header,
		   struct coco_view entries, struct coco_diag *diag) COCO_MUSTUSE;
void coco_gpt_free(struct coco_gpt *g);   /* fine on a zeroed struct */

/* coco_gpt_same - whether backup describes the same disk as primary. */
bool coco_gpt_same(const struct coco_gpt_header *primary, const struct coco_gpt_header *backup);

/*
 * coco_gpt_event - the bytes over which the firmware measures the table
 * (EV_EFI_GPT_EVENT): the header's 92 bytes, the number of used entries as
 * u64, the used entries. block and entries are those that were parsed.
 * Gives *ret (coco_free). Errors: LIMIT_MEMORY, FORMAT_SHORT.
 */
int coco_gpt_event(struct coco_view block, struct coco_view entries, uint8_t **ret,
		   size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_gpt_type_name - "esp", "root-x86-64-verity", ... or NULL; static. */
const char *coco_gpt_type_name(const uint8_t type[COCO_GUID_SIZE]);

/* coco_gpt_type_find - the type of a name into ret; false when there is none. */
bool coco_gpt_type_find(uint8_t ret[COCO_GUID_SIZE], const char *name);

/* One primary partition of an MBR. */
struct coco_mbr_entry {
	uint32_t number;               /* 1 to 4 */
	uint8_t type;                  /* 0xee: a GPT lies behind it */
	uint32_t first;                /* LBA */
	uint32_t count;
};

struct coco_mbr {
	uint32_t disk;                 /* signature of the disk */
	struct coco_mbr_entry entry[COCO_MBR_ENTRIES];
	size_t n;
};

/*
 * coco_mbr_parse - the used entries of the first sector of a disk. Checks the
 * boot signature, flags, and that partitions do not overlap. Logical
 * partitions are not read; an extended one is an entry like any other.
 * Errors: DISK_TABLE, FORMAT_SHORT.
 */
int coco_mbr_parse(struct coco_mbr *ret, struct coco_view sector, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
