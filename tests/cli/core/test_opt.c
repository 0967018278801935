/*
 * test_opt.c - the option parser (cli/core/opt.c, opt_command.c, opt_value.c)
 * against a made-up command, and the real table's examples.
 */
#include <stdio.h>
#include <string.h>

#include "cli/core/opt.h"
#include "cli/model/table_model.h"
#include "formats/core/mem.h"
#include "tests/support/support.h"

struct opts {
	bool flag;
	bool on;
	const char *text;
	const char *other;
	uint64_t size;
	uint64_t number;
	uint32_t small;
	int mode;
	int64_t when;
	const char *digest;
	const char *key;
	struct coco_strlist list;
	const char *first;
	struct coco_strlist rest;
};

static const char *const modes[] = { "fast", "slow", NULL };

static const struct coco_opt fake_opts[] = {
	{ .name = "flag", .letter = 'x', .kind = COCO_KIND_FLAG, .help = "h",
	  COCO_BIND_FLAG(struct opts, flag) },
	{ .name = "on", .letter = 'y', .kind = COCO_KIND_FLAG, .flags = COCO_OPT_ON, .help = "h",
	  COCO_BIND_FLAG(struct opts, on) },
	{ .name = "text", .letter = 't', .kind = COCO_KIND_STRING, .arg = "T", .help = "h",
	  COCO_BIND_STR(struct opts, text) },
	{ .name = "other", .kind = COCO_KIND_INPUT, .arg = "FILE", .help = "h",
	  .conflicts = "text", .requires = "number|small", COCO_BIND_STR(struct opts, other) },
	{ .name = "size", .letter = 's', .kind = COCO_KIND_SIZE, .arg = "SIZE", .help = "h",
	  .min = 1024, .max = 1 << 30, COCO_BIND_U64(struct opts, size) },
	{ .name = "number", .kind = COCO_KIND_U64, .arg = "N", .help = "h",
	  COCO_BIND_U64(struct opts, number) },
	{ .name = "small", .kind = COCO_KIND_U32, .arg = "N", .help = "h", .env = "COCO_T_SMALL",
	  COCO_BIND_U32(struct opts, small) },
	{ .name = "mode", .kind = COCO_KIND_ENUM, .arg = "M", .values = modes, .def = "slow",
	  .help = "h", COCO_BIND_ENUM(struct opts, mode) },
	{ .name = "when", .kind = COCO_KIND_TIME, .arg = "TIME", .help = "h",
	  COCO_BIND_TIME(struct opts, when) },
	{ .name = "digest", .kind = COCO_KIND_DIGEST, .arg = "D", .help = "h",
	  COCO_BIND_STR(struct opts, digest) },
	{ .name = "key", .letter = 'k', .kind = COCO_KIND_KEYREF, .arg = "REF", .help = "the key",
	  .flags = COCO_OPT_REQUIRED, COCO_BIND_STR(struct opts, key) },
	{ .name = "list", .letter = 'l', .kind = COCO_KIND_INPUT, .arg = "FILE", .help = "h",
	  .flags = COCO_OPT_REPEAT, COCO_BIND_LIST(struct opts, list) },
};

static const struct coco_operand fake_operands[] = {
	{ .name = "first", .kind = COCO_KIND_INPUT, .min = 1, .max = 1, .help = "h",
	  COCO_BIND_STR(struct opts, first) },
	{ .name = "rest", .kind = COCO_KIND_INPUT, .min = 0, .max = 3, .help = "h",
	  COCO_BIND_LIST(struct opts, rest) },
};

static const struct coco_cmd fake = {
	.path = "fake",
	.summary = "Fake",
	.text = "Fake",
	.flags = COCO_CMD_WRITES_OUTPUT | COCO_CMD_JOBS,
	COCO_LIST(operands, fake_operands),
	COCO_LIST(opts, fake_opts),
	.output = { .kind = COCO_KIND_OUTPUT, .help = "the output" },
	.opts_size = sizeof(struct opts),
};

struct parsed {
	struct opts o;
	struct coco_common common;
	struct coco_given given;
	struct coco_diag diag;
	struct coco_args args;
	int r;
};

