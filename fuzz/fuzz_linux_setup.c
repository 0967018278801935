/*
 * fuzz_linux_setup.c - the setup header of a kernel. Covers
 * coco_linux_setup_parse and coco_linux_setup_patch. The first 8 bytes are
 * sizes, then a byte with the length of a command line, the command line, and
 * the start of the kernel. Asserts that a refused launch changes nothing, and
 * that an accepted one changes only the header's fields, twice the same.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/linux_setup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool may_change(size_t at)
{
	return (at >= 0x20 && at < 0x24) || at == 0x1fa || at == 0x1fb || at == 0x210 ||
	       at == 0x211 || (at >= 0x218 && at < 0x220) || at == 0x224 || at == 0x225 ||
	       (at >= 0x228 && at < 0x22c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_linux_launch l = { .has_initrd = true };
	struct coco_linux_setup s;
	struct coco_diag d = { 0 };
	uint32_t sizes[2];

	if (size < 9)
		return 0;
	memcpy(sizes, data, 8);
	l.memory = (uint64_t)sizes[0] << 8;
	l.initrd_size = sizes[1];
	size_t line = data[8] < size - 9 ? data[8] : size - 9;
	l.cmdline = coco_view_of(data + 9, line);
	size_t n = size - 9 - line;
	const uint8_t *head = data + 9 + line;
	uint8_t *work = malloc(n + 1);
	require(work != NULL);
	memcpy(work, head, n);
	coco_linux_setup_parse(&s, coco_view_of(head, n));
	require(!s.has_version || strlen(s.version) < sizeof(s.version));
	int r = coco_linux_setup_patch(work, n, &l, &d);
	require(r == d.code && (r == 0 || r == COCO_E_BOOT_KERNEL));
	for (size_t i = 0; i < n; i++)
		require(work[i] == head[i] || (r == 0 && s.is_linux && may_change(i)));
	if (r == 0) {
		uint8_t *again = malloc(n + 1);

		require(again != NULL);
		memcpy(again, work, n);
		require(coco_linux_setup_patch(again, n, &l, NULL) == 0);
		require(memcmp(again, work, n) == 0);
		free(again);
	}
	free(work);
	return 0;
}
