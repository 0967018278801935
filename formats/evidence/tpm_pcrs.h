/*
 * tpm_pcrs.h - values of PCRs that come beside a quote. Only those that the
 * bitmap in the quote names are covered by its digest; the others could be
 * anything and never become claims (evidence.md 4.1).
 */
#ifndef COCO_TPM_PCRS_H
#define COCO_TPM_PCRS_H

#include "formats/evidence/tpm_attest.h"

enum { COCO_TPM_PCR_VALUES = COCO_TPM_BANKS * COCO_TPM_PCRS };

struct coco_tpm_pcr {
	uint16_t alg;
	uint8_t index;
	uint8_t n;
	uint8_t v[COCO_TCG_DIGEST];
	bool placed;               /* offset is where it stands in the piece */
	uint64_t offset;
};

struct coco_tpm_pcrs {
	struct coco_tpm_pcr *v;    /* owned */
	size_t n;
	size_t cap;
};

void coco_tpm_pcrs_free(struct coco_tpm_pcrs *pcrs);   /* fine on a zeroed struct */

/*
 * coco_tpm_pcrs_add - one value (copied). TPM_EVIDENCE: an unknown bank, a
 * length that is not its own, an index above 31, one that is there already;
 * LIMIT_MEMORY.
 */
int coco_tpm_pcrs_add(struct coco_tpm_pcrs *pcrs, uint16_t alg, uint64_t index,
		      struct coco_view value, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_tpm_pcrs_index - which PCR item i of a bare list of n values is, by the
 * bitmap of the quote: one value for each selected PCR in the order of the
 * quote, or, with one bank, the values of PCR 0 and on. TPM_EVIDENCE when the
 * list is neither.
 */
int coco_tpm_pcrs_index(const struct coco_tpm_quote *quote, size_t n, size_t i, uint16_t *ret_alg,
			uint8_t *ret_index, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_tpm_selected - the bitmap of the quote names this PCR. */
bool coco_tpm_selected(const struct coco_tpm_quote *quote, uint16_t alg, unsigned index);

/* coco_tpm_pcrs_find - the value, or NULL. */
const struct coco_tpm_pcr *coco_tpm_pcrs_find(const struct coco_tpm_pcrs *pcrs, uint16_t alg,
					      unsigned index);

/*
 * coco_tpm_pcrs_input - appends what the quote's digest is over: the values of
 * exactly the selected PCRs. false: one is not there, *ret_alg and *ret_index
 * say which. Memory: in wr.
 */
bool coco_tpm_pcrs_input(const struct coco_tpm_quote *quote, const struct coco_tpm_pcrs *pcrs,
			 struct coco_wr *wr, uint16_t *ret_alg, unsigned *ret_index);

/* coco_tpm_pcrs_claims - "tpm.sha256.pcr11" for every selected PCR that has a value. */
void coco_tpm_pcrs_claims(struct coco_claims *c, const struct coco_tpm_quote *quote,
			  const struct coco_tpm_pcrs *pcrs);

#endif
