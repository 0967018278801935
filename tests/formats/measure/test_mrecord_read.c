/*
 * test_mrecord_read.c - reading a measurement record: every way in which it
 * can differ from what is written, with its code and JSON pointer.
 */
#include "formats/core/err_measure.h"
#include "formats/measure/mrecord.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/record.h"
#include "tests/support/support.h"

static void refuse_text(const char *text, int code, const char *pointer)
{
	struct coco_mrecord r = { .n_gaps = 77 };
	struct coco_diag d = { 0 };
	int got = coco_mrecord_decode(&r, coco_view_of(text, strlen(text)), &d);

	if (got != code || strcmp(d.pointer, pointer) != 0)
		fail_msg("got %d at %s (%s), want %d at %s:\n%.400s", got, d.pointer, d.message,
			 code, pointer, text);
	assert_int_equal(r.n_gaps, 77);   /* untouched */
}

/* Each takes the record of record.h and puts something else into it, once. */
static const struct {
	const char *old;
	const char *new;
	int code;
	const char *pointer;
} cases[] = {
	{ "measurement-record.v1", "measurement-record.v2", COCO_E_MRECORD_SCHEMA, "/schema" },
	{ "\"cococtl.measurement-record.v1\"", "1", COCO_E_FORMAT_JSON_TYPE, "/schema" },
	{ "\"platform\"", "\"platfrom\"", COCO_E_FORMAT_JSON_TYPE, "/platfrom" },
	{ "\"snp\"", "\"a23456789012345678901234567890123456789x\"", COCO_E_MRECORD_SCHEMA,
	  "/platform" },
	{ "\"profile\": {", "\"profile\": { \"path\": \"x\",", COCO_E_FORMAT_JSON_TYPE,
	  "/profile/path" },
	{ "\"sha256\": \"09", "\"sha256\": \"0x", COCO_E_FORMAT_HEX, "/profile/sha256" },
	{ "\"qemu\"", "1", COCO_E_FORMAT_JSON_TYPE, "/parameters/vmm" },
	{ "\"vmm\"", "\"a234567890123456789012345678901234567890123456789012345678901234\"",
	  COCO_E_MRECORD_SCHEMA,
	  "/parameters/a234567890123456789012345678901234567890123456789012345678901234" },
	{ "\"guest_features\"", "\"vmm\"", COCO_E_FORMAT_JSON_DUPLICATE, NULL },
	{ "\"files\": [", "\"files\": [ 1,", COCO_E_FORMAT_JSON_TYPE, "/files/0" },
	{ "\"name\": \"cmdline\"", "\"name\": \"firmware\"", COCO_E_MRECORD_SCHEMA,
	  "/files/1/name" },
	{ "\"size\": \"4\"", "\"size\": 4", COCO_E_FORMAT_JSON_TYPE, "/files/1/size" },
	{ "\"size\": \"4\"", "\"size\": \"04\"", COCO_E_MRECORD_SCHEMA, "/files/1/size" },
	{ "\"size\": \"4\"", "\"size\": \"\"", COCO_E_MRECORD_SCHEMA, "/files/1/size" },
	{ "\"size\": \"4\"", "\"size\": \"a\"", COCO_E_MRECORD_SCHEMA, "/files/1/size" },
	{ "\"size\": \"4\"", "\"size\": \"-4\"", COCO_E_MRECORD_SCHEMA, "/files/1/size" },
	{ "\"18446744073709551615\"", "\"18446744073709551616\"", COCO_E_MRECORD_SCHEMA,
	  "/files/0/size" },
	{ "\"18446744073709551615\"", "\"99999999999999999999999999999999\"",
	  COCO_E_MRECORD_SCHEMA, "/files/0/size" },
	{ "\"size\": \"4\"", "\"size\": \"4\", \"path\": \"/x\"", COCO_E_FORMAT_JSON_TYPE,
	  "/files/1/path" },
	{ "\"register\": \"snp.launch_digest\"", "\"register\": null", COCO_E_FORMAT_JSON_TYPE,
	  "/registers/0/register" },
	{ "\"algorithm\": \"sha384\"", "\"algorithm\": \"md5\"", COCO_E_MRECORD_SCHEMA,
	  "/registers/0/algorithm" },
	{ "\"algorithm\": \"sha384\"", "\"algorithm\": \"sha3848901234567\"",
	  COCO_E_MRECORD_SCHEMA, "/registers/0/algorithm" },
	{ "\"algorithm\": \"sha1\"", "\"algorithm\": \"sha256\"", COCO_E_MRECORD_SCHEMA,
	  "/registers/2/register" },
	{ "\"algorithm\": \"sha384\"", "\"algorithm\": \"sha512\"", COCO_E_MRECORD_SCHEMA,
	  "/registers/0/values/0/value" },
	{ "\"algorithm\": \"sha384\"", "\"x\": 1, \"algorithm\": \"sha384\"",
	  COCO_E_FORMAT_JSON_TYPE, "/registers/0/x" },
	{ "\"type\": \"normal\"", "\"type\": 7", COCO_E_FORMAT_JSON_TYPE,
	  "/registers/0/inputs/0/type" },
	{ "\"type\": \"normal\"", "\"tpye\": \"normal\"", COCO_E_FORMAT_JSON_TYPE,
	  "/registers/0/inputs/0/tpye" },
	{ "\"0xffc00000\"", "\"ffc00000\"", COCO_E_MRECORD_SCHEMA, "/registers/0/inputs/0/gpa" },
	{ "\"0xffc00000\"", "\"0xFFC00000\"", COCO_E_MRECORD_SCHEMA,
	  "/registers/0/inputs/0/gpa" },
	{ "\"0xffc00000\"", "\"0x\"", COCO_E_MRECORD_SCHEMA, "/registers/0/inputs/0/gpa" },
	{ "\"0xffc00000\"", "\"\"", COCO_E_MRECORD_SCHEMA, "/registers/0/inputs/0/gpa" },
	{ "\"0xffc00000\"", "\"0x10000000000000000\"", COCO_E_MRECORD_SCHEMA,
	  "/registers/0/inputs/0/gpa" },
	{ "\"pages\": 1024", "\"pages\": 0", COCO_E_MRECORD_SCHEMA,
	  "/registers/0/inputs/0/pages" },
	{ "\"pages\": 1024", "\"pages\": -1", COCO_E_FORMAT_VALUE,
	  "/registers/0/inputs/0/pages" },
	{ "\"pages\": 1024", "\"pages\": 9007199254740993", COCO_E_FORMAT_VALUE,
	  "/registers/0/inputs/0/pages" },
	{ "\"running\": \"01", "\"running\": \"0", COCO_E_MRECORD_SCHEMA,
	  "/registers/0/inputs/0/running" },
	{ "\"running\": \"01", "\"running\": \"\", \"text\": \"01", COCO_E_MRECORD_SCHEMA,
	  "/registers/0/inputs/0/running" },
	{ "\"value\": \"04", "\"value\": \"0A", COCO_E_MRECORD_SCHEMA,
	  "/registers/0/values/0/value" },
	{ "\"value\": \"04", "\"value\": \"0404", COCO_E_MRECORD_SCHEMA,
	  "/registers/0/values/0/value" },
	{ "\"value\": \"05", "\"digest\": \"05", COCO_E_FORMAT_JSON_TYPE,
	  "/registers/0/values/1/digest" },
	{ "\"vcpus\": 4", "\"vcpus\": 4.0", COCO_E_FORMAT_JSON_TYPE,
	  "/registers/0/values/0/label/vcpus" },
	{ "\"vcpus\": 4", "\"vcpus\": true", COCO_E_FORMAT_JSON_TYPE,
	  "/registers/0/values/0/label/vcpus" },
	{ "\"vcpus\": 4", "\"vcpus\": 9007199254740993", COCO_E_FORMAT_VALUE,
	  "/registers/0/values/0/label/vcpus" },
	{ "\"vcpus\": 4", "\"a23456789012345678901234\": 4", COCO_E_MRECORD_SCHEMA,
	  "/registers/0/values/0/label/a23456789012345678901234" },
	{ "\"EPYC-v4\"", "\"a234567890123456789012345678901234567890123456789012345678901234\"",
	  COCO_E_MRECORD_SCHEMA, "/registers/0/values/0/label/vcpu_type" },
	{ "\"vcpus\": 4", "\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1",
	  COCO_E_MRECORD_SCHEMA, "/registers/0/values/0/label/vcpu_type" },
	{ "\"label\": {}", "\"label\": []", COCO_E_FORMAT_JSON_TYPE,
	  "/registers/1/values/0/label" },
	{ "\"basis\": \"given\"", "\"basis\": \"computed\"", COCO_E_MRECORD_SCHEMA,
	  "/registers/1/inputs/0/basis" },
	{ "\"basis\": \"given\"", "\"basis\": 1", COCO_E_FORMAT_JSON_TYPE,
	  "/registers/1/inputs/0/basis" },
	{ "\"not_computed\": [", "\"not_computed\": [ {},", COCO_E_FORMAT_JSON_TYPE,
	  "/not_computed/0/register" },
	{ "\"supply\"", "\"suply\"", COCO_E_FORMAT_JSON_TYPE, "/not_computed/0/suply" },
	{ "\"not_measured\": [", "\"not_measured\": { \"x\": [", COCO_E_FORMAT_JSON, NULL },
	{ "\"reason\": \"no part of it\"", "\"reason\": 1", COCO_E_FORMAT_JSON_TYPE,
	  "/not_measured/0/reason" },
	{ "\"not_measured\"", "\"not_seen\"", COCO_E_FORMAT_JSON_TYPE, "/not_seen" },
};

