/*
 * rego_rules.c - the rules of a Rego module (see rego_rules.h).
 */
#include "formats/broker/rego_rules.h"

#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"

enum { DEPTH = 256 };   /* of brackets in each other */

/* ---- tokens ----------------------------------------------------------------------- */

static const struct coco_rego_token *tok(const struct coco_rego_module *m, size_t i)
{
	return &m->tokens.v[i];
}

static bool is(const struct coco_rego_module *m, size_t i, const char *text)
{
	return i < m->tokens.n && coco_rego_is(tok(m, i), text);
}

static char opens(const struct coco_rego_token *t)
{
	if (t->type != COCO_REGO_SIGN || t->n != 1)
		return '\0';
	return *t->p == '(' ? ')' : *t->p == '[' ? ']' : *t->p == '{' ? '}' : '\0';
}

static bool closes(const struct coco_rego_token *t)
{
	return t->type == COCO_REGO_SIGN && t->n == 1 && strchr(")]}", *t->p) != NULL;
}

static int check_brackets(const struct coco_rego_module *m, struct coco_diag *diag)
{
	char want[DEPTH];
	size_t depth = 0;

	for (size_t i = 0; i < m->tokens.n; i++) {
		const struct coco_rego_token *t = tok(m, i);
		bool fits = true;

		if (opens(t) != '\0') {
			fits = depth < DEPTH;
			if (fits)
				want[depth++] = opens(t);
		} else if (closes(t)) {
			fits = depth > 0 && want[depth - 1] == *t->p;
			depth -= fits ? 1 : 0;
		}
		if (!fits) {
			coco_diag_pointer(diag, "line %u", t->line);
			return coco_fail(diag, COCO_E_REGO_SYNTAX,
					 "a bracket that does not fit, or too deep");
		}
	}
	return depth == 0 ? 0 : coco_fail(diag, COCO_E_REGO_SYNTAX, "a bracket is never closed");
}

size_t coco_rego_group(const struct coco_rego_module *m, size_t i)
{
	size_t depth = 0;

	for (; i < m->tokens.n; i++) {
		if (opens(tok(m, i)) != '\0')
			depth++;
		else if (closes(tok(m, i)) && --depth == 0)
			return i;
	}
	return m->tokens.n - 1;
}

/* Whether an operand must follow token i: then a brace opens a value, not a body. */
static bool wants_operand(const struct coco_rego_token *t)
{
	if (t->type == COCO_REGO_SIGN)
		return !closes(t);
	return coco_rego_is(t, "in") || coco_rego_is(t, "contains") || coco_rego_is(t, "every") ||
	       coco_rego_is(t, "some") || coco_rego_is(t, "not");
}

bool coco_rego_statement(const struct coco_rego_module *m, const struct coco_rego_range *body,
			 size_t *at, struct coco_rego_range *ret)
{
	size_t i = *at;

	while (i < body->to && is(m, i, ";"))
		i++;
	if (i >= body->to)
		return false;
	ret->from = i;
	while (i < body->to && !is(m, i, ";")) {
		const struct coco_rego_token *t = tok(m, i);

		/* a line that begins with an operator, or ends with one, goes on */
		if (i > ret->from && t->fresh && !wants_operand(tok(m, i - 1)) &&
		    (t->type != COCO_REGO_SIGN || opens(t) != '\0'))
			break;
		i = (opens(t) != '\0' ? coco_rego_group(m, i) : i) + 1;
	}
	ret->to = i < body->to ? i : body->to;
	*at = ret->to;
	return true;
}

/* ---- rules ------------------------------------------------------------------------- */

struct parser {
	struct coco_rego_module *m;
	size_t at;
	struct coco_diag *diag;
};

static void unknown(struct parser *p, size_t i)
{
	if (p->m->unknown == 0)
		p->m->unknown = tok(p->m, i < p->m->tokens.n ? i : p->m->tokens.n - 1)->line;
}

static int add(struct parser *p, const struct coco_rego_rule *rule)
{
	if (p->m->n >= COCO_REGO_RULES)
		return coco_fail(p->diag, COCO_E_LIMIT_COUNT, "more than %d rules",
				 COCO_REGO_RULES);
	if (!coco_grow((void **)&p->m->rule, &p->m->cap, p->m->n, sizeof(*rule), COCO_REGO_RULES))
		return coco_fail(p->diag, COCO_E_LIMIT_MEMORY, "a policy's rules");
	p->m->rule[p->m->n++] = *rule;
	return 0;
}

/* An expression up to "if", a body, "else" or the end of its line. */
static struct coco_rego_range expression(struct parser *p)
{
	const struct coco_rego_module *m = p->m;
	struct coco_rego_range r = { p->at, p->at };

