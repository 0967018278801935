/*
 * firmware.h - an OVMF image: its table, its volumes unpacked, its version,
 * and how its generation of edk2 behaves (measure.md 8.1, 3.2).
 *
 * edk2 changes what it measures between releases. The image shows it: each
 * behaviour comes with a text or a driver that can be looked for.
 */
#ifndef COCO_FIRMWARE_H
#define COCO_FIRMWARE_H

#include "formats/measure/fw_volume.h"
#include "formats/measure/mrecord.h"
#include "formats/measure/ovmf.h"

enum {
	COCO_FIRMWARE_UNPACKED = 64 << 20,   /* bytes of the packed part, unpacked, at most */
	COCO_FIRMWARE_TEXT = 96,             /* bytes of a version text with its NUL */
};

/* What is asked for; the order is that of coco_fw_generation_names. */
enum coco_fw_choice {
	COCO_FW_AUTO,            /* as the image shows */
	COCO_FW_202211,
	COCO_FW_202302,
	COCO_FW_202408,          /* as 202302, and the separator of RTMR1 goes to RTMR0 */
	COCO_FW_202502,
	COCO_FW_202505,
	COCO_FW_202508,
};

/* "auto", "edk2-stable202211", ..., NULL: for options. */
extern const char *const coco_fw_generation_names[];

/* How a generation behaves. */
struct coco_fw_generation {
	bool known;              /* false: nothing below is meant */
	bool given;              /* the user said so, not the image */
	char name[24];           /* the oldest stable tag that behaves so at least */
	bool acpi_measured;      /* ACPI blobs are measured (PCR 1, RTMR0) */
	bool named_blobs;        /* kernel is taken from etc/boot/kernel if QEMU (10.0) has it */
	bool initrd_prefix;      /* "initrd=initrd CMDLINE" instead of "CMDLINE initrd=initrd" */
	bool new_boot_entries;   /* BootManagerMenuApp and EFI Firmware Setup, not UiApp */
	bool smbios_measured;    /* the SMBIOS table is measured (PCR 1, RTMR0) */
	bool fw_cfg_measured;    /* fw_cfg items are measured (RTMR0 only) */
	bool early_separator;    /* TDX: a separator at the end of RTMR0, none in RTMR1 */
	char evidence[COCO_MRECORD_TEXT]; /* what in the image says so */
};

struct coco_firmware {
	uint8_t *image;          /* owned */
	size_t n;
	struct coco_ovmf table;
	struct coco_mrecord_file file;    /* "firmware", size and digest, for the record */
	bool looked;             /* coco_firmware_look was there: what follows is filled */
	uint8_t *unpacked;       /* owned; sections of the packed part, NULL: there is none */
	size_t n_unpacked;
	struct coco_view vars;   /* volume with the store of variables; n 0: none */
	/*
	 * Volume with the drivers before memory, as the image has it; n 0: none. They
	 * run in place, and what they write into their variables is measured with it:
	 * the PEI core of 2025.02 the port of q35's timer, for one.
	 */
	struct coco_view pei;
	struct coco_view dxe;    /* volume with the other drivers; n 0: none */
	bool has_version;        /* false: cannot be told */
	char version[COCO_FIRMWARE_TEXT]; /* of PCR 0's first event, ASCII; may be "" */
	bool has_smbios;         /* the texts of the SMBIOS type 0 that the firmware adds */
	char vendor[COCO_FIRMWARE_TEXT];
	char smbios_version[COCO_FIRMWARE_TEXT];
	char date[COCO_FIRMWARE_TEXT];
	bool checks_images;      /* a build with Secure Boot: the variable SecureBoot exists */
	bool has_setup;          /* the setup program lies in dxe: TDX guests have it, too */
	struct coco_fw_generation detected;
};

/*
 * coco_firmware_open - reads the file at path and its table, which is all that
 * MRTD needs; nothing is unpacked. Gives *ret (coco_firmware_free). Errors: those
 * of ovmf.h, IO_..., LIMIT_MEMORY.
 */
int coco_firmware_open(const char *path, struct coco_firmware *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_firmware_look - takes apart what was opened, once: volumes, the packed
 * part, texts, the generation. An image without a packed part is fine:
 * detected.known is then false. Errors: those of fw_volume.h, FIRMWARE_PACKED,
 * LIMIT_MEMORY; fw is then still as opened.
 */
int coco_firmware_look(struct coco_firmware *fw, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_firmware_load - both. Gives *ret (coco_firmware_free). */
int coco_firmware_load(const char *path, struct coco_firmware *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_firmware_parse - the same from bytes, which it takes (coco_free). */
int coco_firmware_parse(uint8_t *image, size_t n, struct coco_firmware *ret,
			struct coco_diag *diag) COCO_MUSTUSE;

void coco_firmware_free(struct coco_firmware *fw);   /* fine on a zeroed struct */

/*
 * coco_firmware_generation - the choice of the user, or what was detected; not
 * known when nobody looked.
 */
struct coco_fw_generation coco_firmware_generation(const struct coco_firmware *fw,
						   enum coco_fw_choice choice);

/*
 * coco_firmware_describe - the firmware's file, its generation and what that is
 * known from, into a record; the file alone when nobody looked. Errors: LIMIT_MEMORY.
 */
int coco_firmware_describe(struct coco_mrecord *rec, const struct coco_firmware *fw,
			   const struct coco_fw_generation *gen, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
