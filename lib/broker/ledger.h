/*
 * ledger.h - the ledger of a declaration: what was done at a broker, when and
 * by which key, as signed and chained lines in a file beside the declaration
 * (docs/formats/broker-ledger.md). Brokers list nothing; this is what later
 * runs compare with.
 *
 * Secrets are in it as HMAC under a key that comes from the ledger's private
 * key, with the item's name: who reads the ledger cannot try words against it.
 * Policies and reference values are in it as plain SHA-256.
 */
#ifndef COCO_LEDGER_H
#define COCO_LEDGER_H

#include "formats/broker/ledger_line.h"
#include "lib/broker/backend.h"
#include "lib/crypto/key.h"

enum {
	COCO_LEDGER_MAX = 32 << 20,   /* bytes of a ledger */
	COCO_LEDGER_TRUST = 64,       /* public keys that are named */
};

/* Borrowed while the ledger is open. */
struct coco_ledger_keys {
	const struct coco_key *sign;            /* private; NULL: it is only read */
	const struct coco_key *const *trust;    /* public keys of others who may have signed */
	size_t n_trust;
};

enum coco_ledger_flags {
	COCO_LEDGER_WRITE = 1,         /* lock it, and make it if it is not there */
	COCO_LEDGER_SET_ASIDE = 2,     /* an incomplete last line goes to a file beside it */
};

struct coco_ledger;   /* opaque; one thread at a time */

/*
 * coco_ledger_path - where the ledger (extension ".ledger.jsonl") or another
 * file of a declaration lies: "x.toml" gives "x" and the extension. Given
 * (coco_free); NULL: no memory.
 */
char *coco_ledger_path(const char *declaration, const char *extension) COCO_MUSTUSE;

/*
 * coco_ledger_open - reads and judges every line: gives *ret
 * (coco_ledger_free). No file: an empty ledger. Errors: LEDGER_LINE, LEDGER_CHAIN,
 * LEDGER_SIGNATURE, LEDGER_KEY, LEDGER_TORN (what follows the last line end;
 * not with SET_ASIDE, which needs WRITE and a key to sign), KEY_NOT_PRIVATE,
 * IO_BUSY (another run has it), IO_..., LIMIT_SIZE, LIMIT_MEMORY. The line's
 * number is in the diag.
 */
int coco_ledger_open(struct coco_ledger **ret, const struct coco_run *run, const char *path,
		     const struct coco_ledger_keys *keys, unsigned flags,
		     struct coco_diag *diag) COCO_MUSTUSE;
void coco_ledger_free(struct coco_ledger *l);   /* NULL is fine */

/* Entries in their order; borrowed until the next append. */
size_t coco_ledger_count(const struct coco_ledger *l);
const struct coco_ledger_entry *coco_ledger_at(const struct coco_ledger *l, size_t i);

/* coco_ledger_signer - fingerprint of the key that signed entry i; borrowed. */
const char *coco_ledger_signer(const struct coco_ledger *l, size_t i);

/* coco_ledger_head - "sha256:..." of the last line, "" for an empty ledger; borrowed. */
const char *coco_ledger_head(const struct coco_ledger *l);

/* coco_ledger_last - index of the last entry about an item of a broker, or SIZE_MAX. */
size_t coco_ledger_last(const struct coco_ledger *l, const char *broker,
			const struct coco_item_id *id);

/*
 * coco_ledger_held - the items that a broker holds by the ledger: indexes of
 * their last entries (put, found, unsure), in order of type and name. Gives
 * *ret (coco_free). LIMIT_MEMORY.
 */
int coco_ledger_held(const struct coco_ledger *l, const char *broker, size_t **ret,
		     size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_ledger_digest - what the ledger holds for a value. A resource needs the
 * private key: KEY_NOT_PRIVATE.
 */
int coco_ledger_digest(const struct coco_ledger *l, const struct coco_item_id *id,
		       struct coco_view value, char ret[COCO_LEDGER_DIGEST],
		       struct coco_diag *diag) COCO_MUSTUSE;

/* coco_ledger_comparable - whether entry i's digest is one that coco_ledger_digest gives. */
bool coco_ledger_comparable(const struct coco_ledger *l, size_t i);

/*
 * coco_ledger_append - signs an entry (seq, time and previous are set here:
 * run->now) and writes its line at once; a line that could not be written
 * whole is taken back. The first entry of a key is preceded by one with
 * action begin. Needs WRITE and a key to sign.
 */
int coco_ledger_append(struct coco_ledger *l, const struct coco_run *run,
		       const struct coco_ledger_entry *e, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_ledger_sync - makes what was appended durable. */
int coco_ledger_sync(struct coco_ledger *l, struct coco_diag *diag) COCO_MUSTUSE;

#endif
