/*
 * fuzz_toml.c - the TOML reader and writer. Covers coco_toml_parse,
 * coco_toml_write, coco_toml_equal. Asserts for every accepted document: what
 * is written is accepted, has equal content, and is written the same again;
 * appending a line that breaks the rules makes it refused.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/toml.h"
#include "formats/core/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* Lines, lengths and links of a tree; recursion is bounded by the reader. */
static size_t check_tree(const struct coco_toml_value *v, unsigned lines)
{
	const struct coco_toml_value *last = NULL;
	size_t items = 0;
	size_t all = 1;

	require(v->line >= 1 && v->line <= lines && v->depth <= COCO_TOML_MAX_DEPTH);
	if (v->type == COCO_TOML_STRING)
		require(v->u.text[v->n] == '\0' &&
			coco_utf8_valid((const uint8_t *)v->u.text, v->n, NULL));
	if (v->type != COCO_TOML_TABLE && v->type != COCO_TOML_ARRAY)
		return all;
	for (const struct coco_toml_value *i = v->first; i != NULL; i = i->next) {
		require((i->key != NULL) == (v->type == COCO_TOML_TABLE));
		require(i->depth == v->depth + 1);
		all += check_tree(i, lines);
		last = i;
		items++;
	}
	require(v->last == last && v->n == items);
	return all;
}

static void write_doc(const struct coco_toml *doc, uint8_t **ret, size_t *ret_n)
{
	struct coco_wr wr;

	coco_wr_init(&wr, (size_t)1 << 28);
	coco_toml_write(&wr, &doc->root);
	require(coco_wr_finish(&wr, ret, ret_n, NULL) == 0);
}

static void refuse_more(const uint8_t *data, size_t size)
{
	static const char *const lines[] = { "\n=", "\n[x", "\n[y]\n[y]", "\nq = {,}" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(lines); i++) {
		size_t n = strlen(lines[i]);
		struct coco_toml doc;
		uint8_t *copy = malloc(size + n);

		if (copy == NULL)
			abort();
		if (size != 0)
			memcpy(copy, data, size);
		memcpy(copy + size, lines[i], n);
		require(coco_toml_parse(&doc, coco_view_of(copy, size + n), NULL) != 0);
		free(copy);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_toml doc;
	struct coco_toml again;
	struct coco_diag d = { 0 };
	uint8_t *first = NULL;
	uint8_t *second = NULL;
	size_t n_first = 0;
	size_t n_second = 0;
	unsigned lines = 1;

	int r = coco_toml_parse(&doc, coco_view_of(data, size), &d);
	require(r == d.code);
	if (r != 0)
		return 0;
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	require(check_tree(&doc.root, lines) <= COCO_TOML_MAX_VALUES + 1);
	write_doc(&doc, &first, &n_first);
	if (n_first <= COCO_TOML_MAX_SIZE) {
		require(coco_toml_parse(&again, coco_view_of(first, n_first), &d) == 0);
		require(coco_toml_equal(&doc.root, &again.root));
		write_doc(&again, &second, &n_second);
		require(n_first == n_second && memcmp(first, second, n_first) == 0);
		coco_free(second);
		coco_toml_free(&again);
	}
	coco_free(first);
	coco_toml_free(&doc);
	refuse_more(data, size);
	return 0;
}
