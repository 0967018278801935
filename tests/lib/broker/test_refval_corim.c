/*
 * test_refval_corim.c - sets as CoRIM and back, the CoRIM of a measurement
 * record, a document of others; what is left out, what is refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/measure/corim_register.h"
#include "lib/broker/refval.h"
#include "tests/support/alloc_fail.h"

#define D32(b) b b b b b b b b b b b b b b b b
#define HEX48 D32("0101") D32("02")
#define HEX32 D32("0a0b")

static char logged[4096];

static void keep_log(void *ctx COCO_UNUSED, int level COCO_UNUSED, const char *text)
{
	size_t n = strlen(logged);

	snprintf(logged + n, sizeof(logged) - n, "%s\n", text);
}

static const struct coco_run run = { .jobs = 1, .now = 1790000000, .log = keep_log };
static const struct coco_refval_source plain = { .tee = COCO_REF_PLAIN };
static const struct coco_refval_target corim = { .form = COCO_REFVAL_CORIM, .release = 21 };

static void hand(struct coco_refset *s, const char *text, const struct coco_refval_source *src)
{
	struct coco_diag d = { 0 };

	assert_ok(coco_refval_hand(s, text, src, &d), &d);
}

static void test_round_trip(void **state COCO_UNUSED)
{
	const struct coco_refval_source until = { .has_after = true, .not_after = 1800000000 };
	struct coco_refset s = { .n = 0 };
	struct coco_refset back = { .n = 0 };
	struct coco_diag d = { 0 };
	uint8_t *bytes, *again;
	size_t n, n_again;

	hand(&s, "snp.launch_digest=[\"" HEX48 "\"]", &until);
	hand(&s, "tdx.rtmr1=\"" HEX48 "\"", &plain);
	hand(&s, "tpm.pcr4=[\"" HEX32 "\"]", &plain);
	hand(&s, "snp.tcb.snp=[7,8]", &plain);
	logged[0] = '\0';
	assert_ok(coco_refval_export(&run, &s, &corim, &bytes, &n, &d), &d);
	assert_non_null(strstr(logged, "snp.tcb.snp is left out"));
	assert_ok(coco_refval_export(&run, &s, &corim, &again, &n_again, &d), &d);
	assert_int_equal(n, n_again);
	assert_memory_equal(bytes, again, n);
	assert_ok(coco_refval_read(&run, &back, coco_view_of(bytes, n), &plain, &d), &d);
	assert_int_equal(back.n, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_true(coco_refset_find(&s, &back.v[i]) < s.n);
		assert_true(back.v[i].has_after);
		assert_int_equal(back.v[i].not_after, 1800000000);
		assert_int_equal(back.v[i].origin, COCO_ORIGIN_FILE);
	}
	/* every cut is refused and adds nothing */
	for (size_t k = 1; k < n; k++) {
		coco_diag_init(&d);
		assert_int_not_equal(coco_refval_read(&run, &back, coco_view_of(bytes, k), &plain,
						      &d), 0);
		assert_int_equal(back.n, 3);
	}
	coco_free(bytes);
	coco_free(again);
	coco_refset_free(&s);
	coco_refset_free(&back);
}

static void test_nothing(void **state COCO_UNUSED)
{
	const struct coco_refval_source past = { .has_after = true, .not_after = 1 };
	struct coco_refset s = { .n = 0 };
	struct coco_diag d = { 0 };
	uint8_t *bytes = NULL;
	size_t n = 0;

	hand(&s, "snp.launch_digest=\"" HEX48 "\"", &past);
	hand(&s, "tdx.xfam=e742060000000000", &plain);
	assert_err(coco_refval_export(&run, &s, &corim, &bytes, &n, &d), COCO_E_REFVAL_NONE, &d);
	assert_null(bytes);
	coco_refset_free(&s);
}

