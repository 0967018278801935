/*
 * pki_cert.h - single certificates and revocation lists of attestation
 * hierarchies (AMD, Intel, TPM, NVIDIA), judged step by step so that each step
 * can be one check of a result: who issued it, by which algorithm, when it is
 * valid. The policy of a hierarchy (which names, which extensions, how deep)
 * is the appraiser's. Nothing here knows a trust anchor; x509.h judges whole
 * chains for code signing.
 *
 * Objects do not change after parsing and may be shared between threads. What
 * a getter returns is borrowed from its object.
 */
#ifndef COCO_PKI_CERT_H
#define COCO_PKI_CERT_H

#include "formats/core/cert_fields.h"
#include "lib/crypto/key.h"

struct coco_cert;   /* one certificate; opaque */
struct coco_crl;    /* one revocation list; opaque */

/*
 * coco_cert_parse - one DER certificate without trailing bytes. Gives *ret
 * (coco_cert_free). FORMAT_CERT, also for a key that is not on its curve;
 * LIMIT_SIZE.
 */
int coco_cert_parse(struct coco_cert **ret, struct coco_view der, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_cert_free(struct coco_cert *cert);   /* NULL is fine */

struct coco_view coco_cert_der(const struct coco_cert *cert);
const uint8_t *coco_cert_sha256(const struct coco_cert *cert);       /* 32 bytes, of the DER */
struct coco_view coco_cert_subject(const struct coco_cert *cert);    /* DER of the name */
struct coco_view coco_cert_issuer(const struct coco_cert *cert);
const char *coco_cert_subject_text(const struct coco_cert *cert);    /* RFC 2253, cut at 512 */
const char *coco_cert_issuer_text(const struct coco_cert *cert);
const char *coco_cert_common_name(const struct coco_cert *cert);     /* "" unless exactly one */

/* coco_cert_serial - big-endian, no leading zero; 0 is one zero byte. */
struct coco_view coco_cert_serial(const struct coco_cert *cert);

/* Valid from not_before until not_after; seconds since 1970, UTC. */
int64_t coco_cert_not_before(const struct coco_cert *cert);
int64_t coco_cert_not_after(const struct coco_cert *cert);

enum coco_cert_scheme coco_cert_scheme(const struct coco_cert *cert);
bool coco_cert_is_ca(const struct coco_cert *cert);   /* basicConstraints CA:TRUE */

/* coco_cert_may_sign - KeyUsage is absent, or has keyCertSign (crl: cRLSign). */
bool coco_cert_may_sign(const struct coco_cert *cert, bool crl);

/*
 * coco_cert_extension - the content of the extension's OCTET STRING, oid as
 * dotted text. False when it is not there, or there twice (*ret_twice, may be
 * NULL).
 */
bool coco_cert_extension(const struct coco_cert *cert, const char *oid, struct coco_view *ret,
			 bool *ret_twice);

/*
 * coco_cert_unknown_critical - true when a critical extension is neither
 * basicConstraints, keyUsage, extKeyUsage, subjectAltName, CRL distribution
 * points, key identifiers, policies nor in known (NULL-terminated dotted
 * identifiers; NULL: none).
 */
bool coco_cert_unknown_critical(const struct coco_cert *cert, const char *const *known);

/* coco_cert_key - its public key; gives *ret (coco_key_free). KEY_TYPE, KEY_WEAK. */
int coco_cert_key(const struct coco_cert *cert, struct coco_key **ret, struct coco_diag *diag)
	COCO_MUSTUSE;

unsigned coco_cert_curve(const struct coco_cert *cert);      /* 256, 384, 521; 0: no ECDSA key */
unsigned coco_cert_rsa_bits(const struct coco_cert *cert);   /* 0: no RSA key */

/*
 * coco_cert_issued_by - the issuer's name in cert is issuer's subject (byte
 * for byte) and issuer's key made cert's signature; nothing else is judged.
 * CERT_CHAIN when not; CERT_ALGORITHM for a weak or unknown algorithm or key.
 */
int coco_cert_issued_by(const struct coco_cert *cert, const struct coco_cert *issuer,
			struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_cert_verify_ec - 0 when rs (r | s, big-endian, each as long as the
 * curve's numbers) is the key's ECDSA signature over message with the SHA-2
 * of hash_bits (256, 384 or 512); VERIFY_SIGNATURE when not, also for another
 * length. KEY_TYPE when it is no ECDSA key.
 */
int coco_cert_verify_ec(const struct coco_cert *cert, struct coco_view message,
			unsigned hash_bits, struct coco_view rs, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_ec_verify_point - the same by a bare public point x | y on P-256 (64
 * bytes) or P-384 (96). KEY_FORMAT when it is not on the curve.
 */
int coco_ec_verify_point(struct coco_view xy, struct coco_view message, unsigned hash_bits,
			 struct coco_view rs, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_crl_parse - one DER revocation list without trailing bytes. Gives *ret
 * (coco_crl_free). FORMAT_CERT, LIMIT_SIZE.
 */
int coco_crl_parse(struct coco_crl **ret, struct coco_view der, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_crl_free(struct coco_crl *crl);   /* NULL is fine */

struct coco_view coco_crl_issuer(const struct coco_crl *crl);   /* DER of the name */
const char *coco_crl_issuer_text(const struct coco_crl *crl);
int64_t coco_crl_this_update(const struct coco_crl *crl);       /* seconds since 1970, UTC */
bool coco_crl_has_next_update(const struct coco_crl *crl);
int64_t coco_crl_next_update(const struct coco_crl *crl);       /* 0 when it has none */
struct coco_view coco_crl_number(const struct coco_crl *crl);   /* n == 0: none */
enum coco_cert_scheme coco_crl_scheme(const struct coco_crl *crl);
size_t coco_crl_count(const struct coco_crl *crl);              /* certificates listed */

/*
 * coco_crl_issued_by - as coco_cert_issued_by. A list with a critical
 * extension that limits what it says (indirect, of some reasons only, a
 * delta): CERT_CHAIN.
 */
int coco_crl_issued_by(const struct coco_crl *crl, const struct coco_cert *issuer,
		       struct coco_diag *diag) COCO_MUSTUSE;

/* coco_crl_lists - the serial number is on the list, whatever the reason. */
bool coco_crl_lists(const struct coco_crl *crl, struct coco_view serial);

#endif
