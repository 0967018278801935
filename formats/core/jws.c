/*
 * jws.c - JSON Web Signatures in the compact form (see jws.h).
 */
#include "formats/core/jws.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/mem.h"

static const char *const parts[] = { "header", "payload", "signature" };

/* Cuts the text at its two dots. */
static int split(struct coco_view text, struct coco_view ret[3], struct coco_diag *diag)
{
	const uint8_t *at = text.p;
	size_t left = text.n;

	if (text.n > COCO_JWS_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a token has %zu bytes; the limit is %d",
				 text.n, COCO_JWS_MAX);
	for (size_t i = 0; i < 3; i++) {
		const uint8_t *dot = left > 0 ? memchr(at, '.', left) : NULL;
		size_t n = dot != NULL ? (size_t)(dot - at) : left;

		if ((dot == NULL) != (i == 2))
			return coco_fail_at(diag, COCO_E_JWS_FORM, dot != NULL ?
					    (uint64_t)(dot - text.p) : text.n, parts[i],
					    "a token has exactly three parts with dots between");
		if (n == 0)
			return coco_fail_at(diag, COCO_E_JWS_FORM, (uint64_t)(text.n - left),
					    parts[i], "the %s is empty", parts[i]);
		ret[i] = coco_view_of(at, n);
		at += n + (dot != NULL);
		left -= n + (dot != NULL);
	}
	return 0;
}

/* One part; max is that of the decoded bytes. Gives *ret. */
static int part(struct coco_view text, const struct coco_view *v, size_t i, size_t max,
		uint8_t **ret, size_t *ret_n, struct coco_diag *diag)
{
	struct coco_diag inner;

	if (v->n > coco_b64_len(COCO_B64_URL, max))
		return coco_fail_at(diag, COCO_E_LIMIT_SIZE, (uint64_t)(v->p - text.p), parts[i],
				    "the %s is longer than %zu bytes", parts[i], max);
	coco_diag_init(&inner);
	int r = coco_b64_decode(COCO_B64_URL, (const char *)v->p, v->n, ret, ret_n, &inner);
	if (r == 0)
		return 0;
	return coco_fail_at(diag, r, (uint64_t)(v->p - text.p) + inner.offset, parts[i],
			    "the %s is not base64url without padding", parts[i]);
}

/* A member of the header that is a string or absent. */
static int member(const struct coco_jv *head, const char *key, const char **ret,
		  struct coco_diag *diag)
{
	*ret = NULL;
	return coco_jv_has(head, key) ? coco_jv_string(head, key, ret, diag) : 0;
}

static int read_header(struct coco_jws *j, struct coco_view json, struct coco_diag *diag)
{
	static const char *const refused[] = { "crit", "b64" };
	const char *alg;
	int r = coco_json_parse(&j->header, json, COCO_JWS_HEADER_MAX, diag);

	if (r != 0)
		return r;
	struct coco_jv head = coco_json_root(&j->header);
	r = coco_jv_as_object(&head, diag);
	if (r == 0)
		r = coco_jv_string(&head, "alg", &alg, diag);
	if (r == 0)
		r = member(&head, "typ", &j->typ, diag);
	if (r == 0)
		r = member(&head, "kid", &j->kid, diag);
	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(refused); i++)
		if (coco_jv_has(&head, refused[i]))
			r = coco_jv_fail(&head, refused[i], COCO_E_JWS_FORM, diag,
					 "extensions of tokens are not known here");
	if (r != 0)
		return r;
	if (alg[0] == '\0' || strcasecmp(alg, "none") == 0 || strlen(alg) >= sizeof(j->alg))
		return coco_jv_fail(&head, "alg", COCO_E_JWS_FORM, diag,
				    "a token names the algorithm that signed it");
	snprintf(j->alg, sizeof(j->alg), "%s", alg);
	return 0;
}

int coco_jws_decode(struct coco_jws *ret, struct coco_view text, struct coco_diag *diag)
{
	struct coco_jws j = { .n_payload = 0 };
	struct coco_view v[3];
	uint8_t *header = NULL;
	size_t n = 0;
	int r = split(text, v, diag);

	if (r == 0)
		r = part(text, &v[0], 0, COCO_JWS_HEADER_MAX, &header, &n, diag);
	if (r == 0)
		r = read_header(&j, coco_view_of(header, n), diag);
	if (r == 0)
		r = part(text, &v[1], 1, COCO_JWS_PAYLOAD_MAX, &j.payload, &j.n_payload, diag);
	if (r == 0)
		r = part(text, &v[2], 2, COCO_JWS_SIGNATURE_MAX, &j.signature, &j.n_signature,
			 diag);
	coco_free(header);
	if (r != 0) {
		coco_jws_clear(&j);
		return r;
	}
	j.input = coco_view_of(text.p, (size_t)(v[1].p + v[1].n - text.p));
	*ret = j;
	return 0;
}

void coco_jws_clear(struct coco_jws *jws)
{
	coco_json_free(&jws->header);
	coco_free(jws->payload);
	coco_free(jws->signature);
	memset(jws, 0, sizeof(*jws));
}

int coco_jws_input(struct coco_view header, struct coco_view payload, char **ret, size_t *ret_n,
		   struct coco_diag *diag)
{
	if (header.n > COCO_JWS_HEADER_MAX || payload.n > COCO_JWS_PAYLOAD_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "too much for a token: %zu bytes",
				 header.n + payload.n);
	size_t n_header = coco_b64_len(COCO_B64_URL, header.n);
	size_t n = n_header + 1 + coco_b64_len(COCO_B64_URL, payload.n);
	char *text = coco_alloc(n + 1, 1);

	if (text == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a token");
	coco_b64_encode(COCO_B64_URL, text, header.p, header.n);
	text[n_header] = '.';
	coco_b64_encode(COCO_B64_URL, text + n_header + 1, payload.p, payload.n);
	*ret = text;
	*ret_n = n;
	return 0;
}

size_t coco_jws_size(size_t n_input, size_t n_signature)
{
	return n_input + 1 + coco_b64_len(COCO_B64_URL, n_signature);
}

void coco_jws_finish(char *ret, const char *input, size_t n_input, const uint8_t *signature,
		     size_t n_signature)
{
	memcpy(ret, input, n_input);
	ret[n_input] = '.';
	coco_b64_encode(COCO_B64_URL, ret + n_input + 1, signature, n_signature);
}
