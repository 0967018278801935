/*
 * pack_finish.c - from finished segments to a package: catalogue, header,
 * manifest, wraps, signature, index; used by pack and merge (see pack_priv.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/model/dsse.h"
#include "lib/crypto/cobble_seal.h"
#include "lib/model/layout.h"
#include "lib/model/oms_sign.h"
#include "lib/model/pack_priv.h"
#include "lib/model/pkg_attach.h"

int coco_pack_entries(const struct coco_tree *tree, struct coco_file_map *maps,
		      struct coco_cat_file **ret, struct coco_diag *diag)
{
	struct coco_cat_file *list = coco_zalloc(tree->n, sizeof(*list));
	bool ok = list != NULL;

	for (size_t i = 0; ok && i < tree->n; i++) {
		struct coco_cat_file *f = &list[i];

		f->path = coco_strdup(tree->files[i].path);
		f->mode = tree->files[i].mode & 0777;
		f->size = tree->files[i].size;
		memcpy(f->kind, maps[i].kind, sizeof(f->kind));
		f->tensors = maps[i].tensors;
		f->n_dtypes = maps[i].n_dtypes;
		f->dtypes = maps[i].dtypes;
		maps[i].dtypes = NULL;
		maps[i].n_dtypes = 0;
		ok = f->path != NULL;
	}
	if (!ok) {
		coco_pack_entries_free(list, tree->n);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the catalogue");
	}
	*ret = list;
	return 0;
}

void coco_pack_entries_free(struct coco_cat_file *files, size_t n)
{
	for (size_t i = 0; files != NULL && i < n; i++)
		coco_cat_file_free(&files[i]);
	coco_free(files);
}

/* ---- catalogue -------------------------------------------------------------- */

/* Fills in runs (borrowed piece lists) and digests; frees with free_runs. */
static int attach_runs(const struct coco_pack_content *c, struct coco_cat_file *files,
		       struct coco_diag *diag)
{
	for (size_t s = 0; s < c->n_segments; s++)
		for (size_t i = 0; i < c->segments[s].n_runs; i++) {
			if (c->segments[s].runs[i].file >= c->n_files)
				return coco_fail(diag, COCO_E_RECORD, "a run of no file");
			files[c->segments[s].runs[i].file].n_runs++;
		}
	for (size_t i = 0; i < c->n_files; i++) {
		files[i].runs = coco_zalloc(files[i].n_runs, sizeof(*files[i].runs));
		if (files[i].runs == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the catalogue");
		files[i].n_runs = 0;
	}
	/* segments are numbered in file order, so the runs of a file come in order */
	for (size_t s = 0; s < c->n_segments; s++)
		for (size_t i = 0; i < c->segments[s].n_runs; i++) {
			struct coco_cat_file *f = &files[c->segments[s].runs[i].file];

			f->runs[f->n_runs++] = c->segments[s].runs[i].run;
		}
	for (size_t i = 0; c->digests != NULL && i < c->n_files; i++) {
		files[i].has_sha256 = true;
		memcpy(files[i].sha256, c->digests[i].sha256, sizeof(files[i].sha256));
	}
	return 0;
}

/* The plaintext tree is signed too, inside the catalogue where nobody sees its names. */
static int sign_tree(const struct coco_run *run, const struct coco_pack_content *c,
		     const struct coco_pack_finish *finish, struct coco_catalogue *cat,
		     struct coco_diag *diag)
{
	const struct coco_oms_about about = { .name = NULL };
	uint8_t *bundle = NULL;
	size_t n = 0;

