/*
 * banks.h - one stream hashed by several algorithms at once, and registers
 * that are extended in several banks (TPM PCRs; RTMRs are one bank of
 * SHA-384).
 */
#ifndef COCO_BANKS_H
#define COCO_BANKS_H

#include "lib/crypto/digest.h"

enum { COCO_BANKS_ALL = (1 << COCO_DIGEST_ALGS) - 1 };

#define COCO_BANK(alg) (1U << (alg))

/* A digest or register of each bank; the banks that are not in use stay as they are. */
struct coco_bank_values {
	uint8_t p[COCO_DIGEST_ALGS][COCO_DIGEST_MAX];
};

struct coco_banks {
	unsigned mask;                                /* COCO_BANK(alg) of those in use */
	struct coco_digest *digest[COCO_DIGEST_ALGS]; /* owned */
};

/* coco_banks_init - mask: which, at least one. coco_banks_free in any case. LIMIT_MEMORY. */
int coco_banks_init(struct coco_banks *b, unsigned mask, struct coco_diag *diag) COCO_MUSTUSE;
void coco_banks_free(struct coco_banks *b);   /* fine on a zeroed struct */

/* The next bytes of the message; its digests, after which the next message starts. */
int coco_banks_update(struct coco_banks *b, const void *p, size_t n, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_banks_final(struct coco_banks *b, struct coco_bank_values *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_banks_once - a whole message; nothing may have been added before. */
int coco_banks_once(struct coco_banks *b, const void *p, size_t n, struct coco_bank_values *ret,
		    struct coco_diag *diag) COCO_MUSTUSE;

/* coco_banks_zeros - n zero bytes of the message. */
int coco_banks_zeros(struct coco_banks *b, uint64_t n, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_banks_extend - reg = H(reg | digest) in every bank; no message may be under way. */
int coco_banks_extend(struct coco_banks *b, struct coco_bank_values *reg,
		      const struct coco_bank_values *digest, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_bank_find - the algorithm of this name ("sha256"), or -1. */
int coco_bank_find(const char *name);

#endif
