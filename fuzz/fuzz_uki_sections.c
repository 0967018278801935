/*
 * fuzz_uki_sections.c - sections of unified kernel images. Covers
 * coco_uki_select. Asserts that what is selected belongs to the image, has a
 * name of its kind and contents, and that profiles are counted alike.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/uki_sections.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void judge(const struct coco_uki_sections *s, const struct coco_pe *pe)
{
	require(s->one[COCO_UKI_LINUX] != NULL);
	for (unsigned i = 0; i < COCO_UKI_KINDS; i++) {
		const struct coco_pe_section *one = s->one[i];

		if (one == NULL)
			continue;
		require(one >= pe->sections && one < pe->sections + pe->n_sections);
		require(strcmp(one->name, coco_uki_name((enum coco_uki_kind)i)) == 0);
		require(one->virtual_size != 0 && !coco_uki_many((enum coco_uki_kind)i));
	}
	for (size_t i = 0; i < s->dtbauto.n; i++)
		require(strcmp(s->dtbauto.section[i]->name, ".dtbauto") == 0);
	for (size_t i = 0; i < s->efifw.n; i++)
		require(strcmp(s->efifw.section[i]->name, ".efifw") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_uki_sections s;
	struct coco_pe pe;

	if (coco_pe_parse(&pe, coco_view_of(data, size), size, NULL) != 0)
		return 0;
	for (size_t profile = 0; profile <= COCO_UKI_PROFILES; profile++) {
		struct coco_diag d = { 0 };
		int r = coco_uki_select(&s, &pe, profile, &d);

		require(r == d.code);
		if (r == COCO_E_UKI_PROFILE)
			break;
		if (r == 0)
			judge(&s, &pe);
		require(profile < COCO_UKI_PROFILES);
	}
	coco_pe_free(&pe);
	return 0;
}
