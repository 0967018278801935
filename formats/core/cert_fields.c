/*
 * cert_fields.c - the fields of one certificate (see cert_fields.h). Lists
 * are in crl_fields.c, signature algorithms in cert_scheme.c.
 */
#include "formats/core/cert_fields.h"

#include <string.h>

static int bad(struct coco_rd *rd, const char *field, const char *what)
{
	return coco_rd_fail(rd, COCO_E_FORMAT_CERT, field, "%s: %s", field, what);
}

bool coco_cert_ext_next(struct coco_rd *rd, struct coco_cert_ext *ret)
{
	struct coco_cert_ext ext = { .critical = false };
	struct coco_rd in;

	if (!coco_rd_ok(rd) || coco_rd_left(rd) == 0)
		return false;
	coco_cder_enter(rd, COCO_DER_SEQUENCE, "extension", &in);
	ext.oid = coco_cder_take(&in, COCO_DER_OID, "extension identifier");
	if (coco_cder_peek(&in) == COCO_DER_BOOLEAN)
		ext.critical = coco_cder_boolean(&in, "critical");
	ext.value = coco_cder_take(&in, COCO_DER_OCTET_STRING, "extension value");
	coco_cder_leave(rd, &in, "extension");
	if (!coco_rd_ok(rd))
		return false;
	*ret = ext;
	return true;
}

/* BasicConstraints: SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLen INTEGER OPTIONAL }. */
static void read_basic(struct coco_cert_fields *f, struct coco_rd *rd, struct coco_view value)
{
	struct coco_rd in;
	struct coco_rd seq;

	coco_rd_init(&in, value, rd->base + (uint64_t)(value.p - rd->in.p), rd->diag);
	coco_cder_enter(&in, COCO_DER_SEQUENCE, "basicConstraints", &seq);
	if (coco_cder_peek(&seq) == COCO_DER_BOOLEAN)
		f->is_ca = coco_cder_boolean(&seq, "cA");
	if (coco_rd_left(&seq) != 0)
		(void)coco_cder_unsigned(&seq, "pathLenConstraint");
	coco_cder_leave(&in, &seq, "basicConstraints");
	coco_cder_leave(rd, &in, "basicConstraints");
}

/* KeyUsage: BIT STRING; bit 5 keyCertSign, bit 6 cRLSign, from the top of the first byte. */
static void read_usage(struct coco_cert_fields *f, struct coco_rd *rd, struct coco_view value)
{
	struct coco_rd in;

	coco_rd_init(&in, value, rd->base + (uint64_t)(value.p - rd->in.p), rd->diag);
	struct coco_view bits = coco_cder_take(&in, COCO_DER_BIT_STRING, "keyUsage");
	if (coco_rd_ok(&in) && (bits.n < 2 || bits.n > 3 || bits.p[0] > 7))
		bad(&in, "keyUsage", "no set of bits");
	coco_cder_leave(rd, &in, "keyUsage");
	if (!coco_rd_ok(rd))
		return;
	f->has_usage = true;
	f->usage_cert_sign = (bits.p[1] & 0x04) != 0;
	f->usage_crl_sign = (bits.p[1] & 0x02) != 0;
}

/* Walks all of them, so that later walks cannot fail; the same one twice is refused here. */
static void read_extensions(struct coco_cert_fields *f, struct coco_rd *rd)
{
	struct coco_cert_ext ext;
	struct coco_rd in;
	size_t n = 0;
	bool basic = false;

	coco_rd_init(&in, f->extensions, rd->base + (uint64_t)(f->extensions.p - rd->in.p),
		     rd->diag);
	while (coco_cert_ext_next(&in, &ext)) {
		if (++n > COCO_CERT_EXTENSIONS)
			bad(&in, "extensions", "too many");
		if (coco_cder_oid_is(ext.oid, "2.5.29.19")) {
			if (basic)
				bad(&in, "basicConstraints", "it is there twice");
			basic = true;
			read_basic(f, &in, ext.value);
		} else if (coco_cder_oid_is(ext.oid, "2.5.29.15")) {
			if (f->has_usage)
				bad(&in, "keyUsage", "it is there twice");
			read_usage(f, &in, ext.value);
		}
	}
	coco_cder_leave(rd, &in, "extensions");
}

