/*
 * test_safetensors.c - safetensors headers: minted files for every defect by
 * name, a large header, the shared vectors.
 */
#include "formats/model/safetensors.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/wr.h"
#include "tests/support/support.h"
#include "tests/support/tensor_cover.h"

/* A file: length, JSON, then n_data bytes. Given (coco_free). */
static uint8_t *mint(const char *json, size_t n_json, size_t n_data, size_t *ret_n)
{
	struct coco_wr wr;
	uint8_t *p = NULL;

	coco_wr_init(&wr, (size_t)1 << 28);
	coco_wr_le64(&wr, n_json);
	coco_wr_bytes(&wr, json, n_json);
	uint8_t *data = coco_wr_room(&wr, n_data);
	assert_non_null(data);
	memset(data, 0x3c, n_data);
	assert_int_equal(coco_wr_finish(&wr, &p, ret_n, NULL), 0);
	return p;
}

/* Parses a file as the packer does: only the head is given, before a guard page. */
static int parse_file(const uint8_t *file, size_t n, struct coco_tensor_map *ret,
		      struct coco_diag *d)
{
	uint64_t need = 0;
	int r = coco_safetensors_need(coco_view_of(file, n < 8 ? n : 8), n, &need, d);

	if (r != 0)
		return r;
	assert_in_range(need, 8, n);
	uint8_t *head = coco_test_guard(file, (size_t)need);
	r = coco_safetensors_parse(ret, coco_view_of(head, (size_t)need), n, d);
	coco_test_unguard(head, (size_t)need);
	return r;
}

static int parse_json_file(const char *json, size_t n_data, struct coco_tensor_map *ret,
			   struct coco_diag *d)
{
	size_t n = 0;
	uint8_t *file = mint(json, strlen(json), n_data, &n);
	int r = parse_file(file, n, ret, d);

	coco_free(file);
	return r;
}

static void test_regions(void **state COCO_UNUSED)
{
	/* header order is not file order; two bf16 neighbours become one region */
	static const char json[] =
		"{\"__metadata__\":{\"format\":\"pt\"},"
		"\"c\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[12,20]},"
		"\"b\":{\"dtype\":\"BF16\",\"shape\":[2,1],\"data_offsets\":[8,12]},"
		"\"a\":{\"shape\":[4],\"data_offsets\":[0,8],\"dtype\":\"BF16\",\"more\":1}}   ";
	struct coco_tensor_map map = { 0 };
	struct coco_diag d = { 0 };
	uint64_t data = 8 + sizeof(json) - 1;

	assert_ok(parse_json_file(json, 20, &map, &d), &d);
	assert_true(coco_test_covers(&map));
	assert_int_equal(map.n_regions, 3);
	assert_int_equal(map.regions[0].length, data);
	assert_int_equal(map.regions[1].offset, data);
	assert_int_equal(map.regions[1].length, 12);
	assert_int_equal(map.regions[1].class, COCO_TENSOR_BF16);
	assert_int_equal(map.regions[2].class, COCO_TENSOR_F32);
	assert_int_equal(map.n_tensors, 3);
	assert_int_equal(map.count[COCO_TENSOR_BF16], 2);
	assert_int_equal(map.bytes[COCO_TENSOR_F32], 8);
	coco_tensor_map_free(&map);
}

