/*
 * boot_files.c - digests of files for boot events (see boot_files.h).
 */
#include "lib/measure/boot_files.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"
#include "lib/measure/authenticode.h"

void coco_boot_digests_of(struct coco_boot_digests *ret, const struct coco_bank_values *values,
			  unsigned mask)
{
	static const enum coco_digest_alg algs[COCO_BANKS] = {
		[COCO_BANK_SHA1] = COCO_DIGEST_SHA1, [COCO_BANK_SHA256] = COCO_DIGEST_SHA256,
		[COCO_BANK_SHA384] = COCO_DIGEST_SHA384, [COCO_BANK_SHA512] = COCO_DIGEST_SHA512,
	};

	memset(ret, 0, sizeof(*ret));
	for (int i = 0; i < COCO_BANKS; i++)
		if (mask & COCO_BANK_BIT(i))
			coco_mrecord_digest_set(&ret->bank[i], values->p[algs[i]],
						coco_digest_length(algs[i]));
}

static int name_it(const struct coco_boot_files *f, const char *name, struct coco_sha256 *ctx,
		   uint64_t size, struct coco_diag *diag)
{
	struct coco_mrecord_file file = { .size = size };

	snprintf(file.name, sizeof(file.name), "%s", name);
	coco_sha256_final(ctx, file.sha256);
	return coco_mrecord_file(f->rec, &file, diag);
}

/* SHA-256 of an open file, and with a list its digests in the banks too. */
static int pieces(const struct coco_boot_files *f, bool banks, int fd, uint64_t size,
		  const char *path, struct coco_sha256 *ctx, struct coco_diag *diag)
{
	enum { CHUNK = 1 << 20 };
	uint8_t *buf = coco_alloc(CHUNK, 1);
	int r = 0;

	if (buf == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to hash a file");
	for (uint64_t at = 0; r == 0 && at < size; at += CHUNK) {
		size_t n = (size_t)coco_min_u64(CHUNK, size - at);

		r = coco_run_check(f->run, diag);
		if (r == 0)
			r = coco_pread_full(fd, buf, n, at, path, diag);
		if (r == 0)
			coco_sha256_update(ctx, buf, n);
		if (r == 0 && banks)
			r = coco_boot_update(f->list, buf, n, diag);
	}
	coco_free(buf);
	return r;
}

static int read_through(const struct coco_boot_files *f, bool banks, const char *path,
			const char *name, uint64_t *ret_size, struct coco_diag *diag)
{
	struct coco_sha256 ctx;
	uint64_t size;
	int fd;

	int r = coco_open_read(path, &fd, &size, diag);
	if (r != 0)
		return r;
	coco_sha256_init(&ctx);
	r = pieces(f, banks, fd, size, path, &ctx, diag);
	close(fd);
	if (r == 0)
		r = name_it(f, name, &ctx, size, diag);
	if (r == 0 && ret_size != NULL)
		*ret_size = size;
	return r;
}

int coco_boot_hash_file(const struct coco_boot_files *f, const char *path, const char *name,
			struct coco_boot_digests *ret, uint64_t *ret_size,
			struct coco_diag *diag)
{
	int r = read_through(f, true, path, name, ret_size, diag);

	return r == 0 ? coco_boot_final(f->list, ret, diag) : r;
}

int coco_boot_hash_bytes(const struct coco_boot_files *f, struct coco_view bytes,
			 const char *name, struct coco_boot_digests *ret,
			 struct coco_diag *diag)
{
	struct coco_sha256 ctx;

	int r = coco_boot_update(f->list, bytes.p, bytes.n, diag);
	if (r == 0)
		r = coco_boot_final(f->list, ret, diag);
	if (r != 0 || name == NULL)
		return r;
	coco_sha256_init(&ctx);
	coco_sha256_update(&ctx, bytes.p, bytes.n);
	return name_it(f, name, &ctx, bytes.n, diag);
}

int coco_boot_image_file(const struct coco_boot_files *f, const char *path, const char *name,
			 struct coco_boot_digests *ret, struct coco_diag *diag)
{
	struct coco_authenticode a;

	int r = coco_authenticode_path(path, coco_boot_banks(f->list), f->run, &a, diag);
	if (r != 0)
		return r;
	coco_boot_digests_of(ret, &a.digest, a.banks);
	return read_through(f, false, path, name, NULL, diag);
}

int coco_boot_read_file(const struct coco_boot_files *f, const char *path, const char *name,
			size_t max, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	struct coco_sha256 ctx;
	uint8_t *p = NULL;
	size_t n;

	int r = coco_read_file(path, max, &p, &n, diag);
	if (r != 0)
		return r;
	coco_sha256_init(&ctx);
	coco_sha256_update(&ctx, p, n);
	r = name_it(f, name, &ctx, n, diag);
	if (r != 0) {
		coco_free(p);
		return r;
	}
	*ret = p;
	*ret_n = n;
	return 0;
}
