/*
 * test_result_sarif.c - the attestation result as SARIF: rules and their
 * numbers, results with level and place, hostile texts, running out of memory.
 */
#include "formats/evidence/result_sarif.h"

#include <string.h>

#include "tests/support/alloc_fail.h"
#include "tests/support/support.h"

static struct coco_diag d;

static void build(struct coco_result *r, const char *text)
{
	const uint8_t sha256[32] = { 7 };

	coco_result_init(r, 0);
	coco_result_input(r, "policy", "toml", 9, sha256);
	int in = coco_result_input(r, "collateral: \"A/K\" \xff", "x509-certificate", 1184, sha256);
	int s = coco_result_subject(r, "cpu", "snp");
	coco_result_check(r, s, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_PASS, "z.pass", "it is so");
	coco_result_check(r, s, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_FAIL, "m.fail", text);
	coco_check_expected(r, "one");
	coco_check_actual(r, "%s", text);
	coco_check_at(r, in, 0x90);
	coco_check_refusal(r, COCO_ROLE_PLATFORM_OPERATOR, "SIG:x", "do %s", "this");
	coco_result_check(r, COCO_RESULT_NO_SUBJECT, COCO_ASPECT_ACCEPTABLE, COCO_CHECKED_MISSING,
			  "a.miss", "the root is there");
	coco_check_refusal(r, COCO_ROLE_CALLER, "COLL_MISSING:ARK", "add it");
	coco_result_check(r, s, COCO_ASPECT_ACCEPTABLE, COCO_CHECKED_SKIPPED, "a.skip", "later");
	coco_result_check(r, s, COCO_ASPECT_ACCEPTABLE, COCO_CHECKED_WAIVED, "m.fail", "old");
	coco_check_detail(r, "until spring");
	coco_result_gap(r, s, "fresh", "that it is fresh", "no nonce", text);
}

static struct coco_jv run_of(struct coco_json *doc, const struct coco_result *r,
			     bool authentic_only)
{
	struct coco_jv runs;
	struct coco_wr wr;
	const char *version = NULL;

	coco_diag_init(&d);
	coco_wr_init(&wr, 1 << 20);
	assert_ok(coco_result_sarif(&wr, r, authentic_only, "9.8.7", &d), &d);
	assert_int_equal(wr.code, 0);
	assert_ok(coco_json_parse(doc, coco_wr_view(&wr), wr.n, &d), &d);
	struct coco_jv root = coco_json_root(doc);
	assert_ok(coco_jv_string(&root, "version", &version, &d), &d);
	assert_string_equal(version, "2.1.0");
	assert_ok(coco_jv_array(&root, "runs", &runs, &d), &d);
	assert_int_equal(coco_jv_len(&runs), 1);
	coco_wr_free(&wr);
	return coco_jv_item(&runs, 0);
}

/* The value at a path of members and numbers: "tool.driver.rules.0.id". */
static struct coco_jv at(struct coco_jv v, const char *path)
{
	while (path[0] != '\0') {
		char key[64];
		size_t n = strcspn(path, ".");
		struct coco_jv next;

		assert_true(n < sizeof(key));
		memcpy(key, path, n);
		key[n] = '\0';
		if (key[0] >= '0' && key[0] <= '9') {
			assert_true((size_t)(key[0] - '0') < coco_jv_len(&v));
			next = coco_jv_item(&v, (size_t)(key[0] - '0'));
		} else {
			assert_ok(coco_jv_opt(&v, key, &next, &d), &d);
			if (next.v == NULL)
				fail_msg("no %s", path);
		}
		v = next;
		path += n + (path[n] == '.');
	}
	return v;
}

static void says(struct coco_jv run, const char *path, const char *want)
{
	struct coco_jv v = at(run, path);
	const char *got = NULL;

	assert_ok(coco_jv_as_string(&v, &got, &d), &d);
	assert_string_equal(got, want);
}

static void counts(struct coco_jv run, const char *path, uint64_t want)
{
	struct coco_jv v = at(run, path);
	uint64_t got = 0;

	assert_ok(coco_jv_as_u64(&v, UINT32_MAX, &got, &d), &d);
	assert_int_equal(got, want);
}

static size_t length(struct coco_jv run, const char *path)
{
	struct coco_jv v = at(run, path);

	return coco_jv_len(&v);
}