static void test_dtypes(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		unsigned bits;
		enum coco_tensor_class class;
	} cases[] = {
		{ "BOOL", 8, COCO_TENSOR_INT },     { "F4", 4, COCO_TENSOR_F4 },
		{ "F6_E2M3", 6, COCO_TENSOR_F4 },   { "F6_E3M2", 6, COCO_TENSOR_F4 },
		{ "U8", 8, COCO_TENSOR_INT },       { "I8", 8, COCO_TENSOR_INT },
		{ "F8_E5M2", 8, COCO_TENSOR_F8 },   { "F8_E4M3", 8, COCO_TENSOR_F8 },
		{ "F8_E8M0", 8, COCO_TENSOR_F8 },   { "F8_E4M3FNUZ", 8, COCO_TENSOR_F8 },
		{ "F8_E5M2FNUZ", 8, COCO_TENSOR_F8 }, { "I16", 16, COCO_TENSOR_INT },
		{ "U16", 16, COCO_TENSOR_INT },     { "F16", 16, COCO_TENSOR_F16 },
		{ "BF16", 16, COCO_TENSOR_BF16 },   { "I32", 32, COCO_TENSOR_INT },
		{ "U32", 32, COCO_TENSOR_INT },     { "F32", 32, COCO_TENSOR_F32 },
		{ "C64", 64, COCO_TENSOR_F32 },     { "F64", 64, COCO_TENSOR_F64 },
		{ "I64", 64, COCO_TENSOR_INT },     { "U64", 64, COCO_TENSOR_INT },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_tensor_map map = { 0 };
		struct coco_diag d = { 0 };
		char json[160];

		snprintf(json, sizeof(json),
			 "{\"t\":{\"dtype\":\"%s\",\"shape\":[8],\"data_offsets\":[0,%u]}}",
			 cases[i].name, cases[i].bits);
		assert_ok(parse_json_file(json, cases[i].bits, &map, &d), &d);
		assert_int_equal(map.count[cases[i].class], 1);
		assert_int_equal(map.bytes[cases[i].class], cases[i].bits);
		coco_tensor_map_free(&map);
		assert_err(parse_json_file(json, cases[i].bits + 1, &map, &d),
			   COCO_E_MODEL_ST_OFFSETS, &d);
	}
}

#define T(dtype, shape, begin, end)                                                  \
	"{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" #begin "," #end "]}"