	if (finish->signer == NULL || c->digests == NULL)
		return 0;
	struct coco_oms_file *files = coco_zalloc(cat->n_files, sizeof(*files));
	if (files == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the statement");
	for (size_t i = 0; i < cat->n_files; i++)
		files[i] = (struct coco_oms_file){ cat->files[i].path, cat->files[i].sha256 };
	int r = coco_oms_bundle_for(run, finish->signer, &about, files, cat->n_files, &bundle, &n,
				    diag);
	coco_free(files);
	if (r != 0)
		return r;
	cat->oms = (char *)bundle;
	cat->n_oms = n;
	return 0;
}

static int put_catalogue(const struct coco_pack_content *c, const struct coco_catalogue *cat,
			 int dirfd, struct coco_descriptor *ret, struct coco_diag *diag)
{
	uint8_t context[COCO_PKG_CONTEXT];
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n_room = 0;

	coco_wr_init(&wr, COCO_CATALOGUE_MAX);
	coco_catalogue_encode(&wr, cat);
	size_t n = wr.n;
	size_t n_sealed = (size_t)coco_cobble_sealed(n);
	(void)coco_wr_room(&wr, n_sealed - n);
	int r = coco_wr_finish(&wr, &text, &n_room, diag);
	if (r != 0)
		return r;
	coco_pkg_context(context, c->header->package_id, COCO_SEGMENT_CATALOGUE);
	r = coco_cobble_seal_in_place(c->key, coco_view_of(context, sizeof(context)), text, n,
				      diag);
	if (r == 0)
		r = coco_layout_put(dirfd, text, n_sealed, &ret->digest, diag);
	ret->size = n_sealed;
	coco_wipe(text, n_room);
	coco_free(text);
	return r;
}

static int write_catalogue(const struct coco_run *run, int dirfd,
			   const struct coco_pack_content *c,
			   const struct coco_pack_finish *finish, struct coco_descriptor *ret,
			   struct coco_diag *diag)
{
	struct coco_catalogue cat = { .header = *c->header, .files = c->files,
				      .n_files = c->n_files };
	int r = attach_runs(c, c->files, diag);

	if (r == 0)
		r = sign_tree(run, c, finish, &cat, diag);
	if (r == 0)
		r = put_catalogue(c, &cat, dirfd, ret, diag);
	/* the piece lists are the segment records' */
	for (size_t i = 0; i < c->n_files; i++) {
		coco_free(c->files[i].runs);
		c->files[i].runs = NULL;
		c->files[i].n_runs = 0;
	}
	coco_free(cat.oms);
	return r;
}

/* ---- manifest --------------------------------------------------------------- */

static int set_layer(struct coco_descriptor *d, const char *media_type, const char *title,
		     struct coco_diag *diag)
{
	d->media_type = coco_strdup(media_type);
	if (d->media_type == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the manifest");
	return coco_annotation_add(&d->annotations, &d->n_annotations, COCO_ANN_TITLE, title,
				   diag);
}

static int fill_manifest(const struct coco_pack_content *c, struct coco_manifest *m,
			 struct coco_diag *diag)
{
	m->artifact_type = coco_strdup(COCO_MT_PACKAGE);
	m->config.media_type = coco_strdup(COCO_MT_HEADER);
	m->layers = coco_zalloc(c->n_segments + 1, sizeof(*m->layers));
	if (m->artifact_type == NULL || m->config.media_type == NULL || m->layers == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the manifest");
	m->n_layers = c->n_segments + 1;
	int r = set_layer(&m->layers[0], COCO_MT_CATALOGUE, "catalogue", diag);
	for (size_t i = 0; r == 0 && i < c->n_segments; i++) {
		struct coco_descriptor *d = &m->layers[i + 1];
		char title[32];

		snprintf(title, sizeof(title), "segment-%05zu", i);
		memcpy(d->digest.sha256, c->segments[i].digest, sizeof(d->digest.sha256));
		d->size = c->segments[i].size;
		r = set_layer(d, COCO_MT_SEGMENT, title, diag);
	}
	return r;
}

int coco_pack_header_text(const struct coco_pkg_header *h, uint8_t **ret, size_t *ret_n,
			  struct coco_diag *diag)
{
	struct coco_wr wr;

	coco_wr_init(&wr, COCO_PACKAGE_HEADER_MAX);
	coco_pkg_header_encode(&wr, h);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

static int put_header(const struct coco_pkg_header *h, int dirfd, struct coco_descriptor *ret,
		      struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n = 0;
	int r = coco_pack_header_text(h, &text, &n, diag);

	if (r == 0)
		r = coco_layout_put(dirfd, text, n, &ret->digest, diag);
	ret->size = n;
	coco_free(text);
	return r;
}

static int put_manifest(const struct coco_manifest *m, const char *tag, int dirfd,
			struct coco_descriptor *ret, struct coco_diag *diag)
{
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;
	struct coco_index index = { .manifests = ret, .n_manifests = 1 };

