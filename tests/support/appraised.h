/*
 * appraised.h - one verification in a test: inputs, roots, the result, and
 * what it must say.
 */
#ifndef COCO_TEST_APPRAISED_H
#define COCO_TEST_APPRAISED_H

#include "lib/evidence/appraise.h"
#include "tests/support/support.h"

struct coco_appraised {
	struct coco_pieces pieces;
	struct coco_collateral collateral;
	struct coco_collateral roots;
	struct coco_result result;
};

void coco_appraised_init(struct coco_appraised *t);
void coco_appraised_free(struct coco_appraised *t);

/* coco_appraised_add - an input, which must be recognised; _root: of --trust-root. */
void coco_appraised_add(struct coco_appraised *t, struct coco_view bytes);
void coco_appraised_root(struct coco_appraised *t, enum coco_collateral_kind kind,
			 struct coco_view bytes);

/* coco_appraised_run - the verification at that time; it must not fail itself. */
void coco_appraised_run(struct coco_appraised *t, int64_t at);

/* coco_appraised_try - adds a spoiled input and judges it: refused, or not affirmed. */
void coco_appraised_try(struct coco_appraised *t, struct coco_view bytes);

/*
 * coco_appraised_check - the check of that id: of several the worst one. NULL:
 * none. coco_appraised_is - it has that outcome and reason.
 */
const struct coco_result_check *coco_appraised_check(const struct coco_appraised *t,
						     const char *id);
void coco_appraised_is(const struct coco_appraised *t, const char *id,
		       enum coco_checked outcome, const char *reason);

/* coco_appraised_memory - every allocation of a verification fails once. */
void coco_appraised_memory(struct coco_view input, enum coco_collateral_kind kind,
			   struct coco_view root);

#endif
