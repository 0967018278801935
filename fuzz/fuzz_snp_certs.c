/*
 * fuzz_snp_certs.c - the certificate table of SEV-SNP, and the extensions of
 * AMD's certificates. Covers coco_snp_certs_read, coco_snp_certs_looks,
 * coco_amd_cert_read, coco_amd_cert_product. Asserts that entries lie inside
 * the table, that no kind is there twice, and that texts end.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/evidence/amd_cert.h"
#include "formats/evidence/snp_certs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_cert(struct coco_view der)
{
	struct coco_amd_cert c;
	struct coco_diag d = { 0 };

	int r = coco_amd_cert_read(&c, der, &d);
	require(r == d.code);
	if (r != 0)
		return;
	require(c.n_hwid == 0 || c.n_hwid == COCO_AMD_HWID_SHORT || c.n_hwid == COCO_AMD_HWID);
	require(memchr(c.product, '\0', sizeof(c.product)) != NULL);
	require(memchr(c.csp_id, '\0', sizeof(c.csp_id)) != NULL);
	require(coco_amd_cert_product(&c) == COCO_SNP_PRODUCT_UNKNOWN || c.product[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_view in = { data, size };
	struct coco_snp_certs t;
	struct coco_diag d = { 0 };

	check_cert(in);
	(void)coco_snp_certs_looks(in);
	int r = coco_snp_certs_read(&t, in, 7, &d);
	require(r == d.code);
	if (r != 0)
		return 0;
	require(t.n <= COCO_SNP_CERTS_MAX);
	for (size_t i = 0; i < t.n; i++) {
		struct coco_view v = t.v[i].bytes;

		require(v.n != 0 && v.p >= data && v.n <= size &&
			(size_t)(v.p - data) <= size - v.n);
		require(t.v[i].offset == 7 + (uint64_t)(v.p - data));
		for (size_t k = 0; k < i; k++)
			require(memcmp(t.v[i].guid, t.v[k].guid, sizeof(t.v[i].guid)) != 0);
		check_cert(v);
	}
	return 0;
}
