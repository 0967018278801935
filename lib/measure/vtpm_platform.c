/*
 * vtpm_platform.c - the firmware's part of a boot from files: image, ACPI,
 * SMBIOS, Secure Boot keys (see vtpm.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/measure/sig_list.h"
#include "formats/measure/smbios_find.h"
#include "lib/core/io.h"
#include "lib/measure/vtpm_priv.h"

/* A driver of the builds that check images: the pages to change its keys. */
static const uint8_t secure_boot_driver[COCO_GUID_SIZE] =
	COCO_GUID(0xf0e6a44f, 0x7195, 0x41c3, 0xac64, 0x54f202cd0a21);

static bool holds(struct coco_view v, const void *p, size_t n)
{
	return v.n >= n && memmem(v.p, v.n, p, n) != NULL;
}

/* Whether the packed part matters: not for what a loader or a kernel measures. */
static bool needs_look(const struct coco_vtpm_request *q)
{
	return (q->pcrs & 0xff) != 0 || (q->kernel != NULL && q->generation == COCO_FW_AUTO);
}

static int hash_volumes(struct coco_vtpm_work *w)
{
	struct coco_boot_platform *p = &w->platform;

	/* older firmware runs the PEI volume where it lies and changes it before it measures it */
	p->has_volumes = w->gen.known && w->gen.initrd_prefix && w->fw->pei.n != 0 &&
			 w->fw->dxe.n != 0 && (w->req->pcrs & 1) != 0;
	if (!p->has_volumes)
		return 0;
	int r = coco_boot_hash_bytes(&w->files, w->fw->pei, NULL, &p->pei, w->diag);
	return r == 0 ? coco_boot_hash_bytes(&w->files, w->fw->dxe, NULL, &p->dxe, w->diag) : r;
}

static int load_firmware(struct coco_vtpm_work *w)
{
	static const struct coco_firmware none = { .n = 0 };
	const struct coco_vtpm_request *q = w->req;
	struct coco_boot_platform *p = &w->platform;
	int r = 0;

	w->fw = &none;
	if (q->firmware != NULL)
		r = coco_shelf_firmware(w->shelf, q->firmware, needs_look(q), &w->fw, w->diag);
	if (r != 0)
		return r;
	w->gen = coco_firmware_generation(w->fw, q->generation);
	p->has_image = q->firmware != NULL;
	p->generation_known = w->gen.known;
	p->acpi_measured = w->gen.acpi_measured;
	p->smbios_measured = w->gen.smbios_measured;
	p->new_entries = w->gen.new_boot_entries;
	p->version = q->firmware_version;
	if (p->version == NULL && w->fw->has_version)
		p->version = w->fw->version;
	if (q->firmware != NULL)
		r = coco_firmware_describe(w->rec, w->fw, &w->gen, w->diag);
	return r == 0 ? hash_volumes(w) : r;
}

static int load_smbios(struct coco_vtpm_work *w)
{
	const struct coco_acpi *acpi = w->req->acpi;
	const struct coco_smbios_firmware own = { w->fw->vendor, w->fw->smbios_version,
						  w->fw->date };
	const struct coco_smbios_firmware *bios = w->req->bios;
	struct coco_view tables;
	uint8_t *measured;
	size_t n;
	bool has_bios;

	if (acpi == NULL || acpi->smbios.p == NULL)
		return 0;
	tables = coco_view_of(acpi->smbios.p, acpi->smbios.n);
	w->smbios.known = true;
	int r = coco_smbios_find(tables, 1, &w->smbios.type1, w->diag);
	if (r == 0)
		r = coco_smbios_find(tables, 2, &w->smbios.type2, w->diag);
	if (r == 0)
		r = coco_smbios_find(tables, 11, &w->smbios.type11, w->diag);
	if (r == 0)
		r = coco_smbios_has_bios(tables, &has_bios, w->diag);
	if (r != 0 || !w->platform.smbios_measured)
		return r;
	if (bios == NULL && w->fw->has_smbios)
		bios = &own;
	if (bios == NULL && !has_bios)
		return 0;   /* without the firmware's texts it stays unknown */
	r = coco_smbios_measured(tables, bios, &measured, &n, w->diag);
	if (r != 0)
		return r;
	w->platform.has_smbios = true;
	r = coco_boot_hash_bytes(&w->files, coco_view_of(measured, n), NULL, &w->platform.smbios,
				 w->diag);
	coco_free(measured);
	return r;
}

static int load_acpi(struct coco_vtpm_work *w)
{
	const struct coco_acpi *acpi = w->req->acpi;
	int r = 0;

	if (acpi == NULL)
		return 0;
	for (size_t i = 0; r == 0 && i < acpi->n; i++) {
		w->acpi[i].name = acpi->blob[i].name;
		r = coco_boot_hash_bytes(&w->files,
					 coco_view_of(acpi->blob[i].p, acpi->blob[i].n), NULL,
					 &w->acpi[i].digests, w->diag);
	}
	w->platform.acpi = w->acpi;
	w->platform.n_acpi = acpi->n;
	return r == 0 ? coco_acpi_record(acpi, w->rec, w->diag) : r;
}

