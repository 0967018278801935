/*
 * journal.c - journal records, plan and part documents (see journal.h).
 */
#include "formats/model/journal.h"

#include <string.h>

#include "formats/core/mem.h"

static const char plan_format[] = "cococtl/model-plan";
static const char part_format[] = "cococtl/model-part";

void coco_record_context(uint8_t ret[COCO_RECORD_CONTEXT], const uint8_t id[COCO_PACKAGE_ID])
{
	static const char label[] = "cococtl/model-package/v1/record"; /* NUL: the separator */

	_Static_assert(sizeof(label) + COCO_PACKAGE_ID == COCO_RECORD_CONTEXT, "context length");
	memcpy(ret, label, sizeof(label));
	memcpy(ret + sizeof(label), id, COCO_PACKAGE_ID);
}

/* ---- records ---------------------------------------------------------------- */

static void encode_run(struct coco_wr *wr, const struct coco_record_run *x)
{
	coco_wr_be32(wr, x->file);
	coco_wr_be64(wr, x->file_offset);
	coco_wr_be64(wr, x->run.offset);
	coco_wr_be64(wr, x->run.stored);
	coco_wr_be64(wr, x->run.length);
	coco_wr_u8(wr, (uint8_t)x->run.transform);
	coco_wr_be32(wr, (uint32_t)x->run.n_pieces);
	for (size_t i = 0; i < x->run.n_pieces; i++)
		coco_wr_be32(wr, x->run.pieces[i]);
}

static void encode_segment(struct coco_wr *wr, const struct coco_record_segment *s)
{
	coco_wr_be64(wr, s->segment);
	coco_wr_bytes(wr, s->digest, sizeof(s->digest));
	coco_wr_be64(wr, s->size);
	coco_wr_u8(wr, s->midstate.present ? 1 : 0);
	if (s->midstate.present) {
		coco_wr_be32(wr, s->midstate.file);
		coco_wr_be64(wr, s->midstate.n);
		for (int i = 0; i < 8; i++)
			coco_wr_be32(wr, s->midstate.h[i]);
	}
	coco_wr_be32(wr, (uint32_t)s->n_files);
	for (size_t i = 0; i < s->n_files; i++) {
		coco_wr_be32(wr, s->files[i].file);
		coco_wr_bytes(wr, s->files[i].sha256, sizeof(s->files[i].sha256));
	}
	coco_wr_be32(wr, (uint32_t)s->n_runs);
	for (size_t i = 0; i < s->n_runs; i++)
		encode_run(wr, &s->runs[i]);
}

static void encode_tree(struct coco_wr *wr, const struct coco_record_tree *t)
{
	coco_wr_bytes(wr, t->header, sizeof(t->header));
	coco_wr_be32(wr, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++) {
		const struct coco_cat_file *f = &t->files[i];

		coco_wr_be32(wr, (uint32_t)strlen(f->path));
		coco_wr_str(wr, f->path);
		coco_wr_be32(wr, f->mode);
		coco_wr_be64(wr, f->size);
		coco_wr_bytes(wr, f->kind, sizeof(f->kind));
		coco_wr_be64(wr, f->tensors);
		coco_wr_u8(wr, (uint8_t)f->n_dtypes);
		for (size_t k = 0; k < f->n_dtypes; k++) {
			coco_wr_bytes(wr, f->dtypes[k].name, sizeof(f->dtypes[k].name));
			coco_wr_be64(wr, f->dtypes[k].tensors);
			coco_wr_be64(wr, f->dtypes[k].bytes);
		}
	}
}

void coco_record_encode(struct coco_wr *wr, const struct coco_record *r)
{
	coco_wr_u8(wr, (uint8_t)r->type);
	switch (r->type) {
	case COCO_RECORD_IDENTITY:
		coco_wr_bytes(wr, r->identity.tree, sizeof(r->identity.tree));
		coco_wr_be64(wr, r->identity.segment_size);
		coco_wr_be64(wr, r->identity.segment_count);
		coco_wr_u8(wr, r->identity.compress);
		coco_wr_u8(wr, r->identity.digests);
		coco_wr_be32(wr, r->identity.shard);
		coco_wr_be32(wr, r->identity.shards);
		break;
	case COCO_RECORD_SEGMENT:
		encode_segment(wr, &r->segment);
		break;
	case COCO_RECORD_FILE:
		coco_wr_be32(wr, r->file.file);
		coco_wr_bytes(wr, r->file.sha256, sizeof(r->file.sha256));
		break;
	case COCO_RECORD_TREE:
		encode_tree(wr, &r->tree);
		break;
	}
}

