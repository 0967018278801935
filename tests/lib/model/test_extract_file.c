/*
 * test_extract_file.c - files of the output: unnamed until they are complete,
 * never outside the directory, whatever somebody plants in it meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/model/extract_priv.h"
#include "tests/support/model.h"

struct setup {
	struct coco_model_place p;
	struct coco_cat_file files[4];
	struct coco_catalogue cat;
	struct coco_extract_file slots[4];
	struct coco_extract_request req;
	struct coco_run run;
	struct coco_extract x;
	struct coco_extract_dir dir;
};

static void start(struct setup *s)
{
	static const char *const paths[4] = { "a", "d/b", "d/c", "d/e/f" };
	struct coco_diag d = { 0 };

	memset(s, 0, sizeof(*s));
	s->p = coco_model_place(COCO_MODEL_KINDS);
	for (size_t i = 0; i < 4; i++) {
		s->files[i].path = coco_strdup(paths[i]);
		s->files[i].mode = 0640;
		s->files[i].size = 5;
		s->slots[i].fd = -1;
	}
	s->cat = (struct coco_catalogue){ .files = s->files, .n_files = 4 };
	s->run = coco_model_run(1);
	s->req = (struct coco_extract_request){ .cat = &s->cat, .out = s->p.out };
	s->x = (struct coco_extract){ .run = &s->run, .req = &s->req, .files = s->slots,
				      .umask = 022 };
	s->dir.fd = -1;
	assert_ok(coco_outdir_open(&s->x.out, s->p.out, 0, &d), &d);
}

static void finish(struct setup *s)
{
	coco_extract_dir_close(&s->dir);
	for (size_t i = 0; i < 4; i++) {
		if (s->slots[i].fd >= 0)
			close(s->slots[i].fd);
		coco_free(s->files[i].path);
	}
	coco_outdir_abort(&s->x.out);
	assert_int_equal(coco_model_entries(s->p.work, ""), 0);
	coco_model_leave(&s->p);
}

static int create(struct setup *s, size_t i, struct coco_diag *d)
{
	coco_diag_init(d);
	return coco_extract_create(&s->x, i, &s->dir, d);
}

static int place(struct setup *s, size_t i, struct coco_diag *d)
{
	coco_diag_init(d);
	return coco_extract_place(&s->x, i, &s->dir, d);
}

static void test_unnamed_until_complete(void **state COCO_UNUSED)
{
	struct setup s;
	struct coco_diag d;
	struct stat st;

	start(&s);
	for (size_t i = 0; i < 4; i++) {
		assert_ok(create(&s, i, &d), &d);
		assert_int_equal(write(s.slots[i].fd, "12345", 5), 5);
		assert_int_equal(fstat(s.slots[i].fd, &st), 0);
		assert_int_equal(st.st_nlink, 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	assert_int_equal(coco_model_entries(s.x.out.partial, ""), 1); /* the directory d */
	for (size_t i = 0; i < 4; i++) {
		assert_ok(place(&s, i, &d), &d);
		assert_int_equal(s.slots[i].fd, -1);
		assert_int_equal(fstatat(s.x.out.fd, s.files[i].path, &st, AT_SYMLINK_NOFOLLOW), 0);
		assert_int_equal(st.st_mode & 07777, 0640);
		assert_int_equal(st.st_size, 5);
	}
	finish(&s);
}

