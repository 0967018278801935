/*
 * refval_read.c - reference values in the forms of others (see refval.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/rfc3339.h"
#include "lib/broker/refval_priv.h"
#include "lib/crypto/sha256.h"

enum { MAX_VALUES = 1 << 20 };   /* JSON values of a file */

/* ---- one value ------------------------------------------------------------------- */

static const char *algorithm_of(size_t bytes)
{
	switch (bytes) {
	case 20:
		return "sha1";
	case 32:
		return "sha256";
	case 48:
		return "sha384";
	case 64:
		return "sha512";
	default:
		return NULL;
	}
}

/* The bytes behind hexadecimal or base64 text; 0: neither. */
static size_t digest_bytes(const char *text, uint8_t ret[64])
{
	size_t n = strlen(text);
	uint8_t *p = NULL;
	size_t got = 0;

	if (n % 2 == 0 && algorithm_of(n / 2) != NULL &&
	    coco_hex_decode(ret, n / 2, text, n, NULL) == 0)
		return n / 2;
	if (coco_b64_decode(COCO_B64_ANY, text, n, &p, &got, NULL) != 0)
		return 0;
	if (algorithm_of(got) == NULL)
		got = 0;
	else
		memcpy(ret, p, got);
	coco_free(p);
	return got;
}

static int not_fit(const struct coco_refvalue *v, struct coco_diag *diag, const char *what)
{
	return coco_fail(diag, COCO_E_REFSET_VALUE, "%s: the value is not %s", v->name, what);
}

static int put_digest(struct coco_refset *s, struct coco_refvalue *v, const char *text,
		      struct coco_diag *diag)
{
	uint8_t bytes[64];
	char json[2 * sizeof(bytes) + 3] = "\"";
	size_t n = digest_bytes(text, bytes);

	if (n == 0 || (v->algorithm[0] != '\0' && strcmp(v->algorithm, algorithm_of(n)) != 0))
		return not_fit(v, diag, v->algorithm[0] != '\0'
			       ? "a digest of the right length, in hexadecimal or base64"
			       : "a digest in hexadecimal or base64");
	snprintf(v->algorithm, sizeof(v->algorithm), "%s", algorithm_of(n));
	coco_hex_encode(json + 1, bytes, n);
	memcpy(json + 1 + 2 * n, "\"", 2);
	v->value = json;
	return coco_refset_add(s, v, NULL, diag);
}

/* Numbers and booleans may come as texts: some verifiers compare them so. */
static int check_type(struct coco_refvalue *v, const struct coco_jv *value, const char **ret_text,
		      struct coco_diag *diag)
{
	enum coco_refmap_type type = coco_refmap_type(v->name);
	const char *text = NULL;
	uint64_t number;
	bool flag;

	if (coco_jv_as_string(value, &text, NULL) != 0)
		text = NULL;
	if (type == COCO_REFMAP_TEXT && text == NULL)
		return not_fit(v, diag, "a text");
	if (type == COCO_REFMAP_BOOL && text != NULL && strcmp(text, "true") != 0 &&
	    strcmp(text, "false") != 0)
		return not_fit(v, diag, "true or false");
	if (type == COCO_REFMAP_BOOL && text == NULL && coco_jv_as_bool(value, &flag, NULL) != 0)
		return not_fit(v, diag, "true or false");
	if (type == COCO_REFMAP_NUMBER && text == NULL &&
	    coco_jv_as_u64(value, UINT32_MAX, &number, NULL) != 0)
		return not_fit(v, diag, "a small number");
	if (type == COCO_REFMAP_NUMBER && text != NULL &&
	    (text[0] == '\0' || strlen(text) > 9 || strspn(text, "0123456789") != strlen(text) ||
	     (text[0] == '0' && text[1] != '\0')))
		return not_fit(v, diag, "a small number");
	*ret_text = type == COCO_REFMAP_BOOL || type == COCO_REFMAP_NUMBER ? text : NULL;
	return 0;
}

