/*
 * log_appraise.h - event logs of measured boots (evidence.md 4.4): whether a
 * log explains the registers of the quote that comes with it, and which of its
 * texts were measured. A log proves nothing by itself; a replay that agrees
 * proves that it names what was extended, nothing more.
 */
#ifndef COCO_LOG_APPRAISE_H
#define COCO_LOG_APPRAISE_H

#include "lib/core/tcg_replay.h"
#include "lib/evidence/appraiser.h"

extern const struct coco_appraiser coco_appraiser_log;

enum {
	COCO_LOG_EVENTS = 2048,     /* events that become claims one by one */
	COCO_LOG_TEXT = 1 << 12,    /* bytes of a text among the claims */
};

/*
 * coco_log_claims - the registers that the log leads to
 * ("eventlog.sha256.pcr4", "eventlog.rtmr0"), every event as a line, and the
 * texts that its digests cover: "eventlog.kernel_cmdline",
 * "eventlog.variable.SecureBoot", "eventlog.aael". Several of one kind have
 * ".2", ".3" behind the name, so that a rule for the first cannot be fed by a
 * later one, and "eventlog.kernel_cmdline.count" says how many. base is where
 * the log starts in its input. Errors: memory.
 */
int coco_log_claims(struct coco_claims *c, const struct coco_tcg_log *log, uint64_t base,
		    struct coco_diag *diag) COCO_MUSTUSE;

/* coco_log_register - "rtmr0", "sha256.pcr4" in ret; false: no register of a replay. */
bool coco_log_register(const struct coco_tcg_log *log, size_t bank, uint32_t index,
		       char ret[32]);

#endif
