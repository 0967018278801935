/*
 * tdx_kernel.c - the events of RTMR1 and RTMR2 when QEMU hands over a kernel
 * (measure.md 2.8, 2.9; see tdx_priv.h).
 */
#include "formats/core/mem.h"
#include "formats/measure/load_options.h"
#include "lib/core/pool.h"
#include "lib/measure/boot_direct.h"
#include "lib/measure/tdx_priv.h"

enum {
	RTMR1 = 4,           /* PCRs that go there */
	RTMR2 = 9,
};

/* What the kernel's events are made from. */
struct kernel {
	struct coco_tdx_work *w;
	struct coco_boot_files files;
	struct coco_shelf_file file;
	bool is_linux;
	uint64_t initrd_size;
	struct coco_boot_digests initrd;
	uint8_t *tree;       /* owned: of -dtb */
	size_t n_tree;
};

/* ---- kernel --------------------------------------------------------------------- */

static int load_kernel(struct kernel *k)
{
	struct coco_linux_setup setup;

	int r = coco_boot_kernel_head(&k->files, k->w->req->kernel, "kernel", &k->file,
				      k->w->diag);
	if (r != 0)
		return r;
	coco_linux_setup_parse(&setup, coco_view_of(k->file.head,
						    (size_t)coco_min_u64(k->file.size,
									 sizeof(k->file.head))));
	k->is_linux = setup.is_linux;
	return 0;
}

/* The image as the firmware gets it. memory 0: as the file is. */
static int digest_kernel(const struct kernel *k, uint64_t memory, struct coco_boot_digests *ret,
			 struct coco_diag *diag)
{
	const struct coco_tdx_request *req = k->w->req;
	const struct coco_linux_launch launch = {
		.memory = memory,
		.cmdline = req->append,
		.has_initrd = req->initrd != NULL,
		.initrd_size = k->initrd_size,
		.dtb = coco_view_of(k->tree, k->n_tree),
	};

	return coco_boot_kernel_image(&k->files, req->kernel, &k->file,
				      memory != 0 ? &launch : NULL, ret, diag);
}

static int add_kernel(struct kernel *k, uint64_t memory)
{
	struct coco_boot_digests digests = { .bank[0].n = 0 };

	int r = digest_kernel(k, memory, &digests, k->w->diag);
	return r == 0 ? coco_boot_application(k->w->list, "kernel", &digests, k->w->diag) : r;
}

/* The kernel of each memory size. */
struct patched {
	struct kernel *k;
	struct coco_boot_digests *digests;
};

static int digest_one(void *ctx, size_t i, struct coco_diag *diag)
{
	struct patched *p = ctx;
	const struct coco_tdx_work *w = p->k->w;

	return digest_kernel(p->k, w->machines[i * w->per_memory].memory, &p->digests[i], diag);
}

