/*
 * x509_verify.c - certificate chains against given roots at a given time (see
 * x509.h). OpenSSL builds the path and checks signatures, names and
 * extensions; what it leaves open is checked here.
 */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/rfc3339.h"
#include "lib/crypto/key_evp.h"
#include "lib/crypto/ossl.h"
#include "lib/crypto/x509_evp.h"

enum { SECURITY_LEVEL = 2 };   /* 112 bits: no RSA below 2048, no SHA-1 */

/* Names the certificate in the message, and the times when these are the matter. */
static int fail_cert(X509 *cert, int code, const char *what, int64_t at, struct coco_diag *diag)
{
	struct coco_cert_info info = { .subject = "?" };
	char when[32];
	char bound[32];

	if (cert != NULL)
		coco_x509_info(cert, &info);
	if (code == COCO_E_CERT_EXPIRED || code == COCO_E_CERT_NOT_YET_VALID) {
		coco_rfc3339_print(when, at);
		coco_rfc3339_print(bound, code == COCO_E_CERT_EXPIRED ? info.not_after
								      : info.not_before);
		coco_diag_expected(diag, "%s %s", code == COCO_E_CERT_EXPIRED ? "before" : "from",
				   bound);
		coco_diag_actual(diag, "%s", when);
	}
	return coco_fail(diag, code, "the certificate of %.160s %s", info.subject, what);
}

static bool good_usage(X509 *cert)
{
	uint32_t flags = X509_get_extension_flags(cert);

	return (flags & EXFLAG_XKUSAGE) == 0 ||
	       (X509_get_extended_key_usage(cert) & (XKU_CODE_SIGN | XKU_ANYEKU)) != 0;
}

static int check_leaf(X509 *leaf, struct coco_diag *diag)
{
	uint32_t flags = X509_get_extension_flags(leaf);
	uint32_t usage = (flags & EXFLAG_KUSAGE) != 0 ? X509_get_key_usage(leaf) : UINT32_MAX;

	if ((flags & EXFLAG_INVALID) != 0)
		return fail_cert(leaf, COCO_E_CERT_CHAIN, "has extensions that cannot be read", 0,
				 diag);
	if ((usage & KU_DIGITAL_SIGNATURE) == 0)
		return fail_cert(leaf, COCO_E_CERT_USAGE, "has a KeyUsage without digitalSignature",
				 0, diag);
	if ((flags & EXFLAG_CA) != 0 && (usage & KU_KEY_CERT_SIGN) != 0)
		return fail_cert(leaf, COCO_E_CERT_USAGE, "is a CA and may not sign artifacts", 0,
				 diag);
	if (!good_usage(leaf))
		return fail_cert(leaf, COCO_E_CERT_USAGE,
				 "has an ExtendedKeyUsage without codeSigning", 0, diag);
	return 0;
}

/* Hash functions that may sign a certificate. */
static bool good_algorithm(X509 *cert)
{
	int md = NID_undef;
	int pk = NID_undef;

	if (X509_get_signature_info(cert, &md, &pk, NULL, NULL) != 1)
		return false;
	switch (md) {
	case NID_sha256:
	case NID_sha384:
	case NID_sha512:
	case NID_sha3_256:
	case NID_sha3_384:
	case NID_sha3_512:
		return true;
	case NID_undef:
		return pk == NID_ED25519 || pk == NID_ED448;
	default:
		return false;
	}
}

/* What holds for the path beyond what OpenSSL checks; the last one is the root. */
static int check_path(STACK_OF(X509) *path, struct coco_diag *diag)
{
	int n = sk_X509_num(path);

	for (int i = 0; i < n; i++) {
		X509 *cert = sk_X509_value(path, i);
		uint32_t flags = X509_get_extension_flags(cert);
		bool root = i == n - 1;

		if (!root && !good_algorithm(cert))
			return fail_cert(cert, COCO_E_CERT_ALGORITHM,
					 "is signed with a weak or unknown algorithm", 0, diag);
		if (i > 0 && ((flags & EXFLAG_BCONS) == 0 || (flags & EXFLAG_CA) == 0))
			return fail_cert(cert, COCO_E_CERT_CHAIN,
					 "issued another one but is no CA", 0, diag);
		if (i > 0 && !root && !good_usage(cert))
			return fail_cert(cert, COCO_E_CERT_USAGE,
					 "may not issue certificates for code signing", 0, diag);
	}
	return 0;
}

