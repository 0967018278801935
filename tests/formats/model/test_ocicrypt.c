/*
 * test_ocicrypt.c - media types, options and packets of encrypted layers; the
 * shared vectors.
 */
#include "formats/model/ocicrypt.h"

#include <stdlib.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "tests/support/support.h"

static void test_media(void **state COCO_UNUSED)
{
	static const char *const refused[][2] = {
		{ "application/vnd.docker.image.rootfs.diff.tar.gzip", "--format oci" },
		{ "application/vnd.docker.distribution.manifest.v2+json", "--format oci" },
		{ "application/vnd.oci.image.layer.v1.tar+gzip+encrypted", "before encryption" },
		{ "application/vnd.oci.image.layer.v1.tar+zstd", "gzip" },
		{ "application/x-tar", "layers of type" },
		{ "", "layers of type" },
	};
	const char *why;
	const char *next;

	assert_string_equal(coco_ocicrypt_media("application/vnd.oci.image.layer.v1.tar"),
			    "application/vnd.oci.image.layer.v1.tar+encrypted");
	assert_string_equal(coco_ocicrypt_media("application/vnd.oci.image.layer.v1.tar+gzip"),
			    "application/vnd.oci.image.layer.v1.tar+gzip+encrypted");
	assert_string_equal(
		coco_ocicrypt_media("application/vnd.oci.image.layer.nondistributable.v1.tar"),
		"application/vnd.oci.image.layer.nondistributable.v1.tar+encrypted");
	for (size_t i = 0; i < COCO_ARRAY_LEN(refused); i++) {
		assert_null(coco_ocicrypt_media(refused[i][0]));
		coco_ocicrypt_why(refused[i][0], &why, &next);
		assert_non_null(strstr(next, refused[i][1]));
		assert_string_not_equal(why, "");
	}
}

static char *finish(struct coco_wr *wr)
{
	struct coco_diag d = { 0 };
	uint8_t *text;
	size_t n;

	assert_ok(coco_wr_finish(wr, &text, &n, &d), &d);
	return (char *)text;
}

static void test_texts(void **state COCO_UNUSED)
{
	static const uint8_t zeros[32];
	char text[COCO_OCICRYPT_PRIVATE];
	struct coco_wr wr;
	char *got;

	size_t n = coco_ocicrypt_private(text, zeros, zeros, zeros);
	assert_int_equal(n, strlen(text));
	assert_string_equal(text,
		"{\"symkey\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"digest\":\"sha256:"
		"0000000000000000000000000000000000000000000000000000000000000000\","
		"\"cipheroptions\":{\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}}");
	coco_wr_init(&wr, 4096);
	coco_ocicrypt_public(&wr, zeros);
	got = finish(&wr);
	assert_string_equal(got, "{\"cipher\":\"AES_256_CTR_HMAC_SHA256\",\"hmac\":"
				 "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","
				 "\"cipheroptions\":{}}");
	coco_free(got);
	coco_wr_init(&wr, 4096);
	coco_ocicrypt_packet(&wr, 1, "kbs:///r/t/g", coco_view_of("\1\2\3", 3), zeros);
	got = finish(&wr);
	assert_string_equal(got, "{\"kid\":\"kbs:///r/t/g\",\"wrapped_data\":\"AQID\","
				 "\"iv\":\"AAAAAAAAAAAAAAAA\",\"wrap_type\":\"A256GCM\"}");
	coco_free(got);
	coco_wr_init(&wr, 4096);
	coco_ocicrypt_packet(&wr, 2, "kbs:///r/t/g", coco_view_of("", 0), zeros);
	got = finish(&wr);
	assert_string_equal(got, "{\"version\":\"0.1.0\",\"kid\":\"kbs:///r/t/g\",\"wrapped_data\":"
				 "\"\",\"provider\":\"kbs\",\"provider_settings\":{},"
				 "\"annotations\":{},\"iv\":\"AAAAAAAAAAAAAAAA\","
				 "\"wrap_type\":\"A256GCM\"}");
	coco_free(got);
}

/* A member of the vector: text, or bytes in hexadecimal. */
static const char *member(const struct coco_json *doc, const char *key)
{
	struct coco_diag d = { 0 };
	const struct coco_jv root = coco_json_root(doc);
	const char *text;

	assert_ok(coco_jv_string(&root, key, &text, &d), &d);
	return text;
}

static void bytes(const struct coco_json *doc, const char *key, uint8_t *ret, size_t n)
{
	const char *text = member(doc, key);
	struct coco_diag d = { 0 };

	assert_ok(coco_hex_decode(ret, n, text, strlen(text), &d), &d);
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("broker/ocicrypt/layer.json");
	uint8_t key[32], nonce[16], plain[32], hmac[32];
	char text[COCO_OCICRYPT_PRIVATE];
	struct coco_diag d = { 0 };
	struct coco_json doc;
	struct coco_wr wr;
	size_t n;

	if (path == NULL)
		skip();
	uint8_t *file = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(file, n), n, &d), &d);
	bytes(&doc, "symkey_hex", key, 32);
	bytes(&doc, "ctr_nonce_hex", nonce, 16);
	bytes(&doc, "plain_sha256", plain, 32);
	bytes(&doc, "hmac_hex", hmac, 32);
	coco_ocicrypt_private(text, key, plain, nonce);
	assert_string_equal(text, member(&doc, "private_opts"));
	coco_wr_init(&wr, 4096);
	coco_ocicrypt_public(&wr, hmac);
	char *got = finish(&wr);
	assert_string_equal(got, member(&doc, "public_opts"));
	coco_free(got);
	coco_json_free(&doc);
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_media),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
