/*
 * fuzz_sev_metadata.c - the firmware's list of memory. Covers
 * coco_sev_metadata_parse. The input is the image from the list on. Asserts
 * that accepted sections are whole pages below 4 GiB that do not overlap, and
 * that they are what the bytes say.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/sev_metadata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void judge(const struct coco_sev_metadata *m, size_t i)
{
	const struct coco_sev_section *s = &m->section[i];

	require(strcmp(coco_sev_section_name(s->type), "unknown") != 0);
	require(coco_sev_metadata_find(m, (enum coco_sev_section_type)s->type) != NULL);
	if (s->size == 0)
		return;
	require(s->gpa % 4096 == 0 && s->size % 4096 == 0);
	require((uint64_t)s->gpa + s->size <= (uint64_t)1 << 32);
	for (size_t k = 0; k < i; k++) {
		const struct coco_sev_section *t = &m->section[k];

		require(t->size == 0 || (uint64_t)t->gpa + t->size <= s->gpa ||
			(uint64_t)s->gpa + s->size <= t->gpa);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_sev_metadata m = { .n = 0 };
	struct coco_diag d = { 0 };

	if (size > UINT32_MAX)
		return 0;
	int r = coco_sev_metadata_parse(&m, coco_view_of(data, size), (uint32_t)size, &d);
	require(r == d.code);
	require(r == 0 || r == COCO_E_SEV_METADATA || r == COCO_E_SEV_SECTION);
	require(r == 0 || m.n == 0);
	require(m.n <= COCO_SEV_SECTIONS && (m.n == 0 || size >= 16 + 12 * m.n));
	for (size_t i = 0; i < m.n; i++) {
		judge(&m, i);
		require(m.section[i].gpa == (data[16 + 12 * i] | (uint32_t)data[17 + 12 * i] << 8 |
					     (uint32_t)data[18 + 12 * i] << 16 |
					     (uint32_t)data[19 + 12 * i] << 24));
	}
	return 0;
}
