/*
 * acpi_args.c - options into ACPI files (see acpi_args.h).
 */
#include "cli/measure/acpi_args.h"

#include <string.h>

#include "cli/measure/launch_args.h"
#include "formats/core/mem.h"
#include "formats/measure/fw_cfg.h"
#include "formats/measure/qemu_words.h"
#include "lib/core/io.h"
#include "lib/measure/qemu_ask.h"

/* The words of --qemu-args. */
static int take_words(const char *text, struct coco_qemu_words *ret, struct coco_diag *diag)
{
	uint8_t *p = NULL;
	size_t n = 0;

	if (text == NULL)
		return 0;
	if (text[0] != '@')
		return coco_qemu_words_split(ret, coco_view_of(text, strlen(text)), diag);
	int r = coco_read_file(text + 1, COCO_QEMU_TEXT_MAX, &p, &n, diag);
	if (r == 0)
		r = coco_qemu_words_split(ret, coco_view_of(p, n), diag);
	coco_free(p);
	return r;
}

static int ask(struct coco_cli *cli, const struct coco_opts_acpi *o, struct coco_acpi *ret,
	       struct coco_diag *diag)
{
	struct coco_qemu_request req = { .program = o->qemu, .phys_bits = o->phys_bits };
	struct coco_qemu_words w = { .n = 0 };
	int r = 0;

	if (o->pci_window != NULL) {
		req.has_window = true;
		r = coco_launch_args_number("pci-window", o->pci_window, UINT64_MAX, &req.window,
					    diag);
	}
	if (r == 0)
		r = take_words(o->qemu_args, &w, diag);
	req.args = w.word;
	req.n_args = w.n;
	if (r == 0)
		r = coco_qemu_ask(&cli->run, &req, ret, diag);
	coco_qemu_words_free(&w);
	if (r == 0 && o->save != NULL && !cli->common.dry_run)
		r = coco_acpi_save(ret, o->save, coco_cli_out_flags(cli, 0), diag);
	return r;
}

static int take_smbios(const char *path, struct coco_acpi_blob *b, struct coco_diag *diag)
{
	coco_free(b->p);
	*b = (struct coco_acpi_blob){ .name = "etc/smbios/smbios-tables" };
	return coco_read_file(path, COCO_FW_CFG_FILE_MAX, &b->p, &b->n, diag);
}

int coco_acpi_args(struct coco_cli *cli, const struct coco_opts_acpi *o,
		   struct coco_acpi_args *ret, struct coco_diag *diag)
{
	int r = 0;

	*ret = (struct coco_acpi_args){ .has_acpi = o->acpi != NULL || o->qemu != NULL };
	if (o->acpi != NULL)
		r = coco_acpi_load(o->acpi, &ret->acpi, diag);
	else if (o->qemu != NULL)
		r = ask(cli, o, &ret->acpi, diag);
	if (r == 0 && o->smbios != NULL)
		r = take_smbios(o->smbios, &ret->acpi.smbios, diag);
	if (r == 0 && o->bios_vendor != NULL) {
		ret->has_bios = true;
		ret->bios = (struct coco_smbios_firmware){ o->bios_vendor, o->bios_version,
							   o->bios_date };
	}
	return r;
}

void coco_acpi_args_free(struct coco_acpi_args *a)
{
	coco_acpi_free(&a->acpi);
}
