/*
 * safetensors.c - header of a safetensors file (see safetensors.h). The checks
 * are those of the reference reader, and duplicate names are refused.
 */
#include "formats/model/safetensors.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/json.h"
#include "formats/core/mem.h"
#include "formats/core/rd.h"

#define METADATA "__metadata__"

struct dtype {
	const char *name;
	unsigned bits;
	enum coco_tensor_class class;
};

static const struct dtype dtypes[] = {
	{ "BF16", 16, COCO_TENSOR_BF16 },      { "F16", 16, COCO_TENSOR_F16 },
	{ "F32", 32, COCO_TENSOR_F32 },        { "F64", 64, COCO_TENSOR_F64 },
	{ "C64", 64, COCO_TENSOR_F32 },        { "F8_E4M3", 8, COCO_TENSOR_F8 },
	{ "F8_E5M2", 8, COCO_TENSOR_F8 },      { "F8_E8M0", 8, COCO_TENSOR_F8 },
	{ "F8_E4M3FNUZ", 8, COCO_TENSOR_F8 },  { "F8_E5M2FNUZ", 8, COCO_TENSOR_F8 },
	{ "F6_E2M3", 6, COCO_TENSOR_F4 },      { "F6_E3M2", 6, COCO_TENSOR_F4 },
	{ "F4", 4, COCO_TENSOR_F4 },           { "BOOL", 8, COCO_TENSOR_INT },
	{ "U8", 8, COCO_TENSOR_INT },          { "I8", 8, COCO_TENSOR_INT },
	{ "U16", 16, COCO_TENSOR_INT },        { "I16", 16, COCO_TENSOR_INT },
	{ "U32", 32, COCO_TENSOR_INT },        { "I32", 32, COCO_TENSOR_INT },
	{ "U64", 64, COCO_TENSOR_INT },        { "I64", 64, COCO_TENSOR_INT },
};

int coco_safetensors_need(struct coco_view head, uint64_t file_size, uint64_t *ret_need,
			  struct coco_diag *diag)
{
	struct coco_rd rd;

	if (file_size < COCO_SAFETENSORS_PREFIX || head.n < COCO_SAFETENSORS_PREFIX)
		return coco_fail_at(diag, COCO_E_MODEL_ST_HEADER, 0, "header length",
				    "the file has fewer than %d bytes", COCO_SAFETENSORS_PREFIX);
	coco_rd_init(&rd, head, 0, diag);
	uint64_t n = coco_rd_le64(&rd, "header length");
	if (n > COCO_SAFETENSORS_MAX_HEADER)
		return coco_fail_at(diag, COCO_E_LIMIT_SIZE, 0, "header length",
				    "a header of %" PRIu64 " bytes, the limit is %d", n,
				    COCO_SAFETENSORS_MAX_HEADER);
	if (n > file_size - COCO_SAFETENSORS_PREFIX)
		return coco_fail_at(diag, COCO_E_MODEL_ST_HEADER, 0, "header length",
				    "a header of %" PRIu64 " bytes in a file of %" PRIu64, n,
				    file_size);
	*ret_need = COCO_SAFETENSORS_PREFIX + n;
	return 0;
}

static int fail_tensor(struct coco_diag *diag, int code, size_t index, const char *field,
		       const char *message)
{
	coco_diag_pointer(diag, "tensor %zu", index);
	coco_diag_field(diag, "%s", field);
	return coco_fail(diag, code, "%s", message);
}

static const struct dtype *find_dtype(const char *name)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(dtypes); i++)
		if (strcmp(dtypes[i].name, name) == 0)
			return &dtypes[i];
	return NULL;
}

