/*
 * pe.h - a strict reader of PE images as UEFI firmware loads them: headers,
 * sections, certificate table, and which bytes the Authenticode digest covers
 * (measure.md 3.1; Microsoft, "PE Format").
 *
 * Only the start of a file is needed; nothing in it steers an access outside
 * of it. What firmware refuses or what has two readings is refused here:
 * sections inside the headers, sections that overlap or leave the file.
 */
#ifndef COCO_PE_H
#define COCO_PE_H

#include "formats/core/diag.h"

enum {
	COCO_PE_HEAD = 1 << 20,      /* bytes from the start that hold all headers */
	COCO_PE_SECTIONS = 2048,     /* of one image */
	COCO_PE_NAME = 9,            /* a section's name with NUL */
	COCO_PE_DIRECTORIES = 16,
};

#define COCO_PE_FILE_MAX ((uint64_t)1 << 40)   /* bytes of a file */

struct coco_pe_section {
	char name[COCO_PE_NAME];     /* up to its first NUL; any bytes */
	uint32_t virtual_size;
	uint32_t address;
	uint32_t raw_size;
	uint32_t raw_at;             /* offset in the file */
	uint32_t flags;
};

struct coco_pe {
	uint64_t file_size;
	bool plus;                   /* PE32+, else PE32 */
	uint16_t machine;
	uint16_t subsystem;
	uint32_t headers_size;       /* SizeOfHeaders */
	uint32_t image_size;         /* SizeOfImage */
	uint32_t checksum;
	uint64_t checksum_at;        /* offset of the field */
	bool has_certs_entry;        /* there are at least five data directories */
	uint64_t certs_entry_at;     /* offset of the eight bytes */
	uint32_t certs_at;           /* what they say; 0, 0: not signed */
	uint32_t certs_size;
	struct coco_pe_section *sections;   /* owned; in the order of the table */
	size_t n_sections;
};

/*
 * coco_pe_parse - head is the start of a file of file_size bytes: all of it or
 * its first COCO_PE_HEAD bytes (borrowed). Gives *ret (coco_pe_free). Errors:
 * PE_SIGNATURE (no MZ or no PE header, an optional header of another kind),
 * PE_HEADER (lengths that contradict each other or the file), PE_SECTION (in
 * the headers, outside of the file, overlapping, too many), PE_CERTIFICATES
 * (a table larger than what follows the sections), LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_pe_parse(struct coco_pe *ret, struct coco_view head, uint64_t file_size,
		  struct coco_diag *diag) COCO_MUSTUSE;
void coco_pe_free(struct coco_pe *pe);   /* fine on a zeroed struct */

/* coco_pe_find - the first section of this name, or NULL. */
const struct coco_pe_section *coco_pe_find(const struct coco_pe *pe, const char *name);

enum coco_pe_part {
	COCO_PE_PART_HEADERS,
	COCO_PE_PART_SECTION,
	COCO_PE_PART_REST,          /* what follows the sections, by the sum of their sizes */
	COCO_PE_PART_CHECKSUM,
	COCO_PE_PART_CERTS_ENTRY,
	COCO_PE_PART_CERTS,
	COCO_PE_PART_GAP,           /* bytes that belong to nothing and are not covered */
};

/* Some bytes of the file. */
struct coco_pe_range {
	uint64_t at;
	uint64_t n;
	enum coco_pe_part part;
	bool hashed;
	const struct coco_pe_section *section;   /* of a section; borrowed from the image */
};

/*
 * coco_pe_ranges - what the digest covers, in the order in which it is hashed,
 * and then what it leaves out (hashed false), by offset. Gives *ret
 * (coco_free). Errors: LIMIT_MEMORY.
 */
int coco_pe_ranges(const struct coco_pe *pe, struct coco_pe_range **ret, size_t *ret_n,
		   struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_pe_padding - zeros (0 to 7) that a signing tool would put behind an
 * image without certificate table; they change the digest.
 */
unsigned coco_pe_padding(const struct coco_pe *pe);

/*
 * coco_pe_checksum - the sum for the CheckSum field: start with 0, add pieces
 * of the file in order (each but the last of even length, the field itself
 * taken as zero by the caller), end with coco_pe_checksum_final.
 */
uint32_t coco_pe_checksum(uint32_t sum, struct coco_view piece);
uint32_t coco_pe_checksum_final(uint32_t sum, uint64_t file_size);

/* coco_pe_machine_name - "x86-64", "AArch64", ...; "unknown". */
const char *coco_pe_machine_name(uint16_t machine);

#endif
