/*
 * tcb_info.h - Intel's TCB info: which component versions of a platform family
 * (FMSPC) have which status. Version 3 for TDX and SGX, version 2 for SGX
 * (evidence.md 2.5). The signature is not verified here.
 */
#ifndef COCO_TCB_INFO_H
#define COCO_TCB_INFO_H

#include "formats/evidence/tcb_doc.h"

enum {
	COCO_TCB_COMPONENTS = 16,
	COCO_TCB_MODULES_MAX = 64,
	COCO_TCB_COMPONENT_NAME = 48,
};

/* A level asks for at least these. */
struct coco_tcb_level {
	uint16_t sgx[COCO_TCB_COMPONENTS];
	uint16_t pce_svn;
	uint16_t tdx[COCO_TCB_COMPONENTS];   /* zero in documents for SGX */
	struct coco_tcb_verdict says;
};

/* What a TDX module must be. */
struct coco_tdx_module {
	char id[16];                         /* "TDX_01"; "" for the one of version 0 */
	uint8_t mr_signer[48];
	uint8_t attributes[8];               /* in the byte order of the report */
	uint8_t attributes_mask[8];
	struct coco_isv_levels levels;       /* none for version 0 */
};

struct coco_tcb_info {
	struct coco_view span;               /* the signed bytes, borrowed from the text */
	uint64_t span_at;
	uint8_t signature[COCO_TCB_SIGNATURE];
	struct coco_tcb_head head;
	bool tdx;                            /* id "TDX" */
	uint8_t fmspc[6];
	uint8_t pce_id[2];
	bool has_module;
	struct coco_tdx_module module;       /* tdxModule: of version 0 */
	struct coco_tdx_module *modules;     /* tdxModuleIdentities; owned */
	size_t n_modules;
	size_t cap_modules;
	struct coco_tcb_level *levels;       /* owned; descending */
	size_t n_levels;
	size_t cap_levels;
	struct coco_tcb_advisories advisories;
	char sgx_name[COCO_TCB_COMPONENTS][COCO_TCB_COMPONENT_NAME];   /* "SEAMLDR ACM", "" */
	char tdx_name[COCO_TCB_COMPONENTS][COCO_TCB_COMPONENT_NAME];
};

/*
 * coco_tcb_info_parse - decodes the response text. Levels come out in
 * descending order of (SGX components, PCESVN, TDX components); a document
 * with two equal ones is refused, as are a version or a status that are not
 * known: TCB_DOCUMENT. Free with coco_tcb_info_free. *ret is untouched on
 * failure.
 */
int coco_tcb_info_parse(struct coco_tcb_info *ret, struct coco_view text,
			struct coco_diag *diag) COCO_MUSTUSE;
void coco_tcb_info_free(struct coco_tcb_info *info);   /* fine on a zeroed struct */

#endif
