/*
 * fuzz_qemu_words.c - a command line as words. Covers coco_qemu_words_split.
 * Asserts that words joined by NULs split into the same words again.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/measure/qemu_words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_qemu_words w = { .n = 0 };
	struct coco_qemu_words again = { .n = 0 };
	struct coco_diag d = { 0 };
	size_t n = 0;

	int r = coco_qemu_words_split(&w, coco_view_of(data, size), &d);
	require(r == d.code);
	require(r == 0 || r == COCO_E_USAGE_VALUE || r == COCO_E_LIMIT_SIZE);
	if (r != 0)
		return 0;
	char *joined = coco_alloc(2 * size + 2, 1);
	require(joined != NULL);
	for (size_t i = 0; i < w.n; i++) {
		size_t k = strlen(w.word[i]) + 1;

		require(n + k <= 2 * size + 1);
		memcpy(joined + n, w.word[i], k);
		n += k;
	}
	require(coco_qemu_words_split(&again, coco_view_of(joined, n), &d) == 0);
	require(again.n == w.n);
	for (size_t i = 0; i < w.n; i++)
		require(strcmp(w.word[i], again.word[i]) == 0);
	coco_free(joined);
	coco_qemu_words_free(&w);
	coco_qemu_words_free(&again);
	return 0;
}