static int code_of(int error)
{
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return COCO_E_CERT_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return COCO_E_CERT_NOT_YET_VALID;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_CERT_UNTRUSTED:
		return COCO_E_CERT_ROOT;
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
	case X509_V_ERR_CA_MD_TOO_WEAK:
		return COCO_E_CERT_ALGORITHM;
	case X509_V_ERR_OUT_OF_MEM:
		return COCO_E_LIMIT_MEMORY;
	default:
		return COCO_E_CERT_CHAIN;
	}
}

/* The issuer is there but may not sign certificates: OpenSSL then takes it for absent. */
static bool issuer_may_not_sign(X509 *cert, const struct coco_certs *list)
{
	for (size_t i = 0; i < coco_certs_count(list); i++) {
		X509 *other = coco_certs_x509(list, i);

		if (other != cert &&
		    X509_check_issued(other, cert) == X509_V_ERR_KEYUSAGE_NO_CERTSIGN &&
		    X509_verify(cert, X509_get0_pubkey(other)) == 1)
			return true;
	}
	return false;
}

static int fail_path(X509_STORE_CTX *ctx, const struct coco_certs *chain,
		     const struct coco_certs_trust *trust, struct coco_diag *diag)
{
	int error = X509_STORE_CTX_get_error(ctx);
	X509 *cert = X509_STORE_CTX_get_current_cert(ctx);
	int code = code_of(error);
	char what[160];

	ERR_clear_error();
	switch (code) {
	case COCO_E_CERT_EXPIRED:
		return fail_cert(cert, code, "has expired", trust->at, diag);
	case COCO_E_CERT_NOT_YET_VALID:
		return fail_cert(cert, code, "is not valid yet", trust->at, diag);
	case COCO_E_CERT_ROOT:
		if (cert != NULL && (issuer_may_not_sign(cert, chain) ||
				     issuer_may_not_sign(cert, trust->roots)))
			return fail_cert(cert, COCO_E_CERT_CHAIN,
					 "was issued by one whose KeyUsage lacks keyCertSign", 0,
					 diag);
		break;
	default:
		break;
	}
	snprintf(what, sizeof(what), "was refused: %s", X509_verify_cert_error_string(error));
	return fail_cert(cert, code, what, trust->at, diag);
}

static bool asn1_is(const ASN1_STRING *s, const char *text)
{
	int n = ASN1_STRING_length(s);

	return n >= 0 && (size_t)n == strlen(text) && n > 0 &&
	       memcmp(ASN1_STRING_get0_data(s), text, (size_t)n) == 0;
}

static bool common_name_is(const X509_NAME *name, const char *text)
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	unsigned char *utf8 = NULL;

	if (at < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0)
		return false;
	const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, at);
	int n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
	bool same = n > 0 && (size_t)n == strlen(text) && memcmp(utf8, text, (size_t)n) == 0;
	OPENSSL_free(utf8);
	return same;
}

static bool alternative_name_is(X509 *cert, const char *text)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	bool same = false;

	for (int i = 0; !same && i < sk_GENERAL_NAME_num(names); i++) {
		int type = 0;
		const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i),
								   &type);

		if (type == GEN_EMAIL || type == GEN_URI || type == GEN_DNS)
			same = asn1_is(value, text);
	}
	GENERAL_NAMES_free(names);
	return same;
}

/* "/O=b/CN=a"; NULL when a value has a slash or a part several values. */
static BIO *slash_name(const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int set = -1;

	for (int i = 0; bio != NULL && i < X509_NAME_entry_count(name); i++) {
		const X509_NAME_ENTRY *e = X509_NAME_get_entry(name, i);
		int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(e));
		unsigned char *utf8 = NULL;
		int n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(e));

		if (n < 0 || nid == NID_undef || X509_NAME_ENTRY_set(e) == set ||
		    memchr(utf8, '/', (size_t)n) != NULL ||
		    BIO_printf(bio, "/%s=", OBJ_nid2sn(nid)) <= 0 ||
		    BIO_write(bio, utf8, n) != n) {
			BIO_free(bio);
			bio = NULL;
		}
		set = X509_NAME_ENTRY_set(e);
		OPENSSL_free(utf8);
	}
	return bio;
}

/* Compares what is in bio, which is freed; NULL is never the same. */
static bool take_same(BIO *bio, const char *want)
{
	char *p = NULL;
	long n = bio != NULL ? BIO_get_mem_data(bio, &p) : 0;
	bool same = n > 0 && (size_t)n == strlen(want) && memcmp(p, want, (size_t)n) == 0;

	BIO_free(bio);
	return same;
}