static char *edited(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);
	char *ret = coco_alloc(strlen(text) + strlen(new) + 1, 1);

	if (at == NULL || ret == NULL)
		fail_msg("the record has no %s", old);
	memcpy(ret, text, (size_t)(at - text));
	sprintf(ret + (at - text), "%s%s", new, at + strlen(old));
	return ret;
}

static char *good_text(void)
{
	struct coco_diag d = { 0 };
	struct coco_mrecord r;
	uint8_t *text;
	size_t n;

	assert_ok(coco_test_record(&r, &d), &d);
	assert_ok(coco_mrecord_encode(&r, &text, &n, &d), &d);
	coco_mrecord_free(&r);
	return (char *)text;
}

static void test_violations(void **state COCO_UNUSED)
{
	char *good = good_text();

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		char *bad = edited(good, cases[i].old, cases[i].new);

		if (cases[i].pointer != NULL) {
			refuse_text(bad, cases[i].code, cases[i].pointer);
		} else {
			struct coco_mrecord r;
			struct coco_diag d = { 0 };

			assert_err(coco_mrecord_decode(&r, coco_view_of(bad, strlen(bad)), &d),
				   cases[i].code, &d);
		}
		coco_free(bad);
	}
	coco_free(good);
	refuse_text("[]", COCO_E_FORMAT_JSON_TYPE, "/");
	refuse_text("{}", COCO_E_FORMAT_JSON_TYPE, "/schema");
}

