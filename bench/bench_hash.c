/*
 * bench_hash.c - SHA-256 of a model's files: coco_hash_tree against a loop of
 * libcrypto over the same bytes, already in memory, on all cores. The rival
 * does not even read files, so it is the bound of "SHA-256 by libcrypto".
 *
 * usage: bench_hash [DIR [ROUNDS [JOBS]]]. Makes its files below DIR (default
 * /dev/shm) and removes them. Prints one Markdown row per shape: the median
 * of the rounds in GB/s (10^9 bytes) and their ratio.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/bench_clock.h"
#include "lib/core/io.h"
#include "lib/core/pool.h"
#include "lib/model/hash_tree.h"

enum { MAX_ROUNDS = 99 };

struct shape {
	const char *label;
	size_t files;
	size_t each;     /* bytes */
};

static const struct shape shapes[] = {
	{ "16 x 128 MiB", 16, (size_t)128 << 20 },
	{ "3 x 512 MiB", 3, (size_t)512 << 20 },
	{ "1 x 1 GiB", 1, (size_t)1 << 30 },
	{ "4000 x 256 KiB", 4000, (size_t)256 << 10 },
	{ "100000 x 4 KiB", 100000, (size_t)4 << 10 },
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench_hash: %s: %s\n", what, strerror(errno));
	exit(1);
}

struct rival {
	const uint8_t *bytes;
	size_t each;
	uint8_t (*digests)[32];
};

static int rival_file(void *ctx, size_t item, struct coco_diag *diag COCO_UNUSED)
{
	const struct rival *v = ctx;

	if (EVP_Digest(v->bytes + item * v->each, v->each, v->digests[item], NULL, EVP_sha256(),
		       NULL) != 1)
		die("EVP_Digest");
	return 0;
}

static void make_files(const char *dir, const struct shape *s, const uint8_t *bytes)
{
	char name[32];

	if (mkdir(dir, 0700) != 0)
		die(dir);
	int top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < s->files; i++) {
		snprintf(name, sizeof(name), "model-%zu", i + 1000000);
		int fd = openat(top, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

		if (fd < 0 || coco_write_full(fd, bytes + i * s->each, s->each, name, NULL) != 0)
			die(name);
		close(fd);
	}
	close(top);
}

static void bench(const struct coco_run *run, const char *dir, const struct shape *s, int rounds)
{
	static double ours[MAX_ROUNDS];
	static double theirs[MAX_ROUNDS];
	size_t total = s->files * s->each;
	uint8_t *bytes = mmap(NULL, total, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	uint8_t (*a)[32] = calloc(s->files, sizeof(*a));
	uint8_t (*b)[32] = calloc(s->files, sizeof(*b));
	struct rival rival = { bytes, s->each, b };
	struct coco_tree tree;
	uint64_t x = 88172645463325252u;

	if (bytes == MAP_FAILED || a == NULL || b == NULL)
		die("memory");
	for (size_t i = 0; i < total; i += sizeof(x)) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memcpy(bytes + i, &x, sizeof(x));
	}
	make_files(dir, s, bytes);
	for (int r = 0; r < rounds; r++) {
		double start = coco_bench_now();

		if (coco_pool_each(run, s->files, rival_file, &rival, NULL) != 0)
			die("libcrypto");
		theirs[r] = coco_bench_now() - start;
		start = coco_bench_now();
		if (coco_tree_scan(run, dir, NULL, &tree, NULL) != 0 ||
		    coco_hash_tree(run, &tree, &a[0][0], NULL) != 0)
			die("coco_hash_tree");
		ours[r] = coco_bench_now() - start;
		coco_tree_free(&tree);
		if (memcmp(a, b, s->files * sizeof(*a)) != 0)
			die("the digests differ");
	}
	double mine = (double)total / coco_bench_median(ours, (size_t)rounds) * 1e-9;
	double bound = (double)total / coco_bench_median(theirs, (size_t)rounds) * 1e-9;
	printf("| %-14s | %6.2f | %6.2f | %5.2f |\n", s->label, mine, bound, mine / bound);
	fflush(stdout);
	coco_remove_tree(AT_FDCWD, dir);
	munmap(bytes, total);
	free(a);
	free(b);
}

int main(int argc, char **argv)
{
	struct coco_run run = { .jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN) };
	const char *base = argc > 1 ? argv[1] : "/dev/shm";
	int rounds = argc > 2 ? atoi(argv[2]) : 7;
	char dir[512];

	if (argc > 3)
		run.jobs = (unsigned)atoi(argv[3]);
	if (rounds < 1 || rounds > MAX_ROUNDS || run.jobs < 1) {
		fprintf(stderr, "usage: bench_hash [DIR [ROUNDS [JOBS]]]\n");
		return 2;
	}
	snprintf(dir, sizeof(dir), "%s/cococtl-bench-hash.%d", base, (int)getpid());
	printf("SHA-256 of a tree, %u threads, median of %d, GB/s\n\n", run.jobs, rounds);
	printf("| files          | ours   | bound  | ratio |\n| --- | --- | --- | --- |\n");
	for (size_t i = 0; i < COCO_ARRAY_LEN(shapes); i++)
		bench(&run, dir, &shapes[i], rounds);
	return 0;
}
