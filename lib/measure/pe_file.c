/*
 * pe_file.c - PE images in memory and in files (see pe_file.h).
 */
#include "lib/measure/pe_file.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"

enum { CHUNK = 1 << 20 };

static int parse_fd(struct coco_pe_file *f, uint64_t size, struct coco_diag *diag)
{
	size_t n = (size_t)coco_min_u64(size, COCO_PE_HEAD);
	uint8_t *head = coco_alloc(n + 1, 1);

	if (head == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the headers");
	int r = coco_pread_full(f->fd, head, n, 0, f->name, diag);
	if (r == 0)
		r = coco_pe_parse(&f->pe, coco_view_of(head, n), size, diag);
	coco_free(head);
	return r;
}

int coco_pe_file_open(struct coco_pe_file *ret, const char *path, struct coco_diag *diag)
{
	struct coco_pe_file f = { .fd = -1, .name = path };
	uint64_t size;

	int r = coco_open_read(path, &f.fd, &size, diag);
	if (r != 0)
		return r;
	r = parse_fd(&f, size, diag);
	if (r != 0) {
		coco_diag_source(diag, "%s", path);
		close(f.fd);
		return r;
	}
	*ret = f;
	return 0;
}

int coco_pe_file_memory(struct coco_pe_file *ret, struct coco_view bytes, struct coco_diag *diag)
{
	struct coco_pe_file f = { .fd = -1, .memory = bytes, .name = "PE image" };

	int r = coco_pe_parse(&f.pe, coco_view_of(bytes.p, coco_min_size(bytes.n, COCO_PE_HEAD)),
			      bytes.n, diag);
	if (r == 0)
		*ret = f;
	return r;
}

void coco_pe_file_close(struct coco_pe_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	coco_pe_free(&f->pe);
	*f = (struct coco_pe_file){ .fd = -1 };
}

int coco_pe_file_read(const struct coco_pe_file *f, void *p, size_t n, uint64_t at,
		      struct coco_diag *diag)
{
	if (f->fd >= 0)
		return coco_pread_full(f->fd, p, n, at, f->name, diag);
	if (at > f->memory.n || n > f->memory.n - at)
		return coco_fail_at(diag, COCO_E_FORMAT_SHORT, at, "PE image",
				    "the image ends before %" PRIu64, at + n);
	if (n != 0)
		memcpy(p, f->memory.p + at, n);
	return 0;
}

int coco_pe_file_pieces(const struct coco_pe_file *f, uint64_t at, uint64_t n,
			const struct coco_run *run, coco_pe_piece_fn *fn, void *ctx,
			struct coco_diag *diag)
{
	uint8_t *buf = coco_alloc((size_t)coco_min_u64(n, CHUNK) + 1, 1);
	int r = 0;

	if (buf == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to read an image");
	while (r == 0 && n != 0) {
		size_t part = (size_t)coco_min_u64(n, CHUNK);

		r = run != NULL ? coco_run_check(run, diag) : 0;
		if (r == 0)
			r = coco_pe_file_read(f, buf, part, at, diag);
		if (r == 0)
			r = fn(ctx, coco_view_of(buf, part), diag);
		at += part;
		n -= part;
	}
	coco_free(buf);
	return r;
}

static int to_banks(void *ctx, struct coco_view piece, struct coco_diag *diag)
{
	return coco_banks_update(ctx, piece.p, piece.n, diag);
}

int coco_pe_file_section(const struct coco_pe_file *f, const struct coco_pe_section *s,
			 const struct coco_run *run, struct coco_banks *b, struct coco_diag *diag)
{
	uint64_t raw = coco_min_u64(s->raw_size, s->virtual_size);

	int r = coco_pe_file_pieces(f, s->raw_at, raw, run, to_banks, b, diag);
	return r == 0 ? coco_banks_zeros(b, s->virtual_size - raw, diag) : r;
}

int coco_pe_file_load(const struct coco_pe_file *f, const struct coco_pe_section *s, size_t max,
		      uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	if (s->virtual_size > max)
		return coco_fail(diag, COCO_E_LIMIT_SIZE,
				 "the section %s has %" PRIu32 " bytes, at most %zu are possible",
				 s->name, s->virtual_size, max);
	uint8_t *p = coco_zalloc((size_t)s->virtual_size + 1, 1);
	if (p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a section");
	int r = coco_pe_file_read(f, p, (size_t)coco_min_u64(s->raw_size, s->virtual_size),
				  s->raw_at, diag);
	if (r != 0) {
		coco_free(p);
		return r;
	}
	*ret = p;
	*ret_n = s->virtual_size;
	return 0;
}