static int decode_run(struct coco_rd *rd, uint64_t segment, struct coco_record_run *x)
{
	x->file = coco_rd_be32(rd, "file");
	x->file_offset = coco_rd_be64(rd, "file_offset");
	x->run.segment = segment;
	x->run.offset = coco_rd_be64(rd, "offset");
	x->run.stored = coco_rd_be64(rd, "stored");
	x->run.length = coco_rd_be64(rd, "length");
	uint8_t transform = coco_rd_u8(rd, "transform");
	uint64_t want = (x->run.length + COCO_PIECE - 1) / COCO_PIECE;
	size_t n = coco_rd_count(rd, coco_rd_be32(rd, "n_pieces"), 4, COCO_RECORD_MAX / 4,
				 "n_pieces");
	if (!coco_rd_ok(rd))
		return rd->code;
	if (transform >= COCO_RUN_TRANSFORMS || n != (transform == 0 ? 0 : want) ||
	    x->run.length > COCO_PACKAGE_SEGMENT_MAX || x->run.stored > x->run.length ||
	    (transform == 0 && x->run.stored != x->run.length))
		return coco_rd_fail(rd, COCO_E_RECORD, "run", "a run is impossible");
	x->run.transform = (enum coco_transform_id)transform;
	if (n == 0)
		return 0;
	x->run.pieces = coco_alloc(n, sizeof(*x->run.pieces));
	if (x->run.pieces == NULL)
		return coco_rd_fail(rd, COCO_E_LIMIT_MEMORY, "run", "no memory for a piece list");
	x->run.n_pieces = n;
	for (size_t i = 0; i < n; i++)
		x->run.pieces[i] = coco_rd_be32(rd, "piece");
	return rd->code;
}

static int decode_segment(struct coco_rd *rd, struct coco_record_segment *s)
{
	enum { RUN_MIN = 4 + 8 * 4 + 1 + 4, FILE_MIN = 4 + 32 };

	s->segment = coco_rd_be64(rd, "segment");
	coco_rd_copy(rd, s->digest, sizeof(s->digest), "digest");
	s->size = coco_rd_be64(rd, "size");
	uint8_t present = coco_rd_u8(rd, "midstate");
	if (present > 1)
		coco_rd_fail(rd, COCO_E_RECORD, "midstate", "neither there nor absent");
	s->midstate.present = present == 1;
	if (s->midstate.present) {
		s->midstate.file = coco_rd_be32(rd, "midstate.file");
		s->midstate.n = coco_rd_be64(rd, "midstate.n");
		for (int i = 0; i < 8; i++)
			s->midstate.h[i] = coco_rd_be32(rd, "midstate.h");
		if (coco_rd_ok(rd) && s->midstate.n % 64 != 0)
			coco_rd_fail(rd, COCO_E_RECORD, "midstate.n", "not a multiple of 64");
	}
	size_t n = coco_rd_count(rd, coco_rd_be32(rd, "n_files"), FILE_MIN,
				 COCO_CATALOGUE_FILES_MAX, "n_files");
	s->files = coco_zalloc(n, sizeof(*s->files));
	if (s->files == NULL)
		return coco_rd_fail(rd, COCO_E_LIMIT_MEMORY, "n_files", "no memory");
	s->n_files = n;
	for (size_t i = 0; i < n; i++) {
		s->files[i].file = coco_rd_be32(rd, "files.file");
		coco_rd_copy(rd, s->files[i].sha256, 32, "files.sha256");
	}
	n = coco_rd_count(rd, coco_rd_be32(rd, "n_runs"), RUN_MIN, COCO_RECORD_MAX / RUN_MIN,
			  "n_runs");
	s->runs = coco_zalloc(n, sizeof(*s->runs));
	if (s->runs == NULL)
		return coco_rd_fail(rd, COCO_E_LIMIT_MEMORY, "n_runs", "no memory");
	s->n_runs = n;
	for (size_t i = 0; i < n && coco_rd_ok(rd); i++)
		(void)decode_run(rd, s->segment, &s->runs[i]);
	return rd->code;
}

