/*
 * report.h - what a command has to say. A command fills it, out.c renders it
 * as text or as the JSON envelope (cli-ux 3). All calls copy. Running out of
 * memory is remembered and reported when the report is rendered, so nothing
 * here has to be checked.
 *
 * A fact is a line "Label  value" in text and a member of "result" in JSON;
 * with label NULL it is only in JSON, with key NULL only in text. Members
 * appear in the order of the calls. Text goes to standard output, or to
 * standard error when the answer is the file of -o or was streamed.
 */
#ifndef COCO_REPORT_H
#define COCO_REPORT_H

#include "formats/core/json.h"

enum coco_status {
	COCO_STATUS_PASS,
	COCO_STATUS_FAIL,
	COCO_STATUS_SKIP,
	COCO_STATUS_ERROR,
	COCO_STATUS_WARN,
};

/* coco_status_name - "pass", "fail", "skip", "error", "warn". */
const char *coco_status_name(enum coco_status status);

/* A check; every string may be NULL but id and title. */
struct coco_check {
	const char *id;        /* stable, dotted: "signature.valid" */
	enum coco_status status;
	const char *title;     /* a sentence: "the signature is valid" */
	const char *expected;
	const char *actual;
	const char *detail;    /* for SKIP: the reason */
	const char *source;    /* where the expected value comes from */
};

enum coco_align { COCO_ALIGN_LEFT, COCO_ALIGN_RIGHT };

struct coco_column {
	const char *title;
	enum coco_align align;
};

enum { COCO_REPORT_COLUMNS = 8 };

/* One line or table row of the text; for out_text.c, commands do not look inside. */
enum coco_item_kind {
	COCO_ITEM_FACT,
	COCO_ITEM_HEADING,
	COCO_ITEM_LINE,
	COCO_ITEM_TEXT,
	COCO_ITEM_TABLE,
	COCO_ITEM_ROW,
	COCO_ITEM_CHECK,
};

struct coco_report_item {
	enum coco_item_kind kind;
	enum coco_status status;
	unsigned n_cells;
	bool right[COCO_REPORT_COLUMNS];
	char *cell[COCO_REPORT_COLUMNS];   /* owned; label and value of a fact */
};

struct coco_report {
	struct coco_report_item *items;  /* text, in order */
	size_t n;
	size_t cap;
	struct coco_wr result;           /* text of the object "result" */
	struct coco_jw jw;
	struct coco_wr checks;           /* text of the arrays, without brackets */
	struct coco_wr inputs;
	struct coco_diag *warned;
	size_t n_warned;
	size_t cap_warned;
	size_t table;                    /* 1 + item that rows belong to; 0: none */
	size_t n_checks;
	size_t n_failed;                 /* checks with FAIL or ERROR */
	int code;                        /* first failure in here: memory */
};

void coco_report_init(struct coco_report *r);
void coco_report_free(struct coco_report *r);

/* Facts. */
void coco_report_string(struct coco_report *r, const char *key, const char *label,
			const char *value);
void coco_report_format(struct coco_report *r, const char *key, const char *label,
			const char *fmt, ...) COCO_PRINTF(4, 5);
void coco_report_hex(struct coco_report *r, const char *key, const char *label,
		     const uint8_t *p, size_t n);
void coco_report_bool(struct coco_report *r, const char *key, const char *label, bool v);
/* A number that stays below 2^53 (counts, bits, versions of formats): a JSON number. */
void coco_report_count(struct coco_report *r, const char *key, const char *label, uint64_t v);
/* Any 64-bit number: a decimal string in JSON. */
void coco_report_u64(struct coco_report *r, const char *key, const char *label, uint64_t v);
/* Bytes: "1.50 GiB (1610612736 bytes)" in text, a decimal string in JSON. */
void coco_report_size(struct coco_report *r, const char *key, const char *label, uint64_t bytes);
/* Seconds since 1970: RFC 3339 in UTC. */
void coco_report_time(struct coco_report *r, const char *key, const char *label, int64_t when);

/* coco_report_heading - starts a block of facts under a heading; text only. */
void coco_report_heading(struct coco_report *r, const char *text);

/* coco_report_line - a line of text as it is (controls escaped); text only. */
void coco_report_line(struct coco_report *r, const char *fmt, ...) COCO_PRINTF(2, 3);

/*
 * coco_report_text - a ready text of our own making with its newlines (help,
 * PEM of a public key), printed as it is; in JSON the string member key.
 */
void coco_report_text(struct coco_report *r, const char *key, const char *text, size_t n);

/*
 * coco_report_table - starts a table of n columns (at most
 * COCO_REPORT_COLUMNS) and coco_report_row adds n cells to it; text only, use
 * coco_report_json for the same in JSON.
 */
void coco_report_table(struct coco_report *r, const struct coco_column *columns, size_t n);
void coco_report_row(struct coco_report *r, const char *const *cells);

/*
 * coco_report_json - the writer inside the object "result": write key and
 * value pairs (coco_jw_key, coco_jw_kv_..., arrays, objects); leave it at the
 * level it was found.
 */
struct coco_jw *coco_report_json(struct coco_report *r);

/* coco_report_check - one more check: a line in text, an item of "checks". */
void coco_report_check(struct coco_report *r, const struct coco_check *check);

/*
 * coco_report_input - bytes that were read, to tie the report to them. name
 * is the option or operand ("package", "--public-key"), not the path; digest
 * is "sha256:hex" or NULL.
 */
void coco_report_input(struct coco_report *r, const char *name, const char *digest,
		       uint64_t size);

/* coco_report_warn - a warning with its code, also shown on standard error. */
void coco_report_warn(struct coco_report *r, const struct coco_diag *warning);

#endif
