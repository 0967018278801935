/*
 * wr.h - the bounded, growing writer. Failure is sticky, so that an encoder
 * reads like the specification and checks once, in coco_wr_finish().
 */
#ifndef COCO_WR_H
#define COCO_WR_H

#include "formats/core/diag.h"
#include "formats/core/mem.h"

struct coco_wr {
	uint8_t *p;   /* owned until coco_wr_finish or coco_wr_free */
	size_t n;
	size_t cap;
	size_t max;   /* growing past this many bytes is COCO_E_LIMIT_SIZE */
	int code;     /* first failure, 0 while fine */
};

void coco_wr_init(struct coco_wr *wr, size_t max);
void coco_wr_free(struct coco_wr *wr);

/*
 * coco_wr_room - n writable bytes at the end, already counted, and one more
 * that may be overwritten (a NUL); NULL on failure.
 */
uint8_t *coco_wr_room(struct coco_wr *wr, size_t n);

void coco_wr_bytes(struct coco_wr *wr, const void *p, size_t n);
void coco_wr_str(struct coco_wr *wr, const char *s);
void coco_wr_u8(struct coco_wr *wr, uint8_t v);
void coco_wr_le16(struct coco_wr *wr, uint16_t v);
void coco_wr_le32(struct coco_wr *wr, uint32_t v);
void coco_wr_le64(struct coco_wr *wr, uint64_t v);
void coco_wr_be32(struct coco_wr *wr, uint32_t v);
void coco_wr_be64(struct coco_wr *wr, uint64_t v);
void coco_wr_printf(struct coco_wr *wr, const char *fmt, ...) COCO_PRINTF(2, 3);

static inline struct coco_view coco_wr_view(const struct coco_wr *wr)
{
	return coco_view_of(wr->p, wr->n);
}

/*
 * coco_wr_finish - 0 and *ret_p (given, coco_free), *ret_n; or the first
 * failure, with everything freed. The text is NUL-terminated past *ret_n.
 */
int coco_wr_finish(struct coco_wr *wr, uint8_t **ret_p, size_t *ret_n,
		   struct coco_diag *diag) COCO_MUSTUSE;

#endif
