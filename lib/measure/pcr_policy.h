/*
 * pcr_policy.h - signed policies over PCR 11: what systemd reads from .pcrsig
 * to unlock a secret (measure.md 3.3). The JSON is that of systemd-measure.
 */
#ifndef COCO_PCR_POLICY_H
#define COCO_PCR_POLICY_H

#include "formats/measure/mrecord.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/key.h"

enum {
	COCO_PCR_POLICY = 32,            /* bytes of a policy digest */
	COCO_PCR_POLICY_REF = 1024,      /* bytes of a policy reference */
	COCO_PCR_POLICY_MAX = 16 << 20,  /* bytes of the JSON */
};

/*
 * coco_pcr_policy - the digest of PolicyPCR with PCR 11 of this bank at this
 * value, in a policy session of SHA-256. Errors: LIMIT_MEMORY.
 */
int coco_pcr_policy(enum coco_digest_alg alg, const uint8_t *value, uint8_t ret[COCO_PCR_POLICY],
		    struct coco_diag *diag) COCO_MUSTUSE;

/* Everything is borrowed. */
struct coco_pcr_sign {
	const struct coco_key *key;      /* private: sign; NULL: what is to be signed */
	const struct coco_key *public_key;  /* with a private key: must be its half, or NULL */
	const char *policy_ref;          /* NULL: none */
};

/*
 * coco_pcr_sign - the JSON over all values of the registers "tpm.pcr11", with a
 * line end: {"sha256":[{"pcrs":[11],"pkfp":...,"pol":...,"sig":...}]}. Without a
 * private key it has "tbs", the bytes to be signed, in the place of "sig".
 * RSA signs with PKCS#1 v1.5, EC with ECDSA, both with SHA-256. Each signature
 * is checked. Gives *ret (coco_free), *ret_count policies. Errors: KEY_TYPE,
 * KEY_MISMATCH, KEY_NOT_PRIVATE, USAGE_MISSING (no key at all), USAGE_VALUE (a
 * reference that is too long), LIMIT_MEMORY, LIMIT_SIZE.
 */
int coco_pcr_sign(const struct coco_mrecord *rec, const struct coco_pcr_sign *how, uint8_t **ret,
		  size_t *ret_n, size_t *ret_count, struct coco_diag *diag) COCO_MUSTUSE;

#endif
