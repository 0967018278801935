/*
 * mint_quote.h - Intel quotes and PCK extensions for tests, made byte by byte
 * and without the code under test. Nothing is signed here (mint_tdx.h does).
 */
#ifndef COCO_MINT_QUOTE_H
#define COCO_MINT_QUOTE_H

#include "formats/core/base.h"

enum {
	COCO_MINT_BODY_MAX = 885,
	COCO_MINT_QE = 384,
	COCO_MINT_AUTH_MAX = 64,
	COCO_MINT_QUOTE_MAX = 16384,
	COCO_MINT_PCK_EXT_MAX = 1024,
};

struct coco_mint_quote {
	uint16_t version;
	uint16_t key_type;
	uint32_t tee;
	uint8_t vendor[16];
	uint16_t body;                        /* type, as version 5 numbers them */
	uint32_t body_says;                   /* size that version 5 announces */
	size_t n_body;
	uint8_t body_bytes[COCO_MINT_BODY_MAX];
	uint8_t signature[64];
	uint8_t key[64];
	uint16_t outer;                       /* certification data type, 6 */
	int32_t outer_more;                   /* added to the size inside it that is announced */
	int32_t sig_more;                     /* added to the size of the signature data */
	uint8_t qe_report[COCO_MINT_QE];
	uint8_t qe_signature[64];
	uint16_t n_auth;
	uint8_t auth[COCO_MINT_AUTH_MAX];
	uint16_t cert_type;
	const uint8_t *cert;                  /* borrowed */
	size_t n_cert;
	size_t trailing;
	uint8_t trailing_byte;
};

/*
 * coco_mint_quote_init - a quote of the version with a body of the type. Every
 * field of bytes starts with its own offset in the body (two bytes); XFAM is
 * 0x602e7, TDATTRIBUTES 0x10000000.
 */
void coco_mint_quote_init(struct coco_mint_quote *q, uint16_t version, uint16_t body);

/* coco_mint_quote_signed - the bytes that are signed, their number. */
size_t coco_mint_quote_signed(uint8_t *ret, const struct coco_mint_quote *q);

/* coco_mint_quote_write - the whole quote into ret (COCO_MINT_QUOTE_MAX), its size. */
size_t coco_mint_quote_write(uint8_t *ret, const struct coco_mint_quote *q);

/* coco_mint_body_at - where the body starts. */
size_t coco_mint_body_at(const struct coco_mint_quote *q);

/* A PCK extension; ids in omit and twice are the last numbers of identifiers. */
struct coco_mint_pck {
	uint8_t ppid[16];
	uint8_t component[16];
	uint16_t pce_svn;
	uint8_t cpu_svn[16];
	uint8_t pce_id[2];
	uint8_t fmspc[6];
	uint8_t sgx_type;
	bool platform;                        /* with instance id and configuration */
	uint8_t instance[16];
	bool reversed;                        /* the order does not matter */
	unsigned omit;                        /* 1 to 7 */
	unsigned omit_tcb;                    /* 1 to 18 */
	unsigned twice;
	unsigned twice_tcb;
};

void coco_mint_pck_init(struct coco_mint_pck *p);
size_t coco_mint_pck_write(uint8_t ret[COCO_MINT_PCK_EXT_MAX], const struct coco_mint_pck *p);

#endif
