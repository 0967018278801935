/*
 * test_gguf.c - GGUF headers: minted files for every defect by name, reading
 * in steps, the shared vectors.
 */
#include "formats/model/gguf.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/wr.h"
#include "tests/support/support.h"
#include "tests/support/tensor_cover.h"

enum { F32 = 0, Q8_0 = 8, BF16 = 30 };
enum { T_U8 = 0, T_U32 = 4, T_BOOL = 7, T_STRING = 8, T_ARRAY = 9, T_F64 = 12 };

static void begin(struct coco_wr *wr, uint64_t tensors, uint64_t keys)
{
	coco_wr_init(wr, (size_t)1 << 28);
	coco_wr_str(wr, "GGUF");
	coco_wr_le32(wr, 3);
	coco_wr_le64(wr, tensors);
	coco_wr_le64(wr, keys);
}

static void string(struct coco_wr *wr, const char *s)
{
	coco_wr_le64(wr, strlen(s));
	coco_wr_str(wr, s);
}

static void key(struct coco_wr *wr, const char *name, uint32_t type)
{
	string(wr, name);
	coco_wr_le32(wr, type);
}

static void array(struct coco_wr *wr, uint32_t type, uint64_t count)
{
	coco_wr_le32(wr, type);
	coco_wr_le64(wr, count);
}

static void tensor(struct coco_wr *wr, const char *name, uint64_t dim0, uint64_t dim1,
		   uint32_t type, uint64_t offset)
{
	string(wr, name);
	coco_wr_le32(wr, 2);
	coco_wr_le64(wr, dim0);
	coco_wr_le64(wr, dim1);
	coco_wr_le32(wr, type);
	coco_wr_le64(wr, offset);
}

static void fill(struct coco_wr *wr, size_t n, int byte)
{
	uint8_t *p = coco_wr_room(wr, n);

	assert_non_null(p);
	memset(p, byte, n);
}

static void pad(struct coco_wr *wr, size_t alignment)
{
	fill(wr, (alignment - wr->n % alignment) % alignment, 0);
}

/*
 * Parses as the packer does, with a guard page after the head, starting from
 * first bytes. Checks what *ret_need promises.
 */
static int parse_from(const struct coco_wr *wr, size_t first, struct coco_tensor_map *ret,
		      struct coco_diag *d, unsigned *ret_rounds)
{
	uint64_t need = coco_min_size(first, wr->n);
	int r;

	*ret_rounds = 0;
	do {
		size_t n = (size_t)need;
		uint8_t *head = coco_test_guard(wr->p, n);

		r = coco_gguf_parse(ret, &need, coco_view_of(head, n), wr->n, d);
		coco_test_unguard(head, n);
		(*ret_rounds)++;
		if (r == 0 && need != 0)
			assert_in_range(need, n + 1, wr->n);
	} while (r == 0 && need != 0);
	return r;
}

static int parse(const struct coco_wr *wr, struct coco_tensor_map *ret, struct coco_diag *d)
{
	unsigned rounds;

	return parse_from(wr, wr->n, ret, d, &rounds);
}

/* Every value type, a nested array, three tensors with a hole and a tail. */
static void good(struct coco_wr *wr)
{
	static const unsigned char sizes[] = { 1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8 };

	begin(wr, 3, 16);
	for (uint32_t type = 0; type < 13; type++) {
		char name[16];

		snprintf(name, sizeof(name), "k%u", type);
		key(wr, name, type);
		if (type == T_STRING)
			string(wr, "text");
		else if (type == T_ARRAY)
			array(wr, T_STRING, 0);
		else
			fill(wr, sizes[type], 1);
	}
	key(wr, "tokens", T_ARRAY);
	array(wr, T_STRING, 3);
	string(wr, "a");
	string(wr, "");
	string(wr, "\xff");
	key(wr, "nested", T_ARRAY);
	array(wr, T_ARRAY, 2);
	array(wr, T_BOOL, 2);
	fill(wr, 2, 1);
	array(wr, T_F64, 1);
	fill(wr, 8, 9);
	key(wr, "general.alignment", T_U32);
	coco_wr_le32(wr, 64);
	tensor(wr, "b", 32, 2, Q8_0, 128); /* 68 bytes */
	tensor(wr, "a", 16, 2, BF16, 0);   /* 64 bytes, then a hole of 64 */
	tensor(wr, "c", 1, 1, F32, 256);   /* 4 bytes */
	pad(wr, 64);
	fill(wr, 256 + 4 + 10, 7);
}

