/*
 * boot_priv.h - what the files behind boot.h share.
 */
#ifndef COCO_BOOT_PRIV_H
#define COCO_BOOT_PRIV_H

#include "lib/crypto/digest.h"
#include "lib/measure/boot.h"

struct coco_boot_event {
	uint32_t pcr;
	char type[COCO_MRECORD_WORD];
	char name[COCO_MRECORD_NAME];
	char *text;                       /* owned; NULL: none */
	enum coco_mrecord_basis basis;
	struct coco_boot_digests digests;
	bool unknown;
	char reason[COCO_MRECORD_TEXT];   /* of an unknown one */
	char supply[COCO_MRECORD_TEXT];
	bool conditional;
	size_t branch;                    /* of a conditional one, with its choices */
	size_t first;
	size_t last;
};

struct coco_boot_option {
	struct coco_mrecord_label label[COCO_BOOT_LABELS];
	size_t n_labels;
};

struct coco_boot_fork {
	struct coco_boot_option *options;  /* owned */
	size_t n_options;
	size_t cap_options;
};

struct coco_boot_list {
	unsigned banks;
	struct coco_digest *ctx[COCO_BANKS];   /* owned; NULL for a bank that is not wanted */
	struct coco_boot_event *events;        /* owned */
	size_t n_events;
	size_t cap_events;
	struct coco_boot_fork forks[COCO_BOOT_BRANCHES];
	size_t n_forks;
	bool conditional;                      /* of the events to come */
	size_t branch;
	size_t first;
	size_t last;
};

#endif
