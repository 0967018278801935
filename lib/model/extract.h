/*
 * extract.h - the files of a package, decrypted and checked, into a directory
 * or only checked.
 */
#ifndef COCO_EXTRACT_H
#define COCO_EXTRACT_H

#include "lib/core/io.h"
#include "lib/model/pkg.h"

struct coco_extract_request {
	const struct coco_pkg *pkg;
	const struct coco_catalogue *cat;
	const struct coco_secret *key;
	const char *out;          /* directory to make; NULL: only check */
	unsigned out_flags;
	bool dry_run;             /* with out: check it and the content, write nothing */
	const bool *selected;     /* per file; NULL: all */
	bool digests;             /* compare plaintext digests where the catalogue has them */
};

struct coco_extract_result {
	uint64_t files;
	uint64_t bytes;
	uint64_t digests;         /* files whose digest was compared */
};

/*
 * coco_extract - every chunk is authenticated before it is used; a file
 * appears under its name after its last check, the directory under its name
 * when all are there. Refuses a destination that the handling flags forbid
 * (PACKAGE_AT_REST) or that is too small (IO_SPACE). On failure nothing is left.
 */
int coco_extract(const struct coco_run *run, const struct coco_extract_request *req,
		 struct coco_extract_result *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_at_rest_check - whether plaintext may be written below dir (an existing
 * directory): memory file systems always, dm-crypt devices when v allows
 * guest-encrypted. PACKAGE_AT_REST otherwise, also when it cannot be told.
 */
int coco_at_rest_check(enum coco_at_rest v, const char *dir, struct coco_diag *diag) COCO_MUSTUSE;

#endif
