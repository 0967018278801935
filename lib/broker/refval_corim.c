/*
 * refval_corim.c - reference values in CoRIM, both ways (see refval.h;
 * docs/formats/corim-registers.md).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/measure/corim_register.h"
#include "lib/broker/refval_priv.h"
#include "lib/crypto/sha256.h"

enum { DIGEST_MAX = 64, ID_TEXT = 96 };

/* ---- reading ------------------------------------------------------------------------ */

static void add_part(char ret[COCO_REFSET_NAME], struct coco_view v)
{
	size_t n = strlen(ret);

	if (n > 0 && n + 2 < COCO_REFSET_NAME) {
		ret[n++] = '/';
		ret[n] = '\0';
	}
	coco_escape(ret + n, COCO_REFSET_NAME - n, (const char *)v.p, v.n);
}

static void add_text(char ret[COCO_REFSET_NAME], const char *text)
{
	add_part(ret, coco_view_of(text, strlen(text)));
}

static void add_key(char ret[COCO_REFSET_NAME], const struct coco_corim_name *key)
{
	char hex[2 * COCO_CORIM_UUID + 1];
	char text[40];

	if (key->kind == COCO_CORIM_TEXT) {
		add_part(ret, key->v);
	} else if (key->kind == COCO_CORIM_UINT) {
		snprintf(text, sizeof(text), "%llu", (unsigned long long)key->number);
		add_text(ret, text);
	} else if (key->kind == COCO_CORIM_UUID_BYTES && key->v.n == COCO_CORIM_UUID) {
		coco_hex_encode(hex, key->v.p, COCO_CORIM_UUID);
		snprintf(text, sizeof(text), "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
			 hex + 16, hex + 20);
		add_text(ret, text);
	}
}

/* What Trustee's service calls it: vendor, model, key, kind. */
static void foreign_name(const struct coco_corim_claim *c, char ret[COCO_REFSET_NAME])
{
	ret[0] = '\0';
	if (c->env.vendor.n > 0)
		add_part(ret, c->env.vendor);
	if (c->env.model.n > 0)
		add_part(ret, c->env.model);
	add_key(ret, &c->key);
	add_text(ret, "digests");
}

/* False: no digest that a set can hold. */
static bool value_of(const struct coco_corim_claim *c, struct coco_refvalue *v,
		     char text[2 * DIGEST_MAX + 3])
{
	const char *algorithm = coco_corim_algorithm_name(c->alg);
	char reg[COCO_CORIM_REGISTER_NAME];
	size_t n = c->bytes.n;

	if ((c->kind != COCO_CORIM_DIGEST && c->kind != COCO_CORIM_REGISTER) || n == 0 ||
	    n > DIGEST_MAX)
		return false;
	if (coco_corim_register_back(c, reg) && algorithm != NULL) {
		snprintf(v->name, sizeof(v->name), "%s", reg);
		snprintf(v->algorithm, sizeof(v->algorithm), "%s", algorithm);
	} else if (c->kind == COCO_CORIM_DIGEST) {
		foreign_name(c, v->name);
	} else {
		return false;
	}
	text[0] = '"';
	coco_hex_encode(text + 1, c->bytes.p, n);
	text[1 + 2 * n] = '"';
	text[2 + 2 * n] = '\0';
	v->value = text;
	return true;
}

static int read_claims(const struct coco_run *run, struct coco_refset *s,
		       const struct coco_corim *c, const struct coco_refvalue *base,
		       struct coco_diag *diag)
{
	size_t others = c->n_ignored;
	size_t taken = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->n_claims; i++) {
		char text[2 * DIGEST_MAX + 3];
		struct coco_refvalue v = *base;

		if (!value_of(&c->claims[i], &v, text)) {
			others++;
			continue;
		}
		r = coco_refset_add(s, &v, NULL, diag);
		taken++;
	}
	if (r == 0 && taken == 0)
		r = coco_fail(diag, COCO_E_REFVAL_UNKNOWN, "the CoRIM has no digest");
	if (r == 0 && others > 0)
		coco_log(run, 0, "%zu parts of the CoRIM are no digests that a set can hold, and "
			 "are left out", others);
	return r;
}

bool coco_refval_is_corim(struct coco_view bytes)
{
	/* a CBOR tag; JSON never begins so */
	return bytes.n > 0 && bytes.p[0] >= 0xc0 && bytes.p[0] <= 0xdb;
}

int coco_refval_read_corim(const struct coco_run *run, struct coco_refset *s,
			   struct coco_view bytes, const struct coco_refvalue *base,
			   struct coco_diag *diag)
{
	struct coco_refvalue common = *base;
	struct coco_corim c;

