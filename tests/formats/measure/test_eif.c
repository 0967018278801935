/*
 * test_eif.c - reading EIF headers, with every defect. Covers eif.c.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/eif.h"

#include <string.h>

#include "tests/support/mint_eif.h"
#include "tests/support/support.h"

static int read_all(const struct coco_mint_eif *m, uint64_t size, struct coco_eif_seen *seen,
		    struct coco_diag *d)
{
	struct coco_eif_head head = { .n = 0 };
	size_t n = coco_min_size(m->n, COCO_EIF_HEAD);
	enum coco_eif_type type;

	*d = (struct coco_diag){ 0 };
	*seen = (struct coco_eif_seen){ 0 };
	uint8_t *p = coco_test_guard(m->p, n);
	int r = coco_eif_head(&head, coco_view_of(p, n), size, d);
	coco_test_unguard(p, n);
	for (size_t i = 0; r == 0 && i < head.n; i++) {
		p = coco_test_guard(m->p + head.at[i], COCO_EIF_SECTION);
		r = coco_eif_section(&head, i, coco_view_of(p, COCO_EIF_SECTION), seen, &type, d);
		coco_test_unguard(p, COCO_EIF_SECTION);
	}
	return r == 0 ? coco_eif_complete(seen, d) : r;
}

static void test_good(void **state COCO_UNUSED)
{
	struct coco_eif_head head;
	struct coco_mint_eif m;
	struct coco_eif_seen seen;
	struct coco_diag d;

	coco_mint_eif_usual(&m);
	assert_ok(read_all(&m, m.n, &seen, &d), &d);
	assert_int_equal(seen.ramdisks, 2);
	assert_int_equal(seen.metadata, 1);
	m.p[7] = 1;
	assert_ok(coco_eif_head(&head, coco_view_of(m.p, COCO_EIF_HEAD), m.n, &d), &d);
	assert_true(head.arm64 && head.memory == 1 << 30 && head.cpus == 2 && head.n == 5);
	assert_int_equal(head.at[1], COCO_EIF_HEAD + 18);
	coco_mint_eif_free(&m);
	assert_string_equal(coco_eif_type_name(COCO_EIF_SIGNATURE), "signature");
	assert_string_equal(coco_eif_type_name((enum coco_eif_type)9), "unknown");
}

static void refuse(struct coco_mint_eif *m, int code, const char *field)
{
	struct coco_eif_seen seen;
	struct coco_diag d;

	assert_err(read_all(m, m->n, &seen, &d), code, &d);
	assert_string_equal(d.field, field);
	coco_mint_eif_free(m);
}

static void refuse_byte(size_t at, uint8_t v, const char *field)
{
	struct coco_mint_eif m;

	coco_mint_eif_usual(&m);
	m.p[at] = v;
	refuse(&m, COCO_E_EIF, field);
}

static void test_head(void **state COCO_UNUSED)
{
	struct coco_mint_eif m;
	struct coco_eif_seen seen;
	struct coco_diag d;

	refuse_byte(0, 'E', "magic");
	refuse_byte(5, 3, "version");
	refuse_byte(4, 1, "version");
	refuse_byte(27, 0, "sections");
	refuse_byte(27, 33, "sections");
	refuse_byte(26, 255, "sections");
	refuse_byte(27, 4, "sections");          /* bytes follow */
	refuse_byte(27, 6, "section offset");
	refuse_byte(35, 0x23, "section offset");
	refuse_byte(28 + 8 + 7, 0, "section offset");
	refuse_byte(284, 0xff, "section size");  /* wraps */
	refuse_byte(284 + 4 * 8 + 7, 5, "section size");
	refuse_byte(284 + 4 * 8 + 7, 3, "sections");
	coco_mint_eif_usual(&m);
	for (size_t n = 0; n < COCO_EIF_HEAD; n++) {
		m.n = n;
		assert_err(read_all(&m, n, &seen, &d), COCO_E_FORMAT_SHORT, &d);
	}
	coco_mint_eif_free(&m);
}

static void test_sections(void **state COCO_UNUSED)
{
	static const uint8_t big[COCO_EIF_CMDLINE_MAX + 1];
	static const uint8_t missing[][2] = { { 2, 3 }, { 1, 3 }, { 1, 2 } };
	static const uint8_t twice[] = { 1, 2, 5, 4 };
	struct coco_mint_eif m;
	struct coco_eif_seen seen;
	struct coco_diag d;

	refuse_byte(COCO_EIF_HEAD + 1, 0, "section type");
	refuse_byte(COCO_EIF_HEAD + 1, 6, "section type");
	refuse_byte(COCO_EIF_HEAD, 1, "section type");
	refuse_byte(COCO_EIF_HEAD + 11, 5, "section size");
	for (size_t i = 0; i < COCO_ARRAY_LEN(missing); i++) {
		coco_mint_eif_start(&m);
		coco_mint_eif_section(&m, missing[i][0], "x", 1);
		coco_mint_eif_section(&m, missing[i][1], "x", 1);
		coco_mint_eif_finish(&m);
		refuse(&m, COCO_E_EIF, "");
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(twice); i++) {
		coco_mint_eif_usual(&m);
		coco_mint_eif_section(&m, twice[i], "x", 1);
		if (twice[i] == 4)
			coco_mint_eif_section(&m, 4, "x", 1);
		coco_mint_eif_finish(&m);
		refuse(&m, COCO_E_EIF, "section type");
	}
	coco_mint_eif_start(&m);
	coco_mint_eif_section(&m, COCO_EIF_CMDLINE, big, sizeof(big));
	coco_mint_eif_finish(&m);
	refuse(&m, COCO_E_EIF, "section size");
	/* the most that fits */
	coco_mint_eif_usual(&m);
	while (m.sections < COCO_EIF_SECTIONS)
		coco_mint_eif_section(&m, COCO_EIF_RAMDISK, "x", 1);
	coco_mint_eif_finish(&m);
	assert_ok(read_all(&m, m.n, &seen, &d), &d);
	coco_mint_eif_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
