/*
 * test_boot_search.c - what a boot's command line and initrd were: minted logs
 * and values, and the logs of real boots among the vectors.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/boot_search.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "lib/crypto/digest.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_log.h"
#include "tests/support/vector_log.h"

static const struct coco_run run = { .jobs = 1 };
static char *dir;
static char initrd[256];
static struct coco_view lines[3];
static const char *initrds[2];

static int setup(void **state COCO_UNUSED)
{
	static const char *const texts[] = { "quiet", "console=ttyS0 panic=-1 quiet", "" };

	dir = coco_test_dir();
	snprintf(initrd, sizeof(initrd), "%s/initrd", dir);
	assert_int_equal(coco_write_file(initrd, "initrd", 6, 0, NULL), 0);
	initrds[1] = initrd;
	for (size_t i = 0; i < 3; i++)
		lines[i] = coco_view_of(texts[i], strlen(texts[i]));
	return 0;
}

static int teardown(void **state COCO_UNUSED)
{
	coco_test_rmdir(dir);
	return 0;
}

static struct coco_boot_search request(const struct coco_tcg_log *log)
{
	return (struct coco_boot_search){ .log = log, .lines = lines, .n_lines = 3,
					  .initrds = initrds, .n_initrds = 2 };
}

static void hash(const void *p, size_t n, uint8_t *ret)
{
	struct coco_digest *d;

	assert_int_equal(coco_digest_new(&d, COCO_DIGEST_SHA384, NULL), 0);
	assert_int_equal(coco_digest_once(d, p, n, ret, NULL), 0);
	coco_digest_free(d);
}

/* The digest of a text in UTF-16 with its NUL. */
static void hash_wide(const char *text, uint8_t *ret)
{
	uint8_t wide[512] = { 0 };
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		wide[2 * i] = (uint8_t)text[i];
	hash(wide, 2 * n + 2, ret);
}

/* The usual boot, with the digests of these events in place. */
static uint8_t *mint(struct coco_tcg_log *log, uint8_t line[48], uint8_t ramdisk[48])
{
	struct coco_mint_log s = { .events = coco_mint_boot, .n = coco_mint_n_boot };
	size_t n;
	uint8_t *p = coco_mint_log(&s, &n);

	assert_int_equal(coco_tcg_log_decode(log, coco_view_of(p, n), NULL), 0);
	log->events[8].digest[0] = line;
	log->events[9].digest[0] = ramdisk;
	return p;
}

static void test_log(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		size_t line;
		enum coco_boot_form form;
	} cases[] = {
		{ "quiet", 0, COCO_FORM_AS_GIVEN },
		{ "console=ttyS0 panic=-1 quiet initrd=initrd", 1, COCO_FORM_SUFFIX },
		{ "initrd=initrd quiet", 0, COCO_FORM_PREFIX },
		{ "initrd=initrd ", 2, COCO_FORM_PREFIX },
	};
	struct coco_boot_explained e;
	struct coco_tcg_log log;
	uint8_t line[48];
	uint8_t ramdisk[48];

	hash("initrd", 6, ramdisk);
	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		hash_wide(cases[i].text, line);
		uint8_t *p = mint(&log, line, ramdisk);
		struct coco_boot_search req = request(&log);

		assert_int_equal(coco_boot_search(&run, &req, &e, NULL), 0);
		assert_int_equal(e.n, 3);   /* the image, too */
		assert_int_equal(e.n_tried, 2);
		assert_int_equal(e.n_explained, 2);
		assert_int_equal(e.answer[0].what, COCO_BOOT_KERNEL);
		assert_false(e.answer[0].explained);
		assert_int_equal(e.answer[1].what, COCO_BOOT_CMDLINE);
		assert_int_equal(e.answer[1].event, 8);
		assert_int_equal(e.answer[1].candidate, cases[i].line);
		assert_int_equal(e.answer[1].form, cases[i].form);
		assert_true(e.answer[2].explained);
		assert_int_equal(e.answer[2].candidate, 1);
		coco_tcg_log_free(&log);
		coco_free(p);
	}
	hash_wide("other", line);
	uint8_t *p = mint(&log, line, ramdisk);
	struct coco_boot_search req = request(&log);
	assert_int_equal(coco_boot_search(&run, &req, &e, NULL), 0);
	assert_int_equal(e.n_explained, 1);
	coco_tcg_log_free(&log);
	coco_free(p);
}

