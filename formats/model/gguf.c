/*
 * gguf.c - header of a GGUF file (see gguf.h).
 */
#include "formats/model/gguf.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/rd.h"

enum value_type {
	TYPE_U32 = 4,
	TYPE_BOOL = 7,
	TYPE_STRING = 8,
	TYPE_ARRAY = 9,
	TYPES = 13,
};

enum {
	VERSION = 3,
	VERSION_SWAPPED = 3 << 24,
	MIN_KEY_BYTES = 8 + 1 + 4 + 1,       /* length, key, type, value */
	MIN_TENSOR_BYTES = 8 + 1 + 4 + 4 + 8, /* length, name, n_dims, type, offset */
};

/* Bytes of a value; 0 for string and array. */
static const unsigned char value_size[TYPES] = { 1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8 };

struct ggml_type {
	unsigned short block; /* elements per block */
	unsigned short bytes; /* bytes per block; 0: no such type */
	enum coco_tensor_class class;
};

/* packaging.md 3.2; numbers missing here are unused or retired. */
#define PLAIN(b, c) { .block = 1, .bytes = (b), .class = COCO_TENSOR_##c }
#define BLOCK(n, b) { .block = (n), .bytes = (b), .class = COCO_TENSOR_QUANT }
static const struct ggml_type ggml_types[] = {
	[0] = PLAIN(4, F32),    [1] = PLAIN(2, F16),    [2] = BLOCK(32, 18),
	[3] = BLOCK(32, 20),    [6] = BLOCK(32, 22),    [7] = BLOCK(32, 24),
	[8] = BLOCK(32, 34),    [9] = BLOCK(32, 36),    [10] = BLOCK(256, 84),
	[11] = BLOCK(256, 110), [12] = BLOCK(256, 144), [13] = BLOCK(256, 176),
	[14] = BLOCK(256, 210), [15] = BLOCK(256, 292), [16] = BLOCK(256, 66),
	[17] = BLOCK(256, 74),  [18] = BLOCK(256, 98),  [19] = BLOCK(256, 50),
	[20] = BLOCK(32, 18),   [21] = BLOCK(256, 110), [22] = BLOCK(256, 82),
	[23] = BLOCK(256, 136), [24] = PLAIN(1, INT),   [25] = PLAIN(2, INT),
	[26] = PLAIN(4, INT),   [27] = PLAIN(8, INT),   [28] = PLAIN(8, F64),
	[29] = BLOCK(256, 56),  [30] = PLAIN(2, BF16),  [34] = BLOCK(256, 54),
	[35] = BLOCK(256, 66),  [39] = BLOCK(32, 17),   [40] = BLOCK(64, 36),
};

/* Parsing state. want != 0: the head is too short for the next field. */
struct gguf {
	struct coco_rd rd;
	uint64_t file_size;
	uint64_t want;
	uint64_t alignment;
	size_t n_keys;
	size_t n_tensors;
	struct coco_view *names;        /* keys, then tensor names */
	struct coco_tensor_span *spans; /* offsets relative to the data until placed */
};

/*
 * True when n bytes can be read now. Otherwise either the file is too short,
 * which is an error, or the head is, which is noted in want.
 */
static bool room(struct gguf *g, uint64_t n, const char *field)
{
	if (!coco_rd_ok(&g->rd) || g->want != 0)
		return false;
	if (n <= coco_rd_left(&g->rd))
		return true;
	if (n > g->file_size - g->rd.at)
		coco_rd_fail(&g->rd, COCO_E_FORMAT_SHORT, field,
			     "%" PRIu64 " bytes needed, the file has %" PRIu64 " more", n,
			     g->file_size - g->rd.at);
	else if (g->rd.at + n > COCO_GGUF_MAX_HEAD)
		coco_rd_fail(&g->rd, COCO_E_LIMIT_SIZE, field, "the header is over %d bytes",
			     COCO_GGUF_MAX_HEAD);
	else
		g->want = g->rd.at + n;
	return false;
}

static uint32_t get32(struct gguf *g, const char *field)
{
	return room(g, 4, field) ? coco_rd_le32(&g->rd, field) : 0;
}

static uint64_t get64(struct gguf *g, const char *field)
{
	return room(g, 8, field) ? coco_rd_le64(&g->rd, field) : 0;
}

static bool fine(const struct gguf *g)
{
	return coco_rd_ok(&g->rd) && g->want == 0;
}

