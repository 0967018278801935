/*
 * test_cobble.c - lengths, nonces and key-derivation info of Cobblestone
 * messages. What is sealed with them: tests/lib/crypto/test_cobble_seal.c.
 */
#include <string.h>

#include "formats/model/cobble.h"
#include "tests/support/support.h"

static void test_known_lengths(void **state COCO_UNUSED)
{
	static const struct {
		uint64_t plain;
		uint64_t sealed;
	} known[] = {
		{ 0, 72 },
		{ 1, 73 },
		{ 16383, 56 + 16383 + 16 },
		{ 16384, 56 + 16400 + 16 },
		{ 16385, 56 + 16400 + 17 },
		{ 32768, 56 + 2 * 16400 + 16 },
		{ 64 << 20, 56 + 4096ULL * 16400 + 16 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(known); i++) {
		uint64_t plain = 1;

		assert_int_equal(coco_cobble_sealed(known[i].plain), known[i].sealed);
		assert_ok(coco_cobble_opened(known[i].sealed, &plain, NULL), NULL);
		assert_int_equal(plain, known[i].plain);
	}
}

/* Every length around three chunks: either a message has it, or it is refused. */
static void test_every_length(void **state COCO_UNUSED)
{
	uint64_t expected = 0;
	unsigned refused = 0;

	for (uint64_t n = 0; n < 3 * COCO_COBBLE_CHUNK; n++) {
		struct coco_diag d = { 0 };
		uint64_t plain = UINT64_MAX;
		int r = coco_cobble_opened(n, &plain, &d);

		if (r != 0) {
			assert_err(r, COCO_E_COBBLE_LENGTH, &d);
			assert_int_equal(plain, UINT64_MAX);
			refused++;
			continue;
		}
		assert_int_equal(plain, expected);
		assert_int_equal(coco_cobble_sealed(plain), n);
		assert_in_range(coco_cobble_chunks(plain), plain / COCO_COBBLE_PLAIN + 1,
				plain / COCO_COBBLE_PLAIN + 1);
		expected++;
	}
	/* the head, and after each full chunk the lengths that end in no tag */
	assert_int_equal(refused, 56 + 3 * 16);
}

static void test_huge(void **state COCO_UNUSED)
{
	static const uint64_t lengths[] = {
		UINT64_MAX, UINT64_MAX - 15, (uint64_t)1 << 63, ((uint64_t)1 << 53) + 77,
	};
	uint64_t plain = 0;

	for (size_t i = 0; i < COCO_ARRAY_LEN(lengths); i++) {
		struct coco_diag d = { 0 };
		int r = coco_cobble_opened(lengths[i], &plain, &d);

		assert_true(r == COCO_E_LIMIT_SIZE || r == COCO_E_COBBLE_LENGTH);
	}
	assert_ok(coco_cobble_opened(coco_cobble_sealed(COCO_COBBLE_MAX_PLAIN), &plain, NULL),
		  NULL);
	assert_int_equal(plain, COCO_COBBLE_MAX_PLAIN);
	assert_int_equal(coco_cobble_opened(coco_cobble_sealed(COCO_COBBLE_MAX_PLAIN) + 1, &plain,
					    NULL), COCO_E_LIMIT_SIZE);
}

static void test_offsets(void **state COCO_UNUSED)
{
	assert_int_equal(coco_cobble_offset(0), 56);
	assert_int_equal(coco_cobble_offset(1), 56 + 16400);
	assert_int_equal(coco_cobble_offset(1000), 56 + 1000 * 16400);
}

/* base XOR BE96(k): the counter meets the last eight bytes only. */
static void test_nonce(void **state COCO_UNUSED)
{
	static const uint8_t base[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	static const uint8_t far[12] = { 1, 2, 3, 4, 5 ^ 0x01, 6 ^ 0x23, 7 ^ 0x45, 8 ^ 0x67,
					 9 ^ 0x89, 10 ^ 0xab, 11 ^ 0xcd, 12 ^ 0xef };
	uint8_t nonce[12];

	coco_cobble_nonce(nonce, base, 0);
	assert_memory_equal(nonce, base, 12);
	coco_cobble_nonce(nonce, base, 1);
	assert_int_equal(nonce[11], 12 ^ 1);
	assert_memory_equal(nonce, base, 11);
	coco_cobble_nonce(nonce, base, 0x0123456789abcdefULL);
	assert_memory_equal(nonce, far, 12);
}

static void test_info(void **state COCO_UNUSED)
{
	static const char label[] = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM";
	uint8_t salt[COCO_COBBLE_SALT];
	uint8_t info[COCO_COBBLE_INFO_MAX];
	uint8_t context[COCO_COBBLE_CONTEXT_MAX];

	memset(salt, 0xa5, sizeof(salt));
	memset(context, 0x5a, sizeof(context));
	size_t n = coco_cobble_info(info, salt, coco_view_of("ctx", 3));
	assert_int_equal(n, sizeof(label) + 24 + 3);
	assert_memory_equal(info, label, sizeof(label));
	assert_memory_equal(info + sizeof(label), salt, 24);
	assert_memory_equal(info + sizeof(label) + 24, "ctx", 3);
	assert_int_equal(coco_cobble_info(info, salt, coco_view_of(NULL, 0)), sizeof(label) + 24);
	assert_int_equal(coco_cobble_info(info, salt, coco_view_of(context, sizeof(context))),
			 COCO_COBBLE_INFO_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_lengths),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_nonce),
		cmocka_unit_test(test_info),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
