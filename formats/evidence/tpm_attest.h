/*
 * tpm_attest.h - what a TPM 2.0 gives for a quote (TPM 2.0 Library part 2,
 * TPMS_ATTEST, TPMT_SIGNATURE, TPMT_PUBLIC; evidence.md 4.1): the quote, its
 * signature, the public area of the key that signed. Decoding proves nothing.
 *
 * The quote signs a digest over PCRs that a bitmap in it names. Values of PCRs
 * come beside it and are worth something only when the bitmap names them.
 */
#ifndef COCO_TPM_ATTEST_H
#define COCO_TPM_ATTEST_H

#include "formats/core/tcg_log.h"
#include "formats/core/wr.h"
#include "formats/evidence/claims.h"

enum {
	COCO_TPM_BANKS = 8,            /* selections in one quote */
	COCO_TPM_PCRS = 32,            /* registers of a bank: 4 bytes of bitmap */
	COCO_TPM_BYTES = 1 << 12,      /* of a sized buffer */
	COCO_TPM_RSASSA = 0x14,        /* signature schemes */
	COCO_TPM_RSAPSS = 0x16,
	COCO_TPM_ECDSA = 0x18,
	COCO_TPM_RSA = 0x01,           /* types of keys */
	COCO_TPM_ECC = 0x23,
	COCO_TPM_P256 = 3,             /* curves */
	COCO_TPM_P384 = 4,
	COCO_TPM_P521 = 5,
};

/* Bits of the attributes of a key that say what its signatures are worth. */
#define COCO_TPM_FIXED_TPM (1U << 1)
#define COCO_TPM_RESTRICTED (1U << 16)   /* signs only what the TPM itself made */
#define COCO_TPM_DECRYPT (1U << 17)
#define COCO_TPM_SIGN (1U << 18)

/* PCRs of one bank, bit i is PCR i. */
struct coco_tpm_selection {
	uint16_t alg;                  /* COCO_TCG_SHA256, ... or one that is not known */
	uint32_t pcrs;
	uint64_t offset;               /* of the bitmap in the quote */
	size_t n_bitmap;
};

/* TPMS_ATTEST of type quote; views borrow from bytes. */
struct coco_tpm_quote {
	struct coco_view bytes;        /* the whole: what is signed */
	struct coco_view signer;       /* qualified name of the key */
	struct coco_view extra_data;   /* the nonce */
	uint64_t clock;                /* milliseconds */
	uint32_t reset_count;
	uint32_t restart_count;
	uint8_t safe;
	uint64_t firmware;             /* version, of the vendor's making */
	uint64_t clock_at;             /* offset of clock; the others follow it */
	size_t n_banks;
	struct coco_tpm_selection bank[COCO_TPM_BANKS];
	struct coco_view pcr_digest;
};

struct coco_tpm_signature {
	uint16_t scheme;               /* COCO_TPM_RSASSA, _RSAPSS, _ECDSA */
	uint16_t hash;                 /* COCO_TCG_SHA256, ... */
	struct coco_view a;            /* RSA: the signature; ECDSA: r */
	struct coco_view b;            /* ECDSA: s */
};

/* TPMT_PUBLIC of a signing key. */
struct coco_tpm_public {
	uint16_t type;                 /* COCO_TPM_RSA, COCO_TPM_ECC */
	uint16_t name_alg;
	uint32_t attributes;
	uint64_t attributes_at;
	struct coco_view policy;
	uint16_t scheme;               /* 0x10: any */
	uint16_t hash;                 /* of the scheme; 0: any */
	uint16_t bits;                 /* RSA */
	uint32_t exponent;             /* RSA; never 0: 65537 when the structure says 0 */
	uint16_t curve;                /* ECC: COCO_TPM_P256, ... */
	struct coco_view a;            /* RSA: the modulus; ECC: x */
	struct coco_view b;            /* ECC: y */
};

/*
 * The three decoders take exactly one structure. TPM_STRUCTURE: not that
 * structure (magic, type), a scheme, type or symmetric algorithm that an
 * attestation key does not have, a bank twice, more PCRs than 32;
 * FORMAT_SHORT, FORMAT_TRAILING, LIMIT_SIZE.
 */
int coco_tpm_quote_parse(struct coco_tpm_quote *ret, struct coco_view bytes,
			 struct coco_diag *diag) COCO_MUSTUSE;
int coco_tpm_signature_parse(struct coco_tpm_signature *ret, struct coco_view bytes,
			     struct coco_diag *diag) COCO_MUSTUSE;
int coco_tpm_public_parse(struct coco_tpm_public *ret, struct coco_view bytes,
			  struct coco_diag *diag) COCO_MUSTUSE;

/*
 * Claims "tpm.extra_data", "tpm.clock", "tpm.selection.sha256", ...; "tpm.ak.*"
 * of a public area. placed: base is the offset of the structure in the piece;
 * otherwise the claims have no place.
 */
void coco_tpm_quote_claims(struct coco_claims *c, const struct coco_tpm_quote *quote,
			   bool placed, uint64_t base);
void coco_tpm_signature_claims(struct coco_claims *c, const struct coco_tpm_signature *sig);
void coco_tpm_public_claims(struct coco_claims *c, const struct coco_tpm_public *key,
			    bool placed, uint64_t base);

/* coco_tpm_scheme_name - "RSASSA", "RSAPSS", "ECDSA"; NULL for others. */
const char *coco_tpm_scheme_name(uint16_t scheme);

#endif
