/*
 * huff_weights.c - the FSE-coded form of a Huffman tree description.
 *
 * The weights of up to 255 symbols are a short text over the alphabet 0 to 11, coded with
 * two interleaved states of at most 64 values each.  Needed for trees with symbols above
 * 128, and smaller than the direct form in most other cases.
 *
 * Source: RFC 8878 sections 4.1 (FSE, distribution, table) and 4.2.1.2 (weights).
 */
#include "lib/model/huff_impl.h"

#include <string.h>

#define LOG    6          /* accuracy that is written, and the most that is read */
#define STATES (1u << LOG)
#define KINDS  (HUFF_BITS + 1)

struct bit_writer {
	uint8_t *out;
	size_t n;
	uint32_t acc;
	unsigned held;
};

static void put_bits(struct bit_writer *w, uint32_t v, unsigned bits)
{
	w->acc |= v << w->held;
	w->held += bits;
	for (; w->held >= 8; w->held -= 8) {
		w->out[w->n++] = (uint8_t)w->acc;
		w->acc >>= 8;
	}
}

static void end_bits(struct bit_writer *w)
{
	if (w->held)
		w->out[w->n++] = (uint8_t)w->acc;
	w->acc = 0;
	w->held = 0;
}

/* Which symbol each state stands for: section 4.1.1, without "less than 1" symbols. */
static void spread(const unsigned share[KINDS], unsigned log, uint8_t ret_symbol[STATES])
{
	unsigned states = 1u << log, at = 0;

	for (unsigned s = 0; s < KINDS; s++) {
		for (unsigned i = 0; i < share[s]; i++) {
			ret_symbol[at] = (uint8_t)s;
			at = (at + (states >> 1) + (states >> 3) + 3) & (states - 1);
		}
	}
}

static unsigned log2_floor(uint32_t v)
{
	return 31 - (unsigned)__builtin_clz(v);
}

/* ---- writing ---- */

/* Shares of the 64 states, at least one for each weight that occurs; false if only one does. */
static int make_shares(const uint8_t *weight, unsigned n, unsigned ret_share[KINDS])
{
	unsigned count[KINDS] = { 0 };
	unsigned total = 0, top = 0;

	for (unsigned i = 0; i < n; i++)
		count[weight[i]]++;
	for (unsigned s = 0; s < KINDS; s++) {
		if (count[s] == n)
			return 0;
		ret_share[s] = count[s] * STATES / n;
		if (count[s] && !ret_share[s])
			ret_share[s] = 1;
		total += ret_share[s];
		if (ret_share[s] > ret_share[top])
			top = s;
	}
	/* The largest share is above 64 / 12, and rounding up took less than one of each. */
	while (total > STATES) {
		for (unsigned s = 0; s < KINDS; s++) {
			if (ret_share[s] > ret_share[top])
				top = s;
		}
		ret_share[top]--;
		total--;
	}
	ret_share[top] += STATES - total;
	return 1;
}

/* The distribution, section 4.1.1: each share in as few bits as the rest of 64 allows. */
static void put_shares(struct bit_writer *w, const unsigned share[KINDS])
{
	unsigned left = STATES + 1, half = STATES, bits = LOG + 1;

	put_bits(w, LOG - 5, 4);
	for (unsigned s = 0; left > 1; s++) {
		unsigned value = share[s] + 1;
		unsigned spare = 2 * half - 1 - left;

		left -= share[s];
		if (value >= half)
			value += spare;
		put_bits(w, value, bits - (value < spare));
		if (!share[s]) {
			unsigned zeros = 0;

			while (!share[s + 1]) {
				zeros++;
				s++;
			}
			for (; zeros >= 3; zeros -= 3)
				put_bits(w, 3, 2);
			put_bits(w, zeros, 2);
		}
		for (; left < half; half >>= 1)
			bits--;
	}
	end_bits(w);
}

