/*
 * opt.c - the table-driven option parser (see opt.h).
 */
#include "cli/core/opt.h"

#include <stdio.h>
#include <string.h>

#include "cli/core/opt_priv.h"
#include "formats/core/mem.h"

static bool is_common(const struct coco_opt *opt)
{
	const struct coco_opt *c;

	for (size_t i = 0; (c = coco_table_common(i)) != NULL; i++)
		if (c == opt)
			return true;
	return false;
}

void *coco_opt_slot(const struct coco_opt_ctx *p, const struct coco_opt *opt)
{
	char *base = is_common(opt) ? (char *)p->common : (char *)p->opts;

	return base + opt->offset;
}

static int gather(struct coco_opt_ctx *p)
{
	struct coco_given *g = p->given;
	const struct coco_opt *c;

	g->cmd = p->cmd;
	for (size_t i = 0; i < p->cmd->n_opts && g->n < COCO_OPT_MAX; i++)
		g->o[g->n++].opt = &p->cmd->opts[i];
	for (size_t i = 0; (c = coco_table_common(i)) != NULL; i++) {
		if (!coco_table_applies(p->cmd, c))
			continue;
		if (g->n == COCO_OPT_MAX)
			return coco_fail(p->diag, COCO_E_INTERNAL, "too many options in the table");
		g->o[g->n++].opt = c;
	}
	return 0;
}

static void set_defaults(const struct coco_opt_ctx *p)
{
	for (size_t i = 0; i < p->given->n; i++) {
		const struct coco_opt *opt = p->given->o[i].opt;

		if (opt->kind == COCO_KIND_FLAG && (opt->flags & COCO_OPT_ON) != 0)
			*(bool *)coco_opt_slot(p, opt) = true;
		if (opt->kind != COCO_KIND_ENUM || opt->def == NULL)
			continue;
		for (int k = 0; opt->values[k] != NULL; k++)
			if (strcmp(opt->values[k], opt->def) == 0)
				*(int *)coco_opt_slot(p, opt) = k;
	}
}

static const char *next_option(const void *ctx, size_t i)
{
	const struct coco_given *g = ctx;

	return i < g->n ? g->o[i].opt->name : NULL;
}

static int unknown_option(const struct coco_opt_ctx *p, const char *name, size_t n)
{
	char word[64];
	char near[160];

	snprintf(word, sizeof(word), "%.*s", (int)coco_min_size(n, 60), name);
	unsigned found = coco_opt_suggest(word, next_option, p->given, "--", near, sizeof(near));
	return coco_fail(p->diag, COCO_E_USAGE_OPTION, "%s has no option --%s%s%s%s",
			 p->cmd->path, word, found != 0 ? "; did you mean " : "", near,
			 found != 0 ? "?" : "");
}

/* The option called name (n characters); index or SIZE_MAX. */
size_t coco_opt_find(const struct coco_given *g, const char *name, size_t n)
{
	for (size_t i = 0; i < g->n; i++)
		if (strncmp(g->o[i].opt->name, name, n) == 0 && g->o[i].opt->name[n] == '\0')
			return i;
	return SIZE_MAX;
}

static size_t find_letter(const struct coco_given *g, char letter)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->o[i].opt->letter == letter)
			return i;
	return SIZE_MAX;
}

static int take_stdin(const struct coco_opt_ctx *p, const char *name, size_t word)
{
	struct coco_given *g = p->given;

	if (g->stdin_name != NULL)
		return coco_fail(p->diag, COCO_E_USAGE_STDIN,
				 "both %s and %s are \"-\", but standard input can be read once",
				 g->stdin_name, name);
	g->stdin_name = name;
	g->stdin_word = word;
	return 0;
}

static bool reads_stdin(enum coco_kind kind, const char *text)
{
	return (kind == COCO_KIND_INPUT || kind == COCO_KIND_KEYREF) && strcmp(text, "-") == 0;
}

