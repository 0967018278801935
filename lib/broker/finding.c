/*
 * finding.c - what a check of a document found (see finding.h).
 */
#include "lib/broker/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"

void coco_outcomes_free(struct coco_outcomes *list)
{
	coco_free(list->v);
	memset(list, 0, sizeof(*list));
}

static COCO_PRINTF(3, 0) void vset(char *ret, size_t cap, const char *fmt, va_list ap)
{
	if (vsnprintf(ret, cap, fmt, ap) < 0)
		ret[0] = '\0';
}

void coco_outcome(struct coco_outcomes *list, enum coco_outcome_level level, const char *id,
		  const char *fmt, ...)
{
	va_list ap;

	if (list->code != 0)
		return;
	if (!coco_grow((void **)&list->v, &list->cap, list->n, sizeof(*list->v),
		       COCO_OUTCOMES_MAX)) {
		list->code = list->n >= COCO_OUTCOMES_MAX ? COCO_E_LIMIT_COUNT
							  : COCO_E_LIMIT_MEMORY;
		return;
	}
	struct coco_outcome *f = &list->v[list->n++];
	memset(f, 0, sizeof(*f));
	f->level = level;
	snprintf(f->id, sizeof(f->id), "%s", id);
	va_start(ap, fmt);
	vset(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
}

void coco_outcome_place(struct coco_outcomes *list, const char *fmt, ...)
{
	va_list ap;

	if (list->code != 0 || list->n == 0)
		return;
	va_start(ap, fmt);
	vset(list->v[list->n - 1].place, sizeof(list->v->place), fmt, ap);
	va_end(ap);
}

void coco_outcome_next(struct coco_outcomes *list, const char *fmt, ...)
{
	va_list ap;

	if (list->code != 0 || list->n == 0)
		return;
	va_start(ap, fmt);
	vset(list->v[list->n - 1].next, sizeof(list->v->next), fmt, ap);
	va_end(ap);
}

int coco_outcomes_finish(const struct coco_outcomes *list, struct coco_diag *diag)
{
	if (list->code == 0)
		return 0;
	return coco_fail(diag, list->code, list->code == COCO_E_LIMIT_MEMORY
						   ? "no memory for what was found"
						   : "there is too much to say about it");
}

enum coco_outcome_level coco_outcomes_worst(const struct coco_outcomes *list)
{
	enum coco_outcome_level worst = COCO_OUTCOME_PASS;

	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].level > worst)
			worst = list->v[i].level;
	return worst;
}
