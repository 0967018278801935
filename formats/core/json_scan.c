/*
 * json_scan.c - the top level of a JSON text (see json_scan.h).
 */
#include "formats/core/json_scan.h"

static void skip_blanks(struct coco_json_scan *s)
{
	while (s->at < s->text.n) {
		uint8_t c = s->text.p[s->at];

		if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
			return;
		s->at++;
	}
}

static int bad(const struct coco_json_scan *s, struct coco_diag *diag, const char *what)
{
	return coco_fail_at(diag, COCO_E_FORMAT_JSON, s->at, NULL, "%s", what);
}

static int peek(const struct coco_json_scan *s)
{
	return s->at < s->text.n ? s->text.p[s->at] : -1;
}

int coco_json_scan_init(struct coco_json_scan *s, struct coco_view text, struct coco_diag *diag)
{
	*s = (struct coco_json_scan){ .text = text };
	skip_blanks(s);
	int c = peek(s);
	if (c != '{' && c != '[')
		return bad(s, diag, "an object or array is expected");
	s->object = c == '{';
	s->at++;
	return 0;
}

/* The end of a string that starts at from (a quote), or 0. */
static size_t string_end(const struct coco_json_scan *s, size_t from)
{
	for (size_t i = from + 1; i < s->text.n; i++) {
		if (s->text.p[i] == '\\')
			i++;
		else if (s->text.p[i] == '"')
			return i + 1;
	}
	return 0;
}

/* The end of the value that starts at s->at, by brackets and quotes only; 0: none. */
static size_t value_end(const struct coco_json_scan *s)
{
	size_t depth = 0;
	size_t i = s->at;

	while (i < s->text.n) {
		uint8_t c = s->text.p[i];

		if (c == '"') {
			i = string_end(s, i);
			if (i == 0)
				return 0;
			if (depth == 0)
				return i;
			continue;
		}
		if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			if (depth == 0)
				return i;
			if (--depth == 0)
				return i + 1;
		} else if (c == ',' && depth == 0) {
			return i;
		}
		i++;
	}
	return 0;
}

static int take_key(struct coco_json_scan *s, struct coco_view *ret, struct coco_diag *diag)
{
	size_t end = peek(s) == '"' ? string_end(s, s->at) : 0;

	if (end == 0)
		return bad(s, diag, "a member name is expected");
	*ret = coco_view_of(s->text.p + s->at, end - s->at);
	s->at = end;
	skip_blanks(s);
	if (peek(s) != ':')
		return bad(s, diag, "':' is expected after a member name");
	s->at++;
	skip_blanks(s);
	return 0;
}

int coco_json_scan_next(struct coco_json_scan *s, struct coco_view *ret_key,
			struct coco_view *ret_value, bool *ret_end, struct coco_diag *diag)
{
	struct coco_view key = coco_view_of(NULL, 0);
	int close = s->object ? '}' : ']';

	*ret_end = false;
	skip_blanks(s);
	if (peek(s) == close) {
		s->at++;
		skip_blanks(s);
		if (s->at != s->text.n)
			return bad(s, diag, "bytes follow the end of the document");
		*ret_end = true;
		return 0;
	}
	if (s->started) {
		if (peek(s) != ',')
			return bad(s, diag, "',' or the end is expected");
		s->at++;
		skip_blanks(s);
	}
	s->started = true;
	int r = s->object ? take_key(s, &key, diag) : 0;
	if (r != 0)
		return r;
	size_t end = value_end(s);
	if (end <= s->at)
		return bad(s, diag, "a value is expected");
	*ret_key = key;
	*ret_value = coco_view_of(s->text.p + s->at, end - s->at);
	s->at = end;
	return 0;
}
