/*
 * test_evidence_peek.c - launch values of reports and quotes: minted ones,
 * every other length and version, real ones among the vectors.
 */
#include "formats/measure/evidence_peek.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/support.h"

static bool peek(struct coco_evidence_peek *ret, const uint8_t *p, size_t n)
{
	uint8_t *guarded = coco_test_guard(p, n);
	bool is = coco_evidence_peek(ret, coco_view_of(guarded, n));

	coco_test_unguard(guarded, n);
	return is;
}

static void test_report(void **state COCO_UNUSED)
{
	struct coco_evidence_peek e = { .n = 99 };
	uint8_t report[1185] = { 2 };

	report[8] = 0x1f;
	memset(report + 0x90, 0xab, 48);
	assert_true(peek(&e, report, 1184));
	assert_int_equal(e.kind, COCO_EVIDENCE_SNP_REPORT);
	assert_int_equal(e.policy, 0x1f);
	assert_int_equal(e.n, 1);
	assert_string_equal(e.value[0].name, "snp.launch_digest");
	assert_memory_equal(e.value[0].value, report + 0x90, 48);
	e.n = 99;
	assert_false(peek(&e, report, 1183));
	assert_false(peek(&e, report, 1185));
	report[0] = 1;
	assert_false(peek(&e, report, 1184));
	report[0] = 6;
	assert_false(peek(&e, report, 1184));
	assert_false(peek(&e, report, 0));
	assert_int_equal(e.n, 99);
}

static void test_quote(void **state COCO_UNUSED)
{
	struct coco_evidence_peek e = { .n = 99 };
	uint8_t quote[48 + 6 + 584] = { 4, 0, 2, 0, 0x81 };

	for (size_t i = 0; i < 584; i++)
		quote[48 + i] = (uint8_t)(i / 48);
	assert_true(peek(&e, quote, 48 + 584));
	assert_int_equal(e.kind, COCO_EVIDENCE_TDX_QUOTE);
	assert_int_equal(e.n, 5);
	assert_memory_equal(e.value[0].value, quote + 48 + 136, 48);
	assert_memory_equal(e.value[4].value, quote + 48 + 328 + 3 * 48, 48);
	assert_string_equal(e.value[4].name, "tdx.rtmr3");
	assert_false(peek(&e, quote, 48 + 583));
	quote[4] = 0;
	assert_false(peek(&e, quote, 48 + 584));
	quote[4] = 0x81;
	quote[0] = 5;
	memmove(quote + 54, quote + 48, 584);
	memcpy(quote + 48, "\2\0\110\2\0\0", 6);
	assert_true(peek(&e, quote, sizeof(quote)));
	assert_memory_equal(e.value[0].value, quote + 54 + 136, 48);
	assert_false(peek(&e, quote, sizeof(quote) - 1));
	quote[48] = 1;
	assert_false(peek(&e, quote, sizeof(quote)));
	quote[48] = 2;
	quote[51] = 0;
	quote[50] = 9;
	assert_false(peek(&e, quote, sizeof(quote)));
}

static void test_vectors(void **state COCO_UNUSED)
{
	static const struct {
		const char *file;
		enum coco_evidence_kind kind;
	} cases[] = {
		{ "evidence/snp/milan-v2/report.bin", COCO_EVIDENCE_SNP_REPORT },
		{ "evidence/snp/milan-v3-vlek/report.bin", COCO_EVIDENCE_SNP_REPORT },
		{ "evidence/snp/turin-v5/report.bin", COCO_EVIDENCE_SNP_REPORT },
		{ "evidence/tdx/trustee/tdx_quote_4.dat", COCO_EVIDENCE_TDX_QUOTE },
		{ "evidence/tdx/go-tdx-guest/quote_v5_sample.dat", COCO_EVIDENCE_TDX_QUOTE },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		const char *path = coco_test_vectors(cases[i].file);
		struct coco_evidence_peek e;
		size_t n;

		if (path == NULL)
			continue;
		uint8_t *p = coco_test_slurp(path, &n);
		assert_true(peek(&e, p, n));
		assert_int_equal(e.kind, cases[i].kind);
		coco_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
