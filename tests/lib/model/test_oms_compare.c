/*
 * test_oms_compare.c - every way in which the files can differ from the signed
 * ones, for files and shards, for trees and known digests.
 */
#include "lib/model/oms_compare.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/model/oms_statement.h"
#include "tests/support/support.h"

static struct coco_run run;
static struct coco_diag d;
static struct coco_oms_report *report;
static char *dir;

static int setup(void **state COCO_UNUSED)
{
	run = (struct coco_run){ .jobs = 2, .show_names = true };
	coco_diag_init(&d);
	dir = coco_test_dir();
	return coco_oms_report_new(&report, NULL);
}

static int teardown(void **state COCO_UNUSED)
{
	coco_oms_report_free(report);
	coco_test_rmdir(dir);
	return 0;
}

static void put(const char *name, const char *text)
{
	char *path = coco_path_join(dir, name);

	assert_int_equal(coco_write_file(path, text, strlen(text), COCO_OUT_FORCE, NULL), 0);
	coco_free(path);
}

static void drop(const char *name)
{
	char *path = coco_path_join(dir, name);

	assert_int_equal(unlink(path), 0);
	coco_free(path);
}

static void digest(const char *md, const char *text, size_t n, uint8_t *ret)
{
	EVP_MD *m = EVP_MD_fetch(NULL, md, NULL);

	assert_int_equal(EVP_Digest(text, n, ret, NULL, m, NULL), 1);
	EVP_MD_free(m);
}

/* A statement about the files a (12 bytes), b (5 bytes) and c (8 bytes). */
struct made {
	struct coco_oms oms;
	struct coco_oms_resource res[8];
	uint32_t order[8];
	uint8_t digests[8 * 64];
};

static const char *const texts[] = { "twelve bytes", "five!", "8 bytes." };
static const char *const names[] = { "a", "b", "c" };

static void make(struct made *m, enum coco_oms_method method, enum coco_oms_hash hash)
{
	const char *md = hash == COCO_OMS_BLAKE2B ? "BLAKE2B-512" : "SHA256";
	size_t size = coco_oms_digest_size(hash);
	size_t n = 0;

	memset(m, 0, sizeof(*m));
	for (size_t i = 0; i < 3; i++) {
		size_t len = strlen(texts[i]);
		size_t step = method == COCO_OMS_SHARDS ? 8 : len;

		put(names[i], texts[i]);
		for (size_t at = 0; at < len; at += step) {
			size_t part = coco_min_size(step, len - at);

			m->res[n] = (struct coco_oms_resource){ .name = names[i] };
			if (method == COCO_OMS_SHARDS) {
				m->res[n].start = at;
				m->res[n].end = at + part;
			}
			digest(md, texts[i] + at, part, m->digests + n * size);
			m->order[n] = (uint32_t)n;
			n++;
		}
	}
	m->oms = (struct coco_oms){
		.subject = "m", .method = method, .hash = hash, .shard_size = 8,
		.resources = m->res, .digests = m->digests, .n_resources = n, .order = m->order,
	};
}

static int compare(const struct made *m, bool ignore_unsigned)
{
	const struct coco_tree_opts o = { .allow_empty = true };
	struct coco_tree tree;

	coco_oms_report_free(report);
	assert_int_equal(coco_oms_report_new(&report, NULL), 0);
	coco_diag_init(&d);
	assert_ok(coco_tree_scan(&run, dir, &o, &tree, &d), &d);
	int r = coco_oms_compare_tree(&run, &m->oms, &tree, ignore_unsigned, report, &d);
	coco_tree_free(&tree);
	return r;
}

static void expect(uint64_t matching, uint64_t missing, uint64_t extra, uint64_t different)
{
	assert_int_equal(report->signed_files, 3);
	assert_int_equal(report->matching, matching);
	assert_int_equal(report->missing.count, missing);
	assert_int_equal(report->extra.count, extra);
	assert_int_equal(report->different.count, different);
	assert_int_equal(report->checks[COCO_OMS_CHECK_MISSING].status,
			 missing != 0 ? COCO_OMS_FAIL : COCO_OMS_PASS);
	assert_int_equal(report->checks[COCO_OMS_CHECK_DIGESTS].status,
			 different != 0 ? COCO_OMS_FAIL : COCO_OMS_PASS);
}

