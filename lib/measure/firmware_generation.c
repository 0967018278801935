/*
 * firmware_generation.c - which behaviour an image has, by what is in it
 * (measure.md 8.1; see firmware.h).
 */
#include <stdio.h>
#include <string.h>

#include "lib/measure/firmware_priv.h"

const char *const coco_fw_generation_names[] = {
	"auto",
	"edk2-stable202211",
	"edk2-stable202302",
	"edk2-stable202408.01",
	"edk2-stable202502",
	"edk2-stable202505",
	"edk2-stable202508",
	NULL,
};

enum feature {
	ACPI = 1,
	BLOBS = 2,
	ENTRIES = 4,
	SMBIOS = 8,
	FW_CFG = 16,
	PREFIX = 32,
	SEPARATOR = 64,
};

static const unsigned features_of[] = {
	[COCO_FW_202211] = 0,
	[COCO_FW_202302] = ACPI,
	[COCO_FW_202408] = ACPI | SEPARATOR,
	[COCO_FW_202502] = ACPI | BLOBS,
	[COCO_FW_202505] = ACPI | BLOBS | ENTRIES | SMBIOS | FW_CFG,
	[COCO_FW_202508] = ACPI | BLOBS | ENTRIES | SMBIOS | FW_CFG | PREFIX,
};

/* What an image shows by itself, from the newest on: which tag knew it first. */
static const struct {
	enum coco_fw_choice choice;
	unsigned needs;
} steps[] = {
	{ COCO_FW_202508, ACPI | BLOBS | PREFIX },
	{ COCO_FW_202505, ACPI | BLOBS | ENTRIES },
	{ COCO_FW_202502, ACPI | BLOBS },
	{ COCO_FW_202302, ACPI },
	{ COCO_FW_202211, 0 },
};

#define BYTES(s) { (const uint8_t *)(s), sizeof(s) - 1 }

static const uint8_t smbios_measurement[COCO_GUID_SIZE] =
	COCO_GUID(0xd27fed59, 0xabb4, 0x4fed, 0xbead, 0x2a878c7e4a7e);

/* What is looked for; the texts with a NUL are whole strings. */
static const struct {
	unsigned feature;
	struct coco_view pattern;
	const char *name;
} marks[] = {
	{ ACPI, BYTES("ACPI DATA"), "ACPI DATA" },
	{ BLOBS, BYTES("etc/boot/"), "etc/boot/" },
	{ ENTRIES, BYTES("B\0o\0o\0t\0M\0a\0n\0a\0g\0e\0r\0M\0e\0n\0u\0A\0p\0p\0"),
	  "BootManagerMenuApp" },
	{ SMBIOS, { smbios_measurement, COCO_GUID_SIZE }, "SmbiosMeasurementDxe" },
	{ FW_CFG, BYTES("QEMU FW CFG"), "QEMU FW CFG" },
	{ PREFIX, BYTES("initrd=initrd \0"), "initrd=initrd CMDLINE" },
};

/* The older form of the command line, which every image has that is not newer. */
static const struct coco_view suffix = BYTES(" initrd=initrd\0");

static bool holds(const struct coco_firmware *fw, struct coco_view what)
{
	return (fw->n_unpacked != 0 &&
		memmem(fw->unpacked, fw->n_unpacked, what.p, what.n) != NULL) ||
	       memmem(fw->image, fw->n, what.p, what.n) != NULL;
}

static void behave(struct coco_fw_generation *g, unsigned features, enum coco_fw_choice choice)
{
	g->known = true;
	snprintf(g->name, sizeof(g->name), "%s", coco_fw_generation_names[choice]);
	g->acpi_measured = (features & ACPI) != 0;
	g->named_blobs = (features & BLOBS) != 0;
	g->new_boot_entries = (features & ENTRIES) != 0;
	g->smbios_measured = (features & SMBIOS) != 0;
	g->fw_cfg_measured = (features & FW_CFG) != 0;
	g->initrd_prefix = (features & PREFIX) != 0;
	g->early_separator = (features & SEPARATOR) != 0;
}

void coco_firmware_detect(struct coco_firmware *fw)
{
	struct coco_fw_generation g = { .known = false };
	unsigned found = 0;
	size_t at = 0;

	for (size_t i = 0; i < COCO_ARRAY_LEN(marks); i++) {
		if (!holds(fw, marks[i].pattern))
			continue;
		found |= marks[i].feature;
		int n = snprintf(g.evidence + at, sizeof(g.evidence) - at, "%s%s",
				 at != 0 ? ", " : "the image holds: ", marks[i].name);
		at = coco_min_size(at + (size_t)(n > 0 ? n : 0), sizeof(g.evidence) - 1);
	}
	bool old_form = holds(fw, suffix);
	if ((found & PREFIX) != 0 ? old_form : !old_form) {
		snprintf(g.evidence, sizeof(g.evidence),
			 "the image does not show how it takes an initrd: not OVMF, or packed "
			 "in another way");
		fw->detected = g;
		return;
	}
	if (old_form) {
		int n = snprintf(g.evidence + at, sizeof(g.evidence) - at, "%s%s",
				 at != 0 ? ", " : "the image holds: ", "CMDLINE initrd=initrd");
		(void)n;   /* cut when it does not fit */
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(steps); i++)
		if ((found & steps[i].needs) == steps[i].needs) {
			behave(&g, found, steps[i].choice);
			break;
		}
	fw->detected = g;
}

struct coco_fw_generation coco_firmware_generation(const struct coco_firmware *fw,
						   enum coco_fw_choice choice)
{
	struct coco_fw_generation g = { .given = true };

	if (choice == COCO_FW_AUTO)
		return fw->detected;
	behave(&g, features_of[choice], choice);
	return g;
}
