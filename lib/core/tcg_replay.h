/*
 * tcg_replay.h - what registers an event log leads to, and whether its events
 * say what was measured (evidence.md 4.4).
 *
 * A replay that gives the register's value proves that the log names what was
 * extended, nothing more; coco_tcg_event_tied says of each event whether its
 * text was measured or is only a label.
 */
#ifndef COCO_TCG_REPLAY_H
#define COCO_TCG_REPLAY_H

#include "formats/core/tcg_event.h"

/* A register after the log. */
struct coco_tcg_value {
	size_t n;                        /* bytes of the digest */
	uint8_t p[COCO_TCG_DIGEST];
	size_t events;                   /* that were extended; 0: it has its start value */
	bool has_locality;               /* PCR 0 did not start at zero */
	uint8_t locality;
	size_t separators;               /* more than one in a register is suspicious */
};

/* coco_tcg_can_hash - this build can replay banks of the algorithm. */
bool coco_tcg_can_hash(uint16_t alg);

/*
 * coco_tcg_complete - computes the digests that dstack's JSON leaves out
 * (H384(u32 type ":" name ":" payload)); call it after decoding, before the
 * events are used. Nothing to do for other logs. Errors: LIMIT_MEMORY.
 */
int coco_tcg_complete(struct coco_tcg_log *log, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_tcg_extends - event i extends a register in this bank: not NO_ACTION,
 * not without a register, not MRTD of a CC log.
 */
bool coco_tcg_extends(const struct coco_tcg_log *log, size_t i, size_t bank);

/*
 * coco_tcg_replay - the value of a register in a bank. Errors: TCG_ALGORITHM
 * (a bank that cannot be hashed, an event without a digest of it), LIMIT_MEMORY.
 */
int coco_tcg_replay(const struct coco_tcg_log *log, uint32_t index, size_t bank,
		    struct coco_tcg_value *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* What a digest says about the text of its event. */
enum coco_tcg_tie {
	COCO_TCG_LABEL,       /* it covers bytes that are not in the log */
	COCO_TCG_TIED,        /* it is of the event's data */
	COCO_TCG_CHANGED,     /* it should be, and is not */
};

/* coco_tcg_event_tied - for one event and bank. Errors: as coco_tcg_replay. */
int coco_tcg_event_tied(const struct coco_tcg_log *log, size_t i, size_t bank,
			enum coco_tcg_tie *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
