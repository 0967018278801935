/*
 * layout_find.c - searching a layout for packages and for what refers to them
 * (see layout.h).
 *
 * Everything in an index besides the digest is a hint of whoever copied the
 * layout last: tools drop artifactType and annotations and change the order.
 * So every manifest is read and judged by its own bytes, each digest once.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/model/layout.h"

#define MT_DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define MT_DOCKER_LIST "application/vnd.docker.distribution.manifest.list.v2+json"
#define MT_IMAGE_CONFIG "application/vnd.oci.image.config.v1+json"

enum { SEEN_MAX = 100000, OTHER_LEN = 320 };

/* One search; on the heap because of its two diags. */
struct walk {
	const struct coco_layout *l;
	const char *type;                  /* the artifact type looked for */
	const struct coco_digest *subject; /* NULL: a package; else its referrers */
	struct coco_digest *seen;          /* sorted */
	size_t n_seen;
	size_t cap_seen;
	struct coco_found *found;
	size_t n_found;
	size_t cap_found;
	size_t text;                       /* bytes of manifests held */
	size_t n_other;                    /* manifests that do not match */
	char other[OTHER_LEN];             /* the first of them, in words */
	struct coco_diag first;            /* the first entry that could not be read */
	struct coco_diag now;
};

/* Adds a digest to the seen ones; *ret_new is false when it was there. */
static int see(struct walk *w, const struct coco_digest *d, bool *ret_new, struct coco_diag *diag)
{
	size_t low = 0;
	size_t high = w->n_seen;
	void *list = w->seen;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = memcmp(w->seen[mid].sha256, d->sha256, sizeof(d->sha256));

		if (c == 0) {
			*ret_new = false;
			return 0;
		}
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (w->n_seen >= SEEN_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "the layout lists more than %d manifests",
				 SEEN_MAX);
	if (!coco_grow(&list, &w->cap_seen, w->n_seen, sizeof(*w->seen), SEEN_MAX))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to search the layout");
	w->seen = list;
	memmove(&w->seen[low + 1], &w->seen[low], (w->n_seen - low) * sizeof(*w->seen));
	w->seen[low] = *d;
	w->n_seen++;
	*ret_new = true;
	return 0;
}

/* Failures of one entry that say nothing about the others. */
static bool only_this_entry(int code)
{
	enum coco_err_class class = coco_err_info(code)->class;

	return class == COCO_CLASS_VERIFY || class == COCO_CLASS_FORMAT ||
	       code == COCO_E_LIMIT_SIZE || code == COCO_E_LIMIT_DEPTH || code == COCO_E_IO_KIND;
}

/*
 * Remembers the failure of an entry and goes on, or passes a real one up. An
 * entry that says itself that it is of another type is not missed.
 */
static int skip_entry(struct walk *w, const struct coco_descriptor *d, int r,
		      struct coco_diag *diag)
{
	if (!only_this_entry(r)) {
		if (diag != NULL && diag->code == 0)
			*diag = w->now;
		return r;
	}
	if (w->first.code == 0 &&
	    (d->artifact_type == NULL || strcmp(d->artifact_type, w->type) == 0))
		w->first = w->now;
	return 0;
}

static void note_other(struct walk *w, const char *artifact_type, const char *config_type)
{
	if (w->n_other++ != 0)
		return;
	if (config_type != NULL && strcmp(config_type, MT_IMAGE_CONFIG) == 0)
		snprintf(w->other, sizeof(w->other), "a container image");
	else if (artifact_type != NULL)
		snprintf(w->other, sizeof(w->other), "an artifact of type %s", artifact_type);
	else
		snprintf(w->other, sizeof(w->other), "a manifest with config type %s",
			 config_type != NULL ? config_type : "unknown");
}

static bool wanted(const struct walk *w, const struct coco_manifest *m)
{
	const char *type = m->artifact_type;

	if (w->subject == NULL)
		return type != NULL && strcmp(type, w->type) == 0;
	if (!m->has_subject || !coco_digest_equal(&m->subject.digest, w->subject))
		return false;
	return strcmp(type != NULL ? type : m->config.media_type, w->type) == 0;
}