/* Every member is needed but profile and those of a step. */
static void test_missing(void **state COCO_UNUSED)
{
	static const char *const needed[] = { "schema", "platform", "parameters", "files",
					      "registers", "not_computed", "not_measured",
					      "register", "algorithm", "inputs", "values", "value",
					      "label", "name", "size", "reason", "supply" };
	char *good = good_text();

	for (size_t i = 0; i < COCO_ARRAY_LEN(needed); i++) {
		struct coco_mrecord r;
		struct coco_diag d = { 0 };
		char old[32];

		snprintf(old, sizeof(old), "\"%s\":", needed[i]);
		char *bad = edited(good, old, "\"absent\":");
		assert_err(coco_mrecord_decode(&r, coco_view_of(bad, strlen(bad)), &d),
			   COCO_E_FORMAT_JSON_TYPE, &d);
		coco_free(bad);
	}
	coco_free(good);
}

static void test_cut(void **state COCO_UNUSED)
{
	char *good = good_text();
	size_t n = strlen(good);
	struct coco_mrecord r;
	struct coco_diag d = { 0 };

	for (size_t cut = 0; cut < n - 1; cut++) {
		uint8_t *guarded = coco_test_guard(good, cut);

		coco_diag_init(&d);
		assert_int_not_equal(coco_mrecord_decode(&r, coco_view_of(guarded, cut), &d), 0);
		coco_test_unguard(guarded, cut);
	}
	coco_free(good);
	char *big = coco_zalloc(COCO_MRECORD_MAX + 1, 1);
	assert_non_null(big);
	coco_diag_init(&d);
	assert_err(coco_mrecord_decode(&r, coco_view_of(big, COCO_MRECORD_MAX + 1), &d),
		   COCO_E_LIMIT_SIZE, &d);
	coco_free(big);
}

/* The text of a step has a limit of its own. */
static void test_long_text(void **state COCO_UNUSED)
{
	char *good = good_text();
	char *line = coco_zalloc(COCO_MRECORD_CONTENT + 8, 1);
	struct coco_mrecord r;
	struct coco_diag d = { 0 };

	assert_non_null(line);
	memset(line, 'a', COCO_MRECORD_CONTENT - 1);
	char *fits = edited(good, "a \\\"b\\\"", line);
	assert_ok(coco_mrecord_decode(&r, coco_view_of(fits, strlen(fits)), &d), &d);
	coco_mrecord_free(&r);
	strcat(line, "a");
	char *too_long = edited(good, "a \\\"b\\\"", line);
	refuse_text(too_long, COCO_E_MRECORD_SCHEMA, "/registers/1/inputs/0/text");
	coco_free(too_long);
	coco_free(fits);
	coco_free(line);
	coco_free(good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_violations),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_long_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
