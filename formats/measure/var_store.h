/*
 * var_store.h - the store of UEFI variables in a firmware image or in a VARS
 * file: a volume whose contents are a header and then one variable after the
 * other, each with a state that says whether it is still meant (edk2,
 * MdeModulePkg: VariableFormat; measure.md 2.4 item 4).
 */
#ifndef COCO_VAR_STORE_H
#define COCO_VAR_STORE_H

#include "formats/core/diag.h"
#include "formats/measure/guid.h"

enum { COCO_VAR_NAME = 128 };   /* characters of a name that is looked for, at most */

/* A store; everything is borrowed. */
struct coco_var_store {
	struct coco_view vars;    /* from the first variable to the end of the store */
	uint64_t offset;          /* of vars, in the source */
	bool authenticated;       /* variables have count, time and key index */
};

struct coco_variable {
	uint8_t guid[COCO_GUID_SIZE];
	uint32_t attributes;
	struct coco_view name;    /* UTF-16 with its NUL */
	struct coco_view data;
	bool meant;               /* not deleted; false: an older or unfinished one */
	bool leaving;             /* meant only when no other of this name is */
};

/*
 * coco_var_store_open - the store in the volume that bytes start with. Errors:
 * FIRMWARE_VOLUME, VARIABLE_STORE (not a store, or one that is not formatted,
 * or a size that leaves the volume).
 */
int coco_var_store_open(struct coco_var_store *ret, struct coco_view bytes, uint64_t offset,
			struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_var_store_next - the next variable, whatever its state; *at starts at 0.
 * *ret_found false at the end. Errors: VARIABLE_STORE.
 */
int coco_var_store_next(const struct coco_var_store *s, size_t *at, struct coco_variable *ret,
			bool *ret_found, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_var_store_find - the data of the variable that is meant; name in ASCII.
 * *ret_found false: there is none. Errors: VARIABLE_STORE.
 */
int coco_var_store_find(const struct coco_var_store *s, const uint8_t guid[COCO_GUID_SIZE],
			const char *name, struct coco_view *ret, bool *ret_found,
			struct coco_diag *diag) COCO_MUSTUSE;

#endif
