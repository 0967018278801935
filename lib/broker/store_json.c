/*
 * store_json.c - Trustee's JSON files of many items (see store_json.h).
 */
#include "lib/broker/store_json.h"

#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/json_scan.h"
#include "formats/core/mem.h"

/* ---- text that may hold secrets ------------------------------------------------- */

/* A bounded text in pages of its own; what it needs is known beforehand. */
struct text {
	struct coco_secret s;
	size_t n;
};

static int text_new(struct text *t, size_t room, struct coco_diag *diag)
{
	t->n = 0;
	return coco_secret_new(&t->s, room, diag);
}

static void put(struct text *t, const void *p, size_t n)
{
	memcpy(t->s.p + t->n, p, n);
	t->n += n;
}

/* Without white space at the end, which a number brings along. */
static void put_view(struct text *t, struct coco_view v)
{
	while (v.n > 0 && v.p[v.n - 1] != 0 && strchr(" \t\r\n", v.p[v.n - 1]) != NULL)
		v.n--;
	put(t, v.p, v.n);
}

static void text_end(struct text *t, struct coco_secret *ret)
{
	t->s.n = t->n;
	*ret = t->s;
}

/* One member of the file: its name and its value as text. */
struct member {
	struct coco_view key;
	struct coco_view value;
	bool meant;
};

/* The text of a JSON string; *ret_doc (coco_json_free) owns it. */
static int string_of(struct coco_view text, struct coco_json *ret_doc, const char **ret,
		     struct coco_diag *diag)
{
	struct coco_json doc;
	int r = coco_json_parse(&doc, text, COCO_STORE_JSON_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv v = coco_json_root(&doc);
	r = coco_jv_as_string(&v, ret, diag);
	if (r != 0)
		coco_json_free(&doc);
	else
		*ret_doc = doc;
	return r;
}

/* ---- the object ----------------------------------------------------------------- */

static int map_key(struct coco_view text, const char *key, bool *ret, struct coco_diag *diag)
{
	const char *name = NULL;
	struct coco_json doc;
	int r = string_of(text, &doc, &name, diag);

	if (r == 0) {
		*ret = strcmp(name, key) == 0;
		coco_json_free(&doc);
	}
	return r;
}

typedef int member_fn(void *ctx, const struct member *m, struct coco_diag *diag);

/* Every member of the object, with whether it is the key that is meant. */
static int each_of_map(struct coco_view text, const char *key, member_fn *fn, void *ctx,
		       struct coco_diag *diag)
{
	struct coco_json_scan scan;
	struct member m;
	bool end = false;
	bool seen = false;
	int r = text.n == 0 ? 0 : coco_json_scan_init(&scan, text, diag);

	if (r == 0 && text.n != 0 && !scan.object)
		r = coco_fail(diag, COCO_E_FORMAT_JSON, "a LocalJson file holds an object");
	while (r == 0 && text.n != 0) {
		r = coco_json_scan_next(&scan, &m.key, &m.value, &end, diag);
		if (r != 0 || end)
			break;
		r = map_key(m.key, key, &m.meant, diag);
		if (r == 0 && m.meant && seen)
			r = coco_fail(diag, COCO_E_FORMAT_JSON_DUPLICATE, "the key is there twice");
		if (r == 0)
			r = fn(ctx, &m, diag);
		seen = seen || m.meant;
	}
	return r;
}

static int decode_member(void *ctx, const struct member *m, struct coco_diag *diag)
{
	struct coco_secret *ret = ctx;
	const char *text = NULL;
	uint8_t *bytes = NULL;
	size_t n = 0;
	struct coco_json doc;

	if (!m->meant)
		return 0;
	int r = string_of(m->value, &doc, &text, diag);
	if (r != 0)
		return r;
	r = coco_b64_decode(COCO_B64_ANY, text, strlen(text), &bytes, &n, diag);
	if (r == 0 && n == 0)
		r = coco_fail(diag, COCO_E_KEY_EMPTY, "what is stored is empty");
	if (r == 0)
		r = coco_secret_from(ret, bytes, n, diag);
	if (bytes != NULL)
		coco_wipe(bytes, n);
	coco_free(bytes);
	coco_json_free(&doc);
	return r;
}

int coco_store_map_get(struct coco_view text, const char *key, struct coco_secret *ret,
		       struct coco_diag *diag)
{
	struct coco_secret s = { 0 };
	int r = each_of_map(text, key, decode_member, &s, diag);

