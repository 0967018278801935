/*
 * schema.c - JSON schemas of the envelopes (see schema.h, cli-ux 3).
 */
#include "cli/core/schema.h"

#include <stdio.h>
#include <string.h>

#include "cli/core/help.h"
#include "cli/core/out.h"
#include "formats/core/err.h"
#include "formats/core/json.h"

const char *coco_schema_name(char *ret, const char *path)
{
	snprintf(ret, COCO_SCHEMA_NAME, "%s", path);
	for (char *c = ret; *c != '\0'; c++)
		if (*c == ' ')
			*c = '-';
	return ret;
}

static void open_prop(struct coco_jw *jw, const char *name, const char *type)
{
	coco_jw_key(jw, name);
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "type", type);
}

static void prop(struct coco_jw *jw, const char *name, const char *type)
{
	open_prop(jw, name, type);
	coco_jw_end(jw, '}');
}

static void strings(struct coco_jw *jw, const char *key, const char *const *list)
{
	coco_jw_key(jw, key);
	coco_jw_begin(jw, '[');
	for (size_t i = 0; list[i] != NULL; i++)
		coco_jw_string(jw, list[i]);
	coco_jw_end(jw, ']');
}

/* An array of objects: the caller writes properties between begin and end. */
static void begin_items(struct coco_jw *jw, const char *name)
{
	open_prop(jw, name, "array");
	coco_jw_key(jw, "items");
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "type", "object");
	coco_jw_key(jw, "properties");
	coco_jw_begin(jw, '{');
}

static void end_items(struct coco_jw *jw, const char *const *required)
{
	coco_jw_end(jw, '}');
	strings(jw, "required", required);
	coco_jw_end(jw, '}');
	coco_jw_end(jw, '}');
}

static void write_errors(struct coco_jw *jw, const char *name, const char *const *required)
{
	begin_items(jw, name);
	prop(jw, "code", "string");
	prop(jw, "class", "string");
	prop(jw, "message", "string");
	prop(jw, "hint", "string");
	prop(jw, "expected", "string");
	prop(jw, "actual", "string");
	open_prop(jw, "where", "object");
	coco_jw_key(jw, "properties");
	coco_jw_begin(jw, '{');
	prop(jw, "source", "string");
	open_prop(jw, "offset", "string");
	coco_jw_kv_string(jw, "pattern", "^[0-9]+$");
	coco_jw_end(jw, '}');
	prop(jw, "pointer", "string");
	prop(jw, "field", "string");
	coco_jw_end(jw, '}');
	coco_jw_end(jw, '}');
	open_prop(jw, "causes", "array");
	coco_jw_key(jw, "items");
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "type", "string");
	coco_jw_end(jw, '}');
	coco_jw_end(jw, '}');
	end_items(jw, required);
}

static void write_checks(struct coco_jw *jw)
{
	static const char *const statuses[] = { "pass", "fail", "skip", "error", "warn", NULL };
	static const char *const required[] = { "id", "status", "title", NULL };

	begin_items(jw, "checks");
	prop(jw, "id", "string");
	open_prop(jw, "status", "string");
	strings(jw, "enum", statuses);
	coco_jw_end(jw, '}');
	prop(jw, "title", "string");
	prop(jw, "expected", "string");
	prop(jw, "actual", "string");
	prop(jw, "detail", "string");
	prop(jw, "source", "string");
	end_items(jw, required);
}

static void write_inputs(struct coco_jw *jw)
{
	static const char *const required[] = { "name", "size", NULL };

	begin_items(jw, "inputs");
	prop(jw, "name", "string");
	open_prop(jw, "digest", "string");
	coco_jw_kv_string(jw, "pattern", "^[a-z0-9]+:[0-9a-f]+$");
	coco_jw_end(jw, '}');
	open_prop(jw, "size", "string");
	coco_jw_kv_string(jw, "pattern", "^[0-9]+$");
	coco_jw_end(jw, '}');
	end_items(jw, required);
}

