/*
 * search_guest.c - measure search over the registers of TDX guests and guests
 * with a vTPM (see search_args.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/measure/disk_args.h"
#include "cli/measure/search_args.h"
#include "formats/core/err_measure.h"
#include "formats/core/mem.h"

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
		.from = o->from, .linux_events = o->linux_events,
		.vcpus = o->qemu != NULL ? o->cpu.vcpus : NULL,
		.tables = { .qemu = o->qemu, .qemu_args = o->qemu_args,
			    .phys_bits = o->phys_bits },
	};
	if (g->tdx) {
		g->opts.events = o->events;
		g->opts.items = o->items;
	}
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
	q->ukis = (const char *const *)a->ukis.path;
	q->n[COCO_GUEST_UKI] = a->ukis.n;
}

/* What is not varied of a guest with a vTPM. */
static void take_vtpm(struct coco_search_args *a)
{
	const struct coco_opts_measure_search *o = &a->opts;
	struct coco_vtpm_request *q = &a->guest->vtpm;

	*q = (struct coco_vtpm_request){
		.banks = bank_bit(a), .pcrs = 0xffff & ~(1U << 10), .qemu_major = 10,
		.vars = o->vars, .secure_boot = o->secure_boot, .mok = o->mok, .shim = o->shim,
		.authority = { o->authority.v, o->authority.n },
		.roms = { o->roms.v, o->roms.n },
		.logs = (enum coco_boot_linux_events)o->linux_events,
	};
	coco_disk_args(&o->from, q);
}

static int take_all(struct coco_search_args *a, struct coco_cli *cli, struct coco_diag *diag)
{
	struct coco_search_guest *g = a->guest;
	const struct coco_opts_measure_search *o = &a->opts;
	int r = 0;

	if (o->generation != NULL)
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
	take_vtpm(a);
	if (g->tdx)
		g->req.tdx = &g->base.req;
	else
		g->req.vtpm = &g->vtpm;
	return r;
}

/* Options that only one of the two platforms knows. */
static int check_options(const struct coco_search_args *a, bool tdx, struct coco_diag *diag)
{
	const struct coco_opts_measure_search *o = &a->opts;
	const char *wrong = NULL;

	if (tdx)
		wrong = o->vars != NULL ? "vars" :
			o->secure_boot != NULL ? "secure-boot" : o->mok != NULL ? "mok" :
			o->roms.n != 0 ? "option-rom" : o->shim ? "shim" : NULL;
	else
		wrong = o->events.n != 0 ? "event" : o->items.n != 0 ? "fw-cfg" : NULL;
	if (wrong != NULL)
		return coco_fail(diag, COCO_E_SEARCH_VARY, "--%s is for %s, and this is %s", wrong,
				 tdx ? "guests with a vTPM" : "TDX guests",
				 tdx ? "a TDX guest" : "one with a vTPM");
	if (!tdx && o->qemu != NULL)
		return coco_fail(diag, COCO_E_SEARCH_VARY, "--qemu is asked for TDX guests: give "
				 "--acpi, as measure vtpm --save-acpi writes it");
	return 0;
}

int coco_search_guest_take(struct coco_search_args *a, struct coco_cli *cli,
			   struct coco_diag *diag)
{
	static const int tpm = 4;   /* of --platform */
	const struct coco_opts_measure_search *o = &a->opts;
	bool tdx = a->boot.log != NULL ? a->boot.log->cc : a->is_file || o->platform != tpm;
	bool computed = a->firmware.n > 0 || a->ukis.n > 0 ||
			(o->generation != NULL && a->kernels.n > 0) ||
			o->from.disk != NULL;
	int r = check_options(a, tdx, diag);

	if (r != 0)
		return r;
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
	coco_free(g);
}
