/*
 * pki.h - certificates minted for tests, with any defect by name. Dates are
 * seconds since 1970 and do not depend on the clock.
 */
#ifndef COCO_PKI_H
#define COCO_PKI_H

#include "lib/crypto/x509.h"

enum {
	COCO_PKI_START = 1700000000,   /* 2023-11-14: certificates are valid from here ... */
	COCO_PKI_NOW = 1800000000,     /* ... are used here ... */
};
#define COCO_PKI_END 2100000000LL      /* ... and expire here */

/* An extension by its identifier, with any content. */
struct coco_pki_raw {
	const char *oid;            /* dotted; NULL ends a list */
	const void *p;
	size_t n;
	bool critical;
};

/* What a certificate shall say. NULL strings leave the extension out. */
struct coco_pki_spec {
	const char *subject;        /* "CN=a" or "/"-separated: "O=b/CN=a" */
	const char *key_type;       /* NULL: p256 */
	const char *basic;          /* "critical,CA:TRUE,pathlen:0" */
	const char *usage;          /* "critical,digitalSignature" */
	const char *extended;       /* "codeSigning" */
	const char *san;            /* "email:a@b,URI:https://c" */
	const char *constraints;    /* "permitted;email:example.com" */
	const char *hash;           /* NULL: SHA256 */
	int64_t not_before;         /* 0: COCO_PKI_START */
	int64_t not_after;          /* 0: COCO_PKI_END */
	bool unknown_critical;      /* with a critical extension nobody knows */
	bool version1;              /* X.509 v1, without extensions */
	const struct coco_pki_raw *raw;   /* further extensions; NULL: none */
	const struct coco_key *key; /* use this key (borrowed) instead of a new one */
	const uint8_t *serial;      /* big-endian; NULL: a random one */
	size_t n_serial;
	bool pss;                   /* the issuer signs with RSA-PSS, salt as long as the hash */
	bool pss_trailer;           /* with the default trailer field written out */
	bool bare;                  /* without key identifiers */
};

/* What a revocation list shall say. */
struct coco_pki_crl {
	int64_t this_update;        /* 0: COCO_PKI_START */
	int64_t next_update;        /* 0: COCO_PKI_END; -1: none */
	const char *hash;           /* NULL: SHA256 */
	bool pss;
	const struct coco_view *serials;   /* revoked certificates */
	size_t n_serials;
	unsigned number;            /* 0: none; the list says 0x400000 more */
	bool limited;               /* a critical issuingDistributionPoint */
};

struct coco_pki_cert {
	struct coco_key *key;
	bool borrowed;              /* the key */
	void *x509;                 /* X509 * */
	uint8_t *der;
	size_t n_der;
};

/* Ready specs: a root, an intermediate and a signing leaf without defect. */
extern const struct coco_pki_spec coco_pki_root;
extern const struct coco_pki_spec coco_pki_intermediate;
extern const struct coco_pki_spec coco_pki_leaf;

/* coco_pki_issue - a certificate signed by issuer (NULL: by itself). */
struct coco_pki_cert *coco_pki_issue(const struct coco_pki_spec *spec,
				     const struct coco_pki_cert *issuer);

/* coco_pki_issue_crl - a list signed by issuer, as DER; gives *ret (coco_free), its length. */
size_t coco_pki_issue_crl(const struct coco_pki_crl *spec, const struct coco_pki_cert *issuer,
			  uint8_t **ret);

/*
 * coco_pki_cached_key - a key of that type that is made once for a program:
 * the same for the same slot (< 16). Borrowed.
 */
const struct coco_key *coco_pki_cached_key(const char *type, unsigned slot);

void coco_pki_free(struct coco_pki_cert *cert);

/* coco_pki_list - the certificates as a list; NULL entries are left out. */
struct coco_certs *coco_pki_list(const struct coco_pki_cert *a, const struct coco_pki_cert *b,
				 const struct coco_pki_cert *c);

#endif
