/*
 * test_verity_tree.c - root hashes and trees against the plain computation:
 * shapes, threads, pipes, trees that differ.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/verity_tree.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_disk.h"
#include "tests/support/verity_plain.h"

struct made {
	struct coco_verity_params p;
	uint8_t *data;
	size_t n;
	uint8_t root[COCO_VERITY_DIGEST];
	uint8_t *tree;
	size_t n_tree;
	struct coco_disk *disk;
};

static void make(struct made *m, uint32_t data_block, uint32_t hash_block, uint64_t blocks,
		 enum coco_verity_alg alg)
{
	struct coco_diag d = { 0 };

	memset(m, 0, sizeof(*m));
	m->p = (struct coco_verity_params){ .alg = alg, .type = blocks % 2 == 0,
					    .data_block = data_block, .hash_block = hash_block,
					    .data_blocks = blocks, .n_salt = 32 };
	coco_test_random(m->p.salt, 32, 8);
	m->n = (size_t)blocks * data_block;
	m->data = coco_alloc(m->n, 1);
	coco_test_random(m->data, m->n, 9);
	if (blocks > 5)
		memset(m->data + 2 * data_block, 0, 2 * data_block);
	coco_test_verity(&m->p, m->data, m->root, &m->tree, &m->n_tree);
	assert_ok(coco_disk_bytes(&m->disk, coco_view_of(m->data, m->n), &d), &d);
}

static void unmake(struct made *m)
{
	coco_disk_close(m->disk);
	coco_free(m->data);
	coco_free(m->tree);
}

static struct coco_verity_work work_of(const struct made *m)
{
	struct coco_verity_work w = { .params = m->p, .out = -1,
				      .data = { m->disk, 0, COCO_DISK_UNKNOWN } };

	w.params.data_blocks = 0;
	return w;
}

static int run(const struct coco_verity_work *w, unsigned jobs, struct coco_verity_found *ret,
	       struct coco_diag *d)
{
	const struct coco_run r = { .jobs = jobs };

	coco_diag_init(d);
	return coco_verity_tree(&r, w, ret, d);
}

static void root_is(const struct made *m, unsigned jobs)
{
	struct coco_verity_work w = work_of(m);
	struct coco_verity_found f;
	struct coco_diag d;

	assert_ok(run(&w, jobs, &f, &d), &d);
	assert_int_equal(f.params.data_blocks, m->p.data_blocks);
	assert_int_equal(f.difference, COCO_VERITY_SAME);
	assert_memory_equal(f.root, m->root, coco_verity_alg_size(m->p.alg));
}

static void tree_is(const struct made *m, unsigned jobs)
{
	struct coco_verity_work w = work_of(m);
	struct coco_verity_found f;
	struct coco_diag d;
	char path[] = "/tmp/cococtl-test-XXXXXX";
	size_t n;

	w.out = mkstemp(path);
	assert_true(w.out >= 0);
	w.out_at = 1000;
	w.out_name = path;
	assert_ok(run(&w, jobs, &f, &d), &d);
	uint8_t *file = coco_test_slurp(path, &n);
	assert_int_equal(n, m->n_tree != 0 ? m->n_tree + 1000 : 0);
	if (m->n_tree != 0)
		assert_memory_equal(file + 1000, m->tree, m->n_tree);
	coco_free(file);
	close(w.out);
	unlink(path);
}

static void test_shapes(void **state COCO_UNUSED)
{
	static const struct {
		uint32_t data_block;
		uint32_t hash_block;
		uint64_t blocks;
	} shapes[] = {
		{ 4096, 4096, 1 }, { 4096, 4096, 2 }, { 4096, 4096, 127 }, { 4096, 4096, 128 },
		{ 4096, 4096, 129 }, { 4096, 4096, 1300 }, { 512, 512, 1 }, { 512, 512, 17 },
		{ 512, 512, 4097 }, { 512, 4096, 3000 }, { 4096, 512, 300 }, { 1024, 65536, 700 },
		{ 65536, 524288, 70 }, { 524288, 65536, 9 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(shapes); i++) {
		struct made m;

		make(&m, shapes[i].data_block, shapes[i].hash_block, shapes[i].blocks,
		     (enum coco_verity_alg)(i % COCO_VERITY_ALGS));
		root_is(&m, 1);
		root_is(&m, 5);
		tree_is(&m, 3);
		unmake(&m);
		make(&m, shapes[i].data_block, shapes[i].hash_block, shapes[i].blocks,
		     COCO_VERITY_SHA256);
		root_is(&m, 2);
		tree_is(&m, 1);
		unmake(&m);
	}
}

/* Compares with the stored tree in which byte `at` was changed. */
static void differs(const struct made *m, size_t at, enum coco_verity_difference want,
		    uint64_t block, uint64_t differing)
{
	struct coco_verity_work w = work_of(m);
	struct coco_verity_found f;
	struct coco_disk *stored = NULL;
	struct coco_diag d = { 0 };
	uint8_t *tree = coco_memdup(m->tree, m->n_tree);

	if (at < m->n_tree)
		tree[at] ^= 1;
	assert_ok(coco_disk_bytes(&stored, coco_view_of(tree, m->n_tree), &d), &d);
	w.stored = stored;
	for (unsigned jobs = 1; jobs < 4; jobs += 2) {
		assert_ok(run(&w, jobs, &f, &d), &d);
		assert_int_equal(f.difference, want);
		if (want != COCO_VERITY_SAME)
			assert_int_equal(f.block, block);
		if (want == COCO_VERITY_DATA)
			assert_int_equal(f.differing, differing);
	}
	coco_disk_close(stored);
	coco_free(tree);
}

