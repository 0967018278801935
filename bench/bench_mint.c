/*
 * bench_mint.c - files to measure: an IGVM file for SEV-SNP whose pages are
 * those of an image, and an EIF file of kernel and two RAM disks.
 *
 * usage: bench_mint igvm FILE IMAGE   IMAGE: whole pages, as bench_launch makes it
 *        bench_mint eif FILE MiB      a quarter kernel, a quarter and a half RAM disks
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/core/crc32.h"

enum {
	PAGE = 4096,
	MAX = 1 << 30,
	IGVM_HEAD = 24, IGVM_PAGE = 32,
	EIF_HEAD = 548, EIF_SECTION = 12, EIF_CRC_AT = 544,
};

static void le(uint8_t *p, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * i & 0xff);
}

static void be(uint8_t *p, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * (n - 1 - i) & 0xff);
}

static int write_all(const char *path, const uint8_t *p, size_t n)
{
	FILE *f = fopen(path, "wb");
	int bad = f == NULL || fwrite(p, 1, n, f) != n;

	if (f != NULL && fclose(f) != 0)
		bad = 1;
	return bad;
}

static uint8_t *read_all(const char *path, size_t *ret_n)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = NULL;
	long n = -1;

	if (f != NULL && fseek(f, 0, SEEK_END) == 0)
		n = ftell(f);
	if (n > 0 && n <= MAX && fseek(f, 0, SEEK_SET) == 0)
		p = malloc((size_t)n);
	if (p != NULL && fread(p, 1, (size_t)n, f) != (size_t)n) {
		free(p);
		p = NULL;
	}
	if (f != NULL)
		fclose(f);
	*ret_n = (size_t)n;
	return p;
}

/* Format version 1: one platform, a policy, then a header for each page. */
static int igvm(const char *path, const char *image)
{
	size_t n;
	uint8_t *pages = read_all(image, &n);

	if (pages == NULL || n % PAGE != 0)
		return 1;
	size_t headers = IGVM_HEAD + 24 + 24 + n / PAGE * IGVM_PAGE;
	size_t data = (headers + PAGE - 1) / PAGE * PAGE;
	uint8_t *p = calloc(data + n, 1);
	if (p == NULL)
		return 1;
	memcpy(p, "IGVM", 4);
	le(p + 4, 1, 4);
	le(p + 8, IGVM_HEAD, 4);
	le(p + 12, headers - IGVM_HEAD, 4);
	le(p + 16, data + n, 4);
	uint8_t *h = p + IGVM_HEAD;
	le(h, 0x001, 4);
	le(h + 4, 16, 4);
	le(h + 8, 1, 4);          /* mask */
	h[13] = 2;                /* SEV-SNP */
	h[14] = 1;
	h += 24;
	le(h, 0x101, 4);
	le(h + 4, 16, 4);
	le(h + 8, 0x30000, 8);
	le(h + 16, 1, 4);
	h += 24;
	for (size_t i = 0; i < n / PAGE; i++, h += IGVM_PAGE) {
		le(h, 0x302, 4);
		le(h + 4, 24, 4);
		le(h + 8, ((uint64_t)1 << 32) - n + i * PAGE, 8);
		le(h + 16, 1, 4);
		le(h + 20, data + i * PAGE, 4);
	}
	memcpy(p + data, pages, n);
	le(p + 20, coco_crc32(0, p, headers), 4);
	int bad = write_all(path, p, data + n);
	free(pages);
	free(p);
	return bad;
}

static int eif(const char *path, size_t mib)
{
	const size_t quarter = mib * 1048576 / 4;
	const struct { unsigned type; size_t n; } sections[] = {
		{ 1, quarter }, { 2, 4 }, { 3, quarter }, { 3, 2 * quarter },
	};
	size_t n = EIF_HEAD + 4 * EIF_SECTION + 4 + 4 * quarter;
	uint8_t *p = calloc(n, 1);
	size_t at = EIF_HEAD;
	uint64_t x = 1;

	if (p == NULL)
		return 1;
	for (size_t i = EIF_HEAD; i < n; i++) {
		x = x * 6364136223846793005U + 1442695040888963407U;
		p[i] = (uint8_t)(x >> 56);
	}
	memcpy(p, ".eif", 4);
	be(p + 4, 4, 2);
	be(p + 8, 1 << 30, 8);
	be(p + 16, 2, 8);
	be(p + 26, 4, 2);
	for (size_t i = 0; i < 4; i++) {
		be(p + at, sections[i].type, 2);
		be(p + at + 2, 0, 2);
		be(p + at + 4, sections[i].n, 8);
		be(p + 28 + 8 * i, at, 8);
		be(p + 284 + 8 * i, sections[i].n, 8);
		if (sections[i].type == 2)
			memcpy(p + at + EIF_SECTION, "quiet", 4);
		at += EIF_SECTION + sections[i].n;
	}
	uint32_t crc = coco_crc32(0, p, EIF_CRC_AT);
	be(p + EIF_CRC_AT, coco_crc32(crc, p + EIF_HEAD, n - EIF_HEAD), 4);
	int bad = write_all(path, p, n);
	free(p);
	return bad;
}

int main(int argc, char **argv)
{
	int bad = 2;

	if (argc == 4 && strcmp(argv[1], "igvm") == 0)
		bad = igvm(argv[2], argv[3]);
	else if (argc == 4 && strcmp(argv[1], "eif") == 0 && atoi(argv[3]) > 0)
		bad = eif(argv[2], (size_t)atoi(argv[3]));
	if (bad != 0)
		fprintf(stderr, "bench_mint: failed\n");
	return bad;
}
