/*
 * search_guest.c - measure search over the registers of TDX guests and guests
 * with a vTPM (see search_args.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/measure/search_args.h"
#include "formats/core/err_measure.h"
#include "formats/core/mem.h"

enum { COMMAND_MAX = 1 << 18 };   /* bytes of the command that is printed */

/* ---- what is varied --------------------------------------------------------------- */

static int unusable(struct coco_diag *diag, const char *name, const char *value)
{
	return coco_fail(diag, COCO_E_SEARCH_VARY, "--vary %s: \"%.64s\" is not usable", name,
			 value);
}

/* The next item of a list with commas, at most cap - 1 bytes of it; false: there is none. */
static bool item(const char **at, char *ret, size_t cap)
{
	if (*at == NULL)
		return false;
	size_t n = strcspn(*at, ",");
	snprintf(ret, cap, "%.*s", (int)coco_min_size(n, cap - 1), *at);
	*at = (*at)[n] == ',' ? *at + n + 1 : NULL;
	return true;
}

static int take_generations(struct coco_search_guest *g, const char *list, struct coco_diag *diag)
{
	size_t *n = &g->req.n[COCO_GUEST_GENERATION];
	char name[64];

	g->req.generations = g->generations;
	while (item(&list, name, sizeof(name))) {
		bool known = false;

		for (int i = 0; coco_fw_generation_names[i] != NULL; i++) {
			bool all = strcmp(name, "all") == 0 && i != COCO_FW_AUTO;

			if (!all && strcmp(name, coco_fw_generation_names[i]) != 0)
				continue;
			known = true;
			if (*n == COCO_SEARCH_FEW)
				return unusable(diag, "firmware-generation", name);
			g->generations[(*n)++] = (enum coco_fw_choice)i;
		}
		if (!known)
			return unusable(diag, "firmware-generation", name);
	}
	return 0;
}

static int take_versions(struct coco_search_guest *g, const char *list, struct coco_diag *diag)
{
	size_t *n = &g->req.n[COCO_GUEST_QEMU];
	char text[32];

	g->req.qemu = g->qemu;
	while (item(&list, text, sizeof(text))) {
		char *end = NULL;
		unsigned long v = text[0] >= '0' && text[0] <= '9' ? strtoul(text, &end, 10) : 0;

		if (v == 0 || v > 999 || (*end != '.' && *end != '\0') || *n == COCO_SEARCH_FEW)
			return unusable(diag, "qemu-version", text);
		g->qemu[(*n)++] = (unsigned)v;
	}
	return 0;
}

static int take_acpi(struct coco_search_guest *g, const char *list, struct coco_diag *diag)
{
	size_t *n = &g->req.n[COCO_GUEST_ACPI];

	g->req.acpi = g->acpi;
	while (list != NULL) {
		if (*n == COCO_SEARCH_FEW)
			return unusable(diag, "acpi", "more than 16 directories");
		char *dir = g->acpi_dir[*n];

		item(&list, dir, sizeof(g->acpi_dir[0]));
		int r = coco_acpi_load(dir, &g->acpi[*n], diag);
		if (r != 0)
			return r;
		(*n)++;
	}
	return 0;
}

/* Sizes as measure tdx reads them; with QEMU they belong to its machines. */
static int take_machines(struct coco_search_args *a, struct coco_cli *cli, struct coco_diag *diag)
{
	struct coco_search_guest *g = a->guest;
	const struct coco_opts_measure_search *o = &a->opts;

	g->opts = (struct coco_opts_measure_tdx){
		.firmware = a->firmware.n > 0 ? a->firmware.path[0] : NULL,
		.add_page = 3, .exit_services = 1, .memory = o->memory,
		.vcpus = o->qemu != NULL ? o->cpu.vcpus : NULL,
		.tables = { .qemu = o->qemu, .qemu_args = o->qemu_args,
			    .phys_bits = o->phys_bits },
	};
	int r = coco_tdx_args(cli, &g->opts, &g->base, diag);
	if (r == 0 && o->qemu == NULL) {
		g->req.memory = g->base.memory;
		g->req.n[COCO_GUEST_MEMORY] = g->base.req.n_memory;
	}
	return r;
}

/* ---- what was seen ---------------------------------------------------------------- */

/* "rtmr0", "tdx.rtmr0", "pcr4", "4" into "tdx.rtmr0", "tpm.pcr4". */
static int take_name(const struct coco_search_args *a, char ret[COCO_MRECORD_WORD],
		     struct coco_diag *diag)
{
	static const char *const names[] = { "mrtd", "rtmr0", "rtmr1", "rtmr2", "rtmr3" };
	bool tdx = a->guest->tdx;
	const char *name = a->reg != NULL ? a->reg : tdx ? "rtmr2" : "pcr9";
	char pcr[8];

