/*
 * cose.c - COSE_Sign1 (see cose.h).
 */
#include "formats/core/cose.h"

#include <string.h>

#include "formats/core/err_measure.h"

static int bad(const struct coco_cv *v, struct coco_diag *diag, const char *what)
{
	return coco_cv_fail(v, COCO_E_COSE_FORM, diag, "%s", what);
}

static bool is_known(int64_t label)
{
	static const int64_t known[] = {
		COCO_COSE_H_ALG, COCO_COSE_H_CRIT, COCO_COSE_H_CONTENT_TYPE, COCO_COSE_H_KID,
		COCO_COSE_H_RIM_META, COCO_COSE_H_CWT_CLAIMS, COCO_COSE_H_PAYLOAD_HASH,
		COCO_COSE_H_PAYLOAD_TYPE, COCO_COSE_H_PAYLOAD_AT,
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(known); i++)
		if (known[i] == label)
			return true;
	return false;
}

/* Every critical label is one that is read here, and is in the protected header. */
static int check_critical(const struct coco_cv *header, struct coco_diag *diag)
{
	struct coco_cv list;
	struct coco_cv item;
	size_t n;

	coco_cv_get(header, COCO_COSE_H_CRIT, &list);
	if (list.p == NULL)
		return 0;
	int r = coco_cv_array(&list, &n, diag);
	if (r == 0 && n == 0)
		r = bad(&list, diag, "a list of critical headers that is empty");
	struct coco_cv_iter it = coco_cv_iter(&list);
	while (r == 0 && coco_cv_next(&it, NULL, &item)) {
		struct coco_cv there;
		int64_t label;

		if (coco_cv_i64(&item, &label, NULL) != 0 || !is_known(label))
			return bad(&item, diag, "a critical header that is not known here");
		coco_cv_get(header, label, &there);
		if (there.p == NULL)
			r = bad(&item, diag, "a critical header that is not there");
	}
	return r;
}

/* No label is in both headers. */
static int check_apart(const struct coco_cv *protected, const struct coco_cv *unprotected,
		       struct coco_diag *diag)
{
	struct coco_cv_iter it = coco_cv_iter(unprotected);
	struct coco_cv key;
	struct coco_cv v;

	while (coco_cv_next(&it, &key, &v)) {
		struct coco_cv_iter other = coco_cv_iter(protected);
		struct coco_cv k;
		struct coco_cv w;

		while (coco_cv_next(&other, &k, &w))
			if (k.n == key.n && memcmp(k.p, key.p, k.n) == 0)
				return bad(&v, diag, "a header parameter that is there twice");
	}
	return 0;
}

static int optional_text(const struct coco_cv *header, int64_t label, struct coco_view *ret,
			 struct coco_diag *diag)
{
	struct coco_cv v;

	coco_cv_get(header, label, &v);
	if (v.p == NULL || coco_cv_is(&v, COCO_CBOR_UINT))   /* a registered number */
		return 0;
	return coco_cv_text(&v, ret, diag);
}

static int optional_bytes(const struct coco_cv *header, int64_t label, struct coco_view *ret,
			  struct coco_diag *diag)
{
	struct coco_cv v;

	coco_cv_get(header, label, &v);
	return v.p == NULL ? 0 : coco_cv_bytes(&v, ret, diag);
}

static int read_envelope(struct coco_cose_sign1 *s, const struct coco_cv *header,
			 struct coco_diag *diag)
{
	struct coco_cv v;

	coco_cv_get(header, COCO_COSE_H_PAYLOAD_HASH, &v);
	s->has_hash = v.p != NULL;
	if (!s->has_hash)
		return 0;
	int r = coco_cv_i64(&v, &s->hash_alg, diag);
	if (r == 0)
		r = optional_text(header, COCO_COSE_H_PAYLOAD_TYPE, &s->hashed_type, diag);
	return r == 0 ? optional_text(header, COCO_COSE_H_PAYLOAD_AT, &s->hashed_at, diag) : r;
}

static int read_protected(struct coco_cose_sign1 *s, const struct coco_cv *header,
			  struct coco_diag *diag)
{
	struct coco_cv v;

	int r = coco_cv_need(header, COCO_COSE_H_ALG, &v, diag);
	if (r == 0)
		r = coco_cv_i64(&v, &s->alg, diag);
	if (r == 0)
		r = check_critical(header, diag);
	if (r == 0)
		r = optional_text(header, COCO_COSE_H_CONTENT_TYPE, &s->content_type, diag);
	if (r == 0)
		r = optional_bytes(header, COCO_COSE_H_KID, &s->kid, diag);
	if (r == 0)
		r = optional_bytes(header, COCO_COSE_H_RIM_META, &s->rim_meta, diag);
	if (r != 0)
		return r;
	coco_cv_get(header, COCO_COSE_H_CWT_CLAIMS, &v);
	if (v.p != NULL) {
		r = coco_cv_map(&v, NULL, diag);
		s->cwt = coco_view_of(v.p, v.n);
	}
	return r == 0 ? read_envelope(s, header, diag) : r;
}