static void test_stored(void **state COCO_UNUSED)
{
	struct made m;

	make(&m, 512, 512, 1000, COCO_VERITY_SHA256);   /* 16 to a block: 63, 4, 1 */
	assert_int_equal(m.n_tree, 68 * 512);
	differs(&m, SIZE_MAX, COCO_VERITY_SAME, 0, 0);
	differs(&m, 0, COCO_VERITY_HASH, 0, 0);             /* the root block */
	differs(&m, 2 * 512, COCO_VERITY_HASH, 2, 0);       /* the middle level */
	differs(&m, (5 + 7) * 512 + 40, COCO_VERITY_HASH, 12, 0);   /* of the data's hashes */
	differs(&m, m.n_tree - 1, COCO_VERITY_HASH, 67, 0); /* unused end of the last block */
	m.data[700 * 512 + 3] ^= 1;
	m.data[701 * 512] ^= 1;
	m.data[300 * 512 + 511] ^= 0x80;
	differs(&m, SIZE_MAX, COCO_VERITY_DATA, 300, 3);
	unmake(&m);
	make(&m, 4096, 4096, 100, COCO_VERITY_SHA256);      /* one hash block under the root */
	m.data[99 * 4096] ^= 1;
	differs(&m, SIZE_MAX, COCO_VERITY_DATA, 99, 1);
	unmake(&m);
}

static void test_area(void **state COCO_UNUSED)
{
	struct coco_verity_found f;
	struct coco_verity_work w;
	struct coco_diag d;
	struct made m;

	make(&m, 512, 512, 64, COCO_VERITY_SHA256);
	w = work_of(&m);
	w.data.size = m.n - 100;
	assert_err(run(&w, 2, &f, &d), COCO_E_VERITY_PARAMETER, &d);
	w.data.size = 0;
	assert_err(run(&w, 2, &f, &d), COCO_E_VERITY_PARAMETER, &d);
	w.data.size = m.n + 512;
	assert_err(run(&w, 2, &f, &d), COCO_E_IO_READ, &d);
	w = work_of(&m);
	w.params.data_blocks = 65;
	assert_err(run(&w, 2, &f, &d), COCO_E_VERITY_PARAMETER, &d);
	w.params.data_blocks = UINT64_MAX / 512;
	assert_err(run(&w, 2, &f, &d), COCO_E_VERITY_PARAMETER, &d);
	w.params.hash_block = 500;
	assert_err(run(&w, 2, &f, &d), COCO_E_VERITY_PARAMETER, &d);
	/* data_blocks cuts */
	w = work_of(&m);
	w.params.data_blocks = 10;
	uint8_t root[COCO_VERITY_DIGEST];
	uint8_t *tree;
	size_t n;
	m.p.data_blocks = 10;
	coco_test_verity(&m.p, m.data, root, &tree, &n);
	coco_free(tree);
	assert_ok(run(&w, 2, &f, &d), &d);
	assert_memory_equal(f.root, root, 32);
	/* a stored tree that is too short */
	struct coco_disk *stored = NULL;
	assert_ok(coco_disk_bytes(&stored, coco_view_of(m.tree, 100), &d), &d);
	w.stored = stored;
	assert_err(run(&w, 3, &f, &d), COCO_E_IO_READ, &d);
	coco_disk_close(stored);
	unmake(&m);
}

