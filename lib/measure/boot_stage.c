/*
 * boot_stage.c - the hand-over, the Linux EFI stub, systemd-boot (see
 * boot_stage.h); unified kernel images are in boot_stage_uki.c.
 */
#include "lib/measure/boot_stage_priv.h"

#include <string.h>

#include "formats/core/mem.h"

int coco_boot_ready(struct coco_boot_list *list, enum coco_boot_registers regs,
		    bool early_separator, struct coco_diag *diag)
{
	int r = coco_boot_action(list, 4, "Calling EFI Application from Boot Option", diag);

	if (regs == COCO_BOOT_TDX)
		return r != 0 || early_separator ? r : coco_boot_separator(list, 4, diag);
	for (uint32_t pcr = 0; r == 0 && pcr <= 6; pcr++)
		r = coco_boot_separator(list, pcr, diag);
	return r;
}

int coco_boot_application(struct coco_boot_list *list, const char *name,
			  const struct coco_boot_digests *authenticode, struct coco_diag *diag)
{
	const struct coco_boot_about about = {
		.pcr = 4, .type = COCO_EV_EFI_BOOT_SERVICES_APPLICATION, .name = name,
	};

	return coco_boot_add(list, &about, authenticode, diag);
}

int coco_boot_linux(struct coco_boot_list *list, const struct coco_boot_linux *kernel,
		    struct coco_diag *diag)
{
	const struct coco_boot_about options = {
		.pcr = 9, .type = COCO_EV_EVENT_TAG, .name = "load options", .text = kernel->text,
	};
	const struct coco_boot_about initrd = {
		.pcr = 9, .type = COCO_EV_EVENT_TAG, .name = "initrd",
	};
	int r = 0;

	if (kernel->logs == COCO_LINUX_LOGS_BOTH)
		r = coco_boot_data(list, &options, kernel->options.p, kernel->options.n, diag);
	if (r == 0 && kernel->logs != COCO_LINUX_LOGS_NOTHING && kernel->has_initrd)
		r = coco_boot_add(list, &initrd, &kernel->initrd, diag);
	return r;
}

/* A structure; of type 1 without its wake-up type, which says why the machine was started. */
static int smbios_event(struct coco_boot_list *list, const char *name, struct coco_view s,
			bool type1, struct coco_diag *diag)
{
	enum { WAKE_UP = 0x18 };
	const struct coco_boot_about about = {
		.pcr = 1, .type = COCO_EV_EVENT_TAG, .name = name,
	};

	if (s.n == 0)
		return 0;
	uint8_t *copy = coco_memdup(s.p, s.n);
	if (copy == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for boot events");
	if (type1 && s.n > WAKE_UP)
		copy[WAKE_UP] = 0;
	int r = coco_boot_data(list, &about, copy, s.n, diag);
	coco_free(copy);
	return r;
}

static int smbios_events(struct coco_boot_list *list, const struct coco_boot_smbios *smbios,
			 struct coco_diag *diag)
{
	if (!smbios->known)
		return coco_boot_unknown(list, 1, "SMBIOS structures measured by systemd",
					 "systemd from 262 on measures them, and QEMU makes them",
					 "--acpi DIR with smbios-tables", diag);
	int r = smbios_event(list, "SMBIOS type 1", smbios->type1, true, diag);
	if (r == 0)
		r = smbios_event(list, "SMBIOS type 2", smbios->type2, false, diag);
	return r == 0 ? smbios_event(list, "SMBIOS type 11", smbios->type11, false, diag) : r;
}

int coco_boot_either(struct coco_boot_list *list, unsigned version, const char *label,
		     const char *old, const char *new, enum coco_boot_side *ret,
		     struct coco_diag *diag)
{
	size_t branch;

	if (version != 0 && version <= COCO_STUB_LOADS_KERNEL) {
		*ret = COCO_SIDE_OLD;
		return 0;
	}
	if (version >= COCO_STUB_STARTS_KERNEL) {
		*ret = COCO_SIDE_NEW;
		return 0;
	}
	int r = coco_boot_branch(list, &branch, diag);
	if (r == 0)
		r = coco_boot_choice_text(list, branch, label, old, diag);
	if (r == 0)
		r = coco_boot_choice_text(list, branch, label, new, diag);
	*ret = COCO_SIDE_UNKNOWN;
	return r;
}

int coco_boot_systemd_smbios(struct coco_boot_list *list, unsigned version,
			     const struct coco_boot_smbios *smbios, bool *done,
			     struct coco_diag *diag)
{
	enum coco_boot_side side;

	if (*done)
		return 0;
	int r = coco_boot_either(list, version, "systemd", "does not measure SMBIOS",
				 "measures SMBIOS", &side, diag);
	if (r != 0 || side == COCO_SIDE_OLD)
		return r;
	if (side == COCO_SIDE_UNKNOWN)
		coco_boot_when_last(list, 1);
	r = smbios_events(list, smbios, diag);
	coco_boot_always(list);
	*done = true;
	return r;
}

int coco_boot_loader(struct coco_boot_list *list, const struct coco_boot_loader *loader,
		     const struct coco_boot_smbios *smbios, bool *smbios_done,
		     struct coco_diag *diag)
{
	const struct coco_boot_about about = {
		.pcr = 5, .type = COCO_EV_EVENT_TAG, .name = "loader.conf",
	};

	int r = coco_boot_application(list, loader->name, &loader->image, diag);
	if (r == 0)
		r = coco_boot_systemd_smbios(list, loader->version, smbios, smbios_done, diag);
	if (r == 0 && loader->has_config)
		r = coco_boot_data(list, &about, loader->config.p, loader->config.n, diag);
	return r;
}
