/*
 * cbor_value.c - the values of a checked CBOR document (see cbor.h).
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/cbor.h"
#include "formats/core/cbor_scan.h"
#include "formats/core/err_measure.h"

enum { MAX_CHAIN = 3 * COCO_CBOR_DEPTH };   /* documents within documents too */

/* The head of a value; the document was checked, so that it is there. */
static struct coco_cbor_head head(const struct coco_cv *v)
{
	struct coco_cbor_head h = { .type = COCO_CBOR_UNDEFINED };

	if (v->p == NULL || coco_cbor_head(v->p, v->n, &h) != 0)
		h = (struct coco_cbor_head){ .type = COCO_CBOR_UNDEFINED };
	return h;
}

/* ---- the way to a value ------------------------------------------------------------ */

static void print_key(char *ret, size_t cap, const uint8_t *key, size_t n)
{
	struct coco_cbor_head h = { .type = COCO_CBOR_UNDEFINED };

	if (coco_cbor_head(key, n, &h) != 0)
		h.type = COCO_CBOR_UNDEFINED;
	if (h.type == COCO_CBOR_UINT) {
		snprintf(ret, cap, "/%" PRIu64, h.arg);
	} else if (h.type == COCO_CBOR_NINT && h.arg <= INT64_MAX) {
		snprintf(ret, cap, "/%" PRId64, -1 - (int64_t)h.arg);
	} else if (h.type == COCO_CBOR_TEXT && cap > 2) {
		ret[0] = '/';
		coco_escape(ret + 1, cap - 1, (const char *)h.str.p, h.str.n);
	} else {
		snprintf(ret, cap, "/?");
	}
}

static void print_way(const struct coco_cv *v, char *ret, size_t cap)
{
	const struct coco_cv *chain[MAX_CHAIN];
	size_t n = 0;
	size_t at = 0;

	for (; v != NULL && v->up != NULL && n < MAX_CHAIN; v = v->up)
		chain[n++] = v;
	ret[0] = '\0';
	for (size_t i = n; i-- > 0 && at + 8 < cap; at += strlen(ret + at)) {
		if (chain[i]->key != NULL)
			print_key(ret + at, cap - at, chain[i]->key, chain[i]->n_key);
		else if (chain[i]->index != SIZE_MAX)
			snprintf(ret + at, cap - at, "/%zu", chain[i]->index);
	}
	if (ret[0] == '\0')
		snprintf(ret, cap, "/");
}

int coco_cv_fail(const struct coco_cv *v, int code, struct coco_diag *diag, const char *fmt, ...)
{
	char text[384];
	char way[192];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	if (diag != NULL && diag->code == 0) {
		print_way(v, way, sizeof(way));
		coco_diag_pointer(diag, "%s", way);
	}
	return coco_fail_at(diag, code, v->offset, NULL, "%s", text);
}

static const char *type_name(const struct coco_cv *v)
{
	static const char *const names[] = { "a number", "a negative number", "a byte string",
					     "text", "an array", "a map", "a tag", "a truth value",
					     "null", "undefined", "a floating-point number" };

	return v->p == NULL ? "absent" : names[head(v).type];
}

static int wrong_type(const struct coco_cv *v, const char *want, struct coco_diag *diag)
{
	if (diag != NULL && diag->code == 0) {
		coco_diag_expected(diag, "%s", want);
		coco_diag_actual(diag, "%s", type_name(v));
	}
	return coco_cv_fail(v, COCO_E_CBOR_TYPE, diag, "expected %s, found %s", want,
			    type_name(v));
}

/* ---- values ------------------------------------------------------------------------ */

enum coco_cbor_type coco_cv_type(const struct coco_cv *v)
{
	return head(v).type;
}

bool coco_cv_is(const struct coco_cv *v, enum coco_cbor_type type)
{
	return v->p != NULL && head(v).type == type;
}

int coco_cv_u64(const struct coco_cv *v, uint64_t max, uint64_t *ret, struct coco_diag *diag)
{
	struct coco_cbor_head h = head(v);

	if (h.type != COCO_CBOR_UINT)
		return wrong_type(v, "a number", diag);
	if (h.arg > max)
		return coco_cv_fail(v, COCO_E_FORMAT_VALUE, diag, "%" PRIu64 " is beyond %" PRIu64,
				    h.arg, max);
	*ret = h.arg;
	return 0;
}