static char *test_env(const char *name)
{
	static char three[] = "3";
	static char bad[] = "many";

	if (strcmp(name, "COCO_T_SMALL") == 0)
		return three;
	return strcmp(name, "COCOCTL_JOBS") == 0 ? bad : NULL;
}

static char *small_env(const char *name)
{
	return strcmp(name, "COCO_T_SMALL") == 0 ? test_env(name) : NULL;
}

/* Parses the blank-separated words; "_" stands for an empty word. */
static struct parsed *parse_with(const struct coco_cmd *cmd, const char *line,
				 char *(*env)(const char *name), void *opts)
{
	struct parsed *p = coco_zalloc(1, sizeof(*p));
	char *copy = coco_strdup(line);
	char *argv[64] = { (char[]){ "cococtl" }, (char[]){ "fake" } };
	int argc = 2;
	char *save = NULL;
	char empty[1] = "";

	assert_non_null(p);
	assert_non_null(copy);
	for (char *w = strtok_r(copy, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save))
		argv[argc++] = strcmp(w, "_") == 0 ? empty : w;
	assert_ok(coco_args_copy(&p->args, argc, argv, &p->diag), &p->diag);
	p->r = coco_opt_parse(cmd, &p->args, 2, env, opts != NULL ? opts : &p->o, &p->common,
			      &p->given, &p->diag);
	coco_free(copy);
	return p;
}

static void parsed_free(struct parsed *p)
{
	coco_given_free(&p->given);
	coco_args_free(&p->args);
	coco_free(p);
}

static struct parsed *good(const char *line)
{
	struct parsed *p = parse_with(&fake, line, NULL, NULL);

	assert_ok(p->r, &p->diag);
	return p;
}

static void bad(const char *line, int code, const char *message)
{
	struct parsed *p = parse_with(&fake, line, NULL, NULL);

	assert_err(p->r, code, &p->diag);
	if (strstr(p->diag.message, message) == NULL)
		fail_msg("\"%s\": \"%s\" lacks \"%s\"", line, p->diag.message, message);
	assert_string_equal(p->diag.hint, "see cococtl help fake");
	parsed_free(p);
}

static void test_parse_forms(void **state)
{
	(void)state;
	struct parsed *p = good("--text=a=b -s64KiB --number 7 in -k env:K -xv --mode fast -- -z");

	assert_string_equal(p->o.text, "a=b");
	assert_int_equal(p->o.size, 65536);
	assert_int_equal(p->o.number, 7);
	assert_string_equal(p->o.key, "env:K");
	assert_true(p->o.flag);
	assert_true(p->o.on);
	assert_int_equal(p->common.verbose, 1);
	assert_int_equal(p->o.mode, 0);
	assert_string_equal(p->o.first, "in");
	assert_int_equal(p->o.rest.n, 1);
	assert_string_equal(p->o.rest.v[0], "-z");
	parsed_free(p);
}

static void test_parse_defaults(void **state)
{
	(void)state;
	struct parsed *p = good("in -k k");
	struct coco_cli cli = { .given = &p->given };

	assert_true(p->o.on);
	assert_false(p->o.flag);
	assert_int_equal(p->o.mode, 1);
	assert_null(p->o.text);
	assert_int_equal(p->o.list.n, 0);
	assert_null(p->o.rest.v);
	assert_true(coco_cli_given(&cli, "key"));
	assert_false(coco_cli_given(&cli, "number"));
	assert_false(coco_cli_given(&cli, "no such"));
	parsed_free(p);
}

static void test_parse_flags(void **state)
{
	(void)state;
	struct parsed *p = good("in -k k --no-on --no-flag -qq");

	assert_false(p->o.on);
	assert_false(p->o.flag);
	assert_int_equal(p->common.quiet, 2);
	parsed_free(p);
	p = good("in -k k -x --flag -xx");
	assert_true(p->o.flag);
	parsed_free(p);
	bad("in -k k --flag --no-flag", COCO_E_USAGE_TWICE, "words 5 and 6");
	bad("in -k k --flag=yes", COCO_E_USAGE_VALUE, "takes no value");
	bad("in -k k --no-text", COCO_E_USAGE_OPTION, "--no-text");
	bad("in -k k -q -v", COCO_E_USAGE_CONFLICT, "--quiet and --verbose");
}

