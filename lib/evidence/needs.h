/*
 * needs.h - what verification of evidence needs from the services of AMD (KDS)
 * and Intel (PCS): which items, where they are offered, and whether a set of
 * collateral has them (evidence.md 1.3, 2.5). No network here
 * (fetch_collateral.h), and nothing is trusted.
 */
#ifndef COCO_NEEDS_H
#define COCO_NEEDS_H

#include "formats/evidence/snp_report.h"
#include "lib/evidence/piece.h"

enum { COCO_NEED_PATH = 256, COCO_NEED_WHAT = 160 };

#define COCO_NEED_ANY_TIME INT64_MIN

enum coco_need_kind {
	COCO_NEED_AMD_LEAF,        /* VCEK or VLEK of a report */
	COCO_NEED_AMD_CHAIN,       /* ASK or ASVK, and ARK */
	COCO_NEED_AMD_CRL,         /* of the ARK */
	COCO_NEED_PCK,             /* the PCK certificate: the quote lacks it */
	COCO_NEED_TCB_INFO,
	COCO_NEED_QE_IDENTITY,
	COCO_NEED_PCK_CRL,
	COCO_NEED_ROOT_CRL,        /* of Intel's root */
};

enum coco_need_server {
	COCO_NEED_KDS,
	COCO_NEED_PCS,
	COCO_NEED_INTEL_ROOT,      /* Intel gives it out at a host of its own */
};

/* One item; plain data. */
struct coco_need {
	enum coco_need_kind kind;
	enum coco_need_server server;
	char path[COCO_NEED_PATH]; /* with query; "" : no service gives it out */
	char what[COCO_NEED_WHAT]; /* in words */
	const char *header;        /* of the answer, with the issuers; NULL: none. Static */
	size_t group;              /* which report it is for */
	bool unsure;               /* the report does not say the product: this one is a guess */
	enum coco_snp_product product;
	bool vlek;
	uint8_t chip[64];
	bool masked;               /* CHIP_ID is zero */
	enum coco_snp_layout layout;
	struct coco_snp_tcb tcb;   /* REPORTED_TCB */
	bool tdx;                  /* else SGX */
	uint8_t fmspc[6];
	bool platform;             /* CA of the PCK certificate; else the processor CA */
};

struct coco_needs {
	struct coco_need *v;       /* owned */
	size_t n;
	size_t cap;
	size_t groups;
};

/*
 * coco_needs_of - appends the needs of all reports and quotes among the pieces,
 * in the order in which they are to be fetched; what several share is there
 * once. have is looked at for certificates that tell a product or platform.
 * Errors: those of the decoders with their source, LIMIT_MEMORY.
 */
int coco_needs_of(struct coco_needs *ret, const struct coco_pieces *pieces,
		  const struct coco_collateral *have, struct coco_diag *diag) COCO_MUSTUSE;
void coco_needs_free(struct coco_needs *needs);   /* fine on a zeroed struct */

/* coco_needs_product - the product of a report that did not say it is known now. */
void coco_needs_product(struct coco_needs *needs, size_t group, enum coco_snp_product product);

/*
 * coco_need_met - in holds what is needed, valid at a time (or
 * COCO_NEED_ANY_TIME). Certificates that issued it are looked for in more
 * (may be NULL) too: a signature that such a one did not make does not do, and
 * TCB info and identities need their signer.
 */
bool coco_need_met(const struct coco_need *need, const struct coco_collateral *in,
		   const struct coco_collateral *more, int64_t at);

#endif
