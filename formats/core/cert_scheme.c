/*
 * cert_scheme.c - the signature algorithms of certificates (see
 * cert_fields.h; RFC 4055, RFC 5758).
 */
#include "formats/core/cert_fields.h"

static const struct {
	enum coco_cert_scheme scheme;
	const char *oid;
	const char *name;
	bool null;              /* parameters: NULL (RSA), or none */
} schemes[] = {
	{ COCO_CERT_ECDSA_SHA256, "1.2.840.10045.4.3.2", "ECDSA SHA-256", false },
	{ COCO_CERT_ECDSA_SHA384, "1.2.840.10045.4.3.3", "ECDSA SHA-384", false },
	{ COCO_CERT_ECDSA_SHA512, "1.2.840.10045.4.3.4", "ECDSA SHA-512", false },
	{ COCO_CERT_RSA_SHA256, "1.2.840.113549.1.1.11", "RSA PKCS#1 SHA-256", true },
	{ COCO_CERT_RSA_SHA384, "1.2.840.113549.1.1.12", "RSA PKCS#1 SHA-384", true },
	{ COCO_CERT_RSA_SHA512, "1.2.840.113549.1.1.13", "RSA PKCS#1 SHA-512", true },
};

static const struct {
	enum coco_cert_scheme scheme;
	const char *oid;        /* of the hash */
	const char *name;
	uint64_t salt;
} pss[] = {
	{ COCO_CERT_PSS_SHA256_32, "2.16.840.1.101.3.4.2.1", "RSA-PSS SHA-256", 32 },
	{ COCO_CERT_PSS_SHA384_48, "2.16.840.1.101.3.4.2.2", "RSA-PSS SHA-384", 48 },
	{ COCO_CERT_PSS_SHA512_64, "2.16.840.1.101.3.4.2.3", "RSA-PSS SHA-512", 64 },
};

/* A hash: SEQUENCE { OID, NULL or nothing }; its place in pss[], or -1. */
static int hash_at(struct coco_rd *rd)
{
	struct coco_rd in;
	int at = -1;

	coco_cder_enter(rd, COCO_DER_SEQUENCE, "hash", &in);
	struct coco_view oid = coco_cder_take(&in, COCO_DER_OID, "hash");
	if (coco_rd_left(&in) != 0 && coco_cder_take(&in, COCO_DER_NULL, "hash").n != 0)
		return -1;
	coco_cder_leave(rd, &in, "hash");
	for (size_t i = 0; coco_rd_ok(rd) && i < COCO_ARRAY_LEN(pss); i++)
		if (coco_cder_oid_is(oid, pss[i].oid))
			at = (int)i;
	return at;
}

/* [0] hash, [1] MGF1 with the same hash, [2] its length as salt, [3] trailer 1 or absent. */
static enum coco_cert_scheme read_pss(struct coco_rd *rd)
{
	struct coco_rd params;
	struct coco_rd in;
	struct coco_rd mgf;

	coco_cder_enter(rd, COCO_DER_SEQUENCE, "parameters", &params);
	coco_cder_enter(&params, coco_cder_context(0, true), "hash", &in);
	int hash = hash_at(&in);
	coco_cder_leave(&params, &in, "hash");
	coco_cder_enter(&params, coco_cder_context(1, true), "mask generation", &in);
	coco_cder_enter(&in, COCO_DER_SEQUENCE, "mask generation", &mgf);
	struct coco_view oid = coco_cder_take(&mgf, COCO_DER_OID, "mask generation");
	int mask = hash_at(&mgf);
	coco_cder_leave(&in, &mgf, "mask generation");
	coco_cder_leave(&params, &in, "mask generation");
	coco_cder_enter(&params, coco_cder_context(2, true), "salt", &in);
	uint64_t salt = coco_cder_number(&in, 1 << 16, "salt");
	coco_cder_leave(&params, &in, "salt");
	if (coco_rd_left(&params) != 0) {
		coco_cder_enter(&params, coco_cder_context(3, true), "trailer", &in);
		if (coco_cder_number(&in, 1, "trailer") != 1)
			return COCO_CERT_PSS_OTHER;
		coco_cder_leave(&params, &in, "trailer");
	}
	coco_cder_leave(rd, &params, "parameters");
	if (!coco_rd_ok(rd) || coco_rd_left(rd) != 0 || hash < 0 || mask != hash ||
	    !coco_cder_oid_is(oid, "1.2.840.113549.1.1.8") || salt != pss[hash].salt)
		return COCO_CERT_PSS_OTHER;
	return pss[hash].scheme;
}

enum coco_cert_scheme coco_cert_scheme_read(struct coco_view algorithm)
{
	struct coco_rd rd;

	coco_rd_init(&rd, algorithm, 0, NULL);
	struct coco_view oid = coco_cder_take(&rd, COCO_DER_OID, "algorithm");
	if (!coco_rd_ok(&rd))
		return COCO_CERT_SCHEME_OTHER;
	if (coco_cder_oid_is(oid, "1.2.840.113549.1.1.10"))
		return read_pss(&rd);
	for (size_t i = 0; i < COCO_ARRAY_LEN(schemes); i++) {
		if (!coco_cder_oid_is(oid, schemes[i].oid))
			continue;
		if (schemes[i].null && coco_cder_take(&rd, COCO_DER_NULL, "parameters").n != 0)
			return COCO_CERT_SCHEME_OTHER;
		return coco_rd_ok(&rd) && coco_rd_left(&rd) == 0 ? schemes[i].scheme
								 : COCO_CERT_SCHEME_OTHER;
	}
	return COCO_CERT_SCHEME_OTHER;
}

const char *coco_cert_scheme_name(enum coco_cert_scheme scheme)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(schemes); i++)
		if (schemes[i].scheme == scheme)
			return schemes[i].name;
	for (size_t i = 0; i < COCO_ARRAY_LEN(pss); i++)
		if (pss[i].scheme == scheme)
			return pss[i].name;
	return scheme == COCO_CERT_PSS_OTHER ? "RSA-PSS with other parameters"
					     : "an algorithm that is weak or not known";
}