static int put_plain(struct coco_refset *s, struct coco_refvalue *v, const struct coco_jv *value,
		     struct coco_diag *diag)
{
	const char *as_is = NULL;
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *json = NULL;
	size_t n = 0;

	int r = check_type(v, value, &as_is, diag);
	if (r != 0)
		return r;
	coco_wr_init(&wr, COCO_REFSET_VALUE);
	coco_jw_init(&jw, &wr, false);
	if (as_is != NULL)
		coco_jw_raw(&jw, as_is, strlen(as_is));
	else
		coco_jw_value(&jw, value);
	r = coco_wr_finish(&wr, &json, &n, diag);
	if (r != 0)
		return r;
	v->value = (char *)json;
	r = coco_refset_add(s, v, NULL, diag);
	coco_free(json);
	return r;
}

/* A name of a family of registers whose values are digests. */
static bool is_register(const struct coco_refvalue *v)
{
	return v->algorithm[0] != '\0' ||
	       (coco_refmap_is_neutral(v->name) && coco_refmap_type(v->name) == COCO_REFMAP_ANY &&
		strncmp(v->name, "gpu.", 4) != 0 && strncmp(v->name, "switch.", 7) != 0);
}

static int put_one(struct coco_refset *s, const struct coco_refvalue *named,
		   const struct coco_jv *value, bool single, struct coco_diag *diag)
{
	struct coco_refvalue v = *named;
	const char *text = NULL;

	if (coco_jv_is_null(value))
		return not_fit(&v, diag, "there");
	if (is_register(&v)) {
		if (coco_jv_as_string(value, &text, NULL) != 0)
			return not_fit(&v, diag, "a digest");
		return put_digest(s, &v, text, diag);
	}
	v.single = single && !coco_refmap_is_neutral(v.name);
	return put_plain(s, &v, value, diag);
}

/* Neutral values that are digests without being registers have their algorithm from here. */
static void name_value(struct coco_refvalue *v, const char *name, enum coco_ref_tee tee)
{
	snprintf(v->name, sizeof(v->name), "%s", name);
	if (!coco_refmap_is_neutral(name))
		coco_refmap_in(name, tee, v);
	else if (strcmp(name, "snp.host_data") == 0)
		snprintf(v->algorithm, sizeof(v->algorithm), "sha256");
	else if (strcmp(name, "tdx.mrconfigid") == 0 || strcmp(name, "tdx.mrseam") == 0)
		snprintf(v->algorithm, sizeof(v->algorithm), "sha384");
}

int coco_refval_put(struct coco_refset *s, const struct coco_refvalue *base, const char *name,
		    const struct coco_jv *value, enum coco_ref_tee tee, struct coco_diag *diag)
{
	struct coco_refvalue v = *base;
	int r = 0;

	if (name[0] == '\0' || strlen(name) >= sizeof(v.name))
		return coco_fail(diag, COCO_E_REFSET_VALUE, "a name is empty or too long");
	name_value(&v, name, tee);
	if (coco_jv_as_array(value, NULL) != 0)
		return put_one(s, &v, value, true, diag);
	if (coco_jv_len(value) == 0)
		return not_fit(&v, diag, "there: the list is empty");
	for (size_t i = 0; r == 0 && i < coco_jv_len(value); i++) {
		struct coco_jv item = coco_jv_item(value, i);

		r = put_one(s, &v, &item, false, diag);
	}
	return r;
}

/* ---- files ----------------------------------------------------------------------- */

struct reader {
	const struct coco_run *run;
	struct coco_refset *set;
	const struct coco_refval_source *src;
	struct coco_refvalue base;
	struct coco_diag *diag;
};

static int unknown(struct reader *rd, const struct coco_jv *v, const char *what)
{
	return coco_jv_fail(v, NULL, COCO_E_REFVAL_UNKNOWN, rd->diag, "%s", what);
}

