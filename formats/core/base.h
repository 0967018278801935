/*
 * base.h - the few macros and the borrowed byte range that every file uses.
 *
 * Ownership words used in all headers: *borrows* (valid while the input
 * lives), *copies*, *takes* (the caller must not use it again, also on
 * failure), *gives* (the caller frees with the named function).
 */
#ifndef COCO_BASE_H
#define COCO_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COCO_MUSTUSE __attribute__((warn_unused_result))
#define COCO_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define COCO_UNUSED __attribute__((unused))

#define COCO_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* A borrowed range of bytes; p may be NULL only when n is 0. */
struct coco_view {
	const uint8_t *p;
	size_t n;
};

static inline struct coco_view coco_view_of(const void *p, size_t n)
{
	struct coco_view v = { (const uint8_t *)p, n };

	return v;
}

/* Checked arithmetic: true when the sum or product does not fit. */
static inline bool coco_add_overflows(size_t a, size_t b, size_t *ret)
{
	return __builtin_add_overflow(a, b, ret);
}

static inline bool coco_mul_overflows(size_t a, size_t b, size_t *ret)
{
	return __builtin_mul_overflow(a, b, ret);
}

static inline bool coco_add64_overflows(uint64_t a, uint64_t b, uint64_t *ret)
{
	return __builtin_add_overflow(a, b, ret);
}

static inline bool coco_mul64_overflows(uint64_t a, uint64_t b, uint64_t *ret)
{
	return __builtin_mul_overflow(a, b, ret);
}

static inline size_t coco_min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline uint64_t coco_min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t coco_max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* coco_all_zero - whether all n bytes are zero; true for none. */
static inline bool coco_all_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static inline void coco_put_be64(uint8_t *p, uint64_t v)
{
	for (int i = 7; i >= 0; i--) {
		p[i] = (uint8_t)(v & 0xff);
		v >>= 8;
	}
}

static inline void coco_put_be32(uint8_t *p, uint32_t v)
{
	for (int i = 3; i >= 0; i--) {
		p[i] = (uint8_t)(v & 0xff);
		v >>= 8;
	}
}

static inline uint32_t coco_get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t coco_get_be64(const uint8_t *p)
{
	return (uint64_t)coco_get_be32(p) << 32 | coco_get_be32(p + 4);
}

#endif
