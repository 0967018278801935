/*
 * tdx_levels.c - the TCB status of a platform as check and claims (see
 * tdx_tcb.h; evidence.md 2.7, 2.9).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/rfc3339.h"
#include "formats/evidence/tcb_match.h"
#include "lib/evidence/tdx_tcb.h"

static const char title[] = "the TCB is not revoked";

/* One evaluation: at launch, or with what TD 1.5 says of now. */
struct evaluation {
	struct coco_tcb_platform platform;
	struct coco_tcb_answer answer;
};

static void evaluate(struct coco_tdx_work *w, const struct coco_tcb_info *info,
		     const struct coco_qe_identity *qe, const uint8_t *tdx, struct evaluation *e)
{
	e->platform = (struct coco_tcb_platform){ w->ext.component, w->ext.pce_svn, tdx };
	coco_tcb_evaluate(info, &e->platform, &qe->levels, w->quote.qe.isv_svn, &e->answer);
}

/* "SGX component 8 (SEAMLDR ACM) 3, needs 5; PCESVN 10, needs 11; 4 more". */
static void behind_text(const struct coco_tcb_behind *b, size_t n, char *ret, size_t cap)
{
	enum { MORE = 24, ONE = COCO_TCB_COMPONENT_NAME + 64 };
	static const char *const parts[] = { "SGX component", "PCESVN", "TDX component" };
	size_t used = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		char name[COCO_TCB_COMPONENT_NAME + 16] = "";
		char one[ONE];

		if (b[i].part != COCO_TCB_PART_PCE)
			snprintf(name, sizeof(name), b[i].name[0] != '\0' ? " %u (%s)" : " %u",
				 b[i].index + 1, b[i].name);
		snprintf(one, sizeof(one), "%s%s%s %u, needs %u", i > 0 ? "; " : "",
			 parts[b[i].part], name, b[i].have, b[i].want);
		if (used + strlen(one) + MORE > cap) {
			snprintf(ret + used, cap - used, "; %zu more", n - i);
			return;
		}
		used += (size_t)snprintf(ret + used, cap - used, "%s", one);
	}
}

/* "TCB_BELOW_SGX08", _TDX02, _PCESVN, of the first component that is behind. */
static void below(const struct coco_tcb_behind *b, size_t n, char ret[COCO_RESULT_REASON])
{
	if (n == 0)
		snprintf(ret, COCO_RESULT_REASON, "TCB_REVOKED");
	else if (b[0].part == COCO_TCB_PART_PCE)
		snprintf(ret, COCO_RESULT_REASON, "TCB_BELOW_PCESVN");
	else
		snprintf(ret, COCO_RESULT_REASON, "TCB_BELOW_%s%02u",
			 b[0].part == COCO_TCB_PART_SGX ? "SGX" : "TDX", b[0].index + 1);
}

/* ---- what is behind ---------------------------------------------------------------------- */

/* The parts that are not the platform's levels. */
static size_t part_text(const struct coco_tdx_work *w, const struct coco_tcb_answer *a,
			const struct coco_isv_levels *module, const struct coco_isv_levels *qe,
			char *ret, size_t cap)
{
	int n = 0;

	ret[0] = '\0';
	if (a->has_module && a->module != COCO_TCB_UP_TO_DATE)
		n = snprintf(ret, cap, "TDX module %s: SVN %u, newest %u; ",
			     coco_tcb_status_name(a->module), w->quote.head.td.tee_tcb_svn[0],
			     module != NULL && module->n > 0 ? module->v[0].isv_svn : 0);
	if (n >= 0 && (size_t)n < cap && a->has_qe && a->qe != COCO_TCB_UP_TO_DATE)
		n += snprintf(ret + n, cap - (size_t)n,
			      "quoting enclave %s: ISVSVN %u, newest %u; ",
			      coco_tcb_status_name(a->qe), w->quote.qe.isv_svn,
			      qe->n > 0 ? qe->v[0].isv_svn : 0);
	return n > 0 ? coco_min_size((size_t)n, cap - 1) : 0;
}

