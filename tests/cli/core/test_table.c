/*
 * test_table.c - what must hold for every entry of the command table,
 * whether it is listed already or not (cli/core/table.c, cli/model/table_*.c,
 * cli/core/help.c).
 */
#include <stdio.h>
#include <string.h>

#include "cli/core/cli.h"
#include "cli/core/help.h"
#include "cli/model/table_model.h"
#include "tests/support/support.h"

static const struct coco_cmd *const prepared[] = {
	&coco_cmd_entry_key_generate,  &coco_cmd_entry_key_public,
	&coco_cmd_entry_key_inspect,   &coco_cmd_entry_key_wrap,
	&coco_cmd_entry_key_unwrap,    &coco_cmd_entry_model_plan,
	&coco_cmd_entry_model_pack,    &coco_cmd_entry_model_merge,
	&coco_cmd_entry_model_sign,    &coco_cmd_entry_model_rewrap,
	&coco_cmd_entry_model_verify,  &coco_cmd_entry_model_inspect,
	&coco_cmd_entry_model_open,    &coco_cmd_entry_model_cat,
};

static const struct coco_cmd *each(size_t i)
{
	if (i < COCO_ARRAY_LEN(prepared))
		return prepared[i];
	return coco_table_at(i - COCO_ARRAY_LEN(prepared));
}

static bool plain(const char *s, const char *allowed)
{
	return s[0] != '\0' && s[strspn(s, allowed)] == '\0';
}

static bool has_option(const struct coco_cmd *cmd, const char *name, size_t n)
{
	for (size_t i = 0; i < cmd->n_opts; i++)
		if (strncmp(cmd->opts[i].name, name, n) == 0 && cmd->opts[i].name[n] == '\0')
			return true;
	return false;
}

/* Every name in "a b|c" is an option of the command. */
static void check_names(const struct coco_cmd *cmd, const char *names)
{
	for (const char *c = names; c != NULL && *c != '\0';) {
		size_t n = strcspn(c, " |");

		if (!has_option(cmd, c, n))
			fail_msg("%s: no option %.*s", cmd->path, (int)n, c);
		c += n + (c[n] != '\0');
	}
}

static size_t member_size(const struct coco_opt *opt)
{
	if ((opt->flags & COCO_OPT_REPEAT) != 0)
		return sizeof(struct coco_strlist);
	return opt->kind == COCO_KIND_FLAG ? sizeof(bool) : sizeof(int);
}

static void check_option(const struct coco_cmd *cmd, const struct coco_opt *opt)
{
	bool flag = opt->kind == COCO_KIND_FLAG || opt->kind == COCO_KIND_COUNT;

	if (!plain(opt->name, "abcdefghijklmnopqrstuvwxyz0123456789-"))
		fail_msg("%s: option %s", cmd->path, opt->name);
	if (opt->help == NULL || strlen(opt->help) > 70 || strchr(opt->help, '\n') != NULL ||
	    opt->help[strlen(opt->help) - 1] == '.')
		fail_msg("%s: help of --%s", cmd->path, opt->name);
	assert_int_equal(flag, opt->arg == NULL);
	assert_int_equal(opt->kind == COCO_KIND_ENUM, opt->values != NULL);
	assert_true(opt->offset + member_size(opt) <= cmd->opts_size);
	check_names(cmd, opt->conflicts);
	check_names(cmd, opt->requires);
	/* of a list the default is words about several of its values */
	if (opt->kind == COCO_KIND_ENUM && opt->def != NULL &&
	    (opt->flags & COCO_OPT_REPEAT) == 0) {
		bool found = false;

		for (size_t i = 0; opt->values[i] != NULL; i++)
			found = found || strcmp(opt->values[i], opt->def) == 0;
		assert_true(found);
	}
}

static void test_entries(void **state)
{
	const struct coco_cmd *cmd;

	(void)state;
	for (size_t i = 0; (cmd = each(i)) != NULL; i++) {
		assert_true(plain(cmd->path, "abcdefghijklmnopqrstuvwxyz- "));
		assert_non_null(cmd->group);
		assert_non_null(cmd->text);
		assert_non_null(cmd->since);
		assert_true(cmd->summary[0] >= 'A' && cmd->summary[0] <= 'Z');
		assert_true(cmd->summary[strlen(cmd->summary) - 1] != '.');
		assert_int_equal((cmd->flags & COCO_CMD_WRITES_OUTPUT) != 0,
				 cmd->output.help != NULL);
		/* these belong to every command, listing them is a mistake */
		assert_int_equal(cmd->exits & (COCO_EXIT_BIT(OK) | COCO_EXIT_BIT(USAGE)), 0);
		if (cmd->output.help != NULL && (cmd->exits & COCO_EXIT_BIT(EXISTS)) == 0)
			fail_msg("%s writes, but never finds its output", cmd->path);
		check_names(cmd, cmd->one_of);
		for (size_t k = 0; k < cmd->n_opts; k++)
			check_option(cmd, &cmd->opts[k]);
		for (size_t k = 0; k < cmd->n_operands; k++) {
			assert_true(cmd->operands[k].offset < cmd->opts_size);
			assert_true(cmd->operands[k].min <= cmd->operands[k].max);
			/* only the last one may be a list or be absent */
			if (k + 1 < cmd->n_operands)
				assert_true(cmd->operands[k].min == 1 && cmd->operands[k].max == 1);
		}
	}
}

