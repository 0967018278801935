/*
 * test_pack_resume.c - going on after SIGKILL at any time, and refusing to go
 * on with something else.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/model/pack_priv.h"
#include "tests/support/model.h"

enum { KEY = 2000 };

/* Files of many segments, small ones, and one that cannot be split well. */
static struct coco_model_place place(void)
{
	struct coco_model_place p = coco_model_place(COCO_MODEL_KINDS);

	coco_secret_free(&p.key);
	p.key = coco_model_key(KEY);
	for (unsigned i = 0; i < 24; i++) {
		char name[32];

		snprintf(name, sizeof(name), "dir%u/file-%02u", i % 3, i);
		coco_model_noise_file(p.dir, name, 1000 + i * 17777, i);
	}
	coco_model_noise_file(p.dir, "large", 3 << 20, 99);
	coco_model_file(p.dir, "empty", "", 0);
	coco_model_noise_file(p.dir, "z-last", 3000, 98);
	return p;
}

static struct coco_pack_request request(const struct coco_model_place *p)
{
	struct coco_pack_request req = coco_model_request(p->dir, p->out, &p->key, 65536);

	req.compress = COCO_COMPRESS_OFF;
	req.resume = true;
	return req;
}

/* The partial directory, in a static buffer; NULL when there is none. */
static const char *partial_of(const struct coco_model_place *p)
{
	static char path[5000];
	FILE *f;

	snprintf(path, sizeof(path), "ls -d %s.partial-* 2>/dev/null", p->out);
	f = popen(path, "re");
	assert_non_null(f);
	char *line = fgets(path, sizeof(path), f);
	pclose(f);
	if (line == NULL)
		return NULL;
	path[strcspn(path, "\n")] = '\0';
	return path;
}

static size_t named_blobs(const char *partial)
{
	const char *blobs = coco_model_path(partial, "blobs/sha256");

	if (access(blobs, F_OK) != 0)
		return 0;
	return coco_model_entries(blobs, "") - coco_model_entries(blobs, "segment-");
}

/* Packs in a child that is killed after so long; true when the package was there before. */
static bool pack_and_kill(const struct coco_model_place *p, unsigned jobs, useconds_t after)
{
	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (child == 0) {
		/* secrets do not survive a fork */
		struct coco_secret key = coco_model_key(KEY);
		struct coco_pack_request req = request(p);
		struct coco_pack_result r = { .files = 0 };
		const struct coco_run run = coco_model_run(jobs);

		req.key = &key;
		_exit(coco_pack(&run, &req, &r, NULL) == 0 ? 0 : 1);
	}
	usleep(after);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
	/* it may have been killed between its last deed and its exit */
	return access(p->out, F_OK) == 0;
}

/* Goes on, checks what was taken over, opens and compares. */
static void finish(const struct coco_model_place *p, unsigned jobs, size_t least, size_t most)
{
	struct coco_pack_request req = request(p);
	struct coco_pack_result r = { .files = 0 };
	char *opened = coco_path_join(p->work, "opened");

	coco_model_pack(&req, jobs, &r);
	assert_in_range(r.resumed, least, most);
	assert_int_equal(r.resumed + r.segments, r.header.segment_count);
	/* catalogue, header, manifest, segments, and nothing else */
	assert_int_equal(coco_model_entries(coco_model_path(p->out, "blobs/sha256"), ""),
			 r.header.segment_count + 3);
	assert_int_equal(coco_model_entries(p->out, ""), 3);
	assert_int_equal(coco_model_entries(p->work, ""), 2);
	assert_int_equal(coco_model_open(p->out, &p->key, opened, 2), 0);
	coco_model_same(p->dir, opened);
	coco_remove_tree(AT_FDCWD, opened);
	coco_remove_tree(AT_FDCWD, p->out);
	coco_free(opened);
	coco_pack_result_free(&r);
}

static void test_killed(void **state COCO_UNUSED)
{
	struct coco_model_place p = place();
	useconds_t whole = 30000;

	for (unsigned i = 0; i < 24; i++) {
		unsigned jobs = 1 + i % 3;

		if (pack_and_kill(&p, jobs, (whole * i) / 16)) {
			whole = whole * 3 / 4;
			coco_remove_tree(AT_FDCWD, p.out);
			continue;
		}
		const char *partial = partial_of(&p);
		size_t named = partial != NULL ? named_blobs(partial) : 0;
		size_t segments = named < 3 ? named : named - 3; /* documents of the end */
		/* each worker may have named a blob and not yet written it down */
		finish(&p, 1 + (i + 1) % 3, segments > jobs ? segments - jobs : 0, named);
	}
	coco_model_leave(&p);
}

