/*
 * acpi.c - QEMU's ACPI files, from and to a directory (see acpi.h).
 */
#include "lib/measure/acpi.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/fw_cfg.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"

#define LOADER "etc/table-loader"
#define SMBIOS "etc/smbios/smbios-tables"

/* dir/name of a fw_cfg file, given; NULL on exhaustion. */
static char *path_of(const char *dir, const char *fw_cfg)
{
	char name[COCO_ACPI_NAME];

	if (!coco_acpi_file_name(fw_cfg, name))
		return NULL;   /* the loader script was judged: it cannot be */
	return coco_path_join(dir, name);
}

static int read_blob(const char *path, const char *fw_cfg, struct coco_acpi_blob *ret,
		     struct coco_diag *diag)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		coco_diag_source(diag, "%s", path);
		return coco_fail(diag, COCO_E_ACPI_FILE, "there is no file for %s", fw_cfg);
	}
	int r = coco_read_file(path, COCO_FW_CFG_FILE_MAX, &ret->p, &ret->n, diag);
	if (r == 0 && ret->n == 0) {
		coco_diag_source(diag, "%s", path);
		r = coco_fail(diag, COCO_E_ACPI_FILE, "the file for %s is empty", fw_cfg);
	}
	snprintf(ret->name, sizeof(ret->name), "%s", fw_cfg);
	return r;
}

static int load_blob(const char *dir, const char *fw_cfg, struct coco_acpi_blob *ret,
		     struct coco_diag *diag)
{
	char *path = path_of(dir, fw_cfg);

	if (path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	int r = read_blob(path, fw_cfg, ret, diag);
	coco_free(path);
	return r;
}

/* Two files of the script that one name in the directory would stand for. */
static int judge_names(const struct coco_acpi_files *f, struct coco_diag *diag)
{
	char a[COCO_ACPI_NAME];
	char b[COCO_ACPI_NAME];

	for (size_t i = 0; i < f->n; i++) {
		bool good = coco_acpi_file_name(f->name[i], a);

		for (size_t k = 0; good && k < i; k++)
			good = !coco_acpi_file_name(f->name[k], b) || strcmp(a, b) != 0;
		if (!good || strcmp(a, "table-loader") == 0 || strcmp(a, "smbios-tables") == 0)
			return coco_fail(diag, COCO_E_ACPI_FILE,
					 "the file %s cannot have a name of its own in a directory",
					 f->name[i]);
	}
	return 0;
}

static int load_smbios(const char *dir, struct coco_acpi *a, struct coco_diag *diag)
{
	char *path = path_of(dir, SMBIOS);
	struct stat st;
	int r = 0;

	if (path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	if (stat(path, &st) == 0)
		r = read_blob(path, SMBIOS, &a->smbios, diag);
	coco_free(path);
	return r;
}

int coco_acpi_load(const char *dir, struct coco_acpi *ret, struct coco_diag *diag)
{
	struct coco_acpi_files files = { .n = 0 };
	struct coco_acpi a = { .n = 0 };

	int r = load_blob(dir, LOADER, &a.blob[a.n++], diag);
	if (r == 0)
		r = coco_acpi_loader_parse(&files, coco_view_of(a.blob[0].p, a.blob[0].n), diag);
	if (r != 0)
		coco_diag_source(diag, "%s/table-loader", dir);
	if (r == 0)
		r = judge_names(&files, diag);
	for (size_t i = 0; r == 0 && i < files.n; i++)
		r = load_blob(dir, files.name[i], &a.blob[a.n++], diag);
	if (r == 0)
		r = load_smbios(dir, &a, diag);
	if (r != 0) {
		coco_acpi_free(&a);
		return r;
	}
	*ret = a;
	return 0;
}

static int save_blob(const struct coco_acpi_blob *b, const char *dir, struct coco_diag *diag)
{
	char *path = path_of(dir, b->name);

	if (path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	int r = coco_write_file(path, b->p, b->n, 0, diag);
	coco_free(path);
	return r;
}

int coco_acpi_save(const struct coco_acpi *a, const char *dir, unsigned flags,
		   struct coco_diag *diag)
{
	struct coco_outdir out = { .fd = -1 };
	struct coco_acpi_files f = { .n = 0 };

	for (size_t i = 1; i < a->n; i++)
		memcpy(f.name[f.n++], a->blob[i].name, COCO_ACPI_NAME);
	int r = judge_names(&f, diag);
	if (r == 0)
		r = coco_outdir_open(&out, dir, flags, diag);
	if (r != 0)
		return r;
	for (size_t i = 0; r == 0 && i < a->n; i++)
		r = save_blob(&a->blob[i], out.partial, diag);
	if (r == 0 && a->smbios.p != NULL)
		r = save_blob(&a->smbios, out.partial, diag);
	if (r == 0)
		return coco_outdir_commit(&out, diag);
	coco_outdir_abort(&out);
	return r;
}

static int record_blob(const struct coco_acpi_blob *b, const char *front,
		       struct coco_mrecord *rec, struct coco_diag *diag)
{
	struct coco_mrecord_file file = { .size = b->n };
	char name[COCO_ACPI_NAME] = "";

	if (coco_acpi_file_name(b->name, name))
		snprintf(file.name, sizeof(file.name), "%s%s", front, name);
	coco_sha256_once(b->p, b->n, file.sha256);
	return coco_mrecord_file(rec, &file, diag);
}

int coco_acpi_record(const struct coco_acpi *a, struct coco_mrecord *rec, struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < a->n; i++)
		r = record_blob(&a->blob[i], "acpi ", rec, diag);
	if (r == 0 && a->smbios.p != NULL)
		r = record_blob(&a->smbios, "", rec, diag);
	if (r == 0 && a->has_window)
		r = coco_mrecord_param(rec, diag, "pci_window", "0x%" PRIx64, a->window);
	return r;
}

void coco_acpi_free(struct coco_acpi *a)
{
	for (size_t i = 0; i < a->n; i++)
		coco_free(a->blob[i].p);
	coco_free(a->smbios.p);
	*a = (struct coco_acpi){ .n = 0 };
}
