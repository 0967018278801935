/*
 * test_seal.c - sealed secrets signed, verified, changed; and the shared ones.
 */
#include "lib/broker/seal.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/support.h"

static struct coco_key *key_of(const char *type)
{
	struct coco_key *key = NULL;

	assert_ok(coco_key_generate(type, &key, NULL), NULL);
	return key;
}

static void test_seal(void **state COCO_UNUSED)
{
	struct coco_key *key = key_of("p256");
	struct coco_key *other = key_of("p256");
	struct coco_sealed s;
	struct coco_diag d = { 0 };
	char *text = NULL;

	assert_ok(coco_seal(key, "kbs:///a/b/c", "kbs:///r/t/g", &text, &d), &d);
	size_t n = strlen(text);
	assert_null(strchr(text, '\n'));
	assert_ok(coco_unseal(coco_view_of(text, n), key, &s, &d), &d);
	assert_string_equal(s.name, "kbs:///r/t/g");
	coco_sealed_free(&s);
	assert_err(coco_unseal(coco_view_of(text, n), other, &s, &d), COCO_E_VERIFY_SIGNATURE, &d);
	/* no changed character is accepted */
	for (size_t i = 0; i < n; i++) {
		char was = text[i];

		text[i] = was == 'A' ? 'B' : 'A';
		assert_int_not_equal(coco_unseal(coco_view_of(text, n), key, &s, NULL), 0);
		text[i] = was;
	}
	coco_free(text);
	coco_key_free(key);
	coco_key_free(other);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const char *const uris[] = { "", "a/b/c", "kbs://a/b/c", "kbs:///a/b",
					    "kbs:///a/b/c/d", "kbs:///a/b/c\n" };
	struct coco_key *key = key_of("p256");
	struct coco_key *wrong = key_of("p384");
	struct coco_key *public = NULL;
	struct coco_sealed s;
	struct coco_diag d = { 0 };
	char *text = NULL;
	char *pem = NULL;
	size_t n = 0;

	for (size_t i = 0; i < COCO_ARRAY_LEN(uris); i++) {
		coco_diag_init(&d);
		assert_err(coco_seal(key, uris[i], "kbs:///r/t/g", &text, &d), COCO_E_FORMAT_VALUE,
			   &d);
		coco_diag_init(&d);
		assert_err(coco_seal(key, "kbs:///r/t/g", uris[i], &text, &d), COCO_E_FORMAT_VALUE,
			   &d);
	}
	coco_diag_init(&d);
	assert_err(coco_seal(wrong, "kbs:///a/b/c", "kbs:///r/t/g", &text, &d), COCO_E_KEY_TYPE,
		   &d);
	coco_diag_init(&d);
	assert_err(coco_unseal(coco_view_of("x", 1), wrong, &s, &d), COCO_E_KEY_TYPE, &d);
	coco_diag_init(&d);
	assert_err(coco_seal_jwk(wrong, &text, &n, &d), COCO_E_KEY_TYPE, &d);
	assert_ok(coco_key_public_pem(key, &pem, &n, NULL), NULL);
	assert_ok(coco_key_parse_public(coco_view_of(pem, n), &public, NULL), NULL);
	coco_diag_init(&d);
	assert_err(coco_seal(public, "kbs:///a/b/c", "kbs:///r/t/g", &text, &d),
		   COCO_E_KEY_NOT_PRIVATE, &d);
	assert_null(text);
	coco_free(pem);
	coco_key_free(public);
	coco_key_free(wrong);
	coco_key_free(key);
}

static void test_public(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	char path[600];
	struct coco_key *key = key_of("p256");
	struct coco_key *read = NULL;
	struct coco_diag d = { 0 };
	char *text = NULL;
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/key", dir);
	assert_ok(coco_seal_jwk(key, &text, &n, &d), &d);
	assert_ok(coco_write_file(path, text, n, 0, NULL), NULL);
	assert_ok(coco_seal_load_public(path, &read, &d), &d);
	assert_true(coco_key_same(key, read));
	coco_key_free(read);
	coco_free(text);
	assert_ok(coco_key_public_pem(key, &text, &n, NULL), NULL);
	assert_ok(coco_write_file(path, text, n, COCO_OUT_FORCE, NULL), NULL);
	assert_ok(coco_seal_load_public(path, &read, &d), &d);
	assert_true(coco_key_same(key, read));
	coco_key_free(read);
	coco_free(text);
	/* a point that is not on the curve */
	static const char off[] = "{\"kty\":\"EC\",\"crv\":\"P-256\","
				  "\"x\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
				  "\"y\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}";
	assert_ok(coco_write_file(path, off, sizeof(off) - 1, COCO_OUT_FORCE, NULL), NULL);
	read = NULL;
	assert_int_not_equal(coco_seal_load_public(path, &read, NULL), 0);
	assert_null(read);
	coco_key_free(key);
	coco_test_rmdir(dir);
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("broker/sealed/sealed.json");
	char *dir;
	char file[600];
	struct coco_json doc;
	struct coco_jv list;
	struct coco_jv v;
	struct coco_key *key = NULL;
	struct coco_sealed s;
	struct coco_diag d = { 0 };
	const char *text = NULL;
	size_t n = 0;

	if (path == NULL)
		skip();
	dir = coco_test_dir();
	snprintf(file, sizeof(file), "%s/jwk", dir);
	uint8_t *bytes = coco_test_slurp(path, &n);
	assert_ok(coco_json_parse(&doc, coco_view_of(bytes, n), n, NULL), NULL);
	coco_free(bytes);
	struct coco_jv root = coco_json_root(&doc);
	assert_ok(coco_jv_string(&root, "kid_resource_body", &text, NULL), NULL);
	assert_ok(coco_write_file(file, text, strlen(text), 0, NULL), NULL);
	assert_ok(coco_seal_load_public(file, &key, &d), &d);
	char *jwk = NULL;
	assert_ok(coco_seal_jwk(key, &jwk, &n, &d), &d);
	assert_string_equal(jwk, text);
	coco_free(jwk);
	for (int envelope = 0; envelope < 2; envelope++) {
		assert_ok(coco_jv_object(&root, envelope ? "envelope" : "vault", &v, NULL), NULL);
		assert_ok(coco_jv_string(&v, "sealed", &text, NULL), NULL);
		assert_ok(coco_unseal(coco_view_of(text, strlen(text)), key, &s, &d), &d);
		assert_int_equal(s.envelope, envelope);
		assert_string_equal(s.kid, "kbs:///default/signing-key/sealed-secret");
		coco_sealed_free(&s);
	}
	assert_ok(coco_jv_array(&root, "negative", &list, NULL), NULL);
	assert_int_equal(coco_jv_len(&list), 5);
	static const int codes[] = { COCO_E_VERIFY_SIGNATURE, COCO_E_SEALED_FAKE,
				     COCO_E_SEALED_FORM, COCO_E_SEALED_FORM,
				     COCO_E_FORMAT_JSON_TYPE };
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		v = coco_jv_item(&list, i);
		assert_ok(coco_jv_string(&v, "sealed", &text, NULL), NULL);
		coco_diag_init(&d);
		assert_err(coco_unseal(coco_view_of(text, strlen(text)), key, &s, &d), codes[i],
			   &d);
	}
	coco_json_free(&doc);
	coco_key_free(key);
	coco_test_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seal), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_public), cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