	while (p->at < m->tokens.n) {
		const struct coco_rego_token *t = tok(m, p->at);
		bool operand = p->at == r.from || wants_operand(tok(m, p->at - 1));

		if (coco_rego_is(t, "if") || coco_rego_is(t, "else"))
			break;
		if (p->at > r.from && t->fresh && !operand &&
		    (t->type != COCO_REGO_SIGN || opens(t) != '\0'))
			break;
		if (coco_rego_is(t, "{") && !operand)
			break;
		if (closes(t))
			break;
		p->at = (opens(t) != '\0' ? coco_rego_group(m, p->at) : p->at) + 1;
	}
	r.to = p->at;
	return r;
}

static void parse_value(struct parser *p, struct coco_rego_rule *rule)
{
	if (!is(p->m, p->at, ":=") && !is(p->m, p->at, "="))
		return;
	p->at++;
	rule->value = expression(p);
	if (rule->value.from == rule->value.to)
		unknown(p, p->at);
}

static void parse_body(struct parser *p, struct coco_rego_rule *rule)
{
	bool has_if = is(p->m, p->at, "if");

	p->at += has_if ? 1 : 0;
	rule->has_body = has_if;
	if (is(p->m, p->at, "{")) {
		size_t end = coco_rego_group(p->m, p->at);

		rule->has_body = true;
		rule->body = (struct coco_rego_range){ p->at + 1, end };
		p->at = end + 1;
	} else if (has_if) {
		rule->body = expression(p);
	}
	if (rule->has_body && rule->body.from == rule->body.to)
		unknown(p, p->at);
}

static int parse_else(struct parser *p, const struct coco_rego_rule *first)
{
	int r = 0;

	while (r == 0 && is(p->m, p->at, "else")) {
		struct coco_rego_rule rule = { .name = first->name, .function = first->function,
					       .path = first->path };

		p->at++;
		parse_value(p, &rule);
		parse_body(p, &rule);
		r = add(p, &rule);
	}
	return r;
}

static void parse_name(struct parser *p, struct coco_rego_rule *rule)
{
	rule->name = *tok(p->m, p->at++);
	for (;;) {
		bool fresh = p->at < p->m->tokens.n && tok(p->m, p->at)->fresh;

		if (is(p->m, p->at, ".")) {
			rule->path = true;
			p->at += 2;
		} else if (!fresh && is(p->m, p->at, "[")) {
			rule->partial = true;
			p->at = coco_rego_group(p->m, p->at) + 1;
		} else if (!fresh && is(p->m, p->at, "(")) {
			rule->function = true;
			p->at = coco_rego_group(p->m, p->at) + 1;
		} else {
			break;
		}
	}
	if (is(p->m, p->at, "contains")) {
		rule->partial = true;
		p->at++;
		if (expression(p).to == p->at && is(p->m, p->at, "}"))
			unknown(p, p->at);
	}
}

static int parse_rule(struct parser *p)
{
	struct coco_rego_rule rule = { .is_default = is(p->m, p->at, "default") };
	size_t start = p->at;

	p->at += rule.is_default ? 1 : 0;
	if (p->at >= p->m->tokens.n || tok(p->m, p->at)->type != COCO_REGO_WORD) {
		unknown(p, start);
		p->at = start + 1;
		return 0;
	}
	parse_name(p, &rule);
	parse_value(p, &rule);
	if (!rule.is_default)
		parse_body(p, &rule);
	int r = add(p, &rule);
	if (r == 0)
		r = parse_else(p, &rule);
	/* a rule ends with its line */
	if (r == 0 && p->at < p->m->tokens.n && !tok(p->m, p->at)->fresh) {
		unknown(p, p->at);
		p->at++;
	}
	return r;
}

static void skip_line(struct parser *p)
{
	do
		p->at++;
	while (p->at < p->m->tokens.n && !tok(p->m, p->at)->fresh);
}

static int parse(struct parser *p)
{
	int r = 0;

	if (!is(p->m, 0, "package"))
		return coco_fail(p->diag, COCO_E_REGO_SYNTAX, "the policy does not begin with its "
				 "package");
	p->m->package.from = 1;
	skip_line(p);
	p->m->package.to = p->at;
	while (r == 0 && p->at < p->m->tokens.n) {
		if (is(p->m, p->at, "import"))
			skip_line(p);
		else
			r = parse_rule(p);
	}
	return r;
}

int coco_rego_module(struct coco_rego_module *ret, struct coco_view text, struct coco_diag *diag)
{
	struct coco_rego_module m = { .n = 0 };
	struct parser p = { .m = &m, .diag = diag };

	int r = coco_rego_lex(&m.tokens, text, diag);
	if (r == 0)
		r = check_brackets(&m, diag);
	if (r == 0)
		r = parse(&p);
	if (r != 0)
		coco_rego_module_free(&m);
	else
		*ret = m;
	return r;
}

void coco_rego_module_free(struct coco_rego_module *m)
{
	coco_free(m->rule);
	coco_rego_tokens_free(&m->tokens);
	memset(m, 0, sizeof(*m));
}