static int keep(struct walk *w, struct coco_found *f, const char *tag, struct coco_diag *diag)
{
	void *list = w->found;

	if (w->n_found >= COCO_LAYOUT_FOUND_MAX ||
	    f->n_text > COCO_LAYOUT_FOUND_BYTES_MAX - w->text)
		return coco_fail(diag, COCO_E_LIMIT_SIZE,
				 "the layout holds too many manifests of this type");
	if (tag != NULL) {
		f->tag = coco_strdup(tag);
		if (f->tag == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a tag");
	}
	if (!coco_grow(&list, &w->cap_found, w->n_found, sizeof(*w->found), COCO_LAYOUT_FOUND_MAX))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a manifest");
	w->found = list;
	w->found[w->n_found++] = *f;
	w->text += f->n_text;
	return 0;
}

static int visit_manifest(struct walk *w, const struct coco_descriptor *d, const char *tag,
			  struct coco_diag *diag)
{
	struct coco_found f = { .digest = d->digest };

	coco_diag_init(&w->now);
	int r = coco_layout_read(w->l, d, COCO_OCI_MANIFEST_MAX, &f.text, &f.n_text, &w->now);
	if (r == 0)
		r = coco_manifest_decode(&f.manifest, coco_view_of(f.text, f.n_text), &w->now);
	if (r != 0) {
		coco_found_free(&f);
		return skip_entry(w, d, r, diag);
	}
	if (!wanted(w, &f.manifest)) {
		note_other(w, f.manifest.artifact_type, f.manifest.config.media_type);
		coco_found_free(&f);
		return 0;
	}
	r = keep(w, &f, tag, diag);
	if (r != 0)
		coco_found_free(&f);
	return r;
}

static int visit(struct walk *w, const struct coco_descriptor *d, const char *tag, unsigned depth,
		 struct coco_diag *diag);

static int visit_index(struct walk *w, const struct coco_descriptor *d, const char *tag,
		       unsigned depth, struct coco_diag *diag)
{
	struct coco_index x = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	coco_diag_init(&w->now);
	int r = depth < COCO_LAYOUT_DEPTH_MAX
			? coco_layout_read(w->l, d, COCO_OCI_MANIFEST_MAX, &text, &n, &w->now)
			: coco_fail(&w->now, COCO_E_LIMIT_DEPTH,
				    "indexes are nested deeper than %d levels",
				    COCO_LAYOUT_DEPTH_MAX);
	if (r == 0)
		r = coco_index_decode(&x, coco_view_of(text, n), &w->now);
	coco_free(text);
	if (r != 0)
		return skip_entry(w, d, r, diag);
	for (size_t i = 0; r == 0 && i < x.n_manifests; i++)
		r = visit(w, &x.manifests[i], tag, depth + 1, diag);
	coco_index_free(&x);
	return r;
}

static const char *tag_of(const struct coco_descriptor *d)
{
	return coco_annotation_get(d->annotations, d->n_annotations, COCO_ANN_REF_NAME);
}

/* A manifest met again under a tag, after an entry without one. */
static int add_tag(struct walk *w, const struct coco_digest *digest, const char *tag,
		   struct coco_diag *diag)
{
	for (size_t i = 0; i < w->n_found; i++) {
		struct coco_found *f = &w->found[i];

		if (f->tag != NULL || !coco_digest_equal(&f->digest, digest))
			continue;
		f->tag = coco_strdup(tag);
		if (f->tag == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a tag");
	}
	return 0;
}

static int visit(struct walk *w, const struct coco_descriptor *d, const char *tag, unsigned depth,
		 struct coco_diag *diag)
{
	const char *own = tag_of(d);
	bool is_new = false;
	int r = see(w, &d->digest, &is_new, diag);

	if (r == 0 && !is_new && own != NULL)
		r = add_tag(w, &d->digest, own, diag);
	if (r != 0 || !is_new)
		return r;
	if (own != NULL)
		tag = own;
	if (strcmp(d->media_type, COCO_MT_MANIFEST) == 0)
		return visit_manifest(w, d, tag, diag);
	if (strcmp(d->media_type, COCO_MT_INDEX) == 0)
		return visit_index(w, d, tag, depth, diag);
	if (strcmp(d->media_type, MT_DOCKER_MANIFEST) == 0 ||
	    strcmp(d->media_type, MT_DOCKER_LIST) == 0)
		note_other(w, NULL, MT_IMAGE_CONFIG);
	return 0;
}

/* Visits what index.json lists, with a tag only what carries it. */
static int walk_layout(struct walk *w, const char *tag, size_t *ret_listed,
		       struct coco_diag *diag)
{
	const struct coco_index *x = coco_layout_index(w->l);
	int r = 0;

	*ret_listed = 0;
	for (size_t i = 0; r == 0 && i < x->n_manifests; i++) {
		const char *own = tag_of(&x->manifests[i]);

		if (tag != NULL && (own == NULL || strcmp(own, tag) != 0))
			continue;
		(*ret_listed)++;
		r = visit(w, &x->manifests[i], own, 0, diag);
	}
	return r;
}

static struct walk *new_walk(const struct coco_layout *l, const char *type,
			     const struct coco_digest *subject, struct coco_diag *diag)
{
	struct walk *w = coco_zalloc(1, sizeof(*w));

	if (w == NULL) {
		(void)coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to search the layout");
		return NULL;
	}
	w->l = l;
	w->type = type;
	w->subject = subject;
	return w;
}

static void free_walk(struct walk *w)
{
	for (size_t i = 0; i < w->n_found; i++)
		coco_found_free(&w->found[i]);
	coco_free(w->found);
	coco_free(w->seen);
	coco_free(w);
}

/* The error of the first entry that could not be read becomes the result. */
static int report_first(const struct walk *w, struct coco_diag *diag)
{
	if (diag != NULL && diag->code == 0)
		*diag = w->first;
	return w->first.code;
}

static void hint_tags(const struct walk *w, struct coco_diag *diag)
{
	char text[256] = "";
	size_t at = 0;

	for (size_t i = 0; i < w->n_found && at < sizeof(text); i++) {
		char digest[COCO_OCI_DIGEST_TEXT];
		const char *name = w->found[i].tag;

		coco_digest_text(digest, &w->found[i].digest);
		int n = snprintf(text + at, sizeof(text) - at, "%s%s%.64s", i != 0 ? ", " : "",
				 name == NULL ? "untagged " : "", name == NULL ? digest : name);
		at += n > 0 ? (size_t)n : 0;
	}
	coco_diag_hint(diag, "name one of them by its tag: %s", text);
}

static int none_found(const struct walk *w, const char *tag, size_t listed,
		      struct coco_diag *diag)
{
	const struct coco_index *x = coco_layout_index(w->l);

	if (x->n_manifests == 0)
		return coco_fail(diag, COCO_E_PACKAGE_NONE, "the layout lists no manifest at all");
	if (tag != NULL && listed == 0) {
		const char *other = NULL;

		for (size_t i = 0; other == NULL && i < x->n_manifests; i++)
			other = tag_of(&x->manifests[i]);
		if (other != NULL)
			coco_diag_hint(diag, "a tag of this layout is \"%s\"", other);
		return coco_fail(diag, COCO_E_PACKAGE_NONE,
				 "nothing in the layout is tagged \"%s\"", tag);
	}
	coco_diag_expected(diag, "an artifact of type %s", w->type);
	if (w->n_other != 0)
		coco_diag_actual(diag, "%s", w->other);
	if (w->n_other == 1)
		return coco_fail(diag, COCO_E_PACKAGE_NONE, "the layout holds %s", w->other);
	return coco_fail(diag, COCO_E_PACKAGE_NONE,
			 "%zu manifests in the layout, none of the type that is needed",
			 w->n_other);
}

int coco_layout_find(const struct coco_layout *l, const char *artifact_type, const char *tag,
		     struct coco_found *ret, struct coco_diag *diag)
{
	size_t listed = 0;
	struct walk *w = new_walk(l, artifact_type, NULL, diag);

	if (w == NULL)
		return COCO_E_LIMIT_MEMORY;
	int r = walk_layout(w, tag, &listed, diag);
	if (r == 0 && w->n_found > 1) {
		hint_tags(w, diag);
		r = coco_fail(diag, COCO_E_PACKAGE_SEVERAL, "%zu packages in the layout",
			      w->n_found);
	} else if (r == 0 && w->n_found == 0) {
		r = w->first.code != 0 ? report_first(w, diag) : none_found(w, tag, listed, diag);
	}
	if (r == 0) {
		*ret = w->found[0];
		w->n_found = 0;
	}
	free_walk(w);
	return r;
}

int coco_layout_referrers(const struct coco_layout *l, const struct coco_digest *subject,
			  const char *artifact_type, struct coco_found **ret, size_t *ret_n,
			  struct coco_diag *diag)
{
	size_t listed = 0;
	struct walk *w = new_walk(l, artifact_type, subject, diag);

	if (w == NULL)
		return COCO_E_LIMIT_MEMORY;
	int r = walk_layout(w, NULL, &listed, diag);
	if (r == 0 && w->n_found == 0 && w->first.code != 0)
		r = report_first(w, diag);
	if (r == 0) {
		*ret = w->found;
		*ret_n = w->n_found;
		w->found = NULL;
		w->n_found = 0;
	}
	free_walk(w);
	return r;
}
