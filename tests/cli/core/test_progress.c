/*
 * test_progress.c - the progress display (cli/core/progress.c), driven by a
 * clock of the test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/core/progress.h"
#include "formats/core/mem.h"
#include "tests/support/support.h"

static const char hashing[] = "hashing";
static const char packing[] = "packing";

static void test_line(void **state)
{
	struct coco_progress_state s = { hashing, 1 << 20, 4 << 20, 1 << 20, false };
	char line[300];

	(void)state;
	coco_progress_line(line, sizeof(line), &s, 0);
	assert_string_equal(line, "hashing  25%  1.00 MiB / 4.00 MiB  1.00 MiB/s  ETA 0:03");
	/* a narrow terminal: less, then cut */
	coco_progress_line(line, sizeof(line), &s, 50);
	assert_string_equal(line, "hashing  25%  1.00 MiB / 4.00 MiB  1.00 MiB/s");
	coco_progress_line(line, sizeof(line), &s, 40);
	assert_string_equal(line, "hashing  25%  1.00 MiB / 4.00 MiB");
	coco_progress_line(line, sizeof(line), &s, 20);
	assert_string_equal(line, "hashing  25%  1.00 ");
	s.total = 0;
	s.rate = 0;
	coco_progress_line(line, sizeof(line), &s, 80);
	assert_string_equal(line, "hashing  1.00 MiB");
	/* more done than announced is not more than all */
	s = (struct coco_progress_state){ hashing, 8, 4, 0, false };
	coco_progress_line(line, sizeof(line), &s, 80);
	assert_string_equal(line, "hashing 100%  8 bytes / 4 bytes");
	/* things are counted in full */
	s = (struct coco_progress_state){ hashing, 2048, 4096, 1024, true };
	coco_progress_line(line, sizeof(line), &s, 80);
	assert_string_equal(line, "hashing  50%  2048 / 4096  1024/s  ETA 0:02");
}

static void test_json(void **state)
{
	struct coco_progress_state s = { hashing, 5, 10, 5, false };
	char line[300];

	(void)state;
	size_t n = coco_progress_json(line, sizeof(line), &s);
	assert_int_equal(n, strlen(line));
	assert_string_equal(line, "{\"event\":\"progress\",\"phase\":\"hashing\",\"done\":\"5\","
				  "\"total\":\"10\",\"rate\":\"5\",\"eta_ms\":\"1000\"}");
	s = (struct coco_progress_state){ hashing, 5, 10, 0, true };
	coco_progress_json(line, sizeof(line), &s);
	assert_string_equal(line, "{\"event\":\"progress\",\"phase\":\"hashing\","
				  "\"unit\":\"candidates\",\"done\":\"5\",\"total\":\"10\"}");
	s = (struct coco_progress_state){ hashing, 5, 0, 0, false };
	coco_progress_json(line, sizeof(line), &s);
	assert_string_equal(line, "{\"event\":\"progress\",\"phase\":\"hashing\",\"done\":\"5\"}");
}

static void test_mode(void **state)
{
	static struct coco_console con = { .err_tty = true };

	(void)state;
	setenv("TERM", "xterm", 1);
	assert_int_equal(coco_display_mode(&con, COCO_PROGRESS_AUTO), COCO_PROGRESS_BAR);
	assert_int_equal(coco_display_mode(&con, COCO_PROGRESS_PLAIN), COCO_PROGRESS_PLAIN);
	setenv("TERM", "dumb", 1);
	assert_int_equal(coco_display_mode(&con, COCO_PROGRESS_AUTO), COCO_PROGRESS_NONE);
	setenv("TERM", "xterm", 1);
	con.err_tty = false;
	assert_int_equal(coco_display_mode(&con, COCO_PROGRESS_AUTO), COCO_PROGRESS_NONE);
	con.err_tty = true;
	con.level = -1;
	assert_int_equal(coco_display_mode(&con, COCO_PROGRESS_AUTO), COCO_PROGRESS_NONE);
	assert_int_equal(coco_display_mode(&con, COCO_PROGRESS_BAR), COCO_PROGRESS_NONE);
	assert_int_equal(coco_display_mode(&con, COCO_PROGRESS_JSON), COCO_PROGRESS_JSON);
}

/* A display without its thread, and a file behind its console. */
struct bench {
	struct coco_console con;
	struct coco_progress progress;
	struct coco_display d;
	FILE *err;
};

