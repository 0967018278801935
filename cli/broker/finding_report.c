/*
 * finding_report.c - findings of a check as lines of a report (see
 * finding_report.h).
 */
#include "cli/broker/finding_report.h"

#include <stdio.h>

void coco_outcomes_report(struct coco_report *report, const struct coco_outcomes *list)
{
	static const enum coco_status status[] = {
		COCO_STATUS_PASS, COCO_STATUS_WARN, COCO_STATUS_FAIL,
	};

	for (size_t i = 0; i < list->n; i++) {
		const struct coco_outcome *f = &list->v[i];
		char detail[400];

		snprintf(detail, sizeof(detail), "%s%s%s", f->place,
			 f->place[0] != '\0' && f->next[0] != '\0' ? ": " : "", f->next);
		const struct coco_check check = {
			.id = f->id,
			.status = status[f->level],
			.title = f->text,
			.detail = detail[0] != '\0' ? detail : NULL,
		};

		coco_report_check(report, &check);
	}
}
