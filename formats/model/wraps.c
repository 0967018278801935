/*
 * wraps.c - the key-wraps document (see wraps.h).
 */
#include "formats/model/wraps.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/hex.h"

enum { FORMAT_VERSION = 1 };

/* What this version understands, and may therefore be critical. */
static const char *const understood[] = { "format", "format_version", "key_id", "package",
					  "wraps",  "critical" };

void coco_wraps_clear(struct coco_wraps *wraps)
{
	for (size_t i = 0; i < wraps->n_wraps; i++)
		coco_jwe_clear(&wraps->wraps[i].jwe);
	coco_free(wraps->wraps);
	*wraps = (struct coco_wraps){ .wraps = NULL };
}

bool coco_wraps_digest_valid(const char *text)
{
	uint8_t raw[32];
	char again[65];

	if (strlen(text) != COCO_WRAPS_DIGEST - 1 || strncmp(text, "sha256:", 7) != 0 ||
	    coco_hex_decode(raw, sizeof(raw), text + 7, 64, NULL) != 0)
		return false;
	coco_hex_encode(again, raw, sizeof(raw));
	return strcmp(again, text + 7) == 0;
}

static int get_digest(const struct coco_jv *obj, const char *key, char ret[COCO_WRAPS_DIGEST],
		      struct coco_diag *diag)
{
	const char *text = NULL;
	int r = coco_jv_string(obj, key, &text, diag);

	if (r != 0)
		return r;
	if (!coco_wraps_digest_valid(text))
		return coco_jv_fail(obj, key, COCO_E_FORMAT_WRAPS, diag,
				    "not sha256: and 64 lower-case hexadecimal digits");
	memcpy(ret, text, COCO_WRAPS_DIGEST);
	return 0;
}

static int get_key_id(const struct coco_jv *obj, const char *key, char ret[COCO_RESOURCE_URI_MAX],
		      struct coco_diag *diag)
{
	struct coco_resource_id id;
	const char *text = NULL;
	int r = coco_jv_string(obj, key, &text, diag);

	if (r != 0)
		return r;
	if (coco_resource_id_parse_uri(&id, text, strlen(text), NULL) != 0)
		return coco_jv_fail(obj, key, COCO_E_FORMAT_WRAPS, diag,
				    "not a resource, kbs:///repo/type/tag");
	coco_resource_id_uri(&id, ret);
	return 0;
}

static bool is_understood(const char *name)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(understood); i++)
		if (strcmp(name, understood[i]) == 0)
			return true;
	return false;
}

static int check_critical(const struct coco_jv *root, struct coco_diag *diag)
{
	struct coco_jv list;
	int r = coco_jv_opt(root, "critical", &list, diag);

	if (r != 0 || list.v == NULL)
		return r;
	r = coco_jv_array(root, "critical", &list, diag);
	for (size_t i = 0; r == 0 && i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);
		const char *name = NULL;

		r = coco_jv_as_string(&item, &name, diag);
		if (r == 0 && !is_understood(name))
			r = coco_jv_fail(&item, NULL, COCO_E_FORMAT_CRITICAL, diag,
					 "the member \"%.64s\" is critical and not known", name);
		else if (r == 0 && !coco_jv_has(root, name))
			r = coco_jv_fail(&item, NULL, COCO_E_FORMAT_WRAPS, diag,
					 "the critical member \"%.64s\" is absent", name);
	}
	return r;
}

static int check_head(const struct coco_jv *root, struct coco_diag *diag)
{
	const char *format = NULL;
	uint64_t version = 0;
	int r = coco_jv_string(root, "format", &format, diag);

	if (r != 0)
		return r;
	if (strcmp(format, COCO_WRAPS_FORMAT) != 0)
		return coco_jv_fail(root, "format", COCO_E_FORMAT_WRAPS, diag,
				    "not a key-wraps document");
	r = coco_jv_u64(root, "format_version", UINT32_MAX, &version, diag);
	if (r != 0)
		return r;
	if (version != FORMAT_VERSION) {
		coco_diag_expected(diag, "%d", FORMAT_VERSION);
		coco_diag_actual(diag, "%u", (unsigned)version);
		return coco_jv_fail(root, "format_version", COCO_E_FORMAT_WRAPS_VERSION, diag,
				    "version %u of the key-wraps document is not supported",
				    (unsigned)version);
	}
	return check_critical(root, diag);
}

static bool has_recipient(const struct coco_wraps *w, const char *recipient)
{
	for (size_t i = 0; i < w->n_wraps; i++)
		if (w->wraps[i].type == COCO_WRAP_JWE &&
		    strcmp(w->wraps[i].recipient, recipient) == 0)
			return true;
	return false;
}

