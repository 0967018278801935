/*
 * gpt.c - partition tables (see gpt.h).
 */
#include "formats/measure/gpt.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/crc32.h"
#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/core/rd.h"
#include "formats/core/wr.h"
#include "formats/measure/utf16.h"

enum {
	REVISION = 0x00010000,
	CRC_AT = 16,
	LABEL_UNITS = 36,
	MBR_TABLE = 446,
	MBR_ENTRY = 16,
	MBR_DISK = 440,
};

static const uint8_t unused[COCO_GUID_SIZE];

static const struct {
	const char *name;
	uint8_t type[COCO_GUID_SIZE];
} types[] = {
	{ "esp", COCO_GUID(0xc12a7328, 0xf81f, 0x11d2, 0xba4b, 0x00a0c93ec93b) },
	{ "xbootldr", COCO_GUID(0xbc13c2ff, 0x59e6, 0x4262, 0xa352, 0xb275fd6f7172) },
	{ "root-x86-64", COCO_GUID(0x4f68bce3, 0xe8cd, 0x4db1, 0x96e7, 0xfbcaf984b709) },
	{ "root-x86-64-verity", COCO_GUID(0x2c7357ed, 0xebd2, 0x46d9, 0xaec1, 0x23d437ec2bf5) },
	{ "root-x86-64-verity-sig", COCO_GUID(0x41092b05, 0x9fc8, 0x4523, 0x994f, 0x2def0408b176) },
	{ "usr-x86-64", COCO_GUID(0x8484680c, 0x9521, 0x48c6, 0x9c11, 0xb0720656f69e) },
	{ "usr-x86-64-verity", COCO_GUID(0x77ff5f63, 0xe7b6, 0x4633, 0xacf4, 0x1565b864c0e6) },
	{ "usr-x86-64-verity-sig", COCO_GUID(0xe7bb33fb, 0x06cf, 0x4e81, 0x8273, 0xe543b413e2e2) },
	{ "root-arm64", COCO_GUID(0xb921b045, 0x1df0, 0x41c3, 0xaf44, 0x4c6f280d3fae) },
	{ "root-arm64-verity", COCO_GUID(0xdf3300ce, 0xd69f, 0x4c92, 0x978c, 0x9bfb0f38d820) },
	{ "root-arm64-verity-sig", COCO_GUID(0x6db69de6, 0x29f4, 0x4758, 0xa7a5, 0x962190f00ce3) },
	{ "swap", COCO_GUID(0x0657fd6d, 0xa4ab, 0x43c4, 0x84e5, 0x0933c84b4f4f) },
	{ "linux", COCO_GUID(0x0fc63daf, 0x8483, 0x4772, 0x8e79, 0x3d69d8477de4) },
	{ "bios-boot", COCO_GUID(0x21686148, 0x6449, 0x6e6f, 0x744e, 0x656564454649) },
};

const char *coco_gpt_type_name(const uint8_t type[COCO_GUID_SIZE])
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(types); i++)
		if (memcmp(types[i].type, type, COCO_GUID_SIZE) == 0)
			return types[i].name;
	return NULL;
}

bool coco_gpt_type_find(uint8_t ret[COCO_GUID_SIZE], const char *name)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(types); i++) {
		if (strcmp(types[i].name, name) == 0) {
			memcpy(ret, types[i].type, COCO_GUID_SIZE);
			return true;
		}
	}
	return false;
}

bool coco_gpt_is(struct coco_view block)
{
	return block.n >= 8 && memcmp(block.p, "EFI PART", 8) == 0;
}

static int bad_header(struct coco_diag *diag, uint64_t at, const char *field, const char *what)
{
	return coco_fail_at(diag, COCO_E_DISK_TABLE, at, field, "GPT header: %s", what);
}

