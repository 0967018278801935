/*
 * corim.c - concise reference integrity manifests: reading (see corim.h).
 */
#include "formats/measure/corim.h"

#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/corim_reader.h"

static int bad(const struct coco_corim_rd *rd, const struct coco_cv *v, const char *what)
{
	return coco_cv_fail(v, COCO_E_CORIM_FORM, rd->diag, "%s", what);
}

void coco_corim_free(struct coco_corim *c)
{
	coco_free(c->tags);
	coco_free(c->claims);
	memset(c, 0, sizeof(*c));
}

static int no_memory(struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the CoRIM, or too much in it");
}

int coco_corim_add(struct coco_corim *c, const struct coco_corim_claim *claim,
		   struct coco_diag *diag)
{
	if (!coco_grow((void **)&c->claims, &c->cap_claims, c->n_claims, sizeof(*claim),
		       COCO_CORIM_CLAIMS))
		return no_memory(diag);
	c->claims[c->n_claims++] = *claim;
	return 0;
}

int coco_corim_add_tag(struct coco_corim *c, const struct coco_corim_tag *tag,
		       struct coco_diag *diag)
{
	if (!coco_grow((void **)&c->tags, &c->cap_tags, c->n_tags, sizeof(*tag), COCO_CORIM_TAGS))
		return no_memory(diag);
	c->tags[c->n_tags++] = *tag;
	return 0;
}

/* ---- environments and triples ------------------------------------------------------ */

static int read_class(struct coco_corim_rd *rd, const struct coco_cv *map)
{
	static const unsigned kinds = 1U << COCO_CORIM_OID | 1U << COCO_CORIM_UUID_BYTES |
				      1U << COCO_CORIM_BYTES;
	static const int64_t known[] = { 0, 1, 2, 3, 4 };
	struct coco_corim_env *env = &rd->claim.env;

	int r = coco_cv_map(map, NULL, rd->diag);
	if (r == 0)
		r = coco_corim_member_name(rd, map, 0, kinds, &env->class_id);
	if (r == 0)
		r = coco_corim_member_text(rd, map, 1, &env->vendor);
	if (r == 0)
		r = coco_corim_member_text(rd, map, 2, &env->model);
	if (r == 0)
		r = coco_corim_member_number(rd, map, 3, &env->has_layer, &env->layer);
	if (r == 0)
		r = coco_corim_member_number(rd, map, 4, &env->has_index, &env->index);
	coco_corim_count_others(rd, map, known, COCO_ARRAY_LEN(known));
	return r;
}

static int read_env(struct coco_corim_rd *rd, const struct coco_cv *map)
{
	static const unsigned kinds = 1U << COCO_CORIM_UEID | 1U << COCO_CORIM_UUID_BYTES |
				      1U << COCO_CORIM_BYTES;
	static const int64_t known[] = { 0, 1 };
	struct coco_cv class;

	memset(&rd->claim.env, 0, sizeof(rd->claim.env));
	int r = coco_cv_map(map, NULL, rd->diag);
	if (r != 0)
		return r;
	coco_cv_get(map, 0, &class);
	if (class.p != NULL)
		r = read_class(rd, &class);
	if (r == 0)
		r = coco_corim_member_name(rd, map, 1, kinds, &rd->claim.env.instance);
	coco_corim_count_others(rd, map, known, COCO_ARRAY_LEN(known));
	return r;
}

static int read_triple(struct coco_corim_rd *rd, const struct coco_cv *v)
{
	struct coco_cv_iter it = coco_cv_iter(v);
	struct coco_cv env;
	struct coco_cv list;
	struct coco_cv item;
	size_t n = 0;

	int r = coco_cv_array(v, &n, rd->diag);
	if (r == 0 && (n != 2 || !coco_cv_next(&it, NULL, &env) ||
		       !coco_cv_next(&it, NULL, &list)))
		r = bad(rd, v, "a reference triple has two parts");
	if (r == 0)
		r = read_env(rd, &env);
	if (r != 0)
		return r;
	rd->claim.triple = rd->triples++;
	if (coco_cv_is(&list, COCO_CBOR_MAP))   /* older documents: one, not in a list */
		return coco_corim_read_measurement(rd, &list);
	r = coco_cv_array(&list, &n, rd->diag);
	if (r == 0 && n == 0)
		r = bad(rd, &list, "a reference triple without a measurement");
	struct coco_cv_iter each = coco_cv_iter(&list);
	while (r == 0 && coco_cv_next(&each, NULL, &item))
		r = coco_corim_read_measurement(rd, &item);
	return r;
}

