/*
 * observed.c - what was seen of a guest (see observed.h).
 */
#include "lib/measure/observed.h"

#include <string.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/core/tcg_replay.h"

/* An object with the member "schema" is a record, whatever else is wrong with it. */
static bool looks_like_record(struct coco_view text)
{
	struct coco_json doc;
	size_t i = 0;

	while (i < text.n && (text.p[i] == ' ' || text.p[i] == '\n' || text.p[i] == '\r' ||
			      text.p[i] == '\t'))
		i++;
	if (i == text.n || text.p[i] != '{' ||
	    coco_json_parse(&doc, text, COCO_MRECORD_MAX, NULL) != 0)
		return false;
	struct coco_jv root = coco_json_root(&doc);
	bool has = coco_jv_has(&root, "schema");
	coco_json_free(&doc);
	return has;
}

static int decode(struct coco_observed *o, struct coco_diag *diag)
{
	struct coco_view text = coco_view_of(o->text, o->n);

	if (looks_like_record(text)) {
		o->kind = COCO_OBSERVED_RECORD;
		return coco_mrecord_decode(&o->record, text, diag);
	}
	if (coco_evidence_peek(&o->peek, text)) {
		o->kind = COCO_OBSERVED_EVIDENCE;
		return 0;
	}
	o->kind = COCO_OBSERVED_LOG;
	int r = coco_tcg_log_decode(&o->log, text, diag);
	return r == 0 ? coco_tcg_complete(&o->log, diag) : r;
}

int coco_observed_load(struct coco_observed *ret, const char *path, struct coco_diag *diag)
{
	struct coco_observed o = { .n = 0 };

	int r = coco_read_file(path, COCO_MRECORD_MAX, &o.text, &o.n, diag);
	if (r == 0)
		r = decode(&o, diag);
	if (r == 0) {
		*ret = o;
		return 0;
	}
	coco_diag_source(diag, "%s", path);
	coco_observed_free(&o);
	return r;
}

void coco_observed_free(struct coco_observed *o)
{
	coco_mrecord_free(&o->record);
	coco_tcg_log_free(&o->log);
	coco_free(o->text);
	memset(o, 0, sizeof(*o));
}

const char *coco_observed_kind_name(const struct coco_observed *o)
{
	if (o->kind == COCO_OBSERVED_RECORD)
		return "record";
	if (o->kind == COCO_OBSERVED_LOG)
		return "event log";
	return o->peek.kind == COCO_EVIDENCE_SNP_REPORT ? "SEV-SNP report" : "TDX quote";
}
