/*
 * pkg.c - finding a package and reading its documents (see pkg.h).
 */
#include "lib/model/pkg.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/model/bundle.h"
#include "formats/model/wraps.h"
#include "lib/core/io.h"
#include "lib/crypto/cobble_seal.h"
#include "lib/model/blob_check.h"

static int check_layers(struct coco_pkg *pkg, struct coco_diag *diag)
{
	const struct coco_manifest *m = &pkg->found.manifest;

	if (pkg->header.segment_count != m->n_layers - 1)
		return coco_fail(diag, COCO_E_PACKAGE_MIXED,
				 "the header counts %" PRIu64 " segments, the manifest has %zu",
				 pkg->header.segment_count, m->n_layers - 1);
	for (size_t i = 0; i < m->n_layers; i++) {
		uint64_t plain = 0;
		int r = coco_cobble_opened(m->layers[i].size, &plain, diag);

		if (r == 0 && i > 0 && plain > pkg->header.segment_size)
			r = coco_fail(diag, COCO_E_PACKAGE_MIXED,
				      "segment %zu is longer than the segment size", i - 1);
		if (r != 0) {
			coco_diag_pointer(diag, "/layers/%zu/size", i);
			return r;
		}
		if (coco_add64_overflows(pkg->bytes, m->layers[i].size, &pkg->bytes))
			return coco_fail(diag, COCO_E_LIMIT_SIZE, "the layers are too large");
	}
	return 0;
}

static int read_header(struct coco_pkg *pkg, struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n = 0;
	int r = coco_layout_read(pkg->layout, &pkg->found.manifest.config, COCO_PACKAGE_HEADER_MAX,
				 &text, &n, diag);

	if (r == 0)
		r = coco_pkg_header_decode(&pkg->header, coco_view_of(text, n), diag);
	coco_free(text);
	return r;
}

int coco_pkg_open(const char *path, const char *tag, struct coco_pkg *ret,
		  struct coco_diag *diag)
{
	struct coco_pkg pkg = { .layout = NULL };
	int r = coco_layout_open(&pkg.layout, path, diag);

	if (r == 0)
		r = coco_layout_find(pkg.layout, COCO_MT_PACKAGE, tag, &pkg.found, diag);
	if (r == 0)
		r = coco_pkg_manifest_check(&pkg.found.manifest, diag);
	if (r == 0)
		r = read_header(&pkg, diag);
	if (r == 0)
		r = check_layers(&pkg, diag);
	if (r != 0) {
		coco_diag_source(diag, "%s", path);
		coco_pkg_close(&pkg);
		return r;
	}
	*ret = pkg;
	return 0;
}

void coco_pkg_close(struct coco_pkg *pkg)
{
	coco_found_free(&pkg->found);
	coco_pkg_header_free(&pkg->header);
	coco_layout_close(pkg->layout);
	*pkg = (struct coco_pkg){ .layout = NULL };
}

int coco_pkg_check_version(const struct coco_pkg *pkg, const struct coco_pkg_policy *policy,
			   struct coco_diag *diag)
{
	const struct coco_pkg_header *h = &pkg->header;

	if (h->version < policy->min_version) {
		coco_diag_expected(diag, "version %" PRIu64 " or later", policy->min_version);
		coco_diag_actual(diag, "version %" PRIu64, h->version);
		return coco_fail(diag, COCO_E_PACKAGE_ROLLBACK, "the package is version %" PRIu64
				 ", at least %" PRIu64 " is asked for", h->version,
				 policy->min_version);
	}
	if (!policy->has_previous)
		return 0;
	char want[COCO_OCI_DIGEST_TEXT];
	char have[COCO_OCI_DIGEST_TEXT] = "none";
	coco_digest_text(want, &policy->previous);
	if (h->has_previous)
		coco_digest_text(have, &h->previous);
	if (!h->has_previous || !coco_digest_equal(&h->previous, &policy->previous)) {
		coco_diag_expected(diag, "%s", want);
		coco_diag_actual(diag, "%s", have);
		return coco_fail(diag, COCO_E_PACKAGE_PREVIOUS,
				 "the package names another predecessor");
	}
	if (h->version <= policy->previous_version)
		return coco_fail(diag, COCO_E_PACKAGE_PREVIOUS,
				 "version %" PRIu64 " does not follow version %" PRIu64,
				 h->version, policy->previous_version);
	return 0;
}

