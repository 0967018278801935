/*
 * test_key_read.c - key files in every form, and what is given by mistake.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/key_evp.h"
#include "tests/support/alloc_fail.h"

static struct coco_key *ec;
static struct coco_key *rsa;

static int setup(void **state COCO_UNUSED)
{
	assert_ok(coco_key_generate("p384", &ec, NULL), NULL);
	assert_ok(coco_key_generate("rsa2048", &rsa, NULL), NULL);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_key_free(ec);
	coco_key_free(rsa);
	return 0;
}

/* What is in bio, which is freed. */
static struct coco_view drain(BIO *bio)
{
	char *p = NULL;
	long n = BIO_get_mem_data(bio, &p);
	struct coco_view v = { coco_memdup(p, (size_t)n), (size_t)n };

	BIO_free(bio);
	return v;
}

static void drop(struct coco_view v)
{
	void *p = NULL;

	memcpy(&p, &v.p, sizeof(p));
	coco_free(p);
}

static void accept_private(struct coco_view v, const struct coco_key *want)
{
	static struct coco_diag d;
	struct coco_key *key = NULL;

	coco_diag_init(&d);
	assert_ok(coco_key_parse_private(v, &key, &d), &d);
	assert_true(coco_key_same(key, want));
	assert_true(coco_key_is_private(key));
	coco_key_free(key);
}

static void refuse_private(struct coco_view v, int code)
{
	static struct coco_diag d;
	struct coco_key *key = NULL;

	coco_diag_init(&d);
	assert_err(coco_key_parse_private(v, &key, &d), code, &d);
	assert_null(key);
}

static void refuse_public(struct coco_view v, int code)
{
	static struct coco_diag d;
	struct coco_key *key = NULL;

	coco_diag_init(&d);
	assert_err(coco_key_parse_public(v, &key, &d), code, &d);
	assert_null(key);
}

static struct coco_view text_of(const char *s)
{
	return coco_view_of(s, strlen(s));
}

static struct coco_view traditional(const struct coco_key *key, const EVP_CIPHER *cipher)
{
	char pass[] = "pass";
	BIO *bio = BIO_new(BIO_s_mem());

	assert_int_equal(PEM_write_bio_PrivateKey_traditional(
				 bio, coco_key_evp(key), cipher,
				 cipher != NULL ? (unsigned char *)pass : NULL,
				 cipher != NULL ? 4 : 0, NULL, NULL), 1);
	return drain(bio);
}

static void test_traditional(void **state COCO_UNUSED)
{
	const struct coco_key *keys[] = { ec, rsa };

	for (size_t i = 0; i < COCO_ARRAY_LEN(keys); i++) {
		struct coco_view v = traditional(keys[i], NULL);

		accept_private(v, keys[i]);
		refuse_public(v, COCO_E_KEY_NOT_PUBLIC);
		drop(v);
		v = traditional(keys[i], EVP_aes_128_cbc());
		refuse_private(v, COCO_E_KEY_ENCRYPTED);
		refuse_public(v, COCO_E_KEY_NOT_PUBLIC);
		drop(v);
	}
}

static void test_parameters_before_key(void **state COCO_UNUSED)
{
	struct coco_view v = traditional(ec, NULL);
	/* what openssl ecparam -genkey writes first: the curve's name */
	static const char head[] = "-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n"
				   "-----END EC PARAMETERS-----\n";
	char *both = coco_alloc(sizeof(head) + v.n, 1);

	assert_non_null(both);
	memcpy(both, head, sizeof(head) - 1);
	memcpy(both + sizeof(head) - 1, v.p, v.n);
	accept_private(coco_view_of(both, sizeof(head) - 1 + v.n), ec);
	coco_free(both);
	drop(v);
	refuse_private(text_of(head), COCO_E_KEY_FORMAT);
}

