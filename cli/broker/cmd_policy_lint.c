/*
 * cmd_policy_lint.c - cococtl policy lint: policies before they are registered.
 */
#include "cli/broker/finding_report.h"
#include "cli/broker/opts_policy.h"
#include "cli/broker/refval_args.h"
#include "cli/broker/run_broker.h"
#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "lib/broker/policy_lint.h"
#include "lib/broker/policy_lint_rules.h"
#include "lib/core/io.h"
#include "lib/evidence/appraise.h"
#include "lib/evidence/inputs.h"

struct verdict {
	enum coco_outcome_level worst;
	bool undecided;
};

/* An evidence policy: what it leaves open. */
static int lint_rules(struct coco_cli *cli, const char *path, struct coco_view text,
		      const struct coco_result *evidence, struct coco_report *report,
		      struct verdict *v, struct coco_diag *diag)
{
	struct coco_outcomes list = { .n = 0 };
	int r = coco_lint_rules(text, evidence, cli->run.now, &list, diag);

	if (r != 0)
		coco_diag_source(diag, "%s", path);
	if (r == 0) {
		coco_report_line(report, "%s: evidence policy", path);
		coco_outcomes_report(report, &list);
		if (coco_outcomes_worst(&list) > v->worst)
			v->worst = coco_outcomes_worst(&list);
	}
	coco_outcomes_free(&list);
	return r;
}

/* The claims of samples; nothing about them is verified. */
static int read_samples(const struct coco_strlist *files, struct coco_result *ret,
			struct coco_diag *diag)
{
	struct coco_pieces pieces = { .n = 0 };
	struct coco_collateral c;
	int r = 0;

	coco_collateral_init(&c);
	for (size_t i = 0; r == 0 && i < files->n; i++)
		r = coco_inputs_load(&pieces, &c, files->v[i], diag);
	if (r == 0)
		r = coco_appraise_inspect(&pieces, ret, diag);
	coco_pieces_free(&pieces);
	coco_collateral_free(&c);
	return r;
}

static int lint_file(struct coco_cli *cli, const char *path, const struct coco_lint_with *with,
		     const struct coco_result *evidence, struct coco_report *report,
		     struct verdict *v, struct coco_diag *diag)
{
	struct coco_lint lint = { .kind = COCO_LINT_UNKNOWN };
	uint8_t *text = NULL;
	size_t n = 0;

	int r = coco_read_file(path, COCO_REGO_SOURCE, &text, &n, diag);
	if (r == 0 && coco_lint_rules_looks(coco_view_of(text, n))) {
		r = lint_rules(cli, path, coco_view_of(text, n), evidence, report, v, diag);
		coco_free(text);
		return r;
	}
	if (r == 0) {
		r = coco_policy_lint(&cli->run, &lint, coco_view_of(text, n), with, diag);
		if (r != 0)
			coco_diag_source(diag, "%s", path);
	}
	if (r == 0) {
		coco_report_line(report, "%s: %s", path, coco_lint_kind_name(lint.kind));
		coco_outcomes_report(report, &lint.found);
		if (coco_outcomes_worst(&lint.found) > v->worst)
			v->worst = coco_outcomes_worst(&lint.found);
		v->undecided |= lint.undecided;
	}
	coco_lint_free(&lint);
	coco_free(text);
	return r;
}

static int read_words(const char *path, struct coco_words *ret, struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n = 0;

	int r = coco_read_file(path, COCO_WORDS_MAX, &text, &n, diag);
	if (r == 0)
		r = coco_words_read(ret, coco_view_of(text, n), diag);
	if (r != 0)
		coco_diag_source(diag, "%s", path);
	coco_free(text);
	return r;
}

static int decide(const struct verdict *v, bool strict, struct coco_diag *diag)
{
	if (v->worst == COCO_OUTCOME_FAIL)
		return coco_fail(diag, COCO_E_POLICY_UNSAFE, "do not register this policy");
	if (v->undecided)
		return coco_fail(diag, COCO_E_POLICY_UNDECIDED, "not all of it was understood");
	if (strict && v->worst == COCO_OUTCOME_WARN)
		return coco_fail(diag, COCO_E_POLICY_UNSAFE,
				 "with --strict a warning is a failure");
	return 0;
}

int coco_cmd_policy_lint(struct coco_cli *cli, const void *opts, struct coco_report *report,
			 struct coco_diag *diag)
{
	const struct coco_opts_policy_lint *o = opts;
	const struct coco_refval_source src = { .tee = COCO_REF_PLAIN };
	struct coco_words words = { .n = 0 };
	struct coco_refset set = { .n = 0 };
	struct coco_lint_with with = { .set = o->reference.n > 0 ? &set : NULL,
				       .words = o->confidential != NULL ? &words : NULL };
	struct coco_result samples = { .n_inputs = 0 };
	struct verdict v = { .worst = COCO_OUTCOME_PASS };

	int r = coco_refval_release(o->trustee, &with.release, diag);
	if (r == 0 && o->confidential != NULL)
		r = read_words(o->confidential, &words, diag);
	for (size_t i = 0; r == 0 && i < o->reference.n; i++)
		r = coco_refval_load(cli, o->reference.v[i], &src, &set, report, diag);
	if (r == 0 && o->evidence.n > 0)
		r = read_samples(&o->evidence, &samples, diag);
	for (size_t i = 0; r == 0 && i < o->files.n; i++)
		r = lint_file(cli, o->files.v[i], &with, o->evidence.n > 0 ? &samples : NULL,
			      report, &v, diag);
	if (r == 0)
		r = decide(&v, o->strict, diag);
	coco_refset_free(&set);
	coco_words_free(&words);
	coco_result_free(&samples);
	return r;
}
