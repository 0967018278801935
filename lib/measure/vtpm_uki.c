/*
 * vtpm_uki.c - a unified kernel image and the files that its stub takes along,
 * as boot events (see vtpm.h).
 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/measure/load_options.h"
#include "formats/measure/stub_cpio.h"
#include "lib/core/io.h"
#include "lib/measure/authenticode.h"
#include "lib/measure/uki.h"
#include "lib/measure/vtpm_priv.h"

enum { MAGIC_MAX = 256 };

/* An image while its events are made. */
struct work {
	struct coco_vtpm_work *w;
	struct coco_uki uki;
	struct coco_boot_uki u;
	struct coco_boot_addon *addons;    /* owned */
	char (*addon_names)[64];           /* owned */
	struct coco_boot_extra extras[4];
	struct { uint8_t *p; size_t n; } cpio[COCO_STUB_CPIO_KINDS];   /* owned */
	struct coco_wr addon_text;         /* command lines of addons, with spaces between */
	uint8_t *addon_utf16;              /* owned */
	uint8_t *options_text;             /* owned: those given, as the stub reads them */
	uint8_t *options_utf16;            /* owned */
	uint8_t *own;                      /* owned: the image's command line */
	uint8_t *final;                    /* owned: what the kernel sees */
	uint8_t *final_utf16;              /* owned */
	struct coco_boot_digests inner;
};

/* "#### LoaderInfo: systemd-stub 262.1-1 ####": 262. */
static unsigned version_after(const uint8_t *p, size_t n, const char *word)
{
	const char *at = memmem(p, n, word, strlen(word));
	unsigned v = 0;

	if (at == NULL)
		return 0;
	at += strlen(word);
	while ((const uint8_t *)at < p + n && *at >= '0' && *at <= '9' && v < 100000)
		v = v * 10 + (unsigned)(*at++ - '0');
	return v;
}

static int load_section(const struct coco_pe_file *f, const char *name, size_t max,
			uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	const struct coco_pe_section *s = coco_pe_find(&f->pe, name);

	*ret = NULL;
	*ret_n = 0;
	return s == NULL ? 0 : coco_pe_file_load(f, s, max, ret, ret_n, diag);
}

int coco_vtpm_kind(const char *path, enum coco_vtpm_kind *ret, unsigned *ret_version,
		   struct coco_diag *diag)
{
	struct coco_pe_file f;
	uint8_t *magic = NULL;
	size_t n;

	int r = coco_pe_file_open(&f, path, diag);
	if (r != 0)
		return r;
	r = load_section(&f, ".sdmagic", MAGIC_MAX, &magic, &n, diag);
	if (r == 0) {
		*ret = coco_pe_find(&f.pe, ".linux") != NULL ? COCO_VTPM_UKI : COCO_VTPM_OTHER;
		*ret_version = 0;
		if (magic != NULL && *ret == COCO_VTPM_UKI)
			*ret_version = version_after(magic, n, "systemd-stub ");
		else if (magic != NULL && memmem(magic, n, "systemd-boot ", 13) != NULL) {
			*ret = COCO_VTPM_SYSTEMD_BOOT;
			*ret_version = version_after(magic, n, "systemd-boot ");
		}
	}
	coco_free(magic);
	coco_pe_file_close(&f);
	return r;
}

/* ---- addons ------------------------------------------------------------------------- */

