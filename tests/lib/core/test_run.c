/*
 * test_run.c - cancellation, progress and log.
 */
#include "lib/core/run.h"

#include <string.h>

#include "tests/support/support.h"

static void test_check(void **state COCO_UNUSED)
{
	volatile sig_atomic_t flag = 0;
	struct coco_run run = { .jobs = 1 };
	struct coco_diag d = { 0 };

	assert_ok(coco_run_check(&run, &d), &d);
	run.cancel = &flag;
	assert_ok(coco_run_check(&run, &d), &d);
	flag = 1;
	assert_err(coco_run_check(&run, &d), COCO_E_CANCELLED, &d);
}

static void test_progress(void **state COCO_UNUSED)
{
	static struct coco_progress progress;
	struct coco_run run = { .jobs = 1 };

	coco_run_phase(&run, "nothing", 5);
	coco_run_advance(&run, 5);
	run.progress = &progress;
	coco_run_phase(&run, "first", 10);
	coco_run_advance(&run, 3);
	coco_run_advance(&run, 4);
	assert_string_equal(progress.phase, "first");
	assert_int_equal(progress.done, 7);
	assert_int_equal(progress.total, 10);
	coco_run_phase(&run, "second", 0);
	assert_string_equal(progress.phase, "second");
	assert_false(progress.items);
	assert_int_equal(progress.done, 0);
	assert_int_equal(progress.total, 0);
	coco_run_phase_items(&run, "third", 4);
	assert_true(progress.items);
	assert_int_equal(progress.total, 4);
}

struct line {
	int level;
	char text[1100];
	unsigned n;
};

static void take_line(void *ctx, int level, const char *text)
{
	struct line *line = ctx;

	line->level = level;
	line->n++;
	strncpy(line->text, text, sizeof(line->text) - 1);
}

static void test_log(void **state COCO_UNUSED)
{
	static struct line line;
	static char long_text[5000];
	struct coco_run run = { .jobs = 1 };

	coco_log(&run, 0, "nobody listens");
	run.log = take_line;
	run.log_ctx = &line;
	coco_log(&run, 2, "a%sb %d", "\033[31m\n", 7);
	assert_int_equal(line.n, 1);
	assert_int_equal(line.level, 2);
	assert_string_equal(line.text, "a\\x1b[31m\\x0ab 7");
	memset(long_text, '\n', sizeof(long_text) - 1);
	coco_log(&run, 0, "%s", long_text);
	assert_true(strlen(line.text) < 1024);
	assert_memory_equal(line.text + strlen(line.text) - 3, "...", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
