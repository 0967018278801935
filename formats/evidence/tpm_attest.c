/*
 * tpm_attest.c - quotes, signatures and public areas of a TPM (see
 * tpm_attest.h).
 */
#include "formats/evidence/tpm_attest.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/rd.h"

enum {
	MAGIC_SIZE = 4,
	TYPE_QUOTE = 0x8018,
	ALG_NULL = 0x10,
	ALG_RSAES = 0x15,
	ALG_ECDAA = 0x1a,
	RSA_EXPONENT = 65537,
};

static const uint8_t magic[MAGIC_SIZE] = { 0xff, 'T', 'C', 'G' };

/* TPM2B: a size of two bytes, then so many bytes. */
static struct coco_view sized(struct coco_rd *rd, const char *field)
{
	uint16_t n = coco_rd_be16(rd, field);

	if (coco_rd_ok(rd) && n > COCO_TPM_BYTES)
		coco_rd_fail(rd, COCO_E_LIMIT_SIZE, field, "%s has %u bytes; the limit is %d",
			     field, n, COCO_TPM_BYTES);
	return coco_rd_view(rd, n, field);
}

/* One TPMS_PCR_SELECTION. */
static void selection(struct coco_rd *rd, struct coco_tpm_quote *q, struct coco_tpm_selection *s)
{
	s->alg = coco_rd_be16(rd, "pcrSelect.hash");
	uint8_t n = coco_rd_u8(rd, "pcrSelect.sizeofSelect");
	s->offset = rd->at;
	s->n_bitmap = n;
	struct coco_view bits = coco_rd_view(rd, n, "pcrSelect.pcrSelect");
	for (size_t i = 0; i < bits.n; i++) {
		if (i < COCO_TPM_PCRS / 8)
			s->pcrs |= (uint32_t)bits.p[i] << (8 * i);
		else if (bits.p[i] != 0)
			coco_rd_fail(rd, COCO_E_TPM_STRUCTURE, "pcrSelect.pcrSelect",
				     "a PCR above %d is selected", COCO_TPM_PCRS - 1);
	}
	for (size_t i = 0; coco_rd_ok(rd) && i < q->n_banks; i++)
		if (q->bank[i].alg == s->alg)
			coco_rd_fail(rd, COCO_E_TPM_STRUCTURE, "pcrSelect.hash",
				     "the bank of algorithm 0x%x is selected twice", s->alg);
}

static void selections(struct coco_rd *rd, struct coco_tpm_quote *q)
{
	uint32_t count = coco_rd_be32(rd, "pcrSelect.count");
	size_t n = coco_rd_count(rd, count, 3, COCO_TPM_BANKS, "pcrSelect.count");

	for (size_t i = 0; coco_rd_ok(rd) && i < n; i++) {
		selection(rd, q, &q->bank[i]);
		q->n_banks++;
	}
}

int coco_tpm_quote_parse(struct coco_tpm_quote *ret, struct coco_view bytes,
			 struct coco_diag *diag)
{
	struct coco_tpm_quote q = { .bytes = bytes };
	struct coco_rd rd;

	coco_rd_init(&rd, bytes, 0, diag);
	struct coco_view m = coco_rd_view(&rd, MAGIC_SIZE, "magic");
	if (m.n == MAGIC_SIZE && memcmp(m.p, magic, MAGIC_SIZE) != 0)
		return coco_fail_at(diag, COCO_E_TPM_STRUCTURE, 0, "magic",
				    "the quote does not start with ff544347: it was not made by "
				    "a TPM");
	uint16_t type = coco_rd_be16(&rd, "type");
	if (coco_rd_ok(&rd) && type != TYPE_QUOTE)
		return coco_fail_at(diag, COCO_E_TPM_STRUCTURE, MAGIC_SIZE, "type",
				    "an attestation structure of type 0x%04x, not a quote "
				    "(0x8018)", type);
	q.signer = sized(&rd, "qualifiedSigner");
	q.extra_data = sized(&rd, "extraData");
	q.clock_at = rd.at;
	q.clock = coco_rd_be64(&rd, "clock");
	q.reset_count = coco_rd_be32(&rd, "resetCount");
	q.restart_count = coco_rd_be32(&rd, "restartCount");
	q.safe = coco_rd_u8(&rd, "safe");
	q.firmware = coco_rd_be64(&rd, "firmwareVersion");
	selections(&rd, &q);
	q.pcr_digest = sized(&rd, "pcrDigest");
	int r = coco_rd_finish(&rd);
	if (r == 0)
		*ret = q;
	return r;
}

