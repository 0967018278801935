/*
 * gce_tpm.c - TPM evidence of Google Compute Engine (see gce_tpm.h).
 */
#include "formats/evidence/gce_tpm.h"

#include "formats/core/err_evidence.h"
#include "formats/core/pbuf.h"
#include "formats/core/utf8.h"

enum {   /* fields of Attestation */
	F_AK = 1,
	F_QUOTES = 2,
	F_EVENT_LOG = 3,
	F_INSTANCE = 4,
	F_CANONICAL = 5,
	F_AK_CERT = 6,
	F_CERTS = 7,
	F_SNP = 8,
	F_TDX = 9,
};

void coco_gce_free(struct coco_gce *g)
{
	for (size_t i = 0; g != NULL && i < g->n_quotes; i++)
		coco_tpm_pcrs_free(&g->quote[i].pcrs);
	coco_free(g);
}

bool coco_gce_looks(struct coco_view bytes)
{
	struct coco_pbuf_field f;
	struct coco_tpm_public key;
	struct coco_rd rd;

	if (bytes.n < 16 || bytes.p[0] != (F_AK << 3 | COCO_PBUF_BYTES))
		return false;
	coco_rd_init(&rd, bytes, 0, NULL);
	return coco_pbuf_next(&rd, &f) && f.wire == COCO_PBUF_BYTES &&
	       coco_tpm_public_parse(&key, f.bytes, NULL) == 0;
}

/* Takes the bytes of a field that may be there once. */
static void once(struct coco_rd *rd, const struct coco_pbuf_field *f, struct coco_gce_part *ret,
		 const char *name)
{
	if (!coco_pbuf_expect(rd, f, COCO_PBUF_BYTES, name))
		return;
	if (ret->v.p != NULL) {
		coco_rd_fail(rd, COCO_E_TPM_EVIDENCE, name, "%s is there twice", name);
		return;
	}
	ret->v = f->bytes;
	ret->offset = f->offset;
}

/* One entry of the map from index to value. */
static int pcr(struct coco_gce_quote *q, uint16_t alg, const struct coco_pbuf_field *entry,
	       struct coco_diag *diag)
{
	struct coco_gce_part value = { .offset = 0 };
	struct coco_pbuf_field f;
	struct coco_rd rd;
	uint64_t index = 0;

	coco_rd_init(&rd, entry->bytes, entry->offset, diag);
	while (coco_pbuf_next(&rd, &f)) {
		if (f.number == 1 && coco_pbuf_expect(&rd, &f, COCO_PBUF_VARINT, "pcrs.key"))
			index = f.value;
		else if (f.number == 2)
			once(&rd, &f, &value, "pcrs.value");
	}
	if (rd.code != 0)
		return rd.code;
	int r = coco_tpm_pcrs_add(&q->pcrs, alg, index, value.v, diag);
	if (r != 0)
		return coco_fail_at(diag, r, entry->offset, "pcrs", "it is in the values of PCRs");
	q->pcrs.v[q->pcrs.n - 1].placed = true;
	q->pcrs.v[q->pcrs.n - 1].offset = value.offset;
	return 0;
}

/* Message PCRs: the hash may stand behind the values. */
static int pcrs(struct coco_gce_quote *q, const struct coco_gce_part *part, struct coco_diag *diag)
{
	struct coco_pbuf_field f;
	struct coco_rd rd;
	uint64_t alg = 0;
	int r = 0;

	coco_rd_init(&rd, part->v, part->offset, diag);
	while (coco_pbuf_next(&rd, &f))
		if (f.number == 1 && coco_pbuf_expect(&rd, &f, COCO_PBUF_VARINT, "pcrs.hash"))
			alg = f.value;
	if (rd.code != 0)
		return rd.code;
	if (alg > UINT16_MAX)
		return coco_fail_at(diag, COCO_E_TPM_EVIDENCE, part->offset, "pcrs.hash",
				    "there is no algorithm of that number");
	coco_rd_init(&rd, part->v, part->offset, diag);
	while (r == 0 && coco_pbuf_next(&rd, &f))
		if (f.number == 2 && coco_pbuf_expect(&rd, &f, COCO_PBUF_BYTES, "pcrs.pcrs"))
			r = pcr(q, (uint16_t)alg, &f, diag);
	return r != 0 ? r : rd.code;
}

/* Puts the start of the part in front of an offset that is of the part. */
static int within(const struct coco_gce_part *part, int r, const struct coco_diag *inner,
		  struct coco_diag *diag)
{
	if (r == 0)
		return 0;
	return coco_fail_at(diag, r, part->offset + (inner->has_offset ? inner->offset : 0),
			    inner->field, "%s", inner->message);
}

static int quote(struct coco_gce *g, const struct coco_pbuf_field *field, struct coco_diag *inner,
		 struct coco_diag *diag)
{
	struct coco_gce_quote *q = &g->quote[g->n_quotes++];
	struct coco_gce_part sig = { .offset = 0 };
	struct coco_gce_part values = { .offset = 0 };
	struct coco_pbuf_field f;
	struct coco_rd rd;

	coco_rd_init(&rd, field->bytes, field->offset, diag);
	while (coco_pbuf_next(&rd, &f)) {
		if (f.number == 1)
			once(&rd, &f, &q->message, "quote");
		else if (f.number == 2)
			once(&rd, &f, &sig, "raw_sig");
		else if (f.number == 3)
			once(&rd, &f, &values, "pcrs");
	}
	if (rd.code != 0)
		return rd.code;
	int r = within(&q->message, coco_tpm_quote_parse(&q->quote, q->message.v, inner), inner,
		       diag);
	if (r == 0)
		r = within(&sig, coco_tpm_signature_parse(&q->signature, sig.v, inner), inner,
			   diag);
	return r == 0 ? pcrs(q, &values, diag) : r;
}

