/*
 * tcg_log_json.c - event logs as JSON, in dstack's form (see tcg_log.h;
 * measure.md 2.10).
 */
#include "formats/core/err_measure.h"
#include "formats/core/tcg_log.h"

#include <string.h>

#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "formats/core/mem.h"

enum {
	IMR_MAX = 3,
	DIGEST = 48,
	VALUES = 1 << 20,   /* of the document */
};

/* Where decoded bytes go: never more than the text has, and one digest per event. */
struct store {
	uint8_t *p;
	size_t at;
};

static uint8_t *take(struct store *s, size_t n)
{
	uint8_t *p = s->p + s->at;

	s->at += n;
	return p;
}

/* A member in hexadecimal of any even length. */
static int take_hex(const struct coco_jv *item, const char *key, struct store *s,
		    struct coco_view *ret, struct coco_diag *diag)
{
	const char *text;
	int r = coco_jv_string(item, key, &text, diag);

	if (r != 0)
		return r;
	size_t n = strlen(text);
	ret->n = n / 2;
	ret->p = s->p + s->at;
	if (n % 2 != 0 || coco_hex_decode(s->p + s->at, n / 2, text, n, NULL) != 0)
		return coco_jv_fail(item, key, COCO_E_FORMAT_HEX, diag, "not hexadecimal digits");
	take(s, n / 2);
	return 0;
}

/* The digest; dstack leaves that of a runtime event empty when it strips the log. */
static int take_digest(const struct coco_jv *item, struct store *s, struct coco_tcg_event *e,
		       struct coco_diag *diag)
{
	struct coco_view digest;
	int r = take_hex(item, "digest", s, &digest, diag);

	if (r != 0)
		return r;
	if (digest.n == 0 && e->type == COCO_EV_DSTACK_RUNTIME) {
		e->missing = take(s, DIGEST);
		return 0;
	}
	if (digest.n != DIGEST)
		return coco_jv_fail(item, "digest", COCO_E_TCG_ALGORITHM, diag,
				    "a digest of %zu bytes is not SHA-384", digest.n);
	e->digest[0] = digest.p;
	return 0;
}

static int take_name(const struct coco_jv *item, struct store *s, struct coco_tcg_event *e,
		     struct coco_diag *diag)
{
	const char *text;
	int r = coco_jv_string(item, "event", &text, diag);

	if (r != 0)
		return r;
	size_t n = strlen(text) + 1;
	uint8_t *p = take(s, n);
	memcpy(p, text, n);
	e->name = (const char *)p;
	return 0;
}

static int take_event(struct coco_tcg_log *log, const struct coco_jv *item, size_t i,
		      struct store *s, struct coco_diag *diag)
{
	struct coco_tcg_event *e;
	uint64_t imr;
	uint64_t type;

	int r = coco_jv_as_object(item, diag);
	if (r == 0)
		r = coco_tcg_log_add(log, &e, diag);
	if (r == 0)
		r = coco_jv_u64(item, "imr", IMR_MAX, &imr, diag);
	if (r == 0)
		r = coco_jv_u64(item, "event_type", UINT32_MAX, &type, diag);
	if (r != 0)
		return r;
	e->offset = i;
	e->index = (uint32_t)imr + 1;
	e->type = (uint32_t)type;
	r = take_digest(item, s, e, diag);
	if (r == 0)
		r = take_name(item, s, e, diag);
	return r == 0 ? take_hex(item, "event_payload", s, &e->data, diag) : r;
}

static int take_events(struct coco_tcg_log *log, const struct coco_jv *list, size_t text,
		       struct coco_diag *diag)
{
	size_t n = coco_jv_len(list);
	struct store s = { .p = NULL };
	int r = 0;

	if (n == 0)
		return coco_jv_fail(list, NULL, COCO_E_TCG_LOG, diag, "the log holds no event");
	if (n > COCO_TCG_EVENTS)
		return coco_jv_fail(list, NULL, COCO_E_LIMIT_SIZE, diag,
				    "the event log has more than %d events", COCO_TCG_EVENTS);
	s.p = coco_zalloc(text + n * DIGEST, 1);
	if (s.p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for an event log");
	log->own = s.p;
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct coco_jv item = coco_jv_item(list, i);

		r = take_event(log, &item, i, &s, diag);
	}
	return r;
}

static int take_document(struct coco_tcg_log *log, struct coco_view text, bool nested,
			 struct coco_diag *diag);

/* An object around it: the member is the array, or a text that is one. */
static int take_member(struct coco_tcg_log *log, const struct coco_jv *root, size_t text,
		       bool nested, struct coco_diag *diag)
{
	struct coco_jv list;
	const char *inner;

	int r = coco_jv_opt(root, "event_log", &list, diag);
	if (r != 0)
		return r;
	if (list.v == NULL)
		return coco_jv_fail(root, NULL, COCO_E_TCG_LOG, diag,
				    "a JSON object without event_log is no event log");
	if (coco_jv_as_array(&list, NULL) == 0)
		return take_events(log, &list, text, diag);
	r = coco_jv_as_string(&list, &inner, diag);
	if (r == 0 && nested)
		r = coco_jv_fail(&list, NULL, COCO_E_TCG_LOG, diag, "a log inside a log");
	return r == 0 ? take_document(log, coco_view_of(inner, strlen(inner)), true, diag) : r;
}

static int take_document(struct coco_tcg_log *log, struct coco_view text, bool nested,
			 struct coco_diag *diag)
{
	struct coco_json doc;

	int r = coco_json_parse_bounded(&doc, text, COCO_TCG_LOG_MAX, VALUES, diag);
	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	if (coco_jv_as_array(&root, NULL) == 0)
		r = take_events(log, &root, text.n, diag);
	else
		r = take_member(log, &root, text.n, nested, diag);
	coco_json_free(&doc);
	return r;
}

int coco_tcg_log_json(struct coco_tcg_log *ret, struct coco_view text, struct coco_diag *diag)
{
	struct coco_tcg_log log = { .kind = COCO_TCG_LOG_JSON, .cc = true, .n_banks = 1,
				    .bank = { { COCO_TCG_SHA384, DIGEST } } };

	int r = take_document(&log, text, false, diag);
	if (r == 0) {
		log.end = text.n;
		*ret = log;
	} else {
		coco_tcg_log_free(&log);
	}
	return r;
}
