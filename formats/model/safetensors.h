/*
 * safetensors.h - the header of a safetensors file (packaging.md 3.1).
 *
 *   0      u64 LE  n, length of the header, at most 100 000 000
 *   8      n bytes of UTF-8 JSON, first byte '{'; white space may follow it
 *   8 + n  the buffer, to the end of the file
 *
 * The tensors, ordered by offset, must cover the buffer without hole or
 * overlap. Errors carry the byte offset in the file, or "tensor N" (N counts
 * the header's entries from 0) in diag.pointer; names never appear.
 */
#ifndef COCO_SAFETENSORS_H
#define COCO_SAFETENSORS_H

#include "formats/model/tensor.h"

enum {
	COCO_SAFETENSORS_PREFIX = 8,
	COCO_SAFETENSORS_MAX_HEADER = 100000000,
	/* JSON values in a header; a tensor of rank 2 takes eight. Bounds memory. */
	COCO_SAFETENSORS_MAX_VALUES = 1 << 22,
	COCO_SAFETENSORS_MAX_RANK = 64,
};

/*
 * coco_safetensors_need - from the first bytes of a file (all there are, up to
 * COCO_SAFETENSORS_PREFIX), how many bytes of its head coco_safetensors_parse
 * needs. Errors: MODEL_ST_HEADER when the file is too short for its header,
 * LIMIT_SIZE when the header is over the limit.
 */
int coco_safetensors_need(struct coco_view head, uint64_t file_size, uint64_t *ret_need,
			  struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_safetensors_parse - checks the header and gives *ret
 * (coco_tensor_map_free). head: at least what coco_safetensors_need said.
 * Errors: those of need, MODEL_ST_HEADER, MODEL_ST_DTYPE, MODEL_ST_SHAPE,
 * MODEL_ST_OFFSETS, FORMAT_JSON, FORMAT_JSON_DUPLICATE, LIMIT_SIZE,
 * LIMIT_DEPTH, LIMIT_MEMORY.
 */
int coco_safetensors_parse(struct coco_tensor_map *ret, struct coco_view head,
			   uint64_t file_size, struct coco_diag *diag) COCO_MUSTUSE;

#endif
