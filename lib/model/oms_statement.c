/*
 * oms_statement.c - statements and roots from known digests (see oms_statement.h).
 */
#include "lib/model/oms_statement.h"

#include <stdlib.h>
#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/crypto/sha256.h"

void coco_oms_root(const struct coco_oms *oms, uint8_t ret[COCO_OMS_ROOT])
{
	coco_sha256_once(oms->digests, oms->n_resources * coco_oms_digest_size(oms->hash), ret);
}

int coco_oms_check_root(const struct coco_oms *oms, struct coco_diag *diag)
{
	uint8_t root[COCO_OMS_ROOT];
	char hex[2 * COCO_OMS_ROOT + 1];

	if (oms->old_predicate)
		return 0;
	coco_oms_root(oms, root);
	if (memcmp(root, oms->root, sizeof(root)) == 0)
		return 0;
	coco_hex_encode(hex, root, sizeof(root));
	coco_diag_expected(diag, "sha256:%s", hex);
	coco_hex_encode(hex, oms->root, sizeof(oms->root));
	coco_diag_actual(diag, "sha256:%s", hex);
	return coco_fail(diag, COCO_E_OMS_ROOT,
			 "the statement's root is not that of the files it lists");
}

static int component_cmp(const void *a, const void *b)
{
	const struct coco_oms_file *x = *(const struct coco_oms_file *const *)a;
	const struct coco_oms_file *y = *(const struct coco_oms_file *const *)b;

	return coco_oms_component_cmp(x->path, y->path);
}

int coco_oms_root_of(const struct coco_oms_file *files, size_t n, uint8_t ret[COCO_OMS_ROOT],
		     struct coco_diag *diag)
{
	const struct coco_oms_file **order = coco_alloc(n, sizeof(*order));
	struct coco_sha256 ctx;

	if (order == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to sort %zu files", n);
	for (size_t i = 0; i < n; i++)
		order[i] = &files[i];
	qsort(order, n, sizeof(const struct coco_oms_file *), component_cmp);
	coco_sha256_init(&ctx);
	for (size_t i = 0; i < n; i++)
		coco_sha256_update(&ctx, order[i]->sha256, COCO_SHA256_SIZE);
	coco_sha256_final(&ctx, ret);
	coco_free(order);
	return 0;
}

int coco_oms_statement_for(const struct coco_oms_about *about, const struct coco_oms_file *files,
			   size_t n, uint8_t **ret, size_t *ret_n,
			   uint8_t ret_root[COCO_OMS_ROOT], struct coco_diag *diag)
{
	struct coco_oms_resource *res = coco_zalloc(n, sizeof(*res));
	uint8_t *digests = coco_alloc(n, COCO_OMS_ROOT);
	struct coco_oms oms = {
		.subject = about->name != NULL ? about->name : "model",
		.allow_symlinks = about->allow_symlinks,
		.ignore = about->ignore,
		.n_ignore = about->n_ignore,
		.resources = res,
		.digests = digests,
		.n_resources = n,
	};
	int r = 0;

	if (res == NULL || digests == NULL)
		r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a statement of %zu files",
			      n);
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (i > 0 && strcmp(files[i - 1].path, files[i].path) >= 0)
			r = coco_fail(diag, COCO_E_INTERNAL, "files are not sorted");
		res[i].name = files[i].path;
		memcpy(digests + i * COCO_OMS_ROOT, files[i].sha256, COCO_OMS_ROOT);
	}
	if (r == 0) {
		coco_oms_root(&oms, oms.root);
		r = coco_oms_encode(&oms, ret, ret_n, diag);
	}
	if (r == 0 && ret_root != NULL)
		memcpy(ret_root, oms.root, COCO_OMS_ROOT);
	coco_free(res);
	coco_free(digests);
	return r;
}
