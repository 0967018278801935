/*
 * partitions.c - the partitions of a disk (see partitions.h).
 */
#include "lib/measure/partitions.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"

enum {
	SECTOR_MAX = 4096,
	BLOCK = 512,           /* bytes of an LBA that are read: more than a header has */
	MBR_PROTECTIVE = 0xee,
};

/* Appends a partition that lies on the disk. */
static int add(struct coco_partitions *p, size_t *cap, const struct coco_partition *part,
	       uint64_t disk_size, struct coco_diag *diag)
{
	void *list = p->list;

	if (disk_size != COCO_DISK_UNKNOWN &&
	    (part->at > disk_size || part->size > disk_size - part->at))
		return coco_fail(diag, COCO_E_DISK_TABLE,
				 "partition %u ends behind the end of the disk", part->number);
	if (!coco_grow(&list, cap, p->n, sizeof(*part), COCO_GPT_ENTRIES))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a partition table");
	p->list = list;
	p->list[p->n++] = *part;
	return 0;
}

static int add_gpt(struct coco_partitions *p, const struct coco_gpt *g, uint64_t disk_size,
		   struct coco_diag *diag)
{
	size_t cap = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < g->n; i++) {
		const struct coco_gpt_entry *e = &g->entries[i];
		struct coco_partition part = { .number = e->number, .gpt = true,
					       .attributes = e->attributes };

		if (coco_mul64_overflows(e->first, p->sector, &part.at) ||
		    coco_mul64_overflows(e->last - e->first + 1, p->sector, &part.size) ||
		    part.at > INT64_MAX || part.size > INT64_MAX)
			return coco_fail(diag, COCO_E_DISK_TABLE,
					 "partition %u has an impossible size", e->number);
		memcpy(part.type, e->type, sizeof(part.type));
		memcpy(part.uuid, e->uuid, sizeof(part.uuid));
		memcpy(part.label, e->label, sizeof(part.label));
		r = add(p, &cap, &part, disk_size, diag);
	}
	return r;
}

/* Whether the copy at the end of the disk agrees; its errors are not the caller's. */
static enum coco_table_backup judge_backup(struct coco_disk *disk, uint32_t sector,
					   const struct coco_gpt_header *h, uint64_t disk_lbas)
{
	struct coco_gpt_header backup;
	struct coco_gpt g = { .n = 0 };
	uint8_t block[BLOCK];

	if (disk_lbas == 0)
		return COCO_BACKUP_UNREAD;
	if (h->alternate_lba >= disk_lbas ||
	    coco_disk_read(disk, h->alternate_lba * sector, block, sizeof(block), NULL) != 0 ||
	    coco_gpt_header_parse(&backup, coco_view_of(block, sizeof(block)), h->alternate_lba,
				  disk_lbas, NULL) != 0 ||
	    !coco_gpt_same(h, &backup))
		return COCO_BACKUP_BAD;
	size_t n = (size_t)backup.n_entries * COCO_GPT_ENTRY;
	uint8_t *entries = coco_alloc(n, 1);
	bool fine = entries != NULL &&
		    coco_disk_read(disk, backup.entries_lba * sector, entries, n, NULL) == 0 &&
		    coco_gpt_parse(&g, &backup, coco_view_of(entries, n), NULL) == 0;
	coco_gpt_free(&g);
	coco_free(entries);
	return fine ? COCO_BACKUP_SAME : COCO_BACKUP_BAD;
}

/* The table behind the header in block. */
static int read_gpt(struct coco_partitions *p, struct coco_disk *disk, struct coco_view block,
		    struct coco_diag *diag)
{
	uint64_t size = coco_disk_size(disk);
	uint64_t lbas = size == COCO_DISK_UNKNOWN ? 0 : size / p->sector;
	struct coco_gpt_header h;
	struct coco_gpt g = { .n = 0 };

	int r = coco_gpt_header_parse(&h, block, 1, lbas, diag);
	if (r != 0)
		return r;
	size_t n = (size_t)h.n_entries * COCO_GPT_ENTRY;
	if (h.entries_lba > INT64_MAX / SECTOR_MAX)
		return coco_fail(diag, COCO_E_DISK_TABLE, "the list of partitions lies outside");
	uint8_t *entries = coco_alloc(n, 1);
	if (entries == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a partition table");
	r = coco_disk_read(disk, h.entries_lba * p->sector, entries, n, diag);
	if (r == 0)
		r = coco_gpt_parse(&g, &h, coco_view_of(entries, n), diag);
	if (r == 0)
		r = coco_gpt_event(block, coco_view_of(entries, n), &p->event, &p->n_event, diag);
	if (r == 0)
		r = add_gpt(p, &g, size, diag);
	if (r == 0) {
		memcpy(p->disk, h.disk, sizeof(p->disk));
		p->backup = judge_backup(disk, p->sector, &h, lbas);
	}
	coco_gpt_free(&g);
	coco_free(entries);
	return r;
}

static int read_mbr(struct coco_partitions *p, struct coco_disk *disk, const struct coco_mbr *m,
		    struct coco_diag *diag)
{
	size_t cap = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n; i++) {
		const struct coco_mbr_entry *e = &m->entry[i];
		struct coco_partition part = {
			.number = e->number, .at = (uint64_t)e->first * p->sector,
			.size = (uint64_t)e->count * p->sector, .mbr_type = e->type,
		};

		if (e->type == MBR_PROTECTIVE)
			return coco_fail(diag, COCO_E_DISK_TABLE,
					 "the MBR announces a GPT, but there is none");
		r = add(p, &cap, &part, coco_disk_size(disk), diag);
	}
	return r;
}

