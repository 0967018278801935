/*
 * tdx_collateral.c - Intel's collateral as others keep it (see
 * tdx_collateral.h).
 */
#include "formats/evidence/tdx_collateral.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/hex.h"
#include "formats/core/json_scan.h"
#include "formats/core/mem.h"
#include "formats/evidence/tcb_doc.h"

/* Where items go. */
struct sink {
	coco_tdx_item_fn *fn;
	void *ctx;
	struct coco_diag *diag;
};

/* A value of the document and the bytes of the text where it stands. */
struct node {
	struct coco_jv v;
	struct coco_view text;
};

static int give(struct sink *s, enum coco_tdx_item kind, struct coco_view bytes,
		const char *where)
{
	return s->fn(s->ctx, kind, bytes, where, s->diag);
}

/* ---- percent encoding -------------------------------------------------------------------- */

static bool holds(struct coco_view text, const char *word)
{
	size_t n = strlen(word);

	return memmem(text.p, text.n, word, n) != NULL;
}

bool coco_tdx_header_looks(struct coco_view text)
{
	return text.n > 0 && memchr(text.p, '\0', text.n) == NULL &&
	       holds(text, "-----BEGIN%20CERTIFICATE");
}

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int coco_tdx_percent_decode(struct coco_view text, char **ret, size_t *ret_n,
			    struct coco_diag *diag)
{
	size_t n = 0;

