/*
 * tdx_work.h - one verification of a quote under way; between tdx_appraise.c
 * (signatures), tdx_chain.c (certificates, revocation) and tdx_tcb.c (TCB
 * info, QE identity, module, levels).
 */
#ifndef COCO_TDX_WORK_H
#define COCO_TDX_WORK_H

#include "formats/evidence/pck_ext.h"
#include "formats/evidence/tdx_quote.h"
#include "lib/evidence/tdx_appraise.h"

enum { COCO_TDX_QUOTE_CERTS = 8 };

#define COCO_TDX_PCS "https://api.trustedservices.intel.com"
#define COCO_TDX_ROOT_CRL "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der"

/* A certificate, and where it came from. */
struct coco_tdx_cert {
	const struct coco_cert *cert;   /* NULL: none */
	int item;                       /* of the collateral, or -1 */
	int root;                       /* of the caller's roots, or -1 */
};

struct coco_tdx_work {
	struct coco_appraisal *a;
	int input;
	uint64_t base;                  /* COCO_NO_OFFSET: none */
	int subject;
	const char *prefix;             /* "tdx", "sgx": of ids and claims */
	struct coco_tdx_quote quote;
	struct coco_cert *certs[COCO_TDX_QUOTE_CERTS];   /* out of the quote; owned */
	size_t n_certs;
	struct coco_tdx_cert leaf;
	struct coco_tdx_cert ca;
	struct coco_tdx_cert root;      /* its key made ca's signature; trusted or not */
	bool trusted;                   /* it is Intel's, or one that the caller named */
	const struct coco_cert *signer; /* of TCB info or QE identity, whose checks were made */
	const struct coco_crl *dated;   /* the list whose dates were checked last */
	bool has_ext;
	struct coco_pck_ext ext;
	struct coco_diag *diag;
	struct coco_diag why;           /* of the step that is taken now */
	int code;                       /* memory */
};

/* coco_tdx_check - appends a check of authenticity "PREFIX.ID". */
void coco_tdx_check(struct coco_tdx_work *w, enum coco_checked outcome, const char *id,
		    const char *title);

/* coco_tdx_skip - ... that could not be made, and why. */
void coco_tdx_skip(struct coco_tdx_work *w, const char *id, const char *title, const char *why);

/* coco_tdx_place - says where in the quote the actual value of the last check stands. */
void coco_tdx_place(struct coco_tdx_work *w, struct coco_view part);

/* coco_tdx_place_at - the same by the offset in the quote. */
void coco_tdx_place_at(struct coco_tdx_work *w, uint64_t offset);

/* coco_tdx_distrust - the vector of evidence that is not authentic. */
void coco_tdx_distrust(struct coco_tdx_work *w);

/* coco_tdx_used - notes a certificate of the collateral as used. */
void coco_tdx_used(struct coco_tdx_work *w, const struct coco_tdx_cert *cert, const char *role);

/* coco_tdx_tried - true when code is 0; memory that ran out ends the verification. */
bool coco_tdx_tried(struct coco_tdx_work *w, int code);

/* coco_tdx_name - the name of a claim "PREFIX.NAME". */
char *coco_tdx_name(const struct coco_tdx_work *w, const char *name, char ret[COCO_CLAIM_NAME]);

/* coco_tdx_chain - finds and judges PCK certificate, CA and root, and their revocation. */
void coco_tdx_chain(struct coco_tdx_work *w);

/* coco_tdx_issued - issuer's name and key issued a certificate; verified once for all quotes. */
bool coco_tdx_issued(struct coco_tdx_work *w, const struct coco_cert *cert,
		     const struct coco_cert *issuer);

/* coco_tdx_is_root - Intel's, or one of the caller's. */
bool coco_tdx_is_root(const struct coco_tdx_work *w, const struct coco_cert *cert);

/*
 * coco_tdx_dates - the check that something is valid at the time of the
 * verdict; narrows its window. word names it in the reason code.
 */
void coco_tdx_dates(struct coco_tdx_work *w, const char *id, const char *what, const char *word,
		    int64_t from, int64_t until, const char *next);

/* coco_tdx_revocation - the check that no list of the issuer names a certificate. */
void coco_tdx_revocation(struct coco_tdx_work *w, const char *id, const char *what,
			 const struct coco_cert *cert, const struct coco_cert *issuer,
			 const char *word, const char *url);

/* coco_tdx_tcb - TCB info, QE identity, module and levels. */
void coco_tdx_tcb(struct coco_tdx_work *w);

#endif
