/*
 * merge.c - the parts of one plan into a package (see pack.h). Nothing is
 * decrypted but the journals; blobs are linked or copied.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/model/blob_check.h"
#include "lib/model/pack_priv.h"

struct part {
	const char *path;
	int fd;
	struct coco_part_doc doc;
};

struct merge {
	const struct coco_run *run;
	const struct coco_merge_request *req;
	struct part *parts;            /* n_parts */
	struct coco_record_segment *segs;
	size_t n_segs;
	size_t *from;                  /* per segment: its part */
	struct coco_record_tree tree;
	struct coco_record_file *digests;
	bool *has_digest;
	struct coco_outdir out;
	size_t loading;                /* the part whose journal is being read */
	bool identified;               /* its identity was seen */
	uint8_t header[32];            /* of its last tree record */
};

static int read_part(struct part *part, struct coco_diag *diag)
{
	struct coco_digest journal;
	uint8_t *text = NULL;
	size_t n = 0;

	part->fd = open(part->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (part->fd < 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open", part->path);
	int fd = openat(part->fd, COCO_PART_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		coco_diag_hint(diag, "a part is what pack --plan FILE --shard I/N writes; an "
				     "interrupted shard has none, run it again with --resume");
		coco_diag_source(diag, "%s", part->path);
		return coco_fail(diag, COCO_E_PLAN, "this is not a finished part");
	}
	int r = coco_read_fd(fd, COCO_PART_NAME, COCO_PLAN_DOC_MAX, &text, &n, diag);
	close(fd);
	if (r == 0)
		r = coco_part_doc_decode(&part->doc, coco_view_of(text, n), diag);
	coco_free(text);
	if (r == 0)
		r = coco_pack_file_digest(part->fd, COCO_JOURNAL_NAME, &journal, diag);
	if (r == 0 && !coco_digest_equal(&journal, &part->doc.journal))
		r = coco_fail(diag, COCO_E_PACKAGE_MIXED,
			      "the part's journal is not the one it was finished with");
	if (r != 0)
		coco_diag_source(diag, "%s", part->path);
	return r;
}

static bool same_header(const struct coco_pkg_header *a, const struct coco_pkg_header *b)
{
	struct coco_pkg_header x = *a;

	/* the key id is a name for the same key; merge may set another */
	x.key_id = b->key_id;
	return coco_pkg_header_equal(&x, b);
}

static int check_parts(const struct merge *m, struct coco_diag *diag)
{
	const struct part *first = &m->parts[0];
	uint32_t shards = first->doc.shards;

	for (size_t i = 1; i < m->req->n_parts; i++) {
		const struct part *p = &m->parts[i];

		coco_diag_source(diag, "%s", p->path);
		if (!coco_digest_equal(&p->doc.plan, &first->doc.plan))
			return coco_fail(diag, COCO_E_SHARDS, "this part is of another plan");
		if (p->doc.shards != shards)
			return coco_fail(diag, COCO_E_SHARDS,
					 "this part is one of %u, others of %u",
					 p->doc.shards, shards);
		if (!same_header(&p->doc.header, &first->doc.header) ||
		    p->doc.digests != first->doc.digests)
			return coco_fail(diag, COCO_E_SHARDS, "this part was packed with another "
					 "version, predecessor, handling flag or digest choice");
		if (diag != NULL)
			diag->source[0] = '\0';
	}
	for (uint32_t s = 1; s <= shards; s++) {
		const struct part *seen = NULL;

		for (size_t i = 0; i < m->req->n_parts; i++) {
			if (m->parts[i].doc.shard != s)
				continue;
			if (seen != NULL)
				return coco_fail(diag, COCO_E_SHARDS,
						 "shard %u of %u was given twice: %s and %s", s,
						 shards, seen->path, m->parts[i].path);
			seen = &m->parts[i];
		}
		if (seen == NULL)
			return coco_fail(diag, COCO_E_SHARDS, "shard %u of %u is missing", s,
					 shards);
	}
	return 0;
}

/* ---- journals --------------------------------------------------------------- */

static int take_digest(struct merge *m, const struct coco_record_file *f, struct coco_diag *diag)
{
	if (m->digests == NULL || f->file >= m->tree.n)
		return coco_fail(diag, COCO_E_RECORD, "a digest of no file");
	m->digests[f->file] = *f;
	m->has_digest[f->file] = true;
	return 0;
}

static int take_segment(struct merge *m, struct coco_record_segment *s, struct coco_diag *diag)
{
	const struct coco_part_doc *doc = &m->parts[m->loading].doc;

	if (s->segment >= m->n_segs || s->segment % doc->shards != doc->shard - 1)
		return coco_fail(diag, COCO_E_RECORD, "a segment that is not of this shard");
	coco_record_segment_free(&m->segs[s->segment]);
	m->segs[s->segment] = *s;
	m->from[s->segment] = m->loading;
	*s = (struct coco_record_segment){ .n_runs = 0 };
	return 0;
}

static int first_pass(void *ctx, struct coco_record *r, struct coco_diag *diag COCO_UNUSED)
{
	struct merge *m = ctx;

	if (r->type == COCO_RECORD_TREE) {
		coco_record_tree_free(&m->tree);
		m->tree = r->tree;
		r->tree = (struct coco_record_tree){ .n = 0 };
	}
	return 0;
}

/* part.json is not sealed: what it says must be what the journal says. */
static int check_identity(struct merge *m, const struct coco_record_identity *id,
			  struct coco_diag *diag)
{
	const struct coco_part_doc *doc = &m->parts[m->loading].doc;

	m->identified = true;
	if (id->segment_count != m->n_segs || id->segment_size != doc->header.segment_size ||
	    id->shard != doc->shard || id->shards != doc->shards ||
	    (id->digests != 0) != doc->digests)
		return coco_fail(diag, COCO_E_PACKAGE_MIXED,
				 "the part document and its journal differ");
	return 0;
}

static int second_pass(void *ctx, struct coco_record *r, struct coco_diag *diag)
{
	struct merge *m = ctx;
	int code = 0;

	switch (r->type) {
	case COCO_RECORD_IDENTITY:
		code = check_identity(m, &r->identity, diag);
		break;
	case COCO_RECORD_FILE:
		code = take_digest(m, &r->file, diag);
		break;
	case COCO_RECORD_SEGMENT:
		for (size_t i = 0; code == 0 && m->digests != NULL && i < r->segment.n_files; i++)
			code = take_digest(m, &r->segment.files[i], diag);
		if (code == 0)
			code = take_segment(m, &r->segment, diag);
		break;
	case COCO_RECORD_TREE:
		memcpy(m->header, r->tree.header, sizeof(m->header));
		if (r->tree.n != m->tree.n)
			code = coco_fail(diag, COCO_E_RECORD, "another number of files");
		break;
	}
	return code;
}

static int load_part(struct merge *m, size_t i,
		     int (*fn)(void *ctx, struct coco_record *r, struct coco_diag *diag),
		     struct coco_diag *diag)
{
	uint8_t id[COCO_PACKAGE_ID];

	m->loading = i;
	int r = coco_journal_load(m->parts[i].fd, m->req->key, id, fn, m, NULL, diag);
	if (r == 0 && memcmp(id, m->parts[i].doc.header.package_id, sizeof(id)) != 0)
		r = coco_fail(diag, COCO_E_PACKAGE_MIXED, "the journal is of another package");
	if (r != 0)
		coco_diag_source(diag, "%s", m->parts[i].path);
	return r;
}

static int check_header(struct merge *m, size_t i, struct coco_diag *diag)
{
	uint8_t digest[32];
	int r = coco_pack_header_digest(&m->parts[i].doc.header, digest, diag);

	if (r == 0 && (!m->identified || memcmp(digest, m->header, sizeof(digest)) != 0))
		r = coco_fail(diag, COCO_E_PACKAGE_MIXED,
			      "the part's header is not the one that it was packed with");
	if (r != 0)
		coco_diag_source(diag, "%s", m->parts[i].path);
	return r;
}

static int load_parts(struct merge *m, struct coco_diag *diag)
{
	bool digests = m->parts[0].doc.digests;
	int r = load_part(m, 0, first_pass, diag);

	if (r == 0 && m->tree.n == 0)
		r = coco_fail(diag, COCO_E_RECORD, "the journal lists no files");
	if (r != 0)
		return r;
	m->n_segs = (size_t)m->parts[0].doc.header.segment_count;
	m->segs = coco_zalloc(m->n_segs, sizeof(*m->segs));
	m->from = coco_zalloc(m->n_segs, sizeof(*m->from));
	m->digests = digests ? coco_zalloc(m->tree.n, sizeof(*m->digests)) : NULL;
	m->has_digest = coco_zalloc(m->tree.n, sizeof(*m->has_digest));
	if (m->segs == NULL || m->from == NULL || m->has_digest == NULL ||
	    (digests && m->digests == NULL))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to merge");
	for (size_t i = 0; r == 0 && i < m->req->n_parts; i++) {
		m->identified = false;
		memset(m->header, 0, sizeof(m->header));
		r = load_part(m, i, second_pass, diag);
		if (r == 0)
			r = check_header(m, i, diag);
	}
	for (size_t i = 0; r == 0 && i < m->n_segs; i++)
		if (m->segs[i].size == 0)
			r = coco_fail(diag, COCO_E_SHARDS, "segment %zu is in no part", i);
	for (size_t i = 0; r == 0 && digests && i < m->tree.n; i++) {
		struct coco_sha256 sha;

		if (m->has_digest[i])
			continue;
		if (m->tree.files[i].size != 0)
			return coco_fail(diag, COCO_E_SHARDS,
					 "the digest of file %zu is in no part", i + 1);
		coco_sha256_init(&sha);
		coco_sha256_final(&sha, m->digests[i].sha256);
	}
	return r;
}

/* ---- blobs ------------------------------------------------------------------ */

static int open_blob(void *ctx, size_t i, struct coco_blob_at *ret, struct coco_diag *diag)
{
	const struct merge *m = ctx;
	const struct part *part = &m->parts[m->from[i]];
	char path[80] = "blobs/sha256/";
	struct stat st;

	coco_hex_encode(path + strlen(path), m->segs[i].digest, sizeof(m->segs[i].digest));
	int fd = openat(part->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		coco_diag_source(diag, "%s", part->path);
		return coco_fail(diag, COCO_E_BLOB_MISSING, "%s is missing", path);
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    (uint64_t)st.st_size != m->segs[i].size) {
		close(fd);
		coco_diag_source(diag, "%s", part->path);
		return coco_fail(diag, COCO_E_BLOB_SIZE, "%s has another size", path);
	}
	*ret = (struct coco_blob_at){ .fd = fd, .size = (uint64_t)st.st_size };
	return 0;
}

static int check_blobs(struct merge *m, struct coco_diag *diag)
{
	struct coco_blob_check *list = coco_zalloc(m->n_segs, sizeof(*list));
	uint64_t total = 0;

	if (list == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to merge");
	for (size_t i = 0; i < m->n_segs; i++) {
		memcpy(list[i].want.sha256, m->segs[i].digest, sizeof(list[i].want.sha256));
		list[i].size = m->segs[i].size;
		total += list[i].size;
	}
	coco_run_phase(m->run, "checking", total);
	int r = coco_blob_check_all(m->run, list, m->n_segs, open_blob, m, diag);
	for (size_t i = 0; r == 0 && i < m->n_segs; i++) {
		if (list[i].code == 0)
			continue;
		coco_diag_source(diag, "%s", m->parts[m->from[i]].path);
		r = coco_fail(diag, list[i].code, "segment %zu of the part: %s", i,
			      coco_err_info(list[i].code)->title);
	}
	coco_free(list);
	return r;
}

/* For pairs of file systems between which the kernel does not copy. */
static int copy_plain(int in, int out, uint64_t size, struct coco_diag *diag)
{
	enum { PIECE = 1 << 18 };
	uint8_t *buf = coco_alloc(PIECE, 1);
	int r = buf != NULL ? 0 : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to copy");

	for (uint64_t at = 0; r == 0 && at < size;) {
		size_t n = (size_t)coco_min_u64(PIECE, size - at);

		r = coco_pread_full(in, buf, n, at, "a segment", diag);
		if (r == 0)
			r = coco_pwrite_full(out, buf, n, at, "a segment", diag);
		at += n;
	}
	coco_free(buf);
	return r;
}

static int copy_blob(int from, const char *path, int to, uint64_t size, struct coco_diag *diag)
{
	int in = openat(from, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int out = openat(to, path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
	off_t at = 0;
	int r = 0;

	if (in < 0 || out < 0)
		r = coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "copy", "a segment");
	while (r == 0 && (uint64_t)at < size) {
		ssize_t n = copy_file_range(in, &at, out, NULL, (size_t)(size - (uint64_t)at), 0);

		if (n > 0)
			continue;
		if (at == 0 && (n == 0 || errno == EXDEV || errno == EINVAL || errno == ENOSYS ||
				errno == EOPNOTSUPP)) {
			r = copy_plain(in, out, size, diag);
			break;
		}
		r = coco_fail_errno(diag, COCO_E_IO_WRITE, n < 0 ? errno : EIO, "copy",
				    "a segment");
	}
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return r;
}

/* Hard links where the file system allows, so that merging costs no space. */
static int collect_blobs(struct merge *m, struct coco_diag *diag)
{
	for (size_t i = 0; i < m->n_segs; i++) {
		const struct part *part = &m->parts[m->from[i]];
		char path[80] = "blobs/sha256/";
		int r = coco_run_check(m->run, diag);

		if (r != 0)
			return r;
		coco_hex_encode(path + strlen(path), m->segs[i].digest, 32);
		if (linkat(part->fd, path, m->out.fd, path, 0) == 0 || errno == EEXIST)
			continue;
		r = copy_blob(part->fd, path, m->out.fd, m->segs[i].size, diag);
		if (r != 0)
			return r;
	}
	return 0;
}

static int merge_all(struct merge *m, struct coco_pack_result *ret, struct coco_diag *diag)
{
	int r = coco_pack_try_finish(m->run, &m->req->finish, m->req->key, m->req->key_id, diag);

	for (size_t i = 0; r == 0 && i < m->req->n_parts; i++)
		r = read_part(&m->parts[i], diag);
	if (r == 0)
		r = check_parts(m, diag);
	if (r == 0)
		r = load_parts(m, diag);
	if (r == 0)
		r = check_blobs(m, diag);
	if (r == 0 && m->req->dry_run)
		r = coco_out_check(m->req->out, m->req->out_flags, NULL, diag);
	else if (r == 0)
		r = coco_outdir_open(&m->out, m->req->out, m->req->out_flags, diag);
	if (r == 0 && !m->req->dry_run)
		r = coco_layout_init(m->out.fd, diag);
	if (r == 0 && !m->req->dry_run)
		r = collect_blobs(m, diag);
	if (r != 0)
		return r;
	struct coco_pkg_header *h = &ret->header;
	*h = m->parts[0].doc.header;
	h->key_id = coco_strdup(m->req->key_id != NULL ? m->req->key_id : h->key_id);
	if (h->key_id == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to merge");
	r = coco_pack_check_header(h, diag);
	if (r != 0)
		return r;
	struct coco_pack_content c = {
		.key = m->req->key, .header = h, .files = m->tree.files, .n_files = m->tree.n,
		.segments = m->segs, .n_segments = m->n_segs, .digests = m->digests,
	};
	ret->files = m->tree.n;
	ret->segments = m->n_segs;
	for (size_t i = 0; i < m->tree.n; i++) {
		ret->bytes_in += m->tree.files[i].size;
		ret->tensors += m->tree.files[i].tensors;
	}
	for (size_t i = 0; i < m->n_segs; i++)
		ret->bytes_out += m->segs[i].size;
	if (m->req->dry_run)
		return 0;
	return coco_pack_write(m->run, m->out.fd, &c, &m->req->finish, ret, diag);
}

static void merge_free(struct merge *m)
{
	for (size_t i = 0; m->parts != NULL && i < m->req->n_parts; i++) {
		if (m->parts[i].fd >= 0)
			close(m->parts[i].fd);
		coco_part_doc_free(&m->parts[i].doc);
	}
	for (size_t i = 0; m->segs != NULL && i < m->n_segs; i++)
		coco_record_segment_free(&m->segs[i]);
	coco_record_tree_free(&m->tree);
	coco_free(m->parts);
	coco_free(m->segs);
	coco_free(m->from);
	coco_free(m->digests);
	coco_free(m->has_digest);
}

int coco_merge(const struct coco_run *run, const struct coco_merge_request *req,
	       struct coco_pack_result *ret, struct coco_diag *diag)
{
	struct merge m = { .run = run, .req = req, .out.fd = -1 };
	struct coco_pack_result result = { .files = 0 };
	int r = 0;

	if (req->n_parts == 0)
		return coco_fail(diag, COCO_E_USAGE_OPERAND, "no parts were given");
	m.parts = coco_zalloc(req->n_parts, sizeof(*m.parts));
	if (m.parts == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to merge");
	for (size_t i = 0; i < req->n_parts; i++) {
		m.parts[i].path = req->parts[i];
		m.parts[i].fd = -1;
	}
	r = merge_all(&m, &result, diag);
	if (r == 0 && !req->dry_run && syncfs(m.out.fd) != 0)
		r = coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "write", req->out);
	if (r == 0 && !req->dry_run)
		r = coco_outdir_commit(&m.out, diag);
	else
		coco_outdir_abort(&m.out);
	merge_free(&m);
	if (r != 0)
		coco_pack_result_free(&result);
	else
		*ret = result;
	return r;
}
