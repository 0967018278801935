/*
 * catalogue.c - the encrypted catalogue (see catalogue.h).
 */
#include "formats/model/catalogue.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/json_scan.h"
#include "formats/core/mem.h"
#include "formats/core/utf8.h"

static const char catalogue_format[] = "cococtl/model-catalogue";
static const char *const transform_names[COCO_RUN_TRANSFORMS] = {
	"none", "zstd", "planes16-bf16+zstd", "planes16-fp16+zstd", "planes32+zstd",
};

const char *coco_run_transform_name(enum coco_transform_id t)
{
	return t < COCO_RUN_TRANSFORMS ? transform_names[t] : "?";
}

bool coco_path_safe(const char *path, size_t n)
{
	if (n == 0 || n > 4096 || memchr(path, 0, n) != NULL ||
	    !coco_utf8_valid((const uint8_t *)path, n, NULL))
		return false;
	for (size_t at = 0; at <= n;) {
		const char *slash = memchr(path + at, '/', n - at);
		size_t len = slash != NULL ? (size_t)(slash - path) - at : n - at;

		if (len == 0 || len > 255 || (len == 1 && path[at] == '.') ||
		    (len == 2 && path[at] == '.' && path[at + 1] == '.'))
			return false;
		at += len + 1;
	}
	return true;
}

/* ---- encoding --------------------------------------------------------------- */

static void encode_pieces(struct coco_jw *jw, const struct coco_run_at *run)
{
	/* groups of 192 numbers are 768 bytes are 1024 characters: no padding inside */
	enum { GROUP = 192 };
	uint8_t raw[GROUP * 4];
	char text[GROUP * 4 / 3 * 4 + 8];

	coco_wr_u8(jw->wr, '"');
	for (size_t i = 0; i < run->n_pieces; i += GROUP) {
		size_t n = coco_min_size(run->n_pieces - i, GROUP);

		for (size_t k = 0; k < n; k++)
			coco_put_be32(raw + 4 * k, run->pieces[i + k]);
		coco_b64_encode(COCO_B64_STD, text, raw, 4 * n);
		coco_wr_str(jw->wr, text);
	}
	coco_wr_u8(jw->wr, '"');
}

static void encode_run(struct coco_jw *jw, const struct coco_run_at *run)
{
	coco_jw_begin(jw, '[');
	coco_jw_u64(jw, run->segment);
	coco_jw_u64(jw, run->offset);
	coco_jw_u64(jw, run->stored);
	if (run->transform != COCO_RUN_NONE) {
		coco_jw_u64(jw, run->length);
		coco_jw_string(jw, coco_run_transform_name(run->transform));
		coco_wr_u8(jw->wr, ',');
		encode_pieces(jw, run);
	}
	coco_jw_end(jw, ']');
}

static void encode_file(struct coco_jw *jw, const struct coco_cat_file *f)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "path", f->path);
	coco_jw_kv_u64(jw, "mode", f->mode);
	coco_jw_kv_u64(jw, "size", f->size);
	if (f->has_sha256)
		coco_jw_kv_hex(jw, "sha256", f->sha256, sizeof(f->sha256));
	if (f->kind[0] != '\0') {
		coco_jw_kv_string(jw, "kind", f->kind);
		coco_jw_kv_u64(jw, "tensors", f->tensors);
		coco_jw_key(jw, "dtypes");
		coco_jw_begin(jw, '[');
		for (size_t i = 0; i < f->n_dtypes; i++) {
			coco_jw_begin(jw, '[');
			coco_jw_string(jw, f->dtypes[i].name);
			coco_jw_u64(jw, f->dtypes[i].tensors);
			coco_jw_u64(jw, f->dtypes[i].bytes);
			coco_jw_end(jw, ']');
		}
		coco_jw_end(jw, ']');
	}
	coco_jw_key(jw, "runs");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < f->n_runs; i++)
		encode_run(jw, &f->runs[i]);
	coco_jw_end(jw, ']');
	coco_jw_end(jw, '}');
}

void coco_catalogue_encode(struct coco_wr *wr, const struct coco_catalogue *c)
{
	struct coco_jw jw;

	coco_jw_init(&jw, wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "format", catalogue_format);
	coco_jw_kv_u64(&jw, "format_version", COCO_PACKAGE_FORMAT_VERSION);
	coco_jw_key(&jw, "critical");
	coco_jw_begin(&jw, '[');
	coco_jw_end(&jw, ']');
	coco_jw_key(&jw, "header");
	coco_pkg_header_encode(wr, &c->header);
	jw.after_key = false;
	coco_jw_key(&jw, "files");
	coco_jw_begin(&jw, '[');
	for (size_t i = 0; i < c->n_files; i++)
		encode_file(&jw, &c->files[i]);
	coco_jw_end(&jw, ']');
	if (c->oms != NULL) {
		coco_jw_key(&jw, "oms");
		coco_jw_string_n(&jw, c->oms, c->n_oms);
	}
	coco_jw_end(&jw, '}');
}

