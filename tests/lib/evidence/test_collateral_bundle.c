/*
 * test_collateral_bundle.c - collateral bundles on disk: added twice, read back, changed,
 * incomplete; what items say of themselves.
 */
#include "lib/evidence/collateral_bundle.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/err_evidence.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/pki.h"
#include "tests/support/support.h"

static void fill(struct coco_collateral *c, const char *keys)
{
	struct coco_pki_cert *root = coco_pki_issue(&coco_pki_root, NULL);
	struct coco_diag d = { 0 };

	coco_collateral_init(c);
	assert_ok(coco_collateral_add(c, COCO_COLL_CERT, coco_view_of(root->der, root->n_der), "x",
				      NULL, &d), &d);
	assert_ok(coco_collateral_add(c, COCO_COLL_JWKS, coco_view_of(keys, strlen(keys)), "x",
				      NULL, &d), &d);
	coco_pki_free(root);
}

static char *item_path(const char *dir, const struct coco_collateral_item *item)
{
	struct coco_bundle_item entry = { .kind = item->kind };
	char name[COCO_BUNDLE_NAME];

	memcpy(entry.sha256, item->sha256, sizeof(entry.sha256));
	coco_bundle_name(&entry, name);
	return coco_path_join(dir, name);
}

static void test_store(void **state COCO_UNUSED)
{
	char *top = coco_test_dir();
	char *dir = coco_path_join(top, "bundle");
	struct coco_collateral c;
	struct coco_collateral back;
	struct coco_diag d = { 0 };
	size_t new = 0;

	fill(&c, "{\"keys\":[]}");
	assert_ok(coco_bundle_store(&c, dir, &new, &d), &d);
	assert_int_equal(new, 2);
	assert_ok(coco_bundle_store(&c, dir, &new, &d), &d);
	assert_int_equal(new, 0);
	coco_collateral_init(&back);
	assert_ok(coco_bundle_load(&back, dir, &d), &d);
	assert_int_equal(back.n, 2);
	coco_collateral_free(&back);
	/* a file that was changed */
	char *path = item_path(dir, &c.v[1]);
	assert_ok(coco_write_file(path, "{\"keys\":{}}", 11, COCO_OUT_FORCE, &d), &d);
	coco_collateral_init(&back);
	assert_err(coco_bundle_load(&back, dir, &d), COCO_E_BUNDLE_ITEM, &d);
	assert_string_equal(d.source, path);
	coco_collateral_free(&back);
	/* one that is not there */
	assert_int_equal(unlink(path), 0);
	coco_diag_init(&d);
	coco_collateral_init(&back);
	assert_err(coco_bundle_load(&back, dir, &d), COCO_E_IO_OPEN, &d);
	coco_collateral_free(&back);
	coco_free(path);
	coco_collateral_free(&c);
	coco_free(dir);
	coco_test_rmdir(top);
}

static void test_other(void **state COCO_UNUSED)
{
	char *dir = coco_test_dir();
	char *path = coco_path_join(dir, "note");
	char *index = coco_path_join(dir, COCO_BUNDLE_INDEX_FILE);
	struct coco_collateral c;
	struct coco_diag d = { 0 };

	fill(&c, "{\"keys\":[1]}");
	assert_ok(coco_write_file(path, "x", 1, 0, &d), &d);
	assert_err(coco_bundle_store(&c, dir, NULL, &d), COCO_E_EXISTS, &d);
	coco_diag_init(&d);
	assert_ok(coco_write_file(index, "{}", 2, 0, &d), &d);
	assert_int_not_equal(coco_bundle_store(&c, dir, NULL, &d), 0);
	coco_diag_init(&d);
	assert_err(coco_bundle_store(&c, path, NULL, &d), COCO_E_IO_KIND, &d);
	coco_collateral_free(&c);
	coco_free(index);
	coco_free(path);
	coco_test_rmdir(dir);
}

static void test_facts(void **state COCO_UNUSED)
{
	struct coco_collateral_facts f;
	struct coco_collateral c;

	fill(&c, "{\"keys\":[2]}");
	coco_collateral_facts(&c.v[0], &f);
	assert_true(f.has_before && f.not_before == COCO_PKI_START);
	assert_true(f.has_after && f.not_after == COCO_PKI_END);
	assert_string_not_equal(f.of, "");
	assert_string_equal(f.of, f.by);
	coco_collateral_facts(&c.v[1], &f);
	assert_false(f.has_after);
	coco_collateral_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_store),
		cmocka_unit_test(test_other),
		cmocka_unit_test(test_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
