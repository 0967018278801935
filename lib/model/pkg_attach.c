/*
 * pkg_attach.c - signature and wraps of a package (see pkg_attach.h).
 */
#include "lib/model/pkg_attach.h"

#include <stdio.h>

#include "formats/core/mem.h"
#include "formats/core/rfc3339.h"
#include "formats/model/dsse.h"

int coco_pkg_sign(const struct coco_run *run, const struct coco_digest *manifest,
		  const struct coco_pkg_header *header, const struct coco_digest *catalogue,
		  const struct coco_bundle_signer *signer, uint8_t **ret, size_t *ret_n,
		  struct coco_diag *diag)
{
	struct coco_pkg_statement s = { .manifest = *manifest, .catalogue = *catalogue,
					.header = *header };
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_wr_init(&wr, COCO_PACKAGE_HEADER_MAX);
	coco_pkg_statement_encode(&wr, &s);
	int r = coco_wr_finish(&wr, &text, &n, diag);
	if (r == 0)
		r = coco_bundle_sign(run, signer, COCO_DSSE_TYPE_INTOTO, coco_view_of(text, n), ret,
				     ret_n, diag);
	coco_free(text);
	return r;
}

static void free_annotations(struct coco_annotation *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		coco_free(list[i].key);
		coco_free(list[i].value);
	}
	coco_free(list);
}

static int bundle_annotations(int64_t now, struct coco_annotation **list, size_t *n,
			      struct coco_diag *diag)
{
	char created[COCO_RFC3339_TEXT];

	coco_rfc3339_print(created, now);
	int r = coco_annotation_add(list, n, "org.opencontainers.image.created", created, diag);
	if (r == 0)
		r = coco_annotation_add(list, n, "dev.sigstore.bundle.content", "dsse-envelope",
					diag);
	if (r == 0)
		r = coco_annotation_add(list, n, "dev.sigstore.bundle.predicateType",
					COCO_PREDICATE_PACKAGE, diag);
	return r;
}

int coco_pkg_attach_signature(const struct coco_run *run, int dirfd,
			      const struct coco_descriptor *package,
			      const struct coco_pkg_header *header,
			      const struct coco_digest *catalogue,
			      const struct coco_bundle_signer *signer, struct coco_diag *diag)
{
	struct coco_attachment a = { .artifact_type = COCO_MT_BUNDLE,
				     .layer_media_type = COCO_MT_BUNDLE,
				     .layer_title = "signature.sigstore.json" };
	struct coco_annotation *annotations = NULL;
	size_t n_annotations = 0;
	struct coco_digest added;
	uint8_t *bundle = NULL;
	size_t n = 0;
	int r = coco_pkg_sign(run, &package->digest, header, catalogue, signer, &bundle, &n, diag);

	if (r == 0)
		r = bundle_annotations(run->now, &annotations, &n_annotations, diag);
	if (r == 0) {
		a.layer = coco_view_of(bundle, n);
		a.annotations = annotations;
		a.n_annotations = n_annotations;
		r = coco_layout_attach(dirfd, package, &a, &added, diag);
	}
	free_annotations(annotations, n_annotations);
	coco_free(bundle);
	return r;
}

int coco_pkg_attach_wraps(int dirfd, const struct coco_descriptor *package,
			  const struct coco_pkg_header *header, const struct coco_secret *key,
			  const struct coco_key *const *recipients, size_t n_recipients,
			  struct coco_diag *diag)
{
	struct coco_attachment a = { .artifact_type = COCO_MT_WRAPS,
				     .layer_media_type = COCO_MT_WRAPS,
				     .layer_title = "wraps.json",
				     .replace = true };
	char digest[COCO_OCI_DIGEST_TEXT];
	struct coco_wrap_request req = { .recipients = recipients, .n_recipients = n_recipients,
					 .key_id = header->key_id, .package = digest };
	struct coco_digest added;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_digest_text(digest, &package->digest);
	int r = coco_key_wrap(key, &req, &text, &n, diag);
	if (r == 0) {
		a.layer = coco_view_of(text, n);
		r = coco_layout_attach(dirfd, package, &a, &added, diag);
	}
	coco_free(text);
	return r;
}
