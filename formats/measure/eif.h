/*
 * eif.h - reader of EIF, the image files of AWS Nitro enclaves (measure.md 6;
 * aws-nitro-enclaves-image-format): a header of 548 bytes, then sections, each
 * with a header of 12 bytes. All integers are big-endian.
 */
#ifndef COCO_EIF_H
#define COCO_EIF_H

#include "formats/core/diag.h"

enum {
	COCO_EIF_HEAD = 548,           /* bytes of the header */
	COCO_EIF_SECTION = 12,         /* bytes of the header of a section */
	COCO_EIF_SECTIONS = 32,        /* at most */
	COCO_EIF_CRC_AT = 544,         /* the checksum is over everything else */
	COCO_EIF_CMDLINE_MAX = 1 << 16, /* bytes of a command line */
	COCO_EIF_SIGNATURE_MAX = 1 << 20, /* bytes of a signature section */
};

enum coco_eif_type {
	COCO_EIF_KERNEL = 1,
	COCO_EIF_CMDLINE = 2,
	COCO_EIF_RAMDISK = 3,
	COCO_EIF_SIGNATURE = 4,
	COCO_EIF_METADATA = 5,
};

struct coco_eif_head {
	uint16_t version;              /* 4 */
	bool arm64;
	uint64_t memory;               /* defaults of the enclave */
	uint64_t cpus;
	size_t n;                      /* sections */
	uint64_t at[COCO_EIF_SECTIONS];    /* offset of the header of each */
	uint64_t size[COCO_EIF_SECTIONS];  /* bytes after that */
	uint32_t crc;
};

/*
 * coco_eif_head - the header (COCO_EIF_HEAD bytes) of a file of file_size
 * bytes. The sections follow each other without gaps up to the end of the
 * file. Errors: EIF (no EIF, another version, sections that do not do so, or
 * none), FORMAT_SHORT.
 */
int coco_eif_head(struct coco_eif_head *ret, struct coco_view start, uint64_t file_size,
		  struct coco_diag *diag) COCO_MUSTUSE;

/* The sections met so far. */
struct coco_eif_seen {
	unsigned kernels;
	unsigned cmdlines;
	unsigned ramdisks;
	unsigned signatures;
	unsigned metadata;
};

/*
 * coco_eif_section - the header of section i (COCO_EIF_SECTION bytes): its
 * type, counted in seen. Errors: EIF (an unknown type, another size than the
 * header of the file says, a second kernel, command line, signature or
 * metadata, a command line or signature that is too long), FORMAT_SHORT.
 */
int coco_eif_section(const struct coco_eif_head *head, size_t i, struct coco_view start,
		     struct coco_eif_seen *seen, enum coco_eif_type *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_eif_complete - EIF when kernel, command line or the first RAM disk is missing. */
int coco_eif_complete(const struct coco_eif_seen *seen, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_eif_type_name - "kernel", "cmdline", ...; static. */
const char *coco_eif_type_name(enum coco_eif_type type);

#endif
