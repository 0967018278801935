/*
 * collateral.h - what verification needs beside the evidence: certificates,
 * revocation lists, TCB information, QE identities, key sets; from bundles
 * and from companions of the evidence. Content-addressed: an item is known
 * by the SHA-256 of its bytes. Nothing in here is trusted by being here:
 * trust comes from the pinned roots and the signatures below them.
 */
#ifndef COCO_COLLATERAL_H
#define COCO_COLLATERAL_H

#include "formats/core/diag.h"
#include "lib/crypto/x509.h"

enum {
	COCO_COLLATERAL_ITEM = 16 << 20,   /* bytes of one item */
	COCO_COLLATERAL_ITEMS = 1 << 16,
};

enum coco_collateral_kind {
	COCO_COLL_CERT,            /* one certificate, DER */
	COCO_COLL_CRL,             /* one revocation list, DER */
	COCO_COLL_TCB_INFO,        /* Intel: the response text {"tcbInfo":...,"signature":...} */
	COCO_COLL_QE_IDENTITY,     /* Intel: the response text {"enclaveIdentity":...} */
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
	char source[256];          /* for messages: where it came from */
};

struct coco_collateral {
	struct coco_collateral_item *v;   /* owned; each content once, in the order of adding */
	size_t n;
	size_t cap;
	struct coco_certs *certs;         /* all certificates, in the order of the items */
};

void coco_collateral_init(struct coco_collateral *c);
void coco_collateral_free(struct coco_collateral *c);   /* fine on a zeroed struct */

/*
 * coco_collateral_add - copies one item; the same content again changes
 * nothing. Errors: LIMIT_COUNT, LIMIT_SIZE, LIMIT_MEMORY, FORMAT_CERT.
 */
int coco_collateral_add(struct coco_collateral *c, enum coco_collateral_kind kind,
			struct coco_view bytes, const char *source, struct coco_diag *diag)
	COCO_MUSTUSE;

const char *coco_collateral_kind_name(enum coco_collateral_kind kind);   /* "certificate", ... */

#endif
