/*
 * test_hash_tree.c - digests of trees against libcrypto, for every mixture of
 * sizes and thread counts; files that change, vanish or shrink; cancelling.
 */
#include "lib/model/hash_tree.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/core/pool.h"
#include "tests/support/support.h"

enum { MAX = 3 << 20 };

static uint8_t *bytes; /* MAX of them; a file of n bytes holds the first n */
static struct coco_progress progress;
static struct coco_run run;

static int setup(void **state)
{
	*state = coco_test_dir();
	memset(&progress, 0, sizeof(progress));
	run = (struct coco_run){ .jobs = 2, .show_names = true, .progress = &progress };
	return 0;
}

static int teardown(void **state)
{
	coco_test_rmdir(*state);
	return 0;
}

static void put(const char *dir, const char *name, size_t n)
{
	char *path = coco_path_join(dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(coco_write_full(fd, bytes, n, path, NULL), 0);
	close(fd);
	coco_free(path);
}

static void put_many(const char *dir, size_t count, const size_t *sizes, size_t n_sizes)
{
	char name[32];

	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "f%05zu", i);
		put(dir, name, sizes[i % n_sizes]);
	}
}

static void expect_range(const uint8_t *got, const char *md, size_t size, uint64_t start,
			 uint64_t end)
{
	uint8_t want[64];
	unsigned n = 0;
	EVP_MD *m = EVP_MD_fetch(NULL, md, NULL);

	assert_int_equal(EVP_Digest(bytes + start, (size_t)(end - start), want, &n, m, NULL), 1);
	EVP_MD_free(m);
	assert_int_equal(n, size);
	assert_memory_equal(got, want, size);
}

static void check_tree(const char *dir, unsigned jobs)
{
	struct coco_diag d = { 0 };
	struct coco_tree t;

	run.jobs = jobs;
	assert_ok(coco_tree_scan(&run, dir, NULL, &t, &d), &d);
	uint8_t *got = coco_alloc(t.n, 32);
	assert_ok(coco_hash_tree(&run, &t, got, &d), &d);
	for (size_t i = 0; i < t.n; i++)
		expect_range(got + i * 32, "SHA256", 32, 0, t.files[i].size);
	assert_int_equal(atomic_load(&progress.done), t.total);
	assert_int_equal(atomic_load(&progress.total), t.total);
	coco_free(got);
	coco_tree_free(&t);
}

static void test_sizes_and_jobs(void **state)
{
	static const size_t sizes[] = { 0,     1,     55,    56,     63,    64,     65,
					1000,  65535, 65536, 65537,  131072, 200001, 1 << 20,
					(1 << 20) + 1, MAX };
	static const unsigned jobs[] = { 1, 2, 3, 8, 40 };

	put_many(*state, 100, sizes, COCO_ARRAY_LEN(sizes));
	for (size_t i = 0; i < COCO_ARRAY_LEN(jobs); i++)
		check_tree(*state, jobs[i]);
}

static void test_few_large_files(void **state)
{
	static const size_t sizes[] = { MAX, MAX - 1, MAX / 2 };

	put_many(*state, 1, sizes, 3);
	check_tree(*state, 1);
	check_tree(*state, 4);
	put_many(*state, 3, sizes, 3);
	check_tree(*state, 2);
	check_tree(*state, 8);
	put_many(*state, 17, sizes, 3);
	check_tree(*state, 2);
}