static void test_killed_again_and_again(void **state COCO_UNUSED)
{
	struct coco_model_place p = place();
	size_t before = 0;

	for (unsigned i = 0; i < 12; i++) {
		if (pack_and_kill(&p, 2, 2000 + 700 * i)) {
			coco_remove_tree(AT_FDCWD, p.out);
			before = 0;
			continue;
		}
		const char *partial = partial_of(&p);
		size_t named = partial != NULL ? named_blobs(partial) : 0;
		assert_true(named + 3 + 2 >= before);
		before = named;
	}
	finish(&p, 2, 0, SIZE_MAX);
	coco_model_leave(&p);
}

/* ---- a partial directory with some segments, always the same way ------------- */

static void restore(const struct coco_model_place *p, const struct stat *st)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, st->st_mtim };

	coco_model_noise_file(p->dir, "z-last", 3000, 98);
	assert_int_equal(utimensat(AT_FDCWD, coco_model_path(p->dir, "z-last"), times, 0), 0);
}

static void cut_last(void *ctx, int level, const char *text COCO_UNUSED)
{
	const struct coco_model_place *p = ctx;

	if (level == 1)
		assert_int_equal(truncate(coco_model_path(p->dir, "z-last"), 1), 0);
}

/* A run that fails at its last file, which is then put back as it was. */
static struct coco_model_place interrupted(void)
{
	struct coco_model_place p = place();
	struct coco_pack_request req = request(&p);
	struct coco_run run = coco_model_run(1);
	struct coco_pack_result r = { .files = 0 };
	struct coco_diag d = { 0 };
	struct stat st;

	assert_int_equal(stat(coco_model_path(p.dir, "z-last"), &st), 0);
	run.log = cut_last;
	run.log_ctx = &p;
	assert_err(coco_pack(&run, &req, &r, &d), COCO_E_IO_CHANGED, &d);
	restore(&p, &st);
	assert_non_null(partial_of(&p));
	assert_true(named_blobs(partial_of(&p)) > 10);
	return p;
}

static void test_failed_run(void **state COCO_UNUSED)
{
	for (unsigned jobs = 1; jobs <= 5; jobs += 2) {
		struct coco_model_place p = interrupted();
		size_t named = named_blobs(partial_of(&p));

		assert_int_equal(coco_model_entries(coco_model_path(partial_of(&p), "blobs/sha256"),
						    "segment-"), 0);
		finish(&p, jobs, named, named);
		coco_model_leave(&p);
	}
}

/* Without --resume a failed run leaves nothing, and takes nothing over. */
static void test_without_resume(void **state COCO_UNUSED)
{
	struct coco_model_place p = interrupted();
	struct coco_pack_request req = request(&p);
	struct coco_pack_result r = { .files = 0 };

	req.resume = false;
	coco_model_pack(&req, 1, &r);
	assert_int_equal(r.resumed, 0);
	assert_non_null(partial_of(&p));
	coco_pack_result_free(&r);
	coco_model_leave(&p);
}

static void refuse(struct coco_model_place *p, const struct coco_pack_request *req, int code)
{
	char *before = coco_strdup(partial_of(p));
	size_t named = named_blobs(before);

	assert_int_equal(coco_model_pack_code(req, 1), code);
	assert_string_equal(partial_of(p), before);
	assert_int_equal(named_blobs(before), named);
	assert_int_equal(access(p->out, F_OK), -1);
	coco_free(before);
}

