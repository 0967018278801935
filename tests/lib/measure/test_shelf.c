/*
 * test_shelf.c - images and digests that measurements share.
 */
#include "lib/measure/shelf.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "lib/core/pool.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_volume.h"
#include "tests/support/support.h"

static char *dir;
static char image[256];
static char damaged[256];
static char junk[256];

static struct coco_shelf *shelf(void)
{
	struct coco_shelf *s = NULL;
	struct coco_diag d = { 0 };

	assert_ok(coco_shelf_new(&s, &d), &d);
	return s;
}

/* The same bytes for everybody, unpacked when somebody needs it, also when the file is gone. */
static void test_image(void **state COCO_UNUSED)
{
	char copy[256];
	snprintf(copy, sizeof(copy), "%s", coco_mint_ovmf_file(dir, "gone", &coco_mint_ovmf_new));
	struct coco_shelf *s = shelf();
	const struct coco_firmware *a = NULL, *b = NULL;
	struct coco_diag d = { 0 };

	assert_ok(coco_shelf_firmware(s, copy, false, &a, &d), &d);
	assert_false(a->looked);
	assert_null(a->unpacked);
	assert_int_equal(unlink(copy), 0);
	assert_ok(coco_shelf_firmware(s, copy, true, &b, &d), &d);
	assert_ptr_equal(a, b);
	assert_true(b->looked);
	assert_non_null(b->unpacked);
	assert_true(b->detected.known);
	coco_shelf_return(s, a);
	coco_shelf_return(s, b);
	coco_shelf_return(s, NULL);
	coco_shelf_free(s);
	coco_shelf_free(NULL);
}

/* What is no firmware is refused again with the same words; a damaged part does not spoil MRTD. */
static void test_refused(void **state COCO_UNUSED)
{
	struct coco_shelf *s = shelf();
	const struct coco_firmware *fw = NULL;

	for (int i = 0; i < 3; i++) {
		struct coco_diag d = { 0 };

		assert_err(coco_shelf_firmware(s, junk, i > 0, &fw, &d), COCO_E_FIRMWARE_SIZE, &d);
		assert_string_equal(d.source, junk);
		coco_diag_init(&d);
		assert_err(coco_shelf_firmware(s, damaged, true, &fw, &d),
			   COCO_E_FIRMWARE_PACKED, &d);
		assert_string_equal(d.source, damaged);
		assert_null(fw);
		coco_diag_init(&d);
		assert_ok(coco_shelf_firmware(s, damaged, false, &fw, &d), &d);
		coco_shelf_return(s, fw);
		fw = NULL;
	}
	struct coco_diag d = { 0 };
	assert_err(coco_shelf_firmware(s, "/missing/image", false, &fw, &d), COCO_E_IO_OPEN, &d);
	coco_shelf_free(s);
}

/* More images than are kept: those in use stay, the others are read again. */
static void test_room(void **state COCO_UNUSED)
{
	enum { N = 3 * COCO_SHELF_IMAGES };
	struct coco_shelf *s = shelf();
	const struct coco_firmware *held[2 * COCO_SHELF_IMAGES];
	const struct coco_firmware *fw = NULL;
	struct coco_diag d = { 0 };
	char path[N][256];

	for (int i = 0; i < N; i++) {
		char name[32];

		snprintf(name, sizeof(name), "room%d", i);
		snprintf(path[i], sizeof(path[i]), "%s",
			 coco_mint_ovmf_file(dir, name, &coco_mint_ovmf_new));
	}
	for (size_t i = 0; i < COCO_ARRAY_LEN(held); i++)
		assert_ok(coco_shelf_firmware(s, path[i], true, &held[i], &d), &d);
	for (size_t i = 0; i < COCO_ARRAY_LEN(held); i++) {
		assert_true(held[i]->looked);
		assert_ok(coco_shelf_firmware(s, path[i], false, &fw, &d), &d);
		assert_ptr_equal(fw, held[i]);
		coco_shelf_return(s, fw);
		coco_shelf_return(s, held[i]);
	}
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < N; i++) {
			assert_ok(coco_shelf_firmware(s, path[i], false, &fw, &d), &d);
			coco_shelf_return(s, fw);
		}
	coco_shelf_free(s);
}

struct crowd {
	struct coco_shelf *shelf;
	_Atomic unsigned looked;
};

