/*
 * tdx_platform.c - the events of RTMR0, in the order of the firmware (measure.md
 * 2.4; see tdx_priv.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/measure/td_hob.h"
#include "lib/measure/boot_platform.h"
#include "lib/measure/secure_vars.h"
#include "lib/measure/tdx_priv.h"

enum { RTMR0 = 1 };   /* a PCR that goes there */

const char *const coco_tdx_items[] = {
	"etc/extra-pci-roots", "boot-menu", "etc/boot-menu-wait", "etc/reserved-memory-end",
	"opt/ovmf/X-PciMmio64Mb", "bootorder", NULL,
};

static int unknown(struct coco_tdx_work *w, const char *name, const char *reason,
		   const char *supply)
{
	return coco_boot_unknown(w->list, RTMR0, name, reason, supply, w->diag);
}

static int data(struct coco_tdx_work *w, const struct coco_boot_about *about, const void *p,
		size_t n)
{
	bool done = false;
	int r = coco_tdx_given(w, about->name, *about, &done);

	return r != 0 || done ? r : coco_boot_data(w->list, about, p, n, w->diag);
}

/* ---- the firmware's own two events ---------------------------------------------- */

static int td_hob_of(struct coco_tdx_work *w, const struct coco_boot_about *about,
		     uint64_t memory)
{
	struct coco_wr wr;

	if (memory == 0)
		return unknown(w, about->name, "it lists the guest's memory", "--memory SIZE");
	if (w->req->other_machine)
		return unknown(w, about->name, "the memory map is known for q35 only",
			       "--event \"TD HOB=HEX\"");
	coco_wr_init(&wr, COCO_TD_HOB_MAX);
	int r = coco_td_hob_encode(&wr, &w->tdvf, memory, w->diag);
	if (r == 0 && wr.code != 0)
		r = coco_fail(w->diag, wr.code, "no memory for a TD HOB");
	if (r == 0)
		r = coco_boot_data(w->list, about, wr.p, wr.n, w->diag);
	coco_wr_free(&wr);
	return r;
}

static int td_hob(struct coco_tdx_work *w)
{
	const struct coco_boot_about about = {
		.pcr = RTMR0, .type = COCO_EV_EFI_HANDOFF_TABLES2, .name = "TD HOB",
	};
	bool done = false;
	int r = coco_tdx_given(w, about.name, about, &done);

	if (r != 0 || done)
		return r;
	for (size_t i = 0; r == 0 && i < w->n_machines; i += w->per_memory) {
		coco_tdx_machines(w, i, i + w->per_memory - 1);
		r = td_hob_of(w, &about, w->machines[i].memory);
	}
	coco_tdx_all(w);
	return r;
}

static int cfv(struct coco_tdx_work *w)
{
	const struct coco_tdvf_section *s = coco_tdvf_find(&w->tdvf, COCO_TDVF_CFV);
	const struct coco_boot_about about = {
		.pcr = RTMR0, .type = COCO_EV_EFI_PLATFORM_FIRMWARE_BLOB2, .name = "CFV",
	};

	return s == NULL ? 0 : data(w, &about, w->fw->image + s->offset, s->raw);
}

/* ---- fw_cfg --------------------------------------------------------------------- */

/* What QEMU has for an item when only -kernel is given, or what the user says. */
static struct coco_view item_value(const struct coco_tdx_work *w, const char *name,
				   enum coco_mrecord_basis *basis)
{
	static const char order[] = "/rom@genroms/linuxboot_dma.bin";

	*basis = COCO_BASIS_GIVEN;
	for (size_t i = 0; i < w->req->n_items; i++)
		if (strcmp(w->req->items[i].name, name) == 0)
			return w->req->items[i].value;
	*basis = COCO_BASIS_CONSTANT;
	if (strcmp(name, "boot-menu") == 0)
		return coco_view_of("\0", 2);
	if (strcmp(name, "bootorder") == 0)
		return coco_view_of(order, sizeof(order));
	return coco_view_of(NULL, 0);
}

static int fw_cfg(struct coco_tdx_work *w)
{
	int r = 0;

	if (!w->gen.fw_cfg_measured)
		return 0;
	for (size_t i = 0; r == 0 && coco_tdx_items[i] != NULL; i++) {
		struct coco_boot_about about = {
			.pcr = RTMR0, .type = COCO_EV_PLATFORM_CONFIG_FLAGS,
			.name = coco_tdx_items[i],
		};
		struct coco_view v = item_value(w, about.name, &about.basis);
		bool order = w->req->chain != NULL && about.basis == COCO_BASIS_CONSTANT &&
			     strcmp(about.name, "bootorder") == 0;

		if (order && !coco_tdx_has(w, about.name))
			r = unknown(w, about.name, "it lists the devices with a bootindex",
				    "--fw-cfg bootorder=HEX (=: there are none)");
		else if (v.n != 0)
			r = data(w, &about, v.p, v.n);
	}
	return r;
}

/* ---- Secure Boot ---------------------------------------------------------------- */

