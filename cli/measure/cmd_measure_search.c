/*
 * cmd_measure_search.c - cococtl measure search: what explains a launch digest.
 */
#include <inttypes.h>

#include "cli/measure/opts_measure.h"
#include "cli/measure/run_measure.h"
#include "cli/measure/search_args.h"
#include "formats/core/err_measure.h"
#include "formats/core/mem.h"

enum { COMMAND_MAX = 1 << 18 };   /* bytes of the command that is printed */

/* Which launch it is, one fact each. */
static void report_candidate(struct coco_report *report, const struct coco_search_args *a,
			     const struct coco_launch_candidate *c)
{
	coco_report_string(report, "firmware", "firmware", a->req.firmware[c->firmware]);
	coco_report_string(report, "kernel_hashes", "kernel hashes", c->hashes ? "on" : "off");
	if (c->hashes) {
		const struct coco_view *line = &a->req.lines[c->line];

		coco_report_string(report, "kernel", "kernel", a->req.kernels[c->kernel]);
		if (a->req.initrds[c->initrd] != NULL)
			coco_report_string(report, "initrd", "initrd", a->req.initrds[c->initrd]);
		coco_report_format(report, "append", "command line", "%.*s",
				   (int)coco_min_size(line->n, INT32_MAX),
				   (const char *)line->p);
		coco_report_string(report, "append_form", c->trim ? "measured" : NULL,
				   c->trim ? "trimmed" : "exact");
	}
	if (a->req.platform == COCO_LAUNCH_SEV)
		return;
	coco_report_count(report, "vcpus", "vCPUs", c->count);
	coco_report_string(report, "vmm", "VMM", coco_vmm_name(c->vmm));
	if (c->vcpu != NULL && c->vcpu->type != NULL)
		coco_report_string(report, "vcpu_type", "vCPU model", c->vcpu->type);
	if (c->vcpu != NULL)
		coco_report_format(report, "vcpu_sig", "CPUID signature", "0x%08" PRIx32,
				   c->vcpu->signature);
	if (a->req.platform == COCO_LAUNCH_SNP)
		coco_report_format(report, "guest_features", "guest features", "0x%" PRIx64,
				   c->features);
}

static int report_command(struct coco_report *report, const struct coco_search_args *a,
			  const struct coco_launch_candidate *c, struct coco_diag *diag)
{
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_wr_init(&wr, COMMAND_MAX);
	coco_search_args_command(a, c, &wr);
	int r = coco_wr_finish(&wr, &text, &n, diag);
	if (r == 0)
		coco_report_string(report, "command", "made by", (const char *)text);
	coco_free(text);
	return r;
}

static void report_space(struct coco_report *report, const struct coco_search_args *a,
			 const struct coco_launch_found *f)
{
	const struct coco_launch_search *req = &a->req;

	coco_report_u64(report, "tried", "candidates tried", f->tried);
	coco_report_format(report, NULL, "space", "%zu firmware, %zu kernels, %zu initrds, "
			   "%zu command lines, %zu models, %zu vCPU counts", req->n_firmware,
			   req->n_kernels, req->n_kernels > 0 ? req->n_initrds : 0,
			   req->n_kernels > 0 ? req->n_lines : 0, req->n_vcpus, req->n_counts);
	if (f->skipped > 0) {
		coco_report_count(report, "firmware_skipped", "firmware skipped", f->skipped);
		coco_report_string(report, "skipped_because", "first of them", f->why);
	}
}

/* The verdict as a check, which is also shown when it is no. */
static void report_verdict(struct coco_report *report, const struct coco_search_args *a,
			   const struct coco_launch_found *f)
{
	bool undecided = !f->found && f->skipped == a->req.n_firmware;

	coco_report_check(report, &(struct coco_check){
		.id = "search.match",
		.status = f->found ? COCO_STATUS_PASS :
			  undecided ? COCO_STATUS_SKIP : COCO_STATUS_FAIL,
		.title = f->found ? "a launch has the observed value" :
			 undecided ? "no launch could be computed" :
			 "no launch has the observed value",
		.detail = undecided ? f->why : NULL });
}

/* Nothing fits the whole value. */
static int no_match(struct coco_report *report, const struct coco_search_args *a,
		    const struct coco_launch_found *f, struct coco_diag *diag)
{
	if (f->partial) {
		coco_report_format(report, "part", "the value is that of", "%s (%s)", f->where,
				   a->req.firmware[f->part.firmware]);
		return coco_fail(diag, COCO_E_SEARCH_NONE, "the value is one on the way to a "
				 "launch digest, of %s: no report shows it", f->where);
	}
	if (f->skipped == a->req.n_firmware)
		return coco_fail(diag, COCO_E_SEARCH_UNDECIDED,
				 "none of %zu firmware files can be launched so: %s", f->skipped,
				 f->why);
	coco_report_line(report, "A digest has no distance to others: nothing can be said of which "
			 "input is the wrong one.");
	return coco_fail(diag, COCO_E_SEARCH_NONE, "none of %" PRIu64 " candidates has this value",
			 f->tried);
}

int coco_cmd_measure_search(struct coco_cli *cli, const void *opts, struct coco_report *report,
			    struct coco_diag *diag)
{
	const struct coco_opts_measure_search *o = opts;
	struct coco_search_args *a = coco_zalloc(1, sizeof(*a));
	struct coco_launch_found f = { .tried = 0 };

	if (a == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a search");
	int r = coco_search_args_take(a, cli, o, diag);
	if (r == 0 && a->is_boot)
		r = coco_search_boot_answer(&cli->run, a, report, diag);
	else if (r == 0)
		r = coco_launch_search(&cli->run, &a->req, &f, diag);
	if (r == 0 && !a->is_boot) {
		report_verdict(report, a, &f);
		coco_report_bool(report, "found", NULL, f.found);
		if (f.found) {
			report_candidate(report, a, &f.match);
			r = report_command(report, a, &f.match, diag);
		}
		report_space(report, a, &f);
		if (!f.found)
			r = no_match(report, a, &f, diag);
	}
	coco_search_args_free(a);
	coco_free(a);
	return r;
}