	for (size_t i = 0; tdx && i < COCO_ARRAY_LEN(names); i++)
		if (strcmp(name, names[i]) == 0) {
			snprintf(ret, COCO_MRECORD_WORD, "tdx.%s", name);
			return 0;
		}
	for (unsigned i = 0; !tdx && i < 16; i++) {
		snprintf(pcr, sizeof(pcr), "pcr%u", i);
		if (strcmp(name, pcr) == 0 && i != 10) {
			snprintf(ret, COCO_MRECORD_WORD, "tpm.%s", name);
			return 0;
		}
	}
	coco_diag_hint(diag, "PCR 10 belongs to the kernel's IMA and cannot be computed");
	return coco_fail(diag, COCO_E_USAGE_VALUE,
			 "--register: \"%.40s\" is not a register that %s guests have computed",
			 name, tdx ? "TDX" : "vTPM");
}

static int take_values(struct coco_search_args *a, struct coco_diag *diag)
{
	struct coco_search_guest *g = a->guest;
	const struct coco_evidence_peek *peek = &a->observed.peek;
	struct coco_guest_value *v = &g->values[0];
	int r = 0;

	g->req.values = g->values;
	if (a->is_file && a->reg == NULL) {
		for (size_t i = 0; i < peek->n; i++) {
			snprintf(g->values[i].name, sizeof(g->values[i].name), "%s",
				 peek->value[i].name);
			snprintf(g->values[i].algorithm, sizeof(g->values[i].algorithm), "sha384");
			coco_mrecord_digest_set(&g->values[i].digest, peek->value[i].value,
						COCO_EVIDENCE_VALUE);
		}
		g->req.n_values = peek->n;
		return 0;
	}
	r = take_name(a, v->name, diag);
	snprintf(v->algorithm, sizeof(v->algorithm), "%s", coco_tcg_alg_name(a->alg));
	coco_mrecord_digest_set(&v->digest, a->actual, a->n_actual);
	for (size_t i = 0; a->is_file && i < peek->n; i++)
		if (strcmp(peek->value[i].name, v->name) == 0)
			coco_mrecord_digest_set(&v->digest, peek->value[i].value,
						COCO_EVIDENCE_VALUE);
	g->req.n_values = 1;
	return r;
}

/* ---- the request ------------------------------------------------------------------ */

/* The bank that is compared: the last of the log that can be hashed, or that of the value. */
static unsigned bank_bit(const struct coco_search_args *a)
{
	const struct coco_tcg_log *log = a->boot.log;
	uint16_t alg = a->alg;

	for (size_t i = 0; log != NULL && i < log->n_banks; i++)
		if (log->bank[i].alg != COCO_TCG_SM3)
			alg = log->bank[i].alg;
	return alg == COCO_TCG_SHA1 ? COCO_BANK_BIT(COCO_BANK_SHA1) :
	       alg == COCO_TCG_SHA256 ? COCO_BANK_BIT(COCO_BANK_SHA256) :
	       alg == COCO_TCG_SHA512 ? COCO_BANK_BIT(COCO_BANK_SHA512) :
	       COCO_BANK_BIT(COCO_BANK_SHA384);
}

static void take_lists(struct coco_search_args *a)
{
	struct coco_guest_search *q = &a->guest->req;

	q->log = a->boot.log;
	q->firmware = (const char *const *)a->firmware.path;
	q->n[COCO_GUEST_FIRMWARE] = a->firmware.n;
	q->kernels = (const char *const *)a->kernels.path;
	q->n[COCO_GUEST_KERNEL] = a->kernels.n;
	q->initrds = (const char *const *)a->initrds.path;
	q->n[COCO_GUEST_INITRD] = a->initrds.n;
	q->lines = a->boot.lines;
	q->n[COCO_GUEST_LINE] = a->boot.n_lines;
	q->ukis = (const char *const *)a->guest->ukis.path;
	q->n[COCO_GUEST_UKI] = a->guest->ukis.n;
}

static int take_all(struct coco_search_args *a, struct coco_cli *cli, struct coco_diag *diag)
{
	struct coco_search_guest *g = a->guest;
	const struct coco_opts_measure_search *o = &a->opts;
	int r = 0;

	if (o->uki != NULL)
		r = coco_path_list_take(&g->ukis, o->uki, diag);
	if (r == 0 && o->generation != NULL)
		r = take_generations(g, o->generation, diag);
	if (r == 0 && o->qemu_version != NULL)
		r = take_versions(g, o->qemu_version, diag);
	if (r == 0 && o->acpi != NULL)
		r = take_acpi(g, o->acpi, diag);
	if (r == 0)
		r = take_machines(a, cli, diag);
	if (r == 0 && a->boot.log == NULL)
		r = take_values(a, diag);
	take_lists(a);
	g->vtpm = (struct coco_vtpm_request){
		.banks = bank_bit(a), .pcrs = 0xffff & ~(1U << 10), .qemu_major = 10,
	};
	if (g->tdx)
		g->req.tdx = &g->base.req;
	else
		g->req.vtpm = &g->vtpm;
	return r;
}

