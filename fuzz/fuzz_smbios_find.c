/*
 * fuzz_smbios_find.c - structures of SMBIOS tables. Covers coco_smbios_find;
 * the first byte is the type. Asserts that what is found lies inside the
 * input, has the type and ends with its texts, and is found again alone.
 */
#include <stdlib.h>

#include "formats/core/err_measure.h"
#include "formats/measure/smbios_find.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_view v = { NULL, 0 };
	struct coco_view again = { NULL, 0 };
	struct coco_diag d = { 0 };

	if (size == 0)
		return 0;
	int r = coco_smbios_find(coco_view_of(data + 1, size - 1), data[0], &v, &d);
	require(r == d.code && (r == 0 || r == COCO_E_SMBIOS_FIND));
	if (r != 0 || v.n == 0)
		return 0;
	require(v.p > data && v.p + v.n <= data + size && v.n >= 6);
	require(v.p[0] == data[0] && v.p[v.n - 1] == 0 && v.p[v.n - 2] == 0);
	require(coco_smbios_find(v, data[0], &again, NULL) == 0);
	require(again.p == v.p && again.n == v.n);
	return 0;
}
