/*
 * form_tpm.c - evidence of TPMs: Trustee's and Azure's JSON, the protocol
 * buffers of go-tpm-tools, HCL reports (see piece_form.h). Certificates that
 * come along go to the collateral, an event log becomes a piece.
 */
#include <string.h>

#include "formats/evidence/azure_json.h"
#include "formats/evidence/gce_tpm.h"
#include "lib/evidence/piece_form.h"

static bool tpm_looks(struct coco_view bytes COCO_UNUSED, const struct coco_jv *doc)
{
	return coco_tpm_json_looks(doc);
}

static int tpm_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
		    const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag COCO_UNUSED)
{
	coco_unpack_is(u, COCO_PIECE_TPM_EVIDENCE);
	return 0;
}

const struct coco_piece_form coco_form_tpm_json = { "tpm-json", tpm_looks, tpm_take };

static bool azure_looks(struct coco_view bytes COCO_UNUSED, const struct coco_jv *doc)
{
	bool tdx;

	return coco_azure_looks(doc, &tdx);
}

/* What cannot be decoded is judged by the appraiser, with the place. */
static int azure_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
		      const struct coco_jv *doc, struct coco_diag *diag)
{
	struct coco_azure a;
	bool tdx = false;
	int r = 0;

	(void)coco_azure_looks(doc, &tdx);
	coco_unpack_is(u, tdx ? COCO_PIECE_AZ_TDX_VTPM : COCO_PIECE_AZ_SNP_VTPM);
	r = coco_azure_decode(&a, doc, NULL);
	if (r != 0)
		return r == COCO_E_LIMIT_MEMORY ? coco_fail(diag, r, "no memory for evidence") : 0;
	if (!tdx)
		r = coco_unpack_collateral(u, COCO_COLL_CERT, coco_view_of(a.vcek, a.n_vcek),
					   "vcek", diag);
	coco_azure_free(&a);
	return r;
}

const struct coco_piece_form coco_form_azure_json = { "azure-json", azure_looks, azure_take };

static bool hcl_looks(struct coco_view bytes, const struct coco_jv *doc COCO_UNUSED)
{
	return bytes.n > COCO_HCL_DATA_AT && memcmp(bytes.p, "HCLA", 4) == 0;
}

static int hcl_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
		    const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag COCO_UNUSED)
{
	coco_unpack_is(u, COCO_PIECE_HCL_REPORT);
	return 0;
}

const struct coco_piece_form coco_form_hcl = { "hcl-report", hcl_looks, hcl_take };

static bool gce_looks(struct coco_view bytes, const struct coco_jv *doc COCO_UNUSED)
{
	return coco_gce_looks(bytes);
}

static int gce_take(struct coco_unpack *u, struct coco_view bytes,
		    const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag)
{
	struct coco_gce *g = NULL;
	int r = 0;

	coco_unpack_is(u, COCO_PIECE_GCE_TPM);
	r = coco_gce_decode(&g, bytes, NULL);
	if (r != 0)
		return r == COCO_E_LIMIT_MEMORY ? coco_fail(diag, r, "no memory for evidence") : 0;
	if (g->event_log.v.n > 0)
		r = coco_unpack_child(u, COCO_PIECE_EVENT_LOG, g->event_log.v, "event_log",
				      g->event_log.offset, diag);
	coco_gce_free(g);
	return r;
}

const struct coco_piece_form coco_form_gce = { "gce-attestation", gce_looks, gce_take };
