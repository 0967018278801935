/*
 * test_image_encrypt.c - images whose layers are encrypted: opened again here
 * with OpenSSL, by the packets that they carry; images that are refused.
 */
#include "lib/model/image_encrypt.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "formats/model/ocicrypt.h"
#include "lib/core/io.h"
#include "lib/crypto/jwe_seal.h"
#include "lib/model/layout.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_layout.h"

#define TAR "application/vnd.oci.image.layer.v1.tar"
#define CONFIG "application/vnd.oci.image.config.v1+json"

static const struct coco_run run = { .jobs = 1 };
static const uint8_t kek_raw[32] = { 7, 8, 9 };

/* An image with two layers of the given types; its only tag is v1. */
static char *image(const char *first, const char *second, const char *config_type)
{
	char *dir = coco_mint_start();
	struct coco_minted one = coco_mint_blob(dir, "the first layer");
	struct coco_minted two = coco_mint_blob(dir, "the second");
	struct coco_minted manifest;
	char text[2048];
	char entry[1024];

	snprintf(text, sizeof(text),
		 "{\"schemaVersion\":2,"
		 "\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
		 "\"config\":{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":2},\"layers\":["
		 "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu,"
		 "\"annotations\":{\"a\":\"b\"}},"
		 "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu}]}",
		 config_type, COCO_MINT_EMPTY, first, one.digest, one.size, second, two.digest,
		 two.size);
	manifest = coco_mint_blob(dir, text);
	coco_mint_entry(entry, sizeof(entry), "manifest", &manifest, NULL, "v1");
	coco_mint_index(text, sizeof(text), entry);
	coco_mint_text(dir, "index.json", text);
	return dir;
}

static struct coco_secret kek(void)
{
	struct coco_secret s = { 0 };
	struct coco_diag d = { 0 };

	assert_ok(coco_secret_from(&s, kek_raw, sizeof(kek_raw), &d), &d);
	return s;
}

static int encrypt(const char *source, const char *out, struct coco_image_encrypt req,
		   struct coco_diag *d)
{
	struct coco_image_encrypted res;
	struct coco_secret key = kek();

	req.source = source;
	req.out = out;
	req.kek = &key;
	req.kid = "kbs:///r/t/g";
	if (req.packet == 0)
		req.packet = 2;
	coco_diag_init(d);
	int r = coco_image_encrypt(&run, &req, &res, d);
	coco_secret_free(&key);
	if (r == 0)
		assert_int_equal(res.n_layers > 0, 1);
	return r;
}

/* ---- opening again ----------------------------------------------------------------- */

static uint8_t *from_b64(const char *text, size_t *ret_n)
{
	size_t n = strlen(text);
	uint8_t *p = coco_alloc(n + 3, 1);

	assert_non_null(p);
	int got = EVP_DecodeBlock(p, (const unsigned char *)text, (int)n);
	assert_true(got >= 0);
	*ret_n = (size_t)got;
	while (n > 0 && text[--n] == '=')
		(*ret_n)--;
	p[*ret_n] = '\0';
	return p;
}

/* A member of a JSON text as bytes. */
static uint8_t *member(const char *json, const char *object, const char *key, size_t *ret_n)
{
	struct coco_diag d = { 0 };
	struct coco_json doc;
	struct coco_jv in;
	const char *text;

	assert_ok(coco_json_parse(&doc, coco_view_of(json, strlen(json)), 1 << 20, &d), &d);
	in = coco_json_root(&doc);
	const struct coco_jv root = in;
	if (object != NULL)
		assert_ok(coco_jv_object(&root, object, &in, &d), &d);
	assert_ok(coco_jv_string(&in, key, &text, &d), &d);
	uint8_t *p = from_b64(text, ret_n);
	coco_json_free(&doc);
	return p;
}

/* The private options of a packet for guests. */
static char *unwrap(const char *packet)
{
	size_t n;
	size_t n_iv;
	int got = 0;
	uint8_t *wrapped = member(packet, NULL, "wrapped_data", &n);
	uint8_t *iv = member(packet, NULL, "iv", &n_iv);
	char *out = coco_zalloc(n, 1);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	assert_non_null(out);
	assert_true(n > 16 && n_iv == 12);
	assert_int_equal(EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, kek_raw, iv), 1);
	assert_int_equal(EVP_DecryptUpdate(ctx, (uint8_t *)out, &got, wrapped, (int)n - 16), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 16, wrapped + n - 16), 1);
	assert_int_equal(EVP_DecryptFinal_ex(ctx, (uint8_t *)out + got, &got), 1);
	EVP_CIPHER_CTX_free(ctx);
	coco_free(wrapped);
	coco_free(iv);
	return out;
}