static void test_legal(void **state COCO_UNUSED)
{
	static const struct {
		const char *json;
		size_t n_data;
	} cases[] = {
		{ "{}", 0 },
		{ "{\"__metadata__\":{}}", 0 },
		{ "{\"s\":" T("I64", "[]", 0, 8) "}", 8 },
		{ "{\"e\":" T("F16", "[0,8]", 0, 0) ",\"s\":" T("I64", "[]", 0, 8) "}", 8 },
		{ "{\"s\":" T("I64", "[]", 0, 8) ",\"e\":" T("F16", "[0]", 8, 8) "}", 8 },
		{ "{\"q\":" T("F4", "[2]", 0, 1) "} \n", 1 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_tensor_map map = { 0 };
		struct coco_diag d = { 0 };

		assert_ok(parse_json_file(cases[i].json, cases[i].n_data, &map, &d), &d);
		assert_true(coco_test_covers(&map));
		coco_tensor_map_free(&map);
	}
}

static const struct {
	const char *name;
	const char *json;
	size_t n_data;
	int code;
	const char *field;
} defects[] = {
	{ "empty header", "", 0, COCO_E_MODEL_ST_HEADER, "header" },
	{ "array", "[]", 0, COCO_E_MODEL_ST_HEADER, "header" },
	{ "leading blank", " {}", 0, COCO_E_MODEL_ST_HEADER, "header" },
	{ "not json", "{\"a\":1", 0, COCO_E_FORMAT_JSON, "" },
	{ "two documents", "{}{}", 0, COCO_E_FORMAT_JSON, "" },
	{ "NUL after the JSON", "{\"a\":\"\\u0000\"}", 0, COCO_E_FORMAT_JSON, "" },
	{ "invalid UTF-8", "{\"\xff\":1}", 0, COCO_E_FORMAT_JSON, "" },
	{ "duplicate name", "{\"a\":" T("U8", "[1]", 0, 1) ",\"a\":" T("U8", "[1]", 1, 2) "}", 2,
	  COCO_E_FORMAT_JSON_DUPLICATE, "" },
	{ "metadata not an object", "{\"__metadata__\":1}", 0, COCO_E_MODEL_ST_HEADER,
	  "__metadata__" },
	{ "metadata not strings", "{\"__metadata__\":{\"a\":1}}", 0, COCO_E_MODEL_ST_HEADER,
	  "__metadata__" },
	{ "tensor not an object", "{\"a\":1}", 0, COCO_E_MODEL_ST_HEADER, "tensor" },
	{ "no dtype", "{\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
	  COCO_E_MODEL_ST_HEADER, "dtype" },
	{ "dtype not a string", "{\"a\":{\"dtype\":8,\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
	  COCO_E_MODEL_ST_HEADER, "dtype" },
	{ "unknown dtype", "{\"a\":" T("U128", "[1]", 0, 16) "}", 16, COCO_E_MODEL_ST_DTYPE,
	  "dtype" },
	{ "dtype in lower case", "{\"a\":" T("bf16", "[1]", 0, 2) "}", 2, COCO_E_MODEL_ST_DTYPE,
	  "dtype" },
	{ "no shape", "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1,
	  COCO_E_MODEL_ST_HEADER, "shape" },
	{ "negative dimension", "{\"a\":" T("U8", "[-1]", 0, 1) "}", 1, COCO_E_MODEL_ST_HEADER,
	  "shape" },
	{ "real dimension", "{\"a\":" T("U8", "[1.0]", 0, 1) "}", 1, COCO_E_MODEL_ST_HEADER,
	  "shape" },
	{ "dimension over 64 bits", "{\"a\":" T("U8", "[18446744073709551616]", 0, 1) "}", 1,
	  COCO_E_FORMAT_JSON, "" },
	{ "shape product overflows",
	  "{\"a\":" T("U8", "[4294967296,4294967296]", 0, 1) "}", 1, COCO_E_MODEL_ST_SHAPE,
	  "shape" },
	{ "bits overflow", "{\"a\":" T("F64", "[4611686018427387904]", 0, 8) "}", 8,
	  COCO_E_MODEL_ST_SHAPE, "shape" },
	{ "half a byte", "{\"a\":" T("F4", "[3]", 0, 2) "}", 2, COCO_E_MODEL_ST_SHAPE, "shape" },
	{ "length disagrees", "{\"a\":" T("F32", "[2]", 0, 4) "}", 4, COCO_E_MODEL_ST_SHAPE,
	  "data_offsets" },
	{ "no offsets", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1, COCO_E_MODEL_ST_HEADER,
	  "data_offsets" },
	{ "one offset", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0]}}", 1,
	  COCO_E_MODEL_ST_HEADER, "data_offsets" },
	{ "three offsets", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,2]}}", 1,
	  COCO_E_MODEL_ST_HEADER, "data_offsets" },
	{ "text offset", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,\"1\"]}}", 1,
	  COCO_E_MODEL_ST_HEADER, "data_offsets" },
	{ "end before begin", "{\"a\":" T("U8", "[1]", 1, 0) "}", 1, COCO_E_MODEL_ST_OFFSETS,
	  "data_offsets" },
	{ "past the end", "{\"a\":" T("U8", "[2]", 0, 2) "}", 1, COCO_E_MODEL_ST_OFFSETS,
	  "data_offsets" },
	{ "far past the end",
	  "{\"a\":" T("U8", "[1]", 9223372036854775806, 9223372036854775807) "}", 1,
	  COCO_E_MODEL_ST_OFFSETS, "data_offsets" },
	{ "hole at the start", "{\"a\":" T("U8", "[1]", 1, 2) "}", 2, COCO_E_MODEL_ST_OFFSETS,
	  "data_offsets" },
	{ "hole", "{\"a\":" T("U8", "[1]", 0, 1) ",\"b\":" T("U8", "[1]", 2, 3) "}", 3,
	  COCO_E_MODEL_ST_OFFSETS, "data_offsets" },
	{ "overlap", "{\"a\":" T("U8", "[2]", 0, 2) ",\"b\":" T("U8", "[2]", 1, 3) "}", 3,
	  COCO_E_MODEL_ST_OFFSETS, "data_offsets" },
	{ "the same bytes twice", "{\"a\":" T("U8", "[2]", 0, 2) ",\"b\":" T("U8", "[2]", 0, 2) "}",
	  2, COCO_E_MODEL_ST_OFFSETS, "data_offsets" },
	{ "empty tensor inside another",
	  "{\"a\":" T("U8", "[2]", 0, 2) ",\"b\":" T("U8", "[0]", 1, 1) "}", 2,
	  COCO_E_MODEL_ST_OFFSETS, "data_offsets" },
	{ "bytes after the last", "{\"a\":" T("U8", "[1]", 0, 1) "}", 2, COCO_E_MODEL_ST_OFFSETS,
	  "data_offsets" },
	{ "data without tensors", "{}", 1, COCO_E_MODEL_ST_OFFSETS, "data_offsets" },
};

static void test_defects(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(defects); i++) {
		struct coco_tensor_map map = { .n_tensors = 77 };
		struct coco_diag d = { 0 };
		int r = parse_json_file(defects[i].json, defects[i].n_data, &map, &d);

		if (r != defects[i].code || strcmp(d.field, defects[i].field) != 0)
			fail_msg("%s: %d (%s) field %s", defects[i].name, r, d.message, d.field);
		assert_int_equal(d.code, r);
		assert_int_equal(map.n_tensors, 77);
		assert_true(d.has_offset || d.pointer[0] != '\0');
	}
}

