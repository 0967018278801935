/*
 * fuzz_sealed.c - sealed secrets and their public keys. Covers
 * coco_sealed_decode, coco_sealed_jwk_read. Asserts: what is accepted has all
 * its members, begins with the prefix, and is refused with a line end or one
 * more part behind it.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/broker/sealed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t x[COCO_SEALED_NUMBER];
	uint8_t y[COCO_SEALED_NUMBER];
	struct coco_sealed s;
	struct coco_diag d = { 0 };

	int r = coco_sealed_jwk_read(coco_view_of(data, size), x, y, &d);
	require(r == d.code);
	coco_diag_init(&d);
	r = coco_sealed_decode(&s, coco_view_of(data, size), &d);
	require(r == d.code);
	if (r != 0)
		return 0;
	require(size > 7 && memcmp(data, "sealed.", 7) == 0);
	require(s.kid != NULL && s.name != NULL && s.provider != NULL);
	require(s.signed_part.p == data + 7 && s.signed_part.n < size - 7);
	coco_sealed_free(&s);
	for (const char *more = "\n.\r"; *more != '\0'; more++) {
		uint8_t *copy = malloc(size + 1);

		require(copy != NULL);
		memcpy(copy, data, size);
		copy[size] = (uint8_t)*more;
		require(coco_sealed_decode(&s, coco_view_of(copy, size + 1), NULL) != 0);
		free(copy);
	}
	return 0;
}