/* The command line of an addon; other parts of it change what cannot be followed here. */
static int one_addon(struct work *k, const struct coco_vtpm_file *file, size_t i)
{
	static const char *const others[] = { ".dtb", ".dtbauto", ".ucode", ".initrd", ".efifw" };
	struct coco_diag *diag = k->w->diag;
	struct coco_pe_file f;
	uint8_t *raw = NULL;
	uint8_t *text = NULL;
	size_t n;

	snprintf(k->addon_names[i], sizeof(k->addon_names[i]), "addon %zu", i + 1);
	k->addons[i].name = k->addon_names[i];
	int r = coco_boot_image_file(&k->w->files, file->path, k->addon_names[i],
				     &k->addons[i].image, diag);
	if (r != 0)
		return r;
	r = coco_pe_file_open(&f, file->path, diag);
	if (r != 0)
		return r;
	r = load_section(&f, ".cmdline", COCO_LOAD_OPTIONS_MAX, &raw, &n, diag);
	if (r == 0 && raw != NULL)
		r = coco_load_options_stub(coco_view_of(raw, n), &text, &n, diag);
	if (r == 0 && text != NULL && n != 0) {
		if (k->addon_text.n != 0)
			coco_wr_u8(&k->addon_text, ' ');
		coco_wr_bytes(&k->addon_text, text, n);
	}
	for (size_t s = 0; r == 0 && s < COCO_ARRAY_LEN(others); s++) {
		static const uint32_t pcrs[] = { 9, 12 };

		for (size_t p = 0; coco_pe_find(&f.pe, others[s]) != NULL && r == 0 && p < 2; p++)
			r = coco_boot_unknown(k->w->list, pcrs[p], k->addon_names[i],
					      "an addon with more than a command line",
					      "", diag);
	}
	coco_free(raw);
	coco_free(text);
	coco_pe_file_close(&f);
	return r;
}

static int load_addons(struct work *k)
{
	const struct coco_vtpm_files *files = &k->w->chain.addons;
	int r = 0;

	coco_wr_init(&k->addon_text, COCO_LOAD_OPTIONS_MAX);
	if (files->n == 0)
		return 0;
	k->addons = coco_zalloc(files->n, sizeof(*k->addons));
	k->addon_names = coco_zalloc(files->n, sizeof(*k->addon_names));
	if (k->addons == NULL || k->addon_names == NULL)
		return coco_fail(k->w->diag, COCO_E_LIMIT_MEMORY, "no memory for addons");
	for (size_t i = 0; r == 0 && i < files->n; i++)
		r = one_addon(k, &files->list[i], i);
	k->u.addons = k->addons;
	k->u.n_addons = files->n;
	coco_wr_u8(&k->addon_text, 0);
	if (r == 0 && k->addon_text.code != 0)
		r = coco_fail(k->w->diag, k->addon_text.code,
			      "the addons' command lines do not fit");
	if (r != 0 || k->addon_text.n == 1)
		return r;
	k->addon_text.n--;
	k->u.addon_text = (const char *)k->addon_text.p;
	r = coco_utf16_encode(coco_wr_view(&k->addon_text), &k->addon_utf16,
			      &k->u.addon_options.n, k->w->diag);
	k->u.addon_options.p = k->addon_utf16;
	return r;
}

/* ---- archives that the stub makes --------------------------------------------------- */

static int archive(struct work *k, enum coco_stub_cpio_kind kind,
		   struct coco_stub_cpio_file *files, size_t n)
{
	const struct coco_stub_cpio_form *form = coco_stub_cpio_form(kind);
	struct coco_boot_extra *x = &k->extras[k->u.n_extras];
	struct coco_diag *diag = k->w->diag;

	coco_stub_cpio_sort(files, n);
	int r = coco_stub_cpio(kind, files, n, &k->cpio[kind].p, &k->cpio[kind].n, diag);
	if (r != 0 || form->pcr == 0 || k->cpio[kind].p == NULL)
		return r;
	x->pcr = form->pcr;
	x->name = form->event;
	k->u.n_extras++;
	return coco_boot_hash_bytes(&k->w->files,
				    coco_view_of(k->cpio[kind].p, k->cpio[kind].n), NULL,
				    &x->digests, diag);
}

