/*
 * x509.c - lists of certificates (see x509.h). Judging them is in
 * x509_verify.c.
 */
#include "lib/crypto/x509.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "lib/crypto/key_evp.h"
#include "lib/crypto/ossl.h"
#include "lib/crypto/x509_evp.h"

struct item {
	X509 *cert;
	uint8_t *der;
	size_t n_der;
};

struct coco_certs {
	struct item *items;
	size_t n;
	size_t cap;
};

int coco_certs_new(struct coco_certs **ret, struct coco_diag *diag)
{
	struct coco_certs *certs = coco_zalloc(1, sizeof(*certs));

	if (certs == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for certificates");
	*ret = certs;
	return 0;
}

void coco_certs_free(struct coco_certs *certs)
{
	if (certs == NULL)
		return;
	for (size_t i = 0; i < certs->n; i++) {
		X509_free(certs->items[i].cert);
		coco_free(certs->items[i].der);
	}
	coco_free(certs->items);
	coco_free(certs);
}

size_t coco_certs_count(const struct coco_certs *certs)
{
	return certs->n;
}

struct coco_view coco_certs_der(const struct coco_certs *certs, size_t i)
{
	return coco_view_of(certs->items[i].der, certs->items[i].n_der);
}

X509 *coco_certs_x509(const struct coco_certs *certs, size_t i)
{
	return certs->items[i].cert;
}

int coco_certs_add_der(struct coco_certs *certs, struct coco_view der, struct coco_diag *diag)
{
	struct item item = { .n_der = der.n };
	const unsigned char *at = der.p;
	void *list = certs->items;

	if (certs->n == COCO_CERTS_MAX)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "more than %d certificates",
				 COCO_CERTS_MAX);
	if (!coco_grow(&list, &certs->cap, certs->n, sizeof(item), COCO_CERTS_MAX))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for certificates");
	certs->items = list;
	ERR_clear_error();
	item.cert = der.n <= COCO_CERTS_FILE_MAX ? d2i_X509(NULL, &at, (long)der.n) : NULL;
	if (item.cert == NULL || at != der.p + der.n) {
		X509_free(item.cert);
		return coco_fail_ossl(diag, COCO_E_FORMAT_CERT, "not a DER certificate");
	}
	item.der = coco_memdup(der.p, der.n);
	if (item.der == NULL) {
		X509_free(item.cert);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for certificates");
	}
	certs->items[certs->n++] = item;
	return 0;
}

static int add_pem(struct coco_certs *certs, struct coco_view text, struct coco_diag *diag)
{
	bool found = true;
	int r = 0;

	while (r == 0) {
		struct coco_pem pem = { .der = NULL };

		r = coco_pem_next(&text, &pem, &found, diag);
		if (r != 0 || !found)
			break;
		if (strcmp(pem.label, "CERTIFICATE") == 0)
			r = coco_certs_add_der(certs, coco_view_of(pem.der, pem.n_der), diag);
		else
			r = coco_fail(diag, COCO_E_FORMAT_CERT,
				      "the file holds a %s beside or instead of certificates",
				      pem.label);
		coco_pem_clear(&pem);
	}
	return r;
}

int coco_certs_parse(struct coco_certs *certs, struct coco_view bytes, struct coco_diag *diag)
{
	size_t before = certs->n;

	if (bytes.n > COCO_CERTS_FILE_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "certificates of more than %d bytes",
				 COCO_CERTS_FILE_MAX);
	if (!coco_pem_looks(bytes)) {
		if (bytes.n != 0 && bytes.p[0] != 0x30)
			return coco_fail(diag, COCO_E_FORMAT_CERT,
					 "neither PEM text nor a DER certificate");
		return coco_certs_add_der(certs, bytes, diag);
	}
	int r = add_pem(certs, bytes, diag);
	while (r != 0 && certs->n > before) {
		certs->n--;
		X509_free(certs->items[certs->n].cert);
		coco_free(certs->items[certs->n].der);
	}
	return r;
}

