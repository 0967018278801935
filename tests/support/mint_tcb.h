/*
 * mint_tcb.h - the text of Intel's TCB info and enclave identities for tests,
 * made without the code under test. The signature is the caller's.
 */
#ifndef COCO_MINT_TCB_H
#define COCO_MINT_TCB_H

#include "formats/core/base.h"

enum { COCO_MINT_TCB_TEXT = 32768, COCO_MINT_TCB_LEVELS = 6 };

struct coco_mint_verdict {
	const char *status;
	const char *date;            /* NULL: 2025-01-01T00:00:00Z */
	const char *advisories;      /* JSON strings with commas; NULL: no member */
};

struct coco_mint_level {
	uint16_t sgx[16];
	unsigned pce_svn;
	uint16_t tdx[16];
	struct coco_mint_verdict says;
};

struct coco_mint_isv {
	unsigned svn;
	struct coco_mint_verdict says;
};

struct coco_mint_module {
	const char *id;
	uint8_t signer;              /* each byte of mrsigner */
	uint8_t attribute;           /* first byte of attributes; the mask is all ones */
	struct coco_mint_isv isv[COCO_MINT_TCB_LEVELS];
	size_t n_isv;
};

struct coco_mint_tcb {
	unsigned version;
	const char *id;              /* NULL: no member */
	const char *issued;
	const char *next;
	const char *fmspc;
	const char *pce_id;
	unsigned type;
	unsigned evaluation;
	bool module;                 /* tdxModule, all zero */
	uint8_t module_signer;
	struct coco_mint_module modules[3];
	size_t n_modules;
	struct coco_mint_level levels[COCO_MINT_TCB_LEVELS];
	size_t n_levels;
	const char *extra;           /* members before the others: "\"a\":1," */
};

struct coco_mint_qe_id {
	const char *id;
	unsigned version;
	const char *issued;
	const char *next;
	unsigned evaluation;
	uint8_t signer;
	unsigned prod;
	struct coco_mint_isv isv[COCO_MINT_TCB_LEVELS];
	size_t n_isv;
	const char *extra;
};

/* Documents for the quote of mint_quote.h, valid 2026-01-01 to 2026-01-31. */
void coco_mint_tcb_init(struct coco_mint_tcb *t);
void coco_mint_qe_id_init(struct coco_mint_qe_id *t);

/* The value that is signed, as NUL-terminated text (COCO_MINT_TCB_TEXT); its length. */
size_t coco_mint_tcb_body(char *ret, const struct coco_mint_tcb *t);
size_t coco_mint_qe_id_body(char *ret, const struct coco_mint_qe_id *t);

/* coco_mint_signed - {"NAME":body,"signature":"hex"} as NUL-terminated text; its length. */
size_t coco_mint_signed(char *ret, const char *name, const char *body,
			const uint8_t signature[64]);

#endif
