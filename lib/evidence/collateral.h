/*
 * collateral.h - what verification needs beside the evidence: certificates,
 * revocation lists, TCB information, QE identities, key sets; from bundles
 * and from companions of the evidence. Content-addressed: an item is known by
 * the SHA-256 of its bytes. Nothing in here is trusted by being here: trust
 * comes from the pinned roots and the signatures below them.
 */
#ifndef COCO_COLLATERAL_H
#define COCO_COLLATERAL_H

#include "lib/crypto/pki_cert.h"

enum {
	COCO_COLLATERAL_ITEM = 16 << 20,   /* bytes of one item */
	COCO_COLLATERAL_ITEMS = 1 << 16,
	COCO_COLLATERAL_SOURCE = 256,
};

enum coco_collateral_kind {
	COCO_COLL_CERT,            /* one certificate, DER */
	COCO_COLL_CRL,             /* one revocation list, DER */
	COCO_COLL_TCB_INFO,        /* Intel's answer {"tcbInfo":{...},...}, exact bytes */
	COCO_COLL_QE_IDENTITY,     /* Intel's answer {"enclaveIdentity":{...},...}, exact bytes */
	COCO_COLL_JWKS,            /* JSON Web Key Set */
	COCO_COLL_RIM,             /* NVIDIA reference measurements, XML */
	COCO_COLL_OCSP,            /* one OCSP response, DER */
	COCO_COLL_KINDS,
};

struct coco_collateral_item {
	enum coco_collateral_kind kind;
	uint8_t *p;                /* owned */
	size_t n;
	uint8_t sha256[32];
	char source[COCO_COLLATERAL_SOURCE];   /* for messages: where it came from first */
	struct coco_cert *cert;    /* CERT; owned */
	struct coco_crl *crl;      /* CRL; owned */
	uint64_t name_hash;        /* CERT: of the subject, CRL: of the issuer */
	bool borrowed;             /* bytes, cert and crl are those of another set */
	int next_content;          /* in the same slot of the tables; -1: none */
	int next_name;
};

struct coco_collateral {
	struct coco_collateral_item *v;   /* owned; each content once, in the order of adding */
	size_t n;
	size_t cap;
	int *by_content;                  /* owned: slots, each the number of an item or -1 */
	int *by_name;
	size_t slots;
};

void coco_collateral_init(struct coco_collateral *c);
void coco_collateral_free(struct coco_collateral *c);   /* fine on a zeroed struct */

/*
 * coco_collateral_fork - gives a second set with the items of c under the same
 * numbers, to add more to. The bytes and parsed objects stay those of c, which
 * must outlive it. *ret need not be initialised. LIMIT_MEMORY.
 */
int coco_collateral_fork(struct coco_collateral *ret, const struct coco_collateral *c,
			 struct coco_diag *diag) COCO_MUSTUSE;

/* coco_collateral_cut - takes everything from number n on out again. */
void coco_collateral_cut(struct coco_collateral *c, size_t n);

/*
 * coco_collateral_add - copies one item; the same content again changes
 * nothing. *ret (may be NULL) is its number. Errors: LIMIT_COUNT, LIMIT_SIZE,
 * LIMIT_MEMORY, FORMAT_CERT (a certificate or list that does not parse).
 */
int coco_collateral_add(struct coco_collateral *c, enum coco_collateral_kind kind,
			struct coco_view bytes, const char *source, int *ret,
			struct coco_diag *diag) COCO_MUSTUSE;

/* coco_collateral_add_pem - every certificate and revocation list of a PEM text. */
int coco_collateral_add_pem(struct coco_collateral *c, struct coco_view text, const char *source,
			    struct coco_diag *diag) COCO_MUSTUSE;

/*
 * Searching: the number of the first item past number after (-1: from the
 * start) that fits, or -1. _next: by kind; _subject: certificates by the DER
 * of their subject; _issuer: revocation lists by that of their issuer. The
 * last two give items in no particular order: start with -1, go on with the
 * number that came.
 */
int coco_collateral_next(const struct coco_collateral *c, enum coco_collateral_kind kind,
			 int after);
int coco_collateral_subject(const struct coco_collateral *c, struct coco_view subject, int after);
int coco_collateral_issuer(const struct coco_collateral *c, struct coco_view issuer, int after);

/* coco_collateral_find - the item with that digest, or -1. */
int coco_collateral_find(const struct coco_collateral *c, const uint8_t sha256[32]);

const char *coco_collateral_kind_name(enum coco_collateral_kind kind);   /* "certificate", ... */

#endif
