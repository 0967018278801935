/*
 * declared_bound.c - what belongs to the items of a declaration: initdata
 * documents with their digests, and sealed secrets with the public key that is
 * registered for them (see declared.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/core/resource_id.h"
#include "lib/broker/declared_priv.h"
#include "lib/broker/initdata_file.h"
#include "lib/broker/seal.h"

/* ---- initdata ------------------------------------------------------------------- */

/* The digest of the document at a file, which must be the declared one. */
static int check_digest(struct coco_gather *g, const struct coco_declared_initdata *v)
{
	struct coco_initdata_binding bound;
	struct coco_initdata doc;
	enum coco_initdata_form form;
	char text[2 * 64 + 1];
	uint8_t *file = NULL;
	uint8_t *toml = NULL;
	size_t n_file = 0;
	size_t n = 0;

	int r = coco_gather_file(g, v->file, COCO_INITDATA_MAX, &file, &n_file);
	if (r == 0)
		r = coco_initdata_unpack(coco_view_of(file, n_file), &toml, &n, &form, g->diag);
	coco_free(file);
	if (r == 0)
		r = coco_initdata_decode(&doc, coco_view_of(toml, n), g->diag);
	if (r == 0) {
		r = coco_initdata_bind(coco_view_of(toml, n), doc.alg, &bound, g->diag);
		coco_initdata_free(&doc);
	}
	if (r == 0 && (bound.alg != v->alg || memcmp(bound.digest, v->digest, v->n) != 0)) {
		coco_hex_encode(text, v->digest, v->n);
		coco_diag_expected(g->diag, "%s:%s", coco_initdata_alg_name(v->alg), text);
		coco_hex_encode(text, bound.digest, bound.n);
		coco_diag_actual(g->diag, "%s:%s", coco_initdata_alg_name(bound.alg), text);
		r = coco_fail(g->diag, COCO_E_DECLARATION_PIN,
			      "its digest is not the declared one");
	}
	if (r != 0)
		coco_diag_source(g->diag, "%s", v->file);
	coco_free(toml);
	return r;
}

/* Whether a policy or reference value of the declaration holds the digest in some form. */
static bool is_pinned(const struct coco_declared *d, const struct coco_declared_initdata *v)
{
	char hex[2 * 64 + 1];
	char b64[4 * 64];

	coco_hex_encode(hex, v->digest, v->n);
	coco_b64_encode(COCO_B64_STD, b64, v->digest, v->n);
	for (size_t i = 0; i < d->n; i++) {
		const struct coco_secret *s = &d->v[i].value;

		if (d->v[i].type == COCO_ITEM_RESOURCE || s->n == 0)
			continue;
		if (memmem(coco_secret_expose(s), s->n, hex, strlen(hex)) != NULL ||
		    memmem(coco_secret_expose(s), s->n, b64, strlen(b64)) != NULL)
			return true;
	}
	return false;
}

int coco_gather_initdata(struct coco_gather *g)
{
	const struct coco_declaration *c = &g->d->d;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->n_initdata; i++) {
		const char *file = c->initdata[i].file;

		r = check_digest(g, &c->initdata[i]);
		if (r != 0)
			break;
		coco_outcome(g->list, COCO_OUTCOME_PASS, "declaration.initdata.digest",
			     "%s has the declared digest", file);
		if (is_pinned(g->d, &c->initdata[i])) {
			coco_outcome(g->list, COCO_OUTCOME_PASS, "declaration.initdata.pinned",
				     "the digest of %s is in a policy or reference value", file);
			continue;
		}
		coco_outcome(g->list, COCO_OUTCOME_WARN, "declaration.initdata.pinned",
			     "no policy or reference value holds the digest of %s", file);
		coco_outcome_next(g->list, "guests with any other initdata get the keys too, "
				  "unless the policy asks for its contents");
	}
	return r;
}

/* ---- sealed secrets ------------------------------------------------------------- */

static bool declares(const struct coco_declared *d, const char *uri)
{
	char text[COCO_RESOURCE_URI_MAX];
	struct coco_resource_id id;

	if (coco_resource_id_parse_uri(&id, uri, strlen(uri), NULL) != 0)
		return false;
	snprintf(text, sizeof(text), "%s/%s/%s", id.repo, id.type, id.tag);
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].type == COCO_ITEM_RESOURCE && strcmp(d->v[i].name, text) == 0)
			return true;
	return false;
}

/* The public key as the resource that the secret's kid names; once for all that share it. */
static int register_public(struct coco_gather *g, const char *kid, const struct coco_key *key)
{
	char name[COCO_RESOURCE_URI_MAX];
	struct coco_wanted *w = NULL;
	struct coco_resource_id id;
	char *jwk = NULL;
	size_t n = 0;

	int r = coco_resource_id_parse_uri(&id, kid, strlen(kid), g->diag);
	if (r == 0)
		r = coco_seal_jwk(key, &jwk, &n, g->diag);
	if (r != 0)
		return r;
	snprintf(name, sizeof(name), "%s/%s/%s", id.repo, id.type, id.tag);
	for (size_t i = 0; w == NULL && i < g->d->n; i++)
		if (g->d->v[i].type == COCO_ITEM_RESOURCE && strcmp(g->d->v[i].name, name) == 0)
			w = &g->d->v[i];
	if (w == NULL) {
		r = coco_gather_item(g, COCO_ITEM_RESOURCE, name, &w);
		if (r == 0)
			r = coco_secret_from(&w->value, jwk, n, g->diag);
	} else if (w->from != NULL || w->value.n != n ||
		   memcmp(coco_secret_expose(&w->value), jwk, n) != 0) {
		r = coco_fail(g->diag, COCO_E_DECLARATION_VALUE, "%s is the place of its public "
			      "key, and is declared with another content", name);
	}
	coco_free(jwk);
	return r;
}

static int sealed(struct coco_gather *g, const struct coco_declared_sealed *s)
{
	struct coco_sealed secret;
	struct coco_key *key = NULL;
	uint8_t *text = NULL;
	char *path = NULL;
	size_t n = 0;

	int r = coco_gather_file(g, s->file, COCO_SEALED_MAX, &text, &n);
	if (r == 0)
		r = coco_declared_resolve(g->d, s->public_key, &path, g->diag);
	if (r == 0)
		r = coco_seal_load_public(path, &key, g->diag);
	if (r == 0)
		r = coco_unseal(coco_view_of(text, n), key, &secret, g->diag);
	if (r == 0) {
		r = register_public(g, secret.kid, key);
		coco_outcome(g->list, COCO_OUTCOME_PASS, "declaration.sealed",
			     "%s is signed with the declared key", s->file);
		if (!secret.envelope && !declares(g->d, secret.name)) {
			coco_outcome(g->list, COCO_OUTCOME_WARN, "declaration.sealed.resource",
				     "%s names %s, which is not declared", s->file, secret.name);
			coco_outcome_next(g->list, "declare it as a [[key]] unless it is "
					  "registered elsewhere");
		}
		coco_sealed_free(&secret);
	}
	if (r != 0)
		coco_diag_source(g->diag, "%s", s->file);
	coco_key_free(key);
	coco_free(path);
	coco_free(text);
	return r;
}

int coco_gather_sealed(struct coco_gather *g)
{
	const struct coco_declaration *c = &g->d->d;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->n_sealed; i++)
		r = sealed(g, &c->sealed[i]);
	return r;
}
