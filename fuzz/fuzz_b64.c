/*
 * fuzz_b64.c - base64 and hexadecimal text. Covers coco_b64_encode,
 * coco_b64_decode, coco_hex_encode, coco_hex_decode. Asserts that decoding
 * undoes encoding, and that a text is accepted only when it is the one
 * encoding of what it decodes to.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/b64.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void from_bytes(enum coco_b64_variant v, const uint8_t *data, size_t size)
{
	char *text = coco_b64_dup(v, data, size);
	uint8_t *out = NULL;
	size_t n = 0;

	require(text != NULL && strlen(text) == coco_b64_len(v, size));
	for (int any = 0; any <= 1; any++) {
		require(coco_b64_decode(any != 0 ? COCO_B64_ANY : v, text, strlen(text), &out, &n,
					NULL) == 0);
		require(n == size && (n == 0 || memcmp(out, data, n) == 0) && out[n] == 0);
		coco_free(out);
	}
	coco_free(text);
}

/* The URL form without padding of any accepted text. */
static bool same_digits(const char *want, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];

		if (*want == '\0')
			return c == '=';
		if (*want++ != c)
			return false;
	}
	return *want == '\0';
}

static void from_text(enum coco_b64_variant v, const char *text, size_t size)
{
	struct coco_diag d = { 0 };
	uint8_t *out = NULL;
	size_t n = 0;

	int r = coco_b64_decode(v, text, size, &out, &n, &d);
	require(r == d.code);
	if (r != 0) {
		require(out == NULL && d.has_offset && d.offset <= size);
		return;
	}
	char *again = coco_b64_dup(v == COCO_B64_ANY ? COCO_B64_URL : v, out, n);
	require(again != NULL);
	if (v == COCO_B64_ANY)
		require(same_digits(again, text, size));
	else
		require(strlen(again) == size && memcmp(again, text, size) == 0);
	coco_free(again);
	coco_free(out);
}

static void hexadecimal(const uint8_t *data, size_t size)
{
	char *text = malloc(size * 2 + 1);
	uint8_t *out = malloc(size + 1);

	if (text == NULL || out == NULL)
		abort();
	coco_hex_encode(text, data, size);
	require(coco_hex_decode(out, size, text, size * 2, NULL) == 0);
	require(memcmp(out, data, size) == 0);
	if (coco_hex_decode(out, size / 2, (const char *)data, size, NULL) == 0) {
		coco_hex_encode(text, out, size / 2);
		for (size_t i = 0; i < size; i++)
			require(text[i] == (char)(data[i] >= 'A' && data[i] <= 'F' ? data[i] | 0x20
										 : data[i]));
	}
	free(text);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	from_bytes(COCO_B64_STD, data, size);
	from_bytes(COCO_B64_URL, data, size);
	from_text(COCO_B64_STD, (const char *)data, size);
	from_text(COCO_B64_URL, (const char *)data, size);
	from_text(COCO_B64_ANY, (const char *)data, size);
	if (size != 0)
		hexadecimal(data, size);
	return 0;
}
