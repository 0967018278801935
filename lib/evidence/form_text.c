/*
 * form_text.c - wrappings and collateral that belong to no single kind of
 * evidence: PEM, DER certificates and revocation lists, hexadecimal, base64,
 * key sets, initdata documents (see piece_form.h).
 */
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "formats/evidence/bundle_index.h"
#include "lib/evidence/piece_form.h"

enum {
	TEXT_MIN = 64,             /* characters: shorter ones are no wrapped evidence */
	DER_SEQUENCE = 0x30,
	DER_INTEGER = 0x02,
	DER_CONTEXT_0 = 0xa0,
};

/* ---- PEM, certificates, revocation lists ------------------------------------------- */

static bool pem_looks(struct coco_view bytes, const struct coco_jv *doc)
{
	return doc == NULL && bytes.n >= 5 && memchr(bytes.p, '-', bytes.n) != NULL &&
	       memchr(bytes.p, '\0', bytes.n) == NULL && coco_pem_looks(bytes);
}

static int pem_take(struct coco_unpack *u, struct coco_view bytes,
		    const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag)
{
	coco_unpack_is(u, COCO_PIECE_COLLATERAL);
	return coco_unpack_pem(u, bytes, "", diag);
}

const struct coco_piece_form coco_form_pem = { "pem", pem_looks, pem_take };

/* Bytes of a DER header that starts a SEQUENCE of exactly n more bytes; 0 otherwise. */
static size_t sequence(const uint8_t *p, size_t n, bool whole)
{
	size_t length = 0;
	size_t bytes;

	if (n < 2 || p[0] != DER_SEQUENCE)
		return 0;
	if (p[1] < 0x80)
		return !whole || p[1] == n - 2 ? 2 : 0;
	bytes = p[1] & 0x7f;
	if (bytes == 0 || bytes > 4 || n < 2 + bytes)
		return 0;
	for (size_t i = 0; i < bytes; i++)
		length = length << 8 | p[2 + i];
	return !whole || length == n - 2 - bytes ? 2 + bytes : 0;
}

/*
 * Both are SEQUENCE { SEQUENCE { ... } ...}. A certificate starts with a
 * version in [0] (version 1: with the serial number, and no attestation uses
 * it), a list with INTEGER 1 and a SEQUENCE.
 */
static const uint8_t *inside(struct coco_view bytes, size_t *ret_n)
{
	size_t outer = sequence(bytes.p, bytes.n, true);
	size_t inner = outer > 0 ? sequence(bytes.p + outer, bytes.n - outer, false) : 0;

	if (inner == 0)
		return NULL;
	*ret_n = bytes.n - outer - inner;
	return bytes.p + outer + inner;
}

static bool certificate_looks(struct coco_view bytes, const struct coco_jv *doc)
{
	size_t n = 0;
	const uint8_t *p = doc == NULL ? inside(bytes, &n) : NULL;

	return p != NULL && n >= 5 && p[0] == DER_CONTEXT_0 && p[1] == 3 && p[2] == DER_INTEGER &&
	       p[3] == 1;
}

static int certificate_take(struct coco_unpack *u, struct coco_view bytes,
			    const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag)
{
	coco_unpack_is(u, COCO_PIECE_COLLATERAL);
	return coco_unpack_collateral(u, COCO_COLL_CERT, bytes, "", diag);
}

const struct coco_piece_form coco_form_certificate = { "certificate", certificate_looks,
						       certificate_take };

static bool crl_looks(struct coco_view bytes, const struct coco_jv *doc)
{
	size_t n = 0;
	const uint8_t *p = doc == NULL ? inside(bytes, &n) : NULL;

	return p != NULL && n >= 4 && p[0] == DER_INTEGER && p[1] == 1 && p[2] == 1 &&
	       p[3] == DER_SEQUENCE;
}

static int crl_take(struct coco_unpack *u, struct coco_view bytes,
		    const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag)
{
	coco_unpack_is(u, COCO_PIECE_COLLATERAL);
	return coco_unpack_collateral(u, COCO_COLL_CRL, bytes, "", diag);
}

const struct coco_piece_form coco_form_crl = { "revocation-list", crl_looks, crl_take };

/* ---- hexadecimal and base64 --------------------------------------------------------- */

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool hex_digit(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool base64_digit(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '+' || c == '/' || c == '-' || c == '_' || c == '=';
}

/* All characters but blanks belong; *ret_n counts them. "0x" in front of hexadecimal goes. */
static bool only(struct coco_view bytes, bool (*belongs)(uint8_t c), size_t *ret_n)
{
	size_t n = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		if (blank(bytes.p[i]))
			continue;
		if (!belongs(bytes.p[i]))
			return false;
		n++;
	}
	*ret_n = n;
	return true;
}

static struct coco_view without_0x(struct coco_view bytes)
{
	size_t i = 0;

	while (i < bytes.n && blank(bytes.p[i]))
		i++;
	if (bytes.n - i >= 2 && bytes.p[i] == '0' && (bytes.p[i + 1] | 0x20) == 'x')
		return coco_view_of(bytes.p + i + 2, bytes.n - i - 2);
	return bytes;
}

