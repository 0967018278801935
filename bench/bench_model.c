/*
 * bench_model.c - writes a sharded model of normally distributed bf16 weights
 * (mean 0, deviation 0.02), the kind of data that weights are.
 *
 * usage: bench_model DIR SHARDS MiB-PER-SHARD
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static uint64_t state = 88172645463325252ULL;

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/*
 * A pool of normal values; shards are drawn from it at random, which keeps
 * the distribution and costs no logarithm per weight.
 */
enum { POOL = 1 << 16 };
static uint16_t pool[POOL];

static void fill_pool(void)
{
	for (int i = 0; i < POOL; i += 2) {
		double u = ((double)(next_random() >> 11) + 1.0) / 9007199254740993.0;
		double v = (double)(next_random() >> 11) / 9007199254740992.0;
		double r = 0.02 * sqrt(-2.0 * log(u));
		float pair[2] = { (float)(r * cos(6.283185307179586 * v)),
				  (float)(r * sin(6.283185307179586 * v)) };

		for (int k = 0; k < 2; k++) {
			uint32_t bits;

			memcpy(&bits, &pair[k], sizeof(bits));
			pool[i + k] = (uint16_t)(bits >> 16);
		}
	}
}

static int write_shard(const char *dir, int shard, int shards, size_t bytes)
{
	char path[4096];
	char header[256];
	static uint16_t block[1 << 15];

	snprintf(path, sizeof(path), "%s/model-%05d-of-%05d.safetensors", dir, shard, shards);
	FILE *f = fopen(path, "wb");
	if (f == NULL)
		return 1;
	int n = snprintf(header, sizeof(header),
			 "{\"w%d\":{\"dtype\":\"BF16\",\"shape\":[%zu],\"data_offsets\":[0,%zu]}}",
			 shard, bytes / 2, bytes);
	while (n % 8 != 0)
		header[n++] = ' ';
	uint64_t len = (uint64_t)n;
	fwrite(&len, 8, 1, f);
	fwrite(header, 1, (size_t)n, f);
	for (size_t at = 0; at < bytes; at += sizeof(block)) {
		for (size_t i = 0; i < sizeof(block) / 2; i += 4) {
			uint64_t r = next_random();

			block[i] = pool[r & (POOL - 1)];
			block[i + 1] = pool[r >> 16 & (POOL - 1)];
			block[i + 2] = pool[r >> 32 & (POOL - 1)];
			block[i + 3] = pool[r >> 48];
		}
		size_t want = bytes - at < sizeof(block) ? bytes - at : sizeof(block);
		if (fwrite(block, 1, want, f) != want) {
			fclose(f);
			return 1;
		}
	}
	return fclose(f) != 0;
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: bench_model DIR SHARDS MiB-PER-SHARD\n");
		return 2;
	}
	int shards = atoi(argv[2]);
	size_t bytes = (size_t)atol(argv[3]) << 20;

	if (mkdir(argv[1], 0777) != 0) {
		perror(argv[1]);
		return 1;
	}
	fill_pool();
	for (int i = 1; i <= shards; i++) {
		if (write_shard(argv[1], i, shards, bytes) != 0) {
			perror("bench_model");
			return 1;
		}
	}
	return 0;
}
