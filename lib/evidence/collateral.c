/*
 * collateral.c - the set of collateral of one run (see collateral.h).
 */
#include "lib/evidence/collateral.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/pem.h"
#include "lib/crypto/sha256.h"

enum { FIRST_SLOTS = 64, NONE = -1 };

void coco_collateral_init(struct coco_collateral *c)
{
	memset(c, 0, sizeof(*c));
}

static void item_free(struct coco_collateral_item *item)
{
	if (item->borrowed)
		return;
	coco_cert_free(item->cert);
	coco_crl_free(item->crl);
	coco_free(item->p);
}

void coco_collateral_free(struct coco_collateral *c)
{
	for (size_t i = 0; i < c->n; i++)
		item_free(&c->v[i]);
	coco_free(c->v);
	coco_free(c->by_content);
	coco_free(c->by_name);
	memset(c, 0, sizeof(*c));
}

const char *coco_collateral_kind_name(enum coco_collateral_kind kind)
{
	static const char *const names[COCO_COLL_KINDS] = {
		"certificate", "revocation list", "TCB info", "QE identity", "JWK set",
		"reference integrity manifest", "OCSP response",
	};

	return kind < COCO_COLL_KINDS ? names[kind] : "unknown";
}

/* FNV-1a: names of certificates are found by it, and then compared. */
static uint64_t hash_of(struct coco_view v)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < v.n; i++)
		h = (h ^ v.p[i]) * 0x100000001b3;
	return h;
}

static uint64_t content_hash(const uint8_t sha256[32])
{
	return coco_get_be64(sha256);
}

/* The name that an item is found by; n == 0: by none. */
static struct coco_view name_of(const struct coco_collateral_item *item)
{
	if (item->cert != NULL)
		return coco_cert_subject(item->cert);
	if (item->crl != NULL)
		return coco_crl_issuer(item->crl);
	return coco_view_of(NULL, 0);
}

/* Puts item i into its slots, in front of what is there. */
static void enter(struct coco_collateral *c, size_t i)
{
	struct coco_collateral_item *item = &c->v[i];
	size_t slot = content_hash(item->sha256) & (c->slots - 1);

	item->next_content = c->by_content[slot];
	c->by_content[slot] = (int)i;
	if (name_of(item).n == 0)
		return;
	slot = item->name_hash & (c->slots - 1);
	item->next_name = c->by_name[slot];
	c->by_name[slot] = (int)i;
}

/* More slots when the items outnumber them. */
static bool grow_slots(struct coco_collateral *c)
{
	size_t slots = c->slots == 0 ? FIRST_SLOTS : c->slots * 2;
	int *by_content;
	int *by_name;

	if (c->n < c->slots)
		return true;
	by_content = coco_alloc(slots, sizeof(*by_content));
	by_name = coco_alloc(slots, sizeof(*by_name));
	if (by_content == NULL || by_name == NULL) {
		coco_free(by_content);
		coco_free(by_name);
		return false;
	}
	coco_free(c->by_content);
	coco_free(c->by_name);
	memset(by_content, 0xff, slots * sizeof(*by_content));   /* NONE */
	memset(by_name, 0xff, slots * sizeof(*by_name));
	c->by_content = by_content;
	c->by_name = by_name;
	c->slots = slots;
	for (size_t i = 0; i < c->n; i++)
		enter(c, i);
	return true;
}

int coco_collateral_fork(struct coco_collateral *ret, const struct coco_collateral *c,
			 struct coco_diag *diag)
{
	struct coco_collateral own = { .n = c->n, .cap = c->n, .slots = c->slots };

	if (c->n > 0) {
		own.v = coco_memdup(c->v, c->n * sizeof(*c->v));
		own.by_content = coco_memdup(c->by_content, c->slots * sizeof(*c->by_content));
		own.by_name = coco_memdup(c->by_name, c->slots * sizeof(*c->by_name));
	} else {
		own.slots = 0;
	}
	if (c->n > 0 && (own.v == NULL || own.by_content == NULL || own.by_name == NULL)) {
		coco_free(own.v);
		coco_free(own.by_content);
		coco_free(own.by_name);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for collateral");
	}
	for (size_t i = 0; i < own.n; i++)
		own.v[i].borrowed = true;
	*ret = own;
	return 0;
}

void coco_collateral_cut(struct coco_collateral *c, size_t n)
{
	/* what came last stands in front in its slots */
	while (c->n > n) {
		struct coco_collateral_item *item = &c->v[--c->n];

		c->by_content[content_hash(item->sha256) & (c->slots - 1)] = item->next_content;
		if (name_of(item).n > 0)
			c->by_name[item->name_hash & (c->slots - 1)] = item->next_name;
		item_free(item);
	}
}