static char *annotation(const struct coco_descriptor *d, const char *key)
{
	const char *text = coco_annotation_get(d->annotations, d->n_annotations, key);
	size_t n;

	assert_non_null(text);
	return (char *)from_b64(text, &n);
}

/* The layer's bytes, by private and public options. */
static void check_layer(const struct coco_layout *l, const struct coco_descriptor *d,
			const char *options, const char *want)
{
	char *public = annotation(d, COCO_OCICRYPT_PUBLIC);
	struct coco_diag diag = { 0 };
	uint8_t plain[256], mac[32];
	unsigned n_mac = 0;
	size_t n, n_key, n_nonce, n_hmac;
	uint8_t *key = member(options, NULL, "symkey", &n_key);
	uint8_t *nonce = member(options, "cipheroptions", "nonce", &n_nonce);
	uint8_t *hmac = member(public, NULL, "hmac", &n_hmac);
	uint8_t *cipher;
	int got = 0;

	assert_true(n_key == 32 && n_nonce == 16 && n_hmac == 32);
	assert_ok(coco_layout_read(l, d, sizeof(plain), &cipher, &n, &diag), &diag);
	assert_non_null(HMAC(EVP_sha256(), key, 32, cipher, n, mac, &n_mac));
	assert_memory_equal(mac, hmac, 32);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	assert_int_equal(EVP_DecryptInit_ex(ctx, EVP_aes_256_ctr(), NULL, key, nonce), 1);
	assert_int_equal(EVP_DecryptUpdate(ctx, plain, &got, cipher, (int)n), 1);
	EVP_CIPHER_CTX_free(ctx);
	assert_int_equal(got, strlen(want));
	assert_memory_equal(plain, want, strlen(want));
	coco_free(public);
	coco_free(key);
	coco_free(nonce);
	coco_free(hmac);
	coco_free(cipher);
}

static void open_image(const char *dir, struct coco_layout **ret, struct coco_manifest *m)
{
	struct coco_diag d = { 0 };
	uint8_t *text;
	size_t n;

	assert_ok(coco_layout_open(ret, dir, &d), &d);
	const struct coco_index *x = coco_layout_index(*ret);
	assert_int_equal(x->n_manifests, 1);
	assert_ok(coco_layout_read(*ret, &x->manifests[0], 1 << 20, &text, &n, &d), &d);
	assert_ok(coco_manifest_decode(m, coco_view_of(text, n), &d), &d);
	coco_free(text);
}

static void test_guest(void **state COCO_UNUSED)
{
	char *dir = image(TAR, TAR "+gzip", CONFIG);
	char *work = coco_test_dir();
	char *out = coco_path_join(work, "out");
	struct coco_layout *l;
	struct coco_manifest m;
	struct coco_diag d;

	assert_ok(encrypt(dir, out, (struct coco_image_encrypt){ .packet = 1 }, &d), &d);
	open_image(out, &l, &m);
	assert_int_equal(m.n_layers, 2);
	assert_string_equal(m.config.media_type, CONFIG);
	assert_string_equal(m.layers[0].media_type, TAR "+encrypted");
	assert_string_equal(m.layers[1].media_type, TAR "+gzip+encrypted");
	assert_string_equal(coco_annotation_get(m.layers[0].annotations, m.layers[0].n_annotations,
						"a"), "b");
	char *p0 = annotation(&m.layers[0], COCO_OCICRYPT_PROVIDER);
	char *p1 = annotation(&m.layers[1], COCO_OCICRYPT_PROVIDER);
	assert_non_null(strstr(p0, "\"kid\":\"kbs:///r/t/g\""));
	char *o0 = unwrap(p0);
	char *o1 = unwrap(p1);
	assert_string_not_equal(o0, o1);
	check_layer(l, &m.layers[0], o0, "the first layer");
	check_layer(l, &m.layers[1], o1, "the second");
	coco_free(p0);
	coco_free(p1);
	coco_free(o0);
	coco_free(o1);
	coco_manifest_free(&m);
	coco_layout_close(l);
	/* what is there is not replaced; another run gives other bytes */
	assert_err(encrypt(dir, out, (struct coco_image_encrypt){ .tag = "v1" }, &d),
		   COCO_E_EXISTS, &d);
	coco_free(out);
	coco_test_rmdir(work);
	coco_test_rmdir(dir);
}

