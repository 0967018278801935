/*
 * stored_value.c - reference values in Trustee's storage (see stored_value.h).
 */
#include "formats/broker/stored_value.h"

#include <string.h>

#include "formats/core/err_broker.h"

int coco_stored_value_read(struct coco_stored_value *ret, const struct coco_jv *object,
			   struct coco_diag *diag)
{
	struct coco_stored_value v = { .form = COCO_STORED_VALUE };
	int r = coco_jv_string(object, "name", &v.name, diag);

	if (r != 0)
		return r;
	if (coco_jv_has(object, "hash-value")) {
		bool old = coco_jv_has(object, "expired");

		v.form = old ? COCO_STORED_EXPIRED : COCO_STORED_HASHES;
		r = coco_jv_array(object, "hash-value", &v.value, diag);
	} else {
		r = coco_jv_opt(object, "value", &v.value, diag);
		if (r == 0 && v.value.v == NULL)
			r = coco_jv_fail(object, "value", COCO_E_FORMAT_JSON_TYPE, diag,
					 "a stored reference value without a value");
	}
	if (r == 0)
		r = coco_jv_string(object,
				   v.form == COCO_STORED_EXPIRED ? "expired" : "expiration",
				   &v.expiration, diag);
	if (r == 0)
		*ret = v;
	return r;
}

int coco_stored_value_text(const struct coco_stored_value *v, struct coco_jw *jw,
			   struct coco_diag *diag)
{
	if (v->form == COCO_STORED_VALUE) {
		coco_jw_value(jw, &v->value);
		return 0;
	}
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < coco_jv_len(&v->value); i++) {
		struct coco_jv item = coco_jv_item(&v->value, i);
		const char *text = NULL;
		int r = coco_jv_string(&item, "value", &text, diag);

		if (r != 0)
			return r;
		coco_jw_string(jw, text);
	}
	coco_jw_end(jw, ']');
	return 0;
}

static int write_hashes(struct coco_jw *jw, const struct coco_jv *value, struct coco_diag *diag)
{
	size_t n = coco_jv_len(value);

	if (coco_jv_as_array(value, NULL) != 0 || n == 0)
		return coco_fail(diag, COCO_E_STORE_VALUE, "not a list with at least one text");
	coco_jw_key(jw, "hash-value");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < n; i++) {
		struct coco_jv item = coco_jv_item(value, i);
		const char *text = NULL;

		if (coco_jv_as_string(&item, &text, NULL) != 0)
			return coco_fail(diag, COCO_E_STORE_VALUE, "item %zu is no text", i);
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "alg", "sha384");
		coco_jw_kv_string(jw, "value", text);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
	return 0;
}

int coco_stored_value_write(struct coco_jw *jw, enum coco_stored_form form, const char *name,
			    const char *expiration, const struct coco_jv *value,
			    struct coco_diag *diag)
{
	int r = 0;

	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "version", "0.1.0");
	coco_jw_kv_string(jw, "name", name);
	coco_jw_kv_string(jw, form == COCO_STORED_EXPIRED ? "expired" : "expiration", expiration);
	if (form == COCO_STORED_VALUE) {
		coco_jw_key(jw, "value");
		coco_jw_value(jw, value);
	} else {
		r = write_hashes(jw, value, diag);
	}
	if (r == 0)
		coco_jw_end(jw, '}');
	return r;
}
