/*
 * mdiff_priv.h - what the files behind mdiff.h share: two sequences of steps
 * and how they are laid side by side.
 */
#ifndef COCO_MDIFF_PRIV_H
#define COCO_MDIFF_PRIV_H

#include "lib/measure/mdiff.h"

/* One step of either side; exactly one of the two pointers is set. */
struct coco_mdiff_item {
	const struct coco_mrecord_input *input;
	const struct coco_tcg_event *event;
	const uint8_t *digest;                 /* n_digest bytes; of the event's bank */
	size_t n_digest;
	const struct coco_mrecord_digest *before;   /* of an input: the value before it */
};

struct coco_mdiff_list {
	struct coco_mdiff_item *item;          /* owned */
	size_t n;
	size_t cap;
};

/* mdiff_steps.c: appends to a list. Errors: LIMIT_MEMORY. */
int coco_mdiff_add_inputs(struct coco_mdiff_list *list, const struct coco_mrecord_input *inputs,
			  size_t n, struct coco_diag *diag) COCO_MUSTUSE;
int coco_mdiff_add_events(struct coco_mdiff_list *list, const struct coco_tcg_log *log,
			  uint32_t index, size_t bank, struct coco_diag *diag) COCO_MUSTUSE;

/* mdiff_steps.c: how many leading steps agree. */
size_t coco_mdiff_prefix(const struct coco_mdiff_list *expected,
			 const struct coco_mdiff_list *actual);

/* mdiff_steps.c: how many expected steps that have a digest are there, in their order. */
size_t coco_mdiff_known(const struct coco_mdiff_list *expected,
			const struct coco_mdiff_list *actual);

/*
 * mdiff_steps.c: the differences of two lists into reg (steps, same, counts).
 * Errors: LIMIT_MEMORY.
 */
int coco_mdiff_align(const struct coco_mdiff_list *expected,
		     const struct coco_mdiff_list *actual, struct coco_mdiff_register *reg,
		     struct coco_diag *diag) COCO_MUSTUSE;

/* mdiff.c: one more register, zeroed but for its name; NULL: LIMIT_MEMORY was reported. */
struct coco_mdiff_register *coco_mdiff_add(struct coco_mdiff *d, const char *name,
					   const char *algorithm, struct coco_diag *diag)
	COCO_MUSTUSE;

/* mdiff.c: what either side is of. */
void coco_mdiff_platforms(struct coco_mdiff *d, const char *expected, const char *actual);

/* mdiff.c: the register was compared, or not (with a reason). */
void coco_mdiff_settle(struct coco_mdiff *d, struct coco_mdiff_register *reg,
		       enum coco_mdiff_result result);
void coco_mdiff_skip(struct coco_mdiff *d, struct coco_mdiff_register *reg, const char *why);

/*
 * mdiff.c: of the allowed values of want the one whose steps agree with actual
 * for longest: its steps into list, its place into *ret. Errors: LIMIT_MEMORY.
 */
int coco_mdiff_nearest(const struct coco_mrecord_register *want,
		       const struct coco_mdiff_list *actual, struct coco_mdiff_list *list,
		       size_t *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* mdiff.c: the steps of value number v. */
int coco_mdiff_value_steps(const struct coco_mrecord_register *reg, size_t v,
			   struct coco_mdiff_list *list, struct coco_diag *diag) COCO_MUSTUSE;

#endif
