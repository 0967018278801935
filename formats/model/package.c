/*
 * package.c - header and statement of a model package (see package.h).
 */
#include "formats/model/package.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/mem.h"

static const char header_format[] = "cococtl/model-package";

const char *coco_at_rest_name(enum coco_at_rest v)
{
	switch (v) {
	case COCO_AT_REST_GUEST_ENCRYPTED:
		return "guest-encrypted";
	case COCO_AT_REST_DENY:
		return "deny";
	case COCO_AT_REST_ALLOW:
		break;
	}
	return "allow";
}

bool coco_at_rest_parse(const char *name, enum coco_at_rest *ret)
{
	for (int v = COCO_AT_REST_ALLOW; v <= COCO_AT_REST_DENY; v++) {
		if (strcmp(name, coco_at_rest_name((enum coco_at_rest)v)) == 0) {
			*ret = (enum coco_at_rest)v;
			return true;
		}
	}
	return false;
}

void coco_pkg_context(uint8_t ret[COCO_PKG_CONTEXT], const uint8_t id[COCO_PACKAGE_ID],
		      uint64_t segment)
{
	static const char label[] = "cococtl/model-package/v1"; /* with NUL: the separator */

	_Static_assert(sizeof(label) == 25, "label and its separator");
	memcpy(ret, label, sizeof(label));
	memcpy(ret + sizeof(label), id, COCO_PACKAGE_ID);
	coco_put_be64(ret + sizeof(label) + COCO_PACKAGE_ID, segment);
}

int coco_critical_check(const struct coco_jv *obj, const char *const *known, size_t n_known,
			struct coco_diag *diag)
{
	struct coco_jv list;

	if (!coco_jv_has(obj, "critical"))
		return 0;
	int r = coco_jv_array(obj, "critical", &list, diag);
	for (size_t i = 0; r == 0 && i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);
		const char *name = NULL;
		size_t k = 0;

		r = coco_jv_as_string(&item, &name, diag);
		if (r != 0)
			break;
		while (k < n_known && strcmp(known[k], name) != 0)
			k++;
		if (k == n_known)
			r = coco_jv_fail(&item, NULL, COCO_E_CRITICAL, diag,
					 "unknown critical member \"%s\"", name);
	}
	return r;
}

/* The members that header and predicate share. */
static void encode_members(struct coco_jw *jw, const struct coco_pkg_header *h)
{
	char digest[COCO_OCI_DIGEST_TEXT];

	coco_jw_kv_hex(jw, "package_id", h->package_id, COCO_PACKAGE_ID);
	coco_jw_kv_u64(jw, "version", h->version);
	if (h->has_previous) {
		coco_digest_text(digest, &h->previous);
		coco_jw_kv_string(jw, "previous", digest);
	}
	coco_jw_kv_string(jw, "key_id", h->key_id);
	coco_jw_kv_u64(jw, "segment_size", h->segment_size);
	coco_jw_kv_u64(jw, "segment_count", h->segment_count);
	coco_jw_kv_string(jw, "plaintext_at_rest", coco_at_rest_name(h->at_rest));
	coco_jw_key(jw, "critical");
	coco_jw_begin(jw, '[');
	/* a reader that does not know the flag must not ignore it */
	if (h->at_rest != COCO_AT_REST_ALLOW)
		coco_jw_string(jw, "plaintext_at_rest");
	coco_jw_end(jw, ']');
}

void coco_pkg_header_encode(struct coco_wr *wr, const struct coco_pkg_header *h)
{
	struct coco_jw jw;

	coco_jw_init(&jw, wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "format", header_format);
	coco_jw_kv_u64(&jw, "format_version", COCO_PACKAGE_FORMAT_VERSION);
	coco_jw_kv_string(&jw, "suite", COCO_PACKAGE_SUITE);
	encode_members(&jw, h);
	coco_jw_end(&jw, '}');
}

