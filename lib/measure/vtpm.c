/*
 * vtpm.c - a boot with a virtual TPM from files: checks of the request and the
 * order of its parts (see vtpm.h).
 */
#include "lib/measure/vtpm.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/measure/uki.h"
#include "lib/measure/vtpm_priv.h"

static int conflict(struct coco_diag *diag, const char *what)
{
	return coco_fail(diag, COCO_E_USAGE_CONFLICT, "%s", what);
}

static bool has_parts(const struct coco_vtpm_request *q)
{
	return q->extras.n != 0 || q->globals.n != 0;
}

static int check(const struct coco_vtpm_request *q, struct coco_diag *diag)
{
	int ways = (q->kernel != NULL) + (q->disk != NULL) + (q->uki != NULL);

	if (ways == 0 && q->firmware == NULL)
		return coco_fail(diag, COCO_E_USAGE_MISSING,
				 "nothing is booted: give a kernel, a disk or an image");
	if (ways > 1)
		return conflict(diag, "a kernel, a disk and an image are three ways to boot");
	if (q->kernel == NULL && (q->initrd != NULL || q->has_append || q->shim ||
				  q->dtb != NULL))
		return conflict(diag, "an initrd and a command line go with a kernel from QEMU");
	if (q->uki == NULL && (q->loader != NULL || q->loader_config != NULL || has_parts(q)))
		return conflict(diag, "loader, addons, credentials and extensions go with an image "
				"that is given; those of a disk are found on it");
	if (q->loader_config != NULL && q->loader == NULL)
		return conflict(diag, "a loader.conf goes with a loader");
	if (q->n_phases > COCO_UKI_PHASES)
		return coco_fail(diag, COCO_E_USAGE_VALUE, "more than %d paths of phases",
				 COCO_UKI_PHASES);
	if (q->secure_boot != NULL && q->vars != NULL)
		return conflict(diag, "the keys of Secure Boot are given twice");
	if (q->secure_boot == NULL && q->vars == NULL && q->authority.n != 0)
		return conflict(diag, "a certificate goes with the keys of Secure Boot");
	if (q->firmware == NULL && q->generation == COCO_FW_AUTO && q->kernel != NULL)
		return coco_fail(diag, COCO_E_USAGE_MISSING,
				 "how the firmware starts a kernel is not known: give the firmware "
				 "or its generation");
	return 0;
}

/* The separators and what comes with them; then what the hand-over lets run. */
static int ready(struct coco_vtpm_work *w)
{
	bool early = w->regs == COCO_BOOT_TDX && w->gen.early_separator;
	int r = coco_boot_ready(w->list, w->regs, early, w->diag);

	return r == 0 ? coco_boot_platform_late(w->list, &w->platform, w->diag) : r;
}

/* What the shim of QEMU's -shim adds is not settled, but for the command line and MokList. */
static int shim(struct coco_vtpm_work *w)
{
	static const char reason[] = "it is loaded before the kernel, and which events it adds is "
				     "not known";
	static const char supply[] = "--known-value of the register";
	static const uint32_t pcrs[] = { 4, 7 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(pcrs); i++)
		r = coco_boot_unknown(w->list, pcrs[i], "shim", reason, supply, w->diag);
	if (r == 0 && w->req->mok == NULL)
		r = coco_boot_unknown(w->list, 14, "MokList", "shim measures it",
				      "--mok DIR", w->diag);
	return r;
}

/* The kernel as the firmware gets it, where that is known. */
static int kernel_image_event(struct coco_vtpm_work *w, const struct coco_boot_direct *k)
{
	static const char supply[] = "--known-value of the register";

	if (w->req->other_machine && k->patched && w->req->initrd != NULL)
		return coco_boot_unknown(w->list, 4, "kernel", "where QEMU puts the initrd, which "
					 "it writes into the kernel, is known for q35 only", supply,
					 w->diag);
	if (w->req->dtb != NULL && !k->patched)
		return coco_boot_unknown(w->list, 4, "kernel", "how QEMU from 10.0 on hands over a "
					 "device tree is not known", supply, w->diag);
	if (k->gap)
		return coco_boot_unknown(w->list, 4, "kernel", "its length is no multiple of 16: "
					 "between it and the device tree is what was in QEMU's "
					 "memory", supply, w->diag);
	return coco_boot_application(w->list, "kernel", &k->image, w->diag);
}

