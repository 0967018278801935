/*
 * stub_cpio.h - the cpio archives that systemd-stub makes for the initrd
 * (measure.md 3.4): one folder with files, the same bytes for the same files.
 *
 * Who measures: archives of credentials, system and configuration extensions
 * are measured themselves (pcr), all of them with the whole initrd by the
 * kernel. The order of the kinds is that in the initrd.
 */
#ifndef COCO_STUB_CPIO_H
#define COCO_STUB_CPIO_H

#include "formats/core/diag.h"

enum coco_stub_cpio_kind {
	COCO_STUB_CREDENTIALS,
	COCO_STUB_GLOBAL_CREDENTIALS,
	COCO_STUB_SYSEXT,
	COCO_STUB_CONFEXT,
	COCO_STUB_PCRSIG,       /* contents of .pcrsig */
	COCO_STUB_PCRPKEY,      /* of .pcrpkey */
	COCO_STUB_OSREL,        /* of .osrel */
	COCO_STUB_PROFILE,      /* of .profile */
	COCO_STUB_CPIO_KINDS,
};

enum {
	COCO_STUB_CPIO_FILES = 1024,       /* of one archive */
	COCO_STUB_CPIO_NAME = 255,         /* bytes of a file's name */
	COCO_STUB_CPIO_MAX = 1 << 30,      /* bytes of an archive */
	COCO_STUB_INITRD_ALIGN = 4,        /* each part of the initrd is filled up to this */
};

/* What a kind is like; static. */
struct coco_stub_cpio_form {
	const char *folder;     /* ".extra/credentials" */
	uint32_t dir_mode;      /* permission bits of the folder; its parents have 0555 */
	uint32_t file_mode;
	const char *file;       /* the one file's name; NULL: those that are found */
	uint32_t pcr;           /* 12 or 13; 0: it is not measured itself */
	const char *event;      /* "Credentials initrd"; NULL with pcr 0 */
};

const struct coco_stub_cpio_form *coco_stub_cpio_form(enum coco_stub_cpio_kind kind);

/*
 * coco_stub_cpio_takes - whether a file of this name in the folder of the
 * image (X.efi.extra.d, \loader\credentials) goes into an archive of this
 * kind: by its ending, upper and lower case the same; the stub passes over
 * names that begin with a point, are not ASCII or are too long. Always false
 * for the last four.
 */
bool coco_stub_cpio_takes(enum coco_stub_cpio_kind kind, const char *name);

/* A file; everything borrowed. */
struct coco_stub_cpio_file {
	const char *name;       /* without a slash; for kinds with one file ignored */
	struct coco_view data;
};

/*
 * coco_stub_cpio - an archive of the files in the order in which they are
 * given: for names that are found, coco_stub_cpio_sort first. Without files
 * there is none (*ret NULL, 0). Gives *ret (coco_free). Errors: STUB_CPIO (a
 * name that is empty, too long, has a slash, or too many files), LIMIT_SIZE,
 * LIMIT_MEMORY.
 */
int coco_stub_cpio(enum coco_stub_cpio_kind kind, const struct coco_stub_cpio_file *files,
		   size_t n, uint8_t **ret, size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_stub_cpio_sort - into the order of the stub: by the bytes of the names. */
void coco_stub_cpio_sort(struct coco_stub_cpio_file *files, size_t n);

#endif