static void test_regions(void **state COCO_UNUSED)
{
	struct coco_tensor_map map = { 0 };
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	unsigned rounds;

	good(&wr);
	uint64_t data = wr.n - 270;
	for (size_t first = 0; first <= wr.n; first += first < 200 ? 1 : 37) {
		assert_ok(parse_from(&wr, first, &map, &d, &rounds), &d);
		assert_true(rounds <= 12);
		assert_true(coco_test_covers(&map));
		assert_int_equal(map.n_regions, 7);
		assert_int_equal(map.regions[0].length, data);
		assert_int_equal(map.regions[1].class, COCO_TENSOR_BF16);
		assert_int_equal(map.regions[1].length, 64);
		assert_int_equal(map.regions[2].class, COCO_TENSOR_OTHER);
		assert_int_equal(map.regions[3].class, COCO_TENSOR_QUANT);
		assert_int_equal(map.regions[3].length, 68);
		assert_int_equal(map.regions[5].class, COCO_TENSOR_F32);
		assert_int_equal(map.regions[6].length, 10);
		coco_tensor_map_free(&map);
	}
	coco_wr_free(&wr);
}

/* A file cut anywhere is an error, never a request for more than it has. */
static void test_truncated(void **state COCO_UNUSED)
{
	struct coco_wr wr;

	good(&wr);
	size_t whole = wr.n;
	for (wr.n = 0; wr.n < whole - 10; wr.n++) {
		struct coco_tensor_map map = { .n_tensors = 77 };
		struct coco_diag d = { 0 };
		unsigned rounds;
		int r = parse_from(&wr, 24, &map, &d, &rounds);

		if (r != COCO_E_FORMAT_SHORT && r != COCO_E_MODEL_GGUF_OFFSETS)
			fail_msg("cut at %zu: %d %s", wr.n, r, d.message);
		assert_int_equal(d.code, r);
		assert_true(d.has_offset);
		assert_int_equal(map.n_tensors, 77);
	}
	coco_wr_free(&wr);
}

static void test_no_tensors(void **state COCO_UNUSED)
{
	struct coco_tensor_map map = { 0 };
	struct coco_diag d = { 0 };
	struct coco_wr wr;

	begin(&wr, 0, 0);
	assert_ok(parse(&wr, &map, &d), &d);
	assert_int_equal(map.n_regions, 1);
	assert_int_equal(map.n_tensors, 0);
	coco_tensor_map_free(&map);
	coco_wr_free(&wr);
}

