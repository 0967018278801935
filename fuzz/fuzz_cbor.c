/*
 * fuzz_cbor.c - the CBOR reader and writer. Covers coco_cbor_open,
 * coco_cbor_open_first, coco_cv_*, coco_cw_*. Asserts for every accepted
 * document: walking it visits exactly its bytes; written again it is in
 * deterministic form and is then written the same; a document that was in
 * deterministic form is written as it was (but for floating-point numbers).
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/cbor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* Writes a value; *floats: one was met, and taken over as it is. */
static void write_again(struct coco_cw *cw, const struct coco_cv *v, bool *floats)
{
	struct coco_cv_iter it = coco_cv_iter(v);
	struct coco_cv key;
	struct coco_cv item;
	struct coco_view view;
	uint64_t u;
	int64_t s;
	bool b;

	switch (coco_cv_type(v)) {
	case COCO_CBOR_UINT:
		require(coco_cv_u64(v, UINT64_MAX, &u, NULL) == 0);
		coco_cw_u64(cw, u);
		return;
	case COCO_CBOR_BYTES:
		require(coco_cv_bytes(v, &view, NULL) == 0);
		coco_cw_bytes(cw, view.p, view.n);
		return;
	case COCO_CBOR_TEXT:
		require(coco_cv_text(v, &view, NULL) == 0);
		coco_cw_text_n(cw, (const char *)view.p, view.n);
		return;
	case COCO_CBOR_ARRAY:
	case COCO_CBOR_MAP:
		coco_cw_begin(cw, coco_cv_is(v, COCO_CBOR_MAP) ? '{' : '[');
		while (coco_cv_next(&it, &key, &item)) {
			if (key.p != NULL)
				write_again(cw, &key, floats);
			write_again(cw, &item, floats);
		}
		coco_cw_end(cw);
		return;
	case COCO_CBOR_TAG:
		require(coco_cv_tag(v, &u, &item, NULL) == 0);
		coco_cw_tag(cw, u);
		write_again(cw, &item, floats);
		return;
	case COCO_CBOR_BOOL:
		require(coco_cv_bool(v, &b, NULL) == 0);
		coco_cw_bool(cw, b);
		return;
	case COCO_CBOR_NULL:
		coco_cw_null(cw);
		return;
	case COCO_CBOR_NINT:
		if (coco_cv_i64(v, &s, NULL) == 0)
			coco_cw_i64(cw, s);
		else   /* below the least int64_t: nine bytes, always the shortest */
			coco_cw_raw(cw, coco_view_of(v->p, v->n));
		return;
	case COCO_CBOR_FLOAT:
	case COCO_CBOR_UNDEFINED:
		break;
	}
	*floats = *floats || coco_cv_is(v, COCO_CBOR_FLOAT);
	coco_cw_raw(cw, coco_view_of(v->p, v->n));
}

static void encode(const struct coco_cv *v, uint8_t **ret, size_t *ret_n, bool *floats)
{
	struct coco_wr wr;
	struct coco_cw cw;

	coco_wr_init(&wr, (size_t)1 << 28);
	coco_cw_init(&cw, &wr);
	write_again(&cw, v, floats);
	require(coco_wr_finish(&wr, ret, ret_n, NULL) == 0);
}

/* Every byte belongs to one item. */
static void walk(const struct coco_cv *v)
{
	struct coco_cv_iter it = coco_cv_iter(v);
	const uint8_t *at = NULL;
	struct coco_cv key;
	struct coco_cv item;
	size_t n = 0;

	while (coco_cv_next(&it, &key, &item)) {
		const uint8_t *start = key.p != NULL ? key.p : item.p;

		require(item.n > 0 && (at == NULL || start == at));
		require(key.p == NULL || key.p + key.n == item.p);
		at = item.p + item.n;
		require(at <= v->p + v->n);
		walk(&item);
		n++;
	}
	size_t len = n;
	if (coco_cv_is(v, COCO_CBOR_ARRAY))
		require(coco_cv_array(v, &len, NULL) == 0);
	if (coco_cv_is(v, COCO_CBOR_MAP))
		require(coco_cv_map(v, &len, NULL) == 0);
	require(len == n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_diag d = { 0 };
	struct coco_cv v;
	struct coco_cv again;
	uint8_t *first;
	uint8_t *second;
	size_t n_first;
	size_t n_second;
	bool floats = false;

	int r = coco_cbor_open(&v, coco_view_of(data, size), 0, 0, &d);
	require(r == d.code);
	if (r != 0) {
		require(d.offset <= size || r == COCO_E_LIMIT_SIZE);
		return 0;
	}
	require(v.n == size);
	walk(&v);
	encode(&v, &first, &n_first, &floats);
	require(coco_cbor_open(&again, coco_view_of(first, n_first), 0,
			       floats ? 0 : COCO_CBOR_DETERMINISTIC, &d) == 0);
	encode(&again, &second, &n_second, &floats);
	require(n_first == n_second && memcmp(first, second, n_first) == 0);
	if (coco_cbor_open(&v, coco_view_of(data, size), 0, COCO_CBOR_DETERMINISTIC, NULL) == 0)
		require(n_first == size && memcmp(first, data, size) == 0);
	coco_free(first);
	coco_free(second);
	return 0;
}
