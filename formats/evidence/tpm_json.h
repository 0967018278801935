/*
 * tpm_json.h - TPM evidence as Trustee's attester writes it (evidence.md 4.1):
 * {"ak_public": base64 SubjectPublicKeyInfo, "tpm_quote": {"message": base64,
 * "signature": base64 TPMT_SIGNATURE, "pcrs": [hex]}}.
 */
#ifndef COCO_TPM_JSON_H
#define COCO_TPM_JSON_H

#include "formats/evidence/tpm_pcrs.h"

/* A quote with all that belongs to it, taken out of a text. */
struct coco_tpm_quoted {
	struct coco_tpm_quote quote;           /* borrows from message */
	struct coco_tpm_signature signature;   /* borrows from signed_bytes */
	struct coco_tpm_pcrs pcrs;
	uint8_t *message;                      /* owned */
	size_t n_message;
	uint8_t *signed_bytes;                 /* owned: the signature as it came */
	size_t n_signed;
};

void coco_tpm_quoted_free(struct coco_tpm_quoted *q);   /* fine on a zeroed struct */

struct coco_tpm_json {
	uint8_t *ak;                           /* owned: DER SubjectPublicKeyInfo */
	size_t n_ak;
	struct coco_tpm_quoted quoted;
};

/* coco_tpm_json_looks - has the members of such evidence. */
bool coco_tpm_json_looks(const struct coco_jv *doc);

/*
 * coco_tpm_json_decode - gives *ret (coco_tpm_json_free). FORMAT_JSON_TYPE,
 * FORMAT_BASE64, FORMAT_HEX with the pointer; TPM_STRUCTURE, TPM_EVIDENCE.
 * Members that are not known are left alone.
 */
int coco_tpm_json_decode(struct coco_tpm_json *ret, const struct coco_jv *doc,
			 struct coco_diag *diag) COCO_MUSTUSE;
void coco_tpm_json_free(struct coco_tpm_json *t);   /* fine on a zeroed struct */

/* coco_tpm_json_pcrs - a list of hexadecimal values, placed by the quote's bitmap. */
int coco_tpm_json_pcrs(struct coco_tpm_quoted *q, const struct coco_jv *list,
		       struct coco_diag *diag) COCO_MUSTUSE;

/* coco_tpm_json_bytes - a member that is an array of numbers 0 to 255; gives *ret (coco_free). */
int coco_tpm_json_bytes(const struct coco_jv *array, size_t max, uint8_t **ret, size_t *ret_n,
			struct coco_diag *diag) COCO_MUSTUSE;

/* coco_tpm_json_claims - every field; nothing of it has a place in the text. */
void coco_tpm_json_claims(struct coco_claims *c, const struct coco_tpm_json *t);

/* coco_tpm_quoted_claims - those of the quote, its signature and the selected PCRs. */
void coco_tpm_quoted_claims(struct coco_claims *c, const struct coco_tpm_quoted *q);

#endif