/* The CRC of the header with its own field as zero. */
static uint32_t header_crc(struct coco_view block)
{
	static const uint8_t zero[4];
	uint32_t crc = coco_crc32(0, block.p, CRC_AT);

	crc = coco_crc32(crc, zero, sizeof(zero));
	return coco_crc32(crc, block.p + CRC_AT + 4, COCO_GPT_HEADER - CRC_AT - 4);
}

/* Whether the numbers of a header can be those of this disk. */
static int judge_header(const struct coco_gpt_header *h, uint64_t lba, uint64_t disk_lbas,
			struct coco_diag *diag)
{
	if (h->my_lba != lba)
		return bad_header(diag, 24, "MyLBA", "it belongs to another place of the disk");
	if (h->n_entries == 0 || h->n_entries > COCO_GPT_ENTRIES)
		return bad_header(diag, 80, "NumberOfPartitionEntries",
				  "an impossible number of entries");
	if (h->first_usable > h->last_usable)
		return bad_header(diag, 40, "FirstUsableLBA", "the usable range is empty");
	if (disk_lbas != 0 && (h->last_usable >= disk_lbas || h->entries_lba >= disk_lbas ||
			       h->alternate_lba >= disk_lbas))
		return bad_header(diag, 48, "LastUsableLBA", "it describes a larger disk");
	return 0;
}

int coco_gpt_header_parse(struct coco_gpt_header *ret, struct coco_view block, uint64_t lba,
			  uint64_t disk_lbas, struct coco_diag *diag)
{
	struct coco_gpt_header h;
	struct coco_rd rd;

	if (!coco_gpt_is(block))
		return coco_fail(diag, COCO_E_DISK_TABLE, "there is no GPT header at LBA %" PRIu64,
				 lba);
	coco_rd_init(&rd, block, 0, diag);
	(void)coco_rd_view(&rd, 8, "Signature");
	uint32_t revision = coco_rd_le32(&rd, "Revision");
	uint32_t size = coco_rd_le32(&rd, "HeaderSize");
	uint32_t crc = coco_rd_le32(&rd, "HeaderCRC32");
	(void)coco_rd_le32(&rd, "Reserved");
	h.my_lba = coco_rd_le64(&rd, "MyLBA");
	h.alternate_lba = coco_rd_le64(&rd, "AlternateLBA");
	h.first_usable = coco_rd_le64(&rd, "FirstUsableLBA");
	h.last_usable = coco_rd_le64(&rd, "LastUsableLBA");
	coco_rd_copy(&rd, h.disk, sizeof(h.disk), "DiskGUID");
	h.entries_lba = coco_rd_le64(&rd, "PartitionEntryLBA");
	h.n_entries = coco_rd_le32(&rd, "NumberOfPartitionEntries");
	uint32_t entry = coco_rd_le32(&rd, "SizeOfPartitionEntry");
	h.entries_crc = coco_rd_le32(&rd, "PartitionEntryArrayCRC32");
	if (!coco_rd_ok(&rd))
		return rd.code;
	if (revision != REVISION || size != COCO_GPT_HEADER)
		return bad_header(diag, 8, "Revision", "an unknown revision or size");
	if (header_crc(block) != crc)
		return bad_header(diag, CRC_AT, "HeaderCRC32", "its checksum is wrong");
	if (entry != COCO_GPT_ENTRY)
		return bad_header(diag, 84, "SizeOfPartitionEntry",
				  "entries that are not of 128 bytes");
	int r = judge_header(&h, lba, disk_lbas, diag);
	if (r == 0)
		*ret = h;
	return r;
}

/* A label of at most 36 UTF-16 units. */
static void read_label(char ret[COCO_GPT_LABEL], struct coco_rd *rd)
{
	uint16_t unit[LABEL_UNITS];

	for (size_t i = 0; i < LABEL_UNITS; i++)
		unit[i] = coco_rd_le16(rd, "PartitionName");
	(void)coco_utf16_text(ret, COCO_GPT_LABEL, unit, LABEL_UNITS);
}

