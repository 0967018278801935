/*
 * toml_write.c - the deterministic TOML writer (see toml.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/toml_tree.h"
#include "formats/core/utf8.h"

void coco_toml_put_string(struct coco_wr *wr, const char *text, size_t n)
{
	static const char special[] = "\b\t\n\f\r\"\\";
	static const char letter[] = "btnfr\"\\";

	coco_wr_u8(wr, '"');
	for (size_t i = 0; i < n;) {
		unsigned char c = (unsigned char)text[i];
		size_t len = coco_utf8_char((const uint8_t *)text + i, n - i);
		const char *at = c != 0 ? strchr(special, c) : NULL;

		if (at != NULL)
			coco_wr_printf(wr, "\\%c", letter[at - special]);
		else if (c < 0x20 || c == 0x7f)
			coco_wr_printf(wr, "\\u%04X", c);
		else if (len == 0)
			coco_wr_str(wr, "\xef\xbf\xbd");
		else
			coco_wr_bytes(wr, text + i, len);
		i += len != 0 ? len : 1;
	}
	coco_wr_u8(wr, '"');
}

void coco_toml_put_key(struct coco_wr *wr, const char *key, size_t n)
{
	static const char bare[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	bool plain = n != 0;

	for (size_t i = 0; i < n; i++)
		plain = plain && key[i] != '\0' && strchr(bare, key[i]) != NULL;
	if (plain)
		coco_wr_bytes(wr, key, n);
	else
		coco_toml_put_string(wr, key, n);
}

void coco_toml_put_real(struct coco_wr *wr, double v)
{
	char text[64];
	bool real = false;

	if (v != v) {
		coco_wr_str(wr, "nan");
		return;
	}
	if (v - v != 0) {
		coco_wr_str(wr, v > 0 ? "inf" : "-inf");
		return;
	}
	/* the shortest form that reads back as the same number */
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		/* the point of a foreign locale may be a comma, or several bytes */
		size_t out = 0;
		for (size_t i = 0; text[i] != '\0'; i++) {
			if (strchr("0123456789+-e", text[i]) != NULL)
				text[out++] = text[i];
			else if (out > 0 && text[out - 1] != '.')
				text[out++] = '.';
		}
		text[out] = '\0';
		double back = coco_toml_strtod(text);
		if (!(back < v) && !(back > v))
			break;
	}
	real = strpbrk(text, ".e") != NULL;
	coco_wr_printf(wr, "%s%s", text, real ? "" : ".0");
}

static void put_time(struct coco_wr *wr, enum coco_toml_type type, const struct coco_toml_time *t)
{
	if (type != COCO_TOML_LOCAL_TIME)
		coco_wr_printf(wr, "%04u-%02u-%02u", t->year, t->month, t->day);
	if (type == COCO_TOML_LOCAL_DATE)
		return;
	if (type != COCO_TOML_LOCAL_TIME)
		coco_wr_u8(wr, 'T');
	coco_wr_printf(wr, "%02u:%02u:%02u", t->hour, t->minute, t->second);
	if (t->nanosecond != 0) {
		unsigned digits = 9;
		unsigned v = t->nanosecond;

		for (; v % 10 == 0; v /= 10)
			digits--;
		coco_wr_printf(wr, ".%0*u", (int)digits, v);
	}
	if (type != COCO_TOML_DATETIME)
		return;
	unsigned minutes = (unsigned)(t->offset < 0 ? -t->offset : t->offset);
	if (minutes == 0)
		coco_wr_u8(wr, 'Z');
	else
		coco_wr_printf(wr, "%c%02u:%02u", t->offset < 0 ? '-' : '+', minutes / 60,
			       minutes % 60);
}

static void put_key_of(struct coco_wr *wr, const struct coco_toml_value *v)
{
	coco_toml_put_key(wr, v->key, v->n_key);
}

