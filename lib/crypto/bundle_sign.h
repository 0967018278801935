/*
 * bundle_sign.h - a payload signed into a Sigstore bundle, and back. Shared
 * by model signing (OMS) and package signing.
 */
#ifndef COCO_BUNDLE_SIGN_H
#define COCO_BUNDLE_SIGN_H

#include "lib/core/run.h"
#include "lib/crypto/sign.h"
#include "lib/crypto/x509.h"

struct coco_bundle_signer {
	const struct coco_key *key;        /* private */
	const struct coco_certs *chain;    /* leaf first, then intermediates; NULL: key method */
	unsigned flags;                    /* enum coco_sign_flags */
};

/*
 * coco_bundle_sign - payload (borrowed bytes of payload_type) as a bundle;
 * gives *ret (coco_free). With a chain the leaf must fit the key and be valid
 * at run->now; self-signed certificates after the leaf are left out (a
 * verifier brings its own roots, and cosign refuses them).
 */
int coco_bundle_sign(const struct coco_run *run, const struct coco_bundle_signer *signer,
		     const char *payload_type, struct coco_view payload, uint8_t **ret,
		     size_t *ret_n, struct coco_diag *diag) COCO_MUSTUSE;

/* Whom to believe: exactly one of key and roots. */
struct coco_bundle_trust {
	const struct coco_key *key;        /* public */
	const struct coco_certs *roots;
	const char *subject;               /* with roots: see x509.h; NULL: any (warned about) */
	unsigned flags;                    /* enum coco_sign_flags | COCO_BUNDLE_TRUST_LENIENT */
};

enum { COCO_BUNDLE_TRUST_LENIENT = 256 };   /* older bundle media types too */

struct coco_bundle_signed {
	uint8_t *payload;                  /* the very bytes that were verified; owned */
	size_t n_payload;
	char *payload_type;                /* owned */
	bool has_certificate;              /* cert is filled */
	struct coco_cert_info cert;
	const char *method;                /* "ecdsa-p256-sha256", ...; static */
	char fingerprint[COCO_FINGERPRINT_TEXT];   /* of the signing key */
};

/*
 * coco_bundle_verify - 0 only when the signature over the payload holds and
 * was made by whom trust names; certificates are judged at run->now. A hint
 * that is present must be that of the key (the form of model_signing or that
 * of cosign); an absent one is warned about through run->log. Gives *ret
 * (coco_bundle_signed_clear). Errors: VERIFY_SIGNATURE, VERIFY_HINT,
 * VERIFY_METHOD (a key was given for a certificate's bundle, or the other way
 * round), those of x509.h and bundle.h.
 */
int coco_bundle_verify(const struct coco_run *run, struct coco_view text,
		       const struct coco_bundle_trust *trust, struct coco_bundle_signed *ret,
		       struct coco_diag *diag) COCO_MUSTUSE;

void coco_bundle_signed_clear(struct coco_bundle_signed *s);   /* fine on a zeroed struct */

#endif
