/*
 * fuzz_import_kata.c - Kata configurations. Covers coco_import_kata,
 * coco_kata_cmdline_write. The input is a configuration and a drop-in, with a
 * NUL between. Asserts for every accepted one that the profile reads back as
 * it is written, and that an empty drop-in changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/measure/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static uint8_t *import(const struct coco_import_kata_file *files, size_t n_files, size_t *ret_n)
{
	const struct coco_import_hints hints = { NULL, 4 };
	struct coco_import im = { .n_notes = 0 };
	struct coco_profile again = { .n = 0 };
	struct coco_diag d = { 0 };
	uint8_t *text = NULL;

	int r = coco_import_kata(&im, files, n_files, &hints, &d);
	require(r == d.code);
	if (r != 0) {
		require(im.profile.n == 0 && im.n_notes == 0);
		return NULL;
	}
	require(coco_profile_text(&im.profile, COCO_PROFILE_BOOT_APPEND) != NULL);
	if (coco_profile_encode(&im.profile, &text, ret_n, NULL) == 0)
		require(coco_profile_decode(&again, coco_view_of(text, *ret_n), NULL) == 0);
	coco_profile_free(&again);
	coco_import_free(&im);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size != 0 ? memchr(data, 0, size) : NULL;
	size_t first = nul != NULL ? (size_t)(nul - data) : size;
	struct coco_import_kata_file files[3] = {
		{ "a", coco_view_of(data, first) },
		{ "b", coco_view_of(nul != NULL ? nul + 1 : data,
				    nul != NULL ? size - first - 1 : 0) },
		{ "c", coco_view_of("", 0) },
	};
	size_t n = 0;
	size_t m = 0;
	uint8_t *text = import(files, 2, &n);

	if (text == NULL)
		return 0;
	uint8_t *other = import(files, 3, &m);
	require(other != NULL && m == n && memcmp(text, other, n) == 0);
	coco_free(other);
	coco_free(text);
	return 0;
}
