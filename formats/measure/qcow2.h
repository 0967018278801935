/*
 * qcow2.h - headers and table entries of qcow2 files, versions 2 and 3, as far
 * as reading the active image needs them. Reference counts and snapshots do
 * not matter for that and are not read. Source: QEMU's docs/interop/qcow2.
 */
#ifndef COCO_QCOW2_H
#define COCO_QCOW2_H

#include "formats/core/diag.h"

enum {
	COCO_QCOW2_HEADER = 112,       /* bytes that are enough to read a header */
	COCO_QCOW2_CLUSTER_MIN = 9,    /* bits */
	COCO_QCOW2_CLUSTER_MAX = 21,
	COCO_QCOW2_L1_MAX = 32 << 20,  /* bytes of the first table, as in QEMU */
};

enum coco_qcow2_compression {
	COCO_QCOW2_ZLIB,
	COCO_QCOW2_ZSTD,
};

struct coco_qcow2 {
	uint32_t version;              /* 2 or 3 */
	uint32_t cluster_bits;
	uint64_t size;                 /* of the guest's disk, bytes */
	uint64_t l1_offset;
	uint32_t l1_size;              /* entries; they cover size */
	enum coco_qcow2_compression compression;
};

/* coco_qcow2_is - whether a file begins as qcow2 does. */
bool coco_qcow2_is(struct coco_view head);

/*
 * coco_qcow2_parse - the header at the start of a file of file_size bytes.
 * Errors: DISK_CONTAINER (damaged), DISK_FEATURE (backing file, encryption,
 * external data, extended entries, unknown features), FORMAT_SHORT.
 */
int coco_qcow2_parse(struct coco_qcow2 *ret, struct coco_view head, uint64_t file_size,
		     struct coco_diag *diag) COCO_MUSTUSE;

enum coco_qcow2_kind {
	COCO_QCOW2_ZERO,               /* reads as zeros, nothing is stored */
	COCO_QCOW2_DATA,               /* a whole cluster at offset */
	COCO_QCOW2_PACKED,             /* size compressed bytes at offset, or fewer */
};

/* Where the bytes of a cluster are. */
struct coco_qcow2_where {
	enum coco_qcow2_kind kind;
	uint64_t offset;
	uint32_t size;                 /* PACKED: at most cluster size + 1024 */
};

/*
 * coco_qcow2_l1 - the second table that an entry of the first names: *ret is
 * its offset, 0 when there is none. Errors: DISK_CONTAINER.
 */
int coco_qcow2_l1(const struct coco_qcow2 *q, uint64_t entry, uint64_t file_size, uint64_t *ret,
		  struct coco_diag *diag) COCO_MUSTUSE;

/* coco_qcow2_l2 - what an entry of a second table says. Errors: DISK_CONTAINER. */
int coco_qcow2_l2(const struct coco_qcow2 *q, uint64_t entry, uint64_t file_size,
		  struct coco_qcow2_where *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