static int decode_digest(const struct coco_jv *obj, const char *key, struct coco_digest *ret,
			 struct coco_diag *diag)
{
	const char *text = NULL;
	int r = coco_jv_string(obj, key, &text, diag);

	if (r == 0 && coco_digest_parse(ret, text, NULL) != 0)
		r = coco_jv_fail(obj, key, COCO_E_FORMAT_VALUE, diag, "not a sha256 digest");
	return r;
}

bool coco_key_id_valid(const char *key_id)
{
	size_t n = strlen(key_id);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)key_id[i] <= 0x20 || (unsigned char)key_id[i] >= 0x7f)
			return false;
	return n > 0 && n <= COCO_KEY_ID_MAX;
}

static int decode_key_id(const struct coco_jv *obj, struct coco_pkg_header *h,
			 struct coco_diag *diag)
{
	const char *text = NULL;
	int r = coco_jv_string(obj, "key_id", &text, diag);

	if (r != 0)
		return r;
	if (!coco_key_id_valid(text))
		return coco_jv_fail(obj, "key_id", COCO_E_FORMAT_VALUE, diag,
				    "a key id is a URI of 1 to %d visible ASCII characters",
				    COCO_KEY_ID_MAX);
	h->key_id = coco_strdup(text);
	return h->key_id != NULL ? 0 : coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory");
}

static int decode_members(const struct coco_jv *obj, struct coco_pkg_header *h,
			  struct coco_diag *diag)
{
	static const char *const known[] = { "plaintext_at_rest" };
	const char *at_rest = NULL;
	int r = coco_critical_check(obj, known, COCO_ARRAY_LEN(known), diag);

	if (r == 0)
		r = coco_jv_hex(obj, "package_id", h->package_id, COCO_PACKAGE_ID, diag);
	if (r == 0)
		r = coco_jv_u64(obj, "version", COCO_PACKAGE_VERSION_MAX, &h->version, diag);
	if (r == 0 && h->version == 0)
		r = coco_jv_fail(obj, "version", COCO_E_FORMAT_VALUE, diag, "versions start at 1");
	if (r == 0 && coco_jv_has(obj, "previous")) {
		r = decode_digest(obj, "previous", &h->previous, diag);
		h->has_previous = true;
	}
	if (r == 0)
		r = coco_jv_u64(obj, "segment_size", COCO_PACKAGE_SEGMENT_MAX, &h->segment_size,
				diag);
	if (r == 0 && (h->segment_size < COCO_PACKAGE_SEGMENT_MIN ||
		       (h->segment_size & (h->segment_size - 1)) != 0))
		r = coco_jv_fail(obj, "segment_size", COCO_E_FORMAT_VALUE, diag,
				 "not a power of two between %" PRIu64 " and %" PRIu64,
				 COCO_PACKAGE_SEGMENT_MIN, COCO_PACKAGE_SEGMENT_MAX);
	if (r == 0)
		r = coco_jv_u64(obj, "segment_count", COCO_PACKAGE_SEGMENTS_MAX,
				&h->segment_count, diag);
	if (r == 0)
		r = coco_jv_string(obj, "plaintext_at_rest", &at_rest, diag);
	if (r == 0 && !coco_at_rest_parse(at_rest, &h->at_rest))
		r = coco_jv_fail(obj, "plaintext_at_rest", COCO_E_FORMAT_VALUE, diag,
				 "expected allow, guest-encrypted or deny");
	if (r == 0)
		r = decode_key_id(obj, h, diag);
	return r;
}

/* A string member that must have one fixed value. */
static int expect_string(const struct coco_jv *obj, const char *key, const char *want, int code,
			 struct coco_diag *diag)
{
	const char *text = NULL;
	int r = coco_jv_string(obj, key, &text, diag);