	if (r != 0)
		coco_secret_free(&s);
	else if (s.p != NULL)
		*ret = s;
	return r;
}

struct change {
	struct text out;
	const struct coco_secret *value;
	const char *key;
	const struct coco_view *item;
	bool found;
	bool comma;
};

/* base64url with padding */
static void put_b64(struct text *t, const struct coco_secret *s)
{
	size_t n = coco_b64_len(COCO_B64_STD, s->n);
	char *at = (char *)t->s.p + t->n;

	coco_b64_encode(COCO_B64_STD, at, coco_secret_expose(s), s->n);
	for (size_t i = 0; i < n; i++)
		at[i] = at[i] == '+' ? '-' : at[i] == '/' ? '_' : at[i];
	t->n += n;
}

static void put_comma(struct change *c)
{
	if (c->comma)
		put(&c->out, ",", 1);
	put(&c->out, "\n  ", 3);
	c->comma = true;
}

static void put_value(struct change *c)
{
	put_comma(c);
	put(&c->out, "\"", 1);
	put(&c->out, c->key, strlen(c->key));
	put(&c->out, "\": \"", 4);
	put_b64(&c->out, c->value);
	put(&c->out, "\"", 1);
}

static int copy_member(void *ctx, const struct member *m, struct coco_diag *diag COCO_UNUSED)
{
	struct change *c = ctx;

	if (m->meant) {
		c->found = true;
		if (c->value != NULL)
			put_value(c);
		return 0;
	}
	put_comma(c);
	put(&c->out, m->key.p, m->key.n);
	put(&c->out, ": ", 2);
	put_view(&c->out, m->value);
	return 0;
}

/* Members take at most five bytes more than they had: each has five of its own. */
static size_t room_for(struct coco_view text, size_t more)
{
	return 2 * text.n + more + 64;
}

int coco_store_map_set(struct coco_view text, const char *key, const struct coco_secret *value,
		       struct coco_secret *ret, bool *ret_found, struct coco_diag *diag)
{
	struct change c = { .value = value, .key = key };
	size_t more = strlen(key) + (value != NULL ? coco_b64_len(COCO_B64_STD, value->n) : 0);
	int r = text_new(&c.out, room_for(text, more), diag);

	if (r != 0)
		return r;
	put(&c.out, "{", 1);
	r = each_of_map(text, key, copy_member, &c, diag);
	if (r == 0 && !c.found && value != NULL)
		put_value(&c);
	put(&c.out, "\n}\n", 3);
	if (r != 0) {
		coco_secret_free(&c.out.s);
		return r;
	}
	text_end(&c.out, ret);
	*ret_found = c.found;
	return 0;
}

/* ---- the array ------------------------------------------------------------------ */

/* Every item of the array: fn is told whether it has the name, and its form. */
static int each_of_list(struct coco_view text, const char *name, member_fn *fn, void *ctx,
			enum coco_stored_form *ret_form, struct coco_diag *diag)
{
	struct coco_json_scan scan;
	struct member m;
	bool end = false;
	int r = text.n == 0 ? 0 : coco_json_scan_init(&scan, text, diag);

	if (r == 0 && text.n != 0 && scan.object)
		r = coco_fail(diag, COCO_E_FORMAT_JSON, "a file of stored values holds an array");
	while (r == 0 && text.n != 0) {
		struct coco_stored_value v;
		struct coco_json doc;

		r = coco_json_scan_next(&scan, &m.key, &m.value, &end, diag);
		if (r != 0 || end)
			break;
		r = coco_json_parse(&doc, m.value, COCO_STORED_VALUE_MAX, diag);
		if (r != 0)
			break;
		struct coco_jv root = coco_json_root(&doc);
		r = coco_stored_value_read(&v, &root, diag);
		if (r == 0) {
			m.meant = strcmp(v.name, name) == 0;
			*ret_form = v.form;
			r = fn(ctx, &m, diag);
		}
		coco_json_free(&doc);
	}
	return r;
}

static int take_item(void *ctx, const struct member *m, struct coco_diag *diag)
{
	struct coco_secret *ret = ctx;

	if (!m->meant)
		return 0;
	coco_secret_free(ret);   /* the last one counts, as for the server */
	return coco_secret_from(ret, m->value.p, m->value.n, diag);
}

int coco_store_list_get(struct coco_view text, const char *name, struct coco_secret *ret,
			enum coco_stored_form *ret_form, struct coco_diag *diag)
{
	struct coco_secret s = { 0 };
	int r = each_of_list(text, name, take_item, &s, ret_form, diag);

	if (r != 0)
		coco_secret_free(&s);
	else if (s.p != NULL)
		*ret = s;
	return r;
}

static int copy_item(void *ctx, const struct member *m, struct coco_diag *diag COCO_UNUSED)
{
	struct change *c = ctx;
	const struct coco_view *from = m->meant ? c->item : &m->value;
	bool again = m->meant && c->found;

	c->found = c->found || m->meant;
	if (from == NULL || again)
		return 0;
	put_comma(c);
	put_view(&c->out, *from);
	return 0;
}

int coco_store_list_set(struct coco_view text, const char *name, const struct coco_view *item,
			struct coco_secret *ret, bool *ret_found, struct coco_diag *diag)
{
	enum coco_stored_form form;
	struct change c = { .item = item };
	int r = text_new(&c.out, room_for(text, item != NULL ? item->n : 0), diag);

	if (r != 0)
		return r;
	put(&c.out, "[", 1);
	r = each_of_list(text, name, copy_item, &c, &form, diag);
	if (r == 0 && !c.found && item != NULL) {
		put_comma(&c);
		put(&c.out, item->p, item->n);
	}
	put(&c.out, "\n]\n", 3);
	if (r != 0) {
		coco_secret_free(&c.out.s);
		return r;
	}
	text_end(&c.out, ret);
	*ret_found = c.found;
	return 0;
}
