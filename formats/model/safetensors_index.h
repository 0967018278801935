/*
 * safetensors_index.h - model.safetensors.index.json (packaging.md 3.1): which
 * shard files a sharded model consists of.
 *
 *   {"metadata": {"total_size": BYTES}, "weight_map": {TENSOR: FILE, ...}}
 */
#ifndef COCO_SAFETENSORS_INDEX_H
#define COCO_SAFETENSORS_INDEX_H

#include "formats/core/diag.h"

enum {
	COCO_SAFETENSORS_INDEX_MAX = 1 << 26,        /* bytes of JSON */
	COCO_SAFETENSORS_INDEX_MAX_VALUES = 1 << 21, /* about one per tensor */
};

/* One shard file and how many tensors the index puts into it. */
struct coco_safetensors_shard {
	char *name;
	size_t n_tensors;
};

struct coco_safetensors_index {
	struct coco_safetensors_shard *shards; /* owned; sorted by name, unique */
	size_t n_shards;
	size_t n_tensors;
	bool has_total;       /* total_size is there; advisory, tensor bytes only */
	uint64_t total_size;
};

/*
 * coco_safetensors_index_parse - gives *ret (coco_safetensors_index_free).
 * Errors: MODEL_ST_INDEX, FORMAT_JSON, FORMAT_JSON_DUPLICATE, LIMIT_SIZE,
 * LIMIT_DEPTH, LIMIT_MEMORY. No name of a tensor or file is in a message.
 */
int coco_safetensors_index_parse(struct coco_safetensors_index *ret, struct coco_view text,
				 struct coco_diag *diag) COCO_MUSTUSE;
void coco_safetensors_index_free(struct coco_safetensors_index *index);

/*
 * coco_safetensors_index_missing - the shards that are not among the n names
 * of files beside the index. Gives *ret_missing (coco_free), which borrows the
 * strings of the index; NULL when none is missing.
 */
int coco_safetensors_index_missing(const struct coco_safetensors_index *index,
				   const char *const *present, size_t n_present,
				   const char ***ret_missing, size_t *ret_n,
				   struct coco_diag *diag) COCO_MUSTUSE;

#endif
