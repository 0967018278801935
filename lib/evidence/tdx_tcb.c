/*
 * tdx_tcb.c - TCB info, QE identity, TDX module and TCB levels (see
 * tdx_work.h; evidence.md 2.5 to 2.9).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/evidence/qe_identity.h"
#include "formats/evidence/tcb_match.h"
#include "lib/evidence/tdx_tcb.h"

static const char signing_name[] = "Intel SGX TCB Signing";

/* ---- who signed a document --------------------------------------------------------------- */

/*
 * The certificate whose key signed the bytes: Intel has two with the same key
 * and different dates, so one that is valid now is better.
 */
struct signer {
	struct coco_tdx_cert cert;
	bool valid;                     /* at the time of the verdict */
	bool any;                       /* a TCB signing certificate of the root is there */
};

/* What is signed. */
struct signed_text {
	struct coco_view span;
	struct coco_view signature;
	const uint8_t *sha256;          /* of the whole document */
};

static bool signed_by(struct coco_tdx_work *w, const struct signed_text *t,
		      const struct coco_cert *cert)
{
	const uint8_t *by = coco_cert_sha256(cert);
	bool good = false;

	if (coco_verified_find(w->a->verified, t->sha256, by, &good))
		return good;
	good = coco_tdx_tried(w, coco_cert_verify_ec(cert, t->span, 256, t->signature, NULL));
	if (w->code == 0)
		coco_verified_note(w->a->verified, t->sha256, by, good);
	return good;
}

static void consider_signer(struct coco_tdx_work *w, struct signer *s, struct coco_tdx_cert c,
			    const struct signed_text *t)
{
	bool valid = coco_cert_not_before(c.cert) <= w->a->at &&
		     w->a->at < coco_cert_not_after(c.cert);

	if (strcmp(coco_cert_common_name(c.cert), signing_name) != 0 ||
	    coco_cert_is_ca(c.cert) || (s->cert.cert != NULL && (s->valid || !valid)) ||
	    !coco_tdx_issued(w, c.cert, w->root.cert))
		return;
	s->any = true;
	if (!signed_by(w, t, c.cert))
		return;
	s->cert = c;
	s->valid = valid;
}

static struct signer find_signer(struct coco_tdx_work *w, const struct signed_text *t)
{
	const struct coco_collateral *c = w->a->collateral;
	struct signer s = { .cert = { NULL, -1, -1 } };

	for (int i = -1; w->root.cert != NULL &&
			 (i = coco_collateral_next(c, COCO_COLL_CERT, i)) >= 0;)
		consider_signer(w, &s, (struct coco_tdx_cert){ c->v[i].cert, i, -1 }, t);
	return s;
}

/* ---- choosing a document ----------------------------------------------------------------- */

/* One of those that fit; the better one wins: signed, valid now, newer data, newer. */
struct choice {
	int item;                       /* -1: none */
	struct coco_tcb_head head;
	struct signer signer;
	bool valid;
	unsigned others;                /* of the kind, that do not fit */
};

static bool better(const struct choice *a, const struct choice *b)
{
	if (b->item < 0)
		return true;
	if ((a->signer.cert.cert != NULL) != (b->signer.cert.cert != NULL))
		return a->signer.cert.cert != NULL;
	if (a->valid != b->valid)
		return a->valid;
	if (a->head.evaluation != b->head.evaluation)
		return a->head.evaluation > b->head.evaluation;
	return a->head.issued > b->head.issued;
}

static bool fits_info(const struct coco_tdx_work *w, const struct coco_tcb_info *t)
{
	bool tdx = w->quote.head.body != COCO_DCAP_BODY_SGX;

	return t->tdx == tdx && memcmp(t->fmspc, w->ext.fmspc, sizeof(t->fmspc)) == 0 &&
	       memcmp(t->pce_id, w->ext.pce_id, sizeof(t->pce_id)) == 0;
}

static struct choice offer(struct coco_tdx_work *w, int item, const struct coco_tcb_head *head,
			   struct coco_view span, const uint8_t *signature)
{
	struct choice c = { .item = item, .head = *head };
	struct signed_text t = { span, coco_view_of(signature, COCO_TCB_SIGNATURE),
				 w->a->collateral->v[item].sha256 };

