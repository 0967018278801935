/*
 * pki_cert.c - single certificates (see pki_cert.h). Signatures are in
 * pki_verify.c, revocation lists in pki_crl.c.
 */
#include "lib/crypto/pki_cert.h"

#include <openssl/evp.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/pki_evp.h"
#include "lib/crypto/sha256.h"

struct coco_cert {
	struct coco_cert_fields f;   /* views into der */
	EVP_PKEY *key;               /* or NULL: a kind that is not verified with */
	uint8_t sha256[COCO_SHA256_SIZE];
	char subject[COCO_CERT_TEXT];
	char issuer[COCO_CERT_TEXT];
	char common[COCO_CERT_TEXT];
	size_t n;
	uint8_t der[];
};

int coco_cert_parse(struct coco_cert **ret, struct coco_view der, struct coco_diag *diag)
{
	struct coco_cert_fields f;

	/* read before anything of that size is allocated, then again from the copy */
	int r = coco_cert_fields_read(&f, der, diag);
	if (r != 0)
		return r;
	struct coco_cert *cert = coco_zalloc(1, sizeof(*cert) + der.n);
	if (cert == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a certificate");
	cert->n = der.n;
	memcpy(cert->der, der.p, der.n);
	r = coco_cert_fields_read(&cert->f, coco_cert_der(cert), diag);
	if (r == 0)
		r = coco_pki_evp(&cert->f, &cert->key, diag);
	if (r != 0) {
		coco_cert_free(cert);
		return r;
	}
	coco_sha256_once(cert->der, cert->n, cert->sha256);
	coco_cert_name_text(cert->f.subject, cert->subject);
	coco_cert_name_text(cert->f.issuer, cert->issuer);
	coco_cert_name_common(cert->f.subject, cert->common);
	*ret = cert;
	return 0;
}

void coco_cert_free(struct coco_cert *cert)
{
	if (cert == NULL)
		return;
	EVP_PKEY_free(cert->key);
	coco_free(cert);
}

EVP_PKEY *coco_pki_key(const struct coco_cert *cert)
{
	return cert->key;
}

const struct coco_cert_fields *coco_pki_fields(const struct coco_cert *cert)
{
	return &cert->f;
}

struct coco_view coco_cert_der(const struct coco_cert *cert)
{
	return coco_view_of(cert->der, cert->n);
}

const uint8_t *coco_cert_sha256(const struct coco_cert *cert)
{
	return cert->sha256;
}

struct coco_view coco_cert_subject(const struct coco_cert *cert)
{
	return cert->f.subject;
}

struct coco_view coco_cert_issuer(const struct coco_cert *cert)
{
	return cert->f.issuer;
}

const char *coco_cert_subject_text(const struct coco_cert *cert)
{
	return cert->subject;
}

const char *coco_cert_issuer_text(const struct coco_cert *cert)
{
	return cert->issuer;
}

const char *coco_cert_common_name(const struct coco_cert *cert)
{
	return cert->common;
}

struct coco_view coco_cert_serial(const struct coco_cert *cert)
{
	return cert->f.serial;
}

int64_t coco_cert_not_before(const struct coco_cert *cert)
{
	return cert->f.not_before;
}

int64_t coco_cert_not_after(const struct coco_cert *cert)
{
	return cert->f.not_after;
}

enum coco_cert_scheme coco_cert_scheme(const struct coco_cert *cert)
{
	return cert->f.scheme;
}

bool coco_cert_is_ca(const struct coco_cert *cert)
{
	return cert->f.is_ca;
}

bool coco_cert_may_sign(const struct coco_cert *cert, bool crl)
{
	if (!cert->f.has_usage)
		return true;
	return crl ? cert->f.usage_crl_sign : cert->f.usage_cert_sign;
}

bool coco_cert_extension(const struct coco_cert *cert, const char *oid, struct coco_view *ret,
			 bool *ret_twice)
{
	struct coco_view value = { NULL, 0 };
	struct coco_cert_ext ext;
	struct coco_rd rd;
	unsigned found = 0;

	coco_rd_init(&rd, cert->f.extensions, 0, NULL);
	while (coco_cert_ext_next(&rd, &ext)) {
		if (!coco_cder_oid_is(ext.oid, oid))
			continue;
		found++;
		value = ext.value;
	}
	if (ret_twice != NULL)
		*ret_twice = found > 1;
	if (found != 1)
		return false;
	*ret = value;
	return true;
}

static bool in_list(struct coco_view oid, const char *const *list)
{
	for (; list != NULL && *list != NULL; list++)
		if (coco_cder_oid_is(oid, *list))
			return true;
	return false;
}

bool coco_cert_unknown_critical(const struct coco_cert *cert, const char *const *known)
{
	static const char *const usual[] = {
		"2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.17", "2.5.29.31",
		"2.5.29.35", "2.5.29.14", "2.5.29.32", NULL,
	};
	struct coco_cert_ext ext;
	struct coco_rd rd;

	coco_rd_init(&rd, cert->f.extensions, 0, NULL);
	while (coco_cert_ext_next(&rd, &ext))
		if (ext.critical && !in_list(ext.oid, usual) && !in_list(ext.oid, known))
			return true;
	return false;
}

int coco_cert_key(const struct coco_cert *cert, struct coco_key **ret, struct coco_diag *diag)
{
	return coco_key_parse_public(cert->f.spki, ret, diag);
}

unsigned coco_cert_curve(const struct coco_cert *cert)
{
	return cert->f.key == COCO_CERT_KEY_EC ? cert->f.curve : 0;
}

unsigned coco_cert_rsa_bits(const struct coco_cert *cert)
{
	struct coco_view n = cert->f.rsa_n;
	unsigned top = 8;

	if (cert->f.key != COCO_CERT_KEY_RSA)
		return 0;
	while (top > 0 && n.p[0] >> (top - 1) == 0)
		top--;
	return (unsigned)(n.n - 1) * 8 + top;
}
