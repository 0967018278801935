/*
 * tdx_image.c - a TDX guest that boots from its disk, or a unified kernel image
 * that QEMU hands over (measure.md 2.8, 3.4; see tdx_priv.h). What is started
 * and what it measures is found as for a TPM (vtpm.h).
 */
#include <string.h>

#include "formats/measure/smbios_find.h"
#include "lib/measure/tdx_priv.h"

/* The structures that systemd measures, of one machine. */
static int find(const struct coco_acpi *acpi, struct coco_boot_smbios *ret, struct coco_diag *diag)
{
	*ret = (struct coco_boot_smbios){ .known = acpi != NULL && acpi->smbios.p != NULL };
	if (!ret->known)
		return 0;
	struct coco_view tables = coco_view_of(acpi->smbios.p, acpi->smbios.n);
	int r = coco_smbios_find(tables, 1, &ret->type1, diag);
	if (r == 0)
		r = coco_smbios_find(tables, 2, &ret->type2, diag);
	return r == 0 ? coco_smbios_find(tables, 11, &ret->type11, diag) : r;
}

static bool same(struct coco_view a, struct coco_view b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* They name the machine and do not depend on its size; if they do, they are not known. */
static int find_all(const struct coco_tdx_work *w, struct coco_boot_smbios *ret)
{
	int r = find(w->machines[0].acpi, ret, w->diag);

	for (size_t i = 1; r == 0 && ret->known && i < w->n_machines; i++) {
		struct coco_boot_smbios one;

		r = find(w->machines[i].acpi, &one, w->diag);
		if (r == 0)
			ret->known = one.known && same(one.type1, ret->type1) &&
				     same(one.type2, ret->type2) &&
				     same(one.type11, ret->type11);
	}
	return r;
}

int coco_tdx_image(struct coco_tdx_work *w)
{
	const struct coco_vtpm_request kernel = {
		.kernel = w->req->kernel, .initrd = w->req->initrd, .append = w->req->append,
		.has_append = w->req->append.n != 0, .logs = w->req->logs,
		.shelf = w->req->shelf,
	};
	struct coco_vtpm_image_boot boot = {
		.req = w->req->chain != NULL ? w->req->chain : &kernel, .gen = w->gen,
		.checked = w->checked, .may_repeat = w->req->may_repeat,
	};

	int r = find_all(w, &boot.smbios);
	return r == 0 ? coco_vtpm_image_events(w->run, &boot, w->list, w->rec, w->diag) : r;
}
