/*
 * test_cose.c - COSE_Sign1: its parts, what is signed, everything that is
 * refused.
 */
#include "formats/core/cose.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static size_t bytes_of(uint8_t *buf, size_t cap, const char *hex)
{
	size_t n = strlen(hex) / 2;

	assert_true(n <= cap);
	assert_int_equal(coco_hex_decode(buf, n, hex, 2 * n, NULL), 0);
	return n;
}

static int decode_hex(struct coco_cose_sign1 *s, const char *hex, struct coco_diag *d)
{
	static uint8_t buf[512];
	size_t n = bytes_of(buf, sizeof(buf), hex);

	coco_diag_init(d);
	return coco_cose_decode(s, coco_view_of(buf, n), 100, d);
}

static int make(uint8_t **ret, size_t *ret_n, struct coco_diag *d)
{
	const struct coco_cose_make m = {
		.alg = COCO_COSE_ES384, .content_type = "application/rim+cbor",
		.kid = coco_view_of("k1", 2), .rim_meta = coco_view_of("\xa0", 1),
		.cwt = coco_view_of("\xa1\x01\x61i", 4),
	};
	uint8_t *header = NULL;
	size_t n;

	int r = coco_cose_protected(&m, &header, &n, d);
	if (r == 0)
		r = coco_cose_encode(coco_view_of(header, n), coco_view_of("pay", 3),
				     coco_view_of("sig", 3), ret, ret_n, d);
	coco_free(header);
	return r;
}

static void test_round(void **state COCO_UNUSED)
{
	struct coco_cose_sign1 s;
	struct coco_diag d = { 0 };
	struct coco_cv header;
	uint8_t *p;
	uint8_t *tbs;
	size_t n;
	size_t n_tbs;
	char hex[256];

	assert_ok(make(&p, &n, &d), &d);
	coco_hex_encode(hex, p, n);
	assert_string_equal(hex, "d284" "5826"
			    "a5013822" "0374" "6170706c69636174696f6e2f72696d2b63626f72"
			    "04426b31" "0841a0" "0fa1016169"
			    "a0" "43706179" "43736967");
	assert_ok(coco_cose_decode(&s, coco_view_of(p, n), 0, &d), &d);
	assert_true(s.tagged);
	assert_false(s.detached);
	assert_false(s.has_hash);
	assert_int_equal(s.alg, COCO_COSE_ES384);
	assert_int_equal(s.content_type.n, 20);
	assert_memory_equal(s.kid.p, "k1", 2);
	assert_memory_equal(s.payload.p, "pay", 3);
	assert_memory_equal(p + s.payload_at, "pay", 3);
	assert_memory_equal(s.signature.p, "sig", 3);
	assert_int_equal(s.rim_meta.n, 1);
	assert_int_equal(s.cwt.n, 4);
	assert_ok(coco_cose_header(&s, &header, &d), &d);
	assert_int_equal(header.offset, 4);
	assert_ok(coco_cose_tbs(coco_view_of("\xa0", 1), coco_view_of("e", 1),
				coco_view_of("p", 1), &tbs, &n_tbs, &d), &d);
	coco_hex_encode(hex, tbs, n_tbs);
	assert_string_equal(hex, "846a5369676e61747572653141a041654170");
	coco_free(tbs);
	coco_free(p);
}

static void test_forms(void **state COCO_UNUSED)
{
	struct coco_cose_sign1 s;
	struct coco_diag d;

	/* detached, kid not protected, numeric content type, untagged */
	assert_ok(decode_hex(&s, "84" "46a2012603182a" "a1044101" "f6" "4101", &d), &d);
	assert_true(s.detached);
	assert_false(s.tagged);
	assert_int_equal(s.kid.n, 1);
	assert_int_equal(s.content_type.n, 0);
	/* a hash envelope */
	assert_ok(decode_hex(&s, "84" "51a4" "0126" "190102" "2f" "190103" "6161" "190104" "6162"
			     "a0" "4100" "4101", &d), &d);
	assert_true(s.has_hash);
	assert_int_equal(s.hash_alg, COCO_COSE_SHA256);
	assert_int_equal(s.hashed_type.p[0], 'a');
	assert_int_equal(s.hashed_at.p[0], 'b');
	/* a critical header that is known and there */
	assert_ok(decode_hex(&s, "84" "49a3" "0126" "028104" "044101" "a0" "4100" "4101", &d), &d);
}