static int kernel(struct coco_vtpm_work *w)
{
	const struct coco_vtpm_request *q = w->req;
	struct coco_boot_direct k = {
		.kernel = q->kernel, .initrd = q->initrd, .append = q->append,
		.memory = q->memory, .initrd_first = w->gen.initrd_prefix, .shim = q->shim,
		.dtb = q->dtb,
		.patched = coco_boot_patches(q->qemu_major, w->gen.named_blobs), .logs = q->logs,
	};

	if (!w->gen.known)
		return coco_fail(w->diag, COCO_E_USAGE_MISSING,
				 "how this firmware starts a kernel is not known: give its "
				 "generation");
	if (k.patched && q->initrd != NULL && q->memory == 0)
		return coco_fail(w->diag, COCO_E_USAGE_MISSING,
				 "QEMU writes where the initrd lies into this kernel: give the "
				 "guest's memory");
	int r = coco_boot_direct_load(&k, &w->files, w->diag);
	if (r == 0)
		r = q->shim ? shim(w) : 0;
	if (r == 0)
		r = kernel_image_event(w, &k);
	if (r == 0)
		r = ready(w);
	if (r == 0)
		r = coco_boot_linux(w->list, &k.linux_events, w->diag);
	coco_boot_direct_free(&k);
	return r;
}

/* A unified kernel image in the place of the kernel: QEMU leaves it as it is. */
static int kernel_image(struct coco_vtpm_work *w)
{
	struct coco_boot_digests image;
	struct coco_vtpm_file f;

	if (w->req->initrd != NULL)
		return conflict(w->diag, "a unified kernel image brings its own initrd");
	if (w->req->dtb != NULL)
		return conflict(w->diag, "QEMU gives no device tree to a unified kernel image");
	if (w->req->shim)
		return conflict(w->diag, "shim before a unified kernel image is not followed");
	int r = coco_vtpm_file_set(&f, w->req->kernel, w->diag);
	if (r == 0)
		r = coco_boot_image_file(&w->files, f.path, "kernel", &image, w->diag);
	if (r == 0)
		r = coco_boot_application(w->list, "unified kernel image", &image, w->diag);
	if (r == 0)
		r = ready(w);
	return r == 0 ? coco_vtpm_uki(w, &f, true, w->req->has_append ? &w->req->append : NULL) : r;
}

static int direct(struct coco_vtpm_work *w)
{
	enum coco_vtpm_kind kind;
	unsigned version;

	int r = coco_vtpm_kind(w->req->kernel, &kind, &version, w->diag);
	if (r == 0)
		r = coco_vtpm_authority(w);
	if (r == 0)
		r = kind == COCO_VTPM_UKI ? kernel_image(w) : kernel(w);
	return r == 0 ? coco_boot_exit_services(w->list, w->may_repeat, w->diag) : r;
}

static int partition_table(struct coco_vtpm_work *w)
{
	const struct coco_boot_about about = {
		.pcr = 5, .type = COCO_EV_EFI_GPT_EVENT, .name = "partition table",
	};

	if (w->chain.gpt == NULL)
		return coco_boot_unknown(w->list, 5, "partition table",
					 "the firmware measures that of the disk it boots from",
					 "--disk IMAGE", w->diag);
	return coco_boot_data(w->list, &about, w->chain.gpt, w->chain.n_gpt, w->diag);
}

static int loader(struct coco_vtpm_work *w)
{
	struct coco_vtpm_chain *c = &w->chain;
	struct coco_boot_loader l = { .name = "systemd-boot" };
	enum coco_vtpm_kind kind;
	uint8_t *config = NULL;
	size_t n = 0;

	if (!c->has_loader)
		return 0;
	int r = coco_vtpm_kind(c->loader.path, &kind, &l.version, w->diag);
	if (r == 0 && kind != COCO_VTPM_SYSTEMD_BOOT)
		r = coco_fail(w->diag, COCO_E_BOOT_CHAIN, "%s is not systemd-boot", c->loader.name);
	if (r == 0)
		r = coco_boot_image_file(&w->files, c->loader.path, "loader", &l.image, w->diag);
	if (r == 0 && c->has_config)
		r = coco_boot_read_file(&w->files, c->config.path, "loader.conf",
					COCO_VTPM_CONFIG_MAX, &config, &n, w->diag);
	l.has_config = c->has_config;
	l.config = coco_view_of(config, n);
	if (r == 0)
		r = coco_boot_loader(w->list, &l, &w->smbios, &w->smbios_done, w->diag);
	coco_free(config);
	return r;
}

