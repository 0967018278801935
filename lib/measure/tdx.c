/*
 * tdx.c - the registers of a TDX guest: what is asked for, the order of work,
 * what is said about it (see tdx.h).
 */
#include "lib/measure/tdx.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/measure/tdx_priv.h"

static int conflict(struct coco_diag *diag, const char *what)
{
	return coco_fail(diag, COCO_E_USAGE_CONFLICT, "%s", what);
}

static bool has_given(const struct coco_tdx_request *req, const char *name)
{
	for (size_t i = 0; i < req->n_given; i++)
		if (strcmp(req->given[i].name, name) == 0)
			return true;
	return false;
}

static int check(const struct coco_tdx_request *req, struct coco_diag *diag)
{
	size_t memory = req->n_memory != 0 ? req->n_memory : 1;
	size_t vcpus = req->n_vcpus != 0 ? req->n_vcpus : 1;

	if (req->kernel == NULL && !has_given(req, "kernel") &&
	    (req->initrd != NULL || req->append.n != 0 || req->shim || req->dtb != NULL))
		return conflict(diag, "initrd and command line go with a kernel");
	if (req->chain != NULL && (req->kernel != NULL || has_given(req, "kernel")))
		return conflict(diag, "a kernel and a disk are two ways to boot");
	if (memory > COCO_TDX_MACHINES || vcpus > COCO_TDX_MACHINES / memory)
		return coco_fail(diag, COCO_E_MATRIX_SIZE,
				 "%zu memory sizes for %zu vCPU counts are too many", memory,
				 vcpus);
	if (req->n_acpi != 0 && req->n_acpi != memory * vcpus)
		return conflict(diag, "ACPI files are of one machine: give one memory size, or "
				"let QEMU be asked");
	for (size_t i = 0; i < req->n_given; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(req->given[i].name, req->given[k].name) == 0)
				return coco_fail(diag, COCO_E_USAGE_CONFLICT,
						 "the event \"%s\" is given twice",
						 req->given[i].name);
	return 0;
}

void coco_tdx_machines(struct coco_tdx_work *w, size_t first, size_t last)
{
	if (w->n_machines > 1)
		coco_boot_when(w->list, w->branch, first, last);
}

void coco_tdx_all(struct coco_tdx_work *w)
{
	coco_boot_always(w->list);
}

bool coco_tdx_has(const struct coco_tdx_work *w, const char *name)
{
	return has_given(w->req, name);
}

bool coco_tdx_checks_given(const struct coco_tdx_work *w)
{
	return w->req->n_given != 0 && !w->req->may_be_unused;
}

int coco_tdx_given(struct coco_tdx_work *w, const char *name, struct coco_boot_about about,
		   bool *ret_done)
{
	struct coco_boot_digests digests = { .bank[0].n = 0 };

	for (size_t i = 0; i < w->req->n_given; i++) {
		if (strcmp(w->req->given[i].name, name) != 0)
			continue;
		coco_mrecord_digest_set(&digests.bank[COCO_BANK_SHA384], w->req->given[i].digest,
					COCO_MRTD_SIZE);
		about.basis = COCO_BASIS_GIVEN;
		w->used[i] = true;
		*ret_done = true;
		return coco_boot_add(w->list, &about, &digests, w->diag);
	}
	return 0;
}

/* ---- machines ------------------------------------------------------------------- */

/* "2G", "2560M": as QEMU's -m takes it. */
static void memory_text(uint64_t bytes, char *ret, size_t cap)
{
	static const char units[] = "KMGT";
	size_t u = 0;

	while (u + 1 < sizeof(units) - 1 && bytes >> (10 * (u + 1)) << (10 * (u + 1)) == bytes &&
	       bytes >> (10 * (u + 2)) << (10 * (u + 2)) == bytes)
		u++;
	snprintf(ret, cap, "%" PRIu64 "%c", bytes >> (10 * (u + 1)), units[u]);
}

static int describe_machine(struct coco_tdx_work *w, size_t i)
{
	struct coco_mrecord_value v = { .n_labels = 0 };
	char text[32];

	if (w->req->n_memory != 0) {
		memory_text(w->machines[i].memory, text, sizeof(text));
		coco_mrecord_label(&v, "memory", "%s", text);
	}
	if (w->req->n_vcpus != 0)
		coco_mrecord_label_number(&v, "vcpus", w->req->vcpus[i % w->per_memory]);
	return coco_boot_choice(w->list, w->branch, v.label, v.n_labels, w->diag);
}

