/*
 * huff_enc.c - writing zstd frames of Huffman-coded literals; see huff.h.
 *
 * One tree serves the whole frame: frequencies come from a sample, and any byte value that
 * the sample missed is added with the least frequency.  Blocks after the first refer to
 * the tree of the first (RFC 8878 section 3.1.1.3.1.1, treeless literals).
 *
 * Bit streams are written from their last byte to their first and read backwards, so that
 * a code ends up with its first bit on top (section 4.2.2).
 */
#include "lib/model/huff.h"
#include "lib/model/huff_impl.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crypto/cpu.h"

#define SAMPLE_PARTS 8
#define SAMPLE_BYTES 4096

#define BLOCK_RAW        0u
#define BLOCK_RLE        1u
#define BLOCK_COMPRESSED 2u

#define LITERALS_COMPRESSED 2u
#define LITERALS_TREELESS   3u

struct coco_huff *coco_huff_new(void)
{
	return calloc(1, sizeof(struct coco_huff));
}

void coco_huff_free(struct coco_huff *h)
{
	if (!h)
		return;
	memset(h, 0, sizeof(*h));
	/* The tables tell about plaintext: keep the wipe although nothing reads it. */
	__asm__ volatile("" : : "r"(h) : "memory");
	free(h);
}

static void store_le(uint8_t *p, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* ---- frequencies ---- */

/* How many bytes at p are all members; n if every one is. */
static size_t missing(const uint8_t *p, size_t n, const uint8_t member[256])
{
	size_t i = 0;

#if defined(__x86_64__)
	if (coco_cpu_features() & COCO_CPU_AVX512BW)
		i = coco_huff_missing_avx512(p, n, member);
	else if (coco_cpu_features() & COCO_CPU_AVX2)
		i = coco_huff_missing_avx2(p, n, member);
#endif
	while (i < n && member[p[i]])
		i++;
	return i;
}

/* Into h->count[0]: counts of a sample, and 1 for each byte value found elsewhere only. */
static void count_bytes(struct coco_huff *h, const uint8_t *src, size_t n)
{
	uint32_t *count = h->count[0];
	uint8_t member[256];
	size_t parts = n < 2 * SAMPLE_PARTS * SAMPLE_BYTES ? 1 : SAMPLE_PARTS;
	size_t each = parts == 1 ? n : SAMPLE_BYTES;

	memset(h->count, 0, sizeof(h->count));
	/* Four tables, so that equal neighbours do not wait for each other. */
	for (size_t part = 0; part < parts; part++) {
		const uint8_t *p = src + (parts == 1 ? 0 : (n - each) / (parts - 1) * part);
		size_t i = 0;

		for (; each - i >= 4; i += 4) {
			h->count[0][p[i]]++;
			h->count[1][p[i + 1]]++;
			h->count[2][p[i + 2]]++;
			h->count[3][p[i + 3]]++;
		}
		for (; i < each; i++)
			h->count[0][p[i]]++;
	}
	for (unsigned i = 0; i < 256; i++) {
		count[i] += h->count[1][i] + h->count[2][i] + h->count[3][i];
		member[i] = count[i] != 0;
	}
	for (size_t i = 0; (i += missing(src + i, n - i, member)) < n; i++) {
		count[src[i]] = 1;
		member[src[i]] = 1;
	}
}

/* ---- code lengths ---- */

static int by_count(const void *a, const void *b)
{
	const struct huff_leaf *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? -1 : 1;
	return (int)x->symbol - (int)y->symbol;
}

/* How many codes of each length a Huffman tree over the sorted leaves has. */
static void tree_lengths(const struct huff_leaf *leaf, unsigned leaves, unsigned ret_codes[256])
{
	uint32_t count[256]; /* of inner nodes, in the order they are made: ascending */
	uint16_t parent[512];
	uint8_t depth[512];
	unsigned next_leaf = 0, next_node = 0;

	for (unsigned node = 0; node + 1 < leaves; node++) {
		count[node] = 0;
		for (unsigned side = 0; side < 2; side++) {
			bool take_leaf = next_leaf < leaves &&
					 (next_node >= node ||
					  leaf[next_leaf].count <= count[next_node]);

			if (take_leaf) {
				count[node] += leaf[next_leaf].count;
				parent[next_leaf++] = (uint16_t)(leaves + node);
			} else {
				count[node] += count[next_node];
				parent[leaves + next_node++] = (uint16_t)(leaves + node);
			}
		}
	}

	unsigned root = 2 * leaves - 2;

	memset(ret_codes, 0, 256 * sizeof(*ret_codes));
	depth[root] = 0;
	for (unsigned left = root; left; left--) {
		unsigned i = left - 1;

		depth[i] = (uint8_t)(depth[parent[i]] + 1);
		if (i < leaves)
			ret_codes[depth[i]]++;
	}
}

/*
 * At most HUFF_BITS per code, and still every bit pattern used.  Too long codes are cut;
 * each then takes more than its share of the 2^HUFF_BITS patterns, which is given back by
 * lengthening the longest codes that can be.
 */
static void limit_lengths(unsigned codes[256])
{
	uint32_t used = 0;

	for (unsigned i = HUFF_BITS + 1; i < 256; i++) {
		codes[HUFF_BITS] += codes[i];
		codes[i] = 0;
	}
	for (unsigned i = 1; i <= HUFF_BITS; i++)
		used += codes[i] << (HUFF_BITS - i);
	for (; used > 1u << HUFF_BITS; used--) {
		unsigned i = HUFF_BITS - 1;

		/* A code of length i becomes two of i + 1, one of them for a longest code. */
		while (!codes[i])
			i--;
		codes[i]--;
		codes[i + 1] += 2;
		codes[HUFF_BITS]--;
	}
}

/* Lengths of the codes of all counted symbols (0: none); returns the longest. */
__attribute__((noinline))
static unsigned assign_lengths(struct coco_huff *h, uint8_t ret_length[256])
{
	const uint32_t *count = h->count[0];
	struct huff_leaf *leaf = h->leaf;
	unsigned codes[256];
	unsigned leaves = 0, longest = 0;

	for (unsigned i = 0; i < 256; i++) {
		if (count[i])
			leaf[leaves++] = (struct huff_leaf){ count[i], (uint8_t)i };
	}
	qsort(leaf, leaves, sizeof(*leaf), by_count);
	tree_lengths(leaf, leaves, codes);
	limit_lengths(codes);
	memset(ret_length, 0, 256);

	/* Rarest first, longest first. */
	unsigned at = 0;

	for (unsigned bits = HUFF_BITS; bits; bits--) {
		if (codes[bits] && !longest)
			longest = bits;
		for (unsigned i = 0; i < codes[bits]; i++)
			ret_length[leaf[at++].symbol] = (uint8_t)bits;
	}
	return longest;
}

/* Codes in the order of RFC 8878 section 4.2.1.3, and those of all pairs. */
static void assign_codes(struct coco_huff *h, const uint8_t length[256], unsigned longest)
{
	uint8_t symbol[256];
	unsigned symbols = 0;
	uint32_t next = 0;

	for (unsigned bits = longest; bits; bits--) {
		for (unsigned i = 0; i < 256; i++) {
			if (length[i] == bits) {
				h->code[i] = next++ << 8 | bits;
				symbol[symbols++] = (uint8_t)i;
			}
		}
		next >>= 1;
	}
	for (unsigned j = 0; j < symbols; j++) {
		uint32_t later = h->code[symbol[j]];
		uint32_t *row = h->pair + 256 * symbol[j];

		for (unsigned i = 0; i < symbols; i++) {
			uint32_t c = h->code[symbol[i]];

			row[symbol[i]] = ((c >> 8) << (later & 255) | later >> 8) << 8 |
					 ((c & 255) + (later & 255));
		}
	}
}

/* ---- bit streams ---- */

struct bits {
	uint8_t *out;
	uint64_t acc;
	unsigned held; /* bits in acc */
};

#define INLINE static inline __attribute__((always_inline))

INLINE void put(struct bits *b, uint32_t entry)
{
	b->acc |= (uint64_t)(entry >> 8) << b->held;
	b->held += entry & 255;
}

INLINE void flush(struct bits *b)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	memcpy(b->out, &b->acc, 8);
#else
	store_le(b->out, b->acc, 8);
#endif
	b->out += b->held >> 3;
	b->acc >>= b->held & 56;
	b->held &= 7;
}

