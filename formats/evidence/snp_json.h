/*
 * snp_json.h - SEV-SNP evidence in JSON: as Trustee's attester writes it
 * (evidence.md 1.10), and the answer of configfs-tsm with auxblob and outblob
 * (1.3). The report is rebuilt byte for byte, for its signature is over bytes.
 */
#ifndef COCO_SNP_JSON_H
#define COCO_SNP_JSON_H

#include "formats/core/json.h"
#include "formats/evidence/snp_certs.h"
#include "formats/evidence/snp_report.h"

struct coco_snp_json_cert {
	enum coco_snp_cert_kind kind;
	uint8_t *p;   /* owned; DER or PEM */
	size_t n;
};

struct coco_snp_json {
	uint8_t report[COCO_SNP_REPORT_SIZE];
	struct coco_snp_json_cert certs[COCO_SNP_CERTS_MAX];
	size_t n_certs;
};

/* coco_snp_json_looks - an object with attestation_report, an object. */
bool coco_snp_json_looks(const struct coco_jv *doc);

/*
 * coco_snp_json_read - Trustee's form. The byte order of TCB versions follows
 * the product, told by the CPU's family or, in version 2, by the form of
 * chip_id. Members that are not known are not looked at. Gives *ret
 * (coco_snp_json_free). SNP_JSON, FORMAT_JSON_TYPE, FORMAT_VALUE with pointer;
 * LIMIT_COUNT.
 */
int coco_snp_json_read(struct coco_snp_json *ret, const struct coco_jv *doc,
		       struct coco_diag *diag) COCO_MUSTUSE;
void coco_snp_json_free(struct coco_snp_json *e);   /* fine on a zeroed struct */

/* What configfs-tsm returned, as JSON. */
struct coco_snp_tsm {
	uint8_t *report;   /* owned; outblob */
	size_t n_report;
	uint8_t *certs;    /* owned; auxblob, a certificate table; NULL: none */
	size_t n_certs;
};

/* coco_snp_tsm_looks - outblob beside provider "sev_guest" (a newline may follow). */
bool coco_snp_tsm_looks(const struct coco_jv *doc);

/*
 * coco_snp_tsm_read - outblob and auxblob in base64 of either alphabet; auxblob
 * may be absent, null or empty. Gives *ret (coco_snp_tsm_free).
 * FORMAT_JSON_TYPE, FORMAT_BASE64.
 */
int coco_snp_tsm_read(struct coco_snp_tsm *ret, const struct coco_jv *doc,
		      struct coco_diag *diag) COCO_MUSTUSE;
void coco_snp_tsm_free(struct coco_snp_tsm *e);   /* fine on a zeroed struct */

#endif
