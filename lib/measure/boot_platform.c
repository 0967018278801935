/*
 * boot_platform.c - OVMF's own events (see boot_platform.h).
 */
#include "lib/measure/boot_platform.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/wr.h"
#include "formats/measure/load_options.h"

#define GLOBAL COCO_GUID(0x8be4df61, 0x93ca, 0x11d2, 0xaa0d, 0x00e098032b8c)
#define SECURITY COCO_GUID(0xd719b2cb, 0x3d3a, 0x4596, 0xa3bc, 0xdad00e67656f)

static const uint8_t security[COCO_GUID_SIZE] = SECURITY;

static const struct {
	const char *name;
	uint8_t guid[COCO_GUID_SIZE];
} variables[COCO_VARS] = {
	[COCO_VAR_SECURE_BOOT] = { "SecureBoot", GLOBAL },
	[COCO_VAR_PK] = { "PK", GLOBAL },
	[COCO_VAR_KEK] = { "KEK", GLOBAL },
	[COCO_VAR_DB] = { "db", SECURITY },
	[COCO_VAR_DBX] = { "dbx", SECURITY },
	[COCO_VAR_DBT] = { "dbt", SECURITY },
};

const char *coco_boot_variable_name(enum coco_boot_secure_variable v)
{
	return variables[v].name;
}

static int firmware(struct coco_boot_list *list, const struct coco_boot_platform *p,
		    struct coco_diag *diag)
{
	const struct coco_boot_about version = {
		.pcr = 0, .type = COCO_EV_S_CRTM_VERSION, .name = "firmware version",
		.text = p->version,
	};
	struct coco_boot_about volume = {
		.pcr = 0, .type = COCO_EV_EFI_PLATFORM_FIRMWARE_BLOB, .name = "PEI volume",
	};
	uint8_t *utf16 = NULL;
	size_t n;
	int r;

	if (p->version == NULL) {
		r = coco_boot_unknown(list, 0, "firmware version",
				      "the image does not show its version text",
				      p->has_image ? "--known-value of the register"
						   : "--firmware FILE", diag);
	} else {
		r = coco_utf16_widen(coco_view_of(p->version, strlen(p->version)), &utf16, &n,
				     diag);
		if (r == 0)
			r = coco_boot_data(list, &version, utf16, n, diag);
		coco_free(utf16);
	}
	if (r == 0 && !p->has_volumes)
		return coco_boot_unknown(list, 0, "firmware volumes",
					 p->has_image ? "what is measured is not what lies in such "
							"an image" : "the image is not known",
					 p->has_image ? "--known-value of the register"
						      : "--firmware FILE", diag);
	if (r == 0)
		r = coco_boot_add(list, &volume, &p->pei, diag);
	volume.name = "DXE volume";
	return r == 0 ? coco_boot_add(list, &volume, &p->dxe, diag) : r;
}

static int secure_boot(struct coco_boot_list *list, const struct coco_boot_platform *p,
		       struct coco_diag *diag)
{
	int r = 0;

	if (!p->has_variables)
		r = coco_boot_unknown(list, 7, "Secure Boot variables",
				      "whether the firmware checks images, and with which "
				      "keys, is not known",
				      p->has_image ? "--secure-boot DIR"
						   : "--firmware FILE, or --secure-boot DIR",
				      diag);
	for (int v = 0; r == 0 && p->has_variables && v < COCO_VARS; v++) {
		if (v == COCO_VAR_DBT && p->variables[v].n == 0)
			continue;
		r = coco_boot_variable(list, 7, COCO_EV_EFI_VARIABLE_DRIVER_CONFIG,
				       variables[v].guid, variables[v].name, p->variables[v],
				       p->variables_basis, diag);
	}
	return r == 0 ? coco_boot_separator(list, 7, diag) : r;
}

static int acpi(struct coco_boot_list *list, const struct coco_boot_platform *p,
		struct coco_diag *diag)
{
	int r = 0;

	if (!p->acpi_measured)
		return 0;
	if (p->n_acpi == 0)
		return coco_boot_unknown(list, 1, "ACPI tables",
					 "QEMU makes them from its version and its options",
					 "--acpi DIR, or --qemu PROGRAM", diag);
	for (size_t i = 0; r == 0 && i < p->n_acpi; i++) {
		const struct coco_boot_about about = {
			.pcr = 1, .type = COCO_EV_PLATFORM_CONFIG_FLAGS, .name = p->acpi[i].name,
		};

		r = coco_boot_add(list, &about, &p->acpi[i].digests, diag);
	}
	return r;
}

static int smbios(struct coco_boot_list *list, const struct coco_boot_platform *p,
		  struct coco_diag *diag)
{
	const struct coco_boot_about about = {
		.pcr = 1, .type = COCO_EV_EFI_HANDOFF_TABLES, .name = "SMBIOS tables",
	};