static const struct {
	enum coco_oms_method method;
	enum coco_oms_hash hash;
} kinds[] = {
	{ COCO_OMS_FILES, COCO_OMS_SHA256 },
	{ COCO_OMS_SHARDS, COCO_OMS_SHA256 },
	{ COCO_OMS_FILES, COCO_OMS_BLAKE2B },
	{ COCO_OMS_SHARDS, COCO_OMS_BLAKE2B },
};

static void test_every_difference(void **state COCO_UNUSED)
{
	static struct made m;

	for (size_t i = 0; i < COCO_ARRAY_LEN(kinds); i++) {
		make(&m, kinds[i].method, kinds[i].hash);
		assert_ok(compare(&m, false), &d);
		expect(3, 0, 0, 0);

		put("a", "twelve bytes, and more");
		assert_err(compare(&m, false), COCO_E_OMS_FILES, &d);
		expect(2, 0, 0, 1);
		assert_string_equal(report->different.names[0], "a");
		put("a", "twelve byteS");
		assert_err(compare(&m, false), COCO_E_OMS_FILES, &d);
		expect(2, 0, 0, 1);
		put("a", "twelve b"); /* a whole shard is cut off */
		assert_err(compare(&m, false), COCO_E_OMS_FILES, &d);
		expect(2, 0, 0, 1);
		drop("a");
		assert_err(compare(&m, false), COCO_E_OMS_FILES, &d);
		expect(2, 1, 0, 0);
		assert_string_equal(report->missing.names[0], "a");

		put("a", texts[0]);
		put("aa", "added");
		put("zz", "added");
		assert_err(compare(&m, false), COCO_E_OMS_FILES, &d);
		expect(3, 0, 2, 0);
		assert_string_equal(report->extra.names[1], "zz");
		assert_int_equal(report->checks[COCO_OMS_CHECK_UNSIGNED].status, COCO_OMS_FAIL);
		assert_ok(compare(&m, true), &d);
		assert_int_equal(report->checks[COCO_OMS_CHECK_UNSIGNED].status, COCO_OMS_SKIP);
		drop("c");
		assert_err(compare(&m, true), COCO_E_OMS_FILES, &d);
		expect(2, 1, 2, 0);
		drop("aa");
		drop("zz");
	}
}

static void test_all_missing(void **state COCO_UNUSED)
{
	static struct made m;

	make(&m, COCO_OMS_SHARDS, COCO_OMS_SHA256);
	drop("a");
	drop("b");
	drop("c");
	assert_err(compare(&m, true), COCO_E_OMS_FILES, &d);
	expect(0, 3, 0, 0);
}

static void test_every_digest_bit_counts(void **state COCO_UNUSED)
{
	static struct made m;

	make(&m, COCO_OMS_SHARDS, COCO_OMS_SHA256);
	for (size_t i = 0; i < m.oms.n_resources * 32; i += 5) {
		m.digests[i] ^= (uint8_t)(1 << i % 8);
		assert_err(compare(&m, false), COCO_E_OMS_FILES, &d);
		expect(2, 0, 0, 1);
		m.digests[i] ^= (uint8_t)(1 << i % 8);
	}
}

static void test_empty_file_and_shards(void **state COCO_UNUSED)
{
	static struct made m;

	make(&m, COCO_OMS_SHARDS, COCO_OMS_SHA256);
	put("empty", "");
	assert_ok(compare(&m, false), &d);
	assert_int_equal(report->empty_uncovered, 1);
	make(&m, COCO_OMS_FILES, COCO_OMS_SHA256);
	assert_err(compare(&m, false), COCO_E_OMS_FILES, &d);
	expect(3, 0, 1, 0);
	assert_int_equal(report->empty_uncovered, 0);
	/* but a signed file that was emptied is a difference */
	make(&m, COCO_OMS_SHARDS, COCO_OMS_SHA256);
	put("b", "");
	assert_err(compare(&m, false), COCO_E_OMS_FILES, &d);
	expect(2, 0, 0, 1);
}

