/*
 * fuzz_jws.c - compact signatures. Covers coco_jws_decode, coco_jws_input,
 * coco_jws_finish. Asserts that what is signed is the beginning of the text,
 * and that an accepted payload and signature are written back to the same
 * characters.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/jws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_diag d = { 0 };
	struct coco_jws j;
	char *input;
	size_t n;

	if (coco_jws_decode(&j, coco_view_of(data, size), &d) != 0) {
		require(d.code != 0);
		return 0;
	}
	require(j.input.p == data && j.input.n + 1 < size && data[j.input.n] == '.');
	require(j.alg[0] != '\0' && j.n_signature > 0);
	require(coco_jws_input(coco_view_of("{}", 2), coco_view_of(j.payload, j.n_payload), &input,
			       &n, &d) == 0);
	size_t total = coco_jws_size(n, j.n_signature);
	char *text = malloc(total + 1);
	require(text != NULL);
	coco_jws_finish(text, input, n, j.signature, j.n_signature);
	const char *rest = strchr(text, '.');
	const uint8_t *dot = memchr(data, '.', size);
	require(dot != NULL && rest != NULL && strlen(rest) == size - (size_t)(dot - data) &&
		memcmp(rest, dot, strlen(rest)) == 0);
	free(text);
	coco_free(input);
	coco_jws_clear(&j);
	return 0;
}
