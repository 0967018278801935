/*
 * igvm_measure_priv.h - what the parts of igvm_measure.c share while they compute.
 */
#ifndef COCO_IGVM_MEASURE_PRIV_H
#define COCO_IGVM_MEASURE_PRIV_H

#include "formats/measure/snp_page.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/sha256.h"
#include "lib/measure/igvm_measure.h"

/* A step of the record that still grows: pages of one kind, one after the other. */
struct coco_igvm_step {
	struct coco_mrecord_input in;   /* pages 0: there is none */
	uint64_t next;                  /* address of the page that would follow */
};

struct coco_igvm_area {
	uint32_t index;
	uint32_t bytes;
};

struct coco_igvm_work {
	const struct coco_run *run;
	const struct coco_igvm_request *req;
	struct coco_diag *diag;
	struct coco_igvm_measured *out;
	enum coco_igvm_platform platform;
	enum coco_igvm_rules rules;
	uint32_t bit;                       /* of the platform in masks */
	uint32_t amd_bits;                  /* of all platforms of AMD */
	int fd;
	struct coco_igvm_head head;
	uint8_t *list;                      /* owned: the headers */
	bool has_policy;
	uint64_t policy;
	bool has_id;
	struct coco_igvm_id_block id;
	struct coco_igvm_area *areas;       /* owned */
	size_t n_areas;
	size_t cap_areas;
	struct coco_digest *sha384;         /* SNP: one page at a time; TDX: the stream */
	struct coco_sha256 stream;          /* SEV, SEV-ES */
	uint8_t chain[COCO_SNP_DIGEST];     /* SNP: the running digest */
	uint8_t page[COCO_IGVM_PAGE];       /* that is being added */
	uint64_t n_pages;                   /* added so far */
	struct coco_igvm_step step;
};

/*
 * igvm_measure_add.c: adds one page. type is that of SNP; for TDX all but NORMAL are
 * added without their contents. page: 4096 bytes, or NULL for none.
 */
int coco_igvm_add(struct coco_igvm_work *w, const char *name, enum coco_snp_page_type type,
		  uint64_t gpa, const uint8_t *page) COCO_MUSTUSE;

/* igvm_measure_add.c: puts the step that grows into the record. */
int coco_igvm_flush(struct coco_igvm_work *w) COCO_MUSTUSE;

/* igvm_measure_id.c: compares and verifies the ID block with the measurement. */
int coco_igvm_judge_id(struct coco_igvm_work *w, const uint8_t digest[48]) COCO_MUSTUSE;

#endif
