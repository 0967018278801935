/*
 * oci.c - reading OCI descriptors, manifests and indexes (see oci.h;
 * image-spec: descriptor.md, manifest.md, image-index.md, image-layout.md).
 */
#include "formats/model/oci.h"

#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"

#define SHA256_PREFIX "sha256:"

enum { PREFIX_LEN = sizeof(SHA256_PREFIX) - 1, HEX_LEN = 64, LAYOUT_FILE_MAX = 4096 };

static int no_memory(struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for an OCI document");
}

/* NULL and *ret filled, or why text is not a digest that can be used. */
static const char *digest_problem(const char *text, struct coco_digest *ret)
{
	if (strncmp(text, SHA256_PREFIX, PREFIX_LEN) == 0) {
		const char *hex = text + PREFIX_LEN;

		if (strlen(hex) == HEX_LEN && strspn(hex, "0123456789abcdef") == HEX_LEN &&
		    coco_hex_decode(ret->sha256, sizeof(ret->sha256), hex, HEX_LEN, NULL) == 0)
			return NULL;
		return "a sha256 digest has exactly 64 lower-case hexadecimal digits";
	}
	if (strncmp(text, "sha512:", 7) == 0 || strncmp(text, "blake3:", 7) == 0)
		return "this digest algorithm is registered but not supported, only sha256 is";
	return "not a digest of the form sha256:<64 lower-case hexadecimal digits>";
}

int coco_digest_parse(struct coco_digest *ret, const char *text, struct coco_diag *diag)
{
	struct coco_digest d;
	const char *problem = digest_problem(text, &d);

	if (problem != NULL) {
		coco_diag_actual(diag, "%.80s", text);
		return coco_fail(diag, COCO_E_FORMAT_VALUE, "%s", problem);
	}
	*ret = d;
	return 0;
}

void coco_digest_text(char ret[COCO_OCI_DIGEST_TEXT], const struct coco_digest *d)
{
	memcpy(ret, SHA256_PREFIX, PREFIX_LEN);
	coco_hex_encode(ret + PREFIX_LEN, d->sha256, sizeof(d->sha256));
}

bool coco_tag_valid(const char *tag)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_.-";
	size_t n = strlen(tag);

	return n > 0 && n <= COCO_OCI_TAG_MAX && strspn(tag, letters) == n && tag[0] != '.' &&
	       tag[0] != '-';
}

bool coco_digest_equal(const struct coco_digest *a, const struct coco_digest *b)
{
	return memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;
}

const char *coco_annotation_get(const struct coco_annotation *a, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(a[i].key, key) == 0)
			return a[i].value;
	return NULL;
}

int coco_annotation_add(struct coco_annotation **list, size_t *n, const char *key,
			const char *value, struct coco_diag *diag)
{
	if (*n >= COCO_OCI_ANNOTATIONS_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "more than %d annotations",
				 COCO_OCI_ANNOTATIONS_MAX);
	struct coco_annotation a = { coco_strdup(key), coco_strdup(value) };
	struct coco_annotation *more = NULL;
	if (a.key != NULL && a.value != NULL)
		more = coco_realloc(*list, *n + 1, sizeof(**list));
	if (more == NULL) {
		coco_free(a.key);
		coco_free(a.value);
		return no_memory(diag);
	}
	more[(*n)++] = a;
	*list = more;
	return 0;
}

static void free_annotations(struct coco_annotation *a, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		coco_free(a[i].key);
		coco_free(a[i].value);
	}
	coco_free(a);
}

void coco_descriptor_free(struct coco_descriptor *d)
{
	coco_free(d->media_type);
	coco_free(d->artifact_type);
	coco_free(d->rest);
	free_annotations(d->annotations, d->n_annotations);
	*d = (struct coco_descriptor){ 0 };
}

static void free_descriptors(struct coco_descriptor *d, size_t n)
{
	for (size_t i = 0; i < n; i++)
		coco_descriptor_free(&d[i]);
	coco_free(d);
}