/* A length or count of things of at least min bytes each must fit into the file. */
static bool fits(struct gguf *g, uint64_t count, uint64_t min, const char *field)
{
	uint64_t left = g->file_size - g->rd.at;

	if (!fine(g))
		return false;
	if (count <= left / min)
		return true;
	coco_rd_fail(&g->rd, COCO_E_FORMAT_SHORT, field,
		     "%" PRIu64 " is more than the remaining %" PRIu64 " bytes can hold", count,
		     left);
	return false;
}

static struct coco_view get_string(struct gguf *g, const char *field)
{
	uint64_t n = get64(g, field);

	if (!fits(g, n, 1, field) || !room(g, n, field))
		return coco_view_of(NULL, 0);
	return coco_rd_view(&g->rd, n, field);
}

static bool printable(struct coco_view text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= 0x20 || text.p[i] >= 0x7f)
			return false;
	return text.n > 0;
}

/* n booleans of one byte each. */
static void skip_bools(struct gguf *g, uint64_t n)
{
	if (!room(g, n, "value"))
		return;
	struct coco_view v = coco_rd_view(&g->rd, n, "value");
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] <= 1)
			continue;
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_KEY, "value",
			     "a boolean is 0x%02x, neither 0 nor 1", v.p[i]);
		return;
	}
}

/* Type and count of an array, checked against the file. */
static uint64_t array_head(struct gguf *g, uint32_t *ret_type)
{
	uint32_t type = get32(g, "array type");
	uint64_t count = get64(g, "array length");

	if (!fine(g))
		return 0;
	if (type >= TYPES) {
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_KEY, "array type",
			     "unknown value type %" PRIu32, type);
		return 0;
	}
	uint64_t min = type == TYPE_STRING ? 8 : type == TYPE_ARRAY ? 12 : value_size[type];
	*ret_type = type;
	return fits(g, count, min, "array length") ? count : 0;
}

/* Skips an array; nested ones are kept on a small stack of remaining counts. */
static void skip_array(struct gguf *g)
{
	uint64_t left[COCO_GGUF_MAX_NESTING];
	unsigned depth = 1;

	left[0] = 1;
	while (depth > 0 && fine(g)) {
		uint32_t type = 0;

		if (left[depth - 1] == 0) {
			depth--;
			continue;
		}
		left[depth - 1]--;
		uint64_t count = array_head(g, &type);
		if (!fine(g))
			return;
		if (type == TYPE_ARRAY) {
			if (depth == COCO_GGUF_MAX_NESTING) {
				coco_rd_fail(&g->rd, COCO_E_LIMIT_DEPTH, "array type",
					     "arrays are nested deeper than %d levels",
					     COCO_GGUF_MAX_NESTING);
				return;
			}
			left[depth++] = count;
		} else if (type == TYPE_STRING) {
			while (count-- > 0 && fine(g))
				get_string(g, "array item");
		} else if (type == TYPE_BOOL) {
			skip_bools(g, count);
		} else if (room(g, count * value_size[type], "array items")) {
			coco_rd_view(&g->rd, count * value_size[type], "array items");
		}
	}
}

static void skip_value(struct gguf *g, uint32_t type)
{
	if (type == TYPE_STRING)
		get_string(g, "value");
	else if (type == TYPE_ARRAY)
		skip_array(g);
	else if (type == TYPE_BOOL)
		skip_bools(g, 1);
	else if (room(g, value_size[type], "value"))
		coco_rd_view(&g->rd, value_size[type], "value");
}

static void read_alignment(struct gguf *g, uint32_t type)
{
	if (type != TYPE_U32) {
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_KEY, "general.alignment",
			     "value type %" PRIu32 ", an unsigned 32-bit number is expected", type);
		return;
	}
	uint32_t v = get32(g, "general.alignment");
	if (!fine(g))
		return;
	if (v == 0 || (v & (v - 1)) != 0 || v > COCO_GGUF_MAX_ALIGNMENT)
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_KEY, "general.alignment",
			     "%" PRIu32 " is not a power of two up to %d", v,
			     COCO_GGUF_MAX_ALIGNMENT);
	g->alignment = v;
}