	if (text.n > COCO_TDX_COLLATERAL_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a text of %zu bytes", text.n);
	char *p = coco_alloc(text.n + 1, 1);
	if (p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %zu bytes", text.n);
	for (size_t i = 0; i < text.n; i++) {
		p[n] = (char)text.p[i];
		if (text.p[i] == '%') {
			int high = i + 2 < text.n ? digit(text.p[i + 1]) : -1;
			int low = i + 2 < text.n ? digit(text.p[i + 2]) : -1;

			if (high < 0 || low < 0 || high + low == 0) {
				coco_free(p);
				return coco_fail_at(diag, COCO_E_FORMAT_VALUE, i, "escape",
						    "%% is not followed by two digits of a byte");
			}
			p[n] = (char)(high << 4 | low);
			i += 2;
		}
		n++;
	}
	p[n] = '\0';
	*ret = p;
	*ret_n = n;
	return 0;
}

/* A chain: PEM, or PEM with percent encoding. */
static int give_chain(struct sink *s, const char *text, const char *where)
{
	struct coco_view v = coco_view_of(text, strlen(text));
	char *plain = NULL;
	size_t n = 0;

	if (!coco_tdx_header_looks(v))
		return give(s, COCO_TDX_ITEM_PEM, v, where);
	int r = coco_tdx_percent_decode(v, &plain, &n, s->diag);
	if (r == 0)
		r = give(s, COCO_TDX_ITEM_PEM, coco_view_of(plain, n), where);
	coco_free(plain);
	return r;
}

/* ---- values of the documents ------------------------------------------------------------- */

/* A member that is absent, null or an empty text counts as not there. */
static bool there(const struct coco_jv *obj, const char *key, struct coco_jv *ret)
{
	const char *text;

	if (coco_jv_opt(obj, key, ret, NULL) != 0 || ret->v == NULL || coco_jv_is_null(ret))
		return false;
	return coco_jv_kind(ret) != COCO_JSON_STRING ||
	       (coco_jv_as_string(ret, &text, NULL) == 0 && text[0] != '\0');
}

static int chain(struct sink *s, const struct coco_jv *obj, const char *key)
{
	struct coco_jv v;
	const char *text;

	if (!there(obj, key, &v))
		return 0;
	int r = coco_jv_as_string(&v, &text, s->diag);
	return r != 0 ? r : give_chain(s, text, key);
}

static int bytes_of_array(const struct coco_jv *v, uint8_t *ret, struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < coco_jv_len(v); i++) {
		struct coco_jv item = coco_jv_item(v, i);
		uint64_t byte = 0;

		r = coco_jv_as_u64(&item, UINT8_MAX, &byte, diag);
		ret[i] = (uint8_t)byte;
	}
	return r;
}

/* Bytes as hexadecimal text or as an array of numbers. Gives *ret. */
static int octets(struct sink *s, const struct coco_jv *v, uint8_t **ret, size_t *ret_n)
{
	bool array = coco_jv_kind(v) == COCO_JSON_ARRAY;
	const char *text = "";
	int r = array ? 0 : coco_jv_as_string(v, &text, s->diag);

	if (r != 0)
		return r;
	size_t digits = strlen(text);
	size_t n = array ? coco_jv_len(v) : digits / 2;
	if (digits % 2 != 0)
		return coco_jv_fail(v, NULL, COCO_E_FORMAT_HEX, s->diag,
				    "%zu hexadecimal digits, an odd number", digits);
	uint8_t *p = coco_alloc(n + 1, 1);
	if (p == NULL)
		return coco_fail(s->diag, COCO_E_LIMIT_MEMORY, "no memory for %zu bytes", n);
	r = array ? bytes_of_array(v, p, s->diag) : coco_hex_decode(p, n, text, digits, NULL);
	if (r == COCO_E_FORMAT_HEX)
		coco_jv_fail(v, NULL, r, s->diag, "not hexadecimal digits");
	if (r != 0) {
		coco_free(p);
		return r;
	}
	*ret = p;
	*ret_n = n;
	return 0;
}

static int crl(struct sink *s, const struct coco_jv *obj, const char *key)
{
	struct coco_jv v;
	uint8_t *p = NULL;
	size_t n = 0;

	if (!there(obj, key, &v))
		return 0;
	int r = octets(s, &v, &p, &n);
	if (r == 0)
		r = give(s, COCO_TDX_ITEM_CRL, coco_view_of(p, n), key);
	coco_free(p);
	return r;
}

/* {"NAME":body,"signature":"hex"} of the exact bytes of body. */
static int give_signed(struct sink *s, enum coco_tdx_item kind, const char *body,
		       const uint8_t *signature, size_t n_signature, const char *where)
{
	const char *name = kind == COCO_TDX_ITEM_TCB_INFO ? "tcbInfo" : "enclaveIdentity";
	size_t size = strlen(body) + 2 * n_signature + 64;
	char *text = coco_alloc(size, 1);
	char *hex = coco_alloc(2 * n_signature + 1, 1);
	int r;

	if (text == NULL || hex == NULL) {
		r = coco_fail(s->diag, COCO_E_LIMIT_MEMORY, "no memory for %zu bytes", size);
	} else {
		coco_hex_encode(hex, signature, n_signature);
		int n = snprintf(text, size, "{\"%s\":%s,\"signature\":\"%s\"}", name, body, hex);
		r = give(s, kind, coco_view_of(text, n > 0 ? (size_t)n : 0), where);
	}
	coco_free(text);
	coco_free(hex);
	return r;
}

/* ---- QuoteCollateralV3 ------------------------------------------------------------------- */

static int signed_pair(struct sink *s, const struct coco_jv *doc, enum coco_tdx_item kind,
		       const char *key, const char *signature_key)
{
	struct coco_jv v, sig;
	const char *body;
	uint8_t *signature = NULL;
	size_t n = 0;

	if (!there(doc, key, &v))
		return 0;
	int r = coco_jv_as_string(&v, &body, s->diag);
	if (r == 0 && !there(doc, signature_key, &sig))
		r = coco_jv_fail(doc, signature_key, COCO_E_FORMAT_JSON_TYPE, s->diag,
				 "the signature of %s is missing", key);
	if (r == 0)
		r = octets(s, &sig, &signature, &n);
	if (r == 0)
		r = give_signed(s, kind, body, signature, n, key);
	coco_free(signature);
	return r;
}

static int read_v3(struct sink *s, const struct coco_jv *doc)
{
	static const char *const chains[] = { "pck_crl_issuer_chain", "tcb_info_issuer_chain",
					      "qe_identity_issuer_chain",
					      "pck_certificate_chain" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(chains); i++)
		r = chain(s, doc, chains[i]);
	if (r == 0)
		r = crl(s, doc, "root_ca_crl");
	if (r == 0)
		r = crl(s, doc, "pck_crl");
	if (r == 0)
		r = signed_pair(s, doc, COCO_TDX_ITEM_TCB_INFO, "tcb_info", "tcb_info_signature");
	if (r == 0)
		r = signed_pair(s, doc, COCO_TDX_ITEM_QE_IDENTITY, "qe_identity",
				"qe_identity_signature");
	return r;
}

/* ---- platform_collaterals.json ----------------------------------------------------------- */

/* A member with its bytes; false: it counts as not there. */
static bool member(const struct node *up, const char *key, struct node *ret)
{
	return there(&up->v, key, &ret->v) && coco_tcb_doc_span(up->text, key, &ret->text);
}

/* A response: as an object (its exact bytes), or as a text that holds one. */
static int response(struct sink *s, const struct node *up, enum coco_tdx_item kind,
		    const char *key)
{
	struct node n;
	const char *text;

	if (!member(up, key, &n))
		return 0;
	if (coco_jv_kind(&n.v) == COCO_JSON_OBJECT)
		return give(s, kind, n.text, key);
	int r = coco_jv_as_string(&n.v, &text, s->diag);
	return r != 0 ? r : give(s, kind, coco_view_of(text, strlen(text)), key);
}

static int read_tcbs(struct sink *s, const struct node *up)
{
	static const char *const keys[] = { "sgx_tcbinfo", "tdx_tcbinfo", "sgx_tcbinfo_early",
					    "tdx_tcbinfo_early" };
	struct coco_json_scan scan;
	struct coco_view key;
	struct node list, item;
	bool end = false;
	int r;

	if (!member(up, "tcbinfos", &list))
		return 0;
	r = coco_jv_as_array(&list.v, s->diag);
	if (r == 0 && coco_jv_len(&list.v) > COCO_TDX_COLLATERAL_TCBS)
		r = coco_jv_fail(&list.v, NULL, COCO_E_LIMIT_COUNT, s->diag, "%zu platforms",
				 coco_jv_len(&list.v));
	if (r == 0)
		r = coco_json_scan_init(&scan, list.text, s->diag);
	for (size_t i = 0; r == 0 && i < coco_jv_len(&list.v); i++) {
		item.v = coco_jv_item(&list.v, i);
		r = coco_json_scan_next(&scan, &key, &item.text, &end, s->diag);
		if (r == 0)
			r = coco_jv_as_object(&item.v, s->diag);
		for (size_t k = 0; r == 0 && k < COCO_ARRAY_LEN(keys); k++)
			r = response(s, &item, COCO_TDX_ITEM_TCB_INFO, keys[k]);
	}
	return r;
}

static int read_certificates(struct sink *s, const struct node *up)
{
	static const char *const plain[] = { "TCB-Info-Issuer-Chain",
					     "SGX-TCB-Info-Issuer-Chain",
					     "SGX-Enclave-Identity-Issuer-Chain" };
	struct coco_jv list, pck;
	int r;

	if (!there(&up->v, "certificates", &list))
		return 0;
	r = coco_jv_as_object(&list, s->diag);
	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(plain); i++)
		r = chain(s, &list, plain[i]);
	if (r != 0 || !there(&list, "SGX-PCK-Certificate-Issuer-Chain", &pck))
		return r;
	r = coco_jv_as_object(&pck, s->diag);
	if (r == 0)
		r = chain(s, &pck, "PROCESSOR");
	return r != 0 ? r : chain(s, &pck, "PLATFORM");
}