static void test_der(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	BIO *bio = BIO_new(BIO_s_mem());
	assert_int_equal(i2d_PKCS8PrivateKey_bio(bio, coco_key_evp(ec), NULL, NULL, 0, NULL, NULL),
			 1);
	struct coco_view v = drain(bio);

	accept_private(v, ec);
	refuse_public(v, COCO_E_KEY_NOT_PUBLIC);
	for (size_t n = 0; n < v.n; n++)
		refuse_private(coco_view_of(v.p, n), COCO_E_KEY_FORMAT);
	uint8_t *longer = coco_alloc(v.n + 1, 1);
	assert_non_null(longer);
	memcpy(longer, v.p, v.n);
	longer[v.n] = 0;
	refuse_private(coco_view_of(longer, v.n + 1), COCO_E_KEY_FORMAT);
	coco_free(longer);
	drop(v);
	bio = BIO_new(BIO_s_mem());
	char pass[] = "pass";
	assert_int_equal(i2d_PKCS8PrivateKey_bio(bio, coco_key_evp(ec), EVP_aes_128_cbc(), pass, 4,
						 NULL, NULL), 1);
	v = drain(bio);
	refuse_private(v, COCO_E_KEY_ENCRYPTED);
	refuse_public(v, COCO_E_KEY_NOT_PUBLIC);
	drop(v);
	uint8_t *der = NULL;
	size_t n = 0;
	assert_ok(coco_key_public_der(ec, &der, &n, &d), &d);
	refuse_private(coco_view_of(der, n), COCO_E_KEY_NOT_PRIVATE);
	for (size_t i = 0; i < n; i++)
		refuse_public(coco_view_of(der, i), COCO_E_KEY_FORMAT);
	coco_free(der);
}

static void test_pem_mix(void **state COCO_UNUSED)
{
	struct coco_secret pem = { 0 };
	char *public = NULL;
	size_t n = 0;

	assert_ok(coco_key_private_pem(ec, &pem, NULL), NULL);
	assert_ok(coco_key_public_pem(ec, &public, &n, NULL), NULL);
	refuse_private(coco_view_of(public, n), COCO_E_KEY_NOT_PRIVATE);
	refuse_public(coco_view_of(coco_secret_expose(&pem), pem.n), COCO_E_KEY_NOT_PUBLIC);
	char *both = coco_alloc(2 * pem.n + 2 * n, 1);
	assert_non_null(both);
	/* public and private in one file: fine as a private key, refused as a public one */
	memcpy(both, public, n);
	memcpy(both + n, coco_secret_expose(&pem), pem.n);
	accept_private(coco_view_of(both, n + pem.n), ec);
	refuse_public(coco_view_of(both, n + pem.n), COCO_E_KEY_NOT_PUBLIC);
	/* twice the same: which one is meant? */
	memcpy(both, coco_secret_expose(&pem), pem.n);
	memcpy(both + pem.n, coco_secret_expose(&pem), pem.n);
	refuse_private(coco_view_of(both, 2 * pem.n), COCO_E_KEY_FORMAT);
	memcpy(both, public, n);
	memcpy(both + n, public, n);
	refuse_public(coco_view_of(both, 2 * n), COCO_E_KEY_FORMAT);
	/* cut anywhere: never a key */
	for (size_t i = 0; i + 1 < pem.n; i++) {
		struct coco_key *key = NULL;

		assert_int_not_equal(coco_key_parse_private(
					     coco_view_of(coco_secret_expose(&pem), i), &key, NULL),
				     0);
	}
	coco_free(both);
	coco_free(public);
	coco_secret_free(&pem);
}

static void test_encrypted_pem(void **state COCO_UNUSED)
{
	char pass[] = "pass";
	BIO *bio = BIO_new(BIO_s_mem());

	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, coco_key_evp(ec), EVP_aes_128_cbc(),
						       pass, 4, NULL, NULL), 1);
	struct coco_view v = drain(bio);
	refuse_private(v, COCO_E_KEY_ENCRYPTED);
	refuse_public(v, COCO_E_KEY_NOT_PUBLIC);
	drop(v);
}

static void test_other_things(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	struct coco_key *key = NULL;
	uint8_t raw[32];
	static const char ssh[] = "-----BEGIN OPENSSH PRIVATE KEY-----\nAQID\n"
				  "-----END OPENSSH PRIVATE KEY-----\n";
	static const char request[] = "-----BEGIN CERTIFICATE REQUEST-----\nAQID\n"
				      "-----END CERTIFICATE REQUEST-----\n";
	static const char broken[] = "-----BEGIN PRIVATE KEY-----\nAQID\n"
				     "-----END PRIVATE KEY-----\n";

	coco_test_random(raw, sizeof(raw), 6);
	assert_err(coco_key_parse_private(coco_view_of(raw, 32), &key, &d), COCO_E_KEY_FORMAT, &d);
	assert_non_null(strstr(d.hint, "content key"));
	coco_diag_init(&d);
	assert_err(coco_key_parse_public(text_of("{\"kty\":\"EC\"}"), &key, &d), COCO_E_KEY_FORMAT,
		   &d);
	assert_non_null(strstr(d.hint, "JWK"));
	refuse_private(text_of(ssh), COCO_E_KEY_FORMAT);
	refuse_public(text_of(ssh), COCO_E_KEY_NOT_PUBLIC);
	refuse_private(text_of(request), COCO_E_KEY_NOT_PRIVATE);
	refuse_public(text_of(request), COCO_E_KEY_FORMAT);
	refuse_private(text_of(broken), COCO_E_KEY_FORMAT);
	refuse_private(text_of(""), COCO_E_KEY_FORMAT);
	refuse_public(text_of("hello"), COCO_E_KEY_FORMAT);
	uint8_t *big = coco_zalloc(COCO_KEY_FILE_MAX + 1, 1);
	refuse_private(coco_view_of(big, COCO_KEY_FILE_MAX + 1), COCO_E_LIMIT_SIZE);
	refuse_public(coco_view_of(big, COCO_KEY_FILE_MAX + 1), COCO_E_LIMIT_SIZE);
	coco_free(big);
}

