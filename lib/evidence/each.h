/*
 * each.h - many files of evidence, each judged on its own with the same
 * collateral, policy, reference values and nonce, on several threads. What
 * stays in memory of a file is its line, not its evidence or result.
 *
 * Certificates and other collateral inside a file serve that file only.
 */
#ifndef COCO_EACH_H
#define COCO_EACH_H

#include "lib/evidence/appraise.h"

enum {
	COCO_EACH_FILES = 1 << 20,
	COCO_EACH_REASONS = 16,   /* of one file; the rest is left out */
};

enum coco_each_state {
	COCO_EACH_JUDGED,         /* evidence, or what passes for it: it has a verdict */
	COCO_EACH_COMPANION,      /* collateral or a part that proves nothing alone: left out */
};

struct coco_each_file {
	char *path;               /* owned; as given, or below a directory that was given */
	enum coco_each_state state;
	size_t n;                 /* bytes */
	uint8_t sha256[32];       /* of the file */
	enum coco_verdict verdict;
	char (*reasons)[COCO_RESULT_REASON];   /* owned; failed checks first, each once */
	size_t n_reasons;
	char *detail;             /* owned: sentence of the first one; NULL: none */
};

struct coco_each {
	struct coco_each_file *files;   /* owned; in the order of the names */
	size_t n;
	size_t cap;
};

void coco_each_free(struct coco_each *list);   /* fine on a zeroed struct */

/*
 * coco_each_add - one file ("-": standard input), or the regular files below a
 * directory (as coco_inputs_walk). Nothing but directories is read yet.
 * Errors: those of coco_inputs_walk, LIMIT_COUNT, LIMIT_MEMORY.
 */
int coco_each_add(struct coco_each *list, const char *path, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_each_judge - reads and judges every file, on run->jobs threads; the
 * lines do not depend on their number. opts as for coco_appraise, its verified
 * is not looked at. A file that is cut, too large or not recognised gets a
 * verdict: rejected with EVIDENCE_MALFORMED, or indeterminate. Errors: a file
 * that cannot be read (IO), memory, cancellation, EVIDENCE_NONE (no file has a
 * verdict).
 */
int coco_each_judge(const struct coco_run *run, struct coco_each *list,
		    const struct coco_collateral *collateral,
		    const struct coco_appraise_opts *opts, bool authentic_only,
		    struct coco_diag *diag) COCO_MUSTUSE;

/* coco_each_count - files with that verdict. coco_each_companions - files that were left out. */
size_t coco_each_count(const struct coco_each *list, enum coco_verdict verdict);
size_t coco_each_companions(const struct coco_each *list);

#endif
