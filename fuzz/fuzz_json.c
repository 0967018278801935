/*
 * fuzz_json.c - the JSON reader and writer. Covers coco_json_parse_bounded,
 * the coco_jv accessors and coco_jw. Asserts for every accepted text: writing
 * what was read gives a text that is accepted again and gives itself when
 * written once more; a byte after it, and an array or object without its last
 * bracket, are refused.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/json.h"
#include "formats/core/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX = 1 << 20, MAX_VALUES = 1 << 14 };

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void write_value(struct coco_jw *jw, const struct coco_jv *v);

static void write_object(struct coco_jw *jw, const struct coco_jv *v)
{
	struct coco_jv item;
	void *iter = NULL;
	size_t n = 0;

	coco_jw_begin(jw, '{');
	while (coco_jv_next(v, &iter, &item)) {
		require(coco_utf8_valid((const uint8_t *)item.key, strlen(item.key), NULL));
		require(coco_jv_has(v, item.key));
		coco_jw_key(jw, item.key);
		write_value(jw, &item);
		n++;
	}
	require(n == coco_jv_len(v));
	coco_jw_end(jw, '}');
}

/* Recursion is bounded by COCO_JSON_MAX_DEPTH. Other numbers become null. */
static void write_value(struct coco_jw *jw, const struct coco_jv *v)
{
	const char *text = NULL;
	uint64_t n = 0;
	bool b = false;

	if (coco_jv_as_object(v, NULL) == 0) {
		write_object(jw, v);
	} else if (coco_jv_as_array(v, NULL) == 0) {
		coco_jw_begin(jw, '[');
		for (size_t i = 0; i < coco_jv_len(v); i++) {
			struct coco_jv item = coco_jv_item(v, i);

			write_value(jw, &item);
		}
		coco_jw_end(jw, ']');
	} else if (coco_jv_as_string(v, &text, NULL) == 0) {
		coco_jw_string(jw, text);
	} else if (coco_jv_as_u64(v, UINT64_MAX, &n, NULL) == 0) {
		coco_jw_u64(jw, n);
	} else if (coco_jv_as_bool(v, &b, NULL) == 0) {
		coco_jw_bool(jw, b);
	} else {
		coco_jw_raw(jw, "null", 4);
	}
}

/* The written form of an accepted text; false when it is refused. */
static bool rewrite(struct coco_view text, bool indent, uint8_t **ret, size_t *ret_n)
{
	struct coco_json doc;
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	struct coco_jw jw;

	int r = coco_json_parse_bounded(&doc, text, MAX, MAX_VALUES, &d);
	require(r == d.code);
	if (r != 0)
		return false;
	struct coco_jv root = coco_json_root(&doc);
	coco_wr_init(&wr, (size_t)MAX * 64);
	coco_jw_init(&jw, &wr, indent);
	write_value(&jw, &root);
	require(coco_wr_finish(&wr, ret, ret_n, NULL) == 0);
	coco_json_free(&doc);
	return true;
}

static void refuse_neighbours(const uint8_t *text, size_t n)
{
	struct coco_json doc;
	uint8_t *copy = malloc(n + 1);

	if (copy == NULL)
		abort();
	memcpy(copy, text, n);
	copy[n] = '}';
	require(coco_json_parse(&doc, coco_view_of(copy, n + 1), MAX, NULL) != 0);
	if (text[n - 1] == '}' || text[n - 1] == ']')
		require(coco_json_parse(&doc, coco_view_of(copy, n - 1), MAX, NULL) != 0);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *first = NULL;
	uint8_t *second = NULL;
	size_t n_first = 0;
	size_t n_second = 0;

	if (!rewrite(coco_view_of(data, size), size % 2 != 0, &first, &n_first))
		return 0;
	if (n_first > MAX) { /* escapes made it longer than the reader's limit here */
		coco_free(first);
		return 0;
	}
	require(rewrite(coco_view_of(first, n_first), size % 2 != 0, &second, &n_second));
	require(n_first == n_second && memcmp(first, second, n_first) == 0);
	refuse_neighbours(first, n_first);
	refuse_neighbours(data, size);
	coco_free(first);
	coco_free(second);
	return 0;
}
