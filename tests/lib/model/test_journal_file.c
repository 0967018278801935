/*
 * test_journal_file.c - the journal on disk: what was appended is read back,
 * whatever a kill or a crash did to its end; changed, it is never believed.
 */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/model/journal_file.h"
#include "tests/support/model.h"

static const uint8_t id[COCO_PACKAGE_ID] = { 1, 2, 3, 4 };

struct seen {
	unsigned n;
	uint32_t files[100];
	int code; /* returned for record number n == fail_at */
	unsigned fail_at;
};

static int take(void *ctx, struct coco_record *r, struct coco_diag *diag)
{
	struct seen *s = ctx;

	assert_int_equal(r->type, COCO_RECORD_FILE);
	s->files[s->n++] = r->file.file;
	return s->code != 0 && s->n == s->fail_at ? coco_fail(diag, s->code, "enough") : 0;
}

static void append(struct coco_journal *j, uint32_t file)
{
	struct coco_record r = { .type = COCO_RECORD_FILE, .file.file = file };
	struct coco_diag d = { 0 };

	assert_ok(coco_journal_append(j, &r, &d), &d);
}

/* A journal of n records in a fresh directory. */
static char *journal_of(uint32_t n, const struct coco_secret *key, int *ret_fd)
{
	char *dir = coco_test_dir();
	struct coco_journal *j = NULL;
	struct coco_diag d = { 0 };

	*ret_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(*ret_fd >= 0);
	assert_ok(coco_journal_create(*ret_fd, key, id, &j, &d), &d);
	for (uint32_t i = 0; i < n; i++)
		append(j, i);
	coco_journal_close(j);
	return dir;
}

static void done(char *dir, int fd, struct coco_secret *key)
{
	close(fd);
	coco_test_rmdir(dir);
	coco_secret_free(key);
}

static int load(int fd, const struct coco_secret *key, struct seen *s, struct coco_journal **j,
		struct coco_diag *d)
{
	uint8_t got[COCO_PACKAGE_ID] = { 0 };

	*s = (struct seen){ .code = s->code, .fail_at = s->fail_at };
	int r = coco_journal_load(fd, key, got, take, s, j, d);
	if (r == 0)
		assert_memory_equal(got, id, sizeof(id));
	return r;
}

