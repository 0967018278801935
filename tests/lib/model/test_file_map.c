/*
 * test_file_map.c - regions of real and broken tensor files: the map always
 * covers the file, a bad header is a warning and no error.
 */
#include <stdio.h>
#include <string.h>

#include "lib/model/file_map.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/model.h"

struct logged {
	unsigned n;
	char last[512];
};

static void note(void *ctx, int level, const char *text)
{
	struct logged *l = ctx;

	if (level != 0)
		return;
	l->n++;
	snprintf(l->last, sizeof(l->last), "%s", text);
}

/* The map of every file of dir, checked for covering it. */
static void check_all(const char *dir, struct logged *l,
		      void (*each)(const struct coco_tree_file *f, const struct coco_file_map *m))
{
	const struct coco_run run = { .jobs = 1, .log = note, .log_ctx = l };
	struct coco_tree tree;
	struct coco_diag d = { 0 };

	assert_ok(coco_tree_scan(&run, dir, NULL, &tree, &d), &d);
	for (size_t i = 0; i < tree.n; i++) {
		struct coco_file_map m;
		uint64_t at = 0;

		assert_ok(coco_file_map_read(&run, &tree, i, &m, &d), &d);
		for (size_t k = 0; k < m.n_regions; k++) {
			assert_int_equal(m.regions[k].offset, at);
			assert_true(m.regions[k].length > 0);
			assert_int_equal(coco_file_map_at(&m, at), k);
			at += m.regions[k].length;
			assert_int_equal(coco_file_map_at(&m, at - 1), k);
		}
		assert_int_equal(at, tree.files[i].size);
		if (each != NULL)
			each(&tree.files[i], &m);
		coco_file_map_free(&m);
	}
	coco_tree_free(&tree);
}

static const struct coco_region *last_of(const struct coco_file_map *m)
{
	return &m->regions[m->n_regions - 1];
}

static void each_single(const struct coco_tree_file *f, const struct coco_file_map *m)
{
	if (strcmp(f->path, "model.safetensors") != 0) {
		assert_string_equal(m->kind, "");
		assert_int_equal(m->n_regions, 1);
		assert_int_equal(m->regions[0].hint, COCO_TRANSFORM_HINT_UNKNOWN);
		return;
	}
	assert_string_equal(m->kind, "safetensors");
	assert_int_equal(m->tensors, 4);
	assert_int_equal(m->n_regions, 5);
	assert_int_equal(m->regions[0].hint, COCO_TRANSFORM_HINT_OTHER);
	assert_int_equal(m->regions[1].hint, COCO_TRANSFORM_HINT_BF16);
	assert_int_equal(m->regions[1].length, 1500000);
	assert_int_equal(m->regions[2].hint, COCO_TRANSFORM_HINT_FP16);
	assert_int_equal(m->regions[3].hint, COCO_TRANSFORM_HINT_FP32);
	assert_int_equal(last_of(m)->hint, COCO_TRANSFORM_HINT_OTHER);
	assert_int_equal(m->n_dtypes, 4);
	assert_string_equal(m->dtypes[0].name, "bf16");
	assert_int_equal(m->dtypes[0].tensors, 1);
	assert_int_equal(m->dtypes[0].bytes, 1500000);
}

static void each_gguf(const struct coco_tree_file *f COCO_UNUSED, const struct coco_file_map *m)
{
	assert_string_equal(m->kind, "gguf");
	assert_int_equal(m->tensors, 1);
	assert_int_equal(last_of(m)->hint, COCO_TRANSFORM_HINT_FP16);
	assert_int_equal(last_of(m)->length, 700000);
}

static void test_containers(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	struct logged l = { .n = 0 };

	coco_model_mint(dir, COCO_MODEL_SINGLE);
	check_all(dir, &l, each_single);
	coco_test_rmdir(dir);
	dir = coco_test_dir();
	coco_model_mint(dir, COCO_MODEL_GGUF);
	check_all(dir, &l, each_gguf);
	assert_int_equal(l.n, 0);
	coco_test_rmdir(dir);
}

