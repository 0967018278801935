/*
 * cert_fields.h - the fields of one X.509 certificate or revocation list
 * (RFC 5280), read strictly from DER; views into the given bytes. Reading
 * proves nothing: no signature is looked at.
 */
#ifndef COCO_CERT_FIELDS_H
#define COCO_CERT_FIELDS_H

#include "formats/core/cert_der.h"

enum {
	COCO_CERT_DER_MAX = 1 << 16,
	COCO_CRL_DER_MAX = 16 << 20,
	COCO_SERIAL_MAX = 64,          /* bytes of a serial number */
	COCO_CERT_EXTENSIONS = 64,     /* extensions of one certificate or list */
	COCO_CERT_TEXT = 512,          /* bytes of a printed name, longer ones are cut */
};

/* How a certificate or list is signed. */
enum coco_cert_scheme {
	COCO_CERT_SCHEME_OTHER,        /* weak or not known: never verified */
	COCO_CERT_ECDSA_SHA256,
	COCO_CERT_ECDSA_SHA384,
	COCO_CERT_ECDSA_SHA512,
	COCO_CERT_RSA_SHA256,          /* PKCS#1 v1.5 */
	COCO_CERT_RSA_SHA384,
	COCO_CERT_RSA_SHA512,
	COCO_CERT_PSS_SHA256_32,
	COCO_CERT_PSS_SHA384_48,       /* MGF1 with SHA-384, salt of 48 bytes, trailer 1 */
	COCO_CERT_PSS_SHA512_64,
	COCO_CERT_PSS_OTHER,           /* other parameters: never verified */
};

enum coco_cert_key_kind {
	COCO_CERT_KEY_OTHER,
	COCO_CERT_KEY_EC,              /* a named curve, an uncompressed point */
	COCO_CERT_KEY_RSA,
};

struct coco_cert_fields {
	struct coco_view tbs;          /* what is signed */
	struct coco_view serial;       /* magnitude, big-endian */
	struct coco_view issuer;       /* DER of the name */
	struct coco_view subject;
	int64_t not_before;
	int64_t not_after;
	struct coco_view spki;         /* DER of the SubjectPublicKeyInfo */
	enum coco_cert_key_kind key;
	unsigned curve;                /* 256, 384, 521 */
	struct coco_view point;        /* 04 | x | y */
	struct coco_view rsa_n;        /* big-endian */
	struct coco_view rsa_e;
	struct coco_view extensions;   /* content of the list; empty: none */
	bool is_ca;                    /* basicConstraints CA:TRUE */
	bool has_usage;
	bool usage_cert_sign;
	bool usage_crl_sign;
	enum coco_cert_scheme scheme;
	struct coco_view signature;
};

struct coco_crl_fields {
	struct coco_view tbs;
	struct coco_view issuer;
	int64_t this_update;
	bool has_next_update;
	int64_t next_update;
	struct coco_view revoked;      /* content of the list: entries, see coco_crl_entry */
	size_t n_revoked;
	struct coco_view number;       /* CRL number; n == 0: none */
	/* a critical extension, of the list or an entry, that limits what the list says */
	bool unknown_critical;
	enum coco_cert_scheme scheme;
	struct coco_view signature;
};

/*
 * coco_cert_fields_read, coco_crl_fields_read - one certificate, one list, and
 * nothing after it. Every fault: FORMAT_CERT, too many bytes: LIMIT_SIZE.
 */
int coco_cert_fields_read(struct coco_cert_fields *ret, struct coco_view der,
			  struct coco_diag *diag) COCO_MUSTUSE;
int coco_crl_fields_read(struct coco_crl_fields *ret, struct coco_view der,
			 struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_crl_entry - the serial number of the next entry of a list that was
 * read; rd was started on its revoked. False at the end.
 */
bool coco_crl_entry(struct coco_rd *rd, struct coco_view *ret_serial);

/* One extension. */
struct coco_cert_ext {
	struct coco_view oid;          /* content of the OBJECT IDENTIFIER */
	bool critical;
	struct coco_view value;        /* content of the OCTET STRING */
};

/* coco_cert_ext_next - the next extension; rd was started on extensions. False at the end. */
bool coco_cert_ext_next(struct coco_rd *rd, struct coco_cert_ext *ret);

/* coco_cert_scheme_read - how an AlgorithmIdentifier (its content) says to sign. */
enum coco_cert_scheme coco_cert_scheme_read(struct coco_view algorithm);
const char *coco_cert_scheme_name(enum coco_cert_scheme scheme);   /* "RSA-PSS SHA-384", ... */

/* coco_cert_name_text - a name (its DER) as RFC 2253 text; control characters are escaped. */
void coco_cert_name_text(struct coco_view name, char ret[COCO_CERT_TEXT]);

/* coco_cert_name_common - the common name; "" unless there is exactly one, in UTF-8. */
void coco_cert_name_common(struct coco_view name, char ret[COCO_CERT_TEXT]);

/* coco_cert_name_check - whether a name (its DER) is well-formed; rd carries the failure. */
void coco_cert_name_check(struct coco_rd *rd, const char *field, struct coco_view *ret);

#endif