static bool hex_looks(struct coco_view bytes, const struct coco_jv *doc)
{
	size_t n = 0;

	return doc == NULL && only(without_0x(bytes), hex_digit, &n) && n >= TEXT_MIN &&
	       n % 2 == 0;
}

/* The text without blanks, given (coco_free). */
static int squeeze(struct coco_view bytes, char **ret, size_t *ret_n, struct coco_diag *diag)
{
	char *text = coco_alloc(bytes.n + 1, 1);
	size_t n = 0;

	if (text == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to decode a text");
	for (size_t i = 0; i < bytes.n; i++)
		if (!blank(bytes.p[i]))
			text[n++] = (char)bytes.p[i];
	text[n] = '\0';
	*ret = text;
	*ret_n = n;
	return 0;
}

static int hex_take(struct coco_unpack *u, struct coco_view bytes,
		    const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag)
{
	uint8_t *p = NULL;
	char *text = NULL;
	size_t n = 0;

	coco_unpack_is(u, COCO_PIECE_CONTAINER);
	int r = squeeze(without_0x(bytes), &text, &n, diag);
	if (r == 0) {
		p = coco_alloc(n / 2 + 1, 1);
		r = p == NULL ? coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to decode a text")
			      : coco_hex_decode(p, n / 2, text, n, diag);
	}
	if (r == 0)
		r = coco_unpack_child(u, COCO_PIECE_UNKNOWN, coco_view_of(p, n / 2), "decoded",
				      COCO_NO_OFFSET, diag);
	coco_free(p);
	coco_free(text);
	return r;
}

const struct coco_piece_form coco_form_hex = { "hexadecimal", hex_looks, hex_take };

static bool base64_looks(struct coco_view bytes, const struct coco_jv *doc)
{
	size_t n = 0;

	return doc == NULL && only(bytes, base64_digit, &n) && n >= TEXT_MIN;
}

static int base64_take(struct coco_unpack *u, struct coco_view bytes,
		       const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag)
{
	uint8_t *p = NULL;
	char *text = NULL;
	size_t n_text = 0;
	size_t n = 0;

	coco_unpack_is(u, COCO_PIECE_CONTAINER);
	int r = squeeze(bytes, &text, &n_text, diag);
	if (r == 0)
		r = coco_b64_decode(COCO_B64_ANY, text, n_text, &p, &n, diag);
	if (r == 0)
		r = coco_unpack_child(u, COCO_PIECE_UNKNOWN, coco_view_of(p, n), "decoded",
				      COCO_NO_OFFSET, diag);
	coco_free(p);
	coco_free(text);
	return r;
}

const struct coco_piece_form coco_form_base64 = { "base64", base64_looks, base64_take };

/* ---- documents ----------------------------------------------------------------------- */

/* The index of a bundle: its items are files beside it and recognised by themselves. */
static bool index_looks(struct coco_view bytes COCO_UNUSED, const struct coco_jv *doc)
{
	const char *schema = NULL;

	return doc != NULL && coco_jv_kind(doc) == COCO_JSON_OBJECT &&
	       coco_jv_string(doc, "schema", &schema, NULL) == 0 &&
	       strcmp(schema, COCO_BUNDLE_SCHEMA) == 0;
}

static int index_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
		      const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag COCO_UNUSED)
{
	coco_unpack_is(u, COCO_PIECE_COLLATERAL);
	return 0;
}

const struct coco_piece_form coco_form_index = { "collateral-index", index_looks, index_take };

static bool jwks_looks(struct coco_view bytes COCO_UNUSED, const struct coco_jv *doc)
{
	struct coco_jv keys;

	return doc != NULL && coco_jv_kind(doc) == COCO_JSON_OBJECT &&
	       coco_jv_array(doc, "keys", &keys, NULL) == 0 &&
	       !coco_jv_has(doc, "vm-configuration");   /* an Azure HCL report's data */
}

static int jwks_take(struct coco_unpack *u, struct coco_view bytes,
		     const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag)
{
	coco_unpack_is(u, COCO_PIECE_COLLATERAL);
	return coco_unpack_collateral(u, COCO_COLL_JWKS, bytes, "", diag);
}

const struct coco_piece_form coco_form_jwks = { "jwk-set", jwks_looks, jwks_take };

/* A TOML text with the three members of an initdata document; decoding it is the binder's. */
static bool initdata_looks(struct coco_view bytes, const struct coco_jv *doc)
{
	if (doc != NULL || bytes.n == 0 || memchr(bytes.p, '\0', bytes.n) != NULL)
		return false;
	return memmem(bytes.p, bytes.n, "algorithm", 9) != NULL &&
	       memmem(bytes.p, bytes.n, "version", 7) != NULL &&
	       memmem(bytes.p, bytes.n, "[data]", 6) != NULL;
}

static int initdata_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
			 const struct coco_jv *doc COCO_UNUSED,
			 struct coco_diag *diag COCO_UNUSED)
{
	coco_unpack_is(u, COCO_PIECE_INITDATA);
	return 0;
}

const struct coco_piece_form coco_form_initdata = { "initdata", initdata_looks, initdata_take };
