/*
 * test_cobble_seal.c - Cobblestone-256 messages: the Wycheproof vectors, every
 * bit flipped, every length cut, chunks moved, keys and contexts exchanged.
 */
#include <archive.h>
#include <archive_entry.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/cobble_seal.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/wycheproof.h"

static struct coco_secret secret(const uint8_t *p, size_t n)
{
	struct coco_secret s = { .p = NULL };

	assert_ok(coco_secret_from(&s, p, n, NULL), NULL);
	return s;
}

static struct coco_secret key_of(uint64_t seed)
{
	uint8_t raw[COCO_COBBLE_KEY];

	coco_test_random(raw, sizeof(raw), seed);
	return secret(raw, sizeof(raw));
}

/* ---- Wycheproof ------------------------------------------------------------- */

/*
 * The vectors are zlib streams, libarchive reads gzip: the same deflate data
 * in another wrapping, whose check sum libarchive does not look at.
 */
static uint8_t *inflate_zlib(const uint8_t *p, size_t n, size_t *ret_n)
{
	static const uint8_t head[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };
	uint8_t *gzip = coco_zalloc(n + 16, 1);
	struct archive *a = archive_read_new();
	struct archive_entry *entry = NULL;
	enum { MAX = 8 << 20 };
	uint8_t *out = coco_alloc(MAX, 1);

	assert_true(gzip != NULL && out != NULL && a != NULL && n > 6);
	memcpy(gzip, head, sizeof(head));
	memcpy(gzip + sizeof(head), p + 2, n - 6);
	assert_int_equal(archive_read_support_filter_gzip(a), ARCHIVE_OK);
	assert_int_equal(archive_read_support_format_raw(a), ARCHIVE_OK);
	assert_int_equal(archive_read_open_memory(a, gzip, sizeof(head) + n - 6 + 8), ARCHIVE_OK);
	assert_int_equal(archive_read_next_header(a, &entry), ARCHIVE_OK);
	la_ssize_t got = archive_read_data(a, out, MAX);
	assert_in_range(got, 1, MAX - 1);
	archive_read_free(a);
	coco_free(gzip);
	*ret_n = (size_t)got;
	return out;
}

static bool has_flag(const struct coco_jv *test, const char *flag)
{
	struct coco_jv list;

	assert_ok(coco_jv_array(test, "flags", &list, NULL), NULL);
	for (size_t i = 0; i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);
		const char *s = NULL;

		assert_ok(coco_jv_as_string(&item, &s, NULL), NULL);
		if (strcmp(s, flag) == 0)
			return true;
	}
	return false;
}

static void check_sha512(const struct coco_jv *test, const uint8_t *p, size_t n)
{
	uint8_t *want = NULL;
	uint8_t got[64];

	assert_int_equal(coco_wycheproof_hex(test, "msgSha512", &want), 64);
	assert_int_equal(EVP_Digest(p, n, got, NULL, EVP_sha512(), NULL), 1);
	assert_memory_equal(got, want, 64);
	coco_free(want);
}

/* What a reader may have seen of an invalid message, and its last chunk alone. */
static void check_stream(const struct coco_jv *test, const struct coco_secret *key,
			 struct coco_view context, const uint8_t *ct, size_t n)
{
	struct coco_cobble *c = NULL;
	uint64_t msg_length = 0;
	uint8_t *plain = coco_alloc(n + 1, 1);
	uint8_t last[COCO_COBBLE_PLAIN];
	size_t at = 0;