static unsigned curve_of(struct coco_view oid)
{
	if (coco_cder_oid_is(oid, "1.2.840.10045.3.1.7"))
		return 256;
	if (coco_cder_oid_is(oid, "1.3.132.0.34"))
		return 384;
	return coco_cder_oid_is(oid, "1.3.132.0.35") ? 521 : 0;
}

static void read_point(struct coco_cert_fields *f, struct coco_rd *params, struct coco_view bits)
{
	uint8_t tag = coco_cder_peek(params);
	struct coco_view oid = { NULL, 0 };

	/* a curve that is spelt out is no named curve: the key stays of another kind */
	coco_cder_next(params, "curve", NULL, &oid, NULL);
	unsigned curve = tag == COCO_DER_OID ? curve_of(oid) : 0;
	if (curve == 0 || bits.n != 1 + 2 * (((size_t)curve + 7) / 8) || bits.p[0] != 0x04)
		return;
	f->key = COCO_CERT_KEY_EC;
	f->curve = curve;
	f->point = bits;
}

static void read_rsa(struct coco_cert_fields *f, struct coco_rd *rd, struct coco_view bits)
{
	struct coco_rd in;
	struct coco_rd seq;

	coco_rd_init(&in, bits, rd->base + (uint64_t)(bits.p - rd->in.p), rd->diag);
	coco_cder_enter(&in, COCO_DER_SEQUENCE, "RSA key", &seq);
	f->rsa_n = coco_cder_unsigned(&seq, "modulus");
	f->rsa_e = coco_cder_unsigned(&seq, "publicExponent");
	coco_cder_leave(&in, &seq, "RSA key");
	coco_cder_leave(rd, &in, "RSA key");
	if (coco_rd_ok(rd))
		f->key = COCO_CERT_KEY_RSA;
}

static void read_spki(struct coco_cert_fields *f, struct coco_rd *rd)
{
	struct coco_rd in;
	struct coco_rd alg;

	f->spki = coco_cder_whole(rd, COCO_DER_SEQUENCE, "subjectPublicKeyInfo");
	if (!coco_rd_ok(rd))
		return;
	struct coco_rd whole;
	coco_rd_init(&whole, f->spki, rd->base + rd->at - f->spki.n, rd->diag);
	coco_cder_enter(&whole, COCO_DER_SEQUENCE, "subjectPublicKeyInfo", &in);
	coco_cder_enter(&in, COCO_DER_SEQUENCE, "key algorithm", &alg);
	struct coco_view oid = coco_cder_take(&alg, COCO_DER_OID, "key algorithm");
	struct coco_view bits = coco_cder_bits(&in, "subjectPublicKey");
	if (coco_rd_ok(&in) && coco_cder_oid_is(oid, "1.2.840.10045.2.1"))
		read_point(f, &alg, bits);
	else if (coco_rd_ok(&in) && coco_cder_oid_is(oid, "1.2.840.113549.1.1.1"))
		read_rsa(f, &in, bits);
	if (rd->code == 0)
		rd->code = alg.code;
	coco_cder_leave(&whole, &in, "subjectPublicKeyInfo");
	coco_cder_leave(rd, &whole, "subjectPublicKeyInfo");
}

static void read_validity(struct coco_cert_fields *f, struct coco_rd *rd)
{
	struct coco_rd in;

	coco_cder_enter(rd, COCO_DER_SEQUENCE, "validity", &in);
	f->not_before = coco_cder_time(&in, "notBefore");
	f->not_after = coco_cder_time(&in, "notAfter");
	coco_cder_leave(rd, &in, "validity");
}

