/*
 * mint_pe.h - small PE images: kernels, unified kernel images, addons; whole
 * or with any one defect.
 */
#ifndef COCO_MINT_PE_H
#define COCO_MINT_PE_H

#include "formats/core/base.h"

struct coco_mint_pe_section {
	const char *name;        /* 8 bytes at most */
	const void *data;        /* NULL: reproducible bytes */
	size_t n;                /* raw bytes before they are filled up to 512 */
	uint32_t virtual_size;   /* 0: n */
};

/* What an image shall have; zero members: the usual. */
struct coco_mint_pe {
	const struct coco_mint_pe_section *sections;
	size_t n_sections;
	bool pe32;               /* PE32 instead of PE32+ */
	bool few_directories;    /* four: no entry for certificates */
	bool tight;              /* the last section is not filled up to 512 bytes */
	bool backwards;          /* raw data in the opposite order of the table */
	size_t overlay;          /* bytes behind the sections */
	size_t certs;            /* bytes of a certificate table at the end */
	/* lies, each when not 0 */
	uint16_t mz;
	uint32_t lfanew;
	uint32_t signature;
	uint16_t magic;
	uint16_t optional_size;
	uint32_t directories;
	uint32_t headers_size;
	uint16_t count;          /* NumberOfSections */
	uint32_t certs_size;
	uint32_t certs_at;
	uint32_t first_raw_at;   /* of the first section */
	uint32_t first_raw_size;
	size_t cut;              /* bytes taken from the end of the file */
};

/* Offsets in every such image: for tests that change single fields. */
enum {
	COCO_MINT_PE_AT = 0x80,
	COCO_MINT_PE_OPTIONAL = COCO_MINT_PE_AT + 24,
};

/* A small program of two sections. */
extern const struct coco_mint_pe coco_mint_pe_plain;

/* coco_mint_pe - the bytes of an image; coco_free. */
uint8_t *coco_mint_pe(const struct coco_mint_pe *spec, size_t *ret_n);

/* coco_mint_pe_file - the same as dir/name; the path is in one of four static buffers. */
const char *coco_mint_pe_file(const char *dir, const char *name,
			      const struct coco_mint_pe *spec);

#endif
