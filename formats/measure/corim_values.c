/*
 * corim_values.c - names and measurements of a CoRIM (see corim_reader.h).
 */
#include "formats/core/err_measure.h"
#include "formats/measure/corim_reader.h"

static int bad(const struct coco_corim_rd *rd, const struct coco_cv *v, const char *what)
{
	return coco_cv_fail(v, COCO_E_CORIM_FORM, rd->diag, "%s", what);
}

/* ---- names ------------------------------------------------------------------------- */

/* A name in any of its kinds; tagged ones by their tag. */
static int read_name(const struct coco_corim_rd *rd, const struct coco_cv *v,
		     struct coco_corim_name *ret)
{
	static const struct {
		uint64_t tag;
		enum coco_corim_kind kind;
	} tags[] = {
		{ TAG_UUID, COCO_CORIM_UUID_BYTES }, { TAG_OID, COCO_CORIM_OID },
		{ TAG_BYTES, COCO_CORIM_BYTES }, { TAG_UEID, COCO_CORIM_UEID },
	};
	struct coco_cv inner;

	if (coco_cv_is(v, COCO_CBOR_UINT)) {
		ret->kind = COCO_CORIM_UINT;
		return coco_cv_u64(v, UINT64_MAX, &ret->number, rd->diag);
	}
	if (coco_cv_is(v, COCO_CBOR_TEXT)) {
		ret->kind = COCO_CORIM_TEXT;
		return coco_cv_text(v, &ret->v, rd->diag);
	}
	if (coco_cv_has_tag(v, TAG_URI)) {
		ret->kind = COCO_CORIM_URI;
		int r = coco_cv_untag(v, TAG_URI, &inner, rd->diag);
		return r == 0 ? coco_cv_text(&inner, &ret->v, rd->diag) : r;
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(tags); i++) {
		if (!coco_cv_has_tag(v, tags[i].tag))
			continue;
		ret->kind = tags[i].kind;
		int r = coco_cv_untag(v, tags[i].tag, &inner, rd->diag);
		if (r == 0)
			r = coco_cv_bytes(&inner, &ret->v, rd->diag);
		if (r == 0 && ret->kind == COCO_CORIM_UUID_BYTES && ret->v.n != COCO_CORIM_UUID)
			r = bad(rd, v, "a UUID of another length than 16 bytes");
		return r;
	}
	return bad(rd, v, "a name of a kind that is not known");
}

/* The name of a member of a map, when it is there, in one of the kinds of the mask. */
int coco_corim_member_name(const struct coco_corim_rd *rd, const struct coco_cv *map, int64_t key,
		       unsigned kinds, struct coco_corim_name *ret)
{
	struct coco_cv v;

	coco_cv_get(map, key, &v);
	if (v.p == NULL)
		return 0;
	int r = read_name(rd, &v, ret);
	if (r == 0 && (kinds >> ret->kind & 1) == 0)
		r = bad(rd, &v, "a name of a kind that does not belong here");
	return r;
}

/* A document's or tag's own name: text, or the 16 bytes of a UUID. */
int coco_corim_own_name(const struct coco_corim_rd *rd, const struct coco_cv *v,
			struct coco_corim_name *ret)
{
	if (!coco_cv_is(v, COCO_CBOR_BYTES)) {
		ret->kind = COCO_CORIM_TEXT;
		return coco_cv_text(v, &ret->v, rd->diag);
	}
	ret->kind = COCO_CORIM_UUID_BYTES;
	int r = coco_cv_bytes(v, &ret->v, rd->diag);
	if (r == 0 && ret->v.n != COCO_CORIM_UUID)
		r = bad(rd, v, "an id of neither text nor 16 bytes");
	return r;
}

int coco_corim_member_text(const struct coco_corim_rd *rd, const struct coco_cv *map, int64_t key,
		       struct coco_view *ret)
{
	struct coco_cv v;

	coco_cv_get(map, key, &v);
	return v.p == NULL ? 0 : coco_cv_text(&v, ret, rd->diag);
}

int coco_corim_member_number(const struct coco_corim_rd *rd, const struct coco_cv *map, int64_t key,
			 bool *ret_has, uint64_t *ret)
{
	struct coco_cv v;

	coco_cv_get(map, key, &v);
	*ret_has = v.p != NULL;
	return v.p == NULL ? 0 : coco_cv_u64(&v, UINT64_MAX, ret, rd->diag);
}

