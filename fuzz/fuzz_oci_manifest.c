/*
 * fuzz_oci_manifest.c - what the manifest decoder accepts is encoded to a
 * text that decodes to the same manifest again.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/model/oci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *encode(const struct coco_manifest *m, size_t *ret_n)
{
	struct coco_wr wr;
	uint8_t *text = NULL;

	/* escapes make the text at most six times as long */
	coco_wr_init(&wr, (size_t)8 * COCO_OCI_MANIFEST_MAX);
	coco_manifest_encode(&wr, m);
	if (coco_wr_finish(&wr, &text, ret_n, NULL) != 0)
		abort();
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_manifest m;
	struct coco_manifest again;
	size_t n_one = 0;
	size_t n_two = 0;

	if (coco_manifest_decode(&m, coco_view_of(data, size), NULL) != 0)
		return 0;
	uint8_t *one = encode(&m, &n_one);
	if (n_one <= COCO_OCI_MANIFEST_MAX) {
		if (coco_manifest_decode(&again, coco_view_of(one, n_one), NULL) != 0)
			abort();
		if (again.n_layers != m.n_layers || again.has_subject != m.has_subject ||
		    again.n_annotations != m.n_annotations)
			abort();
		uint8_t *two = encode(&again, &n_two);
		if (n_one != n_two || memcmp(one, two, n_one) != 0)
			abort();
		coco_free(two);
		coco_manifest_free(&again);
	}
	coco_free(one);
	coco_manifest_free(&m);
	return 0;
}
