/*
 * test_key_wrap.c - the content key wrapped for its holders, and back.
 */
#include "lib/crypto/key_wrap.h"

#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/jwe_seal.h"
#include "tests/support/alloc_fail.h"

#define PACKAGE "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const char *const names[] = { "p256", "p384", "p521", "rsa2048" };
static struct coco_key *keys[COCO_ARRAY_LEN(names)];
static struct coco_key *stranger;
static struct coco_secret content;

static int setup(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		assert_ok(coco_key_generate(names[i], &keys[i], NULL), NULL);
	assert_ok(coco_key_generate("p256", &stranger, NULL), NULL);
	assert_ok(coco_content_key_generate(&content, NULL), NULL);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++)
		coco_key_free(keys[i]);
	coco_key_free(stranger);
	coco_secret_free(&content);
	return 0;
}

static void test_round_trip(void **state COCO_UNUSED)
{
	const struct coco_key *to[] = { keys[0], keys[1], keys[2], keys[3] };
	struct coco_wrap_request req = { .recipients = to, .n_recipients = 4,
					 .key_id = "kbs:///r/t/g", .package = PACKAGE };
	static struct coco_diag d;
	struct coco_wraps w;
	struct coco_secret out = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_key_wrap(&content, &req, &text, &n, &d), &d);
	assert_ok(coco_wraps_decode(&w, coco_view_of(text, n), &d), &d);
	assert_int_equal(w.n_wraps, 5);
	assert_string_equal(w.key_id, "kbs:///r/t/g");
	assert_string_equal(w.package, PACKAGE);
	assert_int_equal(w.wraps[4].type, COCO_WRAP_BROKER);
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		assert_ok(coco_key_unwrap(&w, keys[i], &out, &d), &d);
		assert_int_equal(out.n, 32);
		assert_memory_equal(out.p, content.p, 32);
		coco_secret_free(&out);
	}
	assert_err(coco_key_unwrap(&w, stranger, &out, &d), COCO_E_KEY_NO_RECIPIENT, &d);
	assert_non_null(strstr(d.message, coco_key_fingerprint_text(stranger)));
	coco_wraps_clear(&w);
	/* the key is in no form in the text */
	for (size_t i = 0; i + 32 <= n; i++)
		assert_memory_not_equal(text + i, content.p, 32);
	coco_free(text);
}

static void test_broker_only(void **state COCO_UNUSED)
{
	struct coco_wrap_request req = { .key_id = "kbs://host/r/t/g" };
	struct coco_wraps w;
	struct coco_secret out = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_key_wrap(&content, &req, &text, &n, NULL), NULL);
	assert_string_equal((char *)text,
			    "{\"format\":\"cococtl/key-wraps\",\"format_version\":1,"
			    "\"key_id\":\"kbs:///r/t/g\",\"wraps\":[{\"type\":\"broker\","
			    "\"key_id\":\"kbs:///r/t/g\"}],\"critical\":[]}");
	assert_ok(coco_wraps_decode(&w, coco_view_of(text, n), NULL), NULL);
	assert_err(coco_key_unwrap(&w, keys[0], &out, NULL), COCO_E_KEY_NO_RECIPIENT, NULL);
	coco_wraps_clear(&w);
	coco_free(text);
}

static void refuse(const struct coco_wrap_request *req, const struct coco_secret *key, int code)
{
	static struct coco_diag d;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_diag_init(&d);
	assert_err(coco_key_wrap(key, req, &text, &n, &d), code, &d);
	assert_null(text);
}