/* Something else that the firmware starts: shim, GRUB. What it does is not followed. */
static int other_image(struct coco_vtpm_work *w)
{
	static const uint32_t pcrs[] = { 1, 4, 5, 8, 9, 11, 12, 13, 14 };
	struct coco_boot_digests image;

	int r = coco_boot_image_file(&w->files, w->chain.image.path, "loader", &image, w->diag);
	if (r == 0)
		r = coco_boot_application(w->list, w->chain.image.name, &image, w->diag);
	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(pcrs); i++)
		r = coco_boot_unknown(w->list, pcrs[i], "what the boot loader measures",
				      "only systemd-boot and unified kernel images are followed",
				      "--known-value of the register", w->diag);
	return r;
}

static int disk(struct coco_vtpm_work *w)
{
	bool repeats = w->gen.initrd_prefix || !w->gen.known;

	if (w->req->boot_device != NULL && strncmp(w->req->boot_device, "sata:", 5) == 0)
		repeats = false;
	int r = w->req->disk != NULL ? coco_vtpm_disk(w) : coco_vtpm_given(w);
	if (r == 0)
		r = ready(w);
	if (r == 0)
		r = coco_vtpm_authority(w);
	if (r == 0)
		r = partition_table(w);
	if (r == 0)
		r = loader(w);
	if (r == 0)
		r = w->chain.is_uki ? coco_vtpm_uki(w, &w->chain.image, false, NULL)
				    : other_image(w);
	return r == 0 ? coco_boot_exit_services(w->list, repeats || w->may_repeat, w->diag) : r;
}

/* The hand-over happens; what is handed over to is not known. */
static int unknown_boot(struct coco_vtpm_work *w)
{
	static const uint32_t pcrs[] = { 1, 4, 5, 8, 9, 11, 12, 13, 14 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(pcrs); i++)
		r = coco_boot_unknown(w->list, pcrs[i], "boot", "what is booted is not given",
				      "--kernel FILE, --disk IMAGE or --uki FILE", w->diag);
	if (r == 0)
		r = ready(w);
	return r == 0 ? coco_vtpm_authority(w) : r;
}

static int boot(struct coco_vtpm_work *w)
{
	const struct coco_vtpm_request *q = w->req;

	if (q->kernel != NULL)
		return direct(w);
	return q->disk != NULL || q->uki != NULL ? disk(w) : unknown_boot(w);
}

static int describe(struct coco_vtpm_work *w)
{
	const struct coco_vtpm_request *q = w->req;
	int r = 0;

	if (q->kernel == NULL && q->disk == NULL && q->uki == NULL) {
		r = coco_mrecord_param(w->rec, w->diag, "boot", "%s", "not known");
	} else if (q->kernel != NULL) {
		r = coco_mrecord_param(w->rec, w->diag, "boot", "%s", "kernel from QEMU");
		if (r == 0)
			r = coco_mrecord_param(w->rec, w->diag, "qemu", "%u", q->qemu_major);
	} else {
		r = coco_mrecord_param(w->rec, w->diag, "boot", "%s", "disk");
	}
	if (r == 0 && q->memory != 0)
		r = coco_mrecord_param(w->rec, w->diag, "memory", "%llu",
				       (unsigned long long)q->memory);
	return r == 0 ? coco_mrecord_param(w->rec, w->diag, "secure_boot", "%s",
					   q->secure_boot != NULL ? "on" : "off") : r;
}

static int gaps(struct coco_vtpm_work *w)
{
	static const struct {
		const char *name, *reason;
	} list[] = {
		{ "memory", "what runs after the boot is not measured" },
		{ "file systems",
		  "no PCR holds what is on a disk, unless dm-verity's root hash is measured" },
		{ "PCR 10", "IMA of the running system extends it in an order of its own" },
		{ "PCR 15",
		  "its value is that before the system runs, which may add its machine id" },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(list); i++)
		r = coco_mrecord_gap(w->rec, list[i].name, list[i].reason, w->diag);
	return r;
}

