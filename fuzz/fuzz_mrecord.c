/*
 * fuzz_mrecord.c - the measurement record. Covers coco_mrecord_decode,
 * coco_mrecord_encode. Asserts for every accepted record: what is written is
 * accepted and is written the same again; a register is listed once, and
 * every value has the length of its algorithm.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/measure/mrecord.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check(const struct coco_mrecord *r)
{
	for (size_t i = 0; i < r->n_registers; i++) {
		const struct coco_mrecord_register *reg = &r->registers[i];

		require(coco_mrecord_find(r, reg->name, reg->algorithm) == reg);
		for (size_t k = 0; k < reg->n_values; k++) {
			char text[8];

			require(reg->values[k].value.n == coco_mrecord_size(reg->algorithm));
			coco_mrecord_label_text(&reg->values[k], text, sizeof(text));
			require(strlen(text) < sizeof(text));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_mrecord r;
	struct coco_mrecord again;
	struct coco_diag d = { 0 };
	uint8_t *first;
	uint8_t *second;
	size_t n_first;
	size_t n_second;

	int code = coco_mrecord_decode(&r, coco_view_of(data, size), &d);
	require(code == d.code);
	if (code != 0)
		return 0;
	check(&r);
	require(coco_mrecord_encode(&r, &first, &n_first, NULL) == 0);
	require(coco_mrecord_decode(&again, coco_view_of(first, n_first), &d) == 0);
	require(coco_mrecord_encode(&again, &second, &n_second, NULL) == 0);
	require(n_first == n_second && memcmp(first, second, n_first) == 0);
	coco_free(first);
	coco_free(second);
	coco_mrecord_free(&again);
	coco_mrecord_free(&r);
	return 0;
}
