/*
 * refset.c - the reference-value set (see refset.h).
 */
#include "formats/broker/refset.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/rfc3339.h"

enum { MAX_VALUES = 1 << 20 };   /* JSON values of a set */

const char *coco_refset_origin_name(enum coco_refset_origin origin)
{
	static const char *const names[COCO_ORIGINS] = { "record", "file", "hand" };

	return names[origin];
}

void coco_refset_free(struct coco_refset *s)
{
	for (size_t i = 0; i < s->n; i++)
		coco_free(s->v[i].value);
	coco_free(s->v);
	*s = (struct coco_refset){ .n = 0 };
}

bool coco_refset_same(const struct coco_refvalue *a, const struct coco_refvalue *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->step, b->step) == 0 &&
	       strcmp(a->algorithm, b->algorithm) == 0 && strcmp(a->value, b->value) == 0;
}

size_t coco_refset_find(const struct coco_refset *s, const struct coco_refvalue *v)
{
	size_t i = 0;

	while (i < s->n && !coco_refset_same(&s->v[i], v))
		i++;
	return i;
}

/* Hexadecimal digits of a digest; 0: no algorithm that is known. */
static size_t digits_of(const char *algorithm)
{
	static const struct {
		const char *name;
		size_t digits;
	} known[] = { { "sha1", 40 }, { "sha256", 64 }, { "sha384", 96 }, { "sha512", 128 } };

	for (size_t i = 0; i < COCO_ARRAY_LEN(known); i++)
		if (strcmp(known[i].name, algorithm) == 0)
			return known[i].digits;
	return 0;
}

static bool is_digest(const char *value, const char *algorithm)
{
	size_t digits = digits_of(algorithm);
	size_t n = strlen(value);

	return digits != 0 && n == digits + 2 && value[0] == '"' && value[n - 1] == '"' &&
	       strspn(value + 1, "0123456789abcdef") == digits;
}

static int judge(const struct coco_refvalue *v, struct coco_diag *diag)
{
	if (v->name[0] == '\0')
		return coco_fail(diag, COCO_E_REFSET_VALUE, "a value has no name");
	if (v->algorithm[0] != '\0' && !is_digest(v->value, v->algorithm))
		return coco_fail(diag, COCO_E_REFSET_VALUE, "%s: not a %s digest in lower-case "
				 "hexadecimal", v->name, v->algorithm);
	if (v->step[0] != '\0' && v->algorithm[0] == '\0')
		return coco_fail(diag, COCO_E_REFSET_VALUE, "%s: a step has a digest", v->name);
	if (v->has_before && v->has_after && v->not_after <= v->not_before)
		return coco_fail(diag, COCO_E_REFSET_VALUE,
				 "%s: its validity ends before it starts", v->name);
	return 0;
}

/* Of two validities of the same value the one that lasts longer on each side. */
static void widen(struct coco_refvalue *have, const struct coco_refvalue *more)
{
	if (have->has_before && (!more->has_before || more->not_before < have->not_before)) {
		have->has_before = more->has_before;
		have->not_before = more->not_before;
	}
	if (have->has_after && (!more->has_after || more->not_after > have->not_after)) {
		have->has_after = more->has_after;
		have->not_after = more->not_after;
	}
}

int coco_refset_add(struct coco_refset *s, const struct coco_refvalue *v, bool *ret_new,
		    struct coco_diag *diag)
{
	void *list = s->v;
	size_t i = coco_refset_find(s, v);

	int r = judge(v, diag);
	if (r != 0)
		return r;
	if (ret_new != NULL)
		*ret_new = i == s->n;
	if (i < s->n) {
		widen(&s->v[i], v);
		return 0;
	}
	if (s->n >= COCO_REFSET_COUNT)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "more than %d values",
				 COCO_REFSET_COUNT);
	if (!coco_grow(&list, &s->cap, s->n, sizeof(*v), COCO_REFSET_COUNT))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "reference values");
	s->v = list;
	char *value = coco_strdup(v->value);
	if (value == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "reference values");
	s->v[s->n] = *v;
	s->v[s->n++].value = value;
	return 0;
}

void coco_refset_remove(struct coco_refset *s, size_t i)
{
	coco_free(s->v[i].value);
	memmove(&s->v[i], &s->v[i + 1], (s->n - i - 1) * sizeof(*s->v));
	s->n--;
}

bool coco_refset_holds(const struct coco_refvalue *v, int64_t at)
{
	return (!v->has_before || at >= v->not_before) && (!v->has_after || at < v->not_after);
}

