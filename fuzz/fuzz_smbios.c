/*
 * fuzz_smbios.c - SMBIOS tables. Covers coco_smbios_measured and
 * coco_smbios_has_bios. Asserts that filtering keeps lengths and headers, that
 * what can be read again measures the same, and that both agree.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/smbios.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct coco_smbios_firmware fw = { "a", "b", "c" };
	enum { BIOS = 26 + 7, LAST = 6 };
	struct coco_diag d = { 0 };
	struct coco_diag e = { 0 };
	uint8_t *p = NULL;
	uint8_t *q = NULL;
	size_t n = 0;
	size_t m = 0;
	bool has = false;

	int r = coco_smbios_measured(coco_view_of(data, size), &fw, &p, &n, &d);
	require(r == d.code && (r == 0) == (p != NULL));
	require(r == 0 || r == COCO_E_SMBIOS || r == COCO_E_FORMAT_SHORT ||
		r == COCO_E_LIMIT_SIZE);
	int s = coco_smbios_has_bios(coco_view_of(data, size), &has, &e);
	require(r != 0 || s == 0);
	if (r != 0)
		return 0;
	size_t own = LAST + (has ? 0 : BIOS);
	require(n >= own && n - own <= size);
	require(n == own || memcmp(p, data, 4) == 0);
	require(p[n - LAST] == 127);
	/* nothing is left to filter; a structure without texts any more ends earlier */
	s = coco_smbios_measured(coco_view_of(p, n), NULL, &q, &m, &e);
	require(s == 0 || s == COCO_E_SMBIOS);
	require(s != 0 || (m == n && memcmp(p, q, n) == 0));
	coco_free(p);
	coco_free(q);
	return 0;
}