static void test_block_sizes(void **state COCO_UNUSED)
{
	static const struct {
		unsigned type;
		unsigned elements;
		unsigned bytes;
	} cases[] = {
		{ 0, 1, 4 },      { 1, 1, 2 },      { 2, 32, 18 },    { 3, 32, 20 },
		{ 6, 32, 22 },    { 7, 32, 24 },    { 8, 32, 34 },    { 9, 32, 36 },
		{ 10, 256, 84 },  { 11, 256, 110 }, { 12, 256, 144 }, { 13, 256, 176 },
		{ 14, 256, 210 }, { 15, 256, 292 }, { 16, 256, 66 },  { 17, 256, 74 },
		{ 18, 256, 98 },  { 19, 256, 50 },  { 20, 32, 18 },   { 21, 256, 110 },
		{ 22, 256, 82 },  { 23, 256, 136 }, { 24, 1, 1 },     { 25, 1, 2 },
		{ 26, 1, 4 },     { 27, 1, 8 },     { 28, 1, 8 },     { 29, 256, 56 },
		{ 30, 1, 2 },     { 34, 256, 54 },  { 35, 256, 66 },  { 39, 32, 17 },
		{ 40, 64, 36 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_tensor_map map = { 0 };
		struct coco_diag d = { 0 };
		struct coco_wr wr;

		begin(&wr, 1, 0);
		tensor(&wr, "t", cases[i].elements, 3, cases[i].type, 0);
		pad(&wr, 32);
		fill(&wr, (size_t)cases[i].bytes * 3, 1);
		assert_ok(parse(&wr, &map, &d), &d);
		assert_int_equal(map.bytes[COCO_TENSOR_OTHER], wr.n - cases[i].bytes * 3);
		coco_tensor_map_free(&map);
		wr.n--;
		assert_err(parse(&wr, &map, &d), COCO_E_MODEL_GGUF_OFFSETS, &d);
		coco_wr_free(&wr);
	}
}

/* Each minting function makes a file with one defect. */
static void bad_magic(struct coco_wr *wr)
{
	good(wr);
	wr->p[3] = 'f';
}

static void bad_version(struct coco_wr *wr)
{
	good(wr);
	wr->p[4] = 2;
}

static void bad_big_endian(struct coco_wr *wr)
{
	good(wr);
	wr->p[4] = 0;
	wr->p[7] = 3;
}

static void bad_tensor_count(struct coco_wr *wr)
{
	begin(wr, UINT64_MAX, 0);
}

static void bad_key_count(struct coco_wr *wr)
{
	begin(wr, 0, 3);
	fill(wr, 41, 0);
}

static void bad_too_many_keys(struct coco_wr *wr)
{
	begin(wr, 0, COCO_GGUF_MAX_KEYS + 1);
	fill(wr, (size_t)(COCO_GGUF_MAX_KEYS + 1) * 14, 0);
}

static void bad_too_many_tensors(struct coco_wr *wr)
{
	begin(wr, COCO_GGUF_MAX_TENSORS + 1, 0);
	fill(wr, (size_t)(COCO_GGUF_MAX_TENSORS + 1) * 25, 0);
}

static void bad_key_length(struct coco_wr *wr)
{
	begin(wr, 0, 1);
	coco_wr_le64(wr, UINT64_MAX);
	fill(wr, 64, 'a');
}

static void bad_key_empty(struct coco_wr *wr)
{
	begin(wr, 0, 1);
	key(wr, "", T_U8);
	fill(wr, 16, 0);
}

static void bad_key_text(struct coco_wr *wr)
{
	begin(wr, 0, 1);
	key(wr, "a b", T_U8);
	fill(wr, 16, 0);
}

static void bad_key_long(struct coco_wr *wr)
{
	begin(wr, 0, 1);
	coco_wr_le64(wr, COCO_GGUF_MAX_KEY + 1);
	fill(wr, COCO_GGUF_MAX_KEY + 1, 'a');
	coco_wr_le32(wr, T_U8);
	fill(wr, 1, 0);
}

static void bad_key_twice(struct coco_wr *wr)
{
	begin(wr, 0, 2);
	for (int i = 0; i < 2; i++) {
		key(wr, "twice", T_U8);
		fill(wr, 1, 0);
	}
}

static void bad_value_type(struct coco_wr *wr)
{
	begin(wr, 0, 1);
	key(wr, "k", 13);
	fill(wr, 16, 0);
}

static void bad_bool(struct coco_wr *wr)
{
	begin(wr, 0, 1);
	key(wr, "k", T_BOOL);
	fill(wr, 1, 2);
}

static void bad_bool_in_array(struct coco_wr *wr)
{
	begin(wr, 0, 1);
	key(wr, "k", T_ARRAY);
	array(wr, T_BOOL, 2);
	fill(wr, 1, 1);
	fill(wr, 1, 0xff);
}

static void bad_array_type(struct coco_wr *wr)
{
	begin(wr, 0, 1);
	key(wr, "k", T_ARRAY);
	array(wr, 99, 0);
}

static void bad_array_count(struct coco_wr *wr)
{
	begin(wr, 0, 1);
	key(wr, "k", T_ARRAY);
	array(wr, T_F64, UINT64_MAX / 8 + 2);
	fill(wr, 64, 0);
}

static void bad_string_in_array(struct coco_wr *wr)
{
	begin(wr, 0, 1);
	key(wr, "k", T_ARRAY);
	array(wr, T_STRING, 1);
	coco_wr_le64(wr, 1000);
	fill(wr, 64, 0);
}

static void bad_nesting(struct coco_wr *wr)
{
	begin(wr, 0, 1);
	key(wr, "k", T_ARRAY);
	for (int i = 0; i < COCO_GGUF_MAX_NESTING; i++)
		array(wr, T_ARRAY, 1);
	array(wr, T_U8, 0);
}

static void alignment(struct coco_wr *wr, uint32_t type, uint32_t value)
{
	begin(wr, 0, 1);
	key(wr, "general.alignment", type);
	coco_wr_le32(wr, value);
}

static void bad_alignment_type(struct coco_wr *wr)
{
	alignment(wr, T_U32 + 1, 32);
}

static void bad_alignment_zero(struct coco_wr *wr)
{
	alignment(wr, T_U32, 0);
}

static void bad_alignment_odd(struct coco_wr *wr)
{
	alignment(wr, T_U32, 48);
}

static void bad_alignment_large(struct coco_wr *wr)
{
	alignment(wr, T_U32, COCO_GGUF_MAX_ALIGNMENT * 2);
}

static void two_tensors(struct coco_wr *wr, const char *name, uint64_t dim0, uint32_t type,
			uint64_t offset)
{
	begin(wr, 2, 0);
	tensor(wr, "first", 16, 1, F32, 0); /* 64 bytes */
	tensor(wr, name, dim0, 1, type, offset);
	pad(wr, 32);
	fill(wr, 256, 1);
}

static void bad_name_empty(struct coco_wr *wr)
{
	two_tensors(wr, "", 1, F32, 64);
}

static void bad_name_long(struct coco_wr *wr)
{
	char name[COCO_GGUF_MAX_NAME + 2];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	two_tensors(wr, name, 1, F32, 64);
}

static void bad_name_twice(struct coco_wr *wr)
{
	two_tensors(wr, "first", 1, F32, 64);
}

static void bad_dims(struct coco_wr *wr)
{
	begin(wr, 1, 0);
	string(wr, "t");
	coco_wr_le32(wr, 5);
	fill(wr, 64, 1);
}

static void bad_type_unknown(struct coco_wr *wr)
{
	two_tensors(wr, "t", 1, 4, 64);
}

static void bad_type_large(struct coco_wr *wr)
{
	two_tensors(wr, "t", 1, UINT32_MAX, 64);
}

static void bad_part_of_block(struct coco_wr *wr)
{
	two_tensors(wr, "t", 33, Q8_0, 64);
}

static void bad_dims_overflow(struct coco_wr *wr)
{
	begin(wr, 1, 0);
	tensor(wr, "t", (uint64_t)1 << 33, (uint64_t)1 << 33, F32, 0);
	pad(wr, 32);
}

static void bad_bytes_overflow(struct coco_wr *wr)
{
	two_tensors(wr, "t", (uint64_t)1 << 63, F32, 64);
}

static void bad_offset_unaligned(struct coco_wr *wr)
{
	two_tensors(wr, "t", 1, F32, 72);
}

static void bad_offset_overflow(struct coco_wr *wr)
{
	two_tensors(wr, "t", 64, F32, UINT64_MAX - 31);
}

static void bad_past_end(struct coco_wr *wr)
{
	two_tensors(wr, "t", 49, F32, 64);
}

static void bad_overlap(struct coco_wr *wr)
{
	two_tensors(wr, "t", 1, F32, 32);
}

static void bad_padding(struct coco_wr *wr)
{
	two_tensors(wr, "t", 1, F32, 64);
	wr->p[wr->n - 257] = 1;
}

static const struct {
	const char *name;
	void (*mint)(struct coco_wr *wr);
	int code;
	const char *field;
} defects[] = {
	{ "magic", bad_magic, COCO_E_MODEL_GGUF_HEADER, "magic" },
	{ "version", bad_version, COCO_E_MODEL_GGUF_HEADER, "version" },
	{ "big endian", bad_big_endian, COCO_E_MODEL_GGUF_HEADER, "version" },
	{ "tensor count", bad_tensor_count, COCO_E_FORMAT_SHORT, "tensor count" },
	{ "key count", bad_key_count, COCO_E_FORMAT_SHORT, "key count" },
	{ "too many keys", bad_too_many_keys, COCO_E_LIMIT_SIZE, "counts" },
	{ "too many tensors", bad_too_many_tensors, COCO_E_LIMIT_SIZE, "counts" },
	{ "key length", bad_key_length, COCO_E_FORMAT_SHORT, "key" },
	{ "empty key", bad_key_empty, COCO_E_MODEL_GGUF_KEY, "key" },
	{ "blank in a key", bad_key_text, COCO_E_MODEL_GGUF_KEY, "key" },
	{ "long key", bad_key_long, COCO_E_MODEL_GGUF_KEY, "key" },
	{ "key twice", bad_key_twice, COCO_E_MODEL_GGUF_KEY, "key" },
	{ "value type", bad_value_type, COCO_E_MODEL_GGUF_KEY, "value type" },
	{ "boolean", bad_bool, COCO_E_MODEL_GGUF_KEY, "value" },
	{ "boolean in an array", bad_bool_in_array, COCO_E_MODEL_GGUF_KEY, "value" },
	{ "array type", bad_array_type, COCO_E_MODEL_GGUF_KEY, "array type" },
	{ "array length", bad_array_count, COCO_E_FORMAT_SHORT, "array length" },
	{ "string in an array", bad_string_in_array, COCO_E_FORMAT_SHORT, "array item" },
	{ "nesting", bad_nesting, COCO_E_LIMIT_DEPTH, "array type" },
	{ "alignment type", bad_alignment_type, COCO_E_MODEL_GGUF_KEY, "general.alignment" },
	{ "alignment 0", bad_alignment_zero, COCO_E_MODEL_GGUF_KEY, "general.alignment" },
	{ "alignment 48", bad_alignment_odd, COCO_E_MODEL_GGUF_KEY, "general.alignment" },
	{ "large alignment", bad_alignment_large, COCO_E_MODEL_GGUF_KEY, "general.alignment" },
	{ "empty name", bad_name_empty, COCO_E_MODEL_GGUF_TENSOR, "tensor name" },
	{ "long name", bad_name_long, COCO_E_MODEL_GGUF_TENSOR, "tensor name" },
	{ "name twice", bad_name_twice, COCO_E_MODEL_GGUF_TENSOR, "tensor name" },
	{ "dimensions", bad_dims, COCO_E_MODEL_GGUF_TENSOR, "number of dimensions" },
	{ "retired type", bad_type_unknown, COCO_E_MODEL_GGUF_TENSOR, "type" },
	{ "unknown type", bad_type_large, COCO_E_MODEL_GGUF_TENSOR, "type" },
	{ "part of a block", bad_part_of_block, COCO_E_MODEL_GGUF_TENSOR, "dimensions" },
	{ "dimensions overflow", bad_dims_overflow, COCO_E_MODEL_GGUF_TENSOR, "dimensions" },
	{ "length overflows", bad_bytes_overflow, COCO_E_MODEL_GGUF_TENSOR, "dimensions" },
	{ "unaligned offset", bad_offset_unaligned, COCO_E_MODEL_GGUF_OFFSETS, "offset" },
	{ "offset overflows", bad_offset_overflow, COCO_E_MODEL_GGUF_OFFSETS, "offset" },
	{ "past the end", bad_past_end, COCO_E_MODEL_GGUF_OFFSETS, "offset" },
	{ "overlap", bad_overlap, COCO_E_MODEL_GGUF_OFFSETS, "offset" },
	{ "padding", bad_padding, COCO_E_FORMAT_VALUE, "padding" },
};

static void test_defects(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(defects); i++) {
		struct coco_tensor_map map = { .n_tensors = 77 };
		struct coco_diag d = { 0 };
		struct coco_wr wr;
		unsigned rounds;

		defects[i].mint(&wr);
		int r = parse_from(&wr, 24, &map, &d, &rounds);
		if (r != defects[i].code || strcmp(d.field, defects[i].field) != 0)
			fail_msg("%s: %d (%s) field %s", defects[i].name, r, d.message, d.field);
		assert_int_equal(d.code, r);
		assert_int_equal(map.n_tensors, 77);
		assert_true(d.has_offset);
		assert_null(memmem(&d, sizeof(d), "first", 5));
		coco_wr_free(&wr);
	}
}