	assert_non_null(plain);
	assert_ok(coco_cobble_new(&c, NULL), NULL);
	assert_ok(coco_cobble_open_start(c, key, context, ct, NULL), NULL);
	for (uint64_t k = 0; coco_cobble_offset(k) + COCO_COBBLE_TAG <= n; k++) {
		size_t len = coco_min_size(n - (size_t)coco_cobble_offset(k) - COCO_COBBLE_TAG,
					   COCO_COBBLE_PLAIN);

		int r = coco_cobble_open_chunk(c, k, ct + coco_cobble_offset(k), len, plain + at,
					       NULL);

		if (r != 0)
			break;
		at += len;
	}
	if (has_flag(test, "PartialPlaintext")) {
		assert_ok(coco_jv_u64(test, "msgLength", SIZE_MAX >> 12, &msg_length, NULL), NULL);
		assert_int_equal(at, msg_length);
		check_sha512(test, plain, at);
	}
	uint64_t length = 0;
	if (coco_cobble_opened(n, &length, NULL) == 0) {
		uint64_t k = coco_cobble_chunks(length) - 1;
		size_t len = (size_t)(length - k * COCO_COBBLE_PLAIN);
		int r = coco_cobble_open_chunk(c, k, ct + coco_cobble_offset(k), len, last, NULL);

		assert_int_equal(r == 0, has_flag(test, "ValidFinalChunk"));
	}
	coco_cobble_free(c);
	coco_free(plain);
}

/* Sealing what was opened, with the salt of the vector, gives the vector again. */
static void check_seal(const struct coco_secret *key, struct coco_view context,
		       const uint8_t *ct, size_t n, const uint8_t *plain, size_t n_plain)
{
	struct coco_cobble *c = NULL;
	uint8_t *again = coco_alloc(n, 1);
	size_t at = 0;

	assert_non_null(again);
	assert_int_equal(coco_cobble_sealed(n_plain), n);
	assert_ok(coco_cobble_new(&c, NULL), NULL);
	assert_ok(coco_cobble_seal_start(c, key, context, ct, again, NULL), NULL);
	for (uint64_t k = 0; k < coco_cobble_chunks(n_plain); k++) {
		size_t len = coco_min_size(n_plain - at, COCO_COBBLE_PLAIN);

		assert_ok(coco_cobble_seal_chunk(c, k, plain + at, len,
						 again + coco_cobble_offset(k), NULL), NULL);
		at += len;
	}
	assert_memory_equal(again, ct, n);
	coco_cobble_free(c);
	coco_free(again);
}

static int header_code(const struct coco_jv *test)
{
	if (has_flag(test, "InvalidKeySize"))
		return COCO_E_KEY_LENGTH;
	return has_flag(test, "Truncation") ? COCO_E_COBBLE_LENGTH : COCO_E_KEY_WRONG;
}

static void one_vector(const struct coco_jv *group, const struct coco_jv *test,
		       const char *result)
{
	uint8_t *raw = NULL;
	uint8_t *ctx = NULL;
	uint8_t *packed = NULL;
	uint8_t *plain = NULL;
	size_t n_ct = 0;
	size_t n_plain = 0;
	struct coco_diag d = { 0 };
	const char *aead = NULL;

	assert_ok(coco_jv_string(group, "aead", &aead, NULL), NULL);
	assert_string_equal(aead, "AEAD_AES_256_GCM");
	size_t n_key = coco_wycheproof_hex(test, "key", &raw);
	size_t n_ctx = coco_wycheproof_hex(test, "ctx", &ctx);
	size_t n_packed = coco_wycheproof_hex(test, "ct", &packed);
	uint8_t *ct = inflate_zlib(packed, n_packed, &n_ct);
	struct coco_secret key = secret(raw, n_key);
	struct coco_view context = coco_view_of(ctx, n_ctx);
	uint8_t *guarded = coco_test_guard(ct, n_ct);
	int r = coco_cobble_open(&key, context, coco_view_of(guarded, n_ct), &plain, &n_plain, &d);

	if (strcmp(result, "valid") == 0) {
		uint64_t want = 0;

		assert_ok(r, &d);
		assert_ok(coco_jv_u64(test, "msgLength", SIZE_MAX >> 12, &want, NULL), NULL);
		assert_int_equal(n_plain, want);
		check_sha512(test, plain, n_plain);
		check_seal(&key, context, ct, n_ct, plain, n_plain);
		coco_free(plain);
	} else if (has_flag(test, "HeaderFailure")) {
		assert_err(r, header_code(test), &d);
	} else {
		assert_true(r == COCO_E_CHUNK_AUTH || r == COCO_E_COBBLE_LENGTH);
		check_stream(test, &key, context, ct, n_ct);
	}
	coco_test_unguard(guarded, n_ct);
	coco_secret_free(&key);
	coco_free(raw);
	coco_free(ctx);
	coco_free(packed);
	coco_free(ct);
}