/* Members of a map beyond these keys are counted as ignored. */
void coco_corim_count_others(struct coco_corim_rd *rd, const struct coco_cv *map,
			     const int64_t *keys,
			 size_t n)
{
	struct coco_cv_iter it = coco_cv_iter(map);
	struct coco_cv key;
	struct coco_cv v;

	while (coco_cv_next(&it, &key, &v)) {
		int64_t number = 0;
		bool known = false;

		if (coco_cv_i64(&key, &number, NULL) == 0)
			for (size_t i = 0; i < n; i++)
				known = known || keys[i] == number;
		rd->c->n_ignored += !known;
	}
}

/* ---- measurements ------------------------------------------------------------------ */

static int add(struct coco_corim_rd *rd, enum coco_corim_value kind)
{
	rd->claim.kind = kind;
	return coco_corim_add(rd->c, &rd->claim, rd->diag);
}

/* [alg, bytes], as a claim of this kind. */
static int read_digest(struct coco_corim_rd *rd, const struct coco_cv *v,
		       enum coco_corim_value kind)
{
	struct coco_cv_iter it = coco_cv_iter(v);
	struct coco_cv alg;
	struct coco_cv bytes;
	size_t n = 0;

	int r = coco_cv_array(v, &n, rd->diag);
	if (r == 0 && (n != 2 || !coco_cv_next(&it, NULL, &alg) ||
		       !coco_cv_next(&it, NULL, &bytes)))
		r = bad(rd, v, "a digest is an algorithm and its bytes");
	if (r != 0)
		return r;
	rd->claim.alg = 0;
	rd->claim.alg_name = coco_view_of(NULL, 0);
	if (coco_cv_is(&alg, COCO_CBOR_TEXT))
		r = coco_cv_text(&alg, &rd->claim.alg_name, rd->diag);
	else
		r = coco_cv_i64(&alg, &rd->claim.alg, rd->diag);
	if (r == 0 && rd->claim.alg == 0 && rd->claim.alg_name.n == 0)
		r = bad(rd, &alg, "a digest without an algorithm");
	if (r == 0)
		r = coco_cv_bytes(&bytes, &rd->claim.bytes, rd->diag);
	return r == 0 ? add(rd, kind) : r;
}

static int read_digests(struct coco_corim_rd *rd, const struct coco_cv *list,
			enum coco_corim_value kind)
{
	struct coco_cv_iter it = coco_cv_iter(list);
	struct coco_cv v;
	size_t n = 0;

	int r = coco_cv_array(list, &n, rd->diag);
	if (r == 0 && n == 0)
		r = bad(rd, list, "an empty list of digests");
	while (r == 0 && coco_cv_next(&it, NULL, &v))
		r = read_digest(rd, &v, kind);
	return r;
}

static int read_registers(struct coco_corim_rd *rd, const struct coco_cv *map)
{
	struct coco_cv_iter it = coco_cv_iter(map);
	struct coco_cv key;
	struct coco_cv v;

	int r = coco_cv_map(map, NULL, rd->diag);
	while (r == 0 && coco_cv_next(&it, &key, &v)) {
		rd->claim.reg = (struct coco_corim_name){ .kind = COCO_CORIM_NONE };
		r = read_name(rd, &key, &rd->claim.reg);
		if (r == 0 && rd->claim.reg.kind != COCO_CORIM_UINT &&
		    rd->claim.reg.kind != COCO_CORIM_TEXT)
			r = bad(rd, &key, "a register that is neither a number nor text");
		if (r == 0)
			r = read_digests(rd, &v, COCO_CORIM_REGISTER);
	}
	rd->claim.reg = (struct coco_corim_name){ .kind = COCO_CORIM_NONE };
	return r;
}

static int read_svn(struct coco_corim_rd *rd, const struct coco_cv *v)
{
	enum coco_corim_value kind = COCO_CORIM_SVN;
	struct coco_cv inner = *v;
	int r = 0;

	if (coco_cv_has_tag(v, TAG_MIN_SVN)) {
		kind = COCO_CORIM_SVN_MIN;
		r = coco_cv_untag(v, TAG_MIN_SVN, &inner, rd->diag);
	} else if (coco_cv_is(v, COCO_CBOR_TAG)) {
		r = coco_cv_untag(v, TAG_SVN, &inner, rd->diag);
	}
	if (r == 0)
		r = coco_cv_u64(&inner, UINT64_MAX, &rd->claim.number, rd->diag);
	return r == 0 ? add(rd, kind) : r;
}