	if (!p->generation_known || !p->smbios_measured)
		return 0;
	if (!p->has_smbios)
		return coco_boot_unknown(list, 1, "SMBIOS tables",
					 "QEMU makes them from its version and its options",
					 "--acpi DIR with smbios-tables", diag);
	return coco_boot_add(list, &about, &p->smbios, diag);
}

/* The entries that the firmware has itself (2.4 item 8). */
struct builtin {
	uint32_t attributes;
	const char *title;
	uint8_t file[COCO_GUID_SIZE];
};

static const struct builtin ui_app = {
	0x109, "UiApp", COCO_GUID(0x462caa21, 0x7614, 0x4503, 0x836e, 0x8ab6f4662331),
};
static const struct builtin menu_app = {
	0x109, "BootManagerMenuApp",
	COCO_GUID(0xeec25bdc, 0x67f2, 0x4d95, 0xb1d5, 0xf81b2039d11d),
};
static const struct builtin setup = {
	0x101, "EFI Firmware Setup",
	COCO_GUID(0x462caa21, 0x7614, 0x4503, 0x836e, 0x8ab6f4662331),
};
static const struct builtin shell = {
	0x101, "EFI Internal Shell",
	COCO_GUID(0x7c04a583, 0x9e3e, 0x4f1c, 0xad65, 0xe05268d0b4d1),
};
static const struct builtin old_shell = {
	0x1, "EFI Internal Shell",
	COCO_GUID(0x7c04a583, 0x9e3e, 0x4f1c, 0xad65, 0xe05268d0b4d1),
};

/* Start of a load option: attributes, length of the path, description. */
static void put_option(struct coco_wr *wr, uint32_t attributes, size_t path, const char *title)
{
	coco_wr_le32(wr, attributes);
	coco_wr_le16(wr, (uint16_t)path);
	for (const char *c = title; *c != '\0'; c++)
		coco_wr_le16(wr, (uint8_t)*c);
	coco_wr_le16(wr, 0);
}

static int builtin(struct coco_boot_list *list, unsigned number, const struct builtin *b,
		   struct coco_diag *diag)
{
	static const uint8_t volume[COCO_GUID_SIZE] =
		COCO_GUID(0x7cb8bdc9, 0xf8eb, 0x4f34, 0xaaea, 0x3ee4af6516a1);
	char name[16];
	struct coco_wr wr;

	snprintf(name, sizeof(name), "Boot%04X", number & 0xffff);
	coco_wr_init(&wr, COCO_BOOT_ENTRY_MAX);
	put_option(&wr, b->attributes, 44, b->title);
	coco_wr_bytes(&wr, "\x04\x07\x14", 4);
	coco_wr_bytes(&wr, volume, sizeof(volume));
	coco_wr_bytes(&wr, "\x04\x06\x14", 4);
	coco_wr_bytes(&wr, b->file, sizeof(b->file));
	coco_wr_bytes(&wr, "\x7f\xff\x04", 4);
	int r = wr.code != 0 ? coco_fail(diag, wr.code, "no room for a boot entry")
			     : coco_boot_boot_variable(list, name, b->title, coco_wr_view(&wr),
						       COCO_BASIS_CONSTANT, diag);
	coco_wr_free(&wr);
	return r;
}

static int disk(struct coco_boot_list *list, const struct coco_boot_platform *p, unsigned number,
		struct coco_diag *diag)
{
	char name[16];

	if (p->disk == NULL)
		return coco_boot_unknown(list, 1, "boot entry of the disk",
					 "it names the disk's device", "--boot-device DEVICE",
					 diag);
	snprintf(name, sizeof(name), "Boot%04X", number & 0xffff);
	return coco_boot_boot_variable(list, name, p->disk->text, p->disk->data,
				       COCO_BASIS_COMPUTED, diag);
}

/* The disk comes first in the order, though its number follows the firmware's own. */
static int order(struct coco_boot_list *list, const struct coco_boot_platform *p, unsigned own,
		 struct coco_diag *diag)
{
	uint8_t bytes[2 * 8] = { 0 };
	char text[64] = "";
	size_t n = 0;

	if (p->disk_boot)
		bytes[2 * n++] = (uint8_t)own;
	for (unsigned i = 0; i < own; i++)
		bytes[2 * n++] = (uint8_t)i;
	if (p->disk_boot && !p->no_shell)
		bytes[2 * n++] = (uint8_t)(own + 1);
	for (size_t i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%04X",
			 i > 0 ? " " : "", bytes[2 * i]);
	return coco_boot_boot_variable(list, "BootOrder", text, coco_view_of(bytes, 2 * n),
				       COCO_BASIS_CONSTANT, diag);
}

int coco_boot_entries(struct coco_boot_list *list, const struct coco_boot_platform *p,
		      struct coco_diag *diag)
{
	unsigned own = p->new_entries ? 2 : 1;

