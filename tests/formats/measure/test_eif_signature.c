/*
 * test_eif_signature.c - the signature section of an EIF, with every defect.
 * Covers eif_signature.c.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/eif_signature.h"

#include <string.h>

#include "formats/core/mem.h"
#include "lib/crypto/ec_check.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_eif.h"
#include "tests/support/support.h"

static const struct coco_pki_spec spec = { .subject = "CN=signer", .key_type = "p384" };
static struct coco_pki_cert *cert;

static int parse(const struct coco_mint_signature *m, struct coco_eif_signature *s,
		 struct coco_diag *d)
{
	struct coco_mint_signature mint = *m;
	size_t n;

	mint.cert = cert;
	uint8_t *p = coco_mint_eif_signature(&mint, &n);
	uint8_t *guarded = coco_test_guard(p, n);
	*d = (struct coco_diag){ 0 };
	int r = coco_eif_signature_parse(s, coco_view_of(guarded, n), 1000, d);
	coco_test_unguard(guarded, n);
	coco_free(p);
	return r;
}

static void test_good(void **state COCO_UNUSED)
{
	for (unsigned i = 0; i < 2; i++) {
		struct coco_mint_signature m = { .pcr0 = { 1, 2, 3 }, .tagged = i == 1 };
		struct coco_eif_signature s;
		struct coco_diag d;

		assert_ok(parse(&m, &s, &d), &d);
		assert_memory_equal(s.pcr0, m.pcr0, 48);
		assert_memory_equal(s.certificate, "-----BEGIN CERT", 15);
		assert_ok(coco_ec_verify(cert->key, coco_view_of(s.signed_bytes, s.n_signed),
					 s.signature, s.signature + 48, &d), &d);
		coco_eif_signature_free(&s);
	}
}

static void refuse(struct coco_mint_signature m, int code)
{
	struct coco_eif_signature s = { .n_signed = 77 };
	struct coco_diag d;

	assert_err(parse(&m, &s, &d), code, &d);
	assert_int_equal(s.n_signed, 77);
}

static void test_bad(void **state COCO_UNUSED)
{
	refuse((struct coco_mint_signature){ .none = true }, COCO_E_EIF);
	refuse((struct coco_mint_signature){ .index = 1 }, COCO_E_EIF);
	refuse((struct coco_mint_signature){ .short_value = 1 }, COCO_E_EIF);
	refuse((struct coco_mint_signature){ .alg = -7 }, COCO_E_EIF);
	refuse((struct coco_mint_signature){ .parts = 5 }, COCO_E_EIF);
	refuse((struct coco_mint_signature){ .short_signature = 1 }, COCO_E_EIF);
	refuse((struct coco_mint_signature){ .wide_number = true }, COCO_E_FORMAT_VALUE);
	refuse((struct coco_mint_signature){ .bytes = true }, COCO_E_CBOR_TYPE);
}

static void test_short(void **state COCO_UNUSED)
{
	struct coco_mint_signature m = { .cert = cert };
	size_t n;
	uint8_t *p = coco_mint_eif_signature(&m, &n);

	for (size_t i = 0; i < n; i += i < 32 ? 1 : 61) {
		struct coco_eif_signature s;
		struct coco_diag d = { 0 };
		uint8_t *guarded = coco_test_guard(p, i);

		int r = coco_eif_signature_parse(&s, coco_view_of(guarded, i), 0, &d);
		assert_true(r != 0 && r == d.code);
		coco_test_unguard(guarded, i);
	}
	coco_free(p);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_mint_signature m = { .cert = cert };
	size_t n;
	uint8_t *p = coco_mint_eif_signature(&m, &n);

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_eif_signature s;
		struct coco_diag d = { 0 };

		int r = coco_eif_signature_parse(&s, coco_view_of(p, n), 0, &d);
		if (coco_test_alloc_check(r, &d)) {
			coco_eif_signature_free(&s);
			break;
		}
	}
	coco_free(p);
}

static int setup(void **state COCO_UNUSED)
{
	cert = coco_pki_issue(&spec, NULL);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_pki_free(cert);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
