/*
 * import_qemu.h - what the files of the QEMU importer share. Not for users;
 * see import.h.
 */
#ifndef COCO_IMPORT_QEMU_H
#define COCO_IMPORT_QEMU_H

#include "formats/measure/import.h"
#include "formats/measure/qemu_argv.h"

enum { COCO_QEMU_ENTRIES = 512 };

/* What becomes of an option. */
enum coco_qemu_class {
	COCO_QEMU_TAKEN,        /* its value goes into the profile */
	COCO_QEMU_IRRELEVANT,   /* nothing measures it */
	COCO_QEMU_ACPI,         /* changes ACPI tables or devices: TDX, vTPM */
	COCO_QEMU_RELEVANT,     /* may change anything */
	COCO_QEMU_REFUSED,      /* says that the launch is described elsewhere */
};

struct coco_qemu_option {
	const char *name;
	const char *implied;    /* key of the first part; NULL: not a key=value list */
	unsigned char class;    /* enum coco_qemu_class */
	bool alone;             /* takes no value */
};

/* coco_qemu_option_find - an option by its name without dashes, or NULL; static. */
const struct coco_qemu_option *coco_qemu_option_find(const char *name);

/* An option that was given, in order. */
struct coco_qemu_entry {
	const struct coco_qemu_option *option;
	const char *text;          /* borrowed from the words */
	struct coco_qemu_opts o;   /* where it is a list; owned */
};

/* An import under way. */
struct coco_qemu_import {
	struct coco_import *im;
	const struct coco_import_hints *hints;
	struct coco_diag *diag;
	struct coco_qemu_entry *v;      /* owned */
	size_t n;
	size_t cap;
	struct coco_qemu_opts machine;  /* all -machine together; owned */
	const struct coco_qemu_entry *guest;   /* the confidential guest object, or NULL */
	const char *platform;
};

/* coco_qemu_named - the last entry of an option, or NULL. */
const struct coco_qemu_entry *coco_qemu_named(const struct coco_qemu_import *q,
					      const char *option);

/* coco_qemu_by - the entry of an option whose property has that value, or NULL. */
const struct coco_qemu_entry *coco_qemu_by(const struct coco_qemu_import *q, const char *option,
					   const char *key, const char *value);

/* coco_qemu_guest - values of the confidential guest object, and the platform. */
int coco_qemu_guest(struct coco_qemu_import *q) COCO_MUSTUSE;

/* coco_qemu_files - firmware and disks (import_qemu_files.c). */
int coco_qemu_files(struct coco_qemu_import *q) COCO_MUSTUSE;

#endif
