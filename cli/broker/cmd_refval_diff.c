/*
 * cmd_refval_diff.c - cococtl refval diff: what one set allows and another
 * does not.
 */
#include <stdio.h>

#include "cli/broker/opts_refval.h"
#include "cli/broker/refval_args.h"
#include "cli/broker/run_broker.h"
#include "formats/core/err_broker.h"

static void item(struct coco_report *report, const char *what, const struct coco_refvalue *v)
{
	struct coco_jw *jw = coco_report_json(report);
	char title[sizeof(struct coco_refval_cells) + 16];
	struct coco_refval_cells c;
	char id[32];

	coco_refval_cells(v, &c);
	snprintf(title, sizeof(title), "%s %s %s", what, c.name, c.value);
	snprintf(id, sizeof(id), "refval.%s", what);
	coco_report_check(report, &(struct coco_check){
		.id = id, .status = COCO_STATUS_FAIL, .title = title,
		.detail = v->label[0] != '\0' ? v->label : NULL });
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "change", what);
	coco_jw_kv_string(jw, "name", v->name);
	if (v->step[0] != '\0')
		coco_jw_kv_string(jw, "step", v->step);
	coco_jw_kv_string(jw, "value", c.value);
	coco_jw_kv_string(jw, "label", v->label);
	coco_jw_end(jw, '}');
}

/* Whether only the validity of a value changed. */
static bool is_moved(const struct coco_refvalue *a, const struct coco_refvalue *b)
{
	return a->has_after != b->has_after || a->has_before != b->has_before ||
	       (a->has_after && a->not_after != b->not_after) ||
	       (a->has_before && a->not_before != b->not_before);
}

static size_t compare(struct coco_report *report, const struct coco_refset *a,
		      const struct coco_refset *b)
{
	struct coco_jw *jw = coco_report_json(report);
	size_t n = 0;

	coco_jw_key(jw, "changes");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < a->n; i++) {
		size_t k = coco_refset_find(b, &a->v[i]);

		if (k == b->n || is_moved(&a->v[i], &b->v[k])) {
			item(report, k == b->n ? "removed" : "validity", &a->v[i]);
			n++;
		}
	}
	for (size_t i = 0; i < b->n; i++) {
		if (coco_refset_find(a, &b->v[i]) == a->n) {
			item(report, "added", &b->v[i]);
			n++;
		}
	}
	coco_jw_end(jw, ']');
	return n;
}

int coco_cmd_refval_diff(struct coco_cli *cli, const void *opts, struct coco_report *report,
			 struct coco_diag *diag)
{
	const struct coco_opts_refval_diff *o = opts;
	const struct coco_refval_source src = { .tee = COCO_REF_PLAIN };
	struct coco_refset a = { .n = 0 };
	struct coco_refset b = { .n = 0 };

	int r = coco_refval_load(cli, o->before, &src, &a, report, diag);
	if (r == 0)
		r = coco_refval_load(cli, o->after, &src, &b, report, diag);
	if (r == 0) {
		size_t n = compare(report, &a, &b);

		if (n == 0)
			coco_report_check(report, &(struct coco_check){
				.id = "refval.same", .status = COCO_STATUS_PASS,
				.title = "the sets allow the same values" });
		else
			r = coco_fail(diag, COCO_E_REFVAL_DIFFERENT, "%zu value%s", n,
				      n == 1 ? " differs" : "s differ");
	}
	coco_refset_free(&a);
	coco_refset_free(&b);
	return r;
}