/* A boot sector of FAT has the signature of an MBR and no table. */
static bool is_mbr(struct coco_view sector, struct coco_mbr *ret)
{
	bool fat = memcmp(sector.p + 54, "FAT", 3) == 0 || memcmp(sector.p + 82, "FAT", 3) == 0;

	return !fat && coco_mbr_parse(ret, sector, NULL) == 0 && ret->n != 0;
}

static int read_table(struct coco_partitions *p, struct coco_disk *disk, struct coco_diag *diag)
{
	static const uint32_t sizes[] = { 512, 4096 };
	uint8_t block[BLOCK] = { 0 };
	struct coco_mbr m;
	size_t n = 0;

	p->sector = 512;
	for (size_t i = 0; i < COCO_ARRAY_LEN(sizes); i++) {
		int r = coco_disk_read_some(disk, sizes[i], block, sizeof(block), &n, diag);

		if (r != 0)
			return r;
		if (n == sizeof(block) && coco_gpt_is(coco_view_of(block, n))) {
			p->sector = sizes[i];
			p->kind = COCO_TABLE_GPT;
			return read_gpt(p, disk, coco_view_of(block, n), diag);
		}
	}
	int r = coco_disk_read_some(disk, 0, block, COCO_MBR_SIZE, &n, diag);
	if (r != 0 || n < COCO_MBR_SIZE || !is_mbr(coco_view_of(block, n), &m))
		return r;
	p->kind = COCO_TABLE_MBR;
	return read_mbr(p, disk, &m, diag);
}

int coco_partitions_read(struct coco_partitions *ret, struct coco_disk *disk,
			 struct coco_diag *diag)
{
	struct coco_partitions p = { .kind = COCO_TABLE_NONE };
	int r = read_table(&p, disk, diag);

	if (r != 0) {
		coco_partitions_free(&p);
		return r;
	}
	*ret = p;
	return 0;
}

void coco_partitions_free(struct coco_partitions *p)
{
	coco_free(p->list);
	coco_free(p->event);
	p->list = NULL;
	p->event = NULL;
	p->n = 0;
	p->n_event = 0;
}

/* Whether a partition is what the word says. */
static bool matches(const struct coco_partition *part, const char *what)
{
	uint8_t guid[COCO_GUID_SIZE];
	char text[16];

	snprintf(text, sizeof(text), "%u", part->number);
	if (strcmp(text, what) == 0)
		return true;
	if (!part->gpt) {
		snprintf(text, sizeof(text), "0x%02x", part->mbr_type);
		return strcmp(text, what) == 0;
	}
	if (coco_guid_parse(guid, what, NULL) == 0 || coco_gpt_type_find(guid, what)) {
		if (memcmp(guid, part->uuid, sizeof(guid)) == 0 ||
		    memcmp(guid, part->type, sizeof(guid)) == 0)
			return true;
	}
	return part->label[0] != '\0' && strcmp(part->label, what) == 0;
}

int coco_partitions_find(const struct coco_partitions *p, const char *what,
			 const struct coco_partition **ret, struct coco_diag *diag)
{
	const struct coco_partition *found = NULL;

	if (p->kind == COCO_TABLE_NONE)
		return coco_fail(diag, COCO_E_DISK_PARTITION, "the disk has no partition table");
	for (size_t i = 0; i < p->n; i++) {
		if (!matches(&p->list[i], what))
			continue;
		if (found != NULL)
			return coco_fail(diag, COCO_E_DISK_PARTITION,
					 "partitions %u and %u are both \"%s\"", found->number,
					 p->list[i].number, what);
		found = &p->list[i];
	}
	if (found == NULL)
		return coco_fail(diag, COCO_E_DISK_PARTITION,
				 "none of the %zu partitions is \"%s\"", p->n, what);
	*ret = found;
	return 0;
}

const struct coco_partition *coco_partition_by_type(const struct coco_partitions *p,
						    const uint8_t type[COCO_GUID_SIZE])
{
	for (size_t i = 0; i < p->n; i++)
		if (p->list[i].gpt && memcmp(p->list[i].type, type, COCO_GUID_SIZE) == 0)
			return &p->list[i];
	return NULL;
}

const struct coco_partition *coco_partition_by_uuid(const struct coco_partitions *p,
						    const uint8_t uuid[COCO_GUID_SIZE])
{
	for (size_t i = 0; i < p->n; i++)
		if (p->list[i].gpt && memcmp(p->list[i].uuid, uuid, COCO_GUID_SIZE) == 0)
			return &p->list[i];
	return NULL;
}