static int variable(struct coco_tdx_work *w, const uint8_t *guid, const char *name,
		    struct coco_view v, enum coco_mrecord_basis basis)
{
	char text[COCO_MRECORD_NAME];
	const struct coco_boot_about about = {
		.pcr = 7, .type = COCO_EV_EFI_VARIABLE_DRIVER_CONFIG, .name = text,
	};
	bool done = false;

	snprintf(text, sizeof(text), "variable %s", name);
	int r = coco_tdx_given(w, name, about, &done);
	if (r != 0 || done)
		return r;
	return coco_boot_variable(w->list, 7, about.type, guid, name, v, basis, w->diag);
}

/* A build without Secure Boot measures the names alone. */
static int secure_boot(struct coco_tdx_work *w, bool *ret_checked)
{
	static const uint8_t global[COCO_GUID_SIZE] =
		COCO_GUID(0x8be4df61, 0x93ca, 0x11d2, 0xaa0d, 0x00e098032b8c);
	static const uint8_t security[COCO_GUID_SIZE] =
		COCO_GUID(0xd719b2cb, 0x3d3a, 0x4596, 0xa3bc, 0xdad00e67656f);
	struct coco_secure_vars v = { .value = 0 };
	enum coco_mrecord_basis basis = COCO_BASIS_CONSTANT;
	int r = 0;

	if (w->fw->checks_images) {
		basis = COCO_BASIS_COMPUTED;
		if (w->fw->vars.n == 0)
			r = unknown(w, "Secure Boot variables",
				    "the image has no store of variables", "the whole image");
		else
			r = coco_secure_vars_read(&v, w->fw->vars, w->diag);
	}
	if (r == 0)
		r = variable(w, global, "SecureBoot", v.secure_boot, basis);
	if (r == 0)
		r = variable(w, global, "PK", v.pk, basis);
	if (r == 0)
		r = variable(w, global, "KEK", v.kek, basis);
	if (r == 0)
		r = variable(w, security, "db", v.db, basis);
	if (r == 0)
		r = variable(w, security, "dbx", v.dbx, basis);
	if (r == 0 && v.dbt.n != 0)
		r = variable(w, security, "dbt", v.dbt, basis);
	*ret_checked = v.value != 0;
	return r == 0 ? coco_boot_separator(w->list, 7, w->diag) : r;
}

/* ---- tables of QEMU ------------------------------------------------------------- */

static int acpi_of(struct coco_tdx_work *w, const struct coco_acpi *acpi)
{
	int r = 0;

	if (acpi == NULL || acpi->n == 0)
		return unknown(w, "ACPI tables",
			       "QEMU makes them from its version and its options",
			       "--acpi DIR, --qemu PROGRAM, or --event etc/acpi/tables=HEX ...");
	for (size_t i = 0; r == 0 && i < acpi->n; i++) {
		const struct coco_boot_about about = {
			.pcr = RTMR0, .type = COCO_EV_PLATFORM_CONFIG_FLAGS,
			.name = acpi->blob[i].name,
		};

		r = data(w, &about, acpi->blob[i].p, acpi->blob[i].n);
	}
	return r;
}

/* Digests that were given instead, in their order. */
static int acpi_given(struct coco_tdx_work *w, bool *ret_done)
{
	int r = 0;

	*ret_done = false;
	for (size_t i = 0; r == 0 && w->req->n_acpi == 0 && i < w->req->n_given; i++) {
		const struct coco_boot_about about = {
			.pcr = RTMR0, .type = COCO_EV_PLATFORM_CONFIG_FLAGS,
			.name = w->req->given[i].name,
		};
		bool item = strncmp(about.name, "etc/", 4) != 0;

		for (size_t k = 0; !item && coco_tdx_items[k] != NULL; k++)
			item = strcmp(coco_tdx_items[k], about.name) == 0;
		if (!item)
			r = coco_tdx_given(w, about.name, about, ret_done);
	}
	return r;
}

static int acpi(struct coco_tdx_work *w)
{
	bool done = false;

	if (!w->gen.acpi_measured)
		return 0;
	int r = acpi_given(w, &done);
	for (size_t i = 0; r == 0 && !done && i < w->n_machines; i++) {
		coco_tdx_machines(w, i, i);
		r = acpi_of(w, w->machines[i].acpi);
	}
	coco_tdx_all(w);
	return r;
}

