/*
 * uki.c - unified kernel images and files to build them from (see uki.h).
 */
#include "lib/measure/uki.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/core/utf8.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"

enum {
	TEXT_MAX = 4096,   /* bytes of a text that is shown */
	INPUTS = COCO_UKI_KINDS + COCO_UKI_INITRDS,
	PARTS = COCO_UKI_KINDS + 2 * COCO_UKI_ALTERNATIVES,
};

struct work {
	const struct coco_run *run;
	struct coco_uki *uki;
	struct coco_banks banks;       /* with SHA-256 in any case */
	struct coco_diag *diag;
};

static int no_memory(struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a unified kernel image");
}

static int begin(struct work *w, unsigned banks)
{
	w->uki->banks = banks;
	return coco_banks_init(&w->banks, banks | COCO_BANK(COCO_DIGEST_SHA256), w->diag);
}

/* The message of w->banks is the contents of the next part. */
static int add_part(struct work *w, struct coco_uki_part *part)
{
	struct coco_uki *u = w->uki;

	int r = coco_banks_final(&w->banks, &part->digest, w->diag);
	if (r == 0 && !coco_grow((void **)&u->parts, &u->cap_parts, u->n_parts,
				 sizeof(*u->parts), PARTS))
		r = no_memory(w->diag);
	if (r != 0) {
		coco_free(part->text);
		return r;
	}
	memcpy(part->sha256, part->digest.p[COCO_DIGEST_SHA256], sizeof(part->sha256));
	u->parts[u->n_parts++] = *part;
	return 0;
}

static int add_input(struct work *w, struct coco_mrecord_file *file, struct coco_sha256 *ctx)
{
	struct coco_uki *u = w->uki;

	if (!coco_grow((void **)&u->inputs, &u->cap_inputs, u->n_inputs, sizeof(*u->inputs),
		       INPUTS))
		return no_memory(w->diag);
	coco_sha256_final(ctx, file->sha256);
	u->inputs[u->n_inputs++] = *file;
	return 0;
}

/* Keeps a copy of the contents when they are a text that can be shown as it is. */
static int take_text(struct work *w, struct coco_uki_part *part, const uint8_t *p, size_t n)
{
	if ((part->kind != COCO_UKI_CMDLINE && part->kind != COCO_UKI_UNAME) || n == 0 ||
	    n > TEXT_MAX || memchr(p, 0, n) != NULL || !coco_utf8_valid(p, n, NULL))
		return 0;
	part->text = coco_strndup((const char *)p, n);
	return part->text != NULL ? 0 : no_memory(w->diag);
}

/* ---- an image ---------------------------------------------------------------------- */

static int add_section(struct work *w, enum coco_uki_kind kind, const struct coco_pe_section *s)
{
	struct coco_pe_file *f = &w->uki->file;
	struct coco_uki_part part = { .kind = kind, .size = s->virtual_size, .section = s };
	uint8_t *text = NULL;
	size_t n = 0;

	if (s->virtual_size > f->pe.image_size)
		return coco_fail(w->diag, COCO_E_UKI_SECTION,
				 "the section %s has %" PRIu32 " bytes, the image in memory %"
				 PRIu32, s->name, s->virtual_size, f->pe.image_size);
	int r = coco_pe_file_section(f, s, w->run, &w->banks, w->diag);
	if (r == 0 && s->virtual_size <= TEXT_MAX)
		r = coco_pe_file_load(f, s, TEXT_MAX, &text, &n, w->diag);
	if (r == 0)
		r = take_text(w, &part, text, n);
	coco_free(text);
	return r == 0 ? add_part(w, &part) : r;
}

static int add_sections(struct work *w)
{
	const struct coco_uki_sections *s = &w->uki->sections;
	int r = 0;

	for (unsigned i = 0; r == 0 && i < COCO_UKI_KINDS; i++) {
		enum coco_uki_kind kind = (enum coco_uki_kind)i;

		if (s->one[i] != NULL && coco_uki_measured(kind))
			r = add_section(w, kind, s->one[i]);
		for (size_t k = 0; r == 0 && kind == COCO_UKI_DTBAUTO && k < s->dtbauto.n; k++)
			r = add_section(w, kind, s->dtbauto.section[k]);
		for (size_t k = 0; r == 0 && kind == COCO_UKI_EFIFW && k < s->efifw.n; k++)
			r = add_section(w, kind, s->efifw.section[k]);
	}
	return r;
}

static int to_sha256(void *ctx, struct coco_view piece, struct coco_diag *diag)
{
	(void)diag;
	coco_sha256_update(ctx, piece.p, piece.n);
	return 0;
}

static int read_image(struct work *w, size_t profile, unsigned banks)
{
	struct coco_uki *u = w->uki;
	struct coco_mrecord_file file = { .name = "image", .size = u->file.pe.file_size };
	struct coco_sha256 ctx;

	int r = coco_uki_select(&u->sections, &u->file.pe, profile, w->diag);
	u->profile = profile;
	u->n_profiles = u->sections.n_profiles;
	if (r == 0)
		r = begin(w, banks);
	if (r == 0)
		r = add_sections(w);
	coco_sha256_init(&ctx);
	if (r == 0)
		r = coco_pe_file_pieces(&u->file, 0, file.size, w->run, to_sha256, &ctx, w->diag);
	return r == 0 ? add_input(w, &file, &ctx) : r;
}