const char *coco_tpm_scheme_name(uint16_t scheme)
{
	switch (scheme) {
	case COCO_TPM_RSASSA:
		return "RSASSA";
	case COCO_TPM_RSAPSS:
		return "RSAPSS";
	case COCO_TPM_ECDSA:
		return "ECDSA";
	default:
		return NULL;
	}
}

int coco_tpm_signature_parse(struct coco_tpm_signature *ret, struct coco_view bytes,
			     struct coco_diag *diag)
{
	struct coco_tpm_signature s = { .scheme = 0 };
	struct coco_rd rd;

	coco_rd_init(&rd, bytes, 0, diag);
	s.scheme = coco_rd_be16(&rd, "sigAlg");
	if (coco_rd_ok(&rd) && coco_tpm_scheme_name(s.scheme) == NULL)
		return coco_fail_at(diag, COCO_E_TPM_STRUCTURE, 0, "sigAlg",
				    "signatures of scheme 0x%x are not known; RSASSA, RSAPSS and "
				    "ECDSA are", s.scheme);
	s.hash = coco_rd_be16(&rd, "hash");
	s.a = sized(&rd, s.scheme == COCO_TPM_ECDSA ? "signatureR" : "sig");
	if (s.scheme == COCO_TPM_ECDSA)
		s.b = sized(&rd, "signatureS");
	int r = coco_rd_finish(&rd);
	if (r == 0)
		*ret = s;
	return r;
}

/* TPMT_SYM_DEF_OBJECT of a signing key is empty. */
static void no_symmetric(struct coco_rd *rd)
{
	uint16_t alg = coco_rd_be16(rd, "symmetric");

	if (coco_rd_ok(rd) && alg != ALG_NULL)
		coco_rd_fail(rd, COCO_E_TPM_STRUCTURE, "symmetric",
			     "the key has a symmetric algorithm (0x%x): it is a storage key, not "
			     "one that signs quotes", alg);
}

/* A scheme and its hash. */
static void scheme(struct coco_rd *rd, struct coco_tpm_public *key)
{
	key->scheme = coco_rd_be16(rd, "scheme");
	if (key->scheme == ALG_NULL || key->scheme == ALG_RSAES)
		return;
	key->hash = coco_rd_be16(rd, "scheme.hash");
	if (key->scheme == ALG_ECDAA)
		(void)coco_rd_be16(rd, "scheme.count");
}

static void rsa_part(struct coco_rd *rd, struct coco_tpm_public *key)
{
	scheme(rd, key);
	key->bits = coco_rd_be16(rd, "keyBits");
	key->exponent = coco_rd_be32(rd, "exponent");
	if (key->exponent == 0)
		key->exponent = RSA_EXPONENT;
	key->a = sized(rd, "unique");
}

static void ecc_part(struct coco_rd *rd, struct coco_tpm_public *key)
{
	scheme(rd, key);
	key->curve = coco_rd_be16(rd, "curveID");
	uint16_t kdf = coco_rd_be16(rd, "kdf");
	if (kdf != ALG_NULL)
		(void)coco_rd_be16(rd, "kdf.hash");
	key->a = sized(rd, "unique.x");
	key->b = sized(rd, "unique.y");
}

int coco_tpm_public_parse(struct coco_tpm_public *ret, struct coco_view bytes,
			  struct coco_diag *diag)
{
	struct coco_tpm_public key = { .type = 0 };
	struct coco_rd rd;

	coco_rd_init(&rd, bytes, 0, diag);
	key.type = coco_rd_be16(&rd, "type");
	if (coco_rd_ok(&rd) && key.type != COCO_TPM_RSA && key.type != COCO_TPM_ECC)
		return coco_fail_at(diag, COCO_E_TPM_STRUCTURE, 0, "type",
				    "keys of type 0x%x are not known; RSA and ECC are", key.type);
	key.name_alg = coco_rd_be16(&rd, "nameAlg");
	key.attributes_at = rd.at;
	key.attributes = coco_rd_be32(&rd, "objectAttributes");
	key.policy = sized(&rd, "authPolicy");
	no_symmetric(&rd);
	if (key.type == COCO_TPM_RSA)
		rsa_part(&rd, &key);
	else
		ecc_part(&rd, &key);
	int r = coco_rd_finish(&rd);
	if (r == 0)
		*ret = key;
	return r;
}