/* ---- writing --------------------------------------------------------------------- */

static void put_word(struct coco_jw *jw, const char *key, const char *word)
{
	if (word[0] != '\0')
		coco_jw_kv_string(jw, key, word);
}

static void put_time(struct coco_jw *jw, const char *key, bool has, int64_t when)
{
	char text[COCO_RFC3339_TEXT];

	if (has)
		coco_jw_kv_string(jw, key, coco_rfc3339_print(text, when));
}

static void put_value(struct coco_jw *jw, const struct coco_refvalue *v)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "name", v->name);
	put_word(jw, "step", v->step);
	put_word(jw, "algorithm", v->algorithm);
	coco_jw_key(jw, "value");
	coco_jw_raw(jw, v->value, strlen(v->value));
	if (v->single)
		coco_jw_kv_bool(jw, "single", true);
	put_word(jw, "platform", v->platform);
	put_word(jw, "label", v->label);
	put_time(jw, "not_before", v->has_before, v->not_before);
	put_time(jw, "not_after", v->has_after, v->not_after);
	coco_jw_key(jw, "origin");
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "kind", coco_refset_origin_name(v->origin));
	if (v->origin != COCO_ORIGIN_HAND)
		coco_jw_kv_hex(jw, "sha256", v->sha256, sizeof(v->sha256));
	coco_jw_end(jw, '}');
	coco_jw_end(jw, '}');
}

void coco_refset_write(struct coco_jw *jw, const struct coco_refset *s)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "schema", COCO_REFSET_SCHEMA);
	put_word(jw, "id", s->id);
	coco_jw_key(jw, "values");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < s->n; i++)
		put_value(jw, &s->v[i]);
	coco_jw_end(jw, ']');
	coco_jw_end(jw, '}');
}

int coco_refset_encode(const struct coco_refset *s, uint8_t **ret, size_t *ret_n,
		       struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, COCO_REFSET_MAX);
	coco_jw_init(&jw, &wr, true);
	coco_refset_write(&jw, s);
	coco_wr_u8(&wr, '\n');
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

/* ---- reading --------------------------------------------------------------------- */

static int bad(const struct coco_jv *v, const char *key, struct coco_diag *diag, const char *what)
{
	return coco_jv_fail(v, key, COCO_E_REFSET_SCHEMA, diag, "%s", what);
}

/* A text that may be absent; an empty one is not written and not read. */
static int get_word(const struct coco_jv *obj, const char *key, char *ret, size_t cap,
		    struct coco_diag *diag)
{
	const char *s = "";

	if (!coco_jv_has(obj, key))
		return 0;
	int r = coco_jv_string(obj, key, &s, diag);
	if (r != 0)
		return r;
	if (s[0] == '\0' || strlen(s) >= cap)
		return bad(obj, key, diag, "the text is empty or too long");
	memcpy(ret, s, strlen(s) + 1);
	return 0;
}

static int get_time(const struct coco_jv *obj, const char *key, bool *ret_has, int64_t *ret,
		    struct coco_diag *diag)
{
	char text[COCO_RFC3339_TEXT] = "";
	char again[COCO_RFC3339_TEXT];

	if (!coco_jv_has(obj, key))
		return 0;
	int r = get_word(obj, key, text, sizeof(text), diag);
	if (r != 0)
		return r;
	if (!coco_rfc3339_parse(text, ret) || strcmp(coco_rfc3339_print(again, *ret), text) != 0)
		return bad(obj, key, diag, "not a time in UTC such as 2027-01-31T00:00:00Z");
	*ret_has = true;
	return 0;
}

static int get_origin(const struct coco_jv *obj, struct coco_refvalue *v, struct coco_diag *diag)
{
	static const char *const members[] = { "kind", "sha256" };
	struct coco_jv origin;
	const char *kind = "";
	unsigned i = 0;

	int r = coco_jv_object(obj, "origin", &origin, diag);
	if (r == 0)
		r = coco_jv_closed(&origin, members, COCO_ARRAY_LEN(members), diag);
	if (r == 0)
		r = coco_jv_string(&origin, "kind", &kind, diag);
	if (r != 0)
		return r;
	while (i < COCO_ORIGINS && strcmp(kind, coco_refset_origin_name(i)) != 0)
		i++;
	if (i == COCO_ORIGINS)
		return bad(&origin, "kind", diag, "not an origin that is known");
	v->origin = i;
	if (i == COCO_ORIGIN_HAND)
		return coco_jv_has(&origin, "sha256")
			? bad(&origin, "sha256", diag, "no file, no digest") : 0;
	return coco_jv_hex(&origin, "sha256", v->sha256, sizeof(v->sha256), diag);
}

