/*
 * utf16.c - UTF-16 as UTF-8 (see utf16.h).
 */
#include "formats/measure/utf16.h"

/* UTF-8 of one code point; returns its bytes. */
static size_t put(char to[4], uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

size_t coco_utf16_text(char *ret, size_t cap, const uint16_t *unit, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n && unit[i] != 0; i++) {
		uint32_t c = unit[i];
		char bytes[4];

		if (c >= 0xd800 && c < 0xdc00 && i + 1 < n && unit[i + 1] >= 0xdc00 &&
		    unit[i + 1] < 0xe000)
			c = 0x10000 + ((c - 0xd800) << 10) + (unit[++i] - 0xdc00U);
		else if (c >= 0xd800 && c < 0xe000)
			c = 0xfffd;
		size_t len = put(bytes, c);
		if (at + len >= cap)
			break;
		for (size_t k = 0; k < len; k++)
			ret[at++] = bytes[k];
	}
	ret[at] = '\0';
	return at;
}
