/*
 * test_pkg_tamper.c - a signed package against somebody who can write to its
 * storage: every bit flipped, everything cut, moved, exchanged. Nothing passes,
 * nothing crashes, and every failure has its documented code. Changes with
 * digests that fit again: test_pkg_rewrite.c.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "tests/support/tamper.h"

#define TRUST (&coco_tamper_signer.trust)

/* A sanitizer makes each of the thousands of checks much slower. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STRIDE = 13 };
#else
enum { STRIDE = 1 };
#endif

static void flip(const struct coco_model_place *p, struct coco_tamper_blob *b, size_t bit)
{
	int fd = open(b->path, O_WRONLY | O_CLOEXEC);
	uint8_t byte = (uint8_t)(b->p[bit / 8] ^ (1 << bit % 8));

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)(bit / 8)), 1);
	assert_int_not_equal(coco_tamper_verify(p->out, NULL, TRUST), 0);
	/* with the key for one bit of a byte, the two ways in turn */
	if (bit % 8 == bit / 8 % 8 && bit % 16 < 8)
		assert_int_not_equal(coco_tamper_verify(p->out, &p->key, TRUST), 0);
	else if (bit % 8 == bit / 8 % 8)
		assert_int_not_equal(coco_tamper_open(p->out, &p->key, TRUST), 0);
	assert_int_equal(pwrite(fd, &b->p[bit / 8], 1, (off_t)(bit / 8)), 1);
	close(fd);
}

/* All bits of what is signed, one bit of every byte of what is sealed. */
static void test_every_bit(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_tamper_victim();
	struct coco_tamper_blob b[COCO_TAMPER_DOCUMENTS];

	coco_tamper_intact(&p);
	coco_tamper_load(&p, b);
	for (int i = 0; i < COCO_TAMPER_DOCUMENTS; i++) {
		bool all = i == COCO_TAMPER_MANIFEST || i == COCO_TAMPER_HEADER ||
			   i == COCO_TAMPER_BUNDLE;

		for (size_t at = 0; at < b[i].n; at += STRIDE)
			for (size_t k = 0; k < 8; k++)
				if (all || k == at % 8)
					flip(&p, &b[i], 8 * at + k);
	}
	coco_tamper_intact(&p);
	coco_tamper_unload(b);
	coco_model_leave(&p);
}

/*
 * index.json and oci-layout say only where to look: a change is found, or
 * leads to the very same manifest.
 */
static void test_bits_of_the_index(void **state COCO_UNUSED)
{
	static const char *const names[] = { "index.json", "oci-layout" };
	struct coco_model_place p = coco_tamper_victim();

	for (size_t i = 0; i < 2; i++) {
		char *path = coco_path_join(p.out, names[i]);
		size_t n = 0;
		uint8_t *bytes = coco_test_slurp(path, &n);

		for (size_t bit = 0; bit < 8 * n; bit += 3 * STRIDE) {
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			coco_tamper_put(path, bytes, n);
			int r = coco_tamper_verify(p.out, NULL, TRUST);
			if (r != 0 && bit % 7 == 0)
				assert_int_not_equal(coco_tamper_open(p.out, &p.key, TRUST), 0);
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t cut = 0; cut < n; cut += STRIDE) {
			coco_tamper_put(path, bytes, cut);
			int r = coco_tamper_verify(p.out, NULL, TRUST);
			/* only a last line end may be missing */
			assert_true(r != 0 || bytes[cut] == '\n');
		}
		coco_tamper_put(path, bytes, n);
		coco_free(bytes);
		coco_free(path);
	}
	coco_tamper_intact(&p);
	coco_model_leave(&p);
}

static void test_lengths(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_tamper_victim();
	struct coco_tamper_blob b[COCO_TAMPER_DOCUMENTS];

	coco_tamper_load(&p, b);
	for (int i = 0; i < COCO_TAMPER_DOCUMENTS; i++) {
		static const size_t cuts[] = { 0, 1, 2, 16, 17 };
		uint8_t *longer = coco_zalloc(b[i].n + 16400, 1);

		assert_non_null(longer);
		memcpy(longer, b[i].p, b[i].n);
		for (size_t k = 0; k < COCO_ARRAY_LEN(cuts); k++) {
			coco_tamper_put(b[i].path, b[i].p, cuts[k]);
			coco_tamper_refused(&p);
			coco_tamper_put(b[i].path, b[i].p, b[i].n - 1 - cuts[k]);
			coco_tamper_refused(&p);
			coco_tamper_put(b[i].path, longer,
					b[i].n + (cuts[k] == 17 ? 16400 : cuts[k] + 1));
			coco_tamper_refused(&p);
		}
		assert_int_equal(unlink(b[i].path), 0);
		coco_tamper_refused(&p);
		if (i != COCO_TAMPER_SIGNATURE && i != COCO_TAMPER_BUNDLE)
			assert_int_not_equal(coco_tamper_open(p.out, &p.key, NULL), 0);
		/* a link to the right bytes is refused too: it may change under us */
		char *aside = coco_path_join(p.work, "aside");
		coco_tamper_put(aside, b[i].p, b[i].n);
		assert_int_equal(symlink(aside, b[i].path), 0);
		coco_tamper_refused(&p);
		assert_int_equal(unlink(b[i].path), 0);
		coco_tamper_put(b[i].path, b[i].p, b[i].n);
		coco_free(aside);
		coco_free(longer);
	}
	coco_tamper_intact(&p);
	coco_tamper_unload(b);
	coco_model_leave(&p);
}

/* Any two blobs exchange their names: sizes or digests are wrong then. */
static void test_renamed_blobs(void **state COCO_UNUSED)
{
	struct coco_model_place p = coco_tamper_victim();
	struct coco_tamper_blob b[COCO_TAMPER_DOCUMENTS];

	coco_tamper_load(&p, b);
	for (int i = 0; i < COCO_TAMPER_DOCUMENTS; i++)
		for (int k = i + 1; k < COCO_TAMPER_DOCUMENTS; k++) {
			coco_tamper_put(b[i].path, b[k].p, b[k].n);
			coco_tamper_put(b[k].path, b[i].p, b[i].n);
			coco_tamper_refused(&p);
			coco_tamper_put(b[i].path, b[i].p, b[i].n);
			coco_tamper_put(b[k].path, b[k].p, b[k].n);
		}
	coco_tamper_intact(&p);
	coco_tamper_unload(b);
	coco_model_leave(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_bits_of_the_index),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_renamed_blobs),
	};

	return cmocka_run_group_tests(tests, coco_tamper_setup, coco_tamper_teardown);
}
