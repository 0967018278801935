/*
 * mint_eif.h - small EIF files, whole or with any defect.
 */
#ifndef COCO_MINT_EIF_H
#define COCO_MINT_EIF_H

#include "formats/core/base.h"
#include "tests/support/pki.h"

enum { COCO_MINT_EIF_MAX = 1 << 20 };

struct coco_mint_eif {
	uint8_t *p;
	size_t n;            /* bytes so far */
	size_t sections;
};

/* coco_mint_eif_start - an image without sections. */
void coco_mint_eif_start(struct coco_mint_eif *m);

/* coco_mint_eif_section - appends one; offset of its header. */
size_t coco_mint_eif_section(struct coco_mint_eif *m, uint16_t type, const void *p, size_t n);

/* coco_mint_eif_usual - kernel, command line, metadata, two RAM disks. */
void coco_mint_eif_usual(struct coco_mint_eif *m);

/* What a signature section says; zero members: as it should be. */
struct coco_mint_signature {
	const struct coco_pki_cert *cert;
	uint8_t pcr0[48];
	bool tagged;             /* COSE_Sign1 with its tag */
	/* lies */
	unsigned index;          /* another register */
	unsigned short_value;    /* bytes that the register's value lacks */
	int alg;                 /* instead of -35 */
	unsigned parts;          /* of the COSE_Sign1, instead of 4 */
	unsigned short_signature;
	bool wide_number;        /* a certificate with the number 256 */
	bool bytes;              /* the certificate as a byte string */
	bool none;               /* an empty list */
	bool wrong;              /* a signature over something else */
};

/* coco_mint_eif_signature - the bytes of a signature section; coco_free. */
uint8_t *coco_mint_eif_signature(const struct coco_mint_signature *s, size_t *ret_n);

/* coco_mint_eif_finish - counts, offsets, sizes and checksum of the header. */
void coco_mint_eif_finish(struct coco_mint_eif *m);

/* coco_mint_eif_crc - the checksum alone, after a change of m->p. */
void coco_mint_eif_crc(struct coco_mint_eif *m);

/* coco_mint_eif_file - writes dir/name as it is; the path is in a static buffer. */
const char *coco_mint_eif_file(const struct coco_mint_eif *m, const char *dir, const char *name);

void coco_mint_eif_free(struct coco_mint_eif *m);

#endif