/* ---- signature -------------------------------------------------------------- */

static int check_statement(const struct coco_pkg *pkg, struct coco_view payload,
			   struct coco_diag *diag)
{
	struct coco_pkg_statement s;
	int r = coco_pkg_statement_decode(&s, payload, diag);

	if (r != 0)
		return r;
	if (!coco_digest_equal(&s.manifest, &pkg->found.digest)) {
		char want[COCO_OCI_DIGEST_TEXT];
		char have[COCO_OCI_DIGEST_TEXT];

		coco_digest_text(want, &s.manifest);
		coco_digest_text(have, &pkg->found.digest);
		coco_diag_expected(diag, "%s (signed)", want);
		coco_diag_actual(diag, "%s (this package)", have);
		r = coco_fail(diag, COCO_E_PACKAGE_SUBJECT,
			      "the signature is for another manifest");
	} else if (!coco_digest_equal(&s.catalogue, &pkg->found.manifest.layers[0].digest) ||
		   !coco_pkg_header_equal(&s.header, &pkg->header)) {
		r = coco_fail(diag, COCO_E_PACKAGE_MIXED,
			      "the signed statement and the package's header differ");
	}
	coco_pkg_statement_free(&s);
	return r;
}

static int check_bundle(const struct coco_run *run, const struct coco_pkg *pkg,
			const struct coco_bundle_trust *trust, struct coco_view text,
			struct coco_bundle_signed *ret, struct coco_diag *diag)
{
	struct coco_bundle_signed s = { .payload = NULL };
	int r = coco_bundle_verify(run, text, trust, &s, diag);

	if (r == 0 && strcmp(s.payload_type, COCO_DSSE_TYPE_INTOTO) != 0)
		r = coco_fail(diag, COCO_E_PACKAGE_STATEMENT, "the payload is of type %s",
			      s.payload_type);
	if (r == 0)
		r = check_statement(pkg, coco_view_of(s.payload, s.n_payload), diag);
	if (r != 0) {
		coco_bundle_signed_clear(&s);
		return r;
	}
	*ret = s;
	return 0;
}

static void free_found(struct coco_found *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		coco_found_free(&list[i]);
	coco_free(list);
}

static int check_referrer(const struct coco_run *run, const struct coco_pkg *pkg,
			  const struct coco_pkg_policy *policy, const struct coco_found *f,
			  struct coco_bundle_signed *ret, struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n = 0;

	if (f->manifest.n_layers != 1)
		return coco_fail(diag, COCO_E_PACKAGE_STATEMENT,
				 "a signature manifest has one layer, this one %zu",
				 f->manifest.n_layers);
	int r = coco_layout_read(pkg->layout, &f->manifest.layers[0], COCO_BUNDLE_MAX, &text, &n,
				 diag);
	if (r == 0)
		r = check_bundle(run, pkg, policy->trust, coco_view_of(text, n), ret, diag);
	coco_free(text);
	return r;
}

/* The first that counts; otherwise the most telling of the failures. */
static int try_referrers(const struct coco_run *run, const struct coco_pkg *pkg,
			 const struct coco_pkg_policy *policy, const struct coco_found *list,
			 size_t n, struct coco_bundle_signed *ret, struct coco_diag *diag)
{
	struct coco_diag *d = coco_zalloc(2, sizeof(*d));
	int r = COCO_E_LIMIT_MEMORY;

	if (d == NULL)
		return coco_fail(diag, r, "no memory to check a signature");
	for (size_t i = 0; i < n; i++) {
		coco_diag_init(&d[0]);
		r = check_referrer(run, pkg, policy, &list[i], ret, &d[0]);
		if (r == 0)
			break;
		coco_log(run, 1, "signature %zu of %zu does not count: %s", i + 1, n,
			 coco_err_info(r)->id);
		/* an attestation of another kind says less than a signature that fails */
		if (d[1].code == 0 || d[1].code == COCO_E_PACKAGE_STATEMENT)
			d[1] = d[0];
	}
	if (r != 0)
		r = d[1].code;
	if (r != 0 && diag != NULL && diag->code == 0)
		*diag = d[1];
	coco_free(d);
	return r;
}