/* ---- decoding --------------------------------------------------------------- */

static int bad(const struct coco_jv *v, struct coco_diag *diag, const char *what)
{
	return coco_jv_fail(v, NULL, COCO_E_CATALOGUE, diag, "%s", what);
}

static int decode_pieces(const struct coco_jv *v, const char *text, struct coco_run_at *run,
			 struct coco_diag *diag)
{
	uint64_t want = (run->length + COCO_PIECE - 1) / COCO_PIECE;
	uint8_t *raw = NULL;
	size_t n = 0;
	uint64_t sum = 0;

	int r = coco_b64_decode(COCO_B64_STD, text, strlen(text), &raw, &n, NULL);
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(diag, r, "no memory for a piece list");
	if (r != 0)
		return bad(v, diag, "the piece list is not base64");
	if (n % 4 != 0 || n / 4 != want) {
		coco_free(raw);
		return bad(v, diag, "the piece list does not cover the run");
	}
	run->pieces = coco_alloc(n / 4, sizeof(*run->pieces));
	if (run->pieces == NULL) {
		coco_free(raw);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a piece list");
	}
	run->n_pieces = n / 4;
	bool ok = true;
	for (size_t i = 0; i < run->n_pieces; i++) {
		uint32_t piece = coco_get_be32(raw + 4 * i);
		uint64_t plain = coco_min_u64(run->length - (uint64_t)i * COCO_PIECE, COCO_PIECE);
		uint64_t len = COCO_PIECE_LEN(piece);

		if ((piece & COCO_PIECE_RAW) != 0 ? len != plain : len >= plain)
			ok = false;
		run->pieces[i] = piece;
		sum += len;
	}
	coco_free(raw);
	return ok && sum == run->stored ? 0 : bad(v, diag, "a piece length is impossible");
}

static int decode_run(const struct coco_jv *v, const struct coco_pkg_header *h,
		      struct coco_run_at *run, struct coco_diag *diag)
{
	uint64_t num[4] = { 0 };
	size_t n = coco_jv_len(v);
	const char *name = NULL;
	const char *pieces = NULL;
	int r = 0;

	if (n != 3 && n != 6)
		return bad(v, diag, "a run has three or six members");
	for (size_t i = 0; r == 0 && i < (n == 3 ? 3 : 4); i++) {
		struct coco_jv item = coco_jv_item(v, i);

		r = coco_jv_as_u64(&item, (uint64_t)1 << 52, &num[i], diag);
	}
	if (r != 0)
		return r;
	*run = (struct coco_run_at){ .segment = num[0], .offset = num[1], .stored = num[2],
				     .length = n == 3 ? num[2] : num[3] };
	if (run->segment >= h->segment_count)
		return bad(v, diag, "a run lies in a segment that does not exist");
	if (run->length == 0 || run->length > h->segment_size || run->stored > run->length ||
	    run->offset > h->segment_size)
		return bad(v, diag, "a run is empty or longer than a segment");
	if (n == 3)
		return 0;
	struct coco_jv item4 = coco_jv_item(v, 4);
	struct coco_jv item5 = coco_jv_item(v, 5);
	r = coco_jv_as_string(&item4, &name, diag);
	if (r == 0)
		r = coco_jv_as_string(&item5, &pieces, diag);
	if (r != 0)
		return r;
	for (int t = COCO_RUN_ZSTD; t < COCO_RUN_TRANSFORMS; t++)
		if (strcmp(name, transform_names[t]) == 0)
			run->transform = (enum coco_transform_id)t;
	if (run->transform == COCO_RUN_NONE)
		return bad(v, diag, "an unknown transform");
	return decode_pieces(v, pieces, run, diag);
}

static int decode_runs(const struct coco_jv *file, const struct coco_pkg_header *h,
		       struct coco_cat_file *f, struct coco_diag *diag)
{
	struct coco_jv list;
	uint64_t sum = 0;
	int r = coco_jv_array(file, "runs", &list, diag);

