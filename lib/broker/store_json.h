/*
 * store_json.h - the two kinds of JSON files in which Trustee keeps many items
 * at once: LocalJson since v0.19 (an object of keys to base64url with padding),
 * and the reference values up to v0.18 (an array of stored values). Members
 * that are not meant stay as they are, and are not decoded.
 */
#ifndef COCO_STORE_JSON_H
#define COCO_STORE_JSON_H

#include "formats/broker/stored_value.h"
#include "lib/core/secret.h"

enum { COCO_STORE_JSON_MAX = 64 << 20 };   /* bytes of such a file */

/*
 * coco_store_map_get - gives *ret, or ret->p stays NULL when there is no such
 * key. text: the file; empty: none yet. FORMAT_JSON, FORMAT_JSON_DUPLICATE,
 * FORMAT_BASE64.
 */
int coco_store_map_get(struct coco_view text, const char *key, struct coco_secret *ret,
		       struct coco_diag *diag) COCO_MUSTUSE;

/* coco_store_map_set - the file with that key set, or removed (value NULL); gives *ret. */
int coco_store_map_set(struct coco_view text, const char *key, const struct coco_secret *value,
		       struct coco_secret *ret, bool *ret_found, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * The same for an array of stored reference values; an item is JSON text.
 * *ret_form is that of the last item in the array, if there is one.
 */
int coco_store_list_get(struct coco_view text, const char *name, struct coco_secret *ret,
			enum coco_stored_form *ret_form, struct coco_diag *diag) COCO_MUSTUSE;
int coco_store_list_set(struct coco_view text, const char *name, const struct coco_view *item,
			struct coco_secret *ret, bool *ret_found, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
