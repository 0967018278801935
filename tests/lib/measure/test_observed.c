/*
 * test_observed.c - what was seen of a guest, told apart by its bytes.
 */
#include "formats/core/err_measure.h"
#include "lib/measure/observed.h"

#include <stdio.h>
#include <string.h>

#include "formats/core/mem.h"
#include "lib/core/io.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_log.h"

static char *dir;

static const char *put(const void *p, size_t n)
{
	static char path[4096];
	struct coco_diag d = { 0 };

	snprintf(path, sizeof(path), "%s/observed", dir);
	assert_ok(coco_write_file(path, p, n, COCO_OUT_FORCE, &d), &d);
	return path;
}

static void is(const void *p, size_t n, enum coco_observed_kind kind, const char *name)
{
	struct coco_observed o;
	struct coco_diag d = { 0 };

	assert_ok(coco_observed_load(&o, put(p, n), &d), &d);
	assert_int_equal(o.kind, kind);
	assert_string_equal(coco_observed_kind_name(&o), name);
	coco_observed_free(&o);
	coco_observed_free(&o);
}

static void test_kinds(void **state COCO_UNUSED)
{
	struct coco_mint_log s = { .events = coco_mint_boot, .n = coco_mint_n_boot };
	static const uint8_t report[1184] = { 2 };
	static const uint8_t quote[632] = { 4, 0, 2, 0, 0x81 };
	const char *json = coco_mint_log_json(coco_mint_boot, coco_mint_n_boot);
	struct coco_mrecord rec;
	uint8_t *p;
	size_t n;

	coco_mrecord_init(&rec, "tdx");
	assert_int_equal(coco_mrecord_encode(&rec, &p, &n, NULL), 0);
	is(p, n, COCO_OBSERVED_RECORD, "record");
	coco_free(p);
	coco_mrecord_free(&rec);
	p = coco_mint_log(&s, &n);
	is(p, n, COCO_OBSERVED_LOG, "event log");
	coco_free(p);
	is(json, strlen(json), COCO_OBSERVED_LOG, "event log");
	is(report, sizeof(report), COCO_OBSERVED_EVIDENCE, "SEV-SNP report");
	is(quote, sizeof(quote), COCO_OBSERVED_EVIDENCE, "TDX quote");
}

static void refuse(const char *text, int code)
{
	struct coco_observed o = { .n = 99 };
	struct coco_diag d = { 0 };

	assert_err(coco_observed_load(&o, put(text, strlen(text)), &d), code, &d);
	assert_non_null(strstr(d.source, "observed"));
	assert_int_equal(o.n, 99);
}

static void test_refused(void **state COCO_UNUSED)
{
	struct coco_observed o;
	struct coco_diag d = { 0 };

	refuse("", COCO_E_TCG_LOG);
	refuse("neither this nor that, but long enough", COCO_E_TCG_LOG);
	refuse("{\"schema\":\"other\"}", COCO_E_MRECORD_SCHEMA);
	refuse("{\"schema\":\"other\"", COCO_E_FORMAT_JSON);
	assert_err(coco_observed_load(&o, "/nonexistent/file", &d), COCO_E_IO_OPEN, &d);
}

/* The digests that dstack leaves out are there. */
static void test_completed(void **state COCO_UNUSED)
{
	static const char text[] = "[{\"imr\":3,\"event_type\":134217729,\"event\":\"a\","
				   "\"event_payload\":\"\",\"digest\":\"\"}]";
	struct coco_observed o;
	struct coco_diag d = { 0 };
	const char *path = put(text, strlen(text));

	for (unsigned long n = 1; coco_test_alloc_arm(n); n++)
		if (coco_test_alloc_check(coco_observed_load(&o, path, &d), &d))
			break;
	assert_int_equal(o.log.n, 1);
	assert_non_null(o.log.events[0].digest[0]);
	coco_observed_free(&o);
}

static int setup(void **state COCO_UNUSED)
{
	dir = coco_test_dir();
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
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_completed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
