/*
 * test_suggest.c - the nearest known word.
 */
#include "formats/core/suggest.h"

#include <string.h>

#include "tests/support/support.h"

static void test_nearest(void **state COCO_UNUSED)
{
	static const char *const words[] = { "kernel", "initrd", "cmdline", "cpu", "vcpus" };
	static const struct {
		const char *word;
		const char *want;
	} cases[] = {
		{ "kernl", "kernel" },   { "kernell", "kernel" }, { "kenrel", "kernel" },
		{ "kernal", "kernel" },  { "inird", "initrd" },   { "initramfs", NULL },
		{ "cmd-line", "cmdline" }, { "cpus", "cpu" },     { "vcpu", "cpu" },
		{ "gpu", "cpu" },        { "xyz", NULL },         { "", NULL },
		{ "ab", NULL },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		const char *got = coco_suggest(cases[i].word, strlen(cases[i].word), words, 5);

		if (cases[i].want == NULL ? got != NULL
					  : got == NULL || strcmp(got, cases[i].want) != 0)
			fail_msg("%s: %s", cases[i].word, got != NULL ? got : "nothing");
	}
	assert_null(coco_suggest("kernel", 6, NULL, 0));
}

static void test_long(void **state COCO_UNUSED)
{
	char word[COCO_SUGGEST_MAX + 2];
	const char *words[] = { word };

	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_null(coco_suggest(word, COCO_SUGGEST_MAX + 1, words, 1));
	assert_null(coco_suggest(word, COCO_SUGGEST_MAX, words, 1));
	word[COCO_SUGGEST_MAX] = '\0';
	assert_ptr_equal(coco_suggest(word, COCO_SUGGEST_MAX, words, 1), word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
