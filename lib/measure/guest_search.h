/*
 * guest_search.h - which firmware, kernel, machine and QEMU explain the
 * registers of a TDX guest or the PCRs of a guest with a vTPM: candidates are
 * measured (tdx.h, vtpm.h) and compared with an event log or with values.
 *
 * Every register is searched over the things that it depends on and over no
 * others, so that what does not matter is not multiplied in. With a log the
 * longest sequence of equal steps from the start names the nearest candidate.
 */
#ifndef COCO_GUEST_SEARCH_H
#define COCO_GUEST_SEARCH_H

#include "lib/measure/mdiff.h"
#include "lib/measure/tdx.h"
#include "lib/measure/vtpm.h"

enum {
	COCO_GUEST_REGISTERS = 24,          /* answers of one search, at most */
	COCO_GUEST_CANDIDATES = 1 << 16,    /* of one register, at most */
};

/* What can be varied. */
enum coco_guest_axis {
	COCO_GUEST_FIRMWARE,
	COCO_GUEST_GENERATION,
	COCO_GUEST_QEMU,
	COCO_GUEST_KERNEL,
	COCO_GUEST_INITRD,
	COCO_GUEST_LINE,
	COCO_GUEST_MEMORY,
	COCO_GUEST_ACPI,
	COCO_GUEST_UKI,
	COCO_GUEST_AXES,
};

/* A value that was seen. */
struct coco_guest_value {
	char name[COCO_MRECORD_WORD];       /* "tdx.rtmr0", "tpm.pcr4" */
	char algorithm[16];                 /* "sha384" */
	struct coco_mrecord_digest digest;
};

/* Everything is borrowed. */
struct coco_guest_search {
	const struct coco_tdx_request *tdx;    /* what is not varied; or */
	const struct coco_vtpm_request *vtpm;
	const struct coco_tcg_log *log;        /* completed; NULL: values */
	const struct coco_guest_value *values;
	size_t n_values;
	size_t n[COCO_GUEST_AXES];             /* candidates of each list below; 0: not varied */
	const char *const *firmware;
	const enum coco_fw_choice *generations;
	const unsigned *qemu;
	const char *const *kernels;
	const char *const *initrds;            /* NULL in the list: none */
	const struct coco_view *lines;
	const uint64_t *memory;
	const struct coco_acpi *acpi;
	const char *const *ukis;               /* TDX: with a chain */
};

/* What is known of one register. */
struct coco_guest_answer {
	char name[COCO_MRECORD_WORD];
	char algorithm[16];
	unsigned axes;                         /* bit N: depends on axis N, of those varied */
	enum coco_mdiff_result result;         /* SKIPPED: no candidate could be computed */
	size_t at[COCO_GUEST_AXES];            /* the candidate: equal, or the nearest */
	char label[COCO_MDIFF_TEXT];           /* of its allowed value; "" */
	char note[COCO_MDIFF_TEXT];            /* of SKIPPED: why; of DIFFERS: "" or more */
	size_t unknown;                        /* candidates that have no value of it */
	size_t others;                         /* candidates that have another value */
	bool contradicted;                     /* of SKIPPED: steps that are known are not there */
	size_t same;                           /* leading steps that agree, of a log */
	size_t n_expected;
	size_t n_actual;
	bool has_step;
	struct coco_mdiff_step step;           /* the first that does not */
};

struct coco_guest_found {
	struct coco_guest_answer answer[COCO_GUEST_REGISTERS];
	size_t n;
	size_t n_equal;
	size_t n_differ;                       /* those that every candidate has a value for */
	uint64_t tried;                        /* candidates that were measured */
	uint64_t skipped;                      /* that could not be */
	char why[COCO_MDIFF_TEXT];             /* of the first of them */
};

/*
 * coco_guest_search - on run->jobs threads; the answer does not depend on
 * their number. A candidate whose files are malformed is passed over when
 * there are others. Errors: SEARCH_SPACE (too many candidates), those of
 * coco_tdx_measure and coco_vtpm_measure, CANCELLED, LIMIT_MEMORY.
 */
int coco_guest_search(const struct coco_run *run, const struct coco_guest_search *req,
		      struct coco_guest_found *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
