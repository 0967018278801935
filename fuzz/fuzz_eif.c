/*
 * fuzz_eif.c - EIF files. Covers coco_eif_head, coco_eif_section and
 * coco_eif_signature_parse. Asserts that sections follow each other up to the
 * end of the file, and that a signature that is read has all its parts.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/eif.h"
#include "formats/measure/eif_signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void signature(struct coco_view section)
{
	struct coco_eif_signature s = { .certificate = NULL };
	struct coco_diag d = { 0 };

	int r = coco_eif_signature_parse(&s, section, 0, &d);
	require(r == d.code && (r == 0) == (s.certificate != NULL));
	if (r == 0)
		require(s.n_certificate <= section.n && s.signed_bytes != NULL &&
			s.n_signed > 14 && memcmp(s.signed_bytes + 2, "Signature1", 10) == 0);
	coco_eif_signature_free(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_eif_seen seen = { .kernels = 0 };
	struct coco_eif_head head = { .n = 0 };
	enum coco_eif_type type;
	struct coco_diag d = { 0 };
	uint64_t at = COCO_EIF_HEAD;

	signature(coco_view_of(data, size));
	int r = coco_eif_head(&head, coco_view_of(data, coco_min_size(size, COCO_EIF_HEAD)), size,
			      &d);
	require(r == d.code && (r == 0 || r == COCO_E_EIF || r == COCO_E_FORMAT_SHORT));
	require((r == 0) == (head.n != 0) && head.n <= COCO_EIF_SECTIONS);
	for (size_t i = 0; r == 0 && i < head.n; i++) {
		require(head.at[i] == at);
		r = coco_eif_section(&head, i, coco_view_of(data + at, COCO_EIF_SECTION), &seen,
				     &type, &d);
		at += COCO_EIF_SECTION + head.size[i];
		require(at <= size);
		if (r == 0 && type == COCO_EIF_SIGNATURE)
			signature(coco_view_of(data + at - head.size[i], (size_t)head.size[i]));
	}
	require(r != 0 || at == size);
	require(seen.kernels <= 1 && seen.cmdlines <= 1 && seen.signatures <= 1);
	return 0;
}
