/*
 * json_scan.h - walks the top level of a JSON object or array without
 * building it, so that a large document can be read one member at a time
 * (each with coco_json_parse) and memory stays small.
 */
#ifndef COCO_JSON_SCAN_H
#define COCO_JSON_SCAN_H

#include "formats/core/json.h"

struct coco_json_scan {
	struct coco_view text;
	size_t at;
	bool object;
	bool started;
};

/* coco_json_scan_init - text is an object ('{') or array ('['); FORMAT_JSON otherwise. */
int coco_json_scan_init(struct coco_json_scan *s, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_json_scan_next - the text of the next member's name (in quotes; empty
 * in an array) and value, borrowed. *ret_end at the end, where only white
 * space may follow. What lies between values is checked here; the caller
 * must parse every value (and name) to have the whole text checked.
 */
int coco_json_scan_next(struct coco_json_scan *s, struct coco_view *ret_key,
			struct coco_view *ret_value, bool *ret_end, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
