/*
 * corim_write.c - concise reference integrity manifests: writing (see
 * corim.h).
 */
#include "formats/measure/corim.h"

enum { TAG_EPOCH = 1, TAG_URI = 32, TAG_UNSIGNED = 501, TAG_COMID = 506 };
enum { TAG_SVN = 552, TAG_MIN_SVN = 553, TAG_BYTES = 560, TAG_MASKED = 563 };

static void text(struct coco_cw *cw, struct coco_view v)
{
	coco_cw_text_n(cw, (const char *)v.p, v.n);
}

static void write_name(struct coco_cw *cw, const struct coco_corim_name *name)
{
	static const uint16_t tags[] = {
		[COCO_CORIM_UUID_BYTES] = 37, [COCO_CORIM_OID] = 111, [COCO_CORIM_BYTES] = 560,
		[COCO_CORIM_UEID] = 550, [COCO_CORIM_URI] = TAG_URI,
	};

	switch (name->kind) {
	case COCO_CORIM_NONE:
		break;
	case COCO_CORIM_UINT:
		coco_cw_u64(cw, name->number);
		break;
	case COCO_CORIM_TEXT:
		text(cw, name->v);
		break;
	case COCO_CORIM_URI:
		coco_cw_tag(cw, TAG_URI);
		text(cw, name->v);
		break;
	case COCO_CORIM_UUID_BYTES:
	case COCO_CORIM_OID:
	case COCO_CORIM_BYTES:
	case COCO_CORIM_UEID:
		coco_cw_tag(cw, tags[name->kind]);
		coco_cw_bytes(cw, name->v.p, name->v.n);
		break;
	}
}

static void write_own_name(struct coco_cw *cw, const struct coco_corim_name *name)
{
	if (name->kind == COCO_CORIM_TEXT)
		text(cw, name->v);
	else
		coco_cw_bytes(cw, name->v.p, name->v.n);
}

static void member_name(struct coco_cw *cw, uint64_t key, const struct coco_corim_name *name)
{
	if (name->kind == COCO_CORIM_NONE)
		return;
	coco_cw_u64(cw, key);
	write_name(cw, name);
}

static void member_text(struct coco_cw *cw, uint64_t key, struct coco_view v)
{
	if (v.n == 0)
		return;
	coco_cw_u64(cw, key);
	text(cw, v);
}

static void member_number(struct coco_cw *cw, uint64_t key, bool has, uint64_t v)
{
	if (!has)
		return;
	coco_cw_u64(cw, key);
	coco_cw_u64(cw, v);
}

static void write_env(struct coco_cw *cw, const struct coco_corim_env *env)
{
	coco_cw_begin(cw, '{');
	if (env->class_id.kind != COCO_CORIM_NONE || env->vendor.n != 0 || env->model.n != 0 ||
	    env->has_layer || env->has_index) {
		coco_cw_u64(cw, 0);
		coco_cw_begin(cw, '{');
		member_name(cw, 0, &env->class_id);
		member_text(cw, 1, env->vendor);
		member_text(cw, 2, env->model);
		member_number(cw, 3, env->has_layer, env->layer);
		member_number(cw, 4, env->has_index, env->index);
		coco_cw_end(cw);
	}
	member_name(cw, 1, &env->instance);
	coco_cw_end(cw);
}

/* ---- values ------------------------------------------------------------------------ */

static void write_digest(struct coco_cw *cw, const struct coco_corim_claim *c)
{
	coco_cw_begin(cw, '[');
	if (c->alg_name.n != 0)
		text(cw, c->alg_name);
	else
		coco_cw_i64(cw, c->alg);
	coco_cw_bytes(cw, c->bytes.p, c->bytes.n);
	coco_cw_end(cw);
}

static bool same_register(const struct coco_corim_claim *a, const struct coco_corim_claim *b)
{
	return a->reg.kind == b->reg.kind && a->reg.number == b->reg.number &&
	       a->reg.v.p == b->reg.v.p && a->reg.v.n == b->reg.v.n;
}

