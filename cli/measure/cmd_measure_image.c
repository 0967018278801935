/*
 * cmd_measure_image.c - cococtl measure image: what of a disk is measured.
 */
#include <inttypes.h>
#include <stdio.h>

#include "cli/core/out.h"
#include "cli/measure/opts_disk.h"
#include "cli/measure/record_answer.h"
#include "cli/measure/run_measure.h"
#include "lib/measure/image.h"

/* The items that something measures, or those that nothing does. */
static void table(const struct coco_image *m, bool measured, struct coco_report *report)
{
	static const struct coco_column columns[] = {
		{ "what", COCO_ALIGN_LEFT },  { "kind", COCO_ALIGN_LEFT },
		{ "size", COCO_ALIGN_RIGHT }, { "register", COCO_ALIGN_LEFT },
		{ "how", COCO_ALIGN_LEFT },
	};
	bool begun = false;

	for (size_t i = 0; i < m->n; i++) {
		const struct coco_image_item *item = &m->items[i];
		char size[32] = "";

		if ((item->by[0] != '\0') != measured)
			continue;
		if (!begun) {
			coco_report_heading(report, measured ? "measured" : "measured by nothing");
			coco_report_table(report, columns, COCO_ARRAY_LEN(columns));
			begun = true;
		}
		if (item->size != 0)
			coco_human_bytes(size, sizeof(size), item->size);
		coco_report_row(report, (const char *[]){ item->name, item->what, size,
							  measured ? item->by : "none",
							  item->reason });
	}
}

static void json(const struct coco_image *m, struct coco_report *report)
{
	struct coco_jw *jw = coco_report_json(report);

	coco_jw_key(jw, "items");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < m->n; i++) {
		const struct coco_image_item *item = &m->items[i];
		char size[24];

		snprintf(size, sizeof(size), "%" PRIu64, item->size);
		coco_jw_begin(jw, '{');
		coco_jw_kv_string(jw, "name", item->name);
		coco_jw_kv_string(jw, "kind", item->what);
		coco_jw_kv_string(jw, "size", size);
		if (item->has_sha256)
			coco_jw_kv_hex(jw, "sha256", item->sha256, sizeof(item->sha256));
		coco_jw_kv_bool(jw, "measured", item->by[0] != '\0');
		coco_jw_kv_string(jw, "registers", item->by);
		coco_jw_kv_string(jw, "reason", item->reason);
		coco_jw_end(jw, '}');
	}
	coco_jw_end(jw, ']');
}

static void checks(const struct coco_image *m, struct coco_report *report)
{
	for (size_t i = 0; i < m->n_checks; i++) {
		const struct coco_image_check *c = &m->check[i];

		coco_report_check(report, &(struct coco_check){
			.id = "image.verity",
			.status = c->pass ? COCO_STATUS_PASS : COCO_STATUS_FAIL, .title = c->title,
			.expected = c->expected[0] != '\0' ? c->expected : NULL,
			.actual = c->actual[0] != '\0' ? c->actual : NULL });
	}
}

int coco_cmd_measure_image(struct coco_cli *cli, const void *opts, struct coco_report *report,
			   struct coco_diag *diag)
{
	const struct coco_opts_measure_image *o = opts;
	struct coco_image *m = NULL;

	int r = coco_image_survey(&cli->run, o->image, (enum coco_disk_as)o->format, &m, diag);
	if (r != 0)
		return r;
	checks(m, report);
	coco_report_string(report, "container", "container", m->container);
	coco_report_size(report, "size", "size", m->size);
	r = coco_image_verdict(m, diag);
	/* a disk whose parts do not belong together gets no record */
	if (r == 0)
		r = coco_record_answer(cli, &m->record, &o->answer, report, diag);
	table(m, true, report);
	table(m, false, report);
	json(m, report);
	coco_image_free(m);
	return r;
}
