/*
 * mint_tdx_parts.c - values that fit together (see mint_tdx_parts.h).
 */
#include "tests/support/mint_tdx_parts.h"

#include <openssl/x509.h>
#include <string.h>

#define D(name) (defect == COCO_MINT_TDX_##name)

size_t coco_mint_serial(const struct coco_pki_cert *cert, uint8_t ret[64])
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert->x509);
	size_t n = (size_t)ASN1_STRING_length(serial);

	memcpy(ret, ASN1_STRING_get0_data(serial), n < 64 ? n : 64);
	return n;
}

static void enclave(struct coco_mint_quote *q, enum coco_mint_tdx_defect defect)
{
	uint8_t *p = q->qe_report;

	memcpy(p + 0x10, "\4\3\2\1", 4);             /* MISCSELECT */
	p[0x30] = 0x15;                              /* ATTRIBUTES */
	memset(p + 0x40, 0x77, 32);                  /* MRENCLAVE */
	memset(p + 0x80, 0xdc, 32);                  /* MRSIGNER */
	p[0x100] = 2;
	p[0x102] = D(QE_OUT_OF_DATE) ? 4 : D(QE_NO_LEVEL) ? 3 : 6;
	if (D(QE_MISC))
		p[0x10] = 0;
	if (D(QE_ATTRIBUTES))
		p[0x30] |= 2;
	if (D(QE_MR_SIGNER))
		p[0x9f] ^= 1;
	if (D(QE_PROD))
		p[0x100] = 1;
}

static void body_values(struct coco_mint_quote *q, enum coco_mint_tdx_defect defect)
{
	uint8_t *p = q->body_bytes;

	if (D(VENDOR))
		q->vendor[0] ^= 1;
	if (D(XFAM_ZERO))
		p[0x80] = 0xe4;
	if (D(DEBUG))
		p[0x78] = 1;
	if (D(MODULE_SIGNER))
		p[0x6f] = 1;
	if (D(MODULE_ATTRIBUTES))
		p[0x70] = 1;
	if (D(MODULE_UNKNOWN))
		p[1] = 2;
	if (D(MODULE_OUT_OF_DATE))
		p[0] = 4;
	if (D(MODULE_NO_LEVEL))
		p[0] = 1;
}

static void platform(struct coco_mint_pck *pck, enum coco_mint_tdx_defect defect)
{
	if (D(PLATFORM_OUT_OF_DATE))
		pck->component[4] = 3;
	if (D(PLATFORM_HARDENING))
		pck->component[0] = 4;
	if (D(PLATFORM_NO_LEVEL))
		pck->component[7] = 2;
}

static void info(struct coco_mint_tcb *t, enum coco_mint_tdx_defect defect)
{
	if (D(TCB_EXPIRED))
		t->next = "2026-01-10T00:00:00Z";    /* the time of the verdict: not any more */
	if (D(TCB_EARLY))
		t->issued = "2026-01-10T00:00:01Z";
	if (D(TCB_FMSPC))
		t->fmspc = "50806F000001";
	if (D(TCB_PCE_ID))
		t->pce_id = "0001";
	if (D(TCB_SGX))
		t->id = "SGX";
	if (D(TCB_DUPLICATE))
		t->extra = "\"fmspc\":\"50806F000000\",";
	if (D(MODULE_REVOKED))
		t->modules[1].isv[0].says.status = "Revoked";
	if (D(PLATFORM_REVOKED))
		t->levels[0].says.status = "Revoked";
}

static void identity(struct coco_mint_qe_id *t, enum coco_mint_tdx_defect defect)
{
	if (D(QE_IDENTITY_EXPIRED))
		t->next = "2026-01-05T00:00:00Z";
	if (D(QE_IDENTITY_OF_SGX))
		t->id = "QE";
	if (D(QE_REVOKED))
		t->isv[0].says.status = "Revoked";
}

void coco_mint_parts(struct coco_mint_parts *ret, uint16_t version, uint16_t body,
		     enum coco_mint_tdx_defect defect)
{
	coco_mint_pck_init(&ret->pck);
	coco_mint_tcb_init(&ret->tcb);
	coco_mint_qe_id_init(&ret->qe_id);
	coco_mint_quote_init(&ret->quote, version, body);
	enclave(&ret->quote, defect);
	body_values(&ret->quote, defect);
	platform(&ret->pck, defect);
	info(&ret->tcb, defect);
	identity(&ret->qe_id, defect);
}