static void test_too_deep(void **state COCO_UNUSED)
{
	char json[256] = "{\"a\":";
	struct coco_tensor_map map = { 0 };
	struct coco_diag d = { 0 };

	memset(json + 5, '[', 200);
	assert_err(parse_json_file(json, 0, &map, &d), COCO_E_LIMIT_DEPTH, &d);
	assert_int_equal(d.offset, 8 + 5 + 63);
}

static void test_rank_limit(void **state COCO_UNUSED)
{
	char json[256] = "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1],\"shape\":[1";
	struct coco_tensor_map map = { 0 };
	struct coco_diag d = { 0 };
	size_t at = strlen(json);

	for (int i = 1; i < COCO_SAFETENSORS_MAX_RANK; i++, at += 2)
		memcpy(json + at, ",1", 3);
	memcpy(json + at, "]}}", 4);
	assert_ok(parse_json_file(json, 1, &map, &d), &d);
	coco_tensor_map_free(&map);
	memcpy(json + at, ",1]}}", 6);
	assert_err(parse_json_file(json, 1, &map, &d), COCO_E_LIMIT_SIZE, &d);
}

static void test_lengths(void **state COCO_UNUSED)
{
	uint8_t head[16] = { 8, 0, 0, 0, 0, 0, 0, 0, '{', '}', ' ', ' ', ' ', ' ', ' ', ' ' };
	struct coco_tensor_map map = { 0 };
	struct coco_diag d = { 0 };
	uint64_t need = 99;

	for (size_t n = 0; n < 8; n++) {
		coco_diag_init(&d);
		assert_err(coco_safetensors_need(coco_view_of(head, n), n, &need, &d),
			   COCO_E_MODEL_ST_HEADER, &d);
	}
	for (uint64_t size = 8; size < 16; size++) {
		coco_diag_init(&d);
		assert_err(coco_safetensors_need(coco_view_of(head, 8), size, &need, &d),
			   COCO_E_MODEL_ST_HEADER, &d);
		assert_true(d.has_offset);
	}
	assert_int_equal(need, 99);
	coco_diag_init(&d);
	assert_ok(coco_safetensors_need(coco_view_of(head, 8), 16, &need, &d), &d);
	assert_int_equal(need, 16);
	assert_err(coco_safetensors_parse(&map, coco_view_of(head, 15), 16, &d), COCO_E_INTERNAL,
		   &d);
	coco_diag_init(&d);
	assert_ok(coco_safetensors_parse(&map, coco_view_of(head, 16), 16, &d), &d);
	coco_tensor_map_free(&map);
	/* 100 000 000 is allowed, one more is not */
	memcpy(head, "\x00\xe1\xf5\x05\x00\x00\x00\x00", 8);
	assert_ok(coco_safetensors_need(coco_view_of(head, 8), 100000008, &need, &d), &d);
	head[0] = 1;
	assert_err(coco_safetensors_need(coco_view_of(head, 8), 200000000, &need, &d),
		   COCO_E_LIMIT_SIZE, &d);
	memset(head, 0xff, 8);
	coco_diag_init(&d);
	assert_err(coco_safetensors_need(coco_view_of(head, 8), UINT64_MAX, &need, &d),
		   COCO_E_LIMIT_SIZE, &d);
}

/* 100 000 tensors in some 8 MB of header. */
static void test_large_header(void **state COCO_UNUSED)
{
	enum { N = 100000 };
	struct coco_tensor_map map = { 0 };
	struct coco_diag d = { 0 };
	struct coco_wr wr;

	coco_wr_init(&wr, (size_t)1 << 25);
	coco_wr_u8(&wr, '{');
	for (unsigned i = 0; i < N; i++)
		coco_wr_printf(&wr,
			       "%s\"model.layers.%u.w\":{\"dtype\":\"%s\",\"shape\":[2,1],"
			       "\"data_offsets\":[%u,%u]}",
			       i != 0 ? "," : "", i, i % 2 != 0 ? "F16" : "BF16", i * 4, i * 4 + 4);
	coco_wr_u8(&wr, '}');
	coco_wr_u8(&wr, 0);
	assert_int_equal(wr.code, 0);
	assert_ok(parse_json_file((const char *)wr.p, (size_t)N * 4, &map, &d), &d);
	assert_true(coco_test_covers(&map));
	assert_int_equal(map.n_tensors, N);
	assert_int_equal(map.n_regions, N + 1);
	coco_tensor_map_free(&map);
	coco_wr_free(&wr);
}

