/*
 * boot_platform.h - the events of OVMF before anything is booted: PCR 0, 1, 2
 * and 7 (measure.md 2.4, 3.2), and what a Secure Boot firmware adds for the
 * images that it loads.
 */
#ifndef COCO_BOOT_PLATFORM_H
#define COCO_BOOT_PLATFORM_H

#include "lib/measure/boot_stage.h"

/* The Secure Boot variables, in the order in which they are measured. */
enum coco_boot_secure_variable {
	COCO_VAR_SECURE_BOOT,
	COCO_VAR_PK,
	COCO_VAR_KEK,
	COCO_VAR_DB,
	COCO_VAR_DBX,
	COCO_VAR_DBT,        /* measured only when it exists */
	COCO_VARS,
};

/* coco_boot_variable_name - "SecureBoot", "PK", ...; static. */
const char *coco_boot_variable_name(enum coco_boot_secure_variable v);

/* An ACPI file of QEMU. */
struct coco_boot_acpi {
	const char *name;
	struct coco_boot_digests digests;
};

/* A boot entry besides those that the firmware has itself: the disk. */
struct coco_boot_entry {
	const char *text;              /* its description */
	struct coco_view data;         /* of the variable: attributes, path, ... */
};

/* Everything is borrowed. */
struct coco_boot_platform {
	bool has_image;                /* it was given: what is not known is not in it */
	/* PCR 0 */
	const char *version;           /* of the firmware, ASCII; NULL: not known */
	bool has_volumes;
	struct coco_boot_digests pei;
	struct coco_boot_digests dxe;
	/* PCR 7 */
	bool has_variables;            /* false: not known */
	enum coco_mrecord_basis variables_basis;
	struct coco_view variables[COCO_VARS];
	/* PCR 1 */
	bool generation_known;         /* false: what follows is not known */
	bool acpi_measured;
	bool smbios_measured;
	bool smbios_late;              /* after the separator: builds with SMM and Secure Boot */
	bool new_entries;              /* BootManagerMenuApp and EFI Firmware Setup, not UiApp */
	const struct coco_boot_acpi *acpi;
	size_t n_acpi;                 /* 0: not known */
	bool has_smbios;
	struct coco_boot_digests smbios;   /* of the filtered table (2.7) */
	bool disk_boot;                /* there are entries for a disk and the shell */
	bool no_shell;                 /* Secure Boot builds have no shell */
	const struct coco_boot_entry *disk; /* NULL: not known; with disk_boot */
	/* PCR 2 */
	const struct coco_boot_addon *roms;
	size_t n_roms;
};

/*
 * coco_boot_platform - the events up to the boot variables. Kernel and images
 * come after it, then coco_boot_ready, then coco_boot_platform_late.
 */
int coco_boot_platform(struct coco_boot_list *list, const struct coco_boot_platform *p,
		       struct coco_diag *diag) COCO_MUSTUSE;
int coco_boot_platform_late(struct coco_boot_list *list, const struct coco_boot_platform *p,
			    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_boot_entries - BootOrder and the Boot#### variables alone, in PCR 1
 * (RTMR0).
 */
int coco_boot_entries(struct coco_boot_list *list, const struct coco_boot_platform *p,
		      struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_boot_authority - the entry of db that let an image run: the owner's GUID
 * and the certificate as they stand in db.
 */
int coco_boot_authority(struct coco_boot_list *list, struct coco_view entry,
			struct coco_diag *diag) COCO_MUSTUSE;

enum { COCO_BOOT_ENTRY_MAX = 256 };

/*
 * coco_boot_disk_entry - the data of the boot entry that OVMF makes for the disk
 * of QEMU's device: "virtio-blk:SLOT" (PCI slot on the root bus) or "sata:PORT"
 * (first disk of q35's controller). Fills p (COCO_BOOT_ENTRY_MAX bytes). Errors:
 * USAGE_VALUE for another device.
 */
int coco_boot_disk_entry(const char *device, uint8_t *p, size_t *ret_n, const char **ret_text,
			 struct coco_diag *diag) COCO_MUSTUSE;

#endif