static int check_subject(X509 *leaf, const char *want, struct coco_diag *diag)
{
	const X509_NAME *name = X509_get_subject_name(leaf);
	struct coco_cert_info info;

	bool same = take_same(coco_x509_name(name, XN_FLAG_RFC2253), want) ||
		    take_same(coco_x509_name(name, XN_FLAG_ONELINE), want) ||
		    take_same(slash_name(name), want) || common_name_is(name, want) ||
		    alternative_name_is(leaf, want);
	ERR_clear_error();
	if (same)
		return 0;
	coco_x509_info(leaf, &info);
	coco_diag_expected(diag, "%s", want);
	coco_diag_actual(diag, "%s", info.subject);
	return coco_fail(diag, COCO_E_CERT_SUBJECT, "the certificate belongs to somebody else");
}

static int run_verify(X509_STORE_CTX *ctx, X509_STORE *store, STACK_OF(X509) *others,
		      const struct coco_certs *chain, const struct coco_certs_trust *trust,
		      struct coco_diag *diag)
{
	for (size_t i = 0; i < coco_certs_count(trust->roots); i++)
		if (X509_STORE_add_cert(store, coco_certs_x509(trust->roots, i)) != 1)
			return coco_fail_ossl(diag, COCO_E_LIMIT_MEMORY, "no memory for roots");
	for (size_t i = 1; i < coco_certs_count(chain); i++)
		if (sk_X509_push(others, coco_certs_x509(chain, i)) <= 0)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a chain");
	if (X509_STORE_CTX_init(ctx, store, coco_certs_x509(chain, 0), others) != 1)
		return coco_fail_ossl(diag, COCO_E_LIMIT_MEMORY, "no memory for a chain");
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)trust->at);
	X509_VERIFY_PARAM_set_depth(param, COCO_CERT_DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
	if (X509_verify_cert(ctx) != 1)
		return fail_path(ctx, chain, trust, diag);
	ERR_clear_error();
	return check_path(X509_STORE_CTX_get0_chain(ctx), diag);
}

int coco_certs_verify(const struct coco_certs *chain, const struct coco_certs_trust *trust,
		      struct coco_key **ret_key, struct coco_cert_info *ret_info,
		      struct coco_diag *diag)
{
	struct coco_key *key = NULL;
	int r = 0;

	if (trust->roots == NULL || coco_certs_count(trust->roots) == 0)
		return coco_fail(diag, COCO_E_TRUST_NO_ROOTS, "no root certificate was given");
	if (coco_certs_count(chain) == 0)
		return coco_fail(diag, COCO_E_CERT_CHAIN, "there is no certificate");
	ERR_clear_error();
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	if (store == NULL || others == NULL || ctx == NULL)
		r = coco_fail_ossl(diag, COCO_E_LIMIT_MEMORY, "no memory for a chain");
	else
		r = run_verify(ctx, store, others, chain, trust, diag);
	X509_STORE_CTX_free(ctx);
	sk_X509_free(others);
	X509_STORE_free(store);
	X509 *leaf = coco_certs_x509(chain, 0);
	if (r == 0)
		r = check_leaf(leaf, diag);
	if (r == 0 && trust->subject != NULL)
		r = check_subject(leaf, trust->subject, diag);
	if (r == 0)
		r = coco_certs_key(chain, 0, &key, diag);
	if (r != 0)
		return r;
	if (ret_info != NULL)
		coco_x509_info(leaf, ret_info);
	*ret_key = key;
	return 0;
}

int coco_certs_check_signer(const struct coco_certs *chain, const struct coco_key *key,
			    int64_t at, struct coco_diag *diag)
{
	struct coco_cert_info info;
	struct coco_key *leaf_key = NULL;

	if (coco_certs_count(chain) == 0)
		return coco_fail(diag, COCO_E_CERT_CHAIN, "there is no certificate");
	X509 *leaf = coco_certs_x509(chain, 0);
	int r = coco_certs_key(chain, 0, &leaf_key, diag);
	if (r != 0)
		return r;
	bool same = coco_key_same(leaf_key, key);
	coco_key_free(leaf_key);
	if (!same)
		return fail_cert(leaf, COCO_E_KEY_MISMATCH,
				 "does not belong to this private key", 0, diag);
	coco_x509_info(leaf, &info);
	if (at < info.not_before)
		return fail_cert(leaf, COCO_E_CERT_NOT_YET_VALID, "is not valid yet", at, diag);
	if (at >= info.not_after)
		return fail_cert(leaf, COCO_E_CERT_EXPIRED, "has expired", at, diag);
	return check_leaf(leaf, diag);
}
