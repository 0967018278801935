/*
 * sealed.c - sealed secrets of the Confidential Data Hub (see sealed.h).
 */
#include "formats/broker/sealed.h"

#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/mem.h"

static const char prefix[] = "sealed.";

enum { PARTS = 3, N_PREFIX = sizeof(prefix) - 1 };

/* ---- reading -------------------------------------------------------------------- */

static int split(struct coco_view text, struct coco_view part[PARTS], struct coco_diag *diag)
{
	size_t at = N_PREFIX;
	size_t n = 0;

	if (text.n > COCO_SEALED_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a sealed secret of more than %d bytes",
				 COCO_SEALED_MAX);
	if (text.n < N_PREFIX || memcmp(text.p, prefix, N_PREFIX) != 0)
		return coco_fail_at(diag, COCO_E_SEALED_FORM, 0, "prefix",
				    "it does not begin with \"sealed.\"");
	if (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r')
		return coco_fail_at(diag, COCO_E_SEALED_FORM, text.n - 1, "signature",
				    "it ends in a line end, with which a guest refuses it");
	for (size_t i = at; i <= text.n; i++) {
		if (i < text.n && text.p[i] != '.')
			continue;
		if (n < PARTS)
			part[n] = coco_view_of(text.p + at, i - at);
		n++;
		at = i + 1;
	}
	if (n != PARTS)
		return coco_fail(diag, COCO_E_SEALED_FORM,
				 "%zu parts after \"sealed.\", not %d", n, PARTS);
	return 0;
}

/* Tools for guests before signatures were checked wrote words that are no base64url. */
static int fake(struct coco_diag *diag, const char *what)
{
	return coco_fail(diag, COCO_E_SEALED_FAKE,
			 "its %s is a placeholder: guest components up to v0.17 accepted that, "
			 "v0.18 and later refuse it", what);
}

static bool is(struct coco_view v, const char *word)
{
	return v.n == strlen(word) && memcmp(v.p, word, v.n) == 0;
}

static int parse_part(struct coco_view part, struct coco_json *ret, struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n = 0;
	int r = coco_b64_decode(COCO_B64_URL, (const char *)part.p, part.n, &text, &n, diag);

	if (r == 0)
		r = coco_json_parse(ret, coco_view_of(text, n), COCO_SEALED_MAX, diag);
	coco_free(text);
	return r;
}

static int take_header(struct coco_sealed *s, struct coco_diag *diag)
{
	struct coco_jv v = coco_json_root(&s->header);
	const char *alg = NULL;
	int r = coco_jv_string(&v, "alg", &alg, diag);

	if (r == 0 && strcmp(alg, "ES256") != 0)
		r = coco_jv_fail(&v, "alg", COCO_E_SEALED_FORM, diag,
				 "guests know the algorithm ES256 only");
	return r == 0 ? coco_jv_string(&v, "kid", &s->kid, diag) : r;
}

static int take_payload(struct coco_sealed *s, struct coco_diag *diag)
{
	static const char *const texts[] = { "encrypted_key", "encrypted_data", "wrap_type", "iv" };
	struct coco_jv v = coco_json_root(&s->payload);
	struct coco_jv object;
	const char *text = NULL;
	int r = coco_jv_string(&v, "version", &text, diag);

	if (r == 0 && strcmp(text, "0.1.0") != 0)
		r = coco_jv_fail(&v, "version", COCO_E_SEALED_FORM, diag, "not version 0.1.0");
	if (r == 0)
		r = coco_jv_string(&v, "type", &text, diag);
	if (r == 0 && strcmp(text, "vault") != 0 && strcmp(text, "envelope") != 0)
		r = coco_jv_fail(&v, "type", COCO_E_SEALED_FORM, diag,
				 "neither vault nor envelope");
	s->envelope = r == 0 && strcmp(text, "envelope") == 0;
	if (r == 0)
		r = coco_jv_string(&v, s->envelope ? "key_id" : "name", &s->name, diag);
	if (r == 0)
		r = coco_jv_string(&v, "provider", &s->provider, diag);
	for (size_t i = 0; r == 0 && s->envelope && i < COCO_ARRAY_LEN(texts); i++)
		r = coco_jv_string(&v, texts[i], &text, diag);
	if (r == 0)
		r = coco_jv_object(&v, "provider_settings", &object, diag);
	return r == 0 ? coco_jv_object(&v, "annotations", &object, diag) : r;
}

static int take_signature(struct coco_sealed *s, struct coco_view part, struct coco_diag *diag)
{
	uint8_t *bytes = NULL;
	size_t n = 0;
	int r = coco_b64_decode(COCO_B64_URL, (const char *)part.p, part.n, &bytes, &n, diag);

	if (r == 0 && n != COCO_SEALED_SIGNATURE)
		r = coco_fail(diag, COCO_E_SEALED_FORM,
			      "a signature of %zu bytes: ES256 has %d, r and s, not DER", n,
			      COCO_SEALED_SIGNATURE);
	if (r == 0)
		memcpy(s->signature, bytes, COCO_SEALED_SIGNATURE);
	coco_free(bytes);
	return r;
}

int coco_sealed_decode(struct coco_sealed *ret, struct coco_view text, struct coco_diag *diag)
{
	struct coco_sealed s = { .kid = NULL };
	struct coco_view part[PARTS];
	int r = split(text, part, diag);

	if (r != 0)
		return r;
	if (is(part[0], "fakejwsheader"))
		return fake(diag, "header");
	if (is(part[2], "fakesignature") || part[2].n == 0)
		return fake(diag, "signature");
	s.signed_part = coco_view_of(text.p + N_PREFIX, part[0].n + 1 + part[1].n);
	r = parse_part(part[0], &s.header, diag);
	if (r == 0)
		r = take_header(&s, diag);
	if (r == 0)
		r = parse_part(part[1], &s.payload, diag);
	if (r == 0)
		r = take_payload(&s, diag);
	if (r == 0)
		r = take_signature(&s, part[2], diag);
	if (r != 0)
		coco_sealed_free(&s);
	else
		*ret = s;
	return r;
}

void coco_sealed_free(struct coco_sealed *s)
{
	coco_json_free(&s->header);
	coco_json_free(&s->payload);
	memset(s, 0, sizeof(*s));
}

/* ---- writing -------------------------------------------------------------------- */

static void put_b64(struct coco_wr *wr, const uint8_t *p, size_t n)
{
	char *room = (char *)coco_wr_room(wr, coco_b64_len(COCO_B64_URL, n));

	if (room != NULL)
		coco_b64_encode(COCO_B64_URL, room, p, n);
}

static void put_part(struct coco_wr *wr, struct coco_wr *text)
{
	if (wr->code == 0)
		wr->code = text->code;
	if (wr->code == 0)
		put_b64(wr, text->p, text->n);
	coco_wr_free(text);
}

static int finish(struct coco_wr *wr, char **ret, struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n = 0;
	int r = coco_wr_finish(wr, &text, &n, diag);

	if (r == 0)
		*ret = (char *)text;
	return r;
}

int coco_sealed_prepare(const char *kid, const char *resource, char **ret, struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_wr text;
	struct coco_jw jw;

	coco_wr_init(&wr, COCO_SEALED_MAX);
	coco_wr_init(&text, COCO_SEALED_MAX);
	coco_jw_init(&jw, &text, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "alg", "ES256");
	coco_jw_kv_string(&jw, "kid", kid);
	coco_jw_end(&jw, '}');
	put_part(&wr, &text);
	coco_wr_u8(&wr, '.');
	coco_wr_init(&text, COCO_SEALED_MAX);
	coco_jw_init(&jw, &text, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "version", "0.1.0");
	coco_jw_kv_string(&jw, "type", "vault");
	coco_jw_kv_string(&jw, "name", resource);
	coco_jw_kv_string(&jw, "provider", "kbs");
	coco_jw_key(&jw, "provider_settings");
	coco_jw_begin(&jw, '{');
	coco_jw_end(&jw, '}');
	coco_jw_key(&jw, "annotations");
	coco_jw_begin(&jw, '{');
	coco_jw_end(&jw, '}');
	coco_jw_end(&jw, '}');
	put_part(&wr, &text);
	return finish(&wr, ret, diag);
}

int coco_sealed_finish(const char *prepared, const uint8_t signature[COCO_SEALED_SIGNATURE],
		       char **ret, struct coco_diag *diag)
{
	struct coco_wr wr;

	coco_wr_init(&wr, COCO_SEALED_MAX);
	coco_wr_str(&wr, prefix);
	coco_wr_str(&wr, prepared);
	coco_wr_u8(&wr, '.');
	put_b64(&wr, signature, COCO_SEALED_SIGNATURE);
	return finish(&wr, ret, diag);
}

/* ---- the public key ------------------------------------------------------------- */

static void kv_number(struct coco_jw *jw, const char *key, const uint8_t *p)
{
	char text[64];

	coco_b64_encode(COCO_B64_URL, text, p, COCO_SEALED_NUMBER);
	coco_jw_kv_string(jw, key, text);
}

int coco_sealed_jwk_write(const uint8_t x[COCO_SEALED_NUMBER], const uint8_t y[COCO_SEALED_NUMBER],
			  char **ret, size_t *ret_n, struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_jw jw;

	coco_wr_init(&wr, 1024);
	coco_jw_init(&jw, &wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "kty", "EC");
	coco_jw_kv_string(&jw, "use", "sig");
	coco_jw_kv_string(&jw, "crv", "P-256");
	kv_number(&jw, "x", x);
	kv_number(&jw, "y", y);
	coco_jw_kv_string(&jw, "alg", "ES256");
	coco_jw_end(&jw, '}');
	*ret_n = wr.n;
	return finish(&wr, ret, diag);
}

static int take_number(const struct coco_jv *v, const char *key, uint8_t *ret,
		       struct coco_diag *diag)
{
	uint8_t *bytes = NULL;
	size_t n = 0;
	int r = coco_jv_b64(v, key, &bytes, &n, diag);

	if (r == 0 && n != COCO_SEALED_NUMBER)
		r = coco_jv_fail(v, key, COCO_E_SEALED_JWK, diag,
				 "%zu bytes, a coordinate of P-256 has %d", n, COCO_SEALED_NUMBER);
	if (r == 0)
		memcpy(ret, bytes, COCO_SEALED_NUMBER);
	coco_free(bytes);
	return r;
}

int coco_sealed_jwk_read(struct coco_view text, uint8_t ret_x[COCO_SEALED_NUMBER],
			 uint8_t ret_y[COCO_SEALED_NUMBER], struct coco_diag *diag)
{
	uint8_t x[COCO_SEALED_NUMBER] = { 0 };
	const char *kty = NULL;
	const char *crv = NULL;
	struct coco_json doc;
	int r = coco_json_parse(&doc, text, COCO_SEALED_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv v = coco_json_root(&doc);
	r = coco_jv_string(&v, "kty", &kty, diag);
	if (r == 0)
		r = coco_jv_string(&v, "crv", &crv, diag);
	if (r == 0 && (strcmp(kty, "EC") != 0 || strcmp(crv, "P-256") != 0))
		r = coco_fail(diag, COCO_E_SEALED_JWK, "not a key of P-256");
	if (r == 0 && coco_jv_has(&v, "d"))
		r = coco_jv_fail(&v, "d", COCO_E_SEALED_JWK, diag,
				 "it holds the private key, which nobody else may have");
	if (r == 0)
		r = take_number(&v, "x", x, diag);
	if (r == 0)
		r = take_number(&v, "y", ret_y, diag);
	if (r == 0)
		memcpy(ret_x, x, sizeof(x));
	coco_json_free(&doc);
	return r;
}