static void set_up(struct bench *b, int mode)
{
	memset(b, 0, sizeof(*b));
	b->err = tmpfile();
	assert_non_null(b->err);
	unsetenv("COCOCTL_FORCE_TTY");
	coco_console_init(&b->con, -1, fileno(b->err));
	b->d = (struct coco_display){ .con = &b->con, .progress = &b->progress, .mode = mode };
}

static void step(struct bench *b, const char *phase, uint64_t done, uint64_t total, uint64_t ms)
{
	atomic_store(&b->progress.phase, phase);
	atomic_store(&b->progress.done, done);
	atomic_store(&b->progress.total, total);
	coco_display_tick(&b->d, ms);
}

static void tear_down(struct bench *b, const char *want)
{
	static char text[4096];

	rewind(b->err);
	text[fread(text, 1, sizeof(text) - 1, b->err)] = '\0';
	assert_string_equal(text, want);
	coco_console_free(&b->con);
	fclose(b->err);
}

static void test_bar(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, COCO_PROGRESS_BAR);
	step(&b, NULL, 0, 0, 1000);
	step(&b, hashing, 0, 1000, 1100);
	step(&b, hashing, 100, 1000, 1500);      /* 400 ms: nothing yet */
	step(&b, hashing, 500, 1000, 1600);
	step(&b, hashing, 500, 1000, 1600);      /* no change, no redraw */
	step(&b, packing, 0, 10, 1700);          /* another phase: no waiting again */
	coco_console_bar(&b.con, NULL);
	tear_down(&b, "\rhashing  50%  500 bytes / 1000 bytes  1000 bytes/s  ETA 0:01\033[K"
		      "\rpacking   0%  0 bytes / 10 bytes\033[K\r\033[K");
}

static void test_plain(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, COCO_PROGRESS_PLAIN);
	step(&b, hashing, 0, 100, 1000);
	step(&b, hashing, 9, 100, 2000);
	step(&b, hashing, 10, 100, 20000);       /* ten percent */
	step(&b, hashing, 19, 100, 30000);
	step(&b, hashing, 19, 100, 49999);
	step(&b, hashing, 19, 100, 50000);       /* thirty seconds */
	tear_down(&b, "cococtl: hashing  10%  10 bytes / 100 bytes\n"
		      "cococtl: hashing  19%  19 bytes / 100 bytes\n");
}

static void test_json_lines(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, COCO_PROGRESS_JSON);
	step(&b, hashing, 0, 0, 1000);
	step(&b, hashing, 1, 0, 1400);
	step(&b, hashing, 2, 0, 5500);
	step(&b, hashing, 3, 0, 5700);
	tear_down(&b, "{\"event\":\"progress\",\"phase\":\"hashing\",\"done\":\"2\"}\n");
}

static void test_rate_of_last_seconds(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, COCO_PROGRESS_BAR);
	for (unsigned i = 0; i <= 100; i++)      /* ten seconds of 10 bytes each 100 ms */
		step(&b, hashing, i * 10, 10000, 1000 + i * 100);
	coco_console_bar(&b.con, NULL);
	static char text[65536];
	rewind(b.err);
	text[fread(text, 1, sizeof(text) - 1, b.err)] = '\0';
	assert_non_null(strstr(text, "1000 bytes / 9.76 KiB  100 bytes/s  ETA 1:30\033[K\r\033[K"));
	coco_console_free(&b.con);
	fclose(b.err);
}

/* The real thread: starts, draws nothing for short work, stops. */
static void test_thread(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, COCO_PROGRESS_BAR);
	atomic_store(&b.progress.phase, hashing);
	coco_display_start(&b.d, &b.con, &b.progress, COCO_PROGRESS_BAR);
	assert_true(b.d.running);
	coco_display_stop(&b.d);
	coco_display_stop(&b.d);
	tear_down(&b, "");
	set_up(&b, COCO_PROGRESS_BAR);
	atomic_store(&b.progress.phase, hashing);
	coco_display_start(&b.d, &b.con, &b.progress, COCO_PROGRESS_BAR);
	usleep(800000);
	coco_display_stop(&b.d);
	tear_down(&b, "\rhashing  0 bytes\033[K\r\033[K");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),	   cmocka_unit_test(test_json),
		cmocka_unit_test(test_mode),	   cmocka_unit_test(test_bar),
		cmocka_unit_test(test_plain),	   cmocka_unit_test(test_json_lines),
		cmocka_unit_test(test_rate_of_last_seconds),
		cmocka_unit_test(test_thread),
	};

	return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
