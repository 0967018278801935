/*
 * import.h - launch profiles from what VMMs were given: a recorded QEMU
 * command line, a libvirt domain, a Kata configuration. Nothing is guessed:
 * what cannot be taken over is named in the notes.
 */
#ifndef COCO_IMPORT_H
#define COCO_IMPORT_H

#include "formats/measure/profile.h"

enum {
	COCO_IMPORT_MAX = 1 << 20,    /* bytes of one input */
	COCO_IMPORT_NOTES = 256,
	COCO_IMPORT_TEXT = 256,       /* bytes of a note, with the NUL */
};

/* A warning: something that may be measured, and is not in the profile. */
struct coco_import_note {
	char text[COCO_IMPORT_TEXT];
};

/* Zeroed: empty. */
struct coco_import {
	struct coco_profile profile;
	struct coco_import_note *notes;   /* owned */
	size_t n_notes;
	size_t cap_notes;
};

/* What the caller knows besides the input. */
struct coco_import_hints {
	const char *platform;   /* "snp", ...; NULL: from the input */
	uint32_t max_vcpus;     /* processors of the node, for Kata; 0: not known */
};

void coco_import_free(struct coco_import *im);   /* fine on a zeroed struct */

/*
 * For the importers. coco_import_set adds a value with a note of its origin;
 * row 0 outside of disk. coco_import_warn adds a note. coco_import_size sets
 * memory.sizes from bytes. Errors: PROFILE_VALUE, LIMIT_SIZE, LIMIT_MEMORY.
 */
int coco_import_set(struct coco_import *im, enum coco_profile_id id, size_t row,
		    const char *text, const char *origin, struct coco_diag *diag) COCO_MUSTUSE;
int coco_import_warn(struct coco_import *im, struct coco_diag *diag, const char *fmt, ...)
	COCO_PRINTF(3, 4) COCO_MUSTUSE;
int coco_import_size(struct coco_import *im, uint64_t bytes, const char *origin,
		     struct coco_diag *diag) COCO_MUSTUSE;

/* coco_import_hex - base64 of a value that a profile holds as hexadecimal digits. */
int coco_import_hex(struct coco_import *im, enum coco_profile_id id, const char *base64,
		    const char *origin, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_import_policy - a SEV policy, decimal or 0x. *ret_es (may be NULL) says
 * whether it asks for SEV-ES.
 */
int coco_import_policy(struct coco_import *im, const char *text, const char *origin,
		       bool *ret_es, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_import_cpu - a vCPU model as QEMU names it ("EPYC-v4", "host");
 * family, model and stepping are what was set beside it, -1 for nothing.
 */
int coco_import_cpu(struct coco_import *im, const char *model, const long fms[3],
		    const char *origin, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_import_qemu - a command line as it was recorded: /proc/PID/cmdline
 * with its NULs, text quoted for a shell, or a JSON array of strings. Gives
 * *ret (coco_import_free). Errors: PROFILE_ARGV, PROFILE_REFERS,
 * PROFILE_VALUE, FORMAT_JSON, LIMIT_....
 */
int coco_import_qemu(struct coco_import *ret, struct coco_view record,
		     const struct coco_import_hints *hints, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_import_libvirt - a domain as virsh dumpxml prints it. Errors: PROFILE_XML, as above. */
int coco_import_libvirt(struct coco_import *ret, struct coco_view xml,
			const struct coco_import_hints *hints, struct coco_diag *diag)
	COCO_MUSTUSE;

/* A file of a Kata configuration; borrowed. */
struct coco_import_kata_file {
	const char *name;          /* for messages */
	struct coco_view text;
};

enum { COCO_IMPORT_KATA_FILES = 65 };

/*
 * coco_import_kata - a configuration and its drop-ins, in the order in which
 * they apply: a later file replaces what an earlier one says of a key.
 * Errors: PROFILE_KATA, PROFILE_INCOMPLETE (the number of processors of the
 * node, or the platform, is needed), those of coco_toml_parse, LIMIT_....
 */
int coco_import_kata(struct coco_import *ret, const struct coco_import_kata_file *files,
		     size_t n, const struct coco_import_hints *hints, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