static void test_blake3_is_not_decided(void **state COCO_UNUSED)
{
	static struct made m;

	make(&m, COCO_OMS_FILES, COCO_OMS_SHA256);
	m.oms.hash = COCO_OMS_BLAKE3;
	assert_err(compare(&m, true), COCO_E_OMS_HASH, &d);
	assert_int_equal(report->checks[COCO_OMS_CHECK_MISSING].status, COCO_OMS_PASS);
	assert_int_equal(report->checks[COCO_OMS_CHECK_DIGESTS].status, COCO_OMS_ERROR);
	assert_int_equal(coco_err_exit(COCO_E_OMS_HASH), COCO_EXIT_INDETERMINATE);
}

static void test_names_are_kept_only_on_request(void **state COCO_UNUSED)
{
	static struct made m;

	run.show_names = false;
	make(&m, COCO_OMS_FILES, COCO_OMS_SHA256);
	put("a", "x");
	put("extra", "x");
	drop("b");
	assert_err(compare(&m, false), COCO_E_OMS_FILES, &d);
	expect(1, 1, 1, 1);
	assert_int_equal(report->missing.n + report->extra.n + report->different.n, 0);
}

static void test_many_names_are_cut(void **state COCO_UNUSED)
{

	for (int i = 0; i < COCO_OMS_NAMES_MAX + 5; i++)
		assert_ok(coco_oms_report_name(&report->extra, "x", true, &d), &d);
	assert_int_equal(report->extra.n, COCO_OMS_NAMES_MAX);
	assert_int_equal(report->extra.count, COCO_OMS_NAMES_MAX + 5);
}

static int known(const struct made *m, const struct coco_oms_file *files, size_t n, bool ignore)
{
	coco_oms_report_free(report);
	assert_int_equal(coco_oms_report_new(&report, NULL), 0);
	coco_diag_init(&d);
	return coco_oms_compare_known(&run, &m->oms, files, n, ignore, report, &d);
}

static void test_known_digests(void **state COCO_UNUSED)
{
	static const uint8_t other[32];
	static struct made m;
	struct coco_oms_file files[4];

	make(&m, COCO_OMS_FILES, COCO_OMS_SHA256);
	for (size_t i = 0; i < 3; i++)
		files[i] = (struct coco_oms_file){ names[i], m.digests + i * 32 };
	files[3] = (struct coco_oms_file){ "d", other };
	assert_ok(known(&m, files, 3, false), &d);
	expect(3, 0, 0, 0);
	assert_err(known(&m, files, 4, false), COCO_E_OMS_FILES, &d);
	expect(3, 0, 1, 0);
	assert_ok(known(&m, files, 4, true), &d);
	assert_err(known(&m, files, 2, true), COCO_E_OMS_FILES, &d);
	expect(2, 1, 0, 0);
	assert_err(known(&m, files, 0, true), COCO_E_OMS_FILES, &d);
	expect(0, 3, 0, 0);
	files[1].sha256 = other;
	assert_err(known(&m, files, 3, false), COCO_E_OMS_FILES, &d);
	expect(2, 0, 0, 1);
	files[1].path = "a";
	assert_err(known(&m, files, 3, false), COCO_E_INTERNAL, &d);
	m.oms.hash = COCO_OMS_BLAKE2B;
	assert_err(known(&m, files, 3, false), COCO_E_OMS_HASH, &d);
	m.oms.hash = COCO_OMS_SHA256;
	m.oms.method = COCO_OMS_SHARDS;
	assert_err(known(&m, files, 3, false), COCO_E_OMS_HASH, &d);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_every_difference),
		T(test_all_missing),
		T(test_every_digest_bit_counts),
		T(test_empty_file_and_shards),
		T(test_blake3_is_not_decided),
		T(test_names_are_kept_only_on_request),
		T(test_many_names_are_cut),
		T(test_known_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
