/*
 * jwe.c - JSON Web Encryption objects (see jwe.h): reading. Writing is in
 * jwe_write.c.
 */
#include "formats/core/jwe.h"

#include <string.h>

#include "formats/core/b64.h"

enum { SMALL_MAX = 64 };   /* bytes of an iv or tag; what they must have is lib's matter */

/* Where a header parameter may stand; .v is NULL when there is no such header. */
struct headers {
	struct coco_jv protected;
	struct coco_jv shared;
	struct coco_jv own;
};

static int no_memory(struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a JWE");
}

static void recipient_clear(struct coco_jwe_recipient *r)
{
	coco_free(r->alg);
	coco_free(r->kid);
	coco_free(r->apu.p);
	coco_free(r->apv.p);
	coco_free(r->key.p);
}

void coco_jwe_clear(struct coco_jwe *jwe)
{
	for (size_t i = 0; i < jwe->n_recipients; i++)
		recipient_clear(&jwe->recipients[i]);
	coco_free(jwe->recipients);
	coco_free(jwe->protected_b64);
	coco_free(jwe->aad_b64);
	coco_free(jwe->enc);
	coco_free(jwe->iv.p);
	coco_free(jwe->ciphertext.p);
	coco_free(jwe->tag.p);
	*jwe = (struct coco_jwe){ .enc = NULL };
}

/* base64url without padding, as JOSE has it everywhere. */
static int b64url(const struct coco_jv *obj, const char *key, size_t max,
		  struct coco_jwe_bytes *ret, struct coco_diag *diag)
{
	struct coco_jwe_bytes bytes = { NULL, 0 };
	const char *text = NULL;
	int r = coco_jv_string(obj, key, &text, diag);

	if (r != 0)
		return r;
	r = coco_b64_decode(COCO_B64_URL, text, strlen(text), &bytes.p, &bytes.n, NULL);
	if (r == COCO_E_LIMIT_MEMORY)
		return no_memory(diag);
	if (r != 0)
		return coco_jv_fail(obj, key, r, diag, "not base64url text without padding");
	if (bytes.n > max) {
		coco_free(bytes.p);
		return coco_jv_fail(obj, key, COCO_E_LIMIT_SIZE, diag, "more than %zu bytes", max);
	}
	*ret = bytes;
	return 0;
}

static int copy_text(const struct coco_jv *obj, const char *key, size_t max, char **ret,
		     struct coco_diag *diag)
{
	const char *text = NULL;
	int r = coco_jv_string(obj, key, &text, diag);

	if (r != 0)
		return r;
	if (text[0] == '\0' || strlen(text) > max)
		return coco_jv_fail(obj, key, COCO_E_FORMAT_JWE, diag,
				    "%zu characters, 1 to %zu are expected", strlen(text), max);
	*ret = coco_strdup(text);
	return *ret != NULL ? 0 : no_memory(diag);
}

/* The header that holds key, or NULL. */
static const struct coco_jv *holder(const struct headers *h, const char *key)
{
	if (coco_jv_has(&h->protected, key))
		return &h->protected;
	if (coco_jv_has(&h->shared, key))
		return &h->shared;
	return coco_jv_has(&h->own, key) ? &h->own : NULL;
}

static int check_disjoint(const struct coco_jv *a, const struct coco_jv *b,
			  struct coco_diag *diag)
{
	struct coco_jv item;
	void *iter = NULL;

	while (a->v != NULL && coco_jv_next(a, &iter, &item))
		if (coco_jv_has(b, item.key))
			return coco_jv_fail(a, item.key, COCO_E_FORMAT_JWE, diag,
					    "the header parameter stands in two headers");
	return 0;
}

static int check_headers(const struct headers *h, struct coco_diag *diag)
{
	static const char *const refused[] = { "crit", "zip" };
	int r = check_disjoint(&h->own, &h->protected, diag);

	if (r == 0)
		r = check_disjoint(&h->own, &h->shared, diag);
	if (r == 0)
		r = check_disjoint(&h->shared, &h->protected, diag);
	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(refused); i++) {
		const struct coco_jv *at = holder(h, refused[i]);

		if (at != NULL)
			r = coco_jv_fail(at, refused[i], COCO_E_CRYPTO_ALGORITHM, diag,
					 "the header parameter %s is not accepted", refused[i]);
	}
	return r;
}