int coco_collateral_find(const struct coco_collateral *c, const uint8_t sha256[32])
{
	if (c->slots == 0)
		return NONE;
	for (int i = c->by_content[content_hash(sha256) & (c->slots - 1)]; i != NONE;
	     i = c->v[i].next_content)
		if (memcmp(c->v[i].sha256, sha256, 32) == 0)
			return i;
	return NONE;
}

static int parse(struct coco_collateral_item *item, struct coco_diag *diag)
{
	struct coco_view der = coco_view_of(item->p, item->n);
	int r = 0;

	if (item->kind == COCO_COLL_CERT)
		r = coco_cert_parse(&item->cert, der, diag);
	else if (item->kind == COCO_COLL_CRL)
		r = coco_crl_parse(&item->crl, der, diag);
	item->name_hash = hash_of(name_of(item));
	return r;
}

static int append(struct coco_collateral *c, struct coco_collateral_item *item,
		  struct coco_view bytes, struct coco_diag *diag)
{
	void *list = c->v;

	item->p = coco_memdup(bytes.p, bytes.n);
	if (item->p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for collateral");
	int r = parse(item, diag);
	if (r != 0) {
		coco_diag_source(diag, "%s", item->source);
		return r;
	}
	if (!coco_grow(&list, &c->cap, c->n, sizeof(*item), COCO_COLLATERAL_ITEMS))
		return coco_fail(diag, c->n >= COCO_COLLATERAL_ITEMS ? COCO_E_LIMIT_COUNT
								     : COCO_E_LIMIT_MEMORY,
				 "no room for more than %zu items of collateral", c->n);
	c->v = list;
	if (!grow_slots(c))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for collateral");
	c->v[c->n] = *item;
	enter(c, c->n++);
	return 0;
}

int coco_collateral_add(struct coco_collateral *c, enum coco_collateral_kind kind,
			struct coco_view bytes, const char *source, int *ret,
			struct coco_diag *diag)
{
	struct coco_collateral_item item = { .kind = kind, .n = bytes.n, .next_content = NONE,
					     .next_name = NONE };
	int r = 0;

	if (bytes.n > COCO_COLLATERAL_ITEM)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "an item of collateral has %zu bytes, "
				 "more than %d", bytes.n, COCO_COLLATERAL_ITEM);
	coco_sha256_once(bytes.p, bytes.n, item.sha256);
	int at = coco_collateral_find(c, item.sha256);
	if (at == NONE) {
		snprintf(item.source, sizeof(item.source), "%s", source);
		r = append(c, &item, bytes, diag);
		if (r != 0)
			item_free(&item);
		at = (int)c->n - 1;
	}
	if (r == 0 && ret != NULL)
		*ret = at;
	return r;
}

int coco_collateral_add_pem(struct coco_collateral *c, struct coco_view text, const char *source,
			    struct coco_diag *diag)
{
	bool found = true;
	int r = 0;

	while (r == 0) {
		struct coco_pem pem = { .der = NULL };
		struct coco_view der;

		r = coco_pem_next(&text, &pem, &found, diag);
		if (r != 0 || !found)
			break;
		der = coco_view_of(pem.der, pem.n_der);
		if (strcmp(pem.label, "CERTIFICATE") == 0)
			r = coco_collateral_add(c, COCO_COLL_CERT, der, source, NULL, diag);
		else if (strcmp(pem.label, "X509 CRL") == 0)
			r = coco_collateral_add(c, COCO_COLL_CRL, der, source, NULL, diag);
		else
			r = coco_fail(diag, COCO_E_FORMAT_CERT, "the file holds a %s beside or "
				      "instead of certificates", pem.label);
		coco_pem_clear(&pem);
	}
	return r;
}

int coco_collateral_next(const struct coco_collateral *c, enum coco_collateral_kind kind,
			 int after)
{
	for (size_t i = (size_t)(after + 1); i < c->n; i++)
		if (c->v[i].kind == kind)
			return (int)i;
	return NONE;
}

static int by_name(const struct coco_collateral *c, enum coco_collateral_kind kind,
		   struct coco_view name, int after)
{
	uint64_t hash = hash_of(name);
	int i;

	if (c->slots == 0)
		return NONE;
	i = after == NONE ? c->by_name[hash & (c->slots - 1)] : c->v[after].next_name;
	for (; i != NONE; i = c->v[i].next_name) {
		struct coco_view own = name_of(&c->v[i]);

		if (c->v[i].kind == kind && c->v[i].name_hash == hash && own.n == name.n &&
		    memcmp(own.p, name.p, name.n) == 0)
			return i;
	}
	return NONE;
}

int coco_collateral_subject(const struct coco_collateral *c, struct coco_view subject, int after)
{
	return by_name(c, COCO_COLL_CERT, subject, after);
}

int coco_collateral_issuer(const struct coco_collateral *c, struct coco_view issuer, int after)
{
	return by_name(c, COCO_COLL_CRL, issuer, after);
}
