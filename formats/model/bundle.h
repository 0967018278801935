/*
 * bundle.h - Sigstore bundle v0.3 with a DSSE envelope, as model_signing 1.1
 * writes it (packaging.md 1.3) and cosign reads it.
 *
 * What is written: compact JSON without a final newline, "tlogEntries":[],
 * "keyid":"". Transparency log entries and timestamps are tolerated when
 * reading and counted, never used.
 */
#ifndef COCO_BUNDLE_H
#define COCO_BUNDLE_H

#include "formats/model/dsse.h"

enum {
	COCO_BUNDLE_MAX = 96 << 20,       /* bytes of the JSON text */
	COCO_BUNDLE_CERTS_MAX = 16,
	COCO_BUNDLE_CERT_MAX = 16 * 1024, /* bytes of one certificate */
	COCO_BUNDLE_HINT_MAX = 1024,
	COCO_BUNDLE_TLOG_MAX = 64,
};

#define COCO_BUNDLE_MEDIA_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"

enum coco_bundle_flags {
	COCO_BUNDLE_LENIENT = 1,   /* older media types: "...bundle+json;version=0.1|0.2|0.3" */
};

enum coco_bundle_material {
	COCO_BUNDLE_KEY,      /* publicKey {hint} */
	COCO_BUNDLE_CHAIN,    /* x509CertificateChain, leaf first */
	COCO_BUNDLE_CERT,     /* certificate: the leaf alone */
};

struct coco_bundle_cert {
	uint8_t *der;         /* owned */
	size_t n_der;
};

struct coco_bundle {
	enum coco_bundle_material material;
	char *hint;                     /* KEY: NULL when absent or empty (also rawBytes form) */
	struct coco_bundle_cert *certs; /* CHAIN, CERT: at least one */
	size_t n_certs;
	size_t n_tlog;                  /* log entries that came along, not looked at */
	bool old_media_type;            /* LENIENT was needed */
	struct coco_dsse dsse;
};

/*
 * coco_bundle_decode - gives *ret (coco_bundle_clear). Members that the
 * bundle, its verificationMaterial do not have are refused. Errors:
 * FORMAT_BUNDLE_VERSION (media type), FORMAT_BUNDLE, those of dsse.h.
 */
int coco_bundle_decode(struct coco_bundle *ret, struct coco_view text, unsigned flags,
		       struct coco_diag *diag) COCO_MUSTUSE;

/* coco_bundle_encode - gives *ret (coco_free). */
int coco_bundle_encode(const struct coco_bundle *bundle, uint8_t **ret, size_t *ret_n,
		       struct coco_diag *diag) COCO_MUSTUSE;

void coco_bundle_clear(struct coco_bundle *bundle);   /* fine on a zeroed struct */

#endif
