/*
 * mdiff.h - a measurement record beside an event log, or beside another
 * record: which registers agree, and where the others part.
 *
 * Steps are compared by their digests, in order. A register with several
 * allowed values is equal when one of them is; otherwise the value whose steps
 * agree for longest is shown. Steps that were inserted or left out do not make
 * the following ones differ.
 */
#ifndef COCO_MDIFF_H
#define COCO_MDIFF_H

#include "formats/core/tcg_log.h"
#include "formats/measure/evidence_peek.h"
#include "formats/measure/mrecord.h"

enum {
	COCO_MDIFF_TEXT = 256,
	COCO_MDIFF_STEPS = 1 << 12,    /* differences that are kept of one register */
};

enum coco_mdiff_result {
	COCO_MDIFF_EQUAL,
	COCO_MDIFF_DIFFERS,
	COCO_MDIFF_SKIPPED,            /* could not be compared; note says why */
};

enum coco_mdiff_kind {
	COCO_MDIFF_CHANGED,            /* both sides have a step here, with other digests */
	COCO_MDIFF_MISSING,            /* only expected */
	COCO_MDIFF_EXTRA,              /* only there */
};

/* A step as one side has it; texts are cut to what fits. */
struct coco_mdiff_side {
	size_t at;                     /* its number in the register, from 0 */
	char name[COCO_MDIFF_TEXT];    /* record: name; log: what the event says */
	char type[COCO_MRECORD_WORD];
	char text[COCO_MDIFF_TEXT];    /* record: readable contents; "": none */
	struct coco_mrecord_digest digest;
};

struct coco_mdiff_step {
	enum coco_mdiff_kind kind;
	struct coco_mdiff_side expected;   /* unless EXTRA */
	struct coco_mdiff_side actual;     /* unless MISSING */
};

struct coco_mdiff_register {
	char name[COCO_MRECORD_WORD];
	char algorithm[16];
	enum coco_mdiff_result result;
	char note[COCO_MDIFF_TEXT];        /* "" or a sentence */
	size_t n_allowed;                  /* values that were expected */
	char label[COCO_MDIFF_TEXT];       /* of the one that is equal or nearest; "" */
	struct coco_mrecord_digest expected;
	struct coco_mrecord_digest actual;
	size_t n_expected;                 /* steps */
	size_t n_actual;
	size_t same;                       /* leading steps that agree; SKIPPED: steps of the
					      record that the log has, too, in their order */
	size_t known;                      /* SKIPPED: steps of the record that have a digest */
	struct coco_mdiff_step *steps;     /* owned: what differs, in order */
	size_t n_steps;
	size_t cap_steps;
	size_t n_left_out;                 /* differences past the limit */
};

/* A parameter or file of two records that is not the same; "" where one has none. */
struct coco_mdiff_input {
	char name[COCO_MRECORD_NAME];
	bool file;
	char expected[COCO_MDIFF_TEXT];    /* value, or "sha256:..., N bytes" */
	char actual[COCO_MDIFF_TEXT];
};

struct coco_mdiff {
	struct coco_mdiff_register *registers;   /* owned */
	size_t n;
	size_t cap;
	struct coco_mdiff_input *inputs;         /* owned; of two records */
	size_t n_inputs;
	size_t cap_inputs;
	size_t n_equal;
	size_t n_differ;
	size_t n_skipped;
	size_t n_events;                         /* of the log */
	size_t n_changed_text;                   /* events whose digest is not of their data */
	size_t first_changed_text;               /* number in the log */
	uint64_t trailing;                       /* bytes of the log after its end */
	char platform[2][COCO_MRECORD_WORD];     /* of either side: "tdx", "tpm", "snp" */
};

/*
 * coco_mdiff_log - the record is what is expected, the log (completed, see
 * tcg_replay.h) what happened. Registers of the log that the record does not
 * have are listed as skipped. Gives *ret (coco_mdiff_free). Errors:
 * LIMIT_MEMORY, those of coco_tcg_replay for a bank that the record has.
 */
int coco_mdiff_log(const struct coco_mrecord *expected, const struct coco_tcg_log *log,
		   struct coco_mdiff *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_mdiff_records - equal registers have the same allowed values. As coco_mdiff_log. */
int coco_mdiff_records(const struct coco_mrecord *expected, const struct coco_mrecord *actual,
		       struct coco_mdiff *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_mdiff_evidence - values only: each must be one of the allowed ones. */
int coco_mdiff_evidence(const struct coco_mrecord *expected,
			const struct coco_evidence_peek *actual, struct coco_mdiff *ret,
			struct coco_diag *diag) COCO_MUSTUSE;

void coco_mdiff_free(struct coco_mdiff *d);   /* fine on a zeroed struct */

/*
 * coco_mdiff_verdict - 0 when every register that could be compared is equal;
 * MEASURE_DIFFERS, or MEASURE_UNCOMPARED when none could be: it says when the
 * two sides are of different platforms.
 */
int coco_mdiff_verdict(const struct coco_mdiff *d, struct coco_diag *diag) COCO_MUSTUSE;

#endif