/* The value's own JSON, compact; gives *ret. */
static int get_json(const struct coco_jv *obj, char **ret, struct coco_diag *diag)
{
	struct coco_jv value;
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *text = NULL;
	size_t n = 0;

	int r = coco_jv_opt(obj, "value", &value, diag);
	if (r != 0)
		return r;
	if (value.v == NULL || coco_jv_is_null(&value))
		return bad(obj, "value", diag, "there is no value");
	coco_wr_init(&wr, COCO_REFSET_VALUE);
	coco_jw_init(&jw, &wr, false);
	coco_jw_value(&jw, &value);
	r = coco_wr_finish(&wr, &text, &n, diag);
	if (r == 0)
		*ret = (char *)text;
	return r;
}

static int get_members(const struct coco_jv *obj, struct coco_refvalue *v, struct coco_diag *diag)
{
	int r = get_word(obj, "name", v->name, sizeof(v->name), diag);

	if (r == 0)
		r = get_word(obj, "step", v->step, sizeof(v->step), diag);
	if (r == 0)
		r = get_word(obj, "algorithm", v->algorithm, sizeof(v->algorithm), diag);
	if (r == 0)
		r = get_word(obj, "platform", v->platform, sizeof(v->platform), diag);
	if (r == 0)
		r = get_word(obj, "label", v->label, sizeof(v->label), diag);
	if (r == 0)
		r = get_time(obj, "not_before", &v->has_before, &v->not_before, diag);
	if (r == 0)
		r = get_time(obj, "not_after", &v->has_after, &v->not_after, diag);
	if (r == 0 && coco_jv_has(obj, "single")) {
		r = coco_jv_bool(obj, "single", &v->single, diag);
		if (r == 0 && !v->single)
			r = bad(obj, "single", diag, "only true is written");
	}
	if (r == 0)
		r = get_origin(obj, v, diag);
	return r;
}

static int get_value(struct coco_refset *s, const struct coco_jv *obj, struct coco_diag *diag)
{
	static const char *const members[] = { "name", "step", "algorithm", "value", "single",
					       "platform", "label", "not_before", "not_after",
					       "origin" };
	struct coco_refvalue v = { .name = "" };
	bool is_new = true;

	int r = coco_jv_as_object(obj, diag);
	if (r == 0)
		r = coco_jv_closed(obj, members, COCO_ARRAY_LEN(members), diag);
	if (r == 0)
		r = get_members(obj, &v, diag);
	if (r == 0)
		r = get_json(obj, &v.value, diag);
	if (r == 0)
		r = coco_refset_add(s, &v, &is_new, diag);
	if (r == 0 && !is_new)
		r = bad(obj, NULL, diag, "the same value is listed twice");
	coco_free(v.value);
	return r;
}

static int get_set(struct coco_refset *s, const struct coco_jv *root, struct coco_diag *diag)
{
	static const char *const members[] = { "schema", "id", "values" };
	struct coco_jv values = { .v = NULL };
	const char *schema = "";

	int r = coco_jv_as_object(root, diag);
	if (r == 0)
		r = coco_jv_string(root, "schema", &schema, diag);
	if (r == 0 && strcmp(schema, COCO_REFSET_SCHEMA) != 0)
		r = bad(root, "schema", diag, "another kind of document");
	if (r == 0)
		r = coco_jv_closed(root, members, COCO_ARRAY_LEN(members), diag);
	if (r == 0)
		r = get_word(root, "id", s->id, sizeof(s->id), diag);
	if (r == 0)
		r = coco_jv_array(root, "values", &values, diag);
	for (size_t i = 0; r == 0 && i < coco_jv_len(&values); i++) {
		struct coco_jv item = coco_jv_item(&values, i);

		r = get_value(s, &item, diag);
	}
	return r;
}

int coco_refset_decode(struct coco_refset *ret, struct coco_view text, struct coco_diag *diag)
{
	struct coco_refset s = { .n = 0 };
	struct coco_json doc;

	int r = coco_json_parse_bounded(&doc, text, COCO_REFSET_MAX, MAX_VALUES, diag);
	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = get_set(&s, &root, diag);
	coco_json_free(&doc);
	if (r != 0)
		coco_refset_free(&s);
	else
		*ret = s;
	return r;
}