static void test_other_options(void **state COCO_UNUSED)
{
	struct coco_model_place p = interrupted();
	struct coco_secret other = coco_model_key(1);
	struct coco_pack_request req = request(&p);

	req.key = &other;
	refuse(&p, &req, COCO_E_KEY_WRONG);
	req = request(&p);
	req.compress = COCO_COMPRESS_AUTO;
	refuse(&p, &req, COCO_E_RESUME_OTHER);
	req = request(&p);
	req.digests = false;
	refuse(&p, &req, COCO_E_RESUME_OTHER);
	req = request(&p);
	req.segment_size = 131072;
	refuse(&p, &req, COCO_E_RESUME_OTHER);
	/* what only the end of the run needs may be another */
	size_t named = named_blobs(partial_of(&p));
	req = request(&p);
	req.version = 9;
	req.at_rest = COCO_AT_REST_DENY;
	req.key_id = "kbs:///a/b/c";
	struct coco_pack_result r = { .files = 0 };
	coco_model_pack(&req, 1, &r);
	assert_int_equal(r.resumed, named);
	assert_int_equal(r.header.version, 9);
	coco_pack_result_free(&r);
	coco_secret_free(&other);
	coco_model_leave(&p);
}

static void test_other_plan(void **state COCO_UNUSED)
{
	struct coco_model_place p = interrupted();
	struct coco_pack_request req = request(&p);
	const struct coco_run run = coco_model_run(1);
	const struct coco_tree_opts opts = { .ignore_git = false };
	struct coco_plan_info info;
	struct coco_diag d = { 0 };
	uint8_t *plan = NULL;
	size_t n = 0;

	assert_ok(coco_pack_plan(&run, p.dir, &opts, 65536, &plan, &n, &info, &d), &d);
	req.plan = coco_view_of(plan, n);
	refuse(&p, &req, COCO_E_RESUME_OTHER);
	req.shard = 1;
	req.shards = 2;
	refuse(&p, &req, COCO_E_RESUME_OTHER);
	coco_free(plan);
	coco_model_leave(&p);
}

static void test_other_tree(void **state COCO_UNUSED)
{
	static const struct timespec old[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = 5 } };
	struct coco_model_place p = interrupted();
	struct coco_pack_request req = request(&p);
	struct stat st;

	coco_model_file(p.dir, "new", "x", 1);
	refuse(&p, &req, COCO_E_RESUME_OTHER);
	assert_int_equal(unlink(coco_model_path(p.dir, "new")), 0);
	assert_int_equal(stat(coco_model_path(p.dir, "large"), &st), 0);
	const struct timespec back[2] = { { .tv_nsec = UTIME_OMIT }, st.st_mtim };
	assert_int_equal(utimensat(AT_FDCWD, coco_model_path(p.dir, "large"), old, 0), 0);
	refuse(&p, &req, COCO_E_RESUME_OTHER);
	assert_int_equal(utimensat(AT_FDCWD, coco_model_path(p.dir, "large"), back, 0), 0);
	assert_int_equal(chmod(coco_model_path(p.dir, "large"), 0600), 0);
	refuse(&p, &req, COCO_E_RESUME_OTHER);
	assert_int_equal(chmod(coco_model_path(p.dir, "large"), 0644), 0);
	const char *name = coco_model_path(p.dir, "empty");
	assert_int_equal(rename(name, coco_model_path(p.dir, "void")), 0);
	refuse(&p, &req, COCO_E_RESUME_OTHER);
	name = coco_model_path(p.dir, "void");
	assert_int_equal(rename(name, coco_model_path(p.dir, "empty")), 0);
	size_t named = named_blobs(partial_of(&p));
	finish(&p, 2, named, named);
	coco_model_leave(&p);
}

/* Name of the n-th blob of the partial directory, in a static buffer. */
static const char *blob(const char *partial, unsigned n)
{
	static char line[5000];

	snprintf(line, sizeof(line), "ls %s/blobs/sha256 | sed -n %up", partial, n);
	FILE *f = popen(line, "re");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	pclose(f);
	line[strcspn(line, "\n")] = '\0';
	return coco_model_path(coco_model_path(partial, "blobs/sha256"), line);
}

