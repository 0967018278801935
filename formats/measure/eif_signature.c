/*
 * eif_signature.c - the signature section of an EIF (see eif_signature.h).
 */
#include "formats/measure/eif_signature.h"

#include <string.h>

#include "formats/core/cbor.h"
#include "formats/core/err_measure.h"
#include "formats/core/mem.h"

enum {
	SIGN1 = 18,          /* the tag of COSE_Sign1, which may be there */
	HEADER_ALG = 1,
	ES384 = -35,
	REGISTER = 48,
};

/* An array of numbers as bytes, given in *ret. */
static int read_bytes(const struct coco_cv *map, const char *key, uint8_t **ret, size_t *ret_n,
		      struct coco_diag *diag)
{
	struct coco_cv list;
	struct coco_cv item;
	size_t count = 0;
	size_t n = 0;

	int r = coco_cv_need_text(map, key, &list, diag);
	if (r == 0)
		r = coco_cv_array(&list, &count, diag);
	if (r != 0)
		return r;
	/* count items are there: the document was checked as a whole */
	uint8_t *p = coco_alloc(count != 0 ? count : 1, 1);
	if (p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a signature");
	for (struct coco_cv_iter it = coco_cv_iter(&list); coco_cv_next(&it, NULL, &item);) {
		uint64_t v = 0;

		r = coco_cv_u64(&item, UINT8_MAX, &v, diag);
		if (r != 0) {
			coco_free(p);
			return r;
		}
		p[n++] = (uint8_t)v;
	}
	*ret = p;
	*ret_n = n;
	return 0;
}

/* The payload: PCR 0 and its value. */
static int read_payload(const struct coco_cv *payload, uint8_t ret[REGISTER],
			struct coco_diag *diag)
{
	struct coco_cv map;
	struct coco_cv index;
	uint8_t *p = NULL;
	uint64_t pcr = 0;
	size_t n = 0;

	int r = coco_cv_open(payload, 0, &map, diag);
	if (r == 0)
		r = coco_cv_need_text(&map, "register_index", &index, diag);
	if (r == 0)
		r = coco_cv_u64(&index, UINT32_MAX, &pcr, diag);
	if (r == 0)
		r = read_bytes(&map, "register_value", &p, &n, diag);
	if (r == 0 && (pcr != 0 || n != REGISTER))
		r = coco_cv_fail(&map, COCO_E_EIF, diag,
				 "the signature is for %zu bytes of PCR %llu", n,
				 (unsigned long long)pcr);
	if (r == 0)
		memcpy(ret, p, REGISTER);
	coco_free(p);
	return r;
}

/* ES384 in the protected header. */
static int judge_protected(const struct coco_cv *bytes, struct coco_diag *diag)
{
	struct coco_cv map;
	struct coco_cv alg;
	int64_t v = 0;

	int r = coco_cv_open(bytes, 0, &map, diag);
	if (r == 0)
		r = coco_cv_need(&map, HEADER_ALG, &alg, diag);
	if (r == 0)
		r = coco_cv_i64(&alg, &v, diag);
	if (r == 0 && v != ES384)
		r = coco_cv_fail(&alg, COCO_E_EIF, diag, "the algorithm %lld is not ES384",
				 (long long)v);
	return r;
}

/* RFC 9052 4.4: "Signature1", protected header, nothing, payload. */
static int make_signed(struct coco_eif_signature *s, struct coco_view protected,
		       struct coco_view payload, struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_cw cw;

	coco_wr_init(&wr, COCO_CBOR_MAX);
	coco_cw_init(&cw, &wr);
	coco_cw_begin(&cw, '[');
	coco_cw_text(&cw, "Signature1");
	coco_cw_bytes(&cw, protected.p, protected.n);
	coco_cw_bytes(&cw, NULL, 0);
	coco_cw_bytes(&cw, payload.p, payload.n);
	coco_cw_end(&cw);
	return coco_wr_finish(&wr, &s->signed_bytes, &s->n_signed, diag);
}

/* The four parts of a COSE_Sign1. */
static int read_sign1(struct coco_eif_signature *s, const struct coco_cv *sign1,
		      struct coco_diag *diag)
{
	enum { PROTECTED, UNPROTECTED, PAYLOAD, SIGNATURE, PARTS };
	struct coco_cv part[PARTS];
	struct coco_view view[PARTS] = { { NULL, 0 } };
	size_t n = 0;

	int r = coco_cv_array(sign1, &n, diag);
	if (r == 0 && n != PARTS)
		r = coco_cv_fail(sign1, COCO_E_EIF, diag, "a COSE_Sign1 has four parts, not %zu",
				 n);
	if (r != 0)
		return r;
	struct coco_cv_iter it = coco_cv_iter(sign1);
	for (size_t i = 0; r == 0 && i < PARTS && coco_cv_next(&it, NULL, &part[i]); i++)
		if (i != UNPROTECTED)
			r = coco_cv_bytes(&part[i], &view[i], diag);
	if (r == 0)
		r = judge_protected(&part[PROTECTED], diag);
	if (r == 0)
		r = read_payload(&part[PAYLOAD], s->pcr0, diag);
	if (r == 0 && view[SIGNATURE].n != COCO_EIF_ES384)
		r = coco_cv_fail(&part[SIGNATURE], COCO_E_EIF, diag,
				 "a signature of %zu bytes is none of ES384", view[SIGNATURE].n);
	if (r != 0)
		return r;
	memcpy(s->signature, view[SIGNATURE].p, COCO_EIF_ES384);
	return make_signed(s, view[PROTECTED], view[PAYLOAD], diag);
}

static int read_cose(struct coco_eif_signature *s, struct coco_view bytes, struct coco_diag *diag)
{
	struct coco_cv root;
	struct coco_cv inner;

	int r = coco_cbor_open(&root, bytes, 0, 0, diag);
	if (r != 0 || !coco_cv_has_tag(&root, SIGN1))
		return r == 0 ? read_sign1(s, &root, diag) : r;
	r = coco_cv_untag(&root, SIGN1, &inner, diag);
	return r == 0 ? read_sign1(s, &inner, diag) : r;
}

int coco_eif_signature_parse(struct coco_eif_signature *ret, struct coco_view section,
			     uint64_t base, struct coco_diag *diag)
{
	struct coco_eif_signature s = { .certificate = NULL };
	struct coco_cv root;
	struct coco_cv first;
	uint8_t *cose = NULL;
	size_t count = 0;
	size_t n = 0;

	int r = coco_cbor_open(&root, section, base, 0, diag);
	if (r == 0)
		r = coco_cv_array(&root, &count, diag);
	if (r == 0 && count == 0)
		r = coco_cv_fail(&root, COCO_E_EIF, diag, "the section holds no signature");
	if (r != 0)
		return r;
	struct coco_cv_iter it = coco_cv_iter(&root);
	if (coco_cv_next(&it, NULL, &first))
		r = read_bytes(&first, "signing_certificate", &s.certificate, &s.n_certificate,
			       diag);
	if (r == 0)
		r = read_bytes(&first, "signature", &cose, &n, diag);
	if (r == 0)
		r = read_cose(&s, coco_view_of(cose, n), diag);
	coco_free(cose);
	if (r != 0) {
		coco_eif_signature_free(&s);
		return r;
	}
	*ret = s;
	return 0;
}

void coco_eif_signature_free(struct coco_eif_signature *s)
{
	coco_free(s->certificate);
	coco_free(s->signed_bytes);
	*s = (struct coco_eif_signature){ .certificate = NULL };
}
