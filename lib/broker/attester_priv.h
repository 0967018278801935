/*
 * attester_priv.h - shared by the kinds of attesters; for attester*.c only.
 */
#ifndef COCO_ATTESTER_PRIV_H
#define COCO_ATTESTER_PRIV_H

#include "lib/broker/attester.h"

/* What the hardware said, owned. */
struct coco_attester_raw {
	uint8_t *report;    /* or quote */
	size_t n_report;
	uint8_t *certs;     /* certificate table; NULL: none */
	size_t n_certs;
};

/* coco_attester_tsm_tee - makes (or finds) an entry and reads whose it is. */
int coco_attester_tsm_tee(const char *dir, const char **ret_tee, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_attester_tsm_read - one report by configfs-tsm. Gives *ret. */
int coco_attester_tsm_read(const char *dir, const struct coco_run *run,
			   const uint8_t report_data[COCO_ATTESTER_REPORT_DATA],
			   struct coco_attester_raw *ret, struct coco_diag *diag) COCO_MUSTUSE;

/* coco_attester_sev_read - one report with certificates by the guest device. Gives *ret. */
int coco_attester_sev_read(const struct coco_attester_config *config,
			   const uint8_t report_data[COCO_ATTESTER_REPORT_DATA],
			   struct coco_attester_raw *ret, struct coco_diag *diag) COCO_MUSTUSE;

/*
 * coco_attester_tdx_read - a report by the guest device and a quote over it by
 * the host's quote generation service. Gives *ret. ATTESTER_NONE,
 * ATTESTER_FAILED, ATTESTER_QUOTE, those of coco_qgs_response_decode.
 */
int coco_attester_tdx_read(const struct coco_attester_config *config,
			   const uint8_t report_data[COCO_ATTESTER_REPORT_DATA],
			   struct coco_attester_raw *ret, struct coco_diag *diag) COCO_MUSTUSE;

#endif
