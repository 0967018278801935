/*
 * gguf.h - the header of a GGUF version 3 file, little-endian (packaging.md
 * 3.2): magic, version, counts, key-value pairs, tensor infos, zero padding to
 * the alignment, tensor data.
 *
 * The length of the header is known only after reading it, so the parser
 * tells how many bytes of the head it wants next. Every count and length is
 * checked against what is left of the file and a limit before it is used.
 * Errors carry the byte offset; keys and names never appear.
 */
#ifndef COCO_GGUF_H
#define COCO_GGUF_H

#include "formats/model/tensor.h"

enum {
	COCO_GGUF_MIN_HEAD = 24,           /* magic, version and the two counts */
	COCO_GGUF_FIRST_HEAD = 1 << 20,    /* a good first read */
	COCO_GGUF_MAX_HEAD = 1 << 29,      /* header with padding */
	COCO_GGUF_MAX_KEYS = 1 << 16,
	COCO_GGUF_MAX_TENSORS = 1 << 20,
	COCO_GGUF_MAX_KEY = 65535,
	COCO_GGUF_MAX_NAME = 64,
	COCO_GGUF_MAX_DIMS = 4,
	COCO_GGUF_MAX_NESTING = 4,         /* arrays in arrays */
	COCO_GGUF_MAX_ALIGNMENT = 1 << 20,
	COCO_GGUF_DEFAULT_ALIGNMENT = 32,
};

/*
 * coco_gguf_parse - head: the first bytes of a file of file_size bytes.
 * Returns 0 and either *ret_need == 0 and *ret filled (coco_tensor_map_free),
 * or *ret_need > head.n: call again with that many bytes (never more than
 * the file or COCO_GGUF_MAX_HEAD; at least twice as many as before, so that
 * repeated parsing stays linear). Errors: MODEL_GGUF_HEADER, MODEL_GGUF_KEY,
 * MODEL_GGUF_TENSOR, MODEL_GGUF_OFFSETS, FORMAT_SHORT, LIMIT_SIZE,
 * LIMIT_DEPTH, LIMIT_MEMORY.
 */
int coco_gguf_parse(struct coco_tensor_map *ret, uint64_t *ret_need, struct coco_view head,
		    uint64_t file_size, struct coco_diag *diag) COCO_MUSTUSE;

#endif
