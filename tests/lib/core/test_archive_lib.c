/*
 * test_archive_lib.c - libarchive is found, once, and has what is used of it.
 */
#include "lib/core/archive_lib.h"

#include "tests/support/support.h"

static void test_load(void **state COCO_UNUSED)
{
	const struct coco_archive *one = NULL;
	const struct coco_archive *two = NULL;
	struct archive_entry *e = NULL;
	struct coco_diag d = { 0 };
	char word[8] = "";

	assert_ok(coco_archive_load(&one, &d), &d);
	assert_ok(coco_archive_load(&two, &d), &d);
	assert_ptr_equal(one, two);
	struct archive *a = one->read_new();
	assert_non_null(a);
	assert_int_equal(one->read_support_format_raw(a), ARCHIVE_OK);
	assert_int_equal(one->read_open_memory(a, "word", 4), ARCHIVE_OK);
	assert_int_equal(one->read_next_header(a, &e), ARCHIVE_OK);
	assert_int_equal(one->entry_filetype(e), AE_IFREG);
	assert_int_equal(one->read_data(a, word, sizeof(word)), 4);
	assert_string_equal(word, "word");
	assert_int_equal(one->read_free(a), ARCHIVE_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