static int decode_name(struct coco_rd *rd, char *ret, size_t cap, const char *field)
{
	coco_rd_copy(rd, ret, cap, field);
	if (coco_rd_ok(rd) && memchr(ret, 0, cap) == NULL)
		return coco_rd_fail(rd, COCO_E_RECORD, field, "a name is not terminated");
	return rd->code;
}

static int decode_tree_file(struct coco_rd *rd, struct coco_cat_file *f)
{
	struct coco_view path = coco_rd_view(rd, coco_rd_be32(rd, "path"), "path");

	if (coco_rd_ok(rd) && !coco_path_safe((const char *)path.p, path.n))
		return coco_rd_fail(rd, COCO_E_RECORD, "path", "not a plain relative path");
	f->path = coco_strndup(path.p != NULL ? (const char *)path.p : "", path.n);
	f->mode = coco_rd_be32(rd, "mode");
	if (f->mode > 0777)
		coco_rd_fail(rd, COCO_E_RECORD, "mode", "more than permission bits");
	f->size = coco_rd_be64(rd, "size");
	(void)decode_name(rd, f->kind, sizeof(f->kind), "kind");
	f->tensors = coco_rd_be64(rd, "tensors");
	size_t n = coco_rd_count(rd, coco_rd_u8(rd, "n_dtypes"), 16 + 8 + 8,
				 COCO_CATALOGUE_DTYPES, "n_dtypes");
	f->dtypes = coco_zalloc(n, sizeof(*f->dtypes));
	if (f->path == NULL || f->dtypes == NULL)
		return coco_rd_fail(rd, COCO_E_LIMIT_MEMORY, "path", "no memory");
	f->n_dtypes = n;
	for (size_t i = 0; i < n; i++) {
		(void)decode_name(rd, f->dtypes[i].name, sizeof(f->dtypes[i].name), "dtype");
		f->dtypes[i].tensors = coco_rd_be64(rd, "dtype.tensors");
		f->dtypes[i].bytes = coco_rd_be64(rd, "dtype.bytes");
	}
	return rd->code;
}

static int decode_tree(struct coco_rd *rd, struct coco_record_tree *t)
{
	enum { TREE_FILE_MIN = 4 + 1 + 4 + 8 + 16 + 8 + 1 };

	coco_rd_copy(rd, t->header, sizeof(t->header), "header");
	size_t n = coco_rd_count(rd, coco_rd_be32(rd, "n_files"), TREE_FILE_MIN,
				 COCO_CATALOGUE_FILES_MAX, "n_files");

	t->files = coco_zalloc(n, sizeof(*t->files));
	if (t->files == NULL)
		return coco_rd_fail(rd, COCO_E_LIMIT_MEMORY, "n_files", "no memory");
	for (size_t i = 0; i < n && coco_rd_ok(rd); i++) {
		t->n = i + 1;
		(void)decode_tree_file(rd, &t->files[i]);
	}
	return rd->code;
}

int coco_record_decode(struct coco_record *ret, struct coco_view in, struct coco_diag *diag)
{
	struct coco_record x = { .type = COCO_RECORD_IDENTITY };
	struct coco_rd rd;

	coco_rd_init(&rd, in, 0, diag);
	uint8_t type = coco_rd_u8(&rd, "type");
	switch (type) {
	case COCO_RECORD_IDENTITY:
		coco_rd_copy(&rd, x.identity.tree, sizeof(x.identity.tree), "tree");
		x.identity.segment_size = coco_rd_be64(&rd, "segment_size");
		x.identity.segment_count = coco_rd_be64(&rd, "segment_count");
		x.identity.compress = coco_rd_u8(&rd, "compress");
		x.identity.digests = coco_rd_u8(&rd, "digests");
		x.identity.shard = coco_rd_be32(&rd, "shard");
		x.identity.shards = coco_rd_be32(&rd, "shards");
		break;
	case COCO_RECORD_SEGMENT:
		x.type = COCO_RECORD_SEGMENT;
		(void)decode_segment(&rd, &x.segment);
		break;
	case COCO_RECORD_FILE:
		x.type = COCO_RECORD_FILE;
		x.file.file = coco_rd_be32(&rd, "file");
		coco_rd_copy(&rd, x.file.sha256, sizeof(x.file.sha256), "sha256");
		break;
	case COCO_RECORD_TREE:
		x.type = COCO_RECORD_TREE;
		(void)decode_tree(&rd, &x.tree);
		break;
	default:
		coco_rd_fail(&rd, COCO_E_RECORD, "type", "unknown record type %u", type);
		break;
	}
	int r = coco_rd_finish(&rd);
	if (r != 0) {
		coco_record_free(&x);
		return r;
	}
	*ret = x;
	return 0;
}

