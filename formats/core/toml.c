/*
 * toml.c - memory of a TOML document and typed access (see toml.h).
 */
#include "formats/core/toml.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/suggest.h"
#include "formats/core/toml_tree.h"

/* ---- memory: blocks that are freed together --------------------------------- */

enum { BLOCK = 4096, ALIGN = 16 };

struct block {
	struct block *next;
	size_t used;
	size_t room;
	uint8_t *bytes;
};

void *coco_toml_alloc(struct coco_toml *doc, size_t n)
{
	struct block *b = doc->arena;
	size_t need = (n + ALIGN - 1) / ALIGN * ALIGN;

	if (b == NULL || need > b->room - b->used) {
		size_t head = (sizeof(*b) + ALIGN - 1) / ALIGN * ALIGN;
		size_t room = need > BLOCK ? need : BLOCK;
		uint8_t *p = coco_zalloc(head + room, 1);

		if (p == NULL)
			return NULL;
		b = (struct block *)(void *)p;
		*b = (struct block){ .next = doc->arena, .room = room, .bytes = p + head };
		doc->arena = b;
	}
	void *at = b->bytes + b->used;
	b->used += need;
	return at;
}

void coco_toml_free(struct coco_toml *doc)
{
	struct block *b = doc->arena;

	while (b != NULL) {
		struct block *next = b->next;

		coco_free(b);
		b = next;
	}
	*doc = (struct coco_toml){ .root = { .type = COCO_TOML_TABLE } };
}

/* ---- access ----------------------------------------------------------------- */

const char *coco_toml_type_name(enum coco_toml_type type)
{
	static const char *const names[] = {
		[COCO_TOML_TABLE] = "a table",
		[COCO_TOML_ARRAY] = "an array",
		[COCO_TOML_STRING] = "a string",
		[COCO_TOML_INTEGER] = "an integer",
		[COCO_TOML_REAL] = "a real number",
		[COCO_TOML_BOOL] = "a boolean",
		[COCO_TOML_DATETIME] = "a date and time with an offset",
		[COCO_TOML_LOCAL_DATETIME] = "a local date and time",
		[COCO_TOML_LOCAL_DATE] = "a local date",
		[COCO_TOML_LOCAL_TIME] = "a local time",
	};

	return (unsigned)type < COCO_ARRAY_LEN(names) ? names[type] : "unknown";
}

uint32_t coco_toml_hash(const char *key, size_t n)
{
	uint32_t h = 2166136261U; /* FNV-1a; equal hashes are compared in full */

	for (size_t i = 0; i < n; i++)
		h = (h ^ (uint8_t)key[i]) * 16777619U;
	return h;
}

struct coco_toml_value *coco_toml_find_n(const struct coco_toml_value *table, const char *key,
					 size_t n)
{
	uint32_t hash = coco_toml_hash(key, n);

	if (table->type != COCO_TOML_TABLE)
		return NULL;
	for (struct coco_toml_value *v = table->first; v != NULL; v = v->next)
		if (v->hash == hash && v->n_key == n && memcmp(v->key, key, n) == 0)
			return v;
	return NULL;
}

const struct coco_toml_value *coco_toml_find(const struct coco_toml_value *table, const char *key)
{
	return coco_toml_find_n(table, key, strlen(key));
}

int coco_toml_fail(const struct coco_toml_value *value, const char *key, int code,
		   struct coco_diag *diag, const char *fmt, ...)
{
	char text[384];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	coco_diag_pointer(diag, "line %u", value->line);
	if (key != NULL)
		coco_diag_field(diag, "%s", key);
	else if (value->key != NULL)
		coco_diag_field(diag, "%s", value->key);
	return coco_fail(diag, code, "%s", text);
}

int coco_toml_as(const struct coco_toml_value *value, enum coco_toml_type type,
		 struct coco_diag *diag)
{
	if (value->type == type)
		return 0;
	return coco_toml_fail(value, NULL, COCO_E_FORMAT_TOML_TYPE, diag, "expected %s, found %s",
			      coco_toml_type_name(type), coco_toml_type_name(value->type));
}

int coco_toml_opt(const struct coco_toml_value *table, const char *key, enum coco_toml_type type,
		  const struct coco_toml_value **ret, struct coco_diag *diag)
{
	const struct coco_toml_value *v = coco_toml_find(table, key);
	int r = v != NULL ? coco_toml_as(v, type, diag) : 0;

	if (r == 0)
		*ret = v;
	return r;
}