int coco_search_guest_take(struct coco_search_args *a, struct coco_cli *cli,
			   struct coco_diag *diag)
{
	static const int tpm = 4;   /* of --platform */
	bool tdx = a->boot.log != NULL ? a->boot.log->cc : a->is_file || a->opts.platform != tpm;
	bool computed = a->firmware.n > 0 || a->opts.generation != NULL || a->opts.uki != NULL;

	if (tdx && a->opts.uki != NULL)
		return coco_fail(diag, COCO_E_SEARCH_VARY,
				 "TDX guests are searched with --kernel, not with --uki");
	if (!tdx && a->opts.qemu != NULL)
		return coco_fail(diag, COCO_E_SEARCH_VARY, "--qemu is asked for TDX guests: give "
				 "--acpi, as measure vtpm --save-acpi writes it");
	if (tdx ? a->firmware.n == 0 : !computed) {
		if (a->reg == NULL || a->boot.value != NULL)
			return 0;
		return coco_fail(diag, COCO_E_SEARCH_VARY, "there is no firmware to try for "
				 "%.40s: give --firmware", a->reg);
	}
	a->guest = coco_zalloc(1, sizeof(*a->guest));
	if (a->guest == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a search");
	a->guest->tdx = tdx;
	return take_all(a, cli, diag);
}

void coco_search_guest_free(struct coco_search_guest *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->req.n[COCO_GUEST_ACPI]; i++)
		coco_acpi_free(&g->acpi[i]);
	coco_tdx_args_free(&g->base);
	coco_path_list_free(&g->ukis);
	coco_free(g);
}

/* ---- the answer ------------------------------------------------------------------- */

static void put_text(struct coco_wr *wr, const char *option, const char *text)
{
	if (text != NULL)
		coco_search_put(wr, option, text, strlen(text));
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
	return c->result == COCO_MDIFF_EQUAL || (c->result == COCO_MDIFF_DIFFERS && c->has_step);
}

static int report_commands(struct coco_report *report, const struct coco_search_args *a,
			   const struct coco_guest_search *q, const struct coco_guest_found *f,
			   struct coco_diag *diag)
{
	struct coco_jw *jw = coco_report_json(report);
	int r = 0;

	coco_jw_key(jw, "registers");
	coco_jw_begin(jw, '[');
	for (size_t k = 0; r == 0 && k < f->n; k++) {
		const struct coco_guest_answer *c = &f->answer[k];
		bool equal = c->result == COCO_MDIFF_EQUAL;
		struct coco_wr wr;
		uint8_t *text = NULL;
		size_t n = 0;

		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "register", c->name);
		coco_jw_kv_string(jw, "algorithm", c->algorithm);
		coco_jw_kv_bool(jw, "found", equal);
		coco_jw_kv_u64(jw, "same_steps", c->same);
		if (is_shown(c)) {
			coco_wr_init(&wr, COMMAND_MAX);
			command(a, q, c->at, &wr);
			r = coco_wr_finish(&wr, &text, &n, diag);
		}
		if (text != NULL) {
			coco_jw_kv_string(jw, equal ? "command" : "nearest",
					  (const char *)text);
			coco_report_format(report, NULL, equal ? "made by" : "nearest", "%s: %s",
					   c->name, (const char *)text);
		}
		coco_jw_end(jw, '}');
		coco_free(text);
	}
	coco_jw_end(jw, ']');
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

	for (size_t i = 0; i < e->n; i++) {
		const struct coco_boot_answer *b = &e->answer[i];
		enum coco_guest_axis axis = axes[b->what];

		if (!b->explained || q->n[axis] < 2 || done[axis])
			continue;
		done[axis] = true;
		q->n[axis] = 1;
		if (axis == COCO_GUEST_LINE)
			q->lines += b->candidate;
		else if (axis == COCO_GUEST_INITRD)
			q->initrds += b->candidate;
		else
			q->kernels += b->candidate;
	}
}

static int verdict(const struct coco_guest_found *f, struct coco_diag *diag)
{
	if (f->n_differ > 0)
		return coco_fail(diag, COCO_E_SEARCH_NONE, "%zu of %zu registers have the value of "
				 "none of %" PRIu64 " candidates", f->n_differ, f->n, f->tried);
	for (size_t k = 0; k < f->n; k++)
		if (f->answer[k].result == COCO_MDIFF_DIFFERS)
			return coco_fail(diag, COCO_E_SEARCH_UNDECIDED, "%zu candidates have no "
					 "value of %s, and the others have another",
					 f->answer[k].unknown, f->answer[k].name);
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
