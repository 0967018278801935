/*
 * ledger_priv.h - shared by ledger.c and ledger_write.c only.
 */
#ifndef COCO_LEDGER_PRIV_H
#define COCO_LEDGER_PRIV_H

#include "lib/broker/ledger.h"

struct coco_ledger_item {
	struct coco_ledger_entry entry;
	const struct coco_key *key;     /* that signed it; borrowed from keys */
};

struct coco_ledger {
	char *path;
	struct coco_ledger_keys keys;
	int fd;                          /* open for appending and locked, or -1 */
	bool made;                       /* the file was made by this run */
	bool begun;                      /* the key that signs has its begin entry */
	bool same_mac;                   /* and gives the digests that it gave then */
	uint64_t size;                   /* bytes of whole lines */
	struct coco_secret mac;          /* for digests of secrets; empty without a private key */
	uint8_t head[32];                /* SHA-256 of the last line */
	char head_text[72];
	struct coco_ledger_item *v;
	size_t n;
	size_t cap;
};

/* coco_ledger_move_head - the line of n bytes, with its line end, is the last one now. */
void coco_ledger_move_head(struct coco_ledger *l, const void *line, size_t n);

/* coco_ledger_mac_init - the key for digests. coco_ledger_check_text - of a fixed text. */
int coco_ledger_mac_init(struct coco_ledger *l, struct coco_diag *diag) COCO_MUSTUSE;
int coco_ledger_check_text(const struct coco_ledger *l, char ret[COCO_LEDGER_DIGEST],
			   struct coco_diag *diag) COCO_MUSTUSE;

#endif
