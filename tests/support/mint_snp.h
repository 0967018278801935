/*
 * mint_snp.h - SEV-SNP reports for tests, made byte by byte and without the
 * code under test; not signed.
 */
#ifndef COCO_MINT_SNP_H
#define COCO_MINT_SNP_H

#include "formats/core/base.h"

enum { COCO_MINT_SNP = 1184 };

/*
 * coco_mint_snp - a report of the version for a CPU of the combined family and
 * model (not written below version 3). Fields of bytes hold their own offset
 * in their first two bytes; chip_n bytes of CHIP_ID are 0xc1.
 */
void coco_mint_snp(uint8_t ret[COCO_MINT_SNP], uint8_t version, uint8_t family, uint8_t model,
		   size_t chip_n);

#endif