static void test_parse_lists(void **state)
{
	(void)state;
	struct parsed *p = good("in -k k -l a --list=b --list c r1 r2 r3");

	assert_int_equal(p->o.list.n, 3);
	assert_string_equal(p->o.list.v[2], "c");
	assert_int_equal(p->o.rest.n, 3);
	assert_string_equal(p->o.rest.v[2], "r3");
	parsed_free(p);
	bad("in -k k r1 r2 r3 r4", COCO_E_USAGE_OPERAND, "5 operands");
	bad("-k k", COCO_E_USAGE_OPERAND, "usage: cococtl fake <first> [<rest>...]");
}

static void test_parse_refuses(void **state)
{
	(void)state;
	bad("in -k k --txet a", COCO_E_USAGE_OPTION, "did you mean --text?");
	bad("in -k k --tex a", COCO_E_USAGE_OPTION, "no option --tex");
	bad("in -k k -z", COCO_E_USAGE_OPTION, "no option -z");
}

static void test_parse_errors(void **state)
{
	(void)state;
	bad("in -k k --text a --text b", COCO_E_USAGE_TWICE,
	    "--text is given twice, as words 5 and 7");
	bad("in -k", COCO_E_USAGE_VALUE, "-k needs a value: REF");
	bad("in --key", COCO_E_USAGE_VALUE, "--key needs a value: REF");
	bad("in", COCO_E_USAGE_MISSING, "--key REF is required: the key");
	bad("in -k k --text _", COCO_E_USAGE_VALUE, "--text: the value is empty");
	bad("_ -k k", COCO_E_USAGE_VALUE, "first: the value is empty");
	bad("in -k k --size 12q", COCO_E_USAGE_VALUE, "64MiB");
	bad("in -k k --size 12", COCO_E_USAGE_VALUE, "1024 to 1073741824");
	bad("in -k k --size 2GiB", COCO_E_USAGE_VALUE, "out of range");
	bad("in -k k --small 4294967296", COCO_E_USAGE_VALUE, "out of range");
	bad("in -k k --number -1", COCO_E_USAGE_VALUE, "not a number");
	bad("in -k k --mode medium", COCO_E_USAGE_VALUE, "none of fast, slow");
	bad("in -k k --when yesterday", COCO_E_USAGE_VALUE, "RFC 3339");
	bad("in -k k --digest sha256:00", COCO_E_USAGE_VALUE, "not a digest");
	bad("in -k k --other a --number 1 --text b", COCO_E_USAGE_CONFLICT,
	    "--other and --text exclude");
	bad("in -k k --other a", COCO_E_USAGE_CONFLICT, "--other needs --number or --small");
	bad("in -k k --jobs 0", COCO_E_USAGE_VALUE, "1 to 1024");
	bad("in -k k -n", COCO_E_USAGE_OPTION, "no option -n");
	bad("in -k k --json --format text", COCO_E_USAGE_CONFLICT, "--json and --format");
	bad("in -k k --json -o -", COCO_E_USAGE_CONFLICT, "standard output");
}

static void test_parse_stdin(void **state)
{
	(void)state;
	struct parsed *p = good("- -k k");

	assert_string_equal(p->o.first, "-");
	parsed_free(p);
	bad("- -k -", COCO_E_USAGE_STDIN, "both key and first");
	bad("in -k k -l - -l -", COCO_E_USAGE_STDIN, "standard input can be read once");
	/* a text is no input */
	p = good("in -k - --text -");
	parsed_free(p);
}

static void test_parse_help_wins(void **state)
{
	(void)state;
	struct parsed *p = good("--help --size 4096");

	assert_true(p->common.help);
	parsed_free(p);
}

static void test_parse_environment(void **state)
{
	(void)state;
	struct parsed *p = parse_with(&fake, "in -k k", small_env, NULL);

	assert_ok(p->r, &p->diag);
	assert_int_equal(p->o.small, 3);
	parsed_free(p);
	p = parse_with(&fake, "in -k k --small 5", small_env, NULL);
	assert_ok(p->r, &p->diag);
	assert_int_equal(p->o.small, 5);
	parsed_free(p);
	p = parse_with(&fake, "in -k k", test_env, NULL);
	assert_err(p->r, COCO_E_USAGE_VALUE, &p->diag);
	assert_non_null(strstr(p->diag.message, "COCOCTL_JOBS"));
	parsed_free(p);
}

