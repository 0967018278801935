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

/* A file in memory has the name of a descriptor, which another one may have later. */
static struct coco_shelf *shelf_for(const struct coco_boot_files *f, const char *path)
{
	return strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/dev/", 5) == 0 ? NULL : f->shelf;
}

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

static int name_it(const struct coco_boot_files *f, const char *name, uint64_t size,
		   const uint8_t sha256[COCO_SHA256_SIZE], struct coco_diag *diag)
{
	struct coco_mrecord_file file = { .size = size };

	snprintf(file.name, sizeof(file.name), "%s", name);
	memcpy(file.sha256, sha256, sizeof(file.sha256));
	return coco_mrecord_file(f->rec, &file, diag);
}

static int name_bytes(const struct coco_boot_files *f, const char *name, struct coco_view bytes,
		      struct coco_diag *diag)
{
	uint8_t sha256[COCO_SHA256_SIZE];

	coco_sha256_once(bytes.p, bytes.n, sha256);
	return name_it(f, name, bytes.n, sha256, diag);
}

/* SHA-256 of an open file, its first bytes, and with banks its digests in them too. */
static int pieces(const struct coco_boot_files *f, bool banks, int fd, const char *path,
		  struct coco_shelf_file *ret, struct coco_diag *diag)
{
	enum { CHUNK = 1 << 20 };
	uint8_t *buf = coco_alloc(CHUNK, 1);
	struct coco_sha256 ctx;
	int r = 0;

	if (buf == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to hash a file");
	coco_sha256_init(&ctx);
	for (uint64_t at = 0; r == 0 && at < ret->size; at += CHUNK) {
		size_t n = (size_t)coco_min_u64(CHUNK, ret->size - at);

		r = coco_run_check(f->run, diag);
		if (r == 0)
			r = coco_pread_full(fd, buf, n, at, path, diag);
		if (r == 0 && at == 0)
			memcpy(ret->head, buf, coco_min_size(n, sizeof(ret->head)));
		if (r == 0)
			coco_sha256_update(&ctx, buf, n);
		if (r == 0 && banks)
			r = coco_boot_update(f->list, buf, n, diag);
	}
	coco_sha256_final(&ctx, ret->sha256);
	coco_free(buf);
	return r;
}

static int read_through(const struct coco_boot_files *f, bool banks, const char *path,
			struct coco_shelf_file *ret, struct coco_diag *diag)
{
	int fd;

	int r = coco_open_read(path, &fd, &ret->size, diag);
	if (r != 0)
		return r;
	r = pieces(f, banks, fd, path, ret, diag);
	close(fd);
	return r;
}

int coco_boot_hash_file(const struct coco_boot_files *f, const char *path, const char *name,
			struct coco_boot_digests *ret, uint64_t *ret_size,
			struct coco_diag *diag)
{
	const struct coco_shelf_key key = { .kind = COCO_SHELF_WHOLE, .path = path,
					    .banks = coco_boot_banks(f->list) };
	struct coco_shelf_file file = { .size = 0 };
	int r = 0;

	if (!coco_shelf_find(shelf_for(f, path), &key, &file)) {
		r = read_through(f, true, path, &file, diag);
		if (r == 0)
			r = coco_boot_final(f->list, &file.digests, diag);
		if (r == 0)
			r = coco_shelf_keep(shelf_for(f, path), &key, &file, diag);
	}
	if (r == 0)
		r = name_it(f, name, file.size, file.sha256, diag);
	if (r != 0)
		return r;
	*ret = file.digests;
	if (ret_size != NULL)
		*ret_size = file.size;
	return 0;
}

int coco_boot_hash_bytes(const struct coco_boot_files *f, struct coco_view bytes,
			 const char *name, struct coco_boot_digests *ret,
			 struct coco_diag *diag)
{
	int r = coco_boot_update(f->list, bytes.p, bytes.n, diag);

	if (r == 0)
		r = coco_boot_final(f->list, ret, diag);
	return r == 0 && name != NULL ? name_bytes(f, name, bytes, diag) : r;
}

/* The Authenticode digest of a file as it is. */
static int image_digests(const struct coco_boot_files *f, const char *path,
			 struct coco_boot_digests *ret, struct coco_diag *diag)
{
	struct coco_authenticode a;

	int r = coco_authenticode_path(path, coco_boot_banks(f->list), f->run, &a, diag);
	if (r == 0)
		coco_boot_digests_of(ret, &a.digest, a.banks);
	return r;
}

int coco_boot_image_file(const struct coco_boot_files *f, const char *path, const char *name,
			 struct coco_boot_digests *ret, struct coco_diag *diag)
{
	const struct coco_shelf_key key = { .kind = COCO_SHELF_IMAGE, .path = path,
					    .banks = coco_boot_banks(f->list) };
	struct coco_shelf_file file = { .size = 0 };
	int r = 0;

	if (!coco_shelf_find(shelf_for(f, path), &key, &file)) {
		r = image_digests(f, path, &file.digests, diag);
		if (r == 0)
			r = read_through(f, false, path, &file, diag);
		if (r == 0)
			r = coco_shelf_keep(shelf_for(f, path), &key, &file, diag);
	}
	if (r == 0)
		r = name_it(f, name, file.size, file.sha256, diag);
	if (r == 0)
		*ret = file.digests;
	return r;
}

int coco_boot_kernel_head(const struct coco_boot_files *f, const char *path, const char *name,
			  struct coco_shelf_file *ret, struct coco_diag *diag)
{
	const struct coco_shelf_key key = { .kind = COCO_SHELF_HEAD, .path = path };
	struct coco_shelf_file file = { .size = 0 };
	int r = 0;

