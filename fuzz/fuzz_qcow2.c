/*
 * fuzz_qcow2.c - qcow2 files. Covers coco_qcow2_parse, coco_qcow2_l1,
 * coco_qcow2_l2 and reading through them. The input is a file. Asserts that
 * reading in pieces gives the same as reading at once, and the same error.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/qcow2.h"
#include "lib/measure/disk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WHOLE = 1 << 17, PIECE = 4096 + 77 };

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool known(int r)
{
	return r == 0 || r == COCO_E_DISK_CONTAINER || r == COCO_E_IO_READ;
}

static void read_both(struct coco_disk *disk)
{
	uint8_t *a = coco_zalloc(2, WHOLE);
	uint8_t *b = a + WHOLE;
	size_t got = 0;
	size_t at = 0;
	int r = 0;

	require(a != NULL);
	int whole = coco_disk_read_some(disk, 0, a, WHOLE, &got, NULL);
	require(known(whole));
	while (r == 0 && at < WHOLE) {
		size_t n = 0;

		r = coco_disk_read_some(disk, at, b + at, coco_min_size(PIECE, WHOLE - at), &n,
					NULL);
		require(known(r));
		if (r == 0 && n == 0)
			break;
		at += n;
	}
	require((r == 0) == (whole == 0));
	if (r == 0) {
		require(at == got);
		require(memcmp(a, b, got) == 0);
	}
	coco_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_qcow2 q = { .version = 0 };
	struct coco_disk *disk = NULL;
	struct coco_diag d = { 0 };

	int r = coco_qcow2_parse(&q, coco_view_of(data, size), size, &d);
	require(r == d.code && (r == 0 || q.version == 0));
	if (r != 0)
		return 0;
	require((uint64_t)q.l1_size * 8 <= size - (q.l1_size != 0 ? q.l1_offset : 0));
	/* opening reads 512 bytes of it, so a header alone has to be longer */
	if (coco_disk_bytes(&disk, coco_view_of(data, size), NULL) == 0) {
		require(coco_disk_size(disk) == q.size);
		read_both(disk);
	}
	coco_disk_close(disk);
	return 0;
}
