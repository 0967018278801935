/*
 * layout_attach.c - adding an artifact that refers to another one, such as a
 * signature, to a layout (see layout.h; image-spec: manifest.md "subject";
 * distribution-spec: referrers tag schema).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/model/layout_priv.h"

#define EMPTY_CONFIG "{}"

/* One run of coco_layout_attach. */
struct job {
	struct coco_layout l;               /* the layout; l.root is the locked directory */
	const struct coco_descriptor *subject;
	const struct coco_attachment *a;
	struct coco_descriptor entry;       /* the new artifact, as an index lists it */
	struct stat index_stat;             /* index.json when it was read */
	bool changed;
};

/*
 * Waits for other writers. A directory cannot be locked on some network file
 * systems; there the comparison of index.json before the write has to do.
 */
static int lock(int fd, struct coco_diag *diag)
{
	if (flock(fd, LOCK_EX) == 0)
		return 0;
	if (errno == EINTR)
		return coco_fail(diag, COCO_E_CANCELLED,
				 "interrupted while another program writes to the layout");
	if (errno == EBADF || errno == ENOLCK || errno == EOPNOTSUPP || errno == EINVAL ||
	    errno == ENOSYS)
		return 0;
	return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "lock the layout",
			       COCO_LAYOUT_INDEX);
}

static int stat_index(int fd, struct stat *ret, struct coco_diag *diag)
{
	if (fstatat(fd, COCO_LAYOUT_INDEX, ret, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	if (errno == ENOENT)
		return coco_fail(diag, COCO_E_LAYOUT_FORMAT, "%s is missing", COCO_LAYOUT_INDEX);
	return coco_fail_errno(diag, COCO_E_IO_READ, errno, "examine", COCO_LAYOUT_INDEX);
}

/* Nobody wrote index.json since it was read. */
static int check_unchanged(const struct job *j, struct coco_diag *diag)
{
	struct stat now;
	int r = stat_index(j->l.root, &now, diag);

	if (r != 0)
		return r;
	if (now.st_ino == j->index_stat.st_ino && now.st_size == j->index_stat.st_size &&
	    now.st_mtim.tv_sec == j->index_stat.st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == j->index_stat.st_mtim.tv_nsec)
		return 0;
	return coco_fail(diag, COCO_E_IO_CHANGED, "another program changed %s meanwhile",
			 COCO_LAYOUT_INDEX);
}

static int no_memory(struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for an OCI document");
}

static int copy_annotations(struct coco_descriptor *d, const struct coco_attachment *a,
			    struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < a->n_annotations; i++)
		r = coco_annotation_add(&d->annotations, &d->n_annotations, a->annotations[i].key,
					a->annotations[i].value, diag);
	return r;
}

/* A new descriptor: media type and what coco_layout_put says. */
static int put_blob(struct job *j, const char *media_type, struct coco_view data,
		    struct coco_descriptor *ret, struct coco_diag *diag)
{
	ret->media_type = coco_strdup(media_type);
	if (ret->media_type == NULL)
		return no_memory(diag);
	ret->size = data.n;
	return coco_layout_put(j->l.root, data.p, data.n, &ret->digest, diag);
}

static int put_manifest(struct job *j, const struct coco_manifest *m, struct coco_diag *diag)
{
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	coco_wr_init(&wr, COCO_OCI_MANIFEST_MAX);
	coco_manifest_encode(&wr, m);
	int r = coco_wr_finish(&wr, &text, &n, diag);
	if (r == 0)
		r = put_blob(j, COCO_MT_MANIFEST, coco_view_of(text, n), &j->entry, diag);
	coco_free(text);
	return r;
}

/* Writes layer, config and manifest; j->entry then describes the manifest. */
static int put_artifact(struct job *j, struct coco_diag *diag)
{
	const struct coco_attachment *a = j->a;
	struct coco_descriptor layer = { 0 };
	struct coco_manifest m = { .has_subject = true };
	int r = put_blob(j, a->layer_media_type, a->layer, &layer, diag);

	if (r == 0 && a->layer_title != NULL)
		r = coco_annotation_add(&layer.annotations, &layer.n_annotations, COCO_ANN_TITLE,
					a->layer_title, diag);
	if (r == 0)
		r = put_blob(j, COCO_MT_EMPTY,
			     coco_view_of(EMPTY_CONFIG, sizeof(EMPTY_CONFIG) - 1), &m.config,
			     diag);
	if (r == 0)
		r = copy_annotations(&j->entry, a, diag);
	if (r == 0) {
		j->entry.artifact_type = coco_strdup(a->artifact_type);
		m.subject.media_type = coco_strdup(j->subject->media_type);
		if (j->entry.artifact_type == NULL || m.subject.media_type == NULL)
			r = no_memory(diag);
	}
	if (r == 0) {
		m.subject.digest = j->subject->digest;
		m.subject.size = j->subject->size;
		/* borrowed for the encoder only */
		struct coco_manifest view = m;
		view.artifact_type = j->entry.artifact_type;
		view.layers = &layer;
		view.n_layers = 1;
		view.annotations = j->entry.annotations;
		view.n_annotations = j->entry.n_annotations;
		r = put_manifest(j, &view, diag);
	}
	coco_descriptor_free(&layer);
	coco_manifest_free(&m);
	return r;
}

/* Whether an index entry is an earlier referrer of the same kind. */
static int is_earlier(struct job *j, const struct coco_descriptor *d, bool *ret,
		      struct coco_diag *diag)
{
	struct coco_manifest m = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;

	*ret = false;
	if (strcmp(d->media_type, COCO_MT_MANIFEST) != 0 ||
	    coco_digest_equal(&d->digest, &j->entry.digest))
		return 0;
	/* one that cannot be read refers to nothing; it is left alone */
	int r = coco_layout_read(&j->l, d, COCO_OCI_MANIFEST_MAX, &text, &n, NULL);
	if (r == 0)
		r = coco_manifest_decode(&m, coco_view_of(text, n), NULL);
	coco_free(text);
	if (r == 0) {
		const char *type = m.artifact_type != NULL ? m.artifact_type : m.config.media_type;

		*ret = m.has_subject && coco_digest_equal(&m.subject.digest, &j->subject->digest) &&
		       strcmp(type, j->a->artifact_type) == 0;
		coco_manifest_free(&m);
	}
	return r == COCO_E_LIMIT_MEMORY ? no_memory(diag) : 0;
}

static void remove_entry(struct coco_index *x, size_t i)
{
	coco_descriptor_free(&x->manifests[i]);
	memmove(&x->manifests[i], &x->manifests[i + 1],
		(x->n_manifests - i - 1) * sizeof(*x->manifests));
	x->n_manifests--;
}

static int append_entry(struct job *j, struct coco_index *x, struct coco_diag *diag)
{
	if (x->n_manifests >= COCO_OCI_INDEX_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "the index lists %d manifests already",
				 COCO_OCI_INDEX_MAX);
	struct coco_descriptor *more =
		coco_realloc(x->manifests, x->n_manifests + 1, sizeof(*more));
	if (more == NULL)
		return no_memory(diag);
	x->manifests = more;
	int r = coco_descriptor_copy(&more[x->n_manifests], &j->entry, diag);
	if (r == 0)
		x->n_manifests++;
	return r;
}

/* Brings one index up to date: drops what is replaced, adds the new entry. */
static int update(struct job *j, struct coco_index *x, bool *ret_changed, struct coco_diag *diag)
{
	bool listed = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < x->n_manifests;) {
		bool earlier = false;

		if (coco_digest_equal(&x->manifests[i].digest, &j->entry.digest))
			listed = true;
		if (j->a->replace)
			r = is_earlier(j, &x->manifests[i], &earlier, diag);
		if (r == 0 && earlier) {
			remove_entry(x, i);
			*ret_changed = true;
		} else {
			i++;
		}
	}
	if (r == 0 && !listed) {
		r = append_entry(j, x, diag);
		*ret_changed = true;
	}
	return r;
}