int coco_toml_get(const struct coco_toml_value *table, const char *key, enum coco_toml_type type,
		  const struct coco_toml_value **ret, struct coco_diag *diag)
{
	if (coco_toml_find(table, key) == NULL)
		return coco_toml_fail(table, key, COCO_E_FORMAT_TOML_TYPE, diag,
				      "\"%s\" is missing, %s is expected", key,
				      coco_toml_type_name(type));
	return coco_toml_opt(table, key, type, ret, diag);
}

int coco_toml_string(const struct coco_toml_value *table, const char *key, const char **ret,
		     struct coco_diag *diag)
{
	const struct coco_toml_value *v = NULL;
	int r = coco_toml_get(table, key, COCO_TOML_STRING, &v, diag);

	if (r != 0)
		return r;
	if (strlen(v->u.text) != v->n)
		return coco_toml_fail(v, NULL, COCO_E_FORMAT_VALUE, diag,
				      "U+0000 is not allowed in this text");
	*ret = v->u.text;
	return 0;
}

int coco_toml_i64(const struct coco_toml_value *table, const char *key, int64_t min, int64_t max,
		  int64_t *ret, struct coco_diag *diag)
{
	const struct coco_toml_value *v = NULL;
	int r = coco_toml_get(table, key, COCO_TOML_INTEGER, &v, diag);

	if (r != 0)
		return r;
	if (v->u.integer < min || v->u.integer > max)
		return coco_toml_fail(v, NULL, COCO_E_FORMAT_VALUE, diag,
				      "%" PRId64 " is outside %" PRId64 " to %" PRId64,
				      v->u.integer, min, max);
	*ret = v->u.integer;
	return 0;
}

int coco_toml_bool(const struct coco_toml_value *table, const char *key, bool *ret,
		   struct coco_diag *diag)
{
	const struct coco_toml_value *v = NULL;
	int r = coco_toml_get(table, key, COCO_TOML_BOOL, &v, diag);

	if (r == 0)
		*ret = v->u.boolean;
	return r;
}

int coco_toml_closed(const struct coco_toml_value *table, const char *const *allowed, size_t n,
		     struct coco_diag *diag)
{
	for (const struct coco_toml_value *v = table->first; v != NULL; v = v->next) {
		size_t i = 0;

		while (i < n && (strlen(allowed[i]) != v->n_key ||
				 memcmp(allowed[i], v->key, v->n_key) != 0))
			i++;
		if (i < n)
			continue;
		const char *near = coco_suggest(v->key, v->n_key, allowed, n);
		if (near != NULL)
			coco_diag_hint(diag, "did you mean \"%s\"?", near);
		return coco_toml_fail(v, NULL, COCO_E_FORMAT_TOML_KEY, diag, "unknown key \"%s\"",
				      v->key);
	}
	return 0;
}

/* ---- comparison ------------------------------------------------------------- */

static bool equal_time(const struct coco_toml_time *a, const struct coco_toml_time *b)
{
	return a->year == b->year && a->month == b->month && a->day == b->day &&
	       a->hour == b->hour && a->minute == b->minute && a->second == b->second &&
	       a->nanosecond == b->nanosecond && a->offset == b->offset;
}

static bool equal_items(const struct coco_toml_value *a, const struct coco_toml_value *b)
{
	const struct coco_toml_value *y = b->first;

	if (a->n != b->n)
		return false;
	for (const struct coco_toml_value *x = a->first; x != NULL; x = x->next) {
		if (a->type == COCO_TOML_TABLE)
			y = coco_toml_find_n(b, x->key, x->n_key);
		if (y == NULL || !coco_toml_equal(x, y))
			return false;
		y = y->next;
	}
	return true;
}

/* Recursion is bounded by COCO_TOML_MAX_DEPTH. */
bool coco_toml_equal(const struct coco_toml_value *a, const struct coco_toml_value *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case COCO_TOML_TABLE:
	case COCO_TOML_ARRAY:
		return equal_items(a, b);
	case COCO_TOML_STRING:
		return a->n == b->n && memcmp(a->u.text, b->u.text, a->n) == 0;
	case COCO_TOML_INTEGER:
		return a->u.integer == b->u.integer;
	case COCO_TOML_REAL: {
		bool nan_a = a->u.real != a->u.real;
		bool nan_b = b->u.real != b->u.real;

		return nan_a || nan_b ? nan_a && nan_b
				      : !(a->u.real < b->u.real) && !(a->u.real > b->u.real);
	}
	case COCO_TOML_BOOL:
		return a->u.boolean == b->u.boolean;
	case COCO_TOML_DATETIME:
	case COCO_TOML_LOCAL_DATETIME:
	case COCO_TOML_LOCAL_DATE:
	case COCO_TOML_LOCAL_TIME:
		break;
	}
	return equal_time(&a->u.time.t, &b->u.time.t);
}
