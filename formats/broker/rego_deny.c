/*
 * rego_deny.c - policies that release less (see rego_deny.h).
 */
#include "formats/broker/rego_deny.h"

#include <string.h>

#define INNER "allow_unless_disabled"
#define PATHS "cococtl_disabled_paths"
#define DISABLED "cococtl_disabled"

const char *coco_rego_deny_all(void)
{
	return "# Written by cococtl broker apply --disable all: nothing is released.\n"
	       "package policy\n\ndefault allow = false\n";
}

/* ---- the words of a policy ------------------------------------------------------ */

enum kind { WORD, OTHER, END };

struct token {
	enum kind kind;
	const char *p;
	size_t n;
	char before;   /* the last sign before it that is no blank; NUL at the start */
};

struct scan {
	const char *at;
	const char *end;
	char before;
	bool broken;   /* a string without its end */
};

static bool word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Behind a string that begins at s->at. */
static void skip_string(struct scan *s)
{
	char quote = *s->at++;

	while (s->at < s->end && *s->at != quote) {
		if (*s->at == '\n' && quote == '"')
			break;
		if (*s->at == '\\' && quote == '"' && s->at + 1 < s->end)
			s->at++;
		s->at++;
	}
	if (s->at == s->end || *s->at != quote)
		s->broken = true;
	else
		s->at++;
}

/* Blanks, comments and strings are passed over. */
static struct token next(struct scan *s)
{
	struct token t = { END, s->at, 0, s->before };

	while (s->at < s->end && !s->broken) {
		char c = *s->at;

		if (c == '#') {
			while (s->at < s->end && *s->at != '\n')
				s->at++;
		} else if (c == '"' || c == '`') {
			skip_string(s);
			s->before = c;
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			s->at++;
		} else {
			break;
		}
	}
	t.p = s->at;
	t.before = s->before;
	if (s->at == s->end || s->broken)
		return t;
	t.kind = word_char(*s->at) ? WORD : OTHER;
	do {
		s->before = *s->at++;
	} while (t.kind == WORD && s->at < s->end && word_char(*s->at));
	t.n = (size_t)(s->at - t.p);
	return t;
}

static bool is(const struct token *t, const char *word)
{
	return t->kind == WORD && t->n == strlen(word) && memcmp(t->p, word, t->n) == 0;
}

/* ---- what a policy is like ------------------------------------------------------ */

struct traits {
	bool package;
	bool allow;
	bool asks_itself;
	bool wrapped;
	bool uses_if;
	bool uses_braces;
	bool broken;
	const char *after_package;
};

static void look(struct scan s, struct traits *ret)
{
	struct token t = next(&s);
	struct token last = { END, NULL, 0, '\0' };
	struct token policy = last;

	for (; t.kind != END; t = next(&s)) {
		if (is(&last, "package") && is(&t, "policy") && ret->after_package == NULL) {
			ret->package = true;
			ret->after_package = t.p + t.n;
		}
		if (is(&t, "policy") && t.before == '.')
			policy = t;
		if (is(&t, "allow") && t.before != '.')
			ret->allow = true;
		if (is(&t, "allow") && t.before == '.' && policy.p != NULL &&
		    policy.p + policy.n + 1 == t.p)
			ret->asks_itself = true;
		if (is(&t, INNER) || is(&t, PATHS) || is(&t, DISABLED))
			ret->wrapped = true;
		ret->uses_if = ret->uses_if || is(&t, "if");
		ret->uses_braces = ret->uses_braces || (t.kind == OTHER && *t.p == '{');
		last = t;
	}
	ret->broken = s.broken;
}

static int refuse(const struct traits *t, struct coco_diag *diag)
{
	const char *why = NULL;

	if (t->broken)
		why = "has a text without its end";
	else if (!t->package)
		why = "is not of package policy";
	else if (!t->allow)
		why = "has no rule allow";
	else if (t->asks_itself)
		why = "asks data.policy.allow";
	else if (t->wrapped)
		why = "has names of a policy with disabled resources";
	if (why == NULL)
		return 0;
	coco_diag_hint(diag, "--disable all works with any policy");
	return coco_fail(diag, COCO_E_FORMAT_VALUE, "the resource policy %s: single resources "
			 "cannot be taken out of it", why);
}

/* ---- writing -------------------------------------------------------------------- */

/* The policy with its rule renamed; the import, where it is needed, behind the package. */
static void rename_rule(struct coco_wr *wr, struct scan s, const struct traits *traits)
{
	const char *done = s.at;
	const char *import = traits->uses_if || traits->uses_braces ? NULL :
			     traits->after_package;

	for (struct token t = next(&s); t.kind != END; t = next(&s)) {
		const char *stop = t.p + t.n;

		if (is(&t, "allow") && t.before != '.') {
			coco_wr_bytes(wr, done, (size_t)(t.p - done));
			coco_wr_str(wr, INNER);
			done = stop;
		} else if (stop == import) {
			coco_wr_bytes(wr, done, (size_t)(stop - done));
			coco_wr_str(wr, "\n\nimport rego.v1\n");
			done = stop;
		}
	}
	coco_wr_bytes(wr, done, (size_t)(s.end - done));
}

int coco_rego_deny(struct coco_wr *wr, struct coco_view policy, const char *const *resources,
		   size_t n, struct coco_diag *diag)
{
	const char *text = (const char *)policy.p;
	const struct scan s = { .at = text, .end = text + policy.n };
	struct traits traits = { .package = false };

	if (policy.n > COCO_REGO_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "the policy has %zu bytes", policy.n);
	look(s, &traits);
	int r = refuse(&traits, diag);
	if (r != 0)
		return r;
	const char *body = traits.uses_braces && !traits.uses_if ? "{" : "if {";
	coco_wr_str(wr, "# Written by cococtl broker apply --disable: the policy of before, and "
			"resources that it may not release.\n");
	rename_rule(wr, s, &traits);
	coco_wr_str(wr, "\n\n" PATHS " := {");
	for (size_t i = 0; i < n; i++)
		coco_wr_printf(wr, "%s\"%s\"", i != 0 ? ", " : "", resources[i]);
	coco_wr_str(wr, "}\n\ndefault allow = false\n\n");
	coco_wr_printf(wr, DISABLED " %s " PATHS "[concat(\"/\", data[\"resource-path\"])] }\n\n",
		       body);
	coco_wr_printf(wr, "allow %s " INNER " == true; not " DISABLED " }\n", body);
	return 0;
}
