/*
 * fuzz_package.c - header and signed statement of a package. Covers
 * coco_pkg_header_decode, coco_pkg_statement_decode and their encoders.
 * Asserts that an accepted document is in range, and is written and read
 * again as the same.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/model/package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check(const struct coco_pkg_header *h)
{
	size_t n = strlen(h->key_id);

	require(h->version >= 1 && h->version <= COCO_PACKAGE_VERSION_MAX);
	require(n >= 1 && n <= COCO_KEY_ID_MAX);
	for (size_t i = 0; i < n; i++)
		require(h->key_id[i] > 0x20 && h->key_id[i] < 0x7f);
	require(h->segment_size >= COCO_PACKAGE_SEGMENT_MIN &&
		h->segment_size <= COCO_PACKAGE_SEGMENT_MAX &&
		(h->segment_size & (h->segment_size - 1)) == 0);
	require(h->segment_count <= COCO_PACKAGE_SEGMENTS_MAX);
	require(h->at_rest <= COCO_AT_REST_DENY);
}

static void check_header(struct coco_view in)
{
	struct coco_pkg_header a;
	struct coco_pkg_header b;
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	if (coco_pkg_header_decode(&a, in, NULL) != 0)
		return;
	check(&a);
	coco_wr_init(&wr, COCO_PACKAGE_HEADER_MAX);
	coco_pkg_header_encode(&wr, &a);
	require(coco_wr_finish(&wr, &text, &n, NULL) == 0);
	require(coco_pkg_header_decode(&b, coco_view_of(text, n), NULL) == 0);
	require(coco_pkg_header_equal(&a, &b) && coco_pkg_header_equal(&b, &a));
	coco_free(text);
	coco_pkg_header_free(&a);
	coco_pkg_header_free(&b);
}

static void check_statement(struct coco_view in)
{
	struct coco_pkg_statement a;
	struct coco_pkg_statement b;
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;

	if (coco_pkg_statement_decode(&a, in, NULL) != 0)
		return;
	check(&a.header);
	coco_wr_init(&wr, COCO_PACKAGE_HEADER_MAX);
	coco_pkg_statement_encode(&wr, &a);
	require(coco_wr_finish(&wr, &text, &n, NULL) == 0);
	require(coco_pkg_statement_decode(&b, coco_view_of(text, n), NULL) == 0);
	require(coco_pkg_header_equal(&a.header, &b.header) &&
		coco_digest_equal(&a.manifest, &b.manifest) &&
		coco_digest_equal(&a.catalogue, &b.catalogue));
	coco_free(text);
	coco_pkg_statement_free(&a);
	coco_pkg_statement_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_header(coco_view_of(data, size));
	check_statement(coco_view_of(data, size));
	return 0;
}
