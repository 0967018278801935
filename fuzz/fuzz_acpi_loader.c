/*
 * fuzz_acpi_loader.c - QEMU's script of ACPI tables. Covers
 * coco_acpi_loader_parse. Asserts that accepted files are what the ALLOCATE
 * commands name, in their order, each once and with a name for a directory.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/acpi_loader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_acpi_files f = { .n = 0 };
	struct coco_diag d = { 0 };
	char name[COCO_ACPI_NAME];
	size_t k = 0;

	int r = coco_acpi_loader_parse(&f, coco_view_of(data, size), &d);
	require(r == d.code);
	require(r == 0 || r == COCO_E_ACPI_LOADER || r == COCO_E_FORMAT_VALUE ||
		r == COCO_E_LIMIT_SIZE);
	require((r == 0) == (f.n != 0));
	for (size_t at = 0; r == 0 && at < size; at += COCO_ACPI_COMMAND) {
		if (data[at] != 1)
			continue;
		require(k < f.n);
		require(strcmp((const char *)data + at + 4, f.name[k]) == 0);
		require(coco_acpi_file_name(f.name[k], name) && strchr(name, '/') == NULL);
		for (size_t i = 0; i < k; i++)
			require(strcmp(f.name[i], f.name[k]) != 0);
		k++;
	}
	require(k == f.n);
	return 0;
}