/* Those of a list of files that go into an archive of this kind. */
static int found_files(struct work *k, enum coco_stub_cpio_kind kind,
		       const struct coco_vtpm_files *from)
{
	struct coco_stub_cpio_file *files = coco_zalloc(from->n + 1, sizeof(*files));
	size_t n = 0;
	int r = 0;

	if (files == NULL)
		return coco_fail(k->w->diag, COCO_E_LIMIT_MEMORY, "no memory for files");
	for (size_t i = 0; r == 0 && i < from->n; i++) {
		uint8_t *p = NULL;
		size_t size;

		if (!coco_stub_cpio_takes(kind, from->list[i].name))
			continue;
		r = coco_boot_read_file(&k->w->files, from->list[i].path, from->list[i].name,
					COCO_VTPM_FILE_MAX, &p, &size, k->w->diag);
		files[n].name = from->list[i].name;
		files[n].data = coco_view_of(p, r == 0 ? size : 0);
		n += r == 0;
	}
	if (r == 0)
		r = archive(k, kind, files, n);
	for (size_t i = 0; i < n; i++)
		coco_free((uint8_t *)(uintptr_t)files[i].data.p);
	coco_free(files);
	return r;
}

static int from_section(struct work *k, enum coco_stub_cpio_kind kind, enum coco_uki_kind section)
{
	const struct coco_pe_section *s = k->uki.sections.one[section];
	struct coco_stub_cpio_file file = { .name = "" };
	uint8_t *p = NULL;
	size_t n;

	if (s == NULL)
		return 0;
	int r = coco_pe_file_load(&k->uki.file, s, COCO_VTPM_CONFIG_MAX, &p, &n, k->w->diag);
	if (r != 0)
		return r;
	file.data = coco_view_of(p, n);
	r = archive(k, kind, &file, 1);
	coco_free(p);
	return r;
}

static int load_archives(struct work *k)
{
	struct coco_vtpm_chain *c = &k->w->chain;

	int r = found_files(k, COCO_STUB_CREDENTIALS, &c->credentials);
	if (r == 0)
		r = found_files(k, COCO_STUB_GLOBAL_CREDENTIALS, &c->global_credentials);
	if (r == 0)
		r = found_files(k, COCO_STUB_SYSEXT, &c->extensions);
	if (r == 0)
		r = found_files(k, COCO_STUB_CONFEXT, &c->extensions);
	if (r == 0)
		r = from_section(k, COCO_STUB_PCRSIG, COCO_UKI_PCRSIG);
	if (r == 0)
		r = from_section(k, COCO_STUB_PCRPKEY, COCO_UKI_PCRPKEY);
	if (r == 0)
		r = from_section(k, COCO_STUB_OSREL, COCO_UKI_OSREL);
	if (r == 0)
		r = from_section(k, COCO_STUB_PROFILE, COCO_UKI_PROFILE);
	k->u.extras = k->extras;
	return r;
}

/* ---- the initrd: all parts, each filled up to four bytes, unless there is one alone -- */

static int list_piece(void *ctx, struct coco_view piece, struct coco_diag *diag)
{
	return coco_boot_update(ctx, piece.p, piece.n, diag);
}

static int fill_up(struct work *k, uint64_t n, size_t parts)
{
	static const uint8_t zero[COCO_STUB_INITRD_ALIGN];
	size_t odd = (size_t)(n % COCO_STUB_INITRD_ALIGN);

	return odd == 0 || parts == 1 ? 0
		: coco_boot_update(k->w->list, zero, COCO_STUB_INITRD_ALIGN - odd, k->w->diag);
}

/* A section as it is in memory: raw data cut or filled to its size there. */
static int section_part(struct work *k, const struct coco_pe_section *s, size_t parts)
{
	uint64_t raw = coco_min_u64(s->raw_size, s->virtual_size);
	static const uint8_t zeros[512];

	int r = coco_pe_file_pieces(&k->uki.file, s->raw_at, raw, k->w->run, list_piece,
				    k->w->list, k->w->diag);
	for (uint64_t left = s->virtual_size - raw; r == 0 && left > 0;) {
		size_t n = (size_t)coco_min_u64(left, sizeof(zeros));

		r = coco_boot_update(k->w->list, zeros, n, k->w->diag);
		left -= n;
	}
	return r == 0 ? fill_up(k, s->virtual_size, parts) : r;
}

