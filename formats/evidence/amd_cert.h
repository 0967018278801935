/*
 * amd_cert.h - the extensions of VCEK and VLEK certificates (AMD, arc
 * 1.3.6.1.4.1.3704.1; evidence.md 1.3): which chip, which TCB, which provider.
 */
#ifndef COCO_AMD_CERT_H
#define COCO_AMD_CERT_H

#include "formats/core/diag.h"
#include "formats/evidence/snp_report.h"

enum {
	COCO_AMD_HWID = 64,          /* bytes at most; Turin has 8 */
	COCO_AMD_HWID_SHORT = 8,
	COCO_AMD_TEXT = 64,          /* of product name and CSP_ID, with the NUL */
};

/* What a certificate says; every member may be absent. */
struct coco_amd_cert {
	bool has_struct_version;
	uint8_t struct_version;      /* 0: Milan, Genoa; 1: Turin */
	char product[COCO_AMD_TEXT]; /* "Milan-B0", "Genoa"; "" : none */
	bool has_spl[COCO_SNP_COMPONENTS];
	uint8_t spl[COCO_SNP_COMPONENTS];
	bool has_spare[4];           /* spl4 to spl7 */
	uint8_t spare[4];
	uint8_t hwid[COCO_AMD_HWID];
	size_t n_hwid;               /* 64, 8, or 0: none */
	bool hwid_wrapped;           /* as an OCTET STRING inside the extension */
	bool has_csp_id;
	char csp_id[COCO_AMD_TEXT];
};

/*
 * coco_amd_cert_read - the extensions of the certificate der. Integers must be
 * in the one DER form, from 0 to 255; HWID is raw or wrapped, told by its
 * length. AMD_CERT for another form, or an extension twice; the field is the
 * extension's name. FORMAT_CERT when der is no certificate.
 */
int coco_amd_cert_read(struct coco_amd_cert *ret, struct coco_view der, struct coco_diag *diag)
	COCO_MUSTUSE;

/*
 * coco_amd_cert_product - the product of the certificate's product name: what
 * stands before "-" must be it. UNKNOWN for another.
 */
enum coco_snp_product coco_amd_cert_product(const struct coco_amd_cert *cert);

#endif
