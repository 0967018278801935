/*
 * fuzz_fw_volume.c - firmware volumes, files and sections. Covers coco_fv_parse,
 * coco_fw_file_next and coco_fw_section_next. Asserts that whatever is found lies
 * inside what holds it, in ascending order, and that every walk ends.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/fw_volume.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void inside(struct coco_view part, struct coco_view whole)
{
	require(part.p >= whole.p && part.n <= whole.n &&
		(size_t)(part.p - whole.p) <= whole.n - part.n);
}

static void sections(struct coco_view body, uint64_t offset)
{
	struct coco_fw_section s;
	size_t at = 0;
	bool found = true;

	while (found) {
		size_t before = at;
		struct coco_diag d = { 0 };
		int r = coco_fw_section_next(body, offset, &at, &s, &found, &d);

		require(r == d.code && (r == 0 || r == COCO_E_FIRMWARE_VOLUME));
		if (r != 0 || !found)
			return;
		require(at > before && at <= body.n);
		inside(s.body, body);
		require(s.offset - offset == (uint64_t)(s.body.p - body.p));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_view image = coco_view_of(data, size);
	struct coco_fw_file f;
	struct coco_fv fv;
	size_t at = 0;
	bool found = true;

	sections(image, 0);
	int r = coco_fv_next(image, &at, &fv, &found, NULL);
	require(r == 0 || r == COCO_E_FIRMWARE_VOLUME);
	if (r != 0 || !found)
		return 0;
	inside(fv.bytes, image);
	require(at <= size && fv.bytes.n >= COCO_FV_HEADER);
	at = fv.first;
	while (found) {
		size_t before = at;

		r = coco_fw_file_next(&fv, &at, &f, &found, NULL);
		require(r == 0 || r == COCO_E_FIRMWARE_VOLUME);
		if (r != 0 || !found)
			return 0;
		require(at > before && at <= fv.bytes.n);
		inside(f.body, fv.bytes);
		sections(f.body, f.offset);
	}
	return 0;
}
