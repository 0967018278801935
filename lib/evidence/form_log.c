/*
 * form_log.c - event logs of measured boots: crypto-agile, of SHA-1 alone, and
 * JSON as dstack writes it (see piece_form.h).
 */
#include <string.h>

#include "formats/core/tcg_event.h"
#include "lib/evidence/piece_form.h"

enum { SPEC_ID_AT = 32, FIRST = 32 };

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* The first entry of the old form: a PCR, a known type, a size that fits. */
static bool looks_sha1(struct coco_view bytes)
{
	struct coco_tcg_log log;

	if (bytes.n < FIRST || bytes.n > COCO_TCG_LOG_MAX || le32(bytes.p) >= COCO_TCG_REGISTERS ||
	    coco_tcg_event_name(le32(bytes.p + 4)) == NULL ||
	    le32(bytes.p + FIRST - 4) > bytes.n - FIRST)
		return false;
	if (coco_tcg_log_decode(&log, bytes, NULL) != 0)
		return false;
	bool some = log.n > 0 && log.trailing == 0;
	coco_tcg_log_free(&log);
	return some;
}

static bool looks_json(const struct coco_jv *doc)
{
	struct coco_jv list = *doc;

	if (coco_jv_kind(doc) == COCO_JSON_OBJECT &&
	    (!coco_jv_has(doc, "event_log") || coco_jv_array(doc, "event_log", &list, NULL) != 0))
		return false;
	if (coco_jv_kind(&list) != COCO_JSON_ARRAY || coco_jv_len(&list) == 0)
		return false;
	struct coco_jv first = coco_jv_item(&list, 0);
	return coco_jv_kind(&first) == COCO_JSON_OBJECT && coco_jv_has(&first, "imr") &&
	       coco_jv_has(&first, "event_type");
}

static bool log_looks(struct coco_view bytes, const struct coco_jv *doc)
{
	static const char spec_id[] = "Spec ID Event03";

	if (doc != NULL && doc->v != NULL)
		return looks_json(doc);
	if (bytes.n >= SPEC_ID_AT + sizeof(spec_id) &&
	    memcmp(bytes.p + SPEC_ID_AT, spec_id, sizeof(spec_id)) == 0)
		return true;
	return looks_sha1(bytes);
}

static int log_take(struct coco_unpack *u, struct coco_view bytes COCO_UNUSED,
		    const struct coco_jv *doc COCO_UNUSED, struct coco_diag *diag COCO_UNUSED)
{
	coco_unpack_is(u, COCO_PIECE_EVENT_LOG);
	return 0;
}

const struct coco_piece_form coco_form_log = { "event-log", log_looks, log_take };