/* The digests that follow each other, of one register or of none; how many. */
static size_t write_digests(struct coco_cw *cw, const struct coco_corim_claim *c, size_t n)
{
	size_t i = 0;

	coco_cw_begin(cw, '[');
	for (; i < n && c[i].kind == c[0].kind && same_register(&c[i], &c[0]); i++)
		write_digest(cw, &c[i]);
	coco_cw_end(cw);
	return i;
}

static size_t write_registers(struct coco_cw *cw, const struct coco_corim_claim *c, size_t n)
{
	size_t i = 0;

	coco_cw_begin(cw, '{');
	while (i < n && c[i].kind == COCO_CORIM_REGISTER) {
		write_name(cw, &c[i].reg);
		i += write_digests(cw, &c[i], n - i);
	}
	coco_cw_end(cw);
	return i;
}

static void write_raw(struct coco_cw *cw, const struct coco_corim_claim *c)
{
	if (!c->masked) {
		coco_cw_tag(cw, TAG_BYTES);
		coco_cw_bytes(cw, c->bytes.p, c->bytes.n);
		return;
	}
	coco_cw_tag(cw, TAG_MASKED);
	coco_cw_begin(cw, '[');
	coco_cw_bytes(cw, c->bytes.p, c->bytes.n);
	coco_cw_bytes(cw, c->mask.p, c->mask.n);
	coco_cw_end(cw);
}

/* One member of the values of a measurement; how many claims it took. */
static size_t write_value(struct coco_cw *cw, const struct coco_corim_claim *c, size_t n)
{
	static const uint8_t keys[] = {
		[COCO_CORIM_DIGEST] = 2, [COCO_CORIM_REGISTER] = 14, [COCO_CORIM_RAW] = 4,
		[COCO_CORIM_SVN] = 1, [COCO_CORIM_SVN_MIN] = 1, [COCO_CORIM_VERSION] = 0,
		[COCO_CORIM_NAME] = 11,
	};

	coco_cw_u64(cw, keys[c->kind]);
	switch (c->kind) {
	case COCO_CORIM_DIGEST:
		return write_digests(cw, c, n);
	case COCO_CORIM_REGISTER:
		return write_registers(cw, c, n);
	case COCO_CORIM_RAW:
		write_raw(cw, c);
		break;
	case COCO_CORIM_SVN:
	case COCO_CORIM_SVN_MIN:
		coco_cw_tag(cw, c->kind == COCO_CORIM_SVN ? TAG_SVN : TAG_MIN_SVN);
		coco_cw_u64(cw, c->number);
		break;
	case COCO_CORIM_VERSION:
		coco_cw_begin(cw, '{');
		coco_cw_u64(cw, 0);
		text(cw, c->bytes);
		coco_cw_end(cw);
		break;
	case COCO_CORIM_NAME:
		text(cw, c->bytes);
		break;
	}
	return 1;
}

/* The claims from c on that belong to one measurement; how many. */
static size_t write_measurement(struct coco_cw *cw, const struct coco_corim_claim *c, size_t n)
{
	size_t end = 0;

	while (end < n && c[end].measurement == c[0].measurement)
		end++;
	coco_cw_begin(cw, '{');
	member_name(cw, 0, &c->key);
	coco_cw_u64(cw, 1);
	coco_cw_begin(cw, '{');
	for (size_t i = 0; i < end;)
		i += write_value(cw, &c[i], end - i);
	coco_cw_end(cw);
	coco_cw_end(cw);
	return end;
}

static size_t write_triple(struct coco_cw *cw, const struct coco_corim_claim *c, size_t n)
{
	size_t end = 0;

	while (end < n && c[end].triple == c[0].triple)
		end++;
	coco_cw_begin(cw, '[');
	write_env(cw, &c->env);
	coco_cw_begin(cw, '[');
	for (size_t i = 0; i < end;)
		i += write_measurement(cw, &c[i], end - i);
	coco_cw_end(cw);
	coco_cw_end(cw);
	return end;
}

/* ---- documents --------------------------------------------------------------------- */