static int read_triples(struct coco_corim_rd *rd, const struct coco_cv *map)
{
	static const int64_t known[] = { 0 };
	struct coco_cv list;
	struct coco_cv item;

	int r = coco_cv_map(map, NULL, rd->diag);
	if (r != 0)
		return r;
	coco_corim_count_others(rd, map, known, COCO_ARRAY_LEN(known));
	coco_cv_get(map, 0, &list);
	if (list.p == NULL)
		return 0;
	r = coco_cv_array(&list, NULL, rd->diag);
	struct coco_cv_iter it = coco_cv_iter(&list);
	while (r == 0 && coco_cv_next(&it, NULL, &item))
		r = read_triple(rd, &item);
	return r;
}

static int read_comid(struct coco_corim_rd *rd, const struct coco_cv *map)
{
	static const int64_t known[] = { 0, 1, 2, 4 };   /* language and entities say nothing */
	struct coco_corim_tag tag = { .has_version = false };
	struct coco_cv ident;
	struct coco_cv id;
	struct coco_cv triples;

	int r = coco_cv_need(map, 1, &ident, rd->diag);
	if (r == 0)
		r = coco_cv_need(&ident, 0, &id, rd->diag);
	if (r == 0)
		r = coco_corim_own_name(rd, &id, &tag.id);
	if (r == 0)
		r = coco_corim_member_number(rd, &ident, 1, &tag.has_version, &tag.version);
	if (r == 0)
		r = coco_corim_add_tag(rd->c, &tag, rd->diag);
	if (r == 0)
		r = coco_cv_need(map, 4, &triples, rd->diag);
	if (r == 0) {
		rd->claim.tag = rd->c->n_tags - 1;
		r = read_triples(rd, &triples);
	}
	coco_corim_count_others(rd, map, known, COCO_ARRAY_LEN(known));
	return r;
}

/* ---- the document ------------------------------------------------------------------ */

static int read_time(const struct coco_corim_rd *rd, const struct coco_cv *v, int64_t *ret)
{
	struct coco_cv inner;

	int r = coco_cv_untag(v, TAG_EPOCH, &inner, rd->diag);
	return r == 0 ? coco_cv_i64(&inner, ret, rd->diag) : r;
}

static int read_validity(const struct coco_corim_rd *rd, const struct coco_cv *map,
			 bool *ret_has_before,
			 int64_t *ret_before, int64_t *ret_after)
{
	struct coco_cv v;

	int r = coco_cv_need(map, 1, &v, rd->diag);
	if (r == 0)
		r = read_time(rd, &v, ret_after);
	if (r != 0)
		return r;
	coco_cv_get(map, 0, &v);
	*ret_has_before = v.p != NULL;
	return v.p == NULL ? 0 : read_time(rd, &v, ret_before);
}

/* Name and URI of an entity; the URI with or without its tag. */
static int read_entity(const struct coco_corim_rd *rd, const struct coco_cv *map,
		       struct coco_view *name,
		       struct coco_view *uri)
{
	struct coco_cv v;
	struct coco_cv inner;

	int r = coco_cv_need(map, 0, &v, rd->diag);
	if (r == 0)
		r = coco_cv_text(&v, name, rd->diag);
	if (r != 0)
		return r;
	coco_cv_get(map, 1, &v);
	if (v.p == NULL)
		return 0;
	inner = v;
	if (coco_cv_is(&v, COCO_CBOR_TAG))
		r = coco_cv_untag(&v, TAG_URI, &inner, rd->diag);
	return r == 0 ? coco_cv_text(&inner, uri, rd->diag) : r;
}

static int read_tags(struct coco_corim_rd *rd, const struct coco_cv *list)
{
	struct coco_cv_iter it = coco_cv_iter(list);
	struct coco_cv item;
	struct coco_cv bytes;
	struct coco_cv comid;
	size_t n = 0;

	int r = coco_cv_array(list, &n, rd->diag);
	if (r == 0 && n == 0)
		r = bad(rd, list, "a CoRIM without tags");
	while (r == 0 && coco_cv_next(&it, NULL, &item)) {
		if (!coco_cv_has_tag(&item, TAG_COMID)) {
			rd->c->n_ignored++;   /* CoSWID, CoTL */
			continue;
		}
		r = coco_cv_untag(&item, TAG_COMID, &bytes, rd->diag);
		if (r == 0)
			r = coco_cv_open(&bytes, 0, &comid, rd->diag);
		if (r == 0)
			r = read_comid(rd, &comid);
	}
	return r;
}

