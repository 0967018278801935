/*
 * image_esp.c - the files of the EFI system partition, and what measures each
 * (measure.md 3.2 to 3.4; see image.h).
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/verity_cmdline.h"
#include "lib/crypto/sha256.h"
#include "lib/measure/fat_fs.h"
#include "lib/measure/image_priv.h"
#include "lib/measure/pe_file.h"

enum {
	CMDLINE_MAX = 1 << 16,
	MAGIC_MAX = 128,
};

/* What an EFI program is. */
enum program {
	PROGRAM_NONE,          /* not a PE image */
	PROGRAM_UKI,
	PROGRAM_ADDON,         /* sections of a UKI without a kernel */
	PROGRAM_SYSTEMD_BOOT,
	PROGRAM_OTHER,
};

struct esp {
	struct coco_image_work *w;
	struct coco_fat_fs *fs;
	enum program loader;   /* what the firmware starts; NONE: nothing found */
};

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s);
	size_t k = strlen(end);

	return n >= k && strcasecmp(s + n - k, end) == 0;
}

static bool begins_with(const char *s, const char *start)
{
	return strncasecmp(s, start, strlen(start)) == 0;
}

static bool is_default_loader(const char *path)
{
	return strcasecmp(path, "EFI/BOOT/BOOTX64.EFI") == 0 ||
	       strcasecmp(path, "EFI/BOOT/BOOTAA64.EFI") == 0;
}

/* Whether the program says that it is systemd-boot (.sdmagic, "#### LoaderInfo: ..."). */
static int is_systemd_boot(const struct coco_image_work *w, const struct coco_pe_file *f,
			   bool *ret)
{
	const struct coco_pe_section *s = coco_pe_find(&f->pe, ".sdmagic");
	uint8_t *text = NULL;
	size_t n = 0;

	*ret = false;
	if (s == NULL || s->virtual_size > MAGIC_MAX)
		return 0;
	int r = coco_pe_file_load(f, s, MAGIC_MAX, &text, &n, w->diag);
	if (r == 0)
		*ret = strstr((const char *)text, "systemd-boot") != NULL;
	coco_free(text);
	return r;
}

/* Root hashes on the command line that a UKI or addon carries. */
static int find_roots(struct coco_image_work *w, const struct coco_pe_file *f, const char *path)
{
	const struct coco_pe_section *s = coco_pe_find(&f->pe, ".cmdline");
	struct coco_verity_words *words;
	uint8_t *text = NULL;
	size_t n = 0;

	if (s == NULL)
		return 0;
	int r = coco_pe_file_load(f, s, CMDLINE_MAX, &text, &n, w->diag);
	if (r != 0)
		return r;
	words = coco_zalloc(1, sizeof(*words));
	r = words == NULL ? coco_fail(w->diag, COCO_E_LIMIT_MEMORY, "no memory for a command line")
			  : coco_verity_cmdline_parse(words, coco_view_of(text, n), w->diag);
	for (size_t i = 0; r == 0 && i < words->n; i++) {
		struct coco_image_root *root = &w->image->root[w->image->n_roots];

		if (w->image->n_roots == COCO_IMAGE_ROOTS) {
			r = coco_fail(w->diag, COCO_E_LIMIT_SIZE, "too many root hashes on a disk");
			break;
		}
		w->image->n_roots++;
		snprintf(root->where, sizeof(root->where), "%s", path);
		snprintf(root->word, sizeof(root->word), "%s",
			 coco_verity_kind_name(words->word[i].kind));
		root->n = words->word[i].n_root;
		memcpy(root->root, words->word[i].root, root->n);
	}
	coco_free(words);
	coco_free(text);
	return r;
}

/* What a program is; with roots, its command line is looked at, too. */
static int classify(struct coco_image_work *w, struct coco_view bytes, const char *path, bool roots,
		    enum program *ret)
{
	struct coco_pe_file f;
	bool systemd_boot = false;