static void test_document(void **state COCO_UNUSED)
{
	struct coco_result r;
	struct coco_json doc;

	build(&r, "it is signed");
	struct coco_jv run = run_of(&doc, &r, false);
	says(run, "tool.driver.name", "cococtl");
	says(run, "tool.driver.version", "9.8.7");
	/* each identifier once, in their order, the verdict last */
	assert_int_equal(length(run, "tool.driver.rules"), 5);
	says(run, "tool.driver.rules.0.id", "a.miss");
	says(run, "tool.driver.rules.1.id", "a.skip");
	says(run, "tool.driver.rules.2.id", "m.fail");
	says(run, "tool.driver.rules.2.shortDescription.text", "it is signed");
	says(run, "tool.driver.rules.3.id", "z.pass");
	says(run, "tool.driver.rules.4.id", "evidence.verdict");
	assert_int_equal(length(run, "artifacts"), 2);
	says(run, "artifacts.0.location.uri", "inputs/0/policy");
	says(run, "artifacts.1.location.uri", "inputs/1/collateral%3A%20%22A%2FK%22%20%FF");
	counts(run, "artifacts.1.length", 1184);
	/* what was refused, what is missing, what is waived, the verdict */
	assert_int_equal(length(run, "results"), 4);
	says(run, "results.0.ruleId", "m.fail");
	counts(run, "results.0.ruleIndex", 2);
	says(run, "results.0.level", "error");
	says(run, "results.0.message.text",
	     "not so: it is signed\nexpected: one\nactual: it is signed\n"
	     "at: byte 0x90 of input 1\nreason: SIG:x\nwho acts: platform operator\n"
	     "next: do this");
	counts(run, "results.0.locations.0.physicalLocation.artifactLocation.index", 1);
	counts(run, "results.0.locations.0.physicalLocation.region.byteOffset", 0x90);
	says(run, "results.0.locations.0.logicalLocations.0.name", "cpu0");
	says(run, "results.0.properties.reason", "SIG:x");
	says(run, "results.1.ruleId", "a.miss");
	counts(run, "results.1.ruleIndex", 0);
	says(run, "results.1.level", "warning");
	says(run, "results.1.locations.0.logicalLocations.0.name", "all");
	struct coco_jv place = at(run, "results.1.locations.0");
	assert_false(coco_jv_has(&place, "physicalLocation"));
	says(run, "results.2.suppressions.0.justification", "until spring");
	says(run, "results.3.ruleId", "evidence.verdict");
	counts(run, "results.3.ruleIndex", 4);
	says(run, "results.3.level", "error");
	says(run, "invocations.0.toolExecutionNotifications.0.message.text",
	     "not checked: cpu0: that it is fresh: no nonce; it is signed");
	coco_json_free(&doc);
	coco_result_free(&r);
}

static void test_hostile(void **state COCO_UNUSED)
{
	static const char *const texts[][2] = {
		{ "\"}],\"results\":[]}", NULL },
		{ "\\ \\u0000 / \b\f\n\r\t\x7f\x1b[31m", NULL },
		{ "\xe2\x82\xac \xf0\x9f\x94\x91", NULL },
		{ "bad \xff\xc0\x80 cut \xe2\x82",
		  "bad \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd cut \xef\xbf\xbd\xef\xbf\xbd" },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(texts); i++) {
		struct coco_result r;
		struct coco_json doc;

		build(&r, texts[i][0]);
		struct coco_jv run = run_of(&doc, &r, false);
		says(run, "tool.driver.rules.2.shortDescription.text",
		     texts[i][1] != NULL ? texts[i][1] : texts[i][0]);
		assert_int_equal(length(run, "results"), 4);
		coco_json_free(&doc);
		coco_result_free(&r);
	}
}

/* No result only when the verdict is affirmed. */
static void test_verdict(void **state COCO_UNUSED)
{
	struct coco_result r;
	struct coco_json doc;

	coco_result_init(&r, 0);
	struct coco_jv run = run_of(&doc, &r, true);
	assert_int_equal(length(run, "results"), 1);
	says(run, "results.0.level", "warning");
	counts(run, "results.0.ruleIndex", 0);
	coco_json_free(&doc);
	int s = coco_result_subject(&r, "cpu", "snp");
	coco_result_check(&r, s, COCO_ASPECT_AUTHENTIC, COCO_CHECKED_PASS, "x", "x");
	run = run_of(&doc, &r, true);
	assert_int_equal(length(run, "results"), 0);
	coco_json_free(&doc);
	run = run_of(&doc, &r, false);
	says(run, "results.0.ruleId", "evidence.verdict");
	says(run, "results.0.level", "warning");
	says(run, "results.0.message.text",
	     "the evidence is indeterminate: authentic affirmed, acceptable indeterminate");
	coco_json_free(&doc);
	coco_result_free(&r);
}

static int whole(const struct coco_result *r, size_t max)
{
	struct coco_wr wr;
	uint8_t *p = NULL;
	size_t n = 0;

	coco_wr_init(&wr, max);
	int code = coco_result_sarif(&wr, r, false, "1", &d);
	if (code != 0) {
		coco_wr_free(&wr);
		return code;
	}
	code = coco_wr_finish(&wr, &p, &n, &d);
	coco_free(p);
	return code;
}

static void test_limits(void **state COCO_UNUSED)
{
	struct coco_result r;

	build(&r, "x");
	coco_diag_init(&d);
	assert_int_equal(whole(&r, 1000), COCO_E_LIMIT_SIZE);
	coco_diag_init(&d);
	for (unsigned long i = 1; coco_test_alloc_arm(i); i++)
		if (coco_test_alloc_check(whole(&r, 1 << 20), &d))
			break;
	coco_result_free(&r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
