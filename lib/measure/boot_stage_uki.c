/*
 * boot_stage_uki.c - the events of a unified kernel image (see boot_stage.h).
 */
#include <string.h>

#include "formats/core/mem.h"
#include "formats/measure/load_options.h"
#include "lib/measure/boot_stage_priv.h"
#include "lib/measure/uki.h"

/* Each section: its name with NUL, then its contents. */
static int sections(struct coco_boot_list *list, const struct coco_boot_uki *uki,
		    struct coco_diag *diag)
{
	int r = 0;

	if (uki->measured != NULL)
		return coco_uki_events(uki->measured, list, diag);
	for (size_t i = 0; r == 0 && i < uki->n_sections; i++) {
		const struct coco_boot_section *s = &uki->sections[i];
		struct coco_boot_about about = {
			.pcr = 11, .type = COCO_EV_IPL, .name = "section name", .text = s->name,
		};
		char title[32];

		r = coco_boot_data(list, &about, s->name, strlen(s->name) + 1, diag);
		snprintf(title, sizeof(title), "section %s", s->name);
		about.name = title;
		about.text = NULL;
		if (r == 0)
			r = coco_boot_add(list, &about, &s->contents, diag);
	}
	return r;
}

static int text_event(struct coco_boot_list *list, uint32_t type, const char *name,
		      const char *text, struct coco_view utf16, struct coco_diag *diag)
{
	const struct coco_boot_about about = {
		.pcr = 12, .type = type, .name = name, .text = text,
	};

	return text == NULL ? 0 : coco_boot_data(list, &about, utf16.p, utf16.n, diag);
}

/* "@N" at the start of the load options. */
static int profile(struct coco_boot_list *list, const struct coco_boot_uki *uki,
		   struct coco_diag *diag)
{
	char text[16];
	uint8_t *utf16;
	size_t n;

	if (uki->profile == 0)
		return 0;
	snprintf(text, sizeof(text), "%u", uki->profile);
	int r = coco_utf16_encode(coco_view_of(text, strlen(text)), &utf16, &n, diag);
	if (r != 0)
		return r;
	r = text_event(list, COCO_EV_EVENT_TAG, "profile", text, coco_view_of(utf16, n), diag);
	coco_free(utf16);
	return r;
}

/* PCR 12 and 13: what does not come out of the image. */
static int parameters(struct coco_boot_list *list, const struct coco_boot_uki *uki,
		      struct coco_diag *diag)
{
	int r = profile(list, uki, diag);

	if (r == 0)
		r = text_event(list, COCO_EV_IPL, "command line given", uki->options_text,
			       uki->options, diag);
	for (size_t i = 0; r == 0 && i < uki->n_addons; i++)
		r = coco_boot_application(list, uki->addons[i].name, &uki->addons[i].image, diag);
	if (r == 0)
		r = text_event(list, COCO_EV_IPL, "command line of addons", uki->addon_text,
			       uki->addon_options, diag);
	for (size_t i = 0; r == 0 && i < uki->n_extras; i++) {
		const struct coco_boot_about about = {
			.pcr = uki->extras[i].pcr, .type = COCO_EV_IPL,
			.name = uki->extras[i].name,
		};

		r = coco_boot_add(list, &about, &uki->extras[i].digests, diag);
	}
	return r;
}

/* The kernel inside: a second application for the firmware, unless the stub starts it itself. */
static int inner(struct coco_boot_list *list, const struct coco_boot_uki *uki,
		 struct coco_diag *diag)
{
	enum coco_boot_side side;

	if (uki->secure_boot)
		return 0;
	int r = coco_boot_either(list, uki->stub_version, "systemd-stub",
				 "starts the kernel by the firmware", "starts the kernel itself",
				 &side, diag);
	if (r != 0 || side == COCO_SIDE_NEW)
		return r;
	if (side == COCO_SIDE_UNKNOWN)
		coco_boot_when_last(list, 0);
	r = uki->has_inner ? coco_boot_application(list, "kernel inside", &uki->inner, diag)
			   : coco_boot_unknown(list, 4, "kernel inside",
					       "the image has no kernel that can be hashed", "",
					       diag);
	coco_boot_always(list);
	return r;
}

int coco_boot_uki(struct coco_boot_list *list, const struct coco_boot_uki *uki,
		  const struct coco_boot_smbios *smbios, bool *smbios_done,
		  struct coco_diag *diag)
{
	int r = uki->loaded ? 0 : coco_boot_application(list, uki->name, &uki->image, diag);

	if (r == 0)
		r = sections(list, uki, diag);
	if (r == 0)
		r = parameters(list, uki, diag);
	if (r == 0)
		r = coco_boot_systemd_smbios(list, uki->stub_version, smbios, smbios_done, diag);
	if (r == 0)
		r = inner(list, uki, diag);
	return r == 0 ? coco_boot_linux(list, &uki->kernel, diag) : r;
}