	*ret = PROGRAM_NONE;
	int r = coco_pe_file_memory(&f, bytes, NULL);
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(w->diag, r, "no memory to read a program");
	if (r != 0)
		return 0;   /* no program that firmware would start */
	r = is_systemd_boot(w, &f, &systemd_boot);
	if (coco_pe_find(&f.pe, ".linux") != NULL)
		*ret = PROGRAM_UKI;
	else if (systemd_boot)
		*ret = PROGRAM_SYSTEMD_BOOT;
	else if (coco_pe_find(&f.pe, ".cmdline") != NULL || coco_pe_find(&f.pe, ".dtb") != NULL ||
		 coco_pe_find(&f.pe, ".ucode") != NULL || coco_pe_find(&f.pe, ".initrd") != NULL)
		*ret = PROGRAM_ADDON;
	else
		*ret = PROGRAM_OTHER;
	if (r == 0 && roots && (*ret == PROGRAM_UKI || *ret == PROGRAM_ADDON))
		r = find_roots(w, &f, path);
	coco_pe_file_close(&f);
	return r;
}

static void by(struct coco_image_item *item, const char *registers, const char *reason)
{
	snprintf(item->by, sizeof(item->by), "%s", registers);
	snprintf(item->reason, sizeof(item->reason), "%s", reason);
}

static void set_what(struct coco_image_item *item, const char *what)
{
	snprintf(item->what, sizeof(item->what), "%s", what);
}

/* A PE program, by where it lies. */
static void judge_program(const struct esp *e, struct coco_image_item *item, enum program kind)
{
	const char *path = item->name;
	bool uki_place = begins_with(path, "EFI/Linux/") && strchr(path + 10, '/') == NULL;

	if (is_default_loader(path)) {
		set_what(item, kind == PROGRAM_UKI ? "UKI" : kind == PROGRAM_SYSTEMD_BOOT
							 ? "systemd-boot" : "boot loader");
		by(item, kind == PROGRAM_UKI ? "PCR 4, PCR 11, RTMR1, RTMR2" : "PCR 4, RTMR1",
		   kind == PROGRAM_UKI ? "started by the firmware; its sections by the stub"
				       : "Authenticode digest, as the firmware starts it");
	} else if (ends_with(path, ".addon.efi")) {
		set_what(item, "addon");
		by(item, "PCR 4, PCR 12, RTMR1, RTMR2", "loaded by the stub of its image");
	} else if (kind == PROGRAM_UKI) {
		set_what(item, "UKI");
		if (uki_place && e->loader == PROGRAM_SYSTEMD_BOOT)
			by(item, "PCR 4, PCR 11, RTMR1, RTMR2", "when systemd-boot starts it");
		else
			by(item, "", "nothing here starts it: only a boot entry could");
	} else {
		set_what(item, "EFI program");
		by(item, "", "nothing here starts it: only a boot entry or another program could");
	}
}

/* A file that is no program, by where it lies and who would read it. */
static void judge_file(const struct esp *e, struct coco_image_item *item)
{
	const char *path = item->name;
	bool extra = strstr(path, ".extra.d/") != NULL;
	bool sd = e->loader == PROGRAM_SYSTEMD_BOOT;
	bool stub = sd || e->loader == PROGRAM_UKI;

	if (sd && strcasecmp(path, "loader/loader.conf") == 0) {
		set_what(item, "loader.conf");
		by(item, "PCR 5, RTMR1", "measured by systemd-boot");
	} else if (sd && begins_with(path, "loader/entries/") && ends_with(path, ".conf")) {
		set_what(item, "boot entry");
		by(item, "", "the entry is not measured; the kernel, initrd and options that it "
		   "names are, when it is chosen");
	} else if (stub && ends_with(path, ".cred") &&
		   (extra || begins_with(path, "loader/credentials/"))) {
		set_what(item, "credential");
		by(item, "PCR 12, RTMR2", "in the archive that the stub makes for the initrd");
	} else if (stub && extra && ends_with(path, ".confext.raw")) {
		set_what(item, "configuration extension");
		by(item, "PCR 12, RTMR2", "in the archive that the stub makes for the initrd");
	} else if (stub && extra && ends_with(path, ".raw")) {
		set_what(item, "system extension");
		by(item, "PCR 13, RTMR2", "in the archive that the stub makes for the initrd");
	} else if (e->loader == PROGRAM_OTHER) {
		by(item, "", "the boot loader is not one whose measurements are known here; GRUB "
		   "measures what it reads into PCR 8 and 9");
	} else {
		by(item, "", "nothing that boots from here reads it");
	}
}

