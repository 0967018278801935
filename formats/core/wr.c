/*
 * wr.c - the bounded, growing writer (see wr.h).
 */
#include "formats/core/wr.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void coco_wr_init(struct coco_wr *wr, size_t max)
{
	*wr = (struct coco_wr){ .max = max };
}

void coco_wr_free(struct coco_wr *wr)
{
	coco_free(wr->p);
	*wr = (struct coco_wr){ .max = wr->max };
}

uint8_t *coco_wr_room(struct coco_wr *wr, size_t n)
{
	size_t need;

	if (wr->code != 0)
		return NULL;
	if (coco_add_overflows(wr->n, n, &need) || need > wr->max || need > SIZE_MAX / 2) {
		wr->code = COCO_E_LIMIT_SIZE;
		return NULL;
	}
	if (need >= wr->cap) {
		size_t cap = wr->cap < 256 ? 256 : wr->cap;

		while (cap <= need)
			cap += cap / 2;
		uint8_t *p = coco_realloc(wr->p, cap, 1);
		if (p == NULL) {
			wr->code = COCO_E_LIMIT_MEMORY;
			return NULL;
		}
		wr->p = p;
		wr->cap = cap;
	}
	uint8_t *at = wr->p + wr->n;
	wr->n = need;
	return at;
}

void coco_wr_bytes(struct coco_wr *wr, const void *p, size_t n)
{
	uint8_t *at = coco_wr_room(wr, n);

	if (at != NULL && n != 0)
		memcpy(at, p, n);
}

void coco_wr_str(struct coco_wr *wr, const char *s)
{
	coco_wr_bytes(wr, s, strlen(s));
}

void coco_wr_u8(struct coco_wr *wr, uint8_t v)
{
	coco_wr_bytes(wr, &v, 1);
}

void coco_wr_le16(struct coco_wr *wr, uint16_t v)
{
	uint8_t b[2] = { (uint8_t)(v & 0xff), (uint8_t)(v >> 8) };

	coco_wr_bytes(wr, b, sizeof(b));
}

void coco_wr_le32(struct coco_wr *wr, uint32_t v)
{
	coco_wr_be32(wr, __builtin_bswap32(v));
}

void coco_wr_le64(struct coco_wr *wr, uint64_t v)
{
	coco_wr_be64(wr, __builtin_bswap64(v));
}

void coco_wr_be32(struct coco_wr *wr, uint32_t v)
{
	uint8_t b[4];

	coco_put_be32(b, v);
	coco_wr_bytes(wr, b, sizeof(b));
}

void coco_wr_be64(struct coco_wr *wr, uint64_t v)
{
	uint8_t b[8];

	coco_put_be64(b, v);
	coco_wr_bytes(wr, b, sizeof(b));
}

void coco_wr_printf(struct coco_wr *wr, const char *fmt, ...)
{
	char small[512];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0) {
		if (wr->code == 0)
			wr->code = COCO_E_INTERNAL;
		return;
	}
	if ((size_t)n < sizeof(small)) {
		coco_wr_bytes(wr, small, (size_t)n);
		return;
	}
	uint8_t *at = coco_wr_room(wr, (size_t)n);
	if (at == NULL)
		return;
	/* there is always room for a NUL past the end */
	va_start(ap, fmt);
	vsnprintf((char *)at, (size_t)n + 1, fmt, ap);
	va_end(ap);
}

int coco_wr_finish(struct coco_wr *wr, uint8_t **ret_p, size_t *ret_n, struct coco_diag *diag)
{
	if (wr->code == 0 && wr->p == NULL) {
		wr->p = coco_zalloc(1, 1);
		if (wr->p == NULL)
			wr->code = COCO_E_LIMIT_MEMORY;
	}
	if (wr->code != 0) {
		int code = wr->code;

		coco_wr_free(wr);
		return coco_fail(diag, code, "cannot build the output: %s",
				 coco_err_info(code)->title);
	}
	if (wr->cap != 0)
		wr->p[wr->n] = 0;
	*ret_p = wr->p;
	*ret_n = wr->n;
	*wr = (struct coco_wr){ .max = wr->max };
	return 0;
}