/* Bytes of a tensor from its shape and type. */
static int shape_bytes(const struct coco_jv *info, const struct dtype *type, size_t index,
		       uint64_t *ret, struct coco_diag *diag)
{
	struct coco_jv shape;
	uint64_t bits = 1;

	if (coco_jv_array(info, "shape", &shape, NULL) != 0)
		return fail_tensor(diag, COCO_E_MODEL_ST_HEADER, index, "shape",
				   "an array is expected");
	if (coco_jv_len(&shape) > COCO_SAFETENSORS_MAX_RANK)
		return fail_tensor(diag, COCO_E_LIMIT_SIZE, index, "shape", "too many dimensions");
	for (size_t i = 0; i < coco_jv_len(&shape); i++) {
		struct coco_jv item = coco_jv_item(&shape, i);
		uint64_t dim = 0;

		if (coco_jv_as_u64(&item, UINT64_MAX, &dim, NULL) != 0)
			return fail_tensor(diag, COCO_E_MODEL_ST_HEADER, index, "shape",
					   "a dimension is not a number from 0");
		if (coco_mul64_overflows(bits, dim, &bits))
			return fail_tensor(diag, COCO_E_MODEL_ST_SHAPE, index, "shape",
					   "the product of the dimensions overflows");
	}
	if (coco_mul64_overflows(bits, type->bits, &bits))
		return fail_tensor(diag, COCO_E_MODEL_ST_SHAPE, index, "shape",
				   "the number of bits overflows");
	if (bits % 8 != 0)
		return fail_tensor(diag, COCO_E_MODEL_ST_SHAPE, index, "shape",
				   "the tensor does not fill whole bytes");
	*ret = bits / 8;
	return 0;
}

static int read_offsets(const struct coco_jv *info, size_t index, uint64_t room, uint64_t ret[2],
			struct coco_diag *diag)
{
	struct coco_jv pair;

	if (coco_jv_array(info, "data_offsets", &pair, NULL) != 0 || coco_jv_len(&pair) != 2)
		return fail_tensor(diag, COCO_E_MODEL_ST_HEADER, index, "data_offsets",
				   "an array of two numbers is expected");
	for (size_t i = 0; i < 2; i++) {
		struct coco_jv item = coco_jv_item(&pair, i);

		if (coco_jv_as_u64(&item, UINT64_MAX, &ret[i], NULL) != 0)
			return fail_tensor(diag, COCO_E_MODEL_ST_HEADER, index, "data_offsets",
					   "an offset is not a number from 0");
	}
	if (ret[0] > ret[1])
		return fail_tensor(diag, COCO_E_MODEL_ST_OFFSETS, index, "data_offsets",
				   "the end is before the beginning");
	if (ret[1] > room) {
		coco_diag_expected(diag, "at most %" PRIu64, room);
		coco_diag_actual(diag, "%" PRIu64, ret[1]);
		return fail_tensor(diag, COCO_E_MODEL_ST_OFFSETS, index, "data_offsets",
				   "the tensor ends after the end of the file");
	}
	return 0;
}

static int read_tensor(struct coco_tensor_span *ret, const struct coco_jv *info, size_t index,
		       uint64_t data, uint64_t file_size, struct coco_diag *diag)
{
	const char *name = NULL;
	uint64_t offsets[2] = { 0, 0 };
	uint64_t bytes = 0;

	if (coco_jv_as_object(info, NULL) != 0)
		return fail_tensor(diag, COCO_E_MODEL_ST_HEADER, index, "tensor",
				   "an object is expected");
	if (coco_jv_string(info, "dtype", &name, NULL) != 0)
		return fail_tensor(diag, COCO_E_MODEL_ST_HEADER, index, "dtype",
				   "a string is expected");
	const struct dtype *type = find_dtype(name);
	if (type == NULL) {
		coco_diag_actual(diag, "%.32s", name);
		return fail_tensor(diag, COCO_E_MODEL_ST_DTYPE, index, "dtype",
				   "unknown element type");
	}
	int r = shape_bytes(info, type, index, &bytes, diag);
	if (r == 0)
		r = read_offsets(info, index, file_size - data, offsets, diag);
	if (r != 0)
		return r;
	if (offsets[1] - offsets[0] != bytes) {
		coco_diag_expected(diag, "%" PRIu64 " bytes", bytes);
		coco_diag_actual(diag, "%" PRIu64 " bytes", offsets[1] - offsets[0]);
		return fail_tensor(diag, COCO_E_MODEL_ST_SHAPE, index, "data_offsets",
				   "the length does not follow from shape and type");
	}
	*ret = (struct coco_tensor_span){ .begin = data + offsets[0], .end = data + offsets[1],
					  .class = type->class, .index = (uint32_t)index };
	return 0;
}

static int check_metadata(const struct coco_jv *metadata, struct coco_diag *diag)
{
	struct coco_jv item;
	const char *text;
	void *iter = NULL;

	if (coco_jv_as_object(metadata, NULL) != 0)
		return coco_fail_at(diag, COCO_E_MODEL_ST_HEADER, COCO_SAFETENSORS_PREFIX, METADATA,
				    "an object is expected");
	while (coco_jv_next(metadata, &iter, &item))
		if (coco_jv_as_string(&item, &text, NULL) != 0)
			return coco_fail_at(diag, COCO_E_MODEL_ST_HEADER, COCO_SAFETENSORS_PREFIX,
					    METADATA, "a value is not a string");
	return 0;
}

