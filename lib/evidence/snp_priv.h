/*
 * snp_priv.h - a SEV-SNP report while it is judged; for snp_*.c only.
 */
#ifndef COCO_SNP_PRIV_H
#define COCO_SNP_PRIV_H

#include "formats/evidence/amd_cert.h"
#include "formats/evidence/snp_report.h"
#include "lib/evidence/appraiser.h"

enum { COCO_SNP_URL = 232, COCO_SNP_CHAIN_NAME = 24 };

/* A certificate of the chain, and where it came from. */
struct coco_snp_link {
	const struct coco_cert *cert;   /* NULL: not there */
	int item;                       /* number in the collateral, or -1 */
	int root;                       /* number in the caller's roots, or -1 */
	bool issued;                    /* its key made the signature that it was looked up for */
};

struct coco_snp_work {
	struct coco_appraisal *a;
	struct coco_view bytes;         /* the report */
	struct coco_snp_report report;
	int input;
	uint64_t base;                  /* of the report in the input */
	int subject;
	bool vlek;                      /* signed with a VLEK, otherwise a VCEK */
	const char *leaf_name;          /* "VCEK", "VLEK" */
	const char *ask_name;           /* "ASK", "ASVK" */
	struct coco_snp_link leaf;
	struct coco_snp_link ask;
	struct coco_snp_link ark;
	bool has_ext;                   /* the leaf's extensions could be read */
	struct coco_amd_cert ext;
	char product[COCO_SNP_CHAIN_NAME];   /* of the chain's names: "Milan"; "" : not known */
	enum coco_snp_layout layout;    /* of the TCB: by the report, or else by the chain */
	bool failed;                    /* a check failed */
	bool missing;                   /* something that a check needs is not there */
	bool unrevoked;                 /* a current list says so */
};

/* coco_snp_check - a check of authenticity; FAIL and MISSING are remembered. */
void coco_snp_check(struct coco_snp_work *w, enum coco_checked outcome, const char *id,
		    const char *title);

/* coco_snp_at - that check's actual value stands at this offset of the report. */
void coco_snp_at(struct coco_snp_work *w, uint64_t offset);

/* coco_snp_refuse - reason, who acts and the next step of that check. */
void coco_snp_refuse(struct coco_snp_work *w, enum coco_role role, const char *reason,
		     const char *next_fmt, ...) COCO_PRINTF(4, 5);

/* coco_snp_note - something to know that decides nothing by itself. */
void coco_snp_note(struct coco_snp_work *w, const char *id, const char *title,
		   const char *detail_fmt, ...) COCO_PRINTF(4, 5);

/* coco_snp_chip_zero - CHIP_ID is masked, or the report is signed with a VLEK. */
bool coco_snp_chip_zero(const struct coco_snp_report *report);

/* snp_find.c: the certificate of the key that signed, and AMD's addresses. */

/* coco_snp_find_leaf - sets w->leaf (issued: its key signed the report); adds "snp.leaf". */
void coco_snp_find_leaf(struct coco_snp_work *w);

/* coco_snp_signature - "snp.signature", after what explains why it may not hold. */
void coco_snp_signature(struct coco_snp_work *w);

/* coco_snp_leaf_url - where AMD gives out the leaf for this chip and TCB. */
void coco_snp_leaf_url(const struct coco_snp_work *w, char ret[COCO_SNP_URL]);

/* coco_snp_product_text - "Milan", ... by the chain, the report, or a guess; for addresses. */
const char *coco_snp_product_text(const struct coco_snp_work *w);

/* snp_chain.c: from the leaf to a root, dates, revocation. */
void coco_snp_chain(struct coco_snp_work *w);

/* coco_snp_revocation_gap - says that revocation was not checked, and what to add. */
void coco_snp_revocation_gap(struct coco_snp_work *w);

/* snp_leaf.c: what the leaf says against what the report says. */
void coco_snp_leaf(struct coco_snp_work *w);

/* snp_notes.c: what no policy was asked for and an operator should know. */
void coco_snp_notes(struct coco_snp_work *w);

/* snp_roots.c: the name of a pinned root or of an intermediate below it, or NULL. */
const char *coco_snp_pinned(const uint8_t sha256[32], bool *ret_root);

#endif