static void test_round_trip(void **state COCO_UNUSED)
{
	struct coco_secret key = coco_model_key(1);
	struct coco_journal *j = NULL;
	struct seen s = { .n = 0 };
	struct coco_diag d = { 0 };
	struct stat st;
	int fd;
	char *dir = journal_of(3, &key, &fd);

	assert_ok(load(fd, &key, &s, NULL, &d), &d);
	assert_int_equal(s.n, 3);
	assert_ok(load(fd, &key, &s, &j, &d), &d);
	append(j, 77);
	coco_journal_close(j);
	assert_ok(load(fd, &key, &s, NULL, &d), &d);
	assert_int_equal(s.n, 4);
	assert_int_equal(s.files[3], 77);
	assert_int_equal(fstatat(fd, COCO_JOURNAL_NAME, &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* there is one already */
	assert_err(coco_journal_create(fd, &key, id, &j, &d), COCO_E_IO_WRITE, &d);
	coco_journal_close(NULL);
	done(dir, fd, &key);
}

/* Cut anywhere: the whole records before it are used, and it can be continued. */
static void test_cut_everywhere(void **state COCO_UNUSED)
{
	struct coco_secret key = coco_model_key(2);
	int fd;
	char *dir = journal_of(3, &key, &fd);
	const char *path = coco_model_path(dir, COCO_JOURNAL_NAME);
	size_t n = 0;
	uint8_t *whole = coco_test_slurp(path, &n);
	size_t each = (n - COCO_JOURNAL_HEAD) / 3;

	for (size_t cut = 0; cut <= n; cut++) {
		struct coco_journal *j = NULL;
		struct seen s = { .n = 0 };
		struct coco_diag d = { 0 };

		coco_model_file(dir, COCO_JOURNAL_NAME, whole, cut);
		assert_int_equal(coco_journal_started(fd), cut >= COCO_JOURNAL_HEAD + each);
		if (cut < COCO_JOURNAL_HEAD) {
			assert_err(load(fd, &key, &s, NULL, &d), COCO_E_IO_READ, &d);
			continue;
		}
		assert_ok(load(fd, &key, &s, &j, &d), &d);
		assert_int_equal(s.n, (cut - COCO_JOURNAL_HEAD) / each);
		append(j, 9);
		coco_journal_close(j);
		assert_ok(load(fd, &key, &s, NULL, &d), &d);
		assert_int_equal(s.n, (cut - COCO_JOURNAL_HEAD) / each + 1);
		assert_int_equal(s.files[s.n - 1], 9);
	}
	coco_free(whole);
	done(dir, fd, &key);
}

/* Killed after the message and before its length: the length is zero. */
static void test_length_not_written(void **state COCO_UNUSED)
{
	struct coco_secret key = coco_model_key(3);
	struct coco_journal *j = NULL;
	struct seen s = { .n = 0 };
	struct coco_diag d = { 0 };
	int fd;
	char *dir = journal_of(3, &key, &fd);
	size_t n = 0;
	uint8_t *whole = coco_test_slurp(coco_model_path(dir, COCO_JOURNAL_NAME), &n);
	size_t each = (n - COCO_JOURNAL_HEAD) / 3;

	memset(whole + n - each, 0, 4);
	coco_model_file(dir, COCO_JOURNAL_NAME, whole, n);
	assert_ok(load(fd, &key, &s, &j, &d), &d);
	assert_int_equal(s.n, 2);
	append(j, 50);
	coco_journal_close(j);
	assert_ok(load(fd, &key, &s, NULL, &d), &d);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.files[2], 50);
	memset(whole + COCO_JOURNAL_HEAD, 0, 4);
	coco_model_file(dir, COCO_JOURNAL_NAME, whole, n);
	assert_false(coco_journal_started(fd));
	coco_free(whole);
	done(dir, fd, &key);
}

/*
 * Every bit: for reading it is refused; for going on, what follows the first
 * record may be lost, but nothing that was not written is ever read.
 */
static void test_every_bit(void **state COCO_UNUSED)
{
	struct coco_secret key = coco_model_key(4);
	int fd;
	char *dir = journal_of(3, &key, &fd);
	size_t n = 0;
	uint8_t *whole = coco_test_slurp(coco_model_path(dir, COCO_JOURNAL_NAME), &n);
	size_t each = (n - COCO_JOURNAL_HEAD) / 3;

	for (size_t bit = 0; bit < 8 * n; bit++) {
		struct coco_journal *j = NULL;
		struct seen s = { .n = 0 };
		struct coco_diag d = { 0 };
		size_t at = bit / 8;

		whole[at] ^= (uint8_t)(1 << bit % 8);
		coco_model_file(dir, COCO_JOURNAL_NAME, whole, n);
		whole[at] ^= (uint8_t)(1 << bit % 8);
		int r = load(fd, &key, &s, NULL, &d);
		size_t in = at < COCO_JOURNAL_HEAD ? 0 : (at - COCO_JOURNAL_HEAD) / each;
		bool length = at >= COCO_JOURNAL_HEAD && (at - COCO_JOURNAL_HEAD) % each < 4;
		assert_int_equal(s.n, in);
		assert_true(r != 0 || length);
		coco_diag_init(&d);
		r = load(fd, &key, &s, &j, &d);
		assert_int_equal(s.n, in);
		if (at >= COCO_JOURNAL_HEAD + each)
			assert_ok(r, &d);
		else
			assert_true(r == COCO_E_KEY_WRONG || r == COCO_E_CHUNK_AUTH ||
				    r == COCO_E_COBBLE_LENGTH || r == COCO_E_RECORD || length);
		if (r == 0)
			coco_journal_close(j);
	}
	coco_free(whole);
	done(dir, fd, &key);
}

static void test_wrong_key(void **state COCO_UNUSED)
{
	struct coco_secret key = coco_model_key(5);
	struct coco_secret other = coco_model_key(6);
	struct coco_journal *j = NULL;
	struct seen s = { .n = 0 };
	struct coco_diag d = { 0 };
	int fd;
	char *dir = journal_of(2, &key, &fd);

	assert_true(coco_journal_started(fd));
	assert_err(load(fd, &other, &s, &j, &d), COCO_E_KEY_WRONG, &d);
	coco_diag_init(&d);
	assert_err(load(fd, &other, &s, NULL, &d), COCO_E_KEY_WRONG, &d);
	coco_diag_init(&d);
	assert_ok(load(fd, &key, &s, NULL, &d), &d); /* it was not touched */
	assert_int_equal(s.n, 2);
	coco_secret_free(&other);
	done(dir, fd, &key);
}

/* A record of another package, and a huge length. */
static void test_foreign(void **state COCO_UNUSED)
{
	struct coco_secret key = coco_model_key(7);
	struct seen s = { .n = 0 };
	struct coco_diag d = { 0 };
	int fd;
	char *dir = journal_of(2, &key, &fd);
	size_t n = 0;
	uint8_t *whole = coco_test_slurp(coco_model_path(dir, COCO_JOURNAL_NAME), &n);

	whole[8] ^= 1;
	coco_model_file(dir, COCO_JOURNAL_NAME, whole, n);
	assert_err(load(fd, &key, &s, NULL, &d), COCO_E_KEY_WRONG, &d);
	coco_diag_init(&d);
	whole[0] = 'x';
	coco_model_file(dir, COCO_JOURNAL_NAME, whole, n);
	assert_err(load(fd, &key, &s, NULL, &d), COCO_E_RECORD, &d);
	coco_free(whole);
	assert_int_equal(unlinkat(fd, COCO_JOURNAL_NAME, 0), 0);
	coco_diag_init(&d);
	assert_false(coco_journal_started(fd));
	assert_err(load(fd, &key, &s, NULL, &d), COCO_E_IO_OPEN, &d);
	assert_int_equal(symlinkat("/etc/passwd", fd, COCO_JOURNAL_NAME), 0);
	coco_diag_init(&d);
	assert_err(load(fd, &key, &s, NULL, &d), COCO_E_IO_OPEN, &d);
	done(dir, fd, &key);
}

static void test_huge_record(void **state COCO_UNUSED)
{
	struct coco_secret key = coco_model_key(8);
	struct seen s = { .n = 0 };
	struct coco_diag d = { 0 };
	uint8_t len[4] = { 0x40, 0, 0, 1 };
	int fd;
	char *dir = journal_of(0, &key, &fd);
	int file = openat(fd, COCO_JOURNAL_NAME, O_WRONLY | O_CLOEXEC);

	assert_true(file >= 0);
	assert_int_equal(pwrite(file, len, 4, COCO_JOURNAL_HEAD), 4);
	assert_int_equal(ftruncate(file, ((off_t)2 << 30) + 100), 0);
	close(file);
	assert_err(load(fd, &key, &s, NULL, &d), COCO_E_RECORD, &d);
	done(dir, fd, &key);
}

/* The reader of records can stop. */
static void test_stopped(void **state COCO_UNUSED)
{
	struct coco_secret key = coco_model_key(9);
	struct coco_journal *j = NULL;
	struct seen s = { .code = COCO_E_RESUME_OTHER, .fail_at = 2 };
	struct coco_diag d = { 0 };
	int fd;
	char *dir = journal_of(3, &key, &fd);

	assert_err(load(fd, &key, &s, &j, &d), COCO_E_RESUME_OTHER, &d);
	assert_int_equal(s.n, 2);
	s.code = 0;
	coco_diag_init(&d);
	assert_ok(load(fd, &key, &s, NULL, &d), &d);
	assert_int_equal(s.n, 3);
	done(dir, fd, &key);
}

struct appending {
	struct coco_journal *j;
	uint32_t from;
};

static void *append_some(void *arg)
{
	struct appending *a = arg;

	for (uint32_t i = 0; i < 20; i++)
		append(a->j, a->from + i);
	return NULL;
}

static void test_threads(void **state COCO_UNUSED)
{
	struct coco_secret key = coco_model_key(10);
	struct coco_journal *j = NULL;
	struct appending args[4];
	pthread_t threads[4];
	struct seen s = { .n = 0 };
	struct coco_diag d = { 0 };
	bool got[80] = { false };
	int fd;
	char *dir = journal_of(0, &key, &fd);

	assert_ok(load(fd, &key, &s, &j, &d), &d);
	for (uint32_t i = 0; i < 4; i++) {
		args[i] = (struct appending){ j, i * 20 };
		assert_int_equal(pthread_create(&threads[i], NULL, append_some, &args[i]), 0);
	}
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	coco_journal_close(j);
	assert_ok(load(fd, &key, &s, NULL, &d), &d);
	assert_int_equal(s.n, 80);
	for (unsigned i = 0; i < 80; i++) {
		assert_true(s.files[i] < 80 && !got[s.files[i]]);
		got[s.files[i]] = true;
	}
	done(dir, fd, &key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_cut_everywhere),
		cmocka_unit_test(test_length_not_written),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_wrong_key),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_huge_record),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
