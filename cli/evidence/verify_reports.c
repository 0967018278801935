/*
 * verify_reports.c - the result in forms that other programs read (see
 * verify_reports.h).
 */
#include "cli/evidence/verify_reports.h"

#include <string.h>

#include "cli/core/version.h"
#include "formats/evidence/result_junit.h"
#include "formats/evidence/result_sarif.h"
#include "lib/core/io.h"

enum { REPORT_MAX = 256 << 20 };

enum form { JUNIT, SARIF };

static int split(const char *report, enum form *ret, const char **ret_path,
		 struct coco_diag *diag)
{
	static const char *const forms[] = { [JUNIT] = "junit:", [SARIF] = "sarif:" };

	for (size_t i = 0; i < COCO_ARRAY_LEN(forms); i++) {
		const char *path = report + strlen(forms[i]);

		if (strncmp(report, forms[i], strlen(forms[i])) != 0)
			continue;
		if (path[0] == '\0' || strcmp(path, "-") == 0)
			return coco_fail(diag, COCO_E_USAGE_VALUE, "--report %s needs the name "
					 "of a file", forms[i]);
		*ret = (enum form)i;
		*ret_path = path;
		return 0;
	}
	return coco_fail(diag, COCO_E_USAGE_VALUE, "--report takes junit:FILE or sarif:FILE, "
			 "not %.60s", report);
}

int coco_verify_reports_check(const struct coco_cli *cli, const struct coco_strlist *reports,
			      struct coco_diag *diag)
{
	const char *output = cli->common.output;

	for (size_t i = 0; i < reports->n; i++) {
		const char *path = NULL;
		enum form form;
		int r = split(reports->v[i], &form, &path, diag);

		if (r == 0)
			r = coco_out_check(path, coco_cli_out_flags(cli, 0), NULL, diag);
		if (r != 0)
			return r;
		bool twice = output != NULL && strcmp(output, path) == 0;
		for (size_t k = 0; k < i; k++)
			twice = twice || strcmp(strchr(reports->v[k], ':') + 1, path) == 0;
		if (twice)
			return coco_fail(diag, COCO_E_USAGE_CONFLICT,
					 "two outputs have the same name: %s", path);
	}
	return 0;
}

static int write_one(const struct coco_cli *cli, const char *report,
		     const struct coco_result *result, bool authentic_only,
		     struct coco_diag *diag)
{
	const char *path = NULL;
	struct coco_wr wr;
	enum form form;
	uint8_t *p = NULL;
	size_t n = 0;
	int r = split(report, &form, &path, diag);

	if (r != 0)
		return r;
	coco_wr_init(&wr, REPORT_MAX);
	if (form == JUNIT)
		coco_result_junit(&wr, result, authentic_only);
	else
		r = coco_result_sarif(&wr, result, authentic_only, coco_version(), diag);
	if (r != 0) {
		coco_wr_free(&wr);
		return r;
	}
	r = coco_wr_finish(&wr, &p, &n, diag);
	if (r == 0)
		r = coco_write_file(path, p, n, coco_cli_out_flags(cli, 0), diag);
	coco_free(p);
	return r;
}

int coco_verify_reports_write(const struct coco_cli *cli, const struct coco_strlist *reports,
			      const struct coco_result *result, bool authentic_only,
			      struct coco_diag *diag)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < reports->n; i++)
		r = write_one(cli, reports->v[i], result, authentic_only, diag);
	return r;
}
