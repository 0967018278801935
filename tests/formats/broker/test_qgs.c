/*
 * test_qgs.c - messages of a host's quote generation service.
 */
#include "formats/broker/qgs.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/support.h"

/* An answer: version 1.0, type 1, 28 bytes, no error, no id, a quote of 4. */
static const uint8_t good[] = {
	1, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 'q', 'u', 'o', 't',
};

static int decode(const uint8_t *p, size_t n, struct coco_qgs_response *ret, struct coco_diag *d)
{
	uint8_t *guarded = coco_test_guard(p, n);
	int r = coco_qgs_response_decode(ret, coco_view_of(guarded, n), d);

	if (r == 0)
		ret->quote.p = p + (ret->quote.p - guarded);
	coco_test_unguard(guarded, n);
	return r;
}

static void test_request(void **state COCO_UNUSED)
{
	static const uint8_t head[] = { 1, 0, 0, 0, 0, 0, 0, 0, 0x18, 4, 0, 0,
					0, 0, 0, 0, 0, 4, 0, 0, 0,    0, 0, 0 };
	uint8_t report[COCO_QGS_REPORT];
	struct coco_wr wr;

	memset(report, 0x5a, sizeof(report));
	coco_wr_init(&wr, 4096);
	coco_qgs_request_encode(&wr, report);
	assert_int_equal(wr.code, 0);
	assert_int_equal(wr.n, sizeof(head) + sizeof(report));
	assert_memory_equal(wr.p, head, sizeof(head));
	assert_memory_equal(wr.p + sizeof(head), report, sizeof(report));
	coco_wr_free(&wr);
}

static void test_answer(void **state COCO_UNUSED)
{
	struct coco_qgs_response x = { .error = 7 };
	struct coco_diag d = { 0 };
	uint8_t text[sizeof(good) + 2];

	assert_ok(decode(good, sizeof(good), &x, &d), &d);
	assert_int_equal(x.error, 0);
	assert_int_equal(x.quote.n, 4);
	assert_memory_equal(x.quote.p, "quot", 4);
	/* an id before the quote is skipped, a later minor version is read */
	memcpy(text, good, 24);
	memcpy(text + 24, "id", 2);
	memcpy(text + 26, "quot", 4);
	text[2] = 1;
	text[8] = 30;
	text[16] = 2;
	assert_ok(decode(text, 30, &x, &d), &d);
	assert_memory_equal(x.quote.p, "quot", 4);
	/* an error without a quote is an answer too */
	memcpy(text, good, 24);
	text[8] = 24;
	text[12] = 9;
	text[20] = 0;
	assert_ok(decode(text, 24, &x, &d), &d);
	assert_int_equal(x.error, 9);
	assert_int_equal(x.quote.n, 0);
}

static void test_damaged(void **state COCO_UNUSED)
{
	static const struct {
		size_t at;
		uint8_t value;
	} cases[] = {
		{ 0, 2 },   { 4, 0 },	{ 8, 27 }, { 8, 29 }, { 12, 1 }, { 16, 1 },
		{ 20, 3 },  { 20, 5 },	{ 19, 255 }, { 23, 255 }, { 20, 0 },
	};
	struct coco_qgs_response x = { .error = 7 };

	for (size_t n = 0; n < sizeof(good); n++) {
		struct coco_diag d = { 0 };
		int r = decode(good, n, &x, &d);

		assert_true(r == COCO_E_FORMAT_SHORT || r == COCO_E_FORMAT_VALUE);
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_diag d = { 0 };
		uint8_t bad[sizeof(good)];

		memcpy(bad, good, sizeof(good));
		bad[cases[i].at] = cases[i].value;
		assert_int_not_equal(decode(bad, sizeof(bad), &x, &d), 0);
		assert_int_equal(x.error, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
