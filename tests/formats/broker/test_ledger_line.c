/*
 * test_ledger_line.c - lines of a ledger: one form, and every other refused.
 */
#include "formats/broker/ledger_line.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

#define D32 "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"

static const struct coco_ledger_entry sample = {
	.seq = 2, .time = 1795000000, .action = COCO_LEDGER_PUT, .broker = "https://kbs:8080",
	.trustee = "v0.18", .type = "resource", .name = "a/b/c", .digest = "hmac-sha256:00",
	.before = "sha256:01", .reason = "a \"reason\"\n\xc3\xa9", .has_expires = true,
	.expires = 1795000001,
	.previous = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
		      22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32 },
};

static const char text[] =
	"{\"entry\":{\"seq\":2,\"time\":\"2026-11-18T11:06:40Z\",\"previous\":\"sha256:" D32 "\","
	"\"action\":\"put\",\"broker\":\"https://kbs:8080\",\"trustee\":\"v0.18\","
	"\"type\":\"resource\",\"name\":\"a/b/c\",\"digest\":\"hmac-sha256:00\","
	"\"before\":\"sha256:01\",\"expires\":\"2026-11-18T11:06:41Z\","
	"\"reason\":\"a \\\"reason\\\"\\n\xc3\xa9\"},\"jws\":\"aGVhZA..c2ln\"}\n";

static void write_line(struct coco_wr *wr, const struct coco_ledger_entry *e, const char *jws)
{
	struct coco_diag d = { 0 };
	struct coco_wr entry;

	coco_wr_init(&entry, COCO_LEDGER_LINE_MAX);
	coco_ledger_entry_write(&entry, e);
	coco_wr_init(wr, COCO_LEDGER_LINE_MAX);
	assert_ok(coco_ledger_line_write(wr, coco_wr_view(&entry),
					 coco_view_of(jws, strlen(jws)), &d), &d);
	coco_wr_free(&entry);
}

static void test_round(void **state COCO_UNUSED)
{
	struct coco_ledger_entry e;
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	char *jws = NULL;

	write_line(&wr, &sample, "aGVhZA.whatever.c2ln");
	assert_int_equal(wr.n, strlen(text));
	assert_memory_equal(wr.p, text, wr.n);
	assert_ok(coco_ledger_line_read(&e, &jws, coco_view_of(wr.p, wr.n - 1), &d), &d);
	assert_int_equal(e.seq, 2);
	assert_int_equal(e.time, sample.time);
	assert_int_equal(e.expires, sample.expires);
	assert_memory_equal(e.previous, sample.previous, 32);
	assert_string_equal(e.reason, sample.reason);
	assert_string_equal(e.before, sample.before);
	assert_memory_equal(jws, "aGVhZA.eyJzZXEiOjIs", 19);
	assert_string_equal(jws + strlen(jws) - 5, ".c2ln");
	coco_free(jws);
	/* every cut, and every changed byte that is read at all reads as something else */
	for (size_t n = 0; n < wr.n - 1; n++)
		assert_int_equal(coco_ledger_line_read(&e, &jws, coco_view_of(wr.p, n), NULL),
				 COCO_E_LEDGER_LINE);
	for (size_t i = 0; i < wr.n - 1; i++) {
		struct coco_wr again;

		wr.p[i] ^= 1;
		if (coco_ledger_line_read(&e, &jws, coco_view_of(wr.p, wr.n - 1), NULL) == 0) {
			write_line(&again, &e, jws);
			assert_memory_equal(again.p, wr.p, wr.n);
			coco_wr_free(&again);
			coco_free(jws);
		}
		wr.p[i] ^= 1;
	}
	coco_wr_free(&wr);
}

static void test_first(void **state COCO_UNUSED)
{
	struct coco_ledger_entry e = { .seq = 1, .action = COCO_LEDGER_BEGIN, .digest = "x" };
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	char *jws = NULL;

	write_line(&wr, &e, "a.b.c");
	assert_null(memmem(wr.p, wr.n, "previous", 8));
	assert_ok(coco_ledger_line_read(&e, &jws, coco_view_of(wr.p, wr.n - 1), &d), &d);
	assert_int_equal(e.action, COCO_LEDGER_BEGIN);
	assert_string_equal(e.name, "");
	coco_free(jws);
	coco_wr_free(&wr);
	assert_string_equal(coco_ledger_action_name(COCO_LEDGER_ACTIONS), "unknown");
}