static int finish(struct work *w, int r, struct coco_uki *ret)
{
	coco_banks_free(&w->banks);
	if (r == 0)
		*ret = *w->uki;
	else
		coco_uki_close(w->uki);
	return r;
}

int coco_uki_open(const struct coco_run *run, const char *path, size_t profile, unsigned banks,
		  struct coco_uki *ret, struct coco_diag *diag)
{
	struct coco_uki uki = { .has_image = false };
	struct work w = { .run = run, .uki = &uki, .diag = diag };

	int r = coco_pe_file_open(&uki.file, path, diag);
	if (r != 0)
		return r;
	uki.has_image = true;
	r = read_image(&w, profile, banks);
	if (r != 0)
		coco_diag_source(diag, "%s", path);
	return finish(&w, r, ret);
}

/* ---- files ------------------------------------------------------------------------- */

static int hash_fd(struct work *w, int fd, uint64_t size, const char *path,
		   struct coco_sha256 *ctx, struct coco_uki_part *part)
{
	enum { CHUNK = 1 << 20 };
	uint8_t *buf = coco_alloc(CHUNK, 1);
	int r = 0;

	if (buf == NULL)
		return no_memory(w->diag);
	for (uint64_t at = 0; r == 0 && at < size; at += CHUNK) {
		size_t n = (size_t)coco_min_u64(CHUNK, size - at);

		r = coco_run_check(w->run, w->diag);
		if (r == 0)
			r = coco_pread_full(fd, buf, n, at, path, w->diag);
		if (r == 0)
			r = coco_banks_update(&w->banks, buf, n, w->diag);
		coco_sha256_update(ctx, buf, n);
	}
	if (r == 0 && size <= TEXT_MAX)
		r = take_text(w, part, buf, (size_t)size);
	coco_free(buf);
	return r;
}

/* Adds a file to the part; fill: zeros up to a multiple of it. */
static int add_file(struct work *w, const char *path, const char *name, unsigned fill,
		    struct coco_uki_part *part)
{
	struct coco_mrecord_file file = { .size = 0 };
	struct coco_sha256 ctx;
	int fd;

	snprintf(file.name, sizeof(file.name), "%s", name);
	coco_sha256_init(&ctx);
	int r = coco_open_read(path, &fd, &file.size, w->diag);
	if (r != 0)
		return r;
	r = hash_fd(w, fd, file.size, path, &ctx, part);
	close(fd);
	if (r == 0)
		r = add_input(w, &file, &ctx);
	uint64_t zeros = -file.size & (fill - 1);
	if (r == 0)
		r = coco_banks_zeros(&w->banks, zeros, w->diag);
	part->size += file.size + zeros;
	return r;
}

static int add_initrds(struct work *w, const struct coco_uki_files *files,
		       struct coco_uki_part *part)
{
	unsigned fill = files->n_initrd > 1 ? 4 : 1;
	int r = 0;

	for (size_t i = 0; r == 0 && i < files->n_initrd; i++) {
		char name[32];

		snprintf(name, sizeof(name), i == 0 ? "initrd" : "initrd %zu", i + 1);
		r = add_file(w, files->initrd[i], name, fill, part);
	}
	return r;
}

static int read_files(struct work *w, const struct coco_uki_files *files, unsigned banks)
{
	int r = begin(w, banks);

	for (unsigned i = 0; r == 0 && i < COCO_UKI_KINDS; i++) {
		struct coco_uki_part part = { .kind = (enum coco_uki_kind)i };

		if (i == COCO_UKI_INITRD)
			r = add_initrds(w, files, &part);
		else if (files->path[i] != NULL)
			r = add_file(w, files->path[i], coco_uki_name(part.kind) + 1, 1, &part);
		if (r == 0 && part.size != 0)
			r = add_part(w, &part);
		else
			coco_free(part.text);
	}
	return r;
}

int coco_uki_from_files(const struct coco_run *run, const struct coco_uki_files *files,
			unsigned banks, struct coco_uki *ret, struct coco_diag *diag)
{
	struct coco_uki uki = { .has_image = false };
	struct work w = { .run = run, .uki = &uki, .diag = diag };

	if (files->path[COCO_UKI_LINUX] == NULL)
		return coco_fail(diag, COCO_E_USAGE_MISSING, "there is no kernel (.linux)");
	if (files->n_initrd > COCO_UKI_INITRDS)
		return coco_fail(diag, COCO_E_USAGE_VALUE, "at most %d initrd files are possible",
				 COCO_UKI_INITRDS);
	return finish(&w, read_files(&w, files, banks), ret);
}

void coco_uki_close(struct coco_uki *uki)
{
	if (uki->has_image)
		coco_pe_file_close(&uki->file);
	for (size_t i = 0; i < uki->n_parts; i++)
		coco_free(uki->parts[i].text);
	coco_free(uki->parts);
	coco_free(uki->inputs);
	*uki = (struct coco_uki){ .has_image = false };
}
