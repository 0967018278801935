/*
 * mint_snp.c - SEV-SNP reports for tests (see mint_snp.h).
 */
#include "tests/support/mint_snp.h"

#include <string.h>

void coco_mint_snp(uint8_t ret[COCO_MINT_SNP], uint8_t version, uint8_t family, uint8_t model,
		   size_t chip_n)
{
	static const uint16_t marked[] = { 0x10, 0x20, 0x50, 0x90, 0xc0, 0xe0,
					   0x110, 0x140, 0x160, 0x2a0, 0x2e8 };
	static const uint16_t tcb[] = { 0x38, 0x180, 0x1e0, 0x1f0 };

	memset(ret, 0, COCO_MINT_SNP);
	ret[0] = version;
	ret[4] = 7;                                       /* GUEST_SVN */
	memcpy(ret + 0x8, "\x1f\x02\x03\0\0\0\0\0", 8);   /* ABI 2.31, SMT allowed */
	ret[0x30] = 1;                                    /* VMPL */
	ret[0x34] = 1;                                    /* ECDSA P-384 with SHA-384 */
	ret[0x40] = 0x27;
	for (size_t i = 0; i < COCO_ARRAY_LEN(marked); i++) {
		ret[marked[i]] = (uint8_t)marked[i];
		ret[marked[i] + 1] = (uint8_t)(marked[i] >> 8);
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(tcb); i++)
		for (uint8_t k = 0; k < 8; k++)
			ret[tcb[i] + k] = (uint8_t)(16 * (i + 1) + k);
	if (version >= 3) {
		ret[0x188] = family;
		ret[0x189] = model;
		ret[0x18a] = 2;
	}
	memset(ret + 0x1a0, 0xc1, chip_n);
	memcpy(ret + 0x1e8, "\x28\x37\x01\0\x27\x37\x01\0", 8);   /* 1.55.40, 1.55.39 */
	if (version >= 5) {
		ret[0x1f8] = 3;
		ret[0x200] = 7;
	}
}
