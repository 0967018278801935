/*
 * huff_dec.c - reading zstd frames of Huffman-coded literals; see huff.h.
 *
 * A step looks at the next 11 bits of a stream and gives every whole code in them at once,
 * up to six bytes.  The four streams of a block advance in turn, so that their table
 * look-ups overlap.  How often all four may step without leaving their input or output is
 * computed beforehand; the ends are done byte by byte with all checks.
 *
 * Whatever is unusual or wrong gives 1, and libzstd decides what it means.  What is accepted
 * here is a subset of what libzstd accepts.
 *
 * Source: RFC 8878 sections 3.1.1 and 4.2.
 */
#include "lib/model/huff.h"
#include "lib/model/huff_impl.h"

#include <stdbool.h>
#include <string.h>

#include "lib/crypto/cpu.h"
#include "lib/crypto/modular.h"

#define INLINE static inline __attribute__((always_inline))

static uint32_t load_le(const uint8_t *p, unsigned bytes)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v |= (uint32_t)p[i] << 8 * i;
	return v;
}

INLINE uint64_t load_le64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

/* ---- tree ---- */

/*
 * What every pattern of `longest` bits begins with, then what every pattern of 11 bits
 * holds.  Codes ascend from the longest, and within a length by symbol: section 4.2.1.3.
 */
static void make_steps(struct coco_huff *h, unsigned longest)
{
	unsigned spare = HUFF_BITS - longest, at = 0;

	for (unsigned bits = longest; bits; bits--) {
		unsigned span = 1u << (longest - bits);

		for (unsigned i = 0; i < 256; i++) {
			if (h->length[i] == bits) {
				memset(h->first + at, (int)i, span);
				at += span;
			}
		}
	}
	for (unsigned i = 0; i < 1u << HUFF_BITS; i++) {
		struct huff_step *s = &h->step[i];
		unsigned used = 0, n = 0;

		while (n < HUFF_RUN) {
			uint8_t b = h->first[(i << used & ((1u << HUFF_BITS) - 1)) >> spare];

			if (used + h->length[b] > HUFF_BITS)
				break;
			s->byte[n++] = b;
			used += h->length[b];
		}
		s->bits = (uint8_t)used;
		s->count = (uint8_t)n;
	}
}

/*
 * Reads the weights and makes the tables; returns the bytes of the description, 0 if it is
 * malformed or unusual.  The last weight completes a power of two, section 4.2.1.
 */
static size_t read_tree(struct coco_huff *h, const uint8_t *p, size_t n)
{
	uint8_t weight[256] = { 0 };
	unsigned weights, longest, last, sum = 0, twins = 0;
	size_t len;

	if (n < 1)
		return 0;
	weights = p[0] < 128 ? 0 : p[0] - 127u;
	len = 1 + (p[0] < 128 ? p[0] : (weights + 1) / 2);
	if (len > n)
		return 0;
	if (p[0] < 128)
		weights = coco_huff_weights_read(p + 1, len - 1, weight);
	for (unsigned i = 0; p[0] >= 128 && i < weights; i++)
		weight[i] = i % 2 ? p[1 + i / 2] & 15 : p[1 + i / 2] >> 4;
	if (!weights)
		return 0;
	for (unsigned i = 0; i < weights; i++) {
		if (weight[i] > HUFF_BITS)
			return 0;
		sum += weight[i] ? 1u << (weight[i] - 1) : 0;
	}
	if (!sum)
		return 0;
	longest = 32 - (unsigned)__builtin_clz(sum);
	if (longest > HUFF_BITS)
		return 0;
	last = (1u << longest) - sum;
	if (last & (last - 1))
		return 0;
	weight[weights] = (uint8_t)(32 - __builtin_clz(last));
	for (unsigned i = 0; i < 256; i++) {
		h->length[i] = weight[i] ? (uint8_t)(longest + 1 - weight[i]) : 0;
		twins += weight[i] == 1;
	}
	/* libzstd wants two codes of the greatest length, or it is no tree. */
	if (twins < 2)
		return 0;
	make_steps(h, longest);
	return len;
}

/* ---- streams ---- */

