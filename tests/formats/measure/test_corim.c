/*
 * test_corim.c - CoRIM: the shared samples claim by claim, own documents to
 * and fro, everything that is refused. Covers corim*.c.
 */
#include "formats/measure/corim.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/cose.h"
#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

/* ---- own documents ----------------------------------------------------------------- */

static const uint8_t bytes[48] = { 1, 2, 3 };

static int fill(struct coco_corim *c, struct coco_diag *d)
{
	const struct coco_corim_tag tag = {
		.id = { COCO_CORIM_TEXT, 0, coco_view_of("tag", 3) }, .has_version = true,
		.version = 3,
	};
	struct coco_corim_claim claim = {
		.env = { .class_id = { COCO_CORIM_OID, 0, coco_view_of("\x2b\x06", 2) },
			 .vendor = coco_view_of("AMD", 3), .model = coco_view_of("SNP", 3),
			 .has_layer = true, .layer = 2, .has_index = true, .index = 7,
			 .instance = { COCO_CORIM_UEID, 0, coco_view_of("u", 1) } },
		.key = { .kind = COCO_CORIM_UINT, .number = 641 },
		.kind = COCO_CORIM_DIGEST, .alg = COCO_CORIM_SHA384,
		.bytes = coco_view_of(bytes, 48),
	};

	*c = (struct coco_corim){
		.id = { COCO_CORIM_UUID_BYTES, 0, coco_view_of(bytes, 16) },
		.profile = { COCO_CORIM_URI, 0, coco_view_of("tag:x", 5) },
		.has_validity = true, .has_not_before = true, .not_before = -5, .not_after = 500,
		.signer = coco_view_of("me", 2), .signer_uri = coco_view_of("https://me", 10),
	};
	int r = coco_corim_add_tag(c, &tag, d);
	if (r == 0)
		r = coco_corim_add(c, &claim, d);
	claim.alg = 0;
	claim.alg_name = coco_view_of("my-hash", 7);
	if (r == 0)
		r = coco_corim_add(c, &claim, d);
	claim.alg_name.n = 0;
	claim.measurement = 1;
	claim.key = (struct coco_corim_name){ COCO_CORIM_TEXT, 0, coco_view_of("POLICY", 6) };
	claim.kind = COCO_CORIM_RAW;
	claim.bytes = coco_view_of("\1\2", 2);
	claim.masked = true;
	claim.mask = coco_view_of("\xff\0", 2);
	if (r == 0)
		r = coco_corim_add(c, &claim, d);
	claim.masked = false;
	claim.mask.n = 0;
	claim.kind = COCO_CORIM_SVN_MIN;
	claim.number = 9;
	if (r == 0)
		r = coco_corim_add(c, &claim, d);
	claim.kind = COCO_CORIM_NAME;
	claim.bytes = coco_view_of("name", 4);
	if (r == 0)
		r = coco_corim_add(c, &claim, d);
	claim.kind = COCO_CORIM_VERSION;
	if (r == 0)
		r = coco_corim_add(c, &claim, d);
	memset(&claim.env, 0, sizeof(claim.env));
	claim.triple = 1;
	claim.measurement = 2;
	claim.key.kind = COCO_CORIM_NONE;
	claim.kind = COCO_CORIM_REGISTER;
	claim.alg = COCO_CORIM_SHA256;
	claim.bytes = coco_view_of(bytes, 32);
	for (uint64_t i = 0; r == 0 && i < 3; i++) {
		claim.reg = (struct coco_corim_name){ .kind = COCO_CORIM_UINT, .number = i / 2 };
		r = coco_corim_add(c, &claim, d);
	}
	return r;
}