static int field_of(struct coco_gce *g, struct coco_rd *rd, const struct coco_pbuf_field *f,
		    struct coco_diag *inner, struct coco_diag *diag)
{
	switch (f->number) {
	case F_AK:
		once(rd, f, &g->ak, "ak_pub");
		break;
	case F_QUOTES:
		if (!coco_pbuf_expect(rd, f, COCO_PBUF_BYTES, "quotes"))
			break;
		if (g->n_quotes == COCO_GCE_QUOTES)
			return coco_rd_fail(rd, COCO_E_LIMIT_SIZE, "quotes",
					    "more than %d quotes", COCO_GCE_QUOTES);
		return quote(g, f, inner, diag);
	case F_EVENT_LOG:
		once(rd, f, &g->event_log, "event_log");
		break;
	case F_INSTANCE:
		once(rd, f, &g->instance, "instance_info");
		break;
	case F_CANONICAL:
		once(rd, f, &g->canonical_log, "canonical_event_log");
		break;
	case F_AK_CERT:
		once(rd, f, &g->ak_cert, "ak_cert");
		break;
	case F_CERTS:
		if (!coco_pbuf_expect(rd, f, COCO_PBUF_BYTES, "intermediate_certs"))
			break;
		if (g->n_certs == COCO_GCE_CERTS)
			return coco_rd_fail(rd, COCO_E_LIMIT_SIZE, "intermediate_certs",
					    "more than %d certificates", COCO_GCE_CERTS);
		g->cert[g->n_certs].v = f->bytes;
		g->cert[g->n_certs++].offset = f->offset;
		break;
	case F_SNP:
		once(rd, f, &g->snp, "sev_snp_attestation");
		break;
	case F_TDX:
		once(rd, f, &g->tdx, "tdx_attestation");
		break;
	default:
		break;
	}
	return rd->code;
}

static int decode(struct coco_gce *g, struct coco_view bytes, struct coco_diag *diag)
{
	struct coco_pbuf_field f;
	struct coco_diag inner;
	struct coco_rd rd;
	int r = 0;

	coco_diag_init(&inner);
	coco_rd_init(&rd, bytes, 0, diag);
	while (r == 0 && coco_pbuf_next(&rd, &f))
		r = field_of(g, &rd, &f, &inner, diag);
	if (r == 0)
		r = rd.code;
	if (r != 0)
		return r;
	if (g->ak.v.n == 0)
		return coco_fail(diag, COCO_E_TPM_EVIDENCE, "there is no attestation key (ak_pub)");
	if (g->n_quotes == 0)
		return coco_fail(diag, COCO_E_TPM_EVIDENCE, "there is no quote");
	return within(&g->ak, coco_tpm_public_parse(&g->ak_public, g->ak.v, &inner), &inner, diag);
}

int coco_gce_decode(struct coco_gce **ret, struct coco_view bytes, struct coco_diag *diag)
{
	if (bytes.n > COCO_GCE_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "an attestation of %zu bytes", bytes.n);
	struct coco_gce *g = coco_zalloc(1, sizeof(*g));
	if (g == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for an attestation");
	int r = decode(g, bytes, diag);
	if (r == 0)
		*ret = g;
	else
		coco_gce_free(g);
	return r;
}

/* ---- claims --------------------------------------------------------------------- */

/* Where the virtual machine says that it runs; nothing signs that. */
static void instance_claims(struct coco_claims *c, const struct coco_gce *g, uint64_t base)
{
	static const char *const names[] = {
		NULL, "gce.unsigned.zone", "gce.unsigned.project_id",
		"gce.unsigned.project_number", "gce.unsigned.instance_name",
		"gce.unsigned.instance_id",
	};
	struct coco_pbuf_field f;
	struct coco_rd rd;

	coco_rd_init(&rd, g->instance.v, base + g->instance.offset, NULL);
	while (coco_pbuf_next(&rd, &f)) {
		if (f.number >= COCO_ARRAY_LEN(names))
			continue;
		if (f.wire == COCO_PBUF_VARINT)
			coco_claims_number(c, names[f.number], f.value, f.offset,
					   (size_t)(base + g->instance.offset + rd.at - f.offset));
		else if (f.wire == COCO_PBUF_BYTES && coco_utf8_valid(f.bytes.p, f.bytes.n, NULL))
			coco_claims_text(c, names[f.number], (const char *)f.bytes.p, f.bytes.n,
					 f.offset, f.bytes.n);
		else
			continue;
		coco_claims_note(c, "no signature covers this");
	}
}

void coco_gce_claims(struct coco_claims *c, const struct coco_gce *g, uint64_t base)
{
	coco_tpm_public_claims(c, &g->ak_public, true, base + g->ak.offset);
	coco_claims_number(c, "gce.quotes", g->n_quotes, 0, 0);
	coco_tpm_quote_claims(c, &g->quote[0].quote, true, base + g->quote[0].message.offset);
	coco_tpm_signature_claims(c, &g->quote[0].signature);
	for (size_t i = 0; i < g->n_quotes; i++) {
		size_t from = c->n;

		coco_tpm_pcrs_claims(c, &g->quote[i].quote, &g->quote[i].pcrs);
		for (size_t k = from; k < c->n; k++)
			if (c->v[k].length > 0)
				c->v[k].offset += base;
	}
	coco_claims_bool(c, "gce.ak_cert", g->ak_cert.v.n > 0, 0, 0);
	coco_claims_note(c, "a certificate of the attestation key came along");
	instance_claims(c, g, base);
}
