/*
 * tpm_pcrs.c - values of PCRs that come beside a quote (see tpm_pcrs.h).
 */
#include "formats/evidence/tpm_pcrs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"

void coco_tpm_pcrs_free(struct coco_tpm_pcrs *pcrs)
{
	coco_free(pcrs->v);
	memset(pcrs, 0, sizeof(*pcrs));
}

int coco_tpm_pcrs_add(struct coco_tpm_pcrs *pcrs, uint16_t alg, uint64_t index,
		      struct coco_view value, struct coco_diag *diag)
{
	size_t size = coco_tcg_alg_size(alg);
	struct coco_tpm_pcr p = { .alg = alg };

	if (size == 0)
		return coco_fail(diag, COCO_E_TPM_EVIDENCE,
				 "values of a bank of algorithm 0x%x, which is not known", alg);
	if (index >= COCO_TPM_PCRS)
		return coco_fail(diag, COCO_E_TPM_EVIDENCE, "there is no PCR %" PRIu64, index);
	if (value.n != size)
		return coco_fail(diag, COCO_E_TPM_EVIDENCE,
				 "PCR %" PRIu64 " of the %s bank has %zu bytes, not %zu", index,
				 coco_tcg_alg_name(alg), value.n, size);
	if (coco_tpm_pcrs_find(pcrs, alg, (unsigned)index) != NULL)
		return coco_fail(diag, COCO_E_TPM_EVIDENCE,
				 "PCR %" PRIu64 " of the %s bank is there twice", index,
				 coco_tcg_alg_name(alg));
	if (!coco_grow((void **)&pcrs->v, &pcrs->cap, pcrs->n, sizeof(*pcrs->v),
		       COCO_TPM_PCR_VALUES))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for PCRs");
	p.index = (uint8_t)index;
	p.n = (uint8_t)size;
	memcpy(p.v, value.p, size);
	pcrs->v[pcrs->n++] = p;
	return 0;
}

int coco_tpm_pcrs_index(const struct coco_tpm_quote *quote, size_t n, size_t i, uint16_t *ret_alg,
			uint8_t *ret_index, struct coco_diag *diag)
{
	size_t selected = 0;

	for (size_t k = 0; k < quote->n_banks; k++)
		for (unsigned pcr = 0; pcr < COCO_TPM_PCRS; pcr++)
			selected += quote->bank[k].pcrs >> pcr & 1;
	if (n != selected && (quote->n_banks != 1 || n > COCO_TPM_PCRS ||
			      (n < COCO_TPM_PCRS && quote->bank[0].pcrs >> n != 0)))
		return coco_fail(diag, COCO_E_TPM_EVIDENCE,
				 "%zu values of PCRs, but the quote selects %zu", n, selected);
	if (n != selected) {
		*ret_alg = quote->bank[0].alg;
		*ret_index = (uint8_t)i;
		return 0;
	}
	size_t at = 0;
	for (size_t k = 0; k < quote->n_banks; k++)
		for (uint8_t pcr = 0; pcr < COCO_TPM_PCRS; pcr++) {
			if ((quote->bank[k].pcrs >> pcr & 1) == 0 || at++ != i)
				continue;
			*ret_alg = quote->bank[k].alg;
			*ret_index = pcr;
			return 0;
		}
	return coco_fail(diag, COCO_E_TPM_EVIDENCE, "there is no value %zu of %zu", i, n);
}

bool coco_tpm_selected(const struct coco_tpm_quote *quote, uint16_t alg, unsigned index)
{
	for (size_t k = 0; k < quote->n_banks; k++)
		if (quote->bank[k].alg == alg)
			return index < COCO_TPM_PCRS && (quote->bank[k].pcrs >> index & 1) != 0;
	return false;
}

const struct coco_tpm_pcr *coco_tpm_pcrs_find(const struct coco_tpm_pcrs *pcrs, uint16_t alg,
					      unsigned index)
{
	for (size_t i = 0; i < pcrs->n; i++)
		if (pcrs->v[i].alg == alg && pcrs->v[i].index == index)
			return &pcrs->v[i];
	return NULL;
}

bool coco_tpm_pcrs_input(const struct coco_tpm_quote *quote, const struct coco_tpm_pcrs *pcrs,
			 struct coco_wr *wr, uint16_t *ret_alg, unsigned *ret_index)
{
	for (size_t k = 0; k < quote->n_banks; k++)
		for (unsigned pcr = 0; pcr < COCO_TPM_PCRS; pcr++) {
			if ((quote->bank[k].pcrs >> pcr & 1) == 0)
				continue;
			const struct coco_tpm_pcr *p =
				coco_tpm_pcrs_find(pcrs, quote->bank[k].alg, pcr);
			if (p == NULL) {
				*ret_alg = quote->bank[k].alg;
				*ret_index = pcr;
				return false;
			}
			coco_wr_bytes(wr, p->v, p->n);
		}
	return true;
}

void coco_tpm_pcrs_claims(struct coco_claims *c, const struct coco_tpm_quote *quote,
			  const struct coco_tpm_pcrs *pcrs)
{
	char name[COCO_CLAIM_NAME];

	for (size_t k = 0; k < quote->n_banks; k++)
		for (unsigned pcr = 0; pcr < COCO_TPM_PCRS; pcr++) {
			const struct coco_tpm_pcr *p =
				coco_tpm_pcrs_find(pcrs, quote->bank[k].alg, pcr);
			size_t n = c->n;

			if (p == NULL || !coco_tpm_selected(quote, p->alg, pcr))
				continue;
			snprintf(name, sizeof(name), "tpm.%s.pcr%u", coco_tcg_alg_name(p->alg),
				 pcr);
			coco_claims_bytes(c, name, p->v, p->n, p->offset);
			if (!p->placed && c->n > n) {
				c->v[n].offset = 0;
				c->v[n].length = 0;
			}
		}
}
