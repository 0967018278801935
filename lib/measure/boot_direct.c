/*
 * boot_direct.c - a kernel that QEMU hands to OVMF (see boot_direct.h).
 */
#include "lib/measure/boot_direct.h"

#include "formats/core/mem.h"
#include "formats/measure/load_options.h"

bool coco_boot_patches(unsigned qemu_major, bool named_blobs)
{
	return qemu_major < 10 || !named_blobs;
}

static int load_initrd(struct coco_boot_direct *d, const struct coco_boot_files *f,
		       uint64_t *size, struct coco_diag *diag)
{
	*size = 0;
	d->linux_events.has_initrd = d->initrd != NULL;
	if (d->initrd == NULL)
		return 0;
	return coco_boot_hash_file(f, d->initrd, "initrd", &d->linux_events.initrd, size, diag);
}

static int load_kernel(struct coco_boot_direct *d, const struct coco_boot_files *f,
		       uint64_t initrd_size, struct coco_diag *diag)
{
	struct coco_linux_launch launch = {
		.memory = d->memory, .cmdline = d->append, .has_initrd = d->initrd != NULL,
		.initrd_size = initrd_size,
	};
	struct coco_shelf_file head;

	int r = coco_boot_kernel_head(f, d->kernel, "kernel", &head, diag);
	if (r == 0 && d->dtb != NULL)
		r = coco_boot_read_file(f, d->dtb, "dtb", COCO_BOOT_DTB_MAX, &d->tree,
					&launch.dtb.n, diag);
	launch.dtb.p = d->tree;
	d->gap = r == 0 && d->tree != NULL && coco_boot_kernel_gap(&head);
	return r == 0 ? coco_boot_kernel_image(f, d->kernel, &head,
					       d->patched ? &launch : NULL, &d->image, diag)
		      : r;
}

static int load_options(struct coco_boot_direct *d, struct coco_diag *diag)
{
	const struct coco_load_options o = {
		.append = d->append, .initrd = d->initrd != NULL,
		.initrd_first = d->initrd_first, .shim = d->shim,
	};
	size_t n;

	int r = coco_load_options_direct(&o, &d->text, &n, diag);
	if (r == 0)
		r = coco_utf16_widen(coco_view_of(d->text, n), &d->utf16,
				     &d->linux_events.options.n, diag);
	d->linux_events.options.p = d->utf16;
	d->linux_events.text = (const char *)d->text;
	d->linux_events.logs = d->logs;
	return r;
}

int coco_boot_direct_load(struct coco_boot_direct *d, const struct coco_boot_files *f,
			  struct coco_diag *diag)
{
	uint64_t size;

	int r = load_options(d, diag);
	if (r == 0)
		r = load_initrd(d, f, &size, diag);
	return r == 0 ? load_kernel(d, f, size, diag) : r;
}

void coco_boot_direct_free(struct coco_boot_direct *d)
{
	coco_free(d->text);
	coco_free(d->utf16);
	coco_free(d->tree);
	d->text = NULL;
	d->utf16 = NULL;
	d->tree = NULL;
}

int coco_boot_direct_events(struct coco_boot_list *list, const struct coco_boot_direct *d,
			    enum coco_boot_registers regs, bool early_separator,
			    struct coco_diag *diag)
{
	int r = coco_boot_application(list, "kernel", &d->image, diag);

	if (r == 0)
		r = coco_boot_ready(list, regs, early_separator, diag);
	if (r == 0)
		r = coco_boot_linux(list, &d->linux_events, diag);
	return r == 0 ? coco_boot_exit_services(list, false, diag) : r;
}
