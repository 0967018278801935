/*
 * pbuf.h - the wire form of protocol buffers, as far as messages of known
 * layout need it: fields one after the other, each a number and a value.
 * Nothing is allocated; values borrow from the input.
 */
#ifndef COCO_PBUF_H
#define COCO_PBUF_H

#include "formats/core/rd.h"

/* How a value is written. */
enum coco_pbuf_wire {
	COCO_PBUF_VARINT = 0,
	COCO_PBUF_FIXED64 = 1,
	COCO_PBUF_BYTES = 2,     /* bytes, text, a message in the message */
	COCO_PBUF_FIXED32 = 5,
};

struct coco_pbuf_field {
	uint32_t number;         /* from 1 */
	enum coco_pbuf_wire wire;
	uint64_t value;          /* of a varint or fixed number */
	struct coco_view bytes;  /* of COCO_PBUF_BYTES */
	uint64_t offset;         /* of the value in the source */
};

/*
 * coco_pbuf_next - the next field of the message that rd reads; false at its
 * end and after a failure, which stays in rd: PROTOBUF (groups, a number of
 * more than 64 bits, a field number that does not exist), FORMAT_SHORT.
 */
bool coco_pbuf_next(struct coco_rd *rd, struct coco_pbuf_field *ret);

/*
 * coco_pbuf_expect - fails with PROTOBUF unless the field is written in this
 * way; returns whether it is.
 */
bool coco_pbuf_expect(struct coco_rd *rd, const struct coco_pbuf_field *field,
		      enum coco_pbuf_wire wire, const char *name);

#endif
