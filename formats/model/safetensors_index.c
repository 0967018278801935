/*
 * safetensors_index.c - index of a sharded model (see safetensors_index.h).
 */
#include "formats/model/safetensors_index.h"

#include <stdlib.h>
#include <string.h>

#include "formats/core/json.h"
#include "formats/core/mem.h"

static int fail_entry(struct coco_diag *diag, size_t entry, const char *message)
{
	coco_diag_pointer(diag, "/weight_map (entry %zu)", entry);
	return coco_fail(diag, COCO_E_MODEL_ST_INDEX, "%s", message);
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A shard lies beside its index: one path component. */
static bool plain_name(const char *name)
{
	return name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

static int read_files(const struct coco_jv *map, const char **files, struct coco_diag *diag)
{
	struct coco_jv item;
	void *iter = NULL;

	for (size_t n = 0; coco_jv_next(map, &iter, &item); n++) {
		if (coco_jv_as_string(&item, &files[n], NULL) != 0)
			return fail_entry(diag, n, "a file name is expected");
		if (!plain_name(files[n]))
			return fail_entry(diag, n,
					  "a file beside the index is expected, not a path");
	}
	return 0;
}

static int add_shard(struct coco_safetensors_index *index, size_t *cap, const char *name)
{
	void *list = index->shards;

	if (!coco_grow(&list, cap, index->n_shards, sizeof(*index->shards), index->n_tensors))
		return COCO_E_LIMIT_MEMORY;
	index->shards = list;
	char *copy = coco_strdup(name);
	if (copy == NULL)
		return COCO_E_LIMIT_MEMORY;
	index->shards[index->n_shards++] = (struct coco_safetensors_shard){ .name = copy };
	return 0;
}

/* One entry per distinct name of the sorted files. */
static int count_shards(struct coco_safetensors_index *index, const char *const *files,
			struct coco_diag *diag)
{
	size_t cap = 0;

	for (size_t i = 0; i < index->n_tensors; i++) {
		if (i == 0 || strcmp(files[i], files[i - 1]) != 0) {
			int r = add_shard(index, &cap, files[i]);

			if (r != 0)
				return coco_fail(diag, r, "no memory for the list of shards");
		}
		index->shards[index->n_shards - 1].n_tensors++;
	}
	return 0;
}

static int read_total(struct coco_safetensors_index *index, const struct coco_jv *root,
		      struct coco_diag *diag)
{
	struct coco_jv metadata;

	if (!coco_jv_has(root, "metadata"))
		return 0;
	if (coco_jv_object(root, "metadata", &metadata, NULL) != 0) {
		coco_diag_pointer(diag, "/metadata");
		return coco_fail(diag, COCO_E_MODEL_ST_INDEX, "an object is expected");
	}
	/* advisory, and some writers store it as a real number: never an error */
	index->has_total = coco_jv_u64(&metadata, "total_size", UINT64_MAX, &index->total_size,
				       NULL) == 0;
	return 0;
}

static int read_index(struct coco_safetensors_index *index, const struct coco_jv *root,
		      struct coco_diag *diag)
{
	struct coco_jv map;

	if (coco_jv_as_object(root, NULL) != 0 ||
	    coco_jv_object(root, "weight_map", &map, NULL) != 0) {
		coco_diag_pointer(diag, "/weight_map");
		return coco_fail(diag, COCO_E_MODEL_ST_INDEX, "an object is expected");
	}
	index->n_tensors = coco_jv_len(&map);
	int r = read_total(index, root, diag);
	if (r != 0)
		return r;
	const char **files = coco_alloc(index->n_tensors, sizeof(*files));
	if (files == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %zu tensors",
				 index->n_tensors);
	r = read_files(&map, files, diag);
	if (r == 0 && index->n_tensors > 1)
		qsort(files, index->n_tensors, sizeof(*files), compare_strings);
	if (r == 0)
		r = count_shards(index, files, diag);
	coco_free(files);
	return r;
}

int coco_safetensors_index_parse(struct coco_safetensors_index *ret, struct coco_view text,
				 struct coco_diag *diag)
{
	struct coco_safetensors_index index = { 0 };
	struct coco_json doc;
	int r = coco_json_parse_bounded(&doc, text, COCO_SAFETENSORS_INDEX_MAX,
					COCO_SAFETENSORS_INDEX_MAX_VALUES, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = read_index(&index, &root, diag);
	coco_json_free(&doc);
	if (r == 0)
		*ret = index;
	else
		coco_safetensors_index_free(&index);
	return r;
}

void coco_safetensors_index_free(struct coco_safetensors_index *index)
{
	for (size_t i = 0; i < index->n_shards; i++)
		coco_free(index->shards[i].name);
	coco_free(index->shards);
	*index = (struct coco_safetensors_index){ 0 };
}

int coco_safetensors_index_missing(const struct coco_safetensors_index *index,
				   const char *const *present, size_t n_present,
				   const char ***ret_missing, size_t *ret_n, struct coco_diag *diag)
{
	const char **sorted = coco_memdup(present, n_present * sizeof(*sorted));
	const char **missing = coco_alloc(index->n_shards, sizeof(*missing));
	size_t n = 0;

	if (sorted == NULL || missing == NULL) {
		coco_free(sorted);
		coco_free(missing);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the list of shards");
	}
	if (n_present > 1)
		qsort(sorted, n_present, sizeof(*sorted), compare_strings);
	for (size_t i = 0; i < index->n_shards; i++) {
		const char *name = index->shards[i].name;

		if (n_present == 0 || bsearch(&name, sorted, n_present, sizeof(*sorted),
					      compare_strings) == NULL)
			missing[n++] = name;
	}
	coco_free(sorted);
	if (n == 0) {
		coco_free(missing);
		missing = NULL;
	}
	*ret_missing = missing;
	*ret_n = n;
	return 0;
}