/* ---- claims --------------------------------------------------------------------- */

/* Takes the place from the claims since from, which have none in the piece. */
static void unplace(struct coco_claims *c, size_t from, bool placed)
{
	for (size_t i = from; !placed && i < c->n; i++) {
		c->v[i].offset = 0;
		c->v[i].length = 0;
	}
}

static uint64_t at(const struct coco_tpm_quote *q, struct coco_view v, uint64_t base)
{
	return v.n > 0 ? base + (uint64_t)(v.p - q->bytes.p) : 0;
}

void coco_tpm_quote_claims(struct coco_claims *c, const struct coco_tpm_quote *q, bool placed,
			   uint64_t base)
{
	size_t from = c->n;
	uint64_t k = base + q->clock_at;
	char name[COCO_CLAIM_NAME];

	coco_claims_bytes(c, "tpm.qualified_signer", q->signer.p, q->signer.n,
			  at(q, q->signer, base));
	coco_claims_bytes(c, "tpm.extra_data", q->extra_data.p, q->extra_data.n,
			  at(q, q->extra_data, base));
	coco_claims_number(c, "tpm.clock", q->clock, k, 8);
	coco_claims_note(c, "milliseconds");
	coco_claims_number(c, "tpm.reset_count", q->reset_count, k + 8, 4);
	coco_claims_number(c, "tpm.restart_count", q->restart_count, k + 12, 4);
	coco_claims_bool(c, "tpm.clock_safe", q->safe != 0, k + 16, 1);
	if (q->safe > 1)
		coco_claims_note(c, "not a truth value: 0 and 1 are");
	coco_claims_bits(c, "tpm.firmware_version", q->firmware, k + 17, 8);
	for (size_t i = 0; i < q->n_banks; i++) {
		const char *alg = coco_tcg_alg_name(q->bank[i].alg);

		if (alg != NULL)
			snprintf(name, sizeof(name), "tpm.selection.%s", alg);
		else
			snprintf(name, sizeof(name), "tpm.selection.alg%04x", q->bank[i].alg);
		coco_claims_bits(c, name, q->bank[i].pcrs, base + q->bank[i].offset,
				 q->bank[i].n_bitmap);
		if (alg == NULL)
			coco_claims_note(c, "a bank of an algorithm that is not known");
	}
	coco_claims_bytes(c, "tpm.pcr_digest", q->pcr_digest.p, q->pcr_digest.n,
			  at(q, q->pcr_digest, base));
	unplace(c, from, placed);
}

void coco_tpm_signature_claims(struct coco_claims *c, const struct coco_tpm_signature *sig)
{
	const char *scheme_name = coco_tpm_scheme_name(sig->scheme);
	const char *hash = coco_tcg_alg_name(sig->hash);
	char text[64];

	snprintf(text, sizeof(text), "%s-%s", scheme_name != NULL ? scheme_name : "unknown",
		 hash != NULL ? hash : "unknown");
	coco_claims_text(c, "tpm.signature.scheme", text, strlen(text), 0, 0);
}

void coco_tpm_public_claims(struct coco_claims *c, const struct coco_tpm_public *key,
			    bool placed, uint64_t base)
{
	const char *type = key->type == COCO_TPM_RSA ? "RSA" : "ECC";
	uint64_t k = base + key->attributes_at;
	size_t from = c->n;

	coco_claims_text(c, "tpm.ak.type", type, strlen(type), base, 2);
	coco_claims_bits(c, "tpm.ak.attributes", key->attributes, k, 4);
	coco_claims_bit(c, "tpm.ak.attributes.fixed_tpm", key->attributes, 1, k, 4);
	coco_claims_bit(c, "tpm.ak.attributes.restricted", key->attributes, 16, k, 4);
	coco_claims_bit(c, "tpm.ak.attributes.decrypt", key->attributes, 17, k, 4);
	coco_claims_bit(c, "tpm.ak.attributes.sign", key->attributes, 18, k, 4);
	unplace(c, from, placed);
}