static int decode_coordinate(const struct coco_jv *epk, const char *key,
			     uint8_t ret[COCO_JWE_COORDINATE_MAX], size_t *ret_n,
			     struct coco_diag *diag)
{
	struct coco_jwe_bytes b = { NULL, 0 };
	int r = b64url(epk, key, COCO_JWE_COORDINATE_MAX, &b, diag);

	if (r != 0)
		return r;
	if (b.n == 0)
		r = coco_jv_fail(epk, key, COCO_E_FORMAT_JWE, diag, "the coordinate is empty");
	else
		memcpy(ret, b.p, b.n);
	*ret_n = b.n;
	coco_free(b.p);
	return r;
}

static int decode_epk(const struct coco_jv *header, struct coco_jwe_recipient *to,
		      struct coco_diag *diag)
{
	struct coco_jv epk;
	const char *kty = NULL;
	const char *crv = NULL;
	size_t n_y = 0;
	int r = coco_jv_object(header, "epk", &epk, diag);

	if (r == 0)
		r = coco_jv_string(&epk, "kty", &kty, diag);
	if (r == 0)
		r = coco_jv_string(&epk, "crv", &crv, diag);
	if (r != 0)
		return r;
	to->has_epk = true;
	to->epk_okp = strcmp(kty, "OKP") == 0;
	if (!to->epk_okp && strcmp(kty, "EC") != 0)
		return coco_jv_fail(&epk, "kty", COCO_E_FORMAT_JWE, diag,
				    "an ephemeral key is of type EC or OKP");
	if (crv[0] == '\0' || strlen(crv) > COCO_JWE_NAME_MAX)
		return coco_jv_fail(&epk, "crv", COCO_E_FORMAT_JWE, diag, "not a curve's name");
	memcpy(to->epk_crv, crv, strlen(crv) + 1);
	if (coco_jv_has(&epk, "d"))
		return coco_jv_fail(&epk, "d", COCO_E_FORMAT_JWE, diag,
				    "a private key does not belong here");
	r = decode_coordinate(&epk, "x", to->epk_x, &to->n_x, diag);
	if (r == 0 && !to->epk_okp)
		r = decode_coordinate(&epk, "y", to->epk_y, &n_y, diag);
	if (r == 0 && !to->epk_okp && n_y != to->n_x)
		r = coco_jv_fail(&epk, "y", COCO_E_FORMAT_JWE, diag,
				 "the coordinates are of different length");
	return r;
}

static unsigned parameter_in(const struct headers *h, const char *key, unsigned bit)
{
	return coco_jv_has(&h->protected, key) ? bit : 0;
}

/* The first recipient's enc is copied, that of the others must be the same. */
static int decode_enc(const struct coco_jv *header, struct coco_jwe *jwe, struct coco_diag *diag)
{
	const char *text = "";

	if (jwe->enc == NULL)
		return copy_text(header, "enc", COCO_JWE_NAME_MAX, &jwe->enc, diag);
	int r = coco_jv_string(header, "enc", &text, diag);
	if (r == 0 && strcmp(jwe->enc, text) != 0)
		r = coco_jv_fail(header, "enc", COCO_E_FORMAT_JWE, diag,
				 "the recipients disagree about enc");
	return r;
}

/* The joined header of one recipient. */
static int decode_parameters(const struct headers *h, struct coco_jwe *jwe,
			     struct coco_jwe_recipient *to, struct coco_diag *diag)
{
	const struct coco_jv *at = NULL;
	int r = check_headers(h, diag);

