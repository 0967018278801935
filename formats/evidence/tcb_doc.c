/*
 * tcb_doc.c - the common parts of Intel's signed documents (see tcb_doc.h).
 */
#include "formats/evidence/tcb_doc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/core/json_scan.h"
#include "formats/core/mem.h"
#include "formats/core/rfc3339.h"

static const char *const status_names[COCO_TCB_STATUSES] = {
	[COCO_TCB_NONE] = "NotSupported",
	[COCO_TCB_UP_TO_DATE] = "UpToDate",
	[COCO_TCB_SW_HARDENING] = "SWHardeningNeeded",
	[COCO_TCB_CONFIGURATION] = "ConfigurationNeeded",
	[COCO_TCB_CONFIGURATION_SW_HARDENING] = "ConfigurationAndSWHardeningNeeded",
	[COCO_TCB_OUT_OF_DATE] = "OutOfDate",
	[COCO_TCB_OUT_OF_DATE_CONFIGURATION] = "OutOfDateConfigurationNeeded",
	[COCO_TCB_REVOKED] = "Revoked",
	[COCO_TCB_RELAUNCH] = "TDRelaunchAdvised",
	[COCO_TCB_RELAUNCH_CONFIGURATION] = "TDRelaunchAdvisedConfigurationNeeded",
};

const char *coco_tcb_status_name(enum coco_tcb_status status)
{
	return (size_t)status < COCO_TCB_STATUSES ? status_names[status] : "unknown";
}

bool coco_tcb_status_parse(const char *word, enum coco_tcb_status *ret)
{
	for (unsigned i = COCO_TCB_UP_TO_DATE; i <= COCO_TCB_REVOKED; i++) {
		if (strcmp(word, status_names[i]) != 0)
			continue;
		*ret = (enum coco_tcb_status)i;
		return true;
	}
	return false;
}

void coco_tcb_advisories_free(struct coco_tcb_advisories *pool)
{
	coco_free(pool->v);
	memset(pool, 0, sizeof(*pool));
}

void coco_isv_levels_free(struct coco_isv_levels *levels)
{
	coco_free(levels->v);
	memset(levels, 0, sizeof(*levels));
}

bool coco_tcb_doc_span(struct coco_view text, const char *name, struct coco_view *ret)
{
	struct coco_json_scan scan;
	struct coco_view key, value;
	size_t n = strlen(name);
	bool end;

	if (coco_json_scan_init(&scan, text, NULL) != 0 || !scan.object)
		return false;
	while (coco_json_scan_next(&scan, &key, &value, &end, NULL) == 0 && !end) {
		if (key.n != n + 2 || memcmp(key.p + 1, name, n) != 0)
			continue;
		*ret = value;
		return true;
	}
	return false;
}

static int open_parts(struct coco_tcb_doc *t, struct coco_view text, const char *name,
		      struct coco_diag *diag)
{
	const char *const members[] = { name, "signature" };

	t->root = coco_json_root(&t->json);
	int r = coco_jv_as_object(&t->root, diag);
	if (r == 0)
		r = coco_jv_closed(&t->root, members, COCO_ARRAY_LEN(members), diag);
	if (r == 0)
		r = coco_jv_object(&t->root, name, &t->body, diag);
	if (r == 0)
		r = coco_jv_hex(&t->root, "signature", t->signature, sizeof(t->signature), diag);
	if (r != 0)
		return r;
	/* a name that is spelled with escapes is not found: the bytes are then not Intel's */
	if (!coco_tcb_doc_span(text, name, &t->span))
		return coco_jv_fail(&t->root, name, COCO_E_TCB_DOCUMENT, diag,
				    "the signed bytes of \"%s\" are not found", name);
	t->span_at = (uint64_t)(t->span.p - text.p);
	return 0;
}

int coco_tcb_doc_open(struct coco_tcb_doc *ret, struct coco_view text, const char *name,
		      struct coco_diag *diag)
{
	memset(ret, 0, sizeof(*ret));
	int r = coco_json_parse_bounded(&ret->json, text, COCO_TCB_DOC_MAX, COCO_TCB_VALUES_MAX,
					diag);
	if (r != 0)
		return r;
	r = open_parts(ret, text, name, diag);
	if (r != 0)
		coco_tcb_doc_close(ret);
	return r;
}

void coco_tcb_doc_close(struct coco_tcb_doc *doc)
{
	coco_json_free(&doc->json);
	memset(doc, 0, sizeof(*doc));
}

int coco_tcb_read_time(const struct coco_jv *obj, const char *key, int64_t *ret,
		       struct coco_diag *diag)
{
	const char *text;
	int r = coco_jv_string(obj, key, &text, diag);

	if (r != 0)
		return r;
	if (!coco_rfc3339_parse(text, ret))
		return coco_jv_fail(obj, key, COCO_E_TCB_DOCUMENT, diag,
				    "%s is no time of the form 2026-01-31T00:00:00Z", key);
	return 0;
}

int coco_tcb_read_head(const struct coco_jv *body, struct coco_tcb_head *ret,
		       struct coco_diag *diag)
{
	struct coco_tcb_head t = { 0 };
	uint64_t version = 0, evaluation = 0;
	const char *id = "";