/*
 * The index that copying tools keep under the tag "sha256-<hex>": rewritten
 * as a new blob, d then names that. One that cannot be read is left alone.
 */
static int update_fallback(struct job *j, struct coco_descriptor *d, struct coco_diag *diag)
{
	struct coco_index x = { 0 };
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;
	bool changed = false;
	int r = coco_layout_read(&j->l, d, COCO_OCI_MANIFEST_MAX, &text, &n, NULL);

	if (r == 0)
		r = coco_index_decode(&x, coco_view_of(text, n), NULL);
	coco_free(text);
	text = NULL;
	if (r != 0)
		return r == COCO_E_LIMIT_MEMORY ? no_memory(diag) : 0;
	r = update(j, &x, &changed, diag);
	if (r == 0 && changed) {
		coco_wr_init(&wr, COCO_OCI_MANIFEST_MAX);
		coco_index_encode(&wr, &x);
		r = coco_wr_finish(&wr, &text, &n, diag);
		if (r == 0)
			r = coco_layout_put(j->l.root, text, n, &d->digest, diag);
		if (r == 0) {
			d->size = n;
			j->changed = true;
		}
	}
	coco_free(text);
	coco_index_free(&x);
	return r;
}

static int update_fallbacks(struct job *j, struct coco_diag *diag)
{
	char tag[COCO_OCI_DIGEST_TEXT];
	int r = 0;

	coco_digest_text(tag, &j->subject->digest);
	*strchr(tag, ':') = '-';
	for (size_t i = 0; r == 0 && i < j->l.index.n_manifests; i++) {
		struct coco_descriptor *d = &j->l.index.manifests[i];
		const char *name = coco_annotation_get(d->annotations, d->n_annotations,
						       COCO_ANN_REF_NAME);

		if (name != NULL && strcmp(name, tag) == 0 &&
		    strcmp(d->media_type, COCO_MT_INDEX) == 0)
			r = update_fallback(j, d, diag);
	}
	return r;
}

static int run(struct job *j, struct coco_diag *diag)
{
	int r = lock(j->l.root, diag);

	if (r == 0)
		r = stat_index(j->l.root, &j->index_stat, diag);
	if (r == 0)
		r = coco_layout_load_dir(&j->l, diag);
	if (r == 0)
		r = put_artifact(j, diag);
	if (r == 0 && j->l.blobs < 0) /* made just now */
		r = coco_layout_open_blobs(j->l.root, &j->l.blobs, diag);
	if (r == 0)
		r = update_fallbacks(j, diag);
	if (r == 0)
		r = update(j, &j->l.index, &j->changed, diag);
	if (r != 0 || !j->changed)
		return r;
	r = check_unchanged(j, diag);
	return r != 0 ? r : coco_layout_write_index(j->l.root, &j->l.index, diag);
}

int coco_layout_attach(int dirfd, const struct coco_descriptor *subject,
		       const struct coco_attachment *a, struct coco_digest *ret_manifest,
		       struct coco_diag *diag)
{
	struct job j = { .l = { .root = -1, .blobs = -1 }, .subject = subject, .a = a };

	/* an own description of the directory: the lock belongs to it */
	j.l.root = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (j.l.root < 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open the layout", ".");
	int r = run(&j, diag);
	if (r == 0)
		*ret_manifest = j.entry.digest;
	coco_descriptor_free(&j.entry);
	coco_layout_unload(&j.l);
	close(j.l.root); /* and unlocks */
	return r;
}
