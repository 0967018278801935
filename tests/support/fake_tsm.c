/*
 * fake_tsm.c - a directory that looks like configfs-tsm (see fake_tsm.h).
 */
#include "tests/support/fake_tsm.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/broker/tee_evidence.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"

enum { QUOTE = 48 + 584 + 4, QUOTE_DATA = 48 + 520, REPORT_DATA = 0x50 };

static void put(const char *dir, const char *name, const void *p, size_t n)
{
	char *path = coco_path_join(dir, name);

	assert_ok(coco_write_file(path, p, n, COCO_OUT_FORCE, NULL), NULL);
	coco_free(path);
}

static void answer(const struct coco_fake_tsm *f, int fd)
{
	uint8_t report[COCO_TEE_SNP_REPORT] = { 3 };
	bool quote = strncmp(f->provider, "tdx", 3) == 0;
	uint8_t *data = report + (quote ? QUOTE_DATA : REPORT_DATA);
	size_t size = quote ? QUOTE : sizeof(report);
	char *inblob = coco_path_join(f->dir, "inblob");
	uint8_t *in = NULL;
	size_t n = 0;

	assert_ok(coco_read_file(inblob, 64, &in, &n, NULL), NULL);
	memcpy(data, in, n);
	data[0] ^= f->foreign;
	assert_int_equal(write(fd, report, size), size);
	coco_free(in);
	coco_free(inblob);
}

static void *serve(void *arg)
{
	struct coco_fake_tsm *f = arg;
	unsigned generation = 5;

	for (unsigned i = 0; i < f->serve; i++) {
		char *path = coco_path_join(f->dir, "outblob");
		int fd = open(path, O_WRONLY);
		char text[16];

		assert_true(fd >= 0);
		generation += f->step;
		snprintf(text, sizeof(text), "%u\n", generation);
		put(f->dir, "generation", text, strlen(text));
		answer(f, fd);
		/* a new pipe before the end of this one: the next answer is for the next reader */
		assert_int_equal(unlink(path), 0);
		assert_int_equal(mkfifo(path, 0600), 0);
		close(fd);
		coco_free(path);
	}
	return NULL;
}

void coco_fake_tsm_start(struct coco_fake_tsm *f)
{
	static const uint8_t zeros[64];

	f->dir = coco_test_dir();
	put(f->dir, "provider", f->provider, strlen(f->provider));
	put(f->dir, "inblob", zeros, sizeof(zeros));
	put(f->dir, "generation", "5\n", 2);
	char *path = coco_path_join(f->dir, "outblob");
	assert_int_equal(mkfifo(path, 0600), 0);
	coco_free(path);
	assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
}

void coco_fake_tsm_stop(struct coco_fake_tsm *f)
{
	pthread_join(f->thread, NULL);
	coco_test_rmdir(f->dir);
	f->dir = NULL;
}
