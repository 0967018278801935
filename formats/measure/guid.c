/*
 * guid.c - EFI GUIDs as text (see guid.h).
 */
#include "formats/measure/guid.h"

#include <string.h>

#include "formats/core/hex.h"

enum { DIGITS = 32 };

/* Byte i of the text is byte order[i] in memory. */
static const uint8_t order[COCO_GUID_SIZE] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9,
						10, 11, 12, 13, 14, 15 };

static bool dash_before(size_t byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void coco_guid_text(char ret[COCO_GUID_TEXT], const uint8_t guid[COCO_GUID_SIZE])
{
	for (size_t i = 0; i < COCO_GUID_SIZE; i++) {
		if (dash_before(i))
			*ret++ = '-';
		coco_hex_encode(ret, &guid[order[i]], 1);
		ret += 2;
	}
}

int coco_guid_parse(uint8_t ret[COCO_GUID_SIZE], const char *text, struct coco_diag *diag)
{
	char digits[DIGITS];
	uint8_t bytes[COCO_GUID_SIZE];
	size_t n = 0;

	if (strlen(text) != COCO_GUID_TEXT - 1)
		return coco_fail(diag, COCO_E_FORMAT_VALUE, "a GUID has 36 characters, not %zu",
				 strlen(text));
	for (size_t i = 0; i < COCO_GUID_TEXT - 1; i++) {
		bool dash = n % 2 == 0 && dash_before(n / 2) && text[i - 1] != '-';

		if (dash != (text[i] == '-'))
			return coco_fail(diag, COCO_E_FORMAT_VALUE,
					 "a GUID has the form 8-4-4-4-12 hexadecimal digits");
		if (!dash)
			digits[n++] = text[i];
	}
	if (n != DIGITS || coco_hex_decode(bytes, sizeof(bytes), digits, DIGITS, NULL) != 0)
		return coco_fail(diag, COCO_E_FORMAT_VALUE, "a GUID has hexadecimal digits only");
	for (size_t i = 0; i < COCO_GUID_SIZE; i++)
		ret[order[i]] = bytes[i];
	return 0;
}