/* Up to v0.13: {"hash-value":[{"alg":"sha384","value":"..."}]} */
static int read_hashes(struct reader *rd, const struct coco_jv *stored,
		       const struct coco_refvalue *base, const char *name)
{
	struct coco_jv list;
	int r = coco_jv_array(stored, "hash-value", &list, rd->diag);

	for (size_t i = 0; r == 0 && i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);
		const char *text = NULL;
		struct coco_jv value;

		r = coco_jv_string(&item, "value", &text, rd->diag);
		if (r == 0)
			r = coco_jv_opt(&item, "value", &value, rd->diag);
		if (r == 0)
			r = coco_refval_put(rd->set, base, name, &value, rd->src->tee, rd->diag);
	}
	return r;
}

/* A value as the RVPS keeps it; the validity given for the source comes first. */
static int read_stored(struct reader *rd, const struct coco_jv *stored)
{
	const char *key = coco_jv_has(stored, "expired") ? "expired" : "expiration";
	struct coco_refvalue base = rd->base;
	const char *when = NULL;
	const char *name = NULL;
	struct coco_jv value;

	int r = coco_jv_as_object(stored, rd->diag);
	if (r == 0)
		r = coco_jv_string(stored, "name", &name, rd->diag);
	if (r == 0 && coco_jv_has(stored, key))
		r = coco_jv_string(stored, key, &when, rd->diag);
	if (r != 0)
		return r;
	if (when != NULL && !base.has_after) {
		if (!coco_rfc3339_parse(when, &base.not_after))
			return coco_jv_fail(stored, key, COCO_E_REFSET_VALUE, rd->diag,
					    "not a time");
		base.has_after = true;
	}
	if (coco_jv_has(stored, "hash-value"))
		return read_hashes(rd, stored, &base, name);
	r = coco_jv_opt(stored, "value", &value, rd->diag);
	if (r == 0 && value.v == NULL)
		r = unknown(rd, stored, "a stored value without a value");
	if (r == 0)
		r = coco_refval_put(rd->set, &base, name, &value, rd->src->tee, rd->diag);
	return r;
}

/* The document in a base64 member; *ret is freed by the caller. */
static bool embedded(const struct coco_jv *v, struct coco_json *ret)
{
	const char *text = NULL;
	uint8_t *p = NULL;
	size_t n = 0;

	if (coco_jv_as_string(v, &text, NULL) != 0 ||
	    coco_b64_decode(COCO_B64_ANY, text, strlen(text), &p, &n, NULL) != 0)
		return false;
	bool ok = coco_json_parse_bounded(ret, coco_view_of(p, n), COCO_REFSET_MAX, MAX_VALUES,
					  NULL) == 0;
	coco_free(p);
	return ok;
}

/* Since v0.19 the store maps names to the base64 of stored values. */
static bool is_store(const struct coco_jv *root)
{
	void *iter = NULL;
	struct coco_jv item;
	struct coco_json doc;

	if (!coco_jv_next(root, &iter, &item) || !embedded(&item, &doc))
		return false;
	struct coco_jv inner = coco_json_root(&doc);
	bool ok = coco_jv_as_object(&inner, NULL) == 0 && coco_jv_has(&inner, "name");
	coco_json_free(&doc);
	return ok;
}

static int read_object(struct reader *rd, const struct coco_jv *root)
{
	bool store = is_store(root);
	void *iter = NULL;
	struct coco_jv item;
	int r = 0;

	while (r == 0 && coco_jv_next(root, &iter, &item)) {
		struct coco_json doc;

		if (!store) {
			r = coco_refval_put(rd->set, &rd->base, item.key, &item, rd->src->tee,
					    rd->diag);
			continue;
		}
		if (!embedded(&item, &doc))
			return unknown(rd, &item, "not a stored value");
		struct coco_jv inner = coco_json_root(&doc);
		r = read_stored(rd, &inner);
		coco_json_free(&doc);
	}
	return r;
}

