/*
 * test_pack_lane.c - files that change, shrink, vanish or fail while they are
 * packed: the run fails with a telling code and leaves nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/model.h"

enum change { TRUNCATE, APPEND, TOUCH, REPLACE, UNLINK, OVERWRITE, CHANGES };

struct meddling {
	const char *file;
	enum change change;
	struct coco_progress progress;
	uint64_t after;          /* bytes of progress */
	_Atomic bool stop;
	_Atomic bool done;
};

static void meddle(const char *file, enum change change)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = 1000000000 } };
	char other[4200];
	int fd;

	switch (change) {
	case TRUNCATE:
		assert_int_equal(truncate(file, 1000), 0);
		break;
	case APPEND:
		fd = open(file, O_WRONLY | O_APPEND | O_CLOEXEC);
		assert_int_equal(write(fd, "x", 1), 1);
		close(fd);
		break;
	case TOUCH:
		assert_int_equal(utimensat(AT_FDCWD, file, times, 0), 0);
		break;
	case REPLACE:
		snprintf(other, sizeof(other), "%s.new", file);
		fd = open(other, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		assert_int_equal(ftruncate(fd, 100), 0);
		close(fd);
		assert_int_equal(rename(other, file), 0);
		break;
	case UNLINK:
		assert_int_equal(unlink(file), 0);
		break;
	case OVERWRITE:
		fd = open(file, O_WRONLY | O_CLOEXEC);
		assert_int_equal(pwrite(fd, "changed", 7, 500), 7);
		close(fd);
		break;
	case CHANGES:
		fail();
	}
}

/* The packer logs one line when it has found its files and before it reads them. */
static void meddle_in_log(void *ctx, int level, const char *text COCO_UNUSED)
{
	struct meddling *m = ctx;

	if (level == 1 && !m->done)
		meddle(m->file, m->change);
	m->done = true;
}

static int pack_and_meddle(enum change change, enum coco_compress compress)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_KINDS);
	char *file = coco_path_join(p.dir, "z-last");
	struct meddling m = { .file = file, .change = change };
	struct coco_pack_result result = { .files = 0 };
	struct coco_diag d = { 0 };

	coco_model_noise_file(p.dir, "a-first", 300000, 4);
	coco_model_noise_file(p.dir, "z-last", 200000, 5);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 1 << 20);
	struct coco_run run = coco_model_run(2);
	req.compress = compress;
	run.log = meddle_in_log;
	run.log_ctx = &m;
	int r = coco_pack(&run, &req, &result, &d);
	assert_true(m.done);
	assert_int_equal(r, d.code);
	assert_int_not_equal(r, 0);
	assert_int_equal(coco_model_entries(p.work, ""), 1);
	/* the file is named by number only */
	assert_null(strstr(d.message, "z-last"));
	assert_null(strstr(d.source, "z-last"));
	coco_free(file);
	coco_model_leave(&p);
	return r;
}

static void test_changes(void **state COCO_UNUSED)
{
	for (int c = 0; c < CHANGES; c++) {
		int r = pack_and_meddle((enum change)c, COCO_COMPRESS_OFF);

		if (c == UNLINK)
			assert_true(r == COCO_E_IO_OPEN || r == COCO_E_IO_CHANGED);
		else
			assert_int_equal(r, COCO_E_IO_CHANGED);
	}
}

static void test_changes_compressed(void **state COCO_UNUSED)
{
	assert_int_equal(pack_and_meddle(TRUNCATE, COCO_COMPRESS_ZSTD), COCO_E_IO_CHANGED);
	assert_int_equal(pack_and_meddle(OVERWRITE, COCO_COMPRESS_AUTO), COCO_E_IO_CHANGED);
}

static void *meddler(void *arg)
{
	struct meddling *m = arg;

	while (!atomic_load(&m->stop)) {
		if (atomic_load(&m->progress.done) >= m->after) {
			meddle(m->file, m->change);
			atomic_store(&m->done, true);
			return NULL;
		}
		usleep(200);
	}
	return NULL;
}

