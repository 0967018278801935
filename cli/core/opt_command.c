/*
 * opt_command.c - the words of a command line: a copy of them, and which
 * command they name (see opt.h).
 */
#include "cli/core/opt.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"

int coco_args_copy(struct coco_args *ret, int argc, char *const *argv, struct coco_diag *diag)
{
	struct coco_args args = { 0 };
	size_t n = argc > 0 ? (size_t)argc : 0;

	args.v = coco_zalloc(n + 1, sizeof(*args.v));
	if (args.v == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the command line");
	for (size_t i = 0; i < n; i++) {
		args.v[i] = coco_strdup(argv[i]);
		if (args.v[i] == NULL) {
			coco_args_free(&args);
			return coco_fail(diag, COCO_E_LIMIT_MEMORY,
					 "no memory for the command line");
		}
		args.n++;
	}
	*ret = args;
	return 0;
}

void coco_args_free(struct coco_args *args)
{
	for (size_t i = 0; i < args->n; i++)
		coco_free(args->v[i]);
	coco_free(args->v);
	*args = (struct coco_args){ 0 };
}

bool coco_opt_wants_json(const struct coco_args *args)
{
	for (size_t i = 1; i < args->n && strcmp(args->v[i], "--") != 0; i++) {
		const char *w = args->v[i];

		if (strcmp(w, "--json") == 0 || strcmp(w, "--format=json") == 0)
			return true;
		if (strcmp(w, "--format") == 0 && i + 1 < args->n &&
		    strcmp(args->v[i + 1], "json") == 0)
			return true;
	}
	return false;
}

static const char *next_path(const void *ctx, size_t i)
{
	const struct coco_cmd *cmd = coco_table_at(i);

	(void)ctx;
	return cmd != NULL ? cmd->path : NULL;
}

/* The words that a command line can start with, each once. */
struct firsts {
	char word[48][24];
	size_t n;
};

static const char *next_first(const void *ctx, size_t i)
{
	const struct firsts *f = ctx;

	return i < f->n ? f->word[i] : NULL;
}

static void list_firsts(struct firsts *f)
{
	const struct coco_cmd *cmd;

	f->n = 0;
	for (size_t k = 0; (cmd = coco_table_at(k)) != NULL && f->n < 48; k++) {
		size_t seen = 0;

		snprintf(f->word[f->n], sizeof(f->word[0]), "%.*s",
			 (int)strcspn(cmd->path, " "), cmd->path);
		while (strcmp(f->word[seen], f->word[f->n]) != 0)
			seen++;
		f->n += seen == f->n;
	}
}

/* words: what was given, "measure profil"; group: how many of them are known. */
static int unknown_command(const char *words, const char *group, struct coco_diag *diag)
{
	char near[160];
	unsigned n;

	if (group != NULL) {
		n = coco_opt_suggest(words, next_path, NULL, "", near, sizeof(near));
		coco_diag_hint(diag, "see cococtl help %s", group);
	} else {
		struct firsts firsts;

		list_firsts(&firsts);
		n = coco_opt_suggest(words, next_first, &firsts, "", near, sizeof(near));
		coco_diag_hint(diag, "see cococtl help");
	}
	return coco_fail(diag, COCO_E_USAGE_COMMAND, "there is no command \"%s\"%s%s%s", words,
			 n != 0 ? "; did you mean " : "", near, n != 0 ? "?" : "");
}

int coco_opt_command(const struct coco_args *args, const struct coco_cmd **ret_cmd,
		     size_t *ret_words, struct coco_diag *diag)
{
	const char *first = args->n > 1 ? args->v[1] : NULL;
	const struct coco_cmd *cmd;
	char path[COCO_TABLE_WORDS * 61 + 1] = "";

	if (first == NULL || strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 ||
	    strcmp(first, "--version") == 0) {
		*ret_cmd = NULL;
		*ret_words = 0;
		return 0;
	}
	if (first[0] == '-') {
		coco_diag_hint(diag, "cococtl COMMAND [options]; see cococtl help");
		return coco_fail(diag, COCO_E_USAGE_OPTION,
				 "a command comes first, options follow it; before it only --help "
				 "and --version are known");
	}
	/* one word more at a time, as long as they name a group */
	for (size_t n = 1; n <= COCO_TABLE_WORDS && n < args->n; n++) {
		size_t at = strlen(path);
		char group[sizeof(path)];

		if (n > 1 && args->v[n][0] == '-')
			break;
		memcpy(group, path, at + 1);
		snprintf(path + at, sizeof(path) - at, "%s%.60s", n > 1 ? " " : "", args->v[n]);
		cmd = coco_table_find(path);
		if (cmd == NULL && !coco_table_has_group(path))
			return unknown_command(path, n > 1 ? group : NULL, diag);
		*ret_cmd = cmd;
		*ret_words = n;
		if (cmd != NULL)
			return 0;
	}
	return 0;
}
