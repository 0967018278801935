/*
 * fuzz_pck_ext.c - the SGX extension of PCK certificates. Covers
 * coco_pck_ext_parse. Asserts that what was decoded stands in the input.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_evidence.h"
#include "formats/evidence/pck_ext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_pck_ext e;
	struct coco_diag d = { 0 };

	int r = coco_pck_ext_parse(&e, coco_view_of(data, size), 0, &d);
	require(r == d.code && (r == 0 || r == COCO_E_FORMAT_DER || r == COCO_E_PCK_EXTENSION));
	if (r != 0)
		return 0;
	require(data[0] == COCO_DER_SEQUENCE);
	require(memmem(data, size, e.ppid, sizeof(e.ppid)) != NULL);
	require(memmem(data, size, e.fmspc, sizeof(e.fmspc)) != NULL);
	require(memmem(data, size, e.cpu_svn, sizeof(e.cpu_svn)) != NULL);
	return 0;
}
