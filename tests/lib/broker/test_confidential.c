/*
 * test_confidential.c - lists of words, and finding them.
 */
#include "lib/broker/confidential.h"

#include <string.h>

#include "tests/support/alloc_fail.h"

static int words(struct coco_words *ret, const char *text, struct coco_diag *d)
{
	coco_diag_init(d);
	return coco_words_read(ret, coco_view_of(text, strlen(text)), d);
}

static size_t find(const struct coco_words *w, const char *text, size_t *at)
{
	uint8_t *g = coco_test_guard(text, strlen(text));
	size_t r = coco_words_find(w, coco_view_of(g, strlen(text)), at);

	coco_test_unguard(g, strlen(text));
	return r;
}

static void test_find(void **state COCO_UNUSED)
{
	struct coco_words w;
	struct coco_diag d;
	size_t at = 0;

	assert_ok(words(&w, "# names\n  Falcon \r\n\nacme corp\n", &d), &d);
	assert_int_equal(w.n, 2);
	assert_int_equal(find(&w, "default/key/FALCON-7", &at), 1);
	assert_int_equal(at, 12);
	assert_int_equal(find(&w, "acme-corp", &at), 0);
	assert_int_equal(find(&w, "xACME CORP", NULL), 2);
	assert_int_equal(find(&w, "falco", NULL), 0);
	assert_int_equal(find(&w, "", NULL), 0);
	coco_words_free(&w);
	assert_ok(words(&w, "", &d), &d);
	assert_int_equal(w.n, 0);
	assert_int_equal(find(&w, "anything", NULL), 0);
	coco_words_free(&w);
}

static void test_refused(void **state COCO_UNUSED)
{
	static char many[COCO_WORDS_COUNT + 2];
	static char large[COCO_WORDS_MAX + 1];
	struct coco_words w;
	struct coco_diag d;

	assert_err(words(&w, "falcon\nab\n", &d), COCO_E_FORMAT_VALUE, &d);
	assert_string_equal(d.pointer, "line 2");
	coco_diag_init(&d);
	assert_err(coco_words_read(&w, coco_view_of("abc\0def", 7), &d), COCO_E_FORMAT_VALUE, &d);
	memset(many, '\n', sizeof(many) - 1);
	assert_err(words(&w, many, &d), COCO_E_LIMIT_COUNT, &d);
	coco_diag_init(&d);
	assert_err(coco_words_read(&w, coco_view_of(large, sizeof(large)), &d), COCO_E_LIMIT_SIZE,
		   &d);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_words w;
	struct coco_diag d = { 0 };
	int r = -1;

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		r = coco_words_read(&w, coco_view_of("falcon\n", 7), &d);
		if (coco_test_alloc_check(r, &d))
			break;
	}
	assert_int_equal(r, 0);
	coco_words_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