static void test_recipients(void **state COCO_UNUSED)
{
	char *dir = image(TAR, TAR, CONFIG);
	char *work = coco_test_dir();
	char *out = coco_path_join(work, "out");
	struct coco_key *key = NULL;
	struct coco_image_encrypted res;
	struct coco_secret options = { 0 };
	struct coco_layout *l;
	struct coco_manifest m;
	struct coco_jwe jwe;
	struct coco_diag d = { 0 };

	assert_ok(coco_key_generate("p256", &key, &d), &d);
	const struct coco_key *const keys[] = { key };
	const struct coco_image_encrypt req = { .source = dir, .out = out, .recipients = keys,
						.n_recipients = 1, .out_tag = "new" };
	assert_ok(coco_image_encrypt(&run, &req, &res, &d), &d);
	assert_int_equal(res.bytes, 25);
	open_image(out, &l, &m);
	const struct coco_index *x = coco_layout_index(l);
	assert_string_equal(coco_annotation_get(x->manifests[0].annotations,
						x->manifests[0].n_annotations, COCO_ANN_REF_NAME),
			    "new");
	assert_null(coco_annotation_get(m.layers[0].annotations, m.layers[0].n_annotations,
					COCO_OCICRYPT_PROVIDER));
	char *text = annotation(&m.layers[0], COCO_OCICRYPT_JWE);
	assert_ok(coco_jwe_decode(&jwe, coco_view_of(text, strlen(text)), &d), &d);
	assert_ok(coco_jwe_open(&jwe, key, 0, &options, &d), &d);
	char *plain = coco_strndup((const char *)coco_secret_expose(&options), options.n);
	check_layer(l, &m.layers[0], plain, "the first layer");
	coco_free(plain);
	coco_free(text);
	coco_jwe_clear(&jwe);
	coco_secret_free(&options);
	coco_key_free(key);
	coco_manifest_free(&m);
	coco_layout_close(l);
	coco_free(out);
	coco_test_rmdir(work);
	coco_test_rmdir(dir);
}

static void refused(char *dir, int code, const char *hint)
{
	char *work = coco_test_dir();
	char *out = coco_path_join(work, "out");
	struct coco_diag d;

	assert_err(encrypt(dir, out, (struct coco_image_encrypt){ .tag = NULL }, &d), code, &d);
	if (hint != NULL)
		assert_non_null(strstr(d.hint, hint));
	/* nothing is left */
	assert_int_equal(rmdir(work), 0);
	coco_free(out);
	free(work);
	coco_test_rmdir(dir);
}

static void test_refused(void **state COCO_UNUSED)
{
	char entries[4096];
	char text[8192];
	struct coco_minted m;
	char *dir;

	refused(image("application/vnd.docker.image.rootfs.diff.tar.gzip", TAR, CONFIG),
		COCO_E_OCICRYPT_MEDIA, "--format oci");
	refused(image(TAR, TAR "+zstd", CONFIG), COCO_E_OCICRYPT_MEDIA, "gzip");
	refused(image(TAR "+encrypted", TAR, CONFIG), COCO_E_OCICRYPT_MEDIA, "before");
	refused(image(TAR, TAR, "application/vnd.docker.container.image.v1+json"),
		COCO_E_OCICRYPT_MEDIA, "--format oci");
	refused(image(TAR, TAR, "application/vnd.other"), COCO_E_OCICRYPT_SOURCE, NULL);
	/* a blob that is not what it is named */
	dir = image(TAR, TAR, CONFIG);
	m = coco_mint_blob(dir, "the second");
	coco_mint_text(dir, coco_mint_blob_path(".", &m), "the sEcond");
	refused(dir, COCO_E_BLOB_DIGEST, NULL);
	dir = image(TAR, TAR, CONFIG);
	m = coco_mint_blob(dir, "the second");
	assert_int_equal(unlink(coco_mint_blob_path(dir, &m)), 0);
	refused(dir, COCO_E_BLOB_MISSING, NULL);
	/* several, none, for several platforms, Docker's */
	dir = image(TAR, TAR, CONFIG);
	m = coco_mint_manifest(dir, NULL, CONFIG, "x", NULL);
	coco_mint_entry(entries, sizeof(entries), "manifest", &m, NULL, "v1");
	size_t n = strlen(entries);
	entries[n++] = ',';
	m = coco_mint_manifest(dir, NULL, CONFIG, "y", NULL);
	coco_mint_entry(entries + n, sizeof(entries) - n, "manifest", &m, NULL, "v2");
	coco_mint_index(text, sizeof(text), entries);
	coco_mint_text(dir, "index.json", text);
	refused(dir, COCO_E_OCICRYPT_SOURCE, "DIR:TAG");
	dir = image(TAR, TAR, CONFIG);
	coco_mint_text(dir, "index.json", "{\"schemaVersion\":2,\"manifests\":[]}");
	refused(dir, COCO_E_OCICRYPT_SOURCE, "index.json");
	dir = image(TAR, TAR, CONFIG);
	m = coco_mint_blob(dir, "{\"schemaVersion\":2,\"manifests\":[]}");
	coco_mint_entry(entries, sizeof(entries), "index", &m, NULL, NULL);
	coco_mint_index(text, sizeof(text), entries);
	coco_mint_text(dir, "index.json", text);
	refused(dir, COCO_E_OCICRYPT_SOURCE, "--override-arch");
	dir = image(TAR, TAR, CONFIG);
	coco_mint_entry(entries, sizeof(entries),
			"application/vnd.docker.distribution.manifest.v2+json", &m, NULL, NULL);
	coco_mint_index(text, sizeof(text), entries);
	coco_mint_text(dir, "index.json", text);
	refused(dir, COCO_E_OCICRYPT_MEDIA, "--format oci");
	/* a directory, an artifact */
	refused(coco_test_dir(), COCO_E_OCICRYPT_SOURCE, "tar -C");
	dir = image(TAR, TAR, CONFIG);
	m = coco_mint_manifest(dir, COCO_MINT_PACKAGE, CONFIG, "x", NULL);
	coco_mint_entry(entries, sizeof(entries), "manifest", &m, NULL, NULL);
	coco_mint_index(text, sizeof(text), entries);
	coco_mint_text(dir, "index.json", text);
	refused(dir, COCO_E_OCICRYPT_SOURCE, "encrypted already");
}

