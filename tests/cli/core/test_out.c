/*
 * test_out.c - rendering of reports, errors and the JSON envelope
 * (cli/core/out*.c, report.c, schema.c). Called with a file name it checks
 * that the file holds one strict JSON document and a newline: the scripts in
 * tests/cli use it so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/core/out.h"
#include "cli/core/schema.h"
#include "cli/model/table_model.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/support.h"

static const struct coco_cmd verify_cmd = {
	.path = "fake verify",
	.flags = COCO_CMD_VERIFIES,
	.summary = "Fake",
};

static const struct coco_cmd plain_cmd = { .path = "fake", .summary = "Fake" };

static void assert_text(struct coco_wr *wr, const char *want)
{
	uint8_t *p = NULL;
	size_t n = 0;

	assert_ok(coco_wr_finish(wr, &p, &n, NULL), NULL);
	assert_string_equal((const char *)p, want);
	coco_free(p);
}

static void test_human(void **state)
{
	char text[32];

	(void)state;
	coco_human_bytes(text, sizeof(text), 0);
	assert_string_equal(text, "0 bytes");
	coco_human_bytes(text, sizeof(text), 1);
	assert_string_equal(text, "1 byte");
	coco_human_bytes(text, sizeof(text), 1023);
	assert_string_equal(text, "1023 bytes");
	coco_human_bytes(text, sizeof(text), 1536);
	assert_string_equal(text, "1.50 KiB");
	coco_human_bytes(text, sizeof(text), (1ULL << 30) - 1);
	assert_string_equal(text, "1023.99 MiB");
	coco_human_bytes(text, sizeof(text), UINT64_MAX);
	assert_string_equal(text, "15.99 EiB");
	coco_human_span(text, sizeof(text), 59);
	assert_string_equal(text, "0:59");
	coco_human_span(text, sizeof(text), 3661);
	assert_string_equal(text, "1:01:01");
}

static void test_error_short(void **state)
{
	struct coco_diag d = { 0 };
	struct coco_wr wr;

	(void)state;
	coco_fail_at(&d, COCO_E_FORMAT_VALUE, 144, "version", "version 9 is not known");
	coco_diag_source(&d, "%s", "model.bin");
	coco_diag_expected(&d, "1");
	coco_diag_actual(&d, "9");
	coco_diag_hint(&d, "use a newer cococtl");
	coco_wr_init(&wr, 4096);
	coco_out_render_error(&wr, &d, 0, false, false);
	assert_text(&wr, "cococtl: model.bin: version 9 is not known (offset 144, field version)\n"
			 "  expected 1\n"
			 "  actual   9\n"
			 "  hint: use a newer cococtl\n"
			 "  [format.field.value] see cococtl explain format.field.value\n");
}

static size_t lines_of(const struct coco_wr *wr)
{
	size_t n = 0;

	for (size_t i = 0; i < wr->n; i++)
		n += wr->p[i] == '\n';
	return n;
}

/* Five lines at most without -v, and the last cause is always there. */
static void test_error_full(void **state)
{
	struct coco_diag d = { 0 };
	struct coco_wr wr;

	(void)state;
	coco_fail(&d, COCO_E_IO_READ, "cannot read");
	coco_diag_expected(&d, "1");
	coco_diag_actual(&d, "2");
	for (int i = 0; i < COCO_DIAG_CAUSES; i++)
		coco_diag_cause(&d, "cause %d", i);
	coco_wr_init(&wr, 4096);
	coco_out_render_error(&wr, &d, 0, false, false);
	assert_int_equal(lines_of(&wr), 5);
	coco_wr_u8(&wr, 0);
	assert_non_null(strstr((char *)wr.p, "cause: cause 7\n"));
	assert_null(strstr((char *)wr.p, "cause 6"));
	coco_wr_free(&wr);
	coco_out_render_error(&wr, &d, 0, true, false);
	coco_wr_u8(&wr, 0);
	assert_non_null(strstr((char *)wr.p, "cause: cause 0\n"));
	coco_wr_free(&wr);
}