INLINE unsigned two(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

/* The last symbols of a stream, until `left` of them are left. */
INLINE void put_single(const struct coco_huff *h, struct bits *b, const uint8_t *p, size_t n,
		       size_t left)
{
	while (n > left) {
		put(b, h->code[p[--n]]);
		flush(b);
	}
}

/*
 * Two quarters of a block at a time, whose chains of dependent steps overlap.  Between
 * flushes at most 7 + 4 * 11 bits are held.  Returns the bytes written to each.
 */
INLINE void encode_two(const struct coco_huff *h, const uint8_t *p, size_t n, const uint8_t *q,
		       size_t m, uint8_t *out_p, uint8_t *out_q, size_t ret_size[2])
{
	struct bits b = { out_p, 0, 0 }, c = { out_q, 0, 0 };
	size_t i = (n < m ? n : m) & ~(size_t)3;

	put_single(h, &b, p, n, i);
	put_single(h, &c, q, m, i);
	for (; i; i -= 4) {
		put(&b, h->pair[two(p + i - 2)]);
		put(&c, h->pair[two(q + i - 2)]);
		put(&b, h->pair[two(p + i - 4)]);
		put(&c, h->pair[two(q + i - 4)]);
		flush(&b);
		flush(&c);
	}
	/* A 1 bit marks the end, section 4.2.2. */
	put(&b, 1u << 8 | 1);
	put(&c, 1u << 8 | 1);
	store_le(b.out, b.acc, 1);
	store_le(c.out, c.acc, 1);
	ret_size[0] = (size_t)(b.out - out_p) + (b.held + 7) / 8;
	ret_size[1] = (size_t)(c.out - out_q) + (c.held + 7) / 8;
}

INLINE void encode_streams(struct coco_huff *h, const uint8_t *src, size_t n, size_t ret_size[4])
{
	size_t quarter = (n + 3) / 4;
	const uint8_t *p = src;

	encode_two(h, p, quarter, p + quarter, quarter, h->stream[0], h->stream[1], ret_size);
	p += 2 * quarter;
	encode_two(h, p, quarter, p + quarter, n - 3 * quarter, h->stream[2], h->stream[3],
		   ret_size + 2);
}

#if defined(__x86_64__)
__attribute__((target("bmi2")))
static void encode_streams_bmi2(struct coco_huff *h, const uint8_t *src, size_t n,
				size_t ret_size[4])
{
	encode_streams(h, src, n, ret_size);
}
#endif

static void encode_streams_generic(struct coco_huff *h, const uint8_t *src, size_t n,
				   size_t ret_size[4])
{
	encode_streams(h, src, n, ret_size);
}

/* ---- blocks ---- */

/*
 * Weights of all symbols below the last, in the smaller of the two forms of section 4.2.1;
 * returns the size, 0 if there is none.
 */
static size_t write_tree(const uint8_t length[256], unsigned longest, uint8_t ret_dst[HUFF_TREE])
{
	uint8_t weight[256];
	unsigned last = 255;

	while (!length[last])
		last--;
	for (unsigned i = 0; i < last; i++)
		weight[i] = length[i] ? (uint8_t)(longest + 1 - length[i]) : 0;

	size_t direct = 1 + (last + 1) / 2;
	size_t coded = coco_huff_weights_write(weight, last, ret_dst);

	if (last > HUFF_DIRECT || (coded && coded < direct))
		return coded;
	ret_dst[0] = (uint8_t)(127 + last);
	memset(ret_dst + 1, 0, (last + 1) / 2);
	for (unsigned i = 0; i < last; i++)
		ret_dst[1 + i / 2] |= (uint8_t)(weight[i] << (i % 2 ? 0 : 4));
	return direct;
}

static bool constant(const uint8_t *p, size_t n)
{
	return n < 2 || (p[0] == p[n - 1] && !memcmp(p, p + 1, n - 1));
}

/*
 * One block of n bytes, at most cap bytes long; *tree_n bytes of tree are written into the
 * first compressed block, after which *tree_n is 0.  Returns the length, 0 if too long.
 */
static size_t encode_block(struct coco_huff *h, const uint8_t *src, size_t n, bool last,
			   const uint8_t *tree, size_t *tree_n, uint8_t *dst, size_t cap)
{
	size_t size[4], body = 0;

	if (cap < 4)
		return 0;
	if (constant(src, n)) {
		store_le(dst, last | BLOCK_RLE << 1 | n << 3, 3);
		dst[3] = src[0];
		return 4;
	}
	if (n >= 256) {
#if defined(__x86_64__)
		if (coco_cpu_features() & COCO_CPU_BMI2)
			encode_streams_bmi2(h, src, n, size);
		else
#endif
			encode_streams_generic(h, src, n, size);
		/* Literals: tree, jump table, streams; section 3.1.1.3.1. */
		body = *tree_n + 6 + size[0] + size[1] + size[2] + size[3];
	}
	if (!body || 5 + body + 1 >= n) {
		if (cap < 3 + n)
			return 0;
		store_le(dst, last | BLOCK_RAW << 1 | n << 3, 3);
		memcpy(dst + 3, src, n);
		return 3 + n;
	}
	if (cap < 3 + 5 + body + 1)
		return 0;

	unsigned type = *tree_n ? LITERALS_COMPRESSED : LITERALS_TREELESS;
	uint8_t *p = dst;

	store_le(p, last | BLOCK_COMPRESSED << 1 | (5 + body + 1) << 3, 3);
	/* Size format 3: four streams, sizes of 18 bits. */
	store_le(p + 3, type | 3u << 2 | (uint64_t)n << 4 | (uint64_t)body << 22, 5);
	p += 8;
	memcpy(p, tree, *tree_n);
	p += *tree_n;
	*tree_n = 0;
	for (unsigned i = 0; i < 3; i++)
		store_le(p + 2 * i, size[i], 2);
	p += 6;
	for (unsigned i = 0; i < 4; i++) {
		memcpy(p, h->stream[i], size[i]);
		p += size[i];
	}
	*p++ = 0; /* no sequences, section 3.1.1.3.2.1 */
	return (size_t)(p - dst);
}

int coco_huff_encode(struct coco_huff *h, const uint8_t *src, size_t n, uint8_t *dst,
		     size_t cap, size_t *ret_n)
{
	const uint32_t *count = h->count[0];
	uint8_t length[256], tree[HUFF_TREE];
	size_t tree_n = 0, pos = 9;
	uint64_t bits = 0, sampled = 0;
	unsigned symbols = 0;

	if (n < 1024 || n > COCO_HUFF_MAX || cap < pos)
		return 1;
	count_bytes(h, src, n);
	for (unsigned i = 0; i < 256; i++)
		symbols += count[i] != 0;
	if (symbols > 1) {
		unsigned longest = assign_lengths(h, length);

		for (unsigned i = 0; i < 256; i++) {
			bits += (uint64_t)count[i] * length[i];
			sampled += count[i];
		}
		if (bits > sampled * 8 - sampled / 4)
			return 1;
		assign_codes(h, length, longest);
		tree_n = write_tree(length, longest, tree);
		if (!tree_n)
			return 1;
	}

	/* Single segment, content size of four bytes or two: section 3.1.1.1. */
	store_le(dst, HUFF_MAGIC, 4);
	if (n < 65536 + 256) {
		dst[4] = 0x60;
		store_le(dst + 5, n - 256, 2);
		pos = 7;
	} else {
		dst[4] = 0xa0;
		store_le(dst + 5, n, 4);
	}
	for (size_t at = 0; at < n;) {
		size_t each = n - at < HUFF_BLOCK ? n - at : HUFF_BLOCK;
		size_t len = encode_block(h, src + at, each, at + each == n, tree, &tree_n,
					  dst + pos, cap - pos);

		if (!len)
			return 1;
		at += each;
		pos += len;
	}
	*ret_n = pos;
	return 0;
}
