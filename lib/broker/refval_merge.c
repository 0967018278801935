/*
 * refval_merge.c - a reference value of a broker and what is wanted there (see
 * refval_merge.h).
 */
#include "lib/broker/refval_merge.h"

#include <string.h>

#include "formats/core/mem.h"

enum { VALUE_MAX = 16 << 20 };

/* The members of a value as compact texts; a value that is no list is its only one. */
struct members {
	struct coco_wr *v;
	size_t n;
	bool list;
};

static void free_members(struct members *m)
{
	for (size_t i = 0; i < m->n; i++)
		coco_wr_free(&m->v[i]);
	coco_free(m->v);
	m->v = NULL;
	m->n = 0;
}

static int write_member(struct members *m, const struct coco_jv *value)
{
	struct coco_wr *wr = &m->v[m->n++];
	struct coco_jw jw;

	coco_wr_init(wr, VALUE_MAX);
	coco_jw_init(&jw, wr, false);
	coco_jw_value(&jw, value);
	return wr->code;
}

static int split(struct members *m, struct coco_view text, struct coco_diag *diag)
{
	struct coco_json doc;
	int r = text.n != 0 ? coco_json_parse(&doc, text, VALUE_MAX, diag) : 0;

	m->list = true;
	if (text.n == 0 || r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	m->list = coco_jv_kind(&root) == COCO_JSON_ARRAY;
	size_t n = m->list ? coco_jv_len(&root) : 1;
	m->v = coco_zalloc(n + 1, sizeof(*m->v));
	if (m->v == NULL)
		r = COCO_E_LIMIT_MEMORY;
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct coco_jv item = m->list ? coco_jv_item(&root, i) : root;

		r = write_member(m, &item);
	}
	coco_json_free(&doc);
	return r != 0 ? coco_fail(diag, r, "no memory for a reference value") : 0;
}

static bool has(const struct members *m, size_t n, const struct coco_wr *value)
{
	for (size_t i = 0; i < n; i++)
		if (m->v[i].n == value->n && memcmp(m->v[i].p, value->p, value->n) == 0)
			return true;
	return false;
}

static void add(struct coco_wr *ret, const struct coco_wr *value, size_t *n)
{
	coco_wr_str(ret, (*n)++ == 0 ? "" : ",");
	coco_wr_bytes(ret, value->p, value->n);
}

/* A list: first what the broker has and keeps, in its order, then what is new. */
static bool merge_lists(const struct members *now, const struct members *want, bool prune,
			struct coco_wr *ret, struct coco_refval_change *change)
{
	bool repeats = false;
	size_t n = 0;

	coco_wr_str(ret, "[");
	for (size_t i = 0; i < now->n; i++) {
		bool wanted = has(want, want->n, &now->v[i]);

		if (has(now, i, &now->v[i])) {
			repeats = true;
			continue;
		}
		change->foreign += wanted ? 0 : 1;
		if (wanted || !prune)
			add(ret, &now->v[i], &n);
	}
	for (size_t i = 0; i < want->n; i++) {
		if (has(now, now->n, &want->v[i]) || has(want, i, &want->v[i]))
			continue;
		change->added++;
		add(ret, &want->v[i], &n);
	}
	coco_wr_str(ret, "]");
	return now->list && !repeats && change->added == 0 && (change->foreign == 0 || !prune);
}

int coco_refval_merge(struct coco_view current, struct coco_view wanted, bool prune,
		      struct coco_wr *ret, struct coco_refval_change *ret_change, bool *ret_same,
		      struct coco_diag *diag)
{
	struct coco_refval_change change = { .added = 0 };
	struct members now = { .v = NULL };
	struct members want = { .v = NULL };
	bool same = false;
	int r = split(&now, current, diag);

	if (r == 0)
		r = split(&want, wanted, diag);
	if (r == 0 && want.list) {
		same = merge_lists(&now, &want, prune, ret, &change) && current.n != 0;
	} else if (r == 0) {
		same = !now.list && has(&now, now.n, &want.v[0]);
		change.added = same ? 0 : 1;
		change.replaced = !same && current.n != 0;
		coco_wr_bytes(ret, want.v[0].p, want.v[0].n);
	}
	free_members(&now);
	free_members(&want);
	if (r == 0 && ret->code != 0)
		r = coco_fail(diag, ret->code, "the reference value is too large");
	if (r != 0)
		return r;
	*ret_change = change;
	*ret_same = same;
	return 0;
}