int coco_certs_load(struct coco_certs *certs, const char *ref, struct coco_diag *diag)
{
	struct coco_secret text = { 0 };
	int r = coco_keyref_load(ref, COCO_CERTS_FILE_MAX, COCO_KEYREF_PUBLIC, &text, diag);

	if (r != 0)
		return r;
	r = coco_certs_parse(certs, coco_view_of(coco_secret_expose(&text), text.n), diag);
	coco_secret_free(&text);
	if (r != 0)
		coco_diag_source(diag, "%s", ref);
	return r;
}

bool coco_certs_self_signed(const struct coco_certs *certs, size_t i)
{
	bool yes = X509_self_signed(certs->items[i].cert, 0) == 1;

	ERR_clear_error();
	return yes;
}

bool coco_certs_is_ca(const struct coco_certs *certs, size_t i)
{
	bool yes = X509_check_ca(certs->items[i].cert) != 0;

	ERR_clear_error();
	return yes;
}

bool coco_certs_has_san(const struct coco_certs *certs, size_t i)
{
	return X509_get_ext_by_NID(certs->items[i].cert, NID_subject_alt_name, -1) >= 0;
}

int coco_certs_key(const struct coco_certs *certs, size_t i, struct coco_key **ret,
		   struct coco_diag *diag)
{
	ERR_clear_error();
	EVP_PKEY *pkey = X509_get_pubkey(certs->items[i].cert);
	if (pkey == NULL)
		return coco_fail_ossl(diag, COCO_E_KEY_TYPE, "the certificate's key is not usable");
	return coco_key_from_evp(pkey, false, ret, diag);
}

BIO *coco_x509_name(const X509_NAME *name, unsigned long flags)
{
	BIO *bio = BIO_new(BIO_s_mem());

	/* UTF-8 stays UTF-8 */
	flags &= ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	if (bio != NULL && X509_NAME_print_ex(bio, name, 0, flags) < 0) {
		BIO_free(bio);
		bio = NULL;
	}
	ERR_clear_error();
	return bio;
}

/* Escaped: it goes into messages and reports. */
static void print_name(const X509_NAME *name, char ret[COCO_CERT_NAME_MAX])
{
	BIO *bio = coco_x509_name(name, XN_FLAG_RFC2253);
	char *p = NULL;
	long n = bio != NULL ? BIO_get_mem_data(bio, &p) : 0;

	coco_escape(ret, COCO_CERT_NAME_MAX, p != NULL ? p : "",
		    p != NULL && n > 0 ? (size_t)n : 0);
	BIO_free(bio);
}

static int64_t seconds(const ASN1_TIME *t)
{
	struct tm tm;

	return ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

void coco_x509_info(X509 *cert, struct coco_cert_info *ret)
{
	struct coco_cert_info info = { .not_before = seconds(X509_get0_notBefore(cert)),
				       .not_after = seconds(X509_get0_notAfter(cert)) };
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);
	int n_serial = ASN1_STRING_length(serial);

	print_name(X509_get_subject_name(cert), info.subject);
	print_name(X509_get_issuer_name(cert), info.issuer);
	if (n_serial >= 0 && (size_t)n_serial * 2 < sizeof(info.serial))
		coco_hex_encode(info.serial, ASN1_STRING_get0_data(serial), (size_t)n_serial);
	if (X509_digest(cert, EVP_sha256(), digest, &n) == 1 && n == COCO_FINGERPRINT_BYTES) {
		memcpy(info.fingerprint, "sha256:", 7);
		coco_hex_encode(info.fingerprint + 7, digest, n);
	}
	ERR_clear_error();
	*ret = info;
}

void coco_certs_info(const struct coco_certs *certs, size_t i, struct coco_cert_info *ret)
{
	coco_x509_info(certs->items[i].cert, ret);
}
