/*
 * bundle_index.h - the index of a collateral bundle: which items it holds, by
 * the digest of their bytes (docs/formats/collateral-bundle.md). The same
 * items give the same bytes, whatever the order in which they were added.
 */
#ifndef COCO_BUNDLE_INDEX_H
#define COCO_BUNDLE_INDEX_H

#include "formats/core/json.h"

#define COCO_BUNDLE_SCHEMA "cococtl.collateral.v1"

enum {
	COCO_BUNDLE_ITEMS = 1 << 16,
	COCO_BUNDLE_INDEX_MAX = 16 << 20,   /* bytes of an encoded index */
	COCO_BUNDLE_NAME = 2 * 32 + 8,      /* of an item's file, with the NUL */
};

/* Kinds in the order of enum coco_collateral_kind. */
struct coco_bundle_item {
	unsigned kind;
	uint64_t size;
	uint8_t sha256[32];
};

struct coco_bundle_index {
	struct coco_bundle_item *v;   /* owned; by kind and digest */
	size_t n;
	size_t cap;
};

void coco_bundle_index_free(struct coco_bundle_index *index);   /* fine on a zeroed struct */

/* coco_bundle_index_add - one more item; one that is there already changes nothing. */
int coco_bundle_index_add(struct coco_bundle_index *index, const struct coco_bundle_item *item,
			  struct coco_diag *diag) COCO_MUSTUSE;

/* coco_bundle_name - the name of an item's file: its digest and an ending. */
void coco_bundle_name(const struct coco_bundle_item *item, char ret[COCO_BUNDLE_NAME]);

/* coco_bundle_kind_word - "certificate", "crl", "tcb-info", ...; NULL past the last kind. */
const char *coco_bundle_kind_word(unsigned kind);

/* coco_bundle_index_encode - the bytes of a file. Gives *ret (coco_free). */
int coco_bundle_index_encode(const struct coco_bundle_index *index, uint8_t **ret, size_t *ret_n,
			     struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_bundle_index_decode - gives *ret (coco_bundle_index_free). Unknown
 * members, kinds and items out of order are refused. Errors: those of json.h,
 * BUNDLE_INDEX, LIMIT_COUNT, LIMIT_MEMORY.
 */
int coco_bundle_index_decode(struct coco_bundle_index *ret, struct coco_view text,
			     struct coco_diag *diag) COCO_MUSTUSE;

#endif
