/*
 * boot_search.h - which command line, initrd and kernel explain what a boot
 * extended: in an event log, or in the value of a register (measure.md 2.8,
 * 2.9, 3.2, 3.4).
 *
 * The Linux EFI stub extends the command line and the initrd, firmware the
 * kernel. A log has them as events, each of which is explained on its own.
 * RTMR2 and PCR 9 of a direct boot hold command line and initrd and nothing
 * else, so that their value can be searched, too.
 */
#ifndef COCO_BOOT_SEARCH_H
#define COCO_BOOT_SEARCH_H

#include "formats/core/tcg_log.h"
#include "lib/core/run.h"

enum coco_boot_what {
	COCO_BOOT_CMDLINE,
	COCO_BOOT_INITRD,
	COCO_BOOT_KERNEL,
};

/* How the firmware made the command line out of -append. */
enum coco_boot_form {
	COCO_FORM_AS_GIVEN,
	COCO_FORM_SUFFIX,      /* " initrd=initrd" behind it: OVMF up to stable202505 */
	COCO_FORM_PREFIX,      /* "initrd=initrd " before it: later ones */
	COCO_FORMS,
};

/* Everything is borrowed. */
struct coco_boot_search {
	const struct coco_tcg_log *log;    /* completed; NULL: value */
	const uint8_t *value;              /* of RTMR2, or PCR 9 */
	uint16_t alg;                      /* of value: COCO_TCG_SHA256, _SHA384, ... */
	const struct coco_view *lines;
	size_t n_lines;
	const char *const *initrds;        /* files; NULL in the list: no initrd */
	size_t n_initrds;
	const char *const *kernels;        /* PE files, several: others are passed over; log
					      only; NULL in the list: nothing */
	size_t n_kernels;
};

enum { COCO_BOOT_ANSWERS = 32 };

/* Something that was extended, and the candidate that gives its digest. */
struct coco_boot_answer {
	enum coco_boot_what what;
	size_t event;                      /* of the log */
	bool explained;
	size_t candidate;                  /* place in the list; of explained */
	enum coco_boot_form form;          /* of a command line */
};

struct coco_boot_explained {
	struct coco_boot_answer answer[COCO_BOOT_ANSWERS];
	size_t n;
	size_t n_explained;
	size_t n_tried;                    /* answers for which there were candidates */
	uint64_t tried;
	uint16_t alg;                      /* bank that was compared */
};

/*
 * coco_boot_search - goes through the candidates, on run->jobs threads; the
 * answer does not depend on their number. Gives answers for every
 * command line, initrd and image in the log (at most COCO_BOOT_ANSWERS), or for
 * the two parts of a value when both are explained; none otherwise. Errors:
 * SEARCH_UNDECIDED when the log has no bank that can be hashed, IO_..., those
 * of coco_authenticode_path, CANCELLED, LIMIT_MEMORY.
 */
int coco_boot_search(const struct coco_run *run, const struct coco_boot_search *req,
		     struct coco_boot_explained *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_boot_form_text - how the form is said: "with initrd=initrd before it"; "". */
const char *coco_boot_form_text(enum coco_boot_form form);

#endif
