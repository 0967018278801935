/*
 * tensor.h - where the tensors of a file lie (packaging.md 3), in the form
 * the packer wants: a gapless list of regions from byte 0 to the end of the
 * file, each with the class of its element type. Filled by safetensors.c and
 * gguf.c. Tensor names are confidential and are not kept: messages name a
 * tensor by its number in the header, counted from 0.
 */
#ifndef COCO_TENSOR_H
#define COCO_TENSOR_H

#include "formats/core/diag.h"

/* What matters to a compressor: width and kind of an element. */
enum coco_tensor_class {
	COCO_TENSOR_OTHER, /* headers, padding, holes: plain bytes */
	COCO_TENSOR_BF16,
	COCO_TENSOR_F16,
	COCO_TENSOR_F32,   /* also C64: two F32 per element */
	COCO_TENSOR_F64,
	COCO_TENSOR_F8,    /* all 8-bit floats and scales */
	COCO_TENSOR_F4,    /* floats below 8 bits, packed */
	COCO_TENSOR_INT,   /* integers and booleans of any width */
	COCO_TENSOR_QUANT, /* ggml blocks */
	COCO_TENSOR_CLASSES
};

/* coco_tensor_class_name - "other", "bf16", ...; static. */
const char *coco_tensor_class_name(enum coco_tensor_class class);

/* One stretch of the file; length > 0. */
struct coco_tensor_region {
	uint64_t offset;
	uint64_t length;
	enum coco_tensor_class class;
};

/*
 * The whole file. Regions are in file order, each begins where the one before
 * ends, the first at 0, the last ends at file_size; neighbours differ in class.
 */
struct coco_tensor_map {
	struct coco_tensor_region *regions; /* owned */
	size_t n_regions;
	uint64_t file_size;
	uint64_t n_tensors;
	uint64_t count[COCO_TENSOR_CLASSES]; /* tensors of a class; OTHER is 0 */
	uint64_t bytes[COCO_TENSOR_CLASSES]; /* bytes of a class; sums to file_size */
};

/* coco_tensor_map_free - fine on a zeroed map, leaves it zeroed. */
void coco_tensor_map_free(struct coco_tensor_map *map);

/* One tensor as a header describes it: [begin, end) in the file. */
struct coco_tensor_span {
	uint64_t begin;
	uint64_t end;
	enum coco_tensor_class class;
	uint32_t index; /* number in the header */
};

/* coco_tensor_sort - by begin, then end, then index. */
void coco_tensor_sort(struct coco_tensor_span *spans, size_t n);

/*
 * coco_tensor_overlap - the first of the sorted spans that begins before an
 * earlier one ends, or NULL.
 */
const struct coco_tensor_span *coco_tensor_overlap(const struct coco_tensor_span *spans,
						   size_t n);

/*
 * coco_tensor_map_build - the map of a file of file_size bytes from sorted
 * spans without overlap that end within it; what lies between them is OTHER.
 * Gives *ret (coco_tensor_map_free). Errors: LIMIT_MEMORY; INTERNAL when the
 * spans are not as required.
 */
int coco_tensor_map_build(struct coco_tensor_map *ret, const struct coco_tensor_span *spans,
			  size_t n, uint64_t file_size, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_tensor_names_unique - sorts the n names (views) and returns true when
 * no two are equal.
 */
bool coco_tensor_names_unique(struct coco_view *names, size_t n);

#endif