static int read_about(struct coco_corim_rd *rd, const struct coco_cv *map)
{
	/* text without a tag is not in the draft, but in documents */
	static const unsigned kinds = 1U << COCO_CORIM_URI | 1U << COCO_CORIM_OID |
				      1U << COCO_CORIM_TEXT;
	struct coco_corim *c = rd->c;
	struct coco_cv v;
	struct coco_cv entity;

	int r = coco_corim_member_name(rd, map, 3, kinds, &c->profile);
	if (r != 0)
		return r;
	coco_cv_get(map, 0, &v);
	if (v.p != NULL)
		r = coco_corim_own_name(rd, &v, &c->id);
	coco_cv_get(map, 4, &v);
	c->has_validity = v.p != NULL;
	if (r == 0 && c->has_validity)
		r = read_validity(rd, &v, &c->has_not_before, &c->not_before, &c->not_after);
	coco_cv_get(map, 5, &v);
	if (r != 0 || v.p == NULL)
		return r;
	r = coco_cv_array(&v, NULL, rd->diag);
	struct coco_cv_iter it = coco_cv_iter(&v);
	if (r == 0 && coco_cv_next(&it, NULL, &entity))
		r = read_entity(rd, &entity, &c->signer, &c->signer_uri);
	while (r == 0 && coco_cv_next(&it, NULL, &entity))
		c->n_ignored++;
	return r;
}

static int read_document(struct coco_corim_rd *rd, const struct coco_cv *root)
{
	static const int64_t known[] = { 0, 1, 3, 4, 5 };
	struct coco_cv outer = *root;
	struct coco_cv map;
	struct coco_cv tags;
	int r = 0;

	if (coco_cv_has_tag(root, TAG_CORIM_CHOICE))
		r = coco_cv_untag(root, TAG_CORIM_CHOICE, &outer, rd->diag);
	if (r == 0 && (coco_cv_has_tag(&outer, TAG_COSE_SIGN1) ||
		       coco_cv_has_tag(&outer, TAG_SIGNED))) {
		coco_diag_hint(rd->diag, "it is a signed CoRIM: check its signature first");
		r = bad(rd, &outer, "a signed document where an unsigned one is read");
	}
	if (r == 0)
		r = coco_cv_untag(&outer, TAG_UNSIGNED, &map, rd->diag);
	if (r == 0)
		r = coco_cv_need(&map, 1, &tags, rd->diag);
	if (r == 0)
		r = read_about(rd, &map);
	if (r == 0)
		r = read_tags(rd, &tags);
	if (r == 0)
		coco_corim_count_others(rd, &map, known, COCO_ARRAY_LEN(known));
	return r;
}

int coco_corim_decode(struct coco_corim *ret, struct coco_view in, uint64_t base,
		      struct coco_diag *diag)
{
	struct coco_corim c = { .n_claims = 0 };
	struct coco_corim_rd rd = { .c = &c, .diag = diag };
	struct coco_cv root;

	if (in.n > COCO_CORIM_MAX)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "a CoRIM of %zu bytes, the limit is %d",
				 in.n, COCO_CORIM_MAX);
	int r = coco_cbor_open(&root, in, base, 0, diag);
	if (r == 0)
		r = read_document(&rd, &root);
	if (r != 0)
		coco_corim_free(&c);
	else
		*ret = c;
	return r;
}

int coco_corim_meta_decode(struct coco_corim_meta *ret, struct coco_view in, uint64_t base,
			   struct coco_diag *diag)
{
	struct coco_corim_meta m = { .has_validity = false };
	struct coco_corim_rd rd = { .diag = diag };
	struct coco_cv root;
	struct coco_cv signer;
	struct coco_cv validity;

	int r = coco_cbor_open(&root, in, base, 0, diag);
	if (r == 0)
		r = coco_cv_need(&root, 0, &signer, diag);
	if (r == 0)
		r = read_entity(&rd, &signer, &m.name, &m.uri);
	if (r != 0)
		return r;
	coco_cv_get(&root, 1, &validity);
	m.has_validity = validity.p != NULL;
	if (m.has_validity)
		r = read_validity(&rd, &validity, &m.has_not_before, &m.not_before, &m.not_after);
	if (r == 0)
		*ret = m;
	return r;
}