static void test_error_fold_and_escape(void **state)
{
	struct coco_diag d = { 0 };
	struct coco_wr wr;

	(void)state;
	coco_fail(&d, COCO_E_IO_READ, "bad \033[31mname\n\xff");
	coco_diag_hint(&d, "one two three four five six seven");
	coco_wr_init(&wr, 4096);
	coco_out_render_error(&wr, &d, 24, false, false);
	assert_text(&wr, "cococtl: bad \\x1b[31mname\\x0a\\xff\n"
			 "  hint: one two three\n"
			 "        four five six\n"
			 "        seven\n"
			 "  [io.file.read] see cococtl explain io.file.read\n");
}

static void fill(struct coco_report *r)
{
	static const struct coco_column columns[] = { { "name", COCO_ALIGN_LEFT },
						      { "size", COCO_ALIGN_RIGHT } };
	struct coco_check bad = { .id = "a.b", .status = COCO_STATUS_FAIL, .title = "digest",
				  .expected = "1", .actual = "2", .source = "manifest" };
	struct coco_check skipped = { .id = "a.c", .status = COCO_STATUS_SKIP, .title = "chunks",
				      .detail = "no key" };
	static const char *const row1[] = { "a\tb", "1" };
	static const char *const row2[] = { "\xc3\xa4", "1000000" };

	coco_report_string(r, "name", "name", "x\"y");
	coco_report_size(r, "bytes", "total size", 1536);
	coco_report_count(r, "n", NULL, 7);
	coco_report_bool(r, "ok", "ok", true);
	coco_report_heading(r, "Files");
	coco_report_table(r, columns, 2);
	coco_report_row(r, row1);
	coco_report_row(r, row2);
	coco_report_check(r, &bad);
	coco_report_check(r, &skipped);
	coco_report_input(r, "package", "sha256:00", 12);
}

static void test_report_text(void **state)
{
	struct coco_report r;
	struct coco_wr wr;

	(void)state;
	coco_report_init(&r);
	fill(&r);
	assert_int_equal(r.code, 0);
	assert_int_equal(r.n_failed, 1);
	coco_wr_init(&wr, 1 << 16);
	coco_out_render_report(&wr, &r, false);
	assert_text(&wr, "name        x\"y\n"
			 "total size  1.50 KiB (1536 bytes)\n"
			 "ok          yes\n"
			 "\nFiles\n"
			 "name       size\n"
			 "a\\x09b        1\n"
			 "\xc3\xa4       1000000\n"
			 "fail   digest\n"
			 "         expected 1 (manifest)\n"
			 "         actual   2\n"
			 "skip   chunks (no key)\n");
	coco_report_free(&r);
}

static void test_report_color(void **state)
{
	struct coco_check good = { .id = "a", .status = COCO_STATUS_PASS, .title = "t" };
	struct coco_report r;
	struct coco_wr wr;

	(void)state;
	coco_report_init(&r);
	coco_report_check(&r, &good);
	coco_wr_init(&wr, 4096);
	coco_out_render_report(&wr, &r, true);
	assert_text(&wr, "\033[32mpass\033[0m   t\n");
	coco_report_free(&r);
}

static void test_envelope_success(void **state)
{
	struct coco_diag d = { 0 };
	struct coco_report r;
	struct coco_wr wr;

	(void)state;
	coco_report_init(&r);
	coco_report_string(&r, "a", "a", "1");
	coco_wr_init(&wr, 1 << 16);
	coco_out_render_json(&wr, &(struct coco_envelope){ .cmd = &plain_cmd, .report = &r,
							    .diag = &d });
	assert_text(&wr, "{\"schema\":\"cococtl.fake.v1\",\"ok\":true,\"exit_code\":0,"
			 "\"result\":{\"a\":\"1\"},\"errors\":[],\"warnings\":[],\"inputs\":[],"
			 "\"tool\":{\"name\":\"cococtl\",\"version\":\"" COCO_VERSION "\","
			 "\"formats\":[\"cococtl/model-package/v1\"]}}\n");
	coco_report_free(&r);
}