/* As coco_opt_convert, the message with what it is about in front. */
int coco_opt_convert_named(const struct coco_opt *opt, const char *name, const char *text,
			   void *dst, struct coco_diag *diag)
{
	struct coco_diag inner;

	coco_diag_init(&inner);
	int r = coco_opt_convert(opt, text, dst, &inner);
	if (r != 0)
		return coco_fail(diag, r, "%s: %s", name, inner.message);
	return 0;
}

static int twice(const struct coco_opt_ctx *p, size_t i, size_t word)
{
	const struct coco_opt *opt = p->given->o[i].opt;

	return coco_fail(p->diag, COCO_E_USAGE_TWICE,
			 "--%s is given twice, as words %zu and %zu after cococtl", opt->name,
			 p->given->o[i].word, word);
}

static int set_flag(const struct coco_opt_ctx *p, size_t i, bool negated, size_t word)
{
	const struct coco_opt *opt = p->given->o[i].opt;

	if (opt->kind == COCO_KIND_COUNT) {
		(*(unsigned *)coco_opt_slot(p, opt))++;
	} else {
		/* the same flag again says nothing new; its opposite does */
		if (p->given->o[i].word != 0 && p->given->o[i].negated != negated)
			return twice(p, i, word);
		*(bool *)coco_opt_slot(p, opt) = !negated;
	}
	if (p->given->o[i].word == 0)
		p->given->o[i].word = word;
	p->given->o[i].negated = negated;
	return 0;
}

static int set_value(const struct coco_opt_ctx *p, size_t i, const char *text, size_t word)
{
	struct coco_given *g = p->given;
	const struct coco_opt *opt = g->o[i].opt;
	bool list = (opt->flags & COCO_OPT_REPEAT) != 0;
	char name[80];
	int r;

	snprintf(name, sizeof(name), "--%s", opt->name);
	if (g->o[i].word != 0 && !list)
		return twice(p, i, word);
	r = coco_opt_convert_named(opt, name, text, list ? NULL : coco_opt_slot(p, opt), p->diag);
	if (r == 0 && reads_stdin(opt->kind, text))
		r = take_stdin(p, opt->name, word);
	if (r != 0)
		return r;
	if (g->o[i].word == 0)
		g->o[i].word = word;
	if (!list) {
		g->o[i].text = text;
		return 0;
	}
	if (!coco_grow((void **)&g->o[i].list, &g->o[i].cap_list, g->o[i].n_list,
		       sizeof(*g->o[i].list), COCO_OPT_MAX_WORDS))
		return coco_fail(p->diag, COCO_E_LIMIT_MEMORY, "%s is given too often", name);
	g->o[i].list[g->o[i].n_list++] = text;
	return 0;
}

bool coco_opt_has_value(const struct coco_opt *opt)
{
	return opt->kind != COCO_KIND_FLAG && opt->kind != COCO_KIND_COUNT;
}

/* A word that starts with "--"; *at moves on when it takes the next word too. */
static int parse_long(const struct coco_opt_ctx *p, const struct coco_args *args, size_t *at)
{
	const char *name = args->v[*at] + 2;
	const char *eq = strchr(name, '=');
	size_t n = eq != NULL ? (size_t)(eq - name) : strlen(name);
	size_t word = *at;
	bool negated = false;
	size_t i = coco_opt_find(p->given, name, n);

	if (i == SIZE_MAX && n > 3 && strncmp(name, "no-", 3) == 0) {
		i = coco_opt_find(p->given, name + 3, n - 3);
		if (i != SIZE_MAX && p->given->o[i].opt->kind != COCO_KIND_FLAG)
			i = SIZE_MAX;
		negated = i != SIZE_MAX;
	}
	if (i == SIZE_MAX)
		return unknown_option(p, name, n);
	const struct coco_opt *opt = p->given->o[i].opt;
	if (!coco_opt_has_value(opt)) {
		if (eq != NULL)
			return coco_fail(p->diag, COCO_E_USAGE_VALUE, "--%s takes no value",
					 opt->name);
		return set_flag(p, i, negated, word);
	}
	if (eq != NULL)
		return set_value(p, i, eq + 1, word);
	if (*at + 1 >= args->n)
		return coco_fail(p->diag, COCO_E_USAGE_VALUE, "--%s needs a value: %s",
				 opt->name, opt->arg);
	return set_value(p, i, args->v[++*at], word);
}