/* With QEMU's changes it depends on the memory: all sizes on all threads. */
static int add_patched(struct kernel *k)
{
	struct coco_tdx_work *w = k->w;
	size_t n = w->n_machines / w->per_memory;
	struct patched p = { .k = k };

	if (w->machines[0].memory == 0)
		return coco_boot_unknown(w->list, RTMR1, "kernel",
					 "QEMU writes addresses into it that depend on the "
					 "guest's memory", "--memory SIZE", w->diag);
	p.digests = coco_zalloc(n, sizeof(*p.digests));
	if (p.digests == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for kernels");
	int r = coco_pool_each(w->run, n, digest_one, &p, w->diag);
	for (size_t i = 0; r == 0 && i < n; i++) {
		size_t first = i * w->per_memory;

		coco_tdx_machines(w, first, first + w->per_memory - 1);
		r = coco_boot_application(w->list, "kernel", &p.digests[i], w->diag);
	}
	coco_tdx_all(w);
	coco_free(p.digests);
	return r;
}

/* Both ways, as two allowed values. */
static int add_either(struct kernel *k)
{
	struct coco_tdx_work *w = k->w;
	size_t branch;

	if (w->n_machines > 1 || w->machines[0].memory == 0)
		return coco_boot_unknown(w->list, RTMR1, "kernel",
					 "QEMU before 10.0 changes its header, newer ones do not",
					 "--qemu-version N", w->diag);
	int r = coco_boot_branch(w->list, &branch, w->diag);
	if (r == 0)
		r = coco_boot_choice_text(w->list, branch, "qemu", "10.0 or newer", w->diag);
	if (r == 0)
		r = coco_boot_choice_text(w->list, branch, "qemu", "before 10.0", w->diag);
	if (r == 0) {
		coco_boot_when(w->list, branch, 0, 0);
		r = add_kernel(k, 0);
	}
	if (r == 0) {
		coco_boot_when(w->list, branch, 1, 1);
		r = add_kernel(k, w->machines[0].memory);
	}
	coco_boot_always(w->list);
	return r;
}

static int kernel_event(struct kernel *k)
{
	const struct coco_boot_about about = {
		.pcr = RTMR1, .type = COCO_EV_EFI_BOOT_SERVICES_APPLICATION, .name = "kernel",
	};
	struct coco_tdx_work *w = k->w;
	bool done = false;

	int r = coco_tdx_given(w, "kernel", about, &done);
	if (r != 0 || done)
		return r;
	if (!k->is_linux)
		return add_kernel(k, 0);   /* QEMU leaves it alone */
	if (!w->gen.known)
		return coco_boot_unknown(w->list, RTMR1, "kernel",
					 "the firmware's generation says whether it gets the "
					 "kernel as it is", "--firmware-generation NAME", w->diag);
	if (w->req->dtb != NULL && w->req->qemu != 0 &&
	    !coco_boot_patches(w->req->qemu, w->gen.named_blobs))
		return coco_boot_unknown(w->list, RTMR1, "kernel",
					 "how QEMU from 10.0 on hands over a device tree is not "
					 "known", "--event kernel=HEX", w->diag);
	if (w->req->dtb != NULL && coco_boot_kernel_gap(&k->file))
		return coco_boot_unknown(w->list, RTMR1, "kernel", "its length is no multiple of "
					 "16: between it and the device tree is what was in QEMU's "
					 "memory", "--event kernel=HEX", w->diag);
	if (w->req->qemu == 0 && w->gen.named_blobs && w->req->dtb != NULL)
		return coco_boot_unknown(w->list, RTMR1, "kernel", "QEMU before 10.0 appends the "
					 "device tree to it", "--qemu-version N", w->diag);
	if (w->req->qemu == 0 && w->gen.named_blobs)
		return add_either(k);
	return coco_boot_patches(w->req->qemu, w->gen.named_blobs) ? add_patched(k)
								  : add_kernel(k, 0);
}

/* ---- initrd and command line ---------------------------------------------------- */

static int options(struct kernel *k, const char *text, struct coco_view utf16)
{
	struct coco_tdx_work *w = k->w;
	const struct coco_boot_about given_options = {
		.pcr = RTMR2, .type = COCO_EV_EVENT_TAG, .name = "load options",
	};
	const struct coco_boot_about given_initrd = {
		.pcr = RTMR2, .type = COCO_EV_EVENT_TAG, .name = "initrd",
	};
	struct coco_boot_linux linux_events = {
		.logs = w->req->logs,
		.options = utf16,
		.text = text,
		.has_initrd = w->req->initrd != NULL,
		.initrd = k->initrd,
	};
	bool done = false;
	int r = coco_tdx_given(w, given_options.name, given_options, &done);

	if (r == 0 && done)
		linux_events.logs = COCO_LINUX_LOGS_INITRD;
	if (r == 0 && !coco_tdx_has(w, "initrd"))
		return coco_boot_linux(w->list, &linux_events, w->diag);
	linux_events.has_initrd = false;
	if (r == 0)
		r = coco_boot_linux(w->list, &linux_events, w->diag);
	return r == 0 ? coco_tdx_given(w, given_initrd.name, given_initrd, &done) : r;
}

static int kernel_options(struct kernel *k)
{
	struct coco_tdx_work *w = k->w;
	const struct coco_load_options o = {
		.append = w->req->append,
		.initrd = w->req->initrd != NULL || coco_tdx_has(w, "initrd"),
		.initrd_first = w->gen.initrd_prefix,
		.shim = w->req->shim,
	};
	struct coco_boot_digests unused = { .bank[0].n = 0 };
	uint8_t *text = NULL;
	uint8_t *utf16 = NULL;
	size_t n = 0;
	size_t n_utf16 = 0;

	if (!w->gen.known && !coco_tdx_has(w, "load options"))
		return coco_boot_unknown(w->list, RTMR2, "load options",
					 "the firmware's generation says how it names the initrd",
					 "--firmware-generation NAME", w->diag);
	int r = coco_boot_hash_bytes(&k->files, o.append, "cmdline", &unused, w->diag);
	if (r == 0)
		r = coco_load_options_direct(&o, &text, &n, w->diag);
	if (r == 0)
		r = coco_utf16_widen(coco_view_of(text, n), &utf16, &n_utf16, w->diag);
	if (r == 0)
		r = options(k, (const char *)text, coco_view_of(utf16, n_utf16));
	coco_free(text);
	coco_free(utf16);
	return r;
}

/* Without a kernel nothing is known about what runs. */
static int no_kernel(struct coco_tdx_work *w)
{
	static const char reason[] = "what is booted is not given";
	static const char supply[] = "--kernel FILE, or --disk IMAGE";
	int r = coco_boot_unknown(w->list, RTMR1, "boot", reason, supply, w->diag);

	return r == 0 ? coco_boot_unknown(w->list, RTMR2, "boot", reason, supply, w->diag) : r;
}

/* What the shim of -shim adds is not settled; MokList comes before the load options. */
static int shim(struct coco_tdx_work *w)
{
	static const struct {
		uint32_t pcr;
		const char *name;
	} list[] = { { 7, "shim" }, { RTMR1, "shim" }, { 14, "MokList" } };
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(list); i++)
		r = coco_boot_unknown(w->list, list[i].pcr, list[i].name,
				      "shim is loaded before the kernel, and which events it adds "
				      "is not known", "--known-value of the register", w->diag);
	return r;
}