static void test_cancel(void **state COCO_UNUSED)
{
	volatile sig_atomic_t stop = 1;
	const struct coco_run r = { .jobs = 3, .cancel = &stop };
	struct coco_verity_found f;
	struct coco_diag d = { 0 };
	struct made m;

	make(&m, 512, 512, 64, COCO_VERITY_SHA256);
	struct coco_verity_work w = work_of(&m);
	assert_err(coco_verity_tree(&r, &w, &f, &d), COCO_E_CANCELLED, &d);
	unmake(&m);
}

/* A pipe that a child fills with the data. */
static struct coco_disk *piped(const struct made *m, size_t n)
{
	struct coco_disk *disk = NULL;
	struct coco_diag d = { 0 };
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	pid_t child = fork();
	if (child == 0) {
		size_t at = 0;

		close(fd[0]);
		while (at < n) {
			ssize_t put = write(fd[1], m->data + at, n - at < 7777 ? n - at : 7777);

			if (put < 0)
				_exit(1);
			at += (size_t)put;
		}
		_exit(0);
	}
	close(fd[1]);
	assert_true(dup2(fd[0], STDIN_FILENO) >= 0);
	close(fd[0]);
	assert_ok(coco_disk_open(&disk, "-", &d), &d);
	return disk;
}

static void test_pipe(void **state COCO_UNUSED)
{
	static const uint64_t blocks[] = { 1, 2, 128, 600, 1024 };
	struct coco_verity_found f;
	struct coco_diag d;
	struct made m;

	for (size_t i = 0; i < COCO_ARRAY_LEN(blocks); i++) {
		make(&m, 4096, 4096, blocks[i], COCO_VERITY_SHA256);
		coco_disk_close(m.disk);
		m.disk = piped(&m, m.n);
		root_is(&m, 4);
		coco_disk_close(m.disk);
		m.disk = piped(&m, m.n);
		struct coco_verity_work w = work_of(&m);
		w.params.data_blocks = m.p.data_blocks;   /* then the tree is known, too */
		assert_ok(run(&w, 3, &f, &d), &d);
		assert_memory_equal(f.root, m.root, 32);
		unmake(&m);
	}
	make(&m, 4096, 4096, 600, COCO_VERITY_SHA256);
	coco_disk_close(m.disk);
	m.disk = piped(&m, m.n - 1);
	struct coco_verity_work w = work_of(&m);
	assert_err(run(&w, 2, &f, &d), COCO_E_VERITY_PARAMETER, &d);
	coco_disk_close(m.disk);
	m.disk = piped(&m, m.n - 4096);
	w = work_of(&m);
	w.params.data_blocks = 600;
	assert_err(run(&w, 2, &f, &d), COCO_E_IO_READ, &d);
	coco_disk_close(m.disk);
	m.disk = piped(&m, m.n);
	w = work_of(&m);
	w.stored = m.disk;
	assert_err(run(&w, 2, &f, &d), COCO_E_VERITY_PARAMETER, &d);
	unmake(&m);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_verity_found f;
	struct coco_diag d = { 0 };
	struct made m;

	make(&m, 512, 512, 300, COCO_VERITY_SHA512);
	struct coco_verity_work w = work_of(&m);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++)
		if (coco_test_alloc_check(run(&w, 1, &f, &d), &d))
			break;
	unmake(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_stored),
		cmocka_unit_test(test_area),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
