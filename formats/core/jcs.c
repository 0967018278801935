/*
 * jcs.c - canonical JSON (see jcs.h).
 */
#include "formats/core/jcs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * The bytes of UTF-8 sort as UTF-16 does, but for characters beyond U+FFFF:
 * their surrogates come before U+E000 (first byte EE).
 */
int coco_jcs_compare(const char *a, const char *b)
{
	const unsigned char *p = (const unsigned char *)a;
	const unsigned char *q = (const unsigned char *)b;

	while (*p != 0 && *p == *q) {
		p++;
		q++;
	}
	if (*p >= 0xee && *q >= 0xee && (*p >= 0xf0) != (*q >= 0xf0))
		return *p >= 0xf0 ? -1 : 1;
	return *p == *q ? 0 : *p < *q ? -1 : 1;
}

void coco_jcs_string(struct coco_wr *wr, const char *s)
{
	static const char named[] = "btn fr"; /* of U+0008 to U+000D */

	coco_wr_u8(wr, '"');
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			coco_wr_printf(wr, "\\%c", c);
		else if (c >= 8 && c <= 13 && c != 11)
			coco_wr_printf(wr, "\\%c", named[c - 8]);
		else if (c < 0x20)
			coco_wr_printf(wr, "\\u%04x", c);
		else
			coco_wr_u8(wr, c);
	}
	coco_wr_u8(wr, '"');
}

static int by_name(const void *a, const void *b)
{
	return coco_jcs_compare(((const struct coco_jv *)a)->key,
				((const struct coco_jv *)b)->key);
}

static int encode_object(struct coco_wr *wr, const struct coco_jv *v, struct coco_diag *diag)
{
	size_t n = coco_jv_len(v);
	struct coco_jv *members = coco_zalloc(n + 1, sizeof(*members));
	void *iter = NULL;
	size_t got = 0;
	int r = 0;

	if (members == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for an object");
	while (got < n && coco_jv_next(v, &iter, &members[got]))
		got++;
	qsort(members, got, sizeof(*members), by_name);
	coco_wr_u8(wr, '{');
	for (size_t i = 0; r == 0 && i < got; i++) {
		if (i > 0)
			coco_wr_u8(wr, ',');
		coco_jcs_string(wr, members[i].key);
		coco_wr_u8(wr, ':');
		r = coco_jcs_encode(wr, &members[i], diag);
	}
	coco_wr_u8(wr, '}');
	coco_free(members);
	return r;
}

static int encode_array(struct coco_wr *wr, const struct coco_jv *v, struct coco_diag *diag)
{
	size_t n = coco_jv_len(v);
	int r = 0;

	coco_wr_u8(wr, '[');
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct coco_jv item = coco_jv_item(v, i);

		if (i > 0)
			coco_wr_u8(wr, ',');
		r = coco_jcs_encode(wr, &item, diag);
	}
	coco_wr_u8(wr, ']');
	return r;
}

/* The depth was bounded when the text was read. */
int coco_jcs_encode(struct coco_wr *wr, const struct coco_jv *v, struct coco_diag *diag)
{
	const char *text = NULL;
	int64_t number = 0;
	bool truth = false;
	int r = 0;

	switch (coco_jv_kind(v)) {
	case COCO_JSON_NULL:
		coco_wr_str(wr, "null");
		break;
	case COCO_JSON_BOOL:
		r = coco_jv_as_bool(v, &truth, diag);
		coco_wr_str(wr, truth ? "true" : "false");
		break;
	case COCO_JSON_NUMBER:
		r = coco_jv_as_whole(v, &number, diag);
		coco_wr_printf(wr, "%" PRId64, number);
		break;
	case COCO_JSON_STRING:
		r = coco_jv_as_string(v, &text, diag);
		coco_jcs_string(wr, r == 0 ? text : "");
		break;
	case COCO_JSON_ARRAY:
		r = encode_array(wr, v, diag);
		break;
	case COCO_JSON_OBJECT:
		r = encode_object(wr, v, diag);
		break;
	}
	if (r == 0 && wr->code != 0)
		r = coco_fail(diag, wr->code, "the canonical form does not fit");
	return r;
}
