/*
 * test_blob_check.c - digests of many blobs at once: each gets its own verdict,
 * only failures to read end the whole.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/crypto/sha256.h"
#include "lib/model/blob_check.h"
#include "tests/support/model.h"

enum { N = 40 };

struct blobs {
	char *dir;
	struct coco_blob_check list[N];
	int codes[N];       /* what open() answers */
	bool short_read[N]; /* the file is shorter than open() says */
	unsigned opened;
};

static size_t size_of(size_t i)
{
	static const size_t sizes[] = { 0, 1, 63, 64, 131071, 131072, 131073, 300000 };

	return sizes[i % COCO_ARRAY_LEN(sizes)];
}

static void make(struct blobs *b)
{
	memset(b, 0, sizeof(*b));
	b->dir = coco_test_dir();
	for (size_t i = 0; i < N; i++) {
		uint8_t *p = coco_alloc(size_of(i), 1);
		struct coco_sha256 sha;
		char name[32];

		assert_non_null(p);
		coco_test_random(p, size_of(i), i);
		coco_sha256_init(&sha);
		coco_sha256_update(&sha, p, size_of(i));
		coco_sha256_final(&sha, b->list[i].want.sha256);
		b->list[i].size = size_of(i);
		b->list[i].code = 99;
		snprintf(name, sizeof(name), "blob-%zu", i);
		/* each lies behind seven other bytes */
		int fd = open(coco_model_path(b->dir, name), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		assert_true(fd >= 0);
		assert_int_equal(pwrite(fd, p, size_of(i), 7), size_of(i));
		close(fd);
		coco_free(p);
	}
}

static int open_blob(void *ctx, size_t i, struct coco_blob_at *ret, struct coco_diag *diag)
{
	struct blobs *b = ctx;
	char path[4096];

	__atomic_add_fetch(&b->opened, 1, __ATOMIC_RELAXED);
	if (b->codes[i] != 0)
		return coco_fail(diag, b->codes[i], "as told");
	snprintf(path, sizeof(path), "%s/blob-%zu", b->dir, i);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	*ret = (struct coco_blob_at){ .fd = fd, .offset = 7,
				      .size = size_of(i) + (b->short_read[i] ? 1 : 0) };
	return 0;
}

static int check(struct blobs *b, unsigned jobs, struct coco_diag *d)
{
	const struct coco_run run = coco_model_run(jobs);

	return coco_blob_check_all(&run, b->list, N, open_blob, b, d);
}

static void test_good(void **state COCO_UNUSED)
{
	for (unsigned jobs = 1; jobs <= 5; jobs += 2) {
		struct blobs b;
		struct coco_diag d = { 0 };

		make(&b);
		assert_ok(check(&b, jobs, &d), &d);
		assert_int_equal(b.opened, N);
		for (size_t i = 0; i < N; i++)
			assert_int_equal(b.list[i].code, 0);
		coco_test_rmdir(b.dir);
	}
}

static void test_verdicts(void **state COCO_UNUSED)
{
	struct blobs b;
	struct coco_diag d = { 0 };

	make(&b);
	b.codes[3] = COCO_E_BLOB_MISSING;
	b.codes[8] = COCO_E_BLOB_SIZE;
	b.list[5].want.sha256[31] ^= 1;
	b.list[16].want.sha256[0] ^= 0x80;
	assert_ok(check(&b, 2, &d), &d);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(b.list[i].code, i == 3 ? COCO_E_BLOB_MISSING
						 : i == 8 ? COCO_E_BLOB_SIZE
						 : i == 5 || i == 16 ? COCO_E_BLOB_DIGEST : 0);
	coco_test_rmdir(b.dir);
}

static void test_failures(void **state COCO_UNUSED)
{
	struct blobs b;
	struct coco_diag d = { 0 };

	make(&b);
	b.codes[20] = COCO_E_IO_KIND;
	assert_err(check(&b, 2, &d), COCO_E_IO_KIND, &d);
	coco_diag_init(&d);
	b.codes[20] = 0;
	b.short_read[12] = true;
	assert_err(check(&b, 2, &d), COCO_E_IO_READ, &d);
	coco_test_rmdir(b.dir);
}

static void test_none(void **state COCO_UNUSED)
{
	const struct coco_run run = coco_model_run(3);
	struct coco_diag d = { 0 };

	assert_ok(coco_blob_check_all(&run, NULL, 0, open_blob, NULL, &d), &d);
}

static void test_cancelled(void **state COCO_UNUSED)
{
	static const volatile sig_atomic_t cancel = 1;
	struct coco_run run = coco_model_run(2);
	struct blobs b;
	struct coco_diag d = { 0 };

	make(&b);
	run.cancel = &cancel;
	assert_err(coco_blob_check_all(&run, b.list, N, open_blob, &b, &d), COCO_E_CANCELLED, &d);
	assert_int_equal(b.opened, 0);
	coco_test_rmdir(b.dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
