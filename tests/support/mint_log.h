/*
 * mint_log.h - small event logs, whole or with any one defect.
 */
#ifndef COCO_MINT_LOG_H
#define COCO_MINT_LOG_H

#include "formats/core/tcg_log.h"

/* One event; its digests are of its data, or all bytes are fill. */
struct coco_mint_event {
	uint32_t index;
	uint32_t type;
	const void *data;
	size_t n;
	uint8_t fill;
};

/* What a log shall be; zero members are the usual. */
struct coco_mint_log {
	const struct coco_mint_event *events;
	size_t n;
	const struct coco_tcg_bank *banks;   /* NULL: SHA-384 */
	size_t n_banks;
	bool sha1;                    /* the old form, without first entry */
	uint32_t first_index;         /* 0: 1, as in CC logs */
	bool first_zero;              /* 0, as in TPM logs */
	const char *vendor;
	size_t padding;               /* bytes after the last event */
	uint8_t pad;
	/* lies, each when not 0 */
	const char *signature;
	uint32_t n_algorithms;
	uint32_t first_size;
	uint8_t vendor_size;
	uint32_t count;               /* digests of the first event */
	uint16_t alg;                 /* algorithm of the first event's first digest */
	uint32_t size;                /* of the first event's data */
};

/* coco_mint_log - the bytes of a log; coco_free. */
uint8_t *coco_mint_log(const struct coco_mint_log *spec, size_t *ret_n);

/* A direct boot: 12 events of a CC log. */
extern const struct coco_mint_event coco_mint_boot[];
extern const size_t coco_mint_n_boot;

/* coco_mint_log_json - the same events as dstack writes them; a static NUL-terminated text. */
const char *coco_mint_log_json(const struct coco_mint_event *events, size_t n);

#endif