static void read_key(struct gguf *g, size_t i)
{
	static const char alignment[] = "general.alignment";
	struct coco_view key = get_string(g, "key");

	if (!fine(g))
		return;
	if (key.n > COCO_GGUF_MAX_KEY || !printable(key)) {
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_KEY, "key",
			     "key %zu is not 1 to %d ASCII characters", i, COCO_GGUF_MAX_KEY);
		return;
	}
	g->names[i] = key;
	uint32_t type = get32(g, "value type");
	if (!fine(g))
		return;
	if (type >= TYPES)
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_KEY, "value type",
			     "key %zu has the unknown value type %" PRIu32, i, type);
	else if (key.n == sizeof(alignment) - 1 && memcmp(key.p, alignment, key.n) == 0)
		read_alignment(g, type);
	else
		skip_value(g, type);
}

/* Bytes of a tensor; false after reporting. */
static bool tensor_bytes(struct gguf *g, size_t i, uint32_t type_id, const uint64_t *dims,
			 uint64_t *ret)
{
	const struct ggml_type *type =
		type_id < COCO_ARRAY_LEN(ggml_types) ? &ggml_types[type_id] : NULL;
	uint64_t n = 1;

	if (type == NULL || type->bytes == 0) {
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_TENSOR, "type",
			     "tensor %zu has the unknown element type %" PRIu32, i, type_id);
		return false;
	}
	uint64_t block = type->block;
	if (dims[0] % block != 0) {
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_TENSOR, "dimensions",
			     "rows of tensor %zu are not whole blocks of %" PRIu64 " elements", i,
			     block);
		return false;
	}
	for (size_t k = 0; k < COCO_GGUF_MAX_DIMS; k++) {
		if (!coco_mul64_overflows(n, dims[k], &n))
			continue;
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_TENSOR, "dimensions",
			     "the dimensions of tensor %zu overflow", i);
		return false;
	}
	if (coco_mul64_overflows(n / block, type->bytes, ret)) {
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_TENSOR, "dimensions",
			     "the length of tensor %zu overflows", i);
		return false;
	}
	g->spans[i].class = type->class;
	return true;
}

static void read_tensor(struct gguf *g, size_t i)
{
	uint64_t dims[COCO_GGUF_MAX_DIMS] = { 1, 1, 1, 1 };
	struct coco_view name = get_string(g, "tensor name");
	uint64_t bytes = 0;

	if (!fine(g))
		return;
	if (name.n == 0 || name.n > COCO_GGUF_MAX_NAME) {
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_TENSOR, "tensor name",
			     "the name of tensor %zu has %zu bytes, 1 to %d are allowed", i, name.n,
			     COCO_GGUF_MAX_NAME);
		return;
	}
	g->names[g->n_keys + i] = name;
	uint32_t n_dims = get32(g, "number of dimensions");
	if (fine(g) && n_dims > COCO_GGUF_MAX_DIMS)
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_TENSOR, "number of dimensions",
			     "tensor %zu has %" PRIu32 " dimensions, at most %d are allowed", i,
			     n_dims, COCO_GGUF_MAX_DIMS);
	for (uint32_t k = 0; fine(g) && k < n_dims; k++)
		dims[k] = get64(g, "dimensions");
	uint32_t type = get32(g, "type");
	uint64_t offset = get64(g, "offset");
	if (!fine(g) || !tensor_bytes(g, i, type, dims, &bytes))
		return;
	uint64_t end = 0;
	if (offset % g->alignment != 0 || coco_add64_overflows(offset, bytes, &end) ||
	    end > g->file_size) {
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_OFFSETS, "offset",
			     "tensor %zu is not aligned to %" PRIu64 " or leaves the file", i,
			     g->alignment);
		return;
	}
	g->spans[i].begin = offset;
	g->spans[i].end = end;
	g->spans[i].index = (uint32_t)i;
}