int coco_pkg_check_signature(const struct coco_run *run, const struct coco_pkg *pkg,
			     const struct coco_pkg_policy *policy,
			     struct coco_bundle_signed *ret, struct coco_diag *diag)
{
	struct coco_found *list = NULL;
	size_t n = 0;

	if (policy->trust == NULL)
		return coco_fail(diag, COCO_E_PACKAGE_TRUST, "no key and no certificate root");
	if (policy->signature.p != NULL)
		return check_bundle(run, pkg, policy->trust, policy->signature, ret, diag);
	int r = coco_layout_referrers(pkg->layout, &pkg->found.digest, COCO_MT_BUNDLE, &list, &n,
				      diag);
	if (r != 0)
		return r;
	r = n != 0 ? try_referrers(run, pkg, policy, list, n, ret, diag)
		   : coco_fail(diag, COCO_E_PACKAGE_UNSIGNED, "nothing in the layout signs it");
	free_found(list, n);
	return r;
}

int coco_pkg_signatures(const struct coco_pkg *pkg, size_t *ret, struct coco_diag *diag)
{
	struct coco_found *list = NULL;
	size_t n = 0;
	int r = coco_layout_referrers(pkg->layout, &pkg->found.digest, COCO_MT_BUNDLE, &list, &n,
				      diag);

	if (r == 0) {
		free_found(list, n);
		*ret = n;
	}
	return r;
}

int coco_pkg_wraps(const struct coco_pkg *pkg, uint8_t **ret, size_t *ret_n,
		   struct coco_diag *diag)
{
	struct coco_found *list = NULL;
	size_t n = 0;
	int r = coco_layout_referrers(pkg->layout, &pkg->found.digest, COCO_MT_WRAPS, &list, &n,
				      diag);

	if (r != 0)
		return r;
	if (n == 0)
		r = coco_fail(diag, COCO_E_KEY_NO_RECIPIENT,
			      "the package carries no wraps of its key");
	else if (list[n - 1].manifest.n_layers != 1)
		r = coco_fail(diag, COCO_E_PACKAGE_MANIFEST, "a wraps manifest has one layer");
	else
		r = coco_layout_read(pkg->layout, &list[n - 1].manifest.layers[0], COCO_WRAPS_MAX,
				     ret, ret_n, diag);
	free_found(list, n);
	return r;
}

/* ---- catalogue -------------------------------------------------------------- */

static int check_runs(const struct coco_pkg *pkg, const struct coco_catalogue *cat,
		      struct coco_diag *diag)
{
	for (size_t i = 0; i < cat->n_files; i++) {
		for (size_t k = 0; k < cat->files[i].n_runs; k++) {
			const struct coco_run_at *x = &cat->files[i].runs[k];
			uint64_t plain = 0;
			int r = coco_cobble_opened(coco_pkg_segment(pkg, x->segment)->size, &plain,
						   diag);

			if (r != 0)
				return r;
			if (x->offset > plain || x->stored > plain - x->offset) {
				coco_diag_pointer(diag, "/files/%zu/runs/%zu", i, k);
				return coco_fail(diag, COCO_E_CATALOGUE,
						 "a run reaches past the end of its segment");
			}
		}
	}
	return 0;
}

int coco_pkg_catalogue(const struct coco_pkg *pkg, const struct coco_secret *key,
		       struct coco_catalogue *ret, struct coco_diag *diag)
{
	uint8_t context[COCO_PKG_CONTEXT];
	struct coco_catalogue cat = { .n_files = 0 };
	uint8_t *text = NULL;
	size_t n_sealed = 0;
	size_t n = 0;
	int r = coco_layout_read(pkg->layout, &pkg->found.manifest.layers[0], COCO_CATALOGUE_MAX,
				 &text, &n_sealed, diag);

