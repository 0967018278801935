/*
 * mint_tdx.h - TDX quotes with everything that verifies them, under a test
 * root: PCK hierarchy, TCB signing, quoting enclave, attestation key,
 * revocation lists, TCB info, QE identity. Good, or with one defect by name.
 */
#ifndef COCO_MINT_TDX_H
#define COCO_MINT_TDX_H

#include "tests/support/mint_quote.h"
#include "tests/support/mint_tcb.h"
#include "tests/support/pki.h"

enum { COCO_MINT_TDX_AT = 1768003200 };   /* 2026-01-10: everything that is good is valid */

/* X(defect) */
#define COCO_MINT_TDX_DEFECTS(X) \
	X(NONE) \
	/* the quote */ \
	X(VENDOR) X(SIGNATURE) X(BODY_CHANGED) X(HEADER_CHANGED) X(DESCRIPTOR_CHANGED) \
	X(OTHER_KEY) X(KEY_OFF_CURVE) X(XFAM_ZERO) X(DEBUG) \
	/* the quoting enclave */ \
	X(QE_SIGNATURE) X(QE_OTHER_SIGNER) X(QE_REPORT_CHANGED) X(QE_BINDING) \
	X(QE_BINDING_TAIL) X(QE_AUTH_CHANGED) X(QE_MR_SIGNER) X(QE_PROD) X(QE_ATTRIBUTES) \
	X(QE_MISC) X(QE_OUT_OF_DATE) X(QE_NO_LEVEL) X(QE_REVOKED) \
	/* the PCK chain */ \
	X(NO_CERTS) X(PCK_OUTSIDE) X(PCK_NO_EXTENSION) X(PCK_BAD_EXTENSION) X(PCK_NAME) \
	X(PCK_IS_CA) X(PCK_CRITICAL) X(CA_MISSING) X(CA_OTHER_KEY) X(CA_NAME) X(CA_NO_CA) \
	X(CA_PROCESSOR) X(ROOT_MISSING) X(ROOT_OTHER_KEY) X(ROOT_UNTRUSTED) X(PCK_EXPIRED) \
	X(PCK_EARLY) X(CA_EXPIRED) X(ROOT_EXPIRED) \
	/* revocation */ \
	X(PCK_REVOKED) X(CA_REVOKED) X(SIGNING_REVOKED) X(NO_PCK_CRL) X(NO_ROOT_CRL) \
	X(PCK_CRL_OTHER_KEY) X(PCK_CRL_STALE) X(PCK_CRL_EARLY) X(ROOT_CRL_STALE) \
	X(ROOT_CRL_NO_NEXT) X(STALE_AND_REVOKED) \
	/* documents */ \
	X(NO_TCB_INFO) X(TCB_SIGNATURE) X(TCB_CHANGED) X(TCB_EXPIRED) X(TCB_EARLY) \
	X(TCB_FMSPC) X(TCB_PCE_ID) X(TCB_SGX) X(TCB_BY_PCK) X(TCB_BY_CA) X(NO_SIGNING) \
	X(SIGNING_NAME) X(SIGNING_EXPIRED) X(NO_QE_IDENTITY) X(QE_IDENTITY_SIGNATURE) \
	X(QE_IDENTITY_EXPIRED) X(QE_IDENTITY_OF_SGX) X(TCB_DUPLICATE) \
	/* module and levels */ \
	X(MODULE_SIGNER) X(MODULE_ATTRIBUTES) X(MODULE_UNKNOWN) X(MODULE_OUT_OF_DATE) \
	X(MODULE_REVOKED) X(MODULE_NO_LEVEL) X(PLATFORM_OUT_OF_DATE) X(PLATFORM_HARDENING) \
	X(PLATFORM_REVOKED) X(PLATFORM_NO_LEVEL)

enum coco_mint_tdx_defect {
#define X(name) COCO_MINT_TDX_##name,
	COCO_MINT_TDX_DEFECTS(X)
#undef X
	COCO_MINT_TDX_N_DEFECTS,
};

/* What was minted. Everything is owned; a NULL certificate or list was left out. */
struct coco_mint_tdx {
	uint8_t quote[COCO_MINT_QUOTE_MAX];
	size_t n_quote;
	struct coco_pki_cert *root;
	struct coco_pki_cert *ca;
	struct coco_pki_cert *leaf;
	struct coco_pki_cert *signing;
	bool outside;                   /* the PCK chain is not in the quote */
	bool trusted;                   /* the root is to be named as trusted */
	uint8_t *root_crl;
	size_t n_root_crl;
	uint8_t *pck_crl;
	size_t n_pck_crl;
	char tcb_info[COCO_MINT_TCB_TEXT];      /* "" when left out */
	char qe_identity[COCO_MINT_TCB_TEXT];
};

/* coco_mint_tdx - gives a quote of the version (4, 5) with a body of the type. */
struct coco_mint_tdx *coco_mint_tdx(uint16_t version, uint16_t body,
				    enum coco_mint_tdx_defect defect);
void coco_mint_tdx_free(struct coco_mint_tdx *t);

const char *coco_mint_tdx_name(enum coco_mint_tdx_defect defect);   /* "QE_BINDING" */

#endif