/* Fills spans from the header's members; *ret_n tensors. */
static int read_tensors(const struct coco_jv *root, struct coco_tensor_span *spans, size_t *ret_n,
			uint64_t data, uint64_t file_size, struct coco_diag *diag)
{
	struct coco_jv item;
	void *iter = NULL;
	size_t n = 0;

	while (coco_jv_next(root, &iter, &item)) {
		int r;

		if (strcmp(item.key, METADATA) == 0) {
			r = check_metadata(&item, diag);
		} else {
			r = read_tensor(&spans[n], &item, n, data, file_size, diag);
			n++;
		}
		if (r != 0)
			return r;
	}
	*ret_n = n;
	return 0;
}

/* The sorted tensors must cover the buffer [data, file_size) exactly. */
static int check_cover(const struct coco_tensor_span *spans, size_t n, uint64_t data,
		       uint64_t file_size, struct coco_diag *diag)
{
	uint64_t at = data;

	for (size_t i = 0; i < n; i++) {
		if (spans[i].begin != at) {
			coco_diag_pointer(diag, "tensor %" PRIu32, spans[i].index);
			return coco_fail_at(diag, COCO_E_MODEL_ST_OFFSETS,
					    spans[i].begin < at ? spans[i].begin : at,
					    "data_offsets",
					    spans[i].begin < at ? "tensors overlap"
								: "a hole between tensors");
		}
		at = spans[i].end;
	}
	if (at != file_size)
		return coco_fail_at(diag, COCO_E_MODEL_ST_OFFSETS, at, "data_offsets",
				    "%" PRIu64 " bytes follow the last tensor", file_size - at);
	return 0;
}

static int parse_document(struct coco_tensor_map *ret, const struct coco_jv *root, uint64_t data,
			  uint64_t file_size, struct coco_diag *diag)
{
	size_t n = coco_jv_len(root);
	struct coco_tensor_span *spans = coco_alloc(n, sizeof(*spans));

	if (spans == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for %zu tensors", n);
	int r = read_tensors(root, spans, &n, data, file_size, diag);
	if (r == 0) {
		coco_tensor_sort(spans, n);
		r = check_cover(spans, n, data, file_size, diag);
	}
	if (r == 0)
		r = coco_tensor_map_build(ret, spans, n, file_size, diag);
	coco_free(spans);
	return r;
}

/* The JSON reader counts from the start of the JSON; a file's offset is wanted. */
static int parse_json(struct coco_json *ret, struct coco_view text, struct coco_diag *diag)
{
	bool fresh = diag != NULL && diag->code == 0;
	int r = coco_json_parse_bounded(ret, text, COCO_SAFETENSORS_MAX_HEADER,
					COCO_SAFETENSORS_MAX_VALUES, diag);

	if (r != 0 && fresh && diag->has_offset)
		diag->offset += COCO_SAFETENSORS_PREFIX;
	return r;
}

int coco_safetensors_parse(struct coco_tensor_map *ret, struct coco_view head, uint64_t file_size,
			   struct coco_diag *diag)
{
	struct coco_json doc;
	uint64_t data = 0;
	int r = coco_safetensors_need(head, file_size, &data, diag);

	if (r != 0)
		return r;
	if (head.n < data)
		return coco_fail(diag, COCO_E_INTERNAL,
				 "%zu bytes of the file were given, the header ends at %" PRIu64,
				 head.n, data);
	if (data == COCO_SAFETENSORS_PREFIX || head.p[COCO_SAFETENSORS_PREFIX] != '{')
		return coco_fail_at(diag, COCO_E_MODEL_ST_HEADER, COCO_SAFETENSORS_PREFIX, "header",
				    "the header does not start with '{'");
	struct coco_view text = coco_view_of(head.p + COCO_SAFETENSORS_PREFIX,
					     (size_t)data - COCO_SAFETENSORS_PREFIX);
	r = parse_json(&doc, text, diag);
	if (r != 0)
		return r;
	struct coco_jv root = coco_json_root(&doc);
	r = parse_document(ret, &root, data, file_size, diag);
	coco_json_free(&doc);
	return r;
}