static int visit(void *ctx, size_t item, struct coco_diag *diag)
{
	struct crowd *c = ctx;
	const struct coco_firmware *fw = NULL;
	struct coco_shelf_key key = { .kind = COCO_SHELF_WHOLE, .path = "x" };
	struct coco_shelf_file file = { .size = item };
	const char *paths[] = { image, damaged };

	int r = coco_shelf_firmware(c->shelf, paths[item % 2], item % 2 == 0, &fw, diag);
	if (r != 0)
		return r;
	if (item % 2 == 0 && fw->looked)
		c->looked++;
	coco_shelf_return(c->shelf, fw);
	key.banks = (unsigned)item % 7;
	if (!coco_shelf_find(c->shelf, &key, &file))
		return coco_shelf_keep(c->shelf, &key, &file, diag);
	return 0;
}

static void test_threads(void **state COCO_UNUSED)
{
	struct coco_run run = { .jobs = 4 };
	struct crowd c = { .shelf = shelf() };
	struct coco_diag d = { 0 };

	assert_ok(coco_pool_each(&run, 200, visit, &c, &d), &d);
	assert_int_equal(c.looked, 100);
	coco_shelf_free(c.shelf);
}

static void test_files(void **state COCO_UNUSED)
{
	struct coco_shelf *s = shelf();
	struct coco_shelf_key key = { .kind = COCO_SHELF_WHOLE, .path = "a", .banks = 4 };
	struct coco_shelf_file file = { .size = 7 };
	struct coco_shelf_file got = { .size = 0 };
	struct coco_diag d = { 0 };

	assert_false(coco_shelf_find(NULL, &key, &got));
	assert_ok(coco_shelf_keep(NULL, &key, &file, &d), &d);
	assert_false(coco_shelf_find(s, &key, &got));
	assert_ok(coco_shelf_keep(s, &key, &file, &d), &d);
	assert_true(coco_shelf_find(s, &key, &got));
	assert_int_equal(got.size, 7);
	/* every part of the key matters */
	key.kind = COCO_SHELF_IMAGE;
	assert_false(coco_shelf_find(s, &key, &got));
	key.kind = COCO_SHELF_WHOLE;
	key.banks = 5;
	assert_false(coco_shelf_find(s, &key, &got));
	key.banks = 4;
	key.path = "b";
	assert_false(coco_shelf_find(s, &key, &got));
	key.path = "a";
	key.head[31] = 1;
	assert_false(coco_shelf_find(s, &key, &got));
	/* a full shelf keeps no more, and still finds what it has */
	for (size_t i = 0; i < COCO_SHELF_FILES; i++) {
		memcpy(key.head, &i, sizeof(i));
		assert_ok(coco_shelf_keep(s, &key, &file, &d), &d);
	}
	assert_false(coco_shelf_find(s, &key, &got));
	key.head[0] = 0;
	key.head[1] = 1;
	assert_true(coco_shelf_find(s, &key, &got));
	coco_shelf_free(s);
}

static void test_memory(void **state COCO_UNUSED)
{
	struct coco_shelf_key key = { .kind = COCO_SHELF_HEAD, .path = "a" };
	struct coco_shelf_file file = { .size = 1 };

	for (unsigned long i = 1; coco_test_alloc_arm(i); i++) {
		struct coco_shelf *s = NULL;
		const struct coco_firmware *fw = NULL;
		struct coco_diag d = { 0 };

		int r = coco_shelf_new(&s, &d);
		if (r == 0)
			r = coco_shelf_firmware(s, image, true, &fw, &d);
		if (r == 0)
			r = coco_shelf_keep(s, &key, &file, &d);
		bool done = coco_test_alloc_check(r, &d);
		if (r != 0 && s != NULL && fw == NULL) {
			/* memory is there the next time */
			coco_diag_init(&d);
			assert_ok(coco_shelf_firmware(s, image, true, &fw, &d), &d);
		}
		if (s != NULL)
			coco_shelf_return(s, fw);
		coco_shelf_free(s);
		if (done)
			break;
	}
}

static int setup(void **state COCO_UNUSED)
{
	struct coco_mint_ovmf bad = coco_mint_ovmf_new;

	bad.packed_damaged = true;
	dir = coco_test_dir();
	snprintf(image, sizeof(image), "%s",
		 coco_mint_ovmf_file(dir, "image", &coco_mint_ovmf_new));
	snprintf(damaged, sizeof(damaged), "%s", coco_mint_ovmf_file(dir, "damaged", &bad));
	snprintf(junk, sizeof(junk), "%s/junk", dir);
	FILE *f = fopen(junk, "w");
	assert_non_null(f);
	assert_int_equal(fwrite("junk", 4, 1, f), 1);
	fclose(f);
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_test_rmdir(dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_room), cmocka_unit_test(test_threads),
		cmocka_unit_test(test_files), cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