static int read_headers(struct coco_cose_sign1 *s, const struct coco_cv *bytes,
			const struct coco_cv *unprotected, struct coco_diag *diag)
{
	struct coco_cv header;

	int r = coco_cv_bytes(bytes, &s->protected, diag);
	if (r == 0)
		r = coco_cv_map(unprotected, NULL, diag);
	if (r != 0)
		return r;
	if (s->protected.n == 0)
		return bad(bytes, diag, "no protected header: the algorithm is not signed");
	s->protected_at = bytes->offset + bytes->n - s->protected.n;
	s->unprotected = coco_view_of(unprotected->p, unprotected->n);
	s->unprotected_at = unprotected->offset;
	r = coco_cv_open(bytes, 0, &header, diag);
	if (r == 0)
		r = coco_cv_map(&header, NULL, diag);
	if (r == 0)
		r = check_apart(&header, unprotected, diag);
	if (r == 0)
		r = read_protected(s, &header, diag);
	if (r == 0 && s->kid.n == 0)
		r = optional_bytes(unprotected, COCO_COSE_H_KID, &s->kid, diag);
	return r;
}

static int read_rest(struct coco_cose_sign1 *s, const struct coco_cv *payload,
		     const struct coco_cv *signature, struct coco_diag *diag)
{
	int r = 0;

	s->detached = coco_cv_is(payload, COCO_CBOR_NULL);
	if (!s->detached)
		r = coco_cv_bytes(payload, &s->payload, diag);
	if (r == 0)
		r = coco_cv_bytes(signature, &s->signature, diag);
	if (r != 0)
		return r;
	s->payload_at = payload->offset + payload->n - s->payload.n;
	if (s->signature.n == 0 || s->signature.n > COCO_COSE_SIGNATURE_MAX)
		return bad(signature, diag, "a signature of an impossible length");
	return 0;
}

int coco_cose_decode(struct coco_cose_sign1 *ret, struct coco_view in, uint64_t base,
		     struct coco_diag *diag)
{
	struct coco_cose_sign1 s = { .tagged = false };
	struct coco_cv root;
	struct coco_cv list;
	struct coco_cv part[4];
	size_t n = 0;

	int r = coco_cbor_open(&root, in, base, 0, diag);
	if (r != 0)
		return r;
	list = root;
	s.tagged = coco_cv_has_tag(&root, COCO_COSE_TAG_SIGN1);
	if (s.tagged)
		r = coco_cv_untag(&root, COCO_COSE_TAG_SIGN1, &list, diag);
	if (r == 0)
		r = coco_cv_array(&list, &n, diag);
	if (r == 0 && n != 4)
		r = bad(&list, diag, "a COSE_Sign1 has four parts");
	if (r != 0)
		return r;
	struct coco_cv_iter it = coco_cv_iter(&list);
	for (size_t i = 0; i < 4; i++)
		if (!coco_cv_next(&it, NULL, &part[i]))
			return bad(&list, diag, "a COSE_Sign1 has four parts");
	r = read_headers(&s, &part[0], &part[1], diag);
	if (r == 0)
		r = read_rest(&s, &part[2], &part[3], diag);
	if (r == 0)
		*ret = s;
	return r;
}

int coco_cose_header(const struct coco_cose_sign1 *s, struct coco_cv *ret, struct coco_diag *diag)
{
	return coco_cbor_open(ret, s->protected, s->protected_at, 0, diag);
}

int coco_cose_tbs(struct coco_view protected, struct coco_view external,
		  struct coco_view payload, uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_cw cw;

	coco_wr_init(&wr, (size_t)COCO_CBOR_MAX * 2);
	coco_cw_init(&cw, &wr);
	coco_cw_begin(&cw, '[');
	coco_cw_text(&cw, "Signature1");
	coco_cw_bytes(&cw, protected.p, protected.n);
	coco_cw_bytes(&cw, external.p, external.n);
	coco_cw_bytes(&cw, payload.p, payload.n);
	coco_cw_end(&cw);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

int coco_cose_protected(const struct coco_cose_make *make, uint8_t **ret, size_t *ret_n,
			struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_cw cw;

	coco_wr_init(&wr, COCO_CBOR_MAX);
	coco_cw_init(&cw, &wr);
	coco_cw_begin(&cw, '{');
	coco_cw_u64(&cw, COCO_COSE_H_ALG);
	coco_cw_i64(&cw, make->alg);
	if (make->content_type != NULL) {
		coco_cw_u64(&cw, COCO_COSE_H_CONTENT_TYPE);
		coco_cw_text(&cw, make->content_type);
	}
	if (make->kid.n != 0) {
		coco_cw_u64(&cw, COCO_COSE_H_KID);
		coco_cw_bytes(&cw, make->kid.p, make->kid.n);
	}
	if (make->rim_meta.n != 0) {
		coco_cw_u64(&cw, COCO_COSE_H_RIM_META);
		coco_cw_bytes(&cw, make->rim_meta.p, make->rim_meta.n);
	}
	if (make->cwt.n != 0) {
		coco_cw_u64(&cw, COCO_COSE_H_CWT_CLAIMS);
		coco_cw_raw(&cw, make->cwt);
	}
	coco_cw_end(&cw);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

int coco_cose_encode(struct coco_view protected, struct coco_view payload,
		     struct coco_view signature, uint8_t **ret, size_t *ret_n,
		     struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_cw cw;

	coco_wr_init(&wr, COCO_CBOR_MAX);
	coco_cw_init(&cw, &wr);
	coco_cw_tag(&cw, COCO_COSE_TAG_SIGN1);
	coco_cw_begin(&cw, '[');
	coco_cw_bytes(&cw, protected.p, protected.n);
	coco_cw_begin(&cw, '{');
	coco_cw_end(&cw);
	coco_cw_bytes(&cw, payload.p, payload.n);
	coco_cw_bytes(&cw, signature.p, signature.n);
	coco_cw_end(&cw);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}
