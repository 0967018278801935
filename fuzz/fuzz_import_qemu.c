/*
 * fuzz_import_qemu.c - recorded QEMU command lines. Covers coco_qemu_argv_split,
 * coco_qemu_opts_append, coco_import_qemu. Asserts for every accepted record
 * that the profile reads back as it is written, that it has one platform, and
 * that its words with NULs, as in /proc/PID/cmdline, give the same.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/measure/import.h"
#include "formats/measure/qemu_argv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static const struct coco_import_hints hints = { NULL, 0 };

/* The text of the profile; NULL when the record is refused. */
static uint8_t *import(struct coco_view record, size_t *ret_n)
{
	struct coco_import im = { .n_notes = 0 };
	struct coco_profile again = { .n = 0 };
	struct coco_diag d = { 0 };
	uint8_t *text = NULL;

	int r = coco_import_qemu(&im, record, &hints, &d);
	require(r == d.code);
	if (r != 0) {
		require(im.profile.n == 0 && im.n_notes == 0);
		return NULL;
	}
	require(coco_profile_rows(&im.profile, COCO_PROFILE_PLATFORMS) == 1);
	require(coco_profile_get(&im.profile, COCO_PROFILE_PLATFORMS, 0)->n == 1);
	if (coco_profile_encode(&im.profile, &text, ret_n, NULL) == 0)
		require(coco_profile_decode(&again, coco_view_of(text, *ret_n), NULL) == 0);
	coco_profile_free(&again);
	coco_import_free(&im);
	return text;
}

/* The same words with NULs. */
static void compare(const struct coco_qemu_argv *w, const uint8_t *text, size_t n)
{
	struct coco_wr wr;
	size_t m = 0;

	coco_wr_init(&wr, (size_t)4 << 20);
	for (size_t i = 0; i < w->n; i++)
		coco_wr_bytes(&wr, w->v[i], strlen(w->v[i]) + 1);
	require(wr.code == 0);
	uint8_t *other = import(coco_wr_view(&wr), &m);
	require(other != NULL && m == n && memcmp(text, other, n) == 0);
	coco_free(other);
	coco_wr_free(&wr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_qemu_argv w = { .n = 0 };
	struct coco_view in = coco_view_of(data, size);
	size_t n = 0;
	uint8_t *text = import(in, &n);

	if (text == NULL)
		return 0;
	require(coco_qemu_argv_split(&w, in, NULL) == 0 && w.first < w.n);
	compare(&w, text, n);
	coco_qemu_argv_free(&w);
	coco_free(text);
	return 0;
}
