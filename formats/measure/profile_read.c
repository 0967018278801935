/*
 * profile_read.c - a launch profile from its TOML (see profile.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/profile.h"

enum { NAMES = COCO_PROFILE_IDS + 1 };

/* The tables of the schema, each once, in the order of the keys. */
static size_t tables(const char *ret[NAMES])
{
	size_t n = 0;

	for (int id = 0; id < COCO_PROFILE_IDS; id++) {
		const char *table = coco_profile_key_at((enum coco_profile_id)id)->table;
		size_t i = 0;

		while (i < n && strcmp(ret[i], table) != 0)
			i++;
		if (i == n && table[0] != '\0')
			ret[n++] = table;
	}
	return n;
}

static size_t names_of(const char *table, const char *ret[NAMES])
{
	size_t n = 0;

	for (int id = 0; id < COCO_PROFILE_IDS; id++) {
		const struct coco_profile_key *key = coco_profile_key_at((enum coco_profile_id)id);

		if (strcmp(key->table, table) == 0)
			ret[n++] = key->name;
	}
	return n;
}

/* What TOML type a kind may have besides text. */
static bool takes(enum coco_profile_kind kind, enum coco_toml_type type)
{
	switch (kind) {
	case COCO_PROFILE_KIND_NUMBER:
	case COCO_PROFILE_KIND_SIZE:
	case COCO_PROFILE_KIND_RANGE:
		return type == COCO_TOML_INTEGER || type == COCO_TOML_STRING;
	case COCO_PROFILE_KIND_COUNT:
		return type == COCO_TOML_INTEGER;
	case COCO_PROFILE_KIND_BOOL:
		return type == COCO_TOML_BOOL;
	case COCO_PROFILE_KIND_TEXT:
	case COCO_PROFILE_KIND_PATH:
	case COCO_PROFILE_KIND_DIR:
	case COCO_PROFILE_KIND_REF:
	case COCO_PROFILE_KIND_WORD:
	case COCO_PROFILE_KIND_HEX:
	case COCO_PROFILE_KIND_BASE64:
		break;
	}
	return type == COCO_TOML_STRING;
}

static int take_item(struct coco_profile *p, enum coco_profile_id id, size_t row,
		     const struct coco_toml_value *v, struct coco_diag *diag)
{
	const struct coco_profile_key *key = coco_profile_key_at(id);
	char digits[32];
	const char *text = digits;

	if (!takes(key->kind, v->type))
		return coco_toml_fail(v, NULL, COCO_E_FORMAT_TOML_TYPE, diag,
				      "%s cannot be %s", key->name, coco_toml_type_name(v->type));
	if (v->type == COCO_TOML_INTEGER && v->u.integer < 0)
		return coco_toml_fail(v, NULL, COCO_E_PROFILE_VALUE, diag, "%s is negative",
				      key->name);
	if (v->type == COCO_TOML_INTEGER)
		snprintf(digits, sizeof(digits), "%" PRId64, v->u.integer);
	else if (v->type == COCO_TOML_BOOL)
		text = v->u.boolean ? "true" : "false";
	else if (memchr(v->u.text, 0, v->n) != NULL)
		return coco_toml_fail(v, NULL, COCO_E_PROFILE_VALUE, diag, "%s holds a NUL",
				      key->name);
	else
		text = v->u.text;
	int r = coco_profile_add(p, id, row, text, NULL, diag);
	if (r != 0)
		coco_diag_pointer(diag, "line %u", v->line);
	return r;
}

static int take_key(struct coco_profile *p, enum coco_profile_id id, size_t row,
		    const struct coco_toml_value *v, struct coco_diag *diag)
{
	const struct coco_profile_key *key = coco_profile_key_at(id);
	int r = 0;

	if (v->type != COCO_TOML_ARRAY) {
		r = take_item(p, id, row, v, diag);
	} else if ((key->flags & COCO_PROFILE_LIST) == 0) {
		return coco_toml_fail(v, NULL, COCO_E_FORMAT_TOML_TYPE, diag,
				      "%s has one value, no list", key->name);
	} else if (v->n == 0) {
		return coco_toml_fail(v, NULL, COCO_E_PROFILE_VALUE, diag, "%s is an empty list",
				      key->name);
	}
	if (v->type == COCO_TOML_ARRAY)
		for (const struct coco_toml_value *i = v->first; r == 0 && i != NULL; i = i->next)
			r = take_item(p, id, row, i, diag);
	for (size_t i = 0; r == 0 && i < p->n; i++)
		if (p->v[i].id == id && p->v[i].row == row)
			p->v[i].line = v->line;
	return r;
}

