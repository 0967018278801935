/*
 * launch_files.c - the files of a launch: firmware and SVSM into memory,
 * kernel and initrd through a hash (see launch_priv.h).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/measure/launch_priv.h"

static int load_image(struct coco_launch_work *w, const char *path, const char *name,
		      struct coco_launch_image *image)
{
	struct coco_mrecord_file file = { .size = 0 };
	bool pages = w->req->platform == COCO_LAUNCH_SNP && w->req->firmware_digest == NULL;

	snprintf(file.name, sizeof(file.name), "%s", name);
	int r = coco_read_file(path, COCO_OVMF_MAX, &image->p, &image->n, w->diag);
	if (r == 0)
		r = coco_ovmf_parse(&image->table, coco_view_of(image->p, image->n), w->diag);
	if (r == 0)
		r = coco_launch_hash_image(w->run, image, pages, file.sha256, w->diag);
	if (r != 0) {
		coco_diag_source(w->diag, "%s", path);
		return r;
	}
	file.size = image->n;
	return coco_mrecord_file(&w->out->record, &file, w->diag);
}

/* A file of any size in constant memory. */
static int hash_fd(const struct coco_run *run, int fd, uint64_t size, const char *path,
		   struct coco_sha256 *ctx, struct coco_diag *diag)
{
	enum { CHUNK = 1 << 20 };
	uint8_t *buf = coco_alloc(CHUNK, 1);
	int r = 0;

	if (buf == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to hash a file");
	for (uint64_t at = 0; r == 0 && at < size; at += CHUNK) {
		size_t n = (size_t)coco_min_u64(CHUNK, size - at);

		r = coco_run_check(run, diag);
		if (r == 0)
			r = coco_pread_full(fd, buf, n, at, path, diag);
		if (r == 0)
			coco_sha256_update(ctx, buf, n);
	}
	coco_free(buf);
	return r;
}

int coco_launch_hash_file(const struct coco_run *run, const char *path,
			  uint8_t ret[COCO_SHA256_SIZE], uint64_t *ret_size,
			  struct coco_diag *diag)
{
	struct coco_sha256 ctx;
	uint64_t size;
	int fd;

	int r = coco_open_read(path, &fd, &size, diag);
	if (r != 0)
		return r;
	coco_sha256_init(&ctx);
	r = hash_fd(run, fd, size, path, &ctx, diag);
	close(fd);
	if (r != 0)
		return r;
	coco_sha256_final(&ctx, ret);
	*ret_size = size;
	return 0;
}

/* path NULL: the digest of nothing. */
static int hash_file(struct coco_launch_work *w, const char *path, const char *name,
		     uint8_t ret[COCO_SHA256_SIZE])
{
	struct coco_mrecord_file file = { .size = 0 };
	struct coco_sha256 ctx;

	if (path == NULL) {
		coco_sha256_init(&ctx);
		coco_sha256_final(&ctx, ret);
		return 0;
	}
	snprintf(file.name, sizeof(file.name), "%s", name);
	int r = coco_launch_hash_file(w->run, path, file.sha256, &file.size, w->diag);
	if (r != 0)
		return r;
	memcpy(ret, file.sha256, COCO_SHA256_SIZE);
	return coco_mrecord_file(&w->out->record, &file, w->diag);
}

int coco_launch_hash_cmdline(struct coco_view line, bool trim, uint8_t ret[COCO_SHA256_SIZE],
			     uint64_t *ret_size, struct coco_diag *diag)
{
	struct coco_sha256 ctx;

	if (line.n > COCO_CMDLINE_MAX || (line.n != 0 && memchr(line.p, 0, line.n) != NULL))
		return coco_fail(diag, COCO_E_CMDLINE,
				 "a command line of %zu bytes is too long or holds a NUL", line.n);
	if (trim)
		line = coco_cmdline_trim(line);
	coco_sha256_init(&ctx);
	coco_sha256_update(&ctx, line.p, line.n);
	coco_sha256_update(&ctx, "", 1);
	coco_sha256_final(&ctx, ret);
	*ret_size = line.n + 1;
	return 0;
}

/* The command line with its NUL, as the VMM hands it over. */
static int hash_cmdline(struct coco_launch_work *w)
{
	struct coco_mrecord_file file = { .name = "cmdline" };

	int r = coco_launch_hash_cmdline(w->req->append, w->req->trim, file.sha256, &file.size,
					 w->diag);
	if (r != 0)
		return r;
	memcpy(w->hashes.cmdline, file.sha256, sizeof(file.sha256));
	return coco_mrecord_file(&w->out->record, &file, w->diag);
}

/* Where the SVSM image lies: below the variable store, which lies below the firmware. */
static int place_svsm(struct coco_launch_work *w)
{
	uint64_t below = w->firmware.gpa;

	if (!w->svsm.table.has_svsm)
		return coco_fail(w->diag, COCO_E_SVSM_NO_INFO,
				 "the image has no SVSM info in its table");
	if (w->req->vars_size % COCO_OVMF_PAGE != 0)
		return coco_fail(w->diag, COCO_E_USAGE_VALUE,
				 "the size of the variable store is not made of whole pages");
	if (w->req->vars_size > below || w->svsm.n > below - w->req->vars_size)
		return coco_fail(w->diag, COCO_E_SVSM_NO_INFO,
				 "variable store and SVSM do not fit below the firmware");
	w->svsm.gpa = below - w->req->vars_size - w->svsm.n;
	uint64_t start = w->svsm.gpa + w->svsm.table.svsm_start;
	if (start > UINT32_MAX)
		return coco_fail(w->diag, COCO_E_SVSM_NO_INFO,
				 "the SVSM image starts beyond 4 GiB");
	w->bsp_eip = (uint32_t)start;
	w->ap_eip = (uint32_t)start;
	return 0;
}

int coco_launch_load(struct coco_launch_work *w)
{
	const struct coco_launch_request *req = w->req;

	int r = load_image(w, req->firmware, "firmware", &w->firmware);
	if (r != 0)
		return r;
	w->firmware.gpa = ((uint64_t)1 << 32) - w->firmware.n;
	w->bsp_eip = COCO_VMSA_BSP_EIP;
	w->ap_eip = w->firmware.table.reset_eip;
	if (req->svsm != NULL) {
		r = load_image(w, req->svsm, "svsm", &w->svsm);
		if (r == 0)
			r = place_svsm(w);
		if (r != 0)
			coco_diag_source(w->diag, "%s", req->svsm);
		return r;
	}
	if (req->kernel == NULL)
		return 0;
	r = hash_file(w, req->kernel, "kernel", w->hashes.kernel);
	if (r == 0)
		r = hash_file(w, req->initrd, "initrd", w->hashes.initrd);
	return r == 0 ? hash_cmdline(w) : r;
}
