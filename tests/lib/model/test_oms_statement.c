/*
 * test_oms_statement.c - statements built from known digests, their roots, and
 * the golden statements of the reference implementation made again from trees.
 */
#include "lib/model/oms_statement.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/sha256.h"
#include "lib/model/hash_tree.h"
#include "lib/model/oms_compare.h"
#include "tests/support/support.h"

static const struct coco_run run = { .jobs = 2, .show_names = true };

/* The trees of packaging/README.md that the golden statements describe. */
static void put(const char *dir, const char *path, const char *text)
{
	char *full = coco_path_join(dir, path);

	for (char *p = full + strlen(dir) + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		mkdir(full, 0755);
		*p = '/';
	}
	int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_int_equal(coco_write_full(fd, text, strlen(text), full, NULL), 0);
	close(fd);
	coco_free(full);
}

static void make_sample(const char *dir)
{
	char path[64];
	char text[64];

	for (int i = 0; i < 2; i++)
		for (int j = 0; j < 3; j++) {
			snprintf(path, sizeof(path), "d%d/f%d%d", i, i, j);
			snprintf(text, sizeof(text), "This is file f%d%d in d%d.", i, j, i);
			put(dir, path, text);
		}
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "f%d", i);
		snprintf(text, sizeof(text), "This is file f%d in root.", i);
		put(dir, path, text);
	}
}

static void make_deep(const char *dir)
{
	char path[64];
	char text[64];

	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "d0/d1/d2/d3/d4/f%d", i);
		snprintf(text, sizeof(text), "This is file f%d.", i);
		put(dir, path, text);
	}
}

static void make_file(const char *dir)
{
	put(dir, "model", "This is a simple model");
}

static void make_link(const char *dir)
{
	char *link = coco_path_join(dir, "m/symlink_file");

	put(dir, "m/x", "");
	put(dir, "target", "This is a simple model");
	assert_int_equal(symlink("../target", link), 0);
	coco_free(link);
	link = coco_path_join(dir, "m/x");
	assert_int_equal(unlink(link), 0);
	coco_free(link);
}

static void make_empty(const char *dir)
{
	put(dir, "empty_file", "");
}

static const struct {
	const char *golden;
	void (*make)(const char *dir);
	const char *model;   /* below the directory made */
	enum coco_tree_links links;
	size_t files;
} cases[] = {
	{ "sample_model_folder", make_sample, "", COCO_TREE_LINKS_REFUSE, 10 },
	{ "sample_model_folder_small_shards", make_sample, "", COCO_TREE_LINKS_REFUSE, 10 },
	{ "deep_model_folder", make_deep, "", COCO_TREE_LINKS_REFUSE, 4 },
	{ "sample_model_file", make_file, "model", COCO_TREE_LINKS_REFUSE, 1 },
	{ "sample_model_file_small_shards", make_file, "model", COCO_TREE_LINKS_REFUSE, 1 },
	{ "model_folder_with_empty_file", make_empty, "", COCO_TREE_LINKS_REFUSE, 1 },
	{ "symlink_model_folder", make_link, "m", COCO_TREE_LINKS_ANYWHERE, 1 },
};

static bool load_golden(const char *name, struct coco_oms *ret)
{
	char file[128];
	struct coco_diag d = { 0 };
	size_t n = 0;

	snprintf(file, sizeof(file), "packaging/oms/payload/%s.json", name);
	const char *path = coco_test_vectors(file);
	if (path == NULL)
		return false;
	uint8_t *text = coco_test_slurp(path, &n);
	assert_ok(coco_oms_decode(ret, coco_view_of(text, n), &d), &d);
	coco_free(text);
	return true;
}

static void test_golden_roots(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_oms oms;
		struct coco_diag d = { 0 };

		if (!load_golden(cases[i].golden, &oms))
			skip();
		assert_ok(coco_oms_check_root(&oms, &d), &d);
		oms.root[31] ^= 1;
		assert_err(coco_oms_check_root(&oms, &d), COCO_E_OMS_ROOT, &d);
		assert_string_not_equal(d.expected, d.actual);
		coco_oms_clear(&oms);
	}
}

static void compare_golden(size_t i, const char *dir)
{
	const struct coco_tree_opts o = { .links = cases[i].links };
	struct coco_oms_report *report = NULL;
	struct coco_diag d = { 0 };
	struct coco_oms oms;
	struct coco_tree tree;
	char *model = coco_path_join(dir, cases[i].model);

	assert_true(load_golden(cases[i].golden, &oms));
	assert_ok(coco_oms_report_new(&report, &d), &d);
	assert_ok(coco_tree_scan(&run, model, &o, &tree, &d), &d);
	assert_ok(coco_oms_compare_tree(&run, &oms, &tree, false, report, &d), &d);
	assert_int_equal(report->matching, cases[i].files);
	assert_int_equal(report->signed_files, cases[i].files);
	coco_tree_free(&tree);
	coco_oms_clear(&oms);
	coco_oms_report_free(report);
	coco_free(model);
}

