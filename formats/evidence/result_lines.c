/*
 * result_lines.c - one check in plain lines (see result_lines.h).
 */
#include "formats/evidence/result_lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void line(char ret[COCO_RESULT_LINES], size_t *at, const char *label, const char *text)
{
	if (text[0] == '\0' || *at >= COCO_RESULT_LINES)
		return;
	int n = snprintf(ret + *at, COCO_RESULT_LINES - *at, "%s%s%s%s", *at == 0 ? "" : "\n",
			 label, label[0] == '\0' ? "" : ": ", text);

	*at += n > 0 ? (size_t)n : 0;
}

void coco_result_lines(char ret[COCO_RESULT_LINES], const char *head,
		       const struct coco_result_check *c)
{
	char place[64] = "";
	size_t at = 0;

	if (c->input != COCO_RESULT_NO_INPUT && c->has_offset)
		snprintf(place, sizeof(place), "byte 0x%" PRIx64 " of input %d", c->offset,
			 c->input);
	ret[0] = '\0';
	if (head != NULL)
		line(ret, &at, head, c->title);
	line(ret, &at, "", c->detail);
	line(ret, &at, "expected", c->expected);
	line(ret, &at, "from", c->source);
	line(ret, &at, "actual", c->actual);
	line(ret, &at, "at", place);
	line(ret, &at, "reason", c->reason);
	if (c->reason[0] != '\0')
		line(ret, &at, "who acts", coco_role_name(c->role));
	line(ret, &at, "next", c->next);
}

const char *coco_result_subject_name(const struct coco_result *r, int subject)
{
	return subject >= 0 && (size_t)subject < r->n_subjects ? r->subjects[subject].name
								: "all";
}

const char *coco_result_verdict_line(char ret[COCO_RESULT_TEXT], const struct coco_result *r,
				     bool authentic_only)
{
	const int whole = COCO_RESULT_NO_SUBJECT;

	snprintf(ret, COCO_RESULT_TEXT, "the evidence is %s: authentic %s, acceptable %s",
		 coco_verdict_name(coco_result_verdict(r, authentic_only)),
		 coco_verdict_name(coco_result_verdict_of(r, COCO_ASPECT_AUTHENTIC, whole)),
		 authentic_only ? "not asked"
				: coco_verdict_name(coco_result_verdict_of(
					  r, COCO_ASPECT_ACCEPTABLE, whole)));
	return ret;
}
