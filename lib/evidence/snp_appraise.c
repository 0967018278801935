/*
 * snp_appraise.c - SEV-SNP reports: the order of the checks, and those of the
 * report alone (see snp_appraise.h).
 */
#include "lib/evidence/snp_appraise.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/evidence/piece_form.h"
#include "lib/evidence/snp_priv.h"

enum {
	ALGO_ECDSA_P384 = 1,
	TRUST_GENUINE = 2,        /* AR4SI: affirming */
	TRUST_CRYPTO_FAILED = 99,
};

void coco_snp_check(struct coco_snp_work *w, enum coco_checked outcome, const char *id,
		    const char *title)
{
	coco_result_check(w->a->result, w->subject, COCO_ASPECT_AUTHENTIC, outcome, id, title);
	w->failed = w->failed || outcome == COCO_CHECKED_FAIL;
	w->missing = w->missing || outcome == COCO_CHECKED_MISSING;
}

void coco_snp_at(struct coco_snp_work *w, uint64_t offset)
{
	if (w->base != COCO_NO_OFFSET)
		coco_check_at(w->a->result, w->input, w->base + offset);
}

void coco_snp_refuse(struct coco_snp_work *w, enum coco_role role, const char *reason,
		     const char *next_fmt, ...)
{
	char next[COCO_RESULT_TEXT];
	va_list ap;

	va_start(ap, next_fmt);
	if (vsnprintf(next, sizeof(next), next_fmt, ap) < 0)
		next[0] = '\0';
	va_end(ap);
	coco_check_refusal(w->a->result, role, reason, "%s", next);
}

void coco_snp_note(struct coco_snp_work *w, const char *id, const char *title,
		   const char *detail_fmt, ...)
{
	char detail[COCO_RESULT_TEXT];
	va_list ap;

	va_start(ap, detail_fmt);
	if (vsnprintf(detail, sizeof(detail), detail_fmt, ap) < 0)
		detail[0] = '\0';
	va_end(ap);
	coco_result_check(w->a->result, w->subject, COCO_ASPECT_ACCEPTABLE, COCO_CHECKED_SKIPPED,
			  id, title);
	coco_check_detail(w->a->result, "note: %s", detail);
}

bool coco_snp_chip_zero(const struct coco_snp_report *report)
{
	for (size_t i = 0; i < sizeof(report->chip_id); i++)
		if (report->chip_id[i] != 0)
			return false;
	return true;
}

/* Whether the report says it is signed, by what, and how; false: there is nothing to verify. */
static bool signing(struct coco_snp_work *w)
{
	unsigned key = coco_snp_signing_key(&w->report);
	bool known = key == COCO_SNP_KEY_VCEK || key == COCO_SNP_KEY_VLEK;
	bool algo = w->report.signature_algo == ALGO_ECDSA_P384;

	coco_snp_check(w, known ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "snp.signing_key",
		       "the report is signed by a key of AMD's hardware");
	coco_check_expected(w->a->result, "SIGNING_KEY 0 (VCEK) or 1 (VLEK)");
	coco_check_actual(w->a->result, "%u", key);
	coco_snp_at(w, 0x48);
	if (!known)
		coco_snp_refuse(w, COCO_ROLE_PLATFORM_OPERATOR,
				key == COCO_SNP_KEY_NONE ? "EVIDENCE_UNSIGNED"
							 : "EVIDENCE_UNSUPPORTED:signing-key",
				"have the host ask for reports that a VCEK or VLEK signs");
	coco_snp_check(w, algo ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "snp.signature_algo",
		       "the algorithm of the signature is the known one");
	coco_check_expected(w->a->result, "1 (ECDSA P-384 with SHA-384)");
	coco_check_actual(w->a->result, "%u", w->report.signature_algo);
	coco_snp_at(w, 0x34);
	if (!algo)
		coco_snp_refuse(w, COCO_ROLE_CALLER, "EVIDENCE_UNSUPPORTED:signature-algorithm",
				"the report was altered, or its firmware is newer than this "
				"release");
	w->vlek = key == COCO_SNP_KEY_VLEK;
	w->leaf_name = w->vlek ? "VLEK" : "VCEK";
	w->ask_name = w->vlek ? "ASVK" : "ASK";
	return known && algo;
}

/* No component of low is above that of high. */
static bool ordered(const struct coco_snp_work *w, const struct coco_snp_tcb *low,
		    const struct coco_snp_tcb *high, const char **ret_name)
{
	for (int i = 0; i < COCO_SNP_COMPONENTS; i++) {
		int at = coco_snp_component_at(w->layout, (enum coco_snp_component)i);

		if (at < 0 || low->raw[at] <= high->raw[at])
			continue;
		*ret_name = coco_snp_component_name((enum coco_snp_component)i);
		return false;
	}
	return true;
}

