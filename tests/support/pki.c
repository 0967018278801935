/*
 * pki.c - certificates minted for tests (see pki.h).
 */
#include "tests/support/pki.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
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

static X509_EXTENSION *raw_extension(const char *dotted, bool critical, const void *p, size_t n)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(dotted, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();

	assert_int_equal(ASN1_OCTET_STRING_set(value, p, (int)n), 1);
	X509_EXTENSION *ext = X509_EXTENSION_create_by_OBJ(NULL, oid, critical, value);
	assert_non_null(ext);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
	return ext;
}

static void add_raw(X509 *cert, const char *dotted, bool critical, const void *p, size_t n)
{
	X509_EXTENSION *ext = raw_extension(dotted, critical, p, n);

	assert_int_equal(X509_add_ext(cert, ext, -1), 1);
	X509_EXTENSION_free(ext);
}

static void add_extensions(X509 *cert, X509 *issuer, const struct coco_pki_spec *spec)
{
	add(cert, issuer, NID_basic_constraints, spec->basic);
	add(cert, issuer, NID_key_usage, spec->usage);
	add(cert, issuer, NID_ext_key_usage, spec->extended);
	add(cert, issuer, NID_subject_alt_name, spec->san);
	add(cert, issuer, NID_name_constraints, spec->constraints);
	for (const struct coco_pki_raw *raw = spec->raw; raw != NULL && raw->oid != NULL; raw++)
		add_raw(cert, raw->oid, raw->critical, raw->p, raw->n);
	if (spec->unknown_critical)
		add_raw(cert, "1.3.6.1.4.1.99999.7.7", true, "\5\0", 2);
	if (spec->bare)
		return;
	add(cert, issuer, NID_subject_key_identifier, "hash");
	if (X509_get_ext_by_NID(issuer, NID_subject_key_identifier, -1) >= 0)
		add(cert, issuer, NID_authority_key_identifier, "keyid");
}

const struct coco_key *coco_pki_cached_key(const char *type, unsigned slot)
{
	static struct {
		struct coco_key *key;
		char type[16];
	} cache[16];

	assert_true(slot < COCO_ARRAY_LEN(cache));
	if (cache[slot].key == NULL || strcmp(cache[slot].type, type) != 0) {
		coco_key_free(cache[slot].key);
		cache[slot].key = NULL;
		assert_ok(coco_key_generate(type, &cache[slot].key, NULL), NULL);
		snprintf(cache[slot].type, sizeof(cache[slot].type), "%s", type);
	}
	return cache[slot].key;
}

/* A context that signs; ctx outlives it. */
static void start_signing(EVP_MD_CTX *ctx, const struct coco_key *key, const char *hash, bool pss)
{
	const EVP_MD *md = EVP_get_digestbyname(hash != NULL ? hash : "SHA256");
	EVP_PKEY_CTX *pctx = NULL;

	if (coco_key_type(key) == COCO_KEY_ED25519)
		md = NULL;
	assert_non_null(ctx);
	assert_int_equal(EVP_DigestSignInit(ctx, &pctx, md, NULL, coco_key_evp(key)), 1);
	if (!pss)
		return;
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST), 1);
}

static void sign_cert(X509 *cert, const struct coco_key *key, const struct coco_pki_spec *spec)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	start_signing(ctx, key, spec->hash, spec->pss);
	assert_true(X509_sign_ctx(cert, ctx) > 0);
	EVP_MD_CTX_free(ctx);
}

/* Appends tag, length and content. */
static size_t put_tlv(uint8_t *ret, uint8_t tag, const uint8_t *p, size_t n)
{
	size_t head = n < 0x80 ? 2 : n < 0x100 ? 3 : 4;

	ret[0] = tag;
	ret[1] = (uint8_t)(head == 2 ? n : 0x80 + head - 2);
	if (head == 3)
		ret[2] = (uint8_t)n;
	if (head == 4) {
		ret[2] = (uint8_t)(n >> 8);
		ret[3] = (uint8_t)n;
	}
	memmove(ret + head, p, n);
	return head + n;
}