static int judge_entry(const struct coco_gpt *g, const struct coco_gpt_entry *e,
		       struct coco_diag *diag)
{
	uint64_t at = (uint64_t)(e->number - 1) * COCO_GPT_ENTRY;

	if (e->first > e->last || e->first < g->header.first_usable ||
	    e->last > g->header.last_usable)
		return coco_fail_at(diag, COCO_E_DISK_TABLE, at + 32, "StartingLBA",
				    "partition %u lies outside the usable part of the disk",
				    e->number);
	for (size_t i = 0; i < g->n; i++)
		if (e->first <= g->entries[i].last && g->entries[i].first <= e->last)
			return coco_fail_at(diag, COCO_E_DISK_TABLE, at + 32, "StartingLBA",
					    "partitions %u and %u overlap", g->entries[i].number,
					    e->number);
	return 0;
}

static int add_entry(struct coco_gpt *g, size_t *cap, struct coco_view bytes, uint32_t number,
		     struct coco_diag *diag)
{
	struct coco_gpt_entry e = { .number = number };
	struct coco_rd rd;
	void *list = g->entries;

	coco_rd_init(&rd, bytes, (uint64_t)(number - 1) * COCO_GPT_ENTRY, diag);
	coco_rd_copy(&rd, e.type, sizeof(e.type), "PartitionTypeGUID");
	coco_rd_copy(&rd, e.uuid, sizeof(e.uuid), "UniquePartitionGUID");
	e.first = coco_rd_le64(&rd, "StartingLBA");
	e.last = coco_rd_le64(&rd, "EndingLBA");
	e.attributes = coco_rd_le64(&rd, "Attributes");
	read_label(e.label, &rd);
	int r = coco_rd_ok(&rd) ? judge_entry(g, &e, diag) : rd.code;
	if (r != 0)
		return r;
	if (!coco_grow(&list, cap, g->n, sizeof(e), COCO_GPT_ENTRIES))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a partition table");
	g->entries = list;
	g->entries[g->n++] = e;
	return 0;
}

static bool is_used(struct coco_view entries, size_t i)
{
	return memcmp(entries.p + i * COCO_GPT_ENTRY, unused, sizeof(unused)) != 0;
}

int coco_gpt_parse(struct coco_gpt *ret, const struct coco_gpt_header *header,
		   struct coco_view entries, struct coco_diag *diag)
{
	struct coco_gpt g = { .header = *header };
	size_t cap = 0;
	int r = 0;

	if (entries.n != (size_t)header->n_entries * COCO_GPT_ENTRY)
		return coco_fail(diag, COCO_E_DISK_TABLE,
				 "a table of %u partitions does not have %zu bytes",
				 header->n_entries, entries.n);
	if (coco_crc32(0, entries.p, entries.n) != header->entries_crc)
		return coco_fail_at(diag, COCO_E_DISK_TABLE, 88, "PartitionEntryArrayCRC32",
				    "the checksum of the list of partitions is wrong");
	for (uint32_t i = 0; r == 0 && i < header->n_entries; i++)
		if (is_used(entries, i))
			r = add_entry(&g, &cap, coco_view_of(entries.p + i * COCO_GPT_ENTRY,
							     COCO_GPT_ENTRY), i + 1, diag);
	if (r != 0) {
		coco_gpt_free(&g);
		return r;
	}
	*ret = g;
	return 0;
}

void coco_gpt_free(struct coco_gpt *g)
{
	coco_free(g->entries);
	g->entries = NULL;
	g->n = 0;
}

bool coco_gpt_same(const struct coco_gpt_header *primary, const struct coco_gpt_header *backup)
{
	return primary->alternate_lba == backup->my_lba &&
	       primary->my_lba == backup->alternate_lba &&
	       primary->first_usable == backup->first_usable &&
	       primary->last_usable == backup->last_usable &&
	       memcmp(primary->disk, backup->disk, COCO_GUID_SIZE) == 0 &&
	       primary->n_entries == backup->n_entries &&
	       primary->entries_crc == backup->entries_crc;
}