/* What the strict reader gets back from a full envelope, compact or indented. */
static void check_envelope(bool pretty)
{
	static const char warning[] = "{\"message\":\"w\"}";
	static struct coco_diag d;
	static struct coco_diag warned;
	struct coco_report r;
	struct coco_json doc;
	struct coco_wr wr;
	const char *text;
	bool ok = true;
	uint64_t v = 0;

	coco_diag_init(&d);
	coco_diag_init(&warned);
	coco_report_init(&r);
	fill(&r);
	coco_fail(&d, COCO_E_FORMAT_JSON, "bad \"{[:,\\ text");
	coco_diag_pointer(&d, "/a/b");
	coco_diag_cause(&d, "because");
	coco_fail(&warned, COCO_E_IO_MODE, "careful");
	coco_report_warn(&r, &warned);
	coco_wr_init(&wr, 1 << 16);
	coco_out_render_json(&wr, &(struct coco_envelope){
		.cmd = &verify_cmd, .report = &r, .diag = &d, .exit_code = 1, .pretty = pretty,
		.warnings = coco_view_of(warning, sizeof(warning) - 1) });
	assert_int_equal(wr.code, 0);
	assert_ok(coco_json_parse(&doc, coco_wr_view(&wr), 1 << 16, &d), &d);
	struct coco_jv root = coco_json_root(&doc);
	struct coco_jv list;
	assert_ok(coco_jv_bool(&root, "ok", &ok, &d), &d);
	assert_false(ok);
	assert_ok(coco_jv_u64(&root, "exit_code", 255, &v, &d), &d);
	assert_int_equal(v, 1);
	assert_ok(coco_jv_string(&root, "verdict", &text, &d), &d);
	assert_string_equal(text, "rejected");
	assert_ok(coco_jv_array(&root, "checks", &list, &d), &d);
	assert_int_equal(coco_jv_len(&list), 2);
	assert_ok(coco_jv_array(&root, "warnings", &list, &d), &d);
	assert_int_equal(coco_jv_len(&list), 2);
	assert_ok(coco_jv_array(&root, "errors", &list, &d), &d);
	assert_int_equal(coco_jv_len(&list), 1);
	struct coco_jv item = coco_jv_item(&list, 0);
	assert_ok(coco_jv_string(&item, "code", &text, &d), &d);
	assert_string_equal(text, "format.json.syntax");
	assert_ok(coco_jv_string(&item, "message", &text, &d), &d);
	assert_string_equal(text, "bad \"{[:,\\ text");
	assert_ok(coco_jv_object(&root, "result", &list, &d), &d);
	assert_ok(coco_jv_string(&list, "bytes", &text, &d), &d);
	assert_string_equal(text, "1536");
	coco_json_free(&doc);
	coco_wr_free(&wr);
	coco_report_free(&r);
}

static void test_envelope_failure(void **state)
{
	(void)state;
	check_envelope(false);
	check_envelope(true);
}

static void test_pretty(void **state)
{
	static const char json[] = "{\"a\":[],\"b\":{\"c\":[1,\"x,{}\\\"\"]},\"d\":{}}";
	struct coco_wr wr;

	(void)state;
	coco_wr_init(&wr, 4096);
	coco_out_pretty(&wr, json, strlen(json));
	assert_text(&wr, "{\n  \"a\": [],\n  \"b\": {\n    \"c\": [\n      1,\n      \"x,{}\\\"\"\n"
			 "    ]\n  },\n  \"d\": {}\n}");
}

static void test_verdict(void **state)
{
	(void)state;
	assert_string_equal(coco_out_verdict(&verify_cmd, COCO_EXIT_OK), "affirmed");
	assert_string_equal(coco_out_verdict(&verify_cmd, COCO_EXIT_REJECTED), "rejected");
	assert_string_equal(coco_out_verdict(&verify_cmd, COCO_EXIT_INDETERMINATE),
			    "indeterminate");
	assert_string_equal(coco_out_verdict(&verify_cmd, COCO_EXIT_IO), "indeterminate");
	assert_null(coco_out_verdict(&verify_cmd, COCO_EXIT_USAGE));
	assert_null(coco_out_verdict(&plain_cmd, COCO_EXIT_OK));
	assert_null(coco_out_verdict(NULL, COCO_EXIT_OK));
}

