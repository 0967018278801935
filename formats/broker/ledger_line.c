/*
 * ledger_line.c - one line of a broker's ledger (see ledger_line.h).
 */
#include "formats/broker/ledger_line.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/err_broker.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/core/rfc3339.h"

#define HEAD "{\"entry\":"
#define MIDDLE ",\"jws\":\""
#define TAIL "\"}"

static const char *const actions[COCO_LEDGER_ACTIONS] = {
	[COCO_LEDGER_BEGIN] = "begin",
	[COCO_LEDGER_PUT] = "put",
	[COCO_LEDGER_FOUND] = "found",
	[COCO_LEDGER_UNSURE] = "unsure",
	[COCO_LEDGER_REMOVE] = "remove",
	[COCO_LEDGER_DISABLE] = "disable",
	[COCO_LEDGER_RESTORE] = "restore",
	[COCO_LEDGER_REPAIR] = "repair",
};

const char *coco_ledger_action_name(enum coco_ledger_action action)
{
	return (size_t)action < COCO_ARRAY_LEN(actions) ? actions[action] : "unknown";
}

/* ---- writing -------------------------------------------------------------------- */

static void put_text(struct coco_jw *jw, const char *key, const char *text)
{
	if (text[0] != '\0')
		coco_jw_kv_string(jw, key, text);
}

void coco_ledger_entry_write(struct coco_wr *wr, const struct coco_ledger_entry *e)
{
	char text[COCO_LEDGER_DIGEST] = "sha256:";
	char when[COCO_RFC3339_TEXT];
	struct coco_jw jw;

	coco_jw_init(&jw, wr, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_u64(&jw, "seq", e->seq);
	coco_jw_kv_string(&jw, "time", coco_rfc3339_print(when, e->time));
	if (e->seq != 1) {
		coco_hex_encode(text + 7, e->previous, sizeof(e->previous));
		coco_jw_kv_string(&jw, "previous", text);
	}
	coco_jw_kv_string(&jw, "action", coco_ledger_action_name(e->action));
	put_text(&jw, "broker", e->broker);
	put_text(&jw, "trustee", e->trustee);
	put_text(&jw, "type", e->type);
	put_text(&jw, "name", e->name);
	put_text(&jw, "digest", e->digest);
	put_text(&jw, "before", e->before);
	if (e->has_expires)
		coco_jw_kv_string(&jw, "expires", coco_rfc3339_print(when, e->expires));
	put_text(&jw, "reason", e->reason);
	coco_jw_end(&jw, '}');
}

int coco_ledger_line_write(struct coco_wr *wr, struct coco_view entry, struct coco_view jws,
			   struct coco_diag *diag)
{
	const char *text = (const char *)jws.p;
	const char *first = memchr(text, '.', jws.n);
	const char *last = first != NULL ?
		memchr(first + 1, '.', jws.n - (size_t)(first + 1 - text)) : NULL;

	if (last == NULL)
		return coco_fail(diag, COCO_E_FORMAT_VALUE, "a signature without its three parts");
	coco_wr_str(wr, HEAD);
	coco_wr_bytes(wr, entry.p, entry.n);
	coco_wr_str(wr, MIDDLE);
	coco_wr_bytes(wr, text, (size_t)(first - text));
	coco_wr_str(wr, ".");
	coco_wr_bytes(wr, last, jws.n - (size_t)(last - text));
	coco_wr_str(wr, TAIL "\n");
	return 0;
}

/* ---- reading -------------------------------------------------------------------- */

static int take_text(const struct coco_jv *obj, const char *key, char *ret, size_t cap,
		     struct coco_diag *diag)
{
	const char *text;

	if (!coco_jv_has(obj, key))
		return 0;
	int r = coco_jv_string(obj, key, &text, diag);
	if (r == 0 && strlen(text) >= cap)
		return coco_jv_fail(obj, key, COCO_E_LEDGER_LINE, diag, "%s is too long", key);
	if (r == 0)
		snprintf(ret, cap, "%s", text);
	return r;
}

static int take_time(const struct coco_jv *obj, const char *key, int64_t *ret,
		     struct coco_diag *diag)
{
	const char *text;
	int r = coco_jv_string(obj, key, &text, diag);

	if (r == 0 && !coco_rfc3339_parse(text, ret))
		r = coco_jv_fail(obj, key, COCO_E_LEDGER_LINE, diag, "%s is no time", key);
	return r;
}

static int take_action(struct coco_ledger_entry *e, const struct coco_jv *obj,
		       struct coco_diag *diag)
{
	const char *text;
	int r = coco_jv_string(obj, "action", &text, diag);

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(actions); i++) {
		if (strcmp(actions[i], text) == 0) {
			e->action = (enum coco_ledger_action)i;
			return 0;
		}
	}
	return r != 0 ? r : coco_jv_fail(obj, "action", COCO_E_LEDGER_LINE, diag,
					 "an action that is not known");
}

static int take_previous(struct coco_ledger_entry *e, const struct coco_jv *obj,
			 struct coco_diag *diag)
{
	char text[COCO_LEDGER_DIGEST] = "";
	int r = take_text(obj, "previous", text, sizeof(text), diag);

	if (r == 0 && e->seq != 1 &&
	    (strncmp(text, "sha256:", 7) != 0 ||
	     coco_hex_decode(e->previous, 32, text + 7, strlen(text + 7), NULL) != 0))
		r = coco_jv_fail(obj, "previous", COCO_E_LEDGER_LINE, diag,
				 "previous is no digest");
	return r;
}

