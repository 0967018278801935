/*
 * pack.c - packing a directory or a shard: what to do, in which streams, and
 * what to take over from an interrupted run (see pack.h).
 */
#include "lib/model/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/pool.h"
#include "lib/crypto/random.h"
#include "lib/model/layout.h"
#include "lib/model/pack_priv.h"

enum {
	LANES_RAW = 16,
	LANES_FUSED = 8,       /* two digests each */
	LANES_TRANSFORM = 4,   /* the pieces are 16 times larger */
	CHAINS_PER_JOB = 4,    /* fewer whole files than this per worker: split them */
};

/* ---- the tree --------------------------------------------------------------- */

/* Digest of what is packed: salted paths and sizes, with_times also modes and times. */
static void tree_digest(const struct coco_tree *tree, const uint8_t *salt, bool with_times,
			uint8_t ret[32])
{
	struct coco_sha256 sha;
	uint8_t num[8];

	coco_sha256_init(&sha);
	if (salt != NULL)
		coco_sha256_update(&sha, salt, 32);
	for (size_t i = 0; i < tree->n; i++) {
		const struct coco_tree_file *f = &tree->files[i];

		coco_sha256_update(&sha, f->path, strlen(f->path) + 1);
		coco_put_be64(num, f->size);
		coco_sha256_update(&sha, num, sizeof(num));
		if (!with_times)
			continue;
		coco_put_be64(num, (uint64_t)f->mtime_ns);
		coco_sha256_update(&sha, num, sizeof(num));
		coco_put_be64(num, f->mode);
		coco_sha256_update(&sha, num, sizeof(num));
	}
	coco_sha256_final(&sha, ret);
}

static int scan(const struct coco_run *run, const char *dir, const struct coco_tree_opts *opts,
		struct coco_tree *ret, struct coco_diag *diag)
{
	int r = coco_tree_scan(run, dir, opts, ret, diag);

	if (r == COCO_E_TREE_LINK)
		coco_diag_hint(diag, "a package has no links: copy the model with cp -rL and pack "
			       "the copy");
	if (r == 0 && coco_tree_find(ret, "oci-layout") < ret->n &&
	    coco_tree_find(ret, "index.json") < ret->n)
		coco_log(run, 0, "the directory is an OCI image layout; is it a package already?");
	return r;
}

static int lay_out(const struct coco_tree *tree, uint64_t segment_size, uint64_t share_below,
		   struct coco_segments *ret, struct coco_diag *diag)
{
	uint64_t *sizes = coco_alloc(tree->n, sizeof(*sizes));

	if (sizes == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the layout");
	for (size_t i = 0; i < tree->n; i++)
		sizes[i] = tree->files[i].size;
	int r = coco_segments_plan(sizes, tree->n, segment_size, share_below, ret, diag);
	coco_free(sizes);
	return r;
}

int coco_pack_plan(const struct coco_run *run, const char *dir, const struct coco_tree_opts *opts,
		   uint64_t segment_size, uint8_t **ret, size_t *ret_n,
		   struct coco_plan_info *ret_info, struct coco_diag *diag)
{
	struct coco_tree tree = { .n = 0 };
	struct coco_segments segs = { .n = 0 };
	struct coco_plan_doc doc = { .ignore_git = opts->ignore_git };
	struct coco_wr wr;
	int r = scan(run, dir, opts, &tree, diag);

