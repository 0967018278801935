/*
 * fuzz_oci_index.c - what the index decoder accepts is encoded to a text that
 * decodes to the same index again, unknown members included.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/model/oci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *encode(const struct coco_index *x, size_t *ret_n)
{
	struct coco_wr wr;
	uint8_t *text = NULL;

	/* escapes make the text at most six times as long */
	coco_wr_init(&wr, (size_t)8 * COCO_OCI_INDEX_TEXT_MAX);
	coco_index_encode(&wr, x);
	if (coco_wr_finish(&wr, &text, ret_n, NULL) != 0)
		abort();
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_index x;
	struct coco_index again;
	size_t n_one = 0;
	size_t n_two = 0;

	if (coco_index_decode(&x, coco_view_of(data, size), NULL) != 0)
		return 0;
	uint8_t *one = encode(&x, &n_one);
	if (n_one <= COCO_OCI_INDEX_TEXT_MAX) {
		if (coco_index_decode(&again, coco_view_of(one, n_one), NULL) != 0)
			abort();
		if (again.n_manifests != x.n_manifests || again.n_annotations != x.n_annotations ||
		    (again.rest == NULL) != (x.rest == NULL))
			abort();
		uint8_t *two = encode(&again, &n_two);
		if (n_one != n_two || memcmp(one, two, n_one) != 0)
			abort();
		coco_free(two);
		coco_index_free(&again);
	}
	coco_free(one);
	coco_index_free(&x);
	return 0;
}