void coco_manifest_free(struct coco_manifest *m)
{
	coco_free(m->artifact_type);
	coco_descriptor_free(&m->config);
	coco_descriptor_free(&m->subject);
	free_descriptors(m->layers, m->n_layers);
	free_annotations(m->annotations, m->n_annotations);
	*m = (struct coco_manifest){ 0 };
}

void coco_index_free(struct coco_index *x)
{
	coco_free(x->rest);
	free_descriptors(x->manifests, x->n_manifests);
	free_annotations(x->annotations, x->n_annotations);
	*x = (struct coco_index){ 0 };
}

/* A copy of s, which may be NULL; false when memory is out. */
static bool copy_text(char **ret, const char *s)
{
	*ret = s != NULL ? coco_strdup(s) : NULL;
	return s == NULL || *ret != NULL;
}

int coco_descriptor_copy(struct coco_descriptor *ret, const struct coco_descriptor *d,
			 struct coco_diag *diag)
{
	struct coco_descriptor c = { .digest = d->digest, .size = d->size };
	int r = 0;

	if (!copy_text(&c.media_type, d->media_type) ||
	    !copy_text(&c.artifact_type, d->artifact_type) || !copy_text(&c.rest, d->rest))
		r = no_memory(diag);
	for (size_t i = 0; r == 0 && i < d->n_annotations; i++)
		r = coco_annotation_add(&c.annotations, &c.n_annotations, d->annotations[i].key,
					d->annotations[i].value, diag);
	if (r != 0)
		coco_descriptor_free(&c);
	else
		*ret = c;
	return r;
}

/* A member that is there and is not null. */
static bool present(const struct coco_jv *obj, const char *key)
{
	struct coco_jv v;

	return coco_jv_opt(obj, key, &v, NULL) == 0 && v.v != NULL && !coco_jv_is_null(&v);
}

static int decode_annotations(struct coco_annotation **ret, size_t *ret_n,
			      const struct coco_jv *obj, struct coco_diag *diag)
{
	struct coco_jv list;
	struct coco_jv item;
	void *iter = NULL;

	if (!present(obj, "annotations"))
		return 0;
	int r = coco_jv_object(obj, "annotations", &list, diag);
	if (r == 0 && coco_jv_len(&list) > COCO_OCI_ANNOTATIONS_MAX)
		r = coco_jv_fail(&list, NULL, COCO_E_LIMIT_SIZE, diag,
				 "%zu annotations, the limit is %d", coco_jv_len(&list),
				 COCO_OCI_ANNOTATIONS_MAX);
	while (r == 0 && coco_jv_next(&list, &iter, &item)) {
		const char *value = NULL;

		r = coco_jv_as_string(&item, &value, diag);
		if (r == 0)
			r = coco_annotation_add(ret, ret_n, item.key, value, diag);
	}
	return r;
}

/* A media or artifact type: printable, without blanks, of bounded length. */
static int decode_type(char **ret, const struct coco_jv *obj, const char *key,
		       struct coco_diag *diag)
{
	const char *text = NULL;
	int r = coco_jv_string(obj, key, &text, diag);

	if (r != 0)
		return r;
	size_t n = strlen(text);
	bool ok = n != 0 && n <= COCO_OCI_MEDIA_TYPE_MAX;
	for (size_t i = 0; ok && i < n; i++)
		ok = (unsigned char)text[i] > ' ' && (unsigned char)text[i] < 0x7f;
	if (!ok)
		return coco_jv_fail(obj, key, COCO_E_FORMAT_VALUE, diag, "not a media type");
	*ret = coco_strdup(text);
	return *ret != NULL ? 0 : no_memory(diag);
}

/* The members of obj outside the n known names, as the text of an object. */
static int decode_rest(char **ret, const struct coco_jv *obj, const char *const *known, size_t n,
		       struct coco_diag *diag)
{
	struct coco_jv item;
	struct coco_wr wr;
	struct coco_jw jw;
	bool any = false;
	void *iter = NULL;
	uint8_t *text = NULL;
	size_t n_text = 0;