/*
 * The firmware keeps reported <= committed <= current. A launch TCB above the
 * current one happens: provisional firmware can be taken back.
 */
static void order(struct coco_snp_work *w)
{
	const struct coco_snp_report *t = &w->report;
	const char *name = NULL;
	bool first;

	if (w->layout == COCO_SNP_LAYOUT_UNKNOWN)
		return;
	first = ordered(w, &t->reported_tcb, &t->committed_tcb, &name);
	bool ok = first && ordered(w, &t->committed_tcb, &t->current_tcb, &name);
	coco_snp_check(w, ok ? COCO_CHECKED_PASS : COCO_CHECKED_FAIL, "snp.tcb.order",
		       "the levels of the TCB are in order");
	coco_check_expected(w->a->result, "reported <= committed <= current");
	coco_snp_at(w, first ? 0x1e0 : 0x180);
	if (!ok) {
		coco_check_actual(w->a->result, "%s above %s in %s",
				  first ? "committed" : "reported", first ? "current" : "committed",
				  name);
		coco_snp_refuse(w, COCO_ROLE_PLATFORM_OPERATOR, "TCB_ORDER",
				"no firmware writes this: have the platform examined");
	}
	if (!ordered(w, &t->launch_tcb, &t->current_tcb, &name)) {
		coco_snp_note(w, "snp.tcb.launch", "the TCB is not below that of the launch",
			      "%s is lower now: provisional firmware was taken back", name);
		coco_snp_at(w, 0x1f0);
	}
}

static void vector(struct coco_snp_work *w)
{
	struct coco_result *r = w->a->result;

	if (w->failed)
		coco_result_trust(r, w->subject, COCO_TRUST_HARDWARE, TRUST_CRYPTO_FAILED);
	if (w->failed || w->missing)   /* what is not known is no claim */
		return;
	coco_result_trust(r, w->subject, COCO_TRUST_HARDWARE, TRUST_GENUINE);
	if (!w->vlek && !coco_snp_chip_zero(&w->report))
		coco_result_trust(r, w->subject, COCO_TRUST_INSTANCE_IDENTITY, TRUST_GENUINE);
}

/* For policies: version 2 names no CPU, so that only the chain can say the product. */
static void chain_claim(struct coco_snp_work *w)
{
	struct coco_claims *c = coco_appraisal_claims(w->a, w->subject);

	if (w->product[0] == '\0')
		return;
	coco_claims_text(c, "snp.chain.product", w->product, strlen(w->product), 0, 0);
	coco_claims_derived(c);
}

int coco_snp_authenticate(struct coco_appraisal *a, struct coco_view report, int input,
			  uint64_t base, int subject, struct coco_diag *diag)
{
	struct coco_snp_work w = {
		.a = a, .bytes = report, .input = input, .base = base, .subject = subject,
		.leaf = { .item = -1, .root = -1 }, .ask = { .item = -1, .root = -1 },
		.ark = { .item = -1, .root = -1 },
	};
	int r = coco_snp_report_parse(&w.report, report, diag);

	if (r != 0)
		return r;
	w.layout = w.report.layout;
	if (signing(&w)) {
		coco_snp_find_leaf(&w);
		if (w.leaf.cert != NULL) {
			coco_snp_chain(&w);
			coco_snp_leaf(&w);
			coco_snp_signature(&w);
		}
	}
	if (!w.unrevoked)
		coco_snp_revocation_gap(&w);
	chain_claim(&w);
	order(&w);
	vector(&w);
	coco_snp_notes(&w);
	return coco_result_finish(a->result, diag);
}

static int inspect(const struct coco_piece *piece, struct coco_claims *claims,
		   struct coco_diag *diag)
{
	struct coco_snp_report report;
	int r = coco_snp_report_parse(&report, coco_piece_bytes(piece), diag);

	if (r == 0)
		coco_snp_report_claims(claims, &report, piece->base);
	else if (diag != NULL)
		diag->offset += piece->base;
	return r;
}

static int authenticate(struct coco_appraisal *a, const struct coco_piece *piece, int subject,
			struct coco_diag *diag)
{
	uint64_t base = piece->has_base ? piece->base : COCO_NO_OFFSET;

	return coco_snp_authenticate(a, coco_piece_bytes(piece), piece->input, base, subject,
				     diag);
}

const struct coco_appraiser coco_appraiser_snp = {
	COCO_PIECE_SNP_REPORT, "snp", "cpu", inspect, authenticate,
};
