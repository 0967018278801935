/*
 * pck_ext.h - the SGX extension 1.2.840.113741.1.13.1 of Intel's PCK
 * certificates: which platform it is, and the TCB level that the certificate
 * stands for (Intel SGX PCK Certificate and CRL Profile Specification, 1.3.5;
 * evidence.md 2.4). Values are found by their identifier, not their position.
 */
#ifndef COCO_PCK_EXT_H
#define COCO_PCK_EXT_H

#include "formats/core/der.h"
#include "formats/evidence/claims.h"

#define COCO_PCK_EXT_OID "1.2.840.113741.1.13.1"

enum { COCO_PCK_COMPONENTS = 16 };

struct coco_pck_ext {
	uint8_t ppid[16];                        /* of the CPU package set */
	uint8_t component[COCO_PCK_COMPONENTS];  /* SVNs of the SGX TCB components */
	uint16_t pce_svn;
	uint8_t cpu_svn[16];
	uint8_t pce_id[2];
	uint8_t fmspc[6];
	uint8_t sgx_type;            /* 0 standard, 1 scalable, 2 scalable with integrity */
	bool has_instance;           /* of the Platform CA only */
	uint8_t instance_id[16];
	bool has_dynamic;            /* the three of the configuration are optional */
	bool dynamic_platform;
	bool has_cached;
	bool cached_keys;
	bool has_smt;
	bool smt_enabled;
};

/*
 * coco_pck_ext_parse - decodes the content of the extension; base is its
 * offset in the source. FORMAT_DER; PCK_EXTENSION when a value is missing or
 * there twice. Values that are not known are skipped. *ret is untouched on
 * failure.
 */
int coco_pck_ext_parse(struct coco_pck_ext *ret, struct coco_view content, uint64_t base,
		       struct coco_diag *diag) COCO_MUSTUSE;

/* coco_pck_sgx_type_name - "standard", "scalable", "scalable with integrity", "unknown". */
const char *coco_pck_sgx_type_name(uint8_t type);

/* coco_pck_ext_claims - the values as claims "PREFIX.pck....", without places. */
void coco_pck_ext_claims(struct coco_claims *c, const struct coco_pck_ext *ext,
			 const char *prefix);

#endif