static void test_schemas(void **state)
{
	struct coco_diag d = { 0 };
	struct coco_json doc;
	struct coco_wr wr;

	(void)state;
	coco_wr_init(&wr, 1 << 20);
	coco_schema_write(&wr, &coco_cmd_entry_model_verify);
	assert_ok(coco_json_parse(&doc, coco_view_of(wr.p, wr.n - 1), 1 << 20, &d), &d);
	assert_int_equal(wr.p[wr.n - 1], '\n');
	coco_json_free(&doc);
	coco_wr_free(&wr);
}

/* A console whose two streams are read back. */
struct streams {
	struct coco_console con;
	char *dir;
	char *out;
	char *err;
	int fd_out;
	int fd_err;
};

static void open_streams(struct streams *s)
{
	s->dir = coco_test_dir();
	s->out = coco_path_join(s->dir, "out");
	s->err = coco_path_join(s->dir, "err");
	FILE *out = fopen(s->out, "w");
	FILE *err = fopen(s->err, "w");
	assert_non_null(out);
	assert_non_null(err);
	s->fd_out = dup(fileno(out));
	s->fd_err = dup(fileno(err));
	fclose(out);
	fclose(err);
	unsetenv("COCOCTL_FORCE_TTY");
	coco_console_init(&s->con, s->fd_out, s->fd_err);
}

static void close_streams(struct streams *s, const char *out, const char *err)
{
	size_t n;
	uint8_t *text;

	coco_console_free(&s->con);
	close(s->fd_out);
	close(s->fd_err);
	text = coco_test_slurp(s->out, &n);
	assert_string_equal((const char *)text, out);
	coco_free(text);
	text = coco_test_slurp(s->err, &n);
	assert_string_equal((const char *)text, err);
	coco_free(text);
	coco_free(s->out);
	coco_free(s->err);
	coco_test_rmdir(s->dir);
}

static void test_finish_success(void **state)
{
	struct coco_common common = { 0 };
	static struct coco_diag d;
	struct coco_report r;
	static struct streams s;

	(void)state;
	open_streams(&s);
	coco_report_init(&r);
	coco_report_string(&r, "a", "a", "1");
	assert_ok(coco_console_setup(&s.con, &plain_cmd, &common, &d), &d);
	coco_console_log(&s.con, 0, "look out");
	coco_console_log(&s.con, 1, "a decision");
	assert_int_equal(coco_console_finish(&s.con, &plain_cmd, &r, &d, 0), 0);
	coco_report_free(&r);
	close_streams(&s, "a  1\n", "cococtl: warning: look out\n");
}

/* With -o the text belongs to standard error; -q silences it. */
static void test_finish_answer_in_file(void **state)
{
	struct coco_common common = { .output = "x" };
	static struct coco_diag d;
	struct coco_report r;
	static struct streams s;

	(void)state;
	open_streams(&s);
	coco_report_init(&r);
	coco_report_string(&r, "a", "a", "1");
	assert_ok(coco_console_setup(&s.con, &plain_cmd, &common, &d), &d);
	assert_int_equal(coco_console_finish(&s.con, &plain_cmd, &r, &d, 0), 0);
	close_streams(&s, "", "a  1\n");
	open_streams(&s);
	common.quiet = 1;
	assert_ok(coco_console_setup(&s.con, &plain_cmd, &common, &d), &d);
	assert_int_equal(coco_console_finish(&s.con, &plain_cmd, &r, &d, 0), 0);
	coco_report_free(&r);
	close_streams(&s, "", "");
}

