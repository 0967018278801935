/*
 * test_pe_file.c - a PE image in memory and in a file: pieces, sections as
 * they are in memory.
 */
#include "lib/measure/pe_file.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_pe.h"
#include "tests/support/support.h"

static const struct coco_mint_pe_section sections[] = {
	{ ".short", "abcdefgh", 8, 3 },
	{ ".long", "abcdefgh", 8, 600 },
	{ ".none", "", 0, 5 },
};

static const struct coco_mint_pe spec = { .sections = sections, .n_sections = 3 };

/* What section i is in memory, by both ways. */
static void check(const struct coco_pe_file *f, size_t i, const void *want, size_t n)
{
	struct coco_bank_values a;
	struct coco_bank_values c;
	struct coco_banks b;
	struct coco_diag d = { 0 };
	uint8_t *p;
	size_t got;

	assert_ok(coco_pe_file_load(f, &f->pe.sections[i], 600, &p, &got, &d), &d);
	assert_int_equal(got, n);
	assert_memory_equal(p, want, n);
	assert_int_equal(p[n], 0);
	coco_free(p);
	assert_ok(coco_banks_init(&b, COCO_BANK(COCO_DIGEST_SHA384), &d), &d);
	assert_ok(coco_pe_file_section(f, &f->pe.sections[i], NULL, &b, &d), &d);
	assert_ok(coco_banks_final(&b, &a, &d), &d);
	assert_ok(coco_banks_once(&b, want, n, &c, &d), &d);
	assert_memory_equal(a.p[COCO_DIGEST_SHA384], c.p[COCO_DIGEST_SHA384], 48);
	coco_banks_free(&b);
}

static void check_all(const struct coco_pe_file *f)
{
	uint8_t full[600] = "abcdefgh";
	uint8_t *p;
	size_t n;
	struct coco_diag d = { 0 };

	check(f, 0, "abc", 3);
	check(f, 1, full, 600);
	check(f, 2, "\0\0\0\0\0", 5);
	assert_err(coco_pe_file_load(f, &f->pe.sections[1], 599, &p, &n, &d), COCO_E_LIMIT_SIZE,
		   &d);
}

static void test_sections(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	struct coco_pe_file f;
	struct coco_diag d = { 0 };
	size_t n;
	uint8_t *p = coco_mint_pe(&spec, &n);
	uint8_t byte;

	assert_ok(coco_pe_file_memory(&f, coco_view_of(p, n), &d), &d);
	check_all(&f);
	assert_ok(coco_pe_file_read(&f, &byte, 1, n - 1, &d), &d);
	assert_err(coco_pe_file_read(&f, &byte, 1, n, &d), COCO_E_FORMAT_SHORT, &d);
	d = (struct coco_diag){ 0 };
	assert_err(coco_pe_file_read(&f, &byte, 1, UINT64_MAX, &d), COCO_E_FORMAT_SHORT, &d);
	coco_pe_file_close(&f);
	d = (struct coco_diag){ 0 };
	assert_ok(coco_pe_file_open(&f, coco_mint_pe_file(dir, "a.efi", &spec), &d), &d);
	check_all(&f);
	coco_pe_file_close(&f);
	coco_pe_file_close(&f);
	coco_free(p);
	coco_test_rmdir(dir);
}

static int count(void *ctx, struct coco_view piece, struct coco_diag *diag)
{
	size_t *n = ctx;

	(void)diag;
	n[0]++;
	n[1] += piece.n;
	return n[0] == n[2] ? COCO_E_FORMAT_VALUE : 0;
}

static void test_pieces(void **state COCO_UNUSED)
{
	size_t n = (2 << 20) + 5;
	uint8_t *p = coco_zalloc(1, n);
	struct coco_pe_file f = { .fd = -1, .memory = coco_view_of(p, n) };
	size_t ctx[3] = { 0, 0, 0 };
	struct coco_diag d = { 0 };

	assert_non_null(p);
	assert_ok(coco_pe_file_pieces(&f, 1, n - 1, NULL, count, ctx, &d), &d);
	assert_int_equal(ctx[0], 3);
	assert_int_equal(ctx[1], n - 1);
	ctx[0] = 0;
	ctx[2] = 2;   /* a failure of the second call ends it */
	assert_int_equal(coco_pe_file_pieces(&f, 0, n, NULL, count, ctx, &d),
			 COCO_E_FORMAT_VALUE);
	assert_int_equal(ctx[0], 2);
	coco_free(p);
}

static void test_memory(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	const char *path = coco_mint_pe_file(dir, "a.efi", &spec);
	struct coco_diag d = { 0 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_pe_file f;
		uint8_t *p = NULL;
		size_t n;
		int r = coco_pe_file_open(&f, path, &d);

		if (r == 0) {
			r = coco_pe_file_load(&f, &f.pe.sections[0], 600, &p, &n, &d);
			coco_pe_file_close(&f);
		}
		coco_free(p);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_test_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
