/*
 * fuzz_tdx_collateral.c - Intel's collateral as others keep it. Covers
 * coco_tdx_collateral_read and coco_tdx_percent_decode. Asserts that items are
 * not larger than what they came from (and its frame), that TCB info which
 * stands as an object is bytes of the input, and that decoding only shortens.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/evidence/tdx_collateral.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static int item(void *ctx, enum coco_tdx_item kind, struct coco_view bytes, const char *where,
		struct coco_diag *diag COCO_UNUSED)
{
	const struct coco_view *all = ctx;

	require(kind <= COCO_TDX_ITEM_QE_IDENTITY && where != NULL);
	require(bytes.n <= 2 * all->n + 64);
	if (strstr(where, "tcbinfo") != NULL && bytes.n > 0 && bytes.p >= all->p &&
	    bytes.p < all->p + all->n)
		require(bytes.p[0] == '{' && bytes.p[bytes.n - 1] == '}');
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_view all = coco_view_of(data, size);
	struct coco_diag d = { 0 };
	struct coco_json doc;
	char *plain = NULL;
	size_t n = 0;

	if (coco_tdx_percent_decode(all, &plain, &n, NULL) == 0) {
		require(n <= size && plain[n] == '\0');
		coco_free(plain);
	}
	if (coco_json_parse_bounded(&doc, all, 1 << 20, 1 << 16, NULL) != 0)
		return 0;
	struct coco_jv root = coco_json_root(&doc);
	bool known = coco_tdx_collateral_name(&root) != NULL;
	int r = coco_tdx_collateral_read(all, &root, item, &all, &d);
	require(r == d.code && (known || r != 0));
	coco_json_free(&doc);
	return 0;
}