static int read_file(struct esp *e, const char *path, const struct coco_fat_entry *entry,
		     uint8_t **ret, size_t *ret_n)
{
	if (entry->size > COCO_IMAGE_FILE_MAX)
		return coco_fail(e->w->diag, COCO_E_LIMIT_SIZE,
				 "%s on the EFI system partition has more than 1 GiB", path);
	int r = coco_run_check(e->w->run, e->w->diag);
	return r == 0 ? coco_fat_fs_read(e->fs, path, COCO_IMAGE_FILE_MAX, ret, ret_n, e->w->diag)
		      : r;
}

static int one_file(void *ctx, const char *path, const struct coco_fat_entry *entry,
		    struct coco_diag *diag)
{
	struct esp *e = ctx;
	enum program kind = PROGRAM_NONE;
	size_t roots = e->w->image->n_roots;
	uint8_t *p = NULL;
	size_t n = 0;

	if ((entry->attr & COCO_FAT_DIRECTORY) != 0)
		return 0;
	int r = read_file(e, path, entry, &p, &n);
	if (r == 0)
		r = classify(e->w, coco_view_of(p, n), path, true, &kind);
	struct coco_image_item *item = r == 0 ? coco_image_add(e->w, path, "file") : NULL;
	if (item != NULL) {
		coco_sha256_once(p, n, item->sha256);
		item->has_sha256 = true;
		item->size = n;
		if (kind != PROGRAM_NONE)
			judge_program(e, item, kind);
		else
			judge_file(e, item);
		for (; roots < e->w->image->n_roots; roots++)
			e->w->image->root[roots].measured = item->by[0] != '\0';
	} else if (r == 0) {
		r = diag != NULL ? diag->code : COCO_E_LIMIT_MEMORY;
	}
	coco_free(p);
	return r;
}

/* What the firmware starts when nothing else was set up. */
static int find_loader(struct esp *e)
{
	static const char *const paths[] = { "EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/BOOTAA64.EFI" };
	struct coco_image_work *w = e->w;

	for (size_t i = 0; i < COCO_ARRAY_LEN(paths); i++) {
		struct coco_fat_entry entry;
		bool exists = false;
		uint8_t *p = NULL;
		size_t n = 0;

		int r = coco_fat_fs_exists(e->fs, paths[i], &exists, w->diag);
		if (r == 0 && exists)
			r = coco_fat_fs_find(e->fs, paths[i], &entry, w->diag);
		if (r == 0 && exists)
			r = read_file(e, paths[i], &entry, &p, &n);
		if (r == 0 && exists)
			r = classify(w, coco_view_of(p, n), paths[i], false, &e->loader);
		coco_free(p);
		if (r != 0 || exists)
			return r;
	}
	return 0;
}

int coco_image_esp(struct coco_image_work *w, const struct coco_partition *part)
{
	struct esp e = { .w = w, .loader = PROGRAM_NONE };

	struct coco_image_item *item = coco_image_partition(w, part);
	if (item == NULL)
		return w->diag != NULL ? w->diag->code : COCO_E_LIMIT_MEMORY;
	by(item, "", "not as a whole: its files one by one, as below");
	int r = coco_fat_fs_open(&e.fs, w->disk, part->at, part->size, w->diag);
	if (r == 0)
		r = find_loader(&e);
	if (r == 0)
		r = coco_fat_fs_walk(e.fs, one_file, &e, w->diag);
	coco_fat_fs_close(e.fs);
	return r;
}
