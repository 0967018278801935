/*
 * fuzz_wraps.c - key-wraps documents and resource names. Covers
 * coco_wraps_decode, coco_wraps_encode, coco_resource_id_parse_uri,
 * coco_resource_id_uri. Asserts that an accepted document is written and read
 * back to the same bytes, and that an accepted name has three parts that can
 * be file names.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/model/wraps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_name(const char *text, size_t n)
{
	struct coco_resource_id id;
	struct coco_resource_id again;
	struct coco_diag d = { 0 };
	char uri[COCO_RESOURCE_URI_MAX];

	int r = coco_resource_id_parse_uri(&id, text, n, &d);
	require(r == d.code);
	if (r != 0)
		return;
	const char *parts[] = { id.repo, id.type, id.tag };
	for (size_t i = 0; i < COCO_ARRAY_LEN(parts); i++)
		require(parts[i][0] != '\0' && parts[i][0] != '.' &&
			strchr(parts[i], '/') == NULL && strchr(parts[i], '\\') == NULL);
	coco_resource_id_uri(&id, uri);
	require(coco_resource_id_parse_uri(&again, uri, strlen(uri), NULL) == 0);
	require(strcmp(id.repo, again.repo) == 0 && strcmp(id.type, again.type) == 0 &&
		strcmp(id.tag, again.tag) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_diag d = { 0 };
	struct coco_wraps w = { .wraps = NULL };
	struct coco_wraps again = { .wraps = NULL };
	uint8_t *text = NULL;
	uint8_t *twice = NULL;
	size_t n = 0;
	size_t n_twice = 0;

	check_name((const char *)data, size);
	int r = coco_wraps_decode(&w, coco_view_of(data, size), &d);
	require(r == d.code && (r == 0) == (w.wraps != NULL));
	if (r != 0)
		return 0;
	require(w.n_wraps <= COCO_WRAPS_COUNT_MAX);
	for (size_t i = 0; i < w.n_wraps; i++)
		require(w.wraps[i].type != COCO_WRAP_JWE ||
			coco_wraps_digest_valid(w.wraps[i].recipient));
	r = coco_wraps_encode(&w, &text, &n, NULL);
	require(r == 0 || r == COCO_E_LIMIT_SIZE);
	if (r == 0) {
		require(coco_wraps_decode(&again, coco_view_of(text, n), NULL) == 0);
		require(again.n_wraps == w.n_wraps && again.n_unknown == 0);
		require(coco_wraps_encode(&again, &twice, &n_twice, NULL) == 0);
		require(n == n_twice && memcmp(text, twice, n) == 0);
		coco_free(twice);
		coco_wraps_clear(&again);
	}
	coco_free(text);
	coco_wraps_clear(&w);
	return 0;
}