void coco_record_segment_free(struct coco_record_segment *s)
{
	for (size_t i = 0; i < s->n_runs; i++)
		coco_free(s->runs[i].run.pieces);
	coco_free(s->runs);
	coco_free(s->files);
	*s = (struct coco_record_segment){ .n_runs = 0 };
}

void coco_record_tree_free(struct coco_record_tree *t)
{
	for (size_t i = 0; i < t->n; i++)
		coco_cat_file_free(&t->files[i]);
	coco_free(t->files);
	*t = (struct coco_record_tree){ .n = 0 };
}

void coco_record_free(struct coco_record *r)
{
	coco_record_segment_free(&r->segment);
	coco_record_tree_free(&r->tree);
}

/* ---- plan and part documents ------------------------------------------------ */

void coco_plan_doc_encode(struct coco_wr *wr, const struct coco_plan_doc *p)
{
	struct coco_jw jw;

	coco_jw_init(&jw, wr, true);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "format", plan_format);
	coco_jw_kv_u64(&jw, "format_version", COCO_PACKAGE_FORMAT_VERSION);
	coco_jw_kv_hex(&jw, "package_id", p->package_id, sizeof(p->package_id));
	coco_jw_kv_u64(&jw, "segment_size", p->segment_size);
	coco_jw_kv_u64(&jw, "segment_count", p->segment_count);
	coco_jw_kv_u64(&jw, "share_below", p->share_below);
	coco_jw_kv_bool(&jw, "ignore_git", p->ignore_git);
	coco_jw_kv_hex(&jw, "salt", p->salt, sizeof(p->salt));
	coco_jw_kv_hex(&jw, "tree", p->tree, sizeof(p->tree));
	coco_jw_end(&jw, '}');
	coco_wr_u8(wr, '\n');
}

static int check_format(const struct coco_jv *root, const char *want, struct coco_diag *diag)
{
	const char *format = NULL;
	uint64_t version = 0;
	int r = coco_jv_as_object(root, diag);

	if (r == 0)
		r = coco_jv_string(root, "format", &format, diag);
	if (r == 0)
		r = coco_jv_u64(root, "format_version", UINT32_MAX, &version, diag);
	if (r == 0 && (strcmp(format, want) != 0 || version != COCO_PACKAGE_FORMAT_VERSION))
		r = coco_jv_fail(root, "format", COCO_E_PLAN, diag,
				 "not a %s document of version %d", want,
				 COCO_PACKAGE_FORMAT_VERSION);
	return r;
}

static int decode_plan(const struct coco_jv *root, struct coco_plan_doc *p,
		       struct coco_diag *diag)
{
	int r = check_format(root, plan_format, diag);

	if (r == 0)
		r = coco_jv_hex(root, "package_id", p->package_id, sizeof(p->package_id), diag);
	if (r == 0)
		r = coco_jv_u64(root, "segment_size", COCO_PACKAGE_SEGMENT_MAX, &p->segment_size,
				diag);
	if (r == 0 && (p->segment_size < COCO_PACKAGE_SEGMENT_MIN ||
		       (p->segment_size & (p->segment_size - 1)) != 0))
		r = coco_jv_fail(root, "segment_size", COCO_E_PLAN, diag,
				 "not a usable power of two");
	if (r == 0)
		r = coco_jv_u64(root, "segment_count", COCO_PACKAGE_SEGMENTS_MAX,
				&p->segment_count, diag);
	if (r == 0)
		r = coco_jv_u64(root, "share_below", COCO_PACKAGE_SEGMENT_MAX, &p->share_below,
				diag);
	if (r == 0)
		r = coco_jv_bool(root, "ignore_git", &p->ignore_git, diag);
	if (r == 0)
		r = coco_jv_hex(root, "salt", p->salt, sizeof(p->salt), diag);
	if (r == 0)
		r = coco_jv_hex(root, "tree", p->tree, sizeof(p->tree), diag);
	return r;
}