int coco_cv_i64(const struct coco_cv *v, int64_t *ret, struct coco_diag *diag)
{
	struct coco_cbor_head h = head(v);

	if (h.type != COCO_CBOR_UINT && h.type != COCO_CBOR_NINT)
		return wrong_type(v, "a number", diag);
	if (h.arg > INT64_MAX)
		return coco_cv_fail(v, COCO_E_FORMAT_VALUE, diag, "a number beyond 63 bits");
	*ret = h.type == COCO_CBOR_UINT ? (int64_t)h.arg : -1 - (int64_t)h.arg;
	return 0;
}

int coco_cv_bool(const struct coco_cv *v, bool *ret, struct coco_diag *diag)
{
	struct coco_cbor_head h = head(v);

	if (h.type != COCO_CBOR_BOOL)
		return wrong_type(v, "a truth value", diag);
	*ret = h.arg != 0;
	return 0;
}

int coco_cv_bytes(const struct coco_cv *v, struct coco_view *ret, struct coco_diag *diag)
{
	struct coco_cbor_head h = head(v);

	if (h.type != COCO_CBOR_BYTES)
		return wrong_type(v, "a byte string", diag);
	*ret = h.str;
	return 0;
}

int coco_cv_text(const struct coco_cv *v, struct coco_view *ret, struct coco_diag *diag)
{
	struct coco_cbor_head h = head(v);

	if (h.type != COCO_CBOR_TEXT)
		return wrong_type(v, "text", diag);
	*ret = h.str;
	return 0;
}

int coco_cv_copy(const struct coco_cv *v, char *ret, size_t cap, struct coco_diag *diag)
{
	struct coco_view text = { NULL, 0 };
	int r = coco_cv_text(v, &text, diag);

	if (r != 0)
		return r;
	if (text.n >= cap)
		return coco_cv_fail(v, COCO_E_FORMAT_VALUE, diag,
				    "text of %zu bytes, the limit is %zu", text.n, cap - 1);
	memcpy(ret, text.p, text.n);
	ret[text.n] = '\0';
	return 0;
}

static size_t count(const struct coco_cv *v)
{
	struct coco_cv_iter it = coco_cv_iter(v);
	struct coco_cv item;
	size_t n = 0;

	if (!head(v).indefinite)
		return (size_t)head(v).arg;
	while (coco_cv_next(&it, NULL, &item))
		n++;
	return n;
}

int coco_cv_array(const struct coco_cv *v, size_t *ret_n, struct coco_diag *diag)
{
	if (!coco_cv_is(v, COCO_CBOR_ARRAY))
		return wrong_type(v, "an array", diag);
	if (ret_n != NULL)
		*ret_n = count(v);
	return 0;
}

int coco_cv_map(const struct coco_cv *v, size_t *ret_n, struct coco_diag *diag)
{
	if (!coco_cv_is(v, COCO_CBOR_MAP))
		return wrong_type(v, "a map", diag);
	if (ret_n != NULL)
		*ret_n = count(v);
	return 0;
}

int coco_cv_tag(const struct coco_cv *v, uint64_t *ret_tag, struct coco_cv *ret,
		struct coco_diag *diag)
{
	struct coco_cbor_head h = head(v);

	if (h.type != COCO_CBOR_TAG)
		return wrong_type(v, "a tag", diag);
	*ret_tag = h.arg;
	*ret = (struct coco_cv){ .p = v->p + h.n, .n = v->n - h.n, .offset = v->offset + h.n,
				 .up = v, .index = SIZE_MAX };
	return 0;
}

bool coco_cv_has_tag(const struct coco_cv *v, uint64_t tag)
{
	struct coco_cbor_head h = head(v);

	return v->p != NULL && h.type == COCO_CBOR_TAG && h.arg == tag;
}

int coco_cv_untag(const struct coco_cv *v, uint64_t tag, struct coco_cv *ret,
		  struct coco_diag *diag)
{
	char want[40];

	if (coco_cv_has_tag(v, tag))
		return coco_cv_tag(v, &tag, ret, diag);
	snprintf(want, sizeof(want), "tag %" PRIu64, tag);
	return wrong_type(v, want, diag);
}

int coco_cv_open(const struct coco_cv *bytes, unsigned flags, struct coco_cv *ret,
		 struct coco_diag *diag)
{
	struct coco_view in = { NULL, 0 };
	int r = coco_cv_bytes(bytes, &in, diag);

	if (r == 0)
		r = coco_cbor_open(ret, in, bytes->offset + bytes->n - in.n, flags, diag);
	if (r != 0)
		return r;
	ret->up = bytes;
	ret->index = SIZE_MAX;
	return 0;
}

