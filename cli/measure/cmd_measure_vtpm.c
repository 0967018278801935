/*
 * cmd_measure_vtpm.c - cococtl measure vtpm: the PCRs of a guest.
 */
#include <string.h>

#include "cli/measure/acpi_args.h"
#include "cli/measure/bank_args.h"
#include "cli/measure/disk_args.h"
#include "cli/measure/launch_args.h"
#include "cli/measure/record_answer.h"
#include "cli/measure/run_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/load_options.h"
#include "lib/core/io.h"
#include "lib/measure/banks.h"
#include "lib/measure/uki.h"
#include "lib/measure/vtpm.h"

static struct coco_vtpm_list list_of(const struct coco_strlist *l)
{
	return (struct coco_vtpm_list){ l->v, l->n };
}

/* A decimal number up to max, up to a point or the end. */
static bool number(const char *text, unsigned max, unsigned *ret)
{
	unsigned v = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		v = v * 10 + (unsigned)(*text - '0');
		if (v > max)
			return false;
	}
	*ret = v;
	return *text == '\0' || *text == '.';
}

static int take_pcrs(const struct coco_strlist *list, uint32_t *ret, struct coco_diag *diag)
{
	unsigned n;

	*ret = list->n == 0 ? 0xffff & ~(1U << 10) : 0;
	for (size_t i = 0; i < list->n; i++) {
		if (!number(list->v[i], 15, &n) || strchr(list->v[i], '.') != NULL)
			return coco_fail(diag, COCO_E_USAGE_VALUE,
					 "--pcr: \"%s\" is not a register from 0 to 15",
					 list->v[i]);
		*ret |= 1U << n;
	}
	return 0;
}

static int take_append(const char *append, struct coco_vtpm_request *q, uint8_t **ret,
		       struct coco_diag *diag)
{
	size_t n;

	if (append == NULL)
		return 0;
	q->has_append = true;
	if (append[0] != '@') {
		q->append = coco_view_of(append, strlen(append));
		return 0;
	}
	int r = coco_read_file(append + 1, COCO_LOAD_OPTIONS_MAX, ret, &n, diag);
	if (r == 0)
		q->append = coco_view_of(*ret, n);
	return r;
}

/* The word ":" is the path without phases. */
static int take_phases(const struct coco_strlist *list, const char **paths, size_t max,
		       struct coco_vtpm_request *q, struct coco_diag *diag)
{
	if (list->n > max)
		return coco_fail(diag, COCO_E_USAGE_VALUE, "--phase is given more than %zu times",
				 max);
	for (size_t i = 0; i < list->n; i++)
		paths[i] = strcmp(list->v[i], ":") == 0 ? "" : list->v[i];
	q->phases = paths;
	q->n_phases = list->n;
	return 0;
}

static int take_generation(const char *name, struct coco_vtpm_request *q,
			   struct coco_diag *diag)
{
	if (name == NULL)
		return 0;
	for (int i = 0; coco_fw_generation_names[i] != NULL; i++) {
		if (strcmp(coco_fw_generation_names[i], name) != 0)
			continue;
		q->generation = (enum coco_fw_choice)i;
		return 0;
	}
	coco_diag_hint(diag, "use auto, or a name from %s to %s",
		       coco_fw_generation_names[COCO_FW_202211],
		       coco_fw_generation_names[COCO_FW_202508]);
	return coco_fail(diag, COCO_E_USAGE_VALUE, "--generation: \"%s\" is not known", name);
}

static void take_files(const struct coco_opts_measure_vtpm *o, struct coco_vtpm_request *q)
{
	q->firmware = o->firmware;
	q->roms = list_of(&o->roms);
	q->secure_boot = o->secure_boot;
	q->authority = list_of(&o->authority);
	q->mok = o->mok;
	q->kernel = o->kernel;
	q->initrd = o->initrd;
	q->shim = o->shim;
	q->dtb = o->dtb;
	q->vars = o->vars;
	q->other_machine = coco_machine_is_other(o->machine);
	q->memory = o->memory;
	coco_disk_args(&o->from, q);
	q->logs = (enum coco_boot_linux_events)o->logs;
}

static int run(struct coco_cli *cli, const struct coco_opts_measure_vtpm *o,
	       const struct coco_acpi_args *acpi, struct coco_vtpm_request *q,
	       struct coco_report *report, struct coco_diag *diag)
{
	const char *version = o->qemu_version != NULL ? o->qemu_version : "10.0";
	struct coco_mrecord rec;

	take_files(o, q);
	if (acpi->has_acpi || acpi->acpi.smbios.p != NULL)
		q->acpi = &acpi->acpi;
	if (!number(version, 999, &q->qemu_major))
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "--qemu-version: \"%s\" is no version such as 10.0", version);
	int r = coco_vtpm_measure(&cli->run, q, &rec, diag);
	if (r != 0)
		return r;
	r = coco_record_answer(cli, &rec, &o->answer, report, diag);
	coco_mrecord_free(&rec);
	return r;
}

int coco_cmd_measure_vtpm(struct coco_cli *cli, const void *opts, struct coco_report *report,
			  struct coco_diag *diag)
{
	const struct coco_opts_measure_vtpm *o = opts;
	struct coco_vtpm_request q = { .banks = 0 };
	struct coco_acpi_args acpi = { .has_acpi = false };
	const char *phases[COCO_UKI_PHASES];
	uint8_t *append = NULL;

	int r = take_pcrs(&o->pcrs, &q.pcrs, diag);
	if (r == 0)
		r = coco_bank_args(&o->banks,
				   COCO_BANK(COCO_DIGEST_SHA256) | COCO_BANK(COCO_DIGEST_SHA384),
				   &q.banks, diag);
	if (r == 0)
		r = take_generation(o->generation, &q, diag);
	if (r == 0)
		r = take_phases(&o->phases, phases, COCO_ARRAY_LEN(phases), &q, diag);
	if (r == 0)
		r = take_append(o->append, &q, &append, diag);
	if (r == 0)
		r = coco_acpi_args(cli, &o->acpi, &acpi, diag);
	if (r == 0)
		r = run(cli, o, &acpi, &q, report, diag);
	coco_acpi_args_free(&acpi);
	coco_free(append);
	return r;
}
