/*
 * fuzz_cose.c - COSE_Sign1. Covers coco_cose_decode, coco_cose_header,
 * coco_cose_encode. Asserts for every accepted message: all parts lie in the
 * input, the header can be opened, and protected header, payload and signature
 * in a message of our own decode to the same.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/cose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void same(struct coco_view a, struct coco_view b)
{
	require(a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_cose_sign1 s;
	struct coco_cose_sign1 again;
	struct coco_diag d = { 0 };
	struct coco_cv header;
	uint8_t *p;
	size_t n;

	int r = coco_cose_decode(&s, coco_view_of(data, size), 0, &d);
	require(r == d.code);
	if (r != 0)
		return 0;
	const struct coco_view parts[] = { s.protected, s.unprotected, s.content_type, s.kid,
					   s.rim_meta, s.cwt, s.payload, s.signature };
	for (size_t i = 0; i < COCO_ARRAY_LEN(parts); i++)
		require(parts[i].n == 0 || (parts[i].p >= data &&
					    parts[i].p + parts[i].n <= data + size));
	require(coco_cose_header(&s, &header, NULL) == 0);
	require(coco_cose_encode(s.protected, s.payload, s.signature, &p, &n, NULL) == 0);
	require(coco_cose_decode(&again, coco_view_of(p, n), 0, &d) == 0);
	require(again.alg == s.alg && !again.detached && again.tagged);
	same(again.protected, s.protected);
	same(again.payload, s.payload);
	same(again.signature, s.signature);
	same(again.content_type, s.content_type);
	same(again.rim_meta, s.rim_meta);
	coco_free(p);
	return 0;
}