static void extend(uint8_t reg[48], const uint8_t digest[48])
{
	uint8_t both[96];

	memcpy(both, reg, 48);
	memcpy(both + 48, digest, 48);
	hash(both, 96, reg);
}

static void test_value(void **state COCO_UNUSED)
{
	struct coco_boot_search req = request(NULL);
	struct coco_boot_explained e;
	uint8_t value[48] = { 0 };
	uint8_t digest[48];

	req.value = value;
	req.alg = COCO_TCG_SHA384;
	hash_wide("initrd=initrd quiet", digest);
	extend(value, digest);
	assert_int_equal(coco_boot_search(&run, &req, &e, NULL), 0);
	assert_int_equal(e.n, 1);   /* without an initrd */
	assert_int_equal(e.answer[0].form, COCO_FORM_PREFIX);
	hash("initrd", 6, digest);
	extend(value, digest);
	assert_int_equal(coco_boot_search(&run, &req, &e, NULL), 0);
	assert_int_equal(e.n, 2);
	assert_int_equal(e.answer[1].candidate, 1);
	extend(value, digest);
	assert_int_equal(coco_boot_search(&run, &req, &e, NULL), 0);
	assert_int_equal(e.n, 0);
	assert_int_equal(e.tried, 3 * 3 * 2);
	req.alg = COCO_TCG_SM3;
	assert_int_equal(coco_boot_search(&run, &req, &e, NULL), COCO_E_SEARCH_UNDECIDED);
}

static void test_failures(void **state COCO_UNUSED)
{
	static const volatile sig_atomic_t stop = 1;
	const struct coco_run stopped = { .jobs = 1, .cancel = &stop };
	const char *missing = "/nonexistent";
	struct coco_boot_explained e;
	struct coco_tcg_log log;
	struct coco_diag d = { 0 };
	uint8_t digest[48] = { 0 };
	uint8_t *p = mint(&log, digest, digest);
	struct coco_boot_search req = request(&log);

	assert_int_equal(coco_boot_search(&stopped, &req, &e, NULL), COCO_E_CANCELLED);
	req.initrds = &missing;
	req.n_initrds = 1;
	assert_err(coco_boot_search(&run, &req, &e, &d), COCO_E_IO_OPEN, &d);
	req = request(&log);
	req.kernels = (const char *const *)&initrds[1];   /* not a PE image */
	req.n_kernels = 1;
	assert_int_not_equal(coco_boot_search(&run, &req, &e, NULL), 0);
	const char *two[] = { initrd, initrd };
	req.kernels = two;   /* of several, it is passed over */
	req.n_kernels = 2;
	assert_int_equal(coco_boot_search(&run, &req, &e, NULL), 0);
	assert_false(e.answer[0].explained);
	two[1] = missing;
	coco_diag_init(&d);
	assert_err(coco_boot_search(&run, &req, &e, &d), COCO_E_IO_OPEN, &d);
	req = request(&log);
	coco_diag_init(&d);
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++)
		if (coco_test_alloc_check(coco_boot_search(&run, &req, &e, &d), &d))
			break;
	coco_tcg_log_free(&log);
	coco_free(p);
	assert_string_equal(coco_boot_form_text(COCO_FORM_AS_GIVEN), "");
}

/* Real boots: both orders of the command line. */
static void test_boots(void **state COCO_UNUSED)
{
	static const struct {
		const char *name;
		enum coco_boot_form form;
	} cases[] = {
		{ "base-qemu10.0-2022.11.bin", COCO_FORM_SUFFIX },
		{ "base-qemu10.0-2025.02.bin", COCO_FORM_SUFFIX },
		{ "base-qemu11.1-2026.08.bin", COCO_FORM_PREFIX },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_boot_explained e;
		struct coco_tcg_log log;
		size_t n;
		uint8_t *p = coco_vector_log("measure/boot/raw", cases[i].name, &n);

		if (p == NULL)
			return;
		assert_int_equal(coco_tcg_log_decode(&log, coco_view_of(p, n), NULL), 0);
		struct coco_boot_search req = request(&log);
		req.n_initrds = 0;
		assert_int_equal(coco_boot_search(&run, &req, &e, NULL), 0);
		assert_int_equal(e.alg, COCO_TCG_SHA384);
		assert_int_equal(e.n_explained, 1);
		for (size_t k = 0; k < e.n; k++)
			if (e.answer[k].explained) {
				assert_int_equal(e.answer[k].candidate, 1);
				assert_int_equal(e.answer[k].form, cases[i].form);
			}
		coco_tcg_log_free(&log);
		coco_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_value),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_boots),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