/* Those that are asked for, or the value before any phase and those of systemd-measure. */
static int phases(struct coco_vtpm_work *w)
{
	const char *usual[COCO_UKI_PHASES] = { "" };
	size_t n = 1;

	if (!w->stub)
		return 0;
	if (w->req->n_phases != 0)
		return coco_uki_phases(w->list, w->req->phases, w->req->n_phases, w->diag);
	for (size_t i = 0; i < coco_uki_n_default_phases && n < COCO_UKI_PHASES; i++)
		usual[n++] = coco_uki_default_phases[i];
	return coco_uki_phases(w->list, usual, n, w->diag);
}

static int measure(struct coco_vtpm_work *w)
{
	const struct coco_vtpm_request *q = w->req;

	int r = check(q, w->diag);
	if (r == 0)
		r = coco_boot_new(&w->list, q->banks, w->diag);
	w->files = (struct coco_boot_files){ w->run, w->list, w->rec, q->shelf };
	w->checked = q->secure_boot != NULL;
	if (r == 0)
		r = describe(w);
	if (r == 0)
		r = coco_vtpm_platform(w);
	if (r == 0)
		r = boot(w);
	if (r == 0)
		r = coco_vtpm_mok(w);
	if (r == 0)
		r = phases(w);
	if (r == 0)
		r = coco_boot_record_tpm(w->list, q->pcrs, w->rec, w->diag);
	return r == 0 ? gaps(w) : r;
}

int coco_vtpm_is_uki(const char *path, bool *ret, struct coco_diag *diag)
{
	enum coco_vtpm_kind kind = COCO_VTPM_OTHER;
	unsigned version;

	int r = coco_vtpm_kind(path, &kind, &version, diag);
	*ret = kind == COCO_VTPM_UKI;
	return r;
}

int coco_vtpm_image_events(const struct coco_run *run, const struct coco_vtpm_image_boot *boot,
			   struct coco_boot_list *list, struct coco_mrecord *rec,
			   struct coco_diag *diag)
{
	struct coco_vtpm_work *w = coco_zalloc(1, sizeof(*w));

	if (w == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a boot");
	w->run = run;
	w->req = boot->req;
	w->rec = rec;
	w->diag = diag;
	w->list = list;
	w->files = (struct coco_boot_files){ run, list, rec, boot->req->shelf };
	w->regs = COCO_BOOT_TDX;
	w->gen = boot->gen;
	w->checked = boot->checked;
	w->smbios = boot->smbios;
	w->may_repeat = boot->may_repeat;
	int r = w->req->kernel == NULL ? check(w->req, diag) : 0;
	if (r == 0)
		r = w->req->kernel != NULL ? direct(w) : disk(w);
	coco_vtpm_chain_free(&w->chain);
	coco_free(w);
	return r;
}

int coco_vtpm_measure(const struct coco_run *run, const struct coco_vtpm_request *req,
		      struct coco_mrecord *ret, struct coco_diag *diag)
{
	struct coco_vtpm_work *w = coco_zalloc(1, sizeof(*w));
	struct coco_mrecord rec;

	if (w == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a boot");
	coco_mrecord_init(&rec, "tpm");
	w->run = run;
	w->req = req;
	w->rec = &rec;
	w->diag = diag;
	w->shelf = req->shelf;
	int r = w->shelf == NULL ? coco_shelf_new(&w->shelf, diag) : 0;
	if (r == 0)
		r = measure(w);
	coco_vtpm_chain_free(&w->chain);
	for (size_t i = 0; i < COCO_VARS; i++)
		coco_free(w->variables[i]);
	coco_free(w->roms);
	if (w->shelf != NULL)
		coco_shelf_return(w->shelf, w->fw);
	if (req->shelf == NULL)
		coco_shelf_free(w->shelf);
	coco_boot_free(w->list);
	coco_free(w);
	if (r == 0)
		*ret = rec;
	else
		coco_mrecord_free(&rec);
	return r;
}