static void test_wycheproof(void **state COCO_UNUSED)
{
	size_t n = coco_wycheproof_run("c2sp_chunked_encryption_aes_256_gcm", one_vector);

	if (n == 0)
		skip();
	assert_true(n >= 24);
}

/* ---- our own ---------------------------------------------------------------- */

struct message {
	struct coco_secret key;
	uint8_t *plain;
	size_t n_plain;
	uint8_t *p;
	size_t n;
};

#define CONTEXT coco_view_of("context", 7)

static struct message sealed(size_t n, uint64_t seed)
{
	struct message m = { .key = key_of(seed), .n_plain = n };

	m.plain = coco_alloc(n, 1);
	assert_non_null(m.plain);
	coco_test_random(m.plain, n, seed + 1);
	assert_ok(coco_cobble_seal(&m.key, CONTEXT, coco_view_of(m.plain, n), &m.p, &m.n, NULL),
		  NULL);
	assert_int_equal(m.n, coco_cobble_sealed(n));
	return m;
}

static int opens(const struct message *m, const uint8_t *p, size_t n)
{
	struct coco_diag d = { 0 };
	uint8_t *plain = NULL;
	size_t n_plain = 0;
	uint8_t *guarded = coco_test_guard(p, n);
	int r = coco_cobble_open(&m->key, CONTEXT, coco_view_of(guarded, n), &plain, &n_plain, &d);

	coco_test_unguard(guarded, n);
	assert_int_equal(r, d.code);
	if (r == 0) {
		assert_int_equal(n_plain, m->n_plain);
		assert_memory_equal(plain, m->plain, n_plain);
		coco_free(plain);
	}
	return r;
}

static void drop(struct message *m)
{
	coco_secret_free(&m->key);
	coco_free(m->plain);
	coco_free(m->p);
}

static void test_round_trip(void **state COCO_UNUSED)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 16383, 16384, 16385, 32767, 32768,
					32769, 200000 };

	for (size_t i = 0; i < COCO_ARRAY_LEN(sizes); i++) {
		struct message m = sealed(sizes[i], i);

		assert_int_equal(opens(&m, m.p, m.n), 0);
		drop(&m);
	}
}

static void test_empty_without_pointer(void **state COCO_UNUSED)
{
	struct coco_secret key = key_of(1);
	uint8_t *p = NULL;
	uint8_t *plain = NULL;
	size_t n = 0;
	size_t n_plain = 7;

	assert_ok(coco_cobble_seal(&key, coco_view_of(NULL, 0), coco_view_of(NULL, 0), &p, &n,
				   NULL), NULL);
	assert_int_equal(n, 72);
	assert_ok(coco_cobble_open(&key, coco_view_of(NULL, 0), coco_view_of(p, n), &plain,
				   &n_plain, NULL), NULL);
	assert_int_equal(n_plain, 0);
	coco_free(p);
	coco_free(plain);
	coco_secret_free(&key);
}

