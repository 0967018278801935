/*
 * corim_reader.h - the state of reading a CoRIM, private to corim*.c.
 */
#ifndef COCO_CORIM_READER_H
#define COCO_CORIM_READER_H

#include "formats/core/err_measure.h"
#include "formats/measure/corim.h"

/* CBOR tags. */
enum {
	TAG_EPOCH = 1,
	TAG_COSE_SIGN1 = 18,
	TAG_URI = 32,
	TAG_UUID = 37,
	TAG_OID = 111,
	TAG_CORIM_CHOICE = 500,
	TAG_UNSIGNED = 501,
	TAG_SIGNED = 502,
	TAG_COMID = 506,
	TAG_UEID = 550,
	TAG_SVN = 552,
	TAG_MIN_SVN = 553,
	TAG_BYTES = 560,
	TAG_MASKED = 563,
};

struct coco_corim_rd {
	struct coco_corim *c;
	struct coco_corim_claim claim;   /* that is being filled */
	size_t triples;
	size_t measurements;
	struct coco_diag *diag;
};

/* The name of member key of a map, when it is there, of a kind in the mask (1 << kind). */
int coco_corim_member_name(const struct coco_corim_rd *rd, const struct coco_cv *map,
			   int64_t key, unsigned kinds, struct coco_corim_name *ret) COCO_MUSTUSE;
int coco_corim_member_text(const struct coco_corim_rd *rd, const struct coco_cv *map,
			   int64_t key, struct coco_view *ret) COCO_MUSTUSE;
int coco_corim_member_number(const struct coco_corim_rd *rd, const struct coco_cv *map,
			     int64_t key, bool *ret_has, uint64_t *ret) COCO_MUSTUSE;

/* A document's or tag's own name: text, or the 16 bytes of a UUID. */
int coco_corim_own_name(const struct coco_corim_rd *rd, const struct coco_cv *v,
			struct coco_corim_name *ret) COCO_MUSTUSE;

/* Members of a map beyond these keys are counted as ignored. */
void coco_corim_count_others(struct coco_corim_rd *rd, const struct coco_cv *map,
			     const int64_t *keys, size_t n);

/* A measurement: appends a claim for each of its values. */
int coco_corim_read_measurement(struct coco_corim_rd *rd, const struct coco_cv *map)
	COCO_MUSTUSE;

#endif