static int load_initrd(struct work *k)
{
	static const enum coco_uki_kind first[] = { COCO_UKI_UCODE, COCO_UKI_INITRD };
	size_t parts = 0;
	int r = 0;

	for (size_t i = 0; i < 2; i++)
		parts += k->uki.sections.one[first[i]] != NULL;
	for (size_t i = 0; i < COCO_STUB_CPIO_KINDS; i++)
		parts += k->cpio[i].p != NULL;
	k->u.kernel.has_initrd = parts != 0;
	if (parts == 0)
		return 0;
	for (size_t i = 0; r == 0 && i < 2; i++)
		if (k->uki.sections.one[first[i]] != NULL)
			r = section_part(k, k->uki.sections.one[first[i]], parts);
	for (size_t i = 0; r == 0 && i < COCO_STUB_CPIO_KINDS; i++) {
		if (k->cpio[i].p == NULL)
			continue;
		r = coco_boot_update(k->w->list, k->cpio[i].p, k->cpio[i].n, k->w->diag);
		if (r == 0)
			r = fill_up(k, k->cpio[i].n, parts);
	}
	return r == 0 ? coco_boot_final(k->w->list, &k->u.kernel.initrd, k->w->diag) : r;
}

/* ---- command line, kernel ------------------------------------------------------------ */

static int own_options(struct work *k)
{
	const struct coco_pe_section *s = k->uki.sections.one[COCO_UKI_CMDLINE];
	uint8_t *raw = NULL;
	size_t n = 0;

	int r = s == NULL ? 0
			  : coco_pe_file_load(&k->uki.file, s, COCO_LOAD_OPTIONS_MAX, &raw, &n,
					      k->w->diag);
	if (r == 0)
		r = coco_load_options_stub(coco_view_of(raw, n), &k->own, &n, k->w->diag);
	coco_free(raw);
	return r;
}

/* Load options replace the command line, but not a signed one of a checked image. */
static int given_options(struct work *k, const struct coco_view *options)
{
	bool fixed = k->u.secure_boot && k->uki.sections.one[COCO_UKI_CMDLINE] != NULL;
	size_t n;

	if (options == NULL || options->n == 0 || fixed)
		return 0;
	int r = coco_load_options_stub(*options, &k->options_text, &n, k->w->diag);
	if (r != 0 || n == 0)
		return r;
	k->u.options_text = (const char *)k->options_text;
	r = coco_utf16_widen(coco_view_of(k->options_text, n), &k->options_utf16, &k->u.options.n,
			     k->w->diag);
	k->u.options.p = k->options_utf16;
	return r;
}

static int load_options(struct work *k, const struct coco_view *options)
{
	struct coco_wr wr;
	size_t n;

	int r = own_options(k);
	if (r == 0)
		r = given_options(k, options);
	if (r != 0)
		return r;
	coco_wr_init(&wr, 2 * (size_t)COCO_LOAD_OPTIONS_MAX);
	coco_wr_str(&wr, k->u.options_text != NULL ? k->u.options_text : (const char *)k->own);
	if (k->u.addon_text != NULL) {
		coco_wr_str(&wr, wr.n != 0 ? " " : "");
		coco_wr_str(&wr, k->u.addon_text);
	}
	r = coco_wr_finish(&wr, &k->final, &n, k->w->diag);
	if (r != 0)
		return r;
	k->u.kernel.text = (const char *)k->final;
	k->u.kernel.logs = k->w->req->logs;
	/* bytes of -append are widened one by one, texts of the image are UTF-8 */
	r = k->u.options_text != NULL
		    ? coco_utf16_widen(coco_view_of(k->final, n), &k->final_utf16,
				       &k->u.kernel.options.n, k->w->diag)
		    : coco_utf16_encode(coco_view_of(k->final, n), &k->final_utf16,
					&k->u.kernel.options.n, k->w->diag);
	k->u.kernel.options.p = k->final_utf16;
	return r;
}

