/*
 * boot_stage.h - the events of what runs after the firmware's own start: the
 * hand-over, the Linux EFI stub, unified kernel images, systemd-boot
 * (measure.md 2.8, 2.9, 3.2 to 3.4). Everything is given as digests and texts;
 * boot_files.h makes them from files.
 */
#ifndef COCO_BOOT_STAGE_H
#define COCO_BOOT_STAGE_H

#include "lib/measure/boot.h"

struct coco_uki;

/* For which registers; they have different separators. */
enum coco_boot_registers {
	COCO_BOOT_TPM,
	COCO_BOOT_TDX,
};

/*
 * coco_boot_ready - the firmware hands over: the action, and the separators of
 * PCR 0 to 6, or of RTMR1 alone. early_separator: RTMR1 has none (2.4 item 9).
 */
int coco_boot_ready(struct coco_boot_list *list, enum coco_boot_registers regs,
		    bool early_separator, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_boot_application - a PE image that the firmware loads and starts: PCR 4. */
int coco_boot_application(struct coco_boot_list *list, const char *name,
			  const struct coco_boot_digests *authenticode, struct coco_diag *diag)
	COCO_MUSTUSE;

/* Which of its own events a Linux EFI stub logs. */
enum coco_boot_linux_events {
	COCO_LINUX_LOGS_BOTH,      /* load options and initrd: Linux 6.12 */
	COCO_LINUX_LOGS_INITRD,
	COCO_LINUX_LOGS_NOTHING,   /* old kernels */
};

/* A Linux kernel with EFI stub. */
struct coco_boot_linux {
	enum coco_boot_linux_events logs;
	struct coco_view options;          /* UTF-16 with NUL */
	const char *text;                  /* the same, readable */
	bool has_initrd;
	struct coco_boot_digests initrd;   /* as handed to the kernel; a bank without: unknown */
};

/* coco_boot_linux - its events in PCR 9. */
int coco_boot_linux(struct coco_boot_list *list, const struct coco_boot_linux *kernel,
		    struct coco_diag *diag) COCO_MUSTUSE;

/* A section of a unified kernel image. */
struct coco_boot_section {
	char name[9];
	struct coco_boot_digests contents;
};

/* A file that systemd-stub takes along, as it measures it. */
struct coco_boot_extra {
	uint32_t pcr;                      /* 12 or 13 */
	const char *name;                  /* "Credentials initrd" */
	struct coco_boot_digests digests;  /* of the archive that the stub makes */
};

struct coco_boot_addon {
	const char *name;
	struct coco_boot_digests image;    /* Authenticode */
};

enum {
	COCO_STUB_LOADS_KERNEL = 257,      /* the last one known to start .linux by the firmware */
	COCO_STUB_STARTS_KERNEL = 262,     /* the first one known to start it itself */
};

/* A unified kernel image that systemd-stub boots. Everything is borrowed. */
struct coco_boot_uki {
	const char *name;
	struct coco_boot_digests image;             /* Authenticode */
	bool loaded;                       /* its event is in the list already (direct boot) */
	const struct coco_uki *measured;   /* its sections; NULL: those that follow */
	const struct coco_boot_section *sections;   /* in the order in which they are measured */
	size_t n_sections;
	unsigned stub_version;             /* of systemd; 0: not known */
	bool secure_boot;                  /* the firmware checks images */
	bool has_inner;
	struct coco_boot_digests inner;    /* Authenticode of .linux */
	unsigned profile;                  /* chosen with "@N" */
	const struct coco_boot_addon *addons;       /* global ones first */
	size_t n_addons;
	struct coco_view options;          /* load options that replace the command line, UTF-16 */
	const char *options_text;          /* NULL: there are none */
	struct coco_view addon_options;    /* command lines of all addons, UTF-16 with NUL */
	const char *addon_text;            /* NULL: there are none */
	const struct coco_boot_extra *extras;       /* in the order of the stub */
	size_t n_extras;
	struct coco_boot_linux kernel;     /* what the kernel sees in the end */
};

/*
 * SMBIOS structures that systemd 262 measures into PCR 1, raw with strings
 * (3.4); n 0: there is none.
 */
struct coco_boot_smbios {
	bool known;
	struct coco_view type1;
	struct coco_view type2;
	struct coco_view type11;
};

/*
 * coco_boot_uki - its events: the image itself in PCR 4, what the stub
 * measures, what its kernel measures. *smbios_done: systemd has measured the
 * SMBIOS structures already (systemd-boot before it); set when it did now.
 * With a stub version between the known ones there are two allowed values of
 * PCR 4 and PCR 1.
 */
int coco_boot_uki(struct coco_boot_list *list, const struct coco_boot_uki *uki,
		  const struct coco_boot_smbios *smbios, bool *smbios_done,
		  struct coco_diag *diag) COCO_MUSTUSE;

/* systemd-boot. */
struct coco_boot_loader {
	const char *name;
	struct coco_boot_digests image;    /* Authenticode */
	unsigned version;                  /* of systemd; 0: not known */
	bool has_config;
	struct coco_view config;           /* bytes of loader/loader.conf */
};

int coco_boot_loader(struct coco_boot_list *list, const struct coco_boot_loader *loader,
		     const struct coco_boot_smbios *smbios, bool *smbios_done,
		     struct coco_diag *diag) COCO_MUSTUSE;

#endif