static void test_every_kind(void **state COCO_UNUSED)
{
	for (int k = 0; k < COCO_MODEL_KINDS; k++) {
		char *dir = coco_test_dir();
		struct logged l = { .n = 0 };

		coco_model_mint(dir, (enum coco_model_kind)k);
		check_all(dir, &l, NULL);
		assert_int_equal(l.n, k == COCO_MODEL_ODD ? 2 : 0);
		coco_test_rmdir(dir);
	}
}

static void each_plain(const struct coco_tree_file *f COCO_UNUSED, const struct coco_file_map *m)
{
	assert_string_equal(m->kind, "");
	assert_int_equal(m->n_regions, 1);
	assert_int_equal(m->tensors, 0);
}

/* A header cut or broken anywhere: a warning without the file's name, plain bytes. */
static void test_broken_headers(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		const char *bytes;
		size_t n;
	} list[] = {
		{ "CANARY.safetensors", "\xff\xff\xff\xff\xff\xff\xff\xff{}xxxxxxxxxxxxxxxx", 26 },
		{ "CANARY.safetensors", "\2\0\0\0\0\0\0\0{]xxxxxxxxxxxxxxxx", 26 },
		{ "CANARY.safetensors", "\2\0\0\0\0\0\0\0{}xxxxxxxxxxxxxxxx", 26 },
		{ "CANARY.gguf", "GGUF\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 28 },
		{ "CANARY.gguf", "GGUF\3\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\1\0\0\0\0\0\0\0xxxx",
		  28 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		char *dir = coco_test_dir();
		struct logged l = { .n = 0 };

		coco_model_file(dir, list[i].name, list[i].bytes, list[i].n);
		check_all(dir, &l, each_plain);
		assert_int_equal(l.n, 1);
		assert_null(strstr(l.last, "CANARY"));
		assert_non_null(strstr(l.last, "malformed"));
		coco_test_rmdir(dir);
	}
}

static void test_truncated_container(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	size_t n = 0;

	coco_model_mint(dir, COCO_MODEL_SINGLE);
	uint8_t *whole = coco_test_slurp(coco_model_path(dir, "model.safetensors"), &n);
	coco_test_rmdir(dir);
	static const size_t cuts[] = { 24, 100, 300, 100000 };
	for (size_t i = 0; i < COCO_ARRAY_LEN(cuts); i++) {
		struct logged l = { .n = 0 };

		dir = coco_test_dir();
		coco_model_file(dir, "x.safetensors", whole, cuts[i]);
		check_all(dir, &l, each_plain);
		assert_int_equal(l.n, 1);
		coco_test_rmdir(dir);
	}
	coco_free(whole);
}

/* GGUF is known by its magic, whatever the file is called. */
static void test_gguf_by_content(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	char *other = coco_test_dir();
	struct logged l = { .n = 0 };
	size_t n = 0;

	coco_model_mint(dir, COCO_MODEL_GGUF);
	uint8_t *whole = coco_test_slurp(coco_model_path(dir, "tiny-f16.gguf"), &n);
	coco_model_file(other, "weights.bin", whole, n);
	check_all(other, &l, each_gguf);
	coco_free(whole);
	coco_test_rmdir(dir);
	coco_test_rmdir(other);
}

static void test_memory(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	const struct coco_run run = { .jobs = 1 };
	struct coco_tree tree;
	struct coco_diag d = { 0 };

	coco_model_mint(dir, COCO_MODEL_GGUF);
	coco_model_safetensors(dir, "x.safetensors", "F32", 4000, 3);
	assert_ok(coco_tree_scan(&run, dir, NULL, &tree, &d), &d);
	for (size_t i = 0; i < tree.n; i++)
		for (unsigned long n = 1; coco_test_alloc_arm(n); n++) {
			struct coco_file_map m;
			int r = coco_file_map_read(&run, &tree, i, &m, &d);
			bool failed = coco_test_alloc_disarm();

			/* giving back unused room may fail and does not matter */
			if (r == 0)
				coco_file_map_free(&m);
			else
				assert_err(r, COCO_E_LIMIT_MEMORY, &d);
			assert_true(failed || r == 0);
			coco_diag_init(&d);
			if (!failed)
				break;
		}
	coco_tree_free(&tree);
	coco_test_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_every_kind),
		cmocka_unit_test(test_broken_headers),
		cmocka_unit_test(test_truncated_container),
		cmocka_unit_test(test_gguf_by_content),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
