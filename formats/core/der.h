/*
 * der.h - a bounded reader of DER (ITU-T X.690, section 10): definite and
 * minimal lengths, tag numbers below 31, nothing longer than what is left. For
 * the few places where a document of ours lies in ASN.1 (extensions of
 * certificates); certificates themselves are read by lib/crypto.
 *
 * Failure is sticky as in rd.h and has the code FORMAT_DER.
 */
#ifndef COCO_DER_H
#define COCO_DER_H

#include "formats/core/rd.h"

enum {
	COCO_DER_BOOLEAN = 0x01,
	COCO_DER_INTEGER = 0x02,
	COCO_DER_BIT_STRING = 0x03,
	COCO_DER_OCTET_STRING = 0x04,
	COCO_DER_NULL = 0x05,
	COCO_DER_OID = 0x06,
	COCO_DER_ENUMERATED = 0x0a,
	COCO_DER_UTF8 = 0x0c,
	COCO_DER_IA5 = 0x16,
	COCO_DER_SEQUENCE = 0x30,
	COCO_DER_SET = 0x31,
};

/* The items of one constructed value, or of a document. */
struct coco_der {
	struct coco_rd rd;
};

/* One item; borrowed from the input. */
struct coco_der_item {
	uint8_t tag;               /* identifier byte: class, constructed bit, number */
	struct coco_view value;    /* content */
	uint64_t at;               /* of the content's first byte, in the source */
};

/* coco_der_init - reads the items of in (borrowed); base is its offset in the source. */
void coco_der_init(struct coco_der *der, struct coco_view in, uint64_t base,
		   struct coco_diag *diag);

/* coco_der_enter - reads what is inside item; after a failure of parent nothing can be read. */
void coco_der_enter(struct coco_der *ret, const struct coco_der *parent,
		    const struct coco_der_item *item);

static inline bool coco_der_ok(const struct coco_der *der)
{
	return coco_rd_ok(&der->rd);
}

/* coco_der_more - true while another item follows and nothing failed. */
static inline bool coco_der_more(const struct coco_der *der)
{
	return coco_rd_left(&der->rd) > 0;
}

/* coco_der_any - the next item, whatever it is; an empty one after a failure. */
struct coco_der_item coco_der_any(struct coco_der *der, const char *field);

/* coco_der_take - the next item, which must have this tag. */
struct coco_der_item coco_der_take(struct coco_der *der, uint8_t tag, const char *field);

/* coco_der_take_u64 - the next item, an INTEGER or ENUMERATED (tag) from 0 to max. */
uint64_t coco_der_take_u64(struct coco_der *der, uint8_t tag, uint64_t max, const char *field);

/* coco_der_take_bool - the next item, a BOOLEAN. */
bool coco_der_take_bool(struct coco_der *der, const char *field);

/* coco_der_take_octets - the next item, an OCTET STRING of exactly n bytes, copied to ret. */
void coco_der_take_octets(struct coco_der *der, uint8_t *ret, size_t n, const char *field);

/* coco_der_fail - reports FORMAT_DER at the current place; sticky; returns the code. */
int coco_der_fail(struct coco_der *der, const char *field, const char *fmt, ...)
	COCO_PRINTF(3, 4);

/* coco_der_finish - 0 when all items were read without failure. */
int coco_der_finish(struct coco_der *der) COCO_MUSTUSE;

#endif