/* A SEC1 file whose public half belongs to another key signs nonsense: refused. */
static void test_mismatched_halves(void **state COCO_UNUSED)
{
	struct coco_key *other = NULL;
	unsigned char *der = NULL;
	unsigned char *foreign = NULL;
	size_t point = 97;

	assert_ok(coco_key_generate("p384", &other, NULL), NULL);
	int n = i2d_PrivateKey(coco_key_evp(ec), &der);
	int m = i2d_PrivateKey(coco_key_evp(other), &foreign);
	assert_true(n == m && n > (int)point);
	memcpy(der + (size_t)n - point, foreign + (size_t)m - point, point);
	const unsigned char *at = der;
	EVP_PKEY *pkey = d2i_PrivateKey(EVP_PKEY_EC, NULL, &at, n);
	assert_non_null(pkey);
	static struct coco_diag d;
	struct coco_key *key = NULL;
	assert_err(coco_key_from_evp(pkey, true, &key, &d), COCO_E_KEY_FORMAT, &d);
	OPENSSL_free(der);
	OPENSSL_free(foreign);
	coco_key_free(other);
}

static void test_load(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	char *dir = coco_test_dir();
	char *path = coco_path_join(dir, "k.pem");
	struct coco_secret pem = { 0 };
	struct coco_key *key = NULL;
	char *public = NULL;
	size_t n = 0;

	assert_ok(coco_key_private_pem(ec, &pem, NULL), NULL);
	assert_ok(coco_keyref_write(path, &pem, 0, NULL), NULL);
	assert_ok(coco_key_load_private(path, 0, &key, &d), &d);
	assert_true(coco_key_same(key, ec));
	assert_string_equal(d.source, "");
	coco_key_free(key);
	key = NULL;
	assert_err(coco_key_load_public(path, &key, &d), COCO_E_KEY_NOT_PUBLIC, &d);
	assert_string_equal(d.source, path);
	assert_int_equal(chmod(path, 0644), 0);
	coco_diag_init(&d);
	assert_err(coco_key_load_private(path, 0, &key, &d), COCO_E_IO_MODE, &d);
	assert_ok(coco_key_load_private(path, COCO_KEYREF_INSECURE_PERMISSIONS, &key, NULL), NULL);
	coco_key_free(key);
	/* a public key may be readable by all */
	assert_ok(coco_key_public_pem(ec, &public, &n, NULL), NULL);
	assert_ok(coco_write_file(path, public, n, COCO_OUT_FORCE, NULL), NULL);
	assert_int_equal(chmod(path, 0644), 0);
	assert_ok(coco_key_load_public(path, &key, NULL), NULL);
	assert_true(coco_key_same(key, ec));
	coco_key_free(key);
	coco_free(public);
	coco_secret_free(&pem);
	coco_free(path);
	coco_test_rmdir(dir);
}

static void test_memory(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	struct coco_secret pem = { 0 };
	char *public = NULL;
	size_t n_public = 0;

	assert_ok(coco_key_private_pem(ec, &pem, NULL), NULL);
	assert_ok(coco_key_public_pem(ec, &public, &n_public, NULL), NULL);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_key *key = NULL;
		int r = coco_key_parse_private(coco_view_of(coco_secret_expose(&pem), pem.n), &key,
					       &d);

		bool done = coco_test_alloc_check(r, &d);
		coco_key_free(key);
		if (done)
			break;
	}
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_key *key = NULL;
		int r = coco_key_parse_public(coco_view_of(public, n_public), &key, &d);

		bool done = coco_test_alloc_check(r, &d);
		coco_key_free(key);
		if (done)
			break;
	}
	coco_free(public);
	coco_secret_free(&pem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_traditional),
		cmocka_unit_test(test_parameters_before_key),
		cmocka_unit_test(test_der),		  cmocka_unit_test(test_pem_mix),
		cmocka_unit_test(test_encrypted_pem),	  cmocka_unit_test(test_other_things),
		cmocka_unit_test(test_mismatched_halves), cmocka_unit_test(test_load),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