/* A word of short options: flags may share it, the last may have a value. */
static int parse_short(const struct coco_opt_ctx *p, const struct coco_args *args, size_t *at)
{
	size_t word = *at;

	for (const char *c = args->v[*at] + 1; *c != '\0'; c++) {
		size_t i = find_letter(p->given, *c);

		if (i == SIZE_MAX)
			return coco_fail(p->diag, COCO_E_USAGE_OPTION, "%s has no option -%.1s",
					 p->cmd->path, c);
		const struct coco_opt *opt = p->given->o[i].opt;
		if (!coco_opt_has_value(opt)) {
			int r = set_flag(p, i, false, word);

			if (r != 0)
				return r;
			continue;
		}
		if (c[1] != '\0')
			return set_value(p, i, c + 1, word);
		if (*at + 1 >= args->n)
			return coco_fail(p->diag, COCO_E_USAGE_VALUE, "-%c needs a value: %s", *c,
					 opt->arg);
		return set_value(p, i, args->v[++*at], word);
	}
	return 0;
}

static int add_operand(const struct coco_opt_ctx *p, const char *word)
{
	struct coco_given *g = p->given;

	if (!coco_grow((void **)&g->operands, &g->cap_operands, g->n_operands,
		       sizeof(*g->operands), COCO_OPT_MAX_WORDS))
		return coco_fail(p->diag, COCO_E_LIMIT_MEMORY, "too many operands");
	g->operands[g->n_operands++] = word;
	return 0;
}

static int walk(const struct coco_opt_ctx *p, const struct coco_args *args, size_t first)
{
	bool options = true;

	for (size_t i = first; i < args->n; i++) {
		const char *w = args->v[i];
		int r;

		if (options && strcmp(w, "--") == 0) {
			options = false;
			continue;
		}
		if (!options || w[0] != '-' || w[1] == '\0')
			r = add_operand(p, w);
		else if (w[1] == '-')
			r = parse_long(p, args, &i);
		else
			r = parse_short(p, args, &i);
		if (r != 0)
			return r;
	}
	return 0;
}

/* Variables stand in for options that were not given. */
static int from_environment(const struct coco_opt_ctx *p, char *(*getenv_fn)(const char *name))
{
	for (size_t i = 0; getenv_fn != NULL && i < p->given->n; i++) {
		const struct coco_opt *opt = p->given->o[i].opt;
		const char *text = opt->env != NULL && p->given->o[i].word == 0 ?
					   getenv_fn(opt->env) : NULL;

		if (text == NULL || text[0] == '\0')
			continue;
		p->given->o[i].from_env = true;
		if (coco_opt_has_value(opt)) {
			int r = coco_opt_convert_named(opt, opt->env, text,
						       coco_opt_slot(p, opt), p->diag);

			if (r != 0)
				return r;
			p->given->o[i].text = text;
		} else if (strcmp(text, "0") == 0 || strcmp(text, "1") == 0) {
			*(bool *)coco_opt_slot(p, opt) = text[0] == '1';
		} else {
			return coco_fail(p->diag, COCO_E_USAGE_VALUE, "%s: accepted are 0 and 1",
					 opt->env);
		}
	}
	return 0;
}

