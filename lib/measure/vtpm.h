/*
 * vtpm.h - the PCRs of a guest with a virtual TPM that QEMU and OVMF boot,
 * from a kernel (-kernel) or from a disk, computed from files (measure.md 3).
 */
#ifndef COCO_VTPM_H
#define COCO_VTPM_H

#include "formats/measure/smbios.h"
#include "lib/core/run.h"
#include "lib/measure/acpi.h"
#include "lib/measure/boot_stage.h"
#include "lib/measure/disk.h"
#include "lib/measure/shelf.h"

enum {
	COCO_VTPM_FILES = 256,              /* of one list of the request */
	COCO_VTPM_FILE_MAX = 1 << 30,       /* bytes of a file on the disk that is booted */
	COCO_VTPM_VARS_MAX = 4 << 20,       /* bytes of a store of variables */
	COCO_VTPM_CONFIG_MAX = 1 << 20,     /* bytes of loader.conf, a credential, a variable */
};

/* Files that the user names; borrowed. */
struct coco_vtpm_list {
	const char *const *path;
	size_t n;
};

/* Everything is borrowed. */
struct coco_vtpm_request {
	unsigned banks;                     /* COCO_BANK_BIT */
	uint32_t pcrs;                      /* bit N: PCR N */
	struct coco_shelf *shelf;           /* what measurements share; NULL: nothing */
	/* firmware and machine */
	const char *firmware;               /* file; NULL: generation says how it behaves */
	enum coco_fw_choice generation;
	const char *firmware_version;       /* NULL: as the image shows */
	const struct coco_acpi *acpi;       /* NULL: not known; may hold the SMBIOS tables alone */
	const struct coco_smbios_firmware *bios;   /* texts instead of the image's; or NULL */
	struct coco_vtpm_list roms;         /* option ROMs: PE drivers */
	const char *secure_boot;            /* directory with PK, KEK, db, dbx; NULL: off */
	const char *vars;                   /* or a store of variables: file; NULL: none */
	struct coco_vtpm_list authority;    /* certificates (DER) of db that let images run */
	const char *mok;                    /* directory with MokList, MokListX, MokListTrusted */
	/* a kernel from QEMU */
	const char *kernel;                 /* a Linux kernel or a unified kernel image */
	const char *initrd;
	bool has_append;
	struct coco_view append;            /* exact bytes without NUL */
	bool shim;                          /* with -shim */
	const char *dtb;                    /* of -dtb; or NULL */
	bool other_machine;                 /* i440fx and others: not q35 */
	unsigned qemu_major;                /* version of QEMU: 10 */
	uint64_t memory;                    /* bytes; 0: not given */
	/* or a disk, */
	const char *disk;                   /* image */
	enum coco_disk_as disk_as;
	const char *entry;                  /* path on the ESP that systemd-boot starts; or NULL */
	const char *boot_device;            /* for its boot entry (coco_boot_disk_entry); or NULL */
	/* or the files that a disk would hold */
	const char *loader;                 /* systemd-boot; NULL: the firmware starts the UKI */
	const char *loader_config;          /* loader.conf */
	const char *uki;
	struct coco_vtpm_list extras;       /* of X.efi.extra.d: *.addon.efi, *.cred, *.raw */
	struct coco_vtpm_list globals;      /* of \loader: *.addon.efi, *.cred */
	/* or nothing, and only what the firmware measures by itself is computed */
	/* of what runs */
	unsigned profile;                   /* of the unified kernel image */
	enum coco_boot_linux_events logs;
	const char *const *phases;          /* paths of boot phases, see coco_uki_phases */
	size_t n_phases;
};

/*
 * coco_vtpm_measure - fills a record. The firmware is unpacked only for what
 * depends on that. What cannot be computed is in the record as such. Gives *ret
 * (coco_mrecord_free). Errors: USAGE_VALUE for a file whose name is of no kind
 * that the stub takes, USAGE_CONFLICT and USAGE_MISSING for parts that do not go
 * together, BOOT_CHAIN for something on the disk that is not understood, those of
 * the readers of each file.
 */
int coco_vtpm_measure(const struct coco_run *run, const struct coco_vtpm_request *req,
		      struct coco_mrecord *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_vtpm_is_uki - whether a PE file is a unified kernel image. Errors: those of pe_file.h. */
int coco_vtpm_is_uki(const char *path, bool *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* A boot of an image, as a part of what somebody else predicts. Borrowed. */
struct coco_vtpm_image_boot {
	/* disk, or uki with its files, or kernel and append when that is one; logs, profile */
	const struct coco_vtpm_request *req;
	struct coco_fw_generation gen;
	bool checked;                       /* Secure Boot is on */
	struct coco_boot_smbios smbios;     /* that systemd measures */
	bool may_repeat;                    /* ExitBootServices, also where it is not expected */
};

/*
 * coco_vtpm_image_events - the events of a TDX guest from the hand-over by the
 * firmware on: partition table, what is started, what that measures; into a
 * list and its record. Boot entries and the certificates that let images run
 * are the caller's. Errors: those of coco_vtpm_measure for a disk.
 */
int coco_vtpm_image_events(const struct coco_run *run, const struct coco_vtpm_image_boot *boot,
			   struct coco_boot_list *list, struct coco_mrecord *rec,
			   struct coco_diag *diag) COCO_MUSTUSE;

#endif
