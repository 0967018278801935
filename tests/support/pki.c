/*
 * pki.c - certificates minted for tests (see pki.h).
 */
#include "tests/support/pki.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/key_evp.h"
#include "tests/support/support.h"

const struct coco_pki_spec coco_pki_root = {
	.subject = "O=Example/CN=Test Root",
	.basic = "critical,CA:TRUE",
	.usage = "critical,keyCertSign,cRLSign",
};
const struct coco_pki_spec coco_pki_intermediate = {
	.subject = "O=Example/CN=Test Intermediate",
	.basic = "critical,CA:TRUE,pathlen:0",
	.usage = "critical,keyCertSign",
	.extended = "codeSigning",
};
const struct coco_pki_spec coco_pki_leaf = {
	.subject = "C=DE/O=Example/CN=Model Signer",
	.basic = "critical,CA:FALSE",
	.usage = "critical,digitalSignature",
	.extended = "codeSigning",
	.san = "email:signer@example.com,URI:https://example.com/ci/1,DNS:sign.example.com",
};

static void set_name(X509_NAME *name, const char *text)
{
	char copy[256];
	char *save = NULL;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *part = strtok_r(copy, "/", &save); part != NULL;
	     part = strtok_r(NULL, "/", &save)) {
		char *value = strchr(part, '=');

		assert_non_null(value);
		*value++ = '\0';
		/* "%2F" stands for a slash inside a value */
		char *slash = strstr(value, "%2F");
		if (slash != NULL) {
			*slash = '/';
			memmove(slash + 1, slash + 3, strlen(slash + 3) + 1);
		}
		assert_int_equal(X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8,
							    (unsigned char *)value, -1, -1, 0), 1);
	}
}

static void add(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;

	if (value == NULL)
		return;
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509_EXTENSION *ext = X509V3_EXT_nconf_nid(NULL, &ctx, nid, value);
	assert_non_null(ext);
	assert_int_equal(X509_add_ext(cert, ext, -1), 1);
	X509_EXTENSION_free(ext);
}

static void add_unknown(X509 *cert)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("1.3.6.1.4.1.99999.7.7", 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();

	assert_int_equal(ASN1_OCTET_STRING_set(value, (const unsigned char *)"\5\0", 2), 1);
	X509_EXTENSION *ext = X509_EXTENSION_create_by_OBJ(NULL, oid, 1, value);
	assert_int_equal(X509_add_ext(cert, ext, -1), 1);
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
}

static void add_extensions(X509 *cert, X509 *issuer, const struct coco_pki_spec *spec)
{
	add(cert, issuer, NID_basic_constraints, spec->basic);
	add(cert, issuer, NID_key_usage, spec->usage);
	add(cert, issuer, NID_ext_key_usage, spec->extended);
	add(cert, issuer, NID_subject_alt_name, spec->san);
	add(cert, issuer, NID_name_constraints, spec->constraints);
	add(cert, issuer, NID_subject_key_identifier, "hash");
	if (X509_get_ext_by_NID(issuer, NID_subject_key_identifier, -1) >= 0)
		add(cert, issuer, NID_authority_key_identifier, "keyid");
	if (spec->unknown_critical)
		add_unknown(cert);
}

struct coco_pki_cert *coco_pki_issue(const struct coco_pki_spec *spec,
				     const struct coco_pki_cert *issuer)
{
	struct coco_pki_cert *c = coco_zalloc(1, sizeof(*c));
	X509 *cert = X509_new();
	uint64_t serial = 0;

	assert_non_null(c);
	assert_non_null(cert);
	assert_ok(coco_key_generate(spec->key_type != NULL ? spec->key_type : "p256", &c->key,
				    NULL), NULL);
	X509 *by = issuer != NULL ? issuer->x509 : cert;
	const struct coco_key *by_key = issuer != NULL ? issuer->key : c->key;
	assert_int_equal(RAND_bytes((unsigned char *)&serial, sizeof(serial)), 1);
	assert_int_equal(ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial | 1), 1);
	assert_int_equal(X509_set_version(cert, spec->version1 ? X509_VERSION_1 : X509_VERSION_3),
			 1);
	X509_NAME *name = X509_NAME_new();
	set_name(name, spec->subject);
	assert_int_equal(X509_set_subject_name(cert, name), 1);
	X509_NAME_free(name);
	assert_int_equal(X509_set_issuer_name(cert, X509_get_subject_name(by)), 1);
	assert_int_equal(X509_set_pubkey(cert, coco_key_evp(c->key)), 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(cert), spec->not_before != 0
					      ? spec->not_before : COCO_PKI_START));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(cert), spec->not_after != 0
					      ? spec->not_after : COCO_PKI_END));
	if (!spec->version1)
		add_extensions(cert, by, spec);
	const EVP_MD *md = EVP_get_digestbyname(spec->hash != NULL ? spec->hash : "SHA256");
	if (coco_key_type(by_key) == COCO_KEY_ED25519)
		md = NULL;
	assert_true(X509_sign(cert, coco_key_evp(by_key), md) > 0);
	unsigned char *der = NULL;
	int n = i2d_X509(cert, &der);
	assert_true(n > 0);
	c->x509 = cert;
	c->der = coco_memdup(der, (size_t)n);
	c->n_der = (size_t)n;
	OPENSSL_free(der);
	return c;
}

void coco_pki_free(struct coco_pki_cert *cert)
{
	if (cert == NULL)
		return;
	coco_key_free(cert->key);
	X509_free(cert->x509);
	coco_free(cert->der);
	coco_free(cert);
}

struct coco_certs *coco_pki_list(const struct coco_pki_cert *a, const struct coco_pki_cert *b,
				 const struct coco_pki_cert *c)
{
	const struct coco_pki_cert *all[] = { a, b, c };
	struct coco_certs *list = NULL;

	assert_ok(coco_certs_new(&list, NULL), NULL);
	for (size_t i = 0; i < COCO_ARRAY_LEN(all); i++)
		if (all[i] != NULL)
			assert_ok(coco_certs_add_der(list, coco_view_of(all[i]->der, all[i]->n_der),
						     NULL), NULL);
	return list;
}
