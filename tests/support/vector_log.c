/*
 * vector_log.c - event logs of the shared vectors (see vector_log.h).
 */
#include "tests/support/vector_log.h"

#include <stdio.h>
#include <zstd.h>

#include "formats/core/mem.h"
#include "tests/support/support.h"

enum { UNPACKED = 1 << 22 };

uint8_t *coco_vector_log(const char *area, const char *name, size_t *ret_n)
{
	char path[256];
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", area, name);
	const char *found = coco_test_vectors(path);
	if (found != NULL)
		return coco_test_slurp(found, ret_n);
	snprintf(path, sizeof(path), "%s/%s.zst", area, name);
	found = coco_test_vectors(path);
	if (found == NULL)
		return NULL;
	uint8_t *packed = coco_test_slurp(found, &n);
	uint8_t *p = coco_alloc(UNPACKED, 1);
	assert_non_null(p);
	*ret_n = ZSTD_decompress(p, UNPACKED, packed, n);
	assert_false(ZSTD_isError(*ret_n));
	coco_free(packed);
	return p;
}
