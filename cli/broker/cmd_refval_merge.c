/*
 * cmd_refval_merge.c - cococtl refval merge: several sets in one; a value
 * goes only when it is dropped by name or has expired.
 */
#include <stdio.h>
#include <string.h>

#include "cli/broker/opts_refval.h"
#include "cli/broker/refval_args.h"
#include "cli/broker/run_broker.h"
#include "formats/core/err_broker.h"

int coco_cmd_refval_merge(struct coco_cli *cli, const void *opts, struct coco_report *report,
			  struct coco_diag *diag)
{
	const struct coco_opts_refval_merge *o = opts;
	const struct coco_refval_source src = { .tee = (enum coco_ref_tee)o->verifier };
	struct coco_refset s = { .n = 0 };
	size_t dropped = 0;
	size_t expired = 0;
	int r = 0;

	if (o->id != NULL && strlen(o->id) >= sizeof(s.id))
		return coco_fail(diag, COCO_E_USAGE_VALUE, "--id: longer than %d characters",
				 COCO_REFSET_NAME - 1);
	if (o->id != NULL)
		snprintf(s.id, sizeof(s.id), "%s", o->id);
	for (size_t i = 0; r == 0 && i < o->sets.n; i++)
		r = coco_refval_load(cli, o->sets.v[i], &src, &s, report, diag);
	for (size_t i = 0; r == 0 && i < o->drop.n; i++) {
		size_t n = 0;

		r = coco_refval_drop(&s, o->drop.v[i], &src, &n, diag);
		dropped += n;
	}
	if (r == 0 && !o->keep_expired)
		expired = coco_refval_expire(&cli->run, &s);
	if (r == 0 && s.n == 0)
		r = coco_fail(diag, COCO_E_REFVAL_NONE, "no value is left in the merged set");
	if (r == 0)
		r = coco_refval_write(cli, &s, report, diag);
	if (r == 0) {
		coco_report_count(report, "dropped", dropped > 0 ? "dropped" : NULL, dropped);
		coco_report_count(report, "expired", expired > 0 ? "expired" : NULL, expired);
	}
	coco_refset_free(&s);
	return r;
}