	if (r != 0)
		return r;
	size_t n = coco_jv_len(&list);
	f->runs = coco_zalloc(n, sizeof(*f->runs));
	if (f->runs == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the catalogue");
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct coco_jv item = coco_jv_item(&list, i);

		f->n_runs = i + 1;
		r = decode_run(&item, h, &f->runs[i], diag);
		if (r == 0 && (coco_add64_overflows(sum, f->runs[i].length, &sum) || sum > f->size))
			r = bad(&item, diag, "the runs are longer than the file");
	}
	if (r == 0 && sum != f->size)
		r = bad(file, diag, "the runs are shorter than the file");
	return r;
}

static int decode_dtypes(const struct coco_jv *file, struct coco_cat_file *f,
			 struct coco_diag *diag)
{
	struct coco_jv list;
	int r = coco_jv_array(file, "dtypes", &list, diag);

	if (r != 0)
		return r;
	size_t n = coco_jv_len(&list);
	if (n > COCO_CATALOGUE_DTYPES)
		return bad(&list, diag, "too many dtypes");
	f->dtypes = coco_zalloc(n, sizeof(*f->dtypes));
	if (f->dtypes == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the catalogue");
	f->n_dtypes = n;
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct coco_jv item = coco_jv_item(&list, i);
		struct coco_jv v[3];
		const char *name = NULL;

		if (coco_jv_len(&item) != 3)
			return bad(&item, diag, "a dtype entry has three members");
		for (size_t k = 0; k < 3; k++)
			v[k] = coco_jv_item(&item, k);
		r = coco_jv_as_string(&v[0], &name, diag);
		if (r == 0 && strlen(name) >= sizeof(f->dtypes[i].name))
			r = bad(&v[0], diag, "a dtype name is too long");
		if (r == 0)
			memcpy(f->dtypes[i].name, name, strlen(name));
		if (r == 0)
			r = coco_jv_as_u64(&v[1], INT64_MAX, &f->dtypes[i].tensors, diag);
		if (r == 0)
			r = coco_jv_as_u64(&v[2], INT64_MAX, &f->dtypes[i].bytes, diag);
	}
	return r;
}

static int decode_kind(const struct coco_jv *v, struct coco_cat_file *f, struct coco_diag *diag)
{
	const char *kind = NULL;

	if (!coco_jv_has(v, "kind"))
		return 0;
	int r = coco_jv_string(v, "kind", &kind, diag);
	if (r == 0 && (kind[0] == '\0' || strlen(kind) >= sizeof(f->kind)))
		r = coco_jv_fail(v, "kind", COCO_E_CATALOGUE, diag, "not a kind of file");
	if (r == 0)
		memcpy(f->kind, kind, strlen(kind));
	if (r == 0)
		r = coco_jv_u64(v, "tensors", INT64_MAX, &f->tensors, diag);
	if (r == 0)
		r = decode_dtypes(v, f, diag);
	return r;
}

static int decode_file(const struct coco_jv *v, const struct coco_pkg_header *h,
		       const char *before, struct coco_cat_file *f, struct coco_diag *diag)
{
	const char *path = NULL;
	uint64_t mode = 0;
	int r = coco_jv_string(v, "path", &path, diag);

	if (r != 0)
		return r;
	if (!coco_path_safe(path, strlen(path)))
		return coco_jv_fail(v, "path", COCO_E_CATALOGUE_PATH, diag,
				    "not a plain relative path");
	if (before != NULL && strcmp(before, path) >= 0)
		return coco_jv_fail(v, "path", COCO_E_CATALOGUE_PATH, diag,
				    "paths are not in strictly ascending order");
	f->path = coco_strdup(path);
	if (f->path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the catalogue");
	r = coco_jv_u64(v, "mode", 0777, &mode, diag);
	f->mode = (uint32_t)mode;
	if (r == 0)
		r = coco_jv_u64(v, "size", (uint64_t)1 << 52, &f->size, diag);
	if (r == 0 && coco_jv_has(v, "sha256")) {
		r = coco_jv_hex(v, "sha256", f->sha256, sizeof(f->sha256), diag);
		f->has_sha256 = true;
	}
	if (r == 0)
		r = decode_kind(v, f, diag);
	if (r == 0)
		r = decode_runs(v, h, f, diag);
	return r;
}

/* Whether one of the n files, which are in order, has this path of len bytes. */
static bool has_path(const struct coco_cat_file *files, size_t n, const char *path, size_t len)
{
	size_t low = 0;

	while (low < n) {
		size_t mid = low + (n - low) / 2;
		int c = strncmp(files[mid].path, path, len);

		if (c == 0 && files[mid].path[len] == '\0')
			return true;
		if (c < 0)
			low = mid + 1;
		else
			n = mid;
	}
	return false;
}

/* A path below a file could not be opened: the file would have to be a directory. */
static int check_below_file(const struct coco_jv *v, const struct coco_cat_file *files, size_t i,
			    struct coco_diag *diag)
{
	const char *path = files[i].path;
	const char *before = i > 0 ? files[i - 1].path : "";

	for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		size_t n = (size_t)(slash - path);

		/* what the path before it lies below is no file */
		if (strncmp(before, path, n + 1) != 0 && has_path(files, i, path, n))
			return coco_jv_fail(v, "path", COCO_E_CATALOGUE_PATH, diag,
					    "a path below a file");
	}
	return 0;
}