int coco_gpt_event(struct coco_view block, struct coco_view entries, uint8_t **ret,
		   size_t *ret_n, struct coco_diag *diag)
{
	size_t n = entries.n / COCO_GPT_ENTRY;
	uint64_t used = 0;
	struct coco_wr wr;

	if (block.n < COCO_GPT_HEADER)
		return coco_fail(diag, COCO_E_FORMAT_SHORT, "a GPT header has %d bytes",
				 COCO_GPT_HEADER);
	for (size_t i = 0; i < n; i++)
		used += is_used(entries, i);
	coco_wr_init(&wr, COCO_GPT_HEADER + 8 + entries.n);
	coco_wr_bytes(&wr, block.p, COCO_GPT_HEADER);
	coco_wr_le64(&wr, used);
	for (size_t i = 0; i < n; i++)
		if (is_used(entries, i))
			coco_wr_bytes(&wr, entries.p + i * COCO_GPT_ENTRY, COCO_GPT_ENTRY);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

static int judge_mbr(const struct coco_mbr *m, const struct coco_mbr_entry *e,
		     struct coco_diag *diag)
{
	uint64_t at = MBR_TABLE + (uint64_t)(e->number - 1) * MBR_ENTRY;

	if (e->count == 0 || e->first == 0)
		return coco_fail_at(diag, COCO_E_DISK_TABLE, at + 8, "LBA of MBR entry",
				    "partition %u of the MBR is empty", e->number);
	for (size_t i = 0; i < m->n; i++) {
		const struct coco_mbr_entry *o = &m->entry[i];

		if (e->first < (uint64_t)o->first + o->count &&
		    o->first < (uint64_t)e->first + e->count)
			return coco_fail_at(diag, COCO_E_DISK_TABLE, at + 8, "LBA of MBR entry",
					    "partitions %u and %u of the MBR overlap", o->number,
					    e->number);
	}
	return 0;
}

int coco_mbr_parse(struct coco_mbr *ret, struct coco_view sector, struct coco_diag *diag)
{
	struct coco_mbr m = { .n = 0 };
	struct coco_rd rd;

	coco_rd_init(&rd, sector, 0, diag);
	(void)coco_rd_view(&rd, MBR_DISK, "boot code");
	m.disk = coco_rd_le32(&rd, "disk signature");
	(void)coco_rd_le16(&rd, "reserved");
	struct coco_view list = coco_rd_view(&rd, COCO_MBR_ENTRIES * MBR_ENTRY, "partitions");
	uint16_t magic = coco_rd_le16(&rd, "boot signature");
	if (!coco_rd_ok(&rd))
		return rd.code;
	if (magic != 0xaa55)
		return coco_fail_at(diag, COCO_E_DISK_TABLE, COCO_MBR_SIZE - 2, "boot signature",
				    "there is no partition table in the first sector");
	coco_rd_init(&rd, list, MBR_TABLE, diag);
	for (uint32_t i = 0; i < COCO_MBR_ENTRIES; i++) {
		struct coco_mbr_entry e = { .number = i + 1 };
		uint8_t flag = coco_rd_u8(&rd, "flag of MBR entry");

		(void)coco_rd_view(&rd, 3, "CHS");
		e.type = coco_rd_u8(&rd, "type of MBR entry");
		(void)coco_rd_view(&rd, 3, "CHS");
		e.first = coco_rd_le32(&rd, "LBA of MBR entry");
		e.count = coco_rd_le32(&rd, "size of MBR entry");
		if ((flag & 0x7f) != 0)
			return coco_fail_at(diag, COCO_E_DISK_TABLE,
					    MBR_TABLE + (uint64_t)i * MBR_ENTRY,
					    "flag of MBR entry",
					    "the first sector holds no partition table");
		if (e.type == 0)
			continue;
		int r = judge_mbr(&m, &e, diag);
		if (r != 0)
			return r;
		m.entry[m.n++] = e;
	}
	*ret = m;
	return 0;
}
