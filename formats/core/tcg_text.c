/*
 * tcg_text.c - pieces of firmware data as text (see tcg_text.h; device paths
 * are in tcg_path.c).
 */
#include "formats/core/tcg_text.h"

#include <inttypes.h>

#include "formats/core/utf8.h"

enum { HEX_BYTES = 32 };   /* of data that nobody knows */

void coco_tcg_text_utf8(struct coco_wr *wr, struct coco_view v)
{
	for (size_t i = 0; i < v.n;) {
		size_t n = coco_utf8_char(v.p + i, v.n - i);

		if (n == 0 || (n == 1 && (v.p[i] < 0x20 || v.p[i] == 0x7f)) ||
		    (n == 2 && v.p[i] == 0xc2 && v.p[i + 1] < 0xa0)) {
			coco_wr_printf(wr, "\\x%02x", v.p[i]);
			n = 1;
		} else {
			coco_wr_bytes(wr, v.p + i, n);
		}
		i += n;
	}
}

static uint32_t unit_at(struct coco_view v, size_t i)
{
	return i + 1 < v.n ? (uint32_t)v.p[i] | (uint32_t)v.p[i + 1] << 8 : 0;
}

/* One code point that may be shown. */
static void put_point(struct coco_wr *wr, uint32_t c)
{
	if (c < 0x80) {
		coco_wr_u8(wr, (uint8_t)c);
	} else if (c < 0x800) {
		coco_wr_u8(wr, (uint8_t)(0xc0 | c >> 6));
		coco_wr_u8(wr, (uint8_t)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		coco_wr_u8(wr, (uint8_t)(0xe0 | c >> 12));
		coco_wr_u8(wr, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		coco_wr_u8(wr, (uint8_t)(0x80 | (c & 0x3f)));
	} else {
		coco_wr_u8(wr, (uint8_t)(0xf0 | c >> 18));
		coco_wr_u8(wr, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		coco_wr_u8(wr, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		coco_wr_u8(wr, (uint8_t)(0x80 | (c & 0x3f)));
	}
}

void coco_tcg_text_utf16(struct coco_wr *wr, struct coco_view v)
{
	for (size_t i = 0; i + 1 < v.n; i += 2) {
		uint32_t c = unit_at(v, i);
		uint32_t low = unit_at(v, i + 2);

		if (c == 0)
			return;
		if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
			put_point(wr, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
			i += 2;
		} else if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0xd800 && c < 0xe000)) {
			coco_wr_printf(wr, "\\u%04" PRIx32, c);
		} else {
			put_point(wr, c);
		}
	}
}

void coco_tcg_text_guid(struct coco_wr *wr, const uint8_t guid[16])
{
	static const uint8_t order[] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

	for (size_t i = 0; i < sizeof(order); i++)
		coco_wr_printf(wr, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			       guid[order[i]]);
}

void coco_tcg_text_hex(struct coco_wr *wr, struct coco_view v, size_t max)
{
	for (size_t i = 0; i < v.n && i < max; i++)
		coco_wr_printf(wr, "%02x", v.p[i]);
	if (v.n > max)
		coco_wr_str(wr, "...");
}

static bool printable(struct coco_view v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] < 0x20 || v.p[i] == 0x7f)
			return false;
	return v.n > 0 && coco_utf8_valid(v.p, v.n, NULL);
}

/* Every second byte is zero, the others are printable. */
static bool latin_utf16(struct coco_view v)
{
	for (size_t i = 0; i + 1 < v.n; i += 2)
		if (v.p[i + 1] != 0 || v.p[i] < 0x20 || v.p[i] >= 0x7f)
			return false;
	return v.n >= 2 && v.n % 2 == 0;
}

void coco_tcg_text_any(struct coco_wr *wr, struct coco_view v)
{
	struct coco_view text = v;
	struct coco_view wide = v;

	while (text.n > 0 && text.p[text.n - 1] == 0)
		text.n--;
	while (wide.n >= 2 && wide.p[wide.n - 1] == 0 && wide.p[wide.n - 2] == 0)
		wide.n -= 2;
	if (printable(text))
		coco_tcg_text_utf8(wr, text);
	else if (latin_utf16(wide))
		coco_tcg_text_utf16(wr, wide);
	else
		coco_tcg_text_hex(wr, v, HEX_BYTES);
}
