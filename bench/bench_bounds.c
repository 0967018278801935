/*
 * bench_bounds.c - what this machine can do at most: libcrypto's AES-256-GCM
 * and SHA-256, both digests with encryption, and memory copy, on all cores.
 * Prints "name GB/s" per line, the median of several rounds.
 *
 * usage: bench_bounds [JOBS [MiB per job [ROUNDS]]]
 */
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench_clock.h"

enum { CHUNK = 16384, MAX_ROUNDS = 51 };

enum what { COPY, GCM, SHA, PACK };

struct job {
	pthread_t thread;
	enum what what;
	unsigned char *in;
	unsigned char *out;
	size_t n;
};

static void seal(EVP_CIPHER_CTX *c, const unsigned char *in, unsigned char *out)
{
	static const unsigned char iv[12] = { 1 };
	unsigned char tag[16];
	int len = 0;

	if (EVP_EncryptInit_ex(c, NULL, NULL, NULL, iv) != 1 ||
	    EVP_EncryptUpdate(c, out, &len, in, CHUNK) != 1 ||
	    EVP_EncryptFinal_ex(c, tag, &len) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, sizeof(tag), tag) != 1)
		abort();
}

static void *work(void *arg)
{
	static const unsigned char key[32] = { 2 };
	struct job *j = arg;
	unsigned char chunk[CHUNK];
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	EVP_MD_CTX *a = EVP_MD_CTX_new();
	EVP_MD_CTX *b = EVP_MD_CTX_new();

	if (c == NULL || a == NULL || b == NULL ||
	    EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, NULL) != 1 ||
	    EVP_DigestInit_ex(a, EVP_sha256(), NULL) != 1 ||
	    EVP_DigestInit_ex(b, EVP_sha256(), NULL) != 1)
		abort();
	for (size_t at = 0; at + CHUNK <= j->n; at += CHUNK) {
		const unsigned char *p = j->in + at;

		switch (j->what) {
		case COPY:
			memcpy(j->out + at, p, CHUNK);
			break;
		case GCM:
			seal(c, p, chunk);
			break;
		case SHA:
			EVP_DigestUpdate(a, p, CHUNK);
			break;
		case PACK:
			EVP_DigestUpdate(a, p, CHUNK);
			seal(c, p, chunk);
			EVP_DigestUpdate(b, chunk, CHUNK);
			break;
		}
	}
	EVP_CIPHER_CTX_free(c);
	EVP_MD_CTX_free(a);
	EVP_MD_CTX_free(b);
	return NULL;
}

static double rate(struct job *jobs, unsigned n, enum what what)
{
	double start = coco_bench_now();
	double bytes = 0;

	for (unsigned i = 0; i < n; i++) {
		jobs[i].what = what;
		bytes += (double)jobs[i].n;
		if (pthread_create(&jobs[i].thread, NULL, work, &jobs[i]) != 0)
			abort();
	}
	for (unsigned i = 0; i < n; i++)
		pthread_join(jobs[i].thread, NULL);
	return bytes / 1e9 / (coco_bench_now() - start);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		enum what what;
	} list[] = { { "copy", COPY }, { "aes-256-gcm", GCM }, { "sha-256", SHA },
		     { "sha-256+gcm+sha-256", PACK } };
	unsigned n = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
	size_t mib = argc > 2 ? (size_t)atol(argv[2]) : 256;
	int rounds = argc > 3 ? atoi(argv[3]) : 7;

	if (n == 0)
		n = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	if (rounds < 1 || rounds > MAX_ROUNDS)
		rounds = 7;
	struct job *jobs = calloc(n, sizeof(*jobs));
	if (jobs == NULL)
		return 1;
	for (unsigned i = 0; i < n; i++) {
		jobs[i].n = mib << 20;
		jobs[i].in = malloc(jobs[i].n);
		jobs[i].out = malloc(jobs[i].n);
		if (jobs[i].in == NULL || jobs[i].out == NULL)
			return 1;
		memset(jobs[i].in, (int)i + 1, jobs[i].n);
		memset(jobs[i].out, 0, jobs[i].n);
	}
	for (size_t k = 0; k < sizeof(list) / sizeof(list[0]); k++) {
		double r[MAX_ROUNDS];

		for (int i = 0; i < rounds; i++)
			r[i] = rate(jobs, n, list[k].what);
		qsort(r, (size_t)rounds, sizeof(r[0]), coco_bench_compare);
		printf("%s %.3f\n", list[k].name, r[rounds / 2]);
	}
	for (unsigned i = 0; i < n; i++) {
		free(jobs[i].in);
		free(jobs[i].out);
	}
	free(jobs);
	return 0;
}