static void test_own(void **state COCO_UNUSED)
{
	struct coco_corim c;
	struct coco_corim again;
	struct coco_diag d = { 0 };
	uint8_t *p;
	uint8_t *q;
	size_t n;
	size_t n_again;

	assert_ok(fill(&c, &d), &d);
	assert_ok(coco_corim_encode(&c, &p, &n, &d), &d);
	assert_ok(coco_corim_decode(&again, coco_view_of(p, n), 0, &d), &d);
	assert_int_equal(again.n_ignored, 0);
	assert_int_equal(again.n_claims, c.n_claims);
	assert_int_equal(again.n_tags, 1);
	assert_int_equal(again.tags[0].version, 3);
	assert_int_equal(again.not_before, -5);
	assert_int_equal(again.not_after, 500);
	assert_memory_equal(again.signer.p, "me", 2);
	assert_int_equal(again.signer_uri.n, 10);
	assert_int_equal(again.id.kind, COCO_CORIM_UUID_BYTES);
	/* the members of a measurement come in the order of their keys */
	static const enum coco_corim_value kinds[] = {
		COCO_CORIM_DIGEST, COCO_CORIM_DIGEST, COCO_CORIM_VERSION, COCO_CORIM_SVN_MIN,
		COCO_CORIM_RAW, COCO_CORIM_NAME, COCO_CORIM_REGISTER, COCO_CORIM_REGISTER,
		COCO_CORIM_REGISTER,
	};
	for (size_t i = 0; i < again.n_claims; i++)
		assert_int_equal(again.claims[i].kind, kinds[i]);
	assert_int_equal(again.claims[0].env.layer, 2);
	assert_int_equal(again.claims[0].env.instance.kind, COCO_CORIM_UEID);
	assert_memory_equal(again.claims[1].alg_name.p, "my-hash", 7);
	assert_int_equal(again.claims[3].number, 9);
	assert_true(again.claims[4].masked);
	assert_int_equal(again.claims[8].reg.number, 1);
	assert_int_equal(again.claims[8].triple, 1);
	assert_int_equal(again.claims[8].measurement, 2);
	assert_ok(coco_corim_encode(&again, &q, &n_again, &d), &d);
	assert_int_equal(n, n_again);
	assert_memory_equal(p, q, n);
	for (size_t cut = 0; cut < n; cut++) {
		struct coco_corim none;
		uint8_t *guarded = coco_test_guard(p, cut);

		assert_int_not_equal(coco_corim_decode(&none, coco_view_of(guarded, cut), 0, NULL),
				     0);
		coco_test_unguard(guarded, cut);
	}
	coco_free(p);
	coco_free(q);
	coco_corim_free(&c);
	coco_corim_free(&again);
	coco_corim_free(&again);
}

/* ---- shared samples ---------------------------------------------------------------- */

static uint8_t *sample(const char *name, size_t *ret_n)
{
	char path[128];

	snprintf(path, sizeof(path), "measure/corim/%s", name);
	const char *full = coco_test_vectors(path);
	return full != NULL ? coco_test_slurp(full, ret_n) : NULL;
}

static const struct {
	const char *name;
	size_t claims;
	size_t ignored;
	bool same;               /* encodes to the same bytes */
	enum coco_corim_value first;
	const char *first_bytes; /* hexadecimal, its start */
} samples[] = {
	{ "snp-launch.corim.cbor", 1, 1, false, COCO_CORIM_DIGEST, "d19e8068fc6c" },
	{ "snp-amd-profile.corim.cbor", 3, 0, true, COCO_CORIM_DIGEST, "d19e8068fc6c" },
	{ "tdx-integrity-registers.corim.cbor", 4, 0, true, COCO_CORIM_REGISTER, "aa0f1af8b2f2" },
	{ "tdx-rtmrs.corim.cbor", 4, 0, true, COCO_CORIM_DIGEST, "30c3dcb9a0e8" },
	{ "trustee-rvps-unsigned-example-corim.cbor", 3, 1, false, COCO_CORIM_DIGEST, "" },
	{ "veraison/unsigned-good-corim.cbor", 3, 0, false, COCO_CORIM_DIGEST, "" },
	{ "veraison/unsigned-example-corim.cbor", 3, 1, false, COCO_CORIM_DIGEST, "" },
	{ "veraison/corim-1.cbor", 2, 1, false, COCO_CORIM_VERSION, "312e302e30" },
	{ "veraison/corim-2.cbor", 3, 1, false, COCO_CORIM_DIGEST, "" },
};

static void test_samples(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(samples); i++) {
		struct coco_corim c;
		struct coco_diag d = { 0 };
		uint8_t *q;
		uint8_t start[8];
		size_t n;
		size_t k;
		uint8_t *p = sample(samples[i].name, &n);

		if (p == NULL)
			skip();
		if (coco_corim_decode(&c, coco_view_of(p, n), 0, &d) != 0)
			fail_msg("%s: %s at %s", samples[i].name, d.message, d.pointer);
		if (c.n_claims != samples[i].claims ||
		    (c.n_ignored != 0) != (samples[i].ignored != 0))
			fail_msg("%s: %zu claims, %zu ignored", samples[i].name, c.n_claims,
				 c.n_ignored);
		assert_int_equal(c.claims[0].kind, samples[i].first);
		k = strlen(samples[i].first_bytes) / 2;
		assert_int_equal(coco_hex_decode(start, k, samples[i].first_bytes, 2 * k, NULL),
				 0);
		assert_memory_equal(c.claims[0].bytes.p, start, k);
		size_t again;
		assert_ok(coco_corim_encode(&c, &q, &again, &d), &d);
		if (samples[i].same) {
			assert_int_equal(n, again);
			assert_memory_equal(p, q, n);
		}
		coco_free(q);
		coco_free(p);
		coco_corim_free(&c);
	}
}