/* In the middle of one file; false when the packer was through before. */
static bool meddle_in_the_middle(enum change change)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_KINDS);
	char *file = coco_path_join(p.dir, "file");
	struct meddling m = { .file = file, .change = change, .after = 1 << 20 };
	struct coco_pack_result result = { .files = 0 };
	struct coco_diag d = { 0 };
	pthread_t thread;

	coco_model_file(p.dir, "file", "", 0);
	assert_int_equal(truncate(file, 64 << 20), 0);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 32 << 20);
	struct coco_run run = coco_model_run(2);
	req.compress = COCO_COMPRESS_OFF;
	run.progress = &m.progress;
	assert_int_equal(pthread_create(&thread, NULL, meddler, &m), 0);
	int r = coco_pack(&run, &req, &result, &d);
	atomic_store(&m.stop, true);
	pthread_join(thread, NULL);
	assert_int_equal(r, d.code);
	assert_true(r == 0 || r == COCO_E_IO_CHANGED);
	assert_int_equal(coco_model_entries(p.work, ""), r == 0 ? 2 : 1);
	coco_pack_result_free(&result);
	coco_free(file);
	coco_model_leave(&p);
	return r != 0;
}

static void test_changes_in_the_middle(void **state COCO_UNUSED)
{
	static const enum change list[] = { TRUNCATE, OVERWRITE };

	for (size_t i = 0; i < COCO_ARRAY_LEN(list); i++) {
		int tries = 10;

		while (tries > 0 && !meddle_in_the_middle(list[i]))
			tries--;
		assert_true(tries > 0);
	}
}

/* Somebody puts a link where a segment will be written. */
static void plant_in_log(void *ctx, int level, const char *text COCO_UNUSED)
{
	const struct coco_model_place *p = ctx;
	char command[8400];

	if (level != 1)
		return;
	snprintf(command, sizeof(command), "for d in %s.partial-*; do "
		 "ln -s %s/victim $d/blobs/sha256/segment-0.tmp; done", p->out, p->work);
	assert_int_equal(system(command), 0);
}

static void test_planted_link(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_GGUF);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 65536);
	struct coco_run run = coco_model_run(2);
	struct coco_pack_result r = { .files = 0 };
	struct coco_diag d = { 0 };
	size_t n = 0;

	coco_model_file(p.work, "victim", "precious", 8);
	run.log = plant_in_log;
	run.log_ctx = &p;
	assert_err(coco_pack(&run, &req, &r, &d), COCO_E_IO_WRITE, &d);
	uint8_t *bytes = coco_test_slurp(coco_model_path(p.work, "victim"), &n);
	assert_int_equal(n, 8);
	assert_memory_equal(bytes, "precious", 8);
	coco_free(bytes);
	assert_int_equal(coco_model_entries(p.work, ""), 2);
	coco_model_leave(&p);
}

static void give_away(const char *path, uid_t uid)
{
	assert_int_equal(chown(path, uid, (gid_t)-1), 0);
}

/* Root reads everything, so root becomes nobody for this one. */
static void test_unreadable(void **state COCO_UNUSED)
{
	enum { NOBODY = 65534 };
	struct coco_model_place p = coco_model_place(COCO_MODEL_KINDS);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 0);
	bool root = geteuid() == 0;

	coco_model_file(p.dir, "a", "x", 1);
	assert_int_equal(chmod(coco_model_path(p.dir, "a"), 0), 0);
	if (root) {
		give_away(p.work, NOBODY);
		give_away(p.dir, NOBODY);
		assert_int_equal(seteuid(NOBODY), 0);
	}
	int r = coco_model_pack_code(&req, 1);
	if (root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(r, COCO_E_IO_OPEN);
	assert_int_equal(coco_model_entries(p.work, ""), 1);
	coco_model_leave(&p);
}

/* The n-th allocation fails, for every n: out of memory, and nothing is left. */
static void test_memory(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_KINDS);

	coco_model_safetensors(p.dir, "a.safetensors", "BF16", 100000, 1);
	coco_model_file(p.dir, "d/b", "small", 5);
	coco_model_file(p.dir, "c", "", 0);
	struct coco_pack_request req = coco_model_request(p.dir, p.out, &p.key, 65536);
	const struct coco_run run = coco_model_run(1);
	for (unsigned long n = 1;; n++) {
		struct coco_pack_result result = { .files = 0 };
		struct coco_diag d = { 0 };

		coco_test_alloc_arm(n);
		int r = coco_pack(&run, &req, &result, &d);
		bool failed = coco_test_alloc_disarm();

		/* shrinking a list, and syncing directories, may fail without harm */
		if (r == 0) {
			coco_pack_result_free(&result);
			coco_remove_tree(AT_FDCWD, p.out);
		} else {
			assert_err(r, COCO_E_LIMIT_MEMORY, &d);
		}
		assert_int_equal(coco_model_entries(p.work, ""), 1);
		if (!failed) {
			assert_ok(r, &d);
			break;
		}
	}
	coco_model_leave(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_changes_compressed),
		cmocka_unit_test(test_changes_in_the_middle),
		cmocka_unit_test(test_planted_link),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
