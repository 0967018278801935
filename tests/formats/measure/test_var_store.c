/*
 * test_var_store.c - stores of UEFI variables: states, both kinds of header, and
 * sizes that lie.
 */
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/var_store.h"
#include "tests/support/mint_variables.h"
#include "tests/support/mint_volume.h"
#include "tests/support/support.h"

static const uint8_t global[] = COCO_GUID(0x8be4df61, 0x93ca, 0x11d2, 0xaa0d, 0x00e098032b8c);
static const uint8_t other[] = COCO_GUID(0xd719b2cb, 0x3d3a, 0x4596, 0xa3bc, 0xdad00e67656f);

enum { ADDED = 0x3f, LEAVING = 0x3e, DELETED = 0x3d, GONE = 0x3c, UNFINISHED = 0x7f };

struct box {
	struct coco_wr store;
	struct coco_wr volume;
};

static void fill(struct box *b, bool authenticated)
{
	coco_wr_init(&b->store, 1 << 16);
	coco_wr_init(&b->volume, 1 << 16);
	coco_mint_store(&b->store, authenticated, 4096 - 72);
	coco_mint_variable(&b->store, authenticated, DELETED, global, "PK", "old", 3);
	coco_mint_variable(&b->store, authenticated, ADDED, global, "PK", "platform key", 12);
	coco_mint_variable(&b->store, authenticated, LEAVING, global, "KEK", "leaving", 7);
	coco_mint_variable(&b->store, authenticated, ADDED, other, "db", "", 0);
	coco_mint_variable(&b->store, authenticated, LEAVING, other, "dbx", "before", 6);
	coco_mint_variable(&b->store, authenticated, UNFINISHED, other, "dbx", "not yet", 7);
	coco_mint_variable(&b->store, authenticated, ADDED, other, "dbx", "after", 5);
	coco_mint_variable(&b->store, authenticated, GONE, other, "dbt", "gone", 4);
	coco_mint_fv(&b->volume, NULL, true, b->store.p, b->store.n, 4096);
}

static void drop(struct box *b)
{
	coco_wr_free(&b->store);
	coco_wr_free(&b->volume);
}

static void expect(const struct coco_var_store *s, const uint8_t *guid, const char *name,
		   const char *want)
{
	struct coco_view v = { NULL, 0 };
	struct coco_diag d = { 0 };
	bool found = !want;

	assert_ok(coco_var_store_find(s, guid, name, &v, &found, &d), &d);
	assert_true(found == (want != NULL));
	if (want != NULL) {
		assert_int_equal(v.n, strlen(want));
		if (v.n != 0)
			assert_memory_equal(v.p, want, v.n);
	}
}

static void check_store(bool authenticated)
{
	struct coco_var_store s;
	struct coco_diag d = { 0 };
	struct box b;

	fill(&b, authenticated);
	uint8_t *p = coco_test_guard(b.volume.p, b.volume.n);
	assert_ok(coco_var_store_open(&s, coco_view_of(p, b.volume.n), 0, &d), &d);
	assert_true(s.authenticated == authenticated);
	expect(&s, global, "PK", "platform key");
	expect(&s, global, "KEK", "leaving");
	expect(&s, other, "db", "");
	expect(&s, other, "dbx", "after");
	expect(&s, other, "dbt", NULL);
	expect(&s, other, "PK", NULL);
	expect(&s, global, "P", NULL);
	expect(&s, global, "PKK", NULL);
	coco_test_unguard(p, b.volume.n);
	drop(&b);
}

static void test_store(void **state COCO_UNUSED)
{
	check_store(true);
	check_store(false);
}

static void test_bad_store(void **state COCO_UNUSED)
{
	static const struct {
		size_t offset;
		const char *bytes;
		size_t n;
		const char *field;
	} cases[] = {
		{ 72, "\1", 1, "store GUID" },
		{ 72 + 16, "\x1b\0\0\0", 4, "store size" },
		{ 72 + 16, "\xff\xff\xff\xff", 4, "store size" },
		{ 72 + 16, "\xb9\x0f\0\0", 4, "store size" },
		{ 72 + 20, "\xff", 1, "store format" },
		{ 72 + 21, "\xff", 1, "store format" },
	};
	struct coco_var_store s = { .offset = 99 };
	struct coco_diag d = { 0 };
	struct box b;

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		fill(&b, true);
		memcpy(b.volume.p + cases[i].offset, cases[i].bytes, cases[i].n);
		coco_diag_init(&d);
		assert_err(coco_var_store_open(&s, coco_wr_view(&b.volume), 0, &d),
			   COCO_E_VARIABLE_STORE, &d);
		assert_string_equal(d.field, cases[i].field);
		assert_int_equal(s.offset, 99);
		drop(&b);
	}
	fill(&b, true);
	b.volume.p[0] ^= 1;
	coco_diag_init(&d);
	assert_err(coco_var_store_open(&s, coco_wr_view(&b.volume), 0, &d),
		   COCO_E_FIRMWARE_VOLUME, &d);
	coco_wr_free(&b.volume);
	coco_wr_init(&b.volume, 1 << 16);
	coco_mint_fv(&b.volume, NULL, false, b.store.p, b.store.n, 4096);   /* files, no store */
	coco_diag_init(&d);
	assert_err(coco_var_store_open(&s, coco_wr_view(&b.volume), 0, &d),
		   COCO_E_VARIABLE_STORE, &d);
	coco_wr_free(&b.volume);
	coco_wr_init(&b.volume, 1 << 16);
	coco_mint_fv(&b.volume, NULL, true, NULL, 0, 96);   /* too short for a store */
	coco_diag_init(&d);
	assert_err(coco_var_store_open(&s, coco_wr_view(&b.volume), 0, &d),
		   COCO_E_VARIABLE_STORE, &d);
	drop(&b);
}

static void refuse_variable(size_t offset, const char *bytes, size_t n, const char *field)
{
	struct coco_view v = { NULL, 0 };
	struct coco_var_store s;
	struct coco_diag d = { 0 };
	struct box b;
	bool found = true;

	fill(&b, true);
	memcpy(b.volume.p + 72 + 28 + offset, bytes, n);
	assert_ok(coco_var_store_open(&s, coco_wr_view(&b.volume), 0, &d), &d);
	assert_err(coco_var_store_find(&s, other, "db", &v, &found, &d), COCO_E_VARIABLE_STORE,
		   &d);
	assert_string_equal(d.field, field);
	assert_int_equal(d.offset, 100);
	assert_true(found && v.p == NULL);
	drop(&b);
}

static void test_bad_variable(void **state COCO_UNUSED)
{
	refuse_variable(0, "\0\0", 2, "variable start");
	refuse_variable(36, "\xff\xff\xff\xff", 4, "variable size");   /* name */
	refuse_variable(36, "\5\0\0\0", 4, "variable size");
	refuse_variable(40, "\xff\xff\xff\xff", 4, "variable size");   /* data */
	refuse_variable(40, "\x90\x0f\0\0", 4, "variable size");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_store),
		cmocka_unit_test(test_bad_store),
		cmocka_unit_test(test_bad_variable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
