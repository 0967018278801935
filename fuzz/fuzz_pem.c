/*
 * fuzz_pem.c - PEM blocks. Covers coco_pem_looks, coco_pem_next,
 * coco_pem_encode, coco_pem_len. Asserts that reading always moves forward,
 * and that a block that was read is written and read back to the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/pem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_block(const struct coco_pem *pem)
{
	size_t n = coco_pem_len(pem->label, pem->n_der);
	char *text = coco_alloc(n + 1, 1);
	struct coco_pem again = { .der = NULL };
	bool found = false;

	require(text != NULL && pem->n_der > 0 && pem->label[0] != '\0');
	coco_pem_encode(text, pem->label, pem->der, pem->n_der);
	require(strlen(text) == n);
	struct coco_view rest = coco_view_of(text, n);
	require(coco_pem_looks(rest));
	require(coco_pem_next(&rest, &again, &found, NULL) == 0 && found && rest.n == 0);
	require(strcmp(again.label, pem->label) == 0 && again.n_der == pem->n_der &&
		memcmp(again.der, pem->der, pem->n_der) == 0 && !again.has_headers);
	coco_pem_clear(&again);
	coco_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_view rest = { data, size };
	bool found = true;
	int r = 0;

	while (r == 0 && found) {
		struct coco_pem pem = { .der = NULL };
		struct coco_diag d = { 0 };
		size_t before = rest.n;

		r = coco_pem_next(&rest, &pem, &found, &d);
		require(r == d.code && rest.n <= before);
		if (r == 0 && found) {
			require(rest.n < before && coco_pem_looks(coco_view_of(data, size)));
			check_block(&pem);
		}
		coco_pem_clear(&pem);
	}
	return 0;
}
