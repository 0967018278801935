/*
 * api.c - the exported functions of lib/cococtl.h. Everything else of the
 * library is hidden; lib/cococtl.map lists the same names.
 */
#include "lib/cococtl.h"

#include "formats/core/diag.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"

const char *coco_version(void)
{
	return COCO_VERSION;
}

const char *coco_error_id(int code)
{
	return coco_err_info(code)->id;
}

const char *coco_error_title(int code)
{
	return coco_err_info(code)->title;
}

const char *coco_error_reasons(int code)
{
	return coco_err_info(code)->why;
}

const char *coco_error_next_step(int code)
{
	return coco_err_info(code)->next;
}

int coco_error_exit_status(int code)
{
	return coco_err_exit(code);
}

int coco_error_code(const char *id)
{
	const struct coco_err_info *info = coco_err_find(id);

	return info != NULL ? info->code : 0;
}

int coco_error_at(size_t i)
{
	const struct coco_err_info *info = coco_err_at(i);

	return info != NULL ? info->code : 0;
}

struct coco_diag *coco_diag_new(void)
{
	return coco_zalloc(1, sizeof(struct coco_diag));
}

void coco_diag_free(struct coco_diag *diag)
{
	coco_free(diag);
}

void coco_diag_clear(struct coco_diag *diag)
{
	coco_diag_init(diag);
}

int coco_diag_code(const struct coco_diag *diag)
{
	return diag->code;
}

const char *coco_diag_text(const struct coco_diag *diag, enum coco_diag_part part)
{
	switch (part) {
	case COCO_DIAG_MESSAGE:
		return diag->message;
	case COCO_DIAG_SOURCE:
		return diag->source;
	case COCO_DIAG_POINTER:
		return diag->pointer;
	case COCO_DIAG_FIELD:
		return diag->field;
	case COCO_DIAG_EXPECTED:
		return diag->expected;
	case COCO_DIAG_ACTUAL:
		return diag->actual;
	case COCO_DIAG_HINT:
		return diag->hint;
	}
	return "";
}

bool coco_diag_offset(const struct coco_diag *diag, uint64_t *ret_offset)
{
	if (!diag->has_offset)
		return false;
	*ret_offset = diag->offset;
	return true;
}

const char *coco_diag_cause_at(const struct coco_diag *diag, size_t i)
{
	return i < diag->n_causes ? diag->causes[i] : NULL;
}

int coco_json_check(const void *text, size_t n, size_t max, struct coco_diag *diag)
{
	struct coco_json doc;
	int r = coco_json_parse(&doc, coco_view_of(text, n), max, diag);

	if (r == 0)
		coco_json_free(&doc);
	return r;
}
