/*
 * stored_value.h - a reference value as Trustee's RVPS keeps it, in the form
 * of each release (broker.md 1.9, 3.2).
 */
#ifndef COCO_STORED_VALUE_H
#define COCO_STORED_VALUE_H

#include "formats/core/json.h"

enum coco_stored_form {
	COCO_STORED_VALUE,     /* since v0.14: "expiration", "value" */
	COCO_STORED_HASHES,    /* v0.11 to v0.13: "expiration", "hash-value" */
	COCO_STORED_EXPIRED,   /* up to v0.10: "expired", "hash-value" */
	COCO_STORED_FORMS,
};

enum { COCO_STORED_VALUE_MAX = 1 << 20 };   /* bytes of a stored value */

/* One stored value; borrows from the document that it was read from. */
struct coco_stored_value {
	enum coco_stored_form form;
	const char *name;
	const char *expiration;   /* as it is written there */
	struct coco_jv value;     /* "value" or "hash-value" */
};

/*
 * coco_stored_value_read - gives *ret from an object, whose place in the
 * document must stay. FORMAT_JSON_TYPE.
 */
int coco_stored_value_read(struct coco_stored_value *ret, const struct coco_jv *object,
			   struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_stored_value_text - what was registered, as compact JSON: the value, or
 * the list of the texts of hash-value. Written to jw. FORMAT_JSON_TYPE.
 */
int coco_stored_value_text(const struct coco_stored_value *v, struct coco_jw *jw,
			   struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_stored_value_write - the object for a value that is registered. The
 * forms with hash-value hold lists of texts only (each named sha384, as the
 * RVPS of these releases does whatever it is): STORE_VALUE.
 */
int coco_stored_value_write(struct coco_jw *jw, enum coco_stored_form form, const char *name,
			    const char *expiration, const struct coco_jv *value,
			    struct coco_diag *diag) COCO_MUSTUSE;

#endif
