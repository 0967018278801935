/*
 * cbor_write.c - the deterministic CBOR writer (see cbor.h).
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/cbor.h"
#include "formats/core/cbor_scan.h"

/* An entry of a map: key and value together, and how much of it is the key. */
struct entry {
	struct coco_view bytes;
	size_t n_key;
};

void coco_cw_init(struct coco_cw *cw, struct coco_wr *wr)
{
	memset(cw, 0, sizeof(*cw));
	cw->wr = wr;
}

static void misuse(struct coco_cw *cw)
{
	if (cw->wr->code == 0)
		cw->wr->code = COCO_E_INTERNAL;
}

static void put(struct coco_cw *cw, enum coco_cbor_type type, uint64_t arg)
{
	uint8_t buf[9];

	coco_wr_bytes(cw->wr, buf, coco_cbor_put_head(buf, type, arg));
}

void coco_cw_begin(struct coco_cw *cw, char kind)
{
	if (cw->depth == COCO_CBOR_DEPTH) {
		misuse(cw);
		return;
	}
	cw->open[cw->depth].at = cw->wr->n;
	cw->open[cw->depth++].kind = kind;
}

/* Puts a head before the n bytes that were written last. */
static void insert_head(struct coco_cw *cw, size_t at, enum coco_cbor_type type, uint64_t arg)
{
	uint8_t buf[9];
	size_t n = coco_cbor_put_head(buf, type, arg);
	size_t size = cw->wr->n - at;

	if (coco_wr_room(cw->wr, n) == NULL)
		return;
	memmove(cw->wr->p + at + n, cw->wr->p + at, size);
	memcpy(cw->wr->p + at, buf, n);
}

static int order(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;

	return coco_cbor_order(coco_view_of(x->bytes.p, x->n_key),
			       coco_view_of(y->bytes.p, y->n_key));
}

/* The items from at on; SIZE_MAX when they are none. */
static size_t count(const struct coco_wr *wr, size_t at)
{
	size_t n = 0;

	for (; at < wr->n; n++) {
		size_t size = coco_cbor_extent(wr->p + at, wr->n - at);

		if (size == 0)
			return SIZE_MAX;
		at += size;
	}
	return n;
}

/* Writes the n entries from at on in the order of their keys. */
static void sort(struct coco_cw *cw, size_t at, size_t n)
{
	size_t size = cw->wr->n - at;
	struct entry *list = coco_alloc(n, sizeof(*list));
	uint8_t *copy = coco_memdup(cw->wr->p + at, size);
	const uint8_t *p = copy;

	if (list == NULL || copy == NULL) {
		cw->wr->code = COCO_E_LIMIT_MEMORY;
	} else {
		for (size_t i = 0; i < n; i++) {
			size_t left = size - (size_t)(p - copy);

			list[i].n_key = coco_cbor_extent(p, left);
			list[i].bytes = coco_view_of(p, list[i].n_key);
			list[i].bytes.n += coco_cbor_extent(p + list[i].n_key,
							    left - list[i].n_key);
			p += list[i].bytes.n;
		}
		qsort(list, n, sizeof(*list), order);
		cw->wr->n = at;
		for (size_t i = 0; i < n; i++) {
			coco_wr_bytes(cw->wr, list[i].bytes.p, list[i].bytes.n);
			if (i > 0 && order(&list[i - 1], &list[i]) == 0)
				misuse(cw);
		}
	}
	coco_free(copy);
	coco_free(list);
}

void coco_cw_end(struct coco_cw *cw)
{
	if (cw->depth == 0) {
		misuse(cw);
		return;
	}
	size_t at = cw->open[--cw->depth].at;
	char kind = cw->open[cw->depth].kind;
	if (cw->wr->code != 0)
		return;
	size_t n = kind == 'b' ? cw->wr->n - at : count(cw->wr, at);
	if (n == SIZE_MAX || (kind == '{' && n % 2 != 0)) {
		misuse(cw);
		return;
	}
	if (kind == '{' && n > 2)
		sort(cw, at, n / 2);
	if (kind == 'b')
		insert_head(cw, at, COCO_CBOR_BYTES, n);
	else if (kind == '{')
		insert_head(cw, at, COCO_CBOR_MAP, n / 2);
	else
		insert_head(cw, at, COCO_CBOR_ARRAY, n);
}

void coco_cw_u64(struct coco_cw *cw, uint64_t v)
{
	put(cw, COCO_CBOR_UINT, v);
}

void coco_cw_i64(struct coco_cw *cw, int64_t v)
{
	if (v < 0)
		put(cw, COCO_CBOR_NINT, (uint64_t)(-1 - v));
	else
		put(cw, COCO_CBOR_UINT, (uint64_t)v);
}

void coco_cw_bytes(struct coco_cw *cw, const void *p, size_t n)
{
	put(cw, COCO_CBOR_BYTES, n);
	coco_wr_bytes(cw->wr, p, n);
}

void coco_cw_text_n(struct coco_cw *cw, const char *s, size_t n)
{
	put(cw, COCO_CBOR_TEXT, n);
	coco_wr_bytes(cw->wr, s, n);
}

void coco_cw_text(struct coco_cw *cw, const char *s)
{
	coco_cw_text_n(cw, s, strlen(s));
}

void coco_cw_tag(struct coco_cw *cw, uint64_t tag)
{
	put(cw, COCO_CBOR_TAG, tag);
}

void coco_cw_bool(struct coco_cw *cw, bool v)
{
	put(cw, COCO_CBOR_BOOL, v);
}

void coco_cw_null(struct coco_cw *cw)
{
	put(cw, COCO_CBOR_NULL, 0);
}

void coco_cw_raw(struct coco_cw *cw, struct coco_view item)
{
	if (coco_cbor_extent(item.p, item.n) != item.n || item.n == 0)
		misuse(cw);
	else
		coco_wr_bytes(cw->wr, item.p, item.n);
}
