/*
 * qcow2.c - headers and table entries of qcow2 files (see qcow2.h).
 */
#include "formats/measure/qcow2.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"

enum {
	HEADER_2 = 72,
	HEADER_3 = 104,
	SECTOR = 512,
};

#define MAGIC UINT32_C(0x514649fb)
#define OFFSET_MASK UINT64_C(0x00fffffffffffe00)   /* bits 9 to 55 */
#define COPIED (UINT64_C(1) << 63)
#define COMPRESSED (UINT64_C(1) << 62)
#define ALL_ZERO UINT64_C(1)

/* Incompatible features. */
enum {
	DIRTY = 1,         /* reference counts may be wrong: no matter here */
	CORRUPT = 2,
	EXTERNAL = 4,
	COMPRESSION = 8,
	EXTENDED_L2 = 16,
};

bool coco_qcow2_is(struct coco_view head)
{
	return head.n >= 4 && coco_get_be32(head.p) == MAGIC;
}

static int feature(struct coco_diag *diag, uint64_t at, const char *field, const char *what)
{
	return coco_fail_at(diag, COCO_E_DISK_FEATURE, at, field, "qcow2 file %s", what);
}

static int damaged(struct coco_diag *diag, uint64_t at, const char *field, const char *what)
{
	return coco_fail_at(diag, COCO_E_DISK_CONTAINER, at, field, "qcow2 file: %s", what);
}

/* What only version 3 has. */
static int parse_v3(struct coco_qcow2 *q, struct coco_rd *rd, struct coco_diag *diag)
{
	uint64_t bits = coco_rd_be64(rd, "incompatible_features");

	(void)coco_rd_be64(rd, "compatible_features");
	(void)coco_rd_be64(rd, "autoclear_features");
	(void)coco_rd_be32(rd, "refcount_order");
	uint32_t length = coco_rd_be32(rd, "header_length");
	if (!coco_rd_ok(rd))
		return rd->code;
	if ((bits & CORRUPT) != 0)
		return damaged(diag, HEADER_2, "incompatible_features", "it is marked as corrupt");
	if ((bits & EXTERNAL) != 0)
		return feature(diag, HEADER_2, "incompatible_features",
			       "whose data lies in another file");
	if ((bits & EXTENDED_L2) != 0)
		return feature(diag, HEADER_2, "incompatible_features",
			       "with extended table entries (subclusters)");
	if ((bits & ~(uint64_t)(DIRTY | COMPRESSION)) != 0)
		return feature(diag, HEADER_2, "incompatible_features", "with unknown features");
	if (length < HEADER_3 || length % 8 != 0 || length > (uint32_t)1 << q->cluster_bits)
		return damaged(diag, 100, "header_length", "an impossible length of its header");
	q->compression = COCO_QCOW2_ZLIB;
	if ((bits & COMPRESSION) == 0)
		return 0;
	if (length == HEADER_3)
		return damaged(diag, 100, "header_length", "it does not say how it compresses");
	uint8_t type = coco_rd_u8(rd, "compression_type");
	if (type > COCO_QCOW2_ZSTD)
		return feature(diag, HEADER_3, "compression_type", "of an unknown compression");
	q->compression = type == 0 ? COCO_QCOW2_ZLIB : COCO_QCOW2_ZSTD;
	return rd->code;
}

/* Whether the first table lies in the file and covers the guest's disk. */
static int judge_l1(const struct coco_qcow2 *q, uint64_t file_size, struct coco_diag *diag)
{
	unsigned per_l2 = 2 * q->cluster_bits - 3;   /* bits of what one entry covers */
	uint64_t bytes = (uint64_t)q->l1_size * 8;

	if (q->size > (uint64_t)INT64_MAX - ((uint64_t)1 << per_l2))
		return damaged(diag, 24, "size", "an impossible size of the disk");
	if ((q->size + ((uint64_t)1 << per_l2) - 1) >> per_l2 > q->l1_size)
		return damaged(diag, 36, "l1_size", "its tables are too small for the disk");
	if (bytes > COCO_QCOW2_L1_MAX)
		return damaged(diag, 36, "l1_size", "its first table is too large");
	if (q->l1_size != 0 && (q->l1_offset % ((uint64_t)1 << q->cluster_bits) != 0 ||
				q->l1_offset > file_size || bytes > file_size - q->l1_offset))
		return damaged(diag, 40, "l1_table_offset", "its first table lies outside");
	return 0;
}

int coco_qcow2_parse(struct coco_qcow2 *ret, struct coco_view head, uint64_t file_size,
		     struct coco_diag *diag)
{
	struct coco_qcow2 q = { .compression = COCO_QCOW2_ZLIB };
	struct coco_rd rd;