/* algorithm, a SEQUENCE that ends with its parameters' SEQUENCE, with [3] INTEGER 1 in both. */
static size_t with_trailer(uint8_t *ret, const uint8_t *alg, size_t n)
{
	static const uint8_t trailer[] = { 0xa3, 0x03, 0x02, 0x01, 0x01 };
	uint8_t params[128];
	uint8_t body[160];
	const size_t oid = 11;   /* bytes of the identifier's element */
	size_t k = n - 2 - oid - 2;

	assert_true(k <= 100 && alg[0] == 0x30 && alg[2 + oid] == 0x30);
	if (k > 100)
		return 0;
	memcpy(params, alg + 2 + oid + 2, k);
	memcpy(params + k, trailer, sizeof(trailer));
	memcpy(body, alg + 2, oid);
	size_t m = oid + put_tlv(body + oid, 0x30, params, k + sizeof(trailer));
	return put_tlv(ret, 0x30, body, m);
}

/* The certificate again, its algorithm identifiers with the trailer, signed anew. */
static X509 *write_trailer(X509 *cert, const struct coco_key *key, const char *hash)
{
	uint8_t alg[128];
	uint8_t longer[192];
	uint8_t tbs[8192];
	uint8_t body[8192];
	uint8_t *at = alg;
	unsigned char *der = NULL;
	size_t n_sig = sizeof(body) / 2;

	int n_alg = i2d_X509_ALGOR(X509_get0_tbs_sigalg(cert), &at);
	size_t n_longer = with_trailer(longer, alg, (size_t)n_alg);
	int n = i2d_re_X509_tbs(cert, &der);
	assert_true(n > 0 && n < 4096);
	uint8_t *found = memmem(der, (size_t)n, alg, (size_t)n_alg);
	assert_non_null(found);
	size_t before = (size_t)(found - der) - 4;   /* the head of a long SEQUENCE is 4 bytes */
	memcpy(body, der + 4, before);
	memcpy(body + before, longer, n_longer);
	size_t rest = (size_t)n - 4 - before - (size_t)n_alg;
	memcpy(body + before + n_longer, found + n_alg, rest);
	size_t n_tbs = put_tlv(tbs, 0x30, body, before + n_longer + rest);
	OPENSSL_free(der);

	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	start_signing(ctx, key, hash, true);
	body[0] = 0;
	assert_int_equal(EVP_DigestSign(ctx, body + 1, &n_sig, tbs, n_tbs), 1);
	EVP_MD_CTX_free(ctx);
	memcpy(tbs + n_tbs, longer, n_longer);
	n_tbs += n_longer;
	n_tbs += put_tlv(tbs + n_tbs, 0x03, body, 1 + n_sig);
	size_t n_all = put_tlv(body, 0x30, tbs, n_tbs);
	const unsigned char *p = body;
	X509_free(cert);
	cert = d2i_X509(NULL, &p, (long)n_all);
	assert_non_null(cert);
	return cert;
}

static void set_serial(X509 *cert, const struct coco_pki_spec *spec)
{
	uint64_t serial = 0;

	if (spec->serial != NULL) {
		BIGNUM *bn = BN_bin2bn(spec->serial, (int)spec->n_serial, NULL);

		assert_non_null(BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(cert)));
		BN_free(bn);
		return;
	}
	assert_int_equal(RAND_bytes((unsigned char *)&serial, sizeof(serial)), 1);
	assert_int_equal(ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial | 1), 1);
}

/* Everything but issuer and signature. */
static X509 *start_cert(const struct coco_pki_spec *spec, const struct coco_key *key)
{
	X509 *cert = X509_new();

	assert_non_null(cert);
	set_serial(cert, spec);
	assert_int_equal(X509_set_version(cert, spec->version1 ? X509_VERSION_1 : X509_VERSION_3),
			 1);
	X509_NAME *name = X509_NAME_new();
	set_name(name, spec->subject);
	assert_int_equal(X509_set_subject_name(cert, name), 1);
	X509_NAME_free(name);
	assert_int_equal(X509_set_pubkey(cert, coco_key_evp(key)), 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(cert), spec->not_before != 0
					      ? spec->not_before : COCO_PKI_START));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(cert), spec->not_after != 0
					      ? spec->not_after : COCO_PKI_END));
	return cert;
}

/* coco_key is immutable and a test's own: the copy of the pointer is never freed. */
static struct coco_key *share(const struct coco_key *key)
{
	struct coco_key *same;

	memcpy(&same, &key, sizeof(same));
	return same;
}