static void test_arguments(void **state COCO_UNUSED)
{
	const struct coco_key *to[] = { keys[0], keys[0] };
	struct coco_key *ed = NULL;
	struct coco_wrap_request req = { .recipients = to, .n_recipients = 0 };
	struct coco_secret zeros = { 0 };

	refuse(&req, &content, COCO_E_LIMIT_COUNT);
	req.n_recipients = 2;
	refuse(&req, &content, COCO_E_USAGE_CONFLICT);
	req.n_recipients = 1;
	req.package = "sha256:00";
	refuse(&req, &content, COCO_E_USAGE_VALUE);
	req.package = NULL;
	req.key_id = "kbs:///r/t";
	refuse(&req, &content, COCO_E_USAGE_VALUE);
	req.key_id = NULL;
	refuse(&req, &zeros, COCO_E_KEY_CONTENT);
	assert_ok(coco_secret_new(&zeros, 32, NULL), NULL);
	refuse(&req, &zeros, COCO_E_KEY_CONTENT);
	coco_secret_free(&zeros);
	assert_ok(coco_key_generate("ed25519", &ed, NULL), NULL);
	to[0] = ed;
	refuse(&req, &content, COCO_E_KEY_TYPE);
	coco_key_free(ed);
}

/* A wrap whose label was exchanged, whose text was altered, or that holds no content key. */
static void test_altered(void **state COCO_UNUSED)
{
	const struct coco_key *to[] = { keys[0] };
	struct coco_wrap_request req = { .recipients = to, .n_recipients = 1 };
	struct coco_wraps w;
	struct coco_secret out = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	assert_ok(coco_key_wrap(&content, &req, &text, &n, NULL), NULL);
	assert_ok(coco_wraps_decode(&w, coco_view_of(text, n), NULL), NULL);
	strcpy(w.wraps[0].recipient, coco_key_fingerprint_text(stranger));
	assert_err(coco_key_unwrap(&w, stranger, &out, NULL), COCO_E_KEY_UNWRAP, NULL);
	assert_err(coco_key_unwrap(&w, keys[0], &out, NULL), COCO_E_KEY_NO_RECIPIENT, NULL);
	coco_wraps_clear(&w);
	for (size_t bit = 0; bit < 8 * n; bit += 3) {
		text[bit / 8] ^= (uint8_t)(1U << (bit % 8));
		int r = coco_wraps_decode(&w, coco_view_of(text, n), NULL);
		if (r == 0) {
			r = coco_key_unwrap(&w, keys[0], &out, NULL);
			coco_wraps_clear(&w);
		}
		assert_int_not_equal(r, COCO_E_INTERNAL);
		if (r == 0)
			assert_memory_equal(out.p, content.p, 32);
		coco_secret_free(&out);
		text[bit / 8] ^= (uint8_t)(1U << (bit % 8));
	}
	coco_free(text);
}

static void test_not_a_content_key(void **state COCO_UNUSED)
{
	struct coco_wrap wrap = { .type = COCO_WRAP_JWE };
	struct coco_wraps w = { .wraps = &wrap, .n_wraps = 1 };
	const struct coco_key *to = keys[0];
	struct coco_secret small = { 0 };
	struct coco_secret out = { 0 };

	assert_ok(coco_secret_from(&small, "0123456789abcdef", 16, NULL), NULL);
	assert_ok(coco_jwe_seal(&small, &to, 1, &wrap.jwe, NULL), NULL);
	strcpy(wrap.recipient, coco_key_fingerprint_text(keys[0]));
	assert_err(coco_key_unwrap(&w, keys[0], &out, NULL), COCO_E_KEY_CONTENT, NULL);
	assert_null(out.p);
	coco_jwe_clear(&wrap.jwe);
	coco_secret_free(&small);
}

static void test_memory(void **state COCO_UNUSED)
{
	const struct coco_key *to[] = { keys[0], keys[3] };
	struct coco_wrap_request req = { .recipients = to, .n_recipients = 2 };
	static struct coco_diag d;
	struct coco_wraps w;
	uint8_t *text = NULL;
	size_t n_text = 0;

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		int r = coco_key_wrap(&content, &req, &text, &n_text, &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	assert_ok(coco_wraps_decode(&w, coco_view_of(text, n_text), NULL), NULL);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		struct coco_secret out = { 0 };
		int r = coco_key_unwrap(&w, keys[0], &out, &d);

		bool done = coco_test_alloc_check(r, &d);
		coco_secret_free(&out);
		if (done)
			break;
	}
	coco_wraps_clear(&w);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_broker_only),
		cmocka_unit_test(test_arguments),  cmocka_unit_test(test_altered),
		cmocka_unit_test(test_not_a_content_key),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
