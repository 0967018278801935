/*
 * measure_vectors.c - the shared vectors of measurements (see
 * measure_vectors.h).
 */
#include "tests/support/measure_vectors.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/support.h"

static char *turn(void)
{
	static char paths[4][4096];
	static unsigned i;

	return paths[i++ % 4];
}

size_t coco_tsv_run(const char *name, coco_tsv_fn *fn, void *ctx)
{
	char path[256];
	size_t rows = 0;
	size_t n;

	snprintf(path, sizeof(path), "measure/%s", name);
	const char *found = coco_test_vectors(path);
	if (found == NULL)
		return 0;
	char *text = (char *)coco_test_slurp(found, &n);
	char *line = strchr(text, '\n');
	while (line != NULL && *++line != '\0') {
		char *cell[COCO_TSV_COLUMNS];
		char *end = strchr(line, '\n');
		size_t cells = 0;

		if (end != NULL)
			*end = '\0';
		for (char *at = line; at != NULL; cells++) {
			assert_true(cells < COCO_TSV_COLUMNS);
			cell[cells] = at;
			at = strchr(at, '\t');
			if (at != NULL)
				*at++ = '\0';
		}
		fn(cell, cells, ctx);
		rows++;
		line = end;
	}
	coco_free(text);
	return rows;
}

static uint8_t *unpack(const char *path, size_t *ret_n)
{
	size_t n;
	uint8_t *packed = coco_test_slurp(path, &n);
	unsigned long long size = ZSTD_getFrameContentSize(packed, n);

	if (size > (unsigned long long)1 << 26)
		size = (unsigned long long)1 << 26;   /* the frame does not say it */
	uint8_t *p = coco_alloc((size_t)size, 1);
	assert_non_null(p);
	*ret_n = ZSTD_decompress(p, (size_t)size, packed, n);
	assert_false(ZSTD_isError(*ret_n));
	coco_free(packed);
	return p;
}

/* Images that are the end of another one. */
static const struct {
	const char *name;
	const char *whole;
	size_t from;
} parts[] = {
	{ "deb-2022.11-OVMF_CODE.fd", "deb-2022.11-OVMF.fd", 0x20000 },
	{ "deb-2025.02-OVMF_CODE_4M.fd", "deb-2025.02-OVMF.fd", 0x84000 },
	{ "deb-2026.08-OVMF_CODE_4M.fd", "deb-2026.08-OVMF.fd", 0x84000 },
};

const char *coco_vector_firmware(const char *dir, const char *name)
{
	char *out = turn();
	char path[4096];
	size_t from = 0;
	const char *whole = name;
	size_t n;
	uint8_t *p;

	snprintf(out, 4096, "%s/%s", dir, name);
	if (access(out, R_OK) == 0)
		return out;
	for (size_t i = 0; i < COCO_ARRAY_LEN(parts); i++)
		if (strcmp(parts[i].name, name) == 0) {
			whole = parts[i].whole;
			from = parts[i].from;
		}
	const char *fw = coco_test_vectors("measure/fw");
	assert_non_null(fw);
	snprintf(path, sizeof(path), "%s/%s", fw, whole);
	if (access(path, R_OK) == 0) {
		p = coco_test_slurp(path, &n);
	} else {
		snprintf(path, sizeof(path), "%s/%s.zst", fw, whole);
		p = unpack(path, &n);
	}
	struct coco_diag d = { 0 };
	assert_true(n > from);
	assert_ok(coco_write_file(out, p + from, n - from, 0, &d), &d);
	coco_free(p);
	return out;
}

uint8_t *coco_vector_blob(const char *name, size_t *ret_n)
{
	char path[4096];
	const char *root = coco_test_vectors("measure");

	assert_non_null(root);
	snprintf(path, sizeof(path), "%.*s/%s", (int)(strlen(root) - strlen("/measure")), root,
		 name);
	if (access(path, R_OK) == 0)
		return coco_test_slurp(path, ret_n);
	snprintf(path + strlen(path), sizeof(path) - strlen(path), ".zst");
	return unpack(path, ret_n);
}

const char *coco_vector_input(const char *name)
{
	char *out = turn();

	if (strcmp(name, "-") == 0 || name[0] == '\0')
		return NULL;
	const char *dir = coco_test_vectors("measure/inputs");
	assert_non_null(dir);
	snprintf(out, 4096, "%s/%s", dir, name);
	return out;
}