	if (r == 0 && strcmp(text, want) != 0) {
		coco_diag_expected(diag, "%s", want);
		coco_diag_actual(diag, "%s", text);
		r = coco_jv_fail(obj, key, code, diag, "unexpected value");
	}
	return r;
}

static int decode_header(const struct coco_jv *root, struct coco_pkg_header *h,
			 struct coco_diag *diag)
{
	uint64_t version = 0;
	int r = coco_jv_as_object(root, diag);

	if (r == 0)
		r = expect_string(root, "format", header_format, COCO_E_PACKAGE_VERSION, diag);
	if (r == 0)
		r = coco_jv_u64(root, "format_version", UINT32_MAX, &version, diag);
	if (r == 0 && version != COCO_PACKAGE_FORMAT_VERSION)
		r = coco_jv_fail(root, "format_version", COCO_E_PACKAGE_VERSION, diag,
				 "format version %" PRIu64 ", this program reads %d", version,
				 COCO_PACKAGE_FORMAT_VERSION);
	if (r == 0)
		r = expect_string(root, "suite", COCO_PACKAGE_SUITE, COCO_E_PACKAGE_VERSION, diag);
	if (r == 0)
		r = decode_members(root, h, diag);
	return r;
}

int coco_pkg_header_decode_jv(struct coco_pkg_header *ret, const struct coco_jv *v,
			      struct coco_diag *diag)
{
	struct coco_pkg_header h = { .version = 0 };
	int r = decode_header(v, &h, diag);

	if (r != 0) {
		coco_pkg_header_free(&h);
		return r;
	}
	*ret = h;
	return 0;
}

int coco_pkg_header_decode(struct coco_pkg_header *ret, struct coco_view text,
			   struct coco_diag *diag)
{
	struct coco_json doc;
	int r = coco_json_parse(&doc, text, COCO_PACKAGE_HEADER_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = coco_pkg_header_decode_jv(ret, &root, diag);
	coco_json_free(&doc);
	return r;
}

void coco_pkg_header_free(struct coco_pkg_header *h)
{
	coco_free(h->key_id);
	h->key_id = NULL;
}

bool coco_pkg_header_equal(const struct coco_pkg_header *a, const struct coco_pkg_header *b)
{
	return memcmp(a->package_id, b->package_id, COCO_PACKAGE_ID) == 0 &&
	       a->version == b->version && a->has_previous == b->has_previous &&
	       (!a->has_previous || coco_digest_equal(&a->previous, &b->previous)) &&
	       strcmp(a->key_id, b->key_id) == 0 && a->segment_size == b->segment_size &&
	       a->segment_count == b->segment_count && a->at_rest == b->at_rest;
}

void coco_pkg_statement_encode(struct coco_wr *wr, const struct coco_pkg_statement *s)
{
	struct coco_jw jw;
	char digest[COCO_OCI_DIGEST_TEXT];

	coco_jw_init(&jw, wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "_type", "https://in-toto.io/Statement/v1");
	coco_jw_key(&jw, "subject");
	coco_jw_begin(&jw, '[');
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "name", COCO_PACKAGE_SUBJECT);
	coco_jw_key(&jw, "digest");
	coco_jw_begin(&jw, '{');
	coco_jw_kv_hex(&jw, "sha256", s->manifest.sha256, sizeof(s->manifest.sha256));
	coco_jw_end(&jw, '}');
	coco_jw_end(&jw, '}');
	coco_jw_end(&jw, ']');
	coco_jw_kv_string(&jw, "predicateType", COCO_PREDICATE_PACKAGE);
	coco_jw_key(&jw, "predicate");
	coco_jw_begin(&jw, '{');
	coco_digest_text(digest, &s->catalogue);
	coco_jw_kv_string(&jw, "catalogue", digest);
	encode_members(&jw, &s->header);
	coco_jw_end(&jw, '}');
	coco_jw_end(&jw, '}');
}