/* ---- arrays and maps --------------------------------------------------------------- */

struct coco_cv_iter coco_cv_iter(const struct coco_cv *v)
{
	struct coco_cv_iter it = { .in = v };
	struct coco_cbor_head h = head(v);

	it.at = h.n;
	if (v->p != NULL && (h.type == COCO_CBOR_ARRAY || h.type == COCO_CBOR_MAP))
		it.left = h.indefinite ? UINT64_MAX : h.arg;
	return it;
}

/* The next item of an iterator. */
static struct coco_cv take(struct coco_cv_iter *it)
{
	const struct coco_cv *in = it->in;
	struct coco_cv v = { .p = in->p + it->at, .offset = in->offset + it->at, .up = in,
			     .index = it->index };

	v.n = coco_cbor_extent(v.p, in->n - it->at);
	it->at += v.n;
	return v;
}

bool coco_cv_next(struct coco_cv_iter *it, struct coco_cv *ret_key, struct coco_cv *ret)
{
	struct coco_cv key = { .p = NULL };

	if (it->left == 0 || it->in->p[it->at] == 0xff)
		return false;
	if (it->left != UINT64_MAX)
		it->left--;
	if (coco_cv_is(it->in, COCO_CBOR_MAP))
		key = take(it);
	*ret = take(it);
	it->index++;
	ret->key = key.p;
	ret->n_key = key.n;
	if (ret_key != NULL)
		*ret_key = key;
	return true;
}

/* The member with this encoded key; absent ones know their key too. */
static void find(const struct coco_cv *map, struct coco_view key, struct coco_cv *ret)
{
	struct coco_cv_iter it = coco_cv_iter(map);
	struct coco_cv v;

	if (coco_cv_is(map, COCO_CBOR_MAP))
		while (coco_cv_next(&it, NULL, &v))
			if (coco_cbor_order(coco_view_of(v.key, v.n_key), key) == 0) {
				*ret = v;
				return;
			}
	*ret = (struct coco_cv){ .p = NULL, .offset = map->offset, .up = map, .index = SIZE_MAX };
}

void coco_cv_get(const struct coco_cv *map, int64_t key, struct coco_cv *ret)
{
	uint8_t buf[9];
	enum coco_cbor_type type = key < 0 ? COCO_CBOR_NINT : COCO_CBOR_UINT;
	size_t n = coco_cbor_put_head(buf, type, key < 0 ? (uint64_t)(-1 - key) : (uint64_t)key);

	find(map, coco_view_of(buf, n), ret);
}

void coco_cv_get_text(const struct coco_cv *map, const char *key, struct coco_cv *ret)
{
	uint8_t buf[9 + 64];
	size_t len = coco_min_size(strlen(key), 64);
	size_t n = coco_cbor_put_head(buf, COCO_CBOR_TEXT, len);

	memcpy(buf + n, key, len);
	find(map, coco_view_of(buf, n + len), ret);
}

int coco_cv_need(const struct coco_cv *map, int64_t key, struct coco_cv *ret,
		 struct coco_diag *diag)
{
	int r = coco_cv_map(map, NULL, diag);

	if (r != 0)
		return r;
	coco_cv_get(map, key, ret);
	if (ret->p == NULL)
		return coco_cv_fail(map, COCO_E_CBOR_TYPE, diag, "the map has no member %" PRId64,
				    key);
	return 0;
}

int coco_cv_need_text(const struct coco_cv *map, const char *key, struct coco_cv *ret,
		      struct coco_diag *diag)
{
	int r = coco_cv_map(map, NULL, diag);

	if (r != 0)
		return r;
	coco_cv_get_text(map, key, ret);
	if (ret->p == NULL)
		return coco_cv_fail(map, COCO_E_CBOR_TYPE, diag, "the map has no member %s", key);
	return 0;
}

int coco_cv_closed(const struct coco_cv *map, const int64_t *keys, size_t n_keys,
		   struct coco_diag *diag)
{
	struct coco_cv_iter it = coco_cv_iter(map);
	struct coco_cv key;
	struct coco_cv v;

	int r = coco_cv_map(map, NULL, diag);
	while (r == 0 && coco_cv_next(&it, &key, &v)) {
		int64_t number;
		size_t i = n_keys;

		if (coco_cv_i64(&key, &number, NULL) == 0)
			for (i = 0; i < n_keys && keys[i] != number; i++)
				;
		if (i == n_keys)
			r = coco_cv_fail(&v, COCO_E_CBOR_TYPE, diag,
					 "a member that is not known here");
	}
	return r;
}
