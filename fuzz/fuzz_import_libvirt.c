/*
 * fuzz_import_libvirt.c - libvirt domains. Covers coco_xml_parse,
 * coco_import_libvirt. Asserts that nothing with a document type declaration
 * is accepted, and for every accepted domain that the profile reads back as it
 * is written and has one platform.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/xml.h"
#include "formats/measure/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* Nodes below e; depth is bounded by the reader. */
static size_t walk(struct coco_xml_element e, unsigned depth)
{
	size_t n = 1;

	require(depth <= COCO_XML_MAX_DEPTH && coco_xml_name(e)[0] != '\0');
	(void)coco_xml_text(e);
	(void)coco_xml_namespace(e);
	for (struct coco_xml_element c = coco_xml_child(e, NULL); c.v != NULL;
	     c = coco_xml_next(c, NULL))
		n += walk(c, depth + 1);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct coco_import_hints hints = { NULL, 0 };
	struct coco_import im = { .n_notes = 0 };
	struct coco_profile again = { .n = 0 };
	struct coco_diag d = { 0 };
	struct coco_xml xml = { .doc = NULL };
	uint8_t *text = NULL;
	size_t n = 0;

	if (coco_xml_parse(&xml, coco_view_of(data, size), NULL) == 0) {
		require(memmem(data, size, "<!DOCTYPE", 9) == NULL);
		require(walk(coco_xml_root(&xml), 1) <= COCO_XML_MAX_NODES);
		coco_xml_free(&xml);
	}
	int r = coco_import_libvirt(&im, coco_view_of(data, size), &hints, &d);
	require(r == d.code);
	if (r != 0) {
		require(im.profile.n == 0 && im.n_notes == 0);
		return 0;
	}
	require(coco_profile_get(&im.profile, COCO_PROFILE_PLATFORMS, 0)->n == 1);
	if (coco_profile_encode(&im.profile, &text, &n, NULL) == 0)
		require(coco_profile_decode(&again, coco_view_of(text, n), NULL) == 0);
	coco_free(text);
	coco_profile_free(&again);
	coco_import_free(&im);
	return 0;
}