static void test_golden_trees(void **state COCO_UNUSED)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_oms oms;

		if (!load_golden(cases[i].golden, &oms))
			skip();
		coco_oms_clear(&oms);
		char *dir = coco_test_dir();
		cases[i].make(dir);
		compare_golden(i, dir);
		coco_test_rmdir(dir);
	}
}

static struct coco_diag d; /* of the next test, which is large enough without it */

/* The statement about a tree that we make ourselves has the golden's entries and root. */
static void test_golden_made_again(void **state COCO_UNUSED)
{
	struct coco_oms golden;
	struct coco_oms ours;
	struct coco_tree tree;
	struct coco_oms_file files[10];
	uint8_t digests[10][32];
	uint8_t root[32];
	uint8_t *text = NULL;
	size_t n = 0;

	if (!load_golden("sample_model_folder", &golden))
		skip();
	char *dir = coco_test_dir();
	make_sample(dir);
	assert_ok(coco_tree_scan(&run, dir, NULL, &tree, &d), &d);
	assert_int_equal(tree.n, 10);
	assert_ok(coco_hash_tree(&run, &tree, digests[0], &d), &d);
	for (size_t i = 0; i < tree.n; i++)
		files[i] = (struct coco_oms_file){ tree.files[i].path, digests[i] };
	const struct coco_oms_about about = { .name = golden.subject,
					      .allow_symlinks = true };
	assert_ok(coco_oms_statement_for(&about, files, 10, &text, &n, root, &d), &d);
	assert_ok(coco_oms_decode(&ours, coco_view_of(text, n), &d), &d);
	assert_ok(coco_oms_check_root(&ours, &d), &d);
	assert_memory_equal(ours.root, root, 32);
	/* in this tree both orders are the same */
	assert_memory_equal(golden.root, root, 32);
	assert_ok(coco_oms_root_of(files, 10, root, &d), &d);
	assert_memory_equal(golden.root, root, 32);
	assert_memory_equal(golden.digests, ours.digests, sizeof(digests));
	assert_string_equal(golden.subject, ours.subject);
	coco_free(text);
	coco_oms_clear(&ours);
	coco_oms_clear(&golden);
	coco_tree_free(&tree);
	coco_test_rmdir(dir);
}

static const uint8_t da[32] = { 1 };
static const uint8_t db[32] = { 2 };
static const uint8_t dc[32] = { 3 };

static void test_component_root_differs_from_byte_root(void **state COCO_UNUSED)
{
	static const struct coco_oms_file bytes[] = { { "a-b", da }, { "a/b", db }, { "c", dc } };
	static const struct coco_oms_file shuffled[] = { { "c", dc }, { "a-b", da },
							 { "a/b", db } };
	struct coco_oms_about about = { 0 };
	struct coco_sha256 ctx;
	uint8_t *text = NULL;
	size_t n = 0;
	uint8_t root[32];
	uint8_t component[32];
	uint8_t again[32];

	coco_diag_init(&d);
	coco_sha256_init(&ctx);
	coco_sha256_update(&ctx, db, 32);
	coco_sha256_update(&ctx, da, 32);
	coco_sha256_update(&ctx, dc, 32);
	coco_sha256_final(&ctx, again);
	assert_ok(coco_oms_statement_for(&about, bytes, 3, &text, &n, root, &d), &d);
	assert_non_null(strstr((const char *)text, "\"name\":\"model\""));
	coco_free(text);
	assert_ok(coco_oms_root_of(bytes, 3, component, &d), &d);
	assert_memory_equal(component, again, 32);
	assert_ok(coco_oms_root_of(shuffled, 3, again, &d), &d);
	assert_memory_equal(component, again, 32);
	assert_memory_not_equal(component, root, 32);
}

static void test_statement_refuses(void **state COCO_UNUSED)
{
	static const struct coco_oms_file unsorted[] = { { "b", da }, { "a", db } };
	static const struct coco_oms_file twice[] = { { "a", da }, { "a", db } };
	static const struct coco_oms_file upward[] = { { "../a", da } };
	static const struct coco_oms_file whole[] = { { ".", da } };
	static const struct {
		const struct coco_oms_file *files;
		size_t n;
		int code;
	} bad[] = {
		{ unsorted, 2, COCO_E_INTERNAL },
		{ twice, 2, COCO_E_INTERNAL },
		{ upward, 1, COCO_E_OMS_NAME },
		{ unsorted, 0, COCO_E_MODEL_EMPTY },
	};
	struct coco_oms_about about = { .name = "m" };
	uint8_t *text = NULL;
	size_t n = 0;

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		coco_diag_init(&d);
		assert_err(coco_oms_statement_for(&about, bad[i].files, bad[i].n, &text, &n, NULL,
						  &d), bad[i].code, &d);
		assert_null(text);
	}
	coco_diag_init(&d);
	assert_ok(coco_oms_statement_for(&about, whole, 1, &text, &n, NULL, &d), &d);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden_roots),
		cmocka_unit_test(test_golden_trees),
		cmocka_unit_test(test_golden_made_again),
		cmocka_unit_test(test_component_root_differs_from_byte_root),
		cmocka_unit_test(test_statement_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