/* A directory of the output that becomes a link leads nowhere. */
static void test_planted_directory_link(void **state COCO_UNUSED)
{
	struct setup s;
	struct coco_diag d;
	char *outside = NULL;

	start(&s);
	outside = coco_path_join(s.p.work, "outside");
	assert_int_equal(mkdir(outside, 0700), 0);
	assert_int_equal(symlinkat(outside, s.x.out.fd, "d"), 0);
	assert_err(create(&s, 1, &d), COCO_E_IO_WRITE, &d);
	assert_err(create(&s, 3, &d), COCO_E_IO_WRITE, &d);
	assert_int_equal(coco_model_entries(outside, ""), 0);
	/* between creating and naming */
	assert_int_equal(unlinkat(s.x.out.fd, "d", 0), 0);
	assert_ok(create(&s, 3, &d), &d);
	coco_extract_dir_close(&s.dir);
	assert_int_equal(renameat(s.x.out.fd, "d/e", s.x.out.fd, "d/away"), 0);
	assert_int_equal(symlinkat(outside, s.x.out.fd, "d/e"), 0);
	assert_err(place(&s, 3, &d), COCO_E_IO_WRITE, &d);
	assert_int_equal(coco_model_entries(outside, ""), 0);
	assert_int_equal(rmdir(outside), 0);
	coco_free(outside);
	finish(&s);
}

/* A name that is taken already, by a file or by a link, is not replaced. */
static void test_planted_name(void **state COCO_UNUSED)
{
	struct setup s;
	struct coco_diag d;
	char *victim = NULL;

	start(&s);
	victim = coco_path_join(s.p.work, "victim");
	coco_model_file(s.p.work, "victim", "precious", 8);
	assert_ok(create(&s, 0, &d), &d);
	assert_int_equal(symlinkat(victim, s.x.out.fd, "a"), 0);
	assert_err(place(&s, 0, &d), COCO_E_IO_WRITE, &d);
	assert_int_equal(unlinkat(s.x.out.fd, "a", 0), 0);
	size_t n = 0;
	uint8_t *bytes = coco_test_slurp(victim, &n);
	assert_int_equal(n, 8);
	assert_memory_equal(bytes, "precious", 8);
	coco_free(bytes);
	coco_model_file(s.x.out.partial, "d", "a file", 6);
	assert_err(create(&s, 1, &d), COCO_E_IO_WRITE, &d);
	assert_int_equal(unlink(victim), 0);
	coco_free(victim);
	finish(&s);
}

static void test_names_in_messages(void **state COCO_UNUSED)
{
	struct setup s;
	struct coco_diag d;
	char buf[256];

	start(&s);
	assert_string_equal(coco_extract_name(&s.x, 1, buf, sizeof(buf)),
			    "file #2 of 4 (--show-names shows the name)");
	s.run.show_names = true;
	assert_string_equal(coco_extract_name(&s.x, 1, buf, sizeof(buf)), "d/b");
	coco_free(s.files[1].path);
	s.files[1].path = coco_strdup("x\ny");
	assert_string_equal(coco_extract_name(&s.x, 1, buf, sizeof(buf)), "x\\x0ay");
	s.run.show_names = false;
	coco_model_file(s.x.out.partial, "d", "", 0);
	assert_err(create(&s, 3, &d), COCO_E_IO_WRITE, &d);
	assert_null(strstr(d.message, "d/e"));
	assert_null(strstr(d.source, "d/e"));
	finish(&s);
}

/* Files as long as the catalogue says, before a byte is written. */
static void test_sizes(void **state COCO_UNUSED)
{
	struct setup s;
	struct coco_diag d;
	struct stat st;

	start(&s);
	s.files[0].size = (uint64_t)1 << 40;
	assert_ok(create(&s, 0, &d), &d);
	assert_int_equal(fstat(s.slots[0].fd, &st), 0);
	assert_int_equal(st.st_size, (off_t)1 << 40);
	assert_int_equal(st.st_blocks, 0);
	s.files[1].size = UINT64_MAX >> 1;
	int r = create(&s, 1, &d); /* tmpfs can, most disks cannot */
	assert_true(r == 0 || r == COCO_E_IO_WRITE || r == COCO_E_IO_SPACE);
	finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unnamed_until_complete),
		cmocka_unit_test(test_planted_directory_link),
		cmocka_unit_test(test_planted_name),
		cmocka_unit_test(test_names_in_messages),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