static void test_too_many_values(void **state COCO_UNUSED)
{
	size_t n = 2 * (size_t)COCO_SAFETENSORS_MAX_VALUES + 2;
	char *json = coco_alloc(n + 1, 1);
	struct coco_tensor_map map = { 0 };
	struct coco_diag d = { 0 };

	assert_non_null(json);
	memcpy(json, "{\"\":[", 5);
	for (size_t i = 5; i < n; i++)
		json[i] = i % 2 != 0 ? '0' : ',';
	json[n] = '\0';
	assert_err(parse_json_file(json, 0, &map, &d), COCO_E_LIMIT_SIZE, &d);
	coco_free(json);
}

/* Names are confidential: no message may hold one. */
static void test_no_names(void **state COCO_UNUSED)
{
	static const char *const files[] = {
		"{\"canary\":" T("U8", "[1]", 0, 2) "}",
		"{\"canary\":" T("U9", "[1]", 0, 2) "}",
		"{\"canary\":1}",
		"{\"canary\":{\"dtype\" canary",
		"{\"canary\":canary}",
		"{\"canary\":" T("U8", "[1]", 0, 1) ",\"canary\":" T("U8", "[1]", 1, 2) "}",
		"{\"canary\":" T("U8", "[1]", 1, 2) "}",
		"{\"__metadata__\":{\"canary\":1}}",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(files); i++) {
		struct coco_tensor_map map = { 0 };
		struct coco_diag d = { 0 };

		assert_true(parse_json_file(files[i], 2, &map, &d) < 0);
		assert_null(memmem(&d, sizeof(d), "canary", 6));
	}
}

static void test_vectors(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		int code;
		uint64_t n_tensors;
	} cases[] = {
		{ "safetensors/bf16", 0, 2 },
		{ "safetensors/empty-tensor", 0, 2 },
		{ "safetensors/no-tensors", 0, 0 },
		{ "safetensors/f4", 0, 1 },
		{ "safetensors/runai-test", 0, 10 },
		{ "hf-sharded/model-00001-of-00002", 0, 2 },
		{ "hf-sharded/model-00002-of-00002", 0, 2 },
		{ "safetensors/bad-hole", COCO_E_MODEL_ST_OFFSETS, 0 },
		{ "safetensors/bad-overlap", COCO_E_MODEL_ST_OFFSETS, 0 },
		{ "safetensors/bad-size", COCO_E_MODEL_ST_SHAPE, 0 },
		{ "safetensors/bad-trailing", COCO_E_MODEL_ST_OFFSETS, 0 },
		{ "safetensors/bad-short-file", COCO_E_MODEL_ST_HEADER, 0 },
		{ "safetensors/bad-header-huge", COCO_E_LIMIT_SIZE, 0 },
		{ "safetensors/bad-header-past-eof", COCO_E_MODEL_ST_HEADER, 0 },
		{ "safetensors/bad-utf8", COCO_E_FORMAT_JSON, 0 },
		{ "safetensors/bad-overflow", COCO_E_MODEL_ST_SHAPE, 0 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_tensor_map map = { 0 };
		struct coco_diag d = { 0 };
		char name[128];
		size_t n = 0;

		snprintf(name, sizeof(name), "packaging/formats/%s.safetensors", cases[i].name);
		const char *path = coco_test_vectors(name);
		if (path == NULL)
			skip();
		uint8_t *file = coco_test_slurp(path, &n);
		int r = parse_file(file, n, &map, &d);
		if (r != cases[i].code)
			fail_msg("%s: %d %s", cases[i].name, r, d.message);
		if (r == 0) {
			assert_true(coco_test_covers(&map));
			assert_int_equal(map.n_tensors, cases[i].n_tensors);
			coco_tensor_map_free(&map);
		}
		coco_free(file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_dtypes),
		cmocka_unit_test(test_legal),
		cmocka_unit_test(test_defects),
		cmocka_unit_test(test_too_deep),
		cmocka_unit_test(test_rank_limit),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_large_header),
		cmocka_unit_test(test_too_many_values),
		cmocka_unit_test(test_no_names),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
