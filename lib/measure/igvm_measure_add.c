/*
 * igvm_measure_add.c - one page of an IGVM file into the measurement of a platform,
 * and into the steps of the record (see igvm_measure_priv.h).
 */
#include <stdio.h>
#include <string.h>

#include "lib/measure/igvm_measure_priv.h"

enum {
	CHECK_EVERY = 1024,     /* pages between two looks at the cancel flag */
	TDX_RECORD = 128,
	TDX_CHUNK = 256,
	TDX_GPA_AT = 16,
};

static int add_snp(struct coco_igvm_work *w, enum coco_snp_page_type type, uint64_t gpa,
		   const uint8_t *page, struct coco_mrecord_digest *ret)
{
	uint8_t info[COCO_SNP_PAGE_INFO];
	uint8_t contents[COCO_SNP_DIGEST];
	int r = 0;

	if (page != NULL) {
		r = coco_digest_once(w->sha384, page, COCO_IGVM_PAGE, contents, w->diag);
		if (r == 0)
			coco_mrecord_digest_set(ret, contents, sizeof(contents));
	}
	coco_snp_page_info(info, w->chain, page != NULL ? contents : NULL, type, gpa);
	return r == 0 ? coco_digest_once(w->sha384, info, sizeof(info), w->chain, w->diag) : r;
}

static int tdx_record(struct coco_igvm_work *w, const char *name, uint64_t gpa)
{
	uint8_t rec[TDX_RECORD] = { 0 };

	memcpy(rec, name, strlen(name));
	for (unsigned i = 0; i < 8; i++)
		rec[TDX_GPA_AT + i] = (uint8_t)(gpa >> (8 * i) & 0xff);
	return coco_digest_update(w->sha384, rec, sizeof(rec), w->diag);
}

static int add_tdx(struct coco_igvm_work *w, enum coco_snp_page_type type, uint64_t gpa,
		   const uint8_t *page)
{
	int r = tdx_record(w, "MEM.PAGE.ADD", gpa);

	if (type != COCO_SNP_NORMAL || page == NULL)
		return r;
	for (size_t at = 0; r == 0 && at < COCO_IGVM_PAGE; at += TDX_CHUNK) {
		r = tdx_record(w, "MR.EXTEND", gpa + at);
		if (r == 0)
			r = coco_digest_update(w->sha384, page + at, TDX_CHUNK, w->diag);
	}
	return r;
}

int coco_igvm_flush(struct coco_igvm_work *w)
{
	struct coco_igvm_step *s = &w->step;
	int r = 0;

	if (s->in.pages != 0) {
		if (s->in.pages != 1)
			s->in.digest.n = 0;
		r = coco_mrecord_input(&w->out->record, &s->in, w->diag);
	}
	*s = (struct coco_igvm_step){ .next = 0 };
	return r;
}

/* The step that the page belongs to. */
static int grow_step(struct coco_igvm_work *w, const char *name, const char *type, uint64_t gpa)
{
	struct coco_igvm_step *s = &w->step;

	if (s->in.pages != 0 && s->next == gpa && strcmp(s->in.name, name) == 0 &&
	    strcmp(s->in.type, type) == 0)
		return 0;
	int r = coco_igvm_flush(w);
	s->in.has_gpa = true;
	s->in.gpa = gpa;
	snprintf(s->in.name, sizeof(s->in.name), "%s", name);
	snprintf(s->in.type, sizeof(s->in.type), "%s", type);
	return r;
}

static const char *type_name(const struct coco_igvm_work *w, enum coco_snp_page_type type)
{
	if (w->platform == COCO_IGVM_SNP)
		return coco_snp_page_type_name(type);
	if (w->platform == COCO_IGVM_TDX)
		return type == COCO_SNP_NORMAL ? "add, extend" : "add";
	return type == COCO_SNP_VMSA ? "vmsa" : "bytes";
}

int coco_igvm_add(struct coco_igvm_work *w, const char *name, enum coco_snp_page_type type,
		  uint64_t gpa, const uint8_t *page)
{
	struct coco_igvm_step *s = &w->step;
	int r = 0;

	if (w->n_pages == COCO_IGVM_PAGES_MAX)
		return coco_fail(w->diag, COCO_E_LIMIT_SIZE, "more than %d pages to measure",
				 COCO_IGVM_PAGES_MAX);
	if (w->n_pages++ % CHECK_EVERY == 0)
		r = coco_run_check(w->run, w->diag);
	if (r == 0)
		r = grow_step(w, name, type_name(w, type), gpa);
	if (r != 0)
		return r;
	if (w->platform == COCO_IGVM_SNP)
		r = add_snp(w, type, gpa, page, &s->in.digest);
	else if (w->platform == COCO_IGVM_TDX)
		r = add_tdx(w, type, gpa, page);
	else if (page != NULL)
		coco_sha256_update(&w->stream, page, COCO_IGVM_PAGE);
	s->in.pages++;
	s->next = gpa + COCO_IGVM_PAGE;
	if (w->platform == COCO_IGVM_SNP)
		coco_mrecord_digest_set(&s->in.running, w->chain, sizeof(w->chain));
	return r;
}
