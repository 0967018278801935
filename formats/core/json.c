/*
 * json.c - the strict JSON reader over jansson (see json.h). The only file
 * that includes jansson.h.
 */
#include "formats/core/json.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/hex.h"

/*
 * jansson recurses and allocates per value; depth and number of values are
 * bounded before it sees the text. Every value but the root follows an
 * opening bracket or a comma, so that counting these is an upper bound.
 */
static int check_bounds(struct coco_view text, size_t max_values, struct coco_diag *diag)
{
	size_t depth = 0;
	size_t values = 1;
	bool in_string = false;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == ',') {
			values++;
		} else if (c == '{' || c == '[') {
			values++;
			if (++depth > COCO_JSON_MAX_DEPTH)
				return coco_fail_at(diag, COCO_E_LIMIT_DEPTH, i, NULL,
						    "JSON is nested deeper than %d levels",
						    COCO_JSON_MAX_DEPTH);
		} else if ((c == '}' || c == ']') && depth > 0) {
			depth--;
		}
		if (values > max_values)
			return coco_fail_at(diag, COCO_E_LIMIT_SIZE, i, NULL,
					    "JSON with more than %zu values", max_values);
	}
	return 0;
}

static int report_syntax(json_error_t *error, struct coco_diag *diag)
{
	enum json_error_code why = json_error_code(error);
	int code = COCO_E_FORMAT_JSON;
	char *excerpt = strstr(error->text, " near '");

	if (why == json_error_duplicate_key)
		code = COCO_E_FORMAT_JSON_DUPLICATE;
	else if (why == json_error_out_of_memory)
		code = COCO_E_LIMIT_MEMORY;
	/* the place is enough: an excerpt may be confidential */
	if (excerpt != NULL)
		*excerpt = '\0';
	coco_diag_pointer(diag, "line %d, column %d", error->line, error->column);
	return coco_fail_at(diag, code, error->position > 0 ? (uint64_t)error->position : 0, NULL,
			    "%s", error->text);
}

int coco_json_parse_bounded(struct coco_json *ret, struct coco_view text, size_t max,
			    size_t max_values, struct coco_diag *diag)
{
	json_error_t error;

	if (text.n > max)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "JSON of %zu bytes, the limit is %zu",
				 text.n, max);
	int r = check_bounds(text, max_values, diag);
	if (r != 0)
		return r;
	json_t *root = json_loadb(text.n != 0 ? (const char *)text.p : "", text.n,
				  JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (root == NULL)
		return report_syntax(&error, diag);
	ret->root = root;
	return 0;
}

int coco_json_parse(struct coco_json *ret, struct coco_view text, size_t max,
		    struct coco_diag *diag)
{
	return coco_json_parse_bounded(ret, text, max, SIZE_MAX, diag);
}

void coco_json_free(struct coco_json *doc)
{
	json_decref(doc->root);
	doc->root = NULL;
}

struct coco_jv coco_json_root(const struct coco_json *doc)
{
	return (struct coco_jv){ .v = doc->root };
}

enum { MAX_CHAIN = COCO_JSON_MAX_DEPTH + 2 };

/* One step of a JSON pointer: "/" and the key with ~ and / written as ~0 and ~1. */
static size_t print_step(char *ret, size_t cap, const char *key)
{
	size_t at = 0;

	if (cap < 4)
		return 0;
	ret[at++] = '/';
	for (; *key != '\0' && at + 3 <= cap; key++) {
		if (*key == '~' || *key == '/') {
			ret[at++] = '~';
			ret[at++] = *key == '~' ? '0' : '1';
		} else {
			ret[at++] = *key;
		}
	}
	ret[at] = '\0';
	return at;
}

static void print_pointer(const struct coco_jv *v, const char *key, char *ret, size_t cap)
{
	const struct coco_jv *chain[MAX_CHAIN];
	size_t n = 0;
	size_t at = 0;

	for (; v != NULL && v->up != NULL && n < MAX_CHAIN; v = v->up)
		chain[n++] = v;
	ret[0] = '\0';
	for (size_t i = n; i-- > 0;) {
		char number[24];

		snprintf(number, sizeof(number), "%zu", chain[i]->index);
		at += print_step(ret + at, cap - at,
				 chain[i]->key != NULL ? chain[i]->key : number);
	}
	if (key != NULL)
		print_step(ret + at, cap - at, key);
	if (ret[0] == '\0')
		snprintf(ret, cap, "/");
}

int coco_jv_fail(const struct coco_jv *v, const char *key, int code, struct coco_diag *diag,
		 const char *fmt, ...)
{
	char text[384];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	if (diag != NULL && diag->code == 0) {
		char pointer[192];

		print_pointer(v, key, pointer, sizeof(pointer));
		coco_diag_pointer(diag, "%s", pointer);
		if (key != NULL)
			coco_diag_field(diag, "%s", key);
	}
	return coco_fail(diag, code, "%s", text);
}

