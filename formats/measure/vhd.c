/*
 * vhd.c - the footer of VHD files (see vhd.h).
 */
#include "formats/measure/vhd.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"

enum {
	TYPE_FIXED = 2,
	CHECKSUM_AT = 64,
};

bool coco_vhd_is(struct coco_view bytes)
{
	return bytes.n >= 8 && memcmp(bytes.p, "conectix", 8) == 0;
}

/* The complement of the sum of all bytes but the checksum's own. */
static uint32_t checksum(struct coco_view footer)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < COCO_VHD_FOOTER; i++)
		if (i < CHECKSUM_AT || i >= CHECKSUM_AT + 4)
			sum += footer.p[i];
	return ~sum;
}

int coco_vhd_parse(uint64_t *ret, struct coco_view footer, uint64_t file_size,
		   struct coco_diag *diag)
{
	struct coco_rd rd;

	coco_rd_init(&rd, footer, 0, diag);
	(void)coco_rd_view(&rd, 48, "start of the footer");
	uint64_t size = coco_rd_be64(&rd, "current size");
	(void)coco_rd_be32(&rd, "geometry");
	uint32_t type = coco_rd_be32(&rd, "disk type");
	uint32_t sum = coco_rd_be32(&rd, "checksum");
	(void)coco_rd_view(&rd, COCO_VHD_FOOTER - CHECKSUM_AT - 4, "rest of the footer");
	if (!coco_rd_ok(&rd))
		return rd.code;
	if (!coco_vhd_is(footer) || sum != checksum(footer))
		return coco_fail_at(diag, COCO_E_DISK_CONTAINER, CHECKSUM_AT, "checksum",
				    "the checksum of the VHD footer is wrong");
	if (type != TYPE_FIXED)
		return coco_fail_at(diag, COCO_E_DISK_FEATURE, 60, "disk type",
				    "a VHD of type %u: only fixed ones can be read", type);
	if (file_size < COCO_VHD_FOOTER || size != file_size - COCO_VHD_FOOTER)
		return coco_fail_at(diag, COCO_E_DISK_CONTAINER, 48, "current size",
				    "a VHD of %" PRIu64 " bytes in a file of %" PRIu64, size,
				    file_size);
	*ret = size;
	return 0;
}