/* A document with one claim, of the given kind and key. */
static void one(enum coco_corim_value kind, const char *key, uint8_t **ret, size_t *ret_n)
{
	static const uint8_t digest[48] = { 1 };
	struct coco_corim c = { .n_claims = 0 };
	struct coco_corim_tag tag = { .has_version = false };
	struct coco_corim_claim claim = { .kind = kind, .alg = COCO_CORIM_SHA384,
					  .bytes = { digest, sizeof(digest) }, .number = 7 };
	struct coco_diag d = { 0 };

	claim.env.vendor = coco_view_of("ACME", 4);
	claim.env.model = coco_view_of("X", 1);
	claim.key = (struct coco_corim_name){ COCO_CORIM_TEXT, 0, coco_view_of(key, strlen(key)) };
	tag.id = (struct coco_corim_name){ COCO_CORIM_TEXT, 0, coco_view_of("t", 1) };
	c.id = tag.id;
	assert_ok(coco_corim_add_tag(&c, &tag, &d), &d);
	assert_ok(coco_corim_add(&c, &claim, &d), &d);
	assert_ok(coco_corim_encode(&c, ret, ret_n, &d), &d);
	coco_corim_free(&c);
}

static void test_foreign(void **state COCO_UNUSED)
{
	struct coco_refset s = { .n = 0 };
	struct coco_diag d = { 0 };
	uint8_t *bytes;
	size_t n;

	one(COCO_CORIM_DIGEST, "FIRMWARE", &bytes, &n);
	assert_ok(coco_refval_read(&run, &s, coco_view_of(bytes, n), &plain, &d), &d);
	assert_int_equal(s.n, 1);
	assert_string_equal(s.v[0].name, "ACME/X/FIRMWARE/digests");
	assert_string_equal(s.v[0].algorithm, "");
	coco_free(bytes);
	one(COCO_CORIM_SVN, "SVN", &bytes, &n);
	assert_err(coco_refval_read(&run, &s, coco_view_of(bytes, n), &plain, &d),
		   COCO_E_REFVAL_UNKNOWN, &d);
	assert_int_equal(s.n, 1);
	coco_free(bytes);
	coco_diag_init(&d);
	/* a signed one is verified before it is read */
	assert_int_not_equal(coco_refval_read(&run, &s, coco_view_of("\xd2\x84", 2), &plain, &d),
			     0);
	coco_refset_free(&s);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_refset s = { .n = 0 };
	struct coco_refset back = { .n = 0 };
	struct coco_diag d = { 0 };
	uint8_t *bytes = NULL;
	size_t n = 0;

	hand(&s, "tdx.rtmr1=\"" HEX48 "\"", &plain);
	for (unsigned long k = 1; coco_test_alloc_arm(k); k++) {
		coco_diag_init(&d);
		if (coco_test_alloc_check(coco_refval_export(&run, &s, &corim, &bytes, &n, &d),
					  &d))
			break;
	}
	for (unsigned long k = 1; coco_test_alloc_arm(k); k++) {
		coco_diag_init(&d);
		int r = coco_refval_read(&run, &back, coco_view_of(bytes, n), &plain, &d);

		if (coco_test_alloc_check(r, &d))
			break;
		assert_int_equal(back.n, 0);
	}
	assert_int_equal(back.n, 1);
	coco_free(bytes);
	coco_refset_free(&s);
	coco_refset_free(&back);
}

static void test_vectors(void **state COCO_UNUSED)
{
	const char *path = coco_test_vectors("broker/upstream/trustee/rvps/"
					     "unsigned-example-corim.cbor");
	struct coco_refset s = { .n = 0 };
	struct coco_diag d = { 0 };
	bool found = false;
	size_t n;

	if (path == NULL)
		skip();
	uint8_t *bytes = coco_test_slurp(path, &n);
	assert_ok(coco_refval_read(&run, &s, coco_view_of(bytes, n), &plain, &d), &d);
	for (size_t i = 0; i < s.n; i++)
		found |= strcmp(s.v[i].name, "ACME/RoadRunner/31fb5abf-023e-4992-aa4e-"
				"95f9c1503bfa/digests") == 0 &&
			 strstr(s.v[i].value, "a3a5e715f0cc574a73c3f9bebb6bc24f32ffd5b67b387244"
				"c2c909da779a1478") != NULL;
	assert_true(found);
	free(bytes);
	coco_refset_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_foreign),    cmocka_unit_test(test_memory),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
