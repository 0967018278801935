/*
 * fuzz_part.c - plan and part documents. Covers coco_plan_doc_decode,
 * coco_part_doc_decode and their encoders. Asserts ranges, and that an
 * accepted document is written and read again as the same.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/model/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_plan(struct coco_view in)
{
	struct coco_plan_doc a;
	struct coco_plan_doc b;
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	if (coco_plan_doc_decode(&a, in, NULL) != 0)
		return;
	require(a.segment_size >= COCO_PACKAGE_SEGMENT_MIN &&
		a.segment_size <= COCO_PACKAGE_SEGMENT_MAX &&
		(a.segment_size & (a.segment_size - 1)) == 0);
	require(a.segment_count <= COCO_PACKAGE_SEGMENTS_MAX);
	coco_wr_init(&wr, COCO_PLAN_DOC_MAX);
	coco_plan_doc_encode(&wr, &a);
	require(coco_wr_finish(&wr, &text, &n, NULL) == 0);
	require(coco_plan_doc_decode(&b, coco_view_of(text, n), NULL) == 0);
	require(memcmp(a.package_id, b.package_id, sizeof(a.package_id)) == 0 &&
		memcmp(a.salt, b.salt, sizeof(a.salt)) == 0 &&
		memcmp(a.tree, b.tree, sizeof(a.tree)) == 0);
	require(a.segment_size == b.segment_size && a.segment_count == b.segment_count &&
		a.share_below == b.share_below && a.ignore_git == b.ignore_git);
	coco_free(text);
}

static void check_part(struct coco_view in)
{
	struct coco_part_doc a;
	struct coco_part_doc b;
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	if (coco_part_doc_decode(&a, in, NULL) != 0)
		return;
	require(a.shard >= 1 && a.shard <= a.shards && a.shards <= COCO_SHARDS_MAX);
	coco_wr_init(&wr, COCO_PLAN_DOC_MAX);
	coco_part_doc_encode(&wr, &a);
	require(coco_wr_finish(&wr, &text, &n, NULL) == 0);
	require(coco_part_doc_decode(&b, coco_view_of(text, n), NULL) == 0);
	require(coco_digest_equal(&a.plan, &b.plan) && coco_digest_equal(&a.journal, &b.journal) &&
		coco_pkg_header_equal(&a.header, &b.header));
	require(a.shard == b.shard && a.shards == b.shards && a.digests == b.digests);
	coco_free(text);
	coco_part_doc_free(&a);
	coco_part_doc_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_plan(coco_view_of(data, size));
	check_part(coco_view_of(data, size));
	return 0;
}