/* Reads downwards: `used` bits of the eight bytes at p are done, from the top. */
struct reader {
	const uint8_t *start;
	const uint8_t *p;
	unsigned used;
	uint8_t *out;
	uint8_t *end;
};

/* Needs 8 bytes at least; shorter streams are left to libzstd. */
static bool reader_init(struct reader *r, const uint8_t *p, size_t n, uint8_t *out, size_t n_out)
{
	if (n < 8 || !p[n - 1])
		return false;
	r->start = p;
	r->p = p + n - 8;
	r->used = (unsigned)__builtin_clz(p[n - 1]) - 24 + 1;
	r->out = out;
	r->end = out + n_out;
	return true;
}

#define STEPS 5 /* 7 + 5 * 11 bits are within 64 */

/* How often STEPS steps and a refill stay within input and output. */
static size_t safe_rounds(const struct reader *r)
{
	size_t in = (size_t)(r->p - r->start) / 8;
	size_t room = (size_t)(r->end - r->out);
	size_t out = room < 8 ? 0 : (room - 8) / (STEPS * HUFF_RUN);

	return in < out ? in : out;
}

COCO_MODULAR INLINE void step(const struct coco_huff *h, uint64_t bits, unsigned *used,
			      uint8_t **out)
{
	const struct huff_step *s = &h->step[bits << *used >> (64 - HUFF_BITS)];

	/* Eight bytes are one store; those beyond count are written again. */
	memcpy(*out, s, 8);
	*out += s->count;
	*used += s->bits;
}

INLINE void refill(const uint8_t **p, unsigned *used)
{
	*p -= *used >> 3;
	*used &= 7;
}

/* The rest of one stream, a byte at a time; false unless it ends exactly. */
COCO_MODULAR static bool finish(const struct coco_huff *h, struct reader *r)
{
	while (r->out < r->end) {
		size_t back = r->used >> 3, most = (size_t)(r->p - r->start);

		if (back > most)
			back = most;
		r->p -= back;
		r->used -= 8 * (unsigned)back;
		if (r->used >= 64)
			return false;

		uint8_t b = h->step[load_le64(r->p) << r->used >> (64 - HUFF_BITS)].byte[0];

		*r->out++ = b;
		r->used += h->length[b];
	}
	return (size_t)(r->p - r->start) * 8 + 64 == r->used;
}

INLINE bool decode_streams(const struct coco_huff *h, struct reader r[4])
{
	const uint8_t *p0 = r[0].p, *p1 = r[1].p, *p2 = r[2].p, *p3 = r[3].p;
	uint8_t *o0 = r[0].out, *o1 = r[1].out, *o2 = r[2].out, *o3 = r[3].out;
	unsigned u0 = r[0].used, u1 = r[1].used, u2 = r[2].used, u3 = r[3].used;

	for (;;) {
		size_t rounds = safe_rounds(&r[0]);

		for (unsigned i = 1; i < 4; i++) {
			size_t n = safe_rounds(&r[i]);

			rounds = n < rounds ? n : rounds;
		}
		if (!rounds)
			break;
		for (; rounds; rounds--) {
			uint64_t b0 = load_le64(p0), b1 = load_le64(p1);
			uint64_t b2 = load_le64(p2), b3 = load_le64(p3);

			for (unsigned i = 0; i < STEPS; i++) {
				step(h, b0, &u0, &o0);
				step(h, b1, &u1, &o1);
				step(h, b2, &u2, &o2);
				step(h, b3, &u3, &o3);
			}
			refill(&p0, &u0);
			refill(&p1, &u1);
			refill(&p2, &u2);
			refill(&p3, &u3);
		}
		r[0] = (struct reader){ r[0].start, p0, u0, o0, r[0].end };
		r[1] = (struct reader){ r[1].start, p1, u1, o1, r[1].end };
		r[2] = (struct reader){ r[2].start, p2, u2, o2, r[2].end };
		r[3] = (struct reader){ r[3].start, p3, u3, o3, r[3].end };
	}
	return finish(h, &r[0]) && finish(h, &r[1]) && finish(h, &r[2]) && finish(h, &r[3]);
}

