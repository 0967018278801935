/*
 * driver_replay.c - runs a fuzz target over files and directories given on
 * the command line, with any compiler. Directories that do not exist count as
 * empty; the empty input and a few thousand mutations of every seed are
 * always tried, so that a target without seeds is exercised too.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/core/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_SEED = 1 << 20, MUTATIONS = 400 };

static unsigned long runs;
static uint64_t state = 1;

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* An exact-size heap copy, so that a sanitizer sees reads past the end. */
static void run(const uint8_t *data, size_t n)
{
	uint8_t *copy = malloc(n != 0 ? n : 1);

	if (copy == NULL)
		abort();
	if (n != 0)
		memcpy(copy, data, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
	runs++;
}

static void mutate(uint8_t *data, size_t n)
{
	run(data, n);
	for (int i = 0; i < MUTATIONS && n != 0; i++) {
		size_t at = next_random() % n;
		uint8_t old = data[at];

		switch (next_random() % 4) {
		case 0:
			run(data, at);
			break;
		case 1:
			data[at] = (uint8_t)(old ^ (1U << (next_random() % 8)));
			run(data, n);
			break;
		case 2:
			data[at] = 0xff;
			run(data, n);
			break;
		default:
			data[at] = (uint8_t)next_random();
			run(data, n);
			break;
		}
		data[at] = old;
	}
}

static void run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(MAX_SEED);

	if (f == NULL || data == NULL) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(1);
	}
	size_t n = fread(data, 1, MAX_SEED, f);
	fclose(f);
	mutate(data, n);
	free(data);
}

static void run_path(const char *path)
{
	struct dirent *e;
	struct stat st;

	if (stat(path, &st) != 0)
		return;
	if (!S_ISDIR(st.st_mode)) {
		run_file(path);
		return;
	}
	DIR *d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL) {
		char sub[2048];

		if (e->d_name[0] == '.')
			continue;
		snprintf(sub, sizeof(sub), "%s/%s", path, e->d_name);
		run_path(sub);
	}
	if (d != NULL)
		closedir(d);
}

int main(int argc, char **argv)
{
	static uint8_t zeros[4096];
	static uint8_t noise[4096];

	run(zeros, 0);
	run(zeros, sizeof(zeros));
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)next_random();
	mutate(noise, sizeof(noise));
	for (int i = 1; i < argc; i++)
		run_path(argv[i]);
	printf("%lu inputs\n", runs);
	return 0;
}
