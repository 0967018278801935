/*
 * test_sha256.c - every SHA-256 kernel against FIPS vectors and against OpenSSL.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crypto/modular.h"
#include "lib/crypto/sha256.h"

#define POOL_SIZE (3u << 20)
#define MAX_JOBS  40

static uint8_t *pool;
static uint64_t seed = 0x9e3779b97f4a7c15;

/* xorshift64*: the same numbers in every run. */
COCO_MODULAR static uint64_t rnd(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 0x2545f4914f6cdd1d;
}

static size_t below(size_t n)
{
	return (size_t)(rnd() % n);
}

static int setup(void **state)
{
	(void)state;
	pool = malloc(POOL_SIZE);
	if (!pool)
		return -1;
	for (size_t i = 0; i < POOL_SIZE; i++)
		pool[i] = (uint8_t)(rnd() >> 32);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(pool);
	return 0;
}

static void openssl_digest(const uint8_t *p, size_t n, uint8_t ret[32])
{
	assert_int_equal(EVP_Digest(p, n, ret, NULL, EVP_sha256(), NULL), 1);
}

static void unhex(const char *hex, uint8_t ret[32])
{
	for (size_t i = 0; i < 32; i++) {
		unsigned v;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &v), 1);
		ret[i] = (uint8_t)v;
	}
}

/* The same message in n streams of one kernel must give the expected digest n times. */
static void check_message(const uint8_t *p, size_t len, const char *hex)
{
	uint8_t want[32], got[32];

	unhex(hex, want);
	for (int k = 0; k < COCO_SHA256_KERNELS; k++) {
		for (size_t n = 1; n <= 18; n++) {
			struct coco_sha256 ctx[18];
			struct coco_sha256_job jobs[18];

			for (size_t i = 0; i < n; i++) {
				coco_sha256_init(&ctx[i]);
				jobs[i] = (struct coco_sha256_job){ &ctx[i], p, len };
			}
			coco_sha256_update_many_with((enum coco_sha256_kernel)k, jobs, n);
			for (size_t i = 0; i < n; i++) {
				coco_sha256_final(&ctx[i], got);
				assert_memory_equal(got, want, 32);
			}
		}
	}
}

