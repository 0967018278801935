/*
 * mint_tpm.h - quotes of a TPM and what carries them (Trustee, Azure, Google),
 * signed with a test key, each good and with any defect by name. Made without
 * the decoders under test.
 */
#ifndef COCO_MINT_TPM_H
#define COCO_MINT_TPM_H

#include "formats/core/wr.h"
#include "formats/evidence/tpm_attest.h"
#include "lib/crypto/key.h"

enum { COCO_MINT_TPM_PCRS = 24 };

enum coco_mint_tpm_defect {
	COCO_MINT_TPM_GOOD,
	COCO_MINT_TPM_MAGIC,           /* properly signed, but not what a TPM made */
	COCO_MINT_TPM_TYPE,            /* a certification instead of a quote */
	COCO_MINT_TPM_TRAILING,        /* a byte behind the digest */
	COCO_MINT_TPM_DIGEST,          /* the digest is of other values */
	COCO_MINT_TPM_BANK_HASH,       /* the digest is made with the hash of the bank */
	COCO_MINT_TPM_PCR,             /* a value changed on the way */
	COCO_MINT_TPM_PCR_SWAPPED,     /* two values exchanged */
	COCO_MINT_TPM_PCR_MISSING,     /* one value fewer */
	COCO_MINT_TPM_BITMAP,          /* the bitmap changed after signing */
	COCO_MINT_TPM_NONCE,           /* the nonce changed after signing */
	COCO_MINT_TPM_SIGNATURE,       /* one bit of the signature */
	COCO_MINT_TPM_OTHER_KEY,       /* signed by somebody else */
	COCO_MINT_TPM_OTHER_HASH,      /* the signature names another hash */
	COCO_MINT_TPM_SHA1,            /* signed with SHA-1 */
	COCO_MINT_TPM_DEFECTS,
};

/* coco_mint_tpm_defect_name - "digest", "pcr-swapped", ...; static. */
const char *coco_mint_tpm_defect_name(enum coco_mint_tpm_defect defect);

/* Zero members are the usual. */
struct coco_mint_tpm_spec {
	const struct coco_key *ak;     /* private */
	const struct coco_key *other;  /* for OTHER_KEY */
	uint16_t scheme;               /* 0: RSASSA, or ECDSA for an EC key */
	uint16_t hash;                 /* of the scheme; 0: SHA-256 */
	uint16_t bank;                 /* 0: SHA-256 */
	uint32_t pcrs;                 /* bitmap; 0: PCR 0 to 23 */
	struct coco_view extra;        /* empty: "challenge" */
	enum coco_mint_tpm_defect defect;
};

struct coco_minted_quote {
	uint8_t message[512];          /* TPMS_ATTEST */
	size_t n_message;
	uint8_t signature[1100];       /* TPMT_SIGNATURE */
	size_t n_signature;
	size_t raw;                    /* RSA: where the bare value starts in it */
	uint16_t bank;
	uint32_t pcrs;
	size_t n_pcr;                  /* bytes of a value */
	size_t count;                  /* values */
	uint8_t pcr[COCO_MINT_TPM_PCRS][64];
};

/* coco_mint_tpm_quote - a quote; PCR i holds bytes of i + 1. */
void coco_mint_tpm_quote(struct coco_minted_quote *ret, const struct coco_mint_tpm_spec *spec);

/* coco_mint_tpm_public - TPMT_PUBLIC of the key with these attributes; the length. */
size_t coco_mint_tpm_public(uint8_t ret[1024], const struct coco_key *key, uint32_t attributes);

/* coco_mint_tpm_json - Trustee's tpm evidence; a text (coco_free). */
char *coco_mint_tpm_json(const struct coco_minted_quote *q, const struct coco_key *ak);

/*
 * coco_mint_hcl_data - the JSON of an HCL report for the key; user_data NULL:
 * without. A text (coco_free).
 */
char *coco_mint_hcl_data(const struct coco_key *ak, const char *user_data);

/*
 * coco_mint_hcl - an HCL report with padding to 2600 bytes or more; hardware
 * is put into its slot. Bytes (coco_free).
 */
uint8_t *coco_mint_hcl(bool tdx, struct coco_view hardware, const char *data, size_t *ret_n);

/*
 * coco_mint_azure - az-snp-vtpm (certificate: DER of the VCEK) or az-tdx-vtpm
 * (certificate: the quote of the TD) evidence of the version; a text (coco_free).
 */
char *coco_mint_azure(bool tdx, unsigned version, struct coco_view hcl,
		      const struct coco_minted_quote *q, struct coco_view certificate);

/*
 * coco_mint_gce - message Attestation of go-tpm-tools; log and certificate may
 * be empty. Bytes (coco_free).
 */
uint8_t *coco_mint_gce(const struct coco_minted_quote *q, size_t n_quotes,
		       struct coco_view public_area, struct coco_view log,
		       struct coco_view certificate, struct coco_view intermediate,
		       size_t *ret_n);

/* coco_mint_pbuf_bytes, _number - one field of a message. */
void coco_mint_pbuf_bytes(struct coco_wr *wr, unsigned number, const void *p, size_t n);
void coco_mint_pbuf_number(struct coco_wr *wr, unsigned number, uint64_t v);

#endif
