/*
 * weights.h - made-up model weights for tests and measurements; not part of the library.
 *
 * Normally distributed numbers from a fixed seed, as float, bf16 (truncated) or IEEE half.
 */
#ifndef COCO_TEST_WEIGHTS_H
#define COCO_TEST_WEIGHTS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/crypto/modular.h"

struct weights {
	uint64_t seed;
};

/* xorshift64*: the same numbers in every run. */
COCO_MODULAR static inline uint64_t weights_rnd(struct weights *w)
{
	w->seed ^= w->seed >> 12;
	w->seed ^= w->seed << 25;
	w->seed ^= w->seed >> 27;
	return w->seed * 0x2545f4914f6cdd1d;
}

/* N(0, sigma), Box and Muller, one of the pair. */
static inline float weights_normal(struct weights *w, double sigma)
{
	double u = ((double)(weights_rnd(w) >> 11) + 1) / 9007199254740993.0;
	double v = (double)(weights_rnd(w) >> 11) / 9007199254740992.0;

	return (float)(sigma * sqrt(-2 * log(u)) * cos(6.283185307179586 * v));
}

static inline uint32_t weights_bits(float f)
{
	uint32_t v;

	memcpy(&v, &f, sizeof(v));
	return v;
}

/* IEEE binary16 of a finite float below 65504, rounded to nearest. */
static inline uint16_t weights_half(float f)
{
	uint32_t v = weights_bits(f);
	uint32_t sign = v >> 16 & 0x8000;
	int e = (int)(v >> 23 & 255) - 127 + 15;
	uint32_t m = (v & 0x7fffff) | 0x800000;

	if (e <= 0) {
		if (e < -10)
			return (uint16_t)sign;
		m = (m >> (1 - e)) + 0x1000;
		return (uint16_t)(sign | m >> 13);
	}
	return (uint16_t)(sign | (((uint32_t)e << 10) + ((m - 0x800000 + 0x1000) >> 13)));
}

static inline void weights_fill_bf16(struct weights *w, uint8_t *p, size_t words, double sigma)
{
	for (size_t i = 0; i < words; i++) {
		uint32_t v = weights_bits(weights_normal(w, sigma)) >> 16;

		p[2 * i] = (uint8_t)v;
		p[2 * i + 1] = (uint8_t)(v >> 8);
	}
}

static inline void weights_fill_fp16(struct weights *w, uint8_t *p, size_t words, double sigma)
{
	for (size_t i = 0; i < words; i++) {
		uint16_t v = weights_half(weights_normal(w, sigma));

		p[2 * i] = (uint8_t)v;
		p[2 * i + 1] = (uint8_t)(v >> 8);
	}
}

static inline void weights_fill_fp32(struct weights *w, uint8_t *p, size_t words, double sigma)
{
	for (size_t i = 0; i < words; i++) {
		uint32_t v = weights_bits(weights_normal(w, sigma));

		p[4 * i] = (uint8_t)v;
		p[4 * i + 1] = (uint8_t)(v >> 8);
		p[4 * i + 2] = (uint8_t)(v >> 16);
		p[4 * i + 3] = (uint8_t)(v >> 24);
	}
}

#endif