static int read_message(struct reader *rd, const struct coco_jv *root)
{
	const char *type = NULL;
	struct coco_jv payload;
	struct coco_json doc;

	int r = coco_jv_string(root, "type", &type, rd->diag);
	if (r == 0)
		r = coco_jv_opt(root, "payload", &payload, rd->diag);
	if (r != 0)
		return r;
	if (strcmp(type, "sample") != 0)
		return unknown(rd, root, "a message of another type than sample");
	if (!embedded(&payload, &doc))
		return unknown(rd, &payload, "the payload is not the base64 of JSON");
	struct coco_jv inner = coco_json_root(&doc);
	r = coco_jv_as_object(&inner, rd->diag);
	if (r == 0)
		r = read_object(rd, &inner);
	coco_json_free(&doc);
	return r;
}

static int read_set(struct reader *rd, struct coco_view text)
{
	struct coco_refset more;
	int r = coco_refset_decode(&more, text, rd->diag);

	if (r != 0)
		return r;
	for (size_t i = 0; r == 0 && i < more.n; i++)
		r = coco_refset_add(rd->set, &more.v[i], NULL, rd->diag);
	if (r == 0 && rd->set->id[0] == '\0')
		snprintf(rd->set->id, sizeof(rd->set->id), "%s", more.id);
	coco_refset_free(&more);
	return r;
}

static int read_record(struct reader *rd, struct coco_view text)
{
	struct coco_mrecord rec;
	int r = coco_mrecord_decode(&rec, text, rd->diag);

	if (r != 0)
		return r;
	r = coco_refval_record(rd->run, rd->set, &rec, rd->base.sha256, rd->src, rd->diag);
	coco_mrecord_free(&rec);
	return r;
}

static int read_any(struct reader *rd, struct coco_view text, const struct coco_jv *root)
{
	const char *schema = NULL;
	int r = 0;

	if (coco_jv_as_array(root, NULL) == 0) {
		for (size_t i = 0; r == 0 && i < coco_jv_len(root); i++) {
			struct coco_jv item = coco_jv_item(root, i);

			r = read_stored(rd, &item);
		}
		return r;
	}
	if (coco_jv_as_object(root, NULL) != 0)
		return unknown(rd, root, "neither an object nor a list");
	if (coco_jv_string(root, "schema", &schema, NULL) == 0) {
		if (strcmp(schema, COCO_REFSET_SCHEMA) == 0)
			return read_set(rd, text);
		if (strcmp(schema, COCO_MRECORD_SCHEMA) == 0)
			return read_record(rd, text);
		return unknown(rd, root, "a document of another schema");
	}
	return coco_jv_has(root, "payload") && coco_jv_has(root, "type") ? read_message(rd, root)
									  : read_object(rd, root);
}

/* A file that turns out to be unreadable adds nothing. */
static void drop_from(struct coco_refset *s, size_t before, int r)
{
	while (r != 0 && s->n > before)
		coco_refset_remove(s, s->n - 1);
}

int coco_refval_read(const struct coco_run *run, struct coco_refset *s, struct coco_view text,
		     const struct coco_refval_source *src, struct coco_diag *diag)
{
	struct reader rd = { .run = run, .set = s, .src = src, .diag = diag };
	uint8_t sha256[32];
	struct coco_json doc;

	size_t before = s->n;
	int r = 0;

	coco_sha256_once(text.p, text.n, sha256);
	coco_refval_base(&rd.base, COCO_ORIGIN_FILE, sha256, src);
	if (coco_refval_is_corim(text)) {
		r = coco_refval_read_corim(run, s, text, &rd.base, diag);
		drop_from(s, before, r);
		return r;
	}
	r = coco_json_parse_bounded(&doc, text, COCO_MRECORD_MAX, MAX_VALUES, diag);
	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = read_any(&rd, text, &root);
	coco_json_free(&doc);
	drop_from(s, before, r);
	return r;
}