	int r = coco_corim_decode(&c, bytes, 0, diag);
	if (r != 0)
		return r;
	if (c.has_validity && !common.has_after) {
		common.has_after = true;
		common.not_after = c.not_after;
	}
	if (c.has_validity && c.has_not_before && !common.has_before) {
		common.has_before = true;
		common.not_before = c.not_before;
	}
	r = read_claims(run, s, &c, &common, diag);
	coco_corim_free(&c);
	return r;
}

/* ---- writing -------------------------------------------------------------------------- */

/* The text and bytes that a claim borrows. */
struct held {
	char key[COCO_CORIM_KEY_TEXT];
	uint8_t digest[DIGEST_MAX];
};

struct writer {
	const struct coco_run *run;
	const struct coco_refset *set;
	struct coco_corim c;
	struct held *held;
	char id[ID_TEXT];
	struct coco_diag *diag;
};

static struct coco_corim_name text_name(const char *s)
{
	return (struct coco_corim_name){ COCO_CORIM_TEXT, 0, coco_view_of(s, strlen(s)) };
}

/* Each value is a triple of its own: a set says nothing of what holds together. */
static int add_value(struct writer *w, size_t i, bool *ret_added)
{
	const struct coco_refvalue *v = &w->set->v[i];
	struct coco_corim_claim claim = { .kind = COCO_CORIM_DIGEST,
					  .alg = coco_corim_algorithm(v->algorithm),
					  .triple = w->c.n_claims, .measurement = w->c.n_claims };
	size_t n;

	if (claim.alg == 0 || v->step[0] != '\0')
		return 0;
	n = (strlen(v->value) - 2) / 2;
	int r = coco_hex_decode(w->held[i].digest, n, v->value + 1, 2 * n, w->diag);
	if (r != 0)
		return r;
	coco_corim_register(v->name, v->platform[0] != '\0' ? v->platform : "any", &claim.env,
			    w->held[i].key);
	claim.key = text_name(w->held[i].key);
	claim.bytes = coco_view_of(w->held[i].digest, n);
	*ret_added = true;
	return coco_corim_add(&w->c, &claim, w->diag);
}

/* The document holds as long as the first of its values. */
static void narrow(struct writer *w, const struct coco_refvalue *v)
{
	if (v->has_after && (!w->c.has_validity || v->not_after < w->c.not_after)) {
		w->c.has_validity = true;
		w->c.not_after = v->not_after;
	}
}

static int add_values(struct writer *w)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->set->n; i++) {
		const struct coco_refvalue *v = &w->set->v[i];
		bool added = false;

		if (!coco_refset_holds(v, w->run->now)) {
			coco_log(w->run, 0, "%s %s is left out: it is not valid now", v->name,
				 v->label);
			continue;
		}
		r = add_value(w, i, &added);
		if (added)
			narrow(w, v);
		else if (r == 0 && (i == 0 || strcmp(w->set->v[i - 1].name, v->name) != 0))
			coco_log(w->run, 0, "%s is left out: CoRIM holds digests of whole "
				 "registers by sha256, sha384 or sha512", v->name);
	}
	if (r == 0 && w->c.n_claims == 0)
		r = coco_fail(w->diag, COCO_E_REFVAL_NONE, "no value of the set holds now and has "
			      "a place in CoRIM");
	return r;
}

static int describe(struct writer *w)
{
	struct coco_corim_tag tag = { .has_version = false };
	uint8_t digest[COCO_SHA256_SIZE];
	char hex[2 * COCO_SHA256_SIZE + 1];
	uint8_t *text = NULL;
	size_t n = 0;

	int r = coco_refset_encode(w->set, &text, &n, w->diag);
	if (r != 0)
		return r;
	coco_sha256_once(text, n, digest);
	coco_free(text);
	coco_hex_encode(hex, digest, sizeof(digest));
	snprintf(w->id, sizeof(w->id), "cococtl:sha256:%s", hex);
	w->c.id = text_name(w->id);
	tag.id = text_name(w->id);
	w->c.profile = text_name(COCO_CORIM_PROFILE_REGISTERS);
	w->c.profile.kind = COCO_CORIM_URI;
	return coco_corim_add_tag(&w->c, &tag, w->diag);
}

int coco_refval_write_corim(const struct coco_run *run, const struct coco_refset *s, uint8_t **ret,
			    size_t *ret_n, struct coco_diag *diag)
{
	struct writer w = { .run = run, .set = s, .diag = diag };

	w.held = coco_zalloc(s->n + 1, sizeof(*w.held));
	if (w.held == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "a CoRIM");
	int r = describe(&w);
	if (r == 0)
		r = add_values(&w);
	if (r == 0)
		r = coco_corim_encode(&w.c, ret, ret_n, diag);
	coco_corim_free(&w.c);
	coco_free(w.held);
	return r;
}