/* Every prefix of a command line parses or fails with a usage code, never worse. */
static void test_parse_truncated(void **state)
{
	static const char line[] = "in -k k --text=a -s 64KiB --list x -l y --mode fast -xv -- z";

	(void)state;
	for (size_t n = 0; n <= strlen(line); n++) {
		char *part = coco_strndup(line, n);
		struct parsed *p = parse_with(&fake, part, NULL, NULL);

		if (p->r != 0 && coco_err_exit(p->r) != COCO_EXIT_USAGE)
			fail_msg("\"%s\" ends with %d", part, p->r);
		parsed_free(p);
		coco_free(part);
	}
}

/* Any words at all parse or fail with a usage code; memory is for the sanitizers. */
static void test_parse_random(void **state)
{
	static const char *const tokens[] = {
		"in", "-k", "k", "--text", "--text=", "--text=a", "-s64KiB", "-s", "64KiB",
		"--list", "-l", "-", "--", "-xv", "-xs", "1MiB", "--mode", "fast", "--mode=slow",
		"--no-on",
		"--json", "--format", "json", "_", "--other=x", "--number=1", "--small", "9", "-o",
		"--", "--help", "-qqqq", "--no-", "--=", "-=", "--no-no-input", "--key=fd:3",
	};
	char line[512];
	uint64_t seed = 1;
	unsigned fine = 0;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		uint8_t pick[12];
		size_t at = 0;

		coco_test_random(pick, sizeof(pick), seed++);
		line[0] = '\0';
		for (unsigned i = 0; i < pick[0] % 11U; i++)
			at += (size_t)snprintf(line + at, sizeof(line) - at, "%s ",
					       tokens[pick[i + 1] % COCO_ARRAY_LEN(tokens)]);
		struct parsed *p = parse_with(&fake, line, NULL, NULL);
		if (p->r != 0 && coco_err_exit(p->r) != COCO_EXIT_USAGE)
			fail_msg("\"%s\" ends with %d", line, p->r);
		if (p->r != 0 && (p->diag.code != p->r || p->diag.message[0] == '\0'))
			fail_msg("\"%s\" fails without a word", line);
		fine += p->r == 0;
		parsed_free(p);
	}
	assert_true(fine > 100);
}

static void test_value_size(void **state)
{
	static const struct {
		const char *text;
		uint64_t want;
	} cases[] = { { "0", 0 }, { "4096", 4096 }, { "1KiB", 1024 }, { "64MiB", 64 << 20 },
		      { "3GiB", 3ULL << 30 }, { "1TiB", 1ULL << 40 },
		      { "18446744073709551615", UINT64_MAX } };
	static const char *const wrong[] = { "", "KiB", "1K", "1kib", "1 KiB", "01", "+1", "-1",
					     "1.5GiB", "0x10", "18446744073709551616",
					     "16777216TiB", "1KiBx" };
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		assert_int_equal(coco_opt_size(cases[i].text, &v, NULL), 0);
		assert_true(v == cases[i].want);
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(wrong); i++)
		if (coco_opt_size(wrong[i], &v, NULL) != COCO_E_USAGE_VALUE)
			fail_msg("\"%s\" is taken for a size", wrong[i]);
}

static void test_value_time(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2000-02-29T12:00:00Z", 951825600 },
		{ "2026-11-21T12:00:00Z", 1795262400 },
		{ "2026-11-21t13:00:00.999+01:00", 1795262400 },
		{ "2026-11-21 07:30:00-04:30", 1795262400 },
		{ "0001-01-01T00:00:00Z", -62135596800 },
		{ "9999-12-31T23:59:59Z", 253402300799 },
		{ "1969-12-31T23:59:59Z", -1 },
	};
	static const char *const wrong[] = {
		"", "now", "2026-11-21", "2026-11-21T12:00Z", "2026-11-21T12:00:00",
		"2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z",
		"2026-01-01T00:00:00+1", "2026-01-01T00:00:00Zx", "26-01-01T00:00:00Z",
	};
	int64_t v;

	(void)state;
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		assert_int_equal(coco_opt_time(cases[i].text, &v, NULL), 0);
		if (v != cases[i].want)
			fail_msg("%s: %lld", cases[i].text, (long long)v);
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(wrong); i++)
		if (coco_opt_time(wrong[i], &v, NULL) != COCO_E_USAGE_VALUE)
			fail_msg("\"%s\" is taken for a time", wrong[i]);
}