static int make_machines(struct coco_tdx_work *w)
{
	const struct coco_tdx_request *req = w->req;
	size_t memory = req->n_memory != 0 ? req->n_memory : 1;
	int r = 0;

	w->per_memory = req->n_vcpus != 0 ? req->n_vcpus : 1;
	w->n_machines = memory * w->per_memory;
	w->machines = coco_zalloc(w->n_machines, sizeof(*w->machines));
	if (w->machines == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for a measurement");
	for (size_t i = 0; i < w->n_machines; i++) {
		if (req->n_memory != 0)
			w->machines[i].memory = req->memory[i / w->per_memory];
		if (req->n_acpi != 0)
			w->machines[i].acpi = &req->acpi[i];
	}
	if (w->n_machines > 1)
		r = coco_boot_branch(w->list, &w->branch, w->diag);
	for (size_t i = 0; r == 0 && w->n_machines > 1 && i < w->n_machines; i++)
		r = describe_machine(w, i);
	return r;
}

/* ---- the record ----------------------------------------------------------------- */

/* Appends one of a list; what does not fit is left out. */
static void list_add(char list[COCO_MRECORD_TEXT], const char *text)
{
	size_t n = strlen(list);

	snprintf(list + n, COCO_MRECORD_TEXT - n, "%s%s", n != 0 ? "," : "", text);
}

static int describe_machines(struct coco_tdx_work *w)
{
	const struct coco_tdx_request *req = w->req;
	char memory[COCO_MRECORD_TEXT] = "";
	char vcpus[COCO_MRECORD_TEXT] = "";
	char text[32];
	int r = 0;

	for (size_t i = 0; i < req->n_memory; i++) {
		memory_text(req->memory[i], text, sizeof(text));
		list_add(memory, text);
	}
	for (size_t i = 0; i < req->n_vcpus; i++) {
		snprintf(text, sizeof(text), "%" PRIu32, req->vcpus[i]);
		list_add(vcpus, text);
	}
	if (req->n_memory != 0)
		r = coco_mrecord_param(w->rec, w->diag, "memory", "%s", memory);
	if (r == 0 && req->n_vcpus != 0)
		r = coco_mrecord_param(w->rec, w->diag, "vcpus", "%s", vcpus);
	return r;
}

static int describe(struct coco_tdx_work *w)
{
	const struct coco_tdx_request *req = w->req;

	int r = coco_firmware_describe(w->rec, w->fw, &w->gen, w->diag);
	if (r == 0)
		r = coco_mrecord_param(w->rec, w->diag, "vmm", "qemu");
	if (r == 0 && req->chain != NULL)
		r = coco_mrecord_param(w->rec, w->diag, "boot", "disk");
	if (r == 0 && req->qemu != 0)
		r = coco_mrecord_param(w->rec, w->diag, "qemu_version", "%u", req->qemu);
	if (r == 0)
		r = describe_machines(w);
	if (r == 0 && req->n_acpi == 1)
		r = coco_acpi_record(&req->acpi[0], w->rec, w->diag);
	return r;
}

/* Fields as long as a digest are registers; the others are parameters. */
static int record_fields(struct coco_tdx_work *w)
{
	char hex[2 * COCO_MRTD_SIZE + 1];
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->req->n_fields; i++) {
		const struct coco_tdx_field *f = &w->req->fields[i];
		struct coco_mrecord_input in = { .basis = COCO_BASIS_GIVEN };
		struct coco_mrecord_value v = { .n_labels = 0 };
		char name[COCO_MRECORD_WORD];

		if (f->n != COCO_MRTD_SIZE) {
			coco_hex_encode(hex, f->value, f->n);
			r = coco_mrecord_param(w->rec, w->diag, f->name, "%s", hex);
			continue;
		}
		snprintf(name, sizeof(name), "tdx.%s", f->name);
		snprintf(in.name, sizeof(in.name), "%s", f->name);
		coco_mrecord_digest_set(&v.value, f->value, f->n);
		in.running = v.value;
		r = coco_mrecord_begin(w->rec, name, "sha384", w->diag);
		if (r == 0)
			r = coco_mrecord_input(w->rec, &in, w->diag);
		if (r == 0)
			r = coco_mrecord_value(w->rec, &v, w->diag);
	}
	return r;
}

/* What no register says anything about, or not in this prediction. */
static const struct {
	const char *name;
	const char *reason;
} gaps[] = {
	{ "TDX module", "MRSEAM and the TCB fields of the quote show it, not these registers" },
	{ "RTMR3", "the value before anything extends it: the firmware never does, software in "
	  "the guest may" },
	{ "vCPU state", "the TDX module starts every vCPU in the same state" },
	{ "memory that the firmware accepts later", "it has no contents at launch" },
	{ "what user space measures", "RTMR2 is that of a started kernel: a systemd that measures "
	  "its phases extends it further" },
};

static int list_gaps(struct coco_tdx_work *w)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(gaps); i++)
		r = coco_mrecord_gap(w->rec, gaps[i].name, gaps[i].reason, w->diag);
	return r;
}

