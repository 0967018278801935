/*
 * tdx_quote.h - an Intel quote with its signature data: TDX of versions 4 and
 * 5, SGX of versions 3 to 5 (evidence.md 2.1 to 2.3). Decoding proves nothing:
 * lib/evidence/tdx_appraise.h verifies.
 */
#ifndef COCO_TDX_QUOTE_H
#define COCO_TDX_QUOTE_H

#include "formats/core/dcap_head.h"
#include "formats/evidence/claims.h"

enum {
	COCO_TDX_QUOTE_MAX = 1 << 20,    /* bytes; quotes have some 5000, padded ones 8000 */
	COCO_TDX_SIGNATURE = 64,         /* r | s, big-endian */
	COCO_TDX_KEY = 64,               /* x | y of a P-256 point, big-endian */
};

/* Certification data: how the PCK certificate is named. Others are not known. */
enum {
	COCO_TDX_CERT_PPID = 1,          /* 2, 3: PPID encrypted for the provisioning service */
	COCO_TDX_CERT_LEAF = 4,
	COCO_TDX_CERT_CHAIN = 5,         /* PEM: leaf, intermediate, root; may end in NUL */
	COCO_TDX_CERT_QE = 6,            /* the QE's report around one of the others */
};

/* All views are borrowed from the quote. */
struct coco_tdx_quote {
	struct coco_view bytes;          /* the whole input */
	struct coco_dcap_head head;
	struct coco_view signed_part;    /* header, descriptor and body */
	uint32_t sig_size;               /* bytes of signature data as the quote says */
	struct coco_view signature;      /* over signed_part, by key */
	struct coco_view key;            /* attestation key */
	struct coco_view qe_report;
	struct coco_sgx_report qe;       /* its fields */
	struct coco_view qe_signature;   /* over qe_report, by the PCK */
	struct coco_view qe_auth;        /* hashed into the QE's report data with key */
	uint16_t cert_type;              /* of the inner certification data */
	struct coco_view cert_data;
	size_t trailing;                 /* bytes behind the signature data: legal, unsigned */
	bool trailing_zero;
};

/*
 * coco_tdx_quote_parse - decodes a quote; trailing bytes are counted. Besides
 * the errors of coco_dcap_head_read: LIMIT_SIZE, and DCAP_QUOTE for another
 * attestation key than P-256 and for sizes that do not add up. *ret is then
 * untouched.
 */
int coco_tdx_quote_parse(struct coco_tdx_quote *ret, struct coco_view bytes,
			 struct coco_diag *diag) COCO_MUSTUSE;

/* coco_tdx_at - offset in the quote of a view of it. */
static inline uint64_t coco_tdx_at(const struct coco_tdx_quote *quote, struct coco_view part)
{
	return (uint64_t)(part.p - quote->bytes.p);
}

/* coco_tdx_prefix - what the claims of a quote start with: "tdx" or "sgx". */
const char *coco_tdx_prefix(const struct coco_tdx_quote *quote);

/* coco_tdx_certification_name - "PCK chain in PEM" and so on; static. */
const char *coco_tdx_certification_name(uint16_t type);

/*
 * coco_tdx_quote_claims - every field as a claim "tdx....", or "sgx....", in
 * the quote's order; base is the quote's offset in its source.
 */
void coco_tdx_quote_claims(struct coco_claims *c, const struct coco_tdx_quote *quote,
			   uint64_t base);

/*
 * Bits of TDATTRIBUTES: those that make a TD untrustworthy (debugging,
 * profiling), and all that have a published meaning. XFAM: those that must be
 * set, and all that may.
 */
#define COCO_TDX_ATTR_TUD UINT64_C(0xff)
#define COCO_TDX_ATTR_KNOWN \
	(UINT64_C(0x71) | UINT64_C(0xf8000000) | UINT64_C(3) << 62)
#define COCO_TDX_ATTR_DEBUG UINT64_C(1)
#define COCO_TDX_XFAM_FIXED1 UINT64_C(0x3)
#define COCO_TDX_XFAM_KNOWN UINT64_C(0x6dbe7)

#endif