struct coco_pki_cert *coco_pki_issue(const struct coco_pki_spec *spec,
				     const struct coco_pki_cert *issuer)
{
	struct coco_pki_cert *c = coco_zalloc(1, sizeof(*c));

	assert_non_null(c);
	c->borrowed = spec->key != NULL;
	if (c->borrowed)
		c->key = share(spec->key);
	else
		assert_ok(coco_key_generate(spec->key_type != NULL ? spec->key_type : "p256",
					    &c->key, NULL), NULL);
	X509 *cert = start_cert(spec, c->key);
	X509 *by = issuer != NULL ? issuer->x509 : cert;
	const struct coco_key *by_key = issuer != NULL ? issuer->key : c->key;
	assert_int_equal(X509_set_issuer_name(cert, X509_get_subject_name(by)), 1);
	if (!spec->version1)
		add_extensions(cert, by, spec);
	sign_cert(cert, by_key, spec);
	if (spec->pss_trailer)
		cert = write_trailer(cert, by_key, spec->hash);
	unsigned char *der = NULL;
	int n = i2d_X509(cert, &der);
	assert_true(n > 0);
	c->x509 = cert;
	c->der = coco_memdup(der, (size_t)n);
	c->n_der = (size_t)n;
	OPENSSL_free(der);
	return c;
}

static void add_revoked(X509_CRL *crl, struct coco_view serial, const ASN1_TIME *when)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	BIGNUM *bn = BN_bin2bn(serial.p, (int)serial.n, NULL);
	ASN1_INTEGER *number = BN_to_ASN1_INTEGER(bn, NULL);
	ASN1_TIME *copy = ASN1_STRING_dup(when);

	assert_int_equal(X509_REVOKED_set_serialNumber(entry, number), 1);
	assert_int_equal(X509_REVOKED_set_revocationDate(entry, copy), 1);
	assert_int_equal(X509_CRL_add0_revoked(crl, entry), 1);
	ASN1_TIME_free(copy);
	ASN1_INTEGER_free(number);
	BN_free(bn);
}

static void add_crl_extensions(X509_CRL *crl, const struct coco_pki_crl *spec)
{
	uint8_t number[] = { 0x02, 0x03, 0x40, (uint8_t)(spec->number >> 8),
			     (uint8_t)spec->number };
	X509_EXTENSION *ext;

	if (spec->number != 0) {
		ext = raw_extension("2.5.29.20", false, number, sizeof(number));
		assert_int_equal(X509_CRL_add_ext(crl, ext, -1), 1);
		X509_EXTENSION_free(ext);
	}
	if (spec->limited) {
		/* onlyContainsUserCerts TRUE */
		ext = raw_extension("2.5.29.28", true, "\x30\x03\x81\x01\xff", 5);
		assert_int_equal(X509_CRL_add_ext(crl, ext, -1), 1);
		X509_EXTENSION_free(ext);
	}
}

size_t coco_pki_issue_crl(const struct coco_pki_crl *spec, const struct coco_pki_cert *issuer,
			  uint8_t **ret)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *when = ASN1_TIME_set(NULL, spec->this_update != 0 ? spec->this_update
								    : COCO_PKI_START);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char *der = NULL;

	assert_int_equal(X509_CRL_set_version(crl, X509_CRL_VERSION_2), 1);
	assert_int_equal(X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->x509)), 1);
	assert_int_equal(X509_CRL_set1_lastUpdate(crl, when), 1);
	for (size_t i = 0; i < spec->n_serials; i++)
		add_revoked(crl, spec->serials[i], when);
	if (spec->next_update >= 0) {
		assert_non_null(ASN1_TIME_set(when, spec->next_update != 0 ? spec->next_update
									   : COCO_PKI_END));
		assert_int_equal(X509_CRL_set1_nextUpdate(crl, when), 1);
	}
	ASN1_TIME_free(when);
	add_crl_extensions(crl, spec);
	start_signing(ctx, issuer->key, spec->hash, spec->pss);
	assert_true(X509_CRL_sign_ctx(crl, ctx) > 0);
	EVP_MD_CTX_free(ctx);
	int n = i2d_X509_CRL(crl, &der);
	assert_true(n > 0);
	*ret = coco_memdup(der, (size_t)n);
	OPENSSL_free(der);
	X509_CRL_free(crl);
	return (size_t)n;
}

void coco_pki_free(struct coco_pki_cert *cert)
{
	if (cert == NULL)
		return;
	if (!cert->borrowed)
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
