/*
 * mint_tdx_parts.h - what mint_tdx.c signs: platform, quote and documents that
 * fit together, with the defect that lies in their values.
 */
#ifndef COCO_MINT_TDX_PARTS_H
#define COCO_MINT_TDX_PARTS_H

#include "tests/support/mint_tdx.h"

struct coco_mint_parts {
	struct coco_mint_pck pck;
	struct coco_mint_tcb tcb;
	struct coco_mint_qe_id qe_id;
	struct coco_mint_quote quote;
};

void coco_mint_parts(struct coco_mint_parts *ret, uint16_t version, uint16_t body,
		     enum coco_mint_tdx_defect defect);

/* coco_mint_serial - a certificate's serial number, big-endian; its length. */
size_t coco_mint_serial(const struct coco_pki_cert *cert, uint8_t ret[64]);

#endif
