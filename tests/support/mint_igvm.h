/*
 * mint_igvm.h - small IGVM files, whole or with any defect: headers and data
 * are put together piece by piece.
 */
#ifndef COCO_MINT_IGVM_H
#define COCO_MINT_IGVM_H

#include "formats/core/base.h"

enum {
	COCO_MINT_IGVM_DATA = 8192,     /* offset of the data */
	COCO_MINT_IGVM_MAX = 8 << 20,   /* bytes of a file */
};

struct coco_mint_igvm {
	uint8_t *p;          /* the file */
	size_t fixed;        /* bytes of the fixed header */
	size_t headers;      /* end of the headers so far */
	size_t n;            /* end of the data so far */
};

/* coco_mint_igvm_start - an empty file of format version 1 or 2. */
void coco_mint_igvm_start(struct coco_mint_igvm *m, unsigned version);

/* coco_mint_igvm_header - appends one; its offset. */
size_t coco_mint_igvm_header(struct coco_mint_igvm *m, uint32_t type, const void *content,
			     size_t n);

/* coco_mint_igvm_data - appends bytes from a seed; their offset. */
uint32_t coco_mint_igvm_data(struct coco_mint_igvm *m, size_t n, uint64_t seed);

/* Headers by name. */
void coco_mint_igvm_platform(struct coco_mint_igvm *m, uint32_t mask, uint8_t platform);
void coco_mint_igvm_policy(struct coco_mint_igvm *m, uint32_t mask, uint64_t policy);
void coco_mint_igvm_area(struct coco_mint_igvm *m, uint64_t bytes, uint32_t index);
void coco_mint_igvm_page(struct coco_mint_igvm *m, uint64_t gpa, uint32_t mask, uint32_t data_at,
			 uint32_t flags, uint16_t type);
void coco_mint_igvm_insert(struct coco_mint_igvm *m, uint64_t gpa, uint32_t mask, uint32_t index);
void coco_mint_igvm_context(struct coco_mint_igvm *m, uint64_t gpa, uint32_t mask,
			    uint32_t data_at, uint16_t vp);

/* coco_mint_igvm_vmsa - a page with the registers that KVM forces; its offset. */
uint32_t coco_mint_igvm_vmsa(struct coco_mint_igvm *m);

/* coco_mint_igvm_finish - sizes and checksum; may be called again after a change of m->p. */
void coco_mint_igvm_finish(struct coco_mint_igvm *m);

/* coco_mint_igvm_file - finishes and writes dir/name; the path is in a static buffer. */
const char *coco_mint_igvm_file(struct coco_mint_igvm *m, const char *dir, const char *name);

void coco_mint_igvm_free(struct coco_mint_igvm *m);

/*
 * coco_mint_igvm_usual - a file for SEV-SNP (mask 1) and TDX (mask 2) with a
 * bit of everything.
 */
void coco_mint_igvm_usual(struct coco_mint_igvm *m);

#endif
