/*
 * test_dsse_sign.c - DSSE envelopes: to and fro, every byte changed, memory.
 */
#include "lib/crypto/dsse_sign.h"

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static int round_trip(const struct coco_key *key, uint8_t **ret, size_t *ret_n,
		      struct coco_diag *d)
{
	struct coco_dsse e;

	int r = coco_dsse_sign(key, COCO_DSSE_TYPE_INTOTO, coco_view_of("payload", 7), ret, ret_n,
			       d);
	if (r == 0)
		r = coco_dsse_decode(&e, coco_view_of(*ret, *ret_n), d);
	if (r != 0)
		return r;
	r = coco_dsse_verify(key, &e, d);
	coco_dsse_clear(&e);
	return r;
}

static void test_bytes(void **state COCO_UNUSED)
{
	static const char *const names[] = { "p256", "p384", "ed25519" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		struct coco_diag d = { 0 };
		struct coco_dsse e;
		struct coco_key *key;
		uint8_t *p;
		size_t n;

		assert_ok(coco_key_generate(names[i], &key, &d), &d);
		assert_ok(round_trip(key, &p, &n, &d), &d);
		assert_ok(coco_dsse_decode(&e, coco_view_of(p, n), &d), &d);
		assert_string_equal(e.payload_type, COCO_DSSE_TYPE_INTOTO);
		assert_string_equal(e.keyid, coco_key_fingerprint_text(key));
		for (size_t k = 0; k < e.n_payload; k++) {
			e.payload[k] ^= 1;
			coco_diag_init(&d);
			assert_err(coco_dsse_verify(key, &e, &d), COCO_E_VERIFY_SIGNATURE, &d);
			e.payload[k] ^= 1;
		}
		e.payload_type[0] ^= 1;
		coco_diag_init(&d);
		assert_err(coco_dsse_verify(key, &e, &d), COCO_E_VERIFY_SIGNATURE, &d);
		coco_dsse_clear(&e);
		coco_free(p);
		coco_key_free(key);
	}
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };
	struct coco_key *key;

	assert_ok(coco_key_generate("p256", &key, &d), &d);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		uint8_t *p = NULL;
		size_t n;
		int r = round_trip(key, &p, &n, &d);

		coco_free(p);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
