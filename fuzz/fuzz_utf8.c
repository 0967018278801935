/*
 * fuzz_utf8.c - UTF-8, escaping and JSON quoting. Covers coco_utf8_char,
 * coco_utf8_valid, coco_escape, coco_jw_string_n. Asserts agreement with a
 * second decoder that works on values instead of byte ranges; that escaped
 * text is bounded, valid and free of control characters; and that any bytes
 * become a JSON string that the strict reader accepts.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/json.h"
#include "formats/core/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* Length by the value: decode what the first byte announces, then judge. */
static size_t by_value(const uint8_t *p, size_t n)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = 1;
	uint32_t c;

	if (n == 0 || (p[0] >= 0x80 && p[0] < 0xc0) || p[0] >= 0xf8)
		return 0;
	while (p[0] >= 0x80 && len < 4 && (p[0] & (0x80 >> len)) != 0)
		len++;
	if (len > n)
		return 0;
	c = len == 1 ? p[0] : p[0] & (0x7fU >> len);
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	return c >= least[len] && c <= 0x10ffff && (c & 0x1ff800) != 0xd800 ? len : 0;
}

static void check_escape(const uint8_t *data, size_t size)
{
	size_t cap = size != 0 ? 1 + data[0] % 64U : 1;
	char *out = malloc(cap);

	if (out == NULL)
		abort();
	coco_escape(out, cap, (const char *)data, size);
	size_t n = strnlen(out, cap);
	require(n < cap && coco_utf8_valid((const uint8_t *)out, n, NULL));
	for (size_t i = 0; i < n; i++)
		require((unsigned char)out[i] >= 0x20 && out[i] != 0x7f);
	free(out);
}

static void check_quoting(const uint8_t *data, size_t size, bool valid)
{
	struct coco_json doc;
	struct coco_wr wr;
	struct coco_jw jw;
	uint8_t *p = NULL;
	size_t n = 0;
	const char *text = NULL;

	coco_wr_init(&wr, size * 6 + 2);
	coco_jw_init(&jw, &wr, false);
	coco_jw_string_n(&jw, (const char *)data, size);
	require(coco_wr_finish(&wr, &p, &n, NULL) == 0);
	int r = coco_json_parse(&doc, coco_view_of(p, n), n, NULL);
	/* U+0000 can be written but is refused when read */
	require((r == 0) == (size == 0 || memchr(data, 0, size) == NULL));
	if (r == 0) {
		struct coco_jv root = coco_json_root(&doc);

		require(coco_jv_as_string(&root, &text, NULL) == 0);
		if (valid)
			require(strlen(text) == size &&
				(size == 0 || memcmp(text, data, size) == 0));
		coco_json_free(&doc);
	}
	coco_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t bad = size;
	size_t at = 0;

	while (at < size) {
		size_t len = by_value(data + at, size - at);

		require(coco_utf8_char(data + at, size - at) == len);
		if (len == 0)
			break;
		at += len;
	}
	bool valid = coco_utf8_valid(data, size, &bad);
	require(valid == (at == size) && bad == at);
	check_escape(data, size);
	check_quoting(data, size, valid);
	return 0;
}