	if (r == 0)
		r = lay_out(&tree, segment_size, 0, &segs, diag);
	if (r == 0)
		r = coco_random(doc.package_id, sizeof(doc.package_id), diag);
	if (r == 0)
		r = coco_random(doc.salt, sizeof(doc.salt), diag);
	if (r == 0) {
		tree_digest(&tree, doc.salt, false, doc.tree);
		doc.segment_size = segs.segment_size;
		doc.share_below = segs.share_below;
		doc.segment_count = segs.n;
		*ret_info = (struct coco_plan_info){ tree.n, tree.total, segs.n,
						     segs.segment_size };
		coco_wr_init(&wr, COCO_PLAN_DOC_MAX);
		coco_plan_doc_encode(&wr, &doc);
		r = coco_wr_finish(&wr, ret, ret_n, diag);
	}
	coco_segments_free(&segs);
	coco_tree_free(&tree);
	return r;
}

/* ---- set-up ----------------------------------------------------------------- */

char *coco_pack_default_key_id(const uint8_t package_id[COCO_PACKAGE_ID])
{
	char text[sizeof(COCO_KEY_ID_PREFIX) + 2 * COCO_PACKAGE_ID];

	memcpy(text, COCO_KEY_ID_PREFIX, sizeof(COCO_KEY_ID_PREFIX) - 1);
	coco_hex_encode(text + sizeof(COCO_KEY_ID_PREFIX) - 1, package_id, COCO_PACKAGE_ID);
	return coco_strdup(text);
}

static int read_plan(struct coco_pack *p, struct coco_plan_doc *doc, struct coco_diag *diag)
{
	uint8_t digest[32];
	int r = coco_plan_doc_decode(doc, p->req->plan, diag);

	if (r != 0)
		return r;
	tree_digest(&p->tree, doc->salt, false, digest);
	if (memcmp(digest, doc->tree, sizeof(digest)) != 0)
		return coco_fail(diag, COCO_E_PLAN_CHANGED,
				 "the names or sizes of the files are not those of the plan");
	memcpy(p->header.package_id, doc->package_id, COCO_PACKAGE_ID);
	return 0;
}

int coco_pack_check_header(const struct coco_pkg_header *h, struct coco_diag *diag)
{
	struct coco_pkg_header again;
	struct coco_diag why = { 0 };
	uint8_t *text = NULL;
	size_t n = 0;
	int r = coco_pack_header_text(h, &text, &n, diag);

	if (r != 0)
		return r;
	r = coco_pkg_header_decode(&again, coco_view_of(text, n), &why);
	coco_free(text);
	if (r == 0)
		coco_pkg_header_free(&again);
	else
		r = coco_fail(diag, r == COCO_E_LIMIT_MEMORY ? r : COCO_E_USAGE_VALUE,
			      "%s: %s", why.pointer, why.message);
	return r;
}

static int set_header(struct coco_pack *p, struct coco_diag *diag)
{
	const struct coco_pack_request *req = p->req;
	struct coco_pkg_header *h = &p->header;

	h->version = req->version != 0 ? req->version
		     : req->has_previous ? req->previous_version + 1 : 1;
	if (req->version == 0 && h->version > COCO_PACKAGE_VERSION_MAX)
		return coco_fail(diag, COCO_E_PACKAGE_PREVIOUS,
				 "there is no version after %" PRIu64, req->previous_version);
	if (req->has_previous && h->version <= req->previous_version)
		return coco_fail(diag, COCO_E_PACKAGE_PREVIOUS,
				 "version %" PRIu64 " does not follow version %" PRIu64,
				 h->version, req->previous_version);
	h->has_previous = req->has_previous;
	h->previous = req->previous;
	h->at_rest = req->at_rest;
	h->segment_size = p->segs.segment_size;
	h->segment_count = p->segs.n;
	coco_free(h->key_id);
	h->key_id = req->key_id != NULL ? coco_strdup(req->key_id)
					: coco_pack_default_key_id(h->package_id);
	if (h->key_id == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory");
	return coco_pack_check_header(h, diag);
}

static int read_map(void *ctx, size_t i, struct coco_diag *diag)
{
	struct coco_pack *p = ctx;

	return coco_file_map_read(p->run, &p->tree, i, &p->maps[i], diag);
}

static int allocate(struct coco_pack *p, struct coco_diag *diag)
{
	p->maps = coco_zalloc(p->tree.n, sizeof(*p->maps));
	p->done = coco_zalloc(p->segs.n, sizeof(*p->done));
	p->files = coco_zalloc(p->tree.n, sizeof(*p->files));
	p->has_digest = coco_zalloc(p->tree.n, sizeof(*p->has_digest));
	p->workers = coco_zalloc(p->run->jobs, sizeof(*p->workers));
	p->chains = coco_zalloc(p->segs.n + p->tree.n, sizeof(*p->chains));
	if (p->maps == NULL || p->done == NULL || p->files == NULL || p->has_digest == NULL ||
	    p->workers == NULL || p->chains == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %zu files", p->tree.n);
	for (unsigned i = 0; p->req->compress != COCO_COMPRESS_OFF && i < p->run->jobs; i++) {
		p->workers[i].transform = coco_transform_ctx_new();
		p->workers[i].piece = coco_alloc(COCO_PIECE, 1);
		if (p->workers[i].transform == NULL || p->workers[i].piece == NULL)
			return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a worker");
	}
	return 0;
}

static void pack_free(struct coco_pack *p)
{
	for (size_t i = 0; p->maps != NULL && i < p->tree.n; i++)
		coco_file_map_free(&p->maps[i]);
	for (size_t i = 0; p->done != NULL && i < p->segs.n; i++)
		coco_record_segment_free(&p->done[i]);
	for (unsigned i = 0; p->workers != NULL && i < p->run->jobs; i++) {
		coco_transform_ctx_free(p->workers[i].transform);
		if (p->workers[i].piece != NULL)
			coco_wipe(p->workers[i].piece, COCO_PIECE);
		coco_free(p->workers[i].piece);
	}
	coco_free(p->maps);
	coco_free(p->done);
	coco_free(p->files);
	coco_free(p->has_digest);
	coco_free(p->workers);
	coco_free(p->chains);
	coco_journal_close(p->journal);
	if (p->blobs >= 0)
		close(p->blobs);
	coco_segments_free(&p->segs);
	coco_tree_free(&p->tree);
	coco_pkg_header_free(&p->header);
}

/* ---- streams ---------------------------------------------------------------- */

static bool is_ours(const struct coco_pack *p, size_t n)
{
	return p->req->shards == 0 || n % p->req->shards == p->req->shard - 1;
}

static struct coco_pack_chain *add_chain(struct coco_pack *p)
{
	return &p->chains[p->n_chains++];
}

/* One file's segments first..first+n-1, some of which may be done already. */
static void chain_file(struct coco_pack *p, size_t first, size_t n, bool whole)
{
	uint32_t file = p->segs.segs[first].parts[0].file;
	bool want = p->req->digests && !p->has_digest[file];
	size_t done = 0;
	size_t ours = 0;

	for (size_t i = first; i < first + n; i++) {
		done += p->done[i].size != 0 ? 1 : 0;
		ours += is_ours(p, i) ? 1 : 0;
	}
	/* the segments at the front may have left a digest to go on from */
	size_t front = 0;
	while (front < n && p->done[first + front].size != 0)
		front++;
	const struct coco_record_midstate *mid =
		front > 0 ? &p->done[first + front - 1].midstate : NULL;
	bool go_on = front == 0 || (front < n && mid->present && mid->file == file &&
				    mid->n == p->segs.segs[first + front].parts[0].offset);
	if (whole && want && ours == n && front == done && front < n && go_on) {
		struct coco_pack_chain *c = add_chain(p);

		*c = (struct coco_pack_chain){ .file = file, .first = first + front,
					       .n = n - front, .hash = true };
		if (front > 0)
			c->start = *mid;
		return;
	}
	for (size_t i = first; i < first + n; i++)
		if (is_ours(p, i) && p->done[i].size == 0)
			*add_chain(p) = (struct coco_pack_chain){ .file = file, .first = i,
								  .n = 1 };
	if (want && is_ours(p, first))
		*add_chain(p) = (struct coco_pack_chain){ .hash_only = true, .file = file };
}

/* Number of segments from first on that belong to the same large file; 0: shared. */
static size_t file_span(const struct coco_pack *p, size_t first)
{
	const struct coco_seg_part *part = &p->segs.segs[first].parts[0];
	size_t n = 1;

	if (p->tree.files[part->file].size < p->segs.share_below)
		return 0;
	while (first + n < p->segs.n && p->segs.segs[first + n].parts[0].file == part->file)
		n++;
	return n;
}

static void make_chains(struct coco_pack *p)
{
	size_t large = 0;

	for (size_t i = 0; i < p->segs.n;) {
		size_t n = file_span(p, i);

		large++;
		i += n > 0 ? n : 1;
	}
	bool whole = p->run->jobs == 1 || large >= (size_t)CHAINS_PER_JOB * p->run->jobs;
	for (size_t i = 0; i < p->segs.n;) {
		size_t n = file_span(p, i);

		if (n > 0) {
			chain_file(p, i, n, whole || n == 1);
		} else if (is_ours(p, i) && p->done[i].size == 0) {
			*add_chain(p) = (struct coco_pack_chain){
				.first = i, .n = 1, .hash = p->req->digests };
		}
		i += n > 0 ? n : 1;
	}
}

/* Files without bytes are in no segment; their digest is that of nothing. */
static void digest_empty(struct coco_pack *p)
{
	for (size_t i = 0; p->req->digests && i < p->tree.n; i++) {
		struct coco_sha256 sha;

		if (p->tree.files[i].size != 0)
			continue;
		coco_sha256_init(&sha);
		coco_sha256_final(&sha, p->files[i].sha256);
		p->files[i].file = (uint32_t)i;
		p->has_digest[i] = true;
	}
}

static int run_chains(struct coco_pack *p, struct coco_diag *diag)
{
	struct coco_lane_item *items = coco_zalloc(p->n_chains, sizeof(*items));
	uint64_t todo = 0;
	bool fused = false;

	if (items == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %zu streams",
				 p->n_chains);
	for (size_t i = 0; i < p->n_chains; i++) {
		struct coco_pack_chain *c = &p->chains[i];

		items[i].arg = c;
		items[i].serial = c->hash_only;
		fused = fused || c->hash;
		if (c->hash_only) {
			items[i].bytes = p->tree.files[c->file].size;
			continue;
		}
		for (size_t k = 0; k < c->n; k++)
			items[i].bytes += p->segs.segs[c->first + k].bytes;
		todo += items[i].bytes;
	}
	coco_run_phase(p->run, "packing", todo);
	unsigned lanes = p->req->compress != COCO_COMPRESS_OFF ? LANES_TRANSFORM
			 : fused ? LANES_FUSED : LANES_RAW;
	int r = coco_lanes_run(p->run, items, p->n_chains, lanes, &coco_pack_ops, p, diag);
	coco_free(items);
	return r;
}

/* ---- the whole -------------------------------------------------------------- */

/* A clone brings its history along, often with every weight a second time. */
static void warn_of_git(const struct coco_pack *p)
{
	uint64_t bytes = 0;
	size_t n = 0;

	for (size_t i = 0; i < p->tree.n; i++) {
		if (strncmp(p->tree.files[i].path, ".git/", 5) != 0)
			continue;
		bytes += p->tree.files[i].size;
		n++;
	}
	if (n != 0)
		coco_log(p->run, 0, "the model holds a git repository (.git: %zu files, %" PRIu64
			 " bytes), which is packed too; --ignore-git-paths leaves it out", n,
			 bytes);
}

static int prepare(struct coco_pack *p, struct coco_diag *diag)
{
	const struct coco_pack_request *req = p->req;
	struct coco_plan_doc plan = { .segment_size = req->segment_size };
	int r = coco_tree_outside(req->dir, req->out, "-o", diag);

	if (r == 0)
		r = scan(p->run, req->dir, &req->tree, &p->tree, diag);
	if (r == 0 && p->tree.n > UINT32_MAX)
		r = coco_fail(diag, COCO_E_TREE_FILES, "%zu files", p->tree.n);
	if (r == 0 && req->plan.n != 0)
		r = read_plan(p, &plan, diag);
	else if (r == 0)
		r = coco_random(p->header.package_id, COCO_PACKAGE_ID, diag);
	if (r == 0)
		r = lay_out(&p->tree, plan.segment_size, plan.share_below, &p->segs, diag);
	if (r == 0 && req->plan.n != 0 && p->segs.n != plan.segment_count)
		r = coco_fail(diag, COCO_E_PLAN_CHANGED, "%zu segments, the plan has %" PRIu64,
			      p->segs.n, plan.segment_count);
	if (r == 0)
		warn_of_git(p);
	if (r == 0)
		r = allocate(p, diag);
	if (r == 0)
		r = coco_pool_each(p->run, p->tree.n, read_map, p, diag);
	return r;
}

static int open_blobs(struct coco_pack *p, struct coco_diag *diag)
{
	p->blobs = openat(p->out.fd, "blobs/sha256", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return p->blobs >= 0 ? 0 : coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "open",
						   "the output's blobs");
}

/* Somebody who did not ask to resume may not know that there is something. */
static void tell_leftover(const struct coco_pack *p)
{
	char *left = coco_outdir_leftover(p->req->out);

	if (left != NULL)
		coco_log(p->run, 0, "%s is left of an interrupted run; --resume takes it up, "
			 "otherwise remove it", left);
	coco_free(left);
}

static int start_output(struct coco_pack *p, const struct coco_record_identity *id,
			struct coco_diag *diag)
{
	struct coco_record rec = { .type = COCO_RECORD_IDENTITY, .identity = *id };
	bool found = false;
	int r = 0;

	if (p->req->resume)
		r = coco_outdir_adopt(&p->out, p->req->out, p->req->out_flags, &found, diag);
	else
		tell_leftover(p);
	if (found && !coco_journal_started(p->out.fd)) {
		coco_outdir_abort(&p->out);
		found = false;
	}
	if (r == 0 && found) {
		r = open_blobs(p, diag);
		return r == 0 ? coco_pack_resume(p, id, diag) : r;
	}
	if (r == 0)
		r = coco_outdir_open(&p->out, p->req->out, p->req->out_flags, diag);
	if (r == 0)
		r = coco_layout_init(p->out.fd, diag);
	if (r == 0)
		r = open_blobs(p, diag);
	if (r == 0)
		r = coco_journal_create(p->out.fd, p->req->key, p->header.package_id, &p->journal,
					diag);
	if (r == 0)
		r = coco_journal_append(p->journal, &rec, diag);
	return r;
}

static int finish_package(struct coco_pack *p, struct coco_pack_result *ret,
			  struct coco_diag *diag)
{
	struct coco_pack_content c = {
		.key = p->req->key, .header = &p->header, .n_files = p->tree.n,
		.segments = p->done, .n_segments = p->segs.n,
		.digests = p->req->digests ? p->files : NULL,
	};
	struct coco_cat_file *entries = NULL;
	int r = coco_pack_entries(&p->tree, p->maps, &entries, diag);

	if (r != 0)
		return r;
	c.files = entries;
	r = coco_pack_write(p->run, p->out.fd, &c, &p->req->finish, ret, diag);
	coco_pack_entries_free(entries, p->tree.n);
	return r;
}

static void count_result(const struct coco_pack *p, struct coco_pack_result *ret)
{
	ret->files = p->tree.n;
	ret->bytes_in = p->tree.total;
	ret->segments = p->packed;
	ret->resumed = p->resumed;
	for (size_t i = 0; i < p->tree.n; i++)
		ret->tensors += p->maps[i].tensors;
	for (size_t i = 0; i < p->segs.n; i++)
		ret->bytes_out += p->done[i].size;
}

static int pack_all(struct coco_pack *p, struct coco_pack_result *ret, struct coco_diag *diag)
{
	struct coco_record_identity id = {
		.compress = (uint8_t)p->req->compress, .digests = p->req->digests ? 1 : 0,
		.shard = p->req->shard, .shards = p->req->shards,
	};
	int r = coco_pack_try_finish(p->run, &p->req->finish, p->req->key, p->req->key_id, diag);

	if (r == 0)
		r = prepare(p, diag);
	if (r != 0)
		return r;
	tree_digest(&p->tree, NULL, true, id.tree);
	id.segment_size = p->segs.segment_size;
	id.segment_count = p->segs.n;
	if (p->req->dry_run)
		r = coco_out_check(p->req->out, p->req->out_flags, NULL, diag);
	else
		r = start_output(p, &id, diag);
	if (r == 0)
		r = set_header(p, diag);
	if (r != 0)
		return r;
	if (p->req->dry_run) {
		count_result(p, ret);
		ret->segments = p->segs.n;
		ret->is_part = p->req->shards != 0;
		return 0;
	}
	coco_log(p->run, 1, "%zu files, %" PRIu64 " bytes in %zu segments of up to %" PRIu64
		 " bytes, %" PRIu64 " of them done before", p->tree.n, p->tree.total, p->segs.n,
		 p->segs.segment_size, p->resumed);
	digest_empty(p);
	make_chains(p);
	r = run_chains(p, diag);
	if (r != 0)
		return r;
	count_result(p, ret);
	r = p->req->shards != 0 ? coco_pack_finish_part(p, ret, diag)
				: finish_package(p, ret, diag);
	return r;
}

/* Everything on the disk; only then is the journal not needed any more. */
static int settle(struct coco_pack *p, struct coco_diag *diag)
{
	coco_run_phase(p->run, "syncing", 0);
	if (syncfs(p->out.fd) != 0)
		return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "write", p->req->out);
	if (p->req->shards == 0 && unlinkat(p->out.fd, COCO_JOURNAL_NAME, 0) != 0)
		return coco_fail_errno(diag, COCO_E_IO_WRITE, errno, "remove", "the journal");
	return 0;
}

int coco_pack(const struct coco_run *run, const struct coco_pack_request *req,
	      struct coco_pack_result *ret, struct coco_diag *diag)
{
	struct coco_pack p = { .run = run, .req = req, .out.fd = -1, .blobs = -1 };
	struct coco_pack_result result = { .files = 0 };
	int r = pack_all(&p, &result, diag);

	if (r == 0 && !req->dry_run)
		r = settle(&p, diag);
	if (r == 0 && !req->dry_run)
		r = coco_outdir_commit(&p.out, diag);
	else if (req->resume)
		coco_outdir_keep(&p.out);
	else
		coco_outdir_abort(&p.out);
	if (r == 0) {
		result.header = p.header;
		p.header.key_id = NULL;
		*ret = result;
	}
	pack_free(&p);
	return r;
}

void coco_pack_result_free(struct coco_pack_result *r)
{
	coco_pkg_header_free(&r->header);
}