/* The head is asked for in steps that double, and never past the limit. */
static void test_header_limit(void **state COCO_UNUSED)
{
	struct coco_tensor_map map = { 0 };
	struct coco_diag d = { 0 };
	struct coco_wr wr;
	uint64_t need = 0;
	uint64_t file = (uint64_t)1 << 40;

	begin(&wr, 0, 1);
	key(&wr, "k", T_STRING);
	coco_wr_le64(&wr, 1000);
	assert_ok(coco_gguf_parse(&map, &need, coco_wr_view(&wr), file, &d), &d);
	assert_int_equal(need, wr.n + 1000);
	wr.n -= 8;
	coco_wr_le64(&wr, COCO_GGUF_MAX_HEAD - wr.n - 8);
	assert_ok(coco_gguf_parse(&map, &need, coco_wr_view(&wr), file, &d), &d);
	assert_int_equal(need, COCO_GGUF_MAX_HEAD);
	wr.n -= 8;
	coco_wr_le64(&wr, COCO_GGUF_MAX_HEAD - wr.n - 8 + 1);
	assert_err(coco_gguf_parse(&map, &need, coco_wr_view(&wr), file, &d), COCO_E_LIMIT_SIZE,
		   &d);
	coco_wr_free(&wr);
}

static void test_vectors(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		int code;
		uint64_t n_tensors;
		enum coco_tensor_class class;
	} cases[] = {
		{ "tiny", 0, 2, COCO_TENSOR_F16 },
		{ "q8_0", 0, 1, COCO_TENSOR_QUANT },
		{ "align64", 0, 2, COCO_TENSOR_F32 },
		{ "bad-magic", COCO_E_MODEL_GGUF_HEADER, 0, COCO_TENSOR_OTHER },
		{ "bad-count", COCO_E_FORMAT_SHORT, 0, COCO_TENSOR_OTHER },
		{ "bad-string", COCO_E_FORMAT_SHORT, 0, COCO_TENSOR_OTHER },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_tensor_map map = { 0 };
		struct coco_diag d = { 0 };
		struct coco_wr wr = { 0 };
		char name[128];
		unsigned rounds;

		snprintf(name, sizeof(name), "packaging/formats/gguf/%s.gguf", cases[i].name);
		const char *path = coco_test_vectors(name);
		if (path == NULL)
			skip();
		wr.p = coco_test_slurp(path, &wr.n);
		int r = parse_from(&wr, 24, &map, &d, &rounds);
		if (r != cases[i].code)
			fail_msg("%s: %d %s", cases[i].name, r, d.message);
		if (r == 0) {
			assert_true(coco_test_covers(&map));
			assert_int_equal(map.n_tensors, cases[i].n_tensors);
			assert_true(map.count[cases[i].class] > 0);
			coco_tensor_map_free(&map);
		}
		coco_wr_free(&wr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regions),      cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_no_tensors),   cmocka_unit_test(test_block_sizes),
		cmocka_unit_test(test_defects),      cmocka_unit_test(test_header_limit),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
