/*
 * form_tdx.c - Intel quotes, Trustee's JSON around them, and Intel's
 * collateral as others keep it (see piece_form.h; evidence.md 2.5, 2.10).
 */
#include <string.h>

#include "formats/core/dcap_head.h"
#include "formats/core/mem.h"
#include "formats/evidence/tdx_collateral.h"
#include "lib/evidence/form_tdx.h"

/* ---- a quote ----------------------------------------------------------------------------- */

/* Version, key type and TEE type are at places that no other input has them. */
static bool quote_looks(struct coco_view bytes, const struct coco_jv *doc)
{
	struct coco_rd rd;

	if (doc != NULL || bytes.n < COCO_DCAP_HEADER)
		return false;
	coco_rd_init(&rd, bytes, 0, NULL);
	uint16_t version = coco_rd_le16(&rd, "version");
	uint16_t key = coco_rd_le16(&rd, "attestation key type");
	uint32_t tee = coco_rd_le32(&rd, "TEE type");
	return version >= 3 && version <= 5 && (key == 2 || key == 3) &&
	       (tee == COCO_DCAP_TEE_TDX || tee == COCO_DCAP_TEE_SGX);
}

static int quote_take(struct coco_unpack *u, struct coco_view bytes,
		      const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag COCO_UNUSED)
{
	coco_unpack_is(u, bytes.p[4] == COCO_DCAP_TEE_TDX ? COCO_PIECE_TDX_QUOTE
							  : COCO_PIECE_SGX_QUOTE);
	return 0;
}

const struct coco_piece_form coco_form_dcap_quote = { "dcap-quote", quote_looks, quote_take };

/* ---- {"quote": base64, "cc_eventlog": base64 or null} ------------------------------------ */

static bool json_looks(struct coco_view bytes COCO_UNUSED, const struct coco_jv *doc)
{
	struct coco_jv quote;

	if (doc == NULL || coco_jv_kind(doc) != COCO_JSON_OBJECT ||
	    coco_jv_opt(doc, "quote", &quote, NULL) != 0 || quote.v == NULL ||
	    coco_jv_kind(&quote) != COCO_JSON_STRING)
		return false;
	return !coco_jv_has(doc, "tpm_quote") && !coco_jv_has(doc, "hcl_report") &&
	       (coco_jv_has(doc, "cc_eventlog") || coco_jv_len(doc) == 1);
}

static int base64_child(struct coco_unpack *u, const struct coco_jv *doc, const char *key,
			enum coco_piece_kind kind, struct coco_diag *diag)
{
	uint8_t *p = NULL;
	size_t n = 0;
	int r = coco_jv_b64(doc, key, &p, &n, diag);

	if (r == 0)
		r = coco_unpack_child(u, kind, coco_view_of(p, n), key, COCO_NO_OFFSET, diag);
	coco_free(p);
	return r;
}

static int json_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
		     const struct coco_jv *doc, struct coco_diag *diag)
{
	struct coco_jv log;

	coco_unpack_is(u, COCO_PIECE_CONTAINER);
	int r = base64_child(u, doc, "quote", COCO_PIECE_UNKNOWN, diag);
	if (r == 0)
		r = coco_jv_opt(doc, "cc_eventlog", &log, diag);
	if (r == 0 && log.v != NULL && !coco_jv_is_null(&log))
		r = base64_child(u, doc, "cc_eventlog", COCO_PIECE_EVENT_LOG, diag);
	return r;
}

const struct coco_piece_form coco_form_tdx_json = { "tdx-json", json_looks, json_take };

/* ---- collateral -------------------------------------------------------------------------- */

static int item(void *ctx, enum coco_tdx_item kind, struct coco_view bytes, const char *where,
		struct coco_diag *diag)
{
	struct coco_unpack *u = ctx;

	switch (kind) {
	case COCO_TDX_ITEM_PEM:
		return coco_unpack_pem(u, bytes, where, diag);
	case COCO_TDX_ITEM_CRL:
		return coco_unpack_collateral(u, COCO_COLL_CRL, bytes, where, diag);
	case COCO_TDX_ITEM_TCB_INFO:
		return coco_unpack_collateral(u, COCO_COLL_TCB_INFO, bytes, where, diag);
	case COCO_TDX_ITEM_QE_IDENTITY:
		return coco_unpack_collateral(u, COCO_COLL_QE_IDENTITY, bytes, where, diag);
	}
	return 0;
}

static bool collateral_looks(struct coco_view bytes COCO_UNUSED, const struct coco_jv *doc)
{
	return doc != NULL && coco_tdx_collateral_name(doc) != NULL;
}

static int collateral_take(struct coco_unpack *u, struct coco_view bytes,
			   const struct coco_jv *doc, struct coco_diag *diag)
{
	coco_unpack_is(u, COCO_PIECE_COLLATERAL);
	return coco_tdx_collateral_read(bytes, doc, item, u, diag);
}

const struct coco_piece_form coco_form_intel_collateral = { "intel-collateral", collateral_looks,
							    collateral_take };

/* Response headers of Intel's service: issuer chains with percent encoding. */
static bool header_looks(struct coco_view bytes, const struct coco_jv *doc)
{
	return doc == NULL && coco_tdx_header_looks(bytes);
}

/* A block starts a line: what stands before it in the line is the header's name. */
static void break_lines(char *text)
{
	for (char *at = text; (at = strstr(at, "-----BEGIN")) != NULL; at++)
		if (at > text)
			at[-1] = '\n';
}

static int header_take(struct coco_unpack *u, struct coco_view bytes,
		       const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag)
{
	char *text = NULL;
	size_t n = 0;
	int r = coco_tdx_percent_decode(bytes, &text, &n, diag);

	coco_unpack_is(u, COCO_PIECE_COLLATERAL);
	if (r == 0) {
		break_lines(text);
		r = coco_unpack_pem(u, coco_view_of(text, n), "", diag);
	}
	coco_free(text);
	return r;
}

const struct coco_piece_form coco_form_intel_headers = { "intel-headers", header_looks,
							 header_take };