static int wrong_count(const struct coco_opt_ctx *p)
{
	char usage[160];
	size_t at = 0;

	usage[0] = '\0';
	for (size_t i = 0; i < p->cmd->n_operands && at < sizeof(usage); i++) {
		const struct coco_operand *o = &p->cmd->operands[i];
		int n = snprintf(usage + at, sizeof(usage) - at, " %s<%s>%s%s",
				 o->min == 0 ? "[" : "", o->name, o->max > 1 ? "..." : "",
				 o->min == 0 ? "]" : "");
		at += n > 0 ? (size_t)n : 0;
	}
	if (p->cmd->n_operands == 0)
		return coco_fail(p->diag, COCO_E_USAGE_OPERAND,
				 "%s takes no operand, %zu given", p->cmd->path,
				 p->given->n_operands);
	return coco_fail(p->diag, COCO_E_USAGE_OPERAND, "%zu operand%s given; usage: cococtl %s%s",
			 p->given->n_operands, p->given->n_operands == 1 ? " is" : "s are",
			 p->cmd->path, usage);
}

/* Binds the operands; the last one may be a list. */
static int bind_operands(const struct coco_opt_ctx *p)
{
	const struct coco_given *g = p->given;
	size_t at = 0;

	for (size_t i = 0; i < p->cmd->n_operands; i++) {
		const struct coco_operand *o = &p->cmd->operands[i];
		struct coco_opt as = { .name = o->name, .kind = o->kind, .values = o->values };
		void *dst = (char *)p->opts + o->offset;
		size_t n = coco_min_size(g->n_operands - at, o->max);

		if (n < o->min)
			return wrong_count(p);
		for (size_t k = 0; k < n; k++) {
			const char *text = g->operands[at + k];
			int r = coco_opt_convert_named(&as, o->name, text,
						       o->max > 1 ? NULL : dst, p->diag);

			if (r == 0 && reads_stdin(o->kind, text))
				r = take_stdin(p, o->name, 0);
			if (r != 0)
				return r;
		}
		if (o->max > 1)
			*(struct coco_strlist *)dst =
				(struct coco_strlist){ n != 0 ? g->operands + at : NULL, n };
		at += n;
	}
	return at == g->n_operands ? 0 : wrong_count(p);
}

static void bind_lists(const struct coco_opt_ctx *p)
{
	for (size_t i = 0; i < p->given->n; i++) {
		const struct coco_opt *opt = p->given->o[i].opt;

		if ((opt->flags & COCO_OPT_REPEAT) != 0)
			*(struct coco_strlist *)coco_opt_slot(p, opt) = (struct coco_strlist){
				p->given->o[i].list, p->given->o[i].n_list };
	}
}

/* True when one of the names in "a|b|c" (n characters) was given. */
bool coco_opt_any_given(const struct coco_given *g, const char *names, size_t n)
{
	while (n > 0) {
		size_t len = 0;

		while (len < n && names[len] != '|')
			len++;
		size_t i = coco_opt_find(g, names, len);
		if (i != SIZE_MAX && g->o[i].word != 0 && !g->o[i].negated)
			return true;
		len += len < n;
		names += len;
		n -= len;
	}
	return false;
}

/* "--a or --b" from "a|b" (n characters). */
static void alternatives(char *ret, size_t cap, const char *names, size_t n)
{
	size_t at = 0;

	ret[0] = '\0';
	while (n > 0 && at < cap) {
		size_t len = 0;

		while (len < n && names[len] != '|')
			len++;
		int put = snprintf(ret + at, cap - at, "%s--%.*s", at != 0 ? " or " : "", (int)len,
				   names);
		at += put > 0 ? (size_t)put : 0;
		len += len < n;
		names += len;
		n -= len;
	}
}

static int check_relations(const struct coco_opt_ctx *p, const struct coco_opt *opt)
{
	const struct coco_given *g = p->given;

	for (const char *c = opt->conflicts; c != NULL && *c != '\0';) {
		size_t n = strcspn(c, " ");

		if (coco_opt_any_given(g, c, n))
			return coco_fail(p->diag, COCO_E_USAGE_CONFLICT,
					 "--%s and --%.*s exclude each other", opt->name, (int)n,
					 c);
		c += n + (c[n] == ' ');
	}
	for (const char *c = opt->requires; c != NULL && *c != '\0';) {
		size_t n = strcspn(c, " ");
		char list[160];

		if (!coco_opt_any_given(g, c, n)) {
			alternatives(list, sizeof(list), c, n);
			return coco_fail(p->diag, COCO_E_USAGE_CONFLICT, "--%s needs %s", opt->name,
					 list);
		}
		c += n + (c[n] == ' ');
	}
	return 0;
}

