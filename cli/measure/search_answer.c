/*
 * search_answer.c - what a search of registers found (see search_args.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/measure/disk_args.h"
#include "cli/measure/search_args.h"
#include "formats/core/err_measure.h"
#include "formats/core/mem.h"

enum { COMMAND_MAX = 1 << 18 };   /* bytes of the command that is printed */

static void put_text(struct coco_wr *wr, const char *option, const char *text)
{
	if (text != NULL)
		coco_search_put(wr, option, text, strlen(text));
}

static void put_list(struct coco_wr *wr, const char *option, const struct coco_strlist *list)
{
	for (size_t i = 0; i < list->n; i++)
		put_text(wr, option, list->v[i]);
}

/* What is not varied. */
static void put_base(struct coco_wr *wr, const struct coco_opts_measure_search *o, bool tdx,
		     bool kernel)
{
	static const char *const logs[] = { NULL, "initrd", "none" };
	static const char *const vtpm_logs[] = { NULL, "initrd", "nothing" };

	if (!kernel) {
		put_text(wr, "disk", o->from.disk);
		if (o->from.format != 0)
			put_text(wr, "disk-format", coco_disk_formats[o->from.format]);
		put_text(wr, "entry", o->from.entry);
		put_text(wr, "boot-device", o->from.boot_device);
		put_text(wr, "loader", o->from.loader);
		put_text(wr, "loader-conf", o->from.loader_conf);
		put_list(wr, "extra", &o->from.extras);
		put_list(wr, "global", &o->from.globals);
		if (o->from.profile != 0)
			coco_wr_printf(wr, " --uki-profile %" PRIu32, o->from.profile);
	}
	put_text(wr, "vars", o->vars);
	put_text(wr, "secure-boot", o->secure_boot);
	put_list(wr, "authority", &o->authority);
	put_text(wr, "mok", o->mok);
	put_list(wr, "option-rom", &o->roms);
	if (o->shim)
		coco_wr_str(wr, " --shim");
	put_text(wr, tdx ? "linux-events" : "kernel-logs",
		 (tdx ? logs : vtpm_logs)[o->linux_events]);
	put_list(wr, "event", &o->events);
	put_list(wr, "fw-cfg", &o->items);
}

/* The command that computes the candidate. */
static void command(const struct coco_search_args *a, const struct coco_guest_search *q,
		    const size_t *at, struct coco_wr *wr)
{
	const struct coco_search_guest *g = a->guest;
	bool kernel = q->n[COCO_GUEST_KERNEL] > 0;

	coco_wr_printf(wr, "cococtl measure %s", g->tdx ? "tdx" : "vtpm");
	if (q->n[COCO_GUEST_FIRMWARE] > 0)
		put_text(wr, "firmware", q->firmware[at[COCO_GUEST_FIRMWARE]]);
	if (q->n[COCO_GUEST_GENERATION] > 0)
		put_text(wr, g->tdx ? "firmware-generation" : "generation",
			 coco_fw_generation_names[q->generations[at[COCO_GUEST_GENERATION]]]);
	if (kernel)
		put_text(wr, "kernel", q->kernels[at[COCO_GUEST_KERNEL]]);
	if (kernel && q->n[COCO_GUEST_INITRD] > 0)
		put_text(wr, "initrd", q->initrds[at[COCO_GUEST_INITRD]]);
	if (kernel && q->n[COCO_GUEST_LINE] > 0)
		coco_search_put(wr, "append", (const char *)q->lines[at[COCO_GUEST_LINE]].p,
				q->lines[at[COCO_GUEST_LINE]].n);
	if (q->n[COCO_GUEST_UKI] > 0)
		put_text(wr, "uki", q->ukis[at[COCO_GUEST_UKI]]);
	put_base(wr, &a->opts, g->tdx, kernel);
	if (q->n[COCO_GUEST_MEMORY] > 0)
		coco_wr_printf(wr, " --memory %" PRIu64 "K",
			       q->memory[at[COCO_GUEST_MEMORY]] >> 10);
	else if (g->opts.memory != NULL)
		put_text(wr, "memory", g->opts.memory);
	if (q->n[COCO_GUEST_QEMU] > 0)
		coco_wr_printf(wr, " --qemu-version %u", q->qemu[at[COCO_GUEST_QEMU]]);
	if (q->n[COCO_GUEST_ACPI] > 0)
		put_text(wr, "acpi", g->acpi_dir[at[COCO_GUEST_ACPI]]);
	put_text(wr, "vcpus", g->opts.vcpus);
	put_text(wr, "qemu", g->opts.tables.qemu);
	put_text(wr, "qemu-args", g->opts.tables.qemu_args);
	if (g->opts.tables.phys_bits != 0)
		coco_wr_printf(wr, " --phys-bits %" PRIu32, g->opts.tables.phys_bits);
	if (g->tdx)
		coco_wr_str(wr, " --add-page both --exit-boot-services either");
}

