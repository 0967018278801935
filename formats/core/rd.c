/*
 * rd.c - the bounded reader (see rd.h).
 */
#include "formats/core/rd.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void coco_rd_init(struct coco_rd *rd, struct coco_view in, uint64_t base,
		  struct coco_diag *diag)
{
	*rd = (struct coco_rd){ .in = in, .base = base, .diag = diag };
}

int coco_rd_fail(struct coco_rd *rd, int code, const char *field, const char *fmt, ...)
{
	char text[384];
	va_list ap;

	if (rd->code != 0)
		return rd->code;
	rd->code = code;
	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	return coco_fail_at(rd->diag, code, rd->base + rd->at, field, "%s", text);
}

static const uint8_t *take(struct coco_rd *rd, uint64_t n, const char *field)
{
	if (rd->code != 0)
		return NULL;
	if (n > rd->in.n - rd->at) {
		coco_rd_fail(rd, COCO_E_FORMAT_SHORT, field,
			     "the input ends inside %s: %" PRIu64 " bytes needed, %zu left",
			     field, n, rd->in.n - rd->at);
		return NULL;
	}
	const uint8_t *p = rd->in.p + rd->at;
	rd->at += (size_t)n;
	return p;
}

uint8_t coco_rd_u8(struct coco_rd *rd, const char *field)
{
	const uint8_t *p = take(rd, 1, field);

	return p != NULL ? p[0] : 0;
}

static uint16_t get_be16(const uint8_t *p)
{
	return (uint16_t)(((unsigned)p[0] << 8 | p[1]) & 0xffff);
}

uint16_t coco_rd_le16(struct coco_rd *rd, const char *field)
{
	const uint8_t *p = take(rd, 2, field);

	return p != NULL ? __builtin_bswap16(get_be16(p)) : 0;
}

uint16_t coco_rd_be16(struct coco_rd *rd, const char *field)
{
	const uint8_t *p = take(rd, 2, field);

	return p != NULL ? get_be16(p) : 0;
}

uint32_t coco_rd_le32(struct coco_rd *rd, const char *field)
{
	const uint8_t *p = take(rd, 4, field);

	return p != NULL ? __builtin_bswap32(coco_get_be32(p)) : 0;
}

uint32_t coco_rd_be32(struct coco_rd *rd, const char *field)
{
	const uint8_t *p = take(rd, 4, field);

	return p != NULL ? coco_get_be32(p) : 0;
}

uint64_t coco_rd_le64(struct coco_rd *rd, const char *field)
{
	const uint8_t *p = take(rd, 8, field);

	return p != NULL ? __builtin_bswap64(coco_get_be64(p)) : 0;
}

uint64_t coco_rd_be64(struct coco_rd *rd, const char *field)
{
	const uint8_t *p = take(rd, 8, field);

	return p != NULL ? coco_get_be64(p) : 0;
}

struct coco_view coco_rd_view(struct coco_rd *rd, uint64_t n, const char *field)
{
	const uint8_t *p = take(rd, n, field);

	return p != NULL ? coco_view_of(p, (size_t)n) : coco_view_of(NULL, 0);
}

void coco_rd_copy(struct coco_rd *rd, void *dst, size_t n, const char *field)
{
	const uint8_t *p = take(rd, n, field);

	if (p != NULL)
		memcpy(dst, p, n);
	else
		memset(dst, 0, n);
}

void coco_rd_skip_zero(struct coco_rd *rd, size_t n, const char *field)
{
	size_t start = rd->at;
	const uint8_t *p = take(rd, n, field);

	if (p == NULL)
		return;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == 0)
			continue;
		rd->at = start + i;
		coco_rd_fail(rd, COCO_E_FORMAT_VALUE, field, "reserved byte is 0x%02x, not zero",
			     p[i]);
		return;
	}
}

size_t coco_rd_count(struct coco_rd *rd, uint64_t value, size_t min_size, size_t max,
		     const char *field)
{
	if (rd->code != 0)
		return 0;
	if (value > max) {
		coco_rd_fail(rd, COCO_E_LIMIT_SIZE, field,
			     "%s is %" PRIu64 ", the limit is %zu", field, value, max);
		return 0;
	}
	if (min_size != 0 && value > (rd->in.n - rd->at) / min_size) {
		coco_rd_fail(rd, COCO_E_FORMAT_SHORT, field,
			     "%s is %" PRIu64 ", more than the remaining %zu bytes can hold",
			     field, value, rd->in.n - rd->at);
		return 0;
	}
	return (size_t)value;
}

int coco_rd_finish(struct coco_rd *rd)
{
	if (rd->code != 0)
		return rd->code;
	if (rd->at != rd->in.n)
		return coco_rd_fail(rd, COCO_E_FORMAT_TRAILING, NULL,
				    "%zu bytes follow the end", rd->in.n - rd->at);
	return 0;
}