static int decode_own_header(const struct coco_jv *root, struct coco_pkg_header *ret,
			     struct coco_diag *diag)
{
	struct coco_jv v;
	int r = coco_jv_object(root, "header", &v, diag);

	if (r == 0)
		r = coco_pkg_header_decode_jv(ret, &v, diag);
	return r;
}

static int decode_small(const struct coco_jv *root, struct coco_catalogue *c,
			struct coco_diag *diag)
{
	const char *format = NULL;
	uint64_t version = 0;
	int r = coco_jv_string(root, "format", &format, diag);

	if (r == 0)
		r = coco_jv_u64(root, "format_version", UINT32_MAX, &version, diag);
	if (r == 0 && (strcmp(format, catalogue_format) != 0 ||
		       version != COCO_PACKAGE_FORMAT_VERSION))
		r = coco_jv_fail(root, "format", COCO_E_PACKAGE_VERSION, diag,
				 "not a catalogue of version %d", COCO_PACKAGE_FORMAT_VERSION);
	if (r == 0)
		r = coco_critical_check(root, NULL, 0, diag);
	if (r == 0)
		r = decode_own_header(root, &c->header, diag);
	return r;
}

/* File number i from its own text; the pointer in messages is that of the whole. */
static int decode_one(struct coco_catalogue *c, size_t *cap, struct coco_view text,
		      struct coco_diag *diag)
{
	const struct coco_jv top = { .v = NULL };
	const struct coco_jv list = { .v = NULL, .up = &top, .key = "files" };
	size_t i = c->n_files;
	struct coco_json doc;

	if (!coco_grow((void **)&c->files, cap, i, sizeof(*c->files), COCO_CATALOGUE_FILES_MAX))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the catalogue");
	c->files[i] = (struct coco_cat_file){ .n_runs = 0 };
	int r = coco_json_parse(&doc, text, COCO_CATALOGUE_MAX, diag);
	if (r != 0) {
		coco_diag_pointer(diag, "/files/%zu", i);
		return r;
	}
	struct coco_jv item = coco_json_root(&doc);
	item.up = &list;
	item.index = i;
	c->n_files = i + 1;
	r = coco_jv_as_object(&item, diag);
	if (r == 0)
		r = decode_file(&item, &c->header, i > 0 ? c->files[i - 1].path : NULL,
				&c->files[i], diag);
	if (r == 0)
		r = check_below_file(&item, c->files, i, diag);
	coco_json_free(&doc);
	return r;
}

static int decode_files(struct coco_catalogue *c, struct coco_view text, struct coco_diag *diag)
{
	struct coco_json_scan scan;
	struct coco_view key;
	struct coco_view value;
	size_t cap = 0;
	bool end = false;
	int r = text.n != 0 && text.p[0] == '[' ? coco_json_scan_init(&scan, text, diag)
						: COCO_E_FORMAT_JSON_TYPE;

	if (r == COCO_E_FORMAT_JSON_TYPE) {
		coco_diag_pointer(diag, "/files");
		return coco_fail(diag, r, text.n == 0 ? "expected an array, found nothing"
						      : "expected an array");
	}
	while (r == 0) {
		r = coco_json_scan_next(&scan, &key, &value, &end, diag);
		if (r != 0 || end)
			break;
		r = decode_one(c, &cap, value, diag);
	}
	if (r == 0 && c->n_files == 0) {
		coco_diag_pointer(diag, "/files");
		r = coco_fail(diag, COCO_E_CATALOGUE, "0 files");
	}
	return r;
}