static void test_value_digest(void **state)
{
	char text[160] = "sha256:";

	(void)state;
	memset(text + 7, 'a', 64);
	assert_int_equal(coco_opt_digest(text, NULL), 0);
	text[20] = 'A';
	assert_int_equal(coco_opt_digest(text, NULL), COCO_E_USAGE_VALUE);
	text[20] = 'g';
	assert_int_equal(coco_opt_digest(text, NULL), COCO_E_USAGE_VALUE);
	memset(text + 7, 'a', 65);
	assert_int_equal(coco_opt_digest(text, NULL), COCO_E_USAGE_VALUE);
	assert_int_equal(coco_opt_digest("md5:00", NULL), COCO_E_USAGE_VALUE);
}

static const char *next_word(const void *ctx, size_t i)
{
	const char *const *words = ctx;

	return words[i];
}

static void test_suggest(void **state)
{
	static const char *const words[] = { "force", "format", "from", "at", NULL };
	char near[64];

	(void)state;
	assert_int_equal(coco_opt_suggest("forec", next_word, words, "--", near, sizeof(near)), 1);
	assert_string_equal(near, "--force");
	assert_int_equal(coco_opt_suggest("form", next_word, words, "--", near, sizeof(near)), 2);
	assert_string_equal(near, "--from or --force");
	assert_int_equal(coco_opt_suggest("zzzzz", next_word, words, "--", near, sizeof(near)), 0);
	assert_string_equal(near, "");
	/* two edits make any two short words alike */
	assert_int_equal(coco_opt_suggest("xy", next_word, words, "--", near, sizeof(near)), 0);
}

static int find(const char *a, const char *b, const struct coco_cmd **cmd, size_t *words,
		struct coco_diag *diag)
{
	char prog[] = "cococtl";
	char first[64];
	char second[64];
	char *argv[] = { prog, first, second };
	struct coco_args args;

	snprintf(first, sizeof(first), "%s", a);
	snprintf(second, sizeof(second), "%s", b);
	coco_diag_init(diag);
	assert_ok(coco_args_copy(&args, b[0] != '\0' ? 3 : a[0] != '\0' ? 2 : 1, argv, diag), diag);
	int r = coco_opt_command(&args, cmd, words, diag);
	coco_args_free(&args);
	return r;
}

static void test_command(void **state)
{
	const struct coco_cmd *cmd;
	struct coco_diag d;
	size_t words;

	(void)state;
	assert_ok(find("", "", &cmd, &words, &d), &d);
	assert_null(cmd);
	assert_int_equal(words, 0);
	assert_ok(find("version", "x", &cmd, &words, &d), &d);
	assert_string_equal(cmd->path, "version");
	assert_int_equal(words, 1);
	assert_ok(find("key", "", &cmd, &words, &d), &d);
	assert_null(cmd);
	assert_int_equal(words, 1);
	assert_ok(find("key", "public", &cmd, &words, &d), &d);
	assert_string_equal(cmd->path, "key public");
	assert_int_equal(words, 2);
	assert_err(find("vresion", "", &cmd, &words, &d), COCO_E_USAGE_COMMAND, &d);
	assert_non_null(strstr(d.message, "did you mean version?"));
	assert_err(find("key", "pubic", &cmd, &words, &d), COCO_E_USAGE_COMMAND, &d);
	assert_non_null(strstr(d.message, "did you mean key public?"));
	assert_err(find("-v", "version", &cmd, &words, &d), COCO_E_USAGE_OPTION, &d);
	/* no abbreviation */
	assert_err(find("vers", "", &cmd, &words, &d), COCO_E_USAGE_COMMAND, &d);
}

static void test_wants_json(void **state)
{
	static const struct {
		const char *line;
		bool want;
	} cases[] = { { "--json", true }, { "x --format=json", true }, { "--format json", true },
		      { "--format text", false }, { "-- --json", false }, { "--format", false } };

	(void)state;
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct parsed *p = parse_with(&fake, cases[i].line, NULL, NULL);

		assert_int_equal(coco_opt_wants_json(&p->args), cases[i].want);
		parsed_free(p);
	}
}