	c.valid = head->issued <= w->a->at && w->a->at < head->next_update;
	c.signer = find_signer(w, &t);
	return c;
}

/* The documents that were chosen, and the ones that are looked at. */
struct docs {
	struct coco_tcb_info info;
	struct coco_tcb_info next_info;
	struct coco_qe_identity identity;
	struct coco_qe_identity next_identity;
};

static void choose_info(struct coco_tdx_work *w, struct choice *best, struct docs *docs)
{
	const struct coco_collateral *c = w->a->collateral;
	struct coco_tcb_info *t = &docs->next_info;

	for (int i = -1; (i = coco_collateral_next(c, COCO_COLL_TCB_INFO, i)) >= 0;) {
		if (!coco_tdx_tried(w, coco_tcb_info_parse(t, coco_view_of(c->v[i].p, c->v[i].n),
							 NULL))) {
			best->others++;
			continue;
		}
		struct choice this = { .item = -1 };
		if (fits_info(w, t))
			this = offer(w, i, &t->head, t->span, t->signature);
		if (this.item < 0 || !better(&this, best)) {
			best->others += this.item < 0;
			coco_tcb_info_free(t);
			continue;
		}
		this.others = best->others;
		*best = this;
		coco_tcb_info_free(&docs->info);
		docs->info = *t;
	}
}

static void choose_identity(struct coco_tdx_work *w, struct choice *best, struct docs *docs)
{
	const struct coco_collateral *c = w->a->collateral;
	struct coco_qe_identity *t = &docs->next_identity;
	const char *id = w->quote.head.body != COCO_DCAP_BODY_SGX ? "TD_QE" : "QE";

	for (int i = -1; (i = coco_collateral_next(c, COCO_COLL_QE_IDENTITY, i)) >= 0;) {
		if (!coco_tdx_tried(w, coco_qe_identity_parse(t, coco_view_of(c->v[i].p, c->v[i].n),
							    NULL))) {
			best->others++;
			continue;
		}
		struct choice this = { .item = -1 };
		if (strcmp(t->head.id, id) == 0)
			this = offer(w, i, &t->head, t->span, t->signature);
		if (this.item < 0 || !better(&this, best)) {
			best->others += this.item < 0;
			coco_qe_identity_free(t);
			continue;
		}
		this.others = best->others;
		*best = this;
		coco_qe_identity_free(&docs->identity);
		docs->identity = *t;
	}
}

/* ---- a document as checks ---------------------------------------------------------------- */

/* Names of one kind of document. */
struct doc_kind {
	const char *id;         /* "tcb_info" */
	const char *word;       /* "tcb-info": in reason codes */
	const char *name;       /* "TCB info" */
	char url[160];
};

static void no_document(struct coco_tdx_work *w, const struct doc_kind *k, unsigned others,
			const char *id, const char *title)
{
	struct coco_result *r = w->a->result;
	char reason[COCO_RESULT_REASON];

	coco_tdx_check(w, COCO_CHECKED_MISSING, id, title);
	if (others > 0)
		coco_check_actual(r, "%u of the kind, none for this platform, or unreadable",
				  others);
	else
		coco_check_actual(r, "none");
	snprintf(reason, sizeof(reason), "COLL_MISSING:%s", k->word);
	coco_check_refusal(r, COCO_ROLE_CALLER, reason, "add it with --collateral: %s", k->url);
}

static void bad_signature(struct coco_tdx_work *w, const struct doc_kind *k,
			  const struct choice *c, const char *id, const char *title)
{
	struct coco_result *r = w->a->result;
	char reason[COCO_RESULT_REASON];

	coco_tdx_check(w, c->signer.any ? COCO_CHECKED_FAIL : COCO_CHECKED_MISSING, id, title);
	coco_check_expected(r, "a signature by %s", signing_name);
	coco_check_actual(r, c->signer.any ? "no key of a TCB signing certificate made it"
					   : "no TCB signing certificate of the root is there");
	snprintf(reason, sizeof(reason), c->signer.any ? "COLL_INVALID:%s"
						       : "COLL_MISSING:tcb-signing", k->word);
	coco_check_refusal(r, COCO_ROLE_CALLER, reason,
			   "get it again with the certificates of its response header: %s", k->url);
}

