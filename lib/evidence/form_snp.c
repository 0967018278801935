/*
 * form_snp.c - SEV-SNP evidence: a report alone, an extended report (its
 * certificate table behind it), Trustee's JSON, the answer of configfs-tsm, a
 * certificate table alone (see piece_form.h).
 */
#include <stdio.h>

#include "formats/core/pem.h"
#include "formats/evidence/snp_json.h"
#include "lib/evidence/piece_form.h"

enum { VERSION_MIN = 2, VERSION_MAX = 64 };

/* A small version number and the one signature algorithm there is: no text, no archive. */
static bool report_starts(struct coco_view v)
{
	struct coco_rd rd;

	if (v.n < COCO_SNP_REPORT_SIZE)
		return false;
	coco_rd_init(&rd, v, 0, NULL);
	uint32_t version = coco_rd_le32(&rd, "VERSION");
	return version >= VERSION_MIN && version <= VERSION_MAX;
}

/* ---- certificates that come along ------------------------------------------------ */

/* DER or PEM; what a host put into its table beside certificates is not looked at. */
static int take_cert(struct coco_unpack *u, enum coco_snp_cert_kind kind, struct coco_view bytes,
		     struct coco_diag *diag)
{
	const char *name = coco_snp_cert_name(kind);

	if (kind == COCO_SNP_CERT_OTHER || kind == COCO_SNP_CERT_GOOGLE)
		return 0;
	if (coco_pem_looks(bytes))
		return coco_unpack_pem(u, bytes, name, diag);
	return coco_unpack_collateral(u, kind == COCO_SNP_CERT_CRL ? COCO_COLL_CRL
								   : COCO_COLL_CERT,
				      bytes, name, diag);
}

static int take_table(struct coco_unpack *u, struct coco_view blob, uint64_t base,
		      struct coco_diag *diag)
{
	struct coco_snp_certs t;
	int r = coco_snp_certs_read(&t, blob, base, diag);

	for (size_t i = 0; r == 0 && i < t.n; i++)
		r = take_cert(u, t.v[i].kind, t.v[i].bytes, diag);
	return r;
}

/* ---- a report, alone or with its table ------------------------------------------- */

static bool report_looks(struct coco_view bytes, const struct coco_jv *doc)
{
	return doc == NULL && bytes.n == COCO_SNP_REPORT_SIZE && report_starts(bytes);
}

static int report_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
		       const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag COCO_UNUSED)
{
	coco_unpack_is(u, COCO_PIECE_SNP_REPORT);
	return 0;
}

const struct coco_piece_form coco_form_snp_report = { "snp-report", report_looks, report_take };

static struct coco_view behind(struct coco_view bytes)
{
	return coco_view_of(bytes.p + COCO_SNP_REPORT_SIZE, bytes.n - COCO_SNP_REPORT_SIZE);
}

static bool extended_looks(struct coco_view bytes, const struct coco_jv *doc)
{
	if (doc != NULL || bytes.n <= COCO_SNP_REPORT_SIZE || !report_starts(bytes))
		return false;
	struct coco_view table = behind(bytes);
	return coco_snp_certs_looks(table) || coco_all_zero(table.p, table.n);
}

static int extended_take(struct coco_unpack *u, struct coco_view bytes,
			 const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag)
{
	struct coco_view report = coco_view_of(bytes.p, COCO_SNP_REPORT_SIZE);

	coco_unpack_is(u, COCO_PIECE_CONTAINER);
	struct coco_view table = behind(bytes);
	int r = coco_unpack_child(u, COCO_PIECE_SNP_REPORT, report, "report", 0, diag);
	if (r != 0 || coco_all_zero(table.p, table.n))
		return r;
	return take_table(u, table, COCO_SNP_REPORT_SIZE, diag);
}

const struct coco_piece_form coco_form_snp_extended = { "snp-extended-report", extended_looks,
							extended_take };

/* ---- a table alone, as an ioctl or auxblob has it --------------------------------- */

static bool table_looks(struct coco_view bytes, const struct coco_jv *doc)
{
	return doc == NULL && coco_snp_certs_looks(bytes);
}

static int table_take(struct coco_unpack *u, struct coco_view bytes,
		      const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag)
{
	coco_unpack_is(u, COCO_PIECE_COLLATERAL);
	return take_table(u, bytes, 0, diag);
}

const struct coco_piece_form coco_form_snp_certs = { "snp-certificate-table", table_looks,
						     table_take };

/* ---- JSON ------------------------------------------------------------------------ */

static bool json_looks(struct coco_view bytes COCO_UNUSED, const struct coco_jv *doc)
{
	return doc != NULL && coco_snp_json_looks(doc);
}

static int json_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
		     const struct coco_jv *doc, struct coco_diag *diag)
{
	struct coco_snp_json e;
	int r = coco_snp_json_read(&e, doc, diag);

	if (r != 0)
		return r;
	coco_unpack_is(u, COCO_PIECE_CONTAINER);
	r = coco_unpack_child(u, COCO_PIECE_SNP_REPORT, coco_view_of(e.report, sizeof(e.report)),
			      "/attestation_report", COCO_NO_OFFSET, diag);
	for (size_t i = 0; r == 0 && i < e.n_certs; i++)
		r = take_cert(u, e.certs[i].kind, coco_view_of(e.certs[i].p, e.certs[i].n), diag);
	coco_snp_json_free(&e);
	return r;
}

const struct coco_piece_form coco_form_snp_json = { "snp-json", json_looks, json_take };

static bool tsm_looks(struct coco_view bytes COCO_UNUSED, const struct coco_jv *doc)
{
	return doc != NULL && coco_snp_tsm_looks(doc);
}

static int tsm_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
		    const struct coco_jv *doc, struct coco_diag *diag)
{
	struct coco_snp_tsm e;
	int r = coco_snp_tsm_read(&e, doc, diag);

	if (r != 0)
		return r;
	coco_unpack_is(u, COCO_PIECE_CONTAINER);
	r = coco_unpack_child(u, COCO_PIECE_SNP_REPORT, coco_view_of(e.report, e.n_report),
			      "/outblob", COCO_NO_OFFSET, diag);
	if (r == 0 && e.certs != NULL)
		r = take_table(u, coco_view_of(e.certs, e.n_certs), 0, diag);
	coco_snp_tsm_free(&e);
	return r;
}

const struct coco_piece_form coco_form_snp_tsm = { "snp-tsm-json", tsm_looks, tsm_take };