	if (r != 0)
		return r;
	jwe->in_protected = parameter_in(h, "alg", COCO_JWE_ALG) |
			    parameter_in(h, "enc", COCO_JWE_ENC) |
			    parameter_in(h, "kid", COCO_JWE_KID) |
			    parameter_in(h, "epk", COCO_JWE_EPK) |
			    parameter_in(h, "apu", COCO_JWE_APU) |
			    parameter_in(h, "apv", COCO_JWE_APV);
	at = holder(h, "alg");
	r = copy_text(at != NULL ? at : &h->protected, "alg", COCO_JWE_NAME_MAX, &to->alg, diag);
	if (r != 0)
		return r;
	at = holder(h, "enc");
	r = decode_enc(at != NULL ? at : &h->protected, jwe, diag);
	if (r != 0)
		return r;
	at = holder(h, "kid");
	if (at != NULL)
		r = copy_text(at, "kid", COCO_JWE_KID_MAX, &to->kid, diag);
	at = holder(h, "epk");
	if (r == 0 && at != NULL)
		r = decode_epk(at, to, diag);
	at = holder(h, "apu");
	if (r == 0 && at != NULL)
		r = b64url(at, "apu", COCO_JWE_PARTY_MAX, &to->apu, diag);
	at = holder(h, "apv");
	if (r == 0 && at != NULL)
		r = b64url(at, "apv", COCO_JWE_PARTY_MAX, &to->apv, diag);
	return r;
}

/* obj: the whole object (flattened) or an item of recipients. */
static int decode_recipient(const struct coco_jv *obj, struct headers *h, struct coco_jwe *jwe,
			    struct coco_diag *diag)
{
	struct coco_jwe_recipient *to = &jwe->recipients[jwe->n_recipients++];
	int r = coco_jv_opt(obj, "header", &h->own, diag);

	if (r == 0 && h->own.v != NULL)
		r = coco_jv_as_object(&h->own, diag);
	if (r == 0)
		r = decode_parameters(h, jwe, to, diag);
	if (r == 0 && coco_jv_has(obj, "encrypted_key"))
		r = b64url(obj, "encrypted_key", COCO_JWE_KEY_MAX, &to->key, diag);
	return r;
}

/*
 * go-jose repeats the first recipient's key at the top of the general form;
 * anything else that belongs to the flattened form is refused there.
 */
static int check_general(const struct coco_jv *obj, const struct coco_jwe *jwe,
			 struct coco_diag *diag)
{
	struct coco_jwe_bytes top = { NULL, 0 };

	if (coco_jv_has(obj, "header"))
		return coco_jv_fail(obj, "header", COCO_E_FORMAT_JWE, diag,
				    "header and recipients exclude each other");
	if (!coco_jv_has(obj, "encrypted_key"))
		return 0;
	int r = b64url(obj, "encrypted_key", COCO_JWE_KEY_MAX, &top, diag);
	if (r != 0)
		return r;
	const struct coco_jwe_bytes *first = &jwe->recipients[0].key;
	bool same = top.n == first->n && (top.n == 0 || memcmp(top.p, first->p, top.n) == 0);
	coco_free(top.p);
	if (!same)
		return coco_jv_fail(obj, "encrypted_key", COCO_E_FORMAT_JWE, diag,
				    "encrypted_key and recipients exclude each other");
	return 0;
}

static int decode_recipients(const struct coco_jv *obj, struct headers *h, struct coco_jwe *jwe,
			     struct coco_diag *diag)
{
	bool general = coco_jv_has(obj, "recipients");
	struct coco_jv list;
	size_t n = 1;
	int r = 0;

	if (general) {
		r = coco_jv_array(obj, "recipients", &list, diag);
		if (r != 0)
			return r;
		n = coco_jv_len(&list);
		if (n == 0)
			return coco_jv_fail(&list, NULL, COCO_E_FORMAT_JWE, diag,
					    "there is no recipient");
		if (n > COCO_JWE_RECIPIENTS_MAX)
			return coco_jv_fail(&list, NULL, COCO_E_LIMIT_COUNT, diag,
					    "%zu recipients, at most %d are accepted", n,
					    COCO_JWE_RECIPIENTS_MAX);
	}
	jwe->recipients = coco_zalloc(n, sizeof(*jwe->recipients));
	if (jwe->recipients == NULL)
		return no_memory(diag);
	if (!general)
		return decode_recipient(obj, h, jwe, diag);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct coco_jv item = coco_jv_item(&list, i);

		r = coco_jv_as_object(&item, diag);
		if (r == 0)
			r = decode_recipient(&item, h, jwe, diag);
	}
	return r == 0 ? check_general(obj, jwe, diag) : r;
}