	coco_pkg_context(context, pkg->header.package_id, COCO_SEGMENT_CATALOGUE);
	if (r == 0)
		r = coco_cobble_open_in_place(key, coco_view_of(context, sizeof(context)), text,
					      n_sealed, &n, diag);
	if (r == 0)
		r = coco_catalogue_decode(&cat, coco_view_of(text, n), diag);
	coco_wipe(text, n_sealed);
	coco_free(text);
	if (r == 0 && !coco_pkg_header_equal(&cat.header, &pkg->header))
		r = coco_fail(diag, COCO_E_PACKAGE_MIXED,
			      "the header is not the one that the catalogue was sealed with");
	if (r == 0)
		r = check_runs(pkg, &cat, diag);
	if (r != 0) {
		coco_diag_source(diag, "the package's catalogue");
		coco_catalogue_free(&cat);
		return r;
	}
	*ret = cat;
	return 0;
}

/* ---- blobs ------------------------------------------------------------------ */

struct opening {
	const struct coco_pkg *pkg;
	const size_t *layer;     /* of each blob in the list */
};

static int open_blob(void *ctx, size_t i, struct coco_blob_at *ret, struct coco_diag *diag)
{
	const struct opening *o = ctx;

	return coco_layout_blob(o->pkg->layout, &o->pkg->found.manifest.layers[o->layer[i]], ret,
				diag);
}

static void report_bad(const struct coco_run *run, const struct coco_blob_check *c, size_t layer,
		       int *first, struct coco_diag *diag)
{
	char digest[COCO_OCI_DIGEST_TEXT];

	coco_digest_text(digest, &c->want);
	coco_log(run, 1, "layer %zu, blob %s: %s", layer, digest, coco_err_info(c->code)->title);
	if (*first != 0)
		return;
	*first = c->code;
	coco_diag_pointer(diag, "/layers/%zu", layer);
	coco_diag_expected(diag, "%s", digest);
	(void)coco_fail(diag, c->code, "blob %s: %s", digest, coco_err_info(c->code)->title);
}

int coco_pkg_check_blobs(const struct coco_run *run, const struct coco_pkg *pkg,
			 const bool *segments, struct coco_pkg_blobs *ret,
			 struct coco_diag *diag)
{
	const struct coco_manifest *m = &pkg->found.manifest;
	struct coco_blob_check *list = coco_zalloc(m->n_layers, sizeof(*list));
	size_t *layer = coco_zalloc(m->n_layers, sizeof(*layer));
	struct opening o = { .pkg = pkg, .layer = layer };
	uint64_t bytes = 0;
	size_t n = 0;
	int first = 0;

	if (list == NULL || layer == NULL) {
		coco_free(list);
		coco_free(layer);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %zu blobs",
				 m->n_layers);
	}
	for (size_t i = 0; i < m->n_layers; i++) {
		if (segments != NULL && (i == 0 || !segments[i - 1]))
			continue;
		list[n] = (struct coco_blob_check){ .want = m->layers[i].digest,
						    .size = m->layers[i].size };
		bytes += m->layers[i].size;
		layer[n++] = i;
	}
	coco_run_phase(run, "verifying blobs", bytes);
	int r = coco_blob_check_all(run, list, n, open_blob, &o, diag);
	*ret = (struct coco_pkg_blobs){ .checked = n };
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (list[i].code == 0)
			continue;
		ret->bad++;
		report_bad(run, &list[i], layer[i], &first, diag);
	}
	coco_free(list);
	coco_free(layer);
	return r != 0 ? r : first;
}

int coco_pkg_check_files(const struct coco_run *run, const struct coco_pkg *pkg,
			 const struct coco_catalogue *cat, const bool *selected,
			 struct coco_diag *diag)
{
	bool *segments = coco_zalloc(pkg->header.segment_count, sizeof(*segments));
	struct coco_pkg_blobs blobs;
	bool any = false;

	if (segments == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to check segments");
	for (size_t i = 0; i < cat->n_files; i++) {
		if (selected != NULL && !selected[i])
			continue;
		for (size_t k = 0; k < cat->files[i].n_runs; k++) {
			segments[cat->files[i].runs[k].segment] = true;
			any = true;
		}
	}
	int r = any ? coco_pkg_check_blobs(run, pkg, segments, &blobs, diag) : 0;
	coco_free(segments);
	return r;
}
