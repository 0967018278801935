/*
 * mrecord.h - the measurement record: what a guest will report, and from what
 * (docs/formats/measurement-record.md). The same record gives the same bytes.
 *
 * A record holds registers in the order in which they were begun. A register
 * has the steps that all its values share, and one or more allowed values,
 * each with its own further steps and a label that says what makes it.
 */
#ifndef COCO_MRECORD_H
#define COCO_MRECORD_H

#include "formats/core/json.h"

enum {
	COCO_MRECORD_DIGEST = 64,      /* bytes of the longest value */
	COCO_MRECORD_NAME = 64,        /* with the NUL, as all texts here */
	COCO_MRECORD_WORD = 40,
	COCO_MRECORD_TEXT = 256,
	COCO_MRECORD_CONTENT = 1 << 16, /* bytes of the text of a step */
	COCO_MRECORD_LABELS = 8,
	COCO_MRECORD_ITEMS = 1 << 20,  /* steps or values of one list */
	COCO_MRECORD_FEW = 1 << 12,    /* of each other list: registers, files, parameters... */
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
	char name[COCO_MRECORD_NAME];      /* "firmware", "kernel" */
	uint64_t size;
	uint8_t sha256[32];
};

/* Where the digest of a step comes from. */
enum coco_mrecord_basis {
	COCO_BASIS_COMPUTED,   /* from the inputs */
	COCO_BASIS_CONSTANT,   /* the same for every guest of this kind */
	COCO_BASIS_GIVEN,      /* a value that the user supplied */
};

/* One step: what was added, and the register's value after it. */
struct coco_mrecord_input {
	char name[COCO_MRECORD_NAME];     /* "firmware", "section 3 secrets", "separator" */
	char type[COCO_MRECORD_WORD];     /* page type, event type or other kind; "": none */
	bool has_gpa;
	uint64_t gpa;
	uint64_t pages;                   /* records of one page each; 0: not made of pages */
	enum coco_mrecord_basis basis;
	const char *text;                 /* readable contents (a command line); NULL: none */
	struct coco_mrecord_digest digest; /* what was added: of the contents */
	struct coco_mrecord_digest running; /* n 0 where an event log would not show it */
};

/* What makes this value among the allowed ones: "vcpus" 4. */
struct coco_mrecord_label {
	char name[24];
	char value[COCO_MRECORD_NAME];
	bool number;                      /* written as a JSON number; value is decimal */
};

/* One allowed value. */
struct coco_mrecord_value {
	struct coco_mrecord_digest value;
	struct coco_mrecord_label label[COCO_MRECORD_LABELS];
	size_t n_labels;
	struct coco_mrecord_input *inputs; /* steps beyond the common ones; owned by the record */
	size_t n_inputs;
	size_t cap_inputs;
};

struct coco_mrecord_register {
	char name[COCO_MRECORD_WORD];      /* "snp.launch_digest", "tdx.rtmr0", "tpm.pcr4" */
	char algorithm[16];                /* see coco_mrecord_size; a bank is a register */
	struct coco_mrecord_input *inputs; /* common to all values; owned, as values */
	size_t n_inputs;
	size_t cap_inputs;
	struct coco_mrecord_value *values;
	size_t n_values;
	size_t cap_values;
};

/* What the platform leaves out. */
struct coco_mrecord_gap {
	char name[COCO_MRECORD_NAME];
	char reason[COCO_MRECORD_TEXT];
};

/* What is measured and could not be computed; the register then has no value. */
struct coco_mrecord_unknown {
	char reg[COCO_MRECORD_WORD];
	char name[COCO_MRECORD_NAME];      /* "ACPI tables" */
	char reason[COCO_MRECORD_TEXT];
	char supply[COCO_MRECORD_TEXT];    /* what to give so that it can be: "--acpi DIR" */
};

struct coco_mrecord {
	char platform[COCO_MRECORD_WORD];  /* "snp", "sev", "sev-es", "tdx", "tpm", ... */
	bool has_profile;
	uint8_t profile[32];               /* SHA-256 of the launch profile's bytes */
	struct coco_mrecord_param *params;  /* owned, as all lists */
	size_t n_params;
	size_t cap_params;
	struct coco_mrecord_file *files;
	size_t n_files;
	size_t cap_files;
	struct coco_mrecord_register *registers;
	size_t n_registers;
	size_t cap_registers;
	struct coco_mrecord_unknown *unknowns;
	size_t n_unknowns;
	size_t cap_unknowns;
	struct coco_mrecord_gap *gaps;
	size_t n_gaps;
	size_t cap_gaps;
};

