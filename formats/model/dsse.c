/*
 * dsse.c - Dead Simple Signing Envelope (see dsse.h).
 */
#include "formats/model/dsse.h"

#include <string.h>

#include "formats/core/b64.h"

int coco_dsse_pae(const char *type, struct coco_view body, uint8_t **ret, size_t *ret_n,
		  struct coco_diag *diag)
{
	struct coco_wr wr;

	coco_wr_init(&wr, SIZE_MAX / 2);
	coco_wr_printf(&wr, "DSSEv1 %zu ", strlen(type));
	coco_wr_str(&wr, type);
	coco_wr_printf(&wr, " %zu ", body.n);
	coco_wr_bytes(&wr, body.p, body.n);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

void coco_dsse_clear(struct coco_dsse *dsse)
{
	coco_free(dsse->payload);
	coco_free(dsse->payload_type);
	coco_free(dsse->sig);
	coco_free(dsse->keyid);
	*dsse = (struct coco_dsse){ .payload = NULL };
}

/* A string member of min to max bytes, copied. */
static int copy_string(const struct coco_jv *obj, const char *key, size_t min, size_t max,
		       char **ret, struct coco_diag *diag)
{
	const char *text = NULL;
	int r = coco_jv_string(obj, key, &text, diag);

	if (r != 0)
		return r;
	if (strlen(text) < min)
		return coco_jv_fail(obj, key, COCO_E_FORMAT_VALUE, diag, "the text is empty");
	if (strlen(text) > max)
		return coco_jv_fail(obj, key, COCO_E_LIMIT_SIZE, diag, "longer than %zu bytes",
				    max);
	*ret = coco_strdup(text);
	if (*ret == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for an envelope");
	return 0;
}

/* keyid may be absent or null: both mean the empty one. */
static int decode_keyid(const struct coco_jv *sig, char **ret, struct coco_diag *diag)
{
	struct coco_jv keyid;
	int r = coco_jv_opt(sig, "keyid", &keyid, diag);

	if (r != 0)
		return r;
	if (keyid.v != NULL && !coco_jv_is_null(&keyid))
		return copy_string(sig, "keyid", 0, COCO_DSSE_KEYID_MAX, ret, diag);
	*ret = coco_strdup("");
	if (*ret == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for an envelope");
	return 0;
}

static int decode_signature(const struct coco_jv *obj, struct coco_dsse *dsse,
			    struct coco_diag *diag)
{
	struct coco_jv list;
	int r = coco_jv_array(obj, "signatures", &list, diag);

	if (r != 0)
		return r;
	if (coco_jv_len(&list) != 1)
		return coco_jv_fail(obj, "signatures", COCO_E_FORMAT_SIGNATURES, diag,
				    "%zu signatures, exactly one is needed", coco_jv_len(&list));
	struct coco_jv sig = coco_jv_item(&list, 0);
	r = coco_jv_as_object(&sig, diag);
	if (r == 0)
		r = coco_jv_b64(&sig, "sig", &dsse->sig, &dsse->n_sig, diag);
	if (r == 0 && (dsse->n_sig == 0 || dsse->n_sig > COCO_DSSE_SIG_MAX))
		r = coco_jv_fail(&sig, "sig", COCO_E_FORMAT_VALUE, diag,
				 "a signature of %zu bytes, 1 to %d are expected", dsse->n_sig,
				 COCO_DSSE_SIG_MAX);
	if (r == 0)
		r = decode_keyid(&sig, &dsse->keyid, diag);
	return r;
}

int coco_dsse_decode_jv(struct coco_dsse *ret, const struct coco_jv *obj, struct coco_diag *diag)
{
	struct coco_dsse dsse = { .payload = NULL };
	int r = coco_jv_as_object(obj, diag);

	if (r == 0)
		r = copy_string(obj, "payloadType", 1, COCO_DSSE_TYPE_MAX, &dsse.payload_type,
				diag);
	if (r == 0)
		r = coco_jv_b64(obj, "payload", &dsse.payload, &dsse.n_payload, diag);
	if (r == 0)
		r = decode_signature(obj, &dsse, diag);
	if (r != 0) {
		coco_dsse_clear(&dsse);
		return r;
	}
	*ret = dsse;
	return 0;
}

int coco_dsse_decode(struct coco_dsse *ret, struct coco_view text, struct coco_diag *diag)
{
	struct coco_json doc;
	int r = coco_json_parse(&doc, text, COCO_DSSE_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = coco_dsse_decode_jv(ret, &root, diag);
	coco_json_free(&doc);
	return r;
}

void coco_dsse_encode(struct coco_jw *jw, const struct coco_dsse *dsse)
{
	coco_jw_begin(jw, '{');
	coco_jw_kv_b64(jw, "payload", dsse->payload, dsse->n_payload);
	coco_jw_kv_string(jw, "payloadType", dsse->payload_type);
	coco_jw_key(jw, "signatures");
	coco_jw_begin(jw, '[');
	coco_jw_begin(jw, '{');
	coco_jw_kv_b64(jw, "sig", dsse->sig, dsse->n_sig);
	coco_jw_kv_string(jw, "keyid", dsse->keyid != NULL ? dsse->keyid : "");
	coco_jw_end(jw, '}');
	coco_jw_end(jw, ']');
	coco_jw_end(jw, '}');
}
