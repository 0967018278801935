/*
 * test_dcap_head.c - the signed part of quotes alone: bodies and their sizes,
 * what is refused, each length. (test_tdx_quote.c has the fields and vectors.)
 */
#include "formats/core/dcap_head.h"

#include <string.h>

#include "formats/core/err_evidence.h"
#include "tests/support/mint_quote.h"
#include "tests/support/support.h"

static int head(struct coco_dcap_head *ret, const uint8_t *p, size_t n, struct coco_diag *d)
{
	struct coco_rd rd;
	uint8_t *guarded = coco_test_guard(p, n);

	coco_diag_init(d);
	coco_rd_init(&rd, coco_view_of(guarded, n), 0, d);
	int r = coco_dcap_head_read(&rd, ret);
	coco_test_unguard(guarded, n);
	return r;
}

static void test_bodies(void **state COCO_UNUSED)
{
	static const size_t sizes[] = { 0, 384, 584, 648, 885 };
	uint8_t p[COCO_MINT_QUOTE_MAX];
	struct coco_dcap_head t;
	struct coco_diag d;

	for (uint16_t body = 1; body <= 4; body++) {
		struct coco_mint_quote q;

		coco_mint_quote_init(&q, 5, body);
		q.body_bytes[0] = (uint8_t)body;
		size_t n = coco_mint_quote_signed(p, &q);
		assert_int_equal(n, 54 + sizes[body]);
		assert_ok(head(&t, p, n, &d), &d);
		assert_int_equal(t.body_size, sizes[body]);
		assert_int_equal(body == 1 ? t.sgx.cpu_svn[0] : t.td.tee_tcb_svn[0], body);
		memset(&t, 0x5a, sizeof(t));
		for (size_t i = 0; i < n; i++)
			assert_err(head(&t, p, i, &d), COCO_E_FORMAT_SHORT, &d);
		assert_int_equal(t.version, 0x5a5a);
	}
}

static void test_refused(void **state COCO_UNUSED)
{
	uint8_t p[COCO_MINT_QUOTE_MAX];
	struct coco_mint_quote q;
	struct coco_dcap_head t;
	struct coco_diag d;

	coco_mint_quote_init(&q, 4, 2);
	q.version = 6;
	assert_err(head(&t, p, coco_mint_quote_signed(p, &q), &d), COCO_E_DCAP_QUOTE, &d);
	assert_int_equal(d.offset, 0);
	q.version = 4;
	q.tee = 1;
	assert_err(head(&t, p, coco_mint_quote_signed(p, &q), &d), COCO_E_DCAP_QUOTE, &d);
	assert_int_equal(d.offset, 4);
	coco_mint_quote_init(&q, 5, 2);
	q.body_says = 648;
	assert_err(head(&t, p, coco_mint_quote_signed(p, &q), &d), COCO_E_DCAP_QUOTE, &d);
	assert_int_equal(d.offset, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
