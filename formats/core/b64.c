/*
 * b64.c - base64 (see b64.h).
 */
#include "formats/core/b64.h"

#include <string.h>

#include "formats/core/mem.h"

static const char std_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void coco_b64_encode(enum coco_b64_variant v, char *ret, const uint8_t *p, size_t n)
{
	const char *digits = v == COCO_B64_URL ? url_digits : std_digits;

	while (n >= 3) {
		uint32_t w = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];

		*ret++ = digits[w >> 18];
		*ret++ = digits[w >> 12 & 63];
		*ret++ = digits[w >> 6 & 63];
		*ret++ = digits[w & 63];
		p += 3;
		n -= 3;
	}
	if (n != 0) {
		uint32_t w = (uint32_t)p[0] << 16 | (n == 2 ? (uint32_t)p[1] << 8 : 0);

		*ret++ = digits[w >> 18];
		*ret++ = digits[w >> 12 & 63];
		if (n == 2)
			*ret++ = digits[w >> 6 & 63];
		if (v != COCO_B64_URL) {
			if (n == 1)
				*ret++ = '=';
			*ret++ = '=';
		}
	}
	*ret = '\0';
}

char *coco_b64_dup(enum coco_b64_variant v, const uint8_t *p, size_t n)
{
	char *text = coco_alloc(coco_b64_len(v, n) + 1, 1);

	if (text != NULL)
		coco_b64_encode(v, text, p, n);
	return text;
}

static int digit(enum coco_b64_variant v, char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (v != COCO_B64_URL && (c == '+' || c == '/'))
		return c == '+' ? 62 : 63;
	if (v != COCO_B64_STD && (c == '-' || c == '_'))
		return c == '-' ? 62 : 63;
	return -1;
}

/* Number of digits before the padding; the padding itself is judged here. */
static int split_padding(enum coco_b64_variant v, const char *text, size_t n, size_t *ret_digits,
			 struct coco_diag *diag)
{
	size_t pad = 0;

	while (pad < 2 && pad < n && text[n - 1 - pad] == '=')
		pad++;
	size_t digits = n - pad;
	bool must = v == COCO_B64_STD;
	bool may = v != COCO_B64_URL;
	size_t need = (4 - digits % 4) % 4;

	if (digits % 4 == 1 || (pad != 0 && (!may || pad != need)) || (must && pad != need))
		return coco_fail_at(diag, COCO_E_FORMAT_BASE64, digits, NULL,
				    "wrong length or padding (%zu digits, %zu padding characters)",
				    digits, pad);
	*ret_digits = digits;
	return 0;
}

int coco_b64_decode(enum coco_b64_variant v, const char *text, size_t n_text, uint8_t **ret,
		    size_t *ret_n, struct coco_diag *diag)
{
	size_t digits = 0;
	int r = split_padding(v, text, n_text, &digits, diag);

	if (r != 0)
		return r;
	uint8_t *out = coco_alloc(digits / 4 * 3 + 4, 1);
	if (out == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for decoded base64");
	size_t n = 0;
	uint32_t acc = 0;
	unsigned bits = 0;
	for (size_t i = 0; i < digits; i++) {
		int d = digit(v, text[i]);

		if (d < 0) {
			/* it may have been the better part of a key */
			explicit_bzero(out, n);
			coco_free(out);
			return coco_fail_at(diag, COCO_E_FORMAT_BASE64, i, NULL,
					    "byte 0x%02x is not a base64 digit",
					    (unsigned char)text[i]);
		}
		acc = acc << 6 | (uint32_t)d;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (uint8_t)(acc >> bits & 0xff);
		}
	}
	if ((acc & ((1U << bits) - 1)) != 0) {
		explicit_bzero(out, n);
		coco_free(out);
		return coco_fail_at(diag, COCO_E_FORMAT_BASE64, digits - 1, NULL,
				    "unused bits of the last digit are not zero");
	}
	out[n] = 0;
	*ret = out;
	*ret_n = n;
	return 0;
}