	int r = order(list, p, own, diag);
	if (r == 0 && p->disk_boot)
		r = disk(list, p, own, diag);
	if (r == 0)
		r = builtin(list, 0, p->new_entries ? &menu_app : &ui_app, diag);
	if (r == 0 && p->new_entries)
		r = builtin(list, 1, &setup, diag);
	if (r == 0 && p->disk_boot && !p->no_shell)
		r = builtin(list, own + 1, p->new_entries ? &shell : &old_shell, diag);
	return r;
}

int coco_boot_platform(struct coco_boot_list *list, const struct coco_boot_platform *p,
		       struct coco_diag *diag)
{
	int r = firmware(list, p, diag);

	if (r == 0)
		r = secure_boot(list, p, diag);
	if (r == 0 && !p->generation_known)
		r = coco_boot_unknown(list, 1, "what the firmware measures",
				      "its generation is not known",
				      "--firmware FILE or --generation NAME", diag);
	if (r == 0)
		r = acpi(list, p, diag);
	for (size_t i = 0; r == 0 && i < p->n_roms; i++) {
		const struct coco_boot_about about = {
			.pcr = 2, .type = COCO_EV_EFI_BOOT_SERVICES_DRIVER, .name = p->roms[i].name,
		};

		r = coco_boot_add(list, &about, &p->roms[i].image, diag);
	}
	if (r == 0 && !p->smbios_late)
		r = smbios(list, p, diag);
	return r == 0 && p->generation_known ? coco_boot_entries(list, p, diag) : r;
}

int coco_boot_platform_late(struct coco_boot_list *list, const struct coco_boot_platform *p,
			    struct coco_diag *diag)
{
	return p->smbios_late ? smbios(list, p, diag) : 0;
}

int coco_boot_authority(struct coco_boot_list *list, struct coco_view entry,
			struct coco_diag *diag)
{
	return coco_boot_variable(list, 7, COCO_EV_EFI_VARIABLE_AUTHORITY, security, "db", entry,
				  COCO_BASIS_GIVEN, diag);
}

/* A decimal number up to max after "WORD:". */
static bool number_after(const char *text, const char *word, unsigned max, unsigned *ret)
{
	size_t n = strlen(word);
	unsigned v = 0;

	if (strncmp(text, word, n) != 0 || text[n] == '\0')
		return false;
	for (const char *c = text + n; *c != '\0'; c++) {
		if (*c < '0' || *c > '9')
			return false;
		v = v * 10 + (unsigned)(*c - '0');
		if (v > max)
			return false;
	}
	*ret = v;
	return true;
}

int coco_boot_disk_entry(const char *device, uint8_t *p, size_t *ret_n, const char **ret_text,
			 struct coco_diag *diag)
{
	/* what marks an entry that the firmware made */
	static const uint8_t mark[COCO_GUID_SIZE] =
		COCO_GUID(0x8108ac4e, 0x9f11, 0x4d59, 0x850e, 0xe21a522c59b2);
	static const char misc[] = "UEFI Misc Device";
	static const char *const qemu[] = {   /* with the serial number that QEMU gives */
		"UEFI QEMU HARDDISK QM00001 ", "UEFI QEMU HARDDISK QM00003 ",
		"UEFI QEMU HARDDISK QM00005 ", "UEFI QEMU HARDDISK QM00007 ",
		"UEFI QEMU HARDDISK QM00009 ", "UEFI QEMU HARDDISK QM00011 ",
	};
	struct coco_wr wr;
	unsigned n;

	coco_wr_init(&wr, COCO_BOOT_ENTRY_MAX);
	if (number_after(device, "virtio-blk:", 31, &n)) {
		*ret_text = misc;
		put_option(&wr, 1, 22, misc);
		coco_wr_bytes(&wr, "\x02\x01\x0c\x00\xd0\x41\x03\x0a\x00\x00\x00\x00", 12);
		coco_wr_bytes(&wr, "\x01\x01\x06\x00\x00", 5);
		coco_wr_u8(&wr, (uint8_t)n);
	} else if (number_after(device, "sata:", 5, &n)) {
		*ret_text = qemu[n];
		put_option(&wr, 1, 32, qemu[n]);
		coco_wr_bytes(&wr, "\x02\x01\x0c\x00\xd0\x41\x03\x0a\x00\x00\x00\x00", 12);
		coco_wr_bytes(&wr, "\x01\x01\x06\x00\x02\x1f\x03\x12\x0a", 10);
		coco_wr_le16(&wr, (uint16_t)n);
		coco_wr_bytes(&wr, "\xff\xff\x00", 4);
	} else {
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "\"%s\" is no boot device: virtio-blk:SLOT or sata:PORT", device);
	}
	coco_wr_bytes(&wr, "\x7f\xff\x04", 4);
	coco_wr_bytes(&wr, mark, sizeof(mark));
	if (wr.code != 0)
		return coco_fail(diag, wr.code, "no room for a boot entry");
	memcpy(p, wr.p, wr.n);
	*ret_n = wr.n;
	coco_wr_free(&wr);
	return 0;
}
