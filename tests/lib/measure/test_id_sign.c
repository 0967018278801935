/*
 * test_id_sign.c - signed ID blocks: both signatures hold over the bytes that
 * the processor checks, with and without an author key.
 */
#include "lib/measure/id_sign.h"

#include <string.h>

#include "lib/crypto/sign.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/ec_der.h"
#include "tests/support/support.h"

static const struct coco_id_block block = { .digest = { 1, 2, 3 }, .svn = 4,
					    .policy = COCO_ID_POLICY };

/* The signature at p (two little-endian fields of 72 bytes) over n bytes. */
static int check(const struct coco_key *key, const uint8_t *p, const uint8_t *message, size_t n,
		 struct coco_diag *d)
{
	uint8_t der[COCO_EC_DER_MAX];
	uint8_t r[48];
	uint8_t s[48];

	for (unsigned i = 0; i < 48; i++) {
		r[i] = p[47 - i];
		s[i] = p[72 + 47 - i];
	}
	size_t len = coco_test_ec_der(der, r, s);
	return coco_verify(key, coco_view_of(message, n), coco_view_of(der, len), 0, d);
}

static void test_both(void **state COCO_UNUSED)
{
	struct coco_id_signed s;
	struct coco_key *id;
	struct coco_key *author;
	struct coco_diag d = { 0 };
	uint8_t want[COCO_ID_BLOCK_SIZE];

	assert_ok(coco_key_generate("p384", &id, &d), &d);
	assert_ok(coco_key_generate("p384", &author, &d), &d);
	assert_ok(coco_id_sign(&block, id, author, &s, &d), &d);
	coco_id_block_encode(want, &block);
	assert_memory_equal(s.block, want, sizeof(want));
	assert_true(s.has_author);
	assert_ok(check(id, s.auth + 0x40, s.block, sizeof(s.block), &d), &d);
	assert_ok(check(author, s.auth + 0x680, s.auth + 0x240, COCO_ID_KEY_SIZE, &d), &d);
	assert_err(check(author, s.auth + 0x40, s.block, sizeof(s.block), &d),
		   COCO_E_VERIFY_SIGNATURE, &d);
	coco_diag_init(&d);
	assert_memory_not_equal(s.id_key_digest, s.author_key_digest, 48);
	assert_ok(coco_id_sign(&block, id, NULL, &s, &d), &d);
	assert_false(s.has_author);
	assert_ok(check(id, s.auth + 0x40, s.block, sizeof(s.block), &d), &d);
	assert_int_equal(s.auth[4], 0);
	coco_key_free(id);
	coco_key_free(author);
}

static void test_wrong_keys(void **state COCO_UNUSED)
{
	struct coco_id_signed s = { .has_author = true };
	struct coco_key *id;
	struct coco_key *other;
	struct coco_diag d = { 0 };

	assert_ok(coco_key_generate("p384", &id, &d), &d);
	assert_ok(coco_key_generate("p256", &other, &d), &d);
	assert_err(coco_id_sign(&block, other, id, &s, &d), COCO_E_KEY_TYPE, &d);
	coco_diag_init(&d);
	assert_err(coco_id_sign(&block, id, other, &s, &d), COCO_E_KEY_TYPE, &d);
	assert_true(s.has_author);   /* untouched */
	coco_diag_init(&d);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++)
		if (coco_test_alloc_check(coco_id_sign(&block, id, id, &s, &d), &d))
			break;
	coco_key_free(id);
	coco_key_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_wrong_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