void coco_jv_locate(const struct coco_jv *v, const char *key, struct coco_diag *diag)
{
	char pointer[192];

	if (diag == NULL)
		return;
	print_pointer(v, key, pointer, sizeof(pointer));
	coco_diag_pointer(diag, "%s", pointer);
}

static const char *type_name(const json_t *v)
{
	if (v == NULL)
		return "absent";
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "an integer";
	case JSON_REAL:
		return "a real number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	case JSON_NULL:
		return "null";
	}
	return "unknown";
}

static int wrong_type(const struct coco_jv *v, const char *key, const json_t *found,
		      const char *want, struct coco_diag *diag)
{
	return coco_jv_fail(v, key, COCO_E_FORMAT_JSON_TYPE, diag, "expected %s, found %s", want,
			    found == NULL ? "nothing" : type_name(found));
}

static json_t *member(const struct coco_jv *obj, const char *key)
{
	return obj->v != NULL ? json_object_get(obj->v, key) : NULL;
}

bool coco_jv_has(const struct coco_jv *obj, const char *key)
{
	return member(obj, key) != NULL;
}

int coco_jv_opt(const struct coco_jv *obj, const char *key, struct coco_jv *ret,
		struct coco_diag *diag)
{
	int r = coco_jv_as_object(obj, diag);

	if (r != 0)
		return r;
	*ret = (struct coco_jv){ .v = member(obj, key), .up = obj, .key = key };
	return 0;
}

int coco_jv_object(const struct coco_jv *obj, const char *key, struct coco_jv *ret,
		   struct coco_diag *diag)
{
	json_t *v = member(obj, key);

	if (!json_is_object(v))
		return wrong_type(obj, key, v, "an object", diag);
	*ret = (struct coco_jv){ .v = v, .up = obj, .key = key };
	return 0;
}

int coco_jv_array(const struct coco_jv *obj, const char *key, struct coco_jv *ret,
		  struct coco_diag *diag)
{
	json_t *v = member(obj, key);

	if (!json_is_array(v))
		return wrong_type(obj, key, v, "an array", diag);
	*ret = (struct coco_jv){ .v = v, .up = obj, .key = key };
	return 0;
}

int coco_jv_string(const struct coco_jv *obj, const char *key, const char **ret,
		   struct coco_diag *diag)
{
	json_t *v = member(obj, key);

	if (!json_is_string(v))
		return wrong_type(obj, key, v, "a string", diag);
	*ret = json_string_value(v);
	return 0;
}

static int get_u64(const struct coco_jv *at, const char *key, const json_t *v, uint64_t max,
		   uint64_t *ret, struct coco_diag *diag)
{
	if (!json_is_integer(v))
		return wrong_type(at, key, v, "an integer", diag);
	json_int_t i = json_integer_value(v);
	if (i < 0 || (uint64_t)i > max)
		return coco_jv_fail(at, key, COCO_E_FORMAT_VALUE, diag,
				    "%" JSON_INTEGER_FORMAT " is outside 0 to %" PRIu64, i, max);
	*ret = (uint64_t)i;
	return 0;
}

int coco_jv_u64(const struct coco_jv *obj, const char *key, uint64_t max, uint64_t *ret,
		struct coco_diag *diag)
{
	return get_u64(obj, key, member(obj, key), max, ret, diag);
}

int coco_jv_as_u64(const struct coco_jv *v, uint64_t max, uint64_t *ret, struct coco_diag *diag)
{
	return get_u64(v, NULL, v->v, max, ret, diag);
}

int coco_jv_as_integral(const struct coco_jv *v, uint64_t max, uint64_t *ret,
			struct coco_diag *diag)
{
	if (!json_is_real(v->v))
		return get_u64(v, NULL, v->v, max, ret, diag);
	double d = json_real_value(v->v);
	/* every integer up to 2^53 is a double; the comparison also refuses NaN */
	if (!(d >= 0 && d <= (double)coco_min_u64(max, (uint64_t)1 << 53)) ||
	    (double)(uint64_t)d < d)
		return coco_jv_fail(v, NULL, COCO_E_FORMAT_VALUE, diag,
				    "%g is not an integer from 0 to %" PRIu64, d, max);
	*ret = (uint64_t)d;
	return 0;
}

int coco_jv_bool(const struct coco_jv *obj, const char *key, bool *ret, struct coco_diag *diag)
{
	json_t *v = member(obj, key);

	if (!json_is_boolean(v))
		return wrong_type(obj, key, v, "a boolean", diag);
	*ret = json_is_true(v);
	return 0;
}

int coco_jv_hex(const struct coco_jv *obj, const char *key, uint8_t *ret, size_t n,
		struct coco_diag *diag)
{
	const char *text = NULL;
	int r = coco_jv_string(obj, key, &text, diag);

	if (r != 0)
		return r;
	if (coco_hex_decode(ret, n, text, strlen(text), NULL) != 0)
		return coco_jv_fail(obj, key, COCO_E_FORMAT_HEX, diag,
				    "expected %zu hexadecimal digits", n * 2);
	return 0;
}