/* A quoted word stays one word; what is in it does not matter here. */
static void join_quoted(char *line)
{
	bool inside = false;

	for (char *p = line; *p != '\0'; p++) {
		if (*p == '"')
			inside = !inside;
		else if (inside && *p == ' ')
			*p = '+';
	}
}

/* The examples of help are accepted by the parser, those of a shell left out. */
static void check_examples(const struct coco_cmd *cmd)
{
	for (size_t i = 0; i < cmd->n_examples; i++) {
		const char *command = cmd->examples[i].command;
		char *line = coco_strndup(command, strcspn(command, ">"));
		void *opts = coco_zalloc(1, cmd->opts_size + 1);

		assert_non_null(line);
		assert_non_null(opts);
		if (strncmp(line, cmd->path, strlen(cmd->path)) != 0)
			fail_msg("example of %s: %s", cmd->path, command);
		join_quoted(line);
		struct parsed *p = parse_with(cmd, line + strlen(cmd->path), NULL, opts);
		if (p->r != 0)
			fail_msg("example \"%s\": %s", command, p->diag.message);
		parsed_free(p);
		coco_free(opts);
		coco_free(line);
	}
	assert_true(cmd->n_examples > 0);
}

static void test_examples(void **state)
{
	static const struct coco_cmd *const prepared[] = {
		&coco_cmd_entry_key_generate, &coco_cmd_entry_key_public,
		&coco_cmd_entry_key_inspect, &coco_cmd_entry_key_wrap, &coco_cmd_entry_key_unwrap,
		&coco_cmd_entry_model_plan, &coco_cmd_entry_model_pack,
		&coco_cmd_entry_model_merge, &coco_cmd_entry_model_sign,
		&coco_cmd_entry_model_rewrap, &coco_cmd_entry_model_verify,
		&coco_cmd_entry_model_inspect, &coco_cmd_entry_model_open,
		&coco_cmd_entry_model_cat,
	};
	const struct coco_cmd *cmd;

	(void)state;
	for (size_t i = 0; i < COCO_ARRAY_LEN(prepared); i++)
		check_examples(prepared[i]);
	for (size_t i = 0; (cmd = coco_table_at(i)) != NULL; i++)
		check_examples(cmd);
}

static void test_one_of(void **state)
{
	struct coco_opts_model_pack o;

	(void)state;
	struct parsed *p = parse_with(&coco_cmd_entry_model_pack, "dir -o out", NULL, &o);
	assert_err(p->r, COCO_E_USAGE_MISSING, &p->diag);
	assert_string_equal(p->diag.message, "--key or --new-key is required");
	parsed_free(p);
	p = parse_with(&coco_cmd_entry_model_pack, "dir -o out --key a --new-key b", NULL, &o);
	assert_err(p->r, COCO_E_USAGE_CONFLICT, &p->diag);
	parsed_free(p);
	p = parse_with(&coco_cmd_entry_model_pack, "dir -o - --key a", NULL, &o);
	assert_err(p->r, COCO_E_USAGE_VALUE, &p->diag);
	parsed_free(p);
	p = parse_with(&coco_cmd_entry_model_pack, "dir --key a", NULL, &o);
	assert_err(p->r, COCO_E_USAGE_MISSING, &p->diag);
	parsed_free(p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_forms),
		cmocka_unit_test(test_parse_defaults),
		cmocka_unit_test(test_parse_flags),
		cmocka_unit_test(test_parse_lists),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_parse_errors),
		cmocka_unit_test(test_parse_stdin),
		cmocka_unit_test(test_parse_help_wins),
		cmocka_unit_test(test_parse_environment),
		cmocka_unit_test(test_parse_truncated),
		cmocka_unit_test(test_parse_random),
		cmocka_unit_test(test_value_size),
		cmocka_unit_test(test_value_time),
		cmocka_unit_test(test_value_digest),
		cmocka_unit_test(test_suggest),
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_wants_json),
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_one_of),
	};

	return cmocka_run_group_tests_name("opt", tests, NULL, NULL);
}