/* Texts of SMBIOS type 11 may add to the command line of the stub. */
static int smbios_options(struct work *k)
{
	static const char word[] = "io.systemd.stub.kernel-cmdline-extra";
	static const uint32_t pcrs[] = { 9, 12 };
	struct coco_view t = k->w->smbios.type11;
	int r = 0;

	if (t.n == 0 || memmem(t.p, t.n, word, strlen(word)) == NULL)
		return 0;
	for (size_t i = 0; r == 0 && i < 2; i++)
		r = coco_boot_unknown(k->w->list, pcrs[i], "command line from SMBIOS",
				      "how the stub adds it is not followed", "", k->w->diag);
	return r;
}

/* The digest of .linux as an image of its own, where the firmware would load it. */
static int load_inner(struct work *k)
{
	const struct coco_pe_section *s = k->uki.sections.one[COCO_UKI_LINUX];
	struct coco_authenticode a;
	struct coco_diag why;
	uint8_t *p = NULL;
	size_t n;

	if (k->u.stub_version >= COCO_STUB_STARTS_KERNEL || k->u.secure_boot || s == NULL)
		return 0;
	int r = coco_pe_file_load(&k->uki.file, s, COCO_VTPM_FILE_MAX, &p, &n, k->w->diag);
	if (r != 0)
		return r;
	/* something that is no PE image could not be started so: it is then not known */
	coco_diag_init(&why);
	r = coco_authenticode_bytes(coco_view_of(p, n), coco_boot_banks(k->w->list), &a, &why);
	coco_free(p);
	k->u.has_inner = r == 0;
	if (r == 0)
		coco_boot_digests_of(&k->u.inner, &a.digest, a.banks);
	return coco_err_info(r)->class == COCO_CLASS_FORMAT || r == 0
		       ? 0 : coco_fail(k->w->diag, r, "%s", why.message);
}

static void free_work(struct work *k)
{
	for (size_t i = 0; i < COCO_STUB_CPIO_KINDS; i++)
		coco_free(k->cpio[i].p);
	coco_wr_free(&k->addon_text);
	coco_free(k->addons);
	coco_free(k->addon_names);
	coco_free(k->addon_utf16);
	coco_free(k->options_text);
	coco_free(k->options_utf16);
	coco_free(k->own);
	coco_free(k->final);
	coco_free(k->final_utf16);
	coco_uki_close(&k->uki);
}

int coco_vtpm_uki(struct coco_vtpm_work *w, const struct coco_vtpm_file *image, bool loaded,
		  const struct coco_view *options)
{
	struct work *k = coco_zalloc(1, sizeof(*k));
	enum coco_vtpm_kind kind;

	if (k == NULL)
		return coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for an image");
	k->w = w;
	k->u.name = "unified kernel image";
	k->u.loaded = loaded;
	k->u.secure_boot = w->checked;
	k->u.profile = w->req->profile;
	k->u.measured = &k->uki;
	w->stub = true;
	int r = coco_vtpm_kind(image->path, &kind, &k->u.stub_version, w->diag);
	if (r == 0)
		r = coco_uki_open(w->run, image->path, w->req->profile, coco_boot_banks(w->list),
				  &k->uki, w->diag);
	if (r == 0 && !loaded)
		r = coco_boot_image_file(&w->files, image->path, "uki", &k->u.image, w->diag);
	if (r == 0)
		r = load_addons(k);
	if (r == 0)
		r = load_archives(k);
	if (r == 0)
		r = load_initrd(k);
	if (r == 0)
		r = load_options(k, options);
	if (r == 0)
		r = smbios_options(k);
	if (r == 0)
		r = load_inner(k);
	if (r == 0)
		r = coco_boot_uki(w->list, &k->u, &w->smbios, &w->smbios_done, w->diag);
	free_work(k);
	coco_free(k);
	return r;
}