/* No name or letter twice among the options of a command, common ones included. */
static void test_names_unique(void **state)
{
	const struct coco_cmd *cmd;

	(void)state;
	for (size_t i = 0; (cmd = each(i)) != NULL; i++) {
		const struct coco_opt *all[64];
		const struct coco_opt *opt;
		size_t n = 0;

		for (size_t k = 0; k < cmd->n_opts; k++)
			all[n++] = &cmd->opts[k];
		for (size_t k = 0; (opt = coco_table_common(k)) != NULL; k++)
			if (coco_table_applies(cmd, opt))
				all[n++] = opt;
		assert_true(n < COCO_ARRAY_LEN(all));
		for (size_t a = 0; a < n; a++) {
			for (size_t b = 0; b < a; b++) {
				assert_string_not_equal(all[a]->name, all[b]->name);
				assert_true(all[a]->letter == 0 ||
					    all[a]->letter != all[b]->letter);
			}
		}
	}
}

static void test_listed_run(void **state)
{
	const struct coco_cmd *cmd;
	const struct coco_cmd *other;

	(void)state;
	for (size_t i = 0; (cmd = coco_table_at(i)) != NULL; i++) {
		if (coco_run_find(cmd->id) == NULL)
			fail_msg("%s has no function", cmd->path);
		assert_ptr_equal(coco_table_find(cmd->path), cmd);
		for (size_t k = 0; k < i; k++) {
			other = coco_table_at(k);
			assert_true(other->id != cmd->id);
			/* groups are headings: each appears once */
			if (k + 1 < i && strcmp(other->group, cmd->group) == 0)
				assert_string_equal(coco_table_at(k + 1)->group, cmd->group);
		}
	}
	assert_null(coco_table_find("no such"));
	assert_true(coco_table_has_group("key"));
	assert_false(coco_table_has_group("version"));
	assert_false(coco_table_has_group("k"));
}

static void test_env_documented(void **state)
{
	const struct coco_envvar *env;
	const struct coco_opt *opt;
	const struct coco_cmd *cmd;

	(void)state;
	for (size_t i = 0; (opt = coco_table_common(i)) != NULL; i++) {
		bool found = opt->env == NULL;

		for (size_t k = 0; (env = coco_table_env(k)) != NULL; k++)
			found = found || strcmp(env->name, opt->env) == 0;
		assert_true(found);
	}
	for (size_t i = 0; (cmd = each(i)) != NULL; i++) {
		for (size_t n = 0; cmd->env != NULL && cmd->env[n] != NULL; n++) {
			bool found = false;

			for (size_t k = 0; (env = coco_table_env(k)) != NULL; k++)
				found = found || strcmp(env->name, cmd->env[n]) == 0;
			assert_true(found);
		}
	}
}

enum {
	HELP_LINES = 60,        /* of a page of help */
	HELP_LINES_ALL = 100,   /* of the list of all commands: a line for each */
	HELP_LINES_MANY = 90,   /* when there are more than MANY options */
	MANY = 20,
};

static void check_help(const char *what, const struct coco_wr *wr, size_t limit)
{
	size_t lines = 0;
	size_t width = 0;

	assert_int_equal(wr->code, 0);
	for (size_t i = 0; i < wr->n; i++) {
		width = wr->p[i] == '\n' ? 0 : width + 1;
		lines += wr->p[i] == '\n';
		if (width > 79)
			fail_msg("help of %s: line %zu is too wide", what, lines + 1);
	}
	if (lines >= limit)
		fail_msg("help of %s has %zu lines", what, lines);
	assert_int_equal(wr->p[wr->n - 1], '\n');
}

static void test_help_fits(void **state)
{
	const struct coco_cmd *cmd;
	struct coco_wr wr;

	(void)state;
	for (size_t i = 0; (cmd = each(i)) != NULL; i++) {
		coco_wr_init(&wr, 1 << 20);
		coco_help_command(&wr, cmd);
		check_help(cmd->path, &wr, cmd->n_opts > MANY ? HELP_LINES_MANY : HELP_LINES);
		coco_wr_free(&wr);
	}
	coco_wr_init(&wr, 1 << 20);
	coco_help_short(&wr);
	check_help("cococtl", &wr, HELP_LINES_ALL);
	coco_wr_free(&wr);
	coco_wr_init(&wr, 1 << 20);
	coco_help_group(&wr, "key");
	check_help("key", &wr, HELP_LINES);
	coco_wr_free(&wr);
}

static void test_exits(void **state)
{
	(void)state;
	assert_int_equal(coco_help_exits(&coco_cmd_entry_key_generate, 0), 0);
	assert_int_equal(coco_help_exits(&coco_cmd_entry_key_generate, 1), 2);
	assert_int_equal(coco_help_exits(&coco_cmd_entry_key_generate, 2), 4);
	assert_int_equal(coco_help_exits(&coco_cmd_entry_key_generate, 3), 7);
	assert_int_equal(coco_help_exits(&coco_cmd_entry_key_generate, 4), 10);
	assert_int_equal(coco_help_exits(&coco_cmd_entry_key_generate, 5), 70);
	assert_int_equal(coco_help_exits(&coco_cmd_entry_key_generate, 6), -1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),	     cmocka_unit_test(test_names_unique),
		cmocka_unit_test(test_listed_run),   cmocka_unit_test(test_env_documented),
		cmocka_unit_test(test_help_fits),    cmocka_unit_test(test_exits),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
