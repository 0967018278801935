/*
 * fuzz_snp_json.c - SEV-SNP evidence in JSON. Covers coco_snp_json_looks,
 * coco_snp_json_read, coco_snp_tsm_looks, coco_snp_tsm_read. Asserts that a
 * rebuilt report is one that the report's own decoder reads (from version 2
 * on), with nothing in reserved places.
 */
#include <stdlib.h>

#include "formats/evidence/snp_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_report(const struct coco_jv *root)
{
	struct coco_snp_report report;
	struct coco_snp_json e;
	struct coco_diag d = { 0 };

	int r = coco_snp_json_read(&e, root, &d);
	require(r == d.code);
	if (r != 0)
		return;
	require(coco_snp_json_looks(root));
	require(e.n_certs <= COCO_SNP_CERTS_MAX);
	for (size_t i = 0; i < e.n_certs; i++)
		require(e.certs[i].n != 0);
	r = coco_snp_report_parse(&report, coco_view_of(e.report, sizeof(e.report)), NULL);
	if (r == 0 && report.version >= 5)
		require(!report.reserved_set);
	coco_snp_json_free(&e);
}

static void check_tsm(const struct coco_jv *root)
{
	struct coco_snp_tsm e;
	struct coco_diag d = { 0 };

	(void)coco_snp_tsm_looks(root);
	int r = coco_snp_tsm_read(&e, root, &d);
	require(r == d.code);
	if (r != 0)
		return;
	require((e.certs == NULL) == (e.n_certs == 0));
	coco_snp_tsm_free(&e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_json doc;

	if (coco_json_parse_bounded(&doc, coco_view_of(data, size), 1 << 20, 1 << 16, NULL) != 0)
		return 0;
	struct coco_jv root = coco_json_root(&doc);
	check_report(&root);
	check_tsm(&root);
	coco_json_free(&doc);
	return 0;
}
