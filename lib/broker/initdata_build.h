/*
 * initdata_build.h - the entries of an initdata document from files, or from
 * the few facts that most documents consist of.
 */
#ifndef COCO_INITDATA_BUILD_H
#define COCO_INITDATA_BUILD_H

#include "formats/broker/initdata.h"

/* Entries that own their names and texts. */
struct coco_initdata_parts {
	struct coco_initdata_entry entry[COCO_INITDATA_ENTRIES];
	size_t n;
};

/* coco_initdata_part - one more entry; copies. INITDATA_ENTRY (a name twice), LIMIT_COUNT. */
int coco_initdata_part(struct coco_initdata_parts *parts, const char *name, const char *text,
		       size_t n, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_initdata_part_kbs - aa.toml and cdh.toml for a key broker: both name
 * the URL, and the certificates (PEM; empty: none) for https. USAGE_URL,
 * FORMAT_CERT (not PEM, or something else beside the certificates).
 */
int coco_initdata_part_kbs(struct coco_initdata_parts *parts, const char *url,
			   struct coco_view cert, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_initdata_part_release - release.toml with an id, which the key broker's
 * policy sees as an attested claim (broker.md 9). USAGE_VALUE for an id that is
 * not made of letters, digits, "-", "_" and ".".
 */
int coco_initdata_part_release(struct coco_initdata_parts *parts, const char *id,
			       struct coco_diag *diag) COCO_MUSTUSE;

void coco_initdata_parts_free(struct coco_initdata_parts *parts);

#endif