static int smbios_of(struct coco_tdx_work *w, const struct coco_boot_about *about,
		     const struct coco_acpi *acpi)
{
	const struct coco_smbios_firmware own = {
		w->fw->vendor, w->fw->smbios_version, w->fw->date,
	};
	const struct coco_smbios_firmware *fw =
		w->req->bios != NULL ? w->req->bios : w->fw->has_smbios ? &own : NULL;
	bool has_bios = false;
	uint8_t *p = NULL;
	size_t n = 0;

	if (acpi == NULL || acpi->smbios.p == NULL)
		return unknown(w, about->name, "QEMU makes them from its version and its options",
			       "--acpi DIR with smbios-tables, --qemu PROGRAM, or "
			       "--event smbios=HEX");
	struct coco_view tables = coco_view_of(acpi->smbios.p, acpi->smbios.n);
	int r = coco_smbios_has_bios(tables, &has_bios, w->diag);
	if (r == 0 && !has_bios && fw == NULL)
		return unknown(w, about->name, "the image does not show the texts that it adds",
			       "--bios-vendor, --bios-version and --bios-date");
	if (r == 0)
		r = coco_smbios_measured(tables, fw, &p, &n, w->diag);
	if (r == 0)
		r = coco_boot_data(w->list, about, p, n, w->diag);
	coco_free(p);
	return r;
}

static int smbios(struct coco_tdx_work *w)
{
	const struct coco_boot_about about = {
		.pcr = RTMR0, .type = COCO_EV_EFI_HANDOFF_TABLES, .name = "smbios",
	};
	bool done = false;

	if (!w->gen.smbios_measured)
		return 0;
	int r = coco_tdx_given(w, about.name, about, &done);
	for (size_t i = 0; r == 0 && !done && i < w->n_machines; i++) {
		coco_tdx_machines(w, i, i);
		r = smbios_of(w, &about, w->machines[i].acpi);
	}
	coco_tdx_all(w);
	return r;
}

/* ---- what is booted ------------------------------------------------------------- */

/* With Secure Boot on, the entry of db that lets the kernel run. */
static int authority(struct coco_tdx_work *w, bool checked)
{
	const struct coco_boot_about about = {
		.pcr = 7, .type = COCO_EV_EFI_VARIABLE_AUTHORITY, .name = "authority",
	};
	bool done = false;
	int r = checked ? coco_tdx_given(w, about.name, about, &done) : 0;

	if (r != 0 || done || !checked)
		return r;
	return unknown(w, about.name, "Secure Boot is on: the certificate that lets the kernel run",
		       "--event authority=HEX");
}

/* Digests of BootOrder and Boot#### that were given instead, in their order. */
static int entries_given(struct coco_tdx_work *w, bool *ret_done)
{
	int r = 0;

	*ret_done = false;
	for (size_t i = 0; r == 0 && i < w->req->n_given; i++) {
		const struct coco_boot_about about = {
			.pcr = RTMR0, .type = COCO_EV_EFI_VARIABLE_BOOT,
			.name = w->req->given[i].name,
		};

		if (strncmp(about.name, "Boot", 4) == 0)
			r = coco_tdx_given(w, about.name, about, ret_done);
	}
	return r;
}

static int entries(struct coco_tdx_work *w)
{
	static const char supply[] = "--event BootOrder=HEX --event Boot0000=HEX ...";
	const struct coco_vtpm_request *chain = w->req->chain;
	struct coco_boot_platform p = {
		.new_entries = w->gen.new_boot_entries, .disk_boot = chain != NULL,
		.no_shell = w->checked,
	};
	uint8_t bytes[COCO_BOOT_ENTRY_MAX];
	struct coco_boot_entry disk = { .data.p = bytes };
	bool done = false;
	int r = entries_given(w, &done);

	if (r != 0 || done)
		return r;
	if (w->req->kernel == NULL && chain == NULL && !coco_tdx_has(w, "kernel"))
		return unknown(w, "boot entries", "what is booted is not given",
			       "--kernel FILE, or --disk IMAGE");
	if (chain != NULL && chain->boot_device != NULL) {
		r = coco_boot_disk_entry(chain->boot_device, bytes, &disk.data.n, &disk.text,
					 w->diag);
		if (r != 0)
			return r;
		p.disk = &disk;
	}
	if (!w->fw->has_setup)
		return unknown(w, "boot entries",
			       "the setup program is not in the volume that TDX guests load",
			       supply);
	return coco_boot_entries(w->list, &p, w->diag);
}

int coco_tdx_platform(struct coco_tdx_work *w)
{
	bool checked = false;
	int r = td_hob(w);

	if (r == 0)
		r = cfv(w);
	if (r == 0 && !w->fw->looked)
		return unknown(w, "boot", "what is booted is not given", "--kernel FILE");
	if (r == 0 && !w->gen.known)
		return unknown(w, "what the firmware measures", "its generation is not known",
			       "--firmware-generation NAME");
	if (r == 0)
		r = fw_cfg(w);
	if (r == 0)
		r = secure_boot(w, &checked);
	if (r == 0)
		r = acpi(w);
	w->checked = checked;
	/* a kernel from QEMU is loaded before the boot variables are set, a disk's after that */
	if (r == 0 && w->req->chain == NULL)
		r = authority(w, checked);
	if (r == 0)
		r = smbios(w);
	if (r == 0)
		r = entries(w);
	if (r == 0 && w->gen.early_separator)
		r = coco_boot_separator(w->list, RTMR0, w->diag);
	return r == 0 && w->req->chain != NULL ? authority(w, checked) : r;
}
