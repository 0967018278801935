/*
 * x509.h - certificate chains against roots that the caller gave, at a time
 * that the caller gave. The system's trust store is never used; there is no
 * revocation check (short-lived signing certificates and the expected subject
 * take its place).
 */
#ifndef COCO_X509_H
#define COCO_X509_H

#include "lib/crypto/key.h"

struct coco_certs;   /* an ordered list of certificates; opaque */

enum {
	COCO_CERTS_MAX = 64,              /* certificates in a list */
	COCO_CERTS_FILE_MAX = 1 << 20,    /* bytes of a file */
	COCO_CERT_DEPTH_MAX = 8,          /* intermediates in a chain */
	COCO_CERT_NAME_MAX = 512,         /* bytes of a printed name, longer ones are cut */
};

/* What a certificate says of itself; names are RFC 2253 text. */
struct coco_cert_info {
	char subject[COCO_CERT_NAME_MAX];
	char issuer[COCO_CERT_NAME_MAX];
	char serial[65];                  /* lower-case hex */
	int64_t not_before;               /* seconds since 1970, UTC */
	int64_t not_after;
	char fingerprint[COCO_FINGERPRINT_TEXT];   /* "sha256:" of the certificate's DER */
};

/*
 * coco_certs_new - an empty list; coco_certs_load, coco_certs_parse append the
 * certificates of a PEM bundle or one DER certificate (other PEM blocks:
 * FORMAT_CERT; none at all: FORMAT_CERT).
 */
int coco_certs_new(struct coco_certs **ret, struct coco_diag *diag) COCO_MUSTUSE;
int coco_certs_load(struct coco_certs *certs, const char *ref, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_certs_parse(struct coco_certs *certs, struct coco_view bytes, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_certs_add_der(struct coco_certs *certs, struct coco_view der, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_certs_free(struct coco_certs *certs);   /* NULL is fine */

size_t coco_certs_count(const struct coco_certs *certs);

/* coco_certs_der - DER of number i (< count), borrowed. */
struct coco_view coco_certs_der(const struct coco_certs *certs, size_t i);
void coco_certs_info(const struct coco_certs *certs, size_t i, struct coco_cert_info *ret);
bool coco_certs_self_signed(const struct coco_certs *certs, size_t i);
bool coco_certs_is_ca(const struct coco_certs *certs, size_t i);     /* may issue others */
bool coco_certs_has_san(const struct coco_certs *certs, size_t i);   /* subject alternative name */

/* coco_certs_key - the public key of number i; gives *ret. */
int coco_certs_key(const struct coco_certs *certs, size_t i, struct coco_key **ret,
		   struct coco_diag *diag) COCO_MUSTUSE;

/* What a chain must satisfy. */
struct coco_certs_trust {
	const struct coco_certs *roots;   /* self-signed anchors, further intermediates allowed */
	/*
	 * The expected subject: the whole name (RFC 2253 "CN=a,O=b", openssl's
	 * oneline "O = b, CN = a", or "/O=b/CN=a" where no value has a slash),
	 * the common name if there is exactly one, or a subject alternative
	 * name (e-mail, URI, DNS). Compared byte for byte. NULL: any.
	 */
	const char *subject;
	int64_t at;                       /* seconds since 1970, UTC */
};

/*
 * coco_certs_verify - chain[0] is the leaf, the others are untrusted
 * intermediates in any order. Every certificate, the root too, must be valid
 * at trust->at; issuers must be CAs (basicConstraints) within their path
 * length; no signature below the root may use MD5 or SHA-1, no key may be
 * below 112 bits of security; unknown critical extensions are refused. The
 * leaf must not be able to issue certificates (CA:TRUE without a KeyUsage that
 * forbids it); its KeyUsage, if present, has digitalSignature; its
 * ExtendedKeyUsage (and that of intermediates), if present, has codeSigning
 * or anyExtendedKeyUsage. Gives *ret_key, the leaf's key, and *ret_info (may
 * be NULL).
 * Errors: TRUST_NO_ROOTS, CERT_EXPIRED, CERT_NOT_YET_VALID, CERT_USAGE,
 * CERT_SUBJECT, CERT_ROOT, CERT_CHAIN, CERT_ALGORITHM.
 */
int coco_certs_verify(const struct coco_certs *chain, const struct coco_certs_trust *trust,
		      struct coco_key **ret_key, struct coco_cert_info *ret_info,
		      struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_certs_check_signer - whether chain[0] can sign at that time: validity
 * and usage as above, and its key is the public half of key (KEY_MISMATCH).
 */
int coco_certs_check_signer(const struct coco_certs *chain, const struct coco_key *key,
			    int64_t at, struct coco_diag *diag) COCO_MUSTUSE;

#endif
