/*
 * cbor_scan.h - heads of CBOR items and their extent, private to cbor*.c.
 */
#ifndef COCO_CBOR_SCAN_H
#define COCO_CBOR_SCAN_H

#include "formats/core/cbor.h"

struct coco_cbor_head {
	enum coco_cbor_type type;
	bool is_break;           /* the end of an indefinite array or map; no type */
	bool indefinite;         /* ARRAY and MAP only */
	bool chunked;            /* start of a string in pieces, which is refused */
	uint64_t arg;            /* number, length, count, tag or truth */
	size_t n;                /* bytes of the head */
	struct coco_view str;    /* BYTES and TEXT: the contents */
};

/* coco_cbor_head - the head at p; 0, FORMAT_SHORT or CBOR_SYNTAX. */
int coco_cbor_head(const uint8_t *p, size_t n, struct coco_cbor_head *ret);

/* coco_cbor_shortest - bytes of the shortest head with this argument. */
size_t coco_cbor_shortest(uint64_t arg);

/* coco_cbor_extent - bytes of the item at p of a checked document; 0 when it is none. */
size_t coco_cbor_extent(const uint8_t *p, size_t n);

/* coco_cbor_order - -1, 0, 1: the order of encoded keys. */
int coco_cbor_order(struct coco_view a, struct coco_view b);

/* The head of an item into buf (at least 9 bytes); its length. */
size_t coco_cbor_put_head(uint8_t *buf, enum coco_cbor_type type, uint64_t arg);

#endif