static int read_platform(struct sink *s, struct coco_view text, const struct coco_jv *doc)
{
	static const char *const identities[] = { "qeidentity", "tdqeidentity",
						  "qeidentity_early", "tdqeidentity_early" };
	struct node root = { .v = *doc, .text = text }, all;
	struct coco_jv crls;

	if (!member(&root, "collaterals", &all))
		return coco_jv_fail(doc, "collaterals", COCO_E_FORMAT_JSON_TYPE, s->diag,
				    "\"collaterals\" is not spelled so");
	int r = coco_jv_as_object(&all.v, s->diag);
	if (r == 0)
		r = read_certificates(s, &all);
	if (r == 0)
		r = crl(s, &all.v, "rootcacrl");
	if (r == 0 && there(&all.v, "pckcacrl", &crls)) {
		r = coco_jv_as_object(&crls, s->diag);
		if (r == 0)
			r = crl(s, &crls, "processorCrl");
		if (r == 0)
			r = crl(s, &crls, "platformCrl");
	}
	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(identities); i++)
		r = response(s, &all, COCO_TDX_ITEM_QE_IDENTITY, identities[i]);
	return r != 0 ? r : read_tcbs(s, &all);
}

/* ---- which document it is ---------------------------------------------------------------- */

const char *coco_tdx_collateral_name(const struct coco_jv *doc)
{
	if (coco_jv_kind(doc) != COCO_JSON_OBJECT)
		return NULL;
	if (coco_jv_has(doc, "tcbInfo") && coco_jv_has(doc, "signature"))
		return "tcb-info";
	if (coco_jv_has(doc, "enclaveIdentity") && coco_jv_has(doc, "signature"))
		return "qe-identity";
	if (coco_jv_has(doc, "tcb_info") && coco_jv_has(doc, "tcb_info_signature"))
		return "dcap-qvl-collateral";
	if (coco_jv_has(doc, "collaterals"))
		return "platform-collaterals";
	return NULL;
}

int coco_tdx_collateral_read(struct coco_view text, const struct coco_jv *doc,
			     coco_tdx_item_fn *fn, void *ctx, struct coco_diag *diag)
{
	struct sink s = { .fn = fn, .ctx = ctx, .diag = diag };
	const char *name = coco_tdx_collateral_name(doc);

	if (text.n > COCO_TDX_COLLATERAL_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "collateral of %zu bytes", text.n);
	if (name == NULL)
		return coco_jv_fail(doc, NULL, COCO_E_FORMAT_JSON_TYPE, diag,
				    "not a known form of Intel's collateral");
	if (strcmp(name, "tcb-info") == 0)
		return give(&s, COCO_TDX_ITEM_TCB_INFO, text, "");
	if (strcmp(name, "qe-identity") == 0)
		return give(&s, COCO_TDX_ITEM_QE_IDENTITY, text, "");
	if (strcmp(name, "dcap-qvl-collateral") == 0)
		return read_v3(&s, doc);
	return read_platform(&s, text, doc);
}