size_t coco_huff_weights_write(const uint8_t *weight, unsigned n, uint8_t ret_dst[HUFF_TREE])
{
	unsigned share[KINDS], seen[KINDS] = { 0 };
	uint8_t symbol[STATES], state_of[KINDS][STATES];
	unsigned state[2] = { 0, 0 };
	uint8_t buf[512];
	struct bit_writer w = { buf, 0, 0, 0 };

	if (n < 3 || !make_shares(weight, n, share))
		return 0;
	put_shares(&w, share);
	spread(share, LOG, symbol);
	for (unsigned u = 0; u < STATES; u++)
		state_of[symbol[u]][seen[symbol[u]]++] = (uint8_t)u;

	/*
	 * Backwards; even places use state 0, odd ones state 1.  The last two need no bits:
	 * the first state of their symbol asks for at least one bit that is not there, which
	 * tells the reader to stop.
	 */
	for (unsigned left = n; left; left--) {
		unsigned i = left - 1, s = weight[i], *x = &state[i & 1];

		if (i + 2 >= n) {
			*x = state_of[s][0];
			continue;
		}

		unsigned full = *x + STATES, bits = log2_floor(full / share[s]);

		put_bits(&w, full & ((1u << bits) - 1), bits);
		*x = state_of[s][(full >> bits) - share[s]];
	}
	put_bits(&w, state[1], LOG);
	put_bits(&w, state[0], LOG);
	put_bits(&w, 1, 1);
	end_bits(&w);
	if (w.n > 127)
		return 0;
	ret_dst[0] = (uint8_t)w.n;
	memcpy(ret_dst + 1, buf, w.n);
	return 1 + w.n;
}

/* ---- reading ---- */

struct bit_reader {
	const uint8_t *p;
	size_t n;
	size_t at; /* bits read, from the start for shares, left to read for weights */
};

/* Up to 8 bits beginning at bit `at`; what is beyond the end reads as 0. */
static unsigned peek(const struct bit_reader *r, size_t at, unsigned bits)
{
	unsigned v = 0;

	for (unsigned i = 0; i < 2 && at / 8 + i < r->n; i++)
		v |= (unsigned)r->p[at / 8 + i] << 8 * i;
	return v >> at % 8 & ((1u << bits) - 1);
}

/* Reads the distribution; returns its accuracy, 0 if it is malformed or unusual. */
static unsigned read_shares(struct bit_reader *r, unsigned ret_share[KINDS])
{
	unsigned log = peek(r, 0, 4) + 5;

	if (log > LOG)
		return 0;

	unsigned left = (1u << log) + 1, half = 1u << log, bits = log + 1, s = 0;

	memset(ret_share, 0, KINDS * sizeof(*ret_share));
	r->at = 4;
	while (left > 1) {
		if (s >= KINDS)
			return 0;

		unsigned spare = 2 * half - 1 - left;
		unsigned value = peek(r, r->at, bits - 1);

		if (value < spare) {
			r->at += bits - 1;
		} else {
			value = peek(r, r->at, bits);
			if (value >= half)
				value -= spare;
			r->at += bits;
		}
		/* 0 would be "less than 1", which libzstd may read. */
		if (!value || value - 1 >= left)
			return 0;
		ret_share[s] = value - 1;
		left -= value - 1;
		if (!ret_share[s++]) {
			unsigned zeros;

			do {
				zeros = peek(r, r->at, 2);
				r->at += 2;
				s += zeros;
			} while (zeros == 3 && s < KINDS);
		}
		for (; left > 1 && left < half; half >>= 1)
			bits--;
	}
	r->at = (r->at + 7) / 8 * 8;
	return r->at / 8 < r->n ? log : 0;
}

unsigned coco_huff_weights_read(const uint8_t *src, size_t n, uint8_t ret_weight[256])
{
	struct bit_reader r = { src, n, 0 };
	unsigned share[KINDS], next[KINDS];
	uint8_t symbol[STATES], bits[STATES], base[STATES];
	unsigned state[2], count = 0, log;

	if (!n || !src[n - 1])
		return 0;
	log = read_shares(&r, share);
	if (!log)
		return 0;
	spread(share, log, symbol);
	memcpy(next, share, sizeof(next));
	for (unsigned u = 0; u < 1u << log; u++) {
		unsigned x = next[symbol[u]]++;

		bits[u] = (uint8_t)(log - log2_floor(x));
		base[u] = (uint8_t)((x << bits[u]) - (1u << log));
	}

	/* Bits that are left lie between r.at and left, and are read from the top. */
	size_t left = 8 * (n - 1) + log2_floor(src[n - 1]);

	if (left < r.at + 2 * log)
		return 0;
	left -= log;
	state[0] = peek(&r, left, log);
	left -= log;
	state[1] = peek(&r, left, log);
	for (;; count++) {
		unsigned *x = &state[count & 1];

		if (count == 254)
			return 0;
		ret_weight[count] = symbol[*x];
		if (left - r.at < bits[*x])
			break;
		left -= bits[*x];
		*x = base[*x] + peek(&r, left, bits[*x]);
	}
	count++;
	ret_weight[count] = symbol[state[count & 1]];
	return count + 1;
}