	int r = coco_jv_u64(body, "version", UINT32_MAX, &version, diag);
	if (r == 0 && (version > 2 || coco_jv_has(body, "id")))
		r = coco_jv_string(body, "id", &id, diag);
	if (r == 0 && strlen(id) >= sizeof(t.id))
		r = coco_jv_fail(body, "id", COCO_E_TCB_DOCUMENT, diag, "the id is too long");
	if (r == 0)
		r = coco_tcb_read_time(body, "issueDate", &t.issued, diag);
	if (r == 0)
		r = coco_tcb_read_time(body, "nextUpdate", &t.next_update, diag);
	if (r == 0 && coco_jv_has(body, "tcbEvaluationDataNumber"))
		r = coco_jv_u64(body, "tcbEvaluationDataNumber", UINT32_MAX, &evaluation, diag);
	if (r != 0)
		return r;
	snprintf(t.id, sizeof(t.id), "%s", id);
	t.version = (uint32_t)version;
	t.evaluation = (uint32_t)evaluation;
	*ret = t;
	return 0;
}

static int add_advisory(struct coco_tcb_advisories *pool, const struct coco_jv *item,
			struct coco_diag *diag)
{
	const char *name;
	int r = coco_jv_as_string(item, &name, diag);

	if (r != 0)
		return r;
	if (strlen(name) >= COCO_TCB_ADVISORY || name[0] == '\0')
		return coco_jv_fail(item, NULL, COCO_E_TCB_DOCUMENT, diag,
				    "the name of an advisory has %zu bytes", strlen(name));
	if (!coco_grow((void **)&pool->v, &pool->cap, pool->n, sizeof(*pool->v),
		       COCO_TCB_ADVISORIES_MAX))
		return coco_fail(diag, pool->n >= COCO_TCB_ADVISORIES_MAX ? COCO_E_LIMIT_COUNT
									  : COCO_E_LIMIT_MEMORY,
				 "no room for %zu advisories", pool->n + 1);
	snprintf(pool->v[pool->n++], COCO_TCB_ADVISORY, "%s", name);
	return 0;
}

int coco_tcb_read_verdict(const struct coco_jv *level, struct coco_tcb_advisories *pool,
			  struct coco_tcb_verdict *ret, struct coco_diag *diag)
{
	struct coco_tcb_verdict t = { .first = pool->n };
	struct coco_jv list = { 0 };
	const char *word;

	int r = coco_jv_string(level, "tcbStatus", &word, diag);
	if (r == 0 && !coco_tcb_status_parse(word, &t.status))
		r = coco_jv_fail(level, "tcbStatus", COCO_E_TCB_DOCUMENT, diag,
				 "the status \"%.40s\" is not known", word);
	if (r == 0)
		r = coco_tcb_read_time(level, "tcbDate", &t.date, diag);
	if (r == 0 && coco_jv_has(level, "advisoryIDs"))
		r = coco_jv_array(level, "advisoryIDs", &list, diag);
	for (size_t i = 0; r == 0 && list.v != NULL && i < coco_jv_len(&list); i++) {
		struct coco_jv item = coco_jv_item(&list, i);

		r = add_advisory(pool, &item, diag);
	}
	if (r != 0)
		return r;
	t.n = pool->n - t.first;
	*ret = t;
	return 0;
}

static int read_isv_level(const struct coco_jv *level, struct coco_tcb_advisories *pool,
			  struct coco_isv_level *ret, struct coco_diag *diag)
{
	struct coco_jv tcb;
	uint64_t svn = 0;

	int r = coco_jv_as_object(level, diag);
	if (r == 0)
		r = coco_jv_object(level, "tcb", &tcb, diag);
	if (r == 0)
		r = coco_jv_u64(&tcb, "isvsvn", UINT16_MAX, &svn, diag);
	if (r == 0)
		r = coco_tcb_read_verdict(level, pool, &ret->says, diag);
	ret->isv_svn = (uint16_t)svn;
	return r;
}

static int descending(const void *a, const void *b)
{
	const struct coco_isv_level *x = a;
	const struct coco_isv_level *y = b;

	return y->isv_svn - x->isv_svn;
}

static int read_isv_list(const struct coco_jv *list, struct coco_tcb_advisories *pool,
			 struct coco_isv_levels *t, struct coco_diag *diag)
{
	for (size_t i = 0; i < coco_jv_len(list); i++) {
		struct coco_jv item = coco_jv_item(list, i);
		struct coco_isv_level level;

		int r = read_isv_level(&item, pool, &level, diag);
		if (r != 0)
			return r;
		if (!coco_grow((void **)&t->v, &t->cap, t->n, sizeof(*t->v), COCO_TCB_LEVELS_MAX))
			return coco_fail(diag, t->n >= COCO_TCB_LEVELS_MAX ? COCO_E_LIMIT_COUNT
									   : COCO_E_LIMIT_MEMORY,
					 "no room for %zu TCB levels", t->n + 1);
		t->v[t->n++] = level;
	}
	if (t->n > 1)
		qsort(t->v, t->n, sizeof(*t->v), descending);
	for (size_t i = 1; i < t->n; i++)
		if (t->v[i].isv_svn == t->v[i - 1].isv_svn)
			return coco_jv_fail(list, NULL, COCO_E_TCB_DOCUMENT, diag,
					    "two TCB levels have the same ISVSVN %u",
					    t->v[i].isv_svn);
	return 0;
}

int coco_tcb_read_isv(const struct coco_jv *obj, struct coco_tcb_advisories *pool,
		      struct coco_isv_levels *ret, struct coco_diag *diag)
{
	struct coco_isv_levels t = { 0 };
	struct coco_jv list;

	int r = coco_jv_array(obj, "tcbLevels", &list, diag);
	if (r != 0)
		return r;
	r = read_isv_list(&list, pool, &t, diag);
	if (r != 0) {
		coco_isv_levels_free(&t);
		return r;
	}
	*ret = t;
	return 0;
}
