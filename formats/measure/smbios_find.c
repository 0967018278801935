/*
 * smbios_find.c - structures of SMBIOS tables (see smbios_find.h).
 */
#include "formats/measure/smbios_find.h"

#include "formats/core/err_measure.h"
#include "formats/core/rd.h"

/* Reads over the texts: up to two NULs in a row. */
static bool skip_texts(struct coco_rd *rd)
{
	uint8_t last = coco_rd_u8(rd, "texts");

	while (coco_rd_ok(rd)) {
		uint8_t c = coco_rd_u8(rd, "texts");

		if (coco_rd_ok(rd) && last == 0 && c == 0)
			return true;
		last = c;
	}
	return false;
}

int coco_smbios_find(struct coco_view tables, uint8_t type, struct coco_view *ret,
		     struct coco_diag *diag)
{
	struct coco_rd rd;

	coco_rd_init(&rd, tables, 0, NULL);
	while (coco_rd_left(&rd) > 0) {
		size_t start = rd.at;
		uint8_t t = coco_rd_u8(&rd, "type");
		uint8_t length = coco_rd_u8(&rd, "length");

		if (length >= 4)
			coco_rd_view(&rd, length - 2U, "structure");
		if (length < 4 || !skip_texts(&rd))
			return coco_fail_at(diag, COCO_E_SMBIOS_FIND, start, "length",
					    "an SMBIOS structure runs past the end");
		if (t == type) {
			*ret = coco_view_of(tables.p + start, rd.at - start);
			return 0;
		}
	}
	*ret = coco_view_of(NULL, 0);
	return 0;
}
