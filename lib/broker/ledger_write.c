/*
 * ledger_write.c - digests and new lines of a ledger (see ledger.h).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/broker/ledger_priv.h"
#include "lib/core/io.h"
#include "lib/crypto/jws_sign.h"
#include "lib/crypto/mac.h"
#include "lib/crypto/sha256.h"

/* ---- digests -------------------------------------------------------------------- */

int coco_ledger_mac_init(struct coco_ledger *l, struct coco_diag *diag)
{
	return coco_mac_key(l->keys.sign, "cococtl broker ledger, digests of values, v1", &l->mac,
			    diag);
}

static int keyed(const struct coco_ledger *l, const char *label, struct coco_view value,
		 char ret[COCO_LEDGER_DIGEST], struct coco_diag *diag)
{
	uint8_t mac[COCO_MAC_BYTES];

	if (l->mac.p == NULL)
		return coco_fail(diag, COCO_E_KEY_NOT_PRIVATE,
				 "digests of secrets need the ledger's private key");
	int r = coco_mac(&l->mac, label, value, mac, diag);
	if (r == 0) {
		memcpy(ret, "hmac-sha256:", 12);
		coco_hex_encode(ret + 12, mac, sizeof(mac));
	}
	return r;
}

int coco_ledger_check_text(const struct coco_ledger *l, char ret[COCO_LEDGER_DIGEST],
			   struct coco_diag *diag)
{
	return keyed(l, "begin", coco_view_of(NULL, 0), ret, diag);
}

int coco_ledger_digest(const struct coco_ledger *l, const struct coco_item_id *id,
		       struct coco_view value, char ret[COCO_LEDGER_DIGEST],
		       struct coco_diag *diag)
{
	char label[COCO_LEDGER_NAME + 16];
	uint8_t digest[32];

	if (id->type == COCO_ITEM_RESOURCE) {
		snprintf(label, sizeof(label), "resource %s", id->name);
		return keyed(l, label, value, ret, diag);
	}
	coco_sha256_once(value.p, value.n, digest);
	memcpy(ret, "sha256:", 7);
	coco_hex_encode(ret + 7, digest, sizeof(digest));
	return 0;
}

bool coco_ledger_comparable(const struct coco_ledger *l, size_t i)
{
	if (strncmp(l->v[i].entry.digest, "hmac-", 5) != 0)
		return true;
	return l->keys.sign != NULL && l->v[i].key != NULL && l->same_mac &&
	       coco_key_same(l->v[i].key, l->keys.sign);
}

/* ---- new lines ------------------------------------------------------------------ */

static int sign(const struct coco_ledger *l, struct coco_view entry, struct coco_wr *line,
		struct coco_diag *diag)
{
	char header[256];
	struct coco_secret jws = { 0 };
	int n = snprintf(header, sizeof(header), "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\""
			 COCO_LEDGER_TYPE "\"}", coco_jws_alg(l->keys.sign),
			 coco_key_fingerprint_text(l->keys.sign));
	int r = coco_jws_sign(l->keys.sign, coco_view_of(header, (size_t)n), entry, &jws, diag);

	if (r == 0)
		r = coco_ledger_line_write(line, entry,
					   coco_view_of(coco_secret_expose(&jws), jws.n), diag);
	coco_secret_free(&jws);
	if (r == 0 && line->code != 0)
		r = coco_fail(diag, line->code, "the entry of the ledger is too large");
	return r;
}

static int write_line(struct coco_ledger *l, struct coco_view line, struct coco_diag *diag)
{
	int r = coco_write_full(l->fd, line.p, line.n, l->path, diag);

	/* a part of a line would look like a crash */
	if (r != 0 && ftruncate(l->fd, (off_t)l->size) != 0)
		coco_diag_cause(diag, "part of a line may be left in the ledger");
	if (r == 0)
		l->size += line.n;
	return r;
}

static int append(struct coco_ledger *l, const struct coco_run *run,
		  const struct coco_ledger_entry *e, struct coco_diag *diag)
{
	struct coco_wr entry;
	struct coco_wr line;
	int r;

	if (!coco_grow((void **)&l->v, &l->cap, l->n, sizeof(*l->v), COCO_LEDGER_MAX / 64))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a ledger");
	struct coco_ledger_item *item = &l->v[l->n];
	*item = (struct coco_ledger_item){ .entry = *e, .key = l->keys.sign };
	item->entry.seq = l->n + 1;
	item->entry.time = run->now;
	memcpy(item->entry.previous, l->head, sizeof(l->head));
	coco_wr_init(&entry, COCO_LEDGER_LINE_MAX / 2);
	coco_wr_init(&line, COCO_LEDGER_LINE_MAX);
	coco_ledger_entry_write(&entry, &item->entry);
	r = entry.code != 0 ? coco_fail(diag, entry.code, "the entry of the ledger is too large") :
	    sign(l, coco_wr_view(&entry), &line, diag);
	if (r == 0 && l->size + line.n > COCO_LEDGER_MAX)
		r = coco_fail(diag, COCO_E_LIMIT_SIZE, "the ledger is full");
	if (r == 0)
		r = write_line(l, coco_wr_view(&line), diag);
	if (r == 0) {
		coco_ledger_move_head(l, line.p, line.n);
		l->n++;
	}
	coco_wr_free(&line);
	coco_wr_free(&entry);
	return r;
}

/* The key that signs says that it does, and how its digests come out. */
static int begin(struct coco_ledger *l, const struct coco_run *run, struct coco_diag *diag)
{
	struct coco_ledger_entry e = { .action = COCO_LEDGER_BEGIN };
	int r = coco_ledger_check_text(l, e.digest, diag);

	if (r == 0)
		r = append(l, run, &e, diag);
	if (r == 0)
		l->begun = l->same_mac = true;
	return r;
}

int coco_ledger_append(struct coco_ledger *l, const struct coco_run *run,
		       const struct coco_ledger_entry *e, struct coco_diag *diag)
{
	int r = 0;

	if (l->fd < 0 || l->keys.sign == NULL)
		return coco_fail(diag, COCO_E_INTERNAL, "the ledger is open for reading only");
	if (!l->begun || !l->same_mac)
		r = begin(l, run, diag);
	if (r == 0)
		r = append(l, run, e, diag);
	if (r != 0)
		coco_diag_source(diag, "%s", l->path);
	return r;
}

int coco_ledger_sync(struct coco_ledger *l, struct coco_diag *diag)
{
	if (l->fd < 0 || fdatasync(l->fd) == 0)
		return 0;
	return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "write", l->path);
}