static void test_few_descriptors(void **state)
{
	static const size_t sizes[] = { 100000 };
	struct rlimit old;
	struct rlimit low;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = old;
	low.rlim_cur = 160;
	put_many(*state, 200, sizes, 1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	check_tree(*state, 32);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
}

static void test_ranges(void **state)
{
	static const struct coco_hash_range ranges[] = {
		{ 0, 0, 100000 }, { 0, 100000, 200000 }, { 0, 200000, 200001 },
		{ 1, 5, 5 },	  { 1, 0, 7 },		 { 0, 0, 200001 },
	};
	struct coco_diag d = { 0 };
	struct coco_tree t;
	static uint8_t got[COCO_ARRAY_LEN(ranges) * 64];

	put(*state, "a", 200001);
	put(*state, "b", 7);
	assert_ok(coco_tree_scan(&run, *state, NULL, &t, &d), &d);
	assert_ok(coco_hash_ranges(&run, &t, ranges, COCO_ARRAY_LEN(ranges), COCO_OMS_SHA256, got,
				   &d), &d);
	for (size_t i = 0; i < COCO_ARRAY_LEN(ranges); i++)
		expect_range(got + i * 32, "SHA256", 32, ranges[i].start, ranges[i].end);
	assert_ok(coco_hash_ranges(&run, &t, ranges, COCO_ARRAY_LEN(ranges), COCO_OMS_BLAKE2B, got,
				   &d), &d);
	for (size_t i = 0; i < COCO_ARRAY_LEN(ranges); i++)
		expect_range(got + i * 64, "BLAKE2B-512", 64, ranges[i].start, ranges[i].end);
	assert_err(coco_hash_ranges(&run, &t, ranges, 1, COCO_OMS_BLAKE3, got, &d),
		   COCO_E_OMS_HASH, &d);
	assert_int_equal(coco_err_exit(d.code), COCO_EXIT_INDETERMINATE);
	coco_diag_init(&d);
	const struct coco_hash_range past = { 1, 0, 8 };
	assert_err(coco_hash_ranges(&run, &t, &past, 1, COCO_OMS_SHA256, got, &d),
		   COCO_E_INTERNAL, &d);
	coco_tree_free(&t);
}

static void hash_fails(const char *dir, void (*damage)(const char *dir), int code)
{
	static struct coco_diag d;
	struct coco_tree t;

	for (unsigned hash = COCO_OMS_SHA256; hash <= COCO_OMS_BLAKE2B; hash++) {
		static const size_t sizes[] = { 1000, 300000 };

		put_many(dir, 50, sizes, 2);
		coco_diag_init(&d);
		assert_ok(coco_tree_scan(&run, dir, NULL, &t, &d), &d);
		struct coco_hash_range *all = coco_zalloc(t.n, sizeof(*all));
		uint8_t *got = coco_alloc(t.n, 64);
		for (size_t i = 0; i < t.n; i++)
			all[i] = (struct coco_hash_range){ i, 0, t.files[i].size };
		damage(dir);
		int r = coco_hash_ranges(&run, &t, all, t.n, (enum coco_oms_hash)hash, got, &d);
		if (getuid() == 0)
			assert_int_equal(seteuid(0), 0);
		assert_err(r, code, &d);
		coco_free(got);
		coco_free(all);
		coco_tree_free(&t);
	}
}

static void remove_one(const char *dir)
{
	char *path = coco_path_join(dir, "f00031");

	assert_int_equal(unlink(path), 0);
	coco_free(path);
}

static void shrink_one(const char *dir)
{
	put(dir, "f00031", 10);
}

static void grow_one(const char *dir)
{
	put(dir, "f00031", 300001);
}

static void rewrite_one(const char *dir)
{
	struct timespec t[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	char *path = coco_path_join(dir, "f00031");

	assert_int_equal(utimensat(AT_FDCWD, path, t, 0), 0);
	coco_free(path);
}

static void test_damage(void **state)
{
	hash_fails(*state, remove_one, COCO_E_IO_CHANGED);
	hash_fails(*state, shrink_one, COCO_E_IO_CHANGED);
	hash_fails(*state, grow_one, COCO_E_IO_CHANGED);
	hash_fails(*state, rewrite_one, COCO_E_IO_CHANGED);
}

static void close_one(const char *dir)
{
	char *path = coco_path_join(dir, "f00031");

	assert_int_equal(chmod(path, 0), 0);
	coco_free(path);
	if (getuid() == 0) /* root reads everything, so be somebody else */
		assert_int_equal(seteuid(65534), 0);
}

static void test_unreadable_file(void **state)
{
	hash_fails(*state, close_one, COCO_E_IO_OPEN);
}

static void test_cancelled(void **state)
{
	static volatile sig_atomic_t stop = 1;
	struct coco_diag d = { 0 };
	struct coco_tree t;
	uint8_t got[64];

	put(*state, "a", 1000);
	assert_ok(coco_tree_scan(&run, *state, NULL, &t, &d), &d);
	run.cancel = &stop;
	assert_err(coco_hash_tree(&run, &t, got, &d), COCO_E_CANCELLED, &d);
	coco_tree_free(&t);
}

static volatile sig_atomic_t stop_soon;

enum { STOP, SHRINK, REWRITE };

struct racing {
	struct coco_tree *tree;
	uint8_t *got;
	const char *dir;
	int what;
};

static struct racing race;

/* One byte is written over itself: same size, other time. */
static void touch(const char *dir, const char *name)
{
	char *path = coco_path_join(dir, name);
	int fd = open(path, O_WRONLY);

	assert_int_equal(pwrite(fd, "", 1, 1 << 29), 1);
	close(fd);
	coco_free(path);
}

/* Worker 1 interferes when worker 0 has hashed some bytes. */
static int interfere(void *ctx COCO_UNUSED, unsigned id, struct coco_diag *diag)
{
	if (id == 0)
		return coco_hash_tree(&run, race.tree, race.got, diag);
	while (atomic_load(&progress.done) < (1 << 20))
		usleep(100);
	if (race.what == SHRINK)
		put(race.dir, "big", 1000);
	else if (race.what == REWRITE)
		touch(race.dir, "big");
	else
		stop_soon = 1;
	return 0;
}

static void race_against(void **state, int what, int code)
{
	struct coco_diag d = { 0 };
	struct coco_tree t;
	uint8_t got[32];
	char *path = coco_path_join(*state, "big");

	put(*state, "big", 1);
	assert_int_equal(truncate(path, (off_t)1 << 30), 0); /* a hole: quick to make */
	assert_ok(coco_tree_scan(&run, *state, NULL, &t, &d), &d);
	stop_soon = 0;
	run.cancel = &stop_soon;
	race = (struct racing){ &t, got, *state, what };
	assert_err(coco_pool_run(2, interfere, NULL, &d), code, &d);
	coco_tree_free(&t);
	coco_free(path);
}

static void test_cancelled_in_the_middle(void **state)
{
	race_against(state, STOP, COCO_E_CANCELLED);
}

static void test_shrinks_in_the_middle(void **state)
{
	race_against(state, SHRINK, COCO_E_IO_CHANGED);
}

static void test_is_written_to_in_the_middle(void **state)
{
	race_against(state, REWRITE, COCO_E_IO_CHANGED);
}

static int make_bytes(void **state COCO_UNUSED)
{
	bytes = coco_alloc(MAX, 1);
	coco_test_random(bytes, MAX, 7);
	return 0;
}

static int free_bytes(void **state COCO_UNUSED)
{
	coco_free(bytes);
	return 0;
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_sizes_and_jobs),
		T(test_few_large_files),
		T(test_few_descriptors),
		T(test_ranges),
		T(test_damage),
		T(test_unreadable_file),
		T(test_cancelled),
		T(test_cancelled_in_the_middle),
		T(test_shrinks_in_the_middle),
		T(test_is_written_to_in_the_middle),
	};

	return cmocka_run_group_tests(tests, make_bytes, free_bytes);
}