/* FIPS 180-4 examples (NIST "SHA256.pdf") and the empty message. */
static void test_sha256_fips(void **state)
{
	const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	(void)state;
	check_message(NULL, 0,
		      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check_message((const uint8_t *)"abc", 3,
		      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check_message((const uint8_t *)two, strlen(two),
		      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void test_sha256_fips_million(void **state)
{
	uint8_t *a = malloc(1000000);
	uint8_t want[32], got[32];
	struct coco_sha256 ctx;

	(void)state;
	assert_non_null(a);
	memset(a, 'a', 1000000);
	unhex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", want);
	coco_sha256_init(&ctx);
	coco_sha256_update(&ctx, a, 1000000);
	coco_sha256_final(&ctx, got);
	assert_memory_equal(got, want, 32);
	free(a);
}

static void test_sha256_every_length(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 1000; n++) {
		uint8_t want[32], got[32];

		openssl_digest(pool + n % 7, n, want);
		coco_sha256_once(pool + n % 7, n, got);
		assert_memory_equal(got, want, 32);
		for (int k = 0; k < COCO_SHA256_KERNELS; k++) {
			struct coco_sha256 ctx;
			struct coco_sha256_job job = { &ctx, pool + n % 7, n };

			coco_sha256_init(&ctx);
			coco_sha256_update_many_with((enum coco_sha256_kernel)k, &job, 1);
			coco_sha256_final(&ctx, got);
			assert_memory_equal(got, want, 32);
		}
	}
}

/*
 * n streams with lengths below `limit`, fed in up to `rounds` calls with random cuts (so
 * contexts hold partial blocks), each stream at its own unaligned place.
 */
static void ragged(enum coco_sha256_kernel k, size_t n, size_t limit, unsigned rounds)
{
	static struct coco_sha256 ctx[MAX_JOBS];
	static struct coco_sha256_job jobs[MAX_JOBS];
	size_t at[MAX_JOBS], left[MAX_JOBS], start[MAX_JOBS];
	uint8_t want[32], got[32];

	for (size_t i = 0; i < n; i++) {
		size_t len = below(limit + 1);

		if (below(4) == 0)
			len -= len % 64;
		start[i] = at[i] = below(POOL_SIZE - len);
		left[i] = len;
		coco_sha256_init(&ctx[i]);
	}
	for (unsigned r = 0; r < rounds; r++) {
		for (size_t i = 0; i < n; i++) {
			size_t take = r + 1 < rounds ? below(left[i] + 1) : left[i];

			jobs[i] = (struct coco_sha256_job){ &ctx[i], pool + at[i], take };
			at[i] += take;
			left[i] -= take;
		}
		coco_sha256_update_many_with(k, jobs, n);
	}
	for (size_t i = 0; i < n; i++) {
		openssl_digest(pool + start[i], at[i] - start[i], want);
		coco_sha256_final(&ctx[i], got);
		assert_memory_equal(got, want, 32);
	}
}

static void test_sha256_ragged_small(void **state)
{
	(void)state;
	for (int k = 0; k < COCO_SHA256_KERNELS; k++) {
		for (size_t n = 1; n <= MAX_JOBS; n++) {
			ragged((enum coco_sha256_kernel)k, n, 1000, 1);
			ragged((enum coco_sha256_kernel)k, n, 300, 4);
			ragged((enum coco_sha256_kernel)k, n, 64, 3);
		}
	}
}

static void test_sha256_ragged_large(void **state)
{
	(void)state;
	for (int k = 0; k < COCO_SHA256_KERNELS; k++) {
		for (size_t n = 1; n <= MAX_JOBS; n += 1 + n / 4)
			ragged((enum coco_sha256_kernel)k, n, 200000, 2);
	}
	for (size_t n = 1; n <= 3; n++)
		ragged(COCO_SHA256_AUTO, n, POOL_SIZE - 1, 2);
}

/* One very long and many short streams, in every position of the long one. */
static void test_sha256_one_long(void **state)
{
	static struct coco_sha256 ctx[18];
	static struct coco_sha256_job jobs[18];
	uint8_t want[32], got[32];

	(void)state;
	for (size_t longest = 0; longest < 18; longest++) {
		for (size_t i = 0; i < 18; i++) {
			size_t n = i == longest ? 300001 : 64 * i + i;

			coco_sha256_init(&ctx[i]);
			jobs[i] = (struct coco_sha256_job){ &ctx[i], pool + 1000 * i, n };
		}
		coco_sha256_update_many(jobs, 18);
		for (size_t i = 0; i < 18; i++) {
			openssl_digest(jobs[i].p, jobs[i].n, want);
			coco_sha256_final(&ctx[i], got);
			assert_memory_equal(got, want, 32);
		}
	}
}

/* Inputs end at the last byte of their allocation: ASan sees any read beyond. */
static void test_sha256_exact_bounds(void **state)
{
	static struct coco_sha256 ctx[16];
	static struct coco_sha256_job jobs[16];
	uint8_t *p[16];
	uint8_t want[32], got[32];

	(void)state;
	for (int k = 0; k < COCO_SHA256_KERNELS; k++) {
		for (size_t i = 0; i < 16; i++) {
			size_t n = 64 * (i % 3) + (i % 2 ? i : 0);

			p[i] = malloc(n ? n : 1);
			assert_non_null(p[i]);
			memcpy(p[i], pool, n);
			coco_sha256_init(&ctx[i]);
			jobs[i] = (struct coco_sha256_job){ &ctx[i], p[i], n };
		}
		coco_sha256_update_many_with((enum coco_sha256_kernel)k, jobs, 16);
		for (size_t i = 0; i < 16; i++) {
			openssl_digest(p[i], jobs[i].n, want);
			coco_sha256_final(&ctx[i], got);
			assert_memory_equal(got, want, 32);
			free(p[i]);
		}
	}
}

static void test_sha256_copied_context(void **state)
{
	struct coco_sha256 a, b;
	uint8_t want[32], got[32];

	(void)state;
	coco_sha256_init(&a);
	coco_sha256_update(&a, pool, 100);
	b = a;
	coco_sha256_update(&a, pool + 100, 400);
	coco_sha256_update(&b, pool + 100, 37);
	openssl_digest(pool, 500, want);
	coco_sha256_final(&a, got);
	assert_memory_equal(got, want, 32);
	openssl_digest(pool, 137, want);
	coco_sha256_final(&b, got);
	assert_memory_equal(got, want, 32);
}

static void test_sha256_nothing(void **state)
{
	struct coco_sha256 ctx;
	struct coco_sha256_job job = { &ctx, NULL, 0 };

	(void)state;
	coco_sha256_init(&ctx);
	coco_sha256_update_many(NULL, 0);
	coco_sha256_update_many(&job, 1);
	coco_sha256_update(&ctx, NULL, 0);
	assert_int_equal(ctx.n, 0);
}

/* The length field is 64 bits of bits: a count above 2^32 bits must carry. */
static void test_sha256_long_count(void **state)
{
	struct coco_sha256 ctx;
	uint8_t want[32], got[32];
	EVP_MD_CTX *evp = EVP_MD_CTX_new();

	(void)state;
	assert_non_null(evp);
	assert_int_equal(EVP_DigestInit_ex(evp, EVP_sha256(), NULL), 1);
	coco_sha256_init(&ctx);
	for (size_t done = 0; done < (520u << 20); done += POOL_SIZE) {
		EVP_DigestUpdate(evp, pool, POOL_SIZE);
		coco_sha256_update(&ctx, pool, POOL_SIZE);
	}
	EVP_DigestFinal_ex(evp, want, NULL);
	EVP_MD_CTX_free(evp);
	coco_sha256_final(&ctx, got);
	assert_memory_equal(got, want, 32);
}

static void test_sha256_kernel_names(void **state)
{
	(void)state;
	assert_true(coco_sha256_kernel_available(COCO_SHA256_AUTO));
	assert_true(coco_sha256_kernel_available(COCO_SHA256_GENERIC));
	assert_false(coco_sha256_kernel_available(COCO_SHA256_KERNELS));
	assert_string_equal(coco_sha256_kernel_label(COCO_SHA256_KERNELS), "?");
	for (int k = 0; k < COCO_SHA256_KERNELS; k++) {
		const char *s = coco_sha256_kernel_label((enum coco_sha256_kernel)k);

		assert_string_not_equal(s, "?");
		print_message("%-10s %s\n", s,
			      coco_sha256_kernel_available((enum coco_sha256_kernel)k) ?
				      "available" :
				      "not here");
	}
	for (unsigned n = 0; n <= 40; n++)
		assert_string_not_equal(coco_sha256_kernel_name(n), "auto");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256_fips),
		cmocka_unit_test(test_sha256_fips_million),
		cmocka_unit_test(test_sha256_every_length),
		cmocka_unit_test(test_sha256_ragged_small),
		cmocka_unit_test(test_sha256_ragged_large),
		cmocka_unit_test(test_sha256_one_long),
		cmocka_unit_test(test_sha256_exact_bounds),
		cmocka_unit_test(test_sha256_copied_context),
		cmocka_unit_test(test_sha256_nothing),
		cmocka_unit_test(test_sha256_long_count),
		cmocka_unit_test(test_sha256_kernel_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
