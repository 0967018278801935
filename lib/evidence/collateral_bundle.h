/*
 * collateral_bundle.h - collateral bundles: directories that hold each item once, under
 * the digest of its bytes, and an index (docs/formats/collateral-bundle.md).
 */
#ifndef COCO_COLLATERAL_BUNDLE_H
#define COCO_COLLATERAL_BUNDLE_H

#include "formats/evidence/bundle_index.h"
#include "lib/evidence/collateral.h"

#define COCO_BUNDLE_INDEX_FILE "index.json"

/*
 * coco_bundle_load - the items of a bundle; a directory without an index, a
 * file or an archive is taken as it is (coco_inputs_collateral). With an
 * index every item is there and has its digest, or BUNDLE_ITEM (the file
 * differs), IO_OPEN (it is missing), BUNDLE_INDEX.
 */
int coco_bundle_load(struct coco_collateral *collateral, const char *path,
		     struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_bundle_store - adds the items of collateral to the bundle at path,
 * which is made when it is not there. Items first, the index last: what was
 * interrupted can be run again. *ret_new (may be NULL) counts new items. A
 * directory that holds something else is refused (EXISTS).
 */
int coco_bundle_store(const struct coco_collateral *collateral, const char *path, size_t *ret_new,
		      struct coco_diag *diag) COCO_MUSTUSE;

/* What an item says of itself. */
struct coco_collateral_facts {
	char of[256];            /* subject, issuer of a list, "TDX, FMSPC 00606a000000" */
	char by[256];            /* who issued it; "" : not said */
	bool has_before;
	bool has_after;
	int64_t not_before;      /* seconds since 1970, UTC */
	int64_t not_after;       /* from then on it does not hold */
};

/* coco_collateral_facts - what the item says; an unreadable document says only its kind. */
void coco_collateral_facts(const struct coco_collateral_item *item,
			   struct coco_collateral_facts *ret);

#endif
