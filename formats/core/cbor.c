/*
 * cbor.c - the strict CBOR reader: checking a whole document (see cbor.h).
 */
#include "formats/core/cbor.h"

#include <stdlib.h>

#include "formats/core/cbor_scan.h"
#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/core/utf8.h"

struct check {
	struct coco_view in;
	uint64_t base;
	unsigned flags;
	struct coco_diag *diag;
	size_t at;
};

static int bad(const struct check *c, int code, size_t at, const char *what)
{
	return coco_fail_at(c->diag, code, c->base + at, NULL, "%s", what);
}

static bool has_arg(const struct coco_cbor_head *h)
{
	return h->type <= COCO_CBOR_TAG && !h->indefinite && !h->is_break;
}

/* Reads a head; the place of the reader is then behind it and its string. */
static int next_head(struct check *c, struct coco_cbor_head *h)
{
	size_t start = c->at;

	int r = coco_cbor_head(c->in.p + start, c->in.n - start, h);
	if (r == COCO_E_FORMAT_SHORT)
		return bad(c, r, start, "the CBOR ends within an item");
	if (r != 0)
		return bad(c, r, start, "this byte starts no CBOR item that is read here");
	c->at += h->n + h->str.n;
	if ((c->flags & COCO_CBOR_DETERMINISTIC) == 0)
		return 0;
	if (h->indefinite)
		return bad(c, COCO_E_CBOR_CANONICAL, start, "a length that is not given");
	if (has_arg(h) && h->n != coco_cbor_shortest(h->arg))
		return bad(c, COCO_E_CBOR_CANONICAL, start, "a number not in its shortest form");
	return 0;
}

static int check_text(const struct check *c, const struct coco_cbor_head *h)
{
	size_t at = c->at - h->str.n;
	size_t wrong;

	if (!coco_utf8_valid(h->str.p, h->str.n, &wrong))
		return bad(c, COCO_E_FORMAT_UTF8, at + wrong, "text that is not UTF-8");
	for (size_t i = 0; i < h->str.n; i++)
		if (h->str.p[i] == 0)
			return bad(c, COCO_E_CBOR_SYNTAX, at + i, "text with a NUL");
	return 0;
}

static int check_item(struct check *c, unsigned depth);

/* The break that may stand where an item could; false when there is none. */
static bool take_break(struct check *c)
{
	if (c->at >= c->in.n || c->in.p[c->at] != 0xff)
		return false;
	c->at++;
	return true;
}

static int check_array(struct check *c, const struct coco_cbor_head *h, unsigned depth)
{
	int r = 0;

	for (uint64_t i = 0; r == 0 && (h->indefinite || i < h->arg); i++) {
		if (h->indefinite && take_break(c))
			break;
		r = check_item(c, depth + 1);
	}
	return r;
}

/* Every head within a key in its shortest form: equal keys then have equal bytes. */
static int check_key(struct check *c, unsigned depth, struct coco_view *ret)
{
	size_t start = c->at;
	unsigned flags = c->flags;

	c->flags |= COCO_CBOR_DETERMINISTIC;
	int r = check_item(c, depth);
	c->flags = flags;
	*ret = coco_view_of(c->in.p + start, c->at - start);
	return r;
}

/* Equal ones in their order in the input, so that the later one is reported. */
static int order(const void *a, const void *b)
{
	const struct coco_view *x = a;
	const struct coco_view *y = b;
	int c = coco_cbor_order(*x, *y);

	return c != 0 ? c : x->p < y->p ? -1 : 1;
}

