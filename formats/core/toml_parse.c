/*
 * toml_parse.c - the structure of a TOML document: keys, tables, arrays (see
 * toml.h; TOML 1.0 sections Keys, Array, Table, Inline Table, Array of Tables).
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/toml_tree.h"
#include "formats/core/utf8.h"

int coco_toml_report(struct coco_toml_in *p, int code, const char *fmt, ...)
{
	char text[384];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	coco_diag_pointer(p->diag, "line %u", p->line);
	return coco_fail_at(p->diag, code, p->at, NULL, "%s", text);
}

int coco_toml_bad(struct coco_toml_in *p, const char *fmt, ...)
{
	char text[384];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	return coco_toml_report(p, COCO_E_FORMAT_TOML, "%s", text);
}

/* ---- blanks ----------------------------------------------------------------- */

static void skip_blanks(struct coco_toml_in *p)
{
	while (coco_toml_peek(p, 0) == ' ' || coco_toml_peek(p, 0) == '\t')
		p->at++;
}

/* A comment up to the end of the line, if there is one here. */
static int skip_comment(struct coco_toml_in *p)
{
	if (coco_toml_peek(p, 0) != '#')
		return 0;
	for (;;) {
		int c = coco_toml_peek(p, 0);

		if (c < 0 || c == '\n' || (c == '\r' && coco_toml_peek(p, 1) == '\n'))
			return 0;
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return coco_toml_bad(p, "control character 0x%02x in a comment",
					     (unsigned)c);
		p->at++;
	}
}

static bool skip_line_end(struct coco_toml_in *p)
{
	size_t n = coco_toml_peek(p, 0) == '\r' ? 1 : 0;

	if (coco_toml_peek(p, n) != '\n')
		return false;
	p->at += n + 1;
	p->line++;
	return true;
}

/* Blanks, comments and line ends between the items of an array. */
static int skip_between(struct coco_toml_in *p)
{
	int r;

	do {
		skip_blanks(p);
		r = skip_comment(p);
	} while (r == 0 && skip_line_end(p));
	return r;
}

/* Nothing but blanks and a comment may follow on the line. */
static int expect_line_end(struct coco_toml_in *p)
{
	skip_blanks(p);
	int r = skip_comment(p);
	if (r != 0 || coco_toml_peek(p, 0) < 0 || skip_line_end(p))
		return r;
	return coco_toml_bad(p, "something follows on this line");
}

/* ---- the tree --------------------------------------------------------------- */

static int add_value(struct coco_toml_in *p, struct coco_toml_value *parent,
		     struct coco_toml_value **ret)
{
	if (parent->depth + 1 > COCO_TOML_MAX_DEPTH)
		return coco_toml_report(p, COCO_E_LIMIT_DEPTH, "nested deeper than %d levels",
					COCO_TOML_MAX_DEPTH);
	if (++p->n_values > COCO_TOML_MAX_VALUES)
		return coco_toml_report(p, COCO_E_LIMIT_SIZE, "more than %d values and tables",
					COCO_TOML_MAX_VALUES);
	struct coco_toml_value *v = coco_toml_alloc(p->doc, sizeof(*v));
	if (v == NULL)
		return coco_toml_report(p, COCO_E_LIMIT_MEMORY, "no memory for a value");
	v->line = p->line;
	v->depth = parent->depth + 1;
	if (parent->last != NULL)
		parent->last->next = v;
	else
		parent->first = v;
	parent->last = v;
	parent->n++;
	*ret = v;
	return 0;
}

struct key {
	const char *text;
	size_t n;
};

static int add_member(struct coco_toml_in *p, struct coco_toml_value *table, struct key key,
		      struct coco_toml_value **ret)
{
	int r = add_value(p, table, ret);

	if (r != 0)
		return r;
	(*ret)->key = key.text;
	(*ret)->n_key = key.n;
	(*ret)->hash = coco_toml_hash(key.text, key.n);
	return 0;
}