/* Detail of the check: the status and what is behind. Reason code into reason. */
static void explain(struct coco_tdx_work *w, const struct coco_tcb_info *info,
		    const struct coco_qe_identity *qe, const struct evaluation *e,
		    const char *status, char reason[COCO_RESULT_REASON])
{
	struct coco_tcb_behind b[COCO_TCB_BEHIND_MAX];
	const struct coco_tdx_module *m =
		e->platform.tdx != NULL ? coco_tcb_module_of(info, e->platform.tdx[1]) : NULL;
	int level = coco_tcb_nearest(info, &e->platform);
	size_t n = level >= 0 ? coco_tcb_behind(info, &e->platform, (size_t)level, b) : 0;
	char text[COCO_RESULT_TEXT];
	size_t used = part_text(w, &e->answer, m != NULL ? &m->levels : NULL, &qe->levels, text,
				sizeof(text));

	behind_text(b, n, text + used, sizeof(text) - used);
	if (n == 0 && used >= 2)
		text[used - 2] = '\0';
	coco_check_detail(w->a->result, "%s%s%s", status, text[0] != '\0' ? ": " : "", text);
	below(b, n, reason);
	if (n == 0 && e->answer.module == COCO_TCB_REVOKED)
		snprintf(reason, COCO_RESULT_REASON, "TCB_BELOW_TDX_MODULE");
	else if (n == 0 && e->answer.qe == COCO_TCB_REVOKED)
		snprintf(reason, COCO_RESULT_REASON, "TCB_BELOW_QE");
}

/* ---- claims ------------------------------------------------------------------------------ */

static void text_claim(struct coco_tdx_work *w, const char *name, const char *suffix,
		       const char *text)
{
	char full[COCO_CLAIM_NAME], last[64];

	snprintf(last, sizeof(last), "%s%s", name, suffix);
	coco_claims_text(coco_appraisal_claims(w->a, w->subject), coco_tdx_name(w, last, full),
			 text, strlen(text), 0, 0);
}

static void advisories(struct coco_tdx_work *w, const struct coco_tcb_info *info,
		       const struct coco_qe_identity *qe, const struct evaluation *e,
		       const char *suffix)
{
	const char **list = NULL;
	size_t n = 0, size = 1, used = 0;

	int r = coco_tcb_advisories_of(info, &e->platform, &qe->levels, &qe->advisories,
				       w->quote.qe.isv_svn, &list, &n, w->diag);
	for (size_t i = 0; i < n; i++)
		size += strlen(list[i]) + 1;
	char *text = r == 0 ? coco_alloc(size, 1) : NULL;
	if (text == NULL) {
		coco_free(list);
		w->code = r != 0 ? r : coco_fail(w->diag, COCO_E_LIMIT_MEMORY,
						 "no memory for the advisories");
		return;
	}
	text[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		int k = snprintf(text + used, size - used, "%s%s", i > 0 ? " " : "", list[i]);

		used += k > 0 ? (size_t)k : 0;
	}
	text_claim(w, "advisory_ids", suffix, text);
	coco_free(text);
	coco_free(list);
}

static void claims(struct coco_tdx_work *w, const struct coco_tcb_info *info,
		   const struct coco_qe_identity *qe, const struct evaluation *e,
		   enum coco_tcb_status status, const char *suffix)
{
	struct coco_claims *c = coco_appraisal_claims(w->a, w->subject);
	char full[COCO_CLAIM_NAME], name[32];

	text_claim(w, "tcb_status", suffix, coco_tcb_status_name(status));
	text_claim(w, "tcb_status_platform", suffix, coco_tcb_status_name(e->answer.platform));
	if (e->answer.has_module)
		text_claim(w, "tcb_status_module", suffix, coco_tcb_status_name(e->answer.module));
	text_claim(w, "tcb_status_qe", suffix, coco_tcb_status_name(e->answer.qe));
	if (e->answer.has_date) {
		snprintf(name, sizeof(name), "tcb_date%s", suffix);
		coco_claims_time(c, coco_tdx_name(w, name, full), e->answer.date, 0, 0);
	}
	advisories(w, info, qe, e, suffix);
}

