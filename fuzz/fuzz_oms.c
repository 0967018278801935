/*
 * fuzz_oms.c - model signing statements: whatever coco_oms_decode accepts has
 * sorted, unique, plain names, and coco_oms_encode writes it so that it reads
 * back the same. Covers formats/model/oms.c and oms_encode.c.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/model/catalogue.h"
#include "formats/model/oms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check_names(const struct coco_oms *oms)
{
	for (size_t i = 0; i < oms->n_resources; i++) {
		const struct coco_oms_resource *r = &oms->resources[oms->order[i]];

		require(strcmp(r->name, ".") == 0 ||
			coco_path_safe(r->name, strlen(r->name)));
		if (i == 0)
			continue;
		const struct coco_oms_resource *before = &oms->resources[oms->order[i - 1]];
		int c = strcmp(before->name, r->name);
		require(c < 0 || (c == 0 && oms->method == COCO_OMS_SHARDS &&
				  before->end == r->start));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_oms a;
	struct coco_oms b;
	uint8_t *text = NULL;
	size_t n = 0;

	if (coco_oms_decode(&a, coco_view_of(data, size), NULL) != 0)
		return 0;
	check_names(&a);
	if (!a.old_predicate) {
		require(coco_oms_encode(&a, &text, &n, NULL) == 0);
		require(coco_oms_decode(&b, coco_view_of(text, n), NULL) == 0);
		require(a.n_resources == b.n_resources && a.n_ignore == b.n_ignore &&
			a.method == b.method && a.hash == b.hash &&
			a.shard_size == b.shard_size && strcmp(a.subject, b.subject) == 0 &&
			memcmp(a.digests, b.digests,
			       a.n_resources * coco_oms_digest_size(a.hash)) == 0 &&
			memcmp(a.order, b.order, a.n_resources * sizeof(*a.order)) == 0);
		for (size_t i = 0; i < a.n_resources; i++)
			require(strcmp(a.resources[i].name, b.resources[i].name) == 0);
		coco_oms_clear(&b);
		coco_free(text);
	}
	coco_oms_clear(&a);
	return 0;
}