static int load_roms(struct coco_vtpm_work *w)
{
	size_t n = w->req->roms.n;
	int r = 0;

	if (n == 0)
		return 0;
	w->roms = coco_zalloc(n, sizeof(*w->roms));
	if (w->roms == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for option ROMs");
	for (size_t i = 0; r == 0 && i < n; i++) {
		char name[32];

		snprintf(name, sizeof(name), "option ROM %zu", i + 1);
		w->roms[i].name = "option ROM";
		r = coco_boot_image_file(&w->files, w->req->roms.path[i], name, &w->roms[i].image,
					 w->diag);
	}
	w->platform.roms = w->roms;
	w->platform.n_roms = n;
	return r;
}

/* ---- Secure Boot -------------------------------------------------------------------- */

/* A file of a directory; *ret NULL when it is not there. */
static int optional_file(struct coco_vtpm_work *w, const char *dir, const char *name,
			 uint8_t **ret, size_t *ret_n)
{
	char label[64];

	*ret = NULL;
	*ret_n = 0;
	char *path = coco_path_join(dir, name);
	if (path == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	snprintf(label, sizeof(label), "variable %s", name);
	int r = access(path, F_OK) != 0
			? 0 : coco_boot_read_file(&w->files, path, label, COCO_VTPM_CONFIG_MAX,
						  ret, ret_n, w->diag);
	coco_free(path);
	return r;
}

/* The entry of db with this certificate. */
static int find_authority(struct coco_vtpm_work *w, struct coco_view cert)
{
	struct coco_sig_place at = { 0, 0 };
	struct coco_sig sig;
	bool found;

	for (;;) {
		int r = coco_sig_next(w->platform.variables[COCO_VAR_DB], &at, &sig, &found,
				      w->diag);

		if (r != 0)
			return r;
		if (!found)
			return coco_fail(w->diag, COCO_E_USAGE_VALUE,
					 "a certificate of --authority is not in db");
		if (sig.data.n != cert.n || memcmp(sig.data.p, cert.p, cert.n) != 0)
			continue;
		if (w->n_authority == COCO_ARRAY_LEN(w->authority))
			return coco_fail(w->diag, COCO_E_LIMIT_SIZE, "too many certificates");
		w->authority[w->n_authority++] = sig.entry;
		return 0;
	}
}

/* With one entry in db it can only have been that one. */
static int only_authority(struct coco_vtpm_work *w)
{
	struct coco_sig_place at = { 0, 0 };
	struct coco_sig sig;
	size_t n = 0;
	bool found = true;
	int r = 0;

	while (r == 0 && found) {
		r = coco_sig_next(w->platform.variables[COCO_VAR_DB], &at, &sig, &found, w->diag);
		if (r == 0 && found && n++ == 0)
			w->authority[0] = sig.entry;
	}
	w->n_authority = n == 1 ? 1 : 0;
	w->authority_known = n == 1;
	return r;
}

static int load_authority(struct coco_vtpm_work *w)
{
	int r = 0;

	if (w->req->authority.n == 0)
		return only_authority(w);
	w->authority_known = true;
	for (size_t i = 0; r == 0 && i < w->req->authority.n; i++) {
		uint8_t *cert = NULL;
		char name[32];
		size_t n;

		snprintf(name, sizeof(name), "authority %zu", i + 1);
		r = coco_boot_read_file(&w->files, w->req->authority.path[i], name,
					COCO_VTPM_CONFIG_MAX, &cert, &n, w->diag);
		if (r == 0)
			r = find_authority(w, coco_view_of(cert, n));
		coco_free(cert);
	}
	return r;
}

static int secure_boot_on(struct coco_vtpm_work *w)
{
	static const uint8_t on = 1;
	struct coco_boot_platform *p = &w->platform;
	int r = 0;

	for (int v = COCO_VAR_PK; r == 0 && v < COCO_VARS; v++) {
		size_t n;

		r = optional_file(w, w->req->secure_boot,
				  coco_boot_variable_name((enum coco_boot_secure_variable)v),
				  &w->variables[v], &n);
		p->variables[v] = coco_view_of(w->variables[v], n);
	}
	if (r != 0)
		return r;
	if (p->variables[COCO_VAR_PK].n == 0 || p->variables[COCO_VAR_DB].n == 0)
		return coco_fail(w->diag, COCO_E_USAGE_MISSING,
				 "%s: the files PK and db are needed, as the variables' data",
				 w->req->secure_boot);
	p->has_variables = true;
	p->variables_basis = COCO_BASIS_GIVEN;
	p->variables[COCO_VAR_SECURE_BOOT] = coco_view_of(&on, 1);
	p->smbios_late = true;
	p->no_shell = true;
	return load_authority(w);
}

/* The variables that are in a store: a VARS file. */
static int variables_of_store(struct coco_vtpm_work *w)
{
	struct coco_boot_platform *p = &w->platform;
	struct coco_secure_vars *v = &w->store;
	size_t n;

	int r = coco_boot_read_file(&w->files, w->req->vars, "variables", COCO_VTPM_VARS_MAX,
				    &w->variables[COCO_VAR_SECURE_BOOT], &n, w->diag);
	if (r == 0)
		r = coco_secure_vars_read(v, coco_view_of(w->variables[COCO_VAR_SECURE_BOOT], n),
					  w->diag);
	if (r != 0) {
		coco_diag_source(w->diag, "%s", w->req->vars);
		return r;
	}
	p->has_variables = true;
	if (w->fw->dxe.n != 0 &&
	    !holds(w->fw->dxe, secure_boot_driver, sizeof(secure_boot_driver)))
		return 0;   /* a build that reads none of them */
	p->variables[COCO_VAR_SECURE_BOOT] = v->secure_boot;
	p->variables[COCO_VAR_PK] = v->pk;
	p->variables[COCO_VAR_KEK] = v->kek;
	p->variables[COCO_VAR_DB] = v->db;
	p->variables[COCO_VAR_DBX] = v->dbx;
	p->variables[COCO_VAR_DBT] = v->dbt;
	w->checked = v->value != 0;
	if (!w->checked)
		return 0;
	p->smbios_late = true;
	p->no_shell = true;
	r = coco_mrecord_param(w->rec, w->diag, "secure_boot", "on");
	return r == 0 ? load_authority(w) : r;
}

/* Without keys: whether the variable SecureBoot exists depends on the build. */
static void secure_boot_off(struct coco_vtpm_work *w)
{
	static const uint8_t off = 0;
	struct coco_boot_platform *p = &w->platform;

	if (w->fw->dxe.n == 0 || (w->req->pcrs & 1U << 7) == 0)
		return;
	/* a store that has keys is not read here */
	p->has_variables = !holds(w->fw->vars, "P\0K\0\0", 6);
	if (holds(w->fw->dxe, secure_boot_driver, sizeof(secure_boot_driver)))
		p->variables[COCO_VAR_SECURE_BOOT] = coco_view_of(&off, 1);
}

int coco_vtpm_authority(struct coco_vtpm_work *w)
{
	int r = 0;

	if (!w->checked || w->regs == COCO_BOOT_TDX)
		return 0;
	if (!w->authority_known)
		return coco_boot_unknown(w->list, 7, "entry of db that lets images run",
					 "db has several", "--authority CERTIFICATE", w->diag);
	for (size_t i = 0; r == 0 && i < w->n_authority; i++)
		r = coco_boot_authority(w->list, w->authority[i], w->diag);
	return r;
}

int coco_vtpm_mok(struct coco_vtpm_work *w)
{
	static const char *const names[] = { "MokList", "MokListX", "MokListTrusted" };
	int r = 0;

	for (size_t i = 0; r == 0 && w->req->mok != NULL && i < COCO_ARRAY_LEN(names); i++) {
		const struct coco_boot_about about = {
			.pcr = 14, .type = COCO_EV_IPL, .name = names[i],
			.basis = COCO_BASIS_GIVEN,
		};
		uint8_t *p;
		size_t n;

		r = optional_file(w, w->req->mok, names[i], &p, &n);
		if (r == 0 && p != NULL)
			r = coco_boot_data(w->list, &about, p, n, w->diag);
		coco_free(p);
	}
	return r;
}

int coco_vtpm_platform(struct coco_vtpm_work *w)
{
	struct coco_boot_platform *p = &w->platform;

	int r = load_firmware(w);
	if (r == 0)
		r = load_acpi(w);
	if (r == 0)
		r = load_smbios(w);
	if (r == 0)
		r = load_roms(w);
	if (r == 0 && w->req->secure_boot != NULL)
		r = secure_boot_on(w);
	else if (r == 0 && w->req->vars != NULL)
		r = variables_of_store(w);
	else if (r == 0)
		secure_boot_off(w);
	p->disk_boot = w->req->disk != NULL || w->req->uki != NULL;
	if (r == 0 && p->disk_boot && w->req->boot_device != NULL) {
		r = coco_boot_disk_entry(w->req->boot_device, w->entry, &w->disk_entry.data.n,
					 &w->disk_entry.text, w->diag);
		w->disk_entry.data.p = w->entry;
		p->disk = &w->disk_entry;
	}
	return r == 0 ? coco_boot_platform(w->list, p, w->diag) : r;
}
