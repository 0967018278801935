/*
 * policy_keys.h - the keys of an evidence policy: what each compares with
 * which claim. One table; decoding, the closed schema and the reference in
 * docs follow from it.
 */
#ifndef COCO_POLICY_KEYS_H
#define COCO_POLICY_KEYS_H

#include "formats/evidence/policy.h"

enum coco_policy_form {
	COCO_POLICY_FORM_HEX,        /* array of hexadecimal texts */
	COCO_POLICY_FORM_TEXT,       /* array of texts */
	COCO_POLICY_FORM_NUMBERS,    /* array of numbers */
	COCO_POLICY_FORM_NUMBER,     /* one number */
	COCO_POLICY_FORM_VERSION,    /* "1.55" */
	COCO_POLICY_FORM_HEX_ONE,    /* one hexadecimal text */
	COCO_POLICY_FORM_BITS,       /* array of names: each the last part of a claim's name */
	COCO_POLICY_FORM_TRUE,       /* true: the rule is there; false is refused */
	COCO_POLICY_FORM_TIME,       /* a date-time */
};

struct coco_policy_key {
	const char *section;
	const char *key;
	enum coco_policy_form form;
	enum coco_policy_op op;
	const char *claim;           /* FORM_BITS: what stands in front of the name */
	size_t size;                 /* FORM_HEX: bytes; 0: any */
	const char *other;           /* SAME: the other claim */
	const char *reason;
	enum coco_role role;
	int trust;
	int8_t affirming;
	int8_t failing;
};

/* coco_policy_key - key i, or NULL past the end. */
const struct coco_policy_key *coco_policy_key(size_t i);

/* coco_policy_section_kinds - kinds of subjects of a section; NULL: no such section. */
const char *coco_policy_section_kinds(const char *section);

#endif