/* Magic, version and counts; nothing is allocated for a count that cannot hold. */
static void read_fixed(struct gguf *g)
{
	if (!room(g, COCO_GGUF_MIN_HEAD, "header"))
		return;
	struct coco_view magic = coco_rd_view(&g->rd, 4, "magic");
	if (memcmp(magic.p, "GGUF", 4) != 0) {
		g->rd.at = 0;
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_HEADER, "magic",
			     "the file does not start with \"GGUF\"");
		return;
	}
	uint32_t version = coco_rd_le32(&g->rd, "version");
	if (version != VERSION) {
		g->rd.at = 4;
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_HEADER, "version",
			     version == VERSION_SWAPPED ? "a big-endian file (version %" PRIu32 ")"
							: "version %" PRIu32 ", 3 is supported",
			     version);
		return;
	}
	uint64_t tensors = coco_rd_le64(&g->rd, "tensor count");
	uint64_t keys = coco_rd_le64(&g->rd, "key count");
	if (!fits(g, tensors, MIN_TENSOR_BYTES, "tensor count") ||
	    !fits(g, keys, MIN_KEY_BYTES, "key count"))
		return;
	if (tensors > COCO_GGUF_MAX_TENSORS || keys > COCO_GGUF_MAX_KEYS) {
		coco_rd_fail(&g->rd, COCO_E_LIMIT_SIZE, "counts",
			     "%" PRIu64 " tensors and %" PRIu64 " keys, the limits are %d and %d",
			     tensors, keys, COCO_GGUF_MAX_TENSORS, COCO_GGUF_MAX_KEYS);
		return;
	}
	g->n_tensors = (size_t)tensors;
	g->n_keys = (size_t)keys;
	g->spans = coco_zalloc(g->n_tensors, sizeof(*g->spans));
	g->names = coco_zalloc(g->n_keys + g->n_tensors, sizeof(*g->names));
	if (g->spans == NULL || g->names == NULL)
		coco_rd_fail(&g->rd, COCO_E_LIMIT_MEMORY, "counts", "no memory for %zu tensors",
			     g->n_tensors);
}

/* Zero padding, then the spans get their place in the file. */
static void place_tensors(struct gguf *g)
{
	uint64_t at = g->rd.at;
	uint64_t data = (at + g->alignment - 1) & ~(g->alignment - 1);

	if (g->n_tensors == 0 || !room(g, data - at, "padding"))
		return;
	coco_rd_skip_zero(&g->rd, (size_t)(data - at), "padding");
	for (size_t i = 0; fine(g) && i < g->n_tensors; i++) {
		if (g->spans[i].end > g->file_size - data)
			coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_OFFSETS, "offset",
				     "tensor %zu ends %" PRIu64 " bytes after the end of the file",
				     i, g->spans[i].end - (g->file_size - data));
		g->spans[i].begin += data;
		g->spans[i].end += data;
	}
	if (!fine(g))
		return;
	coco_tensor_sort(g->spans, g->n_tensors);
	const struct coco_tensor_span *bad = coco_tensor_overlap(g->spans, g->n_tensors);
	if (bad != NULL)
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_OFFSETS, "offset",
			     "tensor %" PRIu32 " overlaps another one", bad->index);
}

static void check_names(struct gguf *g)
{
	if (!fine(g))
		return;
	if (!coco_tensor_names_unique(g->names, g->n_keys))
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_KEY, "key", "a key occurs twice");
	else if (!coco_tensor_names_unique(g->names + g->n_keys, g->n_tensors))
		coco_rd_fail(&g->rd, COCO_E_MODEL_GGUF_TENSOR, "tensor name",
			     "a tensor name occurs twice");
}

int coco_gguf_parse(struct coco_tensor_map *ret, uint64_t *ret_need, struct coco_view head,
		    uint64_t file_size, struct coco_diag *diag)
{
	struct gguf g = { .file_size = file_size, .alignment = COCO_GGUF_DEFAULT_ALIGNMENT };

	if (head.n > file_size)
		head.n = (size_t)file_size;
	coco_rd_init(&g.rd, head, 0, diag);
	read_fixed(&g);
	for (size_t i = 0; fine(&g) && i < g.n_keys; i++)
		read_key(&g, i);
	for (size_t i = 0; fine(&g) && i < g.n_tensors; i++)
		read_tensor(&g, i);
	if (fine(&g))
		place_tensors(&g);
	check_names(&g);
	int r = g.rd.code;
	if (r == 0 && g.want == 0)
		r = coco_tensor_map_build(ret, g.spans, g.n_tensors, file_size, diag);
	if (r == 0) {
		uint64_t most = coco_min_u64(file_size, COCO_GGUF_MAX_HEAD);

		if (g.want != 0 && g.want < coco_min_u64(2 * (uint64_t)head.n, most))
			g.want = coco_min_u64(2 * (uint64_t)head.n, most);
		*ret_need = g.want;
	}
	coco_free(g.spans);
	coco_free(g.names);
	return r;
}