#if defined(__x86_64__)
__attribute__((target("bmi2")))
static bool decode_streams_bmi2(const struct coco_huff *h, struct reader r[4])
{
	return decode_streams(h, r);
}
#endif

static bool decode_streams_generic(const struct coco_huff *h, struct reader r[4])
{
	return decode_streams(h, r);
}

/* ---- blocks ---- */

/*
 * Literals in four streams and no sequences; *tree tells whether one was read before.
 * Returns the bytes written, 0 for anything else.  Section 3.1.1.3.1.
 */
static size_t decode_block(struct coco_huff *h, bool *tree, const uint8_t *p, size_t n,
			   uint8_t *dst, size_t room)
{
	struct reader r[4];

	if (n < 6)
		return 0;

	unsigned type = p[0] & 3, format = p[0] >> 2 & 3;
	uint64_t head = load_le(p, 4) | (uint64_t)p[4] << 32;
	unsigned bits = format == 3 ? 18 : format == 2 ? 14 : 10;
	size_t regen = head >> 4 & ((1u << bits) - 1);
	size_t body = head >> (4 + bits) & ((1u << bits) - 1);
	size_t header = format == 3 ? 5 : format == 2 ? 4 : 3;

	if (type < 2 || !format || regen > HUFF_BLOCK || regen > room || regen < 256)
		return 0;
	if (header + body + 1 != n || p[n - 1] != 0)
		return 0;
	p += header;
	if (type == 2) {
		size_t len = read_tree(h, p, body);

		if (!len)
			return 0;
		*tree = true;
		p += len;
		body -= len;
	}
	if (!*tree || body < 6)
		return 0;

	size_t quarter = (regen + 3) / 4, left = body - 6;
	const uint8_t *jump = p;

	p += 6;
	for (unsigned i = 0; i < 4; i++) {
		size_t len = i < 3 ? load_le(jump + 2 * i, 2) : left;
		size_t out = i < 3 ? quarter : regen - 3 * quarter;

		if (len > left || !reader_init(&r[i], p, len, dst + i * quarter, out))
			return 0;
		p += len;
		left -= len;
	}
#if defined(__x86_64__)
	if (coco_cpu_features() & COCO_CPU_BMI2)
		return decode_streams_bmi2(h, r) ? regen : 0;
#endif
	return decode_streams_generic(h, r) ? regen : 0;
}

int coco_huff_decode(struct coco_huff *h, const uint8_t *src, size_t n_src, uint8_t *dst,
		     size_t n_dst)
{
	size_t pos = 0, done = 0;
	bool tree = false;

	/* Single segment, content size of two or four bytes, no checksum or dictionary. */
	if (n_src < 10 || load_le(src, 4) != HUFF_MAGIC || n_dst > COCO_HUFF_MAX)
		return 1;
	/* With more than four bits per byte steps are short, and libzstd is faster. */
	if (n_src > n_dst / 2)
		return 1;
	if (src[4] == 0x60 && load_le(src + 5, 2) + 256 == n_dst)
		pos = 7;
	else if (src[4] == 0xa0 && load_le(src + 5, 4) == n_dst)
		pos = 9;
	else
		return 1;
	for (;;) {
		if (n_src - pos < 3)
			return 1;

		uint32_t header = load_le(src + pos, 3);
		size_t size = header >> 3, in = size, out = size;

		pos += 3;
		if (size > HUFF_BLOCK)
			return 1;
		switch (header >> 1 & 3) {
		case 0:
			if (size > n_src - pos || size > n_dst - done)
				return 1;
			memcpy(dst + done, src + pos, size);
			break;
		case 1:
			in = 1;
			if (n_src == pos || size > n_dst - done)
				return 1;
			memset(dst + done, src[pos], size);
			break;
		case 2:
			if (size > n_src - pos)
				return 1;
			out = decode_block(h, &tree, src + pos, size, dst + done, n_dst - done);
			if (!out)
				return 1;
			break;
		default:
			return 1;
		}
		pos += in;
		done += out;
		if (header & 1)
			return pos == n_src && done == n_dst ? 0 : 1;
	}
}
