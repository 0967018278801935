/*
 * test_safetensors_index.c - index of a sharded model.
 */
#include "formats/model/safetensors_index.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/support.h"

static int parse(const char *json, struct coco_safetensors_index *ret, struct coco_diag *d)
{
	size_t n = strlen(json);
	uint8_t *text = coco_test_guard(json, n);
	int r = coco_safetensors_index_parse(ret, coco_view_of(text, n), d);

	coco_test_unguard(text, n);
	return r;
}

static void test_shards(void **state COCO_UNUSED)
{
	static const char *const present[] = { "z", "c.safetensors", "a.safetensors" };
	struct coco_safetensors_index index = { 0 };
	struct coco_diag d = { 0 };
	const char **missing = NULL;
	size_t n = 9;

	assert_ok(parse("{\"metadata\":{\"total_size\":12},\"weight_map\":{"
			"\"t1\":\"b.safetensors\",\"t2\":\"a.safetensors\","
			"\"t3\":\"b.safetensors\"}}",
			&index, &d),
		  &d);
	assert_int_equal(index.n_tensors, 3);
	assert_int_equal(index.n_shards, 2);
	assert_string_equal(index.shards[0].name, "a.safetensors");
	assert_int_equal(index.shards[0].n_tensors, 1);
	assert_string_equal(index.shards[1].name, "b.safetensors");
	assert_int_equal(index.shards[1].n_tensors, 2);
	assert_true(index.has_total);
	assert_int_equal(index.total_size, 12);

	assert_ok(coco_safetensors_index_missing(&index, present, 3, &missing, &n, &d), &d);
	assert_int_equal(n, 1);
	assert_string_equal(missing[0], "b.safetensors");
	coco_free(missing);
	assert_ok(coco_safetensors_index_missing(&index, NULL, 0, &missing, &n, &d), &d);
	assert_int_equal(n, 2);
	coco_free(missing);
	const char *all[] = { index.shards[1].name, index.shards[0].name };
	assert_ok(coco_safetensors_index_missing(&index, all, 2, &missing, &n, &d), &d);
	assert_int_equal(n, 0);
	assert_null(missing);
	coco_safetensors_index_free(&index);
	coco_safetensors_index_free(&index);
}

static void test_metadata(void **state COCO_UNUSED)
{
	static const char *const no_total[] = {
		"{\"weight_map\":{}}",
		"{\"metadata\":{},\"weight_map\":{}}",
		"{\"metadata\":{\"total_size\":12.0},\"weight_map\":{}}",
		"{\"metadata\":{\"total_size\":-1},\"weight_map\":{},\"other\":[]}",
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(no_total); i++) {
		struct coco_safetensors_index index = { 0 };
		struct coco_diag d = { 0 };

		assert_ok(parse(no_total[i], &index, &d), &d);
		assert_false(index.has_total);
		assert_int_equal(index.n_shards, 0);
		coco_safetensors_index_free(&index);
	}
}

static void test_defects(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		const char *json;
		int code;
	} cases[] = {
		{ "empty", "", COCO_E_FORMAT_JSON },
		{ "not an object", "[]", COCO_E_MODEL_ST_INDEX },
		{ "no map", "{}", COCO_E_MODEL_ST_INDEX },
		{ "map is an array", "{\"weight_map\":[]}", COCO_E_MODEL_ST_INDEX },
		{ "metadata is text", "{\"metadata\":\"\",\"weight_map\":{}}",
		  COCO_E_MODEL_ST_INDEX },
		{ "file is a number", "{\"weight_map\":{\"canary\":1}}", COCO_E_MODEL_ST_INDEX },
		{ "file is empty", "{\"weight_map\":{\"canary\":\"\"}}", COCO_E_MODEL_ST_INDEX },
		{ "file is a path", "{\"weight_map\":{\"a\":\"canary/b\"}}",
		  COCO_E_MODEL_ST_INDEX },
		{ "file is the parent", "{\"weight_map\":{\"canary\":\"..\"}}",
		  COCO_E_MODEL_ST_INDEX },
		{ "tensor twice", "{\"weight_map\":{\"canary\":\"a\",\"canary\":\"b\"}}",
		  COCO_E_FORMAT_JSON_DUPLICATE },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_safetensors_index index = { .n_tensors = 77 };
		struct coco_diag d = { 0 };
		int r = parse(cases[i].json, &index, &d);

		if (r != cases[i].code)
			fail_msg("%s: %d %s", cases[i].name, r, d.message);
		assert_int_equal(d.code, r);
		assert_int_equal(index.n_tensors, 77);
		assert_null(memmem(&d, sizeof(d), "canary", 6));
	}
}

static void test_vector(void **state COCO_UNUSED)
{
	const char *path =
		coco_test_vectors("packaging/formats/hf-sharded/model.safetensors.index.json");
	struct coco_safetensors_index index = { 0 };
	struct coco_diag d = { 0 };
	size_t n = 0;

	if (path == NULL)
		skip();
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_safetensors_index_parse(&index, coco_view_of(text, n), &d), &d);
	assert_int_equal(index.total_size, 33024);
	assert_int_equal(index.n_tensors, 4);
	assert_int_equal(index.n_shards, 2);
	coco_safetensors_index_free(&index);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shards),
		cmocka_unit_test(test_metadata),
		cmocka_unit_test(test_defects),
		cmocka_unit_test(test_vector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
