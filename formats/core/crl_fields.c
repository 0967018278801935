/*
 * crl_fields.c - the fields of one revocation list (see cert_fields.h).
 */
#include <string.h>

#include "formats/core/cert_fields.h"

static int bad(struct coco_rd *rd, const char *field, const char *what)
{
	return coco_rd_fail(rd, COCO_E_FORMAT_CERT, field, "%s: %s", field, what);
}

/* Critical extensions that do not change what an entry or the list says. */
static bool harmless(struct coco_view oid)
{
	/* authority key identifier, CRL number, reason code, invalidity date */
	return coco_cder_oid_is(oid, "2.5.29.35") || coco_cder_oid_is(oid, "2.5.29.20") ||
	       coco_cder_oid_is(oid, "2.5.29.21") || coco_cder_oid_is(oid, "2.5.29.24");
}

/* Serial number, date, extensions; *ret_critical is only ever set. */
static bool entry(struct coco_rd *rd, struct coco_view *ret_serial, bool *ret_critical)
{
	struct coco_cert_ext ext;
	struct coco_rd in;

	if (!coco_rd_ok(rd) || coco_rd_left(rd) == 0)
		return false;
	coco_cder_enter(rd, COCO_DER_SEQUENCE, "revoked certificate", &in);
	struct coco_view serial = coco_cder_unsigned(&in, "serial number");
	(void)coco_cder_time(&in, "revocation date");
	if (coco_rd_left(&in) != 0) {
		struct coco_rd exts;

		coco_cder_enter(&in, COCO_DER_SEQUENCE, "entry extensions", &exts);
		while (coco_cert_ext_next(&exts, &ext))
			*ret_critical |= ext.critical && !harmless(ext.oid);
		coco_cder_leave(&in, &exts, "entry extensions");
	}
	coco_cder_leave(rd, &in, "revoked certificate");
	if (!coco_rd_ok(rd))
		return false;
	*ret_serial = serial;
	return true;
}

bool coco_crl_entry(struct coco_rd *rd, struct coco_view *ret_serial)
{
	bool critical = false;

	return entry(rd, ret_serial, &critical);
}

static void read_revoked(struct coco_crl_fields *f, struct coco_rd *rd)
{
	struct coco_view serial;
	struct coco_rd in;

	if (coco_cder_peek(rd) != COCO_DER_SEQUENCE)
		return;
	coco_cder_enter(rd, COCO_DER_SEQUENCE, "revokedCertificates", &in);
	f->revoked = in.in;
	while (entry(&in, &serial, &f->unknown_critical))
		f->n_revoked++;
	coco_cder_leave(rd, &in, "revokedCertificates");
}

static void read_number(struct coco_crl_fields *f, struct coco_rd *rd, struct coco_view value)
{
	struct coco_rd in;

	coco_rd_init(&in, value, rd->base + (uint64_t)(value.p - rd->in.p), rd->diag);
	f->number = coco_cder_unsigned(&in, "CRL number");
	coco_cder_leave(rd, &in, "CRL number");
}

static void read_extensions(struct coco_crl_fields *f, struct coco_rd *rd)
{
	struct coco_cert_ext ext;
	struct coco_rd in;
	struct coco_rd list;
	size_t n = 0;

	if (coco_cder_peek(rd) != coco_cder_context(0, true))
		return;
	coco_cder_enter(rd, coco_cder_context(0, true), "crlExtensions", &in);
	coco_cder_enter(&in, COCO_DER_SEQUENCE, "crlExtensions", &list);
	while (coco_cert_ext_next(&list, &ext)) {
		if (++n > COCO_CERT_EXTENSIONS)
			bad(&list, "crlExtensions", "too many");
		if (coco_cder_oid_is(ext.oid, "2.5.29.20"))
			read_number(f, &list, ext.value);
		f->unknown_critical |= ext.critical && !harmless(ext.oid);
	}
	coco_cder_leave(&in, &list, "crlExtensions");
	coco_cder_leave(rd, &in, "crlExtensions");
}

/* TBSCertList; the algorithm inside it must be the one beside it. */
static void read_tbs(struct coco_crl_fields *f, struct coco_rd *outer, struct coco_view algorithm)
{
	struct coco_rd whole;
	struct coco_rd in;

	coco_rd_init(&whole, f->tbs, outer->base + (uint64_t)(f->tbs.p - outer->in.p),
		     outer->diag);
	coco_cder_enter(&whole, COCO_DER_SEQUENCE, "tbsCertList", &in);
	if (coco_cder_peek(&in) == COCO_DER_INTEGER &&
	    coco_cder_number(&in, 1, "version") != 1)
		bad(&in, "version", "only version 2 is written");
	struct coco_view inner = coco_cder_take(&in, COCO_DER_SEQUENCE, "signature");
	if (coco_rd_ok(&in) &&
	    (inner.n != algorithm.n || memcmp(inner.p, algorithm.p, inner.n) != 0))
		bad(&in, "signature", "another algorithm than in signatureAlgorithm");
	coco_cert_name_check(&in, "issuer", &f->issuer);
	f->this_update = coco_cder_time(&in, "thisUpdate");
	uint8_t tag = coco_cder_peek(&in);
	if (tag == COCO_DER_UTC_TIME || tag == COCO_DER_GENERALIZED_TIME) {
		f->has_next_update = true;
		f->next_update = coco_cder_time(&in, "nextUpdate");
	}
	read_revoked(f, &in);
	read_extensions(f, &in);
	coco_cder_leave(&whole, &in, "tbsCertList");
	coco_cder_leave(outer, &whole, "tbsCertList");
}

int coco_crl_fields_read(struct coco_crl_fields *ret, struct coco_view der,
			 struct coco_diag *diag)
{
	struct coco_crl_fields f = { .n_revoked = 0 };
	struct coco_rd rd;
	struct coco_rd in;

	if (der.n > COCO_CRL_DER_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a revocation list of more than %d bytes",
				 COCO_CRL_DER_MAX);
	coco_rd_init(&rd, der, 0, diag);
	coco_cder_enter(&rd, COCO_DER_SEQUENCE, "revocation list", &in);
	f.tbs = coco_cder_whole(&in, COCO_DER_SEQUENCE, "tbsCertList");
	struct coco_view algorithm = coco_cder_take(&in, COCO_DER_SEQUENCE, "signatureAlgorithm");
	f.signature = coco_cder_bits(&in, "signatureValue");
	if (coco_rd_ok(&in)) {
		f.scheme = coco_cert_scheme_read(algorithm);
		read_tbs(&f, &in, algorithm);
	}
	coco_cder_leave(&rd, &in, "revocation list");
	if (coco_rd_ok(&rd) && coco_rd_left(&rd) != 0)
		bad(&rd, "revocation list", "bytes follow its end");
	if (!coco_rd_ok(&rd))
		return rd.code;
	*ret = f;
	return 0;
}
