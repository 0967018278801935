/*
 * search_boot.c - measure search over event logs and registers of boots (see
 * search_args.h).
 */
#include <inttypes.h>
#include <stdio.h>

#include "cli/measure/search_args.h"
#include "formats/core/err_measure.h"
#include "formats/core/mem.h"

static const char *const whats[] = { "the command line", "the initrd", "the image" };
static const char *const ids[] = { "cmdline", "initrd", "image" };

static size_t candidates(const struct coco_search_args *a, enum coco_boot_what what)
{
	const struct coco_boot_search *b = &a->boot;

	if (what == COCO_BOOT_CMDLINE)
		return b->n_lines;
	if (what == COCO_BOOT_KERNEL)
		return b->n_kernels;
	return b->n_initrds > 1 || (b->n_initrds == 1 && b->initrds[0] != NULL) ? 1 : 0;
}

/* What explains it, in words; "" when nothing does. */
static void explanation(const struct coco_search_args *a, const struct coco_boot_answer *answer,
			char *ret, size_t cap)
{
	const struct coco_boot_search *b = &a->boot;

	ret[0] = '\0';
	if (!answer->explained)
		return;
	if (answer->what != COCO_BOOT_CMDLINE) {
		snprintf(ret, cap, "%s", answer->what == COCO_BOOT_INITRD ?
			 b->initrds[answer->candidate] : b->kernels[answer->candidate]);
		return;
	}
	const struct coco_view *line = &b->lines[answer->candidate];
	const char *form = coco_boot_form_text(answer->form);

	snprintf(ret, cap, "\"%.*s\"%s%s", (int)coco_min_size(line->n, 1024),
		 (const char *)line->p, form[0] != '\0' ? " " : "", form);
}

static void report_answer(struct coco_report *report, const struct coco_search_args *a,
			  const struct coco_boot_answer *answer)
{
	bool searched = candidates(a, answer->what) > 0;
	char title[160];
	char text[1200];
	char id[40];

	explanation(a, answer, text, sizeof(text));
	snprintf(id, sizeof(id), "search.%s", ids[answer->what]);
	if (a->boot.log != NULL)
		snprintf(title, sizeof(title), "%s of event %zu is %s", whats[answer->what],
			 answer->event + 1, answer->explained ? "found" :
			 searched ? "none of the candidates" : "not searched");
	else
		snprintf(title, sizeof(title), "%s is found", whats[answer->what]);
	coco_report_check(report, &(struct coco_check){
		.id = id, .title = title,
		.status = answer->explained ? COCO_STATUS_PASS :
			  searched ? COCO_STATUS_FAIL : COCO_STATUS_SKIP,
		.detail = answer->explained ? text : searched ? NULL : "no candidate was given" });
}

static void json_answers(struct coco_jw *jw, const struct coco_search_args *a,
			 const struct coco_boot_explained *e)
{
	char text[1200];

	coco_jw_key(jw, "answers");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < e->n; i++) {
		const struct coco_boot_answer *answer = &e->answer[i];

		explanation(a, answer, text, sizeof(text));
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "what", ids[answer->what]);
		if (a->boot.log != NULL)
			coco_jw_kv_u64(jw, "event", answer->event + 1);
		coco_jw_kv_bool(jw, "explained", answer->explained);
		if (answer->explained)
			coco_jw_kv_string(jw, "by", text);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

static int verdict(const struct coco_search_args *a, const struct coco_boot_explained *e,
		   struct coco_diag *diag)
{
	if (a->boot.log != NULL && e->n == 0)
		return coco_fail(diag, COCO_E_SEARCH_UNDECIDED,
				 "the log has no event of a command line, an initrd or an image");
	if (a->boot.log != NULL && e->n_tried == 0)
		return coco_fail(diag, COCO_E_SEARCH_VARY,
				 "no candidate was given: --append, --initrd, --kernel or --vary");
	if (e->n_tried > e->n_explained || e->n_explained == 0)
		return coco_fail(diag, COCO_E_SEARCH_NONE,
				 "none of %" PRIu64 " candidates explains %zu of what was booted",
				 e->tried, e->n_tried > e->n_explained ?
				 e->n_tried - e->n_explained : 1);
	return 0;
}

int coco_search_boot_answer(const struct coco_run *run, const struct coco_search_args *a,
			    struct coco_report *report, struct coco_diag *diag)
{
	struct coco_boot_explained *e = coco_zalloc(1, sizeof(*e));

	if (e == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a search");
	bool events = a->boot.log != NULL || a->boot.value != NULL;
	int r = events ? coco_boot_search(run, &a->boot, e, diag) : 0;
	if (r == 0 && a->guest != NULL) {
		/* of what is not found the registers say more */
		for (size_t i = 0; i < e->n; i++)
			if (e->answer[i].explained)
				report_answer(report, a, &e->answer[i]);
		json_answers(coco_report_json(report), a, e);
		r = coco_search_guest_answer(run, a, e, report, diag);
	} else if (r == 0) {
		for (size_t i = 0; i < e->n; i++)
			report_answer(report, a, &e->answer[i]);
		if (a->boot.log == NULL && e->n == 0)
			coco_report_check(report, &(struct coco_check){
				.id = "search.match", .status = COCO_STATUS_FAIL,
				.title = "no command line and initrd give this value" });
		coco_report_string(report, "algorithm", "compared in", coco_tcg_alg_name(e->alg));
		coco_report_u64(report, "tried", "candidates tried", e->tried);
		json_answers(coco_report_json(report), a, e);
		r = verdict(a, e, diag);
	}
	coco_free(e);
	return r;
}
