/*
 * utf8.c - strict UTF-8 (see utf8.h).
 */
#include "formats/core/utf8.h"

static bool cont(uint8_t b)
{
	return (b & 0xc0) == 0x80;
}

size_t coco_utf8_char(const uint8_t *p, size_t n)
{
	if (n == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		return n >= 2 && cont(p[1]) ? 2 : 0;
	if ((p[0] & 0xf0) == 0xe0) {
		if (n < 3 || !cont(p[1]) || !cont(p[2]))
			return 0;
		if (p[0] == 0xe0 && p[1] < 0xa0)
			return 0;
		if (p[0] == 0xed && p[1] > 0x9f)
			return 0;
		return 3;
	}
	if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		if (n < 4 || !cont(p[1]) || !cont(p[2]) || !cont(p[3]))
			return 0;
		if (p[0] == 0xf0 && p[1] < 0x90)
			return 0;
		if (p[0] == 0xf4 && p[1] > 0x8f)
			return 0;
		return 4;
	}
	return 0;
}

bool coco_utf8_valid(const uint8_t *p, size_t n, size_t *ret_offset)
{
	for (size_t i = 0; i < n;) {
		size_t len = coco_utf8_char(p + i, n - i);

		if (len == 0) {
			if (ret_offset != NULL)
				*ret_offset = i;
			return false;
		}
		i += len;
	}
	return true;
}
