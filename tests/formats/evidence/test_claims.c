/*
 * test_claims.c - the list of what evidence says: values as text and JSON,
 * limits, running out of memory.
 */
#include "formats/evidence/claims.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static void fill(struct coco_claims *c)
{
	coco_claims_bytes(c, "snp.measurement", "\x01\xab", 2, 0x90);
	coco_claims_number(c, "snp.vmpl", 3, 0x30, 4);
	coco_claims_number(c, "snp.large", UINT64_MAX, 0x40, 8);
	coco_claims_bits(c, "snp.policy", 0x30000, 8, 8);
	coco_claims_bit(c, "snp.policy.debug", 1U << 19, 19, 8, 8);
	coco_claims_bool(c, "snp.masked", false, 0x48, 4);
	coco_claims_text(c, "snp.product", "Milan\n", 6, 0, 0);
	coco_claims_note(c, "from the chain");
	coco_claims_time(c, "token.exp", 1795262400, 7, 10);
}

static const char json[] =
	"[{\"name\":\"snp.measurement\",\"value\":\"01ab\",\"offset\":\"0x90\",\"length\":2},"
	"{\"name\":\"snp.vmpl\",\"value\":3,\"offset\":\"0x30\",\"length\":4},"
	"{\"name\":\"snp.large\",\"value\":\"18446744073709551615\",\"offset\":\"0x40\","
	"\"length\":8},"
	"{\"name\":\"snp.policy\",\"value\":\"0x30000\",\"offset\":\"0x8\",\"length\":8},"
	"{\"name\":\"snp.policy.debug\",\"value\":true,\"offset\":\"0x8\",\"length\":8,\"bit\":19},"
	"{\"name\":\"snp.masked\",\"value\":false,\"offset\":\"0x48\",\"length\":4},"
	"{\"name\":\"snp.product\",\"value\":\"Milan\\n\",\"note\":\"from the chain\"},"
	"{\"name\":\"token.exp\",\"value\":\"2026-11-21T12:00:00Z\",\"offset\":\"0x7\","
	"\"length\":10}]";

static void test_json(void **state COCO_UNUSED)
{
	struct coco_claims c = { .n = 0 };
	struct coco_wr wr;
	struct coco_jw jw;

	fill(&c);
	assert_int_equal(coco_claims_finish(&c, NULL), 0);
	coco_wr_init(&wr, 1 << 16);
	coco_jw_init(&jw, &wr, false);
	coco_claims_write(&jw, &c);
	coco_wr_u8(&wr, 0);
	assert_int_equal(wr.code, 0);
	assert_string_equal((const char *)wr.p, json);
	coco_wr_free(&wr);
	coco_claims_free(&c);
	coco_claims_free(&c);
}

static void test_text(void **state COCO_UNUSED)
{
	static const char *const want[] = {
		"01ab", "3", "18446744073709551615", "0x30000", "yes", "no", "Milan\\x0a",
		"2026-11-21T12:00:00Z",
	};
	struct coco_claims c = { .n = 0 };
	char text[64];
	char small[12];
	uint8_t wide[16] = { 0xaa, 0xbb, 0xcc };

	fill(&c);
	assert_int_equal(c.n, COCO_ARRAY_LEN(want));
	for (size_t i = 0; i < c.n; i++) {
		coco_claim_text(&c.v[i], text, sizeof(text));
		assert_string_equal(text, want[i]);
	}
	assert_ptr_equal(coco_claims_find(&c, "snp.vmpl"), &c.v[1]);
	assert_null(coco_claims_find(&c, "snp"));
	coco_claims_bytes(&c, "wide", wide, sizeof(wide), 0);
	coco_claim_text(&c.v[c.n - 1], small, sizeof(small));
	assert_string_equal(small, "aabbcc00...");
	coco_claim_text(&c.v[c.n - 1], small, 4);
	assert_string_equal(small, "");
	coco_claims_free(&c);
}

static void test_limits(void **state COCO_UNUSED)
{
	struct coco_claims c = { .n = 0 };
	struct coco_diag d = { 0 };
	uint8_t *large = coco_zalloc(COCO_CLAIM_BYTES + 1, 1);

	assert_non_null(large);
	coco_claims_note(&c, "nothing to say it of");
	coco_claims_bytes(&c, "large", large, COCO_CLAIM_BYTES + 1, 0);
	assert_int_equal(c.v[0].n, COCO_CLAIM_BYTES);
	assert_string_equal(c.v[0].note, "cut");
	coco_free(large);
	for (size_t i = 0; i < COCO_CLAIMS_MAX + 2; i++)
		coco_claims_number(&c, "n", i, 0, 0);
	assert_int_equal(c.n, COCO_CLAIMS_MAX);
	assert_int_equal(coco_claims_finish(&c, &d), COCO_E_LIMIT_COUNT);
	coco_claims_free(&c);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_claims c = { .n = 0 };

		fill(&c);
		int code = coco_claims_finish(&c, &d);
		coco_claims_free(&c);
		if (coco_test_alloc_check(code, &d))
			break;
	}
}

/* What comes from elsewhere has no place in the evidence. */
static void test_derived(void **state COCO_UNUSED)
{
	struct coco_claims c = { 0 };

	coco_claims_derived(&c);                  /* of nothing: nothing */
	coco_claims_bytes(&c, "a.b", "xyz", 3, 77);
	assert_false(c.v[0].derived);
	coco_claims_derived(&c);
	assert_true(c.v[0].derived && c.v[0].length == 0 && c.v[0].offset == 0);
	assert_int_equal(c.v[0].n, 3);
	coco_claims_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_derived), cmocka_unit_test(test_json),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