/* Members without which a row says nothing; a given value without event is of the register. */
static bool is_required(enum coco_profile_id id)
{
	return id == COCO_PROFILE_DISK_IMAGE || id == COCO_PROFILE_GIVEN_REGISTER ||
	       id == COCO_PROFILE_GIVEN_DIGEST || id == COCO_PROFILE_GIVEN_ORIGIN;
}

/* The keys of one table; name "" for the top level. */
static int take_table(struct coco_profile *p, const char *name, size_t row,
		      const struct coco_toml_value *table, struct coco_diag *diag)
{
	int r = 0;

	for (int id = 0; r == 0 && id < COCO_PROFILE_IDS; id++) {
		const struct coco_profile_key *key = coco_profile_key_at((enum coco_profile_id)id);
		const struct coco_toml_value *v;

		if (strcmp(key->table, name) != 0)
			continue;
		v = coco_toml_find(table, key->name);
		if (v != NULL)
			r = take_key(p, (enum coco_profile_id)id, row, v, diag);
		else if (is_required((enum coco_profile_id)id))
			return coco_toml_fail(table, NULL, COCO_E_PROFILE_SCHEMA, diag,
					      "%s has no %s", name, key->name);
	}
	return r;
}

static int take_closed(struct coco_profile *p, const char *name, size_t row,
		       const struct coco_toml_value *table, struct coco_diag *diag)
{
	const char *names[NAMES];
	size_t n = names_of(name, names);

	int r = coco_toml_as(table, COCO_TOML_TABLE, diag);
	if (r == 0)
		r = coco_toml_closed(table, names, n, diag);
	return r == 0 ? take_table(p, name, row, table, diag) : r;
}

static int take_tables(struct coco_profile *p, const struct coco_toml_value *root,
		       struct coco_diag *diag)
{
	const char *list[NAMES];
	size_t n = tables(list);
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct coco_toml_value *v = coco_toml_find(root, list[i]);
		size_t row = 0;

		if (v == NULL)
			continue;
		if (!coco_profile_is_rows(list[i])) {
			r = take_closed(p, list[i], 0, v, diag);
			continue;
		}
		r = coco_toml_as(v, COCO_TOML_ARRAY, diag);
		if (r != 0)
			return r;
		for (v = v->first; r == 0 && v != NULL; v = v->next)
			r = take_closed(p, list[i], row++, v, diag);
	}
	return r;
}

static int take_root(struct coco_profile *p, const struct coco_toml_value *root,
		     struct coco_diag *diag)
{
	const char *names[2 * NAMES];
	const char *schema = NULL;
	size_t n = names_of("", names);

	n += tables(names + n);
	names[n++] = "schema";
	const struct coco_toml_value *v = coco_toml_find(root, "schema");
	if (v == NULL || v->type != COCO_TOML_STRING)
		return coco_toml_fail(v != NULL ? v : root, NULL, COCO_E_PROFILE_SCHEMA, diag,
				      "there is no schema = \"%s\"", COCO_PROFILE_SCHEMA);
	schema = v->u.text;
	if (strcmp(schema, COCO_PROFILE_SCHEMA) != 0)
		return coco_toml_fail(v, NULL, COCO_E_PROFILE_SCHEMA, diag,
				      "the schema is \"%.80s\", not \"%s\"", schema,
				      COCO_PROFILE_SCHEMA);
	int r = coco_toml_closed(root, names, n, diag);
	if (r == 0)
		r = take_table(p, "", 0, root, diag);
	if (r == 0 && coco_profile_text(p, COCO_PROFILE_PLATFORMS) == NULL)
		return coco_toml_fail(root, NULL, COCO_E_PROFILE_SCHEMA, diag,
				      "there is no list of platforms");
	return r == 0 ? take_tables(p, root, diag) : r;
}

int coco_profile_decode(struct coco_profile *ret, struct coco_view text, struct coco_diag *diag)
{
	struct coco_profile p = { .n = 0 };
	struct coco_toml doc;

	int r = coco_toml_parse(&doc, text, diag);
	if (r != 0)
		return r;
	r = take_root(&p, &doc.root, diag);
	coco_toml_free(&doc);
	if (r != 0)
		coco_profile_free(&p);
	else
		*ret = p;
	return r;
}