/* The protected header is JSON text of its own. */
static int decode_protected(const struct coco_jv *obj, struct coco_jwe *jwe,
			    struct coco_json *ret_doc, struct coco_diag *diag)
{
	struct coco_jwe_bytes text = { NULL, 0 };
	const char *b64 = "";
	int r = 0;

	if (coco_jv_has(obj, "protected"))
		r = coco_jv_string(obj, "protected", &b64, diag);
	if (r != 0)
		return r;
	jwe->protected_b64 = coco_strdup(b64);
	if (jwe->protected_b64 == NULL)
		return no_memory(diag);
	if (b64[0] == '\0')
		return 0;
	r = b64url(obj, "protected", COCO_JWE_MAX, &text, diag);
	if (r != 0)
		return r;
	r = coco_json_parse(ret_doc, coco_view_of(text.p, text.n), COCO_JWE_MAX, NULL);
	coco_free(text.p);
	if (r != 0)
		return coco_jv_fail(obj, "protected", r, diag,
				    "the protected header is not a JSON object");
	struct coco_jv root = coco_json_root(ret_doc);
	if (coco_jv_as_object(&root, NULL) != 0)
		return coco_jv_fail(obj, "protected", COCO_E_FORMAT_JWE, diag,
				    "the protected header is not a JSON object");
	return 0;
}

static int decode_body(const struct coco_jv *obj, struct coco_jwe *jwe, struct coco_diag *diag)
{
	struct coco_jwe_bytes aad = { NULL, 0 };
	const char *text = NULL;
	int r = b64url(obj, "iv", SMALL_MAX, &jwe->iv, diag);

	if (r == 0)
		r = b64url(obj, "ciphertext", COCO_JWE_MAX, &jwe->ciphertext, diag);
	if (r == 0)
		r = b64url(obj, "tag", SMALL_MAX, &jwe->tag, diag);
	if (r != 0 || !coco_jv_has(obj, "aad"))
		return r;
	r = b64url(obj, "aad", COCO_JWE_MAX, &aad, diag);
	coco_free(aad.p);
	if (r == 0)
		r = coco_jv_string(obj, "aad", &text, diag);
	if (r != 0)
		return r;
	jwe->aad_b64 = coco_strdup(text);
	return jwe->aad_b64 != NULL ? 0 : no_memory(diag);
}

int coco_jwe_decode_jv(struct coco_jwe *ret, const struct coco_jv *obj, struct coco_diag *diag)
{
	static const struct coco_jv none = { .v = NULL };
	struct coco_jwe jwe = { .enc = NULL };
	struct coco_json doc = { NULL };
	struct headers h = { none, none, none };
	int r = coco_jv_as_object(obj, diag);

	if (r != 0)
		return r;
	/* errors inside the protected header are reported below its own member */
	struct coco_jv member = { .v = NULL, .up = obj, .key = "protected" };
	r = decode_protected(obj, &jwe, &doc, diag);
	if (r == 0 && doc.root != NULL) {
		h.protected = coco_json_root(&doc);
		h.protected.up = member.up;
		h.protected.key = member.key;
	}
	if (r == 0)
		r = coco_jv_opt(obj, "unprotected", &h.shared, diag);
	if (r == 0 && h.shared.v != NULL)
		r = coco_jv_as_object(&h.shared, diag);
	if (r == 0)
		r = decode_recipients(obj, &h, &jwe, diag);
	if (r == 0)
		r = decode_body(obj, &jwe, diag);
	if (doc.root != NULL)
		coco_json_free(&doc);
	if (r != 0) {
		coco_jwe_clear(&jwe);
		return r;
	}
	*ret = jwe;
	return 0;
}

int coco_jwe_decode(struct coco_jwe *ret, struct coco_view text, struct coco_diag *diag)
{
	struct coco_json doc;

	/* the compact form is common enough to be named */
	if (text.n > 2 && text.p[0] == 'e' && text.p[1] == 'y') {
		coco_diag_hint(diag, "the compact form of JWE is not read; give the JSON form");
		return coco_fail(diag, COCO_E_FORMAT_JWE, "not a JWE in JSON form");
	}
	int r = coco_json_parse(&doc, text, COCO_JWE_MAX, diag);
	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = coco_jwe_decode_jv(ret, &root, diag);
	coco_json_free(&doc);
	return r;
}