/* A failure leaves no partial answer, except a verdict's checks. */
static void test_finish_failure(void **state)
{
	struct coco_common common = { .quiet = 2 };
	static struct coco_diag d;
	struct coco_report r;
	static struct streams s;

	(void)state;
	coco_report_init(&r);
	coco_report_string(&r, "a", "a", "1");
	coco_fail(&d, COCO_E_IO_READ, "cannot read");
	open_streams(&s);
	assert_ok(coco_console_setup(&s.con, &plain_cmd, &common, &d), &d);
	assert_int_equal(coco_console_finish(&s.con, &plain_cmd, &r, &d, 0), COCO_EXIT_IO);
	close_streams(&s, "", "");
	coco_report_free(&r);
	coco_report_init(&r);
	coco_report_check(&r, &(struct coco_check){ .id = "x", .status = COCO_STATUS_FAIL,
						     .title = "t" });
	d = (struct coco_diag){ .code = COCO_E_VERIFY_SIGNATURE };
	open_streams(&s);
	assert_ok(coco_console_setup(&s.con, &verify_cmd, &common, &d), &d);
	assert_int_equal(coco_console_finish(&s.con, &verify_cmd, &r, &d, 0), COCO_EXIT_REJECTED);
	coco_report_free(&r);
	close_streams(&s, "fail   t\nrejected\n", "");
}

static void test_finish_broken_output(void **state)
{
	struct coco_common common = { 0 };
	static struct coco_diag d;
	struct coco_report r;
	static struct streams s;

	(void)state;
	open_streams(&s);
	coco_report_init(&r);
	coco_report_string(&r, "a", "a", "1");
	s.con.out = -1;
	assert_ok(coco_console_setup(&s.con, &plain_cmd, &common, &d), &d);
	assert_int_equal(coco_console_finish(&s.con, &plain_cmd, &r, &d, 0), COCO_EXIT_IO);
	coco_report_free(&r);
	close_streams(&s, "", "cococtl: standard output: cannot write: Bad file descriptor\n"
			      "  hint: make room or choose another place with -o; nothing partial "
			      "was left\n"
			      "  [io.file.write] see cococtl explain io.file.write\n");
}

static void test_bar_cleared(void **state)
{
	struct coco_common common = { 0 };
	static struct coco_diag d;
	static struct streams s;

	(void)state;
	open_streams(&s);
	assert_ok(coco_console_setup(&s.con, &plain_cmd, &common, &d), &d);
	coco_console_bar(&s.con, "half");
	coco_console_bar(&s.con, "half");
	coco_console_note(&s.con, "note");
	coco_console_bar(&s.con, "half");
	coco_console_bar(&s.con, NULL);
	close_streams(&s, "", "\rhalf\033[K\r\033[Kcococtl: note\n\rhalf\033[K\r\033[K");
}

static int check_json(const char *path)
{
	struct coco_diag d = { 0 };
	struct coco_json doc;
	uint8_t *p = NULL;
	size_t n = 0;

	if (coco_read_file(path, 1 << 30, &p, &n, &d) == 0 && n > 0 && p[n - 1] == '\n' &&
	    coco_json_parse(&doc, coco_view_of(p, n - 1), n, &d) == 0) {
		coco_json_free(&doc);
		coco_free(p);
		return 0;
	}
	fprintf(stderr, "%s: no JSON document and newline: %s\n", path, d.message);
	coco_free(p);
	return 1;
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_human),
		cmocka_unit_test(test_error_short),
		cmocka_unit_test(test_error_full),
		cmocka_unit_test(test_error_fold_and_escape),
		cmocka_unit_test(test_report_text),
		cmocka_unit_test(test_report_color),
		cmocka_unit_test(test_envelope_success),
		cmocka_unit_test(test_envelope_failure),
		cmocka_unit_test(test_pretty),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_schemas),
		cmocka_unit_test(test_finish_success),
		cmocka_unit_test(test_finish_answer_in_file),
		cmocka_unit_test(test_finish_failure),
		cmocka_unit_test(test_finish_broken_output),
		cmocka_unit_test(test_bar_cleared),
	};

	if (argc == 2)
		return check_json(argv[1]);
	return cmocka_run_group_tests_name("out", tests, NULL, NULL);
}
