/*
 * pack_resume.c - taking over what an interrupted run finished: segments whose
 * blobs still have their digests, and plaintext digests (see pack_priv.h).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/model/blob_check.h"
#include "lib/model/pack_priv.h"

struct loading {
	struct coco_pack *p;
	const struct coco_record_identity *id;
	bool identified;
};

static int other(struct coco_diag *diag, const char *what)
{
	return coco_fail(diag, COCO_E_RESUME_OTHER, "the interrupted run had another %s", what);
}

static int check_identity(const struct coco_record_identity *a,
			  const struct coco_record_identity *b, struct coco_diag *diag)
{
	if (memcmp(a->tree, b->tree, sizeof(a->tree)) != 0)
		return other(diag, "state of the model directory (names, sizes, times or modes)");
	if (a->segment_size != b->segment_size || a->segment_count != b->segment_count)
		return other(diag, "segment size");
	if (a->compress != b->compress)
		return other(diag, "--compress");
	if (a->digests != b->digests)
		return other(diag, "--no-plaintext-digests");
	if (a->shard != b->shard || a->shards != b->shards)
		return other(diag, "--shard");
	return 0;
}

static void take_digest(struct coco_pack *p, const struct coco_record_file *f)
{
	if (f->file >= p->tree.n || !p->req->digests)
		return;
	p->files[f->file] = *f;
	p->has_digest[f->file] = true;
}

/* That a record's runs lie where the layout puts the segment's parts. */
static bool fits_layout(const struct coco_pack *p, const struct coco_record_segment *s)
{
	const struct coco_seg *seg = &p->segs.segs[s->segment];
	size_t part = 0;
	uint64_t at = 0;

	for (size_t i = 0; i < s->n_runs; i++) {
		const struct coco_record_run *x = &s->runs[i];

		if (part >= seg->n_parts || x->file != seg->parts[part].file ||
		    x->file_offset != seg->parts[part].offset + at ||
		    x->run.length > seg->parts[part].length - at)
			return false;
		at += x->run.length;
		if (at == seg->parts[part].length) {
			part++;
			at = 0;
		}
	}
	return part == seg->n_parts;
}

static int take_record(void *ctx, struct coco_record *r, struct coco_diag *diag)
{
	struct loading *l = ctx;
	struct coco_pack *p = l->p;

	if (!l->identified && r->type != COCO_RECORD_IDENTITY)
		return coco_fail(diag, COCO_E_RECORD, "the journal does not say what it is about");
	switch (r->type) {
	case COCO_RECORD_IDENTITY:
		l->identified = true;
		return check_identity(&r->identity, l->id, diag);
	case COCO_RECORD_FILE:
		take_digest(p, &r->file);
		return 0;
	case COCO_RECORD_TREE:
		return 0;
	case COCO_RECORD_SEGMENT:
		break;
	}
	struct coco_record_segment *s = &r->segment;
	if (s->segment >= p->segs.n || !fits_layout(p, s))
		return coco_fail(diag, COCO_E_RECORD, "a record of a segment that does not exist");
	for (size_t i = 0; i < s->n_files; i++)
		take_digest(p, &s->files[i]);
	coco_record_segment_free(&p->done[s->segment]);
	p->done[s->segment] = *s;
	*s = (struct coco_record_segment){ .n_runs = 0 };
	return 0;
}

struct opening {
	struct coco_pack *p;
	const struct coco_blob_check *list;
};

static int open_blob(void *ctx, size_t i, struct coco_blob_at *ret, struct coco_diag *diag)
{
	const struct opening *o = ctx;
	char name[65];
	struct stat st;

	coco_hex_encode(name, o->list[i].want.sha256, sizeof(o->list[i].want.sha256));
	int fd = openat(o->p->blobs, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return coco_fail(diag, COCO_E_BLOB_MISSING, "blob sha256:%s is missing", name);
	if (fd < 0 || fstat(fd, &st) != 0) {
		int err = errno;

		if (fd >= 0)
			close(fd);
		return coco_fail_errno(diag, COCO_E_IO_OPEN, err, "open", "a blob");
	}
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != o->list[i].size) {
		close(fd);
		return coco_fail(diag, COCO_E_BLOB_SIZE, "blob sha256:%s has another size", name);
	}
	*ret = (struct coco_blob_at){ .fd = fd, .size = (uint64_t)st.st_size };
	return 0;
}

