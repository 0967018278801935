/*
 * tdx_quote.c - Intel quotes with their signature data (see tdx_quote.h).
 */
#include "formats/evidence/tdx_quote.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/err_evidence.h"

const char *coco_tdx_prefix(const struct coco_tdx_quote *quote)
{
	return quote->head.tee_type == COCO_DCAP_TEE_TDX ? "tdx" : "sgx";
}

const char *coco_tdx_certification_name(uint16_t type)
{
	static const char *const names[] = {
		"unknown",
		"PPID in plain text",
		"PPID encrypted with RSA-2048",
		"PPID encrypted with RSA-3072",
		"PCK certificate",
		"PCK chain in PEM",
		"QE report",
	};

	return type < COCO_ARRAY_LEN(names) ? names[type] : names[0];
}

/*
 * What lies in length bytes that the quote announced; the reader moves past
 * them, and *ret reads inside.
 */
static void inside(struct coco_rd *rd, uint64_t length, struct coco_rd *ret, const char *field)
{
	uint64_t at = rd->base + rd->at;
	struct coco_view v = coco_rd_view(rd, length, field);

	coco_rd_init(ret, v, at, rd->diag);
	ret->code = rd->code;
}

static void must_end(struct coco_rd *rd, const char *field)
{
	if (coco_rd_left(rd) > 0)
		coco_rd_fail(rd, COCO_E_DCAP_QUOTE, field, "%zu bytes too many in the %s",
			     coco_rd_left(rd), field);
}

/* The QE's report and how it is certified: the rest of rd. */
static void qe_part(struct coco_rd *rd, struct coco_tdx_quote *t)
{
	struct coco_rd in;

	t->qe_report = coco_rd_view(rd, COCO_SGX_REPORT, "QE report");
	if (!coco_rd_ok(rd))
		return;
	coco_rd_init(&in, t->qe_report, rd->base, rd->diag);
	coco_sgx_report_read(&in, &t->qe);
	t->qe_signature = coco_rd_view(rd, COCO_TDX_SIGNATURE, "QE report signature");
	uint16_t n_auth = coco_rd_le16(rd, "size of the QE authentication data");
	t->qe_auth = coco_rd_view(rd, n_auth, "QE authentication data");
	t->cert_type = coco_rd_le16(rd, "certification data type");
	uint32_t n_cert = coco_rd_le32(rd, "size of the certification data");
	t->cert_data = coco_rd_view(rd, n_cert, "certification data");
	must_end(rd, "certification data");
}

static void signature_data(struct coco_rd *rd, struct coco_tdx_quote *t)
{
	struct coco_rd in;

	t->signature = coco_rd_view(rd, COCO_TDX_SIGNATURE, "quote signature");
	t->key = coco_rd_view(rd, COCO_TDX_KEY, "attestation key");
	if (t->head.version == 3) {
		qe_part(rd, t);
		return;
	}
	uint16_t type = coco_rd_le16(rd, "certification data type");
	if (coco_rd_ok(rd) && type != COCO_TDX_CERT_QE) {
		rd->at -= 2;
		coco_rd_fail(rd, COCO_E_DCAP_QUOTE, "certification data type",
			     "certification data of type %u, not 6 (QE report)", type);
	}
	uint32_t size = coco_rd_le32(rd, "size of the QE certification data");
	inside(rd, size, &in, "QE certification data");
	qe_part(&in, t);
	rd->code = in.code;
	must_end(rd, "signature data");
}

static int supported(struct coco_rd *rd, const struct coco_dcap_head *head)
{
	size_t at = rd->at;

	if (head->key_type == COCO_DCAP_KEY_P256)
		return 0;
	rd->at = 2;
	coco_rd_fail(rd, COCO_E_DCAP_QUOTE, "attestation key type",
		     "attestation keys of type %u cannot be read, 2 (ECDSA P-256) can",
		     head->key_type);
	rd->at = at;
	return rd->code;
}

int coco_tdx_quote_parse(struct coco_tdx_quote *ret, struct coco_view bytes,
			 struct coco_diag *diag)
{
	struct coco_tdx_quote t;
	struct coco_rd rd, in;

	memset(&t, 0, sizeof(t));
	if (bytes.n > COCO_TDX_QUOTE_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a quote of %zu bytes, at most %d",
				 bytes.n, COCO_TDX_QUOTE_MAX);
	coco_rd_init(&rd, bytes, 0, diag);
	int r = coco_dcap_head_read(&rd, &t.head);
	if (r == 0)
		r = supported(&rd, &t.head);
	if (r != 0)
		return r;
	t.bytes = bytes;
	t.signed_part = coco_view_of(bytes.p, rd.at);
	t.sig_size = coco_rd_le32(&rd, "size of the signature data");
	inside(&rd, t.sig_size, &in, "signature data");
	signature_data(&in, &t);
	if (in.code != 0)
		return in.code;
	t.trailing = coco_rd_left(&rd);
	struct coco_view behind = coco_rd_view(&rd, t.trailing, "trailing bytes");
	t.trailing_zero = coco_all_zero(behind.p, behind.n);
	*ret = t;
	return 0;
}
