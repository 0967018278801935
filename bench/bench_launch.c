/*
 * bench_launch.c - for the speed of launch digests: an image to measure, and
 * the bound, which is SHA-384 of its pages by a loop of libcrypto.
 *
 * usage: bench_launch image FILE     writes a 4 MiB image with the tables of an
 *                                    OVMF for SEV-SNP, otherwise random
 *        bench_launch pages FILE N   median seconds of N rounds over its pages, by the
 *                                    clock and of processor time
 *        bench_launch mrtd FILE N    the same for one SHA-384 over the records that
 *                                    MRTD has for these pages
 */
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench_clock.h"

enum { SIZE = 4 << 20, PAGE = 4096, MAX_ROUNDS = 99 };

/* The last bytes of an image: metadata at -2048, the table of GUIDs before the last 32. */
static const struct {
	unsigned from_end;
	unsigned n;
	const char *bytes;
} parts[] = {
	{ 2048, 16, "ASEV\114\0\0\0\1\0\0\0\5\0\0\0" },
	{ 2032, 12, "\0\0\200\0\0\220\0\0\1\0\0\0" },
	{ 2020, 12, "\0\320\200\0\0\20\0\0\2\0\0\0" },
	{ 2008, 12, "\0\340\200\0\0\20\0\0\3\0\0\0" },
	{ 1996, 12, "\0\360\200\0\0\20\0\0\4\0\0\0" },
	{ 1984, 12, "\0\0\201\0\0\20\0\0\20\0\0\0" },
	{ 50, 18, "\132\0\336\202\265\226\262\37\367\105\272\352\243\146\305\132\10\55" },
	{ 72, 22, "\4\260\200\0\26\0\336\161\367\0\176\32\313\117\211\16\150\307\176\57\264\116" },
	{ 98, 26, "\0\14\201\0\0\4\0\0\32\0\37\67\125\162\73\72\4\113\222\173\35\246\357\250"
		  "\324\124" },
	{ 120, 22, "\0\10\0\0\26\0\146\145\210\334\112\230\230\107\247\136\125\205\247\277\147"
		   "\314" },
};

static int write_image(const char *path)
{
	uint8_t *p = malloc(SIZE);
	uint64_t x = 1;

	if (p == NULL)
		return 1;
	for (size_t i = 0; i < SIZE; i++) {
		x = x * 6364136223846793005U + 1442695040888963407U;
		p[i] = (uint8_t)(x >> 56);
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		memcpy(p + SIZE - parts[i].from_end, parts[i].bytes, parts[i].n);
	FILE *f = fopen(path, "wb");
	int bad = f == NULL || fwrite(p, 1, SIZE, f) != SIZE;
	if (f != NULL && fclose(f) != 0)
		bad = 1;
	free(p);
	return bad;
}

/* Every page of n bytes at p; an EVP context is made once. */
static int hash_pages(EVP_MD_CTX *ctx, const EVP_MD *md, const uint8_t *p, size_t n)
{
	uint8_t digest[EVP_MAX_MD_SIZE];

	for (size_t at = 0; at + PAGE <= n; at += PAGE)
		if (EVP_DigestInit_ex(ctx, md, NULL) != 1 ||
		    EVP_DigestUpdate(ctx, p + at, PAGE) != 1 ||
		    EVP_DigestFinal_ex(ctx, digest, NULL) != 1)
			return 1;
	return 0;
}

/* What a TDX module hashes for n bytes at p: a record for each page and each 256 bytes. */
static int hash_records(EVP_MD_CTX *ctx, const EVP_MD *md, const uint8_t *p, size_t n)
{
	enum { RECORD = 128, CHUNK = 256 };
	static uint8_t records[RECORD + PAGE / CHUNK * (RECORD + CHUNK)];
	uint8_t digest[EVP_MAX_MD_SIZE];
	int bad = EVP_DigestInit_ex(ctx, md, NULL) != 1;

	for (size_t at = 0; !bad && at + PAGE <= n; at += PAGE) {
		for (size_t i = 0; i < PAGE / CHUNK; i++)
			memcpy(records + 2 * RECORD + i * (RECORD + CHUNK), p + at + i * CHUNK,
			       CHUNK);
		bad = EVP_DigestUpdate(ctx, records, sizeof(records)) != 1;
	}
	return bad || EVP_DigestFinal_ex(ctx, digest, NULL) != 1;
}

static int time_pages(const char *path, int rounds,
		      int (*hash)(EVP_MD_CTX *, const EVP_MD *, const uint8_t *, size_t))
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_MD *md = EVP_MD_fetch(NULL, "SHA384", NULL);
	uint8_t *p = malloc(SIZE);
	FILE *f = fopen(path, "rb");
	double t[MAX_ROUNDS];
	double cpu[MAX_ROUNDS];
	int bad = ctx == NULL || md == NULL || p == NULL || f == NULL || rounds < 1 ||
		  rounds > MAX_ROUNDS;
	size_t n = bad ? 0 : fread(p, 1, SIZE, f);

	for (int i = 0; !bad && i < rounds; i++) {
		double start = coco_bench_now();
		double spent = coco_bench_cpu();

		bad = n == 0 || hash(ctx, md, p, n) != 0;
		t[i] = coco_bench_now() - start;
		cpu[i] = coco_bench_cpu() - spent;
	}
	if (!bad)
		printf("%.6f %.6f\n", coco_bench_median(t, (size_t)rounds),
		       coco_bench_median(cpu, (size_t)rounds));
	if (f != NULL)
		fclose(f);
	free(p);
	EVP_MD_free(md);
	EVP_MD_CTX_free(ctx);
	return bad;
}

int main(int argc, char **argv)
{
	int bad = 2;

	if (argc == 3 && strcmp(argv[1], "image") == 0)
		bad = write_image(argv[2]);
	else if (argc == 4 && strcmp(argv[1], "pages") == 0)
		bad = time_pages(argv[2], atoi(argv[3]), hash_pages);
	else if (argc == 4 && strcmp(argv[1], "mrtd") == 0)
		bad = time_pages(argv[2], atoi(argv[3]), hash_records);
	if (bad != 0)
		fprintf(stderr, "bench_launch: failed\n");
	return bad;
}