/* Signed ones: the payload is a CoRIM, header 8 says who signs. */
static void test_signed(void **state COCO_UNUSED)
{
	struct coco_corim c;
	struct coco_corim_meta m;
	struct coco_cose_sign1 s;
	struct coco_diag d = { 0 };
	uint8_t *q;
	size_t n;
	size_t k;
	uint8_t *p = sample("snp-launch.corim.cose", &n);

	if (p == NULL)
		skip();
	assert_err(coco_corim_decode(&c, coco_view_of(p, n), 0, &d), COCO_E_CORIM_FORM, &d);
	assert_non_null(strstr(d.hint, "signed CoRIM"));
	coco_diag_init(&d);
	assert_ok(coco_cose_decode(&s, coco_view_of(p, n), 0, &d), &d);
	assert_ok(coco_corim_decode(&c, s.payload, s.payload_at, &d), &d);
	assert_memory_equal(c.claims[0].key.v.p, "MEASUREMENT", 11);
	assert_ok(coco_corim_meta_decode(&m, s.rim_meta, 0, &d), &d);
	assert_memory_equal(m.name.p, "Example Models Inc.", m.name.n);
	assert_int_equal(m.uri.n, 22);
	assert_int_equal(m.not_before, 1767225600);
	assert_int_equal(m.not_after, 1798761600);
	assert_ok(coco_corim_meta_encode(&m, &q, &k, &d), &d);
	assert_int_equal(k, s.rim_meta.n);
	assert_memory_equal(q, s.rim_meta.p, k);
	coco_free(q);
	coco_free(p);
	coco_corim_free(&c);
}

/* ---- what is refused --------------------------------------------------------------- */

/* A document around a measurement's values, in hexadecimal. */
static void document(char *ret, size_t cap, const char *values)
{
	char comid[256];

	snprintf(comid, sizeof(comid), "a201a1006174" "04a1" "0081" "82a0" "81a101%s", values);
	snprintf(ret, cap, "d901f5a1" "0181" "d901fa" "58%02zx%s", strlen(comid) / 2, comid);
}

static void refused(const char *hex, int code, const char *what)
{
	struct coco_corim c = { .n_claims = 77 };
	struct coco_diag d = { 0 };
	uint8_t buf[256];
	size_t n = strlen(hex) / 2;

	assert_int_equal(coco_hex_decode(buf, n, hex, 2 * n, NULL), 0);
	int r = coco_corim_decode(&c, coco_view_of(buf, n), 0, &d);
	if (r != code)
		fail_msg("%s (%s): got %d, %s at %s", hex, what, r, d.message, d.pointer);
	if (r != 0)
		assert_int_equal(c.n_claims, 77);   /* untouched */
	else
		coco_corim_free(&c);
}

static void test_values(void **state COCO_UNUSED)
{
	static const struct {
		const char *values;
		int code;
	} cases[] = {
		{ "a0", 0 },
		{ "a10101", 0 },
		{ "a101d9022801", 0 },
		{ "a101d9022a01", COCO_E_CBOR_TYPE },
		{ "a101d9022861" "31", COCO_E_CBOR_TYPE },
		{ "a101d9022920", COCO_E_CBOR_TYPE },
		{ "a10280", COCO_E_CORIM_FORM },
		{ "a1028101", COCO_E_CBOR_TYPE },
		{ "a102818107", COCO_E_CORIM_FORM },
		{ "a1028183074100" "00", COCO_E_CORIM_FORM },
		{ "a1028182004100", COCO_E_CORIM_FORM },
		{ "a10281820700", COCO_E_CBOR_TYPE },
		{ "a10281820741aa", 0 },
		{ "a102818261784100", 0 },
		{ "a1044100", COCO_E_CBOR_TYPE },
		{ "a104d902304100", 0 },
		{ "a104d9023000", COCO_E_CBOR_TYPE },
		{ "a104d90233824100" "41ff", 0 },
		{ "a104d90233824100" "42ffff", COCO_E_CORIM_FORM },
		{ "a104d902338141" "00", COCO_E_CORIM_FORM },
		{ "a204d902304100" "0541ff", 0 },
		{ "a204d902304100" "0500", COCO_E_CBOR_TYPE },
		{ "a1054100", COCO_E_CORIM_FORM },
		{ "a100a0", COCO_E_CBOR_TYPE },
		{ "a100a1006131", 0 },
		{ "a10b6131", 0 },
		{ "a10b01", COCO_E_CBOR_TYPE },
		{ "a10ea1" "00" "8182074100", 0 },
		{ "a10ea1" "6172" "8182074100", 0 },
		{ "a10ea1" "20" "8182074100", COCO_E_CORIM_FORM },
		{ "a10ea1" "d8255000000000000000000000000000000000" "8182074100",
		  COCO_E_CORIM_FORM },
		{ "a10e80", COCO_E_CBOR_TYPE },
		{ "80", COCO_E_CBOR_TYPE },
		{ "a12001", 0 },                             /* an extension: ignored, counted */
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		char hex[400];

		document(hex, sizeof(hex), cases[i].values);
		refused(hex, cases[i].code, cases[i].values);
	}
}