static int decode_subject(const struct coco_jv *root, struct coco_digest *ret,
			  struct coco_diag *diag)
{
	struct coco_jv list;
	struct coco_jv digest;
	int r = coco_jv_array(root, "subject", &list, diag);

	if (r == 0 && coco_jv_len(&list) != 1)
		r = coco_jv_fail(root, "subject", COCO_E_PACKAGE_STATEMENT, diag,
				 "exactly one subject is needed, found %zu", coco_jv_len(&list));
	if (r != 0)
		return r;
	struct coco_jv item = coco_jv_item(&list, 0);
	r = coco_jv_object(&item, "digest", &digest, diag);
	if (r == 0)
		r = coco_jv_hex(&digest, "sha256", ret->sha256, sizeof(ret->sha256), diag);
	return r;
}

static int decode_statement(const struct coco_jv *root, struct coco_pkg_statement *s,
			    struct coco_diag *diag)
{
	struct coco_jv predicate;
	int r = coco_jv_as_object(root, diag);

	if (r == 0)
		r = expect_string(root, "_type", "https://in-toto.io/Statement/v1",
				  COCO_E_PACKAGE_STATEMENT, diag);
	if (r == 0)
		r = expect_string(root, "predicateType", COCO_PREDICATE_PACKAGE,
				  COCO_E_PACKAGE_STATEMENT, diag);
	if (r == 0)
		r = decode_subject(root, &s->manifest, diag);
	if (r == 0)
		r = coco_jv_object(root, "predicate", &predicate, diag);
	if (r == 0)
		r = decode_digest(&predicate, "catalogue", &s->catalogue, diag);
	if (r == 0)
		r = decode_members(&predicate, &s->header, diag);
	return r;
}

int coco_pkg_statement_decode(struct coco_pkg_statement *ret, struct coco_view text,
			      struct coco_diag *diag)
{
	struct coco_pkg_statement s = { .header.version = 0 };
	struct coco_json doc;
	int r = coco_json_parse(&doc, text, COCO_PACKAGE_HEADER_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = decode_statement(&root, &s, diag);
	coco_json_free(&doc);
	if (r != 0) {
		coco_pkg_statement_free(&s);
		return r;
	}
	*ret = s;
	return 0;
}

void coco_pkg_statement_free(struct coco_pkg_statement *s)
{
	coco_pkg_header_free(&s->header);
}

int coco_pkg_manifest_check(const struct coco_manifest *m, struct coco_diag *diag)
{
	if (m->artifact_type == NULL || strcmp(m->artifact_type, COCO_MT_PACKAGE) != 0)
		return coco_fail(diag, COCO_E_PACKAGE_MANIFEST, "the artifact type is %s, not %s",
				 m->artifact_type != NULL ? m->artifact_type : "absent",
				 COCO_MT_PACKAGE);
	if (strcmp(m->config.media_type, COCO_MT_HEADER) != 0)
		return coco_fail(diag, COCO_E_PACKAGE_MANIFEST,
				 "the config is not a package header but %s", m->config.media_type);
	if (m->n_layers < 1 || m->n_layers > COCO_PACKAGE_SEGMENTS_MAX + 1)
		return coco_fail(diag, COCO_E_PACKAGE_MANIFEST, "%zu layers; a package has a "
				 "catalogue and up to %d segments", m->n_layers,
				 COCO_PACKAGE_SEGMENTS_MAX);
	for (size_t i = 0; i < m->n_layers; i++) {
		const char *want = i == 0 ? COCO_MT_CATALOGUE : COCO_MT_SEGMENT;

		if (strcmp(m->layers[i].media_type, want) == 0)
			continue;
		coco_diag_pointer(diag, "/layers/%zu/mediaType", i);
		coco_diag_expected(diag, "%s", want);
		coco_diag_actual(diag, "%s", m->layers[i].media_type);
		return coco_fail(diag, COCO_E_PACKAGE_MANIFEST, "layer %zu has another media type",
				 i);
	}
	return 0;
}
