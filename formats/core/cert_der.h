/*
 * cert_der.h - DER as certificates and revocation lists need it, over der.h:
 * integers of any size, times, bit strings, identifiers. Works on the bounded
 * reader itself. Every fault is FORMAT_CERT with offset and field.
 */
#ifndef COCO_CERT_DER_H
#define COCO_CERT_DER_H

#include "formats/core/der.h"

enum {
	COCO_DER_PRINTABLE = 0x13,
	COCO_DER_UTC_TIME = 0x17,
	COCO_DER_GENERALIZED_TIME = 0x18,
	COCO_CDER_OID_TEXT = 128,   /* bytes of an identifier as text, longer ones are cut */
};

/* coco_cder_context - the tag [n] (n to 30), constructed or not. */
static inline uint8_t coco_cder_context(unsigned n, bool constructed)
{
	return (uint8_t)(0x80U | (constructed ? 0x20U : 0U) | (n & 0x1fU));
}

/* coco_cder_peek - the next tag; 0 at the end and after a failure. */
uint8_t coco_cder_peek(const struct coco_rd *rd);

/*
 * coco_cder_next - the next element whatever it is: its tag, its content and
 * all of it with the head (each may be NULL). False after a failure.
 */
bool coco_cder_next(struct coco_rd *rd, const char *field, uint8_t *ret_tag,
		   struct coco_view *ret_content, struct coco_view *ret_whole);

/* coco_cder_take, _whole - the content, or all, of the next element, which must be of that tag. */
struct coco_view coco_cder_take(struct coco_rd *rd, uint8_t tag, const char *field);
struct coco_view coco_cder_whole(struct coco_rd *rd, uint8_t tag, const char *field);

/* coco_cder_enter - starts ret on the content of the next element; empty after a failure. */
void coco_cder_enter(struct coco_rd *rd, uint8_t tag, const char *field, struct coco_rd *ret);

/*
 * coco_cder_leave - to be called when inner is read: carries its failure, or
 * that bytes are left in it, over to rd.
 */
void coco_cder_leave(struct coco_rd *rd, struct coco_rd *inner, const char *field);

/*
 * coco_cder_unsigned - an INTEGER that is not negative: its magnitude,
 * big-endian without leading zeros; 0 is one zero byte.
 */
struct coco_view coco_cder_unsigned(struct coco_rd *rd, const char *field);

/* coco_cder_number - an INTEGER from 0 to max. */
uint64_t coco_cder_number(struct coco_rd *rd, uint64_t max, const char *field);

/* coco_cder_boolean - 00 or ff. */
bool coco_cder_boolean(struct coco_rd *rd, const char *field);

/* coco_cder_bits - a BIT STRING of whole bytes (no unused bits). */
struct coco_view coco_cder_bits(struct coco_rd *rd, const char *field);

/* coco_cder_time - a UTCTime or GeneralizedTime with seconds and "Z" (RFC 5280, 4.1.2.5). */
int64_t coco_cder_time(struct coco_rd *rd, const char *field);

/* coco_cder_oid_is - whether the content of an OBJECT IDENTIFIER is dotted ("2.5.29.19"). */
bool coco_cder_oid_is(struct coco_view oid, const char *dotted);

/* coco_cder_oid_text - the content as dotted text; returns ret. */
char *coco_cder_oid_text(struct coco_view oid, char ret[COCO_CDER_OID_TEXT]);

#endif
