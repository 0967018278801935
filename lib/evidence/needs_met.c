/*
 * needs_met.c - whether collateral has what is needed (see needs.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/evidence/amd_cert.h"
#include "formats/evidence/qe_identity.h"
#include "formats/evidence/tcb_info.h"
#include "lib/evidence/collateral_bundle.h"
#include "lib/evidence/needs_priv.h"

enum { NAME = 64 };

/* What is looked for, and where. */
struct look {
	const struct coco_need *need;
	const struct coco_collateral *in;
	const struct coco_collateral *more;
	int64_t at;
};

static bool valid(const struct look *l, const struct coco_collateral_item *item)
{
	struct coco_collateral_facts f;

	if (l->at == COCO_NEED_ANY_TIME)
		return true;
	coco_collateral_facts(item, &f);
	return (!f.has_before || l->at >= f.not_before) && (!f.has_after || l->at < f.not_after);
}

/* ---- certificates and lists -------------------------------------------------------------- */

static bool issued(const struct coco_collateral_item *item, const struct coco_cert *by)
{
	return item->crl != NULL ? coco_crl_issued_by(item->crl, by, NULL) == 0
				 : coco_cert_issued_by(item->cert, by, NULL) == 0;
}

/* No certificate with the issuer's name is there, or one made the signature. */
static bool issuer_agrees(const struct look *l, const struct coco_collateral_item *item)
{
	const struct coco_collateral *sets[] = { l->in, l->more };
	struct coco_view name = item->crl != NULL ? coco_crl_issuer(item->crl)
						  : coco_cert_issuer(item->cert);
	bool seen = false;

	for (size_t k = 0; k < COCO_ARRAY_LEN(sets); k++)
		for (int i = -1; sets[k] != NULL &&
				 (i = coco_collateral_subject(sets[k], name, i)) >= 0;) {
			if (issued(item, sets[k]->v[i].cert))
				return true;
			seen = true;
		}
	return !seen;
}

/* A certificate with that common name. */
static bool has_cert(const struct look *l, const char *name)
{
	for (int i = -1; (i = coco_collateral_next(l->in, COCO_COLL_CERT, i)) >= 0;)
		if (strcmp(coco_cert_common_name(l->in->v[i].cert), name) == 0 &&
		    valid(l, &l->in->v[i]) && issuer_agrees(l, &l->in->v[i]))
			return true;
	return false;
}

/* A list whose issuer has that common name. */
static bool has_crl(const struct look *l, const char *name)
{
	for (int i = -1; (i = coco_collateral_next(l->in, COCO_COLL_CRL, i)) >= 0;) {
		const char *text = coco_crl_issuer_text(l->in->v[i].crl);
		const char *cn = strstr(text, "CN=");
		size_t n = strlen(name);

		if (cn != NULL && strncmp(cn + 3, name, n) == 0 &&
		    (cn[3 + n] == '\0' || cn[3 + n] == ',') && valid(l, &l->in->v[i]) &&
		    issuer_agrees(l, &l->in->v[i]))
			return true;
	}
	return false;
}

/* ---- AMD --------------------------------------------------------------------------------- */

static bool same_tcb(const struct coco_need *need, const struct coco_amd_cert *ext)
{
	enum coco_snp_layout layout = need->layout != COCO_SNP_LAYOUT_UNKNOWN
					      ? need->layout : COCO_SNP_LAYOUT_MILAN;

	for (int i = 0; i < COCO_SNP_COMPONENTS; i++) {
		int at = coco_snp_component_at(layout, (enum coco_snp_component)i);

		if (at >= 0 && (!ext->has_spl[i] || ext->spl[i] != need->tcb.raw[at]))
			return false;
	}
	return true;
}

int coco_need_leaf(const struct coco_need *need, const struct coco_collateral *in, int after)
{
	const char *name = need->vlek ? "SEV-VLEK" : "SEV-VCEK";
	bool chip = !need->vlek && !need->masked;
	struct coco_amd_cert ext;

	for (int i = after; (i = coco_collateral_next(in, COCO_COLL_CERT, i)) >= 0;) {
		const struct coco_cert *cert = in->v[i].cert;

		if (strcmp(coco_cert_common_name(cert), name) != 0 ||
		    coco_amd_cert_read(&ext, coco_cert_der(cert), NULL) != 0)
			continue;
		if (chip && (ext.n_hwid == 0 || memcmp(ext.hwid, need->chip, ext.n_hwid) != 0))
			continue;
		if (same_tcb(need, &ext))
			return i;
	}
	return -1;
}

