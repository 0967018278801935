/*
 * rd.h - the bounded reader, the only thing that touches input bytes.
 *
 * Failure is sticky: after the first one every call returns zero or an empty
 * view, and the offset and field of the first failure stay in diag. No value
 * read may steer a loop, an allocation or an index before coco_rd_ok() or
 * coco_rd_count() has passed (style 4.8).
 */
#ifndef COCO_RD_H
#define COCO_RD_H

#include "formats/core/diag.h"

struct coco_rd {
	struct coco_view in;
	size_t at;
	uint64_t base;   /* offset of in.p in the whole source, for messages */
	int code;        /* first failure, 0 while fine */
	struct coco_diag *diag;
};

/* coco_rd_init - starts reading in (borrowed); base is its offset in the source. */
void coco_rd_init(struct coco_rd *rd, struct coco_view in, uint64_t base,
		  struct coco_diag *diag);

static inline bool coco_rd_ok(const struct coco_rd *rd)
{
	return rd->code == 0;
}

static inline size_t coco_rd_left(const struct coco_rd *rd)
{
	return rd->code == 0 ? rd->in.n - rd->at : 0;
}

uint8_t coco_rd_u8(struct coco_rd *rd, const char *field);
uint16_t coco_rd_le16(struct coco_rd *rd, const char *field);
uint32_t coco_rd_le32(struct coco_rd *rd, const char *field);
uint64_t coco_rd_le64(struct coco_rd *rd, const char *field);
uint16_t coco_rd_be16(struct coco_rd *rd, const char *field);
uint32_t coco_rd_be32(struct coco_rd *rd, const char *field);
uint64_t coco_rd_be64(struct coco_rd *rd, const char *field);

/* coco_rd_view - the next n bytes, borrowed from the input. */
struct coco_view coco_rd_view(struct coco_rd *rd, uint64_t n, const char *field);

/* coco_rd_copy - copies the next n bytes to dst; zeroes dst on failure. */
void coco_rd_copy(struct coco_rd *rd, void *dst, size_t n, const char *field);

/* coco_rd_skip_zero - skips n bytes that must all be zero. */
void coco_rd_skip_zero(struct coco_rd *rd, size_t n, const char *field);

/*
 * coco_rd_count - checks a count read before: fails unless value items of at
 * least min_size bytes each can still follow and value <= max.
 */
size_t coco_rd_count(struct coco_rd *rd, uint64_t value, size_t min_size, size_t max,
		     const char *field);

/* coco_rd_fail - reports code at the current offset; sticky; returns the code. */
int coco_rd_fail(struct coco_rd *rd, int code, const char *field, const char *fmt, ...)
	COCO_PRINTF(4, 5);

/* coco_rd_finish - 0 when all bytes were consumed without failure. */
int coco_rd_finish(struct coco_rd *rd) COCO_MUSTUSE;

#endif