static int add_table(struct coco_toml_in *p, struct coco_toml_value *table, struct key key,
		     enum coco_toml_origin origin, unsigned section, struct coco_toml_value **ret)
{
	int r = add_member(p, table, key, ret);

	if (r != 0)
		return r;
	(*ret)->type = COCO_TOML_TABLE;
	(*ret)->u.table.origin = (unsigned char)origin;
	(*ret)->u.table.section = section;
	return 0;
}

/* ---- keys ------------------------------------------------------------------- */

static bool is_bare(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

/* One part of a key. */
static int key_part(struct coco_toml_in *p, struct key *ret)
{
	int c = coco_toml_peek(p, 0);
	size_t n = 0;

	if (c == '"' || c == '\'') {
		int r = coco_toml_string_at(p, true, &ret->text, &ret->n);

		if (r != 0)
			return r;
	} else {
		while (is_bare(coco_toml_peek(p, n)))
			n++;
		if (n == 0)
			return coco_toml_bad(p, "a key is expected");
		char *copy = coco_toml_alloc(p->doc, n + 1);
		if (copy == NULL)
			return coco_toml_report(p, COCO_E_LIMIT_MEMORY, "no memory for a key");
		memcpy(copy, p->in.p + p->at, n);
		p->at += n;
		*ret = (struct key){ copy, n };
	}
	if (ret->n > COCO_TOML_MAX_KEY)
		return coco_toml_report(p, COCO_E_LIMIT_SIZE, "a key of more than %d bytes",
					COCO_TOML_MAX_KEY);
	return 0;
}

/* True, and past the dot, when another part follows. */
static bool another_part(struct coco_toml_in *p)
{
	skip_blanks(p);
	if (coco_toml_peek(p, 0) != '.')
		return false;
	p->at++;
	skip_blanks(p);
	return true;
}

static int twice(struct coco_toml_in *p, const struct coco_toml_value *there, struct key key)
{
	coco_diag_field(p->diag, "%s", key.text);
	return coco_toml_report(p, COCO_E_FORMAT_TOML_DUPLICATE,
				"\"%s\" is defined already (line %u)", key.text, there->line);
}

/* The table that a part of a dotted key before the last one names. */
static int dotted_step(struct coco_toml_in *p, struct coco_toml_value **table, struct key key,
		       unsigned section)
{
	struct coco_toml_value *there = coco_toml_find_n(*table, key.text, key.n);

	if (there == NULL)
		return add_table(p, *table, key, COCO_TOML_DOTTED, section, table);
	if (there->type != COCO_TOML_TABLE || there->u.table.origin == COCO_TOML_INLINE ||
	    there->u.table.origin == COCO_TOML_HEADER ||
	    (there->u.table.origin == COCO_TOML_DOTTED && there->u.table.section != section))
		return twice(p, there, key);
	there->u.table.origin = COCO_TOML_DOTTED;
	there->u.table.section = section;
	*table = there;
	return 0;
}

/* A key with its dots and the '='; gives the new member of table. */
static int member_key(struct coco_toml_in *p, struct coco_toml_value *table, unsigned section,
		      struct coco_toml_value **ret)
{
	struct key key = { NULL, 0 };
	int r = key_part(p, &key);

	while (r == 0 && another_part(p)) {
		r = dotted_step(p, &table, key, section);
		if (r == 0)
			r = key_part(p, &key);
	}
	if (r != 0)
		return r;
	const struct coco_toml_value *there = coco_toml_find_n(table, key.text, key.n);
	if (there != NULL)
		return twice(p, there, key);
	if (coco_toml_peek(p, 0) != '=')
		return coco_toml_bad(p, "'=' is expected after a key");
	p->at++;
	skip_blanks(p);
	return add_member(p, table, key, ret);
}

/* ---- values ----------------------------------------------------------------- */

/* The containers that are open. */
struct stack {
	struct coco_toml_value *open[COCO_TOML_MAX_DEPTH];
	unsigned n;
};

/* Opens a container or reads a whole value. */
static int begin_value(struct coco_toml_in *p, struct stack *stack, struct coco_toml_value *v)
{
	int c = coco_toml_peek(p, 0);

	if (c == '"' || c == '\'') {
		v->type = COCO_TOML_STRING;
		return coco_toml_string_at(p, false, &v->u.text, &v->n);
	}
	if (c != '[' && c != '{')
		return coco_toml_scalar_at(p, v);
	v->type = c == '[' ? COCO_TOML_ARRAY : COCO_TOML_TABLE;
	v->u.table.origin = COCO_TOML_INLINE;
	v->u.table.section = ++p->n_sections;
	p->at++;
	stack->open[stack->n++] = v; /* depth was checked when v was added */
	return 0;
}

/* The next item of an array; *ret is NULL at its end. */
static int next_item(struct coco_toml_in *p, struct coco_toml_value *array,
		     struct coco_toml_value **ret)
{
	int r = skip_between(p);

	*ret = NULL;
	if (r == 0 && array->n != 0 && coco_toml_peek(p, 0) == ',') {
		p->at++;
		r = skip_between(p);
	} else if (r == 0 && array->n != 0 && coco_toml_peek(p, 0) != ']') {
		return coco_toml_bad(p, "',' or ']' is expected in an array");
	}
	if (r != 0)
		return r;
	if (coco_toml_peek(p, 0) == ']') {
		p->at++;
		return 0;
	}
	return add_value(p, array, ret);
}

/* The next member of an inline table, its key read; *ret is NULL at its end. */
static int next_member(struct coco_toml_in *p, struct coco_toml_value *table,
		       struct coco_toml_value **ret)
{
	*ret = NULL;
	skip_blanks(p);
	if (coco_toml_peek(p, 0) == '}') {
		p->at++;
		return 0;
	}
	if (table->n != 0) {
		if (coco_toml_peek(p, 0) != ',')
			return coco_toml_bad(p, "',' or '}' is expected in an inline table");
		p->at++;
		skip_blanks(p);
	}
	return member_key(p, table, table->u.table.section, ret);
}

/* A value with everything in it. */
static int read_value(struct coco_toml_in *p, struct coco_toml_value *v)
{
	struct stack stack = { .n = 0 };
	int r;

	for (;;) {
		r = begin_value(p, &stack, v);
		for (v = NULL; r == 0 && v == NULL && stack.n > 0;) {
			struct coco_toml_value *top = stack.open[stack.n - 1];

			r = top->type == COCO_TOML_ARRAY ? next_item(p, top, &v)
							 : next_member(p, top, &v);
			if (v == NULL)
				stack.n--;
		}
		if (r != 0 || v == NULL)
			return r;
	}
}

/* ---- headers ---------------------------------------------------------------- */

/* The table that a part of a header before the last one names. */
static int header_step(struct coco_toml_in *p, struct coco_toml_value **table, struct key key)
{
	struct coco_toml_value *there = coco_toml_find_n(*table, key.text, key.n);

	if (there == NULL)
		return add_table(p, *table, key, COCO_TOML_IMPLICIT, 0, table);
	if (there->type == COCO_TOML_ARRAY && there->u.table.origin == COCO_TOML_HEADER)
		there = there->last;
	if (there->type != COCO_TOML_TABLE || there->u.table.origin == COCO_TOML_INLINE)
		return twice(p, there, key);
	*table = there;
	return 0;
}

static int open_table(struct coco_toml_in *p, struct coco_toml_value *parent, struct key key,
		      struct coco_toml_value **ret)
{
	struct coco_toml_value *there = coco_toml_find_n(parent, key.text, key.n);

	if (there == NULL)
		return add_table(p, parent, key, COCO_TOML_HEADER, 0, ret);
	if (there->type != COCO_TOML_TABLE || there->u.table.origin != COCO_TOML_IMPLICIT)
		return twice(p, there, key);
	there->u.table.origin = COCO_TOML_HEADER;
	there->line = p->line;
	*ret = there;
	return 0;
}

static int open_array_item(struct coco_toml_in *p, struct coco_toml_value *parent, struct key key,
			   struct coco_toml_value **ret)
{
	struct coco_toml_value *array = coco_toml_find_n(parent, key.text, key.n);

	if (array == NULL) {
		int r = add_member(p, parent, key, &array);

		if (r != 0)
			return r;
		array->type = COCO_TOML_ARRAY;
		array->u.table.origin = COCO_TOML_HEADER;
	} else if (array->type != COCO_TOML_ARRAY || array->u.table.origin != COCO_TOML_HEADER) {
		return twice(p, array, key);
	}
	int r = add_value(p, array, ret);
	if (r != 0)
		return r;
	(*ret)->type = COCO_TOML_TABLE;
	(*ret)->u.table.origin = COCO_TOML_HEADER;
	return 0;
}

/* [a.b] or [[a.b]]; gives the table that the next lines fill. */
static int header(struct coco_toml_in *p, struct coco_toml_value **ret)
{
	bool item = coco_toml_peek(p, 1) == '[';
	struct coco_toml_value *table = &p->doc->root;
	struct key key = { NULL, 0 };

	p->at += item ? 2 : 1;
	skip_blanks(p);
	int r = key_part(p, &key);
	while (r == 0 && another_part(p)) {
		r = header_step(p, &table, key);
		if (r == 0)
			r = key_part(p, &key);
	}
	if (r != 0)
		return r;
	if (coco_toml_peek(p, 0) != ']' || (item && coco_toml_peek(p, 1) != ']'))
		return coco_toml_bad(p, "the header is not closed with %s",
				     item ? "\"]]\"" : "']'");
	r = item ? open_array_item(p, table, key, ret) : open_table(p, table, key, ret);
	p->at += item ? 2 : 1;
	return r;
}

/* ---- the document ----------------------------------------------------------- */

static int document(struct coco_toml_in *p)
{
	struct coco_toml_value *table = &p->doc->root;
	struct coco_toml_value *v = NULL;
	unsigned section = ++p->n_sections;
	int r = 0;

	while (r == 0) {
		skip_blanks(p);
		int c = coco_toml_peek(p, 0);
		if (c < 0)
			return 0;
		if (c == '[') {
			r = header(p, &table);
			section = ++p->n_sections;
		} else if (c != '#' && c != '\n' && c != '\r') {
			r = member_key(p, table, section, &v);
			if (r == 0)
				r = read_value(p, v);
		}
		if (r == 0)
			r = expect_line_end(p);
	}
	return r;
}

int coco_toml_parse(struct coco_toml *ret, struct coco_view text, struct coco_diag *diag)
{
	struct coco_toml doc = { .root = { .type = COCO_TOML_TABLE, .line = 1 } };
	struct coco_toml_in p = { .in = text, .line = 1, .doc = &doc, .diag = diag };

	if (text.n > COCO_TOML_MAX_SIZE)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "TOML of %zu bytes, the limit is %d",
				 text.n, COCO_TOML_MAX_SIZE);
	size_t bad = 0;
	if (!coco_utf8_valid(text.p, text.n, &bad)) {
		for (size_t i = 0; i < bad; i++)
			p.line += text.p[i] == '\n';
		p.at = bad;
		return coco_toml_report(&p, COCO_E_FORMAT_UTF8, "byte 0x%02x is not UTF-8",
					text.p[bad]);
	}
	doc.root.u.table.origin = COCO_TOML_HEADER;
	coco_wr_init(&p.text, text.n);
	int r = document(&p);
	coco_wr_free(&p.text);
	if (r == 0)
		*ret = doc;
	else
		coco_toml_free(&doc);
	return r;
}
