/*
 * mrtd.c - the measurement of a TDX guest's first pages (see mrtd.h).
 *
 * One SHA-384 over records: 128 bytes for each page that is added; for each
 * 256 bytes that are measured 128 bytes and these.
 */
#include "lib/measure/mrtd.h"

#include <stdio.h>
#include <string.h>

#include "lib/core/pool.h"
#include "lib/crypto/digest.h"

enum {
	PAGE = COCO_OVMF_PAGE,
	RECORD = 128,
	CHUNK = 256,
	GPA_AT = 16,
	BUFFER = 8 * (RECORD + CHUNK),
	CHECK_EVERY = 1024,   /* pages between two looks at the cancel flag */
};

struct work {
	const struct coco_run *run;
	struct coco_view image;
	struct coco_digest *sha;
	struct coco_diag *diag;
	size_t n;               /* bytes in buf: an update for each record would be many */
	uint8_t buf[BUFFER];
};

static int flush(struct work *w)
{
	size_t n = w->n;

	w->n = 0;
	return coco_digest_update(w->sha, w->buf, n, w->diag);
}

/* Room for the next n bytes of the stream. */
static int room(struct work *w, size_t n, uint8_t **ret)
{
	int r = w->n + n > sizeof(w->buf) ? flush(w) : 0;

	*ret = w->buf + w->n;
	w->n += n;
	return r;
}

static int record(struct work *w, const char *name, uint64_t gpa)
{
	uint8_t *rec;

	int r = room(w, RECORD, &rec);
	memset(rec, 0, RECORD);
	memcpy(rec, name, strlen(name));
	for (unsigned i = 0; i < 8; i++)
		rec[GPA_AT + i] = (uint8_t)(gpa >> (8 * i) & 0xff);
	return r;
}

static int add_page(struct work *w, const struct coco_tdvf_section *s, uint64_t at)
{
	return (s->attributes & COCO_TDVF_AUG) != 0 ? 0 : record(w, "MEM.PAGE.ADD", s->gpa + at);
}

/* The bytes of the section from offset at on, with zeros behind what the image holds. */
static int fill(struct work *w, const struct coco_tdvf_section *s, uint64_t at)
{
	size_t n = at < s->raw ? (size_t)coco_min_u64(CHUNK, s->raw - at) : 0;
	uint8_t *chunk;

	int r = room(w, CHUNK, &chunk);
	if (n != 0)
		memcpy(chunk, w->image.p + s->offset + at, n);
	memset(chunk + n, 0, CHUNK - n);
	return r;
}

static int extend_page(struct work *w, const struct coco_tdvf_section *s, uint64_t at)
{
	int r = 0;

	if ((s->attributes & COCO_TDVF_EXTEND) == 0)
		return 0;
	for (uint64_t i = at; r == 0 && i < at + PAGE; i += CHUNK) {
		r = record(w, "MR.EXTEND", s->gpa + i);
		if (r == 0)
			r = fill(w, s, i);
	}
	return r;
}

static int walk(struct work *w, const struct coco_tdvf_section *s, bool add, bool extend)
{
	int r = 0;

	for (uint64_t at = 0; r == 0 && at < s->size; at += PAGE) {
		if (at / PAGE % CHECK_EVERY == 0)
			r = coco_run_check(w->run, w->diag);
		if (r == 0 && add)
			r = add_page(w, s, at);
		if (r == 0 && extend)
			r = extend_page(w, s, at);
	}
	return r;
}

const char *coco_mrtd_order_name(enum coco_mrtd_order order)
{
	return order == COCO_MRTD_SINGLE ? "single" : "two";
}

int coco_mrtd_compute(const struct coco_run *run, struct coco_view image,
		      const struct coco_tdvf *t, enum coco_mrtd_order order,
		      uint8_t ret[COCO_MRTD_SIZE], struct coco_diag *diag)
{
	struct work w = { .run = run, .image = image, .diag = diag };
	bool single = order == COCO_MRTD_SINGLE;

	int r = coco_digest_new(&w.sha, COCO_DIGEST_SHA384, diag);
	for (size_t i = 0; r == 0 && i < t->n; i++) {
		r = walk(&w, &t->section[i], true, single);
		if (r == 0 && !single)
			r = walk(&w, &t->section[i], false, true);
	}
	if (r == 0)
		r = flush(&w);
	if (r == 0)
		r = coco_digest_final(w.sha, ret, diag);
	coco_digest_free(w.sha);
	return r;
}

/* A step for a section; the digest of contents that are measured. */
static int describe(struct coco_digest *sha, struct coco_view image,
		    const struct coco_tdvf_section *s, size_t i, struct coco_mrecord *rec,
		    struct coco_diag *diag)
{
	struct coco_mrecord_input in = {
		.has_gpa = true,
		.gpa = s->gpa,
		.pages = s->size / PAGE,
	};
	int r = 0;

	snprintf(in.name, sizeof(in.name), "section %zu %s", i, coco_tdvf_type_name(s->type));
	if ((s->attributes & COCO_TDVF_EXTEND) == 0) {
		snprintf(in.type, sizeof(in.type), "%s",
			 (s->attributes & COCO_TDVF_AUG) != 0 ? "not added" : "added");
	} else {
		snprintf(in.type, sizeof(in.type), "%s",
			 (s->attributes & COCO_TDVF_AUG) != 0 ? "measured"
							      : "added and measured");
		in.digest.n = COCO_MRTD_SIZE;
		r = coco_digest_once(sha, image.p + s->offset, s->raw, in.digest.p, diag);
	}
	return r == 0 ? coco_mrecord_input(rec, &in, diag) : r;
}

/* The values of several orders. */
struct orders {
	const struct coco_run *run;
	struct coco_view image;
	const struct coco_tdvf *t;
	const enum coco_mrtd_order *list;
	struct coco_mrecord_value *values;
};

static int compute_order(void *ctx, size_t i, struct coco_diag *diag)
{
	struct orders *o = ctx;
	struct coco_mrecord_value *v = &o->values[i];

	int r = coco_mrtd_compute(o->run, o->image, o->t, o->list[i], v->value.p, diag);
	if (r != 0)
		return r;
	v->value.n = COCO_MRTD_SIZE;
	coco_mrecord_label(v, "add_page", "%s", coco_mrtd_order_name(o->list[i]));
	return 0;
}

int coco_mrtd_record(const struct coco_run *run, struct coco_view image,
		     const struct coco_tdvf *t, const enum coco_mrtd_order *orders, size_t n,
		     struct coco_mrecord *rec, struct coco_diag *diag)
{
	struct coco_mrecord_value values[COCO_MRTD_ORDERS] = { { .n_labels = 0 } };
	struct orders o = { run, image, t, orders, values };
	struct coco_digest *sha = NULL;

	if (n > COCO_MRTD_ORDERS)
		return coco_fail(diag, COCO_E_INTERNAL, "more orders of pages than there are");
	int r = coco_digest_new(&sha, COCO_DIGEST_SHA384, diag);
	if (r == 0)
		r = coco_mrecord_begin(rec, "tdx.mrtd", "sha384", diag);
	for (size_t i = 0; r == 0 && i < t->n; i++)
		r = describe(sha, image, &t->section[i], i, rec, diag);
	coco_digest_free(sha);
	if (r == 0)
		r = coco_pool_each(run, n, compute_order, &o, diag);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = coco_mrecord_value(rec, &values[i], diag);
	return r;
}
