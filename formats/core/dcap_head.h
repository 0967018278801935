/*
 * dcap_head.h - the signed part of Intel's quotes: header, body descriptor of
 * version 5, and the report inside (Intel TDX DCAP Quote Generation, appendix
 * A; evidence.md 2.1 to 2.3). What the bytes say and no more: nothing is
 * verified. The signature data behind it is formats/evidence/tdx_quote.h.
 */
#ifndef COCO_DCAP_HEAD_H
#define COCO_DCAP_HEAD_H

#include "formats/core/rd.h"

enum {
	COCO_DCAP_HEADER = 48,       /* bytes; the same in all versions */
	COCO_DCAP_DESCRIPTOR = 6,    /* of version 5, behind the header */
	COCO_SGX_REPORT = 384,       /* bytes of the bodies */
	COCO_TD10_REPORT = 584,
	COCO_TD15_REPORT = 648,
	COCO_TD15X_REPORT = 885,
	COCO_DCAP_TEE_SGX = 0,
	COCO_DCAP_TEE_TDX = 0x81,
	COCO_DCAP_KEY_P256 = 2,      /* attestation key type: ECDSA P-256 with SHA-256 */
	COCO_TD_RTMRS = 4,
	COCO_TD_MR = 48,             /* bytes of a measurement register: SHA-384 */
	COCO_TD_SVNS = 16,           /* components of TEE_TCB_SVN */
};

/* Body types as version 5 numbers them. */
enum coco_dcap_body {
	COCO_DCAP_BODY_SGX = 1,
	COCO_DCAP_BODY_TD10 = 2,
	COCO_DCAP_BODY_TD15 = 3,
	COCO_DCAP_BODY_TD15X = 4,    /* TD 1.5 extended */
};

/* The report of an SGX enclave: body of SGX quotes, and the QE's own report. */
struct coco_sgx_report {
	uint8_t cpu_svn[16];
	uint32_t misc_select;
	uint8_t attributes[16];
	uint8_t mr_enclave[32];
	uint8_t mr_signer[32];
	uint16_t isv_prod_id;
	uint16_t isv_svn;
	uint8_t report_data[64];
};

/* A TD report body; the members after report_data are zero when the body has none. */
struct coco_td_report {
	uint8_t tee_tcb_svn[COCO_TD_SVNS];   /* [0] SVN, [1] major version of the TDX module */
	uint8_t mr_seam[COCO_TD_MR];
	uint8_t mr_signer_seam[COCO_TD_MR];
	uint64_t seam_attributes;
	uint64_t td_attributes;
	uint64_t xfam;
	uint8_t mr_td[COCO_TD_MR];
	uint8_t mr_config_id[COCO_TD_MR];
	uint8_t mr_owner[COCO_TD_MR];
	uint8_t mr_owner_config[COCO_TD_MR];
	uint8_t rtmr[COCO_TD_RTMRS][COCO_TD_MR];
	uint8_t report_data[64];
	uint8_t tee_tcb_svn_2[COCO_TD_SVNS]; /* TD 1.5: after an update of the module */
	uint8_t mr_service_td[COCO_TD_MR];
	uint8_t vm_id;                       /* TD 1.5 extended, from here on */
	uint8_t td_id[32];
	uint8_t dev_info[48];
	uint8_t init_servtd_hash[48];
	uint64_t init_servtd_attr;
	uint8_t init_cpu_svn[16];
	uint8_t init_tee_tcb_svn[16];
	uint8_t init_tee_fmspc[12];
	uint8_t cur_servtd_hash[48];
	uint64_t cur_servtd_attr;
};

struct coco_dcap_head {
	uint16_t version;                    /* 3 (SGX only), 4, 5 */
	uint16_t key_type;
	uint32_t tee_type;                   /* COCO_DCAP_TEE_... */
	uint16_t qe_svn;                     /* version 3; reserved in others */
	uint16_t pce_svn;
	uint8_t vendor_id[16];
	uint8_t user_data[20];
	enum coco_dcap_body body;            /* told by the TEE type before version 5 */
	size_t body_at;                      /* offset of the body */
	size_t body_size;
	struct coco_td_report td;            /* TDX bodies */
	struct coco_sgx_report sgx;          /* body SGX */
};

/* coco_sgx_report_read - the next 384 bytes. */
void coco_sgx_report_read(struct coco_rd *rd, struct coco_sgx_report *ret);

/*
 * coco_dcap_head_read - reads header and body from the start of rd.
 * FORMAT_SHORT; DCAP_QUOTE for a version, TEE or body type that is not known,
 * or a body whose size is not that of its type.
 */
int coco_dcap_head_read(struct coco_rd *rd, struct coco_dcap_head *ret) COCO_MUSTUSE;

#endif
