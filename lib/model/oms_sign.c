/*
 * oms_sign.c - statements and signatures of model directories (see oms_sign.h).
 */
#include "lib/model/oms_sign.h"

#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/utf8.h"
#include "formats/model/dsse.h"
#include "lib/model/hash_tree.h"
#include "lib/model/oms_ignore.h"

static int sign_statement(const struct coco_run *run, const struct coco_bundle_signer *signer,
			  const struct coco_oms_about *about, const struct coco_oms_file *files,
			  size_t n, struct coco_oms_signed *ret, struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n_text = 0;
	int r = coco_oms_statement_for(about, files, n, &text, &n_text, ret->root, diag);

	if (r == 0)
		r = coco_bundle_sign(run, signer, COCO_DSSE_TYPE_INTOTO,
				     coco_view_of(text, n_text), &ret->bundle, &ret->n_bundle,
				     diag);
	coco_free(text);
	return r;
}

int coco_oms_bundle_for(const struct coco_run *run, const struct coco_bundle_signer *signer,
			const struct coco_oms_about *about, const struct coco_oms_file *files,
			size_t n, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	struct coco_oms_signed s = { 0 };
	int r = sign_statement(run, signer, about, files, n, &s, diag);

	if (r != 0)
		return r;
	*ret = s.bundle;
	*ret_n = s.n_bundle;
	return 0;
}

static int check_key(const struct coco_oms_sign_opts *opts, struct coco_diag *diag)
{
	switch (coco_key_type(opts->signer.key)) {
	case COCO_KEY_P256:
	case COCO_KEY_P384:
	case COCO_KEY_P521:
		return 0;
	case COCO_KEY_ED25519:
	case COCO_KEY_RSA:
		break;
	}
	if (opts->any_key)
		return 0;
	coco_diag_expected(diag, "p256, p384 or p521");
	coco_diag_actual(diag, "%s", coco_key_name(opts->signer.key));
	coco_diag_hint(diag, "make a key with: cococtl key generate --type p384");
	return coco_fail(diag, COCO_E_KEY_TYPE,
			 "model signing knows only ECDSA keys on P-256, P-384 and P-521");
}

/* The last component of the model's real path: what model_signing writes. */
static char *model_name(const char *model)
{
	char *real = realpath(model, NULL);
	const char *slash = real != NULL ? strrchr(real, '/') : NULL;
	char *name = NULL;

	if (slash != NULL && slash[1] != '\0' &&
	    coco_utf8_valid((const uint8_t *)slash + 1, strlen(slash + 1), NULL))
		name = coco_strdup(slash + 1);
	free(real);
	return name;
}

static int sign_tree(const struct coco_run *run, const struct coco_tree *tree,
		     const struct coco_oms_sign_opts *opts, const struct coco_oms_about *about,
		     struct coco_oms_signed *ret, struct coco_diag *diag)
{
	uint8_t *digests = coco_alloc(tree->n, COCO_OMS_ROOT);
	struct coco_oms_file *files = coco_alloc(tree->n, sizeof(*files));
	int r;

	if (digests == NULL || files == NULL)
		r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %zu digests", tree->n);
	else
		r = coco_hash_tree(run, tree, digests, diag);
	for (size_t i = 0; r == 0 && i < tree->n; i++)
		files[i] = (struct coco_oms_file){
			.path = tree->single ? "." : tree->files[i].path,
			.sha256 = digests + i * COCO_OMS_ROOT,
		};
	if (r == 0)
		r = sign_statement(run, &opts->signer, about, files, tree->n, ret, diag);
	coco_free(files);
	coco_free(digests);
	return r;
}

/* With a complete ignore list. */
static int sign_model(const struct coco_run *run, const char *model,
		      const struct coco_oms_sign_opts *opts, const struct coco_oms_ignore *ignore,
		      struct coco_oms_signed *ret, struct coco_diag *diag)
{
	const struct coco_tree_opts tree_opts = {
		.ignore = ignore->paths,
		.n_ignore = ignore->n,
		.links = opts->links,
	};
	struct coco_tree tree;
	int r = coco_tree_scan(run, model, &tree_opts, &tree, diag);

	if (r != 0)
		return r;
	char *name = model_name(model);
	const struct coco_oms_about about = {
		.name = name,
		.ignore = ignore->paths,
		.n_ignore = tree.single ? 0 : ignore->n, /* one file leaves nothing out */
		.allow_symlinks = opts->links != COCO_TREE_LINKS_REFUSE,
	};
	ret->files = tree.n;
	ret->bytes = tree.total;
	ret->method = coco_sign_method(opts->signer.key, opts->signer.flags);
	r = sign_tree(run, &tree, opts, &about, ret, diag);
	coco_free(name);
	coco_tree_free(&tree);
	return r;
}

int coco_oms_sign(const struct coco_run *run, const char *model,
		  const struct coco_oms_sign_opts *opts, struct coco_oms_signed *ret,
		  struct coco_diag *diag)
{
	struct coco_oms_ignore ignore = { 0 };
	struct coco_oms_signed s = { 0 };
	int r = check_key(opts, diag);

	if (r == 0)
		r = coco_oms_ignore_add_user(&ignore, opts->ignore, opts->n_ignore, diag);
	if (r == 0 && opts->signature != NULL)
		r = coco_oms_ignore_add_signature(&ignore, model, opts->signature, diag);
	if (r == 0 && opts->ignore_git)
		r = coco_oms_ignore_add_git(&ignore, diag);
	if (r == 0) {
		coco_oms_ignore_sort(&ignore);
		r = sign_model(run, model, opts, &ignore, &s, diag);
	}
	coco_oms_ignore_free(&ignore);
	if (r == 0)
		*ret = s;
	return r;
}

void coco_oms_signed_clear(struct coco_oms_signed *s)
{
	coco_free(s->bundle);
	*s = (struct coco_oms_signed){ 0 };
}
