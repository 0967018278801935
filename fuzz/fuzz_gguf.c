/*
 * fuzz_gguf.c - GGUF headers. Covers coco_gguf_parse. Asserts that an accepted
 * file is covered exactly and in order, that reading in steps gives the same
 * answer as reading at once, and that a request for more is honest.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/model/gguf.h"
#include "tests/support/tensor_cover.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static int in_steps(const uint8_t *data, size_t size, struct coco_tensor_map *ret)
{
	uint64_t need = coco_min_size(size, 24);
	int r;

	do {
		size_t n = (size_t)need;
		uint8_t *head = malloc(n != 0 ? n : 1);

		if (head == NULL)
			abort();
		if (n != 0)
			memcpy(head, data, n);
		r = coco_gguf_parse(ret, &need, coco_view_of(head, n), size, NULL);
		free(head);
		require(r != 0 || need == 0 || (need > n && need <= size));
	} while (r == 0 && need != 0);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_tensor_map map = { 0 };
	struct coco_tensor_map steps = { 0 };
	struct coco_diag d = { 0 };
	uint64_t need = 0;

	int r = coco_gguf_parse(&map, &need, coco_view_of(data, size), size, &d);
	require(r == d.code && need == 0 && (r == 0) == (map.regions != NULL));
	require(in_steps(data, size, &steps) == r);
	if (r != 0)
		return 0;
	require(coco_test_covers(&map) && map.file_size == size);
	require(map.n_regions == steps.n_regions && map.n_tensors == steps.n_tensors);
	for (size_t i = 0; i < map.n_regions; i++)
		require(map.regions[i].offset == steps.regions[i].offset &&
			map.regions[i].class == steps.regions[i].class);
	coco_tensor_map_free(&map);
	coco_tensor_map_free(&steps);
	return 0;
}