static void step_text(const struct coco_guest_answer *c, char *ret, size_t cap)
{
	static const char *const kinds[] = { "is another", "is missing", "is not expected" };
	const struct coco_mdiff_side *side = c->step.kind == COCO_MDIFF_EXTRA ?
					     &c->step.actual : &c->step.expected;

	snprintf(ret, cap, "%zu of %zu events agree; then \"%.100s\" (%s) %s", c->same,
		 c->n_actual, side->name, side->type, kinds[c->step.kind]);
}

static void report_register(struct coco_report *report, const struct coco_guest_answer *c)
{
	char text[512] = "";
	char title[160];
	char id[80];

	snprintf(id, sizeof(id), "search.%s", c->name);
	snprintf(title, sizeof(title), "%s (%s) %s", c->name, c->algorithm,
		 c->result == COCO_MDIFF_EQUAL ? "is found" :
		 c->result == COCO_MDIFF_DIFFERS && c->unknown > 0 ?
		 "is that of no candidate that could be computed" :
		 c->result == COCO_MDIFF_DIFFERS ? "is that of no candidate" :
		 "could not be computed");
	if (c->result == COCO_MDIFF_DIFFERS && c->has_step)
		step_text(c, text, sizeof(text));
	else if (c->result == COCO_MDIFF_SKIPPED && c->same > 0)
		snprintf(text, sizeof(text), "%zu of %zu steps are there; %s", c->same,
			 c->n_expected, c->note);
	else
		snprintf(text, sizeof(text), "%s",
			 c->result == COCO_MDIFF_EQUAL ? c->label : c->note);
	coco_report_check(report, &(struct coco_check){
		.id = id, .title = title, .detail = text[0] != '\0' ? text : NULL,
		.status = c->result == COCO_MDIFF_EQUAL ? COCO_STATUS_PASS :
			  c->result == COCO_MDIFF_DIFFERS && c->unknown == 0 ? COCO_STATUS_FAIL
									     : COCO_STATUS_SKIP });
}

/* Where no event differs either, a value has no nearest candidate. */
static bool is_shown(const struct coco_guest_answer *c)
{
	return c->result == COCO_MDIFF_EQUAL ||
	       (c->result == COCO_MDIFF_DIFFERS && c->has_step) ||
	       (c->result == COCO_MDIFF_SKIPPED && c->same > 0 && c->axes != 0);
}

static int command_text(const struct coco_search_args *a, const struct coco_guest_search *q,
			const struct coco_guest_answer *c, uint8_t **ret, struct coco_diag *diag)
{
	struct coco_wr wr;
	size_t n = 0;

	*ret = NULL;
	if (!is_shown(c))
		return 0;
	coco_wr_init(&wr, COMMAND_MAX);
	command(a, q, c->at, &wr);
	return coco_wr_finish(&wr, ret, &n, diag);
}

static void json_register(struct coco_jw *jw, const struct coco_guest_answer *c,
			  const uint8_t *text)
{
	bool equal = c->result == COCO_MDIFF_EQUAL;

	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "register", c->name);
	coco_jw_kv_string(jw, "algorithm", c->algorithm);
	coco_jw_kv_bool(jw, "found", equal);
	coco_jw_kv_u64(jw, "same_steps", c->same);
	if (text != NULL)
		coco_jw_kv_string(jw, equal ? "command" : "nearest", (const char *)text);
	coco_jw_end(jw, '}');
}

/* Registers that one command computes share a line. */
static void print_commands(struct coco_report *report, const struct coco_guest_found *f,
			   uint8_t *const *text)
{
	for (size_t k = 0; k < f->n; k++) {
		bool equal = f->answer[k].result == COCO_MDIFF_EQUAL;
		char names[512];
		size_t at = 0;
		bool said = text[k] == NULL;

		for (size_t i = 0; i < f->n && !said; i++) {
			if (text[i] == NULL ||
			    (f->answer[i].result == COCO_MDIFF_EQUAL) != equal ||
			    strcmp((const char *)text[i], (const char *)text[k]) != 0)
				continue;
			said = i < k;
			at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s",
					       at != 0 ? ", " : "", f->answer[i].name);
		}
		if (!said)
			coco_report_format(report, NULL, equal ? "made by" : "nearest", "%s: %s",
					   names, (const char *)text[k]);
	}
}

