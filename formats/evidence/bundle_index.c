/*
 * bundle_index.c - the index of a collateral bundle (see bundle_index.h).
 */
#include "formats/evidence/bundle_index.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/hex.h"

static const struct {
	const char *word;
	const char *ending;
} kinds[] = {
	{ "certificate", "der" }, { "crl", "crl" },   { "tcb-info", "json" },
	{ "qe-identity", "json" }, { "jwks", "json" }, { "rim", "xml" },
	{ "ocsp", "ocsp" },
};

void coco_bundle_index_free(struct coco_bundle_index *index)
{
	coco_free(index->v);
	memset(index, 0, sizeof(*index));
}

const char *coco_bundle_kind_word(unsigned kind)
{
	return kind < COCO_ARRAY_LEN(kinds) ? kinds[kind].word : NULL;
}

void coco_bundle_name(const struct coco_bundle_item *item, char ret[COCO_BUNDLE_NAME])
{
	coco_hex_encode(ret, item->sha256, sizeof(item->sha256));
	snprintf(ret + 64, COCO_BUNDLE_NAME - 64, ".%s", kinds[item->kind].ending);
}

static int order(const struct coco_bundle_item *a, const struct coco_bundle_item *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return memcmp(a->sha256, b->sha256, sizeof(a->sha256));
}

int coco_bundle_index_add(struct coco_bundle_index *index, const struct coco_bundle_item *item,
			  struct coco_diag *diag)
{
	void *list = index->v;
	size_t low = 0;
	size_t high = index->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = order(&index->v[mid], item);

		if (c == 0)
			return 0;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (!coco_grow(&list, &index->cap, index->n, sizeof(*item), COCO_BUNDLE_ITEMS))
		return coco_fail(diag, index->n >= COCO_BUNDLE_ITEMS ? COCO_E_LIMIT_COUNT
								     : COCO_E_LIMIT_MEMORY,
				 "no room for more than %zu items of a bundle", index->n);
	index->v = list;
	memmove(&index->v[low + 1], &index->v[low], (index->n - low) * sizeof(*item));
	index->v[low] = *item;
	index->n++;
	return 0;
}

int coco_bundle_index_encode(const struct coco_bundle_index *index, uint8_t **ret, size_t *ret_n,
			     struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, COCO_BUNDLE_INDEX_MAX);
	coco_jw_init(&jw, &wr, true);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "schema", COCO_BUNDLE_SCHEMA);
	coco_jw_key(&jw, "items");
	coco_jw_begin(&jw, '[');
	for (size_t i = 0; i < index->n; i++) {
		coco_jw_begin(&jw, '{');
		coco_jw_kv_string(&jw, "kind", kinds[index->v[i].kind].word);
		coco_jw_kv_hex(&jw, "sha256", index->v[i].sha256, 32);
		coco_jw_kv_u64(&jw, "size", index->v[i].size);
		coco_jw_end(&jw, '}');
	}
	coco_jw_end(&jw, ']');
	coco_jw_end(&jw, '}');
	coco_wr_str(&wr, "\n");
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

static int item_of(const struct coco_jv *v, struct coco_bundle_item *ret, struct coco_diag *diag)
{
	static const char *const members[] = { "kind", "sha256", "size" };
	const char *word = NULL;
	int r = coco_jv_as_object(v, diag);

	if (r == 0)
		r = coco_jv_closed(v, members, COCO_ARRAY_LEN(members), diag);
	if (r == 0)
		r = coco_jv_string(v, "kind", &word, diag);
	if (r == 0)
		r = coco_jv_hex(v, "sha256", ret->sha256, sizeof(ret->sha256), diag);
	if (r == 0)
		r = coco_jv_u64(v, "size", (uint64_t)1 << 40, &ret->size, diag);
	if (r != 0)
		return r;
	for (ret->kind = 0; ret->kind < COCO_ARRAY_LEN(kinds); ret->kind++)
		if (strcmp(kinds[ret->kind].word, word) == 0)
			return 0;
	return coco_jv_fail(v, "kind", COCO_E_BUNDLE_INDEX, diag, "%.40s is no kind of collateral",
			    word);
}

static int items(struct coco_bundle_index *ret, const struct coco_jv *list,
		 struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < coco_jv_len(list); i++) {
		struct coco_jv v = coco_jv_item(list, i);
		struct coco_bundle_item item = { .kind = 0 };

		r = item_of(&v, &item, diag);
		if (r == 0 && ret->n > 0 && order(&ret->v[ret->n - 1], &item) >= 0)
			r = coco_jv_fail(&v, NULL, COCO_E_BUNDLE_INDEX, diag,
					 "the items are not in order, or one is there twice");
		if (r == 0)
			r = coco_bundle_index_add(ret, &item, diag);
	}
	return r;
}

int coco_bundle_index_decode(struct coco_bundle_index *ret, struct coco_view text,
			     struct coco_diag *diag)
{
	static const char *const members[] = { "schema", "items" };
	struct coco_json doc = { .root = NULL };
	const char *schema = NULL;
	struct coco_jv list;
	int r = coco_json_parse_bounded(&doc, text, COCO_BUNDLE_INDEX_MAX, 8 * COCO_BUNDLE_ITEMS,
					diag);

	memset(ret, 0, sizeof(*ret));
	if (r == 0) {
		struct coco_jv root = coco_json_root(&doc);

		r = coco_jv_as_object(&root, diag);
		if (r == 0)
			r = coco_jv_string(&root, "schema", &schema, diag);
		if (r == 0 && strcmp(schema, COCO_BUNDLE_SCHEMA) != 0)
			r = coco_jv_fail(&root, "schema", COCO_E_BUNDLE_INDEX, diag,
					 "%.60s is not the schema of a bundle's index", schema);
		if (r == 0)
			r = coco_jv_closed(&root, members, COCO_ARRAY_LEN(members), diag);
		if (r == 0)
			r = coco_jv_array(&root, "items", &list, diag);
		if (r == 0)
			r = items(ret, &list, diag);
	}
	coco_json_free(&doc);
	if (r != 0)
		coco_bundle_index_free(ret);
	return r;
}