	if (!coco_shelf_find(shelf_for(f, path), &key, &file)) {
		r = read_through(f, false, path, &file, diag);
		if (r == 0)
			r = coco_shelf_keep(shelf_for(f, path), &key, &file, diag);
	}
	if (r == 0)
		r = name_it(f, name, file.size, file.sha256, diag);
	if (r == 0)
		*ret = file;
	return r;
}

/* The file with what QEMU appends for a device tree; takes *p. */
static int append_dtb(uint8_t **p, size_t *n, const struct coco_linux_launch *launch,
		      struct coco_diag *diag)
{
	struct coco_linux_setup s;
	uint8_t node[COCO_LINUX_DTB_HEAD];
	size_t pad;

	coco_linux_setup_parse(&s, coco_view_of(*p, *n));
	if (launch->dtb.n == 0 || !s.is_linux)
		return 0;
	coco_linux_setup_tail(&s, launch, &pad, node);
	uint8_t *all = coco_zalloc(*n + pad + sizeof(node) + launch->dtb.n, 1);
	if (all == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a kernel");
	memcpy(all, *p, *n);
	memcpy(all + *n + pad, node, sizeof(node));
	memcpy(all + *n + pad + sizeof(node), launch->dtb.p, launch->dtb.n);
	coco_free(*p);
	*p = all;
	*n += pad + sizeof(node) + launch->dtb.n;
	return 0;
}

static int patched_digests(const struct coco_boot_files *f, const char *path,
			   const uint8_t head[COCO_LINUX_SETUP_LEAST],
			   const struct coco_linux_launch *launch,
			   struct coco_boot_digests *ret, struct coco_diag *diag)
{
	struct coco_authenticode a;
	uint8_t *p = NULL;
	size_t n;

	int r = coco_read_file(path, COCO_BOOT_KERNEL_MAX, &p, &n, diag);
	if (r != 0)
		return r;
	memcpy(p, head, coco_min_size(n, COCO_LINUX_SETUP_LEAST));
	r = append_dtb(&p, &n, launch, diag);
	if (r == 0)
		r = coco_authenticode_bytes(coco_view_of(p, n), coco_boot_banks(f->list), &a, diag);
	if (r == 0)
		coco_boot_digests_of(ret, &a.digest, a.banks);
	else
		coco_diag_source(diag, "%s", path);
	coco_free(p);
	return r;
}

int coco_boot_kernel_image(const struct coco_boot_files *f, const char *path,
			   const struct coco_shelf_file *head,
			   const struct coco_linux_launch *options,
			   struct coco_boot_digests *ret, struct coco_diag *diag)
{
	struct coco_linux_launch with_size = options != NULL ? *options :
					     (struct coco_linux_launch){ .memory = 0 };
	const struct coco_linux_launch *launch = options != NULL ? &with_size : NULL;
	struct coco_shelf_key key = { .path = path, .banks = coco_boot_banks(f->list) };
	struct coco_shelf_file file = *head;
	size_t n = (size_t)coco_min_u64(head->size, sizeof(file.head));
	struct coco_sha256 ctx;
	int r = 0;

	with_size.kernel_size = head->size;
	key.kind = launch != NULL ? COCO_SHELF_PATCHED : COCO_SHELF_IMAGE;
	if (launch != NULL) {
		r = coco_linux_setup_patch(file.head, n, launch, diag);
		if (r != 0)
			coco_diag_source(diag, "%s", path);
		coco_sha256_init(&ctx);
		coco_sha256_update(&ctx, file.head, n);
		coco_sha256_update(&ctx, launch->dtb.p, launch->dtb.n);
		coco_sha256_final(&ctx, key.head);
	}
	if (r == 0 && !coco_shelf_find(shelf_for(f, path), &key, &file)) {
		r = launch != NULL ? patched_digests(f, path, file.head, launch, &file.digests,
						    diag)
				   : image_digests(f, path, &file.digests, diag);
		if (r == 0)
			r = coco_shelf_keep(shelf_for(f, path), &key, &file, diag);
	}
	if (r == 0)
		*ret = file.digests;
	return r;
}

bool coco_boot_kernel_gap(const struct coco_shelf_file *head)
{
	const struct coco_linux_launch launch = { .kernel_size = head->size };
	uint8_t node[COCO_LINUX_DTB_HEAD];
	struct coco_linux_setup s;
	size_t pad;

	coco_linux_setup_parse(&s, coco_view_of(head->head,
						(size_t)coco_min_u64(head->size,
								     sizeof(head->head))));
	coco_linux_setup_tail(&s, &launch, &pad, node);
	return s.is_linux && pad != 0;
}

int coco_boot_read_file(const struct coco_boot_files *f, const char *path, const char *name,
			size_t max, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	uint8_t *p = NULL;
	size_t n;

	int r = coco_read_file(path, max, &p, &n, diag);
	if (r != 0)
		return r;
	r = name_bytes(f, name, coco_view_of(p, n), diag);
	if (r != 0) {
		coco_free(p);
		return r;
	}
	*ret = p;
	*ret_n = n;
	return 0;
}