/* For a map whose keys are not in order: sorts them to find equal ones. */
static int find_equal(const struct check *c, size_t start, size_t n)
{
	struct coco_view *keys = coco_alloc(n, sizeof(*keys));
	const uint8_t *p = c->in.p + start;
	int r = 0;

	if (keys == NULL)
		return bad(c, COCO_E_LIMIT_MEMORY, start, "no memory for the keys of a map");
	for (size_t i = 0; i < n; i++) {
		size_t size = coco_cbor_extent(p, (size_t)(c->in.p + c->at - p));

		keys[i] = coco_view_of(p, size);
		p += size;
		p += coco_cbor_extent(p, (size_t)(c->in.p + c->at - p));
	}
	qsort(keys, n, sizeof(*keys), order);
	for (size_t i = 1; r == 0 && i < n; i++)
		if (coco_cbor_order(keys[i - 1], keys[i]) == 0)
			r = bad(c, COCO_E_CBOR_DUPLICATE, (size_t)(keys[i].p - c->in.p),
				"a map has this key twice");
	coco_free(keys);
	return r;
}

static int check_map(struct check *c, const struct coco_cbor_head *h, unsigned depth)
{
	struct coco_view last = { NULL, 0 };
	size_t start = c->at;
	bool sorted = true;
	size_t n = 0;
	int r = 0;

	for (; r == 0 && (h->indefinite || n < h->arg); n++) {
		struct coco_view key;

		if (h->indefinite && take_break(c))
			break;
		size_t at = c->at;
		r = check_key(c, depth + 1, &key);
		if (r == 0)
			r = check_item(c, depth + 1);
		if (r != 0)
			return r;
		int way = last.p != NULL ? coco_cbor_order(last, key) : -1;
		if (way == 0)
			return bad(c, COCO_E_CBOR_DUPLICATE, at, "a map has this key twice");
		if (way > 0 && (c->flags & COCO_CBOR_DETERMINISTIC) != 0)
			return bad(c, COCO_E_CBOR_CANONICAL, at, "a key that is not in order");
		sorted = sorted && way < 0;
		last = key;
	}
	return r == 0 && !sorted ? find_equal(c, start, n) : r;
}

/* Recursion is bounded by COCO_CBOR_DEPTH. */
static int check_item(struct check *c, unsigned depth)
{
	struct coco_cbor_head h;
	size_t start = c->at;

	int r = next_head(c, &h);
	if (r != 0)
		return r;
	if (h.is_break)
		return bad(c, COCO_E_CBOR_SYNTAX, start, "a break where nothing is open");
	if (h.type == COCO_CBOR_TEXT)
		return check_text(c, &h);
	if (h.type != COCO_CBOR_ARRAY && h.type != COCO_CBOR_MAP && h.type != COCO_CBOR_TAG)
		return 0;
	if (depth >= COCO_CBOR_DEPTH)
		return bad(c, COCO_E_LIMIT_DEPTH, start, "CBOR that is nested too deeply");
	if (h.type == COCO_CBOR_TAG)
		return check_item(c, depth + 1);
	/* an item is a byte at least; the count is nothing but a bound here */
	if (!h.indefinite && h.arg > (c->in.n - c->at) / (h.type == COCO_CBOR_MAP ? 2 : 1))
		return bad(c, COCO_E_FORMAT_SHORT, start, "more items than bytes follow");
	return h.type == COCO_CBOR_ARRAY ? check_array(c, &h, depth) : check_map(c, &h, depth);
}

int coco_cbor_open_first(struct coco_cv *ret, struct coco_view in, uint64_t base, unsigned flags,
			 struct coco_diag *diag)
{
	struct check c = { .in = in, .base = base, .flags = flags, .diag = diag };

	if (in.n > COCO_CBOR_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "CBOR of %zu bytes, the limit is %d",
				 in.n, COCO_CBOR_MAX);
	int r = check_item(&c, 0);
	if (r == 0)
		*ret = (struct coco_cv){ .p = in.p, .n = c.at, .offset = base };
	return r;
}

int coco_cbor_open(struct coco_cv *ret, struct coco_view in, uint64_t base, unsigned flags,
		   struct coco_diag *diag)
{
	struct coco_cv v;

	int r = coco_cbor_open_first(&v, in, base, flags, diag);
	if (r != 0)
		return r;
	if (v.n != in.n)
		return coco_fail_at(diag, COCO_E_FORMAT_TRAILING, base + v.n, NULL,
				    "%zu bytes follow the end of the CBOR", in.n - v.n);
	*ret = v;
	return 0;
}
