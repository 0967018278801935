/*
 * hex.c - hexadecimal text (see hex.h).
 */
#include "formats/core/hex.h"

void coco_hex_encode(char *ret, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*ret++ = digits[p[i] >> 4];
		*ret++ = digits[p[i] & 15];
	}
	*ret = '\0';
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int coco_hex_decode(uint8_t *ret, size_t n, const char *text, size_t n_text,
		    struct coco_diag *diag)
{
	if (n_text / 2 != n || n_text % 2 != 0)
		return coco_fail(diag, COCO_E_FORMAT_HEX, "%zu hexadecimal digits, %zu expected",
				 n_text, n * 2);
	for (size_t i = 0; i < n_text; i++)
		if (nibble(text[i]) < 0)
			return coco_fail_at(diag, COCO_E_FORMAT_HEX, i, NULL,
					    "byte 0x%02x is not a hexadecimal digit",
					    (unsigned char)text[i]);
	for (size_t i = 0; i < n; i++)
		ret[i] = (uint8_t)(((unsigned)nibble(text[2 * i]) << 4 |
				    (unsigned)nibble(text[2 * i + 1])) & 0xff);
	return 0;
}
