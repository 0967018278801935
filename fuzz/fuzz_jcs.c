/*
 * fuzz_jcs.c - canonical JSON. Covers coco_jcs_encode, coco_jcs_compare.
 * Asserts that the canonical form is JSON and its own canonical form.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/jcs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static int canonical(struct coco_view text, uint8_t **ret, size_t *ret_n)
{
	struct coco_diag d = { 0 };
	struct coco_json doc;
	struct coco_wr wr;

	int r = coco_json_parse(&doc, text, 1 << 20, NULL);
	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	coco_wr_init(&wr, 8 << 20);
	r = coco_jcs_encode(&wr, &root, &d);
	require(r == d.code);
	if (r == 0)
		r = coco_wr_finish(&wr, ret, ret_n, NULL);
	else
		coco_wr_free(&wr);
	coco_json_free(&doc);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *once = NULL;
	uint8_t *twice = NULL;
	size_t n = 0;
	size_t n_twice = 0;

	if (size > 1 << 16 || canonical(coco_view_of(data, size), &once, &n) != 0)
		return 0;
	require(canonical(coco_view_of(once, n), &twice, &n_twice) == 0);
	require(n == n_twice && memcmp(once, twice, n) == 0);
	coco_free(once);
	coco_free(twice);
	return 0;
}