static int decode_wrap(const struct coco_jv *item, struct coco_wraps *w, struct coco_diag *diag)
{
	struct coco_wrap *to = &w->wraps[w->n_wraps];
	struct coco_jv jwe;
	const char *type = NULL;
	int r = coco_jv_as_object(item, diag);

	if (r == 0)
		r = coco_jv_string(item, "type", &type, diag);
	if (r != 0)
		return r;
	if (strcmp(type, "broker") == 0) {
		to->type = COCO_WRAP_BROKER;
		r = get_key_id(item, "key_id", to->key_id, diag);
	} else if (strcmp(type, "jwe") == 0) {
		to->type = COCO_WRAP_JWE;
		r = get_digest(item, "recipient", to->recipient, diag);
		if (r == 0 && has_recipient(w, to->recipient))
			r = coco_jv_fail(item, "recipient", COCO_E_FORMAT_WRAPS, diag,
					 "the key is wrapped twice for this recipient");
		if (r == 0)
			r = coco_jv_object(item, "jwe", &jwe, diag);
		if (r == 0)
			r = coco_jwe_decode_jv(&to->jwe, &jwe, diag);
	} else {
		w->n_unknown++;
		return 0;
	}
	if (r == 0)
		w->n_wraps++;
	return r;
}

static int decode_root(const struct coco_jv *root, struct coco_wraps *w, struct coco_diag *diag)
{
	struct coco_jv list;
	int r = coco_jv_as_object(root, diag);

	if (r == 0)
		r = check_head(root, diag);
	if (r == 0 && coco_jv_has(root, "key_id"))
		r = get_key_id(root, "key_id", w->key_id, diag);
	if (r == 0 && coco_jv_has(root, "package"))
		r = get_digest(root, "package", w->package, diag);
	if (r == 0)
		r = coco_jv_array(root, "wraps", &list, diag);
	if (r != 0)
		return r;
	size_t n = coco_jv_len(&list);
	if (n > COCO_WRAPS_COUNT_MAX)
		return coco_jv_fail(&list, NULL, COCO_E_LIMIT_COUNT, diag,
				    "%zu wraps, at most %d are accepted", n, COCO_WRAPS_COUNT_MAX);
	w->wraps = coco_zalloc(n != 0 ? n : 1, sizeof(*w->wraps));
	if (w->wraps == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for key wraps");
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct coco_jv item = coco_jv_item(&list, i);

		r = decode_wrap(&item, w, diag);
	}
	return r;
}

int coco_wraps_decode(struct coco_wraps *ret, struct coco_view text, struct coco_diag *diag)
{
	struct coco_wraps w = { .wraps = NULL };
	struct coco_json doc;
	int r = coco_json_parse(&doc, text, COCO_WRAPS_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = decode_root(&root, &w, diag);
	coco_json_free(&doc);
	if (r != 0) {
		coco_wraps_clear(&w);
		return r;
	}
	*ret = w;
	return 0;
}

static void encode_wrap(struct coco_jw *jw, const struct coco_wrap *wrap)
{
	coco_jw_begin(jw, '{');
	if (wrap->type == COCO_WRAP_JWE) {
		coco_jw_kv_string(jw, "type", "jwe");
		coco_jw_kv_string(jw, "recipient", wrap->recipient);
		coco_jw_key(jw, "jwe");
		coco_jwe_encode(jw, &wrap->jwe);
	} else {
		coco_jw_kv_string(jw, "type", "broker");
		coco_jw_kv_string(jw, "key_id", wrap->key_id);
	}
	coco_jw_end(jw, '}');
}

int coco_wraps_encode(const struct coco_wraps *wraps, uint8_t **ret, size_t *ret_n,
		      struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_jw jw;

	if (wraps->n_wraps > COCO_WRAPS_COUNT_MAX)
		return coco_fail(diag, COCO_E_LIMIT_COUNT, "%zu wraps, at most %d are accepted",
				 wraps->n_wraps, COCO_WRAPS_COUNT_MAX);
	coco_wr_init(&wr, COCO_WRAPS_MAX);
	coco_jw_init(&jw, &wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "format", COCO_WRAPS_FORMAT);
	coco_jw_kv_u64(&jw, "format_version", FORMAT_VERSION);
	if (wraps->key_id[0] != '\0')
		coco_jw_kv_string(&jw, "key_id", wraps->key_id);
	if (wraps->package[0] != '\0')
		coco_jw_kv_string(&jw, "package", wraps->package);
	coco_jw_key(&jw, "wraps");
	coco_jw_begin(&jw, '[');
	for (size_t i = 0; i < wraps->n_wraps; i++)
		encode_wrap(&jw, &wraps->wraps[i]);
	coco_jw_end(&jw, ']');
	coco_jw_key(&jw, "critical");
	coco_jw_begin(&jw, '[');
	coco_jw_end(&jw, ']');
	coco_jw_end(&jw, '}');
	return coco_wr_finish(&wr, ret, ret_n, diag);
}
