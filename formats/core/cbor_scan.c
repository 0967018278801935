/*
 * cbor_scan.c - heads of CBOR items through libcbor's streaming decoder (see
 * cbor_scan.h). The only file that includes cbor.h of libcbor.
 */
#include "formats/core/cbor_scan.h"

#include <cbor.h>
#include <string.h>

#include "formats/core/err_measure.h"

enum {
	MAJOR_TAG = 6,        /* the first three bits of a tag's head */
	ONE_BYTE_ARGS = 24,   /* arguments below are in the head's first byte */
};

/* ---- what libcbor calls back ------------------------------------------------------- */

static void number(void *ctx, enum coco_cbor_type type, uint64_t v)
{
	struct coco_cbor_head *h = ctx;

	h->type = type;
	h->arg = v;
}

static void on_uint8(void *ctx, uint8_t v)
{
	number(ctx, COCO_CBOR_UINT, v);
}

static void on_uint16(void *ctx, uint16_t v)
{
	number(ctx, COCO_CBOR_UINT, v);
}

static void on_uint32(void *ctx, uint32_t v)
{
	number(ctx, COCO_CBOR_UINT, v);
}

static void on_uint64(void *ctx, uint64_t v)
{
	number(ctx, COCO_CBOR_UINT, v);
}

static void on_negint8(void *ctx, uint8_t v)
{
	number(ctx, COCO_CBOR_NINT, v);
}

static void on_negint16(void *ctx, uint16_t v)
{
	number(ctx, COCO_CBOR_NINT, v);
}

static void on_negint32(void *ctx, uint32_t v)
{
	number(ctx, COCO_CBOR_NINT, v);
}

static void on_negint64(void *ctx, uint64_t v)
{
	number(ctx, COCO_CBOR_NINT, v);
}

static void on_tag(void *ctx, uint64_t v)
{
	number(ctx, COCO_CBOR_TAG, v);
}

static void string(void *ctx, enum coco_cbor_type type, const uint8_t *p, size_t n)
{
	struct coco_cbor_head *h = ctx;

	number(ctx, type, n);
	h->str = coco_view_of(p, n);
}

static void on_bytes(void *ctx, const unsigned char *p, size_t n)
{
	string(ctx, COCO_CBOR_BYTES, p, n);
}

static void on_text(void *ctx, const unsigned char *p, size_t n)
{
	string(ctx, COCO_CBOR_TEXT, p, n);
}

static void on_chunks(void *ctx)
{
	((struct coco_cbor_head *)ctx)->chunked = true;
}

static void on_array(void *ctx, size_t n)
{
	number(ctx, COCO_CBOR_ARRAY, n);
}

static void on_map(void *ctx, size_t n)
{
	number(ctx, COCO_CBOR_MAP, n);
}

static void on_open_array(void *ctx)
{
	number(ctx, COCO_CBOR_ARRAY, 0);
	((struct coco_cbor_head *)ctx)->indefinite = true;
}

static void on_open_map(void *ctx)
{
	number(ctx, COCO_CBOR_MAP, 0);
	((struct coco_cbor_head *)ctx)->indefinite = true;
}

static void on_break(void *ctx)
{
	((struct coco_cbor_head *)ctx)->is_break = true;
}

static void on_float(void *ctx, float v COCO_UNUSED)
{
	number(ctx, COCO_CBOR_FLOAT, 0);
}

static void on_double(void *ctx, double v COCO_UNUSED)
{
	number(ctx, COCO_CBOR_FLOAT, 0);
}

static void on_undefined(void *ctx)
{
	number(ctx, COCO_CBOR_UNDEFINED, 0);
}

static void on_null(void *ctx)
{
	number(ctx, COCO_CBOR_NULL, 0);
}

static void on_bool(void *ctx, bool v)
{
	number(ctx, COCO_CBOR_BOOL, v);
}

