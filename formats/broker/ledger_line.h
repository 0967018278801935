/*
 * ledger_line.h - one line of a broker's ledger (docs/formats/broker-ledger.md):
 *
 *   {"entry":{...},"jws":"<header>..<signature>"}
 *
 * The entry says what was done to one item of a broker, and holds the digest
 * of the line before; the signature is a JSON Web Signature without its
 * payload (RFC 7515 appendix F), which is the text of the entry as it stands
 * there. There is one form only: a line that is written differently is refused.
 */
#ifndef COCO_LEDGER_LINE_H
#define COCO_LEDGER_LINE_H

#include "formats/core/json.h"

#define COCO_LEDGER_TYPE "cococtl.broker-ledger.v1"   /* typ of the signature's header */

enum {
	COCO_LEDGER_LINE_MAX = 16 << 10,   /* bytes of a line with its line end */
	COCO_LEDGER_BROKER = 512,          /* bytes of a text, with the NUL, as all of these */
	COCO_LEDGER_WORD = 32,
	COCO_LEDGER_NAME = 400,
	COCO_LEDGER_DIGEST = 80,
	COCO_LEDGER_REASON = 512,
};

enum coco_ledger_action {
	COCO_LEDGER_BEGIN,     /* a key begins to sign; digest: of a fixed text, by that key */
	COCO_LEDGER_PUT,       /* registered */
	COCO_LEDGER_FOUND,     /* was there as it was declared */
	COCO_LEDGER_UNSURE,    /* sent, and the connection broke before the answer */
	COCO_LEDGER_REMOVE,
	COCO_LEDGER_DISABLE,   /* a policy that denies; name: a resource, or "all" */
	COCO_LEDGER_RESTORE,   /* the policy of before */
	COCO_LEDGER_REPAIR,    /* an incomplete last line was set aside; digest: of it */
	COCO_LEDGER_ACTIONS,
};

/* coco_ledger_action_name - "begin", "put", ...; static. */
const char *coco_ledger_action_name(enum coco_ledger_action action);

/* What is not said is "". */
struct coco_ledger_entry {
	uint64_t seq;                      /* from 1 */
	int64_t time;                      /* seconds since 1970 */
	uint8_t previous[32];              /* SHA-256 of the line before; not in the first */
	enum coco_ledger_action action;
	char broker[COCO_LEDGER_BROKER];   /* address without credentials, "store:DIR" */
	char trustee[COCO_LEDGER_WORD];    /* "v0.18" where the release is known */
	char type[COCO_LEDGER_WORD];       /* coco_item_type_name */
	char name[COCO_LEDGER_NAME];
	char digest[COCO_LEDGER_DIGEST];   /* "sha256:..." public, "hmac-sha256:..." secret */
	char before[COCO_LEDGER_DIGEST];   /* disable: of the policy that is kept */
	char reason[COCO_LEDGER_REASON];   /* disable, restore */
	bool has_expires;
	int64_t expires;                   /* of a reference value: when it ends */
};

/* coco_ledger_entry_write - the text that is signed; sticky failures in wr. */
void coco_ledger_entry_write(struct coco_wr *wr, const struct coco_ledger_entry *e);

/*
 * coco_ledger_line_write - the line with its line end: the entry's text, and
 * its signature as compact JWS over it. FORMAT_VALUE when that is none.
 */
int coco_ledger_line_write(struct coco_wr *wr, struct coco_view entry, struct coco_view jws,
			   struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_ledger_line_read - a line without its line end: gives *ret_jws
 * (coco_free), the compact JWS with the entry as its payload, whose signature
 * is not judged here. On failure only *ret is written to. Errors: LEDGER_LINE,
 * LIMIT_MEMORY.
 */
int coco_ledger_line_read(struct coco_ledger_entry *ret, char **ret_jws, struct coco_view line,
			  struct coco_diag *diag) COCO_MUSTUSE;

#endif