static const struct {
	const char *hex;
	int code;
	const char *pointer;
} bad[] = {
	{ "80", COCO_E_COSE_FORM, "/" },
	{ "8343a10126a04100", COCO_E_COSE_FORM, "/" },
	{ "8543a10126a04100410000", COCO_E_COSE_FORM, "/" },
	{ "a0", COCO_E_CBOR_TYPE, "/" },
	{ "d38443a10126a041004101", COCO_E_CBOR_TYPE, "/" },       /* tag 19 */
	{ "8440a041004101", COCO_E_COSE_FORM, "/0" },              /* nothing protected */
	{ "8441a0a041004101", COCO_E_CBOR_TYPE, "/0" },            /* no algorithm */
	{ "844180a041004101", COCO_E_CBOR_TYPE, "/0" },
	{ "84a0a041004101", COCO_E_CBOR_TYPE, "/0" },
	{ "8444a1016161a041004101", COCO_E_CBOR_TYPE, "/0/1" },
	{ "8443a101268041004101", COCO_E_CBOR_TYPE, "/1" },
	{ "8443a10126a0004101", COCO_E_CBOR_TYPE, "/2" },
	{ "8443a10126a0410000", COCO_E_CBOR_TYPE, "/3" },
	{ "8443a10126a0410040", COCO_E_COSE_FORM, "/3" },
	{ "8443a10126a1012641004101", COCO_E_COSE_FORM, "/1/1" },  /* in both headers */
	{ "8446a20126028103a041004101", COCO_E_COSE_FORM, "/0/2/0" },   /* critical, not there */
	{ "8447a2012602811821a041004101", COCO_E_COSE_FORM, "/0/2/0" }, /* critical, unknown */
	{ "8447a2012602816161a041004101", COCO_E_COSE_FORM, "/0/2/0" },
	{ "8445a201260280a041004101", COCO_E_COSE_FORM, "/0/2" },
	{ "8445a201260401a041004101", COCO_E_CBOR_TYPE, "/0/4" },
	{ "8445a201260801a041004101", COCO_E_CBOR_TYPE, "/0/8" },
	{ "8445a201260f01a041004101", COCO_E_CBOR_TYPE, "/0/15" },
	{ "8446a20126034100a041004101", COCO_E_CBOR_TYPE, "/0/3" },
	{ "8447a2012619010260a041004101", COCO_E_CBOR_TYPE, NULL },
};

static void test_bad(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_cose_sign1 s = { .alg = 77 };
		struct coco_diag d;
		int r = decode_hex(&s, bad[i].hex, &d);

		if (r != bad[i].code ||
		    (bad[i].pointer != NULL && strcmp(d.pointer, bad[i].pointer) != 0))
			fail_msg("%s: got %d at %s (%s)", bad[i].hex, r, d.pointer, d.message);
		assert_int_equal(s.alg, 77);   /* untouched */
		assert_true(d.offset >= 100);
	}
}

static void test_cut(void **state COCO_UNUSED)
{
	struct coco_cose_sign1 s;
	struct coco_diag d = { 0 };
	uint8_t *p;
	size_t n;

	assert_ok(make(&p, &n, &d), &d);
	for (size_t cut = 0; cut < n; cut++) {
		uint8_t *guarded = coco_test_guard(p, cut);

		assert_int_not_equal(coco_cose_decode(&s, coco_view_of(guarded, cut), 0, NULL), 0);
		coco_test_unguard(guarded, cut);
	}
	coco_free(p);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		uint8_t *p = NULL;
		uint8_t *tbs = NULL;
		size_t n;
		int r = make(&p, &n, &d);

		if (r == 0)
			r = coco_cose_tbs(coco_view_of(p, n), coco_view_of(NULL, 0),
					  coco_view_of(p, n), &tbs, &n, &d);
		coco_free(p);
		coco_free(tbs);
		if (coco_test_alloc_check(r, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