static void flip_all(size_t n)
{
	struct message m = sealed(n, n + 3);

	for (size_t bit = 0; bit < 8 * m.n; bit++) {
		m.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(opens(&m, m.p, m.n),
				 bit / 8 < COCO_COBBLE_HEAD ? COCO_E_KEY_WRONG
							    : COCO_E_CHUNK_AUTH);
		m.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(opens(&m, m.p, m.n), 0);
	drop(&m);
}

static void test_every_bit(void **state COCO_UNUSED)
{
	flip_all(0);
	flip_all(1);
	flip_all(60);
}

static void test_every_truncation(void **state COCO_UNUSED)
{
	struct message m = sealed(300, 5);
	struct message big = sealed(16384, 6);

	for (size_t n = 0; n < m.n; n++)
		assert_int_equal(opens(&m, m.p, n), n < 72 ? COCO_E_COBBLE_LENGTH
							   : COCO_E_CHUNK_AUTH);
	/* without its empty last chunk, and with a shorter one */
	assert_int_equal(opens(&big, big.p, big.n - 16), COCO_E_COBBLE_LENGTH);
	assert_int_equal(opens(&big, big.p, big.n - 15), COCO_E_COBBLE_LENGTH);
	assert_int_equal(opens(&big, big.p, big.n - 17), COCO_E_CHUNK_AUTH);
	drop(&m);
	drop(&big);
}

static void test_appended(void **state COCO_UNUSED)
{
	struct message m = sealed(100, 7);
	uint8_t *more = coco_zalloc(m.n + 40, 1);

	assert_non_null(more);
	memcpy(more, m.p, m.n);
	for (size_t n = 1; n <= 40; n++)
		assert_int_equal(opens(&m, more, m.n + n), COCO_E_CHUNK_AUTH);
	coco_free(more);
	drop(&m);
}

static void test_moved_chunks(void **state COCO_UNUSED)
{
	struct message m = sealed(3 * COCO_COBBLE_PLAIN + 5, 8);
	uint8_t *copy = coco_memdup(m.p, m.n);

	assert_non_null(copy);
	for (uint64_t a = 0; a < 3; a++)
		for (uint64_t b = a + 1; b < 3; b++) {
			memcpy(copy, m.p, m.n);
			memcpy(copy + coco_cobble_offset(a), m.p + coco_cobble_offset(b),
			       COCO_COBBLE_CHUNK);
			assert_int_equal(opens(&m, copy, m.n), COCO_E_CHUNK_AUTH);
			memcpy(copy + coco_cobble_offset(b), m.p + coco_cobble_offset(a),
			       COCO_COBBLE_CHUNK);
			assert_int_equal(opens(&m, copy, m.n), COCO_E_CHUNK_AUTH);
		}
	/* one chunk taken out */
	memcpy(copy, m.p, m.n);
	memmove(copy + coco_cobble_offset(1), copy + coco_cobble_offset(2),
		m.n - (size_t)coco_cobble_offset(2));
	assert_int_equal(opens(&m, copy, m.n - COCO_COBBLE_CHUNK), COCO_E_CHUNK_AUTH);
	coco_free(copy);
	drop(&m);
}

/* Two messages of one key and context: heads and chunks do not mix. */
static void test_exchanged_parts(void **state COCO_UNUSED)
{
	struct message a = sealed(50, 9);
	struct message b = a;
	struct message mixed = a;

	assert_ok(coco_cobble_seal(&a.key, CONTEXT, coco_view_of(a.plain, 50), &b.p, &b.n, NULL),
		  NULL);
	assert_memory_not_equal(a.p, b.p, COCO_COBBLE_SALT);
	mixed.p = coco_memdup(a.p, a.n);
	assert_non_null(mixed.p);
	memcpy(mixed.p, b.p, COCO_COBBLE_HEAD);
	assert_int_equal(opens(&a, mixed.p, a.n), COCO_E_CHUNK_AUTH);
	memcpy(mixed.p, b.p, COCO_COBBLE_SALT);
	memcpy(mixed.p + COCO_COBBLE_SALT, a.p + COCO_COBBLE_SALT, COCO_COBBLE_COMMITMENT);
	assert_int_equal(opens(&a, mixed.p, a.n), COCO_E_KEY_WRONG);
	coco_free(mixed.p);
	coco_free(b.p);
	drop(&a);
}

static void test_wrong_key_and_context(void **state COCO_UNUSED)
{
	struct message m = sealed(50, 10);
	static const struct coco_view others[] = {
		{ (const uint8_t *)"", 0 }, { (const uint8_t *)"contex", 6 },
		{ (const uint8_t *)"context\0", 8 }, { (const uint8_t *)"Context", 7 },
	};
	uint8_t *plain = NULL;
	size_t n = 0;

	for (size_t i = 0; i < COCO_ARRAY_LEN(others); i++) {
		struct coco_diag d = { 0 };

		assert_err(coco_cobble_open(&m.key, others[i], coco_view_of(m.p, m.n), &plain, &n,
					    &d), COCO_E_KEY_WRONG, &d);
	}
	for (size_t bit = 0; bit < 256; bit++) {
		uint8_t raw[32];
		struct coco_diag d = { 0 };

		memcpy(raw, coco_secret_expose(&m.key), sizeof(raw));
		raw[bit / 8] ^= (uint8_t)(1 << bit % 8);
		struct coco_secret key = secret(raw, sizeof(raw));
		assert_err(coco_cobble_open(&key, CONTEXT, coco_view_of(m.p, m.n), &plain, &n, &d),
			   COCO_E_KEY_WRONG, &d);
		coco_secret_free(&key);
	}
	assert_null(plain);
	drop(&m);
}

static void test_key_length(void **state COCO_UNUSED)
{
	static const size_t lengths[] = { 1, 16, 31, 33, 64 };
	uint8_t raw[64] = { 1 };

	for (size_t i = 0; i < COCO_ARRAY_LEN(lengths); i++) {
		struct coco_secret key = secret(raw, lengths[i]);
		struct coco_diag d = { 0 };
		uint8_t *p = NULL;
		size_t n = 0;

		assert_err(coco_cobble_seal(&key, CONTEXT, coco_view_of("x", 1), &p, &n, &d),
			   COCO_E_KEY_LENGTH, &d);
		coco_diag_init(&d);
		memset(raw, 0, sizeof(raw));
		uint8_t message[80] = { 0 };
		assert_err(coco_cobble_open(&key, CONTEXT, coco_view_of(message, sizeof(message)),
					    &p, &n, &d), COCO_E_KEY_LENGTH, &d);
		coco_secret_free(&key);
	}
}

static void test_longest_context(void **state COCO_UNUSED)
{
	uint8_t context[COCO_COBBLE_CONTEXT_MAX + 1] = { 0 };
	struct coco_secret key = key_of(11);
	struct coco_diag d = { 0 };
	uint8_t *p = NULL;
	size_t n = 0;

	assert_ok(coco_cobble_seal(&key, coco_view_of(context, COCO_COBBLE_CONTEXT_MAX),
				   coco_view_of("x", 1), &p, &n, &d), &d);
	coco_free(p);
	assert_err(coco_cobble_seal(&key, coco_view_of(context, sizeof(context)),
				    coco_view_of("x", 1), &p, &n, &d), COCO_E_INTERNAL, &d);
	coco_secret_free(&key);
}

/* Chunks in any order, in place, with one object for many messages. */
static void test_chunks(void **state COCO_UNUSED)
{
	struct message m = sealed(5 * COCO_COBBLE_PLAIN + 77, 12);
	struct coco_cobble *c = NULL;
	uint8_t buf[COCO_COBBLE_CHUNK];

	assert_ok(coco_cobble_new(&c, NULL), NULL);
	for (int round = 0; round < 2; round++) {
		assert_ok(coco_cobble_open_start(c, &m.key, CONTEXT, m.p, NULL), NULL);
		for (int k = 5; k >= 0; k--) {
			size_t len = k == 5 ? 77 : COCO_COBBLE_PLAIN;

			memcpy(buf, m.p + coco_cobble_offset((uint64_t)k), len + COCO_COBBLE_TAG);
			assert_ok(coco_cobble_open_chunk(c, (uint64_t)k, buf, len, buf, NULL),
				  NULL);
			assert_memory_equal(buf, m.plain + (size_t)k * COCO_COBBLE_PLAIN, len);
		}
	}
	assert_ok(coco_cobble_seal_start(c, &m.key, CONTEXT, m.p, buf, NULL), NULL);
	assert_memory_equal(buf, m.p, COCO_COBBLE_HEAD);
	memcpy(buf, m.plain, COCO_COBBLE_PLAIN);
	assert_ok(coco_cobble_seal_chunk(c, 0, buf, COCO_COBBLE_PLAIN, buf, NULL), NULL);
	assert_memory_equal(buf, m.p + COCO_COBBLE_HEAD, COCO_COBBLE_CHUNK);
	coco_cobble_free(c);
	drop(&m);
}

/* The in-place forms make and read the same messages, or leave nothing. */
static void test_in_place(void **state COCO_UNUSED)
{
	static const size_t sizes[] = { 0, 1, 16383, 16384, 16385, 49152, 100000 };

	for (size_t i = 0; i < COCO_ARRAY_LEN(sizes); i++) {
		struct message m = sealed(sizes[i], 20 + i);
		uint8_t *buf = coco_alloc(m.n, 1);
		size_t n = 0;

		assert_non_null(buf);
		memcpy(buf, m.p, m.n);
		assert_ok(coco_cobble_open_in_place(&m.key, CONTEXT, buf, m.n, &n, NULL), NULL);
		assert_int_equal(n, sizes[i]);
		assert_memory_equal(buf, m.plain, n);
		assert_ok(coco_cobble_seal_in_place(&m.key, CONTEXT, buf, n, NULL), NULL);
		assert_int_equal(opens(&m, buf, m.n), 0);
		buf[m.n - 1] ^= 1;
		assert_int_equal(coco_cobble_open_in_place(&m.key, CONTEXT, buf, m.n, &n, NULL),
				 COCO_E_CHUNK_AUTH);
		for (size_t k = 0; k < m.n; k++)
			assert_int_equal(buf[k], 0);
		coco_free(buf);
		drop(&m);
	}
}

static void test_nothing_left_of_a_forgery(void **state COCO_UNUSED)
{
	struct message m = sealed(500, 13);
	struct coco_cobble *c = NULL;
	struct coco_diag d = { 0 };
	uint8_t out[500];
	static const uint8_t zeros[500];

	m.p[m.n - 1] ^= 1;
	memset(out, 0xee, sizeof(out));
	assert_ok(coco_cobble_new(&c, NULL), NULL);
	assert_ok(coco_cobble_open_start(c, &m.key, CONTEXT, m.p, NULL), NULL);
	assert_err(coco_cobble_open_chunk(c, 0, m.p + COCO_COBBLE_HEAD, sizeof(out), out, &d),
		   COCO_E_CHUNK_AUTH, &d);
	assert_true(d.has_offset);
	assert_int_equal(d.offset, COCO_COBBLE_HEAD);
	assert_memory_equal(out, zeros, sizeof(out));
	coco_cobble_free(c);
	drop(&m);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_secret key = key_of(14);
	struct coco_diag d = { 0 };

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		uint8_t *p = NULL;
		size_t len = 0;

		if (coco_test_alloc_check(coco_cobble_seal(&key, CONTEXT, coco_view_of("x", 1), &p,
							   &len, &d), &d)) {
			coco_free(p);
			break;
		}
	}
	coco_secret_free(&key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wycheproof),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_empty_without_pointer),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_appended),
		cmocka_unit_test(test_moved_chunks),
		cmocka_unit_test(test_exchanged_parts),
		cmocka_unit_test(test_wrong_key_and_context),
		cmocka_unit_test(test_key_length),
		cmocka_unit_test(test_longest_context),
		cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_in_place),
		cmocka_unit_test(test_nothing_left_of_a_forgery),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
