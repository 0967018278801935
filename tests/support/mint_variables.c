/*
 * mint_variables.c - stores of UEFI variables (see mint_variables.h).
 */
#include "tests/support/mint_variables.h"

#include <string.h>

static const uint8_t auth[] = COCO_GUID(0xaaf32c78, 0x947b, 0x439a, 0xa180, 0x2e144ec37792);
static const uint8_t plain[] = COCO_GUID(0xddcf3616, 0x3275, 0x4164, 0x98b6, 0xfe85707ffe7d);

void coco_mint_store(struct coco_wr *wr, bool authenticated, uint32_t size)
{
	coco_wr_bytes(wr, authenticated ? auth : plain, COCO_GUID_SIZE);
	coco_wr_le32(wr, size);
	coco_wr_u8(wr, 0x5a);
	coco_wr_u8(wr, 0xfe);
	coco_wr_le16(wr, 0);
	coco_wr_le32(wr, 0);
}

void coco_mint_variable(struct coco_wr *wr, bool authenticated, uint8_t state,
			const uint8_t guid[COCO_GUID_SIZE], const char *name, const void *data,
			size_t n)
{
	while (wr->code == 0 && wr->n % 4 != 0)
		coco_wr_u8(wr, 0xff);
	coco_wr_le16(wr, 0x55aa);
	coco_wr_u8(wr, state);
	coco_wr_u8(wr, 0);
	coco_wr_le32(wr, 0x27);
	if (authenticated) {
		coco_wr_le64(wr, 0);
		coco_wr_le64(wr, 0);
		coco_wr_le64(wr, 0);
		coco_wr_le32(wr, 0);
	}
	coco_wr_le32(wr, (uint32_t)(2 * (strlen(name) + 1)));
	coco_wr_le32(wr, (uint32_t)n);
	coco_wr_bytes(wr, guid, COCO_GUID_SIZE);
	for (size_t i = 0; i <= strlen(name); i++)
		coco_wr_le16(wr, (uint16_t)(unsigned char)name[i]);
	coco_wr_bytes(wr, data, n);
}
