/*
 * test_banks.c - several hashes of one stream: known answers, zeros, extended
 * registers.
 */
#include "lib/measure/banks.h"

#include <string.h>

#include "formats/core/hex.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static void is_hex(const uint8_t *p, size_t n, const char *want)
{
	char text[2 * COCO_DIGEST_MAX + 1];

	coco_hex_encode(text, p, n);
	assert_string_equal(text, want);
}

static void test_known(void **state COCO_UNUSED)
{
	struct coco_bank_values v;
	struct coco_banks b;
	struct coco_diag d = { 0 };

	memset(&v, 0x5a, sizeof(v));
	assert_ok(coco_banks_init(&b, COCO_BANK(COCO_DIGEST_SHA1) | COCO_BANK(COCO_DIGEST_SHA256),
				  &d), &d);
	for (int i = 0; i < 2; i++) {
		assert_ok(coco_banks_once(&b, "abc", 3, &v, &d), &d);
		is_hex(v.p[COCO_DIGEST_SHA1], 20, "a9993e364706816aba3e25717850c26c9cd0d89d");
		is_hex(v.p[COCO_DIGEST_SHA256], 32, "ba7816bf8f01cfea414140de5dae2223"
		       "b00361a396177a9cb410ff61f20015ad");
	}
	assert_int_equal(v.p[COCO_DIGEST_SHA384][0], 0x5a);   /* untouched */
	coco_banks_free(&b);
	coco_banks_free(&b);
}

/* An empty register after the digest of "abc", as any tool for TPMs says. */
static void test_extend(void **state COCO_UNUSED)
{
	struct coco_bank_values reg = { 0 };
	struct coco_bank_values digest;
	struct coco_bank_values want;
	struct coco_banks b;
	struct coco_diag d = { 0 };
	uint8_t both[2 * COCO_DIGEST_MAX];

	assert_ok(coco_banks_init(&b, COCO_BANKS_ALL, &d), &d);
	assert_ok(coco_banks_once(&b, "abc", 3, &digest, &d), &d);
	assert_ok(coco_banks_extend(&b, &reg, &digest, &d), &d);
	for (unsigned i = 0; i < COCO_DIGEST_ALGS; i++) {
		size_t n = coco_digest_length((enum coco_digest_alg)i);

		memset(both, 0, sizeof(both));
		memcpy(both + n, digest.p[i], n);
		assert_ok(coco_banks_once(&b, both, 2 * n, &want, &d), &d);
		assert_memory_equal(reg.p[i], want.p[i], n);
	}
	coco_banks_free(&b);
}

static void test_zeros(void **state COCO_UNUSED)
{
	static const uint8_t zeros[10000];
	struct coco_bank_values a;
	struct coco_bank_values c;
	struct coco_banks b;
	struct coco_diag d = { 0 };

	assert_ok(coco_banks_init(&b, COCO_BANKS_ALL, &d), &d);
	assert_ok(coco_banks_once(&b, zeros, sizeof(zeros), &a, &d), &d);
	assert_ok(coco_banks_zeros(&b, sizeof(zeros), &d), &d);
	assert_ok(coco_banks_zeros(&b, 0, &d), &d);
	assert_ok(coco_banks_final(&b, &c, &d), &d);
	for (unsigned i = 0; i < COCO_DIGEST_ALGS; i++)
		assert_memory_equal(a.p[i], c.p[i], coco_digest_length((enum coco_digest_alg)i));
	coco_banks_free(&b);
}

static void test_names(void **state COCO_UNUSED)
{
	assert_int_equal(coco_bank_find("sha1"), COCO_DIGEST_SHA1);
	assert_int_equal(coco_bank_find("sha512"), COCO_DIGEST_SHA512);
	assert_int_equal(coco_bank_find("sha3"), -1);
	assert_int_equal(coco_bank_find(""), -1);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_banks b;
		int r = coco_banks_init(&b, COCO_BANKS_ALL, &d);

		coco_banks_free(&b);
		if (coco_test_alloc_check(r, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_extend),
		cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