int coco_jv_b64(const struct coco_jv *obj, const char *key, uint8_t **ret, size_t *ret_n,
		struct coco_diag *diag)
{
	const char *text = NULL;
	int r = coco_jv_string(obj, key, &text, diag);

	if (r != 0)
		return r;
	r = coco_b64_decode(COCO_B64_ANY, text, strlen(text), ret, ret_n, NULL);
	if (r != 0)
		return coco_jv_fail(obj, key, r, diag, "not valid base64 text");
	return 0;
}

int coco_jv_as_object(const struct coco_jv *v, struct coco_diag *diag)
{
	return json_is_object(v->v) ? 0 : wrong_type(v, NULL, v->v, "an object", diag);
}

int coco_jv_as_array(const struct coco_jv *v, struct coco_diag *diag)
{
	return json_is_array(v->v) ? 0 : wrong_type(v, NULL, v->v, "an array", diag);
}

int coco_jv_as_bool(const struct coco_jv *v, bool *ret, struct coco_diag *diag)
{
	if (!json_is_boolean(v->v))
		return wrong_type(v, NULL, v->v, "a boolean", diag);
	*ret = json_is_true(v->v);
	return 0;
}

int coco_jv_as_string(const struct coco_jv *v, const char **ret, struct coco_diag *diag)
{
	if (!json_is_string(v->v))
		return wrong_type(v, NULL, v->v, "a string", diag);
	*ret = json_string_value(v->v);
	return 0;
}

bool coco_jv_is_null(const struct coco_jv *v)
{
	return json_is_null(v->v);
}

int coco_jv_as_whole(const struct coco_jv *v, int64_t *ret, struct coco_diag *diag)
{
	static const int64_t most = (int64_t)1 << 53;
	int64_t i = 0;

	if (json_is_real(v->v)) {
		double d = json_real_value(v->v);

		/* the comparison also refuses NaN */
		if (!(d >= -(double)most && d <= (double)most) || (double)(int64_t)d < d ||
		    (double)(int64_t)d > d)
			return wrong_type(v, NULL, v->v, "an integer", diag);
		i = (int64_t)d;
	} else if (json_is_integer(v->v)) {
		i = json_integer_value(v->v);
	} else {
		return wrong_type(v, NULL, v->v, "an integer", diag);
	}
	if (i < -most || i > most)
		return coco_jv_fail(v, NULL, COCO_E_FORMAT_JSON_TYPE, diag,
				    "%" PRId64 " is beyond 2^53: readers of JSON disagree about it",
				    i);
	*ret = i;
	return 0;
}

enum coco_json_kind coco_jv_kind(const struct coco_jv *v)
{
	switch (json_typeof(v->v)) {
	case JSON_OBJECT:
		return COCO_JSON_OBJECT;
	case JSON_ARRAY:
		return COCO_JSON_ARRAY;
	case JSON_STRING:
		return COCO_JSON_STRING;
	case JSON_INTEGER:
	case JSON_REAL:
		return COCO_JSON_NUMBER;
	case JSON_TRUE:
	case JSON_FALSE:
		return COCO_JSON_BOOL;
	case JSON_NULL:
		break;
	}
	return COCO_JSON_NULL;
}

size_t coco_jv_len(const struct coco_jv *v)
{
	return json_is_array(v->v) ? json_array_size(v->v) : json_object_size(v->v);
}

struct coco_jv coco_jv_item(const struct coco_jv *array, size_t i)
{
	return (struct coco_jv){ .v = json_array_get(array->v, i), .up = array, .index = i };
}

bool coco_jv_next(const struct coco_jv *obj, void **iter, struct coco_jv *ret)
{
	*iter = *iter == NULL ? json_object_iter(obj->v) : json_object_iter_next(obj->v, *iter);
	if (*iter == NULL)
		return false;
	*ret = (struct coco_jv){ .v = json_object_iter_value(*iter), .up = obj,
				 .key = json_object_iter_key(*iter) };
	return true;
}

int coco_jv_closed(const struct coco_jv *obj, const char *const *allowed, size_t n_allowed,
		   struct coco_diag *diag)
{
	struct coco_jv item;
	void *iter = NULL;

	while (coco_jv_next(obj, &iter, &item)) {
		size_t i = 0;

		while (i < n_allowed && strcmp(allowed[i], item.key) != 0)
			i++;
		if (i == n_allowed)
			return coco_jv_fail(obj, item.key, COCO_E_FORMAT_JSON_TYPE, diag,
					    "unknown member \"%s\"", item.key);
	}
	return 0;
}

void coco_jw_value(struct coco_jw *jw, const struct coco_jv *v)
{
	char *text = json_dumps(v->v, JSON_COMPACT | JSON_ENCODE_ANY);

	if (text == NULL) {
		if (jw->wr->code == 0)
			jw->wr->code = COCO_E_LIMIT_MEMORY;
		return;
	}
	coco_jw_raw(jw, text, strlen(text));
	free(text); /* jansson's own allocation */
}