int coco_plan_doc_decode(struct coco_plan_doc *ret, struct coco_view text,
			 struct coco_diag *diag)
{
	struct coco_plan_doc p = { .segment_size = 0 };
	struct coco_json doc;
	int r = coco_json_parse(&doc, text, COCO_PLAN_DOC_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = decode_plan(&root, &p, diag);
	coco_json_free(&doc);
	if (r == 0)
		*ret = p;
	return r;
}

void coco_part_doc_encode(struct coco_wr *wr, const struct coco_part_doc *p)
{
	char digest[COCO_OCI_DIGEST_TEXT];
	struct coco_jw jw;

	coco_jw_init(&jw, wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "format", part_format);
	coco_jw_kv_u64(&jw, "format_version", COCO_PACKAGE_FORMAT_VERSION);
	coco_digest_text(digest, &p->plan);
	coco_jw_kv_string(&jw, "plan", digest);
	coco_digest_text(digest, &p->journal);
	coco_jw_kv_string(&jw, "journal", digest);
	coco_jw_kv_u64(&jw, "shard", p->shard);
	coco_jw_kv_u64(&jw, "shards", p->shards);
	coco_jw_kv_bool(&jw, "plaintext_digests", p->digests);
	coco_jw_key(&jw, "header");
	coco_pkg_header_encode(wr, &p->header);
	jw.after_key = false;
	coco_jw_end(&jw, '}');
	coco_wr_u8(wr, '\n');
}

static int digest_member(const struct coco_jv *root, const char *key, struct coco_digest *ret,
			 struct coco_diag *diag)
{
	const char *text = NULL;
	int r = coco_jv_string(root, key, &text, diag);

	if (r == 0 && coco_digest_parse(ret, text, NULL) != 0)
		r = coco_jv_fail(root, key, COCO_E_PLAN, diag, "not a sha256 digest");
	return r;
}

static int decode_part(const struct coco_jv *root, struct coco_part_doc *p,
		       struct coco_diag *diag)
{
	struct coco_jv header;
	uint64_t shard = 0;
	uint64_t shards = 0;
	int r = check_format(root, part_format, diag);

	if (r == 0)
		r = digest_member(root, "plan", &p->plan, diag);
	if (r == 0)
		r = digest_member(root, "journal", &p->journal, diag);
	if (r == 0)
		r = coco_jv_u64(root, "shards", COCO_SHARDS_MAX, &shards, diag);
	if (r == 0)
		r = coco_jv_u64(root, "shard", shards, &shard, diag);
	if (r == 0 && shard == 0)
		r = coco_jv_fail(root, "shard", COCO_E_PLAN, diag, "shards are numbered from 1");
	if (r == 0)
		r = coco_jv_bool(root, "plaintext_digests", &p->digests, diag);
	if (r == 0)
		r = coco_jv_object(root, "header", &header, diag);
	if (r == 0)
		r = coco_pkg_header_decode_jv(&p->header, &header, diag);
	p->shard = (uint32_t)shard;
	p->shards = (uint32_t)shards;
	return r;
}

int coco_part_doc_decode(struct coco_part_doc *ret, struct coco_view text,
			 struct coco_diag *diag)
{
	struct coco_part_doc p = { .shard = 0 };
	struct coco_json doc;
	int r = coco_json_parse(&doc, text, COCO_PLAN_DOC_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = decode_part(&root, &p, diag);
	coco_json_free(&doc);
	if (r != 0) {
		coco_part_doc_free(&p);
		return r;
	}
	*ret = p;
	return 0;
}

void coco_part_doc_free(struct coco_part_doc *p)
{
	coco_pkg_header_free(&p->header);
}