static int check_used(struct coco_tdx_work *w)
{
	for (size_t i = 0; i < w->req->n_given; i++)
		if (!w->used[i])
			return coco_fail(w->diag, COCO_E_USAGE_CONFLICT,
					 "nothing is measured here under the name \"%s\"",
					 w->req->given[i].name);
	return 0;
}

/* Whether something is said beside the firmware, so that RTMR0 is meant, too. */
static bool has_more(const struct coco_tdx_request *req)
{
	return req->kernel != NULL || req->chain != NULL || req->n_given != 0 ||
	       req->n_memory != 0 || req->n_acpi != 0 || req->n_items != 0 || req->bios != NULL ||
	       req->generation != COCO_FW_AUTO;
}

/*
 * Whether the packed part matters: not for MRTD, and not when there is nothing
 * but the firmware, of which no RTMR follows.
 */
static bool needs_look(const struct coco_tdx_work *w)
{
	const struct coco_tdx_request *req = w->req;
	bool rtmr0 = (w->registers & COCO_TDX_RTMR0) != 0;
	bool kernel = (w->registers & (COCO_TDX_RTMR1 | COCO_TDX_RTMR2)) != 0 &&
		      (req->kernel != NULL || req->n_given != 0) &&
		      req->generation == COCO_FW_AUTO;

	return coco_tdx_checks_given(w) || req->chain != NULL || kernel || (rtmr0 && has_more(req));
}

static int load(struct coco_tdx_work *w)
{
	int r = coco_shelf_firmware(w->shelf, w->req->firmware, needs_look(w), &w->fw, w->diag);

	if (r != 0)
		return r;
	r = coco_tdvf_parse(&w->tdvf, coco_view_of(w->fw->image, w->fw->n), &w->fw->table,
			    w->diag);
	if (r != 0)
		coco_diag_source(w->diag, "%s", w->req->firmware);
	w->gen = coco_firmware_generation(w->fw, w->req->generation);
	return r;
}

static int measure_image(struct coco_tdx_work *w)
{
	if ((w->registers & COCO_TDX_MRTD) == 0)
		return 0;
	return coco_mrtd_record(w->run, coco_view_of(w->fw->image, w->fw->n), &w->tdvf,
				w->req->orders, w->req->n_orders, w->rec, w->diag);
}

/* With digests that are given all events are gone through, so that each finds its own. */
static int boot_events(struct coco_tdx_work *w)
{
	bool all = coco_tdx_checks_given(w);
	int r = 0;

	if (all || w->req->chain != NULL || (w->registers & COCO_TDX_RTMR0) != 0)
		r = coco_tdx_platform(w);
	if (r == 0 && (all || (w->registers & (COCO_TDX_RTMR1 | COCO_TDX_RTMR2)) != 0))
		r = coco_tdx_kernel(w);
	return r == 0 && all ? check_used(w) : r;
}

static int compute(struct coco_tdx_work *w)
{
	int r = load(w);

	if (r == 0)
		r = coco_boot_new(&w->list, COCO_BANK_BIT(COCO_BANK_SHA384), w->diag);
	if (r == 0)
		r = make_machines(w);
	if (r == 0)
		r = describe(w);
	if (r == 0)
		r = measure_image(w);
	if (r == 0)
		r = boot_events(w);
	if (r == 0)
		r = coco_boot_record_tdx(w->list, w->registers >> 1, w->rec, w->diag);
	if (r == 0)
		r = record_fields(w);
	return r == 0 ? list_gaps(w) : r;
}

static void clear(struct coco_tdx_work *w)
{
	if (w->shelf != NULL)
		coco_shelf_return(w->shelf, w->fw);
	if (w->req->shelf == NULL)
		coco_shelf_free(w->shelf);
	coco_boot_free(w->list);
	coco_free(w->machines);
	coco_free(w->used);
	coco_free(w);
}

int coco_tdx_measure(const struct coco_run *run, const struct coco_tdx_request *req,
		     struct coco_mrecord *ret, struct coco_diag *diag)
{
	struct coco_mrecord rec;
	struct coco_tdx_work *w;

	int r = check(req, diag);
	if (r != 0)
		return r;
	w = coco_zalloc(1, sizeof(*w));
	if (w == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a measurement");
	coco_mrecord_init(&rec, "tdx");
	w->run = run;
	w->req = req;
	w->diag = diag;
	w->rec = &rec;
	w->registers = req->registers != 0 ? req->registers : COCO_TDX_ALL;
	w->shelf = req->shelf;
	w->used = coco_zalloc(req->n_given + 1, sizeof(*w->used));
	if (w->used == NULL)
		r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a measurement");
	if (r == 0 && w->shelf == NULL)
		r = coco_shelf_new(&w->shelf, diag);
	if (r == 0)
		r = compute(w);
	clear(w);
	if (r != 0)
		coco_mrecord_free(&rec);
	else
		*ret = rec;
	return r;
}