static void write_tool(struct coco_jw *jw)
{
	static const char *const required[] = { "name", "version", "formats", NULL };

	open_prop(jw, "tool", "object");
	coco_jw_key(jw, "properties");
	coco_jw_begin(jw, '{');
	coco_jw_key(jw, "name");
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "const", "cococtl");
	coco_jw_end(jw, '}');
	prop(jw, "version", "string");
	open_prop(jw, "formats", "array");
	coco_jw_key(jw, "items");
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "type", "string");
	coco_jw_end(jw, '}');
	coco_jw_end(jw, '}');
	coco_jw_end(jw, '}');
	strings(jw, "required", required);
	coco_jw_end(jw, '}');
}

/* The codes that help names, and the signals that can end a run. */
static void write_exit_codes(struct coco_jw *jw, const struct coco_cmd *cmd)
{
	static const unsigned signals[] = { 129, 130, 143 };
	int code;

	open_prop(jw, "exit_code", "integer");
	coco_jw_key(jw, "enum");
	coco_jw_begin(jw, '[');
	for (size_t i = 0; (code = coco_help_exits(cmd, i)) >= 0; i++)
		coco_jw_u64(jw, (uint64_t)code);
	for (size_t i = 0; i < COCO_ARRAY_LEN(signals); i++)
		coco_jw_u64(jw, signals[i]);
	coco_jw_end(jw, ']');
	coco_jw_end(jw, '}');
}

static void write_properties(struct coco_jw *jw, const struct coco_cmd *cmd, const char *id)
{
	static const char *const verdicts[] = { "affirmed", "rejected", "indeterminate", NULL };
	static const char *const error[] = { "code", "class", "message", "hint", "causes", NULL };
	static const char *const warning[] = { "message", NULL };

	coco_jw_key(jw, "schema");
	coco_jw_begin(jw, '{');
	coco_jw_kv_string(jw, "const", id);
	coco_jw_end(jw, '}');
	prop(jw, "ok", "boolean");
	write_exit_codes(jw, cmd);
	if ((cmd->flags & COCO_CMD_VERIFIES) != 0) {
		open_prop(jw, "verdict", "string");
		strings(jw, "enum", verdicts);
		coco_jw_end(jw, '}');
	}
	write_checks(jw);
	prop(jw, "result", "object");
	write_errors(jw, "errors", error);
	write_errors(jw, "warnings", warning);
	write_inputs(jw);
	write_tool(jw);
}

void coco_schema_write(struct coco_wr *wr, const struct coco_cmd *cmd)
{
	static const char *const required[] = { "schema", "ok", "exit_code", "errors", "warnings",
						"inputs", "tool", NULL };
	struct coco_wr compact;
	struct coco_jw jw;
	char name[COCO_SCHEMA_NAME];
	char id[COCO_SCHEMA_NAME + 16];

	snprintf(id, sizeof(id), "cococtl.%s.v1", coco_schema_name(name, cmd->path));
	coco_wr_init(&compact, 1 << 20);
	coco_jw_init(&jw, &compact, false);
	coco_jw_begin(&jw, '{');
	coco_jw_kv_string(&jw, "$schema", "https://json-schema.org/draft/2020-12/schema");
	coco_jw_kv_string(&jw, "$id", id);
	coco_jw_kv_string(&jw, "title", cmd->summary);
	coco_jw_kv_string(&jw, "type", "object");
	coco_jw_key(&jw, "properties");
	coco_jw_begin(&jw, '{');
	write_properties(&jw, cmd, id);
	coco_jw_end(&jw, '}');
	strings(&jw, "required", required);
	coco_jw_end(&jw, '}');
	if (compact.code != 0)
		wr->code = compact.code;
	else
		coco_out_pretty(wr, (const char *)compact.p, compact.n);
	coco_wr_u8(wr, '\n');
	coco_wr_free(&compact);
}
