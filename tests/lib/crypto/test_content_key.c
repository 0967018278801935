/*
 * test_content_key.c - the forms in which a content key may come.
 */
#include "lib/crypto/content_key.h"

#include <ctype.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/support.h"

static uint8_t raw[COCO_CONTENT_KEY_BYTES];

static int parse(const void *p, size_t n, struct coco_diag *d)
{
	struct coco_secret s = { 0 };

	coco_diag_init(d);
	int r = coco_content_key_parse(p, n, &s, d);
	if (r == 0) {
		assert_int_equal(s.n, sizeof(raw));
		assert_memory_equal(coco_secret_expose(&s), raw, sizeof(raw));
		assert_ok(coco_content_key_check(&s, NULL), NULL);
	}
	coco_secret_free(&s);
	return r;
}

static void test_forms(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	char hex[66];
	char b64[64];

	assert_ok(parse(raw, sizeof(raw), &d), &d);
	coco_hex_encode(hex, raw, sizeof(raw));
	assert_ok(parse(hex, 64, &d), &d);
	strcat(hex, "\n");
	assert_ok(parse(hex, 65, &d), &d);
	for (size_t i = 0; i < 64; i++)
		hex[i] = (char)toupper((unsigned char)hex[i]);
	assert_ok(parse(hex, 64, &d), &d);
	coco_b64_encode(COCO_B64_STD, b64, raw, sizeof(raw));
	assert_int_equal(strlen(b64), 44);
	assert_ok(parse(b64, 44, &d), &d);
	strcat(b64, "\n");
	assert_ok(parse(b64, 45, &d), &d);
	coco_b64_encode(COCO_B64_URL, b64, raw, sizeof(raw));
	assert_int_equal(strlen(b64), 43);
	assert_ok(parse(b64, 43, &d), &d);
}

static void test_refused(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	static const char pem[] = "-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----\n";
	uint8_t bytes[100] = { 0 };
	char hex[70];
	char b64[64];

	coco_test_random(bytes, sizeof(bytes), 5);
	for (size_t n = 0; n < sizeof(bytes); n++)
		if (n != COCO_CONTENT_KEY_BYTES)
			assert_err(parse(bytes, n, &d), COCO_E_KEY_CONTENT, &d);
	coco_hex_encode(hex, raw, sizeof(raw));
	strcat(hex, "\n\n");
	assert_err(parse(hex, 66, &d), COCO_E_KEY_CONTENT, &d);
	memcpy(hex + 64, "\r\n", 3);
	assert_err(parse(hex, 66, &d), COCO_E_KEY_CONTENT, &d);
	hex[10] = 'g';
	assert_err(parse(hex, 64, &d), COCO_E_KEY_CONTENT, &d);
	/* 31 and 33 bytes have base64 of the same length */
	coco_b64_encode(COCO_B64_STD, b64, bytes, 31);
	assert_err(parse(b64, 44, &d), COCO_E_KEY_CONTENT, &d);
	coco_b64_encode(COCO_B64_STD, b64, bytes, 33);
	assert_err(parse(b64, 44, &d), COCO_E_KEY_CONTENT, &d);
	assert_err(parse(pem, sizeof(pem) - 1, &d), COCO_E_KEY_CONTENT, &d);
	assert_non_null(strstr(d.hint, "PEM"));
	assert_err(parse("{\"format\":1}", 12, &d), COCO_E_KEY_CONTENT, &d);
	assert_non_null(strstr(d.hint, "unwrap"));
}

static void test_zeros(void **state COCO_UNUSED)
{
	static struct coco_diag d;
	uint8_t zero[32] = { 0 };
	char hex[65];
	struct coco_secret s = { 0 };

	assert_err(parse(zero, 32, &d), COCO_E_KEY_CONTENT, &d);
	memset(hex, '0', 64);
	assert_err(parse(hex, 64, &d), COCO_E_KEY_CONTENT, &d);
	assert_err(coco_content_key_check(&s, NULL), COCO_E_KEY_CONTENT, NULL);
}

static void test_load(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	char *path = coco_path_join(dir, "k");
	struct coco_secret s = { 0 };
	static struct coco_diag d;

	assert_ok(coco_write_file(path, raw, sizeof(raw), COCO_OUT_SECRET, NULL), NULL);
	assert_ok(coco_content_key_load(path, 0, &s, &d), &d);
	assert_memory_equal(coco_secret_expose(&s), raw, sizeof(raw));
	coco_secret_free(&s);
	assert_ok(coco_write_file(path, raw, 31, COCO_OUT_SECRET | COCO_OUT_FORCE, NULL), NULL);
	assert_err(coco_content_key_load(path, 0, &s, &d), COCO_E_KEY_CONTENT, &d);
	assert_string_equal(d.source, path);
	/* a public file is not a way around the mode check */
	assert_ok(coco_write_file(path, raw, 32, COCO_OUT_FORCE, NULL), NULL);
	coco_diag_init(&d);
	assert_err(coco_content_key_load(path, COCO_KEYREF_PUBLIC, &s, &d), COCO_E_IO_MODE, &d);
	assert_ok(coco_content_key_load(path, COCO_KEYREF_INSECURE_PERMISSIONS, &s, NULL), NULL);
	coco_secret_free(&s);
	coco_free(path);
	coco_test_rmdir(dir);
}

static void test_generate(void **state COCO_UNUSED)
{
	struct coco_secret a = { 0 };
	struct coco_secret b = { 0 };

	assert_ok(coco_content_key_generate(&a, NULL), NULL);
	assert_ok(coco_content_key_generate(&b, NULL), NULL);
	assert_ok(coco_content_key_check(&a, NULL), NULL);
	assert_memory_not_equal(coco_secret_expose(&a), coco_secret_expose(&b), 32);
	coco_secret_free(&a);
	coco_secret_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),	 cmocka_unit_test(test_refused),
		cmocka_unit_test(test_zeros),	 cmocka_unit_test(test_load),
		cmocka_unit_test(test_generate),
	};

	coco_test_random(raw, sizeof(raw), 4);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
