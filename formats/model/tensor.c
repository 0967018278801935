/*
 * tensor.c - regions of a tensor file (see tensor.h).
 */
#include "formats/model/tensor.h"

#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"

const char *coco_tensor_class_name(enum coco_tensor_class class)
{
	static const char *const names[COCO_TENSOR_CLASSES] = {
		[COCO_TENSOR_OTHER] = "other", [COCO_TENSOR_BF16] = "bf16",
		[COCO_TENSOR_F16] = "f16",     [COCO_TENSOR_F32] = "f32",
		[COCO_TENSOR_F64] = "f64",     [COCO_TENSOR_F8] = "f8",
		[COCO_TENSOR_F4] = "f4",       [COCO_TENSOR_INT] = "int",
		[COCO_TENSOR_QUANT] = "quant",
	};

	return (unsigned)class < COCO_TENSOR_CLASSES ? names[class] : "other";
}

void coco_tensor_map_free(struct coco_tensor_map *map)
{
	coco_free(map->regions);
	*map = (struct coco_tensor_map){ 0 };
}

static int compare_spans(const void *a, const void *b)
{
	const struct coco_tensor_span *x = a;
	const struct coco_tensor_span *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

void coco_tensor_sort(struct coco_tensor_span *spans, size_t n)
{
	if (n > 1)
		qsort(spans, n, sizeof(*spans), compare_spans);
}

const struct coco_tensor_span *coco_tensor_overlap(const struct coco_tensor_span *spans, size_t n)
{
	uint64_t end = 0;

	for (size_t i = 0; i < n; i++) {
		if (spans[i].begin < end)
			return &spans[i];
		end = spans[i].end;
	}
	return NULL;
}

/* Appends bytes up to end; the array has room for every span and every gap. */
static void extend(struct coco_tensor_map *map, uint64_t end, enum coco_tensor_class class)
{
	struct coco_tensor_region *last =
		map->n_regions > 0 ? &map->regions[map->n_regions - 1] : NULL;
	uint64_t at = last != NULL ? last->offset + last->length : 0;

	if (end == at)
		return;
	map->bytes[class] += end - at;
	if (last != NULL && last->class == class) {
		last->length = end - last->offset;
		return;
	}
	map->regions[map->n_regions++] =
		(struct coco_tensor_region){ .offset = at, .length = end - at, .class = class };
}

int coco_tensor_map_build(struct coco_tensor_map *ret, const struct coco_tensor_span *spans,
			  size_t n, uint64_t file_size, struct coco_diag *diag)
{
	struct coco_tensor_map map = { .file_size = file_size, .n_tensors = n };
	size_t room;

	if (coco_tensor_overlap(spans, n) != NULL || (n > 0 && spans[n - 1].end > file_size))
		return coco_fail(diag, COCO_E_INTERNAL, "tensors overlap or leave the file");
	if (coco_mul_overflows(n, 2, &room) || coco_add_overflows(room, 1, &room))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %zu tensors", n);
	map.regions = coco_alloc(room, sizeof(*map.regions));
	if (map.regions == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %zu tensors", n);
	for (size_t i = 0; i < n; i++) {
		map.count[spans[i].class]++;
		extend(&map, spans[i].begin, COCO_TENSOR_OTHER);
		extend(&map, spans[i].end, spans[i].class);
	}
	extend(&map, file_size, COCO_TENSOR_OTHER);
	if (map.n_regions < room) {
		/* usually a few regions for many tensors; keeping more is harmless */
		struct coco_tensor_region *less =
			coco_realloc(map.regions, map.n_regions, sizeof(*less));

		if (less != NULL)
			map.regions = less;
	}
	*ret = map;
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	const struct coco_view *x = a;
	const struct coco_view *y = b;
	size_t n = coco_min_size(x->n, y->n);
	int c = n != 0 ? memcmp(x->p, y->p, n) : 0;

	return c != 0 ? c : (x->n > y->n) - (x->n < y->n);
}

bool coco_tensor_names_unique(struct coco_view *names, size_t n)
{
	if (n < 2)
		return true;
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 1; i < n; i++)
		if (compare_names(&names[i - 1], &names[i]) == 0)
			return false;
	return true;
}
