/*
 * test_digest.c - the hashes of measurements: known answers, messages in pieces, one
 * context for many messages.
 */
#include "lib/crypto/digest.h"

#include <string.h>

#include "formats/core/hex.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

/* FIPS 180-4 examples: "abc". */
static const char abc1[] = "a9993e364706816aba3e25717850c26c9cd0d89d";
static const char abc256[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char abc384[] = "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
			     "8086072ba1e7cc2358baeca134c825a7";
static const char abc512[] = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
			     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

static void known(enum coco_digest_alg alg, const char *want)
{
	uint8_t digest[COCO_DIGEST_MAX];
	char text[2 * COCO_DIGEST_MAX + 1];
	struct coco_digest *ctx;
	struct coco_diag d = { 0 };

	assert_ok(coco_digest_new(&ctx, alg, &d), &d);
	size_t n = coco_digest_size(ctx);
	assert_int_equal(2 * n, strlen(want));
	assert_int_equal(n, coco_digest_length(alg));
	for (int i = 0; i < 3; i++) {
		assert_ok(coco_digest_once(ctx, "abc", 3, digest, &d), &d);
		coco_hex_encode(text, digest, n);
		assert_string_equal(text, want);
		assert_ok(coco_digest_update(ctx, "a", 1, &d), &d);
		assert_ok(coco_digest_update(ctx, NULL, 0, &d), &d);
		assert_ok(coco_digest_update(ctx, "bc", 2, &d), &d);
		assert_ok(coco_digest_final(ctx, digest, &d), &d);
		coco_hex_encode(text, digest, n);
		assert_string_equal(text, want);
	}
	coco_digest_free(ctx);
	coco_digest_free(NULL);
}

static void test_known(void **state COCO_UNUSED)
{
	known(COCO_DIGEST_SHA1, abc1);
	known(COCO_DIGEST_SHA256, abc256);
	known(COCO_DIGEST_SHA384, abc384);
	known(COCO_DIGEST_SHA512, abc512);
}

static void test_names(void **state COCO_UNUSED)
{
	assert_string_equal(coco_digest_name(COCO_DIGEST_SHA1), "sha1");
	assert_string_equal(coco_digest_name(COCO_DIGEST_SHA256), "sha256");
	assert_string_equal(coco_digest_name(COCO_DIGEST_SHA384), "sha384");
	assert_string_equal(coco_digest_name(COCO_DIGEST_SHA512), "sha512");
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_digest *ctx = NULL;
		int r = coco_digest_new(&ctx, COCO_DIGEST_SHA384, &d);

		coco_digest_free(ctx);
		if (coco_test_alloc_check(r, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