	coco_wr_init(&wr, COCO_OCI_INDEX_TEXT_MAX);
	coco_jw_init(&jw, &wr, false);
	while (coco_jv_next(obj, &iter, &item)) {
		size_t i = 0;

		while (i < n && strcmp(item.key, known[i]) != 0)
			i++;
		if (i < n)
			continue;
		if (!any)
			coco_jw_begin(&jw, '{');
		any = true;
		coco_jw_key(&jw, item.key);
		coco_jw_value(&jw, &item);
	}
	if (!any) {
		coco_wr_free(&wr);
		return 0;
	}
	coco_jw_end(&jw, '}');
	int r = coco_wr_finish(&wr, &text, &n_text, diag);
	if (r == 0)
		*ret = (char *)text;
	return r;
}

static int decode_descriptor(struct coco_descriptor *ret, const struct coco_jv *v,
			     struct coco_diag *diag)
{
	static const char *const known[] = { "mediaType", "digest", "size", "artifactType",
					     "annotations" };
	struct coco_descriptor d = { 0 };
	const char *digest = NULL;
	int r = coco_jv_as_object(v, diag);

	if (r == 0)
		r = decode_type(&d.media_type, v, "mediaType", diag);
	if (r == 0)
		r = coco_jv_string(v, "digest", &digest, diag);
	if (r == 0) {
		const char *problem = digest_problem(digest, &d.digest);

		if (problem != NULL)
			r = coco_jv_fail(v, "digest", COCO_E_FORMAT_VALUE, diag, "%s", problem);
	}
	if (r == 0)
		r = coco_jv_u64(v, "size", INT64_MAX, &d.size, diag);
	if (r == 0 && present(v, "artifactType"))
		r = decode_type(&d.artifact_type, v, "artifactType", diag);
	if (r == 0)
		r = decode_annotations(&d.annotations, &d.n_annotations, v, diag);
	if (r == 0)
		r = decode_rest(&d.rest, v, known, COCO_ARRAY_LEN(known), diag);
	if (r != 0)
		coco_descriptor_free(&d);
	else
		*ret = d;
	return r;
}

static int decode_member(struct coco_descriptor *ret, const struct coco_jv *obj, const char *key,
			 struct coco_diag *diag)
{
	struct coco_jv v;
	int r = coco_jv_object(obj, key, &v, diag);

	return r != 0 ? r : decode_descriptor(ret, &v, diag);
}

static int decode_list(struct coco_descriptor **ret, size_t *ret_n, const struct coco_jv *obj,
		       const char *key, size_t max, struct coco_diag *diag)
{
	struct coco_jv list;

	if (coco_jv_has(obj, key) && !present(obj, key))
		return 0;
	int r = coco_jv_array(obj, key, &list, diag);
	if (r != 0)
		return r;
	size_t n = coco_jv_len(&list);
	if (n > max)
		return coco_jv_fail(&list, NULL, COCO_E_LIMIT_SIZE, diag,
				    "%zu descriptors, the limit is %zu", n, max);
	struct coco_descriptor *d = coco_zalloc(n != 0 ? n : 1, sizeof(*d));
	if (d == NULL)
		return no_memory(diag);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct coco_jv item = coco_jv_item(&list, i);

		r = decode_descriptor(&d[i], &item, diag);
	}
	if (r != 0) {
		free_descriptors(d, n);
		return r;
	}
	*ret = d;
	*ret_n = n;
	return 0;
}

