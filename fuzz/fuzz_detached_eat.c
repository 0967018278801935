/*
 * fuzz_detached_eat.c - detached EAT bundles. Covers coco_detached_decode,
 * coco_detached_digest. Asserts that tokens are texts of the document with
 * names that are told apart.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/evidence/detached_eat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_detached t;
	struct coco_detached_digest digest;
	struct coco_diag d = { 0 };

	int r = coco_detached_decode(&t, coco_view_of(data, size), &d);
	require(r == d.code);
	if (r != 0)
		return 0;
	struct coco_jv root = coco_json_root(&t.doc);
	require(coco_detached_looks(&root));
	require(t.overall.n == strlen(t.overall.text));
	for (size_t i = 0; i < t.n; i++) {
		require(t.token[i].n == strlen(t.token[i].text));
		for (size_t k = 0; k < i; k++)
			require(strcmp(t.token[i].name, t.token[k].name) != 0);
	}
	if (coco_detached_digest(&digest, &root, NULL) == 0)
		require(digest.n == digest.bits / 8);
	coco_detached_free(&t);
	return 0;
}