static bool has_leaf(const struct look *l)
{
	for (int i = -1; (i = coco_need_leaf(l->need, l->in, i)) >= 0;)
		if (valid(l, &l->in->v[i]) && issuer_agrees(l, &l->in->v[i]))
			return true;
	return false;
}

static bool has_chain(const struct look *l)
{
	const char *product = coco_snp_product_name(l->need->product);
	char ask[NAME];
	char ark[NAME];

	snprintf(ask, sizeof(ask), "SEV-%s%s", l->need->vlek ? "VLEK-" : "", product);
	snprintf(ark, sizeof(ark), "ARK-%s", product);
	return has_cert(l, ask) && has_cert(l, ark);
}

/* ---- Intel ------------------------------------------------------------------------------- */

/* Intel's certificate for such documents is there and made the signature. */
static bool signed_document(const struct look *l, struct coco_view span,
			    const uint8_t signature[COCO_TCB_SIGNATURE])
{
	const struct coco_collateral *sets[] = { l->in, l->more };

	for (size_t k = 0; k < COCO_ARRAY_LEN(sets); k++)
		for (int i = -1; sets[k] != NULL &&
				 (i = coco_collateral_next(sets[k], COCO_COLL_CERT, i)) >= 0;) {
			const struct coco_cert *cert = sets[k]->v[i].cert;

			if (strcmp(coco_cert_common_name(cert), "Intel SGX TCB Signing") == 0 &&
			    valid(l, &sets[k]->v[i]) &&
			    coco_cert_verify_ec(cert, span, 256,
						coco_view_of(signature, COCO_TCB_SIGNATURE),
						NULL) == 0)
				return true;
		}
	return false;
}

static bool is_tcb_info(const struct look *l, struct coco_view text)
{
	struct coco_tcb_info info;

	if (coco_tcb_info_parse(&info, text, NULL) != 0)
		return false;
	bool is = info.tdx == l->need->tdx &&
		  memcmp(info.fmspc, l->need->fmspc, sizeof(info.fmspc)) == 0 &&
		  signed_document(l, info.span, info.signature);
	coco_tcb_info_free(&info);
	return is;
}

static bool is_identity(const struct look *l, struct coco_view text)
{
	struct coco_qe_identity qe;

	if (coco_qe_identity_parse(&qe, text, NULL) != 0)
		return false;
	bool is = strcmp(qe.head.id, l->need->tdx ? "TD_QE" : "QE") == 0 &&
		  signed_document(l, qe.span, qe.signature);
	coco_qe_identity_free(&qe);
	return is;
}

static bool has_document(const struct look *l, enum coco_collateral_kind kind)
{
	for (int i = -1; (i = coco_collateral_next(l->in, kind, i)) >= 0;) {
		const struct coco_collateral_item *item = &l->in->v[i];
		struct coco_view text = coco_view_of(item->p, item->n);

		if (valid(l, item) && (kind == COCO_COLL_TCB_INFO ? is_tcb_info(l, text)
								  : is_identity(l, text)))
			return true;
	}
	return false;
}

bool coco_need_met(const struct coco_need *need, const struct coco_collateral *in,
		   const struct coco_collateral *more, int64_t at)
{
	const struct look l = { need, in, more, at };
	char name[NAME];

	switch (need->kind) {
	case COCO_NEED_AMD_LEAF:
		return has_leaf(&l);
	case COCO_NEED_AMD_CHAIN:
		return has_chain(&l);
	case COCO_NEED_AMD_CRL:
		snprintf(name, sizeof(name), "ARK-%s", coco_snp_product_name(need->product));
		return has_crl(&l, name);
	case COCO_NEED_TCB_INFO:
		return has_document(&l, COCO_COLL_TCB_INFO);
	case COCO_NEED_QE_IDENTITY:
		return has_document(&l, COCO_COLL_QE_IDENTITY);
	case COCO_NEED_PCK_CRL:
		return has_crl(&l, need->platform ? "Intel SGX PCK Platform CA"
						  : "Intel SGX PCK Processor CA");
	case COCO_NEED_ROOT_CRL:
		return has_crl(&l, "Intel SGX Root CA");
	case COCO_NEED_PCK:   /* one that fits would have been taken */
		break;
	}
	return false;
}