/* What manifests and indexes share: version, media type, no foreign members. */
static int check_head(const struct coco_jv *root, const char *media_type,
		      const char *const *foreign, size_t n_foreign, struct coco_diag *diag)
{
	uint64_t version = 0;
	const char *type = NULL;
	int r = coco_jv_as_object(root, diag);

	if (r == 0)
		r = coco_jv_u64(root, "schemaVersion", INT64_MAX, &version, diag);
	if (r != 0)
		return r;
	if (version != 2)
		return coco_jv_fail(root, "schemaVersion", COCO_E_FORMAT_VALUE, diag,
				    "schema version 2 is needed");
	if (present(root, "mediaType")) {
		r = coco_jv_string(root, "mediaType", &type, diag);
		if (r != 0)
			return r;
		if (strcmp(type, media_type) != 0) {
			coco_diag_expected(diag, "%s", media_type);
			coco_diag_actual(diag, "%s", type);
			return coco_jv_fail(root, "mediaType", COCO_E_FORMAT_VALUE, diag,
					    "the document is of another media type");
		}
	}
	for (size_t i = 0; i < n_foreign; i++)
		if (coco_jv_has(root, foreign[i]))
			return coco_jv_fail(root, foreign[i], COCO_E_FORMAT_VALUE, diag,
					    "this member makes the document ambiguous");
	return 0;
}

static int decode_manifest(struct coco_manifest *m, const struct coco_jv *root,
			   struct coco_diag *diag)
{
	static const char *const foreign[] = { "manifests", "fsLayers" };
	int r = check_head(root, COCO_MT_MANIFEST, foreign, COCO_ARRAY_LEN(foreign), diag);

	if (r == 0 && present(root, "artifactType"))
		r = decode_type(&m->artifact_type, root, "artifactType", diag);
	if (r == 0)
		r = decode_member(&m->config, root, "config", diag);
	if (r == 0)
		r = decode_list(&m->layers, &m->n_layers, root, "layers", COCO_OCI_LAYERS_MAX,
				diag);
	if (r == 0 && present(root, "subject")) {
		r = decode_member(&m->subject, root, "subject", diag);
		m->has_subject = r == 0;
	}
	if (r == 0)
		r = decode_annotations(&m->annotations, &m->n_annotations, root, diag);
	return r;
}

int coco_manifest_decode(struct coco_manifest *ret, struct coco_view text,
			 struct coco_diag *diag)
{
	struct coco_manifest m = { 0 };
	struct coco_json doc;
	int r = coco_json_parse(&doc, text, COCO_OCI_MANIFEST_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = decode_manifest(&m, &root, diag);
	coco_json_free(&doc);
	if (r != 0)
		coco_manifest_free(&m);
	else
		*ret = m;
	return r;
}

int coco_index_decode(struct coco_index *ret, struct coco_view text, struct coco_diag *diag)
{
	static const char *const foreign[] = { "layers", "config", "fsLayers" };
	static const char *const known[] = { "schemaVersion", "mediaType", "manifests",
					     "annotations" };
	struct coco_index x = { 0 };
	struct coco_json doc;
	int r = coco_json_parse(&doc, text, COCO_OCI_INDEX_TEXT_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = check_head(&root, COCO_MT_INDEX, foreign, COCO_ARRAY_LEN(foreign), diag);
	if (r == 0)
		r = decode_list(&x.manifests, &x.n_manifests, &root, "manifests",
				COCO_OCI_INDEX_MAX, diag);
	if (r == 0)
		r = decode_annotations(&x.annotations, &x.n_annotations, &root, diag);
	if (r == 0)
		r = decode_rest(&x.rest, &root, known, COCO_ARRAY_LEN(known), diag);
	coco_json_free(&doc);
	if (r != 0)
		coco_index_free(&x);
	else
		*ret = x;
	return r;
}

int coco_oci_layout_check(struct coco_view text, struct coco_diag *diag)
{
	const char *version = NULL;
	struct coco_json doc;
	int r = coco_json_parse(&doc, text, LAYOUT_FILE_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = coco_jv_string(&root, "imageLayoutVersion", &version, diag);
	if (r == 0) {
		size_t digits = strncmp(version, "1.", 2) == 0
					? strspn(version + 2, "0123456789.")
					: 0;

		if (digits == 0 || version[2 + digits] != '\0') {
			coco_diag_actual(diag, "%.40s", version);
			r = coco_jv_fail(&root, "imageLayoutVersion", COCO_E_LAYOUT_FORMAT, diag,
					 "only version 1 of the OCI image layout is supported");
		}
	}
	coco_json_free(&doc);
	return r;
}