static void test_documents(void **state COCO_UNUSED)
{
	static const struct {
		const char *hex;
		int code;
	} cases[] = {
		{ "a0", COCO_E_CBOR_TYPE },
		{ "d901f5a0", COCO_E_CBOR_TYPE },
		{ "d901f5a10180", COCO_E_CORIM_FORM },
		{ "d901f4d901f5a10180", COCO_E_CORIM_FORM },       /* tag 500 around it */
		{ "d901f4d901f680", COCO_E_CORIM_FORM },           /* signed, old tags */
		{ "d28080", COCO_E_FORMAT_TRAILING },
		{ "d280", COCO_E_CORIM_FORM },
		{ "d901f5a10181d901f940", 0 },                     /* a CoSWID */
		{ "d901f5a10181d901fa00", COCO_E_CBOR_TYPE },
		{ "d901f5a10181d901fa40", COCO_E_FORMAT_SHORT },
		{ "d901f5a10181d901fa41a0", COCO_E_CBOR_TYPE },    /* no identity */
		{ "d901f5a10181d901fa44a101a0" "00", COCO_E_FORMAT_TRAILING },
		{ "d901f5a10181d901fa46a101a1006174", COCO_E_CBOR_TYPE },   /* no triples */
		{ "d901f5a10181d901fa48a201a100617404a0", 0 },
		{ "d901f5a10181d901fa47a201a1004104a0", COCO_E_FORMAT_SHORT },
		{ "d901f5a10181d901fa48a201a100410004a0", COCO_E_CORIM_FORM },   /* one byte */
		{ "d901f5a10181d901fa4ba201a100617404a1008180", COCO_E_CORIM_FORM },
		{ "d901f5a10181d901fa4ba201a100617404a1008100", COCO_E_CBOR_TYPE },
		{ "d901f5a10181d901fa4da201a100617404a1008182a080", COCO_E_CORIM_FORM },
		{ "d901f5a2004100" "0181d901f940", COCO_E_CORIM_FORM },
		{ "d901f5a2000001" "81d901f940", COCO_E_CBOR_TYPE },
		{ "d901f5a20181d901f940" "036178", 0 },   /* profile as text */
		{ "d901f5a20181d901f940" "0301", COCO_E_CORIM_FORM },
		{ "d901f5a20181d901f940" "03d8206178", 0 },
		{ "d901f5a20181d901f940" "03d86f4106", 0 },
		{ "d901f5a20181d901f940" "04a0", COCO_E_CBOR_TYPE },
		{ "d901f5a20181d901f940" "04a10105", COCO_E_CBOR_TYPE },
		{ "d901f5a20181d901f940" "04a101c105", 0 },
		{ "d901f5a20181d901f940" "04a101c1f90000", COCO_E_CBOR_TYPE },
		{ "d901f5a20181d901f940" "0580", 0 },
		{ "d901f5a20181d901f940" "0581a0", COCO_E_CBOR_TYPE },
		{ "d901f5a20181d901f940" "0581a1006161", 0 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++)
		refused(cases[i].hex, cases[i].code, "document");
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_corim c = { .n_claims = 0 };
		struct coco_corim again = { .n_claims = 0 };
		uint8_t *p = NULL;
		size_t n;
		int r = fill(&c, &d);

		if (r == 0)
			r = coco_corim_encode(&c, &p, &n, &d);
		if (r == 0)
			r = coco_corim_decode(&again, coco_view_of(p, n), 0, &d);
		coco_corim_free(&c);
		coco_corim_free(&again);
		coco_free(p);
		if (coco_test_alloc_check(r, &d))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_signed),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
