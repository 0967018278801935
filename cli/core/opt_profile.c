/*
 * opt_profile.c - options that a launch profile stands in for (see opt_priv.h).
 * What was given on the command line or by a variable comes first.
 */
#include <stdio.h>
#include <string.h>

#include "cli/core/opt_priv.h"
#include "formats/core/mem.h"

static bool is_given(const struct coco_given *g, size_t i)
{
	return g->o[i].word != 0 || g->o[i].from_env;
}

static bool names(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *c = list; c != NULL && *c != '\0';) {
		size_t k = strcspn(c, " ");

		if (k == n && strncmp(c, name, n) == 0)
			return true;
		c += k + (c[k] == ' ');
	}
	return false;
}

/* Whether something that was given excludes this option. */
static bool is_excluded(const struct coco_given *g, const struct coco_opt *opt)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct coco_opt *other = g->o[i].opt;

		if (is_given(g, i) && g->o[i].word != COCO_OPT_PROFILE &&
		    (names(opt->conflicts, other->name) || names(other->conflicts, opt->name)))
			return true;
	}
	return false;
}

static int set_flag(const struct coco_opt_ctx *p, size_t i, const char *text)
{
	const struct coco_opt *opt = p->given->o[i].opt;

	/* whatever else the profile says, as the path of a shim, means yes */
	*(bool *)coco_opt_slot(p, opt) = strcmp(text, "false") != 0;
	p->given->o[i].word = COCO_OPT_PROFILE;
	p->given->o[i].negated = strcmp(text, "false") == 0;
	return 0;
}

static int set_text(const struct coco_opt_ctx *p, size_t i, const char *text)
{
	struct coco_given *g = p->given;
	const struct coco_opt *opt = g->o[i].opt;
	bool list = (opt->flags & COCO_OPT_REPEAT) != 0;
	char name[96];

	if (opt->kind == COCO_KIND_FLAG)
		return set_flag(p, i, text);
	snprintf(name, sizeof(name), "--%s of the profile", opt->name);
	int r = coco_opt_convert_named(opt, name, text, list ? NULL : coco_opt_slot(p, opt),
				       p->diag);
	if (r != 0)
		return r;
	g->o[i].word = COCO_OPT_PROFILE;
	if (!list) {
		g->o[i].text = text;
		return 0;
	}
	if (!coco_grow((void **)&g->o[i].list, &g->o[i].cap_list, g->o[i].n_list,
		       sizeof(*g->o[i].list), COCO_OPT_MAX_WORDS))
		return coco_fail(p->diag, COCO_E_LIMIT_MEMORY, "no memory for --%s", opt->name);
	g->o[i].list[g->o[i].n_list++] = text;
	return 0;
}

/* soft false: the values that count whatever else is there; true: the others. */
static int fill(const struct coco_opt_ctx *p, bool soft)
{
	struct coco_given *g = p->given;

	for (size_t i = 0; i < p->cmd->n_opts; i++) {
		const struct coco_opt *opt = g->o[i].opt;
		bool is_soft = false;
		size_t n = 0;

		if (is_given(g, i) || is_excluded(g, opt))
			continue;
		const char *const *texts =
			coco_profile_use_texts(g->profile, opt->name, &n, &is_soft);
		if (is_soft != soft || (soft && opt->requires != NULL &&
					!coco_opt_any_given(g, opt->requires,
							    strcspn(opt->requires, " "))))
			continue;
		for (size_t k = 0; k < n; k++) {
			int r = set_text(p, i, texts[k]);

			if (r != 0)
				return r;
		}
	}
	return 0;
}

int coco_opt_from_profile(const struct coco_opt_ctx *p)
{
	struct coco_given *g = p->given;
	size_t i = coco_opt_find(g, "profile", strlen("profile"));

	if (i == SIZE_MAX || g->o[i].text == NULL || g->o[i].opt->kind != COCO_KIND_INPUT)
		return 0;
	int r = coco_profile_use_load(&g->profile, p->cmd, g->o[i].text, p->diag);
	if (r == 0)
		r = fill(p, false);
	return r == 0 ? fill(p, true) : r;
}

const struct coco_profile_use *coco_cli_profile(const struct coco_cli *cli)
{
	return cli->given->profile;
}

bool coco_cli_from_profile(const struct coco_cli *cli, const char *name)
{
	size_t i = coco_opt_find(cli->given, name, strlen(name));

	return i != SIZE_MAX && cli->given->o[i].word == COCO_OPT_PROFILE;
}
