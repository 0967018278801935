/*
 * test_blake2b.c - BLAKE2b-512 of "abc" (RFC 7693, appendix A) in one piece
 * and in two, and of nothing.
 */
#include "lib/crypto/blake2b.h"

#include "formats/core/hex.h"
#include "tests/support/support.h"

static const char abc[] = "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
			  "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923";
static const char empty[] = "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419"
			    "d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce";

static void expect(const char *a, size_t n_a, const char *b, size_t n_b, const char *want)
{
	struct coco_diag d = { 0 };
	struct coco_blake2b *ctx = NULL;
	uint8_t got[COCO_BLAKE2B_SIZE];
	char hex[2 * COCO_BLAKE2B_SIZE + 1];

	assert_ok(coco_blake2b_new(&ctx, &d), &d);
	assert_ok(coco_blake2b_update(ctx, a, n_a, &d), &d);
	assert_ok(coco_blake2b_update(ctx, b, n_b, &d), &d);
	assert_ok(coco_blake2b_final(ctx, got, &d), &d);
	coco_blake2b_free(ctx);
	coco_hex_encode(hex, got, sizeof(got));
	assert_string_equal(hex, want);
}

static void test_known_answers(void **state COCO_UNUSED)
{
	expect("abc", 3, "", 0, abc);
	expect("a", 1, "bc", 2, abc);
	expect("", 0, "", 0, empty);
	coco_blake2b_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