/* Once for each certificate. */
static void signer_checks(struct coco_tdx_work *w, const struct coco_cert *signer,
			  const char *next)
{
	coco_tdx_dates(w, "tcb_signing.validity", "TCB signing certificate", "tcb-signing",
		       coco_cert_not_before(signer), coco_cert_not_after(signer), next);
	coco_tdx_revocation(w, "tcb_signing.revocation", "TCB signing certificate", signer,
			    w->root.cert, "root-crl", COCO_TDX_ROOT_CRL);
}

/* True when the document is authentic (its dates are checks of their own). */
static bool document(struct coco_tdx_work *w, const struct doc_kind *k, const struct choice *c)
{
	struct coco_result *r = w->a->result;
	char id[48], title[COCO_RESULT_TEXT], next[COCO_RESULT_TEXT];
	const struct coco_cert *signer = c->signer.cert.cert;

	snprintf(id, sizeof(id), "%s.signature", k->id);
	snprintf(title, sizeof(title), "Intel signed the %s", k->name);
	if (c->item < 0) {
		no_document(w, k, c->others, id, title);
		return false;
	}
	coco_appraisal_used(w->a, c->item, k->name);
	if (w->root.cert == NULL) {
		coco_tdx_skip(w, id, title, "the root of the PCK chain is not known");
		return false;
	}
	if (signer == NULL) {
		bad_signature(w, k, c, id, title);
		return false;
	}
	coco_tdx_check(w, COCO_CHECKED_PASS, id, title);
	coco_check_detail(r, "evaluation data number %u", c->head.evaluation);
	coco_tdx_used(w, &c->signer.cert, "TCB signing");
	snprintf(next, sizeof(next), "stale collateral: get it again, %s; or judge with --at for "
		 "an older time", k->url);
	snprintf(id, sizeof(id), "%s.validity", k->id);
	coco_tdx_dates(w, id, k->name, k->word, c->head.issued, c->head.next_update, next);
	if (w->signer != signer)
		signer_checks(w, signer, next);
	w->signer = signer;
	return true;
}

/* ---- the QE ------------------------------------------------------------------------------ */

static void field_text(const struct coco_tdx_work *w, const struct coco_qe_identity *t,
		       enum coco_qe_field field, char want[80], char have[80])
{
	const struct coco_sgx_report *qe = &w->quote.qe;
	uint8_t masked[16];

	want[0] = have[0] = '\0';
	for (size_t i = 0; i < sizeof(masked); i++)
		masked[i] = qe->attributes[i] & t->attributes_mask[i];
	if (field == COCO_QE_ATTRIBUTES) {
		coco_hex_encode(want, t->attributes, sizeof(t->attributes));
		coco_hex_encode(have, masked, sizeof(masked));
	} else if (field == COCO_QE_ISV_PROD_ID) {
		snprintf(want, 80, "%u", t->isv_prod_id);
		snprintf(have, 80, "%u", qe->isv_prod_id);
	} else if (field == COCO_QE_MISC_SELECT) {
		coco_hex_encode(want, t->misc_select, sizeof(t->misc_select));
		snprintf(have, 80, "%08x", __builtin_bswap32(qe->misc_select));
	} else {
		coco_hex_encode(want, t->mr_signer, sizeof(t->mr_signer));
		coco_hex_encode(have, qe->mr_signer, sizeof(qe->mr_signer));
	}
}

static bool qe_matches(struct coco_tdx_work *w, const struct coco_qe_identity *t)
{
	struct coco_result *r = w->a->result;
	enum coco_qe_field field = coco_qe_identity_match(t, &w->quote.qe);
	bool ok = field == COCO_QE_FIELDS_MATCH;
	char want[80], have[80];

	field_text(w, t, field, want, have);
	coco_tdx_check(w, ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "qe_identity.match",
		       "the quoting enclave is Intel's");
	coco_check_expected(r, "%s %s", ok ? "MRSIGNER" : coco_qe_field_name(field), want);
	coco_check_actual(r, "%s", have);
	coco_tdx_place(w, w->quote.qe_report);
	if (!ok)
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "MEAS_QE_IDENTITY",
				   "make quotes with Intel's quoting enclave");
	return ok;
}

