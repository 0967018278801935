/*
 * tcb_doc.h - what Intel's two signed documents, TCB info and enclave
 * identity, have in common: {"NAME":{...},"signature":"hex"}, status words,
 * advisories, levels by ISVSVN (Intel PCS API version 4; evidence.md 2.5).
 *
 * The signature is over the bytes of the value as they stand in the response,
 * so the text is scanned for them; nothing is written again.
 */
#ifndef COCO_TCB_DOC_H
#define COCO_TCB_DOC_H

#include "formats/core/json.h"

enum {
	COCO_TCB_DOC_MAX = 1 << 20,      /* bytes of a document; real ones have some 20 000 */
	COCO_TCB_VALUES_MAX = 1 << 16,   /* JSON values in it */
	COCO_TCB_SIGNATURE = 64,
	COCO_TCB_LEVELS_MAX = 512,       /* of one list */
	COCO_TCB_ADVISORY = 40,          /* bytes of an advisory's name, with the NUL */
	COCO_TCB_ADVISORIES_MAX = 1 << 13,
};

enum coco_tcb_status {
	COCO_TCB_NONE,                   /* no level: "not supported", worse than OutOfDate */
	COCO_TCB_UP_TO_DATE,
	COCO_TCB_SW_HARDENING,
	COCO_TCB_CONFIGURATION,
	COCO_TCB_CONFIGURATION_SW_HARDENING,
	COCO_TCB_OUT_OF_DATE,
	COCO_TCB_OUT_OF_DATE_CONFIGURATION,
	COCO_TCB_REVOKED,
	COCO_TCB_RELAUNCH,               /* the last two are derived, never in a document */
	COCO_TCB_RELAUNCH_CONFIGURATION,
	COCO_TCB_STATUSES,
};

/* coco_tcb_status_name - Intel's word, "NotSupported" for none; static. */
const char *coco_tcb_status_name(enum coco_tcb_status status);

/* coco_tcb_status_parse - a word that a document may hold; false for any other. */
bool coco_tcb_status_parse(const char *word, enum coco_tcb_status *ret);

/* Names of advisories of all levels of a document. */
struct coco_tcb_advisories {
	char (*v)[COCO_TCB_ADVISORY];    /* owned */
	size_t n;
	size_t cap;
};

/* What every level says. */
struct coco_tcb_verdict {
	enum coco_tcb_status status;
	int64_t date;                    /* tcbDate, seconds since 1970 */
	size_t first;                    /* its advisories in the document's list */
	size_t n;
};

/* A level of an enclave or of a TDX module. */
struct coco_isv_level {
	uint16_t isv_svn;
	struct coco_tcb_verdict says;
};

struct coco_isv_levels {
	struct coco_isv_level *v;        /* owned; descending */
	size_t n;
	size_t cap;
};

/* The head of both documents. */
struct coco_tcb_head {
	uint32_t version;
	char id[16];                     /* "TDX", "SGX", "TD_QE", "QE" */
	int64_t issued;
	int64_t next_update;
	uint32_t evaluation;             /* tcbEvaluationDataNumber; 0 when it is not there */
};

/* A document while it is read. Do not copy it: the values point into it. */
struct coco_tcb_doc {
	struct coco_view span;           /* the signed bytes, borrowed from the text */
	uint64_t span_at;                /* their offset in it */
	uint8_t signature[COCO_TCB_SIGNATURE];
	struct coco_json json;           /* owned */
	struct coco_jv root;
	struct coco_jv body;             /* the value of NAME */
};

/*
 * coco_tcb_doc_open - reads {"NAME":{...},"signature":"hex"}. Other members
 * are refused, duplicates too. LIMIT_SIZE, FORMAT_JSON..., TCB_DOCUMENT. Free
 * with coco_tcb_doc_close.
 */
int coco_tcb_doc_open(struct coco_tcb_doc *ret, struct coco_view text, const char *name,
		      struct coco_diag *diag) COCO_MUSTUSE;
void coco_tcb_doc_close(struct coco_tcb_doc *doc);

/* coco_tcb_doc_span - the exact bytes of a member's value in an object; false: none. */
bool coco_tcb_doc_span(struct coco_view text, const char *name, struct coco_view *ret);

/* Readers of parts; FORMAT_JSON_TYPE, FORMAT_HEX and TCB_DOCUMENT with the JSON pointer. */
int coco_tcb_read_head(const struct coco_jv *body, struct coco_tcb_head *ret,
		       struct coco_diag *diag) COCO_MUSTUSE;
int coco_tcb_read_time(const struct coco_jv *obj, const char *key, int64_t *ret,
		       struct coco_diag *diag) COCO_MUSTUSE;
int coco_tcb_read_verdict(const struct coco_jv *level, struct coco_tcb_advisories *pool,
			  struct coco_tcb_verdict *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_tcb_read_isv - tcbLevels by isvsvn, sorted descending; equal ones are refused. */
int coco_tcb_read_isv(const struct coco_jv *obj, struct coco_tcb_advisories *pool,
		      struct coco_isv_levels *ret, struct coco_diag *diag) COCO_MUSTUSE;

void coco_tcb_advisories_free(struct coco_tcb_advisories *pool);
void coco_isv_levels_free(struct coco_isv_levels *levels);

#endif