static void test_damaged_blobs(void **state COCO_UNUSED)
{
	struct coco_model_place p = interrupted();
	const char *partial = partial_of(&p);
	size_t named = named_blobs(partial);
	size_t n = 0;

	/* shorter, changed, gone, another kind, and two that nobody knows */
	assert_int_equal(truncate(blob(partial, 1), 10), 0);
	uint8_t *bytes = coco_test_slurp(blob(partial, 2), &n);
	bytes[n / 2] ^= 1;
	int fd = open(blob(partial, 2), O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_ok(coco_write_full(fd, bytes, n, "blob", NULL), NULL);
	close(fd);
	coco_free(bytes);
	assert_int_equal(unlink(blob(partial, 3)), 0);
	char *third = coco_strdup(blob(partial, 3));
	assert_int_equal(unlink(third), 0);
	assert_int_equal(mkdir(third, 0700), 0);
	assert_int_equal(rmdir(third), 0);
	coco_free(third);
	coco_model_file(partial, "blobs/sha256/segment-3.tmp", "junk", 4);
	coco_model_file(partial, "blobs/sha256/"
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "", 0);
	finish(&p, 2, named - 4, named - 4);
	coco_model_leave(&p);
}

/* A link in place of a blob is not followed. */
static void test_link_for_a_blob(void **state COCO_UNUSED)
{
	struct coco_model_place p = interrupted();
	const char *partial = partial_of(&p);
	char *name = coco_strdup(blob(partial, 1));
	char *elsewhere = coco_path_join(p.work, "elsewhere");
	struct coco_pack_request req = request(&p);

	assert_int_equal(rename(name, elsewhere), 0);
	assert_int_equal(symlink(elsewhere, name), 0);
	assert_int_equal(coco_model_pack_code(&req, 1), COCO_E_IO_OPEN);
	assert_int_equal(access(p.out, F_OK), -1);
	coco_free(name);
	coco_free(elsewhere);
	coco_model_leave(&p);
}

/* Killed before the first record: there is nothing to go on from, so it starts anew. */
static void test_killed_early(void **state COCO_UNUSED)
{
	static const char head[] = "cocojnl1\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20";

	for (size_t n = 0; n <= sizeof(head) + 4; n += n == 0 ? 1 : sizeof(head) - 2) {
		struct coco_model_place p = place();
		char *partial = coco_alloc(strlen(p.out) + 40, 1);
		uint8_t journal[64] = { 0 };

		sprintf(partial, "%s.partial-0123456789abcdef", p.out);
		assert_int_equal(mkdir(partial, 0700), 0);
		memcpy(journal, head, sizeof(head) - 1);
		if (n > 0)
			coco_model_file(partial, "journal", journal, n);
		finish(&p, 2, 0, 0);
		coco_free(partial);
		coco_model_leave(&p);
	}
}

/* ---- records that this program did not write -------------------------------- */

static void forged(const struct coco_record *first, const struct coco_record *second, int code)
{
	static const uint8_t id[COCO_PACKAGE_ID] = { 9 };
	struct coco_model_place p = place();
	struct coco_pack_request req = request(&p);
	char *partial = coco_alloc(strlen(p.out) + 40, 1);
	struct coco_journal *j = NULL;

	sprintf(partial, "%s.partial-0123456789abcdef", p.out);
	coco_model_file(partial, "blobs/sha256/x", "", 0);
	int fd = open(partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_ok(coco_journal_create(fd, &p.key, id, &j, NULL), NULL);
	assert_ok(coco_journal_append(j, first, NULL), NULL);
	if (second != NULL)
		assert_ok(coco_journal_append(j, second, NULL), NULL);
	coco_journal_close(j);
	close(fd);
	refuse(&p, &req, code);
	coco_free(partial);
	coco_model_leave(&p);
}

static void test_forged_records(void **state COCO_UNUSED)
{
	const struct coco_record identity = { .type = COCO_RECORD_IDENTITY,
					      .identity.segment_size = 65536 };
	const struct coco_record segment = { .type = COCO_RECORD_SEGMENT, .segment.segment = 9999,
					     .segment.size = 100 };
	const struct coco_record file = { .type = COCO_RECORD_FILE, .file.file = 9999 };

	forged(&identity, NULL, COCO_E_RESUME_OTHER);
	forged(&segment, NULL, COCO_E_RECORD);
	forged(&file, &identity, COCO_E_RECORD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_killed_again_and_again),
		cmocka_unit_test(test_failed_run),
		cmocka_unit_test(test_without_resume),
		cmocka_unit_test(test_other_options),
		cmocka_unit_test(test_other_plan),
		cmocka_unit_test(test_other_tree),
		cmocka_unit_test(test_damaged_blobs),
		cmocka_unit_test(test_link_for_a_blob),
		cmocka_unit_test(test_killed_early),
		cmocka_unit_test(test_forged_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