static void numbers(struct coco_tdx_work *w, const struct coco_tcb_info *info,
		    const struct coco_qe_identity *qe)
{
	struct coco_claims *c = coco_appraisal_claims(w->a, w->subject);
	char full[COCO_CLAIM_NAME];
	uint32_t least = info->head.evaluation < qe->head.evaluation ? info->head.evaluation
								      : qe->head.evaluation;

	coco_claims_number(c, coco_tdx_name(w, "tcb_evaluation_data_number", full), least, 0, 0);
	coco_claims_number(c, coco_tdx_name(w, "tcb_info_evaluation_data_number", full),
			   info->head.evaluation, 0, 0);
	coco_claims_number(c, coco_tdx_name(w, "qe_identity_evaluation_data_number", full),
			   qe->head.evaluation, 0, 0);
}

/* ---- the check --------------------------------------------------------------------------- */

/* AR4SI: affirming, warning, contraindicated. */
static int8_t hardware(enum coco_tcb_status status)
{
	if (status == COCO_TCB_UP_TO_DATE)
		return 2;
	return status == COCO_TCB_REVOKED || status == COCO_TCB_NONE ? 96 : 32;
}

static void check(struct coco_tdx_work *w, const struct coco_tcb_info *info,
		  const struct coco_qe_identity *qe, const struct evaluation *e,
		  enum coco_tcb_status status)
{
	struct coco_result *r = w->a->result;
	bool revoked = status == COCO_TCB_REVOKED;
	char reason[COCO_RESULT_REASON];
	char date[COCO_RFC3339_TEXT] = "", text[128];

	if (e->answer.has_date)
		coco_rfc3339_print(date, e->answer.date);
	coco_tdx_check(w, revoked ? COCO_CHECKED_FAIL
				  : status == COCO_TCB_NONE ? COCO_CHECKED_SKIPPED
							    : COCO_CHECKED_PASS, "tcb", title);
	snprintf(text, sizeof(text), "%s%s%.10s", coco_tcb_status_name(status),
		 status == COCO_TCB_NONE ? ", no TCB level fits" : ", TCB of ",
		 status == COCO_TCB_NONE ? "" : date);
	coco_check_actual(r, "%s", text);
	coco_tdx_place(w, coco_view_of(w->quote.bytes.p + w->quote.head.body_at, 16));
	if (status == COCO_TCB_UP_TO_DATE) {
		coco_check_detail(r, "%s", text);
		return;
	}
	explain(w, info, qe, e, text, reason);
	if (revoked)
		coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, reason,
				   "update microcode, firmware and TDX module of the machine; "
				   "Intel revoked this TCB");
}

void coco_tdx_levels(struct coco_tdx_work *w, const struct coco_tcb_info *info,
		     const struct coco_qe_identity *qe)
{
	const struct coco_dcap_head *head = &w->quote.head;
	bool tdx = head->body != COCO_DCAP_BODY_SGX;
	struct evaluation launch, current;

	if (info == NULL || qe == NULL) {
		coco_tdx_skip(w, "tcb", title,
			      "TCB info or QE identity are missing, or not what they should be");
		return;
	}
	evaluate(w, info, qe, tdx ? head->td.tee_tcb_svn : NULL, &launch);
	enum coco_tcb_status status = launch.answer.status;
	if (tdx && head->body != COCO_DCAP_BODY_TD10) {
		evaluate(w, info, qe, head->td.tee_tcb_svn_2, &current);
		status = coco_tcb_relaunch(status, current.answer.status);
	}
	check(w, info, qe, &launch, status);
	claims(w, info, qe, &launch, status, "");
	if (tdx && head->body != COCO_DCAP_BODY_TD10) {
		text_claim(w, "tcb_status_launch", "",
			   coco_tcb_status_name(launch.answer.status));
		claims(w, info, qe, &current, current.answer.status, "_current");
	}
	numbers(w, info, qe);
	coco_result_trust(w->a->result, w->subject, COCO_TRUST_HARDWARE, hardware(status));
	if (w->trusted)
		coco_result_trust(w->a->result, w->subject, COCO_TRUST_INSTANCE_IDENTITY, 2);
}
