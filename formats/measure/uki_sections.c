/*
 * uki_sections.c - the measured sections of a unified kernel image (see
 * uki_sections.h).
 */
#include "formats/measure/uki_sections.h"

#include <string.h>

#include "formats/core/err_measure.h"

static const char *const names[COCO_UKI_KINDS] = {
	[COCO_UKI_LINUX] = ".linux",     [COCO_UKI_OSREL] = ".osrel",
	[COCO_UKI_CMDLINE] = ".cmdline", [COCO_UKI_INITRD] = ".initrd",
	[COCO_UKI_UCODE] = ".ucode",     [COCO_UKI_SPLASH] = ".splash",
	[COCO_UKI_DTB] = ".dtb",         [COCO_UKI_UNAME] = ".uname",
	[COCO_UKI_SBAT] = ".sbat",       [COCO_UKI_PCRSIG] = ".pcrsig",
	[COCO_UKI_PCRPKEY] = ".pcrpkey", [COCO_UKI_PROFILE] = ".profile",
	[COCO_UKI_DTBAUTO] = ".dtbauto", [COCO_UKI_HWIDS] = ".hwids",
	[COCO_UKI_EFIFW] = ".efifw",
};

const char *coco_uki_name(enum coco_uki_kind kind)
{
	return names[kind];
}

bool coco_uki_measured(enum coco_uki_kind kind)
{
	return kind != COCO_UKI_PCRSIG;
}

bool coco_uki_many(enum coco_uki_kind kind)
{
	return kind == COCO_UKI_DTBAUTO || kind == COCO_UKI_EFIFW;
}

/* The kind of a section, or COCO_UKI_KINDS: code and data of the stub itself. */
static enum coco_uki_kind kind_of(const struct coco_pe_section *s)
{
	unsigned i = 0;

	while (i < COCO_UKI_KINDS && strcmp(names[i], s->name) != 0)
		i++;
	return (enum coco_uki_kind)i;
}

static int take_many(const struct coco_pe_section **list, size_t *n,
		     const struct coco_pe_section *s, struct coco_diag *diag)
{
	if (*n == COCO_UKI_ALTERNATIVES)
		return coco_fail(diag, COCO_E_UKI_SECTION, "there are more than %d sections %s",
				 COCO_UKI_ALTERNATIVES, s->name);
	list[(*n)++] = s;
	return 0;
}

/* Sections first to end of the table, each kind once. */
static int take(struct coco_uki_sections *ret, const struct coco_pe *pe, size_t first, size_t end,
		struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = first; r == 0 && i < end; i++) {
		const struct coco_pe_section *s = &pe->sections[i];
		enum coco_uki_kind kind = kind_of(s);

		if (kind == COCO_UKI_KINDS || s->virtual_size == 0)
			continue;
		if (kind == COCO_UKI_DTBAUTO)
			r = take_many(ret->dtbauto.section, &ret->dtbauto.n, s, diag);
		else if (kind == COCO_UKI_EFIFW)
			r = take_many(ret->efifw.section, &ret->efifw.n, s, diag);
		else if (ret->one[kind] != NULL)
			r = coco_fail(diag, COCO_E_UKI_SECTION,
				      "the section %s stands twice in one profile", s->name);
		else
			ret->one[kind] = s;
	}
	return r;
}

/* Puts what top has in the place of what base has. */
static void lay_over(struct coco_uki_sections *base, const struct coco_uki_sections *top)
{
	for (unsigned i = 0; i < COCO_UKI_KINDS; i++)
		if (top->one[i] != NULL)
			base->one[i] = top->one[i];
	if (top->dtbauto.n != 0)
		base->dtbauto = top->dtbauto;
	if (top->efifw.n != 0)
		base->efifw = top->efifw;
}

/* The table's index of .profile number n, or the number of sections. */
static size_t profile_at(const struct coco_pe *pe, size_t n)
{
	size_t i = 0;

	for (; i < pe->n_sections; i++)
		if (kind_of(&pe->sections[i]) == COCO_UKI_PROFILE && n-- == 0)
			break;
	return i;
}

static size_t count_profiles(const struct coco_pe *pe)
{
	size_t n = 0;

	for (size_t i = 0; i < pe->n_sections; i++)
		n += kind_of(&pe->sections[i]) == COCO_UKI_PROFILE;
	return n;
}

int coco_uki_select(struct coco_uki_sections *ret, const struct coco_pe *pe, size_t profile,
		    struct coco_diag *diag)
{
	struct coco_uki_sections base = { .n_profiles = count_profiles(pe) };
	struct coco_uki_sections top = { .n_profiles = 0 };
	size_t most = base.n_profiles != 0 ? base.n_profiles : 1;

	if (most > COCO_UKI_PROFILES)
		return coco_fail(diag, COCO_E_UKI_PROFILE, "%zu profiles are too many", most);
	if (profile >= most)
		return coco_fail(diag, COCO_E_UKI_PROFILE,
				 "there is no profile %zu; the last one is %zu", profile, most - 1);
	int r = take(&base, pe, 0, profile_at(pe, 0), diag);
	if (r == 0 && base.n_profiles != 0)
		r = take(&top, pe, profile_at(pe, profile), profile_at(pe, profile + 1), diag);
	if (r != 0)
		return r;
	lay_over(&base, &top);
	if (base.one[COCO_UKI_LINUX] == NULL)
		return coco_fail(diag, COCO_E_UKI_LINUX, "there is no section .linux");
	*ret = base;
	return 0;
}
