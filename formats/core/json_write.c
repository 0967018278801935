/*
 * json_write.c - the deterministic JSON writer (see json.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/hex.h"
#include "formats/core/json.h"
#include "formats/core/utf8.h"

void coco_jw_init(struct coco_jw *jw, struct coco_wr *wr, bool indent)
{
	*jw = (struct coco_jw){ .wr = wr, .indent = indent };
}

static void newline(struct coco_jw *jw)
{
	if (!jw->indent)
		return;
	coco_wr_u8(jw->wr, '\n');
	for (unsigned i = 0; i < jw->depth; i++)
		coco_wr_str(jw->wr, "  ");
}

static void before_value(struct coco_jw *jw)
{
	if (jw->after_key) {
		jw->after_key = false;
		return;
	}
	if (jw->comma)
		coco_wr_u8(jw->wr, ',');
	if (jw->depth > 0)
		newline(jw);
}

void coco_jw_begin(struct coco_jw *jw, char open)
{
	before_value(jw);
	coco_wr_u8(jw->wr, (uint8_t)open);
	jw->depth++;
	jw->comma = false;
}

void coco_jw_end(struct coco_jw *jw, char close)
{
	jw->depth--;
	if (jw->comma)
		newline(jw);
	coco_wr_u8(jw->wr, (uint8_t)close);
	jw->comma = true;
}

static void quoted(struct coco_jw *jw, const char *s, size_t n)
{
	struct coco_wr *wr = jw->wr;

	coco_wr_u8(wr, '"');
	for (size_t i = 0; i < n;) {
		unsigned char c = (unsigned char)s[i];
		size_t len = coco_utf8_char((const uint8_t *)s + i, n - i);

		if (len == 0) {
			coco_wr_str(wr, "\xef\xbf\xbd");
			i++;
			continue;
		}
		if (c == '"' || c == '\\')
			coco_wr_printf(wr, "\\%c", c);
		else if (c == '\n')
			coco_wr_str(wr, "\\n");
		else if (c == '\r')
			coco_wr_str(wr, "\\r");
		else if (c == '\t')
			coco_wr_str(wr, "\\t");
		else if (c < 0x20 || c == 0x7f)
			coco_wr_printf(wr, "\\u%04x", c);
		else
			coco_wr_bytes(wr, s + i, len);
		i += len;
	}
	coco_wr_u8(wr, '"');
}

void coco_jw_key(struct coco_jw *jw, const char *key)
{
	if (jw->comma)
		coco_wr_u8(jw->wr, ',');
	newline(jw);
	quoted(jw, key, strlen(key));
	coco_wr_str(jw->wr, jw->indent ? ": " : ":");
	jw->comma = true;
	jw->after_key = true;
}

void coco_jw_string_n(struct coco_jw *jw, const char *s, size_t n)
{
	before_value(jw);
	quoted(jw, s, n);
	jw->comma = true;
}

void coco_jw_string(struct coco_jw *jw, const char *s)
{
	coco_jw_string_n(jw, s, strlen(s));
}

void coco_jw_u64(struct coco_jw *jw, uint64_t v)
{
	before_value(jw);
	coco_wr_printf(jw->wr, "%" PRIu64, v);
	jw->comma = true;
}

void coco_jw_i64(struct coco_jw *jw, int64_t v)
{
	before_value(jw);
	coco_wr_printf(jw->wr, "%" PRId64, v);
	jw->comma = true;
}

void coco_jw_real(struct coco_jw *jw, double v, int decimals)
{
	char text[64];

	/* beyond exact integers, and for what is no number, JSON has nothing honest */
	if (!(v > -9007199254740992.0 && v < 9007199254740992.0) || decimals < 0 || decimals > 20) {
		coco_jw_raw(jw, "null", 4);
		return;
	}
	int n = snprintf(text, sizeof(text), "%.*f", decimals, v);
	size_t out = 0;
	/* the point of a foreign locale may be a comma, or several bytes */
	for (int i = 0; i < n; i++) {
		if (text[i] == '-' || (text[i] >= '0' && text[i] <= '9'))
			text[out++] = text[i];
		else if (out > 0 && text[out - 1] != '.')
			text[out++] = '.';
	}
	coco_jw_raw(jw, text, out);
}

void coco_jw_bool(struct coco_jw *jw, bool v)
{
	coco_jw_raw(jw, v ? "true" : "false", v ? 4 : 5);
}

void coco_jw_raw(struct coco_jw *jw, const char *json, size_t n)
{
	before_value(jw);
	coco_wr_bytes(jw->wr, json, n);
	jw->comma = true;
}

void coco_jw_kv_string(struct coco_jw *jw, const char *key, const char *s)
{
	coco_jw_key(jw, key);
	coco_jw_string(jw, s);
}

void coco_jw_kv_u64(struct coco_jw *jw, const char *key, uint64_t v)
{
	coco_jw_key(jw, key);
	coco_jw_u64(jw, v);
}

void coco_jw_kv_bool(struct coco_jw *jw, const char *key, bool v)
{
	coco_jw_key(jw, key);
	coco_jw_bool(jw, v);
}

void coco_jw_kv_hex(struct coco_jw *jw, const char *key, const uint8_t *p, size_t n)
{
	coco_jw_key(jw, key);
	before_value(jw);
	uint8_t *at = coco_wr_room(jw->wr, 2 * n + 2);
	if (at != NULL) {
		at[0] = '"';
		coco_hex_encode((char *)at + 1, p, n);
		at[2 * n + 1] = '"';
	}
	jw->comma = true;
}

void coco_jw_kv_b64(struct coco_jw *jw, const char *key, const uint8_t *p, size_t n)
{
	size_t len = coco_b64_len(COCO_B64_STD, n);

	coco_jw_key(jw, key);
	before_value(jw);
	uint8_t *at = coco_wr_room(jw->wr, len + 2);
	if (at != NULL) {
		at[0] = '"';
		coco_b64_encode(COCO_B64_STD, (char *)at + 1, p, n);
		at[len + 1] = '"';
	}
	jw->comma = true;
}