/* A value on one line. Recursion is bounded by COCO_TOML_MAX_DEPTH. */
static void put_value(struct coco_wr *wr, const struct coco_toml_value *v)
{
	switch (v->type) {
	case COCO_TOML_TABLE:
	case COCO_TOML_ARRAY:
		coco_wr_str(wr, v->type == COCO_TOML_ARRAY ? "[" : v->first != NULL ? "{ " : "{");
		for (const struct coco_toml_value *i = v->first; i != NULL; i = i->next) {
			if (v->type == COCO_TOML_TABLE) {
				put_key_of(wr, i);
				coco_wr_str(wr, " = ");
			}
			put_value(wr, i);
			if (i->next != NULL)
				coco_wr_str(wr, ", ");
		}
		coco_wr_str(wr, v->type == COCO_TOML_ARRAY ? "]" : v->first != NULL ? " }" : "}");
		break;
	case COCO_TOML_STRING:
		coco_toml_put_string(wr, v->u.text, v->n);
		break;
	case COCO_TOML_INTEGER:
		coco_wr_printf(wr, "%" PRId64, v->u.integer);
		break;
	case COCO_TOML_REAL:
		coco_toml_put_real(wr, v->u.real);
		break;
	case COCO_TOML_BOOL:
		coco_wr_str(wr, v->u.boolean ? "true" : "false");
		break;
	case COCO_TOML_DATETIME:
	case COCO_TOML_LOCAL_DATETIME:
	case COCO_TOML_LOCAL_DATE:
	case COCO_TOML_LOCAL_TIME:
		put_time(wr, v->type, &v->u.time.t);
		break;
	}
}

/* An array that can be written as [[ ]]: not empty, nothing but tables. */
static bool is_table_array(const struct coco_toml_value *v)
{
	if (v->type != COCO_TOML_ARRAY || v->first == NULL)
		return false;
	for (const struct coco_toml_value *i = v->first; i != NULL; i = i->next)
		if (i->type != COCO_TOML_TABLE)
			return false;
	return true;
}

enum group { PLAIN, TABLES, TABLE_ARRAYS };

static enum group group_of(const struct coco_toml_value *v)
{
	if (v->type == COCO_TOML_TABLE)
		return TABLES;
	return is_table_array(v) ? TABLE_ARRAYS : PLAIN;
}

/* The keys from the root to a table; an array of tables counts once. */
struct path {
	const struct coco_toml_value *keys[COCO_TOML_MAX_DEPTH];
	unsigned n;
};

static void put_header(struct coco_wr *wr, const struct path *path, bool item)
{
	if (wr->n != 0)
		coco_wr_u8(wr, '\n');
	coco_wr_str(wr, item ? "[[" : "[");
	for (unsigned i = 0; i < path->n; i++) {
		if (i != 0)
			coco_wr_u8(wr, '.');
		put_key_of(wr, path->keys[i]);
	}
	coco_wr_str(wr, item ? "]]\n" : "]\n");
}

static void put_members(struct coco_wr *wr, const struct coco_toml_value *table,
			struct path *path);

/* A header is needed for plain members, and for a table with nothing in it. */
static void put_table(struct coco_wr *wr, const struct coco_toml_value *table, struct path *path)
{
	bool plain = table->first == NULL;

	for (const struct coco_toml_value *v = table->first; v != NULL; v = v->next)
		plain = plain || group_of(v) == PLAIN;
	if (plain)
		put_header(wr, path, false);
	put_members(wr, table, path);
}

/* Recursion is bounded by COCO_TOML_MAX_DEPTH. */
static void put_members(struct coco_wr *wr, const struct coco_toml_value *table,
			struct path *path)
{
	for (int group = PLAIN; group <= TABLE_ARRAYS; group++)
		for (const struct coco_toml_value *v = table->first; v != NULL; v = v->next) {
			if (group_of(v) != (enum group)group)
				continue;
			if (group == PLAIN) {
				put_key_of(wr, v);
				coco_wr_str(wr, " = ");
				put_value(wr, v);
				coco_wr_u8(wr, '\n');
				continue;
			}
			path->keys[path->n++] = v;
			if (group == TABLES)
				put_table(wr, v, path);
			for (const struct coco_toml_value *i = group == TABLE_ARRAYS ? v->first
										     : NULL;
			     i != NULL; i = i->next) {
				put_header(wr, path, true);
				put_members(wr, i, path);
			}
			path->n--;
		}
}

void coco_toml_write(struct coco_wr *wr, const struct coco_toml_value *root)
{
	struct path path = { .n = 0 };

	put_members(wr, root, &path);
}