static void test_tar(void **state COCO_UNUSED)
{
	char *work = coco_test_dir();
	char *out = coco_path_join(work, "out");
	char *tar = coco_path_join(work, "x.tar");
	struct coco_diag d;
	struct coco_layout *l;
	struct coco_manifest m;
	char block[512] = { 0 };

	coco_mint_file(work, "x.tar", "short", 5);
	assert_err(encrypt(tar, out, (struct coco_image_encrypt){ .tag = NULL }, &d),
		   COCO_E_OCICRYPT_SOURCE, &d);
	coco_mint_file(work, "x.tar", block, sizeof(block));
	assert_err(encrypt(tar, out, (struct coco_image_encrypt){ .tag = NULL }, &d),
		   COCO_E_OCICRYPT_SOURCE, &d);
	memcpy(block, "\x1f\x8b", 2);
	coco_mint_file(work, "x.tar", block, sizeof(block));
	assert_err(encrypt(tar, out, (struct coco_image_encrypt){ .tag = NULL }, &d),
		   COCO_E_OCICRYPT_SOURCE, &d);
	assert_non_null(strstr(d.hint, "gunzip"));
	/* one block is enough of a tar for this; what is in it is nobody's concern here */
	memset(block, 'x', sizeof(block));
	memcpy(block + 257, "ustar", 5);
	coco_mint_file(work, "x.tar", block, sizeof(block));
	assert_ok(encrypt(tar, out, (struct coco_image_encrypt){ .out_tag = "v1" }, &d), &d);
	open_image(out, &l, &m);
	assert_int_equal(m.n_layers, 1);
	assert_int_equal(m.layers[0].size, 512);
	assert_string_equal(m.layers[0].media_type, TAR "+encrypted");
	coco_manifest_free(&m);
	coco_layout_close(l);
	coco_free(tar);
	coco_free(out);
	coco_test_rmdir(work);
}

static void test_other(void **state COCO_UNUSED)
{
	static const volatile sig_atomic_t stop = 1;
	const struct coco_run stopped = { .jobs = 1, .cancel = &stop };
	char *dir = image(TAR, TAR, CONFIG);
	char *work = coco_test_dir();
	char *out = coco_path_join(work, "out");
	struct coco_secret key = kek();
	struct coco_image_encrypt req = { .source = dir, .out = out, .packet = 2 };
	struct coco_image_encrypted res = { .n_layers = 9 };
	struct coco_diag d = { 0 };

	assert_err(coco_image_encrypt(&run, &req, &res, &d), COCO_E_OCICRYPT_RECIPIENT, &d);
	coco_diag_init(&d);
	req.kek = &key;
	req.kid = "kbs:///r/t/g";
	assert_err(coco_image_encrypt(&stopped, &req, &res, &d), COCO_E_CANCELLED, &d);
	assert_int_equal(res.n_layers, 9);
	coco_diag_init(&d);
	req.dry_run = true;
	assert_ok(coco_image_encrypt(&run, &req, &res, &d), &d);
	assert_int_equal(res.n_layers, 2);
	assert_int_not_equal(access(out, F_OK), 0);
	req.dry_run = false;
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		coco_diag_init(&d);
		int r = coco_image_encrypt(&run, &req, &res, &d);

		if (!coco_test_alloc_disarm())
			break;
		/* a few are done without; then the image is there as always */
		if (r != 0)
			assert_err(r, COCO_E_LIMIT_MEMORY, &d);
		assert_int_equal(access(out, F_OK) == 0, r == 0);
		coco_remove_tree(AT_FDCWD, out);
	}
	assert_int_equal(access(out, F_OK), 0);
	coco_secret_free(&key);
	coco_free(out);
	coco_test_rmdir(work);
	coco_test_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guest),   cmocka_unit_test(test_recipients),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_tar),
		cmocka_unit_test(test_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
