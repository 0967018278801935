/*
 * fuzz_safetensors.c - header and index of safetensors. Covers
 * coco_safetensors_need, coco_safetensors_parse, coco_safetensors_index_parse.
 * Asserts that an accepted file is covered exactly and in order, that a larger
 * file with the same header is refused, and that failures leave no result.
 */
#include <stdlib.h>

#include "formats/model/safetensors.h"
#include "formats/model/safetensors_index.h"
#include "tests/support/tensor_cover.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void whole_file(const uint8_t *data, size_t size)
{
	struct coco_tensor_map map = { 0 };
	struct coco_diag d = { 0 };
	uint64_t need = 0;

	int r = coco_safetensors_need(coco_view_of(data, coco_min_size(size, 8)), size, &need, &d);
	require(r == d.code);
	if (r != 0)
		return;
	require(need >= 8 && need <= size);
	r = coco_safetensors_parse(&map, coco_view_of(data, (size_t)need), size, &d);
	require(r == d.code && (r == 0) == (map.regions != NULL));
	if (r != 0)
		return;
	require(coco_test_covers(&map) && map.file_size == size);
	coco_tensor_map_free(&map);
	require(coco_safetensors_parse(&map, coco_view_of(data, (size_t)need), size + 1, NULL) ==
		COCO_E_MODEL_ST_OFFSETS);
}

static void index_file(const uint8_t *data, size_t size)
{
	struct coco_safetensors_index index = { 0 };
	struct coco_diag d = { 0 };
	const char **missing = NULL;
	size_t n = 0;
	size_t tensors = 0;

	int r = coco_safetensors_index_parse(&index, coco_view_of(data, size), &d);
	require(r == d.code);
	if (r != 0)
		return;
	for (size_t i = 0; i < index.n_shards; i++)
		tensors += index.shards[i].n_tensors;
	require(tensors == index.n_tensors);
	require(coco_safetensors_index_missing(&index, NULL, 0, &missing, &n, &d) == 0);
	require(n == index.n_shards);
	free(missing);
	coco_safetensors_index_free(&index);
}

/* The input as a file, and as the JSON of a file without data. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *file = malloc(size + 8);

	if (file == NULL)
		abort();
	for (unsigned i = 0; i < 8; i++)
		file[i] = (uint8_t)((uint64_t)size >> (8 * i));
	for (size_t i = 0; i < size; i++)
		file[8 + i] = data[i];
	whole_file(data, size);
	whole_file(file, size + 8);
	index_file(data, size);
	free(file);
	return 0;
}
