/*
 * out_json.c - the envelope of --json (cli-ux 3): one object, the same on
 * success and failure; docs/json has its schemas.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/core/out.h"
#include "cli/core/version.h"

const char *coco_out_verdict(const struct coco_cmd *cmd, int exit_code)
{
	if (cmd == NULL || (cmd->flags & COCO_CMD_VERIFIES) == 0 || exit_code == COCO_EXIT_USAGE)
		return NULL;
	if (exit_code == COCO_EXIT_OK)
		return "affirmed";
	return exit_code == COCO_EXIT_REJECTED ? "rejected" : "indeterminate";
}

static void kv_text(struct coco_jw *jw, const char *key, const char *value)
{
	if (value[0] != '\0')
		coco_jw_kv_string(jw, key, value);
}

void coco_out_error_item(struct coco_jw *jw, const struct coco_diag *d)
{
	const struct coco_err_info *info = coco_err_info(d->code);

	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "code", info->id);
	coco_jw_kv_string(jw, "class", coco_err_class_name(info->class));
	coco_jw_kv_string(jw, "message", d->message[0] != '\0' ? d->message : info->title);
	coco_jw_kv_string(jw, "hint", d->hint[0] != '\0' ? d->hint : info->next);
	kv_text(jw, "expected", d->expected);
	kv_text(jw, "actual", d->actual);
	if (d->source[0] != '\0' || d->has_offset || d->pointer[0] != '\0' ||
	    d->field[0] != '\0') {
		coco_jw_key(jw, "where");
		coco_jw_begin(jw, '{');
		kv_text(jw, "source", d->source);
		if (d->has_offset) {
			char text[32];

			snprintf(text, sizeof(text), "%" PRIu64, d->offset);
			coco_jw_kv_string(jw, "offset", text);
		}
		kv_text(jw, "pointer", d->pointer);
		kv_text(jw, "field", d->field);
		coco_jw_end(jw, '}');
	}
	coco_jw_key(jw, "causes");
	coco_jw_begin(jw, '[');
	for (unsigned i = 0; i < d->n_causes; i++)
		coco_jw_string(jw, d->causes[i]);
	coco_jw_end(jw, ']');
	coco_jw_end(jw, '}');
}

/* An array from text of items without brackets. */
static void raw_array(struct coco_jw *jw, const char *key, const struct coco_wr *items)
{
	coco_jw_key(jw, key);
	coco_jw_begin(jw, '[');
	if (items->n != 0)
		coco_jw_raw(jw, (const char *)items->p, items->n);
	coco_jw_end(jw, ']');
}

static void schema_id(struct coco_jw *jw, const struct coco_cmd *cmd)
{
	char id[96];

	/* "model pack" is cococtl.model-pack.v1, as its file and manual page */
	snprintf(id, sizeof(id), "cococtl.%s.v1", cmd != NULL ? cmd->path : "error");
	for (char *c = id; *c != '\0'; c++)
		if (*c == ' ')
			*c = '-';
	coco_jw_kv_string(jw, "schema", id);
}

static void write_tool(struct coco_jw *jw)
{
	const char *const *formats = coco_version_formats();

	coco_jw_key(jw, "tool");
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "name", "cococtl");
	coco_jw_kv_string(jw, "version", coco_version());
	coco_jw_key(jw, "formats");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; formats[i] != NULL; i++)
		coco_jw_string(jw, formats[i]);
	coco_jw_end(jw, ']');
	coco_jw_end(jw, '}');
}

static void write_warnings(struct coco_jw *jw, const struct coco_envelope *e)
{
	coco_jw_key(jw, "warnings");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; i < e->report->n_warned; i++)
		coco_out_error_item(jw, &e->report->warned[i]);
	if (e->warnings.n != 0)
		coco_jw_raw(jw, (const char *)e->warnings.p, e->warnings.n);
	coco_jw_end(jw, ']');
}

static void write_envelope(struct coco_jw *jw, const struct coco_envelope *e)
{
	const struct coco_report *r = e->report;
	const char *verdict = coco_out_verdict(e->cmd, e->exit_code);

	coco_jw_begin(jw, '{');
	schema_id(jw, e->cmd);
	coco_jw_kv_bool(jw, "ok", e->exit_code == COCO_EXIT_OK);
	coco_jw_kv_u64(jw, "exit_code", (uint64_t)e->exit_code);
	if (verdict != NULL)
		coco_jw_kv_string(jw, "verdict", verdict);
	if (verdict != NULL || r->n_checks != 0)
		raw_array(jw, "checks", &r->checks);
	/* the report's writer left the object open */
	if (r->result.n > 1) {
		coco_jw_key(jw, "result");
		coco_jw_raw(jw, (const char *)r->result.p, r->result.n);
		coco_wr_u8(jw->wr, '}');
	}
	coco_jw_key(jw, "errors");
	coco_jw_begin(jw, '[');
	if (e->diag->code != 0)
		coco_out_error_item(jw, e->diag);
	coco_jw_end(jw, ']');
	write_warnings(jw, e);
	raw_array(jw, "inputs", &r->inputs);
	write_tool(jw);
	coco_jw_end(jw, '}');
}

static void line(struct coco_wr *wr, unsigned depth)
{
	coco_wr_u8(wr, '\n');
	for (unsigned i = 0; i < depth; i++)
		coco_wr_str(wr, "  ");
}

void coco_out_pretty(struct coco_wr *ret, const char *json, size_t n)
{
	unsigned depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < n; i++) {
		char c = json[i];

		if (quoted) {
			coco_wr_u8(ret, (uint8_t)c);
			if (c == '\\' && i + 1 < n)
				coco_wr_u8(ret, (uint8_t)json[++i]);
			quoted = c != '"';
			continue;
		}
		quoted = c == '"';
		if ((c == '{' || c == '[') && i + 1 < n &&
		    (json[i + 1] == '}' || json[i + 1] == ']')) {
			coco_wr_bytes(ret, json + i++, 2);
			continue;
		}
		if ((c == '}' || c == ']') && depth > 0)
			line(ret, --depth);
		coco_wr_u8(ret, (uint8_t)c);
		if (c == '{' || c == '[')
			line(ret, ++depth);
		else if (c == ',')
			line(ret, depth);
		else if (c == ':')
			coco_wr_u8(ret, ' ');
	}
}

void coco_out_render_json(struct coco_wr *ret, const struct coco_envelope *envelope)
{
	struct coco_wr compact;
	struct coco_jw jw;

	coco_wr_init(&compact, ret->max);
	coco_jw_init(&jw, &compact, false);
	write_envelope(&jw, envelope);
	if (compact.code != 0)
		ret->code = compact.code;
	else if (envelope->pretty)
		coco_out_pretty(ret, (const char *)compact.p, compact.n);
	else
		coco_wr_bytes(ret, compact.p, compact.n);
	coco_wr_u8(ret, '\n');
	coco_wr_free(&compact);
}
