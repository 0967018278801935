/*
 * authenticode.c - the digest of a PE image (see authenticode.h).
 */
#include "lib/measure/authenticode.h"

#include "formats/core/mem.h"

static int to_banks(void *ctx, struct coco_view piece, struct coco_diag *diag)
{
	return coco_banks_update(ctx, piece.p, piece.n, diag);
}

/* What is covered, in order; the message stays open. */
static int covered(const struct coco_pe_file *f, const struct coco_pe_range *list, size_t n,
		   const struct coco_run *run, struct coco_banks *b, struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		if (list[i].hashed)
			r = coco_pe_file_pieces(f, list[i].at, list[i].n, run, to_banks, b, diag);
	return r;
}

int coco_authenticode(const struct coco_pe_file *f, unsigned banks, const struct coco_run *run,
		      struct coco_authenticode *ret, struct coco_diag *diag)
{
	struct coco_authenticode a = { .banks = banks, .padding = coco_pe_padding(&f->pe) };
	struct coco_pe_range *list = NULL;
	struct coco_banks b = { .mask = 0 };
	size_t n = 0;

	int r = coco_pe_ranges(&f->pe, &list, &n, diag);
	if (r == 0)
		r = coco_banks_init(&b, banks, diag);
	if (r == 0)
		r = covered(f, list, n, run, &b, diag);
	if (r == 0)
		r = coco_banks_final(&b, &a.digest, diag);
	if (r == 0 && a.padding != 0) {
		r = covered(f, list, n, run, &b, diag);
		if (r == 0)
			r = coco_banks_zeros(&b, a.padding, diag);
		if (r == 0)
			r = coco_banks_final(&b, &a.padded, diag);
	}
	coco_banks_free(&b);
	coco_free(list);
	if (r == 0)
		*ret = a;
	return r;
}

int coco_authenticode_path(const char *path, unsigned banks, const struct coco_run *run,
			   struct coco_authenticode *ret, struct coco_diag *diag)
{
	struct coco_pe_file f;

	int r = coco_pe_file_open(&f, path, diag);
	if (r != 0)
		return r;
	r = coco_authenticode(&f, banks, run, ret, diag);
	coco_pe_file_close(&f);
	return r;
}

int coco_authenticode_bytes(struct coco_view bytes, unsigned banks,
			    struct coco_authenticode *ret, struct coco_diag *diag)
{
	struct coco_pe_file f;

	int r = coco_pe_file_memory(&f, bytes, diag);
	if (r != 0)
		return r;
	r = coco_authenticode(&f, banks, NULL, ret, diag);
	coco_pe_file_close(&f);
	return r;
}
