/*
 * cmd_refval_create.c - cococtl refval create: a set of reference values from
 * measurement records, by hand, and from the files of others.
 */
#include <stdio.h>
#include <string.h>

#include "cli/broker/opts_refval.h"
#include "cli/broker/refval_args.h"
#include "cli/broker/run_broker.h"
#include "formats/core/err_broker.h"

int coco_cmd_refval_create(struct coco_cli *cli, const void *opts, struct coco_report *report,
			   struct coco_diag *diag)
{
	const struct coco_opts_refval_create *o = opts;
	const struct coco_refval_source src = {
		.tee = (enum coco_ref_tee)o->verifier,
		.has_before = coco_cli_given(cli, "not-before"), .not_before = o->not_before,
		.has_after = coco_cli_given(cli, "not-after"), .not_after = o->not_after,
		.label = o->label,
	};
	struct coco_refset s = { .n = 0 };
	int r = 0;

	if (o->from.n == 0 && o->values.n == 0)
		return coco_fail(diag, COCO_E_USAGE_MISSING, "a file or --value is required");
	if (o->id != NULL && strlen(o->id) >= sizeof(s.id))
		return coco_fail(diag, COCO_E_USAGE_VALUE, "--id: longer than %d characters",
				 COCO_REFSET_NAME - 1);
	if (o->id != NULL)
		snprintf(s.id, sizeof(s.id), "%s", o->id);
	for (size_t i = 0; r == 0 && i < o->from.n; i++)
		r = coco_refval_load(cli, o->from.v[i], &src, &s, report, diag);
	for (size_t i = 0; r == 0 && i < o->values.n; i++)
		r = coco_refval_hand(&s, o->values.v[i], &src, diag);
	if (r == 0 && s.n == 0)
		r = coco_fail(diag, COCO_E_REFVAL_NONE, "the files hold no value");
	if (r == 0)
		r = coco_refval_write(cli, &s, report, diag);
	coco_refset_free(&s);
	return r;
}