static int report_commands(struct coco_report *report, const struct coco_search_args *a,
			   const struct coco_guest_search *q, const struct coco_guest_found *f,
			   struct coco_diag *diag)
{
	uint8_t *text[COCO_GUEST_REGISTERS] = { NULL };
	struct coco_jw *jw = coco_report_json(report);
	int r = 0;

	for (size_t k = 0; r == 0 && k < f->n; k++)
		r = command_text(a, q, &f->answer[k], &text[k], diag);
	coco_jw_key(jw, "registers");
	coco_jw_begin(jw, '[');
	for (size_t k = 0; r == 0 && k < f->n; k++)
		json_register(jw, &f->answer[k], text[k]);
	coco_jw_end(jw, ']');
	if (r == 0)
		print_commands(report, f, text);
	for (size_t k = 0; k < f->n; k++)
		coco_free(text[k]);
	return r;
}

/* What the events say already is not varied: a line, an initrd, a kernel that is found. */
static void narrow(struct coco_guest_search *q, const struct coco_boot_explained *e)
{
	static const enum coco_guest_axis axes[] = {
		[COCO_BOOT_CMDLINE] = COCO_GUEST_LINE,
		[COCO_BOOT_INITRD] = COCO_GUEST_INITRD,
		[COCO_BOOT_KERNEL] = COCO_GUEST_KERNEL,
	};
	bool done[COCO_GUEST_AXES] = { false };
	size_t n_kernels = q->n[COCO_GUEST_KERNEL];

	for (size_t i = 0; i < e->n; i++) {
		const struct coco_boot_answer *b = &e->answer[i];
		enum coco_guest_axis axis = axes[b->what];
		size_t at = b->candidate;

		if (axis == COCO_GUEST_KERNEL && at >= n_kernels) {
			axis = COCO_GUEST_UKI;   /* they follow in the list */
			at -= n_kernels;
		}
		if (!b->explained || q->n[axis] < 2 || done[axis])
			continue;
		done[axis] = true;
		q->n[axis] = 1;
		if (axis == COCO_GUEST_LINE)
			q->lines += at;
		else if (axis == COCO_GUEST_INITRD)
			q->initrds += at;
		else if (axis == COCO_GUEST_KERNEL)
			q->kernels += at;
		else
			q->ukis += at;
	}
}

static int verdict(const struct coco_guest_found *f, struct coco_diag *diag)
{
	if (f->n_differ > 0)
		return coco_fail(diag, COCO_E_SEARCH_NONE, "%zu of %zu registers have the value of "
				 "none of %" PRIu64 " candidate%s", f->n_differ, f->n, f->tried,
				 f->tried == 1 ? "" : "s");
	for (size_t k = 0; k < f->n; k++)
		if (f->answer[k].result == COCO_MDIFF_DIFFERS ||
		    (f->answer[k].contradicted && f->answer[k].others > 0))
			return coco_fail(diag, COCO_E_SEARCH_UNDECIDED, "%zu candidate%s no "
					 "value of %s, and the others have another",
					 f->answer[k].unknown,
					 f->answer[k].unknown == 1 ? " has" : "s have",
					 f->answer[k].name);
	if (f->n_equal == 0)
		return coco_fail(diag, COCO_E_SEARCH_UNDECIDED, "no register could be computed: %s",
				 f->n > 0 && f->answer[0].note[0] != '\0' ? f->answer[0].note :
				 f->why[0] != '\0' ? f->why : "the log extends none");
	return 0;
}

int coco_search_guest_answer(const struct coco_run *run, const struct coco_search_args *a,
			     const struct coco_boot_explained *explained,
			     struct coco_report *report, struct coco_diag *diag)
{
	struct coco_guest_found *f = coco_zalloc(1, sizeof(*f));
	struct coco_guest_search q = a->guest->req;

	if (f == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a search");
	narrow(&q, explained);
	int r = coco_guest_search(run, &q, f, diag);
	if (r == 0) {
		for (size_t k = 0; k < f->n; k++)
			report_register(report, &f->answer[k]);
		r = report_commands(report, a, &q, f, diag);
		coco_report_u64(report, "tried", "candidates tried", f->tried);
		if (f->skipped > 0) {
			coco_report_u64(report, "skipped", "candidates skipped", f->skipped);
			coco_report_string(report, "skipped_because", "first of them", f->why);
		}
	}
	if (r == 0)
		r = verdict(f, diag);
	coco_free(f);
	return r;
}
