/*
 * refval.h - reference values from what was measured, by hand and from the
 * files of others; merging that loses nothing; and writing them in the names,
 * types and encodings that a release of Trustee compares with (broker.md 7).
 */
#ifndef COCO_REFVAL_H
#define COCO_REFVAL_H

#include "formats/broker/refmap.h"
#include "formats/measure/mrecord.h"
#include "lib/core/run.h"

/* What the values that are read get, and how foreign names are read. */
struct coco_refval_source {
	enum coco_ref_tee tee;      /* whose names foreign files use */
	bool has_before;
	bool has_after;
	int64_t not_before;
	int64_t not_after;
	const char *label;          /* for values by hand; may be NULL */
};

/*
 * coco_refval_record - every value of every register of a record whose bytes
 * have this SHA-256, and the digests of single steps that Trustee compares.
 * What the record could not compute is named in run->log. Errors: those of
 * coco_refset_add.
 */
int coco_refval_record(const struct coco_run *run, struct coco_refset *s,
		       const struct coco_mrecord *rec, const uint8_t sha256[32],
		       const struct coco_refval_source *src, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_refval_hand - "NAME=JSON": one value, or a list of them. NAME is
 * neutral or the broker's; a word that is no JSON is a text, and digests are
 * hexadecimal or base64. Errors: USAGE_VALUE, REFSET_VALUE.
 */
int coco_refval_hand(struct coco_refset *s, const char *text, const struct coco_refval_source *src,
		     struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_refval_read - adds what a file holds, whose form is recognised: a set,
 * a measurement record, an RVPS message (type sample), stored values of any
 * release, a JSON object of names, an unsigned CoRIM. Errors: REFVAL_UNKNOWN, REFSET_VALUE and
 * those of the decoders.
 */
int coco_refval_read(const struct coco_run *run, struct coco_refset *s, struct coco_view text,
		     const struct coco_refval_source *src, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_refval_drop - takes out what "NAME" or "NAME=JSON" names, by the name
 * of the set or of the broker. *ret is how many. REFVAL_NONE when there is
 * nothing of that name.
 */
int coco_refval_drop(struct coco_refset *s, const char *text, const struct coco_refval_source *src,
		     size_t *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_refval_expire - takes out what does not hold at run->now, naming each in the log. */
size_t coco_refval_expire(const struct coco_run *run, struct coco_refset *s);

enum coco_refval_form {
	COCO_REFVAL_MESSAGE,    /* the body of the reference-value endpoint */
	COCO_REFVAL_PAYLOAD,    /* what is in it: an object of names, compact */
	COCO_REFVAL_STORED,     /* the file of the RVPS' JSON store, by release */
	COCO_REFVAL_CONFIGMAP,  /* Kubernetes: rvps-reference-values, as Trustee's operator reads */
	COCO_REFVAL_JSON,       /* the object of names, indented */
	COCO_REFVAL_INTOTO,     /* in-toto Statement v1 over the set */
	COCO_REFVAL_CORIM,      /* unsigned CoRIM over the digests of registers; binary */
	COCO_REFVAL_FORMS,
};

/* coco_refval_form_name - "rvps", "payload", "stored", "configmap", "json", "in-toto", "corim". */
const char *coco_refval_form_name(enum coco_refval_form form);

struct coco_refval_target {
	enum coco_refval_form form;
	enum coco_ref_tee tee;
	unsigned release;       /* minor number of Trustee, COCO_REF_FIRST .. _LAST */
};

#define COCO_PREDICATE_REFERENCE_VALUES "https://cococtl/reference-values/v1"

/*
 * coco_refval_export - the values that hold at run->now in a form. What has
 * no name there, has expired, or is read by no default policy is named in
 * run->log. Gives *ret (coco_free). Errors: REFVAL_NONE, REFVAL_SINGLE,
 * LIMIT_MEMORY, LIMIT_SIZE.
 */
int coco_refval_export(const struct coco_run *run, const struct coco_refset *s,
		       const struct coco_refval_target *target, uint8_t **ret, size_t *ret_n,
		       struct coco_diag *diag) COCO_MUSTUSE;

/* One name with the value that a release wants for it. */
struct coco_refval_entry {
	char name[COCO_REFSET_NAME];
	char *value;            /* compact JSON; owned */
	bool has_after;
	int64_t not_after;      /* the earliest of its values */
};

struct coco_refval_entries {
	struct coco_refval_entry *v;
	size_t n;
	size_t cap;
};

/* coco_refval_entries - the same as a list, in the order of the set. */
int coco_refval_entries(const struct coco_run *run, const struct coco_refset *s,
			enum coco_ref_tee tee, unsigned release, struct coco_refval_entries *ret,
			struct coco_diag *diag) COCO_MUSTUSE;
void coco_refval_entries_free(struct coco_refval_entries *list);   /* fine on a zeroed struct */

#endif
