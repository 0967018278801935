/*
 * collateral_facts.c - what an item of collateral says of itself (see
 * collateral_bundle.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/evidence/qe_identity.h"
#include "formats/evidence/tcb_info.h"
#include "lib/evidence/collateral_bundle.h"

static void window(struct coco_collateral_facts *f, int64_t not_before, int64_t not_after)
{
	f->has_before = true;
	f->not_before = not_before;
	f->has_after = true;
	f->not_after = not_after;
}

/* The common name of a name's text, or all of it: a table has little room. */
static void short_name(char ret[256], const char *text)
{
	const char *cn = strncmp(text, "CN=", 3) == 0 ? text + 3 : strstr(text, ",CN=");
	size_t n;

	if (cn == NULL) {
		snprintf(ret, 256, "%.255s", text);
		return;
	}
	cn += *cn == ',' ? 4 : 0;
	n = strcspn(cn, ",");
	snprintf(ret, 256, "%.*s", (int)(n < 255 ? n : 255), cn);
}

static void of_cert(const struct coco_cert *cert, struct coco_collateral_facts *f)
{
	short_name(f->of, coco_cert_subject_text(cert));
	short_name(f->by, coco_cert_issuer_text(cert));
	window(f, coco_cert_not_before(cert), coco_cert_not_after(cert));
}

static void of_crl(const struct coco_crl *crl, struct coco_collateral_facts *f)
{
	snprintf(f->of, sizeof(f->of), "%zu revoked", coco_crl_count(crl));
	short_name(f->by, coco_crl_issuer_text(crl));
	f->has_before = true;
	f->not_before = coco_crl_this_update(crl);
	f->has_after = coco_crl_has_next_update(crl);
	f->not_after = coco_crl_next_update(crl);
}

static void of_tcb_info(struct coco_view text, struct coco_collateral_facts *f)
{
	struct coco_tcb_info info;
	char fmspc[13];

	if (coco_tcb_info_parse(&info, text, NULL) != 0)
		return;
	coco_hex_encode(fmspc, info.fmspc, sizeof(info.fmspc));
	snprintf(f->of, sizeof(f->of), "%.8s, FMSPC %s, evaluation %u", info.head.id, fmspc,
		 info.head.evaluation);
	window(f, info.head.issued, info.head.next_update);
	coco_tcb_info_free(&info);
}

static void of_qe_identity(struct coco_view text, struct coco_collateral_facts *f)
{
	struct coco_qe_identity qe;

	if (coco_qe_identity_parse(&qe, text, NULL) != 0)
		return;
	snprintf(f->of, sizeof(f->of), "%.8s, evaluation %u", qe.head.id, qe.head.evaluation);
	window(f, qe.head.issued, qe.head.next_update);
	coco_qe_identity_free(&qe);
}

void coco_collateral_facts(const struct coco_collateral_item *item,
			   struct coco_collateral_facts *ret)
{
	struct coco_view text = coco_view_of(item->p, item->n);

	memset(ret, 0, sizeof(*ret));
	switch (item->kind) {
	case COCO_COLL_CERT:
		of_cert(item->cert, ret);
		break;
	case COCO_COLL_CRL:
		of_crl(item->crl, ret);
		break;
	case COCO_COLL_TCB_INFO:
		of_tcb_info(text, ret);
		break;
	case COCO_COLL_QE_IDENTITY:
		of_qe_identity(text, ret);
		break;
	case COCO_COLL_JWKS:
	case COCO_COLL_RIM:
	case COCO_COLL_OCSP:
	case COCO_COLL_KINDS:
		break;
	}
}
