/*
 * resource_id.h - the name of a key broker resource: repo/type/tag, also
 * written kbs:///repo/type/tag (Trustee; the pattern of its resource plugin).
 * Each part is [A-Za-z0-9_-][A-Za-z0-9_.-]*, so that no part is empty, starts
 * with a dot or contains a slash: it can become a file name.
 */
#ifndef COCO_RESOURCE_ID_H
#define COCO_RESOURCE_ID_H

#include "formats/core/diag.h"

enum { COCO_RESOURCE_PART_MAX = 128 };

struct coco_resource_id {
	char repo[COCO_RESOURCE_PART_MAX + 1];
	char type[COCO_RESOURCE_PART_MAX + 1];
	char tag[COCO_RESOURCE_PART_MAX + 1];
};

/* Room for the text form with "kbs:///" and the NUL. */
enum { COCO_RESOURCE_URI_MAX = 3 * COCO_RESOURCE_PART_MAX + 10 };

/*
 * coco_resource_id_parse - exactly "repo/type/tag".
 * coco_resource_id_parse_uri - "kbs:///repo/type/tag"; a host between the
 * second and third slash is accepted and dropped (the guest ignores it).
 * Both: COCO_E_FORMAT_VALUE with the offset of the bad character.
 */
int coco_resource_id_parse(struct coco_resource_id *ret, const char *text, size_t n,
			   struct coco_diag *diag) COCO_MUSTUSE;
int coco_resource_id_parse_uri(struct coco_resource_id *ret, const char *text, size_t n,
			       struct coco_diag *diag) COCO_MUSTUSE;

/* coco_resource_id_uri - "kbs:///repo/type/tag" into ret (COCO_RESOURCE_URI_MAX bytes). */
void coco_resource_id_uri(const struct coco_resource_id *id, char *ret);

#endif