/* Forgets the segments whose blobs are gone or were not written completely. */
static int check_blobs(struct coco_pack *p, struct coco_diag *diag)
{
	struct coco_blob_check *list = coco_zalloc(p->segs.n, sizeof(*list));
	size_t *which = coco_zalloc(p->segs.n, sizeof(*which));
	struct opening o = { .p = p, .list = list };
	uint64_t total = 0;
	size_t n = 0;

	if (list == NULL || which == NULL) {
		coco_free(list);
		coco_free(which);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to resume");
	}
	for (size_t i = 0; i < p->segs.n; i++) {
		if (p->done[i].size == 0)
			continue;
		memcpy(list[n].want.sha256, p->done[i].digest, sizeof(p->done[i].digest));
		list[n].size = p->done[i].size;
		total += list[n].size;
		which[n++] = i;
	}
	coco_run_phase(p->run, "checking", total);
	int r = coco_blob_check_all(p->run, list, n, open_blob, &o, diag);
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (list[i].code == 0) {
			p->resumed++;
			continue;
		}
		coco_log(p->run, 1, "segment %zu of the interrupted run is not complete; again",
			 which[i]);
		coco_record_segment_free(&p->done[which[i]]);
	}
	coco_free(list);
	coco_free(which);
	return r;
}

static int by_digest(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct coco_digest));
}

/*
 * Removes what the interrupted run left and the journal does not know: a blob
 * named just before the end, documents of a package that was nearly finished.
 */
static int remove_strays(struct coco_pack *p, struct coco_diag *diag)
{
	struct coco_digest *known = coco_zalloc(p->segs.n, sizeof(*known));
	int fd = openat(p->blobs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;
	size_t n = 0;

	if (d == NULL || known == NULL) {
		int err = errno;

		if (d != NULL)
			closedir(d);
		else if (fd >= 0)
			close(fd);
		coco_free(known);
		return coco_fail_errno(diag, COCO_E_IO_OPEN, err, "list", "the output's blobs");
	}
	for (size_t i = 0; i < p->segs.n; i++)
		if (p->done[i].size != 0)
			memcpy(known[n++].sha256, p->done[i].digest, sizeof(known[0].sha256));
	qsort(known, n, sizeof(*known), by_digest);
	while ((e = readdir(d)) != NULL) {
		struct coco_digest key;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (coco_hex_decode(key.sha256, sizeof(key.sha256), e->d_name, strlen(e->d_name),
				    NULL) != 0 ||
		    bsearch(&key, known, n, sizeof(*known), by_digest) == NULL)
			unlinkat(p->blobs, e->d_name, 0);
	}
	closedir(d);
	coco_free(known);
	return 0;
}

int coco_pack_resume(struct coco_pack *p, const struct coco_record_identity *id,
		     struct coco_diag *diag)
{
	struct loading l = { .p = p, .id = id };
	uint8_t planned[COCO_PACKAGE_ID];
	int r;

	memcpy(planned, p->header.package_id, sizeof(planned));
	r = coco_journal_load(p->out.fd, p->req->key, p->header.package_id, take_record, &l,
			      &p->journal, diag);
	if (r == 0 && !l.identified)
		r = coco_fail(diag, COCO_E_RECORD, "the journal is empty");
	if (r == 0 && p->req->plan.n != 0 &&
	    memcmp(planned, p->header.package_id, sizeof(planned)) != 0)
		r = other(diag, "--plan");
	if (r == 0)
		r = check_blobs(p, diag);
	if (r == 0)
		r = remove_strays(p, diag);
	return r;
}