static void write_comid(struct coco_cw *cw, const struct coco_corim *c, size_t tag)
{
	const struct coco_corim_tag *t = &c->tags[tag];

	coco_cw_tag(cw, TAG_COMID);
	coco_cw_begin(cw, 'b');
	coco_cw_begin(cw, '{');
	coco_cw_u64(cw, 1);
	coco_cw_begin(cw, '{');
	coco_cw_u64(cw, 0);
	write_own_name(cw, &t->id);
	member_number(cw, 1, t->has_version, t->version);
	coco_cw_end(cw);
	coco_cw_u64(cw, 4);
	coco_cw_begin(cw, '{');
	coco_cw_u64(cw, 0);
	coco_cw_begin(cw, '[');
	for (size_t i = 0; i < c->n_claims;) {
		size_t end = i;

		while (end < c->n_claims && c->claims[end].tag == c->claims[i].tag)
			end++;
		if (c->claims[i].tag == tag)
			for (size_t k = i; k < end;)
				k += write_triple(cw, &c->claims[k], end - k);
		i = end;
	}
	coco_cw_end(cw);
	coco_cw_end(cw);
	coco_cw_end(cw);
	coco_cw_end(cw);
}

static void write_validity(struct coco_cw *cw, bool has_before, int64_t before, int64_t after)
{
	coco_cw_begin(cw, '{');
	if (has_before) {
		coco_cw_u64(cw, 0);
		coco_cw_tag(cw, TAG_EPOCH);
		coco_cw_i64(cw, before);
	}
	coco_cw_u64(cw, 1);
	coco_cw_tag(cw, TAG_EPOCH);
	coco_cw_i64(cw, after);
	coco_cw_end(cw);
}

static void write_entity(struct coco_cw *cw, struct coco_view name, struct coco_view uri)
{
	coco_cw_u64(cw, 0);
	text(cw, name);
	if (uri.n != 0) {
		coco_cw_u64(cw, 1);
		coco_cw_tag(cw, TAG_URI);
		text(cw, uri);
	}
}

static void write_about(struct coco_cw *cw, const struct coco_corim *c)
{
	member_name(cw, 3, &c->profile);
	if (c->has_validity) {
		coco_cw_u64(cw, 4);
		write_validity(cw, c->has_not_before, c->not_before, c->not_after);
	}
	if (c->signer.n == 0)
		return;
	coco_cw_u64(cw, 5);
	coco_cw_begin(cw, '[');
	coco_cw_begin(cw, '{');
	write_entity(cw, c->signer, c->signer_uri);
	coco_cw_u64(cw, 2);
	coco_cw_begin(cw, '[');
	coco_cw_u64(cw, 1);   /* manifest creator */
	coco_cw_end(cw);
	coco_cw_end(cw);
	coco_cw_end(cw);
}

int coco_corim_encode(const struct coco_corim *c, uint8_t **ret, size_t *ret_n,
		      struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_cw cw;

	coco_wr_init(&wr, COCO_CORIM_MAX);
	coco_cw_init(&cw, &wr);
	coco_cw_tag(&cw, TAG_UNSIGNED);
	coco_cw_begin(&cw, '{');
	if (c->id.kind != COCO_CORIM_NONE) {
		coco_cw_u64(&cw, 0);
		write_own_name(&cw, &c->id);
	}
	coco_cw_u64(&cw, 1);
	coco_cw_begin(&cw, '[');
	for (size_t i = 0; i < c->n_tags; i++)
		write_comid(&cw, c, i);
	coco_cw_end(&cw);
	write_about(&cw, c);
	coco_cw_end(&cw);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}

int coco_corim_meta_encode(const struct coco_corim_meta *m, uint8_t **ret, size_t *ret_n,
			   struct coco_diag *diag)
{
	struct coco_wr wr;
	struct coco_cw cw;

	coco_wr_init(&wr, 1 << 16);
	coco_cw_init(&cw, &wr);
	coco_cw_begin(&cw, '{');
	coco_cw_u64(&cw, 0);
	coco_cw_begin(&cw, '{');
	write_entity(&cw, m->name, m->uri);
	coco_cw_end(&cw);
	if (m->has_validity) {
		coco_cw_u64(&cw, 1);
		write_validity(&cw, m->has_not_before, m->not_before, m->not_after);
	}
	coco_cw_end(&cw);
	return coco_wr_finish(&wr, ret, ret_n, diag);
}