/* coco_mrecord_init - an empty record of a platform. Any number of frees is fine. */
void coco_mrecord_init(struct coco_mrecord *r, const char *platform);
void coco_mrecord_free(struct coco_mrecord *r);   /* fine on a zeroed struct */

/* coco_mrecord_size - bytes of a value: "sha1", "sha256", "sha384", "sha512"; 0: no algorithm. */
size_t coco_mrecord_size(const char *algorithm);

/*
 * Each appends one; they copy. Texts are cut to whole characters that fit,
 * and bytes that are not UTF-8 become "?". A file whose name is there already
 * is not added again; a parameter takes the later value. Errors: LIMIT_MEMORY,
 * also when a list is full.
 */
int coco_mrecord_param(struct coco_mrecord *r, struct coco_diag *diag, const char *name,
		      const char *fmt, ...) COCO_PRINTF(4, 5) COCO_MUSTUSE;
int coco_mrecord_file(struct coco_mrecord *r, const struct coco_mrecord_file *file,
		     struct coco_diag *diag) COCO_MUSTUSE;
int coco_mrecord_gap(struct coco_mrecord *r, const char *name, const char *reason,
		    struct coco_diag *diag) COCO_MUSTUSE;
int coco_mrecord_unknown(struct coco_mrecord *r, const char *reg, const char *name,
			const char *reason, const char *supply, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_mrecord_begin - the next register, another than those before; _input,
 * _value and _value_input belong to it, _value_input to its last value.
 * _value takes digest and labels and starts with no steps of its own
 * (value->inputs is ignored); without a digest the caller sets it later.
 * Errors: LIMIT_MEMORY; INTERNAL for an unknown
 * algorithm, a register that is there already, a value of another length.
 */
int coco_mrecord_begin(struct coco_mrecord *r, const char *name, const char *algorithm,
		      struct coco_diag *diag) COCO_MUSTUSE;
int coco_mrecord_input(struct coco_mrecord *r, const struct coco_mrecord_input *input,
		      struct coco_diag *diag) COCO_MUSTUSE;
int coco_mrecord_value(struct coco_mrecord *r, const struct coco_mrecord_value *value,
		      struct coco_diag *diag) COCO_MUSTUSE;
int coco_mrecord_value_input(struct coco_mrecord *r, const struct coco_mrecord_input *input,
			    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_mrecord_label - one more label of a value that is being filled, or
 * another value of one that is there; cut to what fits. A number beyond 2^53
 * is written as text.
 */
void coco_mrecord_label(struct coco_mrecord_value *v, const char *name, const char *fmt, ...)
	COCO_PRINTF(3, 4);
void coco_mrecord_label_number(struct coco_mrecord_value *v, const char *name, uint64_t n);

/* coco_mrecord_digest_set - n bytes at p (at most COCO_MRECORD_DIGEST). */
void coco_mrecord_digest_set(struct coco_mrecord_digest *d, const void *p, size_t n);

/* coco_mrecord_find - the register of this name (and algorithm, unless NULL), or NULL. */
const struct coco_mrecord_register *coco_mrecord_find(const struct coco_mrecord *r,
						      const char *name, const char *algorithm);

/* coco_mrecord_label_text - "4 vCPUs, EPYC-v4", "phase sysinit"; "" without labels. */
void coco_mrecord_label_text(const struct coco_mrecord_value *v, char *ret, size_t cap);

/* coco_mrecord_write - the record as one JSON value. */
void coco_mrecord_write(struct coco_jw *jw, const struct coco_mrecord *r);

/*
 * coco_mrecord_encode - the bytes of a record file: indented, with a line end.
 * Gives *ret (coco_free). Errors: LIMIT_MEMORY, LIMIT_SIZE.
 */
int coco_mrecord_encode(const struct coco_mrecord *r, uint8_t **ret, size_t *ret_n,
		       struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_mrecord_decode - a record file of at most COCO_MRECORD_MAX bytes;
 * decode(encode(x)) encodes to the same bytes. Unknown members are refused,
 * and so is a register or a file that is listed twice.
 * Gives *ret (coco_mrecord_free). Errors: those of coco_json_parse_bounded,
 * FORMAT_JSON_TYPE, MRECORD_SCHEMA, LIMIT_MEMORY.
 */
int coco_mrecord_decode(struct coco_mrecord *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;

#endif
