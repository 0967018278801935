/*
 * vtpm_priv.h - what the parts of vtpm.c share.
 */
#ifndef COCO_VTPM_PRIV_H
#define COCO_VTPM_PRIV_H

#include "lib/measure/boot_direct.h"
#include "lib/measure/boot_platform.h"
#include "lib/measure/secure_vars.h"
#include "lib/measure/vtpm.h"

/* A file by name: given by the user, or taken from the disk into memory. */
struct coco_vtpm_file {
	char name[256];       /* last part of its path */
	char path[1024];      /* to open */
	int fd;               /* owned, of one from the disk; -1 */
};

struct coco_vtpm_files {
	struct coco_vtpm_file *list;   /* owned */
	size_t n;
	size_t cap;
};

/* What is booted, found or given. */
struct coco_vtpm_chain {
	bool has_loader;
	struct coco_vtpm_file loader;
	bool has_config;
	struct coco_vtpm_file config;
	struct coco_vtpm_file image;   /* what the firmware or the loader starts */
	bool is_uki;                   /* of image; else something that starts what it likes */
	struct coco_vtpm_files addons; /* global ones first */
	struct coco_vtpm_files global_credentials;
	struct coco_vtpm_files credentials;
	struct coco_vtpm_files extensions;
	uint8_t *gpt;                  /* owned; NULL: not known */
	size_t n_gpt;
};

struct coco_vtpm_work {
	const struct coco_run *run;
	const struct coco_vtpm_request *req;
	struct coco_mrecord *rec;
	struct coco_diag *diag;
	struct coco_boot_list *list;
	struct coco_boot_files files;
	struct coco_shelf *shelf;      /* that of req, or own */
	const struct coco_firmware *fw;   /* lent by it; NULL: not given */
	struct coco_fw_generation gen;
	struct coco_boot_platform platform;
	struct coco_boot_acpi acpi[COCO_ACPI_FILES + 1];
	struct coco_boot_addon *roms;               /* owned */
	uint8_t *variables[COCO_VARS];              /* owned; the first one is a whole store */
	struct coco_secure_vars store;
	struct coco_view authority[8];              /* in variables[COCO_VAR_DB] */
	size_t n_authority;
	bool authority_known;
	struct coco_boot_smbios smbios;
	bool smbios_done;
	bool stub;                     /* systemd-stub runs: phases are measured */
	enum coco_boot_registers regs;
	bool checked;                  /* Secure Boot is on */
	bool may_repeat;
	uint8_t entry[COCO_BOOT_ENTRY_MAX];
	struct coco_boot_entry disk_entry;
	struct coco_vtpm_chain chain;
};

/* vtpm_platform.c: fills platform, smbios, authority; adds the firmware's events. */
int coco_vtpm_platform(struct coco_vtpm_work *w) COCO_MUSTUSE;
int coco_vtpm_authority(struct coco_vtpm_work *w) COCO_MUSTUSE;
int coco_vtpm_mok(struct coco_vtpm_work *w) COCO_MUSTUSE;

/* vtpm_uki.c: the events of a unified kernel image; loaded: its own is there already. */
int coco_vtpm_uki(struct coco_vtpm_work *w, const struct coco_vtpm_file *image, bool loaded,
		  const struct coco_view *options) COCO_MUSTUSE;

/* Whether a PE file is a unified kernel image; its systemd version (0: unknown), its kind. */
enum coco_vtpm_kind {
	COCO_VTPM_OTHER,
	COCO_VTPM_UKI,
	COCO_VTPM_SYSTEMD_BOOT,
};
int coco_vtpm_kind(const char *path, enum coco_vtpm_kind *ret, unsigned *ret_version,
		   struct coco_diag *diag) COCO_MUSTUSE;

/* vtpm_disk.c: fills chain from the disk. */
int coco_vtpm_disk(struct coco_vtpm_work *w) COCO_MUSTUSE;

/* vtpm_chain.c: fills chain from the request; lists of files. */
int coco_vtpm_given(struct coco_vtpm_work *w) COCO_MUSTUSE;
int coco_vtpm_add(struct coco_vtpm_files *files, const struct coco_vtpm_file *file,
		  struct coco_diag *diag) COCO_MUSTUSE;
int coco_vtpm_file_set(struct coco_vtpm_file *f, const char *path, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_vtpm_chain_free(struct coco_vtpm_chain *c);

#endif