	coco_wr_init(&wr, COCO_OCI_MANIFEST_MAX);
	coco_manifest_encode(&wr, m);
	int r = coco_wr_finish(&wr, &text, &n, diag);
	if (r == 0)
		r = coco_layout_put(dirfd, text, n, &ret->digest, diag);
	coco_free(text);
	ret->size = n;
	if (r == 0) {
		ret->media_type = coco_strdup(COCO_MT_MANIFEST);
		ret->artifact_type = coco_strdup(COCO_MT_PACKAGE);
		if (ret->media_type == NULL || ret->artifact_type == NULL)
			r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the index");
	}
	if (r == 0)
		r = coco_annotation_add(&ret->annotations, &ret->n_annotations, COCO_ANN_REF_NAME,
					tag != NULL ? tag : "latest", diag);
	/* with this "cosign verify-attestation --local-image" finds the package in the layout */
	if (r == 0)
		r = coco_annotation_add(&ret->annotations, &ret->n_annotations, "kind",
					"dev.cosignproject.cosign/image", diag);
	if (r == 0)
		r = coco_layout_write_index(dirfd, &index, diag);
	return r;
}

static int check_complete(const struct coco_pack_content *c, struct coco_diag *diag)
{
	for (size_t i = 0; i < c->n_segments; i++)
		if (c->segments[i].size == 0)
			return coco_fail(diag, COCO_E_INTERNAL, "segment %zu was not packed", i);
	return 0;
}

int coco_pack_write(const struct coco_run *run, int dirfd, const struct coco_pack_content *c,
		    const struct coco_pack_finish *finish, struct coco_pack_result *ret,
		    struct coco_diag *diag)
{
	struct coco_manifest m = { .n_layers = 0 };
	struct coco_descriptor entry = { .size = 0 };
	int r = check_complete(c, diag);

	coco_run_phase(run, "finishing", 0);
	if (r == 0)
		r = fill_manifest(c, &m, diag);
	if (r == 0)
		r = write_catalogue(run, dirfd, c, finish, &m.layers[0], diag);
	if (r == 0)
		r = put_header(c->header, dirfd, &m.config, diag);
	if (r == 0)
		r = put_manifest(&m, finish->tag, dirfd, &entry, diag);
	if (r == 0 && finish->n_recipients != 0)
		r = coco_pkg_attach_wraps(dirfd, &entry, c->header, c->key, finish->recipients,
					  finish->n_recipients, diag);
	if (r == 0 && finish->signer != NULL)
		r = coco_pkg_attach_signature(run, dirfd, &entry, c->header, &m.layers[0].digest,
					      finish->signer, diag);
	if (r == 0) {
		ret->manifest = entry.digest;
		ret->bytes_out += m.layers[0].size;
		ret->is_signed = finish->signer != NULL;
	}
	coco_descriptor_free(&entry);
	coco_manifest_free(&m);
	return r;
}

int coco_pack_try_finish(const struct coco_run *run, const struct coco_pack_finish *finish,
			 const struct coco_secret *key, const char *key_id,
			 struct coco_diag *diag)
{
	const struct coco_wrap_request req = { .recipients = finish->recipients,
					       .n_recipients = finish->n_recipients,
					       .key_id = key_id };
	uint8_t *text = NULL;
	size_t n = 0;
	int r = 0;

	if (finish->signer != NULL)
		r = coco_bundle_sign(run, finish->signer, COCO_DSSE_TYPE_INTOTO,
				     coco_view_of("{}", 2), &text, &n, diag);
	coco_free(text);
	text = NULL;
	if (r == 0 && finish->n_recipients != 0)
		r = coco_key_wrap(key, &req, &text, &n, diag);
	coco_free(text);
	return r;
}