static int decode_oms(struct coco_catalogue *c, struct coco_view text, struct coco_diag *diag)
{
	const struct coco_jv top = { .v = NULL };
	const char *oms = NULL;
	struct coco_json doc;
	int r = coco_json_parse(&doc, text, COCO_CATALOGUE_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv v = coco_json_root(&doc);
	v.up = &top;
	v.key = "oms";
	r = coco_jv_as_string(&v, &oms, diag);
	c->oms = r == 0 ? coco_strdup(oms) : NULL;
	if (r == 0 && c->oms == NULL)
		r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the catalogue");
	c->n_oms = r == 0 ? strlen(oms) : 0;
	coco_json_free(&doc);
	return r;
}

/* The two large members, and a document of all the others. */
struct parts {
	struct coco_view files;
	struct coco_view oms;
	struct coco_wr rest;
};

static int sort_member(struct parts *p, struct coco_view key, struct coco_view value,
		       struct coco_diag *diag)
{
	struct coco_view *large = NULL;
	const char *name = NULL;
	struct coco_json doc;
	int r = coco_json_parse(&doc, key, COCO_CATALOGUE_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv v = coco_json_root(&doc);
	r = coco_jv_as_string(&v, &name, diag);
	if (r == 0 && strcmp(name, "files") == 0)
		large = &p->files;
	else if (r == 0 && strcmp(name, "oms") == 0)
		large = &p->oms;
	coco_json_free(&doc);
	if (r != 0)
		return r;
	if (large != NULL && large->n != 0)
		return coco_fail(diag, COCO_E_FORMAT_JSON_DUPLICATE,
				 "the catalogue has a member twice");
	if (large != NULL) {
		*large = value;
		return 0;
	}
	coco_wr_u8(&p->rest, p->rest.n == 0 ? '{' : ',');
	coco_wr_bytes(&p->rest, key.p, key.n);
	coco_wr_u8(&p->rest, ':');
	coco_wr_bytes(&p->rest, value.p, value.n);
	return 0;
}

static int take_apart(struct parts *p, struct coco_view text, struct coco_diag *diag)
{
	struct coco_json_scan scan;
	struct coco_view key;
	struct coco_view value;
	bool end = false;
	int r = coco_json_scan_init(&scan, text, diag);

	if (r == 0 && !scan.object)
		r = coco_fail(diag, COCO_E_FORMAT_JSON_TYPE, "expected an object");
	while (r == 0) {
		r = coco_json_scan_next(&scan, &key, &value, &end, diag);
		if (r != 0 || end)
			break;
		r = sort_member(p, key, value, diag);
	}
	if (p->rest.n == 0)
		coco_wr_u8(&p->rest, '{');
	coco_wr_u8(&p->rest, '}');
	if (r == 0 && p->rest.code != 0)
		r = coco_fail(diag, p->rest.code, "no memory for the catalogue");
	return r;
}

/*
 * The document is taken apart and read file by file: built as one tree, a
 * catalogue of 100 000 files would need ten times its size in memory.
 */
int coco_catalogue_decode(struct coco_catalogue *ret, struct coco_view text,
			  struct coco_diag *diag)
{
	struct coco_catalogue c = { .n_files = 0 };
	struct parts p = { .files.n = 0 };
	struct coco_json doc = { .root = NULL };

	if (text.n > COCO_CATALOGUE_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a catalogue of %zu bytes", text.n);
	coco_wr_init(&p.rest, COCO_CATALOGUE_MAX);
	int r = take_apart(&p, text, diag);
	if (r == 0)
		r = coco_json_parse(&doc, coco_wr_view(&p.rest), COCO_CATALOGUE_MAX, diag);
	coco_wr_free(&p.rest);
	if (r == 0) {
		struct coco_jv root = coco_json_root(&doc);

		r = decode_small(&root, &c, diag);
		coco_json_free(&doc);
	}
	if (r == 0)
		r = decode_files(&c, p.files, diag);
	if (r == 0 && p.oms.n != 0)
		r = decode_oms(&c, p.oms, diag);
	if (r != 0) {
		coco_catalogue_free(&c);
		return r;
	}
	*ret = c;
	return 0;
}

void coco_cat_file_free(struct coco_cat_file *f)
{
	for (size_t i = 0; i < f->n_runs; i++)
		coco_free(f->runs[i].pieces);
	coco_free(f->runs);
	coco_free(f->dtypes);
	coco_free(f->path);
	*f = (struct coco_cat_file){ .n_runs = 0 };
}

void coco_catalogue_free(struct coco_catalogue *c)
{
	for (size_t i = 0; i < c->n_files; i++)
		coco_cat_file_free(&c->files[i]);
	coco_free(c->files);
	coco_free(c->oms);
	coco_pkg_header_free(&c->header);
	*c = (struct coco_catalogue){ .n_files = 0 };
}
