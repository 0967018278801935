/*
 * mrecord.h - the measurement record: what a guest will report, and from what
 * (docs/formats/measurement-record.md). The same record gives the same bytes.
 */
#ifndef COCO_MRECORD_H
#define COCO_MRECORD_H

#include "formats/core/json.h"

enum {
	COCO_MRECORD_DIGEST = 64,      /* the longest value */
	COCO_MRECORD_NAME = 48,
	COCO_MRECORD_TEXT = 128,
	COCO_MRECORD_MAX = 64 << 20,   /* bytes of an encoded record */
};

#define COCO_MRECORD_SCHEMA "cococtl.measurement-record.v1"

/* A value; n 0: there is none. */
struct coco_mrecord_digest {
	size_t n;
	uint8_t p[COCO_MRECORD_DIGEST];
};

/* Something that was decided: "vmm" "qemu". */
struct coco_mrecord_param {
	char name[COCO_MRECORD_NAME];
	char value[COCO_MRECORD_TEXT];
};

/* A file, or other bytes, that went in; never its path. */
struct coco_mrecord_file {
	const char *name;      /* "firmware", "kernel"; static */
	uint64_t size;
	uint8_t sha256[32];
};

/* One step: what was added, and the register's value after it. */
struct coco_mrecord_input {
	char name[COCO_MRECORD_NAME];      /* "firmware", "section 3 secrets", "vcpu 0" */
	const char *type;                 /* page type or other kind; static; NULL: none */
	bool has_gpa;
	uint64_t gpa;
	uint64_t pages;                   /* records of one page each; 0: not made of pages */
	struct coco_mrecord_digest digest; /* of the contents, when it is one page or stream */
	struct coco_mrecord_digest running;
};

/* One allowed value and what makes it; the steps beyond the common ones. */
struct coco_mrecord_value {
	uint32_t vcpus;                   /* 0: does not depend on it */
	const char *vcpu_type;            /* static; NULL: none or only a signature */
	bool has_signature;
	uint32_t signature;
	struct coco_mrecord_digest value;
	size_t n_inputs;                  /* of input[] */
	struct coco_mrecord_input input[2];
};

/* What the platform leaves out. */
struct coco_mrecord_gap {
	const char *name;   /* both static */
	const char *reason;
};

struct coco_mrecord {
	const char *platform;              /* "snp", "sev", "sev-es"; static */
	const char *reg;                   /* "snp.launch_digest"; static */
	const char *algorithm;             /* "sha384", "sha256"; static */
	struct coco_mrecord_param *params;  /* owned, as the next four */
	size_t n_params;
	size_t cap_params;
	struct coco_mrecord_file *files;
	size_t n_files;
	size_t cap_files;
	struct coco_mrecord_input *inputs;  /* common to all values */
	size_t n_inputs;
	size_t cap_inputs;
	struct coco_mrecord_value *values;
	size_t n_values;
	size_t cap_values;
	struct coco_mrecord_gap *gaps;
	size_t n_gaps;
	size_t cap_gaps;
};

/*
 * coco_mrecord_param, _file, _input, _value, _gap - append one; they copy.
 * Errors: LIMIT_MEMORY.
 */
int coco_mrecord_param(struct coco_mrecord *r, struct coco_diag *diag, const char *name,
		      const char *fmt, ...) COCO_PRINTF(4, 5) COCO_MUSTUSE;
int coco_mrecord_file(struct coco_mrecord *r, const struct coco_mrecord_file *file,
		     struct coco_diag *diag) COCO_MUSTUSE;
int coco_mrecord_input(struct coco_mrecord *r, const struct coco_mrecord_input *input,
		      struct coco_diag *diag) COCO_MUSTUSE;
int coco_mrecord_value(struct coco_mrecord *r, const struct coco_mrecord_value *value,
		      struct coco_diag *diag) COCO_MUSTUSE;
int coco_mrecord_gap(struct coco_mrecord *r, const char *name, const char *reason,
		    struct coco_diag *diag) COCO_MUSTUSE;

void coco_mrecord_free(struct coco_mrecord *r);   /* fine on a zeroed struct */

/* coco_mrecord_write - the record as one JSON value. */
void coco_mrecord_write(struct coco_jw *jw, const struct coco_mrecord *r);

/*
 * coco_mrecord_encode - the bytes of a record file: indented, with a line end.
 * Gives *ret (coco_free). Errors: LIMIT_MEMORY, LIMIT_SIZE.
 */
int coco_mrecord_encode(const struct coco_mrecord *r, uint8_t **ret, size_t *ret_n,
		       struct coco_diag *diag) COCO_MUSTUSE;

#endif