	coco_rd_init(&rd, head, 0, diag);
	if (coco_rd_be32(&rd, "magic") != MAGIC && coco_rd_ok(&rd))
		return damaged(diag, 0, "magic", "it has another signature");
	q.version = coco_rd_be32(&rd, "version");
	uint64_t backing = coco_rd_be64(&rd, "backing_file_offset");
	(void)coco_rd_be32(&rd, "backing_file_size");
	q.cluster_bits = coco_rd_be32(&rd, "cluster_bits");
	q.size = coco_rd_be64(&rd, "size");
	uint32_t crypt = coco_rd_be32(&rd, "crypt_method");
	q.l1_size = coco_rd_be32(&rd, "l1_size");
	q.l1_offset = coco_rd_be64(&rd, "l1_table_offset");
	(void)coco_rd_view(&rd, 24, "reference counts and snapshots");
	if (!coco_rd_ok(&rd))
		return rd.code;
	if (q.version != 2 && q.version != 3)
		return feature(diag, 4, "version", "of an unknown version");
	if (q.cluster_bits < COCO_QCOW2_CLUSTER_MIN || q.cluster_bits > COCO_QCOW2_CLUSTER_MAX)
		return damaged(diag, 20, "cluster_bits", "an impossible cluster size");
	if (backing != 0)
		return feature(diag, 8, "backing_file_offset",
			       "with a backing file: parts of the disk lie elsewhere");
	if (crypt != 0)
		return feature(diag, 32, "crypt_method", "that is encrypted");
	int r = q.version == 3 ? parse_v3(&q, &rd, diag) : 0;
	if (r == 0)
		r = judge_l1(&q, file_size, diag);
	if (r == 0)
		*ret = q;
	return r;
}

int coco_qcow2_l1(const struct coco_qcow2 *q, uint64_t entry, uint64_t file_size, uint64_t *ret,
		  struct coco_diag *diag)
{
	uint64_t cluster = (uint64_t)1 << q->cluster_bits;
	uint64_t offset = entry & OFFSET_MASK;

	if ((entry & ~(OFFSET_MASK | COPIED)) != 0 || offset % cluster != 0)
		return damaged(diag, offset, "L1 entry", "an entry of its first table is damaged");
	if (offset != 0 && (offset > file_size || cluster > file_size - offset))
		return damaged(diag, offset, "L1 entry",
			       "an entry of its first table points outside the file");
	*ret = offset;
	return 0;
}

static int packed(const struct coco_qcow2 *q, uint64_t entry, uint64_t file_size,
		  struct coco_qcow2_where *ret, struct coco_diag *diag)
{
	unsigned bits = 62 - (q->cluster_bits - 8);
	uint64_t offset = entry & (((uint64_t)1 << bits) - 1);
	uint64_t sectors = (entry & (COMPRESSED - 1)) >> bits;
	uint64_t size = (sectors + 1) * SECTOR - offset % SECTOR;

	if (offset >= file_size)
		return damaged(diag, offset, "L2 entry", "a compressed cluster lies outside");
	ret->kind = COCO_QCOW2_PACKED;
	ret->offset = offset;
	ret->size = (uint32_t)coco_min_u64(size, file_size - offset);
	return 0;
}

int coco_qcow2_l2(const struct coco_qcow2 *q, uint64_t entry, uint64_t file_size,
		  struct coco_qcow2_where *ret, struct coco_diag *diag)
{
	uint64_t cluster = (uint64_t)1 << q->cluster_bits;
	uint64_t offset = entry & OFFSET_MASK;
	uint64_t known = OFFSET_MASK | COPIED | (q->version == 3 ? ALL_ZERO : 0);

	if ((entry & COMPRESSED) != 0) {
		if ((entry & COPIED) != 0)
			return damaged(diag, offset, "L2 entry", "a table entry is damaged");
		return packed(q, entry, file_size, ret, diag);
	}
	if ((entry & ~known) != 0 || offset % cluster != 0)
		return damaged(diag, offset, "L2 entry", "a table entry is damaged");
	if (offset == 0 || (q->version == 3 && (entry & ALL_ZERO) != 0)) {
		*ret = (struct coco_qcow2_where){ .kind = COCO_QCOW2_ZERO };
		return 0;
	}
	if (offset >= file_size)
		return damaged(diag, offset, "L2 entry", "a cluster lies outside the file");
	*ret = (struct coco_qcow2_where){ .kind = COCO_QCOW2_DATA, .offset = offset };
	return 0;
}