int coco_cbor_head(const uint8_t *p, size_t n, struct coco_cbor_head *ret)
{
	const struct cbor_callbacks calls = {
		.uint8 = on_uint8, .uint16 = on_uint16, .uint32 = on_uint32,
		.uint64 = on_uint64, .negint8 = on_negint8, .negint16 = on_negint16,
		.negint32 = on_negint32, .negint64 = on_negint64,
		.byte_string_start = on_chunks, .byte_string = on_bytes,
		.string_start = on_chunks, .string = on_text,
		.indef_array_start = on_open_array, .array_start = on_array,
		.indef_map_start = on_open_map, .map_start = on_map, .tag = on_tag,
		.float2 = on_float, .float4 = on_float, .float8 = on_double,
		.undefined = on_undefined, .null = on_null, .boolean = on_bool,
		.indef_break = on_break,
	};
	struct coco_cbor_head h = { .arg = 0 };

	if (n == 0)
		return COCO_E_FORMAT_SHORT;
	/* libcbor refuses the one-byte heads of tags 6 to 20, and so COSE's */
	if (p[0] >> 5 == MAJOR_TAG && (p[0] & 31) < ONE_BYTE_ARGS) {
		number(&h, COCO_CBOR_TAG, p[0] & 31);
		h.n = 1;
		*ret = h;
		return 0;
	}
	struct cbor_decoder_result res = cbor_stream_decode(p, n, &calls, &h);
	if (res.status == CBOR_DECODER_NEDATA)
		return COCO_E_FORMAT_SHORT;
	if (res.status != CBOR_DECODER_FINISHED || h.chunked || res.read - h.str.n == 0)
		return COCO_E_CBOR_SYNTAX;
	h.n = res.read - h.str.n;
	*ret = h;
	return 0;
}

/* ---- extents ----------------------------------------------------------------------- */

size_t coco_cbor_shortest(uint64_t arg)
{
	uint8_t buf[9];

	return coco_cbor_put_head(buf, COCO_CBOR_UINT, arg);
}

/* How many items follow a head: UINT64_MAX until a break. */
static uint64_t followers(const struct coco_cbor_head *h)
{
	if (h->indefinite)
		return UINT64_MAX;
	if (h->type == COCO_CBOR_TAG)
		return 1;
	if (h->type == COCO_CBOR_ARRAY)
		return h->arg;
	return h->type == COCO_CBOR_MAP ? 2 * h->arg : 0;
}

/*
 * Without recursion: how many items are still to come, on a stack that is as
 * deep as a checked document may be.
 */
size_t coco_cbor_extent(const uint8_t *p, size_t n)
{
	uint64_t left[COCO_CBOR_DEPTH + 1] = { 1 };
	struct coco_cbor_head h;
	size_t depth = 1;
	size_t at = 0;

	while (depth > 0) {
		if (left[depth - 1] == 0) {
			depth--;
			continue;
		}
		if (coco_cbor_head(p + at, n - at, &h) != 0)
			return 0;
		at += h.n + h.str.n;
		if (h.is_break) {
			left[depth - 1] = 0;
			continue;
		}
		if (left[depth - 1] != UINT64_MAX)
			left[depth - 1]--;
		if (followers(&h) == 0)
			continue;
		if (depth == COCO_ARRAY_LEN(left))
			return 0;
		left[depth++] = followers(&h);
	}
	return at;
}

int coco_cbor_order(struct coco_view a, struct coco_view b)
{
	int c = memcmp(a.p, b.p, coco_min_size(a.n, b.n));

	if (c == 0 && a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return c < 0 ? -1 : c > 0;
}

size_t coco_cbor_put_head(uint8_t *buf, enum coco_cbor_type type, uint64_t arg)
{
	size_t n = (size_t)arg;

	switch (type) {
	case COCO_CBOR_UINT:
		return cbor_encode_uint(arg, buf, 9);
	case COCO_CBOR_NINT:
		return cbor_encode_negint(arg, buf, 9);
	case COCO_CBOR_BYTES:
		return cbor_encode_bytestring_start(n, buf, 9);
	case COCO_CBOR_TEXT:
		return cbor_encode_string_start(n, buf, 9);
	case COCO_CBOR_ARRAY:
		return cbor_encode_array_start(n, buf, 9);
	case COCO_CBOR_MAP:
		return cbor_encode_map_start(n, buf, 9);
	case COCO_CBOR_TAG:
		return cbor_encode_tag(arg, buf, 9);
	case COCO_CBOR_BOOL:
		return cbor_encode_bool(arg != 0, buf, 9);
	case COCO_CBOR_NULL:
		return cbor_encode_null(buf, 9);
	case COCO_CBOR_UNDEFINED:
		return cbor_encode_undef(buf, 9);
	case COCO_CBOR_FLOAT:
		break;
	}
	return 0;
}
