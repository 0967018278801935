/*
 * detached_eat.c - detached EAT bundles (see detached_eat.h).
 */
#include "formats/evidence/detached_eat.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/hex.h"

enum { VALUES = 1 << 12 };

bool coco_detached_looks(const struct coco_jv *doc)
{
	const char *word;

	if (doc == NULL || doc->v == NULL || coco_jv_kind(doc) != COCO_JSON_ARRAY ||
	    coco_jv_len(doc) != 2)
		return false;
	struct coco_jv first = coco_jv_item(doc, 0);
	struct coco_jv second = coco_jv_item(doc, 1);
	if (coco_jv_kind(&first) != COCO_JSON_ARRAY || coco_jv_len(&first) != 2 ||
	    coco_jv_kind(&second) != COCO_JSON_OBJECT)
		return false;
	struct coco_jv v = coco_jv_item(&first, 0);
	return coco_jv_kind(&v) == COCO_JSON_STRING && coco_jv_as_string(&v, &word, NULL) == 0 &&
	       strcmp(word, "JWT") == 0;
}

void coco_detached_free(struct coco_detached *d)
{
	coco_json_free(&d->doc);
	coco_free(d->token);
	memset(d, 0, sizeof(*d));
}

static int token(struct coco_detached_token *t, const struct coco_jv *v, const char *name,
		 struct coco_diag *diag)
{
	const char *text = NULL;

	if (coco_jv_kind(v) != COCO_JSON_STRING || coco_jv_as_string(v, &text, NULL) != 0)
		return coco_jv_fail(v, NULL, COCO_E_DETACHED_EAT, diag, "a token is a text");
	if (strlen(name) >= sizeof(t->name))
		return coco_jv_fail(v, NULL, COCO_E_DETACHED_EAT, diag, "the name is too long");
	snprintf(t->name, sizeof(t->name), "%s", name);
	t->text = text;
	t->n = strlen(text);
	return 0;
}

static int decode(struct coco_detached *d, struct coco_diag *diag)
{
	struct coco_jv root = coco_json_root(&d->doc);
	struct coco_jv v;
	void *iter = NULL;

	if (!coco_detached_looks(&root))
		return coco_jv_fail(&root, NULL, COCO_E_DETACHED_EAT, diag,
				    "not [[\"JWT\", TOKEN], {NAME: TOKEN, ...}]");
	struct coco_jv first = coco_jv_item(&root, 0);
	struct coco_jv second = coco_jv_item(&root, 1);
	v = coco_jv_item(&first, 1);
	int r = token(&d->overall, &v, "", diag);
	while (r == 0 && coco_jv_next(&second, &iter, &v)) {
		if (!coco_grow((void **)&d->token, &d->cap, d->n, sizeof(*d->token),
			       COCO_DETACHED_TOKENS))
			return coco_fail(diag, d->n >= COCO_DETACHED_TOKENS ? COCO_E_LIMIT_SIZE
									    : COCO_E_LIMIT_MEMORY,
					 "no room for more than %zu tokens", d->n);
		r = token(&d->token[d->n], &v, v.key, diag);
		if (r == 0)
			d->n++;
	}
	return r;
}

int coco_detached_decode(struct coco_detached *ret, struct coco_view text, struct coco_diag *diag)
{
	struct coco_detached d = { .n = 0 };
	int r = coco_json_parse_bounded(&d.doc, text, COCO_DETACHED_MAX, VALUES, diag);

	if (r == 0)
		r = decode(&d, diag);
	if (r != 0) {
		coco_detached_free(&d);
		return r;
	}
	*ret = d;
	return 0;
}

static bool string_is(const struct coco_jv *v, const char **ret)
{
	return coco_jv_kind(v) == COCO_JSON_STRING && coco_jv_as_string(v, ret, NULL) == 0;
}

/* False: not of that form. */
static bool digest(struct coco_detached_digest *t, const struct coco_jv *submod)
{
	static const struct {
		const char *name;
		unsigned bits;
	} algs[] = { { "SHA-256", 256 }, { "SHA256", 256 },  { "SHA-384", 384 },
		     { "SHA384", 384 },  { "SHA-512", 512 }, { "SHA512", 512 } };
	const char *word = NULL;
	const char *hex = NULL;

	if (coco_jv_kind(submod) != COCO_JSON_ARRAY || coco_jv_len(submod) != 2)
		return false;
	struct coco_jv v = coco_jv_item(submod, 0);
	struct coco_jv pair = coco_jv_item(submod, 1);
	if (!string_is(&v, &word) || strcmp(word, "DIGEST") != 0 ||
	    coco_jv_kind(&pair) != COCO_JSON_ARRAY || coco_jv_len(&pair) != 2)
		return false;
	v = coco_jv_item(&pair, 0);
	struct coco_jv value = coco_jv_item(&pair, 1);
	if (!string_is(&v, &word) || !string_is(&value, &hex))
		return false;
	for (size_t i = 0; i < COCO_ARRAY_LEN(algs); i++)
		if (strcmp(word, algs[i].name) == 0)
			t->bits = algs[i].bits;
	t->n = t->bits / 8;
	return t->bits != 0 && strlen(hex) == 2 * t->n &&
	       coco_hex_decode(t->digest, t->n, hex, strlen(hex), NULL) == 0;
}

int coco_detached_digest(struct coco_detached_digest *ret, const struct coco_jv *submod,
			 struct coco_diag *diag)
{
	struct coco_detached_digest t = { .bits = 0 };

	if (!digest(&t, submod))
		return coco_jv_fail(submod, NULL, COCO_E_DETACHED_EAT, diag,
				    "not [\"DIGEST\", [\"SHA-256\", hexadecimal]]");
	*ret = t;
	return 0;
}