static int take_entry(struct coco_ledger_entry *e, const struct coco_jv *obj,
		      struct coco_diag *diag)
{
	const struct {
		const char *key;
		char *ret;
		size_t cap;
	} texts[] = {
		{ "broker", e->broker, sizeof(e->broker) },
		{ "trustee", e->trustee, sizeof(e->trustee) },
		{ "type", e->type, sizeof(e->type) },
		{ "name", e->name, sizeof(e->name) },
		{ "digest", e->digest, sizeof(e->digest) },
		{ "before", e->before, sizeof(e->before) },
		{ "reason", e->reason, sizeof(e->reason) },
	};
	int r = coco_jv_u64(obj, "seq", 1ULL << 53, &e->seq, diag);

	if (r == 0)
		r = take_time(obj, "time", &e->time, diag);
	if (r == 0)
		r = take_previous(e, obj, diag);
	if (r == 0)
		r = take_action(e, obj, diag);
	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(texts); i++)
		r = take_text(obj, texts[i].key, texts[i].ret, texts[i].cap, diag);
	if (r == 0 && coco_jv_has(obj, "expires")) {
		e->has_expires = true;
		r = take_time(obj, "expires", &e->expires, diag);
	}
	return r;
}

/* A signature without its payload: base64url, "..", base64url; *ret_n: of the first part. */
static bool detached(const char *text, size_t *ret_n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t n = strspn(text, digits);

	*ret_n = n;
	if (n == 0 || strncmp(text + n, "..", 2) != 0)
		return false;
	text += n + 2;
	n = strspn(text, digits);
	return n != 0 && text[n] == '\0';
}

/* The text of the entry must stand in the line as it would be written. */
static bool stands_there(struct coco_view line, struct coco_view entry, const char *jws)
{
	size_t n = strlen(jws);
	const uint8_t *at = line.p;

	if (line.n != strlen(HEAD) + entry.n + strlen(MIDDLE) + n + strlen(TAIL))
		return false;
	bool same = memcmp(at, HEAD, strlen(HEAD)) == 0;
	at += strlen(HEAD);
	same = same && memcmp(at, entry.p, entry.n) == 0;
	at += entry.n;
	same = same && memcmp(at, MIDDLE, strlen(MIDDLE)) == 0;
	at += strlen(MIDDLE);
	same = same && memcmp(at, jws, n) == 0;
	return same && memcmp(at + n, TAIL, strlen(TAIL)) == 0;
}

/* The compact form: the entry's text between header and signature. Gives *ret. */
static int attach(const char *jws, size_t n_header, struct coco_view entry, char **ret,
		  struct coco_diag *diag)
{
	size_t n_payload = coco_b64_len(COCO_B64_URL, entry.n);
	size_t n = strlen(jws);
	char *text = coco_alloc(n + n_payload + 1, 1);

	if (text == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a line of a ledger");
	memcpy(text, jws, n_header + 1);
	coco_b64_encode(COCO_B64_URL, text + n_header + 1, entry.p, entry.n);
	memcpy(text + n_header + 1 + n_payload, jws + n_header + 1, n - n_header);
	*ret = text;
	return 0;
}

static int read_document(struct coco_ledger_entry *e, char **ret_jws, const struct coco_jv *root,
			 struct coco_view line, struct coco_diag *diag)
{
	struct coco_jv entry;
	struct coco_wr wr;
	const char *jws = NULL;
	size_t n_header = 0;
	int r = coco_jv_object(root, "entry", &entry, diag);

	if (r == 0)
		r = coco_jv_string(root, "jws", &jws, diag);
	if (r == 0)
		r = take_entry(e, &entry, diag);
	if (r != 0)
		return r;
	coco_wr_init(&wr, COCO_LEDGER_LINE_MAX);
	coco_ledger_entry_write(&wr, e);
	if (wr.code != 0)
		r = coco_fail(diag, wr.code, "no memory for a line of a ledger");
	else if (!detached(jws, &n_header) || !stands_there(line, coco_wr_view(&wr), jws))
		r = coco_fail(diag, COCO_E_LEDGER_LINE, "not written in the one form of a ledger");
	else
		r = attach(jws, n_header, coco_wr_view(&wr), ret_jws, diag);
	coco_wr_free(&wr);
	return r;
}

int coco_ledger_line_read(struct coco_ledger_entry *ret, char **ret_jws, struct coco_view line,
			  struct coco_diag *diag)
{
	struct coco_diag why = { 0 };
	struct coco_json doc;
	int r = coco_json_parse(&doc, line, COCO_LEDGER_LINE_MAX, &why);

	memset(ret, 0, sizeof(*ret));
	if (r == 0) {
		struct coco_jv root = coco_json_root(&doc);

		r = coco_jv_as_object(&root, &why);
		if (r == 0)
			r = read_document(ret, ret_jws, &root, line, &why);
		coco_json_free(&doc);
	}
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(diag, r, "no memory for a line of a ledger");
	if (r != 0)
		return coco_fail(diag, COCO_E_LEDGER_LINE, "no line of a ledger: %s%s%s",
				 why.message, why.pointer[0] != '\0' ? " at " : "", why.pointer);
	return 0;
}