/* ---- the module -------------------------------------------------------------------------- */

static bool module_equal(const struct coco_tdx_module *m, const struct coco_td_report *td)
{
	for (unsigned i = 0; i < 8; i++)
		if ((td->seam_attributes >> 8 * i & m->attributes_mask[i]) != m->attributes[i])
			return false;
	return memcmp(m->mr_signer, td->mr_signer_seam, sizeof(m->mr_signer)) == 0;
}

static bool module_matches(struct coco_tdx_work *w, const struct coco_tcb_info *t)
{
	static const char title[] = "the TDX module is Intel's";
	struct coco_result *r = w->a->result;
	const struct coco_td_report *td = &w->quote.head.td;
	uint8_t version = td->tee_tcb_svn[1];
	const struct coco_tdx_module *m = coco_tcb_module_of(t, version);
	bool ok = m != NULL && module_equal(m, td);
	char id[8], text[2 * COCO_TD_MR + 1];
	enum { MR_SIGNER_SEAM = 0x40 };

	coco_tcb_module_id(id, version);
	coco_tdx_check(w, ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "module", title);
	if (m == NULL) {
		coco_check_expected(r, "an identity %s in the TCB info", id);
		coco_check_actual(r, "none, of %zu", t->n_modules);
	} else {
		coco_hex_encode(text, m->mr_signer, sizeof(m->mr_signer));
		coco_check_expected(r, "MRSIGNERSEAM %s", text);
		coco_hex_encode(text, td->mr_signer_seam, sizeof(m->mr_signer));
		coco_check_actual(r, "%s, SEAMATTRIBUTES 0x%llx", text,
				  (unsigned long long)td->seam_attributes);
	}
	coco_check_detail(r, "module version %u, SVN %u", version, td->tee_tcb_svn[0]);
	coco_tdx_place(w, coco_view_of(w->quote.bytes.p + w->quote.head.body_at + MR_SIGNER_SEAM,
				       COCO_TD_MR));
	if (!ok)
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "MEAS_TDX_MODULE",
				   m == NULL ? "get newer TCB info; if it has no such identity "
					       "either, install a TDX module that Intel lists"
					     : "install a TDX module that Intel signed");
	return ok;
}

/* The checks of the documents, then of the levels that they hold. */
static void judge(struct coco_tdx_work *w, struct docs *docs)
{
	struct choice info = { .item = -1 }, identity = { .item = -1 };
	struct doc_kind tcb = { "tcb_info", "tcb-info", "TCB info", "" };
	struct doc_kind qe = { "qe_identity", "qe-identity", "QE identity", "" };
	char fmspc[13];

	coco_hex_encode(fmspc, w->ext.fmspc, sizeof(w->ext.fmspc));
	snprintf(tcb.url, sizeof(tcb.url), COCO_TDX_PCS "/%s/certification/v4/tcb?fmspc=%s",
		 w->prefix, fmspc);
	snprintf(qe.url, sizeof(qe.url), COCO_TDX_PCS "/%s/certification/v4/qe/identity",
		 w->prefix);
	choose_identity(w, &identity, docs);
	if (w->has_ext)
		choose_info(w, &info, docs);
	if (w->code != 0)
		return;
	bool qe_ok = document(w, &qe, &identity) && qe_matches(w, &docs->identity);
	bool tcb_ok = w->has_ext && document(w, &tcb, &info);
	if (!w->has_ext)
		coco_tdx_skip(w, "tcb_info.signature", "Intel signed the TCB info",
			      "without PCK certificate it is not known for which platform");
	if (tcb_ok && w->quote.head.body != COCO_DCAP_BODY_SGX)
		tcb_ok = module_matches(w, &docs->info);
	coco_tdx_levels(w, tcb_ok ? &docs->info : NULL, qe_ok ? &docs->identity : NULL);
}

void coco_tdx_tcb(struct coco_tdx_work *w)
{
	struct docs *docs = coco_zalloc(1, sizeof(*docs));

	if (docs == NULL) {
		w->code = coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory to judge a TCB");
		return;
	}
	judge(w, docs);
	coco_tcb_info_free(&docs->info);
	coco_qe_identity_free(&docs->identity);
	coco_free(docs);
}
