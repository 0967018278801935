/*
 * hcl_report.h - the report of the host compatibility layer of an Azure
 * confidential VM (evidence.md 4.2), which the guest reads from NV index
 * 0x01400001 of its virtual TPM: a hardware report and the data that its
 * REPORT_DATA is a digest of, among it the key that signs quotes of that TPM.
 */
#ifndef COCO_HCL_REPORT_H
#define COCO_HCL_REPORT_H

#include "formats/evidence/claims.h"

enum {
	COCO_HCL_MAX = 1 << 16,        /* bytes of a report with padding */
	COCO_HCL_HARDWARE = 1184,      /* bytes of the slot of the hardware report */
	COCO_HCL_HARDWARE_AT = 0x20,
	COCO_HCL_TD_REPORT = 1024,     /* bytes of a TDREPORT in it */
	COCO_HCL_DATA_AT = 0x4d4,
	COCO_HCL_SNP = 2,              /* report types */
	COCO_HCL_TDX = 4,
	COCO_HCL_USER_DATA = 64,
};

struct coco_hcl_report {
	uint32_t version;              /* 1, 2 */
	uint32_t size;                 /* as it says: 32 + 1184 + data size */
	uint32_t request_type;
	uint32_t status;
	struct coco_view hardware;     /* SNP report or TDREPORT, the whole slot; borrowed */
	uint32_t data_version;
	uint32_t report_type;          /* COCO_HCL_SNP, COCO_HCL_TDX */
	uint32_t hash_type;            /* 1 SHA-256, 2 SHA-384, 3 SHA-512 */
	struct coco_view data;         /* JSON; borrowed */
};

/*
 * coco_hcl_report_parse - reads the report; zeros may follow it. HCL_REPORT:
 * not "HCLA", sizes that contradict each other, a report or hash type that is
 * not known, other bytes behind; FORMAT_SHORT.
 */
int coco_hcl_report_parse(struct coco_hcl_report *ret, struct coco_view bytes,
			  struct coco_diag *diag) COCO_MUSTUSE;

/* What the data say. */
struct coco_hcl_data {
	uint8_t *n;                    /* owned: modulus of HCLAkPub, big-endian */
	size_t n_n;
	uint8_t *e;                    /* owned */
	size_t n_e;
	bool has_user_data;
	uint8_t user_data[COCO_HCL_USER_DATA];
	struct coco_json doc;          /* owned: the whole */
};

/*
 * coco_hcl_data_parse - the JSON of the data; gives *ret (coco_hcl_data_free).
 * HCL_REPORT: no RSA key HCLAkPub, or two of them; FORMAT_JSON...
 */
int coco_hcl_data_parse(struct coco_hcl_data *ret, struct coco_view data, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_hcl_data_free(struct coco_hcl_data *d);   /* fine on a zeroed struct */

/*
 * coco_hcl_claims - "hcl.version", "hcl.user_data", "hcl.vm.secure-boot", ...
 * without the hardware report. placed: base is where the report starts in the
 * piece.
 */
void coco_hcl_claims(struct coco_claims *c, const struct coco_hcl_report *report,
		     const struct coco_hcl_data *data, bool placed, uint64_t base);

#endif
