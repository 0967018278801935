/*
 * fuzz_catalogue.c - the decrypted catalogue. Covers coco_catalogue_decode,
 * coco_catalogue_encode, coco_path_safe. Asserts that an accepted catalogue is
 * strict JSON as a whole, keeps every invariant of catalogue.h, and is written
 * and read again as the same, with the same bytes from then on.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/core/mem.h"
#include "formats/model/catalogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* path is before, or before and a directory below it. */
static bool is_below(const char *path, const char *before)
{
	size_t n = strlen(before);

	return strncmp(path, before, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static void check_run(const struct coco_catalogue *c, const struct coco_run_at *x)
{
	uint64_t sum = 0;

	require(x->segment < c->header.segment_count);
	require(x->length > 0 && x->length <= c->header.segment_size);
	require(x->stored <= x->length && x->offset <= c->header.segment_size);
	require(x->transform < COCO_RUN_TRANSFORMS);
	if (x->transform == COCO_RUN_NONE) {
		require(x->n_pieces == 0 && x->stored == x->length);
		return;
	}
	require(x->n_pieces == (x->length + COCO_PIECE - 1) / COCO_PIECE);
	for (size_t i = 0; i < x->n_pieces; i++) {
		uint64_t plain = coco_min_u64(x->length - (uint64_t)i * COCO_PIECE, COCO_PIECE);
		uint64_t stored = COCO_PIECE_LEN(x->pieces[i]);

		require((x->pieces[i] & COCO_PIECE_RAW) != 0 ? stored == plain : stored < plain);
		sum += stored;
	}
	require(sum == x->stored);
}

static void check(const struct coco_catalogue *c)
{
	require(c->n_files > 0);
	for (size_t i = 0; i < c->n_files; i++) {
		const struct coco_cat_file *f = &c->files[i];
		uint64_t sum = 0;

		require(coco_path_safe(f->path, strlen(f->path)) && f->path[0] != '/');
		require(strstr(f->path, "//") == NULL && strncmp(f->path, "../", 3) != 0 &&
			strstr(f->path, "/../") == NULL);
		for (size_t k = 0; k < i && c->n_files < 200; k++)
			require(strcmp(c->files[k].path, f->path) < 0 &&
				!is_below(f->path, c->files[k].path));
		require(f->mode <= 0777 && f->n_dtypes <= COCO_CATALOGUE_DTYPES);
		for (size_t k = 0; k < f->n_runs; k++) {
			check_run(c, &f->runs[k]);
			sum += f->runs[k].length;
		}
		require(sum == f->size);
	}
	require((c->oms == NULL) == (c->n_oms == 0) || c->oms[0] == '\0');
}

static uint8_t *encode(const struct coco_catalogue *c, size_t *ret_n)
{
	struct coco_wr wr;
	uint8_t *text = NULL;

	coco_wr_init(&wr, (size_t)1 << 26);
	coco_catalogue_encode(&wr, c);
	require(coco_wr_finish(&wr, &text, ret_n, NULL) == 0);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coco_catalogue a;
	struct coco_catalogue b;
	struct coco_json whole;
	size_t n[2];

	if (coco_catalogue_decode(&a, coco_view_of(data, size), NULL) != 0)
		return 0;
	/* it is read member by member, which must not let anything through */
	require(coco_json_parse(&whole, coco_view_of(data, size), size, NULL) == 0);
	coco_json_free(&whole);
	check(&a);
	uint8_t *first = encode(&a, &n[0]);
	require(coco_catalogue_decode(&b, coco_view_of(first, n[0]), NULL) == 0);
	check(&b);
	require(a.n_files == b.n_files && a.n_oms == b.n_oms &&
		coco_pkg_header_equal(&a.header, &b.header));
	uint8_t *second = encode(&b, &n[1]);
	require(n[0] == n[1] && memcmp(first, second, n[0]) == 0);
	coco_free(first);
	coco_free(second);
	coco_catalogue_free(&a);
	coco_catalogue_free(&b);
	return 0;
}
