/*
 * pbuf.c - the wire form of protocol buffers (see pbuf.h).
 */
#include "formats/core/pbuf.h"

#include <inttypes.h>

#include "formats/core/err_evidence.h"

enum {
	VARINT_BYTES = 10,
	NUMBER_MAX = (1 << 29) - 1,
};

/* Seven bits a byte, the lowest first; 64 bits at most. */
static uint64_t varint(struct coco_rd *rd, const char *field)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < VARINT_BYTES; i++) {
		uint8_t b = coco_rd_u8(rd, field);

		if (!coco_rd_ok(rd))
			return 0;
		if (i == VARINT_BYTES - 1 && b > 1)
			break;
		v |= (uint64_t)(b & 0x7f) << (7 * i);
		if (b < 0x80)
			return v;
	}
	coco_rd_fail(rd, COCO_E_PROTOBUF, field, "%s has more than 64 bits", field);
	return 0;
}

bool coco_pbuf_next(struct coco_rd *rd, struct coco_pbuf_field *ret)
{
	struct coco_pbuf_field f = { .number = 0 };

	if (coco_rd_left(rd) == 0)
		return false;
	uint64_t tag = varint(rd, "field");
	if (!coco_rd_ok(rd))
		return false;
	if (tag >> 3 == 0 || tag >> 3 > NUMBER_MAX) {
		coco_rd_fail(rd, COCO_E_PROTOBUF, "field", "%" PRIu64 " is no field number",
			     tag >> 3);
		return false;
	}
	f.number = (uint32_t)(tag >> 3);
	f.offset = rd->base + rd->at;
	switch (tag & 7) {
	case COCO_PBUF_VARINT:
		f.wire = COCO_PBUF_VARINT;
		f.value = varint(rd, "value");
		break;
	case COCO_PBUF_FIXED64:
		f.wire = COCO_PBUF_FIXED64;
		f.value = coco_rd_le64(rd, "value");
		break;
	case COCO_PBUF_BYTES:
		f.wire = COCO_PBUF_BYTES;
		f.value = varint(rd, "length");
		f.offset = rd->base + rd->at;
		f.bytes = coco_rd_view(rd, f.value, "value");
		break;
	case COCO_PBUF_FIXED32:
		f.wire = COCO_PBUF_FIXED32;
		f.value = coco_rd_le32(rd, "value");
		break;
	default:
		coco_rd_fail(rd, COCO_E_PROTOBUF, "field",
			     "field %" PRIu32 " is written in a way that is not used any more",
			     f.number);
		break;
	}
	if (!coco_rd_ok(rd))
		return false;
	*ret = f;
	return true;
}

bool coco_pbuf_expect(struct coco_rd *rd, const struct coco_pbuf_field *field,
		      enum coco_pbuf_wire wire, const char *name)
{
	if (coco_rd_ok(rd) && field->wire == wire)
		return true;
	coco_rd_fail(rd, COCO_E_PROTOBUF, name, "%s is not written as its type wants", name);
	return false;
}