static int image_of_qemu(struct coco_tdx_work *w)
{
	if (w->req->shim || w->req->dtb != NULL)
		return coco_fail(w->diag, COCO_E_USAGE_CONFLICT,
				 "shim and device tree go with a plain kernel");
	return coco_tdx_image(w);
}

int coco_tdx_kernel(struct coco_tdx_work *w)
{
	struct kernel k = { .w = w, .files = { w->run, w->list, w->rec, w->shelf } };
	bool uki = false;
	int r = 0;

	if (w->req->chain != NULL)
		return coco_tdx_image(w);
	if (w->req->kernel == NULL && !coco_tdx_has(w, "kernel"))
		return no_kernel(w);
	if (w->req->initrd != NULL)
		r = coco_boot_hash_file(&k.files, w->req->initrd, "initrd", &k.initrd,
					&k.initrd_size, w->diag);
	if (r == 0 && w->req->kernel != NULL)
		r = load_kernel(&k);
	if (r == 0 && w->req->kernel != NULL && !k.is_linux)
		r = coco_vtpm_is_uki(w->req->kernel, &uki, w->diag);
	if (r == 0 && uki)
		return image_of_qemu(w);
	if (r == 0 && w->req->dtb != NULL)
		r = coco_boot_read_file(&k.files, w->req->dtb, "dtb", COCO_BOOT_DTB_MAX, &k.tree,
					&k.n_tree, w->diag);
	if (r == 0 && w->req->shim)
		r = shim(w);
	if (r == 0 && (coco_tdx_checks_given(w) || (w->registers & COCO_TDX_RTMR1) != 0))
		r = kernel_event(&k);
	if (r == 0)
		r = coco_boot_ready(w->list, COCO_BOOT_TDX, w->gen.early_separator, w->diag);
	if (r == 0)
		r = kernel_options(&k);
	if (r == 0)
		r = coco_boot_exit_services(w->list, w->req->may_repeat, w->diag);
	coco_free(k.tree);
	return r;
}