/* Bytes, or [bytes, mask]; the older form has the mask in a member of its own. */
static int read_raw(struct coco_corim_rd *rd, const struct coco_cv *v, const struct coco_cv *mask)
{
	struct coco_cv inner;
	struct coco_cv parts[2];
	size_t n = 0;
	int r;

	rd->claim.masked = mask->p != NULL;
	if (coco_cv_has_tag(v, TAG_MASKED)) {
		r = coco_cv_untag(v, TAG_MASKED, &inner, rd->diag);
		if (r == 0)
			r = coco_cv_array(&inner, &n, rd->diag);
		if (r != 0)
			return r;
		struct coco_cv_iter it = coco_cv_iter(&inner);
		if (n != 2 || mask->p != NULL || !coco_cv_next(&it, NULL, &parts[0]) ||
		    !coco_cv_next(&it, NULL, &parts[1]))
			return bad(rd, v, "a masked value is a value and one mask");
		rd->claim.masked = true;
		r = coco_cv_bytes(&parts[0], &rd->claim.bytes, rd->diag);
		if (r == 0)
			r = coco_cv_bytes(&parts[1], &rd->claim.mask, rd->diag);
	} else {
		r = coco_cv_untag(v, TAG_BYTES, &inner, rd->diag);
		if (r == 0)
			r = coco_cv_bytes(&inner, &rd->claim.bytes, rd->diag);
		if (r == 0 && mask->p != NULL)
			r = coco_cv_bytes(mask, &rd->claim.mask, rd->diag);
	}
	if (r == 0 && rd->claim.masked && rd->claim.mask.n != rd->claim.bytes.n)
		r = bad(rd, v, "value and mask of different lengths");
	if (r == 0)
		r = add(rd, COCO_CORIM_RAW);
	rd->claim.masked = false;
	rd->claim.mask = coco_view_of(NULL, 0);
	return r;
}

static int read_text(struct coco_corim_rd *rd, const struct coco_cv *v, enum coco_corim_value kind)
{
	int r = coco_cv_text(v, &rd->claim.bytes, rd->diag);

	return r == 0 ? add(rd, kind) : r;
}

static int read_values(struct coco_corim_rd *rd, const struct coco_cv *map)
{
	static const int64_t known[] = { 0, 1, 2, 4, 5, 11, 14 };
	struct coco_cv v[7];
	struct coco_cv text;

	int r = coco_cv_map(map, NULL, rd->diag);
	if (r != 0)
		return r;
	for (size_t i = 0; i < COCO_ARRAY_LEN(known); i++)
		coco_cv_get(map, known[i], &v[i]);
	if (v[0].p != NULL) {
		r = coco_cv_need(&v[0], 0, &text, rd->diag);
		if (r == 0)
			r = read_text(rd, &text, COCO_CORIM_VERSION);
		coco_corim_count_others(rd, &v[0], known, 1);   /* the scheme */
	}
	if (r == 0 && v[1].p != NULL)
		r = read_svn(rd, &v[1]);
	if (r == 0 && v[2].p != NULL)
		r = read_digests(rd, &v[2], COCO_CORIM_DIGEST);
	if (r == 0 && v[3].p != NULL)
		r = read_raw(rd, &v[3], &v[4]);
	if (r == 0 && v[3].p == NULL && v[4].p != NULL)
		r = bad(rd, &v[4], "a mask without a value");
	if (r == 0 && v[5].p != NULL)
		r = read_text(rd, &v[5], COCO_CORIM_NAME);
	if (r == 0 && v[6].p != NULL)
		r = read_registers(rd, &v[6]);
	coco_corim_count_others(rd, map, known, COCO_ARRAY_LEN(known));
	return r;
}

int coco_corim_read_measurement(struct coco_corim_rd *rd, const struct coco_cv *map)
{
	static const unsigned kinds = 1U << COCO_CORIM_UINT | 1U << COCO_CORIM_TEXT |
				      1U << COCO_CORIM_UUID_BYTES | 1U << COCO_CORIM_OID;
	static const int64_t known[] = { 0, 1 };
	struct coco_cv values;

	rd->claim.key = (struct coco_corim_name){ .kind = COCO_CORIM_NONE };
	rd->claim.measurement = rd->measurements++;
	int r = coco_cv_need(map, 1, &values, rd->diag);
	if (r == 0)
		r = coco_corim_member_name(rd, map, 0, kinds, &rd->claim.key);
	if (r == 0)
		r = read_values(rd, &values);
	coco_corim_count_others(rd, map, known, COCO_ARRAY_LEN(known));
	return r;
}
