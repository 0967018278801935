/*
 * oms_report.c - outcome of checking a model signature (see oms_report.h).
 */
#include "lib/model/oms_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"

static const struct {
	const char *id;
	const char *title;
} check_names[COCO_OMS_CHECKS] = {
	[COCO_OMS_CHECK_SIGNATURE] = { "signature.valid", "the signature holds" },
	[COCO_OMS_CHECK_CERTIFICATE] = { "certificate.valid",
					 "the certificate leads to a given root, is valid at that "
					 "time and may sign code" },
	[COCO_OMS_CHECK_SUBJECT] = { "certificate.subject",
				     "the certificate is that of the expected subject" },
	[COCO_OMS_CHECK_STATEMENT] = { "statement.type",
				       "what is signed is a list of model files" },
	[COCO_OMS_CHECK_ROOT] = { "statement.root", "the root digest is that of the listed files" },
	[COCO_OMS_CHECK_MISSING] = { "files.missing", "no signed file is missing" },
	[COCO_OMS_CHECK_UNSIGNED] = { "files.unsigned", "no file was added" },
	[COCO_OMS_CHECK_DIGESTS] = { "files.digests", "every signed file is unchanged" },
};

int coco_oms_report_new(struct coco_oms_report **ret, struct coco_diag *diag)
{
	struct coco_oms_report *report = coco_zalloc(1, sizeof(*report));

	if (report == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a report");
	for (int i = 0; i < COCO_OMS_CHECKS; i++) {
		report->checks[i].id = check_names[i].id;
		report->checks[i].title = check_names[i].title;
		coco_oms_report_set(report, (enum coco_oms_check_id)i, COCO_OMS_SKIP, NULL, NULL,
				    "not reached");
	}
	*ret = report;
	return 0;
}

static void names_clear(struct coco_oms_names *list)
{
	for (size_t i = 0; i < list->n; i++)
		coco_free(list->names[i]);
	coco_free(list->names);
	*list = (struct coco_oms_names){ 0 };
}

void coco_oms_report_free(struct coco_oms_report *report)
{
	if (report == NULL)
		return;
	names_clear(&report->missing);
	names_clear(&report->extra);
	names_clear(&report->different);
	coco_free(report);
}

static void set_text(char *dst, size_t cap, const char *text)
{
	if (text != NULL)
		coco_escape(dst, cap, text, strlen(text));
}

void coco_oms_report_set(struct coco_oms_report *report, enum coco_oms_check_id id,
			 enum coco_oms_status status, const char *expected, const char *actual,
			 const char *detail)
{
	struct coco_oms_check *c = &report->checks[id];

	c->status = status;
	c->detail[0] = '\0';
	set_text(c->expected, sizeof(c->expected), expected);
	set_text(c->actual, sizeof(c->actual), actual);
	set_text(c->detail, sizeof(c->detail), detail);
}

int coco_oms_report_name(struct coco_oms_names *list, const char *name, bool show,
			 struct coco_diag *diag)
{
	void *names = list->names;

	list->count++;
	if (!show || list->n >= COCO_OMS_NAMES_MAX)
		return 0;
	if (!coco_grow(&names, &list->cap, list->n, sizeof(*list->names), COCO_OMS_NAMES_MAX))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for names");
	list->names = names;
	list->names[list->n] = coco_strdup(name);
	if (list->names[list->n] == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for names");
	list->n++;
	return 0;
}

static void set_count(struct coco_oms_report *report, enum coco_oms_check_id id, uint64_t count,
		      enum coco_oms_status bad, const char *detail)
{
	char actual[32];

	snprintf(actual, sizeof(actual), "%" PRIu64, count);
	coco_oms_report_set(report, id, count == 0 ? COCO_OMS_PASS : bad, "0", actual,
			    count != 0 ? detail : NULL);
}

void coco_oms_report_pairs(struct coco_oms_report *report, bool ignore_unsigned)
{
	set_count(report, COCO_OMS_CHECK_MISSING, report->missing.count, COCO_OMS_FAIL, NULL);
	set_count(report, COCO_OMS_CHECK_UNSIGNED, report->extra.count,
		  ignore_unsigned ? COCO_OMS_SKIP : COCO_OMS_FAIL,
		  ignore_unsigned ? "unsigned files are ignored as asked" : NULL);
}

int coco_oms_report_files(struct coco_oms_report *report, bool ignore_unsigned,
			  struct coco_diag *diag)
{
	set_count(report, COCO_OMS_CHECK_DIGESTS, report->different.count, COCO_OMS_FAIL, NULL);
	if (report->missing.count == 0 && report->different.count == 0 &&
	    (report->extra.count == 0 || ignore_unsigned))
		return 0;
	return coco_fail(diag, COCO_E_OMS_FILES,
			 "%" PRIu64 " of %" PRIu64 " signed files are unchanged, %" PRIu64
			 " differ, %" PRIu64 " are missing, %" PRIu64 " were added",
			 report->matching, report->signed_files, report->different.count,
			 report->missing.count, report->extra.count);
}
