/*
 * fuzz_tpm_json.c - TPM evidence as Trustee writes it. Covers
 * coco_tpm_json_decode and coco_tpm_json_claims. Asserts that every value of a
 * PCR among the claims is selected by the quote, and that the digest's input
 * is complete exactly when every selected PCR has a value.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/evidence/tpm_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check(const struct coco_tpm_json *t)
{
	const struct coco_tpm_quote *q = &t->quoted.quote;
	struct coco_claims c = { 0 };
	size_t selected = 0;
	size_t shown = 0;
	struct coco_wr wr;
	uint16_t alg;
	unsigned index;

	for (size_t i = 0; i < q->n_banks; i++)
		selected += (size_t)__builtin_popcount(q->bank[i].pcrs);
	coco_tpm_json_claims(&c, t);
	require(coco_claims_finish(&c, NULL) == 0);
	for (size_t i = 0; i < c.n; i++) {
		require(c.v[i].length == 0);
		shown += strstr(c.v[i].name, ".pcr") != NULL && c.v[i].name[7] != '_' &&
			 strcmp(c.v[i].name, "tpm.pcr_digest") != 0;
	}
	require(shown <= selected);
	coco_claims_free(&c);
	coco_wr_init(&wr, 1 << 16);
	require(coco_tpm_pcrs_input(q, &t->quoted.pcrs, &wr, &alg, &index) == (shown == selected));
	coco_wr_free(&wr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_tpm_json t;
	struct coco_json doc;
	struct coco_diag d = { 0 };

	if (coco_json_parse_bounded(&doc, coco_view_of(data, size), 1 << 20, 1 << 14, NULL) != 0)
		return 0;
	struct coco_jv root = coco_json_root(&doc);
	int r = coco_tpm_json_decode(&t, &root, &d);
	require(r == d.code);
	if (r == 0) {
		require(coco_tpm_json_looks(&root));
		check(&t);
		coco_tpm_json_free(&t);
	}
	coco_json_free(&doc);
	return 0;
}