static uint64_t read_version(struct coco_rd *rd)
{
	struct coco_rd in;

	if (coco_cder_peek(rd) != coco_cder_context(0, true))
		return 0;
	coco_cder_enter(rd, coco_cder_context(0, true), "version", &in);
	uint64_t v = coco_cder_number(&in, 2, "version");
	coco_cder_leave(rd, &in, "version");
	return v;
}

/* Unique identifiers of version 2, then the extensions of version 3. */
static void read_tail(struct coco_cert_fields *f, struct coco_rd *rd, uint64_t version)
{
	struct coco_rd in;

	for (unsigned i = 1; i <= 2; i++)
		if (version >= 1 && coco_cder_peek(rd) == coco_cder_context(i, false))
			(void)coco_cder_take(rd, coco_cder_context(i, false), "unique identifier");
	if (version != 2 || coco_cder_peek(rd) != coco_cder_context(3, true))
		return;
	coco_cder_enter(rd, coco_cder_context(3, true), "extensions", &in);
	f->extensions = coco_cder_take(&in, COCO_DER_SEQUENCE, "extensions");
	if (coco_rd_ok(&in) && f->extensions.n == 0)
		bad(&in, "extensions", "an empty list");
	if (coco_rd_ok(&in))
		read_extensions(f, &in);
	coco_cder_leave(rd, &in, "extensions");
}

/* TBSCertificate; the algorithm inside it must be the one beside it. */
static void read_tbs(struct coco_cert_fields *f, struct coco_rd *outer, struct coco_view algorithm)
{
	struct coco_rd whole;
	struct coco_rd in;

	coco_rd_init(&whole, f->tbs, outer->base + (uint64_t)(f->tbs.p - outer->in.p),
		     outer->diag);
	coco_cder_enter(&whole, COCO_DER_SEQUENCE, "tbsCertificate", &in);
	uint64_t version = read_version(&in);
	f->serial = coco_cder_unsigned(&in, "serialNumber");
	if (f->serial.n > COCO_SERIAL_MAX)
		bad(&in, "serialNumber", "it is too long");
	struct coco_view inner = coco_cder_take(&in, COCO_DER_SEQUENCE, "signature");
	if (coco_rd_ok(&in) &&
	    (inner.n != algorithm.n || memcmp(inner.p, algorithm.p, inner.n) != 0))
		bad(&in, "signature", "another algorithm than in signatureAlgorithm");
	coco_cert_name_check(&in, "issuer", &f->issuer);
	read_validity(f, &in);
	coco_cert_name_check(&in, "subject", &f->subject);
	read_spki(f, &in);
	read_tail(f, &in, version);
	coco_cder_leave(&whole, &in, "tbsCertificate");
	coco_cder_leave(outer, &whole, "tbsCertificate");
}

int coco_cert_fields_read(struct coco_cert_fields *ret, struct coco_view der,
			  struct coco_diag *diag)
{
	struct coco_cert_fields f = { .key = COCO_CERT_KEY_OTHER };
	struct coco_rd rd;
	struct coco_rd in;

	if (der.n > COCO_CERT_DER_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a certificate of more than %d bytes",
				 COCO_CERT_DER_MAX);
	coco_rd_init(&rd, der, 0, diag);
	coco_cder_enter(&rd, COCO_DER_SEQUENCE, "certificate", &in);
	f.tbs = coco_cder_whole(&in, COCO_DER_SEQUENCE, "tbsCertificate");
	struct coco_view algorithm = coco_cder_take(&in, COCO_DER_SEQUENCE, "signatureAlgorithm");
	f.signature = coco_cder_bits(&in, "signatureValue");
	if (coco_rd_ok(&in)) {
		f.scheme = coco_cert_scheme_read(algorithm);
		read_tbs(&f, &in, algorithm);
	}
	coco_cder_leave(&rd, &in, "certificate");
	if (coco_rd_ok(&rd) && coco_rd_left(&rd) != 0)
		bad(&rd, "certificate", "bytes follow its end");
	if (!coco_rd_ok(&rd))
		return rd.code;
	*ret = f;
	return 0;
}