static int check_one_of(const struct coco_opt_ctx *p)
{
	const char *c = p->cmd->one_of;
	char list[160];

	while (c != NULL && *c != '\0') {
		size_t n = strcspn(c, " ");

		if (!coco_opt_any_given(p->given, c, n)) {
			alternatives(list, sizeof(list), c, n);
			return coco_fail(p->diag, COCO_E_USAGE_MISSING, "%s is required", list);
		}
		c += n + (c[n] == ' ');
	}
	return 0;
}

static int check_all(const struct coco_opt_ctx *p)
{
	const struct coco_output *out = &p->cmd->output;
	const char *output = p->common->output;

	for (size_t i = 0; i < p->given->n; i++) {
		const struct coco_opt *opt = p->given->o[i].opt;
		bool given = p->given->o[i].word != 0 && !p->given->o[i].negated;
		int bad = given ? check_relations(p, opt) : 0;

		if (bad != 0)
			return bad;
		if (!given && (opt->flags & COCO_OPT_REQUIRED) != 0)
			return coco_fail(p->diag, COCO_E_USAGE_MISSING, "--%s %s is required: %s",
					 opt->name, opt->arg, opt->help);
	}
	int r = check_one_of(p);
	if (r != 0)
		return r;
	if (out->required && output == NULL)
		return coco_fail(p->diag, COCO_E_USAGE_MISSING, "-o %s is required: %s",
				 out->kind == COCO_KIND_OUTPUT ? "FILE" : "DIR", out->help);
	if (output != NULL && strcmp(output, "-") == 0 && out->kind != COCO_KIND_OUTPUT)
		return coco_fail(p->diag, COCO_E_USAGE_VALUE,
				 "-o: a directory is written, it cannot be standard output");
	if (p->common->json)
		p->common->format = COCO_FORMAT_JSON;
	if (output != NULL && strcmp(output, "-") == 0 && p->common->format == COCO_FORMAT_JSON)
		return coco_fail(p->diag, COCO_E_USAGE_CONFLICT,
				 "-o - and --json both write to standard output");
	return 0;
}

int coco_opt_parse(const struct coco_cmd *cmd, const struct coco_args *args, size_t first,
		   char *(*getenv_fn)(const char *name), void *opts,
		   struct coco_common *common, struct coco_given *given,
		   struct coco_diag *diag)
{
	struct coco_opt_ctx p = { cmd, opts, common, given, diag };

	memset(given, 0, sizeof(*given));
	memset(common, 0, sizeof(*common));
	if (cmd->opts_size != 0)
		memset(opts, 0, cmd->opts_size);
	int r = gather(&p);
	if (r == 0) {
		set_defaults(&p);
		r = walk(&p, args, first);
	}
	if (r == 0 && common->help)
		return 0;
	if (r == 0)
		r = from_environment(&p, getenv_fn);
	if (r == 0)
		r = coco_opt_from_profile(&p);
	if (r == 0)
		r = bind_operands(&p);
	if (r == 0) {
		bind_lists(&p);
		r = check_all(&p);
	}
	if (r != 0)
		coco_diag_hint(diag, "see cococtl help %s", cmd->path);
	return r;
}

void coco_given_free(struct coco_given *given)
{
	for (size_t i = 0; i < given->n; i++)
		coco_free(given->o[i].list);
	coco_free(given->operands);
	coco_profile_use_free(given->profile);
	memset(given, 0, sizeof(*given));
}

bool coco_cli_given(const struct coco_cli *cli, const char *name)
{
	size_t i = coco_opt_find(cli->given, name, strlen(name));

	return i != SIZE_MAX && (cli->given->o[i].word != 0 || cli->given->o[i].from_env);
}
