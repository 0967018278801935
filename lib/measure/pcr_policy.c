/*
 * pcr_policy.c - signed policies over PCR 11 (see pcr_policy.h).
 */
#include "lib/measure/pcr_policy.h"

#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/key_tpm.h"
#include "lib/crypto/sha256.h"
#include "lib/crypto/sign.h"
#include "lib/measure/banks.h"

enum {
	PCR = 11,
	TPM_CC_POLICY_PCR = 0x17f,
	TBS = 2 * COCO_PCR_POLICY,   /* a policy and the hash of its reference */
};

/* TPM_ALG_ of the banks. */
static const uint16_t tpm_alg[COCO_DIGEST_ALGS] = {
	[COCO_DIGEST_SHA1] = 0x0004,
	[COCO_DIGEST_SHA256] = 0x000b,
	[COCO_DIGEST_SHA384] = 0x000c,
	[COCO_DIGEST_SHA512] = 0x000d,
};

int coco_pcr_policy(enum coco_digest_alg alg, const uint8_t *value, uint8_t ret[COCO_PCR_POLICY],
		    struct coco_diag *diag)
{
	static const uint8_t none[COCO_PCR_POLICY];   /* the policy so far */
	uint8_t digest[COCO_SHA256_SIZE];
	uint8_t *text;
	struct coco_wr wr;
	size_t n;

	coco_wr_init(&wr, 256);
	coco_wr_bytes(&wr, none, sizeof(none));
	coco_wr_be32(&wr, TPM_CC_POLICY_PCR);
	coco_wr_be32(&wr, 1);                         /* one selection */
	coco_wr_u8(&wr, (uint8_t)(tpm_alg[alg] >> 8));
	coco_wr_u8(&wr, (uint8_t)(tpm_alg[alg] & 0xff));
	coco_wr_u8(&wr, 3);                           /* bytes of its bit map */
	for (unsigned i = 0; i < 3; i++)
		coco_wr_u8(&wr, i == PCR / 8 ? 1U << PCR % 8 : 0);
	coco_sha256_once(value, coco_digest_length(alg), digest);
	coco_wr_bytes(&wr, digest, sizeof(digest));
	int r = coco_wr_finish(&wr, &text, &n, diag);
	if (r != 0)
		return r;
	coco_sha256_once(text, n, ret);
	coco_free(text);
	return 0;
}

struct work {
	const struct coco_pcr_sign *how;
	uint8_t fingerprint[COCO_FINGERPRINT_BYTES];
	uint8_t tbs[TBS];
	size_t n_tbs;
	struct coco_jw jw;
	size_t count;
	struct coco_diag *diag;
};

static int begin(struct work *w)
{
	const struct coco_pcr_sign *how = w->how;
	const struct coco_key *key = how->key != NULL ? how->key : how->public_key;

	if (key == NULL)
		return coco_fail(w->diag, COCO_E_USAGE_MISSING, "a key is needed");
	if (how->key != NULL && how->public_key != NULL &&
	    !coco_key_same(how->key, how->public_key))
		return coco_fail(w->diag, COCO_E_KEY_MISMATCH,
				 "the public key %s does not belong to the private key",
				 coco_key_fingerprint_text(how->public_key));
	w->n_tbs = COCO_PCR_POLICY;
	if (how->policy_ref != NULL) {
		size_t n = strlen(how->policy_ref);

		if (n > COCO_PCR_POLICY_REF)
			return coco_fail(w->diag, COCO_E_USAGE_VALUE,
					 "a policy reference of %zu bytes is too long", n);
		coco_sha256_once(how->policy_ref, n, w->tbs + COCO_PCR_POLICY);
		w->n_tbs = TBS;
	}
	return coco_key_tpm_fingerprint(key, w->fingerprint, w->diag);
}

static int write_signature(struct work *w)
{
	const unsigned flags = COCO_SIGN_PKCS1 | COCO_SIGN_SHA256;
	struct coco_view tbs = coco_view_of(w->tbs, w->n_tbs);
	uint8_t *sig = NULL;
	size_t n = 0;

	int r = coco_sign(w->how->key, tbs, flags, &sig, &n, w->diag);
	if (r == 0)
		r = coco_verify(w->how->key, tbs, coco_view_of(sig, n), flags, w->diag);
	if (r == 0)
		coco_jw_kv_b64(&w->jw, "sig", sig, n);
	coco_free(sig);
	return r;
}

static int write_policy(struct work *w, enum coco_digest_alg alg,
			const struct coco_mrecord_digest *value)
{
	struct coco_jw *jw = &w->jw;
	int r = 0;

	if (value->n != coco_digest_length(alg))
		return coco_fail(w->diag, COCO_E_INTERNAL, "a value of another length");
	r = coco_pcr_policy(alg, value->p, w->tbs, w->diag);
	if (r != 0)
		return r;
	coco_jw_begin(jw, '{');
	coco_jw_key(jw, "pcrs");
	coco_jw_begin(jw, '[');
	coco_jw_u64(jw, PCR);
	coco_jw_end(jw, ']');
	coco_jw_kv_hex(jw, "pkfp", w->fingerprint, sizeof(w->fingerprint));
	if (w->how->policy_ref != NULL)
		coco_jw_kv_string(jw, "ref", w->how->policy_ref);
	coco_jw_kv_hex(jw, "pol", w->tbs, COCO_PCR_POLICY);
	if (w->how->key != NULL)
		r = write_signature(w);
	else
		coco_jw_kv_hex(jw, "tbs", w->tbs, w->n_tbs);
	coco_jw_end(jw, '}');
	w->count++;
	return r;
}

static int write_register(struct work *w, const struct coco_mrecord_register *reg)
{
	int alg = coco_bank_find(reg->algorithm);
	int r = 0;

	if (strcmp(reg->name, "tpm.pcr11") != 0 || alg < 0)
		return 0;
	coco_jw_key(&w->jw, reg->algorithm);
	coco_jw_begin(&w->jw, '[');
	for (size_t i = 0; r == 0 && i < reg->n_values; i++)
		r = write_policy(w, (enum coco_digest_alg)alg, &reg->values[i].value);
	coco_jw_end(&w->jw, ']');
	return r;
}

int coco_pcr_sign(const struct coco_mrecord *rec, const struct coco_pcr_sign *how, uint8_t **ret,
		  size_t *ret_n, size_t *ret_count, struct coco_diag *diag)
{
	struct work w = { .how = how, .diag = diag };
	struct coco_wr wr;

	int r = begin(&w);
	if (r != 0)
		return r;
	coco_wr_init(&wr, COCO_PCR_POLICY_MAX);
	coco_jw_init(&w.jw, &wr, false);
	coco_jw_begin(&w.jw, '{');
	for (size_t i = 0; r == 0 && i < rec->n_registers; i++)
		r = write_register(&w, &rec->registers[i]);
	coco_jw_end(&w.jw, '}');
	coco_wr_u8(&wr, '\n');
	if (r != 0) {
		coco_wr_free(&wr);
		return r;
	}
	r = coco_wr_finish(&wr, ret, ret_n, diag);
	if (r == 0)
		*ret_count = w.count;
	return r;
}