static void refuse(const char *line)
{
	struct coco_ledger_entry e;
	struct coco_diag d = { 0 };
	char *jws = NULL;
	uint8_t *g = coco_test_guard(line, strlen(line));

	assert_err(coco_ledger_line_read(&e, &jws, coco_view_of(g, strlen(line)), &d),
		   COCO_E_LEDGER_LINE, &d);
	assert_null(jws);
	coco_test_unguard(g, strlen(line));
}

#define LINE(entry) "{\"entry\":{" entry "},\"jws\":\"a..b\"}"
#define TIME "\"time\":\"2026-11-18T11:06:40Z\""

static void test_refused(void **state COCO_UNUSED)
{
	static const char *const bad[] = {
		"", "[]", "{}", "{\"entry\":1,\"jws\":\"a..b\"}", LINE(""),
		LINE("\"seq\":0," TIME ",\"action\":\"put\""),
		LINE("\"seq\":1," TIME ",\"action\":\"puts\""),
		LINE("\"seq\":1," TIME ",\"action\":1"),
		LINE("\"seq\":1,\"time\":\"now\",\"action\":\"put\""),
		LINE("\"seq\":1,\"time\":\"2026-11-18T11:06:40+00:00\",\"action\":\"put\""),
		LINE("\"seq\":2," TIME ",\"action\":\"put\""),
		LINE("\"seq\":2," TIME ",\"previous\":\"sha256:00\",\"action\":\"put\""),
		LINE("\"seq\":1," TIME ",\"previous\":\"sha256:" D32 "\",\"action\":\"put\""),
		LINE("\"seq\":1," TIME ",\"action\":\"put\",\"more\":1"),
		LINE("\"seq\":1," TIME ",\"action\":\"put\",\"name\":\"\""),
		LINE("\"seq\":1," TIME ",\"action\":\"put\",\"expires\":\"x\""),
		LINE("\"seq\":1, " TIME ",\"action\":\"put\""),
		"{\"entry\":{\"seq\":1," TIME ",\"action\":\"put\"},\"jws\":\"a.b\"}",
		"{\"entry\":{\"seq\":1," TIME ",\"action\":\"put\"},\"jws\":\"a..\"}",
		"{\"entry\":{\"seq\":1," TIME ",\"action\":\"put\"},\"jws\":\"..b\"}",
		"{\"entry\":{\"seq\":1," TIME ",\"action\":\"put\"},\"jws\":\"a..b=\"}",
		"{\"entry\":{\"seq\":1," TIME ",\"action\":\"put\"},\"jws\":\"a..b\" }",
		"{\"jws\":\"a..b\",\"entry\":{\"seq\":1," TIME ",\"action\":\"put\"}}",
	};
	char line[COCO_LEDGER_LINE_MAX];
	struct coco_diag d = { 0 };
	struct coco_wr wr;

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++)
		refuse(bad[i]);
	memset(line, 'n', sizeof(line));
	snprintf(line, sizeof(line),
		 LINE("\"seq\":1," TIME ",\"action\":\"put\",\"name\":\"%.*s\""),
		 COCO_LEDGER_NAME, line + 4096);
	refuse(line);
	coco_wr_init(&wr, COCO_LEDGER_LINE_MAX);
	assert_err(coco_ledger_line_write(&wr, coco_view_of("x", 1), coco_view_of("a.b", 3), &d),
		   COCO_E_FORMAT_VALUE, &d);
	coco_diag_init(&d);
	assert_err(coco_ledger_line_write(&wr, coco_view_of("x", 1), coco_view_of("ab", 2), &d),
		   COCO_E_FORMAT_VALUE, &d);
	coco_wr_free(&wr);
}

static void test_alloc(void **state COCO_UNUSED)
{
	struct coco_ledger_entry e;
	struct coco_diag d = { 0 };
	char *jws = NULL;

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
		int r = coco_ledger_line_read(&e, &jws, coco_view_of(text, strlen(text) - 1), &d);

		if (coco_test_alloc_check(r, &d))
			break;
	}
	coco_free(jws);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_alloc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
